"""Printing (MG 18.1 打印): where each printer puts things, the alignment page, the list that collectors sign."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from gongxue.certificates import actions
from gongxue.certificates.documents.paper import alignment_page, collection_sheet
from gongxue.certificates.forms import PrinterForm
from gongxue.certificates.models import PrinterOffset
from gongxue.certificates.queries import certificate_rows, certificates_of
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass

PDF = "application/pdf"


def printers(request: Request) -> HttpResponse:
    """The institution's printers with their offsets, to print a class on one of them; a known name is overwritten."""
    return _printers(request, PrinterForm())


def _printers(request: Request, form: PrinterForm) -> HttpResponse:
    rows = PrinterOffset.objects.scope(request.role).order_by("name")
    wanted = request.GET.get("class")
    shown = {
        "rows": rows,
        "form": form,
        "tc": visible(TrainingClass, wanted, request.role) if wanted else None,
    }
    return render(request, "certificates/printers.html", shown, status=answer_status(form))


def align(request: Request) -> HttpResponse:
    """Save a printer's offset; the form stands on the list."""
    if request.method != "POST":
        return redirect("printers")
    form = PrinterForm(request.POST)
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.ALIGN,
                lambda: str(actions.align_printer(**form.cleaned_data, by=request.role, now=clock.now()).pk),
            )
            messages.success(request, f"已保存“{form.cleaned_data['name']}”的校准。请再打印一张校准页核对。")
            return redirect("printers")
    return _printers(request, form)


def chosen_printer(request: Request) -> PrinterOffset | None:
    """The printer that the address names, among the institution's own."""
    wanted = request.GET.get("printer", "")
    if not (wanted.isascii() and wanted.isdigit()):
        return None
    found: PrinterOffset = visible(PrinterOffset, wanted, request.role)
    return found


def alignment(request: Request) -> HttpResponseBase:
    """The alignment page, moved as the chosen printer wants it."""
    printer = chosen_printer(request)
    try:
        made = alignment_page(printer, clock.now())
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("printers")
    return serve_bytes(made, name="证书打印校准页.pdf", media_type=PDF)


def class_collection(request: Request, pk: int) -> HttpResponseBase:
    """The list of a class that everybody signs who takes a certificate."""
    tc = visible(TrainingClass, pk, request.role)
    rows = [row for row in certificate_rows(certificates_of(tc)) if not row.void]
    if not rows:
        raise Http404
    try:
        made = collection_sheet(tc, rows, clock.now())
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("class_certificates", tc.pk)
    return serve_bytes(made, name=f"证书领取签字表_{tc.institution.code}_{tc.first_day}.pdf", media_type=PDF)
