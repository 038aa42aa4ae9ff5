"""Days for second attempts, and who still owes something by them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from gongxue.regulations.lifecycle import RetakeState
from gongxue.regulations.marks import Standing
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, LearningProduct
from gongxue.stage6_assessment.models import SecondDates
from gongxue.stage6_assessment.queries.records import records_of_classes


def second_dates_of(classes: Collection[TrainingClass]) -> dict[int, SecondDates]:
    """class id → its days: one query."""
    return {row.training_class_id: row for row in SecondDates.objects.inside(training_class__in=classes)}


@dataclass(slots=True)
class Owing:
    """Who owes what of a class."""

    resubmission: list[Attendee] = field(default_factory=list)
    retake: list[Attendee] = field(default_factory=list)


def owing(classes: Collection[TrainingClass]) -> dict[int, Owing]:
    """class id → who has not handed in again, and whose retake is not scored: six queries for any number of classes.

    Told by complete attempts alone; whoever is barred owes nothing.
    """
    handed = set(
        LearningProduct.objects.inside(training_class__in=classes, attempt=2).values_list(
            "attendee_id", flat=True
        )
    )
    found: dict[int, Owing] = {}
    for pk, records in records_of_classes(classes).items():
        found[pk] = Owing()
        for record in (r for r in records if not r.barred):
            if record.process.standing == Standing.SECOND and record.attendee.pk not in handed:
                found[pk].resubmission.append(record.attendee)
            if record.retake and record.retake.state == RetakeState.ALLOWED and record.final.attempts < 2:
                found[pk].retake.append(record.attendee)
    return found
