"""A trainee's own results with feedback and appeal; the appeals of a class for whoever answers and decides."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.regulations.appeals import WORDS, answer_due, decision_due, objection_until
from gongxue.regulations.calendar import Due, day_of
from gongxue.regulations.lifecycle import AppealState
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.queries import attendee_of
from gongxue.stage6_assessment.models import Appeal
from gongxue.stage6_assessment.queries import record_of, results_of
from gongxue.stage6_assessment.queries.appeals import appeal_end, appeals_visible_to, own_results


def my_results(request: Request, pk: int) -> HttpResponse:
    """Marks, mean and comments after the confirmation, what comes next, and the appeal within its days."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    if not role.is_(Duty.TRAINEE):
        raise PermissionDenied
    attendee = attendee_of(tc, role.account_id)
    if attendee is None:
        raise Http404
    until, today = appeal_end(results_of(tc)), clock.today()
    shown = {
        "tc": tc,
        "attendee": attendee,
        "parts": [(part, _objection_end(part.appeal)) for part in own_results(attendee, role)],
        "record": record_of(attendee),
        "until": until,
        "open": until is not None and today <= until,
        "today": today,
        "words": WORDS,
    }
    return render(request, "assessment/my_results.html", shown)


def _objection_end(appeal: Appeal | None) -> object:
    """The last day of an objection, while one may be raised."""
    if appeal is None or appeal.state != AppealState.KEPT or appeal.answered_at is None:
        return None
    until = objection_until(day_of(appeal.answered_at), appeal.training_class.edition)
    return until if clock.today() <= until else None


def appeals(request: Request, pk: int) -> HttpResponse:
    """The appeals of a class with their answers and decisions."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE, Duty.BACKBONE):
        raise PermissionDenied
    rows = [(row, _due(row, tc)) for row in appeals_visible_to(role).filter(training_class=tc)]
    return render(request, "assessment/appeals.html", {"tc": tc, "rows": rows, "today": clock.today()})


def _due(row: Appeal, tc: TrainingClass) -> Due | None:
    if row.state == AppealState.APPLIED:
        return answer_due(day_of(row.applied_at), tc.edition)
    if row.state == AppealState.OBJECTED and row.objected_at is not None:
        return decision_due(day_of(row.objected_at), tc.edition)
    return None
