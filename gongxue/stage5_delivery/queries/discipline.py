"""Pledges and reminders (MG 10): read by the office now, by discipline and evaluation later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person
from gongxue.parties.queries import person_of
from gongxue.regulations.calendar import day_of
from gongxue.regulations.discipline import Occasion
from gongxue.regulations.lifecycle import ApplicationState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.models import DisciplineReminder, Pledge


def pledging_person(training_class: TrainingClass, by: Role) -> Person | None:
    """The person behind a role if they are admitted to the class or sit in one of its seats, else None."""
    person = person_of(by.account_id)
    if person is None:
        return None
    if by.is_(Duty.BACKBONE):
        return person if any(i.person_id == person.pk for i in accepted(training_class)) else None
    rows = Application.objects.inside(
        training_class=training_class, person=person, state=ApplicationState.ADMITTED
    )
    return person if rows.exists() else None


def own_pledge(training_class: TrainingClass, person: Person) -> Pledge | None:
    """The pledge that somebody gave under their own account, or None."""
    found: Pledge | None = Pledge.objects.inside(
        training_class=training_class, person=person, way="own"
    ).first()
    return found


def own_pledges(training_class: TrainingClass) -> dict[int, Pledge]:
    """person id → the pledge given under their own account."""
    rows = Pledge.objects.inside(training_class=training_class, way="own")
    return {row.person_id: row for row in rows}


def pledges_of(training_class: TrainingClass) -> list[Pledge]:
    """Every pledge of a class, oldest first; for discipline and evaluation."""
    rows = Pledge.objects.inside(training_class=training_class)
    return list(rows.select_related("person__account", "recorded_by").order_by("pk"))


def reminders_of(training_class: TrainingClass) -> list[DisciplineReminder]:
    """Every reminder of a class, oldest first, one row per person; for discipline and evaluation."""
    rows = DisciplineReminder.objects.inside(training_class=training_class)
    return list(rows.select_related("person__account", "by").order_by("pk"))


def reminders_to(person: Person) -> list[DisciplineReminder]:
    """Everything that somebody was ever reminded of; the caller has fetched the person in scope."""
    rows = DisciplineReminder.objects.inside(person=person)
    return list(rows.select_related("training_class__institution", "by").order_by("pk"))


def reminded_on(training_class: TrainingClass, day: date, means: str) -> bool:
    """Whether the class was reminded on a Shanghai day by a means."""
    rows = DisciplineReminder.objects.inside(training_class=training_class, means=means).order_by("-pk")
    last = rows.values_list("at", flat=True).first()
    return last is not None and day_of(last) == day


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """One reminder as the office lists it: when, on which occasion, by which means, by whom, to how many."""

    at: datetime
    occasion: str
    means: str
    by: str
    people: int


def reminder_rows(training_class: TrainingClass) -> list[ReminderRow]:
    """What was done in one go as one row, arrivals of a day together, the newest first; one query."""
    rows = DisciplineReminder.objects.inside(training_class=training_class).order_by("-pk")
    counts: Counter[tuple[str, str, str, date]] = Counter()
    first: dict[tuple[str, str, str, date], datetime] = {}
    for occasion, means, name, at in rows.values_list("occasion", "means", "by__name", "at"):
        key = (occasion, means, name, day_of(at))
        counts[key] += 1
        first.setdefault(key, at)
    return [
        ReminderRow(first[key], Occasion(key[0]).title, key[1], key[2], people)
        for key, people in counts.items()
    ]


def occasions_covered(training_class: TrainingClass) -> dict[Occasion, int]:
    """Occasion of MG 10 → how many different people were reminded then."""
    rows = DisciplineReminder.objects.inside(training_class=training_class)
    pairs = set(rows.values_list("occasion", "person_id"))
    return {one: sum(occasion == one for occasion, _ in pairs) for one in Occasion}
