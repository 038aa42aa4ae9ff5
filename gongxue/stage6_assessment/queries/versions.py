"""Versions of a transcript: the confirmation is the first, each countersigned correction makes another one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.lifecycle import CorrectionState, ResultsState
from gongxue.regulations.marks import Part
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.models import Correction, Results, TranscriptReceipt


@dataclass(frozen=True, slots=True)
class Version:
    """One version of form 5: when it was made, by which correction, who has received it."""

    number: int
    at: datetime
    correction: Correction | None = None
    receipts: list[TranscriptReceipt] = field(default_factory=list)

    @property
    def change(self) -> str:
        """What changed against the version before: 3 号 张三 终结性考核 59.00 → 66.50."""
        one = self.correction
        if one is None:
            return "首次确认"
        seat = one.attendee.application.seat
        return f"{seat} 号 {one.attendee} {Part(one.part).title} {one.old:.2f} → {one.new:.2f}"

    @property
    def note(self) -> str:
        """The line below form 5; the first version prints as the annex does, with nothing under it."""
        if self.correction is None:
            return ""
        return f"第 {self.number} 版，{said(day_of(self.at))}更正：{self.change}"


def versions_of(training_class: TrainingClass) -> list[Version]:
    """Every version with its receipts, the first one first; none before the confirmation. Three queries."""
    results = Results.objects.inside(training_class=training_class, state=ResultsState.CONFIRMED).first()
    if results is None or results.confirmed_at is None:
        return []
    receipts: dict[int, list[TranscriptReceipt]] = defaultdict(list)
    rows = TranscriptReceipt.objects.inside(training_class=training_class)
    for receipt in rows.select_related("organisation", "account").order_by("pk"):
        receipts[receipt.number].append(receipt)
    made = Correction.objects.inside(training_class=training_class, state=CorrectionState.COUNTERSIGNED)
    found = [Version(1, results.confirmed_at, None, receipts[1])]
    people = made.select_related("attendee__application__person__account").order_by("decided_at", "pk")
    for number, correction in enumerate(people, 2):
        if correction.decided_at is not None:
            found.append(Version(number, correction.decided_at, correction, receipts[number]))
    return found
