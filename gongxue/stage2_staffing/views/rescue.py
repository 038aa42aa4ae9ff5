"""Help close to the day: the empty seats, who can be there in time, who cannot and why, who is asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.levels import Level
from gongxue.regulations.rescue import hours_left, reach_km, rescue_breaches
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import actions
from gongxue.stage2_staffing.forms import RescueForm
from gongxue.stage2_staffing.queries import demand_from, invitations_of
from gongxue.stage2_staffing.queries.rescue import EmptySeat, Helper, empty_seats, helpers_for, served_days
from gongxue.stage2_staffing.views.reach import class_for

NEAR_SHOWN = 12  # of those who can come, without unfolding the list
HINDERED_SHOWN = 40  # of those who cannot come, the nearest


@require_http_methods(["GET", "POST"])
def rescue(request: Request, pk: int) -> HttpResponse:
    """The page of an emergency; its form asks several people at once for one seat."""
    tc = class_for(request, pk)
    if request.method == "GET":
        return _page(request, tc, RescueForm(), 200)
    form = RescueForm(request.POST)
    if form.is_valid():
        with refusals(form):
            _, fresh = answer_once(
                request, Permission.RESCUE, lambda: _sent(request.role, tc, form.cleaned_data)
            )
            if fresh:
                said = f"已同时邀请 {len(form.cleaned_data['people'])} 人，先接受者任职，答复会发消息通知。"
                messages.success(request, said)
            return redirect(f"{request.path}?seat={form.cleaned_data['seat']}")
    return _page(request, tc, form, answer_status(form))


def _sent(role: Role, tc: TrainingClass, data: dict[str, Any]) -> str:
    seat, _, number = data["seat"].partition("-")
    rows = actions.rescue_seat(
        training_class=tc, seat=seat, number=int(number), people=data["people"], hours=data["hours"],
        letter=data["letter"], by=role, now=clock.now(),
    )  # fmt: skip
    return ",".join(str(row.pk) for row in rows)


def _page(request: Request, tc: TrainingClass, form: RescueForm, status: int) -> HttpResponse:
    today = clock.today()
    refused = rescue_breaches(today, tc.first_day, tc.last_day)
    seats = empty_seats(tc, invitations_of(tc)) if tc.level_enum != Level.BACKBONE else []
    wanted = form["seat"].value() if form.is_bound else request.GET.get("seat", "")
    chosen = next((one for one in seats if one.key == wanted), seats[0] if seats else None)
    shown = {
        "tc": tc,
        "form": form,
        "today": today,
        "refused": refused,
        "is_backbone": tc.level_enum == Level.BACKBONE,
        "seats": seats,
        "chosen": chosen,
    }
    if chosen is not None and not refused:
        shown |= _help(tc, chosen, form)
    return render(request, "staffing/rescue.html", shown, status=status)


def _help(tc: TrainingClass, chosen: EmptySeat, form: RescueForm) -> dict[str, Any]:
    """Who can come for a seat, who cannot, and who is asked."""
    now, today = clock.now(), clock.today()
    helpers = helpers_for(tc, chosen.seat, today)
    begins = demand_from(tc, chosen.seat, today).first_day
    able = [helper for helper in helpers if not helper.obstacles]
    hindered = [helper for helper in helpers if helper.obstacles]
    picked = {str(pk) for pk in form.chosen}
    days = served_days(tc, chosen.seat, today)
    return {
        "near": able[:NEAR_SHOWN],
        "farther": able[NEAR_SHOWN:],
        "picked_farther": any(str(helper.person.pk) in picked for helper in able[NEAR_SHOWN:]),
        "hindered": _nearest(hindered),
        "more": max(0, len(hindered) - HINDERED_SHOWN),
        "picked": picked,
        "asked": [(row, hours_left(row.answer_until, now)) for row in chosen.asked if row.answer_until],
        "begins": begins,
        "span": (days[0], days[-1]),
        "limit": reach_km((begins - today).days) if chosen.seat == Seat.INSTRUCTOR else None,
        "online": chosen.seat == Seat.EXAMINER,
    }


def _nearest(hindered: list[Helper]) -> list[Helper]:
    """Those whom the least hinders, the nearest first."""
    return sorted(hindered, key=lambda one: (len(one.obstacles), one.km, one.person.pk))[:HINDERED_SHOWN]
