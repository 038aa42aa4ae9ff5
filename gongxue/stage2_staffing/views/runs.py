"""The national recommendation: its runs, what one proposed, where seats stay empty and what would help."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.pages.act import visible
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.inputs import classes_waiting
from gongxue.stage2_staffing.models import StaffingRun

RUNS_PAGE = 30
CLASSES_PAGE = 50


@require_GET
def runs(request: Request) -> HttpResponse:
    """All runs, newest first, and how many classes wait for one."""
    role = request.role
    rows = StaffingRun.objects.scope(role).select_related("started_by").defer("inputs", "answer")
    page = Paginator(rows.order_by("-pk"), RUNS_PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "waiting": len(classes_waiting(role)),
        "under_way": any(run.state == StaffingRun.State.WAITING for run in page),
        "national": role.duty_enum.reads_all,
    }
    return render(request, "staffing/runs.html", shown)


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class of a run."""

    training_class: TrainingClass
    proposed: int
    missing: int
    passed_over: bool


@dataclass(frozen=True, slots=True)
class ShortLine:
    """Empty seats of one kind of one class: what hinders, what would help."""

    training_class: TrainingClass
    seat: Seat
    missing: int
    hindered: list[tuple[str, int]]
    relaxations: list[tuple[str, int]]


@require_GET
def one_run(request: Request, pk: int) -> HttpResponse:
    """One run: coverage, gap, spread of the jobs, empty seats with what to relax; a province sees its own classes."""
    role: Role = request.role
    run: StaffingRun = visible(StaffingRun, pk, role)
    lines, short = _lines(run, role)
    page = Paginator(lines, CLASSES_PAGE).get_page(request.GET.get("page"))
    teachers = sum(count for _, count in run.spread)
    shown = {
        "run": run,
        "page": page,
        "short": short,
        "national": role.duty_enum.reads_all,
        "seats": sum(line.proposed + line.missing for line in lines),
        "missing": sum(line.missing for line in lines),
        "spread": run.spread,
        "teachers": teachers,
        "under_way": _under_way(run),
    }
    return render(request, "staffing/run.html", shown)


def _under_way(run: StaffingRun) -> bool:
    failed = run.job is not None and run.job.state == Job.State.FAILED
    return run.state == StaffingRun.State.WAITING and not failed


def _lines(run: StaffingRun, role: Role) -> tuple[list[ClassLine], list[ShortLine]]:
    """The classes of a run that a role may see, those with empty seats first."""
    proposed = Counter(number for number, _, _ in run.answer.get("jobs", ()))
    missing: Counter[int] = Counter()
    for number, _, count in run.answer.get("unfilled", ()):
        missing[number] += count
    numbers = set(proposed) | set(missing)
    rows = TrainingClass.objects.scope(role).filter(pk__in=numbers).select_related("institution")
    classes = {tc.pk: tc for tc in rows}
    lines = [ClassLine(tc, proposed[pk], missing[pk], pk in run.passed_over) for pk, tc in classes.items()]
    lines.sort(key=lambda x: (not x.missing, x.training_class.first_day, x.training_class.pk))
    short = [
        ShortLine(classes[s["number"]], Seat(s["seat"]), s["missing"], s["hindered"], s["relaxations"])
        for s in run.shortages
        if s["number"] in classes
    ]
    return lines, short


@require_GET
def run_progress(request: Request, pk: int) -> JsonResponse:
    """How far the job is; the page asks every second."""
    run: StaffingRun = visible(StaffingRun, pk, request.role)
    job = run.job
    waiting = job is not None and job.state == Job.State.READY
    return JsonResponse(
        {
            "ended": not _under_way(run),
            "done": job.done_steps if job else 0,
            "of": job.all_steps if job else 0,
            "says": "正在等待处理" if waiting else "正在通盘计算",
        }
    )
