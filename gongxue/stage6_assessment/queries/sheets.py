"""Sheets as a role may read them: others' stay sealed until an attempt is complete (ScoreSheet.scope_for)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.marks import Part, spread_asks_note
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import (
    Attempt,
    DraftSheet,
    ScoreSheet,
)


def sheets_visible_to(role: Role, training_class: TrainingClass) -> QuerySet[ScoreSheet]:
    """One's own sheets, and others' of complete attempts."""
    rows: QuerySet[ScoreSheet] = ScoreSheet.objects.scope(role)
    return rows.filter(training_class=training_class).select_related("scorer__account", "attempt")


def own_sheets(role: Role, training_class: TrainingClass) -> QuerySet[ScoreSheet]:
    """The sheets that the role itself has signed, in roster order."""
    rows = sheets_visible_to(role, training_class).filter(scorer__account_id=role.account_id)
    return rows.select_related("attempt__attendee__application__person__account").order_by(
        "attempt__part", "attempt__attendee__application__seat", "attempt__number"
    )


def drafts_of(role: Role, training_class: TrainingClass) -> dict[tuple[int, str, int], DraftSheet]:
    """One's own unfinished sheets: (attendee, part, number) → draft."""
    rows = (
        DraftSheet.objects.scope(role)
        .filter(attempt__training_class=training_class)
        .select_related("attempt")
    )
    return {(d.attempt.attendee_id, d.attempt.part, d.attempt.number): d for d in rows}


def opened_sheets_of(role: Role, attendee: Attendee) -> list[ScoreSheet]:
    """Every sheet of the complete attempts of one trainee, the oldest attempt first: inside the seal's scope."""
    rows = sheets_visible_to(role, attendee.training_class).filter(
        attempt__attendee=attendee, attempt__complete_at__isnull=False
    )
    found = rows.select_related("attempt__rubric", "scorer__account")
    order = [part.value for part in Part]
    return sorted(
        found, key=lambda one: (order.index(one.attempt.part), one.attempt.number, one.submitted_at, one.pk)
    )


@dataclass(frozen=True, slots=True)
class OpenedAttempt:
    """A complete attempt: the seal is open, everybody in the class's scope reads its sheets."""

    pk: int
    number: int
    mean: Decimal | None
    sheets: tuple[ScoreSheet, ...]
    far_apart: bool  # more than 15 points: each scorer is asked for a second look


def opened_attempts(role: Role, training_class: TrainingClass) -> dict[tuple[int, str], list[OpenedAttempt]]:
    """(attendee, part) → complete attempts with their sheets, oldest first: one query, inside the seal's scope."""
    grouped: dict[Attempt, list[ScoreSheet]] = {}
    rows = sheets_visible_to(role, training_class).filter(attempt__complete_at__isnull=False)
    for sheet in rows.order_by("attempt__number", "submitted_at", "pk"):
        grouped.setdefault(sheet.attempt, []).append(sheet)
    found: dict[tuple[int, str], list[OpenedAttempt]] = defaultdict(list)
    for attempt, sheets in grouped.items():
        far = spread_asks_note([sheet.mark for sheet in sheets], training_class.edition)
        opened = OpenedAttempt(attempt.pk, attempt.number, attempt.mean, tuple(sheets), far)
        found[attempt.attendee_id, attempt.part].append(opened)
    return found
