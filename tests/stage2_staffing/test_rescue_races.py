"""Several accept one seat at the same moment: exactly one has it, the others learn why not (409)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.parties.models import Booking
from gongxue.stage2_staffing.actions import accept_invitation, decline_invitation, withdraw_invitation
from gongxue.stage2_staffing.models import Invitation, Opening
from tests.cast import FreshDatabase, Race
from tests.stage2_staffing.rescuing import close, helped

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]


def _accepting(row: Invitation, by: Role, c: object, now: object) -> Callable[[], Invitation]:
    return lambda: accept_invitation(invitation=row, by=by, now=now)  # type: ignore[arg-type]


def test_of_three_who_accept_at_once_one_has_the_seat(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("filed")
    now = close(c)
    sent = helped(c, now)
    results = race(*[_accepting(row, teacher_of(row), c, now) for row in sent])
    (won,) = [r for r in results if isinstance(r, Invitation)]
    lost = [r for r in results if isinstance(r, Conflict)]
    assert len(lost) == 2, results
    assert all("已由另一位老师接受" in str(refusal) for refusal in lost)
    rows = Invitation.objects.unscoped("test").filter(pk__in=[row.pk for row in sent])
    assert sorted(rows.values_list("state", flat=True)) == ["accepted", "withdrawn", "withdrawn"]
    booked = Booking.objects.unscoped("test").filter(person__in=[row.person_id for row in sent])
    assert set(booked.values_list("person_id", flat=True)) == {won.person_id}
    assert Opening.objects.inside(training_class=c.tc).get().state == "staffed"


def test_an_acceptance_and_a_withdrawal_at_once_are_one_after_the_other(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("filed")
    now = close(c)
    first, second = helped(c, now, 2)
    staff, by, other = c.staff, teacher_of(first), teacher_of(second)
    results = race(
        _accepting(first, by, c, now),
        lambda: withdraw_invitation(invitation=first, reason="已另行安排", by=staff, now=now),
        lambda: decline_invitation(invitation=second, code="time", by=other, now=now),
    )
    assert all(isinstance(r, (Invitation, RuleBroken, Conflict)) for r in results), results
    row = Invitation.objects.unscoped("test").get(pk=first.pk)
    assert row.state == "withdrawn"
    assert not Booking.objects.unscoped("test").filter(person=first.person_id).exists()
