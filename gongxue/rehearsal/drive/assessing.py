"""Stage 6: sheets, second attempts, the transcript."""

from __future__ import annotations

from datetime import datetime

from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.drive.run import Run, seat_roles, trainee_role
from gongxue.rehearsal.drive.teaching import hand_in
from gongxue.stage6_assessment import actions as assessment
from gongxue.stage6_assessment.models import Retake
from gongxue.stage6_assessment.queries import records_of


def _mark(run: Run, low: bool) -> str:
    value = run.dice.uniform(45, 57) if low else min(97.0, max(63.0, run.dice.gauss(81, 7)))
    return f"{value:.1f}"


def score_process(run: Run, now: datetime) -> None:
    """Both instructors score; who is below 60 hands in again and is scored again."""
    instructors = seat_roles(run, Seat.INSTRUCTOR)
    for low_now in (True, False):
        for record in records_of(run.tc):
            fate = run.fates.get(record.attendee.pk)
            if record.barred or (not low_now and fate not in ("second", "failed")):
                continue
            if not low_now:
                hand_in(record.attendee, now)
            low = fate == "failed" or (fate == "second" and low_now)
            for role in instructors:
                assessment.score_process(attendee=record.attendee, mark=_mark(run, low), by=role, now=now)
            # _score locks and reads the row again, so stale attendees do no harm


def score_final(run: Run, now: datetime) -> None:
    """Three examiners score whoever passed; who is below 60 applies, is allowed and is scored again."""
    examiners = seat_roles(run, Seat.EXAMINER)
    for record in records_of(run.tc):
        fate = run.fates.get(record.attendee.pk)
        if record.barred or fate == "failed":
            continue
        low = fate in ("retake", "final_failed")
        for role in examiners:
            assessment.score_final(
                attendee=record.attendee, mark=_mark(run, low), by=role, now=now, comment=""
            )
        if not low:
            continue
        retake = assessment.apply_retake(
            attendee=record.attendee, by=trainee_role(record.attendee.application.person), now=now
        )
        assessment.allow_retake(
            retake=Retake.objects.inside(pk=retake.pk).get(), by=run.staff(Duty.INSTITUTION), now=now
        )
        for role in examiners:
            assessment.score_final(
                attendee=record.attendee, mark=_mark(run, fate == "final_failed"), by=role, now=now
            )


def confirm_results(run: Run, now: datetime) -> None:
    """The transcript is confirmed and filed."""
    assessment.confirm_results(training_class=run.tc, by=run.staff(Duty.INSTITUTION), now=now)
