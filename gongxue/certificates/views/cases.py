"""Pages of one certificate's life: its record, what is asked for it, handing out, correction (MG 18)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from gongxue.certificates import actions
from gongxue.certificates.forms import CorrectionForm, HandOutForm
from gongxue.certificates.models import Certificate
from gongxue.certificates.queries import cases_visible_to, certificate_rows
from gongxue.certificates.queries.standing import entries_of
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, chosen, refusals
from gongxue.regulations.certificate_cases import CaseKind
from gongxue.regulations.lifecycle import CaseState
from gongxue.regulations.roles import Duty, Permission

PAGE = 50


def certificate(request: Request, pk: int) -> HttpResponse:
    """One certificate: what it says, where it stands, every entry of the ledger, what was asked."""
    return _record(request, visible(Certificate, pk, request.role), None)


def _record(request: Request, row: Certificate, form: HandOutForm | None) -> HttpResponse:
    (state,) = certificate_rows([row])
    cases = list(cases_visible_to(request.role).filter(certificate=row))
    entries = entries_of(row)
    shown = {
        "row": state,
        "c": row,
        "tc": row.training_class,
        "entries": entries,
        "cases": cases,
        "own": request.role.account_id,
        "waiting": any(case.state == CaseState.APPLIED for case in cases),
        "paper_out": any(entry.collector and entry.first_serial == state.serial for entry in entries),
        "corrected_by": Certificate.objects.scope(request.role).filter(corrects=row).first(),
        "form": form or HandOutForm(initial={"collector": row.holder}),
        "may_hand_out": request.role.may(Permission.HAND_OUT),
    }
    return render(request, "certificates/record.html", shown, status=answer_status(form) if form else 200)


def hand_out(request: Request, pk: int) -> HttpResponse:
    """Enter who took the paper; the form stands on the record."""
    row = visible(Certificate, pk, request.role)
    if request.method != "POST":
        return redirect("certificate", row.pk)
    form = HandOutForm(request.POST)
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.HAND_OUT,
                lambda: str(
                    actions.hand_out(
                        certificate=row, **form.cleaned_data, by=request.role, now=clock.now()
                    ).pk
                ),
            )
            messages.success(request, f"已登记：证书 {row.number} 由{form.cleaned_data['collector']}领取。")
            return redirect("certificate", row.pk)
    return _record(request, row, form)


def correction(request: Request, pk: int) -> HttpResponse:
    """Ask for a correction: what the certificate says stands in the fields, to be changed where it is wrong."""
    role = request.role
    row = visible(Certificate, pk, role)
    said = {"holder": row.holder, "courses": row.courses, "periods": row.periods}
    form = CorrectionForm(request.POST) if request.method == "POST" else CorrectionForm(initial=said)
    back = "my_certificates" if role.is_(Duty.TRAINEE) else "certificate"
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.APPLY_CORRECTION,
                lambda: str(
                    actions.apply_correction(
                        certificate=row, **form.cleaned_data, by=role, now=clock.now()
                    ).pk
                ),
            )
            messages.success(request, "已提交更正申请，由发证机构办理。")
            return redirect(back) if back == "my_certificates" else redirect(back, row.pk)
    shown = {"c": row, "form": form, "of_holder": back == "my_certificates"}
    return render(request, "certificates/correction.html", shown, status=answer_status(form))


def cases(request: Request) -> HttpResponse:
    """What is asked for certificates in scope, what waits first."""
    wanted = chosen(request, "kind", "state")
    rows = cases_visible_to(request.role)
    if wanted["kind"] in list(CaseKind):
        rows = rows.filter(kind=wanted["kind"])
    if wanted["state"] in list(CaseState):
        rows = rows.filter(state=wanted["state"])
    shown = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "kinds": list(CaseKind),
        "states": list(CaseState),
        "several": not request.role.is_institution_staff,
        "own": request.role.account_id,
        "filtered": any(wanted.values()),
        **wanted,
    }
    return render(request, "certificates/cases.html", shown)
