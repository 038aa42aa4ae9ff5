"""A teacher's invitations: the list, the letter, the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.parties.queries import away_among
from gongxue.regulations.calendar import programme_due, said
from gongxue.regulations.invitations import DeclineReason
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.rescue import hours_left
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing import actions
from gongxue.stage2_staffing.forms import AnswerForm
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import (
    clashes_of,
    invitations_visible_to,
)

INVITATIONS_PAGE = 50


@require_GET
def invitations(request: Request) -> HttpResponse:
    """One's invitations, those that wait for an answer first."""
    rows = invitations_visible_to(request.role)
    page = Paginator(rows, INVITATIONS_PAGE).get_page(request.GET.get("page"))
    waiting = rows.filter(state=InvitationState.SENT).order_by("answer_by", "answer_until", "pk")
    now = clock.now()
    letters = [(row, hours_left(row.answer_until, now) if row.answer_until else "") for row in waiting]
    shown = {"page": page, "waiting": letters, "today": clock.today()}
    return render(request, "staffing/invitations.html", shown)


@require_GET
def invitation(request: Request, pk: int) -> HttpResponse:
    """One invitation as a letter, with what stands against it."""
    return _letter(request, visible(Invitation, pk, request.role), AnswerForm(), 200)


def _letter(request: Request, row: Invitation, form: AnswerForm, status: int) -> HttpResponse:
    tc, today = row.training_class, clock.today()
    open_ = row.state == InvitationState.SENT
    days, taught = row.days, [day for day in tc.days_list if day >= (row.serves_from or tc.first_day)]
    shown = {
        "invitation": row,
        "tc": tc,
        "form": form,
        "declining": form.is_bound and request.path.endswith("/decline/"),
        "today": today,
        "days": (days[0], days[-1]),
        "journey": [day for day in days if day not in taught],
        "is_instructor": row.seat == Seat.INSTRUCTOR,
        "meaning": _meaning(row),
        "clashes": clashes_of(row, request.role) if open_ else [],
        "away": away_among(row.person_id, days) if open_ else [],
        "late": open_ and row.is_over(clock.now()),
        "left": hours_left(row.answer_until, clock.now()) if open_ and row.answer_until else "",
        "programme_due": programme_due(tc.first_day, tc.edition),
    }
    return render(request, "staffing/invitation.html", shown, status=status)


def _meaning(row: Invitation) -> str:
    """What accepting means, said on the button's question."""
    days, tc = row.days, row.training_class
    journey = f"{said(days[0])}、{said(days[-1])}为路途，" if row.seat == Seat.INSTRUCTOR else ""
    return (
        f"接受后，{said(days[0])}至{said(days[-1])}为您留出（{journey}"
        f"培训{said(row.serves_from or tc.first_day)}至{said(tc.last_day)}），其他培训班不能再约；班级资料向您开放。"
    )


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    """Accept; a refusal is shown on the letter."""
    return _answer(request, pk, Permission.ACCEPT)


@require_POST
def decline(request: Request, pk: int) -> HttpResponse:
    """Decline with a reason; a refusal is shown on the letter."""
    return _answer(request, pk, Permission.DECLINE)


def _answer(request: Request, pk: int, act: Permission) -> HttpResponse:
    row = visible(Invitation, pk, request.role)
    form = AnswerForm(request.POST)
    if form.is_valid():
        with refusals(form):
            answer_once(request, act, lambda: _answered(request, row, act, form.cleaned_data))
            messages.success(
                request,
                "已接受邀请，日期已为您留出。"
                if act == Permission.ACCEPT
                else "已婉拒，理由已转告培训机构。",
            )
            return redirect(reverse("invitation", args=[row.pk]))
    return _letter(request, row, form, answer_status(form))


def _answered(request: Request, row: Invitation, act: Permission, data: dict[str, Any]) -> str:
    by, now = request.role, clock.now()
    if act == Permission.ACCEPT:
        word = data["despite_away"]
        return str(actions.accept_invitation(invitation=row, despite_away=word, by=by, now=now).pk)
    code = data["code"] or DeclineReason.OTHER.value
    return str(
        actions.decline_invitation(invitation=row, code=code, reason=data["reason"], by=by, now=now).pk
    )
