"""What is to be handed in: the list for those who set it, with the forms to set and to change."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms import AssignmentForm
from gongxue.stage5_delivery.models import Assignment
from gongxue.stage5_delivery.queries.products import assignments_visible_to


def assignments(request: Request, pk: int) -> HttpResponse:
    """The assignments of a class; the form for whoever sets them."""
    tc = visible(TrainingClass, pk, request.role)
    return _shown(request, tc, AssignmentForm(level=tc.level_enum))


def _shown(request: Request, tc: TrainingClass, form: AssignmentForm) -> HttpResponse:
    role = request.role
    if role.is_(Duty.TRAINEE):
        raise PermissionDenied
    rows = assignments_visible_to(role, tc)
    shown = {
        "tc": tc,
        "rows": rows,
        "form": form,
        "may_assign": role.may(Permission.ASSIGN_PRODUCT) and tc.stage < actions.RESULTS_STAGE,
        "now": clock.now(),
    }
    return render(request, "delivery/assignments.html", shown, status=answer_status(form))


@require_POST
def assign(request: Request, pk: int) -> HttpResponse:
    """Set an assignment; what was typed stays after a refusal."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    form = AssignmentForm(request.POST, level=tc.level_enum)
    if form.is_valid():
        with refusals(form):

            def work() -> str:
                said = form.as_inputs()
                return str(actions.assign_product(training_class=tc, **said, by=role, now=clock.now()).pk)

            answer_once(request, Permission.ASSIGN_PRODUCT, work)
            messages.success(request, f"已布置“{form.cleaned_data['title']}”，学员会收到消息。")
            return redirect("assignments", tc.pk)
    return _shown(request, tc, form)


def change(request: Request, pk: int) -> HttpResponse:
    """The form of one assignment, and its saving."""
    role = request.role
    row: Assignment = visible(Assignment, pk, role)
    tc = row.training_class
    if request.method != "POST":
        return _form(request, row, AssignmentForm.of(row, tc.level_enum), row.version)
    form = AssignmentForm(request.POST, level=tc.level_enum).without_fixed()
    seen = request.POST.get("seen", "")
    if form.is_valid():
        with refusals(form):

            def work() -> str:
                said = form.as_inputs() | {"seen": int(seen) if seen.isdigit() else 0}
                return str(actions.change_assignment(assignment=row, **said, by=role, now=clock.now()).pk)

            answer_once(request, Permission.CHANGE_ASSIGNMENT, work)
            messages.success(request, "已修改，学员会收到消息。")
            return redirect("assignments", tc.pk)
    return _form(request, row, form, row.version)


def _form(request: Request, row: Assignment, form: AssignmentForm, seen: int) -> HttpResponse:
    shown = {"tc": row.training_class, "row": row, "form": form, "seen": seen}
    return render(request, "delivery/assignment.html", shown, status=answer_status(form))
