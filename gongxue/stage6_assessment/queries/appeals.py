"""Appeals in scope, and what a trainee reads of the own results after the confirmation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.appeals import appeal_until
from gongxue.regulations.calendar import day_of
from gongxue.regulations.marks import Part
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import Appeal, Attempt, Results, ScoreSheet, TranscriptLine
from gongxue.stage6_assessment.queries.results import results_of


def appeals_visible_to(role: Role) -> QuerySet[Appeal]:
    """Appeals in scope, the oldest first."""
    rows: QuerySet[Appeal] = Appeal.objects.scope(role)
    return rows.select_related(
        "training_class__institution", "attendee__application__person__account", "answered_by", "decided_by",
        "correction",
    ).order_by("pk")  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """One attempt as its trainee reads it after the confirmation: marks by size, comments by text, no names."""

    number: int
    mean: Decimal | None
    marks: list[Decimal]
    comments: list[str]


@dataclass(frozen=True, slots=True)
class OwnPart:
    """One assessment of a trainee after the confirmation."""

    part: Part
    counts: Decimal | None  # what stands on the transcript now
    attempts: list[OwnAttempt]
    appeal: Appeal | None


def appeal_end(results: Results | None) -> date | None:
    """The last day on which a review may be asked for; None while the results are open."""
    if results is None or results.confirmed_at is None:
        return None
    return appeal_until(day_of(results.confirmed_at), results.training_class.edition)


def own_results(attendee: Attendee, role: Role) -> list[OwnPart]:
    """Both assessments of a trainee; nothing before the confirmation. Five queries.

    reading: AMB-80 marks and comments without names, in an order that tells nothing
    """
    results = results_of(attendee.training_class)
    if results is None or results.confirmed_at is None:
        return []
    line = TranscriptLine.objects.inside(attendee=attendee).order_by("-revision").first()
    sheets: dict[int, list[ScoreSheet]] = defaultdict(list)
    for sheet in ScoreSheet.objects.inside(attempt__attendee=attendee, attempt__complete_at__isnull=False):
        sheets[sheet.attempt_id].append(sheet)
    appeals = {a.part: a for a in appeals_visible_to(role).filter(attendee=attendee)}
    rows = list(Attempt.objects.inside(attendee=attendee, complete_at__isnull=False).order_by("number"))
    counts = {Part.PROCESS: line.process if line else None, Part.FINAL: line.final if line else None}
    return [
        OwnPart(
            part,
            counts[part],
            [_own(a, sheets[a.pk]) for a in rows if a.part == part],
            appeals.get(part.value),
        )
        for part in Part
    ]


def _own(attempt: Attempt, sheets: list[ScoreSheet]) -> OwnAttempt:
    return OwnAttempt(
        attempt.number,
        attempt.mean,
        sorted(s.mark for s in sheets),
        sorted(s.comment for s in sheets if s.comment),
    )
