"""What waits for who keeps the roll: requests for leave, corrections by two people, online lessons."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import perform, visible
from gongxue.regulations.attendance import leave_effect
from gongxue.regulations.lifecycle import LeaveState, MarkCorrectionState
from gongxue.regulations.parallel import group_title
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.forms import OnlineForm
from gongxue.stage5_delivery.models.products import RESULTS_STAGE
from gongxue.stage5_delivery.queries import (
    absences_of,
    approved_leaves,
    corrections_of,
    is_running,
    leaves_of,
    lessons_of,
    marks_of_class,
    units_of,
)


def leaves(request: Request, pk: int) -> HttpResponse:
    """Leaves and corrections of a class: what waits first, with what it does to the trainee's allowance."""
    tc = visible(TrainingClass, pk, request.role)
    rows = leaves_of(tc)
    absences, ahead, marks = absences_of(tc), approved_leaves(tc), marks_of_class(tc)
    waiting = []
    for row in rows:
        if row.state != LeaveState.REQUESTED:
            continue
        counted = absences[row.attendee_id].counted if row.attendee_id in absences else 0
        to_come = [p for p in ahead.get(row.attendee_id, ()) if row.attendee_id not in marks.get(p, {})]
        waiting.append((row, leave_effect(counted + len(to_come), len(row.places), tc.edition)))
    corrections = corrections_of(tc)
    shown = {
        "tc": tc,
        "waiting": waiting,
        "decided": [row for row in rows if row.state != LeaveState.REQUESTED],
        "proposed": [row for row in corrections if row.state == MarkCorrectionState.PROPOSED],
        "corrected": [row for row in corrections if row.state != MarkCorrectionState.PROPOSED],
        "me": request.role.account_id,
        "running": is_running(tc),
        "late": tc.stage >= RESULTS_STAGE,
    }
    return render(request, "delivery/leaves.html", shown)


def online_units(request: Request, pk: int) -> HttpResponse:
    """Which lessons are held online, with a form for more."""
    tc = visible(TrainingClass, pk, request.role)
    return _online_page(request, tc, OnlineForm(tc))


def _online_page(request: Request, tc: TrainingClass, form: OnlineForm, status: int = 200) -> HttpResponse:
    units = [(unit, group_title(group)) for (_, _, group), unit in units_of(tc).items()]
    shown = {"tc": tc, "units": units, "form": form, "running": is_running(tc), "today": clock.today()}
    shown |= {"days": list(dict.fromkeys(day for day, _ in lessons_of(tc)))}
    return render(request, "delivery/online_units.html", shown, status=status)


@require_POST
def set_online(request: Request, pk: int) -> HttpResponse:
    """Say where some periods of a day are held online."""
    tc = visible(TrainingClass, pk, request.role)
    form = OnlineForm(tc, request.POST)
    if form.is_valid():
        try:
            perform(ACTS[Permission.SET_ONLINE], {"training_class": tc, **form.cleaned_data}, request)
        except Refusal as refusal:
            form.breaches = refusal.breaches
            return _online_page(request, tc, form, refusal.status)
        messages.success(request, "已登记网络课时，学员当天在“我的考勤”中看到链接。")
        return redirect("online_units", tc.pk)
    return _online_page(request, tc, form, 422)
