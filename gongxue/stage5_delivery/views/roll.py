"""The roll call."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import perform, visible
from gongxue.regulations.attendance import Presence
from gongxue.regulations.calendar import said
from gongxue.regulations.parallel import WHOLE_CLASS
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms import RollForm, presences_in, seen_in
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import (
    attendees_of,
    class_rows,
    delivery_of,
    expected_in,
    is_running,
    marks_at,
    roll_days,
    roll_due,
    taught_groups,
)


def roll(request: Request, pk: int) -> HttpResponse:
    """The roll of one lesson period: everybody present unless marked otherwise."""
    tc = visible(TrainingClass, pk, request.role)
    days = roll_days(tc, clock.today())
    if delivery_of(tc) is None or not days:
        return render(request, "delivery/no_roll.html", {"tc": tc, "has_timetable": bool(days)})
    form = RollForm(request.GET)
    sessions = form.sessions(tc)
    if not sessions:
        due = roll_due(days) or next(iter(days.values()))[0]
        sessions = list(due.sessions)
    return _roll_page(request, tc, sessions, form.alone, days)


def _seated(
    tc: TrainingClass, sessions: list[CourseSession], group: int, people: list[Attendee], marked: dict[int, str]
) -> list[Attendee]:  # fmt: skip
    """Whose roll is called: everybody who has a lesson then or is marked already, or those of one group."""
    taught = [group] if group else [session.group for session in sessions]
    if taught == [WHOLE_CLASS]:
        return people
    here = {one.pk for one in expected_in(people, taught, taught_groups(tc))}
    return [one for one in people if one.pk in here or (not group and one.pk in marked)]


def _roll_page(
    request: Request, tc: TrainingClass, sessions: list[CourseSession], group: int, days: Any, **more: Any
) -> HttpResponse:
    session = sessions[0]
    stored = marks_at(tc, session.day, session.period)
    marks = more.pop("marks", None) or stored
    rows = class_rows(tc, actions.WARN_AT)
    seated = {one.pk for one in _seated(tc, sessions, group, [row.attendee for row in rows], stored)}
    rows = [row for row in rows if row.attendee.pk in seated]
    stored = {pk: word for pk, word in stored.items() if pk in seated}
    shown = {
        "tc": tc,
        "session": session,
        "sessions": sessions,
        "group": group,
        "days": days,
        "periods": days.get(session.day, []),
        "rows": [
            (
                row,
                marks.get(row.attendee.pk, Presence.PRESENT.value),
                stored.get(row.attendee.pk, actions.UNMARKED),
            )
            for row in rows
        ],
        "presences": list(Presence),
        "called": bool(stored),
        "ahead": session.day > clock.today(),
        "running": is_running(tc),
        "absence_limit": tc.edition.absence_limit,
        "reason": more.get("reason", ""),
        "breaches": more.get("breaches", ()),
        "counts": Counter(marks.get(row.attendee.pk, Presence.PRESENT.value) for row in rows),
    }
    return render(request, "delivery/roll.html", shown, status=more.get("status", 200))


@require_POST
def call_roll(request: Request, pk: int) -> HttpResponseBase:
    """Send a roll. The page asks for JSON and keeps its marks when no answer comes; without script it is a form."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    form = RollForm(request.POST)
    sessions = form.sessions(tc)
    if not sessions:
        raise Http404
    session = sessions[0]
    people = _seated(tc, sessions, form.alone, attendees_of(tc), marks_at(tc, session.day, session.period))
    presences = presences_in(request.POST, people)
    reason = request.POST.get("reason", "")[:500]
    inputs = {
        "training_class": tc, "day": session.day, "period": session.period, "presences": presences, "reason": reason,
        "seen": seen_in(request.POST, people),
    }  # fmt: skip
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        perform(ACTS[Permission.CALL_ROLL], inputs, request)
    except Refusal as refusal:
        if wants_json:
            return _breaches_json(refusal)
        return _roll_page(
            request, tc, sessions, form.alone, roll_days(tc, clock.today()), marks=presences, reason=reason,
            breaches=refusal.breaches, status=refusal.status,
        )  # fmt: skip
    messages.success(request, _said_roll(session, presences))
    where = _next_roll(tc)
    return JsonResponse({"next": where}) if wants_json else redirect(where)


def _breaches_json(refusal: Refusal) -> JsonResponse:
    rows = [
        {"rule": b.rule, "says": b.says, "cites": b.cites, "way_out": b.way_out} for b in refusal.breaches
    ]
    return JsonResponse({"breaches": rows}, status=refusal.status)


def _said_roll(session: CourseSession, presences: dict[int, str]) -> str:
    counts = Counter(presences.values())
    words = "，".join(f"{p.title} {counts[p]}" for p in Presence if counts[p])
    return f"{said(session.day)}第 {session.period} 课时已点名：{words}。"


def _next_roll(tc: TrainingClass) -> str:
    """The next period that waits, else the office."""
    due = roll_due(roll_days(tc, clock.today()))
    if due is None or due.called:
        return reverse("office", args=[tc.pk])
    return f"{reverse('roll', args=[tc.pk])}?day={due.session.day}&period={due.session.period}"
