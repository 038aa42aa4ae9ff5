"""Acts of stage 7 (TR 12.3, TR 13): the anonymous answer, the closing of the class."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import note_satisfaction
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.evaluation import answer_breaches, closing_breaches
from gongxue.regulations.lifecycle import CLOSED_STAGE, DeliveryState
from gongxue.regulations.official_forms import answer_breaches as form_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import reach_stage
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import delivery_of
from gongxue.stage6_assessment.queries import took_final
from gongxue.stage7_evaluation.models import AnswerSheet, Closing, EvaluationParticipation
from gongxue.stage7_evaluation.queries import (
    certificates_due,
    form2_of,
    has_answered,
    is_confirmed,
    satisfaction_sums,
)


@action(Permission.ANSWER_EVALUATION)
def answer_evaluation(
    *, training_class: TrainingClass, answers: Mapping[str, Any], by: Role, now: datetime
) -> TrainingClass:
    """Answer form 2, anonymous by storage: who answered and what was answered are two rows with nothing in common.

    Refused: no trainee of the class, before the final assessment, a second time, items missing.
    """
    row = lock(training_class, by)
    if not Attendee.objects.inside(
        training_class=row, application__person__account_id=by.account_id
    ).exists():
        raise NotThere
    delivery = delivery_of(row)
    over = delivery is not None and delivery.state == DeliveryState.FINISHED
    may = over or took_final(row, by.account_id)
    refuse_if(answer_breaches(may, has_answered(row, by.account_id)))
    version = form2_of(training_class)
    refuse_if(form_breaches(version.form, row.level, answers))
    try:
        with transaction.atomic():
            EvaluationParticipation.objects.create(training_class=row, account=by.account)
    except IntegrityError as error:
        raise RuleBroken(answer_breaches(True, True)) from error
    AnswerSheet.objects.create(training_class=row, version=version, answers=dict(answers))
    _write_anew(row)
    record(Permission.ANSWER_EVALUATION, by=by, now=now, about=row)  # that, never what
    if row.stage >= CLOSED_STAGE:
        release_sheets(row)
    return row


def _write_anew(training_class: TrainingClass) -> None:
    """Write the waiting sheets once more, in the order of their random keys.

    PostgreSQL keeps with every row which transaction wrote it, and rows in the order of writing. The trail's entry of
    this answer carries the same transaction: without this a look at both would tell whose a sheet is.
    """
    for sheet in AnswerSheet.objects.inside(training_class=training_class, released=False).order_by("pk"):
        sheet.save(update_fields=["released"])


def release_sheets(training_class: TrainingClass) -> int:
    """Count waiting sheets into the results once there are at least five of them; returns how many.

    Fewer stay out, so that the sum after minus the sum before never is one person.
    """
    waiting = AnswerSheet.objects.inside(training_class=training_class, released=False)
    sheets = list(waiting.select_related("version"))
    if len(sheets) < training_class.edition.shown_from:
        return 0
    note_satisfaction(satisfaction_sums(training_class, sheets))
    return waiting.update(released=True)


@action(Permission.CLOSE_CLASS)
def close_class(*, training_class: TrainingClass, ceremony_on: date, by: Role, now: datetime) -> Closing:
    """Close and archive the class (TR 12.3, TR 13). Refused: results not confirmed, certificates outstanding."""
    row = lock(training_class, by)
    breaches = closing_breaches(is_confirmed(row), certificates_due(row))
    if not row.first_day <= ceremony_on <= day_of(now):
        breaches.append(
            Breach(
                "closing.ceremony",
                "TR 12.3",
                f"结业式日期应在{said(row.first_day)}之后、今天之前。",
                "请更正日期。",
            )
        )
    refuse_if(breaches)
    closing, _ = Closing.objects.inside(training_class=row).get_or_create(training_class=row)
    changes = move(
        closing, Permission.CLOSE_CLASS, ceremony_on=ceremony_on, closed_at=now, closed_by=by.account
    )
    reach_stage(row, CLOSED_STAGE)
    release_sheets(row)
    record(Permission.CLOSE_CLASS, by=by, now=now, about=closing, changes={"state": changes["state"]})
    return closing
