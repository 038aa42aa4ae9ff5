"""A trainee's own attendance: hours against the limit, leave, online lessons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import perform, visible
from gongxue.regulations.attendance import WARN_AT, Place, may_still_withdraw
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, Leave
from gongxue.stage5_delivery.queries import (
    absence_of_attendee,
    attendee_of,
    effect_of,
    is_running,
    open_windows_of,
    own_days,
    own_leaves,
)

MANY = 80  # periods that a form may name; the longest class has some seventy


def my_attendance(request: Request, pk: int) -> HttpResponse:
    """Everything about one's own attendance on one page."""
    tc = visible(TrainingClass, pk, request.role)
    if not request.role.is_(Duty.TRAINEE):
        raise PermissionDenied
    return _page(request, tc)


def _page(request: Request, tc: TrainingClass, **more: Any) -> HttpResponse:
    attendee = attendee_of(tc, request.role.account_id)
    if attendee is None:
        return render(request, "delivery/my_attendance.html", {"tc": tc, "attendee": None})
    now, today = clock.now(), clock.today()
    days = own_days(attendee, tc.edition)
    absence = absence_of_attendee(attendee, tc.edition)
    marked = {one.place for periods in days.values() for one in periods if one.mark}
    effect = effect_of(attendee, tc.edition, 0)
    running = is_running(tc)
    open_ = [w for w in open_windows_of([tc], now) if w.group in (0, attendee.group)]
    units = {one.place: one for one in days.get(today, []) if one.unit}
    shown = {
        "tc": tc,
        "attendee": attendee,
        "days": days,
        "today": today,
        "absence": absence,
        "limit": tc.edition.absence_limit,
        "left": max(0, tc.edition.absence_limit - absence.counted),
        "tone": "bad" if absence.barred else "wait" if absence.counted >= WARN_AT else "good",
        "ahead": effect.before - absence.counted,
        "before": effect.before,
        "running": running,
        "choosable": {
            one.value for periods in days.values() for one in periods if _may_ask(one.place, one, today)
        },
        "leaves": [(leave, running and _may_undo(leave, today, marked)) for leave in own_leaves(attendee)],
        "windows": [(w, units.get(w.place)) for w in open_],
        "units": list(units.values()),
        "chosen": set(more.get("chosen", ())),
        "reason": more.get("reason", ""),
        "breaches": more.get("breaches", ()),
        "beyond": any(b.rule == "leave.beyond" for b in more.get("breaches", ())),
    }
    return render(request, "delivery/my_attendance.html", shown, status=more.get("status", 200))


def _may_ask(place: Place, one: Any, today: Any) -> bool:
    return place[0] >= today and one.mark is None and one.leave is None


def _may_undo(leave: Leave, today: Any, marked: set[Place]) -> bool:
    live = leave.allows(Permission.WITHDRAW_LEAVE)
    return live and may_still_withdraw(leave.places[0], today, bool(marked & set(leave.places)))


@require_POST
def ask_leave(request: Request, pk: int) -> HttpResponse:
    """Send a request; a refused one stands as it was filled in."""
    tc = visible(TrainingClass, pk, request.role)
    attendee: Attendee | None = attendee_of(tc, request.role.account_id)
    if attendee is None:
        raise Http404
    chosen = request.POST.getlist("lessons")[:MANY]
    reason = request.POST.get("reason", "")
    inputs = {
        "training_class": tc, "lessons": chosen, "reason": reason, "understood": request.POST.get("understood") == "on",
    }  # fmt: skip
    try:
        perform(ACTS[Permission.ASK_LEAVE], inputs, request)
    except Refusal as refusal:
        return _page(
            request, tc, chosen=chosen, reason=reason, breaches=refusal.breaches, status=refusal.status
        )
    messages.success(request, "请假申请已提交，批准后在这里和消息中告诉您。")
    return redirect("my_attendance", tc.pk)
