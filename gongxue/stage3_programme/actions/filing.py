"""A programme on its way (TR 9): confirmed, submitted, returned, filed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import book_lessons
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, programme_due
from gongxue.regulations.programme_change import Moved
from gongxue.regulations.programme_review import place_title
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.actions import reach_stage, refuse_own
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage3_programme import notices
from gongxue.stage3_programme.actions.keeping import Cause, keep
from gongxue.stage3_programme.frozen import filed_content
from gongxue.stage3_programme.models import (
    CourseSession,
    DraftSession,
    FiledProgramme,
    Programme,
    ProgrammeConfirmation,
    ReturnedItem,
    SectionVerdict,
)
from gongxue.stage3_programme.queries import (
    CHANGED,
    OPEN_STATES,
    change_breaches,
    lessons_of,
    moved_by,
    programme_breaches,
    written_sessions,
)
from gongxue.stage3_programme.queries.review import item_breaches, verdicts_on


def locked(programme: Programme, by: Role) -> Programme:
    """The programme, locked after its class: the order of `edit_programme`, so that no two acts block each other."""
    lock(programme.training_class, by)
    return lock(programme, by)


@action(Permission.CONFIRM_PROGRAMME)
def confirm_programme(*, programme: Programme, seen: int, by: Role, now: datetime) -> ProgrammeConfirmation:
    """An instructor stands by this version (AMB-67). Confirming the same version again changes nothing."""
    row = locked(programme, by)
    seat = seat_of(row.training_class, by.account_id, Seat.INSTRUCTOR)
    if seat is None:
        raise NotAllowed("只有本班授课骨干教师确认培训方案。", "TR 9")
    check_seen(row, seen)
    if row.state not in OPEN_STATES:
        raise RuleBroken(
            [
                Breach(
                    "confirm.closed",
                    "TR 9",
                    f"培训方案现为“{row.state_title}”，无须确认。",
                    "请刷新页面查看当前进度。",
                )
            ]
        )
    confirmation, created = ProgrammeConfirmation.objects.inside(
        training_class=row.training_class, person=seat.person, version=row.version
    ).get_or_create(
        training_class=row.training_class,
        person=seat.person,
        version=row.version,
        defaults={"confirmed_at": now},
    )
    if created:
        record(
            Permission.CONFIRM_PROGRAMME, by=by, now=now, about=row, changes={"version": [None, row.version]}
        )
    return confirmation


@action(Permission.SUBMIT_PROGRAMME)
def submit_programme(*, programme: Programme, seen: int, by: Role, now: datetime) -> Programme:
    """Submit to the province, by D-30 or the day it was extended to (TR 9); later is accepted, marked 逾期 and counted.

    The first submission counts: what comes back for correction, or is changed after filing, was in time when that was.
    Refused: a section or module is missing, days or assessments do not fit, not staffed, not confirmed by both.
    """
    row = locked(programme, by)
    check_seen(row, seen)
    refuse_if(programme_breaches(row, written_sessions(row)) + item_breaches(row))
    shown = row.training_class
    version = row.version
    late = row.late_days
    if row.first_submitted_at is None:
        late = due_of(shown, programme_due(shown.first_day, shown.edition)).late_by(day_of(now))
    changes = move(
        row, Permission.SUBMIT_PROGRAMME, seen=seen, submitted_by=by.account, submitted_at=now, late_days=late,
        returned_reason="", first_submitted_at=row.first_submitted_at or now,
    )  # fmt: skip
    carry_confirmations(shown, version, row.version, now)
    keep(row, Cause.SUBMITTED, by.account, now)
    record(
        Permission.SUBMIT_PROGRAMME, by=by, now=now, about=row, changes={**changes, "late_days": [None, late]}
    )
    notices.submitted(row, now)
    return row


def carry_confirmations(shown: TrainingClass, version: int, submitted: int, now: datetime) -> None:
    """Submitting counts as a version; the instructors' word was for the same text."""
    held = ProgrammeConfirmation.objects.inside(training_class=shown, version=version)
    ProgrammeConfirmation.objects.bulk_create(
        ProgrammeConfirmation(training_class=shown, person_id=person, version=submitted, confirmed_at=now)
        for person in held.values_list("person_id", flat=True)
    )


