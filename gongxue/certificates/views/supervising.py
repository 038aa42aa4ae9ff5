"""Pages of the monthly reconciliation and of the reports of misuse (MG 18.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from gongxue.certificates import actions
from gongxue.certificates.exports import reconciliation_workbook
from gongxue.certificates.forms import MisuseForm, ReconcileForm
from gongxue.certificates.models import MisuseReport
from gongxue.certificates.queries.reconciliation import (
    blank_ranges,
    lines_of,
    months_of,
    overview,
    reconcile,
    reconciliations_visible_to,
    sums_of,
)
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.pages.act import answer_once
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.parties.queries import institutions
from gongxue.regulations.certificate_cases import month_said
from gongxue.regulations.lifecycle import MisuseState
from gongxue.regulations.roles import Duty, Permission

PAGE = 50


# Reconciliation -----------------------------------------------------------------------------------------------------


def reconciliation(request: Request) -> HttpResponse:
    """An institution's months with what the books say; above it, which institutions have signed which."""
    return _reconciliation(request, None)


def _place(request: Request) -> Organisation | None:
    """One's own institution, or the one that is chosen from those in scope."""
    role = request.role
    if role.is_institution_staff:
        return role.organisation
    places = institutions()
    if role.is_(Duty.PROVINCE):
        places = places.filter(province_code=role.organisation.province_code)
    wanted = request.GET.get("institution", "")
    return (
        places.filter(pk=int(wanted)).first()
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 10
        else None
    )


def _month(request: Request, months: list[date]) -> date | None:
    """The month that is asked for, among those that are over; else the newest."""
    text = request.POST.get("month") or request.GET.get("month") or ""
    return next((month for month in months if month.isoformat() == text), months[0] if months else None)


def _reconciliation(request: Request, form: ReconcileForm | None) -> HttpResponse:
    role, place, today = request.role, _place(request), clock.today()
    shown: dict[str, Any] = {"place": place, "form": form, "may_sign": role.may(Permission.RECONCILE)}
    if place is None:
        shown["overview"] = overview(role, today)
        return render(request, "certificates/reconciliation.html", shown)
    months = months_of(place, today)
    month = _month(request, months)
    signed = {row.month: row for row in reconciliations_visible_to(role).filter(institution=place)}
    shown |= {
        "months": [(one, month_said(one), signed.get(one)) for one in months],
        "month": month,
        "said": month_said(month) if month else "",
        "signed": signed.get(month) if month else None,
        "differences": reconcile(place),
        "lines": lines_of(sums_of(place, month)) if month else [],
        "blank": blank_ranges(place),
    }
    if month and form is None:
        shown["form"] = ReconcileForm(initial={"month": month})
    return render(
        request, "certificates/reconciliation.html", shown, status=answer_status(form) if form else 200
    )


def sign(request: Request) -> HttpResponse:
    """Sign a month; the form stands on the page of the reconciliation."""
    if request.method != "POST":
        return redirect("reconciliation")
    form = ReconcileForm(request.POST)
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.RECONCILE,
                lambda: str(
                    actions.reconcile_month(**form.cleaned_data, by=request.role, now=clock.now()).pk
                ),
            )
            messages.success(request, f"{month_said(form.cleaned_data['month'])}账实相符，已签认。")
            return redirect("reconciliation")
    return _reconciliation(request, form)


def reconciliation_as_workbook(request: Request) -> HttpResponseBase:
    """A month of an institution in Excel: the sums, what differs, every blank serial."""
    place = _place(request)
    months = months_of(place, clock.today()) if place else []
    month = _month(request, months)
    if place is None or month is None:
        return redirect("reconciliation")  # which says what is missing
    made = reconciliation_workbook(
        place, month, lines_of(sums_of(place, month)), reconcile(place), blank_ranges(place)
    )
    return serve_bytes(made, name=f"证书对账_{place.code}_{month:%Y-%m}.xlsx", media_type=MEDIA_TYPE)


# Misuse -------------------------------------------------------------------------------------------------------------


def misuse(request: Request) -> HttpResponse:
    """Reports of misuse in scope, with the form for whoever may report."""
    return _misuse(request, MisuseForm())


def _misuse(request: Request, form: MisuseForm) -> HttpResponse:
    rows = MisuseReport.objects.scope(request.role).select_related(
        "institution", "certificate", "reported_by", "handled_by"
    )
    shown = {
        "page": Paginator(rows.order_by("-pk"), PAGE).get_page(request.GET.get("page")),
        "waiting": rows.exclude(state=MisuseState.CLOSED).count(),
        "several": not request.role.is_institution_staff,
        "own": request.role.account_id,
        "form": form,
        "may_report": request.role.may(Permission.REPORT_MISUSE),
    }
    return render(request, "certificates/misuse.html", shown, status=answer_status(form))


def report(request: Request) -> HttpResponse:
    """Report a misuse; the form stands on the list."""
    if request.method != "POST":
        return redirect("misuse")
    form = MisuseForm(request.POST)
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.REPORT_MISUSE,
                lambda: str(actions.report_misuse(**form.cleaned_data, by=request.role, now=clock.now()).pk),
            )
            messages.success(request, "已登记，由省级管理部门核查处理。")
            return redirect("misuse")
    return _misuse(request, form)
