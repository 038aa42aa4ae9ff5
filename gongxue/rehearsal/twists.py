"""What goes differently in the demonstration: returned, declined, nominated, to be corrected. By name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.drive import Run, refresh
from gongxue.rehearsal.drive.office import furnish
from gongxue.rehearsal.drive.run import seat_roles, teacher_role, trainee_role
from gongxue.rehearsal.drive.staffing import nominate
from gongxue.rehearsal.rubrics import sheet_of, started_sheet
from gongxue.stage1_planning.actions import return_line
from gongxue.stage2_staffing.actions import decline_invitation
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage3_programme.actions import return_programme
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage5_delivery.actions import approve_leave, ask_leave, join_online, open_window, set_online
from gongxue.stage5_delivery.queries import attendees_of, called_periods, lessons_of
from gongxue.stage6_assessment.actions import request_correction, save_score, score_process
from gongxue.stage6_assessment.queries import score_rows, transcript_of


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


def _in_class(run: Run, now: datetime) -> None:
    """A class on its last days: office and products, leave to decide, an online lesson, trainees who have checked in."""
    refresh(run)
    furnish(run, now)
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    today, people = day_of(now), attendees_of(tc)
    called = called_periods(tc)
    left = [place for place in lessons_of(tc) if place not in called and place[0] >= today]
    ahead = [f"{day}/{period}" for day, period in left if day > today][:2]
    for n, reason in enumerate(("孩子发烧，须送医院", "学校通知返校开会半天")) if ahead else ():
        leave = ask_leave(
            training_class=tc,
            lessons=ahead,
            reason=reason,
            by=trainee_role(people[n].application.person),
            now=now,
        )
        if n:
            approve_leave(leave=leave, seen=leave.version, by=by, now=now)
    waiting = next((period for day, period in left if day == today), None)
    if waiting is None:
        return
    set_online(
        training_class=tc, day=today, periods=[waiting], link="https://meeting.example.cn/j/6108", material="会议号 6108",
        by=by, now=now,
    )  # fmt: skip
    window = open_window(training_class=tc, day=today, period=waiting, by=by, now=now)
    for one in people[2 : len(people) // 2]:
        join_online(roll_window=window, by=trainee_role(one.application.person), now=now)


def _being_scored(run: Run, now: datetime) -> None:
    """Both instructors have begun: a few sheets are signed, one each is unfinished, the rest is blank."""
    refresh(run)
    for n, role in enumerate(seat_roles(run, Seat.INSTRUCTOR)):
        rows = [row for row in score_rows(role, run.tc, Part.PROCESS) if row.to_score]
        for row in rows[n : n + 3]:
            sheet = sheet_of(row.rubric, "82", run.dice)
            score_process(attendee=row.attendee, **sheet, by=role, now=now)
        for row in rows[n + 3 : n + 4]:
            begun = started_sheet(row.rubric, "78", run.dice)
            save_score(attendee=row.attendee, part=Part.PROCESS.value, **begun, by=role, now=now)


IN_CLASS = "in_class"  # the class whose office is kept in full from the beginning
TWISTS: dict[str, Callable[[Run, datetime], None]] = {
    "line_returned": _line_returned,
    "declined": _declined,
    "nominated": _nominated,
    "returned": _programme_returned,
    "correction": _correction,
    IN_CLASS: _in_class,
    "being_scored": _being_scored,
}