@action(Permission.RETURN_PROGRAMME)
def return_programme(
    *, programme: Programme, seen: int, by: Role, now: datetime, reason: str = ""
) -> Programme:
    """The province returns the programme (TR 9): with the list of the parts it did not accept, a word, or both."""
    row = locked(programme, by)
    check_seen(row, seen)
    verdicts = [one for one in verdicts_on(row).values() if not one.accepts]
    listed = "\n".join(_said(one) for one in verdicts)
    reason = "\n".join(filter(None, (reason.strip(), listed)))
    changes = move(row, Permission.RETURN_PROGRAMME, reason=reason, seen=seen, returned_reason=reason[:500])
    ReturnedItem.objects.bulk_create(
        ReturnedItem(
            training_class=row.training_class, version=row.version, place=one.place, code=one.code,
            comment=one.comment, said_of=one.said_of,
        )
        for one in verdicts
    )  # fmt: skip
    keep(row, Cause.RETURNED, by.account, now)
    record(Permission.RETURN_PROGRAMME, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.returned(row, reason, now)
    return row


def _said(verdict: SectionVerdict) -> str:
    words = "，".join(filter(None, (verdict.reason_title, verdict.comment.rstrip("。"))))
    return f"{place_title(verdict.place)}：{words}"


@action(Permission.FILE_PROGRAMME)
def file_programme(*, programme: Programme, seen: int, by: Role, now: datetime) -> FiledProgramme:
    """The province approves what it has seen; that files it with the centre (TR 9, AMB-13)."""
    row = locked(programme, by)
    refuse_own(by, row.submitted_by_id)
    sessions = written_sessions(row)
    refuse_if(_verdict_breaches(row) + (change_breaches(row, sessions) if row.is_change else []))
    moved = moved_by(row, sessions, day_of(now))
    filed, changes = put_on_file(row, Permission.FILE_PROGRAMME, moved, seen=seen, by=by, now=now)
    record(Permission.FILE_PROGRAMME, by=by, now=now, about=row, changes=changes)
    notices.filed(row, now)
    return filed


def _verdict_breaches(row: Programme) -> list[Breach]:
    back = [place_title(one.place) for one in verdicts_on(row).values() if not one.accepts]
    if not back:
        return []
    says = f"{'、'.join(back)}已标记为退回，不能通过整个方案。"
    return [Breach("review.returned_parts", "TR 9", says, "请退回方案，或先将这些部分改为通过。")]


def put_on_file(
    row: Programme, act: Permission, moved: Sequence[Moved], *, seen: int, by: Role, now: datetime
) -> tuple[FiledProgramme, dict[str, Any]]:
    """The text as it stands comes into force: frozen, its timetable the one that later stages read."""
    content, reason = (
        filed_content(row, written_sessions(row)),
        row.change_reason,
    )  # before the move: their word
    was_change = row.is_change
    if was_change:
        _put_in_force(row)
    book_lessons(f"class/{row.training_class_id}", lessons_of(row.training_class))
    changes = move(row, act, seen=seen, filed_at=now, returned_reason="", changed_from=0, change_reason="")
    filed = FiledProgramme.objects.create(
        training_class=row.training_class, version=row.version, content=content, filed_by=by.account, filed_at=now,
        reason=reason, moved=[one.says for one in moved], material=act == Permission.FILE_PROGRAMME,
    )  # fmt: skip
    keep(row, Cause.FILED, by.account, now)
    reach_stage(row.training_class, 4)
    if was_change:
        notices.changed(filed, moved, now)
        told = [one.says for one in moved if one.told]
        for tell in CHANGED if told else ():
            tell(row.training_class, told, now)
    return filed, changes


def _put_in_force(row: Programme) -> None:
    """The changed timetable replaces the one in force; periods that stay as they are keep their rows."""
    shown = row.training_class
    drafts = DraftSession.objects.inside(training_class=shown)
    wanted = {(one.day, one.period, one.group): one for one in drafts}
    names = ("kind", "module", "topic", "teacher_id", "room")
    for held in CourseSession.objects.inside(training_class=shown):
        draft = wanted.pop((held.day, held.period, held.group), None)
        if draft is None:
            held.delete()
        elif any(getattr(held, name) != getattr(draft, name) for name in names):
            for name in names:
                setattr(held, name, getattr(draft, name))
            held.save()
    CourseSession.objects.bulk_create(
        CourseSession(
            training_class=shown,
            day=one.day,
            period=one.period,
            group=one.group,
            **{name: getattr(one, name) for name in names},
        )
        for one in wanted.values()
    )
    drafts.delete()
