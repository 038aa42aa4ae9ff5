"""A programme on its way (TR 9): confirmed, submitted, returned, filed."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, programme_due
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.actions import reach_stage, refuse_own
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage3_programme import notices
from gongxue.stage3_programme.frozen import filed_content
from gongxue.stage3_programme.models import FiledProgramme, Programme, ProgrammeConfirmation
from gongxue.stage3_programme.queries import OPEN_STATES, programme_breaches, written_sessions


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
    refuse_if(programme_breaches(row, written_sessions(row)))
    shown = row.training_class
    version = row.version
    late = row.late_days
    if row.first_submitted_at is None:
        late = due_of(shown, programme_due(shown.first_day, shown.edition)).late_by(day_of(now))
    changes = move(
        row, Permission.SUBMIT_PROGRAMME, seen=seen, submitted_by=by.account, submitted_at=now, late_days=late,
        returned_reason="", first_submitted_at=row.first_submitted_at or now,
    )  # fmt: skip
    _carry_confirmations(shown, version, row.version, now)
    record(
        Permission.SUBMIT_PROGRAMME, by=by, now=now, about=row, changes={**changes, "late_days": [None, late]}
    )
    notices.submitted(row, now)
    return row


def _carry_confirmations(shown: TrainingClass, version: int, submitted: int, now: datetime) -> None:
    """Submitting counts as a version; the instructors' word was for the same text."""
    held = ProgrammeConfirmation.objects.inside(training_class=shown, version=version)
    ProgrammeConfirmation.objects.bulk_create(
        ProgrammeConfirmation(training_class=shown, person_id=person, version=submitted, confirmed_at=now)
        for person in held.values_list("person_id", flat=True)
    )


@action(Permission.RETURN_PROGRAMME)
def return_programme(*, programme: Programme, reason: str, seen: int, by: Role, now: datetime) -> Programme:
    """The province returns the programme with comments (TR 9)."""
    row = locked(programme, by)
    changes = move(
        row, Permission.RETURN_PROGRAMME, reason=reason, seen=seen, returned_reason=reason.strip()[:500]
    )
    record(Permission.RETURN_PROGRAMME, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.returned(row, reason, now)
    return row


@action(Permission.FILE_PROGRAMME)
def file_programme(*, programme: Programme, seen: int, by: Role, now: datetime) -> FiledProgramme:
    """The province approves what it has seen; that files it with the centre (TR 9, AMB-13)."""
    row = locked(programme, by)
    refuse_own(by, row.submitted_by_id)
    content = filed_content(row, written_sessions(row))  # before the move: both stood by this version
    changes = move(row, Permission.FILE_PROGRAMME, seen=seen, filed_at=now)
    filed = FiledProgramme.objects.create(
        training_class=row.training_class, version=row.version,
        content=content, filed_by=by.account, filed_at=now,
    )  # fmt: skip
    reach_stage(row.training_class, 4)
    record(Permission.FILE_PROGRAMME, by=by, now=now, about=row, changes=changes)
    notices.filed(row, now)
    return filed
