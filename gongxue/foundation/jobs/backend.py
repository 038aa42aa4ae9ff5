"""The task API of Django on one table of the books: enqueued in the action's own transaction, leased, retried."""

from __future__ import annotations

import os
import signal
import socket
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, close_old_connections, transaction
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus

from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, Refusal
from gongxue.foundation.pages.logs import scrub_log

LEASE = timedelta(seconds=300)
ATTEMPTS = 5
_STATUS = {
    Job.State.READY: TaskResultStatus.READY,
    Job.State.RUNNING: TaskResultStatus.RUNNING,
    Job.State.DONE: TaskResultStatus.SUCCESSFUL,
    Job.State.FAILED: TaskResultStatus.FAILED,
}


class TableBackend(BaseTaskBackend):
    """`task.enqueue(...)` inserts a row; `work` runs it."""

    supports_defer = True
    supports_async_task = False
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[..., Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Insert the job; it exists only if the surrounding transaction commits."""
        self.validate_task(task)
        now = clock.now()
        job = Job.objects.create(
            path=task.module_path,
            inputs={"args": list(args), "kwargs": dict(kwargs)},
            priority=task.priority,
            run_after=task.run_after or now,
            created_at=now,
        )
        return self._result(task, job)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """The present state of a job."""
        job = Job.objects.get(pk=result_id)
        return self._result(import_string(job.path), job)

    def _result(self, task: Task[..., Any], job: Job) -> TaskResult[Any]:
        return TaskResult(
            task=task, id=str(job.pk), status=_STATUS[Job.State(job.state)], enqueued_at=job.created_at,
            started_at=None, finished_at=job.finished_at, last_attempted_at=None, args=job.inputs["args"],
            kwargs=job.inputs["kwargs"], backend=self.alias, errors=[], worker_ids=[],
        )  # fmt: skip


_running: ContextVar[int | None] = ContextVar("running_job", default=None)


def enqueue_as(role: Role, task: Task[..., Any], **inputs: Any) -> Job:
    """Insert a job that acts as a role. The task gets it as `by`, read anew when it runs: whoever has lost the role
    or the account by then is refused."""
    now = clock.now()
    return Job.objects.create(
        path=task.module_path,
        inputs={"args": [], "kwargs": inputs},
        for_role=role,
        run_after=now,
        created_at=now,
    )


def advance(done: int, of: int) -> None:
    """Say how far the running job is and renew its lease; outside a job nothing happens."""
    pk = _running.get()
    if pk is not None:
        lease = clock.now() + LEASE
        Job.objects.filter(pk=pk).update(done_steps=done, all_steps=of, lease_until=lease)


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task that the clock starts every so many seconds."""

    name: str
    task: Task[..., Any]
    every: int


PERIODIC: list[Periodic] = []


def periodic(name: str, every: int) -> Callable[[Task[..., Any]], Task[..., Any]]:
    """Register a task to be started every `every` seconds, once per slot whatever the number of workers."""

    def decorate(task: Task[..., Any]) -> Task[..., Any]:
        PERIODIC.append(Periodic(name, task, every))
        return task

    return decorate


def tick(now: datetime) -> int:
    """Enqueue what is due; the unique slot lets one worker win. Returns how many were enqueued."""
    started = 0
    seconds = int(now.timestamp())
    for entry in PERIODIC:
        slot = f"{entry.name}@{seconds - seconds % entry.every}"
        if Job.objects.filter(slot=slot).exists():
            continue
        try:
            with transaction.atomic():
                Job.objects.create(
                    path=entry.task.module_path, inputs={"args": [], "kwargs": {}}, run_after=now,
                    created_at=now, slot=slot,
                )  # fmt: skip
            started += 1
        except IntegrityError:
            continue  # another worker was faster
    return started


def reap(now: datetime) -> int:
    """Give the jobs of dead workers back to the queue (at least once; effects are idempotent).

    A job that has killed its worker five times is not given to a sixth.
    """
    dead = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now)
    dead.filter(attempts__gte=ATTEMPTS).update(
        state=Job.State.FAILED, error="执行任务的进程多次中断。", finished_at=now
    )
    return dead.filter(attempts__lt=ATTEMPTS).update(state=Job.State.READY, run_after=now)


def claim(worker: str, now: datetime) -> Job | None:
    """Take the next ready job for one worker, or None."""
    ready = Job.objects.filter(state=Job.State.READY, run_after__lte=now).order_by(
        "-priority", "run_after", "pk"
    )
    if not ready.exists():  # a look without a write transaction: an idle worker must not hold the write lock
        return None
    with transaction.atomic():
        job = ready.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        job.state, job.worker, job.lease_until = Job.State.RUNNING, worker, now + LEASE
        job.attempts += 1
        job.save(update_fields=["state", "worker", "lease_until", "attempts"])
    return job


def run(job: Job) -> None:
    """Run one claimed job and write how it ended; a failure is retried with growing pauses, a refusal is not."""
    token = _running.set(job.pk)
    try:
        result = import_string(job.path).func(*job.inputs["args"], **job.inputs["kwargs"], **_acting(job))
        end: dict[str, Any] = {
            "state": Job.State.DONE,
            "result": result,
            "error": "",
            "finished_at": clock.now(),
        }
    except (Refusal, NotThere) as refusal:  # the same rule would say no again
        says = str(refusal) or "要办理的对象已不在权限范围内。"
        end = {"state": Job.State.FAILED, "error": says, "finished_at": clock.now()}
    except Exception:  # noqa: BLE001 — whatever a job raises is written beside it
        error, now = scrub_log(traceback.format_exc()[-4000:]), clock.now()
        if job.attempts < ATTEMPTS:
            pause = timedelta(seconds=min(3600, 5 * 2**job.attempts))
            end = {"state": Job.State.READY, "error": error, "run_after": now + pause}
        else:
            end = {"state": Job.State.FAILED, "error": error, "finished_at": now}
    finally:
        _running.reset(token)
    Job.objects.filter(pk=job.pk, worker=job.worker, state=Job.State.RUNNING).update(**end)


def _acting(job: Job) -> dict[str, Role]:
    """The role a job acts as, read now."""
    if job.for_role_id is None:
        return {}
    role = Role.objects.select_related("account", "organisation").get(pk=job.for_role_id)
    if role.until is not None or not role.account.is_active or not role.organisation.is_active:
        raise NotAllowed("申请人的角色已结束或账号已停用，任务没有执行。")
    return {"by": role}


def work(stop: Callable[[], bool] | None = None, idle: float = 0.5) -> None:
    """The worker's loop: reap, tick, claim, run; ends after the current job on SIGTERM."""
    ended: list[bool] = []
    if stop is None:
        signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
        signal.signal(signal.SIGINT, lambda *_: ended.append(True))
    name = f"{socket.gethostname()[:20]}:{os.getpid()}"
    looked = 0.0
    while not (ended or (stop and stop())):
        if time.monotonic() - looked > 5:
            now, looked = clock.now(), time.monotonic()
            reap(now)
            tick(now)
        job = claim(name, clock.now())
        if job:
            run(job)
            close_old_connections()
        else:
            time.sleep(idle)


def drain(limit: int = 1000) -> int:
    """Run what is ready, in this process: for tests, rehearsals and commands. Returns how many ran."""
    ran = 0
    while ran < limit and (job := claim("drain", clock.now())):
        run(job)
        ran += 1
    return ran
