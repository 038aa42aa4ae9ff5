"""Small registers of stage 3: hours of the standard, rooms of an institution."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.regulations.levels import MODULES, Level
from gongxue.regulations.roles import Permission
from gongxue.stage3_programme.models import ModuleHours, Room


def hours(request: Request) -> HttpResponse:
    """The least periods of every module, with their basis and history; the centre enters them."""
    rows = (
        ModuleHours.objects.scope(request.role).select_related("entered_by").order_by("effective_from", "pk")
    )
    entries: dict[str, list[ModuleHours]] = {module.code: [] for module in MODULES}
    for row in rows:
        entries[row.module].append(row)
    today = clock.today()
    shown = {
        "levels": [
            (level, [_line(m.code, m.course, m.title, entries[m.code], today) for m in MODULES if m.level == level])
            for level in (Level.THREE, Level.TWO, Level.ONE)
        ],
        "modules": MODULES,
        "chosen": request.GET.get("module", ""),
        "waiting": sum(not found for found in entries.values()),
        "today": today,
        "may": request.role.may(Permission.SET_HOURS),
    }  # fmt: skip
    return render(request, "programme/hours.html", shown)


def _line(code: str, course: str, title: str, entries: list[ModuleHours], today: object) -> dict[str, object]:
    in_force = [row for row in entries if str(row.effective_from) <= str(today)]
    return {
        "code": code,
        "course": course,
        "title": title,
        "now": in_force[-1] if in_force else None,
        "entries": entries,
    }


def rooms(request: Request) -> HttpResponse:
    """The rooms of the own institution."""
    if not request.role.may(Permission.ADD_ROOM):
        raise PermissionDenied
    shown = {
        "rooms": Room.objects.scope(request.role).filter(closed_at=None).order_by("name"),
        "kinds": Room.Kind.choices,
    }
    return render(request, "programme/rooms.html", shown)
