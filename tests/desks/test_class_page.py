"""The class page: seven links of TR 6 with dates, who is responsible, what is missing, and the buttons that work now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.identity.models import Role
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Person
from gongxue.regulations.breaches import cite
from gongxue.regulations.calendar import day_of, deadlines_of_class, said
from gongxue.regulations.lifecycle import STAGES
from gongxue.regulations.roles import Permission as P
from gongxue.stage1_planning.actions import grant_exception
from gongxue.stage2_staffing.actions import withdraw_invitation
from gongxue.stage3_programme.actions import return_programme
from gongxue.stage3_programme.queries import programme_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn, at, every_stage
from tests.desks.conftest import ClassNow
from tests.desks.reading import body, links, offered
from tests.stage5_delivery.visits import ABSENT, granted, leaks, statuses
from tests.still_clock import StillClock

OFFICE = ("centre", "oversight", "province", "institution", "coordinator", "certificate_officer")
TEAM = ("instructor", "examiner")
CARD = re.compile(r'<details class="stage (\w+)" id="stage-(\d)"( open)?>(.*?)</div></details>', re.S)


def page_of(c: ClassAt, role: Role, signed_in: SignedIn) -> str:
    """The page as a role sees it."""
    answer = signed_in(role).get(f"/classes/{c.tc.pk}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def cards(page: str) -> dict[int, tuple[str, str]]:
    """number of a link → (tone, what stands in its card)."""
    return {int(number): (tone, inside) for tone, number, _, inside in CARD.findall(page)}


def readers(c: ClassAt) -> dict[str, Role]:
    """Everybody who may open the class, by name: a draft is the institution's own, an applicant is no trainee yet."""
    names = [*OFFICE, *TEAM, *(["trainee"] if c.plan.stage in every_stage("admitted") else [])]
    if c.plan.stage == "planned":
        names.remove("province")
    actors = c.actors()
    return {name: actors[name] for name in names if name in actors}


# Who may open it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["planned", "published", "staffed", "admitted", "closed"])
def test_everybody_gets_the_answer_that_their_role_allows(
    class_now: ClassNow, signed_in: SignedIn, stage: str
) -> None:
    c = class_now(stage)
    got = statuses(c, signed_in, f"/classes/{c.tc.pk}/")
    inside = set(readers(c))
    expected = granted(inside, school=403, other_school=403)
    assert got == {name: expected[name] for name in got}


