"""The national list 全国培训信息 as everybody reads it: list, calendar, files (TR 7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode

from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.forms import chosen
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import provinces
from gongxue.stage1_planning.national_files import national_calendar, national_workbook
from gongxue.stage1_planning.queries import editions, with_notice
from gongxue.stage1_planning.queries.editions import edition_row
from gongxue.stage1_planning.queries.national import (
    FILTERS,
    calendar_of,
    found_classes,
    month_asked,
    month_end,
)

PAGE = 50  # rows of a list


def national_list(request: OpenRequest) -> HttpResponseBase:
    """The list, narrowed by words, place, level, category and days; the same as a month, or (`as`) as a file."""
    asked = chosen(request, *FILTERS, "view")
    if form := request.GET.get("as"):
        return _file(request, asked, form)
    shown: dict[str, Any] = {
        "provinces": provinces(),
        "levels": list(Level),
        "categories": CATEGORIES.items(),
        "chosen": asked,
        "today": clock.today(),
        "edition": editions().first(),
        "kept": urlencode({name: asked[name] for name in FILTERS if asked[name]}),
    }
    if asked["view"] == "month":
        return _month(request, asked, shown)
    page = Paginator(found_classes(asked, clock.today()), PAGE).get_page(request.GET.get("page"))
    shown |= {"page": page, "noticed": with_notice(page.object_list)}
    return render(request, "planning/national.html", shown)


def _month(request: OpenRequest, asked: dict[str, str], shown: dict[str, Any]) -> HttpResponse:
    """The calendar of a month; without one, of this month."""
    month = month_asked(asked["month"]) or clock.today().replace(day=1)
    weeks = calendar_of(asked, month)
    days = [day for week in weeks for day in week if day.inside]
    shown |= {
        "weeks": weeks,
        "month": month,
        "before": _name(month - timedelta(days=1)),
        "after": _name(month_end(month) + timedelta(days=1)),
        "begin": sum(len(day.begin) for day in days),
        "weekdays": "一二三四五六日",
    }
    return render(request, "planning/national_month.html", shown)


def _name(day: date) -> str:
    return f"{day:%Y-%m}"


def _file(request: OpenRequest, asked: dict[str, str], form: str) -> HttpResponseBase:
    """Exactly the filtered list as list.xlsx, list.json or list.ics; 404 for anything else."""
    rows = found_classes(asked, clock.today())
    if form == "list.json":
        lines = [edition_row(row) for row in rows]
        return JsonResponse({"count": len(lines), "lines": lines}, json_dumps_params={"ensure_ascii": False})
    if form == "list.xlsx":
        made = national_workbook(rows, clock.now())
        return serve_bytes(made, name="全国培训信息.xlsx", media_type=MEDIA_TYPE)
    if form == "list.ics":
        site = request.build_absolute_uri("/").rstrip("/")
        feed = national_calendar(rows, site, "全国工学一体化教师培训")
        return serve_bytes(feed, name="national.ics", media_type="text/calendar; charset=utf-8")
    raise Http404
