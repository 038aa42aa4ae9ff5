"""Opening and closing ceremony: for the office, for the class page, for evaluation later (form 3 items 1.5 and 1.6)."""

from __future__ import annotations

from dataclasses import dataclass

from gongxue.regulations.ceremonies import CeremonyKind
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Ceremony, CeremonyPhoto


@dataclass(frozen=True, slots=True)
class CeremonyRow:
    """One of the two ceremonies. row: None while nothing is planned."""

    kind: CeremonyKind
    row: Ceremony | None
    photos: tuple[CeremonyPhoto, ...] = ()

    @property
    def held(self) -> bool:
        """Whether it is recorded as held: the answer to form 3 item 1.5 or 1.6."""
        return self.row is not None and self.row.held_on is not None

    @property
    def version(self) -> int:
        """What an act on it has seen; 0 while nothing is planned."""
        return self.row.version if self.row else 0


def ceremonies_of(training_class: TrainingClass) -> dict[CeremonyKind, CeremonyRow]:
    """Both ceremonies, opening first, held or not; two queries."""
    rows = Ceremony.objects.inside(training_class=training_class).select_related("recorded_by")
    found = {CeremonyKind(row.kind): row for row in rows}
    photos: dict[int, list[CeremonyPhoto]] = {row.pk: [] for row in found.values()}
    pictures = CeremonyPhoto.objects.inside(ceremony__in=found.values(), removed_at=None)
    for photo in pictures.select_related("file").order_by("pk"):
        photos[photo.ceremony_id].append(photo)
    return {
        kind: CeremonyRow(kind, found.get(kind), tuple(photos[found[kind].pk]) if kind in found else ())
        for kind in CeremonyKind
    }


def ceremony_of(training_class: TrainingClass, kind: CeremonyKind) -> Ceremony | None:
    """One ceremony, or None while nothing is planned."""
    found: Ceremony | None = Ceremony.objects.inside(training_class=training_class, kind=kind).first()
    return found


def ceremonies_held(training_class: TrainingClass) -> dict[CeremonyKind, bool]:
    """Which of them are recorded as held; one query."""
    rows = Ceremony.objects.inside(training_class=training_class).exclude(held_on=None)
    held = set(rows.values_list("kind", flat=True))
    return {kind: kind in held for kind in CeremonyKind}
