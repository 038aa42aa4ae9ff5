"""The desk, the list of classes, the class page, the public home page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.desks.class_file import ClassFile, exceptions_words
from gongxue.desks.recent import latest_entries
from gongxue.desks.stage_cards import cards_of
from gongxue.desks.todos import todos_for
from gongxue.exchange.queries import messages_visible_to
from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest, Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.forms import chosen
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import CLOSED_STAGE, STAGES, PlanState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import classes_visible_to, published_classes
from gongxue.stage1_planning.queries.changes import changes_of_class
from gongxue.stage4_enrolment.queries import open_notices

CLASSES_PAGE = 50


def home(request: OpenRequest) -> HttpResponse:
    """The public page: open enrolments, the national list, the certificate query."""
    if request.role is not None:
        return redirect("desk")
    today = clock.today()
    upcoming = published_classes().filter(first_day__gte=today)
    shown = {
        "notices": open_notices(today)[:8],
        "upcoming": upcoming[:8],
        "count": upcoming.count(),
        "today": today,
    }
    return render(request, "desks/home.html", shown)


def desk(request: OpenRequest) -> HttpResponse:
    """What the role has to do, the overdue first, and where its classes stand."""
    role = request.role
    if role is None:
        return render(request, "desks/no_role.html")
    today = clock.today()
    todos = todos_for(role, today)
    classes = classes_visible_to(role).exclude(stage=CLOSED_STAGE)
    shown = {
        "todos": todos,
        "late": sum(t.late(today) for t in todos),
        "today": today,
        "stages": _by_stage(role),
        "classes": classes.filter(stage__gte=2).order_by("first_day")[:8],
        "news": messages_visible_to(role).filter(to=role)[:6],
    }
    return render(request, "desks/desk.html", shown)


def _by_stage(role: Role) -> list[tuple[int, str, int]]:
    counts = dict(
        TrainingClass.objects.scope(role).values_list("stage").annotate(n=Count("pk")).order_by("stage")
    )
    if not counts:
        return []
    named = [(i, title, counts.get(i, 0)) for i, title in enumerate(STAGES, 1)]
    return [*named, (CLOSED_STAGE, "已结班", counts.get(CLOSED_STAGE, 0))]


def classes(request: Request) -> HttpResponse:
    """Every class the role may open, filtered."""
    role = request.role
    asked = chosen(request, "stage", "level", "category", "q")
    stages = {str(number): title for number, title in enumerate((*STAGES, "已结班"), 1)}
    rows = _filtered(asked, stages, classes_visible_to(role))
    shown = {
        "page": Paginator(rows, CLASSES_PAGE).get_page(request.GET.get("page")),
        "chosen": asked,
        "levels": list(Level),
        "categories": CATEGORIES.items(),
        "stages": stages.items(),
    }
    return render(request, "desks/classes.html", shown)


def _filtered(
    asked: dict[str, str], stages: dict[str, str], rows: QuerySet[TrainingClass]
) -> QuerySet[TrainingClass]:
    """Only what is known narrows the list; anything else in the address is ignored."""
    if asked["stage"] in stages:
        rows = rows.filter(stage=int(asked["stage"]))
    if asked["level"] in list(Level):
        rows = rows.filter(level=asked["level"])
    if asked["category"] in CATEGORIES:
        rows = rows.filter(category=asked["category"])
    if asked["q"]:
        rows = rows.filter(institution__name__contains=asked["q"])
    return rows.order_by("-first_day", "pk")


def class_page(request: Request, pk: int) -> HttpResponse:
    """The class: seven stages with dates, who is responsible, what is missing, the buttons, the trail."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    today = clock.today()
    file = ClassFile(tc, role, today)
    cards = cards_of(file)
    todos = [todo for todo in todos_for(role, today) if todo.concerns(tc)]
    offered = {todo.button.code for todo in todos if todo.button}
    for card in cards:  # what waits on top is not offered twice
        card.buttons = [button for button in card.buttons if button.code not in offered]
    shown: dict[str, Any] = {
        "tc": tc,
        "file": file,
        "cards": cards,
        "now": next((c for c in cards if c.is_open), None),
        "todos": todos,
        "today": today,
        "exceptions": exceptions_words(file.exceptions),
        "may_extend": role.may(Permission.GRANT_EXCEPTION)
        and tc.stage < CLOSED_STAGE
        and not tc.is_cancelled,
        "may_change": role.may(Permission.APPLY_CHANGE)
        and tc.state == PlanState.PUBLISHED
        and tc.stage < 5
        and tc.first_day > today,
        "changes": [] if role.is_(Duty.BACKBONE, Duty.TRAINEE) else changes_of_class(tc),
        "trail": latest_entries(tc) if role.may(Permission.SEE_TRAIL) else None,
    }
    return render(request, "desks/class.html", shown)
