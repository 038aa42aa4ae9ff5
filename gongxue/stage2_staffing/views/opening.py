"""The opening application of an institution, and the teachers it may wish for."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import opening_due
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import filing_breaches
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import exception_until
from gongxue.stage2_staffing import actions
from gongxue.stage2_staffing.forms import OpeningForm
from gongxue.stage2_staffing.queries import (
    experts_for,
    opening_of,
    teachers_by_number,
    teachers_for,
)
from gongxue.stage2_staffing.views.reach import class_for, search_words


def open_class(request: Request, pk: int) -> HttpResponse:
    """The institution applies for the opening, with the instructors it would like."""
    tc = class_for(request, pk)
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
    tc = class_for(request, pk)
    teachers = teachers_for(tc, request.role, search_words(request))
    return render(request, "staffing/teachers.html", {"teachers": teachers, "tc": tc})


@require_GET
def find_experts(request: Request, pk: int) -> HttpResponse:
    """Part of a page: experts who may be named for a level G class."""
    tc = class_for(request, pk)
    return render(
        request,
        "staffing/experts.html",
        {"experts": experts_for(tc, search_words(request)), "tc": tc},
    )
