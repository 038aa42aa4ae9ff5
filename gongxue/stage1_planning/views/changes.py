"""Pages of changes of what is published: applying, deciding, the record (TR 7, 脚注④)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_file
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, chosen, is_conflict, refusals
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.changes import FIELD_TITLES, ChangeKind, ChangePath
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import ChangeState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import actions
from gongxue.stage1_planning.forms import ChangeForm
from gongxue.stage1_planning.models import PlanChange, ReportingRound, TrainingClass
from gongxue.stage1_planning.queries.changes import (
    change_breaches,
    changes_visible_to,
    open_change,
    short_of,
    standing_of,
)
from gongxue.stage1_planning.views import days_of_levels, read_version

PAGE = 50  # rows of a list


def change_list(request: Request) -> HttpResponse:
    """Every application in the role's scope, narrowed by state and path."""
    asked = chosen(request, "state", "path")
    rows = changes_visible_to(request.role)
    if asked["state"] in list(ChangeState):
        rows = rows.filter(state=asked["state"])
    if asked["path"] in list(ChangePath):
        rows = rows.filter(path=asked["path"])
    shown = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "chosen": asked,
        "states": list(ChangeState),
        "paths": list(ChangePath),
        "whole_nation": request.role.duty_enum.reads_all,
    }
    return render(request, "planning/changes.html", shown)


def change_page(request: Request, pk: int) -> HttpResponse:
    """One application: old and new side by side, what stands against it, what the reader may do."""
    return _page(request, pk)


def _page(request: Request, pk: int, refused: Any = (), status: int = 200, typed: str = "") -> HttpResponse:
    role, today = request.role, clock.today()
    visible(PlanChange, pk, role)
    change = changes_visible_to(role).select_related("scan").get(pk=pk)
    waits = change.state == ChangeState.APPLIED
    decides = waits and role.may(Permission.APPROVE_CHANGE)
    shown = {
        "change": change,
        "rows": change_rows(change),
        "breaches": () if refused or not waits else change_breaches(change, today),
        "refused": refused,
        "short": [f"{due.title}（{said(due.on)}）" for due in short_of(change, today)] if decides else [],
        "typed": typed,
        "decides": decides,
        "uploads": waits and change.path_enum.needs_scan and role.may(Permission.ATTACH_CHANGE_SCAN),
    }
    return render(request, "planning/change.html", shown, status=status)


def change_rows(change: PlanChange) -> list[tuple[str, str, str, bool]]:
    """(what, before, after, differs) for each item of the list; one of the two is empty for a new or cancelled class."""
    return [
        (title, _words(name, change.before.get(name)), _words(name, change.after.get(name)), name in change.fields)
        for name, title in FIELD_TITLES.items()
    ]  # fmt: skip


