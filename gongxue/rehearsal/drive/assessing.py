"""Stage 6: sheets, second attempts, the transcript."""

from __future__ import annotations

from datetime import datetime

from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.drive.run import Run, seat_roles, trainee_role
from gongxue.rehearsal.drive.teaching import hand_in
from gongxue.rehearsal.rubrics import sheet_of
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment import actions as assessment
from gongxue.stage6_assessment.models import Retake, RubricVersion
from gongxue.stage6_assessment.queries import records_of, rubric_for, versions_for
from gongxue.stage6_assessment.queries.second_looks import without_notes

WIDE = 12  # from this class size on one final assessment is marked far apart, in every third class


def _marks(run: Run, low: bool, scorers: int, wide: bool = False) -> list[str]:
    """Independent marks of the same work: a few points apart, or more than the limit when `wide`."""
    middle = run.dice.uniform(48, 55) if low else min(91.0, max(69.0, run.dice.gauss(81, 6)))
    reach = 10.0 if wide else run.dice.uniform(0, 6)
    return [
        f"{middle + reach * (i % 2 * 2 - 1) * (1 if wide else run.dice.random()):.1f}" for i in range(scorers)
    ]


def second_looks(run: Run, now: datetime) -> None:
    """Whoever scored an attempt whose sheets are far apart writes the note that is asked for."""
    for attempt in without_notes(run.tc):
        for role in seat_roles(run, Part(attempt.part).scored_by):
            assessment.write_second_look(
                attempt=attempt,
                note="重看学习成果和现场记录，按评分标准逐项核对，维持原评分。",
                by=role,
                now=now,
            )


def _rubric(
    versions: list[RubricVersion], attendee: Attendee, part: Part, number: int
) -> RubricVersion | None:
    return rubric_for(attendee, part, number) if versions else None


def score_process(run: Run, now: datetime) -> None:
    """Both instructors score; who is below 60 hands in again and is scored again."""
    instructors, versions = seat_roles(run, Seat.INSTRUCTOR), versions_for(run.tc)[Part.PROCESS]
    for low_now in (True, False):
        for record in records_of(run.tc):
            fate = run.fates.get(record.attendee.pk)
            if record.barred or (not low_now and fate not in ("second", "failed")):
                continue
            if not low_now:
                hand_in(record.attendee, now)
            low = fate == "failed" or (fate == "second" and low_now)
            rubric = _rubric(versions, record.attendee, Part.PROCESS, 1 if low_now else 2)
            for role, mark in zip(instructors, _marks(run, low, len(instructors)), strict=True):
                assessment.score_process(
                    attendee=record.attendee, **sheet_of(rubric, mark, run.dice), by=role, now=now
                )
            # _score locks and reads the row again, so stale attendees do no harm


def score_final(run: Run, now: datetime) -> None:
    """Three examiners score whoever passed; who is below 60 applies, is allowed and is scored again."""
    examiners, versions = seat_roles(run, Seat.EXAMINER), versions_for(run.tc)[Part.FINAL]
    records = records_of(run.tc)
    for place, record in enumerate(records):
        fate = run.fates.get(record.attendee.pk)
        if record.barred or fate == "failed":
            continue
        low = fate in ("retake", "final_failed")
        wide = len(records) >= WIDE and run.tc.pk % 3 == 0 and place == WIDE // 2 and not low
        rubric = _rubric(versions, record.attendee, Part.FINAL, 1)
        for role, mark in zip(examiners, _marks(run, low, len(examiners), wide), strict=True):
            assessment.score_final(
                attendee=record.attendee, **sheet_of(rubric, mark, run.dice), by=role, now=now
            )
        if not low:
            continue
        retake = assessment.apply_retake(
            attendee=record.attendee, by=trainee_role(record.attendee.application.person), now=now
        )
        assessment.allow_retake(
            retake=Retake.objects.inside(pk=retake.pk).get(), by=run.staff(Duty.INSTITUTION), now=now
        )
        again = _marks(run, fate == "final_failed", len(examiners))
        rubric = _rubric(versions, record.attendee, Part.FINAL, 2)
        for role, mark in zip(examiners, again, strict=True):
            assessment.score_final(
                attendee=record.attendee, **sheet_of(rubric, mark, run.dice), by=role, now=now
            )


def confirm_results(run: Run, now: datetime) -> None:
    """Notes on a second look come in, the transcript is confirmed and filed."""
    second_looks(run, now)
    assessment.confirm_results(training_class=run.tc, by=run.staff(Duty.INSTITUTION), now=now)
