"""The class office: arrival, groups, the sum of everybody's attendance."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import visible
from gongxue.regulations.discipline import RULES
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms import GROUPS
from gongxue.stage5_delivery.queries import (
    ClassRow,
    attendees_of,
    class_rows,
    delivery_of,
    is_running,
    propose_groups,
    rolls_of,
)

GROUP_OF = 6  # people in a proposed group; ours


def office(request: Request, pk: int) -> HttpResponse:
    """Roster in seat order with arrival, groups and absences; contacts, masked, for the institution's own staff."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        raise PermissionDenied
    delivery = delivery_of(tc)
    if delivery is None:
        return render(
            request, "delivery/before.html", {"tc": tc, "admitted": roster(tc), "today": clock.today()}
        )
    rows = class_rows(tc, actions.WARN_AT)
    running = is_running(tc)
    rolls = rolls_of([tc])[tc.pk]
    shown: dict[str, Any] = {
        "tc": tc,
        "delivery": delivery,
        "rows": rows,
        "contacts": role.is_institution_staff,
        "rules": RULES,
        "numbers": [0, *GROUPS],
        "absence_limit": tc.edition.absence_limit,
        "arrived": sum(row.attendee.arrived_at is not None for row in rows),
        "warned": sum(row.tone == "wait" for row in rows),
        "barred": sum(row.tone == "bad" for row in rows),
        "called": rolls.called,
        "planned": rolls.planned,
        "may_check_in": running and role.may(Permission.CHECK_IN),
        "may_group": running and role.may(Permission.ASSIGN_GROUPS),
        "may_call": role.may(Permission.CALL_ROLL),
        "last_day_reached": clock.today() >= tc.last_day,
        **_groups(request, rows, rolls.groups),
    }
    return render(request, "delivery/office.html", shown)


def _groups(request: Request, rows: list[ClassRow], taught: int) -> dict[str, Any]:
    """The groups as they are, or the proposal that `?groups=5` asks for. taught: groups that the timetable has."""
    people = [row.attendee for row in rows]
    usual = taught or max(1, min(GROUPS[-1], round(len(people) / GROUP_OF)))
    wanted = request.GET.get("groups", "")
    number = int(wanted) if wanted in {str(n) for n in GROUPS} else 0
    shown = propose_groups(people, number) if number else {a.pk: a.group or 0 for a in people}
    grouped = all(a.group for a in people)
    return {
        "groups": shown,
        "proposed": bool(number),
        "wanted": number or usual,
        "grouped": grouped,
        "taught": taught,
        "strays": sum(not 1 <= n <= taught for n in shown.values()) if taught else 0,
    }


@require_POST
def check_in_all(request: Request, pk: int) -> HttpResponse:
    """Check in everybody who is ticked: one act each, so that one refusal does not keep the others out."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    ticked = set(request.POST.getlist("here"))
    done, left = [], Counter[str]()
    for attendee in attendees_of(tc):
        if str(attendee.pk) not in ticked:
            continue
        try:
            actions.check_in(
                attendee=attendee, pledged=request.POST.get("pledged") == "on", by=role, now=clock.now()
            )
            done.append(str(attendee))
        except Refusal as refusal:
            left[str(refusal)] += 1
    _say_arrivals(request, done, left)
    return redirect("office", tc.pk)


def _say_arrivals(request: Request, done: list[str], left: Counter[str]) -> None:
    if done:
        messages.success(request, f"已办理报到 {len(done)} 人：{'、'.join(done)}。")
    for reason, count in left.items():
        messages.error(request, f"{count} 人未办理：{reason}")
    if not done and not left:
        messages.error(request, "没有勾选人员。请勾选已到的人，再点“为勾选的人办理报到”。")
