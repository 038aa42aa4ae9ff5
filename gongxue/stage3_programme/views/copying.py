"""Beginning from what is there: choose a source, see what it would change, take over what is wanted; templates."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.parties.queries import person_names
from gongxue.regulations.programme import SECTIONS, FinalMode
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.comparing import Comparison, compare
from gongxue.stage3_programme.copying import PARTS, Arrived
from gongxue.stage3_programme.models import Programme, ProgrammeTemplate
from gongxue.stage3_programme.queries import may_write, programme_of, snapshot, written_sessions
from gongxue.stage3_programme.queries.sources import arrival, held_by, sources_for

_NOTHING: dict[str, Any] = {"sections": {}, "final_mode": FinalMode.LESSON, "sessions": []}


@require_GET
def copying(request: Request, pk: int) -> HttpResponse:
    """The sources of a class, and for the chosen one every difference before anything is written."""
    tc: TrainingClass = visible(TrainingClass, pk, request.role)
    row = programme_of(tc)
    if not may_write(request.role, tc, row):
        return redirect("programme", tc.pk)
    key = request.GET.get("source", "")
    shown: dict[str, Any] = {"tc": tc, "sources": sources_for(request.role, tc), "key": key}
    if key:
        held = held_by(request.role, tc, key)
        if held is None:
            raise Http404
        shown |= _preview(tc, row, arrival(tc, held))
    return render(request, "programme/copying.html", shown)


def _preview(tc: TrainingClass, row: Programme | None, come: Arrived) -> dict[str, Any]:
    if row is not None:
        row.training_class = tc
    now = snapshot(row, written_sessions(row)) if row else _NOTHING
    names = person_names({s["teacher"] for s in come.sessions if s["teacher"] is not None})
    then = {
        "sections": come.sections,
        "final_mode": come.final_mode,
        "sessions": [
            {**s, "day": s["day"].isoformat(), "teacher": names.get(s["teacher"] or 0, "")}
            for s in come.sessions
        ],
        "groups": come.groups,
        "notes": come.day_notes,
    }
    comparison = compare(now, then)
    return {
        "comparison": comparison,
        "notes": come.notes,
        "version": row.version if row else 0,
        "parts": _parts(now, comparison),
    }


def _parts(now: dict[str, Any], comparison: Comparison) -> list[dict[str, Any]]:
    """What differs, part by part; what would replace words already written is not chosen beforehand."""
    changed = {s.key for s in comparison.sections if s.changed}
    if comparison.mode[0] != comparison.mode[1]:
        changed.add("final_mode")
    if {"课表", "课表备注"} & set(comparison.places):
        changed.add("sessions")
    filled = {key for key in SECTIONS if now["sections"].get(key, "").strip()}
    if now["sessions"]:
        filled.add("sessions")
    return [
        {"key": key, "title": title, "replaces": key in filled}
        for key, title in PARTS.items()
        if key in changed
    ]


@require_GET
def templates(request: Request) -> HttpResponse:
    """Templates in use; with a class, the form that keeps its programme as one."""
    role = request.role
    if not role.may(Permission.SAVE_TEMPLATE):
        raise PermissionDenied
    rows = (
        ProgrammeTemplate.objects.scope(role).filter(closed_at=None).select_related("institution", "saved_by")
    )
    own = None if role.duty_enum.reads_all else role.organisation_id
    wanted = request.GET.get("class", "")
    shown = {
        "rows": [(row, row.institution_id == own) for row in rows.order_by("level", "title")],
        "tc": visible(TrainingClass, wanted, role) if wanted else None,
        "national": role.duty_enum.reads_all,
    }
    return render(request, "programme/templates.html", shown)
