"""Pages of stage 1: rounds, the lines of a round for each role, one line, exceptions."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, differences, is_conflict, refusals
from gongxue.regulations.breaches import cite
from gongxue.regulations.calendar import half_year_of
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.forms import ExceptionForm, LineForm, RoundDaysForm, RoundForm
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.queries import rounds_visible_to
from gongxue.stage1_planning.queries.lines import same_as

ROUND_DAYS = 25  # how long a round is open unless the centre says otherwise; ours


def rounds(request: Request) -> HttpResponse:
    """Every round, the newest first."""
    return render(request, "planning/rounds.html", {"rounds": rounds_visible_to(request.role)[:40]})


def open_round(request: Request) -> HttpResponse:
    """The centre opens a round."""
    role, now = request.role, clock.now()
    form = RoundForm(request.POST or None, initial=_next_round(clock.today()))
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


def _next_round(today: date) -> dict[str, Any]:
    """The next half-year without a round, open from today for as long as usual."""
    known = set(ReportingRound.objects.unscoped("which half-years have a round").values_list("year", "half"))
    period = half_year_of(today).following
    while (period.year, period.half) in known:
        period = period.following
    closes = today + timedelta(days=ROUND_DAYS)
    return {"year": period.year, "half": period.half, "opens_on": today, "closes_on": closes}


def change_round(request: Request, pk: int) -> HttpResponse:
    """The centre changes the days of a round; everybody is told why."""
    role, now = request.role, clock.now()
    round_ = visible(ReportingRound, pk, role)
    seen = request.POST.get("seen", str(round_.version))
    days = {"opens_on": round_.opens_on, "closes_on": round_.closes_on}
    form = RoundDaysForm(request.POST or None, initial=days)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.CHANGE_ROUND,
                lambda: str(
                    actions.change_round(
                        round=round_, **form.cleaned_data, seen=read_version(seen), by=role, now=now
                    ).pk
                ),
            )
            messages.success(request, "报送时间已调整，各培训机构和省级管理部门已收到通知。")
            return redirect("planning.round", round_.pk)
    if is_conflict(form):
        round_ = visible(ReportingRound, pk, role)
        seen = str(round_.version)
    shown = {"form": form, "round": round_, "seen": seen}
    return render(request, "planning/change_round.html", shown, status=answer_status(form))


def add_line(request: Request, pk: int) -> HttpResponse:
    """The institution enters a planned class."""
    role, now = request.role, clock.now()
    round_ = visible(ReportingRound, pk, role)
    form = LineForm(request.POST or None, institution=role.organisation)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer, _ = answer_once(
                request,
                Permission.ADD_LINE,
                lambda: str(actions.add_line(round=round_, **form.cleaned_data, by=role, now=now).pk),
            )
            messages.success(request, "已保存为草稿。全部填好后，请在本页提交省级审核。")
            _warn_of_twin(request, int(answer))
            return redirect("planning.round", round_.pk)
    shown = {
        "form": form,
        "round": round_,
        "closed": not round_.is_open_on(clock.today()),
        **days_of_levels(),
    }
    return render(request, "planning/line.html", shown, status=answer_status(form))


def _warn_of_twin(request: Request, pk: int) -> None:
    """An equal line is not silently a second one."""
    line = visible(TrainingClass, pk, request.role)
    if same_as(line).exists():
        words = f"本轮已有相同的班次：{line.title}。重复的请删去；确为同期另开的一个班，可以保留。"
        messages.warning(request, words)


def days_of_levels() -> dict[str, str]:
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
    shown = {"form": form, "round": line.round, "line": line, **days_of_levels()}
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
