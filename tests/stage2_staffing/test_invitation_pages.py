"""A teacher's invitations: the list, the letter, the answer in two taps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.parties.actions import book
from gongxue.stage2_staffing.actions import accept_invitation, decline_invitation
from gongxue.stage2_staffing.models import Invitation
from tests.cast import FIRST_DAY, ClassAtFixture, ClassesAtFixture, Plan, SignedIn, at
from tests.stage2_staffing.asking import ask_the_same

AtTime = Callable[[datetime], None]
TeacherOf = Callable[[Invitation], Role]


def test_the_letter_says_what_when_where_and_until_when(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    for invitation in (c.invitations[0], c.invitations[-1]):
        shown = (
            signed_in(teacher_of(invitation))
            .get(reverse("invitation", args=[invitation.pk]))
            .content.decode()
        )
        for words in (
            c.tc.institution.name,
            "2023年6月12日",
            "2023年6月18日",
            invitation.seat_title,
            invitation.letter,
            "答复期限",
        ):
            assert words in shown
        assert "/accept/" in shown
        assert "/decline/" in shown
    assert (
        "线上"
        in signed_in(teacher_of(c.invitations[0]))
        .get(reverse("invitation", args=[c.invitations[0].pk]))
        .content.decode()
    )


def test_the_list_shows_what_waits_first(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    invitation = c.invitations[0]
    client = signed_in(teacher_of(invitation))
    assert "等待您答复" in client.get(reverse("invitations")).content.decode()
    client.post(reverse("staffing.decline", args=[invitation.pk]), {"reason": "另有安排"})
    shown = client.get(reverse("invitations")).content.decode()
    assert "等待您答复" not in shown
    assert "已婉拒" in shown


def test_an_empty_list_says_what_will_come(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("published")
    assert "还没有邀请" in signed_in(c.people.expert).get(reverse("invitations")).content.decode()


def test_accepting_twice_has_one_effect(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    invitation = c.invitations[0]
    client = signed_in(teacher_of(invitation))
    where = reverse("staffing.accept", args=[invitation.pk])
    answers = [client.post(where, {"once": "k"}) for _ in range(2)]
    assert {(a.status_code, a["Location"]) for a in answers} == {
        (302, reverse("invitation", args=[invitation.pk]))
    }
    shown = client.get(answers[0]["Location"]).content.decode()
    assert reverse("class", args=[c.tc.pk]) in shown, "the next step is a link"
    assert client.get(reverse("class", args=[c.tc.pk])).status_code == 200


def test_declining_without_a_reason_is_refused_in_place(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    invitation = c.invitations[0]
    answer = signed_in(teacher_of(invitation)).post(
        reverse("staffing.decline", args=[invitation.pk]), {"reason": " "}
    )
    assert answer.status_code == 422
    assert "须写明理由" in answer.content.decode()
    assert "技术规程第八条" in answer.content.decode()


def test_a_clash_is_shown_before_and_refused_on_accepting(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    held, asking = classes_at(Plan("invited"), Plan("recommended", institution="001"))
    at_time(held.now)
    mine = {i.person_id: i for i in held.invitations}
    theirs = ask_the_same(held, asking)[0]
    by = teacher_of(theirs)
    client = signed_in(by)
    where = reverse("invitation", args=[theirs.pk])
    assert "不能接受" not in client.get(where).content.decode()
    accept_invitation(invitation=mine[theirs.person_id], by=by, now=held.now)
    shown = client.get(where).content.decode()
    assert "这些日子您已有任务" in shown
    assert str(held.tc) in shown
    assert "/accept/" not in shown
    answer = client.post(reverse("staffing.accept", args=[theirs.pk]))
    assert answer.status_code == 422
    assert "已有其他培训任务" in answer.content.decode()


def test_a_booking_of_another_kind_is_a_clash_too(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    invitation = c.invitations[0]
    book(invitation.person, [FIRST_DAY], capacity="trainee", reference="visit/7")
    shown = (
        signed_in(teacher_of(invitation)).get(reverse("invitation", args=[invitation.pk])).content.decode()
    )
    assert "2023年6月12日：其他任务" in shown


def test_a_lapsed_letter_offers_no_answer(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    invitation = c.invitations[0]
    at_time(at(invitation.answer_by + timedelta(days=1)))
    client = signed_in(teacher_of(invitation))
    shown = client.get(reverse("invitation", args=[invitation.pk])).content.decode()
    assert "已经过期" in shown
    assert "/accept/" not in shown
    assert client.post(reverse("staffing.accept", args=[invitation.pk])).status_code == 422


def test_who_may_read_and_answer_a_letter(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    mine, other = c.invitations[:2]
    colleague = signed_in(teacher_of(other))
    for name in ("invitation", "staffing.accept", "staffing.decline"):
        own, absent = reverse(name, args=[mine.pk]), reverse(name, args=[10**9])
        ask = "get" if name == "invitation" else "post"
        assert getattr(colleague, ask)(own).status_code == 404
        assert getattr(colleague, ask)(absent).status_code == 404
        for role in (c.staff, c.province, c.people.centre, c.people.trainee):
            assert getattr(signed_in(role), ask)(own).status_code == 403
    assert signed_in(c.staff).get(reverse("invitations")).status_code == 403
    assert {i.state for i in c.invitations} == {"sent"}


@pytest.mark.parametrize("letters", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_for_three(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf, letters: int
) -> None:
    plans = [Plan("invited"), Plan("recommended", institution="001"), Plan("recommended", level="2")]
    classes = classes_at(*plans[:letters])
    for other in classes[1:]:
        ask_the_same(classes[0], other)
    at_time(classes[0].now)
    people = set.intersection(*[{i.person_id for i in c.invitations} for c in classes])
    client = signed_in(teacher_of(next(i for i in classes[0].invitations if i.person_id in people)))
    client.get(reverse("invitations"))
    with CaptureQueriesContext(connection) as captured:
        shown = client.get(reverse("invitations")).content.decode()
    assert shown.count(">打开</a>") == letters
    assert len(captured) == 7


def test_a_declined_letter_keeps_its_reason(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    invitation = c.invitations[0]
    decline_invitation(invitation=invitation, reason="当周本校有竞赛", by=teacher_of(invitation), now=c.now)
    shown = (
        signed_in(teacher_of(invitation)).get(reverse("invitation", args=[invitation.pk])).content.decode()
    )
    assert "已婉拒。理由：当周本校有竞赛" in shown
