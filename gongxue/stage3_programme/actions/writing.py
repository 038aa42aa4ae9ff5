"""Writing a programme together (TR 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, edit, lock
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.levels import module_by_code
from gongxue.regulations.lifecycle import PlanState, ProgrammeState
from gongxue.regulations.parallel import MOST_GROUPS, WHOLE_CLASS, clashes
from gongxue.regulations.programme import (
    MOST_PERIODS,
    SECTION_LIMIT,
    SECTIONS,
    FinalMode,
    SessionKind,
    note_breaches,
)
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted, opening_of, seat_of
from gongxue.stage3_programme.actions.keeping import as_left, keep_left
from gongxue.stage3_programme.models import Programme, Timetabled
from gongxue.stage3_programme.queries import OPEN_STATES, timetable_of
from gongxue.stage3_programme.timetable import Arrangement as Arrangement
from gongxue.stage3_programme.timetable import SessionRow as SessionRow


@action(Permission.EDIT_PROGRAMME)
def edit_programme(  # noqa: PLR0913 — what a writer saves (TR 9) are its inputs
    *, training_class: TrainingClass, seen: int, by: Role, now: datetime,
    sections: Mapping[str, str] | None = None, final_mode: str = "", venue_declared: bool | None = None,
    sessions: Sequence[SessionRow] | None = None, arrangement: Arrangement | None = None,
) -> Programme:  # fmt: skip
    """Write sections, timetable or both (TR 9: by institution and instructors together).

    seen: the version the writer started from, 0 before the first word; another version is a conflict, nothing is
    overwritten. sessions, when given, replace the whole timetable; arrangement: what holds for it as a whole.
    What is the same as before changes nothing.
    """
    shown = lock(training_class, by)
    _check_may_write(shown, by)
    programme, begun = _open_programme(shown, seen)
    groups = (arrangement or {}).get("groups", programme.groups)
    notes = _tidy((arrangement or {}).get("notes", programme.notes))
    refuse_if(
        _input_breaches(shown, sections, final_mode, sessions)
        + _group_breaches(programme, sessions, groups)
        + (_note_breaches(shown, notes) if "notes" in (arrangement or {}) else [])
    )
    fields: dict[str, Any] = {key: text.strip() for key, text in (sections or {}).items()}
    if final_mode:
        fields["final_mode"] = final_mode
    fields |= {"groups": groups, "notes": notes}
    if venue_declared is not None:
        fields["venue_declared"] = venue_declared
    left_at, left = programme.version, as_left(programme, by.account, now)
    changes = edit(programme, **fields)
    if sessions is not None and (replaced := _replace_sessions(programme, sessions)):
        if not changes:
            programme.version += 1
            programme.save(update_fields=["version"])
        changes["sessions"] = replaced
    if not changes and not begun:
        return programme  # saved again as it was: no new version, the instructors' word still stands
    keep_left(programme, left_at, left)
    programme.written_by, programme.written_at = by.account, now
    programme.save(update_fields=["written_by", "written_at"])
    record(
        Permission.EDIT_PROGRAMME, by=by, now=now, about=programme,
        changes={key: ["…", "…"] if key in SECTIONS else value for key, value in changes.items()},
    )  # fmt: skip
    return programme


def _check_may_write(shown: TrainingClass, by: Role) -> None:
    if by.is_(Duty.BACKBONE) and seat_of(shown, by.account_id, Seat.INSTRUCTOR) is None:
        raise NotAllowed("培训方案由培训机构与本班授课骨干教师共同制定。", "TR 9")
    if shown.state != PlanState.PUBLISHED or opening_of(shown) is None:
        raise RuleBroken(
            [Breach("programme.early", "TR 8", "本班尚未提出开班申请。", "提出开班申请后即可编写方案。")]
        )


def _open_programme(shown: TrainingClass, seen: int) -> tuple[Programme, bool]:
    """The programme, locked, and whether this act begins it."""
    programme = (
        Programme.objects.inside(training_class=shown).select_for_update(of=("self",), no_key=True).first()
    )
    begun = programme is None
    if programme is None:
        programme = Programme.objects.create(training_class=shown, version=1)
    programme.training_class = shown
    check_seen(programme, seen or 1)
    if programme.state not in OPEN_STATES:
        raise RuleBroken(
            [
                Breach(
                    "programme.locked",
                    "TR 9",
                    f"培训方案现为“{programme.state_title}”，不能修改。",
                    "请省级管理部门退回后修改。"
                    if programme.state == ProgrammeState.SUBMITTED
                    else "确需调整的，请先提出方案变更。",
                )
            ]
        )
    return programme, begun


def _input_breaches(
    shown: TrainingClass,
    sections: Mapping[str, str] | None,
    final_mode: str,
    sessions: Sequence[SessionRow] | None,
) -> list[Breach]:
    breaches = []
    for key, text in (sections or {}).items():
        if key not in SECTIONS:
            breaches.append(
                Breach(
                    "programme.section", "TR 9", f"方案没有“{key[:20]}”这一部分。", "请按方案的六个部分填写。"
                )
            )
        elif len(text) > SECTION_LIMIT:
            breaches.append(
                Breach("programme.long", "TR 9", f"“{SECTIONS[key]}”超过 {SECTION_LIMIT} 字。", "请精简。")
            )
    if final_mode and final_mode not in list(FinalMode):
        breaches.append(
            Breach("programme.mode", "TR 12.2", "终结性考核方式只有说课或答辩。", "请选择说课或答辩。")
        )
    team = {i.person_id for i in accepted(shown)}
    for row in sessions or ():
        breaches += _row_breaches(row, shown, team)
    return breaches


def _row_breaches(row: SessionRow, shown: TrainingClass, team: set[int]) -> list[Breach]:
    where = f"{row['day']} 第 {row['period']} 课时"
    breaches = []
    if row["kind"] not in list(SessionKind):
        breaches.append(
            Breach(
                "timetable.kind",
                "TR 11.2",
                f"{where}：没有这种课时类型。",
                "请选择授课、过程性考核或终结性考核。",
            )
        )
    module = module_by_code(row["module"]) if row["module"] else None
    if row["module"] and (module is None or module.level != shown.level_enum):
        breaches.append(
            Breach(
                "timetable.module",
                "TR 11.1",
                f"{where}：“{row['module'][:4]}”不是本级别的模块。",
                "请从本级别的模块中选择。",
            )
        )
    if row["teacher"] is not None and row["teacher"] not in team:
        breaches.append(
            Breach(
                "timetable.teacher",
                "TR 8",
                f"{where}：授课教师不在本班骨干教师之中。",
                "请从本班授课骨干教师中选择。",
            )
        )
    if not 1 <= row["period"] <= MOST_PERIODS:
        breaches.append(
            Breach(
                "timetable.period",
                "TR 9",
                f"{where}：课时应在 1 至 {MOST_PERIODS} 之间。",
                "请更正课时。",
            )
        )
    return breaches


def _group_breaches(programme: Programme, sessions: Sequence[SessionRow] | None, groups: int) -> list[Breach]:
    """Groups that the programme has, and no period given twice: the table refuses what no timetable can be."""
    if not 1 <= groups <= MOST_GROUPS:
        says = f"组数应在 1（不分组）至 {MOST_GROUPS} 之间。"
        return [Breach("timetable.groups", "TR 11.3", says, "请更正组数。")]
    if sessions is None:
        held = timetable_of(programme).objects.inside(training_class=programme.training_class_id)
        placed = [((day, n), group) for day, n, group in held.values_list("day", "period", "group")]
    else:
        placed = [((row["day"], row["period"]), row.get("group", WHOLE_CLASS)) for row in sessions]
    breaches = []
    if twice := clashes(placed):
        says = f"{said(twice[0][0])}第 {twice[0][1]} 课时安排了两次。"
        way_out = "请删去一处后保存；同一课时只有不同的组可以同时上课。"
        breaches.append(Breach("timetable.twice", "TR 9", says, way_out))
    if most := max((group for _, group in placed if group > groups), default=0):
        says = (
            f"课表中有第{most}组的课，本方案分 {groups} 组上课。"
            if groups > 1
            else "本方案不分组，课表中有分组的课。"
        )
        breaches.append(Breach("timetable.groups", "TR 11.3", says, "请先改动这些课时，或增加组数。"))
    return breaches


def _tidy(notes: Mapping[str, str]) -> dict[str, str]:
    """Notes without blanks around and without empty ones, in the order of their days."""
    return {day: text.strip() for day, text in sorted(notes.items()) if text.strip()}


def _note_breaches(shown: TrainingClass, notes: Mapping[str, str]) -> list[Breach]:
    try:
        by_day = {date.fromisoformat(day): text for day, text in notes.items()}
    except ValueError:
        return [Breach("note.day", "TR 9", "备注的日期不能识别。", "请刷新页面后重新填写。")]
    return note_breaches(by_day, shown.first_day, shown.last_day)


def _replace_sessions(programme: Programme, sessions: Sequence[SessionRow]) -> list[int] | None:
    """[periods before, periods now], or None when the timetable is the same as before."""
    model = timetable_of(programme)
    old = model.objects.inside(training_class=programme.training_class)
    held = list(old)
    before = len(held)
    rows = [
        model(
            training_class=programme.training_class,
            day=row["day"],
            period=row["period"],
            kind=row["kind"],
            module=row["module"],
            topic=row["topic"].strip()[:80],
            teacher_id=row["teacher"],
            room=row["room"].strip()[:40],
            group=row.get("group", WHOLE_CLASS),
        )
        for row in sessions
    ]
    if sorted(map(_content, held)) == sorted(map(_content, rows)):
        return None
    old.delete()
    model.objects.bulk_create(rows)
    return [before, len(rows)]


def _content(row: Timetabled) -> tuple[object, ...]:
    return (row.day, row.period, row.group, row.kind, row.module, row.topic, row.teacher_id or 0, row.room)
