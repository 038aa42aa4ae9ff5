"""Beginning from what is there: copying into a class, saving a template (TR 9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.actions.keeping import Cause, keep
from gongxue.stage3_programme.actions.writing import edit_programme
from gongxue.stage3_programme.copying import PARTS, carried
from gongxue.stage3_programme.frozen import about_class
from gongxue.stage3_programme.models import Programme, ProgrammeTemplate
from gongxue.stage3_programme.queries import programme_of, snapshot, written_sessions
from gongxue.stage3_programme.queries.sources import arrival, held_by, is_key


@action(Permission.COPY_PROGRAMME)
def copy_programme(
    *, training_class: TrainingClass, source: str, parts: Sequence[str], seen: int, by: Role, now: datetime
) -> Programme:
    """Write chosen parts of a template, an earlier class or an own version into a programme.

    What stood there is kept as a version first. seen: the version the preview showed, 0 before the first word. The
    timetable arrives on the class's own days, teachers by their seats, rooms as they are.
    """
    shown = lock(training_class, by)
    refuse_if(_part_breaches(parts) + _source_breaches(source))
    held = held_by(by, shown, source)
    if held is None:
        raise NotThere
    row = programme_of(shown)
    if row is not None:
        row.training_class = shown
        check_seen(row, seen)
        keep(
            row,
            Cause.SAVED,
            row.written_by if row.written_by_id is not None else by.account,
            row.written_at or now,
        )
    come = arrival(shown, held)
    made: Programme = edit_programme(
        training_class=shown, seen=seen, by=by, now=now,
        sections={key: text for key, text in come.sections.items() if key in parts},
        final_mode=come.final_mode if "final_mode" in parts else "",
        sessions=come.sessions if "sessions" in parts else None,
        arrangement={"groups": come.groups, "notes": come.day_notes} if "sessions" in parts else None,
    )  # fmt: skip
    titles = [title for key, title in PARTS.items() if key in parts]
    record(Permission.COPY_PROGRAMME, by=by, now=now, about=made, changes={"parts": [source[:40], titles]})
    return made


def _source_breaches(source: str) -> list[Breach]:
    if is_key(source):
        return []
    return [
        Breach(
            "copy.source",
            "TR 9",
            "没有选择要套用的方案。",
            "请从列表中选择模板、以往培训班或本班以前的版本。",
        )
    ]


def _part_breaches(parts: Sequence[str]) -> list[Breach]:
    if parts and set(parts) <= set(PARTS):
        return []
    return [Breach("copy.parts", "TR 9", "没有选择要带入的内容。", "请至少勾选一项。")]


@action(Permission.SAVE_TEMPLATE)
def save_template(*, training_class: TrainingClass, title: str, by: Role, now: datetime) -> ProgrammeTemplate:
    """Keep the programme of a class as a template of its level: the centre for the nation, an institution for itself."""
    shown = lock(training_class, by)
    row = programme_of(shown)
    breaches = []
    if row is None:
        breaches.append(
            Breach("template.empty", "TR 9", "本班还没有培训方案。", "请先编写方案，再存为模板。")
        )
    if not 2 <= len(title.strip()) <= 60:
        breaches.append(Breach("template.title", "TR 9", "模板名称应为 2 至 60 个字。", "请更正名称。"))
    refuse_if(breaches)
    assert row is not None
    row.training_class = shown
    content = carried(snapshot(row, written_sessions(row)), about_class(shown)["team"])
    try:
        with transaction.atomic():
            made = ProgrammeTemplate.objects.create(
                institution=None if by.duty_enum.reads_all else by.organisation, level=shown.level,
                title=title.strip(), content=content, saved_by=by.account, saved_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise RuleBroken(
            [
                Breach(
                    "template.known",
                    "TR 9",
                    f"已有同名模板“{title.strip()}”。",
                    "请换一个名称，或先停用原模板。",
                )
            ]
        ) from error
    record(Permission.SAVE_TEMPLATE, by=by, now=now, about=made)
    return made


@action(Permission.CLOSE_TEMPLATE)
def close_template(*, template: ProgrammeTemplate, by: Role, now: datetime) -> ProgrammeTemplate:
    """Take a template out of use; the centre its national ones, an institution its own."""
    row = lock(template, by)
    own = None if by.duty_enum.reads_all else by.organisation_id
    if row.institution_id != own:
        raise RuleBroken(
            [Breach("template.foreign", "TR 9", "这不是本单位的模板。", "全国模板由部指导中心停用。")]
        )
    if row.closed_at is None:
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        record(Permission.CLOSE_TEMPLATE, by=by, now=now, about=row)
    return row