def test_a_foreign_class_looks_like_none(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    mine, theirs = classes_at(Plan("taught"), Plan("taught", "017", "1"))
    assert leaks(mine, signed_in, f"/classes/{theirs.tc.pk}/", f"/classes/{ABSENT}/") == {}


def test_who_takes_part_no_longer_cannot_open_it(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("staffed")
    teacher = c.instructors[0]
    assert signed_in(teacher).get(f"/classes/{c.tc.pk}/").status_code == 200
    letter = next(i for i in c.invitations if i.person.account_id == teacher.account_id)
    withdraw_invitation(invitation=letter, reason="临时有事", by=c.staff, now=c.now)
    assert signed_in(teacher).get(f"/classes/{c.tc.pk}/").status_code == 404


# Seven links ------------------------------------------------------------------------------------------------------

NOW = {  # the link that a class stands in after each stage of the tests
    **dict.fromkeys(every_stage("planned", "reported"), 1),
    **dict.fromkeys(every_stage("published", "invited"), 2),
    **dict.fromkeys(every_stage("staffed", "programme_submitted"), 3),
    **dict.fromkeys(every_stage("filed", "reviewed"), 4),
    **dict.fromkeys(every_stage("admitted", "final_scored"), 5),
    **dict.fromkeys(every_stage("finished", "evaluated"), 6),
    **dict.fromkeys(every_stage("confirmed", "issued"), 7),
    "closed": 8,
}  # fmt: skip


@pytest.mark.parametrize("stage", list(every_stage()))
def test_the_links_behind_are_done_one_is_open_the_others_lie_ahead(
    class_now: ClassNow, signed_in: SignedIn, stage: str
) -> None:
    c = class_now(stage)
    page = page_of(c, c.staff, signed_in)
    found = cards(page)
    assert list(found) == [1, 2, 3, 4, 5, 6, 7]
    assert all(STAGES[number - 1] in inside for number, (_, inside) in found.items())
    now = NOW[stage]
    tones = ["done" if number < now else "now" if number == now else "ahead" for number in found]
    assert [tone for tone, _ in found.values()] == tones
    assert page.count('aria-current="step"') == (now < 8)
    steps = re.findall(r'<li class="(\w+)"><a href="#stage-(\d)" title="(\S+)"', page)
    assert steps == [(tone, str(n), STAGES[n - 1]) for n, tone in enumerate(tones, 1)]


def test_each_link_says_who_is_responsible(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("published")
    responsible = {
        1: "培训机构 → 省级管理部门 → 部指导中心", 2: "培训机构、平台、骨干教师", 3: "培训机构与授课骨干教师，省级管理部门审核",
        4: "培训机构与授课骨干教师", 5: "培训机构、班务管理教师、授课骨干教师", 6: "授课骨干教师 2 人、考核骨干教师 3 人",
        7: "参训教师、培训机构",
    }  # fmt: skip
    found = cards(page_of(c, c.province, signed_in))
    assert {
        number: f"<small>{words}</small>" in found[number][1] for number, words in responsible.items()
    } == dict.fromkeys(responsible, True)


MISSING = {  # stage → the link → what is said to be missing
    "submitted": (1, "计划班次现为“待省级审核”，发布后方可申请开班"),
    "published": (2, "尚未提出开班申请"),
    "recommended": (2, "考核骨干教师 3：尚未邀请"),
    "invited": (2, "待答复"),
    "staffed": (3, "尚未编写培训方案"),
    "drafted": (3, "尚未确认当前版本"),
    "programme_submitted": (3, "等待省级管理部门审核"),
    "filed": (4, "尚未发布招生通知"),
    "announced": (4, "还没有录取参训教师"),
    "applied": (4, "4 份申请待审核"),
    "admitted": (5, "名单已定，最早2023年6月11日办理开班"),
    "finished": (6, "考核已全部完成，成绩单待培训机构确认并报送"),
    "confirmed": (7, "还有 4 人未发证"),
}


@pytest.mark.parametrize("stage", MISSING)
def test_what_is_missing_stands_in_its_link_and_is_said_first(
    class_now: ClassNow, signed_in: SignedIn, stage: str
) -> None:
    c = class_now(stage)
    number, words = MISSING[stage]
    page = page_of(c, c.people.oversight, signed_in)
    card = cards(page)[number][1]
    assert words in card[card.index("还缺") :]
    note = body(page).split('aria-label="七个环节"')[0]
    assert f"现在是第 {number} 环节“{STAGES[number - 1]}”" in note
    assert "您目前没有要办的事" in note
    assert "。。" not in page


def test_a_lesson_that_was_not_called_is_missing(
    class_now: ClassNow, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_now("started")
    still_clock.set(at(c.tc.first_day + timedelta(days=1), 9))
    inside = cards(page_of(c, c.province, signed_in))[5][1]
    assert "8 个课时尚未点名" in inside
    assert "0/56 课时已点名" in inside


def test_the_teaching_is_not_ended_while_a_lesson_is_uncalled(
    class_now: ClassNow, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_now("started")
    still_clock.set(at(c.tc.last_day, 20))
    for role in (c.staff, c.coordinator):
        assert P.FINISH_CLASS not in offered(page_of(c, role, signed_in))


# Due days ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["institution", "province", "centre", "instructor"])
def test_every_deadline_says_its_day_how_it_is_counted_and_what_follows(
    class_now: ClassNow, signed_in: SignedIn, who: str
) -> None:
    c = class_now("staffed")
    page = page_of(c, c.actors()[who], signed_in)
    for due in deadlines_of_class(c.tc.first_day, c.tc.last_day, c.tc.edition):
        line = f"{due.title}：{said(due.on)}前"
        assert line in page
        explained = page[page.index(line) :].split("</details>")[0]
        assert f"{due.derivation}。依据：{cite(due.article)}。" in explained
        refused = "逾期不再受理，须准予延期" if due.key == "opening" else "逾期不再受理"
        follows = refused if due.refuses else "逾期仍可办理，标记逾期并计入统计"
        assert follows in explained
        assert ("已完成" in explained) is (due.key in ("opening", "recommendation"))


def test_a_backbone_class_is_not_recommended(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("opened", institution="017", level="G")
    page = page_of(c, c.staff, signed_in)
    assert "推荐骨干教师：" not in page
    assert "/recommend/" not in page


def test_a_missed_deadline_turns_its_link_red_until_it_is_extended(
    class_now: ClassNow, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_now("staffed")
    due = {d.key: d for d in deadlines_of_class(c.tc.first_day, c.tc.last_day, c.tc.edition)}["programme"]
    still_clock.set(at(due.on, 23, 59))
    assert cards(page_of(c, c.staff, signed_in))[3][0] == "now"
    still_clock.set(at(due.on + timedelta(days=2)))
    tone, inside = cards(page_of(c, c.staff, signed_in))[3]
    assert tone == "late"
    assert "已逾期" in inside
    assert "逾期 2 天" in inside
    until = due.on + timedelta(days=5)
    grant_exception(
        training_class=c.tc, deadline="programme", until=until, reason="场地维修", by=c.province, now=c.now
    )
    page = page_of(c, c.staff, signed_in)
    tone, inside = cards(page)[3]
    assert tone == "now"
    name = c.province.account.name
    assert f"{due.derivation}；{name}于{said(day_of(c.now))}已准予延期至{said(until)}" in inside
    assert "按期则审核和招生有 18 天" in inside, "counted from the extended day"
    assert "已延期" in inside
    assert f"{c.province.account.name}于{c.now:%Y-%m-%d}准予延期至{until}：场地维修" in page


@pytest.mark.parametrize(
    ("day", "words"),
    [(-40, "距开班 40 天"), (-1, "明天开班"), (0, "培训第 1 天"), (6, "培训第 7 天"), (7, "结束 1 天"), (9, "结束 3 天")],
)  # fmt: skip
def test_the_head_counts_the_days(
    class_now: ClassNow, signed_in: SignedIn, still_clock: StillClock, day: int, words: str
) -> None:
    c = class_now("admitted")
    assert (c.tc.last_day - c.tc.first_day).days == 6
    still_clock.set(at(c.tc.first_day + timedelta(days=day)))
    assert f">{words}</span>" in page_of(c, c.staff, signed_in)


# Buttons ----------------------------------------------------------------------------------------------------------

FINISH = {"institution": {P.FINISH_CLASS}, "coordinator": {P.FINISH_CLASS}}
CLOSE = {"institution": {P.CLOSE_ENROLMENT}}
BUTTONS: dict[str, dict[str, set[P]]] = {
    "opened": {"centre": {P.RECOMMEND}, "institution": {P.RECOMMEND}}, "announced": CLOSE, "applied": CLOSE,
    "taught": FINISH, "process_scored": FINISH, "final_scored": FINISH,
}  # fmt: skip


def forms(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every form of the page that acts, with what it sends."""
    for where, inside in re.findall(
        r'<form[^>]*method="post" action="([^"]+)"[^>]*>(.*?)</form>', body(page), re.S
    ):
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', inside))
        yield where, hidden | ({"reason": "理由"} if 'name="reason"' in inside else {})


def press_everything(c: ClassAt, role: Role, signed_in: SignedIn) -> set[P]:
    """Press each button of the page while the class is where it is; the acts that were done."""
    client, page = signed_in(role), page_of(c, role, signed_in)
    done: set[P] = set()
    for where, sent in forms(page):
        point = transaction.savepoint()
        before = Event.objects.unscoped("tests").count()
        answer = client.post(where, sent)
        assert answer.status_code == 302, (where, answer.content.decode()[-800:])
        assert Event.objects.unscoped("tests").count() == before + 1, "one act, one entry"
        done.add(P(Event.objects.unscoped("tests").order_by("-pk")[0].code))
        transaction.savepoint_rollback(point)
    return done


@pytest.mark.parametrize("stage", list(every_stage()))
def test_only_what_the_role_may_do_now_is_offered_and_none_of_it_is_refused(
    class_now: ClassNow, signed_in: SignedIn, stage: str
) -> None:
    c = class_now(stage)
    for name, role in readers(c).items():
        assert press_everything(c, role, signed_in) == BUTTONS.get(stage, {}).get(name, set()), name


@pytest.mark.parametrize("days", [-1, 0])
def test_the_class_is_begun_from_its_page_from_the_day_before(
    class_now: ClassNow, signed_in: SignedIn, still_clock: StillClock, days: int
) -> None:
    c = class_now("admitted")
    still_clock.set(at(c.tc.first_day + timedelta(days=days), 8))
    for role in (c.staff, c.coordinator):
        assert press_everything(c, role, signed_in) == {P.START_CLASS}
    assert press_everything(c, c.province, signed_in) == set()


@pytest.mark.parametrize(
    "stage", ["submitted", "opened", "drafted", "filed", "applied", "taught", "finished", "closed"]
)
def test_no_link_of_the_page_is_refused(class_now: ClassNow, signed_in: SignedIn, stage: str) -> None:
    c = class_now(stage)
    refused: dict[tuple[str, str], int] = {}
    for name, role in readers(c).items():
        client = signed_in(role)
        answers = {where: client.get(where).status_code for where in links(page_of(c, role, signed_in))}
        assert len(answers) >= 2
        refused |= {(name, where): status for where, status in answers.items() if status != 200}
    assert refused == {}


def test_what_waits_on_top_is_not_offered_twice(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("taught")
    page = page_of(c, c.staff, signed_in)
    assert page.count(f'action="/classes/{c.tc.pk}/finish/"') == 1
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names)), "names are unique"


@pytest.mark.parametrize(("stage", "who"), [("published", "institution"), ("staffed", "institution"), ("drafted", "instructor"), ("programme_submitted", "province"), ("taught", "instructor"), ("confirmed", "certificate_officer"), ("finished", "trainee")])  # fmt: skip
def test_whose_turn_it_is_reads_so_first(
    class_now: ClassNow, signed_in: SignedIn, still_clock: StillClock, stage: str, who: str
) -> None:
    c = class_now(stage)
    if stage == "published":
        still_clock.set(at(date(2023, 4, 20)))
    top = body(page_of(c, c.actors()[who], signed_in)).split('aria-label="七个环节"')[0]
    assert "现在轮到您" in top
    assert "去办理" in top
    assert "您目前没有要办的事" not in top


@pytest.mark.parametrize(("stage", "who"), [("planned", "institution"), ("submitted", "province"), ("approved", "province"), ("reported", "centre")])  # fmt: skip
def test_a_line_that_waits_in_its_round_says_so_on_its_page(
    class_now: ClassNow, signed_in: SignedIn, stage: str, who: str
) -> None:
    c = class_now(stage)
    top = body(page_of(c, c.actors()[who], signed_in)).split('aria-label="七个环节"')[0]
    assert "现在轮到您" in top
    assert f'href="/planning/{c.tc.round_id}/"' in top


def test_extensions_are_offered_to_province_and_centre_until_the_class_is_closed(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("issued")
    offers = {
        name: P.GRANT_EXCEPTION in offered(page_of(c, role, signed_in)) for name, role in readers(c).items()
    }
    assert {name for name, there in offers.items() if there} == {"province", "centre"}
    c.drive_to("closed")
    assert P.GRANT_EXCEPTION not in offered(page_of(c, c.province, signed_in))


# What each may see ------------------------------------------------------------------------------------------------


def test_an_examiner_is_not_led_to_the_applicants_nor_to_form_2(
    class_now: ClassNow, signed_in: SignedIn
) -> None:
    c = class_now("finished")
    base = f"/classes/{c.tc.pk}/"
    closed = {f"{base}applicants/", f"{base}needs/", f"{base}evaluation/"}
    assert closed <= set(links(page_of(c, c.instructors[0], signed_in)))
    assert not closed & set(links(page_of(c, c.examiners[0], signed_in)))


@pytest.mark.parametrize("stage", ["admitted", "taught", "finished", "confirmed", "closed"])
def test_a_trainee_sees_their_own_standing_and_no_other_trainee(
    class_now: ClassNow, signed_in: SignedIn, stage: str
) -> None:
    c = class_now(stage)
    first, *others = c.trainees
    page = body(page_of(c, first, signed_in))
    assert not {other.account.name for other in others if other.account.name in page}
    assert ("我的考核" in page) is (stage not in ("admitted",))
    assert "办理过程" not in page
    assert "待审核" not in page
    assert ("我的证书" in page) is (stage in ("confirmed", "closed"))


def test_a_trainee_is_not_told_who_was_asked_to_teach(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("admitted")
    letter = c.invitations[0]
    asked = (
        Person.objects.unscoped("tests")
        .exclude(pk__in=[i.person_id for i in c.invitations])
        .order_by("pk")[0]
    )
    type(letter).objects.inside(pk=letter.pk).update(state="sent", person=asked)
    assert asked.name in page_of(c, c.staff, signed_in)
    page = page_of(c, c.trainees[0], signed_in)
    assert asked.name not in page
    assert "待定" in page


def test_who_answered_form_2_is_thanked(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("evaluated")
    told = [cards(page_of(c, role, signed_in))[7][1] for role in c.trainees]
    assert any("您已填写，谢谢" in inside for inside in told)
    assert all(("您已填写" in inside) is ("填写结束评估表" not in inside) for inside in told)


# The trail --------------------------------------------------------------------------------------------------------


def test_the_trail_is_shown_to_those_who_may_read_it(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("taught")
    shown = {name for name, role in readers(c).items() if "办理过程" in page_of(c, role, signed_in)}
    assert shown == {"centre", "province", "institution"}


def test_equal_acts_of_one_person_on_one_day_are_one_line(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("started")
    page = page_of(c, c.staff, signed_in)
    trail = page[page.index("办理过程") :]
    assert re.search(r"办理报到　<b>4 次</b>", trail)
    assert "开班" in trail
    assert c.coordinator.account.name in trail
    assert f'href="/classes/{c.tc.pk}/trail/"' in trail


def test_the_trail_of_another_class_stays_there(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    mine, theirs = classes_at(Plan("published"), Plan("staffed", first_day=date(2023, 6, 26)))
    page = page_of(mine, mine.staff, signed_in)
    assert "填报计划班次" in page
    assert "提出开班申请　" not in page[page.index("办理过程") :]
    assert "接受邀请" in page_of(theirs, theirs.staff, signed_in)


def test_reasons_are_shown_as_text(class_now: ClassNow, signed_in: SignedIn) -> None:
    c = class_now("programme_submitted")
    row = programme_of(c.tc)
    assert row is not None
    evil = "<script>alert(1)</script>"
    return_programme(programme=row, reason=evil, seen=row.version, by=c.province, now=c.now)
    page = page_of(c, c.staff, signed_in)
    assert evil not in page
    assert page.count("&lt;script&gt;alert(1)") >= 2, "in the link and in the trail"


# Many trainees ----------------------------------------------------------------------------------------------------

QUERIES = {
    ("started", "institution"): 57, ("finished", "province"): 47, ("finished", "instructor"): 48, ("finished", "trainee"): 33,
    ("issued", "centre"): 43,
}  # fmt: skip


@pytest.mark.parametrize(("stage", "who"), QUERIES)
@pytest.mark.parametrize("headcount", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_number_of_trainees(
    class_at: ClassAtFixture,
    signed_in: SignedIn,
    still_clock: StillClock,
    stage: str,
    who: str,
    headcount: int,
) -> None:
    c = class_at(stage, headcount=headcount)
    still_clock.set(c.now)
    client = signed_in(c.actors()[who])
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/classes/{c.tc.pk}/").status_code == 200
    assert len(captured) == QUERIES[stage, who]
    assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
