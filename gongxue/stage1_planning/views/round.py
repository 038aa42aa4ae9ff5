"""The page of a round for each role, the decisions about many lines at once, one line with its history."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.pages.act import answer_once, next_page, visible
from gongxue.foundation.pages.forms import chosen
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.planning import ReturnReason
from gongxue.regulations.registers import province_name, provinces
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.exports import lines_workbook
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.plan_sheet import TITLES
from gongxue.stage1_planning.queries import counts_by_state, last_report, lines_of
from gongxue.stage1_planning.queries.completeness import nation, province, tally, tiles
from gongxue.stage1_planning.queries.lines import (
    changed_since_returned,
    entries_of,
    returned_by_reason,
    steps_of,
)
from gongxue.stage1_planning.views import read_version

PAGE = 50  # rows of a list
REVIEWED = actions.AT_ONCE  # rows of a list in which lines are picked
ENTRIES = 50  # of a line's trail


def round_page(request: Request, pk: int) -> HttpResponse:
    """One round as the role works on it: own lines, the province's review, the centre's overview."""
    role, today = request.role, clock.today()
    round_ = visible(ReportingRound, pk, role)
    lines = lines_of(round_, role)
    counts, open_ = counts_by_state(lines), round_.is_open_on(today)
    asked = chosen(request, "province", "institution", "state")
    picks = role.is_(Duty.PROVINCE, Duty.CENTRE)
    page = Paginator(_narrowed(lines, asked), REVIEWED if picks else PAGE).get_page(request.GET.get("page"))
    shown: dict[str, Any] = {
        "round": round_,
        "page": page,
        "open": open_,
        "counts": counts,
        "all_lines": sum(counts.values()),
        "states": [(state.value, state.title, counts[state.value]) for state in PlanState],
        "chosen": asked,
        "narrowed_to": _narrowed_to(asked, page.object_list),
        "is_institution": role.is_(Duty.INSTITUTION),
        "is_province": role.is_(Duty.PROVINCE),
        "may_submit": counts["returned"] or (open_ and counts["draft"]),
        "whole_nation": role.is_(Duty.CENTRE, Duty.OVERSIGHT),
        "standings": None,
        "pick": _pick(round_, role.duty_enum, counts),
        "changed": _changed(list(page.object_list), role.duty_enum),
        "reasons": list(ReturnReason),
    }
    if role.is_(Duty.PROVINCE):
        shown["report"] = last_report(round_, role)
        shown["no_lines"] = not any(counts.values())
        shown["standings"] = province(round_, role.organisation.province_code, today)
    if shown["whole_nation"]:
        standings = nation(round_, today)
        shown |= {"standings": standings, "tiles": tiles(standings)}
    if shown["standings"] is not None:
        shown |= {"tally": tally(shown["standings"]), "returns": returned_by_reason(round_, role)}
    return render(request, "planning/round.html", shown)


def _narrowed(lines: QuerySet[TrainingClass], asked: dict[str, str]) -> QuerySet[TrainingClass]:
    """Only what is known narrows the list; anything else in the address is ignored."""
    if asked["province"] in {p.code for p in provinces()}:
        lines = lines.filter(province_code=asked["province"])
    if asked["institution"].isascii() and asked["institution"].isdigit() and len(asked["institution"]) < 15:
        lines = lines.filter(institution_id=int(asked["institution"]))
    if asked["state"] in list(PlanState):
        lines = lines.filter(state=asked["state"])
    return lines


def _narrowed_to(asked: dict[str, str], rows: Any) -> list[str]:
    """What the list is narrowed to, in words."""
    words = []
    if asked["province"] in {p.code for p in provinces()}:
        words.append(province_name(asked["province"]))
    if asked["institution"]:
        words.append(next((row.institution.name for row in rows), "所选机构"))
    if asked["state"] in list(PlanState):
        words.append(PlanState(asked["state"]).title)
    return words


def _pick(round_: ReportingRound, duty: Duty, counts: dict[str, int]) -> dict[str, Any]:
    """What may be done with many lines at once: in which states they are picked, and the one or two acts."""
    if duty == Duty.PROVINCE and (counts["submitted"] or counts["approved"]):
        states: tuple[str, ...] = ("submitted", "approved")
        does, label = (Permission.APPROVE_LINES, "通过所选") if counts["submitted"] else (None, "")
        returns, back = Permission.RETURN_LINES, "退回所选"
    elif duty == Duty.CENTRE and counts["reported"]:
        states = ("reported",)
        does, label = Permission.ACCEPT_LINES, "核对接收所选"
        returns, back = Permission.SEND_BACK_LINES, "退回省级"
    else:
        return {}
    return {
        "states": states, "does": reverse(does.value, args=[round_.pk]) if does else "", "does_label": label,
        "returns": reverse(returns.value, args=[round_.pk]), "returns_label": back,
    }  # fmt: skip


def _changed(lines: list[TrainingClass], duty: Duty) -> dict[int, dict[str, str]]:
    """What differs from what this reviewer has sent back."""
    if duty == Duty.PROVINCE:
        return changed_since_returned(lines, by_centre=False)
    return changed_since_returned(lines, by_centre=True) if duty in (Duty.CENTRE, Duty.OVERSIGHT) else {}


# Many lines at once -----------------------------------------------------------------------------------------------

_SAYS = {
    Permission.APPROVE_LINES: "已通过",
    Permission.RETURN_LINES: "已退回",
    Permission.SEND_BACK_LINES: "已退回省级",
    Permission.ACCEPT_LINES: "已核对接收",
}


def decision(permission: Permission) -> Callable[[Request, int], HttpResponse]:
    """The page's answer to a decision about picked lines: what was done, what was not and why."""

    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        role = request.role
        round_ = visible(ReportingRound, pk, role)
        pairs = [text.partition(":") for text in request.POST.getlist("lines")]
        inputs: dict[str, Any] = {"lines": {read_version(key): read_version(seen) for key, _, seen in pairs}}
        if permission in (Permission.RETURN_LINES, Permission.SEND_BACK_LINES):
            inputs |= {
                "code": request.POST.get("code", ReturnReason.OTHER),
                "reason": request.POST.get("comment", ""),
            }
        act = ACTS[permission].function
        answer, _ = answer_once(
            request, permission, lambda: json.dumps(act(round=round_, **inputs, by=role, now=clock.now()))
        )
        outcome = json.loads(answer)
        messages.success(request, f"{_SAYS[permission]} {len(outcome['done'])} 个班次。")
        for left in outcome["left"]:
            messages.error(request, f"未办理：{left['title']}：{'；'.join(left['says'])}")
        return redirect(next_page(request, f"/planning/{round_.pk}/"))

    return view


# One line, and all of them as a workbook --------------------------------------------------------------------------


def line_page(request: Request, pk: int) -> HttpResponse:
    """A plan line: what it says, every submission with what changed, every return, its trail."""
    role = request.role
    line = visible(TrainingClass, pk, role)
    may_read = role.may(Permission.SEE_TRAIL)
    shown = {
        "line": line,
        "round": line.round,
        "steps": steps_of(line),
        "entries": entries_of(line)[:ENTRIES] if may_read else None,
        "titles": TITLES,
        "is_institution": role.is_(Duty.INSTITUTION),
    }
    return render(request, "planning/line_history.html", shown)


def round_workbook(request: Request, pk: int) -> HttpResponse:
    """The role's lines of a round as Excel, narrowed as the page is."""
    role, now = request.role, clock.now()
    round_ = visible(ReportingRound, pk, role)
    lines = _narrowed(lines_of(round_, role), chosen(request, "province", "institution", "state"))
    name = f"{round_}计划班次 {day_of(now)}.xlsx"
    return workbook_answer(lines_workbook(round_, lines, now), name)


def workbook_answer(data: bytes, name: str) -> HttpResponse:
    """A workbook to save."""
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(data, content_type=MEDIA_TYPE, headers=headers)
