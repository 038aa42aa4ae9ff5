"""Pages of stage 2: the opening application, the staffing page of a class, a teacher's invitations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import opening_due, programme_due, recommendation_due
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState, PlanState
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import ANSWER_DAYS, Seat, filing_breaches
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import exception_until
from gongxue.stage2_staffing import actions
from gongxue.stage2_staffing.forms import AnswerForm, InviteForm, OpeningForm
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import (
    Explained,
    RankedView,
    clashes_of,
    days_taken,
    experts_for,
    explain,
    invitations_of,
    invitations_visible_to,
    next_to_invite,
    opening_of,
    preferences_of,
    ranking_of,
    seats_of,
    teachers_by_number,
    teachers_for,
)

INVITATIONS_PAGE = 50


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


def _class(request: Request, pk: int) -> TrainingClass:
    """The class in scope; its staffing is no business of the trainees."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    if request.role.is_(Duty.TRAINEE):
        raise PermissionDenied
    return tc


def _search(request: Request) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:40]  # PostgreSQL knows no such character


# The opening application ----------------------------------------------------------------------------------------------


def open_class(request: Request, pk: int) -> HttpResponse:
    """The institution applies for the opening, with the instructors it would like."""
    tc = _class(request, pk)
    if request.method != "POST" and opening_of(tc) is not None:
        return redirect("staffing", tc.pk)
    form = OpeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            _file(request, tc, form)
            messages.success(request, "开班申请已提出。下一步：取得推荐，发出邀请函。")
            return redirect("staffing", tc.pk)
    today = clock.today()
    until = exception_until(tc, "opening")
    shown = {
        "tc": tc,
        "form": form,
        "today": today,
        "due": opening_due(tc.first_day, tc.edition),
        "until": until,
        "refused": getattr(form, "breaches", ()) or _not_now(tc, today, until),
        "is_backbone": tc.level_enum == Level.BACKBONE,
        "most": actions.PREFERENCES,
        "picked": teachers_by_number(tc, form.chosen),
        "teachers": teachers_for(tc, request.role),
    }
    return render(request, "staffing/open.html", shown, status=answer_status(form))


def _file(request: Request, tc: TrainingClass, form: OpeningForm) -> None:
    def work() -> str:
        by = request.role
        return str(actions.file_opening(training_class=tc, **form.cleaned_data, by=by, now=clock.now()).pk)

    answer_once(request, Permission.OPEN_CLASS, work)


def _not_now(tc: TrainingClass, today: date, until: date | None) -> list[Breach]:
    """What would be refused whatever is entered, said before anybody types."""
    if tc.state != PlanState.PUBLISHED:
        return [
            Breach(
                "opening.unpublished",
                "TR 7",
                f"班次现为“{tc.state_title}”，尚未列入全国培训信息。",
                "发布后方可申请开班。",
            )
        ]
    return filing_breaches(tc.first_day, today, tc.edition, until)


@require_GET
def find_teachers(request: Request, pk: int) -> HttpResponse:
    """Part of a page: pool teachers who fit the class, by name, employer or province."""
    tc = _class(request, pk)
    teachers = teachers_for(tc, request.role, _search(request))
    return render(request, "staffing/teachers.html", {"teachers": teachers, "tc": tc})


@require_GET
def find_experts(request: Request, pk: int) -> HttpResponse:
    """Part of a page: experts who may be named for a level G class."""
    tc = _class(request, pk)
    return render(
        request,
        "staffing/experts.html",
        {"experts": experts_for(tc, _search(request)), "tc": tc},
    )


# The staffing page ----------------------------------------------------------------------------------------------------


@require_GET
def staffing(request: Request, pk: int) -> HttpResponse:
    """Who teaches and examines: seats, the recommendation explained, invitations and answers."""
    return _staffing_page(request, _class(request, pk), InviteForm(), 200)


def _staffing_page(request: Request, tc: TrainingClass, form: InviteForm, status: int) -> HttpResponse:
    role: Role = request.role
    shown: dict[str, Any] = {
        "tc": tc,
        "form": form,
        "today": clock.today(),
        "opening": opening_of(tc),
        "seats": seats_of(tc),
        "is_backbone": tc.level_enum == Level.BACKBONE,
        "whole": not role.is_(Duty.BACKBONE),
        "programme_due": programme_due(tc.first_day, tc.edition),
        "answer_days": ANSWER_DAYS,
    }
    if shown["whole"]:
        shown |= _whole(request, tc, role, shown["seats"])
    return render(request, "staffing/staffing.html", shown, status=status)


