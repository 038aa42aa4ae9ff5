"""The staffing page of a class: seats, the recommendation explained, invitations and answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.calendar import opening_due, programme_due, recommendation_due
from gongxue.regulations.invitations import TEAM_SIZES, answer_window, is_rescue_time
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState, TeamChangeState
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import actions
from gongxue.stage2_staffing.forms import InviteForm
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.progress import progress_of
from gongxue.stage2_staffing.queries import (
    RankedView,
    experts_for,
    invitations_of,
    next_to_invite,
    opening_of,
    preferences_of,
    ranking_of,
    seats_of,
    team_changes_of,
)
from gongxue.stage2_staffing.queries.explaining import Explained, explain
from gongxue.stage2_staffing.queries.personnel import lifts_of, replacements_in
from gongxue.stage2_staffing.views.reach import class_for, search_words


@dataclass(frozen=True, slots=True)
class Offer:
    """A button that a row offers; the kit hides it from roles that may not press it."""

    code: Permission
    thing: Any
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RankingCard:
    """The recommendation for a kind of seat: each row with the button that it offers, if any."""

    seat: Seat
    rows: list[tuple[RankedView, Offer | None]]

    @property
    def chosen(self) -> list[tuple[RankedView, Offer | None]]:
        """首选."""
        return [pair for pair in self.rows if pair[0].row.chosen]

    @property
    def substitutes(self) -> list[tuple[RankedView, Offer | None]]:
        """候补."""
        return [pair for pair in self.rows if not pair[0].row.chosen]

    @property
    def made_at(self) -> datetime:
        """When the platform recommended."""
        return self.rows[0][0].row.made_at


@require_GET
def staffing(request: Request, pk: int) -> HttpResponse:
    """Who teaches and examines: seats, the recommendation explained, invitations and answers."""
    return _staffing_page(request, class_for(request, pk), InviteForm(), 200)


def _staffing_page(request: Request, tc: TrainingClass, form: InviteForm, status: int) -> HttpResponse:
    role: Role = request.role
    seats, today = seats_of(tc), clock.today()
    window = answer_window(today, tc.first_day, tc.edition)
    shown: dict[str, Any] = {
        "tc": tc,
        "form": form.within(window),
        "today": today,
        "opening": opening_of(tc),
        "seats": seats,
        "progress": progress_of(seats, today),
        "is_backbone": tc.level_enum == Level.BACKBONE,
        "whole": not role.is_(Duty.BACKBONE),
        "programme_due": programme_due(tc.first_day, tc.edition),
        "window": window,
        "rescue_time": is_rescue_time(today, tc.first_day, tc.last_day),
    }
    if shown["whole"]:
        shown |= _whole(request, tc, role, seats)
    return render(request, "staffing/staffing.html", shown, status=status)


def _whole(request: Request, tc: TrainingClass, role: Role, seats: list[Any]) -> dict[str, Any]:
    """What officials and the institution see besides the seats."""
    invitations = invitations_of(tc)
    ranking = ranking_of(tc, invitations)
    changes = team_changes_of(tc)
    replacements = replacements_in(invitations)
    left = {one.gone.pk for one in replacements}
    nominating = tc.level_enum == Level.BACKBONE and role.may(Permission.NOMINATE)
    search = search_words(request)
    return {
        "past": [row for row in invitations if row.state not in Invitation.LIVE and row.pk not in left],
        "replacements": replacements,
        "lifts": lifts_of(tc),
        "waiting": [row for row in invitations if row.state == InvitationState.SENT],
        "preferences": preferences_of(tc),
        "team_changes": changes,
        "team_waiting": any(change.state == TeamChangeState.REQUESTED for change in changes),
        "team_sizes": TEAM_SIZES,
        "next_up": next_to_invite(seats, ranking),
        "free": sum(1 for view in seats if view.invitation is None),
        "rankings": [
            RankingCard(seat, [(v, _invite_offer(tc, v)) for v in ranking if v.row.seat == seat])
            for seat in Seat
        ],
        "ranked": bool(ranking),
        "search": search,
        "explained": [(e, _seat_offers(tc, e)) for e in explain(tc, role, search, ranking)] if search else [],
        "experts": experts_for(tc)[:20] if nominating else [],
        "dues": (opening_due(tc.first_day, tc.edition), recommendation_due(tc.first_day, tc.edition)),
    }


def _invite_offer(tc: TrainingClass, view: RankedView) -> Offer | None:
    gone = (InvitationState.EXPIRED, InvitationState.WITHDRAWN)
    if view.obstacles or (view.asked is not None and view.asked.state not in gone):
        return None
    return Offer(
        Permission.INVITE,
        tc,
        {f"people.{view.row.person_id}": view.row.seat, "label": "邀请", "kind": "small"},
    )


def _seat_offers(tc: TrainingClass, row: Explained) -> list[Offer]:
    """Inviting somebody who was not recommended: the institution decides; its own teachers with a reason (AMB-11)."""
    rules = {breach.rule for breach in row.obstacles}
    if rules - {"seat.own"} or (row.asked is not None and row.asked.state in Invitation.LIVE):
        return []
    why = {"reason": "邀请本机构教师的理由（必填，省级管理部门可见）"} if rules else {}
    lift = {
        "person": row.person.pk,
        "label": "解除回避",
        "kind": "small",
        "reason": "本机构教师承担本班任务的理由（必填，省级管理部门可见）",
    }
    return [Offer(Permission.LIFT_AVOIDANCE, tc, lift)] * bool(rules) + [
        Offer(
            Permission.INVITE, tc,
            {f"people.{row.person.pk}": seat.value, "label": f"邀请{seat.short}", "kind": "small", **why},
        )
        for seat in Seat
    ]  # fmt: skip


@require_POST
def invite(request: Request, pk: int) -> HttpResponse:
    """Send invitations, all or none; a refusal is shown on the staffing page with the letter kept."""
    return _ask(request, class_for(request, pk), Permission.INVITE)


@require_POST
def nominate(request: Request, pk: int) -> HttpResponse:
    """Level G: name the experts; a refusal is shown on the staffing page."""
    return _ask(request, class_for(request, pk), Permission.NOMINATE)


def _ask(request: Request, tc: TrainingClass, act: Permission) -> HttpResponse:
    form = InviteForm(request.POST)
    if form.is_valid():
        with refusals(form):
            _, fresh = answer_once(request, act, lambda: _sent(request, tc, act, form.cleaned_data))
            if fresh:
                messages.success(request, _said(act, form.cleaned_data["people"]))
            return redirect("staffing", tc.pk)
    return _staffing_page(request, tc, form, answer_status(form))


def _sent(request: Request, tc: TrainingClass, act: Permission, data: dict[str, Any]) -> str:
    by, now = request.role, clock.now()
    asked = {"training_class": tc, "people": data["people"], "letter": data["letter"], "by": by, "now": now}
    if act == Permission.NOMINATE:
        rows = actions.nominate_experts(**asked)
    else:
        rows = actions.invite(**asked, own_reason=data["reason"], answer_by=data["answer_by"])
    return ",".join(str(row.pk) for row in rows)


def _said(act: Permission, people: dict[int, str]) -> str:
    if act == Permission.NOMINATE:
        return f"已提名 {len(people)} 名专家，待部指导中心确认后自动发出邀请。"
    return f"已向 {len(people)} 名骨干教师发出邀请函，答复会发消息通知。"
