"""Growing delay per key: never a hard stop, hashed keys, the same for known and unknown."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from gongxue.foundation.access.address import network_of
from gongxue.foundation.access.models import Throttle
from gongxue.foundation.access.throttle import (
    SIGN_IN_NAME,
    Limit,
    failed,
    forget_old,
    seconds_to_wait,
    succeeded,
)
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, FreshDatabase, Race

NOW = at(FIRST_DAY)
LIMIT = Limit("test", 3, timedelta(seconds=60), timedelta(hours=1))


def fail(times: int, subject: str = "zhang", now: datetime = NOW) -> int:
    for _ in range(times):
        failed(LIMIT, subject, now)
    return seconds_to_wait(LIMIT, subject, now)


@pytest.mark.postgresql
def test_the_first_tries_cost_nothing_then_the_wait_doubles_up_to_its_longest(books: object) -> None:
    assert fail(2) == 0
    waits = [fail(1) for _ in range(8)]
    assert waits[0] == 3  # two seconds, and the begun one
    assert [b - 1 for b in waits] == [2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.postgresql
def test_after_the_wait_the_next_try_is_heard(books: object) -> None:
    fail(4)
    assert seconds_to_wait(LIMIT, "zhang", NOW + timedelta(seconds=3)) == 2
    assert seconds_to_wait(LIMIT, "zhang", NOW + timedelta(seconds=4)) == 0


@pytest.mark.postgresql
def test_success_and_time_forget(books: object) -> None:
    fail(6)
    succeeded(LIMIT, "zhang")
    assert fail(2) == 0
    fail(6, "li")
    assert seconds_to_wait(LIMIT, "li", NOW + LIMIT.forget) == 0
    assert failed(LIMIT, "li", NOW + LIMIT.forget) == 1, "counting begins anew"


@pytest.mark.postgresql
def test_one_key_does_not_slow_another(books: object) -> None:
    assert fail(10) > 0
    assert fail(2, "li") == 0
    assert seconds_to_wait(Limit("other", 3, LIMIT.longest, LIMIT.forget), "zhang", NOW) == 0


def test_the_table_holds_no_names(books: object) -> None:
    fail(1, "zhangwei")
    assert [len(row.key) for row in Throttle.objects.all()] == [64]
    assert not Throttle.objects.filter(key__contains="zhang").exists()


def test_old_counters_go(books: object) -> None:
    fail(1)
    assert forget_old(NOW + timedelta(days=30)) == 0
    assert forget_old(NOW + timedelta(days=32)) == 1


@pytest.mark.postgresql
def test_failures_at_the_same_moment_are_all_counted(fresh_database: FreshDatabase, race: Race) -> None:
    counts = race(*[lambda: failed(SIGN_IN_NAME, "zhang", NOW) for _ in range(6)])
    assert sorted(counts) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("remote", "forwarded", "network"),
    [
        ("203.0.113.77", "", "203.0.113.0/24"),
        ("2001:db8:1:2ff::9", "", "2001:db8:1:200::/56"),
        ("203.0.113.77", "198.51.100.1", "203.0.113.0/24"),  # not our proxy: what it says is not believed
        ("10.0.0.1", "198.51.100.1", "198.51.100.0/24"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.0/24"),  # only the last hop is the proxy's own word
        ("10.0.0.1", "nonsense", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_the_network_of_a_client(settings: Settings, remote: str, forwarded: str, network: str) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert network_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)) == network
