"""A filed programme is changed (TR 9): the filed version stays in force until the change is filed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, move
from gongxue.foundation.lifecycle.errors import NotAllowed, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import book_lessons
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.lifecycle import ProgrammeState
from gongxue.regulations.programme_change import material_breaches
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage3_programme import notices
from gongxue.stage3_programme.actions.filing import carry_confirmations, locked, put_on_file
from gongxue.stage3_programme.actions.keeping import Cause, keep
from gongxue.stage3_programme.models import CourseSession, DraftSession, FiledProgramme, Programme
from gongxue.stage3_programme.queries import (
    TAUGHT_STAGE,
    filed_version,
    is_filed,
    lessons_of,
    moved_by,
    programme_breaches,
    programme_of,
    sessions_of,
    timetable_of,
    written_sessions,
)


@action(Permission.CHANGE_PROGRAMME)
def change_programme(*, programme: Programme, reason: str, seen: int, by: Role, now: datetime) -> Programme:
    """Begin to change a filed programme; the reason goes with the new version.

    Refused: teaching has ended. What is filed stays in force, enrolment and teaching go on.
    """
    row = locked(programme, by)
    if by.is_(Duty.BACKBONE) and seat_of(row.training_class, by.account_id, Seat.INSTRUCTOR) is None:
        raise NotAllowed("培训方案由培训机构与本班授课骨干教师共同制定。", "TR 9")
    check_seen(row, seen)
    refuse_if(_ended_breaches(row.training_class))
    changes = _begin(row, reason, seen)
    record(Permission.CHANGE_PROGRAMME, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.change_begun(row, by, now)
    return row


def _ended_breaches(shown: TrainingClass) -> list[Breach]:
    if shown.stage < TAUGHT_STAGE:
        return []
    return [
        Breach("change.ended", "TR 9", "教学已经结束，培训方案不能再变更。", "如需说明实际情况，请写入总结。")
    ]


def _begin(row: Programme, reason: str, seen: int) -> dict[str, list[object]]:
    changes = move(
        row, Permission.CHANGE_PROGRAMME, reason=reason, seen=seen, changed_from=row.version,
        change_reason=reason.strip()[:500], returned_reason="",
    )  # fmt: skip
    names = ("training_class_id", "day", "period", "kind", "module", "topic", "teacher_id", "room", "group")
    DraftSession.objects.inside(training_class=row.training_class).delete()
    DraftSession.objects.bulk_create(
        DraftSession(**{name: getattr(one, name) for name in names})
        for one in sessions_of(row.training_class)
    )
    return changes


@action(Permission.FILE_CHANGE)
def file_change(*, programme: Programme, seen: int, by: Role, now: datetime) -> FiledProgramme:
    """File a change that need not go to the province: on the word of the institution and both instructors.

    Refused: it moves something the province approved (programme_change.py), or anything that would keep it from
    being submitted. The province is told.
    """
    row = locked(programme, by)
    check_seen(row, seen)
    refuse_if(_no_change_breaches(row))
    sessions = written_sessions(row)
    moved = moved_by(row, sessions, day_of(now))
    refuse_if(material_breaches(moved) + programme_breaches(row, sessions))
    version = row.version
    filed, changes = put_on_file(row, Permission.FILE_CHANGE, moved, seen=seen, by=by, now=now)
    carry_confirmations(row.training_class, version, row.version, now)
    record(
        Permission.FILE_CHANGE, by=by, now=now, about=row, reason=filed.reason,
        changes={**changes, "moved": [None, filed.moved]},
    )  # fmt: skip
    return filed


def _no_change_breaches(row: Programme) -> list[Breach]:
    if row.is_change or row.state == ProgrammeState.FILED:  # filed: the table of states says it
        return []
    return [Breach("change.none", "TR 9", "本方案尚未报备，不是方案变更。", "请报送省级管理部门审核。")]


@action(Permission.DROP_CHANGE)
def drop_change(*, programme: Programme, seen: int, by: Role, now: datetime) -> Programme:
    """Give up a change: the text is again the one that is filed; what was written is kept among the versions."""
    row = locked(programme, by)
    check_seen(row, seen)
    filed = filed_version(row.training_class)
    refuse_if(_no_change_breaches(row) + _redated_breaches(row, filed))
    assert filed is not None  # a change begins from a filed one
    keep(row, Cause.DROPPED, by.account, now)
    restored = {**filed.content["sections"], "final_mode": filed.content["final_mode"]}
    restored |= {"groups": filed.content.get("groups", 1), "notes": filed.content.get("notes", {})}
    if "venue_declared" in filed.content:  # what was filed before it was kept has none
        restored["venue_declared"] = filed.content["venue_declared"]
    changes = move(
        row,
        Permission.DROP_CHANGE,
        seen=seen,
        changed_from=0,
        change_reason="",
        returned_reason="",
        **restored,
    )
    DraftSession.objects.inside(training_class=row.training_class).delete()
    record(Permission.DROP_CHANGE, by=by, now=now, about=row, changes=changes)
    return row


def _redated_breaches(row: Programme, filed: FiledProgramme | None) -> list[Breach]:
    shown = row.training_class
    first, last = shown.first_day.isoformat(), shown.last_day.isoformat()
    if filed is None or all(first <= one["day"] <= last for one in filed.content["sessions"]):
        return []
    return [
        Breach(
            "change.dates",
            "TR 9",
            f"培训时间已改为{said(shown.first_day)}至{said(shown.last_day)}，原报备的课表不再适用。",
            "请按新的时间核对课表，确认后重新报送。",
        )
    ]


# What an earlier stage tells this one --------------------------------------------------------------------------------


def dates_moved(training_class: TrainingClass, first_day: date, by: Role, now: datetime) -> None:
    """The dates of a class have moved, `first_day` being the old one: the timetable moves by as many days.

    A filed programme is to be filed again, a submitted one comes back, a draft is only moved; both instructors are
    asked for their word anew. The class is locked by the caller.
    """
    row = programme_of(training_class)
    days = (training_class.first_day - first_day).days
    if row is None or days == 0:
        return
    row.training_class = training_class
    reason = f"开班日由{said(first_day)}改为{said(training_class.first_day)}，课表已顺延，请核对后重新报送。"
    if row.state == ProgrammeState.FILED:
        changes = _begin(row, reason, row.version)
        record(Permission.CHANGE_PROGRAMME, by=by, now=now, about=row, reason=reason, changes=changes)
    elif row.state == ProgrammeState.SUBMITTED:
        changes = move(
            row, Permission.RETURN_PROGRAMME, reason=reason, seen=row.version, returned_reason=reason
        )
        keep(row, Cause.RETURNED, by.account, now)
        record(Permission.RETURN_PROGRAMME, by=by, now=now, about=row, reason=reason, changes=changes)
    else:
        row.version += 1
        row.save(update_fields=["version"])
    _shift_notes(row, timedelta(days=days))
    for model in {CourseSession, timetable_of(row)}:
        _shift(model, training_class, timedelta(days=days))
    if is_filed(training_class):
        book_lessons(f"class/{training_class.pk}", lessons_of(training_class))
    notices.returned(row, reason, now)


def _shift(
    model: type[CourseSession] | type[DraftSession], training_class: TrainingClass, by: timedelta
) -> None:
    rows = list(model.objects.inside(training_class=training_class).order_by("day", "period"))
    for row in reversed(rows) if by > timedelta() else rows:  # never onto a day that is still to be moved
        row.day += by
        row.save(update_fields=["day"])


def _shift_notes(row: Programme, by: timedelta) -> None:
    row.notes = {(day + by).isoformat(): text for day, text in row.notes_by_day.items()}
    row.save(update_fields=["notes"])
