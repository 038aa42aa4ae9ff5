"""Who may be called: the institution and the class's instructors see everybody, trainees whoever agreed (MG 25.4)."""

from __future__ import annotations

from dataclasses import dataclass

from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage5_delivery.models import Attendee


@dataclass(frozen=True, slots=True)
class Contact:
    """One trainee in the list of contacts. The number itself is asked for one at a time."""

    attendee: Attendee
    shared: bool


def contacts_of(training_class: TrainingClass) -> list[Contact]:
    """The class in roster order, with who lets the others see their number; one query."""
    return [_contact(row) for row in _rows(training_class).order_by("application__seat")]


def contact_in(training_class: TrainingClass, attendee: int) -> Contact | None:
    """One of them, or None for somebody of another class."""
    row = _rows(training_class).filter(pk=attendee).first()
    return _contact(row) if row else None


def _rows(training_class: TrainingClass):  # type: ignore[no-untyped-def]
    rows = Attendee.objects.inside(training_class=training_class)
    return rows.select_related(
        "application__person__account", "application__employer", "contact_share", "training_class"
    )


def _contact(row: Attendee) -> Contact:
    share = getattr(row, "contact_share", None)
    return Contact(row, bool(share and share.shared))


def reads_contacts(training_class: TrainingClass, role: Role) -> bool:
    """Staff of the institution, and instructors of this class; nobody else whatever they may read."""
    if role.is_institution_staff:
        return True
    return role.is_(Duty.BACKBONE) and seat_of(training_class, role.account_id, Seat.INSTRUCTOR) is not None
