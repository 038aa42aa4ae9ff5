"""What goes differently in the demonstration: returned, declined, nominated, to be corrected. By name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.drive import Run, refresh
from gongxue.rehearsal.drive.run import teacher_role
from gongxue.rehearsal.drive.staffing import nominate
from gongxue.stage1_planning.actions import return_line
from gongxue.stage2_staffing.actions import decline_invitation
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage3_programme.actions import return_programme
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage6_assessment.actions import request_correction
from gongxue.stage6_assessment.queries import transcript_of


def _line_returned(run: Run, now: datetime) -> None:
    refresh(run)
    return_line(
        training_class=run.tc, reason="招生范围请写明面向省份", seen=run.tc.version, by=run.province, now=now
    )


def _declined(run: Run, now: datetime) -> None:
    sent = Invitation.objects.inside(
        training_class=run.tc, state=InvitationState.SENT, seat=Seat.INSTRUCTOR
    ).order_by("number")
    invitation = sent.select_related("person__account", "training_class")[0]
    by = teacher_role(invitation.person)
    decline_invitation(invitation=invitation, reason="当周承担本校招生工作", by=by, now=now)


def _nominated(run: Run, now: datetime) -> None:
    nominate(run, now)


def _programme_returned(run: Run, now: datetime) -> None:
    row = programme_of(run.tc)
    if row is None:
        raise RuntimeError("a programme that is returned must have been submitted")
    reason = "考核安排未写明评分标准出处，请补充后重报。"
    return_programme(programme=row, reason=reason, seen=row.version, by=run.province, now=now)


def _correction(run: Run, now: datetime) -> None:
    line = next(line for line in transcript_of(run.tc) if line.qualified)
    request_correction(
        attendee=line.attendee, part=Part.PROCESS.value, new="88.5", reason="录入时看错一行，原始评分表为 88.5 分",
        by=run.staff(Duty.INSTITUTION), now=now,
    )  # fmt: skip


TWISTS: dict[str, Callable[[Run, datetime], None]] = {
    "line_returned": _line_returned,
    "declined": _declined,
    "nominated": _nominated,
    "returned": _programme_returned,
    "correction": _correction,
}
