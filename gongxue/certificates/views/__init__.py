"""Pages of the certificates: a class's issue, one's own certificates, the ledger with its stock."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.certificates import actions
from gongxue.certificates.documents import document_of, print_run
from gongxue.certificates.exports import ledger_workbook
from gongxue.certificates.forms import LedgerFilter, ReceiveForm, SpoilForm
from gongxue.certificates.models import Certificate, LedgerEntry, SerialNumberRow
from gongxue.certificates.queries import (
    certificate_rows,
    certificates_of,
    certificates_visible_to,
    document_file,
    ledger_visible_to,
    lines_to_certify,
    next_order,
    not_certified,
    reconcile,
    series_of,
    stock_left,
    stock_of,
    void_among,
)
from gongxue.certificates.queries.standing import applications_of
from gongxue.certificates.views.printing import chosen_printer
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes, serve_file
from gongxue.foundation.files.store import StoreFull
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.foundation.pages.act import answer_once, perform, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.foundation.pages.typesetter import CannotTypeset
from gongxue.parties.queries import institutions
from gongxue.regulations.certificates import holding_breaches
from gongxue.regulations.evaluation import download_breaches
from gongxue.regulations.numbers import certificate_number, series_breaches
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.queries import is_confirmed
from gongxue.stage7_evaluation.queries import classes_answered_by

_IN_USE = (SerialNumberRow.State.RECEIVED, SerialNumberRow.State.ISSUED)
LEDGER_PAGE = 50
LEDGER_EXPORT = 50_000  # entries in one workbook; ours


# The certificates of a class ----------------------------------------------------------------------------------------


def class_certificates(request: Request, pk: int) -> HttpResponse:
    """Who gets a certificate, who does not and why; what has been issued."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE, Duty.BACKBONE):
        raise PermissionDenied
    lines, first = lines_to_certify(tc), next_order(tc)
    full = series_breaches(first - 1, len(lines)) if lines else []
    rows = certificate_rows(certificates_of(tc))
    shown: dict[str, Any] = {
        "tc": tc,
        "confirmed": is_confirmed(tc),
        "lines": lines,
        "without": not_certified(tc),
        "rows": rows,
        "collected": sum(row.collected_at is not None for row in rows),
        "printable": sum(not row.void for row in rows),
        "made": sum(row.has_file for row in rows if not row.void),
        "full": full,
        "may_issue": role.may(Permission.ISSUE),
        "may_look_up": role.may(Permission.SEE_LEDGER),
        "stock": stock_left(tc.institution),
    }
    if lines and not full:
        number = certificate_number(series_of(tc, tc.institution), first)
        shown["ask"] = (
            f"将为 {len(lines)} 人核发证书，编号自 {number} 起连续编排。核发后不能撤回，编号不再使用。"
        )
    return render(request, "certificates/class.html", shown)


def documents_progress(request: Request, pk: int) -> JsonResponse:
    """How many electronic certificates of a class are made; the page asks every second.

    Counted in the books, not told by the job: after a crash the bar goes on where the documents end.
    """
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE, Duty.BACKBONE):
        raise PermissionDenied
    rows = [row for row in certificate_rows(certificates_of(tc)) if not row.void]
    made = sum(row.has_file for row in rows)
    says = "正在生成电子证书" if made else "正在等待生成电子证书"
    return JsonResponse({"ended": made == len(rows), "done": made, "of": len(rows), "says": says})


