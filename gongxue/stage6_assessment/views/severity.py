"""How scorers differ, and patterns in marks: for the centre, and for a province its own classes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.regulations.appeals import WORDS
from gongxue.regulations.mark_patterns import LEAST_SHEETS, Severity
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from gongxue.stage6_assessment.queries.severity import pattern_rows, severity_rows

SHOWN = 200  # rows of the table
DRAWN, REACH, ROW = 40, 12.0, 18  # lines of the chart; points to either side; height of one


def _year(request: Request) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else clock.today().year
    return year if 2000 <= year <= 2100 else clock.today().year


def severity(request: Request) -> HttpResponse:
    """Chart and table of mean deviation from colleagues on the same attempts. ?year, ?part, ?least."""
    part = next((p for p in Part if p.value == request.GET.get("part")), None)
    text = request.GET.get("least", "")
    least = min(int(text), 999) if text.isascii() and text.isdigit() and len(text) < 4 else LEAST_SHEETS
    year = _year(request)
    rows = severity_rows(request.role, year, part, max(least, 1))
    shown = {
        "rows": rows[:SHOWN],
        "all": len(rows),
        "drawn": [_drawn(i, row, name) for i, (row, name) in enumerate(rows[:DRAWN])],
        "height": min(len(rows), DRAWN) * ROW + 24,
        "year": year,
        "part": part,
        "parts": list(Part),
        "least": least,
        "reach": int(REACH),
    }
    return render(request, "assessment/severity.html", shown)


def _x(points: float) -> float:
    """Points to the place in the chart: 120 for the names, 480 for the scale."""
    return round(120 + 480 * (max(-REACH, min(REACH, points)) + REACH) / (2 * REACH), 1)


def _drawn(place: int, row: Severity, name: str) -> dict[str, Any]:
    return {
        "name": name, "y": place * ROW + 30, "x": _x(row.mean), "low": _x(row.mean - row.spread),
        "high": _x(row.mean + row.spread), "says": f"{row.mean:+.1f} 分",
    }  # fmt: skip


def patterns(request: Request) -> HttpResponse:
    """What deserves a look, with its reason in words; each can be marked as looked at."""
    year = _year(request)
    shown = {
        "rows": pattern_rows(request.role, year),
        "year": year,
        "may_look": request.role.may(Permission.LOOK_AT_PATTERN),
        "words": WORDS,
    }
    return render(request, "assessment/patterns.html", shown)
