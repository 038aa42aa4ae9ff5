"""Learning products: a trainee's own, the class's, one work with what was said about it, its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.resumable import offset_of, own_uploads
from gongxue.foundation.files.serving import serve_file
from gongxue.foundation.files.uploads import PRODUCTS, was_cut_off
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.lifecycle import AssignmentState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms import ProductForm
from gongxue.stage5_delivery.models import Assignment, LearningProduct
from gongxue.stage5_delivery.queries import (
    attendee_of,
    attendees_of,
    delivery_of,
    products_of,
    products_visible_to,
)
from gongxue.stage5_delivery.queries.comments import (
    authors_of,
    comment_counts,
    comments_visible_to,
    silence,
    speaks_for,
)
from gongxue.stage5_delivery.queries.portfolio import Work, works_in
from gongxue.stage5_delivery.queries.products import assignments_visible_to


def products(request: Request, pk: int) -> HttpResponse:
    """A trainee's own products with the form; for everybody else the class's, by trainee."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        return _own_products(request, tc, None, None)
    handed = products_of(tc)
    rows = [(attendee, works_in(handed.get(attendee.pk, []))) for attendee in attendees_of(tc)]
    works = [work for _, found in rows for work in found]
    shown = {
        "tc": tc,
        "rows": rows,
        "missing": [attendee for attendee, found in rows if not found],
        "said": comment_counts(role, {work.latest.work for work in works}),
        "tasks": _handed(assignments_visible_to(role, tc), works),
        "now": clock.now(),
        "may_assign": role.may(Permission.ASSIGN_PRODUCT),
    }
    return render(request, "delivery/products.html", shown)


def _handed(tasks: list[Assignment], works: list[Work]) -> list[tuple[Assignment, int, int]]:
    """Each assignment that stands with how many trainees have handed in for it, and how many of them late."""
    open_ = [task for task in tasks if task.state == AssignmentState.SET]
    return [
        (
            task,
            sum(work.latest.assignment_id == task.pk for work in works),
            sum(work.latest.assignment_id == task.pk and work.latest.is_late for work in works),
        )
        for task in open_
    ]


def _own_products(
    request: Request, tc: TrainingClass, form: ProductForm | None, follows: LearningProduct | None
) -> HttpResponse:
    role = request.role
    attendee = attendee_of(tc, role.account_id)
    works = works_in(products_visible_to(role).filter(training_class=tc))
    tasks = assignments_visible_to(role, tc) if attendee else []
    open_ = [task for task in tasks if task.state == AssignmentState.SET]
    by_task = {work.latest.assignment_id: work for work in works}
    if form is None:
        follows = _followed(request, works)
        form = ProductForm(initial=_begun_with(request, open_, follows), tasks=open_)
    shown = {
        "tc": tc,
        "attendee": attendee,
        "works": works,
        "said": comment_counts(role, {work.latest.work for work in works}),
        "tasks": [(task, by_task.get(task.pk)) for task in open_],
        "form": form,
        "follows": follows,
        "limit": PRODUCTS.limit,
        "limits": json.dumps({kind: PRODUCTS.most(kind) for kind in PRODUCTS.types}),
        "slot": PRODUCTS.name,
        "uploads": [(upload, offset_of(upload) or 0) for upload in own_uploads(role, PRODUCTS)],
        "begun": delivery_of(tc) is not None,
        "now": clock.now(),
    }
    return render(request, "delivery/my_products.html", shown, status=answer_status(form))


def _followed(request: Request, works: list[Work]) -> LearningProduct | None:
    """One's own work of which the address asks for a new version (?follows=)."""
    wanted = request.GET.get("follows")
    return next((work.latest for work in works if str(work.latest.pk) == wanted), None)


def _begun_with(request: Request, tasks: list[Assignment], follows: LearningProduct | None) -> dict[str, Any]:
    """What the form begins with: the assignment that the address names (?task=), or the version before."""
    if follows is not None:
        return {"title": follows.title, "note": follows.note}
    task = next((row for row in tasks if str(row.pk) == request.GET.get("task")), None)
    return {"assignment": task.pk, "title": task.title} if task is not None else {}


@require_POST
def hand_in(request: Request, pk: int) -> HttpResponse:
    """A trainee hands in a product; a refused file leaves the words standing."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    attendee = attendee_of(tc, role.account_id)
    if attendee is None:
        raise Http404

    def act(said: dict[str, Any]) -> LearningProduct:
        if said["assignment"] is not None:
            said["assignment"] = visible(Assignment, said["assignment"], role)
        return actions.hand_in(attendee=attendee, **said, by=role, now=clock.now())

    return _taken(request, tc, None, Permission.HAND_IN, act)


@require_POST
def new_version(request: Request, pk: int) -> HttpResponse:
    """A trainee hands in a new version of their own, or of their group's."""
    role = request.role
    product: LearningProduct = visible(LearningProduct, pk, role)

    def act(said: dict[str, Any]) -> LearningProduct:
        del said["assignment"]
        return actions.hand_in_version(product=product, **said, by=role, now=clock.now())

    return _taken(request, product.training_class, product, Permission.NEW_VERSION, act)


def _taken(
    request: Request,
    tc: TrainingClass,
    follows: LearningProduct | None,
    permission: Permission,
    act: Callable[[dict[str, Any]], LearningProduct],
) -> HttpResponse:
    tasks = [row for row in assignments_visible_to(request.role, tc) if row.state == AssignmentState.SET]
    form = ProductForm(request.POST, request.FILES, too_large=was_cut_off(request), tasks=tasks)
    if form.is_valid():
        with refusals(form):
            answer_once(request, permission, lambda: str(act(dict(form.cleaned_data)).pk))
            messages.success(request, f"已提交“{form.cleaned_data['title']}”，时间以平台收到为准。")
            return redirect("products", tc.pk)
    return _own_products(request, tc, form, follows)


@csp_update({"media-src": [SELF]})  # type: ignore[arg-type]
def product(request: Request, pk: int) -> HttpResponse:
    """One work of a trainee: its versions, its films to be watched, and what was said about it."""
    role = request.role
    row = visible(LearningProduct, pk, role)
    rows = products_visible_to(role).filter(attendee=row.attendee_id)
    work = next(work for work in works_in(rows) if work.latest.work == row.work)
    speaks = role.may(Permission.COMMENT_PRODUCT) and speaks_for(row, role)
    shown = {
        "tc": row.training_class,
        "work": work,
        "authors": authors_of(row),
        "comments": comments_visible_to(role, row),
        "speaks": speaks,
        "silence": silence(row, role) if speaks else [],
        "own": role.is_(Duty.TRAINEE),
    }
    return render(request, "delivery/product.html", shown)


def product_file(request: Request, pk: int, number: int = 1) -> HttpResponseBase:
    """A file of a product as a download, or a part of it; the scope is asked at each one."""
    row = visible(LearningProduct, pk, request.role)
    one = row.files.inside(product=row, number=number).select_related("file").first()
    if one is None:
        raise Http404
    return serve_file(request, one.file)
