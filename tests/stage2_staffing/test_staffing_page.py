"""The staffing page: seats, reasons, invitations, replacement, why somebody was left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person, PoolMembership
from gongxue.stage2_staffing.actions import decline_invitation, invite
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import experts_for, latest_recommendation
from tests.cast import STAGES, ClassAt, ClassAtFixture, SignedIn, at

AtTime = Callable[[datetime], None]
TeacherOf = Callable[[Invitation], Role]
ChainOff = Callable[[ClassAt], None]
LIVE = STAGES[STAGES.index("opened") : STAGES.index("admitted") + 1]


def page(signed_in: SignedIn, c: ClassAt, role: Role, **query: str) -> str:
    answer = signed_in(role).get(reverse("staffing", args=[c.tc.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def first_five(c: ClassAt) -> dict[str, str]:
    return {f"people.{r.person_id}": r.seat for r in latest_recommendation(c.tc) if r.chosen}


def test_who_sees_the_staffing(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("admitted")
    at_time(c.now)
    own, absent = reverse("staffing", args=[c.tc.pk]), reverse("staffing", args=[10**9])
    found = {who: signed_in(role).get(own).status_code for who, role in c.actors().items()}
    seeing = (
        "centre",
        "oversight",
        "province",
        "institution",
        "coordinator",
        "certificate_officer",
        "instructor",
        "examiner",
    )
    expected = {who: 200 if who in seeing else 404 for who in found}
    assert found == expected | {"trainee": 403, "school": 403, "other_school": 403}
    assert signed_in(c.staff).get(absent).status_code == 404


@pytest.mark.parametrize("stage", LIVE)
def test_the_page_can_be_read_at_every_stage(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, stage: str
) -> None:
    c = class_at(stage)
    at_time(c.now)
    for role in (c.staff, c.province, c.people.centre, *c.instructors[:1], *c.examiners[:1]):
        assert "<h2>席位</h2>" in page(signed_in, c, role)


def test_the_reasons_stand_in_words(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("recommended")
    at_time(c.now)
    shown = page(signed_in, c, c.staff)
    for row in latest_recommendation(c.tc):
        assert row.person.name in shown
        assert row.reasons[0] in shown
    assert "邀请首选 5 人" in shown
    assert "邀请首选" not in page(signed_in, c, c.province)
    assert "/invite/" not in page(signed_in, c, c.coordinator)


@pytest.mark.parametrize(("stage", "is_next"), [("staffed", True), ("filed", False)])
def test_the_programme_is_the_next_step_until_it_is_filed(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str, is_next: bool
) -> None:
    c = class_at(stage)
    shown = signed_in(c.staff).get(f"/classes/{c.tc.pk}/staffing/").content.decode()
    assert "席位全部到位" in shown
    assert ("共同编写培训方案" in shown) == is_next


def test_teachers_see_accepted_seats_and_no_ranking(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("staffed")
    at_time(c.now)
    lost, kept = c.invitations[0], c.invitations[1]
    Invitation.objects.inside(pk=lost.pk).update(state="sent")
    shown = page(signed_in, c, teacher_of(kept))
    assert kept.person.name in shown
    assert lost.person.name not in shown
    assert "推荐理由" not in shown


def test_all_five_are_invited_in_one_act(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    client = signed_in(c.staff)
    where = reverse("staffing.invite", args=[c.tc.pk])
    sent = {**first_five(c), "letter": "食宿由我院统一安排", "once": "x1"}
    answers = [client.post(where, sent) for _ in range(2)]
    assert {a.status_code for a in answers} == {302}
    assert [i.letter for i in c.invitations] == ["食宿由我院统一安排"] * 5


def test_the_same_key_with_other_people_is_a_conflict_and_nothing_happens(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    client = signed_in(c.staff)
    where = reverse("staffing.invite", args=[c.tc.pk])
    (one, seat), (two, other) = list(first_five(c).items())[:2]
    client.post(where, {one: seat, "once": "x1"})
    answer = client.post(where, {two: other, "once": "x1"})
    assert answer.status_code == 409
    assert "已用于不同的内容" in answer.content.decode()
    assert len(c.invitations) == 1


def test_a_refused_invitation_is_explained_in_place_with_the_letter_kept(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    other = PoolMembership.objects.unscoped("test").filter(category="03")[0]
    sent = {f"people.{other.person_id}": "examiner", "letter": "请您支持"}
    answer = signed_in(c.staff).post(reverse("staffing.invite", args=[c.tc.pk]), sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert f"{other.person.name}没有该专业大类的骨干教师证书" in shown
    assert "技术规程第五条" in shown
    assert "请您支持" in shown
    assert c.invitations == []


@pytest.mark.parametrize("name", ["people.x", "people.", "people.-1", "people.1e3"])
def test_damaged_input_is_refused_in_place(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, name: str
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    answer = signed_in(c.staff).post(reverse("staffing.invite", args=[c.tc.pk]), {name: "examiner"})
    assert answer.status_code == 422
    assert "不能识别" in answer.content.decode()


def test_a_declined_seat_is_filled_from_the_list_by_one_click(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf, chain_off: ChainOff
) -> None:
    c = class_at("invited")
    chain_off(c)
    at_time(c.now)
    lost = next(i for i in c.invitations if i.seat == "examiner")
    decline_invitation(invitation=lost, reason="当周本校有竞赛", by=teacher_of(lost), now=c.now)
    shown = page(signed_in, c, c.staff)
    assert "邀请递补 1 人" in shown
    assert "当周本校有竞赛" in shown
    substitute = next(r for r in latest_recommendation(c.tc) if r.seat == "examiner" and not r.chosen)
    assert f'name="people.{substitute.person_id}" value="examiner"' in shown


def test_withdrawing_by_the_button_needs_a_reason(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("invited")
    at_time(c.now)
    client = signed_in(c.staff)
    where = reverse("staffing.withdraw", args=[c.invitations[0].pk])
    answer = client.post(where, {"reason": ""})
    assert answer.status_code == 422
    assert "须写明理由" in answer.content.decode()
    assert client.post(where, {"reason": "日期调整", "next": "/desk/"})["Location"] == "/desk/"
    assert [i.state for i in c.invitations].count("withdrawn") == 1


def test_anyone_left_out_is_explained(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("recommended")
    at_time(c.now)
    rows = latest_recommendation(c.tc)
    listed = {r.person_id for r in rows}
    pool = PoolMembership.objects.unscoped("test").select_related("person__account")
    spare = pool.filter(category="01").exclude(person__in=listed)[0].person
    unfit = pool.filter(category="03")[0].person
    assert "同分按人员编号先后" in page(signed_in, c, c.staff, q=spare.name)
    assert "没有该专业大类的骨干教师证书" in page(signed_in, c, c.staff, q=unfit.name)
    assert "首选" not in page(signed_in, c, c.staff, q="查无此人").partition("为什么没有推荐某人")[2]
    first = rows[0]
    assert f"已在推荐名单：授课骨干教师第 {first.rank} 位" in page(
        signed_in, c, c.province, q=first.person.name
    )


def test_an_own_teacher_is_invited_from_the_search_with_a_reason(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    own = PoolMembership.objects.unscoped("test").filter(category="01")[0].person
    Person.objects.unscoped("test").filter(pk=own.pk).update(employer=c.tc.institution)
    shown = page(signed_in, c, c.staff, q=own.name)
    assert "本机构教师，推荐时回避" in shown
    assert "邀请本机构教师的理由" in shown
    client, where = signed_in(c.staff), reverse("staffing.invite", args=[c.tc.pk])
    asked = {f"people.{own.pk}": "instructor"}
    assert client.post(where, asked).status_code == 422
    assert client.post(where, {**asked, "reason": "本省唯一"}).status_code == 302
    assert [i.own_reason for i in c.invitations] == ["本省唯一"]


def test_level_g_is_named_by_the_institution_and_confirmed_by_the_centre(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("opened", institution="017", level="G")
    at_time(c.now)
    assert "提名授课、考核专家" in page(signed_in, c, c.staff)
    assert "提名授课、考核专家</h2>" not in page(signed_in, c, c.province)
    people = [p.pk for p in experts_for(c.tc)][:5]
    seats = ["instructor"] * 2 + ["examiner"] * 3
    asked = {f"people.{pk}": seat for pk, seat in zip(people, seats, strict=True)}
    answer = signed_in(c.staff).post(reverse("staffing.nominate", args=[c.tc.pk]), {**asked, "once": "n"})
    assert answer.status_code == 302
    shown = page(signed_in, c, c.people.centre)
    assert shown.count("/confirm/") == 5
    assert "/confirm/" not in page(signed_in, c, c.staff)
    for invitation in c.invitations:
        answer = signed_in(c.people.centre).post(reverse("staffing.confirm_expert", args=[invitation.pk]))
        assert answer.status_code == 302
    assert {i.state for i in c.invitations} == {"sent"}


def test_a_wrong_nomination_is_refused_in_place(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("opened", institution="017", level="G")
    at_time(c.now)
    answer = signed_in(c.staff).post(reverse("staffing.nominate", args=[c.tc.pk]), {"letter": "请您支持"})
    assert answer.status_code == 422
    assert "请从专家名单中选择人选和席位" in answer.content.decode()


def test_who_may_invite_and_nominate_through_the_pages(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("recommended")
    for name in ("staffing.invite", "staffing.nominate", "staffing.recommend"):
        where = reverse(name, args=[c.tc.pk])
        found = {who: signed_in(role).post(where).status_code for who, role in c.actors().items()}
        assert found.pop("institution") in (302, 422)
        assert found.pop("other_institution") == 404
        if name == "staffing.recommend":
            assert found.pop("centre") == 302
        assert set(found.values()) == {403}
        assert signed_in(c.staff).get(where).status_code == 405


@pytest.mark.parametrize("asked", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf, asked: int
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    people = {r.person_id: r.seat for r in latest_recommendation(c.tc) if r.chosen and r.seat == "examiner"}
    invite(training_class=c.tc, people=dict(list(people.items())[:asked]), by=c.staff, now=c.now)
    for invitation in c.invitations:
        decline_invitation(invitation=invitation, reason="另有安排", by=teacher_of(invitation), now=c.now)
    client = signed_in(c.staff)
    where = reverse("staffing", args=[c.tc.pk])
    client.get(where)
    for query, count in (("", 24), ("?q=四川", 37)):
        with CaptureQueriesContext(connection) as captured:
            client.get(where + query)
        assert len(captured) == count, len(captured)


def test_late_answers_are_marked(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("invited")
    at_time(at(c.invitations[0].answer_by + timedelta(days=2)))
    assert "逾期 2 天" in page(signed_in, c, c.staff)


@pytest.mark.postgresql
@pytest.mark.parametrize("q", ["\x00", "%", "_", "'", "\\", "王" * 500, "😀 ' OR 1=1"])
def test_any_search_is_answered(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, q: str
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    page(signed_in, c, c.staff, q=q)
    assert signed_in(c.staff).get(reverse("staffing.teachers", args=[c.tc.pk]), {"q": q}).status_code == 200
