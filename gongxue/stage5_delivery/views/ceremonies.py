"""Opening and closing ceremony: plan, record, photographs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_file
from gongxue.foundation.pages.act import visible
from gongxue.regulations.ceremonies import AGENDAS, CeremonyKind
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import CeremonyPhoto
from gongxue.stage5_delivery.queries import attendees_of, ceremonies_of
from gongxue.stage5_delivery.queries.ceremonies import CeremonyRow
from gongxue.stage5_delivery.views.frame import frame, office_class


def ceremonies(request: Request, pk: int) -> HttpResponse:
    """Both ceremonies side by side."""
    tc = office_class(request, pk)
    people = attendees_of(tc)
    here = sum(a.arrived_at is not None for a in people)
    shown: dict[str, Any] = frame(request, tc, "office.ceremonies")
    shown |= {
        "rows": [(row, _typed(row, tc, here)) for row in ceremonies_of(tc).values()],
        "people": len(people),
        "may_edit": shown["open"] and request.role.may(Permission.PLAN_CEREMONY),
        "begun": bool(people),
    }
    return render(request, "delivery/ceremonies.html", shown)


def _typed(row: CeremonyRow, tc: TrainingClass, here: int) -> dict[str, Any]:
    """What the forms begin with: what is saved, else what is usual."""
    usual = tc.first_day if row.kind is CeremonyKind.OPENING else tc.last_day
    if row.row is None:
        return {
            "planned_on": usual, "planned_at": "", "place": "", "speakers": "", "agenda": AGENDAS[row.kind],
            "held_on": min(usual, clock.today()), "attended": here or "", "discipline": False,
        }  # fmt: skip
    saved = row.row
    return {
        "planned_on": saved.planned_on, "planned_at": saved.planned_at, "place": saved.place,
        "speakers": saved.speakers, "agenda": saved.agenda, "held_on": saved.held_on or saved.planned_on or usual,
        "attended": saved.attended or here or "", "discipline": saved.discipline,
    }  # fmt: skip


def photo(request: Request, pk: int) -> HttpResponseBase:
    """A photograph as a download, for whoever reads the class; a removed one for nobody."""
    return serve_file(request, visible(CeremonyPhoto, pk, request.role).file)
