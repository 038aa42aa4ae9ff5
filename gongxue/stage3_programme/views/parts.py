"""A programme part by part: the province's review, what is to be mended, remarks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import visible
from gongxue.regulations.lifecycle import ProgrammeState
from gongxue.regulations.programme import FinalMode
from gongxue.regulations.programme_review import PLACES, TIMETABLE, reasons_for
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import Programme
from gongxue.stage3_programme.queries import OPEN_STATES, programme_of
from gongxue.stage3_programme.queries.review import (
    Review,
    may_read_comments,
    may_speak,
    remarks_by_part,
    review_of,
)
from gongxue.stage3_programme.timetable import columns_of, day_title, rows_of


@require_GET
def parts(request: Request, pk: int) -> HttpResponse:
    """Each part with what changed since the province looked last, its verdict and its remarks."""
    tc, row = _seen(request, pk)
    review = review_of(row)
    reviews = row.state == ProgrammeState.SUBMITTED and request.role.may(Permission.REVIEW_SECTION)
    shown: dict[str, Any] = {
        "tc": tc,
        "programme": row,
        "review": review,
        "rows": [(part, _text(review, part.place), reasons_for(part.place)) for part in review.parts],
        "table": rows_of(
            review.content["sessions"], tc.days_list, tc.edition.periods_a_day, review.content.get("notes")
        ),
        "columns": range(1, columns_of(review.content["sessions"], tc.edition.periods_a_day) + 1),
        "mode": FinalMode(row.final_mode).title,
        "reviews": reviews,
        "asked": row.state in (ProgrammeState.SUBMITTED, ProgrammeState.RETURNED),
        "mends": row.state == ProgrammeState.RETURNED and request.role.may(Permission.MEND_SECTION),
        "is_open": row.state in OPEN_STATES,
        **said_there(request.role, tc, row),
    }
    return render(request, "programme/parts.html", shown)


def _seen(request: Request, pk: int) -> tuple[TrainingClass, Programme]:
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    if not may_read_comments(request.role, tc):
        raise PermissionDenied
    row = programme_of(tc)
    if row is None:
        raise Http404
    row.training_class = tc
    return tc, row


def _text(review: Review, place: str) -> str:
    return str(review.content["sections"].get(place, ""))


def said_there(role: Role, tc: TrainingClass, row: Programme) -> dict[str, Any]:
    """What every list of remarks needs besides the remarks."""
    return {
        "speaks": may_speak(role, tc, row),
        "days": [(f"day:{day.isoformat()}", day_title(day)) for day in tc.days_list],
    }


@require_GET
def remarks(request: Request, pk: int, place: str) -> HttpResponse:
    """The remarks on one part, to put in place of those that a page shows."""
    tc, row = _seen(request, pk)
    place = TIMETABLE if place.startswith("day:") else place
    if place not in PLACES:
        raise Http404
    list(messages.get_messages(request))  # the remark that appears is the answer
    shown = {"tc": tc, "programme": row, "place": place, "comments": remarks_by_part(tc)[place]}
    return render(request, "programme/thread.html", shown | said_there(request.role, tc, row))
