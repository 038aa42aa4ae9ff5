"""Accounts for many people at once: upload, preview, confirmation with progress, initial passwords."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.actions import Handed
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.parties import people_import
from gongxue.parties.exports import problems_workbook, secrets_workbook, template_workbook
from gongxue.parties.forms import WorkbookForm
from gongxue.parties.models import PeopleImport
from gongxue.parties.people_sheet import NAME
from gongxue.parties.queries import imports_of
from gongxue.parties.views.kept import preview_of, problems_name, progress_of, secrets_name, workbook
from gongxue.regulations.roles import Permission

OWN_SHOWN = 20
CODE = Permission.IMPORT_ACCOUNTS


def upload(request: Request) -> HttpResponse:
    """How to fill the workbook in, the upload, one's own earlier imports."""
    role = request.role
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer, _ = answer_once(request, CODE, lambda: _kept(request, form.cleaned_data["workbook"]))
            return redirect("accounts.import_preview", int(answer))
    shown = {"form": form, "own": imports_of(role)[:OWN_SHOWN]}
    return render(request, "parties/import.html", shown, status=answer_status(form))


def _kept(request: Request, workbook: UploadedFile[Any]) -> str:
    role = request.role
    return str(people_import.keep_import(upload=workbook, by=role, now=clock.now()).pk)


def template(request: Request) -> HttpResponse:
    """The workbook to fill in."""
    return workbook(template_workbook(clock.now()), "批量发放账号模板.xlsx")


def preview(request: Request, pk: int) -> HttpResponse:
    """What would be done, what is wrong; after that: how it went."""
    row = visible(PeopleImport, pk, request.role)
    place = row.columns.index(NAME) if NAME in row.columns else 0
    shown = preview_of(people_import.ACCOUNTS, row, place, "accounts.import")
    return render(request, "parties/import_preview.html", shown)


def progress(request: Request, pk: int) -> JsonResponse:
    """How far the job is; the page asks every second."""
    return progress_of(people_import.ACCOUNTS, visible(PeopleImport, pk, request.role))


def problems(request: Request, pk: int) -> HttpResponse:
    """The workbook back, with a last column 问题."""
    row = visible(PeopleImport, pk, request.role)
    return workbook(problems_workbook(people_import.kept_sheet(row), clock.now()), problems_name(row))


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    """Make accounts of the good rows."""
    role = request.role
    row = visible(PeopleImport, pk, role)

    def work() -> str:
        return str(people_import.confirm_import(people_import=row, by=role, now=clock.now()).pk)

    answer_once(request, CODE, work)
    return redirect("accounts.import_preview", row.pk)


@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    """Give the workbook up; its rows are forgotten at once."""
    role = request.role
    row = visible(PeopleImport, pk, role)
    people_import.drop_import(people_import=row, by=role, now=clock.now())
    messages.success(request, "名单内容已删除。")
    return redirect("accounts.import")


@require_POST
def passwords(request: Request, pk: int) -> HttpResponse:
    """Initial passwords as a workbook, made for this one answer."""
    role = request.role
    row = visible(PeopleImport, pk, role)
    now = clock.now()
    handed: list[Handed] = []

    def work() -> str:
        handed.extend(people_import.hand_out(people_import=row, by=role, now=now))
        return str(row.pk)

    _, fresh = answer_once(request, CODE, work)
    if not fresh:
        messages.info(request, "初始密码表只下载一次。没有收到文件的，请重新生成，原来的随即作废。")
        return redirect("accounts.import_preview", row.pk)
    data = secrets_workbook(handed, request.build_absolute_uri("/sign-in/"), now)
    return workbook(data, secrets_name(handed))
