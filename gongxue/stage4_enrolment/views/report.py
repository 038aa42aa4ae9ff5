"""Teachers reported from a workbook: upload, preview, confirmation with progress, initial passwords (TR 10)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.actions import Handed
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.parties.exports import secrets_workbook
from gongxue.parties.forms import WorkbookForm
from gongxue.parties.views.kept import preview_of, problems_name, progress_of, secrets_name, workbook
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment import report_import
from gongxue.stage4_enrolment.models import ApplicantImport
from gongxue.stage4_enrolment.queries.reported import reported_by, reports_of
from gongxue.stage4_enrolment.report_checks import classes_to_report_for
from gongxue.stage4_enrolment.report_exports import problems_workbook, template_workbook
from gongxue.stage4_enrolment.report_sheet import places_of

PAGE, OWN_SHOWN = 50, 10
CODE = Permission.REPORT_APPLICANTS


def _chosen_class(request: Request) -> TrainingClass | None:
    """The class whose page one comes from, when it takes applications; anything else in the address is ignored."""
    text = request.GET.get("class", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return next(iter(classes_to_report_for(request.role, clock.today(), {int(text)})), None)


def report(request: Request) -> HttpResponse:
    """How to fill the workbook in, the upload, one's own workbooks, and how far the reported teachers are."""
    role = request.role
    tc = _chosen_class(request)
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer, _ = answer_once(request, CODE, lambda: _kept(request, form.cleaned_data["workbook"], tc))
            return redirect("report_preview", int(answer))
    page = Paginator(reported_by(role), PAGE).get_page(request.GET.get("page"))
    shown = {
        "form": form, "tc": tc, "own": reports_of(role)[:OWN_SHOWN], "page": page, "today": clock.today(),
        "open_classes": classes_to_report_for(role, clock.today())[:PAGE],
    }  # fmt: skip
    return render(request, "enrolment/report.html", shown, status=answer_status(form))


def _kept(request: Request, upload: UploadedFile[Any], tc: TrainingClass | None) -> str:
    row = report_import.keep_report(upload=upload, training_class=tc, by=request.role, now=clock.now())
    return str(row.pk)


def template(request: Request) -> HttpResponse:
    """The workbook to fill in, with the classes that take applications."""
    role = request.role
    classes = [(tc, tc.enrolment.closes_on) for tc in classes_to_report_for(role, clock.today())]
    return workbook(template_workbook(classes, role.duty_enum, clock.now()), "报送参训教师模板.xlsx")


def preview(request: Request, pk: int) -> HttpResponse:
    """What would be done, what is wrong; after that: how it went."""
    row = visible(ApplicantImport, pk, request.role)
    shown = preview_of(report_import.REPORTS, row, places_of(row.columns).get("name", 0), "report")
    return render(request, "enrolment/report_preview.html", shown)


def progress(request: Request, pk: int) -> JsonResponse:
    """How far the job is; the page asks every second."""
    return progress_of(report_import.REPORTS, visible(ApplicantImport, pk, request.role))


def problems(request: Request, pk: int) -> HttpResponse:
    """The workbook back, with a last column 问题."""
    row = visible(ApplicantImport, pk, request.role)
    return workbook(problems_workbook(report_import.kept_report(row), clock.now()), problems_name(row))


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    """Report the good rows."""
    role = request.role
    row = visible(ApplicantImport, pk, role)

    def work() -> str:
        return str(report_import.confirm_report(applicant_import=row, by=role, now=clock.now()).pk)

    answer_once(request, CODE, work)
    return redirect("report_preview", row.pk)


@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    """Give the workbook up; its rows are forgotten at once."""
    role = request.role
    row = visible(ApplicantImport, pk, role)
    report_import.drop_report(applicant_import=row, by=role)
    messages.success(request, "名单内容已删除。")
    return redirect(CODE.value)


@require_POST
def passwords(request: Request, pk: int) -> HttpResponse:
    """Initial passwords of the new accounts as a workbook, made for this one answer."""
    role, now = request.role, clock.now()
    row = visible(ApplicantImport, pk, role)
    handed: list[Handed] = []

    def work() -> str:
        handed.extend(report_import.hand_out(applicant_import=row, by=role, now=now))
        return str(row.pk)

    _, fresh = answer_once(request, CODE, work)
    if not fresh:
        messages.info(request, "初始密码表只下载一次。没有收到文件的，请重新生成，原来的随即作废。")
        return redirect("report_preview", row.pk)
    data = secrets_workbook(handed, request.build_absolute_uri(reverse("sign_in")), now)
    return workbook(data, secrets_name(handed))
