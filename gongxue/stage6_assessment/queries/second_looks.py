"""Where sheets are far apart, and what their scorers say on a second look (SecondLook.scope_for keeps the seal)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, Max, Min, OuterRef

from gongxue.foundation.identity.models import Role
from gongxue.regulations.editions import Edition
from gongxue.regulations.marks import spread_asks_note
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.models import Attempt, ScoreSheet, SecondLook
from gongxue.stage6_assessment.queries.sheets import sheets_visible_to


def is_far_apart(attempt: Attempt) -> bool:
    """Whether an attempt is complete and its sheets are further apart than the limit. One query."""
    if attempt.complete_at is None:
        return False
    marks = list(ScoreSheet.objects.inside(attempt=attempt).values_list("mark", flat=True))
    return spread_asks_note(marks, attempt.training_class.edition)


def without_notes(training_class: TrainingClass) -> list[Attempt]:
    """Complete attempts far apart whose notes are not all in, in roster order. One query; names no scorer."""
    rows = (
        Attempt.objects.inside(
            training_class=training_class, complete_at__isnull=False, noted_at__isnull=True
        )
        .annotate(low=Min("sheets__mark"), high=Max("sheets__mark"))
        .select_related("attendee__application__person__account")
    )
    edition = training_class.edition
    return [a for a in rows.order_by("attendee__application__seat", "pk") if _far(a.low, a.high, edition)]


def _far(low: Decimal, high: Decimal, edition: Edition) -> bool:
    return spread_asks_note([low, high], edition)


def notes_wanted(role: Role, classes: Collection[TrainingClass]) -> Counter[int]:
    """class id → how many notes of the role's own are missing: one query for all its classes."""
    editions = {tc.pk: tc.edition for tc in classes}
    written = SecondLook.objects.inside(attempt=OuterRef("attempt"), scorer=OuterRef("scorer"))
    own = (
        ScoreSheet.objects.scope(role)
        .filter(
            scorer__account_id=role.account_id, training_class__in=list(editions),
            attempt__complete_at__isnull=False, attempt__noted_at__isnull=True,
        )
        .exclude(Exists(written))
        .annotate(low=Min("attempt__sheets__mark"), high=Max("attempt__sheets__mark"))
    )  # fmt: skip
    rows = own.values_list("training_class_id", "low", "high")
    return Counter(pk for pk, low, high in rows if _far(low, high, editions[pk]))


@dataclass(frozen=True, slots=True)
class FarApart:
    """One attempt whose sheets are far apart, as a role sees it."""

    attempt: Attempt
    sheets: tuple[ScoreSheet, ...]
    notes: dict[int, SecondLook]  # scorer (person id) → note, as far as the seal lets it be read
    own: ScoreSheet | None  # the role's own sheet

    @property
    def spread(self) -> Decimal:
        """Points between the highest and the lowest sheet."""
        marks = [sheet.mark for sheet in self.sheets]
        return max(marks) - min(marks)

    @property
    def lines(self) -> list[tuple[ScoreSheet, SecondLook | None]]:
        """Each sheet with the note on it, lowest mark first: the order says nothing about when it came in."""
        ordered = sorted(self.sheets, key=lambda sheet: (sheet.mark, sheet.pk))
        return [(sheet, self.notes.get(sheet.scorer_id)) for sheet in ordered]

    @property
    def wanted(self) -> bool:
        """Whether a note of the role's own is missing."""
        return self.own is not None and self.own.scorer_id not in self.notes


def far_apart_visible_to(role: Role, training_class: TrainingClass, only_own: bool) -> list[FarApart]:
    """Attempts far apart in roster order: two queries. only_own: those that the role has scored itself."""
    grouped: dict[Attempt, list[ScoreSheet]] = defaultdict(list)
    rows = sheets_visible_to(role, training_class).filter(attempt__complete_at__isnull=False)
    rows = rows.select_related("scorer__account", "attempt__attendee__application__person__account")
    for sheet in rows.order_by(
        "attempt__attendee__application__seat", "attempt__part", "attempt__number", "pk"
    ):
        grouped[sheet.attempt].append(sheet)
    notes: dict[int, dict[int, SecondLook]] = defaultdict(dict)
    for note in SecondLook.objects.scope(role).filter(training_class=training_class).order_by("pk"):
        notes[note.attempt_id][note.scorer_id] = note
    found = []
    for attempt, sheets in grouped.items():
        if not spread_asks_note([sheet.mark for sheet in sheets], training_class.edition):
            continue
        own = next((s for s in sheets if s.scorer.account_id == role.account_id), None)
        if own is not None or not only_own:
            found.append(FarApart(attempt, tuple(sheets), notes[attempt.pk], own))
    return found
