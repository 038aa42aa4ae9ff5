"""Severity of scorers and patterns in marks, for province and centre: complete attempts only, a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person
from gongxue.regulations.mark_patterns import Pattern, Severity, Signed, patterns, severities
from gongxue.regulations.marks import Part
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import LearningProduct
from gongxue.stage6_assessment.models import PatternLook, PresentationSlot, ScoreSheet

_COLUMNS = (
    "training_class_id", "attempt_id", "attempt__attendee_id", "attempt__part", "attempt__number", "scorer_id", "mark",
    "submitted_at",
)  # fmt: skip


def signed_sheets(role: Role, classes: Collection[int] | None, year: int) -> dict[int, list[Signed]]:
    """class id → sheets of complete attempts of a year's classes in scope, or of some of them; one query."""
    rows = ScoreSheet.objects.scope(role).filter(
        attempt__complete_at__isnull=False, training_class__first_day__year=year
    )
    if classes is not None:
        rows = rows.filter(training_class__in=classes)
    found: dict[int, list[Signed]] = defaultdict(list)
    for tc, attempt, attendee, part, number, scorer, mark, at in rows.order_by("pk").values_list(*_COLUMNS):
        found[tc].append(Signed(attempt, attendee, Part(part), number, scorer, mark, at))
    return found


def names_of_people(people: Collection[int]) -> dict[int, str]:
    """person id → name, of scorers whose sheets are in scope; one query."""
    rows = Person.objects.unscoped("names of scorers for province and centre").filter(pk__in=people)
    return {person.pk: person.name for person in rows.select_related("account")}


def severity_rows(role: Role, year: int, part: Part | None, least: int) -> list[tuple[Severity, str]]:
    """Scorers with at least so many sheets, the furthest from colleagues first, with names; two queries."""
    sheets = [s for one in signed_sheets(role, None, year).values() for s in one if part in (None, s.part)]
    rows = [row for row in severities(sheets) if row.sheets >= least]
    names = names_of_people([row.scorer for row in rows])
    return [(row, names[row.scorer]) for row in rows]


@dataclass(frozen=True, slots=True)
class PatternRow:
    """A pattern of a class with the looks that were taken at it."""

    tc: TrainingClass
    pattern: Pattern
    says: str
    looks: list[PatternLook]


def pattern_rows(role: Role, year: int, only: Collection[int] | None = None) -> list[PatternRow]:
    """Every pattern of a year's classes in scope, those nobody has looked at first; six queries."""
    sheets = signed_sheets(role, only, year)
    turns, works = _moments(list(sheets))
    found = {pk: patterns(rows, turns[pk], works[pk]) for pk, rows in sheets.items()}
    found = {pk: rows for pk, rows in found.items() if rows}
    classes = TrainingClass.objects.scope(role).select_related("institution").in_bulk(list(found))
    names = names_of_people({n for rows in found.values() for row in rows for n in row.scorers})
    looks: dict[tuple[int, str], list[PatternLook]] = defaultdict(list)
    taken = PatternLook.objects.scope(role).filter(training_class__in=list(found))
    for look in taken.select_related("account").order_by("pk"):
        looks[look.training_class_id, look.key].append(look)
    rows = [
        PatternRow(classes[pk], row, row.says([names[n] for n in row.scorers]), looks[pk, row.key])
        for pk, of_class in found.items()
        for row in of_class
    ]
    return sorted(rows, key=lambda row: (bool(row.looks), -row.tc.pk, row.pattern.key))


Moments = dict[int, dict[tuple[int, int], datetime]]


def _moments(classes: Collection[int]) -> tuple[Moments, Moments]:
    """class → (attendee, number) → when they were called; when their first work of that attempt came in."""
    turns: Moments = defaultdict(dict)
    slots = PresentationSlot.objects.inside(
        presentation_day__training_class__in=classes, begun_at__isnull=False
    )
    names = ("presentation_day__training_class_id", "attendee_id", "presentation_day__session", "begun_at")
    for tc, attendee, session, at in slots.values_list(*names):
        turns[tc][attendee, session] = at
    works: Moments = defaultdict(dict)
    handed = LearningProduct.objects.inside(training_class__in=classes).values_list(
        "training_class_id", "attendee_id", "attempt"
    )
    for tc, attendee, attempt, at in handed.annotate(at=Min("handed_in_at")):
        works[tc][attendee, attempt] = at
    return turns, works
