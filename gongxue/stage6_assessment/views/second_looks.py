"""Where sheets are far apart: the notes on a second look, to write and to read."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import visible
from gongxue.regulations.marks import NOTE_FROM, NOTE_TO
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.queries import is_confirmed
from gongxue.stage6_assessment.queries.second_looks import far_apart_visible_to


def second_looks(request: Request, pk: int) -> HttpResponse:
    """Every attempt far apart that the role may read; a scorer writes a note on each of their own."""
    role = request.role
    tc: TrainingClass = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        raise PermissionDenied
    rows = far_apart_visible_to(role, tc, only_own=role.is_(Duty.BACKBONE))
    shown = {
        "tc": tc,
        "rows": rows,
        "waiting": sum(row.wanted for row in rows),
        "confirmed": is_confirmed(tc),
        "least": NOTE_FROM,
        "most": NOTE_TO,
    }
    return render(request, "assessment/second_looks.html", shown)
