"""Pages of stage 1: rounds, the lines of a round for each role, one line, exceptions."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, differences, is_conflict, refusals
from gongxue.regulations.breaches import cite
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import province_name, provinces
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.forms import ExceptionForm, LineForm, RoundForm
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.queries import (
    counts_by_state,
    last_report,
    lines_of,
    progress_of,
    rounds_visible_to,
)

PAGE = 50  # rows of a list


def rounds(request: Request) -> HttpResponse:
    """Every round, the newest first."""
    return render(request, "planning/rounds.html", {"rounds": rounds_visible_to(request.role)[:40]})


def open_round(request: Request) -> HttpResponse:
    """The centre opens a round."""
    role, now = request.role, clock.now()
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            pk, _ = answer_once(
                request,
                Permission.OPEN_ROUND,
                lambda: str(actions.open_round(**form.cleaned_data, by=role, now=now).pk),
            )
            messages.success(request, "报送轮次已开启，各培训机构可以填报。")
            return redirect("planning.round", pk)
    return render(request, "planning/open_round.html", {"form": form}, status=answer_status(form))


def round_page(request: Request, pk: int) -> HttpResponse:
    """One round as the role works on it: own lines, the province's review, the centre's overview."""
    role, today = request.role, clock.today()
    round_ = visible(ReportingRound, pk, role)
    lines = lines_of(round_, role)
    counts, open_ = counts_by_state(lines), round_.is_open_on(today)
    shown: dict[str, Any] = {
        "round": round_,
        "page": Paginator(lines, PAGE).get_page(request.GET.get("page")),
        "open": open_,
        "counts": counts,
        "is_institution": role.is_(Duty.INSTITUTION),
        "is_province": role.is_(Duty.PROVINCE),
        "may_submit": counts["returned"] or (open_ and counts["draft"]),
        "whole_nation": role.is_(Duty.CENTRE, Duty.OVERSIGHT),
    }
    if role.is_(Duty.PROVINCE):
        shown["report"] = last_report(round_, role)
        shown["no_lines"] = not any(counts.values())
    if shown["whole_nation"]:
        shown |= _progress(round_)
    return render(request, "planning/round.html", shown)


def _progress(round_: ReportingRound) -> dict[str, Any]:
    """How far each province is, and which have not reported."""
    progress = progress_of(round_)
    reported = {p.code for p in progress if p.last_report}
    return {
        "progress": [(p, province_name(p.code)) for p in progress],
        "silent": [p.name for p in provinces() if p.code not in reported],
    }


def add_line(request: Request, pk: int) -> HttpResponse:
    """The institution enters a planned class."""
    role, now = request.role, clock.now()
    round_ = visible(ReportingRound, pk, role)
    form = LineForm(request.POST or None, institution=role.organisation)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.ADD_LINE,
                lambda: str(actions.add_line(round=round_, **form.cleaned_data, by=role, now=now).pk),
            )
            messages.success(request, "已保存为草稿。全部填好后，请在本页提交省级审核。")
            return redirect("planning.round", round_.pk)
    shown = {
        "form": form,
        "round": round_,
        "closed": not round_.is_open_on(clock.today()),
        **_standard_days(),
    }
    return render(request, "planning/line.html", shown, status=answer_status(form))


def _standard_days() -> dict[str, str]:
    """The days per level of the edition in force, for the form's own arithmetic and its hint (TR 11.2)."""
    edition = edition_on(clock.today())
    days = {x.value: x.training_days(edition) for x in Level if x.training_days(edition)}
    words = "、".join(f"{Level(code).title} {n} 天" for code, n in sorted(days.items()))
    hint = f"{words}（{cite('TR 11.2')}），含两项考核；中间可有休息日。"
    return {"standard_days": json.dumps(days), "days_hint": hint}


def edit_line(request: Request, pk: int) -> HttpResponse:
    """The institution changes a draft or returned line; a conflict shows what somebody else has saved meanwhile."""
    role = request.role
    line = visible(TrainingClass, pk, role)
    form = LineForm(request.POST or None, institution=role.organisation, line=line)
    seen = request.POST.get("seen", str(line.version))
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(request, Permission.EDIT_LINE, lambda: _saved(request, line, form, seen))
            messages.success(request, "已保存修改。")
            return redirect("planning.round", line.round_id)
    if is_conflict(form):
        line = visible(TrainingClass, pk, role)  # as it is now
    shown = {"form": form, "round": line.round, "line": line, **_standard_days()}
    shown["differences"] = differences(form, line)
    # What was seen stays what was seen, until the page has shown what has changed.
    shown["seen"] = line.version if is_conflict(form) else seen
    shown["closed"] = line.state not in actions.EDITABLE
    return render(request, "planning/line.html", shown, status=answer_status(form))


def _saved(request: Request, line: TrainingClass, form: LineForm, seen: str) -> str:
    row = actions.edit_line(
        training_class=line, **form.cleaned_data, seen=read_version(seen), by=request.role, now=clock.now()
    )
    return str(row.pk)


def read_version(text: str) -> int:
    """The version a page was made from; 0, which no row has, when it cannot be read."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


@require_POST
def approve_selected(request: Request, pk: int) -> HttpResponse:
    """Approve many lines at once; what could not be done is listed with its reason."""
    role = request.role
    round_ = visible(ReportingRound, pk, role)
    seen = dict(pair.split(":", 1) for pair in request.POST.getlist("lines") if ":" in pair)
    wanted = {read_version(key): read_version(version) for key, version in seen.items()}
    done, left = 0, []
    for line in lines_of(round_, role).filter(pk__in=wanted):
        try:
            actions.approve_line(training_class=line, seen=wanted[line.pk], by=role, now=clock.now())
            done += 1
        except Refusal as refusal:
            left.append(f"{line}：{refusal}")
    if done:
        messages.success(request, f"已通过 {done} 个班次。")
    for sentence in left:
        messages.error(request, f"未通过：{sentence}")
    if not done and not left:
        messages.error(request, "没有选择班次。")
    return redirect("planning.round", round_.pk)


def grant_exception(request: Request, pk: int) -> HttpResponse:
    """Province or centre extends a deadline of a class, with name and reason."""
    role, now = request.role, clock.now()
    tc = visible(TrainingClass, pk, role)
    form = ExceptionForm(request.POST or None, training_class=tc)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.GRANT_EXCEPTION,
                lambda: str(
                    actions.grant_exception(training_class=tc, **form.cleaned_data, by=role, now=now).pk
                ),
            )
            messages.success(request, "已准予延期，理由和准予人已记录。")
            return redirect("class", tc.pk)
    shown = {"form": form, "training_class": tc}
    return render(request, "planning/exception.html", shown, status=answer_status(form))
