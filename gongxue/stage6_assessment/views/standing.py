"""The assessments as each role works on them; progress of the class, a trainee's own standing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.regulations.calendar import feedback_due
from gongxue.regulations.lifecycle import ResultsState, RetakeState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage5_delivery.queries import attendee_of, delivery_of
from gongxue.stage6_assessment.queries import (
    is_confirmed,
    opened_attempts,
    record_of,
    records_of,
    results_of,
)
from gongxue.stage6_assessment.queries.second_dates import second_dates_of
from gongxue.stage6_assessment.views.scoring import part_of, scoring


def assessment(request: Request, pk: int) -> HttpResponse:
    """The assessments as the role works on them: sheets to fill, one's own standing, or the progress of the class."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        return _own_standing(request, tc)
    if role.is_(Duty.BACKBONE):
        part = part_of(request, tc)
        return (
            render(request, "assessment/no_seat.html", {"tc": tc})
            if part is None
            else scoring(request, tc, part)
        )
    return _progress(request, tc)


def _progress(request: Request, tc: TrainingClass) -> HttpResponse:
    role = request.role
    records = records_of(tc) if delivery_of(tc) else []
    opened = opened_attempts(role, tc)
    results = results_of(tc)
    confirmed = results is not None and results.state == ResultsState.CONFIRMED
    shown = {
        "tc": tc,
        "results": results,
        "rows": [
            (r, opened.get((r.attendee.pk, "process"), []), opened.get((r.attendee.pk, "final"), []))
            for r in records
        ],
        "process_done": sum(r.process.complete for r in records),
        "final_done": sum(r.final.complete for r in records),
        "qualified": sum(r.qualified for r in records),
        "barred": sum(r.barred for r in records),
        "retakes": [r for r in records if r.retake and r.retake.state == RetakeState.APPLIED],
        "confirmed": confirmed,
        "may_confirm": role.may(Permission.CONFIRM_RESULTS) and not confirmed,
        "due": due_of(tc, feedback_due(tc.last_day, tc.edition)).on,
        "dates": second_dates_of([tc]).get(tc.pk),
        "may_set_dates": role.may(Permission.SET_SECOND_DATES) and not confirmed,
        "today": clock.today(),
        "absence_limit": tc.edition.absence_limit,
    }
    return render(request, "assessment/progress.html", shown)


def _own_standing(request: Request, tc: TrainingClass) -> HttpResponse:
    role = request.role
    attendee = attendee_of(tc, role.account_id)
    if attendee is None:
        return render(request, "assessment/standing.html", {"tc": tc, "record": None})
    record, confirmed = record_of(attendee), is_confirmed(tc)
    shown = {
        "tc": tc,
        "record": record,
        "limit": tc.edition.absence_limit,
        "dates": second_dates_of([tc]).get(tc.pk) if record.chance_left else None,
        "may_retake": record.may_apply_again and not confirmed,
        "confirmed": confirmed,
    }
    return render(request, "assessment/standing.html", shown)
