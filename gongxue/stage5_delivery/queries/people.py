"""The class as it is taught: delivery, roster, groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.attendance import Presence
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.parallel import is_expected
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery.models import Attendee, Delivery
from gongxue.stage5_delivery.queries.attendance import NO_ABSENCE, Absence, absences_of


def delivery_of(training_class: TrainingClass) -> Delivery | None:
    """The delivery of a visible class, or None before it began."""
    found: Delivery | None = Delivery.objects.inside(training_class=training_class).first()
    return found


def attendees_of(training_class: TrainingClass) -> list[Attendee]:
    """The class in roster order."""
    return attendees_of_classes([training_class])


def attendees_of_classes(classes: Collection[TrainingClass]) -> list[Attendee]:
    """Several classes in roster order, in one query."""
    rows = Attendee.objects.inside(training_class__in=classes)
    return list(
        rows.select_related("application__person__account", "application__employer").order_by(
            "application__seat"
        )
    )


def seats_of_attendees(training_class: TrainingClass) -> dict[int, int]:
    """attendee id → seat."""
    rows = Attendee.objects.inside(training_class=training_class)
    return dict(rows.values_list("pk", "application__seat"))


def attendees_visible_to(role: Role) -> QuerySet[Attendee]:
    """Attendees in scope; a trainee sees themselves."""
    rows: QuerySet[Attendee] = Attendee.objects.scope(role)
    return rows.select_related("application__person__account", "training_class__institution")


def attendee_of(training_class: TrainingClass, account_id: int) -> Attendee | None:
    """Somebody's own place in a class, or None."""
    rows = Attendee.objects.inside(training_class=training_class, application__person__account_id=account_id)
    found: Attendee | None = rows.select_related("application__person__account", "training_class").first()
    return found


def is_running(training_class: TrainingClass) -> bool:
    """Whether the class has begun and its teaching has not ended."""
    delivery = delivery_of(training_class)
    return delivery is not None and delivery.state == DeliveryState.RUNNING


def taught_groups(training_class: TrainingClass) -> int:
    """How many groups the timetable in force has; 0 when everything is for the whole class."""
    rows = CourseSession.objects.inside(training_class=training_class)
    return rows.aggregate(most=Max("group"))["most"] or 0


def expected_in(attendees: Iterable[Attendee], taught: Collection[int], groups: int) -> list[Attendee]:
    """Who sits in a period. taught: the groups it is for; groups: how many the timetable has."""
    return [one for one in attendees if is_expected(one.group, taught, groups)]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One trainee as the class office sees them."""

    attendee: Attendee
    absence: Absence
    tone: str  # "" within the limit, "wait" one period before it and at it, "bad" over it

    @property
    def late(self) -> int:
        """Late arrivals and early departures: recorded, without deduction (AMB-03)."""
        return self.absence.counts[Presence.LATE] + self.absence.counts[Presence.LEFT_EARLY]


def class_rows(training_class: TrainingClass, warn_at: int) -> list[ClassRow]:
    """The class in roster order with everybody's attendance in sum: two queries."""
    absences = absences_of(training_class)
    rows = []
    for attendee in attendees_of(training_class):
        absence = absences.get(attendee.pk, NO_ABSENCE)
        tone = "bad" if absence.barred else "wait" if absence.counted >= warn_at else ""
        rows.append(ClassRow(attendee, absence, tone))
    return rows


def summary_row(attendee: Attendee, absence: Absence | None) -> dict[str, Any]:
    """What a list shows of a trainee."""
    return {
        "seat": attendee.application.seat,
        "name": attendee.application.person.name,
        "employer": attendee.application.employer.name,
        "group": attendee.group,
        "counted": absence.counted if absence else 0,
        "barred": bool(absence and absence.barred),
    }
