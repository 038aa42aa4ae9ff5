"""Lesson presentations and defences: the plan and the order, who is on, one's own calendar file, recordings."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from gongxue.exchange.calendars import MIME, calendar_file
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.resumable import offset_of, own_uploads
from gongxue.foundation.files.serving import serve_bytes, serve_file
from gongxue.foundation.pages.act import visible
from gongxue.regulations.calendar import feedback_due
from gongxue.regulations.presentations import GAPS, HOW_DRAWN, MINUTES, NOTE_LENGTH
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage6_assessment.actions.presentations import RECORDINGS
from gongxue.stage6_assessment.models import PresentationRecording, PresentationSlot
from gongxue.stage6_assessment.queries import is_confirmed
from gongxue.stage6_assessment.queries.presentations import (
    SessionView,
    entitled,
    mode_of,
    sessions_of,
    turn_event,
)

_USUAL = {"starts_at": "09:00", "minutes": "15", "gap": "0", "rest_from": "12:00", "rest_to": "13:30"}


def presentations(request: Request, pk: int) -> HttpResponse:
    """Plan, order, notes and recordings, for everybody who works on the class; trainees have the waiting room."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        raise PermissionDenied
    may_plan = role.may(Permission.PLAN_PRESENTATIONS) and tc.stage >= 5 and not is_confirmed(tc)
    views = sessions_of(tc, role, papers=True)
    shown = {
        "tc": tc,
        "mode": mode_of(tc),
        "sessions": [(v, _typed(v, tc), len(entitled(tc, v.session)) if may_plan else 0) for v in views],
        "may_plan": may_plan,
        "examiner": role.is_(Duty.BACKBONE) and seat_of(tc, role.account_id, Seat.EXAMINER) is not None,
        "today": clock.today(),
        "how": HOW_DRAWN,
        "minutes": MINUTES,
        "gaps": GAPS,
        "note_length": NOTE_LENGTH,
    }
    return render(request, "assessment/presentations.html", shown)


def _hour(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def _typed(view: SessionView, tc: TrainingClass) -> dict[str, Any]:
    """What the form begins with: what is planned, else what is usual."""
    row = view.row
    if row is None:
        last = due_of(tc, feedback_due(tc.last_day, tc.edition)).on if view.session == 2 else tc.last_day
        return {"day": tc.last_day, "last": last, "place": "", "link": "", "version": 0, **_USUAL}
    last = max(row.day, tc.last_day)
    return {
        "day": row.day, "last": last, "place": row.place, "link": row.link, "version": row.version,
        "starts_at": _hour(row.starts), "minutes": row.minutes, "gap": row.gap, "rest_from": _hour(row.rest_from),
        "rest_to": _hour(row.rest_to),
    }  # fmt: skip


def waiting_room(request: Request, pk: int) -> HttpResponse:
    """Who is on, who is next, one's own time; the page looks again every quarter of a minute."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    today = clock.today()
    rows = [(view, view.own(role.account_id)) for view in sessions_of(tc, role) if view.turns]
    shown = {
        "tc": tc,
        "mode": mode_of(tc),
        "rows": rows,
        "live": any(view.row is not None and view.row.day == today and not view.is_over for view, _ in rows),
        "trainee": role.is_(Duty.TRAINEE),
    }
    return render(request, "assessment/waiting_room.html", shown)


def own_calendar(request: Request, pk: int) -> HttpResponseBase:
    """A trainee's own turns as a calendar file."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    own = [(view, view.own(role.account_id)) for view in sessions_of(tc, role)]
    mode = mode_of(tc)
    events = [turn_event(v, turn, mode, v.row.planned_at) for v, turn in own if turn is not None and v.row]
    if not events:
        raise Http404
    made = calendar_file(events, name=f"{mode.title} {tc.title}")
    return serve_bytes(made, name=f"{mode.title}安排.ics", media_type=MIME)


def recording(request: Request, pk: int) -> HttpResponseBase:
    """An uploaded film, for whoever reads the class; a trainee's own."""
    row: PresentationRecording = visible(PresentationRecording, pk, request.role)
    if row.file is None:
        raise Http404
    return serve_file(request, row.file)


def film(request: Request, pk: int) -> HttpResponse:
    """Where a film of one presentation is uploaded piece by piece."""
    role = request.role
    slot: PresentationSlot = visible(PresentationSlot, pk, role)
    shown = {
        "tc": slot.presentation_day.training_class,
        "slot": slot,
        "door": RECORDINGS.name,
        "limit": RECORDINGS.limit,
        "limits": json.dumps({kind: RECORDINGS.most(kind) for kind in RECORDINGS.types}),
        "uploads": [(upload, offset_of(upload) or 0) for upload in own_uploads(role, RECORDINGS)],
    }
    return render(request, "assessment/film.html", shown)
