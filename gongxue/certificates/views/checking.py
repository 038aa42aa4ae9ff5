"""Pages of checking many certificates: a workbook and its answer, keys for the programs of employers (MG 18.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, Sum
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.certificates import kept_checks
from gongxue.certificates.actions import check_list, issue_key
from gongxue.certificates.checking import read_sheet, template_workbook
from gongxue.certificates.forms import CheckForm, KeyForm
from gongxue.certificates.lane import QUERY_PATH
from gongxue.certificates.models import CheckedWorkbook, QueryKey
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.regulations.certificate_checks import LINES_A_DAY, WORKBOOKS_A_DAY
from gongxue.regulations.roles import Duty, Permission

OWN_SHOWN = 10
KEYS_SHOWN = 200


# Workbooks ----------------------------------------------------------------------------------------------------------


def checks(request: Request) -> HttpResponse:
    """The upload and one's own earlier ones, of which only the counts are left."""
    role = request.role
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            answer = _checked(request, form.cleaned_data["workbook"])
            return redirect("checked_workbook", int(answer))
    files, lines = kept_checks.checked_today(role.organisation, clock.now())
    shown = {
        "form": form,
        "own": CheckedWorkbook.objects.scope(role).select_related("job").order_by("-pk")[:OWN_SHOWN],
        "files": files,
        "lines": lines,
        "most_files": WORKBOOKS_A_DAY,
        "most_lines": LINES_A_DAY,
        "school": role.is_(Duty.SCHOOL),
    }
    return render(request, "certificates/checks.html", shown, status=answer_status(form))


def _checked(request: Request, upload: UploadedFile[Any]) -> str:
    """The file is read before the act begins: reading takes longer than a lock may be held."""
    sheet = read_sheet(upload)

    def work() -> str:
        row = check_list(sheet=sheet, name=upload.name or "", by=request.role, now=clock.now())
        return str(row.pk)

    return answer_once(request, Permission.CHECK_LIST, work)[0]


def check_template(request: Request) -> HttpResponseBase:
    """The workbook to fill in."""
    return serve_bytes(template_workbook(clock.now()), name="证书批量核验名单.xlsx", media_type=MEDIA_TYPE)


def checked_workbook(request: Request, pk: int) -> HttpResponse:
    """How far a check is, what it found, and the answer to fetch once."""
    row = visible(CheckedWorkbook, pk, request.role)
    return render(request, "certificates/checked.html", {"row": row})


def check_progress(request: Request, pk: int) -> JsonResponse:
    """How far the job is; the page asks every second."""
    row: CheckedWorkbook = visible(CheckedWorkbook, pk, request.role)
    job = row.job
    waiting = job is not None and job.state == Job.State.READY
    return JsonResponse(
        {
            "ended": row.state != CheckedWorkbook.State.RUNNING or row.failed,
            "done": job.done_steps if job else 0,
            "of": row.lines,
            "says": "正在等待处理" if waiting else "正在核验",
        }
    )


@require_POST
def take_checked(request: Request, pk: int) -> HttpResponseBase:
    """The answered workbook; afterwards nothing of it is kept."""
    row = visible(CheckedWorkbook, pk, request.role)
    made = kept_checks.take(row, request.role, clock.now())
    name = f"{row.name.rsplit('.', 1)[0]}（核验结果）.xlsx"
    return serve_bytes(made, name=name, media_type=MEDIA_TYPE)


# Keys ---------------------------------------------------------------------------------------------------------------


def query_keys(request: Request) -> HttpResponse:
    """Every key with its uses, the form for a new one, and how a program asks."""
    role = request.role
    today = clock.today()
    form = KeyForm(request.POST or None, initial={"expires_on": today + timedelta(days=365)})
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            given: list[QueryKey] = []

            def work() -> str:
                given.append(issue_key(**form.cleaned_data, by=role, now=clock.now()))
                return str(given[0].pk)

            answer_once(request, Permission.ISSUE_KEY, work)
            if not given:
                messages.info(request, "密钥只显示一次。没有记下的，请停用后重新发放。")
                return redirect("certificates.issue_key")
            return _given(request, given[0])
    rows = QueryKey.objects.scope(role).select_related("organisation", "issued_by").order_by("-pk")
    rows = rows.annotate(today=Sum("uses__asked", filter=Q(uses__day=today)), asked=Sum("uses__asked"))
    shown = {
        "form": form,
        "rows": [(row, row.is_live(today), row.today or 0, row.asked or 0) for row in rows[:KEYS_SHOWN]],
        "where": f"{settings.ORIGIN}{QUERY_PATH}",
    }
    return render(request, "certificates/keys.html", shown, status=answer_status(form))


def _given(request: Request, key: QueryKey) -> HttpResponse:
    """The key, in this answer and nowhere else."""
    shown = {"key": key, "where": f"{settings.ORIGIN}{QUERY_PATH}"}
    response = render(request, "certificates/key_given.html", shown)
    response.headers["Cache-Control"] = "private, no-store"
    return response
