"""Signed sheets in the form whose fingerprint was taken at signing (MG 13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gongxue.regulations.sealed_sheets import SealedMark, SealedSheet, canonical, commitment
from gongxue.stage6_assessment.models import CriterionMark, ScoreSheet


def sealed_sheet(sheet: ScoreSheet, criteria: Iterable[CriterionMark]) -> SealedSheet:
    """What a sheet says, from its rows; `sheet.attempt` is read along. Criteria in the order of their codes."""
    attempt = sheet.attempt
    marks = [SealedMark(one.code, one.weight, one.mark, one.comment) for one in criteria]
    return SealedSheet(
        trainee=attempt.attendee_id, training_class=sheet.training_class_id, part=attempt.part, attempt=attempt.number,
        scorer=sheet.scorer_id, rubric=attempt.rubric_id, mark=sheet.mark, comment=sheet.comment,
        criteria=sorted(marks, key=lambda one: one.code), signed_at=sheet.submitted_at, salt=sheet.salt,
    )  # fmt: skip


def criteria_of(sheets: Iterable[ScoreSheet]) -> dict[int, dict[str, CriterionMark]]:
    """sheet id → code → mark, of sheets that were themselves fetched in scope; one query."""
    found: dict[int, dict[str, CriterionMark]] = defaultdict(dict)
    for one in CriterionMark.objects.inside(sheet__in=[sheet.pk for sheet in sheets]):
        found[one.sheet_id][one.code] = one
    return found


def canonical_form(sheet: ScoreSheet, criteria: Iterable[CriterionMark]) -> bytes:
    """The bytes whose SHA-256 is the fingerprint."""
    return canonical(sealed_sheet(sheet, criteria))


def is_intact(sheet: ScoreSheet, criteria: Iterable[CriterionMark]) -> bool:
    """Whether a sheet still says what was signed."""
    return commitment(sealed_sheet(sheet, criteria)) == sheet.commitment
