"""Stage 7 and the certificates."""

from __future__ import annotations

from datetime import datetime, timedelta

from gongxue.certificates.actions import collect_certificate, issue_certificates
from gongxue.certificates.models import Certificate
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.drive.run import Run, refresh, trainee_role
from gongxue.rehearsal.forms import form2_answers
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage6_assessment.queries import records_of
from gongxue.stage7_evaluation import actions as evaluation
from gongxue.stage7_evaluation.queries import has_answered


def evaluate(run: Run, now: datetime) -> None:
    """Nine of ten trainees answer form 2."""
    for attendee in attendees_of(run.tc):
        if run.dice.random() < 0.9:
            evaluation.answer_evaluation(
                training_class=run.tc, answers=form2_answers(run.specification.level, run.dice),
                by=trainee_role(attendee.application.person), now=now,
            )  # fmt: skip


def issue(run: Run, now: datetime) -> None:
    """The certificate officer issues for the whole class, if anybody qualified; some collect at once."""
    if not any(r.qualified for r in records_of(run.tc)):
        return
    refresh(run)
    rows = issue_certificates(training_class=run.tc, by=run.staff(Duty.CERTIFICATE_OFFICER), now=now)
    for row in rows[::3]:
        if has_answered(run.tc, row.person.account_id):
            collect_certificate(
                certificate=Certificate.objects.inside(pk=row.pk).select_related("training_class", "person").get(),
                by=trainee_role(row.person), now=now + timedelta(hours=3),
            )  # fmt: skip


def close(run: Run, now: datetime) -> None:
    """The class is closed."""
    refresh(run)
    evaluation.close_class(
        training_class=run.tc, ceremony_on=run.tc.last_day, by=run.staff(Duty.INSTITUTION), now=now
    )
