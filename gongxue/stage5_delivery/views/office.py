"""The class office: the desk at which people arrive, and the sum of everybody's attendance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import next_page, visible
from gongxue.foundation.pages.forms import chosen
from gongxue.regulations.arrival import PledgeWay, days_late
from gongxue.regulations.calendar import day_of
from gongxue.regulations.ceremonies import missing_words
from gongxue.regulations.discipline import RULES
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.queries import roster
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.queries import (
    ClassRow,
    attendees_of,
    ceremonies_held,
    class_rows,
    delivery_of,
    rolls_of,
)
from gongxue.stage5_delivery.views.frame import frame, office_class

SHOWN = {"": "全部", "missing": "未到", "arrived": "已到", "no_show": "不来", "late": "晚到"}


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One trainee as the desk sees them."""

    row: ClassRow
    late_days: int  # of the arrival, after the first day

    @property
    def kind(self) -> str:
        """arrived, no_show or missing."""
        attendee = self.row.attendee
        return "arrived" if attendee.arrived_at else "no_show" if attendee.no_show_at else "missing"

    @property
    def pledge(self) -> str:
        """本人在线承诺, 纸质签字, or nothing."""
        way = self.row.attendee.pledge_way
        return PledgeWay(way).title if way else ""

    @property
    def seen(self) -> str:
        """What undoing names: the moment of arrival or of the mark."""
        at = self.row.attendee.arrived_at or self.row.attendee.no_show_at
        return at.isoformat() if at else ""

    def is_found(self, words: str, show: str) -> bool:
        """Whether the search wants it: by name or school, by seat, by how it stands."""
        application = self.row.attendee.application
        named = words in application.person.name or words in application.employer.name
        return (named or words == str(application.seat)) and (
            show in ("", self.kind) or (show == "late" and self.late_days > 0)
        )


def desk_rows(tc: TrainingClass) -> list[DeskRow]:
    """The class in roster order as the desk sees it: two queries."""
    return [
        DeskRow(row, days_late(day_of(row.attendee.arrived_at), tc.first_day) if row.attendee.arrived_at else 0)
        for row in class_rows(tc, actions.WARN_AT)
    ]  # fmt: skip


def office(request: Request, pk: int) -> HttpResponse:
    """Who has arrived and who has not, with absences; contacts, masked, for the institution's own staff."""
    role = request.role
    tc = office_class(request, pk)
    shown: dict[str, Any] = frame(request, tc, "office")
    delivery = delivery_of(tc)
    if delivery is None:
        shown |= {"admitted": roster(tc), "today": clock.today()}
        return render(request, "delivery/before.html", shown)
    rows = desk_rows(tc)
    running = delivery.state == "running"
    rolls = rolls_of([tc])[tc.pk]
    search = chosen(request, "q", "show", "materials")
    may_check_in = running and role.may(Permission.CHECK_IN)
    shown |= {
        "delivery": delivery,
        "rows": [row for row in rows if row.is_found(search["q"], search["show"])],
        "people": len(rows),
        "counts": Counter(row.kind for row in rows),
        "search": search,
        "views": SHOWN,
        "contacts": role.is_institution_staff,
        "rules": RULES,
        "absence_limit": tc.edition.absence_limit,
        "warned": sum(row.row.tone == "wait" for row in rows),
        "barred": sum(row.row.tone == "bad" for row in rows),
        "called": rolls.called,
        "planned": rolls.planned,
        "uncalled": dict(Counter(day for day, _ in rolls.waiting if day <= clock.today())),
        "may_check_in": may_check_in,
        "may_call": role.may(Permission.CALL_ROLL),
        "finish": _finish_words(tc) if running and clock.today() >= tc.last_day else "",
    }
    return render(request, "delivery/office.html", shown)


def _finish_words(tc: TrainingClass) -> str:
    """What is asked before the teaching is ended: a ceremony that is not recorded is said, not refused."""
    missing = "；".join(missing_words(ceremonies_held(tc)))
    return f"全部课时点名后方可结束教学；结束后不能再点名。{missing + '。' if missing else ''}"


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
                attendee=attendee, pledged=request.POST.get("pledged") == "on",
                materials=request.POST.get("materials") == "on", by=role, now=clock.now(),
            )  # fmt: skip
            done.append(str(attendee))
        except Refusal as refusal:
            left[str(refusal)] += 1
    _say_arrivals(request, done, left)
    return redirect(next_page(request, f"/classes/{tc.pk}/office/"))


def _say_arrivals(request: Request, done: list[str], left: Counter[str]) -> None:
    if done:
        messages.success(request, f"已办理报到 {len(done)} 人：{'、'.join(done)}。")
    for reason, count in left.items():
        messages.error(request, f"{count} 人未办理：{reason}")
    if not done and not left:
        messages.error(request, "没有勾选人员。请勾选已到的人，再点“为勾选的人办理报到”。")
