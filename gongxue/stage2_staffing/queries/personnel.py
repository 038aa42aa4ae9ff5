"""Who left a class after accepting and who came instead (TR 8 note 5: the institution decides, the province is told)."""

from __future__ import annotations

from dataclasses import dataclass

from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.inputs import HELD
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation


@dataclass(frozen=True, slots=True)
class Replacement:
    """Somebody who had accepted and left, and who sits in the seat now; None while it is empty."""

    gone: Invitation
    came: Invitation | None


def last_to_leave(training_class: TrainingClass, seat: Seat, number: int) -> Invitation | None:
    """Who had accepted a seat, left it last and has nobody in their place yet."""
    rows = Invitation.objects.inside(
        training_class=training_class, seat=seat, number=number, state=InvitationState.WITHDRAWN,
        answered_at__isnull=False, withdrawn_at__isnull=False,
    )  # fmt: skip
    found: Invitation | None = rows.select_related("person__account").order_by("-withdrawn_at", "-pk").first()
    return found


def replacements_in(invitations: list[Invitation]) -> list[Replacement]:
    """Every change of people after an acceptance among all invitations of a class, the latest first."""
    came = {row.replaces_id: row for row in invitations if row.answered_at and row.state in _CAME}
    left = [row for row in invitations if row.has_left]
    left.sort(key=lambda row: (row.withdrawn_at, row.pk), reverse=True)
    return [Replacement(row, came.get(row.pk)) for row in left]


_CAME = (InvitationState.ACCEPTED, InvitationState.WITHDRAWN)


def served(training_class: TrainingClass, seat: Seat) -> list[Invitation]:
    """Everybody who holds or held a seat of a kind for a day at least, by seat and time."""
    rows = Invitation.objects.inside(training_class=training_class, seat=seat).filter(HELD)
    return list(rows.select_related("person__account", "person__employer").order_by("number", "pk"))


def lifts_of(training_class: TrainingClass) -> list[AvoidanceLift]:
    """Every lift of the avoidance of own teachers, those that still hold first."""
    rows = AvoidanceLift.objects.inside(training_class=training_class).select_related(
        "person__account", "lifted_by", "revoked_by"
    )
    return sorted(rows, key=lambda row: (row.revoked_at is not None, row.pk))


def lifted(training_class: TrainingClass) -> dict[int, AvoidanceLift]:
    """person id → the lift that holds for them now."""
    rows = AvoidanceLift.objects.inside(training_class=training_class, revoked_at=None)
    return {row.person_id: row for row in rows}
