"""Where each trainee stands, told by complete attempts alone (TR 12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gongxue.regulations.editions import Edition
from gongxue.regulations.lifecycle import RetakeState
from gongxue.regulations.marks import Part, Standing, standing
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import (
    Absence,
    absence_of_attendee,
    absences_of_classes,
    attendees_of_classes,
)
from gongxue.stage6_assessment.models import (
    Attempt,
    Retake,
    ScoreSheet,
)


@dataclass(slots=True)
class PartRecord:
    """One trainee's way through one assessment, told by its complete attempts alone.

    Nothing here changes while an attempt is under way, except `begun`, which only the confirmation asks: otherwise
    anybody could see that a colleague has handed in a sheet, or saved a draft.
    """

    attempts: int = 0  # complete ones
    begun: bool = False  # an attempt is under way and some, not all, of its sheets are in
    complete: bool = False
    mean: Decimal | None = None
    standing: Standing = Standing.OPEN
    decided: tuple[datetime, ...] = ()  # when each complete attempt was


@dataclass(slots=True)
class Record:
    """Where one trainee stands."""

    attendee: Attendee
    absence: Absence | None
    process: PartRecord
    final: PartRecord
    retake: Retake | None = None

    @property
    def barred(self) -> bool:
        """Over the limit of TR 12."""
        return bool(self.absence and self.absence.barred)

    @property
    def missed(self) -> int:
        """Periods against the limit."""
        return self.absence.counted if self.absence else 0

    @property
    def qualified(self) -> bool:
        """Passed both and not barred (MG 4.6)."""
        passed = self.process.standing == Standing.PASSED and self.final.standing == Standing.PASSED
        return passed and not self.barred

    @property
    def half_scored(self) -> bool:
        """Some sheets are in and some are missing."""
        return self.process.begun or self.final.begun

    @property
    def chance_left(self) -> bool:
        """Neither qualified nor failed for good: something could still be done."""
        if self.barred or self.qualified:
            return False
        return Standing.FAILED not in (self.process.standing, self.final.standing)

    @property
    def may_apply_again(self) -> bool:
        """Whether the first final assessment was below the line and no second one was applied for (TR 12.2)."""
        return self.final.standing == Standing.SECOND and self.retake is None and not self.barred

    @property
    def outcome(self) -> str:
        """合格, 不合格, 缺课超限, or what is awaited."""
        if self.barred:
            return "缺课超限"
        if self.qualified:
            return "合格"
        if not self.chance_left:
            return "不合格"
        if self.process.standing != Standing.PASSED:
            return "待二次提交" if self.process.standing == Standing.SECOND else "待过程性考核"
        return "待二次考核" if self.final.standing == Standing.SECOND else "待终结性考核"


def records_of(training_class: TrainingClass) -> list[Record]:
    """Every trainee's standing in roster order: five queries whatever the size of the class."""
    return records_of_classes([training_class])[training_class.pk]


def records_of_classes(classes: Collection[TrainingClass]) -> dict[int, list[Record]]:
    """class id → every trainee's standing in roster order: five queries whatever the number of classes."""
    editions = {tc.pk: tc.edition for tc in classes}
    inside = {"training_class__in": list(editions)}
    absences = absences_of_classes(classes)
    sheets: dict[int, list[Decimal]] = defaultdict(list)
    # Means and counts only: single sheets leave this function neither sealed nor open.
    for attempt, mark in ScoreSheet.objects.inside(**inside).values_list("attempt_id", "mark"):
        sheets[attempt].append(mark)
    attempts: dict[tuple[int, str], list[Attempt]] = defaultdict(list)
    for row in Attempt.objects.inside(**inside).order_by("number"):
        attempts[row.attendee_id, row.part].append(row)
    retakes = {r.attendee_id: r for r in Retake.objects.inside(**inside)}
    found: dict[int, list[Record]] = {pk: [] for pk in editions}
    for attendee in attendees_of_classes(classes):
        edition = editions[attendee.training_class_id]
        process, final = (_part(attempts[attendee.pk, part], sheets, part, edition) for part in Part)
        found[attendee.training_class_id].append(
            Record(attendee, absences.get(attendee.pk), process, final, retakes.get(attendee.pk))
        )
    return found


def _part(rows: list[Attempt], sheets: dict[int, list[Decimal]], part: Part, edition: Edition) -> PartRecord:
    complete = [row for row in rows if row.complete_at is not None]
    wanted = part.scored_by.wanted(edition)
    return PartRecord(
        attempts=len(complete),
        begun=any(sheets[row.pk] for row in rows if row.complete_at is None),
        complete=bool(complete),
        mean=complete[-1].mean if complete else None,
        decided=tuple(row.complete_at for row in complete if row.complete_at),
        standing=standing([sheets[row.pk] for row in complete], wanted, edition),
    )


def part_record(attendee: Attendee, part: Part, edition: Edition) -> PartRecord:
    """One trainee's way through one assessment."""
    rows = list(Attempt.objects.inside(attendee=attendee, part=part).order_by("number"))
    sheets: dict[int, list[Decimal]] = defaultdict(list)
    raw = ScoreSheet.objects.inside(attempt__in=rows)
    for attempt, mark in raw.values_list("attempt_id", "mark"):
        sheets[attempt].append(mark)
    return _part(rows, sheets, part, edition)


def record_of(attendee: Attendee) -> Record:
    """Where one trainee stands."""
    edition = attendee.training_class.edition
    return Record(
        attendee,
        absence_of_attendee(attendee, edition),
        part_record(attendee, Part.PROCESS, edition),
        part_record(attendee, Part.FINAL, edition),
        Retake.objects.inside(attendee=attendee).first(),
    )


def retake_allowed(attendee: Attendee) -> bool:
    """Whether the institution has agreed to a second final assessment."""
    return Retake.objects.inside(attendee=attendee, state=RetakeState.ALLOWED).exists()


def took_final(training_class: TrainingClass, account_id: int) -> bool:
    """Whether somebody's final assessment is complete."""
    return Attempt.objects.inside(
        training_class=training_class, part=Part.FINAL, complete_at__isnull=False,
        attendee__application__person__account_id=account_id,
    ).exists()  # fmt: skip
