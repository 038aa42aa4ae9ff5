"""Checking in oneself: the page on the wall, the page on the trainee's phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role, roles_of
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import perform, visible
from gongxue.regulations.attendance import seconds_left
from gongxue.regulations.calendar import said
from gongxue.regulations.parallel import group_title
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.exports import code_of as drawn
from gongxue.stage5_delivery.codes import code_of, is_code, ticket_of
from gongxue.stage5_delivery.forms import RollForm, WindowForm
from gongxue.stage5_delivery.models import RollWindow, Scan
from gongxue.stage5_delivery.queries import (
    attendee_of,
    attendees_of,
    expected_in,
    is_open,
    scanned_in,
    taught_groups,
)


@require_POST
def open_window(request: Request, pk: int) -> HttpResponse:
    """Open a check-in from the roll and go to the page for the wall."""
    tc = visible(TrainingClass, pk, request.role)
    form = WindowForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有开启签到：请填写签到时长和迟到界限（分钟）。")
        return redirect(_roll_address(request, pk))
    try:
        window, _ = perform(
            ACTS[Permission.OPEN_WINDOW], {"training_class": tc, **form.cleaned_data}, request
        )
    except Refusal as refusal:
        for breach in refusal.breaches:
            messages.error(request, f"没有开启签到：{breach}")
        return redirect(_roll_address(request, pk))
    if window is None:  # sent twice: it is open
        return redirect(_roll_address(request, pk))
    return redirect("roll_window", window.pk)


def _roll_address(request: Request, pk: int) -> str:
    form = RollForm(request.POST)
    where = reverse("roll", args=[pk])
    if not form.is_valid():
        return where
    return f"{where}?day={form.cleaned_data['day']}&period={form.cleaned_data['period']}"


def screen(request: Request, pk: int) -> HttpResponse:
    """The page for the wall: the code, which changes, and how many have checked in."""
    window = visible(RollWindow, pk, request.role)
    now = clock.now()
    state = _state(request, window, now)
    return render(
        request, "delivery/roll_window.html", {"window": window, "tc": window.training_class, **state}
    )


def code(request: Request, pk: int) -> JsonResponse:
    """What the page on the wall asks for every few seconds."""
    window = visible(RollWindow, pk, request.role)
    state = _state(request, window, clock.now())
    drawing = state.pop("drawing")
    answer = {**state, "side": drawing.side, "path": drawing.path} if drawing else state
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def _state(request: Request, window: RollWindow, now: datetime) -> dict[str, Any]:
    tc = window.training_class
    people = expected_in(attendees_of(tc), [window.group], taught_groups(tc))
    came = len(scanned_in(tc, window.day, window.period) & {one.pk for one in people})
    drawing = None
    if is_open(window, now):
        where = reverse("scan", args=[window.pk])
        drawing = drawn(request.build_absolute_uri(f"{where}?c={code_of(window, now)}"))
    return {
        "open": drawing is not None,
        "late": now > window.late_at,
        "came": came,
        "of": len(people),
        "left": seconds_left(now),
        "drawing": drawing,
    }


def scan(request: Request, pk: int) -> HttpResponse:
    """Where the code leads, signed in: who checks in for what, and one button. Reading it writes nothing."""
    role, now = request.role, clock.now()
    if role is None:
        raise PermissionDenied
    window = (
        RollWindow.objects.scope(role).select_related("training_class__institution").filter(pk=pk).first()
    )
    attendee = attendee_of(window.training_class, role.account_id) if window else None
    if window is None or attendee is None or not role.is_(Duty.TRAINEE):
        return _not_here(request, role, 404 if window is None else 403)
    before = Scan.objects.inside(attendee=attendee, day=window.day, period=window.period).first()
    fresh = is_code(window, request.GET.get("c", ""), now)
    shown = {
        "window": window,
        "tc": window.training_class,
        "attendee": attendee,
        "group": group_title(window.group),
        "before": before,
        "open": is_open(window, now),
        "late": now > window.late_at,
        "ticket": ticket_of(window, role.account_id, now) if fresh else "",
    }
    return render(request, "delivery/scan.html", shown)


def _not_here(request: Request, role: Role, status: int) -> HttpResponse:
    """Another class and no such check-in look the same; who acts in another role is shown the way to the right one."""
    learns = role.is_(Duty.TRAINEE)
    other = None if learns else next((r for r in roles_of(role.account) if r.is_(Duty.TRAINEE)), None)
    return render(request, "delivery/scan_refused.html", {"learns": learns, "other": other}, status=status)


@require_POST
def check_in(request: Request, pk: int) -> HttpResponse:
    """The button: the trainee checks in, or is told why not and what to do."""
    window = visible(RollWindow, pk, request.role)
    return _came(
        request, window, Permission.SCAN, {"roll_window": window, "code": request.POST.get("code", "")[:80]}
    )


@require_POST
def join(request: Request, pk: int) -> HttpResponse:
    """Enter an online lesson: checked in, then the link."""
    window = visible(RollWindow, pk, request.role)
    return _came(request, window, Permission.JOIN_ONLINE, {"roll_window": window})


def _came(request: Request, window: RollWindow, act: Permission, inputs: dict[str, Any]) -> HttpResponse:
    shown: dict[str, Any] = {"window": window, "tc": window.training_class}
    try:
        found, _ = perform(ACTS[act], inputs, request)
    except Refusal as refusal:
        shown |= {"breaches": refusal.breaches}
        return render(request, "delivery/scan_answer.html", shown, status=refusal.status)
    late = found is not None and found.presence == "late"
    words = f"{said(window.day)}第 {window.period} 课时签到成功"
    messages.success(request, f"{words}{'，记为迟到' if late else ''}。以班务管理教师的点名为准。")
    return redirect("my_attendance", window.training_class_id)
