"""Two invitations to one person for the same days, accepted at the same moment: exactly one wins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.parties.models import Booking
from gongxue.stage2_staffing.actions import accept_invitation, invite
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import latest_recommendation
from tests.cast import FIRST_DAY, ClassAt, FreshDatabase, Plan, Race
from tests.stage2_staffing.asking import ask_the_same

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]


def accepting(c: ClassAt, invitation: Invitation, by: Role) -> Callable[[], Invitation]:
    return lambda: accept_invitation(invitation=invitation, by=by, now=c.now)


def won(results: list[object]) -> list[Invitation]:
    assert all(isinstance(r, (Refusal, Invitation)) for r in results), results
    return [r for r in results if isinstance(r, Invitation)]


@pytest.mark.parametrize("gap", [0, 1, 6])
def test_a_person_invited_by_two_classes_gets_into_one(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf, gap: int
) -> None:
    one, other = fresh_database.classes_at(
        Plan("invited"), Plan("recommended", institution="001", first_day=FIRST_DAY + timedelta(days=gap))
    )
    mine_by_person = {i.person_id: i for i in one.invitations}
    pairs = [(mine_by_person[i.person_id], i) for i in ask_the_same(one, other, "instructor")]
    assert len(pairs) == 2
    for mine, their in pairs:
        by = teacher_of(mine)
        results = race(accepting(one, mine, by), accepting(other, their, by))
        (winner,) = won(results)
        days = Booking.objects.unscoped("test").filter(person=mine.person_id)
        assert set(days.values_list("reference", flat=True)) == {f"class/{winner.training_class_id}"}
        states = Invitation.objects.unscoped("test").filter(pk__in=[mine.pk, their.pk])
        assert sorted(states.values_list("state", flat=True)) == ["accepted", "sent"]


def test_a_double_click_accepts_once(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("invited")
    invitation = c.invitations[0]
    call = accepting(c, invitation, teacher_of(invitation))
    assert len(won(race(call, call, call))) == 1


def test_five_acceptances_at_once_staff_the_class_once(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("invited")
    results = race(*[accepting(c, i, teacher_of(i)) for i in c.invitations])
    assert len(won(results)) == 5
    assert Opening.objects.inside(training_class=c.tc).get().state == "staffed"


def test_two_colleagues_invite_the_same_people_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("recommended")
    people = {r.person_id: r.seat for r in latest_recommendation(c.tc) if r.chosen}
    staff, now, tc = c.staff, c.now, c.tc
    results = race(*[lambda: invite(training_class=tc, people=people, by=staff, now=now)] * 3)
    assert sum(isinstance(r, list) for r in results) == 1
    assert Invitation.objects.inside(training_class=tc).count() == 5
