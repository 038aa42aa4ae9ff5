"""The national recommendation (TR 8): all open classes at once, as a job, stored with its inputs."""

from __future__ import annotations

import json
import time
import zlib
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django_tasks import task

from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import advance, enqueue_as
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import OpeningState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.inputs import classes_waiting, fixed_of, problem_for
from gongxue.stage2_staffing.models import Opening, Recommendation, StaffingRun
from gongxue.stage2_staffing.optimisation.model import (
    Answer,
    Problem,
    canonical,
    digest,
    problem_of,
)

AT_ONCE = 20  # classes that are staffed while one waits; more are a job
State = StaffingRun.State


@action(Permission.RUN_STAFFING)
def run_staffing(*, by: Role, now: datetime, again: bool = False) -> StaffingRun:
    """Recommend for every filed opening at once; again: also for recommended classes with empty seats (TR 8).

    What was invited before is fixed. Refused: no class waits, another run is under way.
    """
    _give_up_failed()
    again_on = day_of(now) if again else None
    _waiting(by, again_on)
    try:
        with transaction.atomic():
            run = StaffingRun.objects.create(started_by=by.account, started_at=now, again=again)
    except IntegrityError:
        raise RuleBroken(
            [
                Breach(
                    "run.under_way", "TR 8", "另一次全国统一推荐正在进行。", "完成后再运行，进度见运行记录。"
                )
            ]
        ) from None
    classes = _waiting(
        by, again_on
    )  # once more: another run may have ended while this one waited for its turn
    record(Permission.RUN_STAFFING, by=by, now=now, about=run, changes={"classes": [None, len(classes)]})
    if len(classes) > AT_ONCE:
        run.job = enqueue_as(by, staffing_job, run=run.pk)
        run.save(update_fields=["job"])
    else:
        carry_out(run.pk, by, now)
        run.refresh_from_db()
    return run


def _waiting(by: Role, again_on: date | None) -> list[TrainingClass]:
    """The classes of a run. Refused when there is none."""
    classes = classes_waiting(by, again_on)
    if not classes:
        raise RuleBroken(
            [Breach("run.nothing", "TR 8", "没有等待推荐的开班申请。", "培训机构提出开班申请后再运行。")]
        )
    return classes


def _give_up_failed() -> None:
    """A run whose job has failed for good does not stand in the way."""
    StaffingRun.objects.unscoped("runs that ended badly").filter(
        state=State.WAITING, job__state=Job.State.FAILED
    ).update(state=State.FAILED)


@task()
def staffing_job(run: int, by: Role) -> dict[str, int]:
    """The job of a large run."""
    return carry_out(run, by, clock.now())


def carry_out(pk: int, by: Role, now: datetime) -> dict[str, int]:
    """Read, solve, store. Run twice it has one effect: inputs are kept first, a class is written once."""
    from gongxue.stage2_staffing.optimisation.solve import solve

    run = StaffingRun.objects.scope(by).get(pk=pk)
    if run.state != State.WAITING:
        return {"classes": 0}
    begun = time.perf_counter()
    problem = _kept_inputs(run, by)
    answer = solve(problem, progress=advance)
    stored, passed_over = _store(run, problem, answer, by, now)
    _conclude(run, problem, answer, passed_over)
    run.seconds = time.perf_counter() - begun
    run.state, run.finished_at = State.DONE, now
    run.stored = stored
    run.save()
    return {"classes": stored}


def _kept_inputs(run: StaffingRun, by: Role) -> Problem:
    """The inputs as they were when the run first read them."""
    if not run.inputs:
        data = problem_for(classes_waiting(by, day_of(run.started_at) if run.again else None)).as_data()
        run.inputs, run.inputs_sha256 = zlib.compress(canonical(data)), digest(data)
        run.save(update_fields=["inputs", "inputs_sha256"])
    return stored_problem(run)


def stored_problem(run: StaffingRun) -> Problem:
    """The problem that a run solved."""
    return problem_of(json.loads(zlib.decompress(bytes(run.inputs))))


def repeat(run: StaffingRun) -> Answer:
    """Solve a run's stored inputs once more; nothing is written. ValueError when the inputs are damaged."""
    from gongxue.stage2_staffing.optimisation.solve import solve

    problem = stored_problem(run)
    if digest(problem.as_data()) != run.inputs_sha256:
        raise ValueError("the stored inputs are damaged")
    return solve(problem)


