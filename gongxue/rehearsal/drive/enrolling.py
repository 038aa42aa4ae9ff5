"""Stage 4: notice, applications, opinions, decisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal import timeline
from gongxue.rehearsal.drive.run import Run, seat_roles
from gongxue.rehearsal.forms import form1_answers
from gongxue.rehearsal.timeline import at
from gongxue.stage4_enrolment import actions as enrolment
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of, opinions_of_class


def publish_notice(run: Run, now: datetime) -> None:
    """The notice with contact and closing day."""
    tc = run.tc
    by = run.staff(Duty.INSTITUTION)
    row = enrolment.edit_notice(
        training_class=tc,
        text=f"{tc.institution.name}定于{tc.first_day}至{tc.last_day}举办工学一体化{tc.level_title}教师培训"
        f"（{tc.category_title}），计划招收 {tc.headcount} 人。欢迎符合条件的教师经单位推荐报名，食宿统一安排。",
        contact="培训处 0311-8800123",
        closes_on=tc.first_day + timedelta(days=timeline.CLOSE - 1),
        seen=0, by=by, now=now,
    )  # fmt: skip
    enrolment.publish_notice(enrolment=row, by=by, now=now)


def apply(run: Run, today: date) -> None:
    """Applications come in day by day until `today`; a sixth more than there are seats."""
    spec = run.specification
    wanted = spec.headcount + spec.headcount // 6
    if not run.trainees:
        run.trainees = run.cast.people(run.employers, wanted, Duty.TRAINEE)
    notice = enrolment_of(run.tc)
    first, last = (spec.first_day + timedelta(days=n) for n in (timeline.APPLY_FROM, timeline.APPLY_UNTIL))
    span = (last - first).days
    while notice is not None and run.applied < wanted:
        day = first + timedelta(days=run.applied * span // wanted)
        if day > today:
            return
        role = run.trainees[run.applied]
        now = at(day, 9 + run.applied % 9, run.applied % 60)
        application = enrolment.save_application(
            enrolment=notice,
            answers=form1_answers(spec.level, run.dice, run.tc.category_title),
            by=role,
            now=now,
        )
        enrolment.submit_application(application=application, by=role, now=now)
        if run.dice.random() < run.endorsed_at_once or day < today - timedelta(days=3):
            school = run.cast.staff(application.employer, Duty.SCHOOL)
            enrolment.endorse_application(application=application, by=school, now=now + timedelta(hours=2))
        run.applied += 1


def close_enrolment(run: Run, now: datetime) -> None:
    """No further applications."""
    row = enrolment_of(run.tc)
    if row is not None:
        enrolment.close_enrolment(enrolment=row, by=run.staff(Duty.INSTITUTION), now=now)


def _submitted(run: Run) -> list[Application]:
    rows = Application.objects.inside(training_class=run.tc, state="submitted")
    return list(rows.select_related("person__account", "training_class").order_by("submitted_at", "pk"))


def give_opinions(run: Run, now: datetime) -> None:
    """Both instructors look at everybody; missing endorsements come in."""
    for application in _submitted(run):
        if not application.is_endorsed:
            school = run.cast.staff(application.employer, Duty.SCHOOL)
            enrolment.endorse_application(application=application, by=school, now=now)
    for role in seat_roles(run, Seat.INSTRUCTOR):
        for application in _submitted(run):
            agrees = run.dice.random() > 0.04
            enrolment.give_opinion(
                application=application, agrees=agrees, by=role, now=now,
                comment="" if agrees else "任教专业与本班专业大类不符",
            )  # fmt: skip


def admit(run: Run, now: datetime) -> None:
    """As many as planned, in order of submission; the next ones wait, those not agreed to are not admitted."""
    opinions = opinions_of_class(run.tc)
    by = run.staff(Duty.INSTITUTION)
    admitted = 0
    for application in _submitted(run):
        given = opinions.get(application.pk, {}).values()
        opposed = [o for o in given if not o.agrees]
        rest = run.specification.headcount - admitted
        if admitted == run.specification.headcount:
            enrolment.put_on_waiting_list(application=application, by=by, now=now)
        elif opposed and len(_submitted(run)) > rest:
            enrolment.reject_applicant(application=application, reason=opposed[0].comment, by=by, now=now)
        else:
            reason = "经核实，其兼任本专业大类教学" if opposed else ""
            enrolment.admit_applicant(application=application, by=by, now=now, reason=reason)
            admitted += 1
