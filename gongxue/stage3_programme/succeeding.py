"""What it does to the programme that one teacher takes over from another (TR 8 note 5): the rest of the timetable.

The note lets the institution decide on people and have the province told; so the periods that are still to come go
over to the successor without a review, and what is in force is filed as a further version. Ours.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.engine import lock_rows, move
from gongxue.parties.actions import book_lessons
from gongxue.regulations.calendar import said
from gongxue.regulations.lifecycle import ProgrammeState
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage3_programme import notices
from gongxue.stage3_programme.actions.keeping import Cause, keep
from gongxue.stage3_programme.frozen import about_class
from gongxue.stage3_programme.models import CourseSession, DraftSession, FiledProgramme, Programme
from gongxue.stage3_programme.queries import CHANGED, TAUGHT, filed_version, lessons_of, sessions_of, snapshot


def succeed(came: Invitation, gone: Invitation, by: Role, now: datetime) -> dict[str, Any]:
    """The periods of whoever left that have not been taught are those of whoever came; returns what changed.

    A filed programme gets a further version, one that waits for the province comes back for the successor's word.
    The class is locked by the caller.
    """
    shown = came.training_class
    rows = lock_rows(Programme.objects.inside(training_class=shown))
    if not rows:
        return {}
    row = rows[0]
    row.training_class = shown
    taken = [_take_over(model, shown, gone, came) for model in (CourseSession, DraftSession)]
    filed = filed_version(shown)
    if any(taken):
        row.version += 1
        row.save(update_fields=["version"])
    if filed is not None and taken[0]:
        book_lessons(f"class/{shown.pk}", lessons_of(shown))
        _file(row, filed, came, gone, taken[0], now)
    if row.state == ProgrammeState.SUBMITTED and (any(taken) or came.seat == Seat.INSTRUCTOR):
        _return(row, came, gone, now)
    return {"periods": [gone.person.name, f"{came.person.name} {taken[0]}"]} if taken[0] else {}


def _take_over(
    model: type[CourseSession] | type[DraftSession], shown: TrainingClass, gone: Invitation, came: Invitation
) -> int:
    since: date = came.serves_from or shown.first_day
    taught = {place for read in TAUGHT for place in read(shown)}
    rows = model.objects.inside(training_class=shown, teacher=gone.person_id, day__gte=since)
    ahead = [pk for pk, day, period in rows.values_list("pk", "day", "period") if (day, period) not in taught]
    return int(model.objects.inside(pk__in=ahead).update(teacher=came.person_id))


def _file(
    row: Programme, filed: FiledProgramme, came: Invitation, gone: Invitation, periods: int, now: datetime
) -> None:
    """What is in force from now on, frozen like every version; on the word of whoever invited."""
    shown, since = row.training_class, came.serves_from or row.training_class.first_day
    says = f"{said(since)}起由{came.person.name}接替{gone.person.name}，共 {periods} 课时。"
    in_force = snapshot(row, sessions_of(shown))["sessions"]
    FiledProgramme.objects.create(
        training_class=shown, version=row.version, content={**filed.content, "sessions": in_force, **about_class(shown)},
        filed_by=came.sent_by, filed_at=now, reason=f"更换骨干教师：{gone.answer_reason}"[:500], moved=[says],
        material=False,
    )  # fmt: skip
    if not row.is_change:
        keep(row, Cause.FILED, came.sent_by, now)
    for tell in CHANGED:
        tell(shown, [says], now)


def _return(row: Programme, came: Invitation, gone: Invitation, now: datetime) -> None:
    reason = f"{came.seat_title}由{gone.person.name}更换为{came.person.name}，请核对课表，由新任教师确认后重新报送。"
    move(row, Permission.RETURN_PROGRAMME, reason=reason, seen=row.version, returned_reason=reason)
    keep(row, Cause.RETURNED, came.sent_by, now)
    notices.returned(row, reason, now)
