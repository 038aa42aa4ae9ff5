"""Answers to invitations: accepting books days nationwide, declining needs a reason, silence lapses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Booking
from gongxue.stage1_planning.models import Involvement
from gongxue.stage2_staffing.actions import (
    accept_invitation,
    decline_invitation,
    expire_invitation,
    withdraw_invitation,
)
from gongxue.stage2_staffing.deadlines import run
from gongxue.stage2_staffing.models import Invitation, Opening
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, at
from tests.stage2_staffing.asking import ask_the_same

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]
ChainOff = Callable[[ClassAt], None]


def booked(invitation: Invitation) -> list[object]:
    rows = Booking.objects.unscoped("test").filter(person=invitation.person_id)
    return list(rows.order_by("day").values_list("day", flat=True))


def involved(c: ClassAt, invitation: Invitation) -> bool:
    rows = Involvement.objects.inside(
        training_class=c.tc, account=invitation.person.account_id, ended_at=None
    )
    return rows.exists()


def first(c: ClassAt, seat: str) -> Invitation:
    return next(i for i in c.invitations if i.seat == seat)


def test_an_instructor_books_the_journey_an_examiner_the_class_days(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    day = timedelta(days=1)
    for seat, days in (
        ("instructor", [c.tc.first_day - day, *c.tc.days_list, c.tc.last_day + day]),
        ("examiner", c.tc.days_list),
    ):
        invitation = first(c, seat)
        accept_invitation(invitation=invitation, by=teacher_of(invitation), now=c.now)
        assert booked(invitation) == days
        assert involved(c, invitation)


def test_the_fifth_acceptance_staffs_the_class(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    *four, last = c.invitations
    for invitation in four:
        accept_invitation(invitation=invitation, by=teacher_of(invitation), now=c.now)
    assert (Opening.objects.inside(training_class=c.tc).get().state, c.reload().stage) == ("recommended", 2)
    accept_invitation(invitation=last, by=teacher_of(last), now=c.now)
    assert (Opening.objects.inside(training_class=c.tc).get().state, c.reload().stage) == ("staffed", 3)


def test_the_last_day_to_answer_is_in_time_and_the_next_is_not(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    invitation = c.invitations[0]
    with pytest.raises(RuleBroken) as caught:
        accept_invitation(
            invitation=invitation,
            by=teacher_of(invitation),
            now=at(invitation.answer_by + timedelta(days=1), 0),
        )
    assert [b.rule for b in caught.value.breaches] == ["invitation.late"]
    row = accept_invitation(
        invitation=invitation, by=teacher_of(invitation), now=at(invitation.answer_by, 23, 59)
    )
    assert row.state == "accepted"


def test_an_answer_is_given_once(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    yes, no = c.invitations[:2]
    accept_invitation(invitation=yes, by=teacher_of(yes), now=c.now)
    decline_invitation(invitation=no, reason="当周本校有竞赛", by=teacher_of(no), now=c.now)
    for invitation in (yes, no):
        with pytest.raises(RuleBroken, match="邀请函现为"):
            accept_invitation(invitation=invitation, by=teacher_of(invitation), now=c.now)
        with pytest.raises(RuleBroken, match="邀请函现为"):
            decline_invitation(invitation=invitation, reason="改主意", by=teacher_of(invitation), now=c.now)
    assert booked(no) == []


def test_declining_needs_a_reason_that_the_institution_reads(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    invitation = c.invitations[0]
    with pytest.raises(RuleBroken) as caught:
        decline_invitation(invitation=invitation, reason="  ", by=teacher_of(invitation), now=c.now)
    assert [b.rule for b in caught.value.breaches] == ["reason.missing"]
    row = decline_invitation(
        invitation=invitation, reason="当周本校有竞赛", by=teacher_of(invitation), now=c.now
    )
    assert (row.state, row.answer_reason) == ("declined", "当周本校有竞赛")
    assert Event.objects.unscoped("test").get(code="staffing.decline").reason == "当周本校有竞赛"


def test_nobody_answers_for_somebody_else(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    mine, other = c.invitations[:2]
    for answer in (accept_invitation, decline_invitation):
        extra: dict[str, Any] = {"reason": "代为答复"} if answer is decline_invitation else {}
        with pytest.raises(NotThere):
            answer(invitation=mine, by=teacher_of(other), now=c.now, **extra)
        with pytest.raises(NotAllowed):
            answer(invitation=mine, by=c.staff, now=c.now, **extra)
    assert Invitation.objects.inside(pk=mine.pk).get().state == "sent"


def test_whoever_is_booked_elsewhere_cannot_accept(
    classes_at: ClassesAtFixture, teacher_of: TeacherOf
) -> None:
    one, other = classes_at(Plan("invited"), Plan("recommended", institution="001"))
    theirs = ask_the_same(one, other)[0]  # nothing has been booked yet
    mine = next(i for i in one.invitations if i.person_id == theirs.person_id)
    accept_invitation(invitation=mine, by=teacher_of(mine), now=one.now)
    with pytest.raises(RuleBroken) as caught:
        accept_invitation(invitation=theirs, by=teacher_of(theirs), now=one.now)
    assert [b.rule for b in caught.value.breaches] == ["person.busy"]
    assert str(one.tc) in caught.value.breaches[0].says, "it says where the teacher is"
    assert Invitation.objects.inside(pk=theirs.pk).get().state == "sent", "nothing is half-written"


def test_silence_lapses_after_its_day_and_frees_the_seat(
    class_at: ClassAtFixture, chain_off: ChainOff
) -> None:
    c = class_at("invited")
    chain_off(c)
    invitation = c.invitations[0]
    with pytest.raises(RuleBroken) as caught:
        expire_invitation(invitation=invitation, by=c.people.system, now=at(invitation.answer_by, 23, 59))
    assert [b.rule for b in caught.value.breaches] == ["invitation.early"]
    day = invitation.answer_by + timedelta(days=1)
    assert run(today=day, by=c.people.system, now=at(day, 1))["lapsed"] == 5
    assert run(today=day, by=c.people.system, now=at(day, 2))["lapsed"] == 0
    assert {i.state for i in c.invitations} == {"expired"}


def test_withdrawing_an_acceptance_gives_the_days_back_and_closes_the_file(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    invitation = first(c, "instructor")
    assert booked(invitation)
    withdraw_invitation(invitation=invitation, reason="对方单位来函调整", by=c.staff, now=c.now)
    assert booked(invitation) == []
    assert not involved(c, invitation)
    assert Opening.objects.inside(training_class=c.tc).get().state == "recommended"
    assert c.reload().stage == 3, "a class never goes back"


def test_withdrawing_needs_a_reason_and_a_class_that_is_not_over(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    invitation = c.invitations[0]
    with pytest.raises(RuleBroken) as caught:
        withdraw_invitation(invitation=invitation, reason="", by=c.staff, now=c.now)
    assert [b.rule for b in caught.value.breaches] == ["reason.missing"]
    with pytest.raises(RuleBroken) as caught:
        withdraw_invitation(
            invitation=invitation, reason="太晚", by=c.staff, now=at(c.tc.last_day + timedelta(days=1), 0)
        )
    assert [b.rule for b in caught.value.breaches] == ["withdraw.over"]
    with pytest.raises(NotAllowed):
        withdraw_invitation(invitation=invitation, reason="越权", by=c.province, now=c.now)
    with pytest.raises(NotThere):
        withdraw_invitation(
            invitation=invitation, reason="越权", by=c.actors()["other_institution"], now=c.now
        )


def test_the_daily_run_alone_lets_invitations_lapse(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    invitation = c.invitations[0]
    for by in (c.staff, c.people.centre, teacher_of(invitation)):
        with pytest.raises(NotAllowed):
            expire_invitation(invitation=invitation, by=by, now=at(c.tc.first_day))
