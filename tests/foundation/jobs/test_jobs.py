"""Jobs exist with their transaction, survive their worker, act as whoever asked, and run once per slot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django_tasks import task

from gongxue.foundation.identity.actions import end_role, suspend_account
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.jobs import backend
from gongxue.foundation.jobs.backend import (
    ATTEMPTS,
    LEASE,
    Periodic,
    advance,
    claim,
    drain,
    enqueue_as,
    periodic,
    reap,
    run,
    tick,
)
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.errors import NotThere
from gongxue.parties.actions import register_school
from tests.cast import FreshDatabase, People, Race
from tests.still_clock import StillClock

calls: list[Any] = []


@task()
def note(word: str, times: int = 1) -> dict[str, int]:
    """Remembers that it ran."""
    calls.extend([word] * times)
    return {"times": times}


@task()
def stumble() -> None:
    """Fails each time."""
    calls.append("stumble")
    raise ValueError("something broke")


@task()
def nowhere() -> None:
    """What it was to work on is out of reach."""
    raise NotThere


@task()
def add_school(name: str, by: Role) -> int:
    """Acts as whoever asked for it."""
    from gongxue.foundation import clock

    return int(register_school(name=name, province_code="13", by=by, now=clock.now()).pk)


@task()
def slow_work(by: Role) -> None:
    """Says how far it is."""
    advance(3, 10)
    calls.append(Job.objects.values_list("done_steps", "all_steps", "lease_until").get())


@pytest.fixture(autouse=True)
def forget_calls() -> Iterator[None]:
    calls.clear()
    yield


def the_job() -> Job:
    return Job.objects.get()


# In and out -------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_a_job_runs_with_its_inputs_and_leaves_its_result(cast: People, still_clock: StillClock) -> None:
    enqueued = note.enqueue("hallo", times=2)
    assert the_job().state == "ready"
    assert drain() == 1
    assert calls == ["hallo", "hallo"]
    job = the_job()
    assert (job.state, job.result, job.finished_at, job.attempts) == (
        "done",
        {"times": 2},
        still_clock.now,
        1,
    )
    assert note.get_result(enqueued.id).status.name in ("SUCCEEDED", "SUCCESSFUL")
    assert drain() == 0


@pytest.mark.postgresql
def test_a_job_exists_only_if_its_transaction_commits(fresh_database: FreshDatabase) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        note.enqueue("never")
        assert Job.objects.count() == 1
        raise RuntimeError
    assert Job.objects.count() == 0
    with transaction.atomic():
        note.enqueue("later")
        if connection.vendor == "sqlite":
            assert calls == []
    drain()
    assert calls == ["later"]


def test_a_job_for_later_waits_and_priority_goes_first(cast: People, still_clock: StillClock) -> None:
    note.using(run_after=still_clock.now + timedelta(minutes=5)).enqueue("later")
    note.enqueue("usual")
    note.using(priority=50).enqueue("urgent")
    assert drain() == 2
    assert calls == ["urgent", "usual"]
    still_clock.forward(minutes=5)
    drain()
    assert calls[-1] == "later"


# Accidents --------------------------------------------------------------------------------------------------------


def test_an_accident_is_retried_with_growing_pauses_and_then_given_up(
    cast: People, still_clock: StillClock
) -> None:
    stumble.enqueue()
    pauses = []
    for attempt in range(1, ATTEMPTS + 1):
        assert drain() == 1
        job = the_job()
        assert job.attempts == attempt and "something broke" in job.error
        pauses.append((job.run_after - still_clock.now).total_seconds())
        still_clock.set(job.run_after)
    assert pauses[:4] == [10, 20, 40, 80]
    assert the_job().state == "failed"
    assert drain() == 0 and len(calls) == ATTEMPTS


@pytest.mark.postgresql
def test_the_job_of_a_dead_worker_is_given_to_another_when_its_lease_is_over(
    cast: People, still_clock: StillClock
) -> None:
    note.enqueue("once")
    dead = claim("dead", still_clock.now)
    assert dead is not None and dead.lease_until == still_clock.now + LEASE
    assert claim("other", still_clock.now) is None
    assert reap(still_clock.forward(seconds=LEASE.total_seconds())) == 0, (
        "the lease ends now, it is not over yet"
    )
    assert reap(still_clock.forward(seconds=1)) == 1
    second = claim("other", still_clock.now)
    assert second is not None and second.attempts == 2
    run(second)
    run(dead)  # the dead worker was only slow: its end is not written over the other's
    assert (the_job().state, the_job().worker) == ("done", "other")


def test_a_job_that_keeps_killing_its_worker_is_given_up(cast: People, still_clock: StillClock) -> None:
    note.enqueue("poison")
    for _ in range(ATTEMPTS):
        assert claim("victim", still_clock.now) is not None
        reap(still_clock.forward(seconds=LEASE.total_seconds() + 1))
    assert claim("victim", still_clock.now) is None
    assert (the_job().state, the_job().error) == ("failed", "执行任务的进程多次中断。")


def test_progress_is_written_and_renews_the_lease(cast: People, still_clock: StillClock) -> None:
    enqueue_as(cast.centre, slow_work)
    job = claim("worker", still_clock.now)
    assert job is not None
    still_clock.forward(seconds=200)
    run(job)
    assert calls == [(3, 10, still_clock.now + LEASE)]
    advance(9, 9)
    assert the_job().done_steps == 3, "outside a job nothing happens"


@pytest.mark.postgresql
def test_two_workers_never_take_the_same_job(
    fresh_database: FreshDatabase, race: Race, still_clock: StillClock
) -> None:
    for i in range(12):
        note.enqueue(f"job {i}")

    def worker(name: str) -> list[int]:
        taken = []
        while job := claim(name, still_clock.now):
            taken.append(job.pk)
        return taken

    first, second, third = race(*[lambda n=n: worker(n) for n in ("a", "b", "c")])
    assert sorted(first + second + third) == sorted(Job.objects.values_list("pk", flat=True))
    assert len({*first, *second, *third}) == 12


# Who asked --------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_a_job_acts_as_whoever_asked(cast: People, still_clock: StillClock) -> None:
    enqueue_as(cast.centre, add_school, name="石家庄第九技师学院")
    drain()
    assert the_job().result == Organisation.objects.get(name="石家庄第九技师学院").pk


@pytest.mark.parametrize("lost", ["role", "account", "never had it"])
def test_whoever_has_lost_the_permission_by_then_is_refused_once_and_for_all(
    cast: People, still_clock: StillClock, lost: str
) -> None:
    colleague = Role.objects.select_related("account", "organisation").get(pk=_colleague(cast).pk)
    by = cast.hebei if lost == "never had it" else colleague
    enqueue_as(by, add_school, name="石家庄第九技师学院")
    if lost == "role":
        end_role(role=colleague, reason="调离", by=cast.centre, now=still_clock.now)
    if lost == "account":
        suspend_account(account=colleague.account, reason="离职", by=cast.centre, now=still_clock.now)
    assert drain() == 1
    job = the_job()
    assert job.state == "failed" and ("没有执行" in job.error or "没有“登记院校”的权限" in job.error)
    assert not Organisation.objects.filter(name="石家庄第九技师学院").exists()


def _colleague(cast: People) -> Role:
    return Role.objects.create(
        account=cast.stranger.account,
        organisation=cast.centre.organisation,
        duty="centre",
        since="2023-01-01",
    )


def test_a_refusal_is_final_and_says_why(cast: People, still_clock: StillClock) -> None:
    enqueue_as(cast.centre, add_school, name="邢台技师学院")
    nowhere.enqueue()
    assert drain() == 2
    errors = list(Job.objects.order_by("pk").values_list("state", "error"))
    assert errors[0][0] == "failed" and errors[0][1].startswith("名录中已有同名单位。")
    assert errors[1] == ("failed", "要办理的对象已不在权限范围内。")


# The clock --------------------------------------------------------------------------------------------------------


@pytest.fixture
def hourly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "PERIODIC", [Periodic("hourly", note, 3600)])


@pytest.mark.postgresql
def test_a_periodic_job_starts_once_per_slot(cast: People, still_clock: StillClock, hourly: None) -> None:
    assert [tick(still_clock.now) for _ in range(3)] == [1, 0, 0]
    still_clock.forward(minutes=59)
    assert tick(still_clock.now) == 0
    still_clock.forward(minutes=1)
    assert tick(still_clock.now) == 1
    slots = list(Job.objects.order_by("pk").values_list("slot", flat=True))
    assert len(set(slots)) == 2 and all(str(slot).startswith("hourly@") for slot in slots)


@pytest.mark.postgresql
def test_two_workers_at_the_same_tick_start_it_once(
    fresh_database: FreshDatabase, race: Race, still_clock: StillClock, hourly: None
) -> None:
    started = race(*[lambda: tick(still_clock.now) for _ in range(4)])
    assert sorted(started) == [0, 0, 0, 1]
    assert Job.objects.count() == 1


def test_registering_a_periodic_task_keeps_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "PERIODIC", [])
    assert periodic("daily", 86400)(note) is note
    assert [Periodic("daily", note, 86400)] == backend.PERIODIC
