"""The lodging register (MG 12)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.regulations.lodging import LodgingKind, span
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.exports.lodging import lodging_workbook
from gongxue.stage5_delivery.queries.lodging import lodging_rows, nights_with, totals_of
from gongxue.stage5_delivery.views.frame import frame, office_class, reads_lodging


def _readable(request: Request, pk: int) -> TrainingClass:
    tc = office_class(request, pk)
    if not reads_lodging(request.role):
        raise PermissionDenied
    return tc


def lodging(request: Request, pk: int) -> HttpResponse:
    """Who sleeps where from when to when, the sum of nights, and the nights that were looked at."""
    tc = _readable(request, pk)
    rows = lodging_rows(tc)
    first, last = span(tc.first_day, tc.last_day)
    shown: dict[str, Any] = frame(request, tc, "office.lodging")
    shown |= {
        "rows": rows,
        "totals": totals_of(rows),
        "nights": nights_with(tc, rows),
        "kinds": [(kind.value, kind.title) for kind in LodgingKind],
        "first": first,
        "last": last,
        "usual_last": max(first, tc.days_list[-2] if len(tc.days_list) > 1 else first),
        "today": clock.today(),
        "may_edit": shown["open"] and request.role.may(Permission.LODGE),
    }
    return render(request, "delivery/lodging.html", shown)


def workbook(request: Request, pk: int) -> HttpResponseBase:
    """The register as Excel."""
    tc = _readable(request, pk)
    made = lodging_workbook(tc, lodging_rows(tc), clock.now())
    return serve_bytes(made, name=f"住宿登记 {tc.title}.xlsx", media_type=MEDIA_TYPE)
