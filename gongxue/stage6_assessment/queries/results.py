"""Whether the results stand, the transcript and its corrections (TR 12, MG 13)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.lifecycle import DeliveryState, ResultsState
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.queries import (
    delivery_of,
)
from gongxue.stage6_assessment.models import (
    Correction,
    Results,
    TranscriptLine,
)


def results_of(training_class: TrainingClass) -> Results | None:
    """The results of a visible class, or None before the first sheet."""
    found: Results | None = Results.objects.inside(training_class=training_class).first()
    return found


def is_begun(training_class: TrainingClass) -> bool:
    """Whether the class has begun, so that there is something to score."""
    delivery = delivery_of(training_class)
    return delivery is not None and delivery.state in (DeliveryState.RUNNING, DeliveryState.FINISHED)


def is_confirmed(training_class: TrainingClass) -> bool:
    """Whether the results stand; from then on there are only corrections."""
    results = results_of(training_class)
    return results is not None and results.state == ResultsState.CONFIRMED


def transcript_of(training_class: TrainingClass, at: datetime | None = None) -> list[TranscriptLine]:
    """The transcript as it stands, or as it stood at a moment: the highest revision of each trainee, in roster order."""
    rows = TranscriptLine.objects.inside(training_class=training_class).select_related(
        "attendee__application__person__account", "attendee__application__employer"
    )
    if at is not None:
        rows = rows.filter(confirmed_at__lte=at)
    last: dict[int, TranscriptLine] = {}
    for row in rows.order_by("revision"):
        last[row.attendee_id] = row
    return sorted(last.values(), key=lambda line: line.attendee.application.seat or 0)


def revisions_of(training_class: TrainingClass) -> dict[int, list[TranscriptLine]]:
    """attendee id → every revision of the line, oldest first."""
    found: dict[int, list[TranscriptLine]] = defaultdict(list)
    rows = TranscriptLine.objects.inside(training_class=training_class).select_related("confirmed_by")
    for line in rows.order_by("revision"):
        found[line.attendee_id].append(line)
    return found


def corrections_visible_to(role: Role) -> QuerySet[Correction]:
    """Corrections in scope."""
    rows: QuerySet[Correction] = Correction.objects.scope(role)
    return rows.select_related(
        "attendee__application__person__account", "training_class__institution", "requested_by", "decided_by"
    ).order_by("-pk")
