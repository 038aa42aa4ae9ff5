"""The roll call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Refusal, refuse_if
from gongxue.foundation.pages.act import perform, visible
from gongxue.regulations.attendance import MarkSource, Presence
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.parallel import WHOLE_CLASS
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import CourseSession
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms import RollForm, presences_in, seen_in
from gongxue.stage5_delivery.models import AttendanceMark, Attendee, Scan
from gongxue.stage5_delivery.models.products import RESULTS_STAGE
from gongxue.stage5_delivery.queries import (
    ClassRow,
    RollSheet,
    attendees_of,
    class_rows,
    delivery_of,
    expected_in,
    is_open,
    roll_days,
    roll_due,
    sheet_at,
    taught_groups,
    two_people_needed,
)


def roll(request: Request, pk: int) -> HttpResponse:
    """The roll of one lesson period: everybody present unless marked otherwise."""
    tc = visible(TrainingClass, pk, request.role)
    days = roll_days(tc, clock.today())
    delivery = delivery_of(tc)
    if delivery is None or not days:
        return render(request, "delivery/no_roll.html", {"tc": tc, "has_timetable": bool(days)})
    form = RollForm(request.GET)
    sessions = form.sessions(tc)
    if not sessions:
        due = roll_due(days) or next(iter(days.values()))[0]
        sessions = list(due.sessions)
    return _roll_page(request, tc, sessions, form.alone, days, delivery=delivery)


def _seated(
    tc: TrainingClass, sessions: list[CourseSession], group: int, people: list[Attendee], marked: Mapping[int, Any]
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
    """more: the delivery if it has been read, what was sent (marks, reason), breaches and status."""
    session = sessions[0]
    sheet = sheet_at(tc, session.day, session.period)
    usual = _usual(sheet)
    marks = more.pop("marks", None) or {}
    rows = class_rows(tc, actions.WARN_AT)
    seated = {one.pk for one in _seated(tc, sessions, group, [row.attendee for row in rows], sheet.marks)}
    lines = [
        RollLine(row, marks.get(row.attendee.pk, usual(row.attendee.pk)), sheet)
        for row in rows
        if row.attendee.pk in seated
    ]
    called = [line for line in lines if line.mark]
    delivery = more.get("delivery") or delivery_of(tc)
    open_ = next((one for one in sheet.windows if is_open(one, clock.now())), None)
    two_people = bool(called) and two_people_needed(tc, delivery, [row.attendee for row in rows])
    shown = {
        "tc": tc,
        "session": session,
        "sessions": sessions,
        "group": group,
        "days": days,
        "periods": days.get(session.day, []),
        "lines": lines,
        "presences": list(Presence),
        "called": bool(called),
        "ahead": session.day > clock.today(),
        "running": delivery is not None and delivery.state == DeliveryState.RUNNING,
        "two_people": two_people,
        "proposes": two_people and len(called) == len(lines) and tc.stage < RESULTS_STAGE,
        "windows": sheet.windows,
        "open": open_,
        "is_today": session.day == clock.today(),
        "came": sum(line.scan is not None for line in lines),
        "absence_limit": tc.edition.absence_limit,
        "reason": more.get("reason", ""),
        "breaches": more.get("breaches", ()),
        "counts": Counter(line.presence for line in lines),
    }
    return render(request, "delivery/roll.html", shown, status=more.get("status", 200))


@dataclass(frozen=True, slots=True)
class RollLine:
    """One person in the roll: what is chosen, what is known, where it comes from."""

    row: ClassRow
    presence: str  # "" while nothing is chosen
    sheet: RollSheet

    @property
    def attendee(self) -> Attendee:
        """Who."""
        return self.row.attendee

    @property
    def mark(self) -> AttendanceMark | None:
        """What the roll says already."""
        return self.sheet.marks.get(self.attendee.pk)

    @property
    def scan(self) -> Scan | None:
        """How they checked in."""
        return self.sheet.scans.get(self.attendee.pk)

    @property
    def seen(self) -> str:
        """What the page shows, sent back with the roll."""
        return self.sheet.known(self.attendee.pk)

    @property
    def source(self) -> str:
        """扫码 08:31, 请假审批 …; "" for the roll itself and for nothing."""
        if self.mark and self.mark.source not in (MarkSource.QR, MarkSource.ONLINE):
            return "" if self.mark.source == MarkSource.ROLL else MarkSource(self.mark.source).title
        if self.scan:
            return f"{MarkSource(self.scan.via).title} {localtime(self.scan.at):%H:%M}"
        return "已准假" if self.attendee.pk in self.sheet.on_leave else ""


def _usual(sheet: RollSheet) -> Callable[[int], str]:
    """What a roll begins with: what is known; else present, unless people checked in themselves: then nothing."""
    rest = "" if sheet.windows else Presence.PRESENT.value
    return lambda attendee: sheet.suggests(attendee) or rest


@dataclass(frozen=True, slots=True)
class _Sent:
    """A roll as it came in."""

    tc: TrainingClass
    sessions: list[CourseSession]
    group: int
    people: list[Attendee]
    presences: dict[int, str]
    reason: str

    @property
    def session(self) -> CourseSession:
        """The first of what is taught in the period."""
        return self.sessions[0]

    def inputs(self) -> dict[str, Any]:
        """What every act on a roll takes."""
        where = {"training_class": self.tc, "day": self.session.day, "period": self.session.period}
        return {**where, "presences": self.presences, "reason": self.reason}

    def missing(self) -> list[Breach]:
        """Who neither checked in nor was marked: nobody is present by an oversight."""
        left = [one for one in self.people if one.pk not in self.presences]
        if not left:
            return []
        numbers = "、".join(str(one.application.seat) for one in left)
        says = f"{len(left)} 人没有签到，也没有点名：{numbers} 号。"
        return [Breach("roll.unscanned", "TR 12", says, "请逐人选择，或用“未签到的记为”一次记入。")]


def _sent(request: Request, pk: int) -> _Sent:
    tc = visible(TrainingClass, pk, request.role)
    form = RollForm(request.POST)
    sessions = form.sessions(tc)
    if not sessions:
        raise Http404
    session = sessions[0]
    sheet = sheet_at(tc, session.day, session.period)
    people = _seated(tc, sessions, form.alone, attendees_of(tc), sheet.marks)
    usual = _usual(sheet)
    presences = presences_in(request.POST, people, {one.pk: usual(one.pk) for one in people})
    return _Sent(tc, sessions, form.alone, people, presences, request.POST.get("reason", "")[:500])


@require_POST
def call_roll(request: Request, pk: int) -> HttpResponseBase:
    """Send a roll. The page asks for JSON and keeps its marks when no answer comes; without script it is a form."""
    sent = _sent(request, pk)

    def act() -> str:
        refuse_if(sent.missing())
        inputs = {**sent.inputs(), "seen": seen_in(request.POST, sent.people)}
        perform(ACTS[Permission.CALL_ROLL], inputs, request)
        return _said_roll(sent.session, sent.presences)

    return _answered(request, sent, act, lambda: _next_roll(sent.tc))


@require_POST
def propose_marks(request: Request, pk: int) -> HttpResponseBase:
    """Propose corrections from the same page, once a second person is needed."""
    sent = _sent(request, pk)

    def act() -> str:
        number, fresh = perform(ACTS[Permission.PROPOSE_MARKS], sent.inputs(), request)
        return f"已提出 {number} 处更正，由本机构另一人同意后生效。" if fresh else "更正已经提出。"

    return _answered(request, sent, act, lambda: reverse("leaves", args=[pk]))


def _answered(
    request: Request, sent: _Sent, act: Callable[[], str], after: Callable[[], str]
) -> HttpResponseBase:
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        said_ = act()
    except Refusal as refusal:
        if wants_json:
            return _breaches_json(refusal)
        return _roll_page(
            request, sent.tc, sent.sessions, sent.group, roll_days(sent.tc, clock.today()), marks=sent.presences,
            reason=sent.reason, breaches=refusal.breaches, status=refusal.status,
        )  # fmt: skip
    messages.success(request, said_)
    where = after()
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