def _whole(request: Request, tc: TrainingClass, role: Role, seats: list[Any]) -> dict[str, Any]:
    """What officials and the institution see besides the seats."""
    invitations = invitations_of(tc)
    ranking = ranking_of(tc, invitations)
    nominating = tc.level_enum == Level.BACKBONE and role.may(Permission.NOMINATE)
    search = _search(request)
    return {
        "past": [row for row in invitations if row.state not in Invitation.LIVE],
        "waiting": [row for row in invitations if row.state == InvitationState.SENT],
        "preferences": preferences_of(tc),
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
    why = {"reason": "邀请本机构教师的理由（必填）"} if rules else {}
    return [
        Offer(
            Permission.INVITE, tc,
            {f"people.{row.person.pk}": seat.value, "label": f"邀请{seat.short}", "kind": "small", **why},
        )
        for seat in Seat
    ]  # fmt: skip


@require_POST
def invite(request: Request, pk: int) -> HttpResponse:
    """Send invitations, all or none; a refusal is shown on the staffing page with the letter kept."""
    return _ask(request, _class(request, pk), Permission.INVITE)


@require_POST
def nominate(request: Request, pk: int) -> HttpResponse:
    """Level G: name the experts; a refusal is shown on the staffing page."""
    return _ask(request, _class(request, pk), Permission.NOMINATE)


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
        rows = actions.invite(**asked, own_reason=data["reason"])
    return ",".join(str(row.pk) for row in rows)


def _said(act: Permission, people: dict[int, str]) -> str:
    if act == Permission.NOMINATE:
        return f"已提名 {len(people)} 名专家，待部指导中心确认后自动发出邀请。"
    return f"已向 {len(people)} 名骨干教师发出邀请函，答复会发消息通知。"


# A teacher's invitations ----------------------------------------------------------------------------------------------


@require_GET
def invitations(request: Request) -> HttpResponse:
    """One's invitations, those that wait for an answer first."""
    rows = invitations_visible_to(request.role)
    page = Paginator(rows, INVITATIONS_PAGE).get_page(request.GET.get("page"))
    waiting = rows.filter(state=InvitationState.SENT).order_by("answer_by", "pk")
    shown = {"page": page, "waiting": waiting, "today": clock.today()}
    return render(request, "staffing/invitations.html", shown)


@require_GET
def invitation(request: Request, pk: int) -> HttpResponse:
    """One invitation as a letter, with what stands against it."""
    return _letter(request, visible(Invitation, pk, request.role), AnswerForm(), 200)


def _letter(request: Request, row: Invitation, form: AnswerForm, status: int) -> HttpResponse:
    tc, today = row.training_class, clock.today()
    open_ = row.state == InvitationState.SENT
    days = days_taken(row)
    shown = {
        "invitation": row,
        "tc": tc,
        "form": form,
        "today": today,
        "days": (days[0], days[-1]),
        "is_instructor": row.seat == Seat.INSTRUCTOR,
        "clashes": clashes_of(row, request.role) if open_ else [],
        "late": open_ and today > row.answer_by,
        "programme_due": programme_due(tc.first_day, tc.edition),
    }
    return render(request, "staffing/invitation.html", shown, status=status)


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
            answer_once(request, act, lambda: _answered(request, row, act, form.cleaned_data["reason"]))
            messages.success(
                request,
                "已接受邀请，日期已为您留出。"
                if act == Permission.ACCEPT
                else "已婉拒，理由已转告培训机构。",
            )
            return redirect(reverse("invitation", args=[row.pk]))
    return _letter(request, row, form, answer_status(form))


def _answered(request: Request, row: Invitation, act: Permission, reason: str) -> str:
    by, now = request.role, clock.now()
    if act == Permission.ACCEPT:
        return str(actions.accept_invitation(invitation=row, by=by, now=now).pk)
    return str(actions.decline_invitation(invitation=row, reason=reason, by=by, now=now).pk)
