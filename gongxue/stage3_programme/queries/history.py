"""Versions of a programme that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import ProgrammeVersion
from gongxue.stage3_programme.queries.programme import programme_of, snapshot, written_sessions


@dataclass(frozen=True, slots=True)
class Kept:
    """A version to compare."""

    pk: int  # 0: as it stands now
    version: int
    title: str
    who: str
    at: datetime | None


def kept_versions(training_class: TrainingClass, role: Role) -> list[Kept]:
    """Every version that a role may compare, the latest first; before them the text as it stands now."""
    if role.is_(Duty.TRAINEE):  # they read what is filed
        return []
    rows = ProgrammeVersion.objects.scope(role).filter(training_class=training_class)
    found = [
        Kept(row.pk, row.version, row.cause_title, row.by.name if row.by else "", row.at)
        for row in rows.defer("content").select_related("by").order_by("-pk")
    ]
    row = programme_of(training_class)
    if row is None or (found and found[0].version == row.version):
        return found
    return [Kept(0, row.version, "当前稿", "", row.written_at), *found]


def content_at(training_class: TrainingClass, pk: int) -> dict[str, Any] | None:
    """What a kept version said; 0 is the text as it stands now. None: there is no such version of this class."""
    if pk == 0:
        row = programme_of(training_class)
        return snapshot(row, written_sessions(row)) if row else None
    rows = ProgrammeVersion.objects.inside(training_class=training_class)
    if not rows.filter(pk=pk).exists():
        return None
    held = rows.filter(pk__lte=pk, content__isnull=False).order_by("-pk").first()
    content: dict[str, Any] | None = held.content if held else None
    return content


def last_kept(training_class: TrainingClass) -> ProgrammeVersion | None:
    """The latest kept version with its own content, or None."""
    rows = ProgrammeVersion.objects.inside(training_class=training_class, content__isnull=False)
    found: ProgrammeVersion | None = rows.order_by("-pk").first()
    return found
