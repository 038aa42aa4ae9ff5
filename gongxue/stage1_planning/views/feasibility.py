"""Whether the pool suffices for the classes of a round: own lines before they are submitted, the nation at a glance."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.forms import chosen
from gongxue.regulations.categories import CATEGORIES, category_title
from gongxue.regulations.feasibility import Cell, Shortage, fullness, weeks_between
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import ReportingRound
from gongxue.stage1_planning.queries.feasibility import (
    Outlook,
    hits_of,
    lines_outlook,
    outlook_of,
    own_keys,
)

LEVELS = (Level.ONE, Level.TWO, Level.THREE)
STEPS = (0, 40, 70, 90)  # percent of the free teachers at which a cell gets darker; ours


@require_GET
def feasibility(request: Request, pk: int) -> HttpResponse:
    """An institution sees what hits its own lines; officials see the whole half-year."""
    role = request.role
    round_ = visible(ReportingRound, pk, role)
    if not role.is_(Duty.INSTITUTION, Duty.PROVINCE, Duty.CENTRE, Duty.OVERSIGHT):
        raise PermissionDenied
    outlook = outlook_of(round_, role, clock.today())
    mine = own_keys(outlook, round_, role)
    shown: dict[str, Any] = {"round": round_, "is_institution": role.is_(Duty.INSTITUTION)}
    if shown["is_institution"]:
        shown |= {
            "hits": [(hit, kind_words(hit.shortage)) for hit in hits_of(outlook, mine)],
            "lines": lines_outlook(outlook, mine),
        }
    else:
        shown |= _nation(request, outlook, set(mine))
    return render(request, "planning/feasibility.html", shown)


def _nation(request: Request, outlook: Outlook, mine: set[int]) -> dict[str, Any]:
    """The heat table of a half-year and the shortages in words, with the classes that the reader may open."""
    level = chosen(request, "level")["level"]
    levels = [x for x in LEVELS if x.value == level] or list(LEVELS)
    weeks = weeks_between(outlook.first, outlook.last)
    cells = fullness(outlook.needs, outlook.supply, levels, weeks, CATEGORIES)
    found = [s for s in outlook.shortages() if any(kind in levels for _, kind in s.kinds)]
    return {
        "level": level,
        "levels": LEVELS,
        "weeks": weeks,
        "rows": [
            (category_title(code), [(cell, _tone(cell)) for cell in row]) for code, row in cells.items()
        ],
        "shortages": [
            (s, kind_words(s), [outlook.classes[key] for key in sorted(s.keys & mine)]) for s in found
        ],
        "seats": sum(need.instructors + need.examiners for need in outlook.needs),
        "classes": len(outlook.needs),
    }


def kind_words(shortage: Shortage) -> str:
    """三级机械类、二级机械类."""
    return "、".join(f"{level.title}{category_title(category)}" for category, level in shortage.kinds)


def _tone(cell: Cell) -> str:
    if cell.short:
        return "short"
    return f"h{sum(cell.share > step for step in STEPS)}"
