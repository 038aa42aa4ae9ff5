"""The list of materials and who has got what."""

from __future__ import annotations

from collections.abc import Collection

from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, HandedOut, Material


def materials_of(training_class: TrainingClass) -> list[Material]:
    """What is on the list, in order."""
    rows = Material.objects.inside(training_class=training_class, removed_at=None)
    return list(rows.select_related("file").order_by("pk"))


def holders_of(materials: Collection[Material]) -> dict[int, set[int]]:
    """material id → the attendee ids that have it; one query."""
    found: dict[int, set[int]] = {}
    rows = HandedOut.objects.inside(material__in=materials)
    for material, attendee in rows.values_list("material_id", "attendee_id"):
        found.setdefault(material, set()).add(attendee)
    return found


def received_by(attendee: Attendee) -> set[int]:
    """The material ids that a trainee has got."""
    return set(HandedOut.objects.inside(attendee=attendee).values_list("material_id", flat=True))