def _words(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if name == "level":
        return Level(value).title if value in list(Level) else str(value)
    if name == "category":
        return CATEGORIES.get(value, str(value))
    if name in ("first_day", "last_day"):
        return said(date.fromisoformat(value))
    return f"{value} {'天' if name == 'days' else '人'}" if name in ("days", "headcount") else str(value)


# Applying ---------------------------------------------------------------------------------------------------------


def apply_addition(request: Request, pk: int) -> HttpResponse:
    """The institution applies for a new class in a published round."""
    round_ = visible(ReportingRound, pk, request.role)
    form = ChangeForm(request.POST or None, institution=request.role.organisation, kind=ChangeKind.ADD)

    def send() -> PlanChange:
        found: PlanChange = actions.apply_addition(
            round=round_, line=form.line, reason=form.cleaned_data["reason"], by=request.role, now=clock.now(),
            outside=bool(form.cleaned_data["outside"]),
        )  # fmt: skip
        return found

    shown = {"title": "申请新增班次", "round": round_}
    return _applying(request, Permission.APPLY_ADDITION, form, send, shown)


def apply_change(request: Request, pk: int) -> HttpResponse:
    """The institution applies for another content of a published class."""
    tc = visible(TrainingClass, pk, request.role)
    form = ChangeForm(
        request.POST or None, institution=request.role.organisation, line=tc, kind=ChangeKind.CHANGE
    )
    seen = request.POST.get("seen", str(tc.version))

    def send() -> PlanChange:
        found: PlanChange = actions.apply_change(
            training_class=tc, line=form.line, reason=form.cleaned_data["reason"], seen=read_version(seen),
            by=request.role, now=clock.now(),
        )  # fmt: skip
        return found

    shown = {"title": "申请调整班次", "tc": tc, "seen": seen}
    return _applying(request, Permission.APPLY_CHANGE, form, send, shown | _standing(tc))


def apply_cancel(request: Request, pk: int) -> HttpResponse:
    """The institution applies for a class to be taken off the list."""
    tc = visible(TrainingClass, pk, request.role)
    form = ChangeForm(request.POST or None, institution=request.role.organisation, kind=ChangeKind.CANCEL)
    seen = request.POST.get("seen", str(tc.version))

    def send() -> PlanChange:
        found: PlanChange = actions.apply_cancel(
            training_class=tc, reason=form.cleaned_data["reason"], seen=read_version(seen), by=request.role,
            now=clock.now(),
        )  # fmt: skip
        return found

    shown = {"title": "申请取消班次", "tc": tc, "seen": seen, "cancels": True}
    return _applying(request, Permission.APPLY_CANCEL, form, send, shown | _standing(tc))


def _standing(tc: TrainingClass) -> dict[str, Any]:
    return {"standing": standing_of(tc), "waiting": open_change(tc)}


def amend(request: Request, pk: int) -> HttpResponse:
    """The institution corrects a returned application."""
    change = visible(PlanChange, pk, request.role)
    kept = None if request.POST else {**change.values, "reason": change.reason}
    form = ChangeForm(
        request.POST or None, institution=request.role.organisation, kind=change.kind_enum, initial=kept
    )
    if "outside" in form.fields:
        del form.fields["outside"]
    seen = request.POST.get("seen", str(change.version))

    def send() -> PlanChange:
        line = None if change.kind_enum is ChangeKind.CANCEL else form.line
        found: PlanChange = actions.amend_change(
            plan_change=change, line=line, reason=form.cleaned_data["reason"], seen=read_version(seen), by=request.role,
            now=clock.now(),
        )  # fmt: skip
        return found

    shown = {"title": "修改后重新申请", "change": change, "tc": change.training_class, "seen": seen}
    return _applying(request, Permission.AMEND_CHANGE, form, send, shown)


def _applying(
    request: Request,
    act: Permission,
    form: ChangeForm,
    send: Callable[[], PlanChange],
    shown: dict[str, Any],
) -> HttpResponse:
    """The form of an application: sent once, or shown with what stands against it."""
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            pk, _ = answer_once(request, act, lambda: str(send().pk))
            messages.success(request, "申请已提交省级管理部门审核，审核通过即生效。")
            return redirect("planning.change", pk)
    if is_conflict(form) and "tc" in shown and shown["tc"] is not None:
        shown["seen"] = visible(TrainingClass, shown["tc"].pk, request.role).version
    shown = {"form": form, **days_of_levels(), **shown}
    return render(request, "planning/apply.html", shown, status=answer_status(form))


# Deciding ---------------------------------------------------------------------------------------------------------


@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    """The province approves; what stands against it is said on the page of the application."""
    change = visible(PlanChange, pk, request.role)
    typed = request.POST.get("grant_reason", "")
    seen = read_version(request.POST.get("seen", ""))

    def send() -> str:
        done = actions.approve_change(
            plan_change=change, seen=seen, grant_reason=typed, by=request.role, now=clock.now()
        )
        return str(done.pk)

    try:
        answer_once(request, Permission.APPROVE_CHANGE, send)
    except Refusal as refusal:
        return _page(request, pk, refusal.breaches, refusal.status, typed)
    messages.success(request, "已同意，变更即时生效并列入新一期全国培训信息，已报部指导中心备案。")
    return redirect("planning.change", pk)


@require_POST
def attach_scan(request: Request, pk: int) -> HttpResponse:
    """The stamped scan of a class outside the plan."""
    change = visible(PlanChange, pk, request.role)
    scan = request.FILES.get("scan")
    try:
        if scan is None:
            says = "没有选择文件。"
            raise Refusal([Breach("upload.missing", "TR 脚注④", says, "请选择 PDF、JPG 或 PNG 文件。")])
        actions.attach_change_scan(plan_change=change, scan=scan, by=request.role, now=clock.now())
    except Refusal as refusal:
        return _page(request, pk, refusal.breaches, refusal.status)
    messages.success(request, "盖章扫描件已上传。")
    return redirect("planning.change", pk)


def scan(request: Request, pk: int) -> HttpResponseBase:
    """The stamped scan, for whoever may see the application."""
    change = visible(PlanChange, pk, request.role)
    return serve_file(request, actions.scan_of_change(change, request.role))
