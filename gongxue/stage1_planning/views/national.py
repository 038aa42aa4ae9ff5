"""The national list 全国培训信息 as everybody reads it (TR 7)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest
from gongxue.foundation.pages.forms import chosen
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import provinces
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import editions, published_classes, with_notice

PAGE = 50  # rows of a list


def national_list(request: OpenRequest) -> HttpResponse:
    """全国培训信息: public, filtered by province, level, category and date (TR 7)."""
    asked = chosen(request, "province", "level", "category", "all")
    page = Paginator(_filtered(asked, published_classes()), PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "noticed": with_notice(page.object_list),
        "provinces": provinces(),
        "levels": list(Level),
        "categories": CATEGORIES.items(),
        "chosen": asked,
        "today": clock.today(),
        "edition": editions().first(),
    }
    return render(request, "planning/national.html", shown)


def _filtered(asked: dict[str, str], rows: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """Only what the registers know narrows the list; anything else in the address is ignored."""
    if asked["province"] in {p.code for p in provinces()}:
        rows = rows.filter(province_code=asked["province"])
    if asked["level"] in list(Level):
        rows = rows.filter(level=asked["level"])
    if asked["category"] in CATEGORIES:
        rows = rows.filter(category=asked["category"])
    if asked["all"] != "on":
        rows = rows.filter(first_day__gte=clock.today())
    return rows
