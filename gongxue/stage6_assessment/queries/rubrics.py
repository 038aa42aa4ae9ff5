"""Which rubric is in force, and which one an attempt has (TR 12.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import RubricDraftState
from gongxue.regulations.marks import Part
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment.models import Retake, RubricDraft, RubricVersion, slot_title
from gongxue.stage6_assessment.queries.records import PartRecord, part_record


def rubrics_visible_to(role: Role) -> QuerySet[RubricVersion]:
    """Every published version."""
    rows: QuerySet[RubricVersion] = RubricVersion.objects.scope(role)
    return rows.select_related("published_by").order_by("level", "part", "-number")


def rubric_drafts_visible_to(role: Role) -> QuerySet[RubricDraft]:
    """What is being written."""
    rows: QuerySet[RubricDraft] = RubricDraft.objects.scope(role)
    return rows.filter(state=RubricDraftState.DRAFT).select_related("changed_by", "base")


def versions_of(level: str, part: str) -> QuerySet[RubricVersion]:
    """The versions of one slot, the newest first."""
    rows: QuerySet[RubricVersion] = RubricVersion.objects.inside(level=level, part=part)
    return rows.order_by("-number")


def in_force(versions: Sequence[RubricVersion], day: date) -> RubricVersion | None:
    """Of the versions of one slot the one in force on a day; None before the first."""
    begun = [row for row in versions if row.effective_from <= day]
    return max(begun, key=lambda row: row.effective_from, default=None)


@dataclass(frozen=True, slots=True)
class Slot:
    """One level and assessment: what is published, what is being written."""

    level: str
    part: str
    versions: tuple[RubricVersion, ...]  # the newest first
    draft: RubricDraft | None
    now: RubricVersion | None  # in force today

    @property
    def title(self) -> str:
        """三级过程性考核."""
        return slot_title(self.level, self.part)

    @property
    def has_official(self) -> bool:
        """Whether the rubric of the 《培训指导手册》 was ever entered."""
        return any(row.rubric.official for row in self.versions)


def slots_visible_to(role: Role, today: date) -> list[Slot]:
    """Every level and assessment, also those that have nothing yet; two queries."""
    versions, drafts = list(rubrics_visible_to(role)), list(rubric_drafts_visible_to(role))
    found = []
    for level in Level:
        for part in Part:
            own = tuple(row for row in versions if (row.level, row.part) == (level, part))
            draft = next((row for row in drafts if (row.level, row.part) == (level, part)), None)
            found.append(Slot(level.value, part.value, own, draft, in_force(own, today)))
    return found


# The rubric of an attempt -------------------------------------------------------------------------------------------


def opened_on(
    tc: TrainingClass, part: Part, number: int, process: PartRecord, retake: Retake | None
) -> date | None:
    """The day on which an attempt opens: one that everybody can see, never that of a first sheet or draft.

    The first process assessment: the first day of the class; the second: the day the first was decided. The first
    final: the day the process assessment was decided; the second: the day it was agreed to.
    """
    if part == Part.PROCESS:
        if number == 1:
            return tc.first_day
        return day_of(process.decided[0]) if process.decided else None
    if number == 1:
        return day_of(process.decided[-1]) if process.decided else None
    return day_of(retake.allowed_at) if retake and retake.allowed_at else None


def versions_for(tc: TrainingClass) -> Mapping[str, list[RubricVersion]]:
    """part → the versions of the class's level; one query."""
    found: dict[str, list[RubricVersion]] = {part.value: [] for part in Part}
    for row in RubricVersion.objects.inside(level=tc.level):
        found[row.part].append(row)
    return found


def rubric_for(attendee: Attendee, part: Part, number: int) -> RubricVersion | None:
    """The rubric that an attempt has, whether or not anybody has scored it; None: one mark a sheet."""
    tc = attendee.training_class
    versions = list(versions_of(tc.level, part))
    if not versions:
        return None
    process = part_record(attendee, Part.PROCESS, tc.edition)
    retake = Retake.objects.inside(attendee=attendee).first() if part == Part.FINAL else None
    day = opened_on(tc, part, number, process, retake)
    return in_force(versions, day) if day else None
