"""What waits for whom: every duty at every stage of a class, on a page that the role may open and act on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.desks.todos import todos_for
from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of, feedback_due, opening_due, programme_due
from gongxue.regulations.roles import Duty
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning.actions import grant_exception, return_line
from gongxue.stage2_staffing.actions import decline_invitation, nominate_experts
from gongxue.stage2_staffing.models import Opening
from gongxue.stage2_staffing.queries import experts_for
from gongxue.stage3_programme.actions import (
    change_programme,
    confirm_programme,
    edit_programme,
    return_programme,
    submit_programme,
)
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage4_enrolment.actions import close_enrolment, give_opinion, save_application
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of
from gongxue.stage5_delivery.actions import call_roll, start_class
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.actions import (
    allow_retake,
    apply_retake,
    countersign_correction,
    request_correction,
    score_final,
    score_process,
)
from tests.cast import (
    ACTORS,
    ClassAtFixture,
    ClassesAtFixture,
    People,
    Plan,
    SignedIn,
    at,
    every_stage,
)
from tests.desks.conftest import ClassNow
from tests.desks.reading import offered, today_of, todo, waiting

ELSEWHERE = {"other_institution": ["填报 本轮已开启，本机构尚未填报"]}  # while the round is open
PROGRAMME = "方案 编写并报送培训方案"
FINISH = {"institution": ["教学 结束教学"], "coordinator": ["教学 结束教学"]}
APPLIED = {"institution": ["审核 4 份参训申请待审核"], "instructor": ["意见 4 名报名教师待您审核"]}
# What waits for each actor at each stage; nothing for everybody who is not named.
WAITS: dict[str, dict[str, list[str]]] = {
    "planned": {"institution": ["提交 1 个计划班次待提交或修改"], **ELSEWHERE},
    "submitted": {"province": ["审核 1 个计划班次待审核"], **ELSEWHERE},
    "approved": {"province": ["上报 1 个班次已通过，待汇总上报"], **ELSEWHERE},
    "reported": {"centre": ["发布 1 个班次已上报，待发布"], **ELSEWHERE},
    "published": ELSEWHERE,
    "opened": {"institution": ["推荐 开班申请已提出，等待平台推荐骨干教师"]},
    "recommended": {"institution": [PROGRAMME, "邀请 还有 5 个席位，请邀请骨干教师"]},
    "invited": {"institution": [PROGRAMME]},
    "staffed": {"institution": [PROGRAMME]},
    "drafted": {"institution": [PROGRAMME], "instructor": ["方案 共同编写并确认培训方案"]},
    "team_confirmed": {"institution": [PROGRAMME]},
    "programme_submitted": {"province": ["审核 培训方案待审核报备"]},
    "filed": {"institution": ["招生 发布招生通知"]},
    "announced": {},
    "applied": APPLIED,
    "enrolment_closed": APPLIED,
    "reviewed": {"institution": ["审核 4 份参训申请待审核"]},
    "admitted": {},
    "started": {
        "institution": ["考勤 8 个课时待点名"], "coordinator": ["考勤 8 个课时待点名"], "trainee": ["成果 提交学习成果"],
    },
    "taught": {**FINISH, "instructor": ["评分 4 人待过程性考核评分"]},
    "process_scored": {**FINISH, "examiner": ["评分 4 人待终结性考核评分"]},
    "final_scored": FINISH,
    "finished": {"institution": ["成绩 确认并报送成绩单"], "trainee": ["评估 填写培训结束评估表"]},
    "evaluated": {"institution": ["成绩 确认并报送成绩单"]},
    "confirmed": {"certificate_officer": ["发证 4 人待发证"]},
    "issued": {"institution": ["结班 结班归档"]},
    "closed": {},
}  # fmt: skip
# Where a todo of a kind leads there is one of these acts.
ACTS: dict[str, set[P]] = {
    "填报": {P.ADD_LINE}, "提交": {P.SUBMIT_PLAN}, "上报": {P.REPORT_PLAN}, "发布": {P.PUBLISH_PLAN},
    "开班": {P.OPEN_CLASS, P.START_CLASS}, "推荐": {P.RECOMMEND}, "邀请": {P.INVITE}, "补位": {P.RESCUE}, "专家": {P.NOMINATE},
    "确认": {P.CONFIRM_EXPERT}, "答复": {P.ACCEPT}, "方案": {P.EDIT_PROGRAMME, P.CONFIRM_PROGRAMME, P.SUBMIT_PROGRAMME},
    "报到": {P.CHECK_IN}, "考勤": {P.CALL_ROLL}, "教学": {P.FINISH_CLASS}, "成果": {P.HAND_IN},
    "评分": {P.SCORE_PROCESS, P.SCORE_FINAL}, "考核": {P.APPLY_RETAKE, P.ALLOW_RETAKE}, "成绩": {P.CONFIRM_RESULTS},
    "结班": {P.CLOSE_CLASS}, "发证": {P.ISSUE}, "证书": {P.DOWNLOAD}, "会签": {P.COUNTERSIGN_CORRECTION},
    "报名": {P.SUBMIT_APPLICATION}, "复核": {P.KEEP_MARK, P.SUSTAIN_OBJECTION}, "更正成绩": {P.REQUEST_CORRECTION}, "复看": {P.NOTE_SPREAD}, "请假": {P.APPROVE_LEAVE}, "更正": {P.CONFIRM_MARK},
}  # fmt: skip
# Pages whose form sends to its own address, or to one for many rows at once.
FORMS = {"招生": '<form method="post"', "评估": "<form", "审核": "<form", "意见": "<form"}


def check_it_leads_to_the_work(role: Role, today: date, signed_in: SignedIn) -> int:
    """Every todo of the role opens a page on which the act is offered; returns how many there are."""
    todos = todos_for(role, today)
    for found in todos:
        answer = signed_in(role).get(found.where)
        assert answer.status_code == 200, found
        page = answer.content.decode()
        if found.kind in ACTS:
            assert ACTS[found.kind] & offered(page), found
        else:
            assert FORMS[found.kind] in page.split("<main")[1], found
    return len(todos)


@pytest.mark.postgresql
@pytest.mark.parametrize("stage", list(every_stage()))
def test_at_every_stage_it_waits_for_whoever_is_to_act_and_for_nobody_else(
    class_now: ClassNow, signed_in: SignedIn, stage: str
) -> None:
    c = class_now(stage)
    actors = c.actors()
    expected = {name: WAITS[stage].get(name, []) for name in actors}
    assert {name: waiting(role, today_of(c)) for name, role in actors.items()} == expected
    led = sum(check_it_leads_to_the_work(role, today_of(c), signed_in) for role in actors.values())
    assert led == sum(map(len, WAITS[stage].values()))


def test_the_table_knows_every_stage_and_only_actors_that_there_are() -> None:
    assert list(WAITS) == list(every_stage())
    assert {name for waits in WAITS.values() for name in waits} <= set(ACTORS)


def test_overseers_and_the_platform_itself_have_nothing_to_do(class_at: ClassAtFixture) -> None:
    c = class_at("reported")
    for role in (c.people.oversight, c.people.system):
        assert todos_for(role, today_of(c)) == []


# Due days ---------------------------------------------------------------------------------------------------------

LATE: list[tuple[str, str, str, str, Callable[[Any], date]]] = [
    ("published", "institution", "开班", "opening", lambda tc: opening_due(tc.first_day, tc.edition).on),
    ("staffed", "institution", "方案", "programme", lambda tc: programme_due(tc.first_day, tc.edition).on),
    ("drafted", "instructor", "方案", "programme", lambda tc: programme_due(tc.first_day, tc.edition).on),
    ("evaluated", "institution", "成绩", "feedback", lambda tc: feedback_due(tc.last_day, tc.edition).on),
    ("confirmed", "certificate_officer", "发证", "feedback", lambda tc: feedback_due(tc.last_day, tc.edition).on),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "who", "kind", "deadline", "due"), LATE)
def test_it_is_late_from_the_day_after_and_an_extension_moves_the_day(
    class_at: ClassAtFixture, stage: str, who: str, kind: str, deadline: str, due: Callable[[Any], date]
) -> None:
    c = class_at(stage)
    role, last = c.actors()[who], due(c.tc)
    for day, late in ((last, False), (last + timedelta(days=1), True)):
        found = todo(role, day, kind)
        assert (found.due, found.late(day)) == (last, late)
    until = last + timedelta(days=3)
    grant_exception(
        training_class=c.tc, deadline=deadline, until=until, reason="台风", by=c.province, now=c.now
    )
    assert todo(role, until, kind).due == until
    assert not todo(role, until, kind).late(until)
    assert todo(role, until + timedelta(days=1), kind).late(until + timedelta(days=1))


def test_the_province_has_its_own_days_for_the_answer_and_they_stand_while_it_is_back(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("programme_submitted")
    row = programme_of(c.tc)
    assert row is not None
    assert row.first_submitted_at is not None
    handed_in = day_of(row.first_submitted_at)
    assert todo(c.province, handed_in, "审核").due == handed_in + timedelta(days=5)
    back = at(handed_in + timedelta(days=2))
    return_programme(programme=row, reason="课时不足", seen=row.version, by=c.province, now=back)
    found = todo(c.staff, day_of(back), "方案")
    assert (found.title, found.due) == ("培训方案被退回，请修改后重报", handed_in + timedelta(days=7))


def test_the_opening_application_is_on_the_desk_thirty_days_ahead(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    due = opening_due(c.tc.first_day, c.tc.edition).on
    assert waiting(c.staff, due - timedelta(days=31)) == []
    assert waiting(c.staff, due - timedelta(days=30)) == ["开班 提出开班申请"]
    assert waiting(c.staff, c.tc.first_day - timedelta(days=1)) == ["开班 提出开班申请"]
    assert waiting(c.staff, c.tc.first_day) == [], "too late for anything"


def test_the_overdue_come_first_then_by_day(classes_at: ClassesAtFixture) -> None:
    soon, far, reviewed = classes_at(
        Plan("published"),
        Plan("staffed", first_day=date(2023, 6, 26)),
        Plan("reviewed", first_day=date(2023, 5, 29)),
    )
    today = opening_due(soon.tc.first_day, soon.tc.edition).on + timedelta(days=4)
    found = todos_for(soon.staff, today)
    assert [one.due for one in found] == sorted(one.due for one in found if one.due)
    assert [(t.class_id, t.late(today)) for t in found] == [
        (soon.tc.pk, True), (far.tc.pk, False), (reviewed.tc.pk, False),
    ]  # fmt: skip


def test_what_has_no_day_comes_last(class_now: ClassNow) -> None:
    c = class_now("finished", fates=("retake",))
    Attendee.objects.inside(training_class=c.tc).update(attempt=1)
    found = todos_for(c.trainees[1], today_of(c))
    assert [todo.due for todo in found] == [None]


# Stage 1 ----------------------------------------------------------------------------------------------------------


def test_a_returned_line_waits_also_after_the_round(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    return_line(training_class=c.tc, reason="请改", seen=2, by=c.province, now=c.now)
    for day in (today_of(c), c.tc.round.closes_on, c.tc.round.closes_on + timedelta(days=9)):
        found = todo(c.staff, day, "提交")
        assert found.late(day) is (day > c.tc.round.closes_on)
        assert found.concerns(c.reload())
    assert waiting(c.province, today_of(c)) == []


def test_a_draft_waits_only_while_the_round_is_open(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    assert waiting(c.staff, c.tc.round.closes_on) == ["提交 1 个计划班次待提交或修改"]
    assert waiting(c.staff, c.tc.round.closes_on + timedelta(days=1)) == []
    assert waiting(c.people.gongmao.staff, c.tc.round.closes_on + timedelta(days=1)) == []
    assert waiting(c.people.gongmao.staff, c.tc.round.opens_on - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("stage", "who"), [("planned", "institution"), ("submitted", "province"), ("approved", "province"), ("reported", "centre")]
)  # fmt: skip
def test_the_page_of_the_line_shows_what_waits_in_its_round(
    classes_at: ClassesAtFixture, stage: str, who: str
) -> None:
    other, mine = classes_at(Plan("published", "017", "1"), Plan(stage))
    (found,) = todos_for(mine.actors()[who], today_of(mine))
    assert found.concerns(mine.tc)
    assert not found.concerns(other.tc), "this line waits for nothing"


# Stage 2 ----------------------------------------------------------------------------------------------------------


def test_invited_teachers_answer_and_the_rest_of_the_seats_is_the_institutions(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("invited")
    today = today_of(c)
    letters = c.invitations
    roles = {i.pk: Role.objects.get(account=i.person.account_id, duty=Duty.BACKBONE) for i in letters}
    for letter in letters:
        (found,) = todos_for(roles[letter.pk], today)
        assert (found.kind, found.due, found.where) == (
            "答复",
            letter.answer_by,
            f"/invitations/{letter.pk}/",
        )
        assert letter.seat_title in found.title
        assert check_it_leads_to_the_work(roles[letter.pk], today, signed_in) == 1
    assert todos_for(roles[letters[0].pk], letters[0].answer_by + timedelta(days=1))[0].late(
        letters[0].answer_by + timedelta(days=1)
    )
    Opening.objects.inside(training_class=c.tc).update(
        chain=False
    )  # by hand: the seat waits for the institution
    decline_invitation(invitation=letters[0], reason="另有任务", by=roles[letters[0].pk], now=c.now)
    assert todos_for(roles[letters[0].pk], today) == []
    assert "邀请 还有 1 个席位，请邀请骨干教师" in waiting(c.staff, today)
    assert check_it_leads_to_the_work(c.staff, today, signed_in) == 2


def test_experts_of_a_backbone_class_are_named_confirmed_and_asked(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    """Level G is not recommended: the institution names, the centre confirms (AMB-70)."""
    c = class_now("opened", institution="017", level="G")
    today, centre = today_of(c), c.people.centre
    assert "专家 还有 5 个席位，请提名授课考核专家" in waiting(c.staff, today)
    assert check_it_leads_to_the_work(c.staff, today, signed_in) >= 1
    people = [person.pk for person in experts_for(c.tc)]
    seats = dict(zip(people, ["instructor"] * 2 + ["examiner"] * 3, strict=False))
    nominate_experts(training_class=c.tc, people=seats, letter="", by=c.staff, now=c.now)
    assert [kind for kind in waiting(c.staff, today) if kind.startswith("专家")] == []
    asked = waiting(centre, today)
    assert len(asked) == 5
    assert all(one.startswith("确认 确认专家") for one in asked)
    assert check_it_leads_to_the_work(centre, today, signed_in) == 5


# Stage 3 ----------------------------------------------------------------------------------------------------------


def test_a_returned_programme_waits_for_institution_and_instructors(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("programme_submitted")
    row = programme_of(c.tc)
    assert row is not None
    return_programme(programme=row, reason="请补充实训安全", seen=row.version, by=c.province, now=c.now)
    today = today_of(c)
    found = todo(c.staff, today, "方案")
    assert (found.title, found.sub) == ("培训方案被退回，请修改后重报", "退回意见：请补充实训安全")
    assert waiting(c.province, today) == []
    assert check_it_leads_to_the_work(c.staff, today, signed_in) == 1


# Stage 4 ----------------------------------------------------------------------------------------------------------


def test_applicant_and_school_have_their_own(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("announced")
    today, trainee, school = today_of(c), c.people.trainee, c.people.school
    notice = enrolment_of(c.tc)
    assert notice is not None
    draft = save_application(enrolment=notice, answers={}, by=trainee, now=c.now)
    found = todo(trainee, today, "报名")
    assert (found.due, found.where) == (c.tc.first_day, f"/my/applications/{draft.pk}/")
    assert waiting(school, today) == []
    assert check_it_leads_to_the_work(trainee, today, signed_in) == 1
    Application.objects.inside(pk=draft.pk).update(state="submitted", submitted_at=c.now)
    assert waiting(trainee, today) == []
    asked = todo(school, today, "意见")
    assert trainee.account.name in asked.title
    assert check_it_leads_to_the_work(school, today, signed_in) == 1
    assert waiting(c.people.far_school, today) == []
    Application.objects.inside(pk=draft.pk).update(endorsed_at=c.now)
    assert waiting(school, today) == []


def test_one_instructors_opinion_leaves_the_others_waiting(class_now: ClassNow) -> None:
    c = class_now("enrolment_closed")
    first, second = c.instructors
    row = Application.objects.unscoped("tests").filter(training_class=c.tc).order_by("pk")[0]
    give_opinion(application=row, agrees=True, comment="", by=first, now=c.now)
    today = today_of(c)
    assert waiting(first, today) == ["意见 3 名报名教师待您审核"]
    assert waiting(second, today) == ["意见 4 名报名教师待您审核"]


def test_the_day_before_the_class_is_begun(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("admitted")
    eve = c.tc.first_day - timedelta(days=1)
    assert waiting(c.staff, eve - timedelta(days=1)) == []
    found = todo(c.staff, eve, "开班")
    assert (found.title, found.due, found.late(eve)) == ("办理开班", c.tc.first_day, False)
    assert found.late(c.tc.first_day + timedelta(days=1))
    start_class(training_class=c.tc, by=c.staff, now=at(eve))
    assert [kind for kind in waiting(c.staff, eve) if kind.startswith("开班")] == []


def test_before_a_class_can_begin_the_desk_says_what_is_missing(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("applied")
    eve = c.tc.first_day - timedelta(days=1)
    assert "招生 截止报名，以便开班" in waiting(c.staff, eve)
    notice = enrolment_of(c.tc)
    assert notice is not None
    close_enrolment(enrolment=notice, by=c.staff, now=c.now)
    assert waiting(c.staff, eve) == ["审核 4 份参训申请待审核", "招生 还没有录取参训教师，不能开班"]


# Stage 5 ----------------------------------------------------------------------------------------------------------


def test_who_has_not_arrived_is_waited_for_until_noted_as_away(
    class_now: ClassNow, signed_in: SignedIn, still_clock: Any
) -> None:
    c = class_now("admitted")
    still_clock.set(at(c.tc.first_day, 8))
    start_class(training_class=c.tc, by=c.staff, now=still_clock.now)
    today = c.tc.first_day
    for role in (c.staff, c.coordinator):
        assert "报到 4 人待报到" in waiting(role, today)
        assert check_it_leads_to_the_work(role, today, signed_in) == 2
    first, *others = c.attendees
    presences = {first.pk: "absent"} | {other.pk: "present" for other in others}
    call_roll(
        training_class=c.tc, day=today, period=1, presences=presences, by=c.coordinator, now=at(today, 9)
    )
    assert "报到 3 人待报到" in waiting(c.coordinator, today)
    Attendee.objects.inside(pk__in=[other.pk for other in others]).update(arrived_at=c.now)
    assert waiting(c.coordinator, today) == ["考勤 7 个课时待点名"]


def test_lessons_of_past_days_are_late_and_the_first_of_them_opens(class_now: ClassNow) -> None:
    c = class_now("started")
    tomorrow = c.tc.first_day + timedelta(days=1)
    found = todo(c.coordinator, tomorrow, "考勤")
    assert (found.title, found.due, found.late(tomorrow)) == ("16 个课时待点名", c.tc.first_day, True)
    assert found.where.endswith(f"/roll/?day={c.tc.first_day}&period=1")


# Stage 6 ----------------------------------------------------------------------------------------------------------


def test_a_first_mark_below_the_line_goes_back_to_the_trainee(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("taught")
    today, first = today_of(c), c.attendees[0]
    assert waiting(c.trainees[0], today) == [], "handed in, being scored"
    for role in c.instructors:
        score_process(attendee=first, mark="50", by=role, now=c.now)
    assert waiting(c.trainees[0], today) == ["成果 二次提交学习成果"]
    assert check_it_leads_to_the_work(c.trainees[0], today, signed_in) == 1
    assert waiting(c.instructors[0], today) == ["评分 3 人待过程性考核评分"]


def test_a_second_final_assessment_goes_from_trainee_to_institution_to_examiners(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("process_scored")
    today, first, trainee = today_of(c), c.attendees[0], c.trainees[0]
    for role in c.examiners:
        score_final(attendee=first, mark="50", by=role, now=c.now)
    assert waiting(trainee, today) == ["考核 可申请二次终结性考核"]
    assert check_it_leads_to_the_work(trainee, today, signed_in) == 1
    assert waiting(c.trainees[1], today) == []
    retake = apply_retake(attendee=first, by=trainee, now=c.now)
    assert waiting(trainee, today) == []
    assert f"考核 {trainee.account.name}申请二次终结性考核" in waiting(c.staff, today)
    assert check_it_leads_to_the_work(c.staff, today, signed_in) == 2
    assert waiting(c.examiners[0], today) == ["评分 3 人待终结性考核评分"]
    allow_retake(retake=retake, by=c.staff, now=c.now)
    assert waiting(c.examiners[0], today) == ["评分 4 人待终结性考核评分"]
    assert not [one for one in waiting(c.staff, today) if one.startswith("考核")]


def test_whoever_is_barred_is_scored_by_nobody(class_now: ClassNow) -> None:
    c = class_now("taught", fates=("barred",))
    assert waiting(c.instructors[0], today_of(c)) == ["评分 3 人待过程性考核评分"]


def test_a_correction_waits_for_the_province_alone(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("confirmed")
    today = today_of(c)
    first = c.attendees[0]
    correction = request_correction(
        attendee=first, part="process", new="66", reason="登记有误", by=c.staff, now=c.now
    )
    assert waiting(c.province, today) == [f"会签 成绩更正：{first}"]
    assert waiting(c.people.jiangsu, today) == []
    assert check_it_leads_to_the_work(c.province, today, signed_in) == 1
    countersign_correction(correction=correction, seen=correction.version, by=c.province, now=c.now)
    assert waiting(c.province, today) == []


# Stage 7 and certificates -----------------------------------------------------------------------------------------


def test_a_certificate_waits_until_it_is_collected(class_now: ClassNow, signed_in: SignedIn) -> None:
    """The prepared class: the first trainee has collected, the second has not."""
    c = class_now("issued")
    today = today_of(c)
    assert waiting(c.trainees[0], today) == []
    found = todo(c.trainees[1], today, "证书")
    assert found.sub == f"证书编号 {c.certificates[1].number}"
    assert check_it_leads_to_the_work(c.trainees[1], today, signed_in) == 1


def test_without_anybody_qualified_the_class_is_closed_at_once(class_now: ClassNow) -> None:
    c = class_now("confirmed", headcount=1, fates=("failed",))
    assert waiting(c.certificate_officer, today_of(c)) == []
    assert waiting(c.staff, today_of(c)) == ["结班 结班归档"]


# Foreign classes and many classes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["submitted", "programme_submitted", "applied", "taught", "confirmed"])
def test_nothing_of_a_foreign_class_waits(classes_at: ClassesAtFixture, stage: str) -> None:
    mine, theirs = classes_at(Plan("published"), Plan(stage, "017", "1"))
    inside = {theirs.tc.pk}
    for name, role in mine.actors().items():
        if name.startswith("other_") or name == "centre":
            continue
        found = todos_for(role, today_of(theirs))
        assert not {todo.class_id for todo in found} & inside, name
        assert not [todo for todo in found if todo.concerns(theirs.tc)], name


QUERIES: dict[str, tuple[str, int]] = {
    "institution": ("taught", 21), "coordinator": ("taught", 5), "certificate_officer": ("confirmed", 5),
    "province": ("programme_submitted", 10), "centre": ("reported", 4), "instructor": ("taught", 13),
    "trainee": ("finished", 9), "school": ("applied", 1),
}  # fmt: skip


@pytest.mark.parametrize("who", QUERIES)
@pytest.mark.parametrize("headcount", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_size_of_the_class(
    class_at: ClassAtFixture, who: str, headcount: int
) -> None:
    stage, number = QUERIES[who]
    c = class_at(stage, headcount=headcount)
    role = c.actors()[who]
    with CaptureQueriesContext(connection) as captured:
        todos_for(role, today_of(c))
    assert len(captured) == number, [q["sql"][:150] for q in captured]


@pytest.mark.parametrize("stage", ["published", "staffed", "applied", "taught", "confirmed"])
def test_the_number_of_queries_does_not_depend_on_the_number_of_classes(
    classes_at: ClassesAtFixture, stage: str
) -> None:
    counts = []
    for plans in ([Plan(stage)], [Plan(stage), Plan(stage, first_day=date(2023, 6, 26))]):
        c = classes_at(*plans)[0]
        taken = {}
        for name in ("institution", "coordinator", "certificate_officer", "province", "centre"):
            role = c.actors()[name]
            with CaptureQueriesContext(connection) as captured:
                todos_for(role, today_of(c))
            taken[name] = len(captured)
        counts.append(taken)
    assert counts[0] == counts[1]


def test_without_any_class_nothing_waits(cast: People) -> None:
    for role in (
        cast.centre,
        cast.hebei,
        cast.xingtai.staff,
        cast.xingtai.coordinator,
        cast.instructor,
        cast.trainee,
        cast.school,
    ):
        assert todos_for(role, date(2023, 6, 12)) == []


def test_a_change_of_a_filed_programme_waits_on_the_desk_whatever_link_the_class_is_in(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("admitted")
    row = programme_of(c.tc)
    assert row is not None
    change_programme(programme=row, seen=row.version, reason="教室检修", by=c.staff, now=c.now)
    found = todo(c.staff, day_of(c.now), "方案")
    assert (found.title, found.sub) == ("方案变更编写中，请报送或撤销", "变更理由：教室检修")
    row = programme_of(c.tc)
    assert row is not None
    edit_programme(
        training_class=c.tc, seen=row.version, sections={"venue": "新校区实训楼"}, by=c.staff, now=c.now
    )
    for by in c.instructors:
        row.refresh_from_db()
        confirm_programme(programme=row, seen=row.version, by=by, now=c.now)
    submit_programme(programme=row, seen=row.version, by=c.staff, now=c.now)
    assert "方案" not in {one.kind for one in todos_for(c.staff, day_of(c.now))}
    row.refresh_from_db()
    return_programme(programme=row, seen=row.version, reason="写明楼层", by=c.province, now=c.now)
    found = todo(c.staff, day_of(c.now), "方案")
    assert (found.title, found.sub) == ("方案变更被退回，请修改后重报", "退回意见：写明楼层")
