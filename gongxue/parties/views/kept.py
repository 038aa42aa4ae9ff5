"""What the pages of every kind of workbook of people have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from gongxue.foundation.identity.actions import Handed
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.pages.sheets import MEDIA_TYPE
from gongxue.parties import kept_workbooks
from gongxue.parties.kept_workbooks import Kind
from gongxue.parties.models import KeptWorkbook

SHOWN = 100  # problems listed on the page; the workbook has all of them


def workbook(data: bytes, name: str) -> HttpResponse:
    """A workbook to download that nobody keeps on the way."""
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(data, content_type=MEDIA_TYPE, headers=headers)


def preview_of(kind: Kind, row: Any, name_at: int, prefix: str) -> dict[str, Any]:
    """The variables of a preview: the first problems, what can be done. prefix: of the names of its addresses.

    name_at: the column of the name.
    """
    sheet = kept_workbooks.kept_sheet(kind, row)
    problems = [line for line in sheet.lines if line.problems]
    return {
        "row": row,
        "problems": [
            (line.at, line.cells[name_at] if name_at < len(line.cells) else "", line.problems)
            for line in problems[:SHOWN]
        ],
        "more": max(0, len(problems) - SHOWN),
        "kept": bool(sheet.lines),
        "by_job": row.good > kept_workbooks.AT_ONCE,
        "days": kept_workbooks.KEPT.days,
        "done": kind.done,
        "where": {
            what: reverse(f"{prefix}_{what}", args=[row.pk])
            for what in ("progress", "problems", "confirm", "drop", "passwords")
        },
    }


def progress_of(kind: Kind, row: KeptWorkbook) -> JsonResponse:
    """How far the job is; the page asks every second."""
    job = row.job
    ended = row.state != KeptWorkbook.State.RUNNING or row.failed
    waiting = job is not None and job.state == Job.State.READY
    answer = {
        "ended": ended,
        "done": job.done_steps if job else 0,
        "of": job.all_steps if job and job.all_steps else row.good,
        "says": "正在等待处理" if waiting else f"正在核对并{kind.done}",
    }
    return JsonResponse(answer)


def problems_name(row: KeptWorkbook) -> str:
    """The name of the workbook that is handed back."""
    return f"{row.name.rsplit('.', 1)[0]}（问题）.xlsx"


def secrets_name(handed: Sequence[Handed]) -> str:
    """The name of the workbook of initial passwords."""
    return f"初始密码 {len(handed)} 人.xlsx"