def _conclude(run: StaffingRun, problem: Problem, answer: Answer, passed_over: list[int]) -> None:
    from gongxue.stage2_staffing.optimisation.explain import spread
    from gongxue.stage2_staffing.optimisation.relax import shortages

    data = answer.as_data()
    run.answer, run.answer_sha256 = data, digest(data)
    run.objective, run.bound, run.greedy = answer.objective, answer.bound, answer.greedy
    run.method, run.windows, run.cut = answer.method, answer.windows, answer.cut
    run.classes, run.teachers = len(problem.classes), len(problem.teachers)
    run.unfilled = sum(missing for _, _, missing in answer.unfilled)
    run.seats = len(answer.jobs) + run.unfilled
    run.shortages = [s.as_data() for s in shortages(problem, answer)]
    run.spread = [list(pair) for pair in spread(problem, answer)]
    run.passed_over = passed_over


def _store(
    run: StaffingRun, problem: Problem, answer: Answer, by: Role, now: datetime
) -> tuple[int, list[int]]:
    """Write the recommendation of each class, one transaction each; what has changed meanwhile is passed over."""
    from gongxue.stage2_staffing.optimisation.explain import Proposed, proposals

    by_class: dict[int, list[Proposed]] = defaultdict(list)
    for one in proposals(problem, answer):
        by_class[one.number].append(one)
    fixed: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for job in problem.fixed:
        fixed[job.number].add((job.seat.value, job.person))
    passed_over = [
        shown.number
        for shown in problem.classes
        if not store_class(
            shown.number, by_class[shown.number], by=by, now=now, run=run, fixed=fixed[shown.number]
        )
    ]
    return len(problem.classes) - len(passed_over), passed_over


def store_class(
    number: int, found: list[Any], *, by: Role, now: datetime, run: StaffingRun, fixed: set[tuple[str, int]]
) -> bool:
    """One class of a run. False when its opening or its invitations are no longer what the run saw."""
    with transaction.atomic():
        shown = lock(TrainingClass(pk=number), by)
        rows = Recommendation.objects.inside(training_class=shown)
        if rows.filter(staffing_run=run).exists():
            return True
        opening = (
            Opening.objects.scope(by).select_for_update(of=("self",), no_key=True).get(training_class=shown)
        )
        wanted = (OpeningState.FILED, OpeningState.RECOMMENDED) if run.again else (OpeningState.FILED,)
        if opening.state not in wanted or fixed_of(number) != fixed:
            return False
        write_recommendation(shown, opening, found, by=by, now=now, run=run)
    return True


def solved_alone(shown: TrainingClass) -> list[Any]:
    """The proposals for one class around everything fixed; what other classes may still ask is left to them if it can be."""
    from gongxue.stage2_staffing.optimisation.explain import proposals
    from gongxue.stage2_staffing.optimisation.solve import solve

    problem = problem_for([shown])
    answer = solve(problem)
    if answer.unfilled:
        problem = problem_for([shown], reserve=False)
        answer = solve(problem)
    return proposals(problem, answer)


def write_recommendation(
    shown: TrainingClass,
    opening: Opening,
    found: list[Any],
    *,
    by: Role,
    now: datetime,
    run: StaffingRun | None = None,
) -> list[Recommendation]:
    """The proposals of a locked class as its next recommendation, with the move, the trail and the message."""
    last = Recommendation.objects.inside(training_class=shown).aggregate(run=Max("run"))["run"] or 0
    rows = Recommendation.objects.bulk_create(
        Recommendation(
            training_class=shown, run=last + 1, seat=one.seat, rank=one.rank, person_id=one.person,
            chosen=one.chosen, score=one.score, reasons=list(one.reasons), made_at=now, staffing_run=run,
        )
        for one in found
    )  # fmt: skip
    changes = move(opening, Permission.RECOMMEND, recommended_at=now)
    record(
        Permission.RECOMMEND, by=by, now=now, about=opening,
        changes={**changes, "people": [None, [r.person_id for r in rows if r.chosen]]},
    )  # fmt: skip
    notices.recommended(shown, now)
    return rows