def _only(request: Request) -> int:
    wanted = request.GET.get("certificate", "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 16 else 0


def class_print_run(request: Request, pk: int) -> HttpResponseBase:
    """All certificates of a class in one file for the printer, in order of their numbers, or one of them."""
    tc = visible(TrainingClass, pk, request.role)
    try:
        made = print_run(tc, _only(request), chosen_printer(request))
    except CannotTypeset as problem:
        messages.error(request, str(problem))
        return redirect("class_certificates", tc.pk)
    if not made:
        raise Http404
    name = f"证书_{tc.institution.code}_{tc.level_title}{tc.category_title}_{tc.first_day}.pdf"
    return serve_bytes(made, name=name, media_type="application/pdf")


# One's own certificates ---------------------------------------------------------------------------------------------


def my_certificates(request: Request) -> HttpResponse:
    """A holder's certificates; form 2 comes first (TR 12.3)."""
    role = request.role
    rows = certificate_rows(list(certificates_visible_to(role).select_related("training_class__institution")))
    answered = classes_answered_by(role)
    asked = applications_of([row.certificate for row in rows])
    shown = [
        (
            row,
            asked.get(row.certificate.pk),
            holding_breaches(row.standing)
            or download_breaches(
                row.certificate.training_class_id in answered, row.certificate.training_class.edition
            ),
        )
        for row in rows
    ]
    return render(request, "certificates/mine.html", {"rows": shown})


@require_POST
def collect(request: Request, pk: int) -> HttpResponse:
    """The holder collects the certificate: the document is made, the ledger has its entry, the file can be had."""
    role = request.role
    certificate = visible(Certificate, pk, role)
    tc = certificate.training_class
    try:
        if not (
            void_among([certificate]) or download_breaches(tc.pk in classes_answered_by(role), tc.edition)
        ):
            document_of(certificate, clock.now())  # before the entry: nothing is collected that cannot be had
    except (CannotTypeset, StoreFull) as problem:
        messages.error(request, f"证书文件暂时不能生成：{problem}")
        return redirect("my_certificates")
    perform(ACTS[Permission.DOWNLOAD], {"certificate": certificate}, request)
    messages.success(request, f"证书 {certificate.number} 已领取，请点“下载 PDF”保存。")
    return redirect("my_certificates")


def certificate_file(request: Request, pk: int) -> HttpResponseBase:
    """The document of a certificate that its holder has collected; the same bytes each time."""
    certificate = visible(Certificate, pk, request.role)
    file, (row,) = document_file(certificate), certificate_rows([certificate])
    refuse_if(holding_breaches(row.standing))
    if file is None or not row.collected_at:
        messages.error(request, "请先领取证书，再下载。")
        return redirect("my_certificates")
    return serve_file(request, file)


# The ledger ---------------------------------------------------------------------------------------------------------


def _books(request: Request) -> tuple[LedgerFilter, QuerySet[LedgerEntry]]:
    role = request.role
    choices = institutions()
    if role.is_(Duty.PROVINCE):
        choices = choices.filter(province_code=role.organisation.province_code)
    elif role.is_institution_staff:
        choices = choices.filter(pk=role.organisation_id)
    chosen = LedgerFilter(request.GET, institutions=choices)
    return chosen, chosen.apply(ledger_visible_to(role))


def ledger(request: Request) -> HttpResponse:
    """The ledger 台账 with its stock and whether numbers, stock and entries agree."""
    return _ledger(request, ReceiveForm(), SpoilForm())


def _ledger(request: Request, form: ReceiveForm, spoiling: SpoilForm) -> HttpResponse:
    role = request.role
    chosen, rows = _books(request)
    looked_at: Organisation | None = (
        role.organisation if role.is_institution_staff else chosen.chosen_institution
    )
    stock = stock_of(role, looked_at)
    shown = {
        "page": Paginator(rows, LEDGER_PAGE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "query": request.GET.urlencode(),
        "several": not role.is_institution_staff,
        "received": stock.get(SerialNumberRow.State.RECEIVED, 0),
        "issued": stock.get(SerialNumberRow.State.ISSUED, 0),
        "spoiled": sum(n for state, n in stock.items() if state not in _IN_USE),
        **{name: request.GET.get(name, "")[:40] for name in ("since", "until", "q")},
        "looked_at": looked_at,
        "differences": reconcile(looked_at) if looked_at else [],
        "form": form,
        "spoiling": spoiling,
        "may_receive": role.may(Permission.RECEIVE_STOCK),
        "may_check": role.may(Permission.CHECK_LIST),
        "may_give_keys": role.may(Permission.ISSUE_KEY),
    }
    status = answer_status(spoiling if spoiling.is_bound else form)
    return render(request, "certificates/ledger.html", shown, status=status)


def ledger_as_workbook(request: Request) -> HttpResponseBase:
    """The ledger as it is filtered, in Excel."""
    _, rows = _books(request)
    made = ledger_workbook(rows[:LEDGER_EXPORT])
    return serve_bytes(made, name=f"证书台账_{clock.today()}.xlsx", media_type=MEDIA_TYPE)


def receive(request: Request) -> HttpResponse:
    """Enter printed sheets into the stock; the form stands on the ledger."""
    if request.method != "POST":
        return redirect("ledger")
    form = ReceiveForm(request.POST)
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.RECEIVE_STOCK,
                lambda: str(actions.receive_stock(**form.cleaned_data, by=request.role, now=clock.now()).pk),
            )
            messages.success(request, f"已入库 {form.cleaned_data['quantity']} 张，序列号见台账第一行。")
            return redirect("ledger")
    return _ledger(request, form, SpoilForm())


def spoil(request: Request) -> HttpResponse:
    """Take blank sheets out of the stock; the form stands on the ledger."""
    if request.method != "POST":
        return redirect("ledger")
    form = SpoilForm(request.POST)
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.SPOIL_STOCK,
                lambda: str(actions.spoil_stock(**form.cleaned_data, by=request.role, now=clock.now()).pk),
            )
            messages.success(request, "已核销，见台账第一行。")
            return redirect("ledger")
    return _ledger(request, ReceiveForm(), form)
