"""Pages of stage 5: the class office, the roll call, learning products."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_file
from gongxue.foundation.files.uploads import PRODUCTS, was_cut_off
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import answer_once, perform, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.attendance import Presence
from gongxue.regulations.calendar import said
from gongxue.regulations.discipline import RULES
from gongxue.regulations.parallel import WHOLE_CLASS
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms import GROUPS, ProductForm, RollForm, presences_in, seen_in
from gongxue.stage5_delivery.models import Attendee, LearningProduct
from gongxue.stage5_delivery.queries import (
    ClassRow,
    attendee_of,
    attendees_of,
    class_rows,
    delivery_of,
    expected_in,
    is_running,
    marks_at,
    products_of,
    products_visible_to,
    propose_groups,
    roll_days,
    roll_due,
    rolls_of,
    taught_groups,
)

GROUP_OF = 6  # people in a proposed group; ours


# The class office ---------------------------------------------------------------------------------------------------


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


# The roll call ------------------------------------------------------------------------------------------------------


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


# Learning products --------------------------------------------------------------------------------------------------


def products(request: Request, pk: int) -> HttpResponse:
    """A trainee's own products with the form; for everybody else the class's, by trainee."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        return _own_products(request, tc, ProductForm())
    handed = products_of(tc)
    rows = [(attendee, handed.get(attendee.pk, [])) for attendee in attendees_of(tc)]
    missing = [attendee for attendee, found in rows if not found]
    return render(request, "delivery/products.html", {"tc": tc, "rows": rows, "missing": missing})


def _own_products(request: Request, tc: TrainingClass, form: ProductForm) -> HttpResponse:
    attendee = attendee_of(tc, request.role.account_id)
    rows = products_visible_to(request.role).filter(training_class=tc)
    shown = {
        "tc": tc,
        "attendee": attendee,
        "products": list(rows),
        "form": form,
        "limit": PRODUCTS.limit,
        "begun": delivery_of(tc) is not None,
    }
    return render(request, "delivery/my_products.html", shown, status=answer_status(form))


@require_POST
def hand_in(request: Request, pk: int) -> HttpResponse:
    """A trainee hands in a product; a refused file leaves the words standing."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    attendee = attendee_of(tc, role.account_id)
    if attendee is None:
        raise Http404
    form = ProductForm(request.POST, request.FILES, too_large=was_cut_off(request))
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.HAND_IN,
                lambda: str(
                    actions.hand_in(attendee=attendee, **form.cleaned_data, by=role, now=clock.now()).pk
                ),
            )
            messages.success(request, f"已提交“{form.cleaned_data['title']}”，时间以平台收到为准。")
            return redirect("products", tc.pk)
    return _own_products(request, tc, form)


def product_file(request: Request, pk: int) -> HttpResponseBase:
    """A product's file as a download; the scope is asked at each one."""
    product = visible(LearningProduct, pk, request.role)
    if product.file is None:
        raise Http404
    return serve_file(request, product.file)
