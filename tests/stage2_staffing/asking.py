"""Two classes never get the same people recommended for the same days; institutions may ask them all the same."""

from __future__ import annotations

from gongxue.stage2_staffing.actions import invite
from gongxue.stage2_staffing.models import Invitation
from tests.cast import ClassAt


def ask_the_same(one: ClassAt, other: ClassAt, *seats: str) -> list[Invitation]:
    """Invite the people whom one class has invited to the same seats of another recommended class."""
    people = {i.person_id: i.seat for i in one.invitations if not seats or i.seat in seats}
    return invite(training_class=other.tc, people=people, by=other.staff, now=other.now)
