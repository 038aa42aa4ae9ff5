"""What a change of a published class does to its programme (TR 脚注④): new dates ask for a new version."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.engine import lock_rows, move
from gongxue.foundation.trail.record import record
from gongxue.regulations.lifecycle import ProgrammeState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.queries.changes import ClassChange
from gongxue.stage3_programme.actions import dates_moved
from gongxue.stage3_programme.actions.keeping import Cause, keep
from gongxue.stage3_programme.models import Programme


def follow(change: ClassChange, by: Role, now: datetime) -> None:
    """The timetable moves with the dates and is filed again; a cancelled class leaves nothing to be reviewed."""
    tc = change.training_class
    if change.moves_dates:
        dates_moved(change.class_then, tc.first_day, by, now)
    if change.cancels:
        waiting = Programme.objects.inside(training_class=tc, state=ProgrammeState.SUBMITTED)
        reason = f"班次取消：{change.reason}"[:500]
        for row in lock_rows(waiting):
            row.training_class = tc
            changes = move(
                row, Permission.RETURN_PROGRAMME, reason=reason, seen=row.version, returned_reason=reason
            )
            keep(row, Cause.RETURNED, by.account, now)
            record(Permission.RETURN_PROGRAMME, by=by, now=now, about=row, reason=reason, changes=changes)
