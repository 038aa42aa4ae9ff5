"""Help close to the day: when, how many, for how long, from how far (TR 8 note 5; days, hours and kilometres are ours)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.geography import distance_km
from gongxue.regulations.invitations import (
    RESCUE_DAYS,
    RESCUE_HOURS,
    is_rescue_time,
    seat_days,
    served_until,
    serves_from,
)
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import provinces
from gongxue.regulations.rescue import (
    REACH_KM,
    RESCUE_MOST,
    Circumstances,
    asking_breaches,
    helper_breaches,
    hours_left,
    reach_breaches,
    reach_km,
    rescue_breaches,
)
from gongxue.regulations.staffing import Candidate, Demand, Seat

FIRST, LAST = date(2023, 6, 12), date(2023, 6, 18)
NOW = datetime(2023, 6, 12, 9, tzinfo=SHANGHAI)
CODES = st.sampled_from([p.code for p in provinces()])
DAYS = st.integers(0, 40)
DEMAND = Demand(Level.THREE, "01", FIRST, LAST, institution=9, province="13")
NEAR = Candidate(
    person=1, name="章文君", categories=frozenset({"01"}), levels=frozenset({Level.THREE}), active=True, province="13",
    employer=5, jobs_this_year=0, satisfaction=None, last_job_on=None, busy=frozenset(),
)  # fmt: skip


def far(seat: Seat, km: int, days: int) -> bool:
    return bool(reach_breaches(seat, "章文君", km, FIRST - timedelta(days=days), FIRST))


@given(CODES, CODES, DAYS, DAYS)
def test_more_time_never_narrows_the_reach(here: str, there: str, days: int, more: int) -> None:
    km = distance_km(here, there)
    assert far(Seat.INSTRUCTOR, km, days) or not far(Seat.INSTRUCTOR, km, days + more)


@given(st.integers(0, 5000), st.integers(0, 5000), DAYS)
def test_who_lives_nearer_can_come_whenever_somebody_farther_can(a: int, b: int, days: int) -> None:
    near, away = sorted((a, b))
    assert far(Seat.INSTRUCTOR, away, days) or not far(Seat.INSTRUCTOR, near, days)


@given(CODES, DAYS)
def test_the_own_province_is_always_within_reach(code: str, days: int) -> None:
    assert not far(Seat.INSTRUCTOR, distance_km(code, code), days)


@given(st.integers(0, 5000), DAYS)
def test_an_examiner_works_online_from_anywhere(km: int, days: int) -> None:
    assert not far(Seat.EXAMINER, km, days)


def test_the_table_of_reaches() -> None:
    assert [reach_km(n) for n in range(6)] == [300, 1000, 2000, 2000, None, None]
    assert [days for days, _ in REACH_KM] == sorted(days for days, _ in REACH_KM)
    (breach,) = reach_breaches(Seat.INSTRUCTOR, "章文君", 1001, FIRST - timedelta(days=1), FIRST)
    assert "1000 公里" in breach.says and "2023年6月12日" in breach.says


@given(st.dates(FIRST - timedelta(days=60), LAST + timedelta(days=60)))
def test_it_is_time_from_ten_days_before_until_the_last_day(today: date) -> None:
    assert (not rescue_breaches(today, FIRST, LAST)) == is_rescue_time(today, FIRST, LAST)
    assert is_rescue_time(today, FIRST, LAST) == (FIRST - timedelta(days=RESCUE_DAYS) <= today <= LAST)


@pytest.mark.parametrize(
    ("today", "rule"), [(FIRST - timedelta(days=11), "early"), (LAST + timedelta(days=1), "over")]
)
def test_why_it_is_not_time(today: date, rule: str) -> None:
    assert [b.rule for b in rescue_breaches(today, FIRST, LAST)] == [f"rescue.{rule}"]


def test_how_many_for_how_long() -> None:
    assert [asking_breaches([1], hours, NOW, LAST) for hours in RESCUE_HOURS] == [[]] * len(RESCUE_HOURS)
    assert [b.rule for b in asking_breaches([], 3, NOW, LAST)] == ["rescue.nobody", "rescue.hours"]
    assert [b.rule for b in asking_breaches(range(RESCUE_MOST + 1), 2, NOW, LAST)] == ["rescue.many"]
    late = datetime(2023, 6, 18, 20, tzinfo=SHANGHAI)
    assert asking_breaches([1], 2, late, LAST) == []
    assert [b.rule for b in asking_breaches([1], 4, late, LAST)] == ["rescue.hours_long"]


@pytest.mark.parametrize(
    ("change", "at", "rule"),
    [
        ({"active": False}, Circumstances(0), "seat.standing"),
        ({"categories": frozenset({"03"})}, Circumstances(0), "seat.category"),
        ({"levels": frozenset()}, Circumstances(0), "seat.level"),
        ({"busy": frozenset({FIRST - timedelta(days=1)})}, Circumstances(0), "seat.busy"),  # the journey
        ({"employer": 9}, Circumstances(0), "seat.own"),
        ({}, Circumstances(0, barred=True), "seat.barred"),
        ({}, Circumstances(0, own_trainees=True), "seat.own_trainees"),
        ({}, Circumstances(0, full_year=True), "seat.full_year"),
    ],
)
def test_the_hard_rules_hold_in_a_hurry_too(change: dict[str, Any], at: Circumstances, rule: str) -> None:
    found = helper_breaches(replace(NEAR, **change), DEMAND, Seat.EXAMINER, at, FIRST)
    assert [b.rule for b in found] == [rule]


def test_what_is_no_obstacle() -> None:
    lifted = Circumstances(0, own_allowed=True)
    assert helper_breaches(replace(NEAR, employer=9), DEMAND, Seat.INSTRUCTOR, lifted, FIRST) == []
    teaches = Circumstances(0, own_trainees=True)
    assert helper_breaches(NEAR, DEMAND, Seat.INSTRUCTOR, teaches, FIRST) == []
    assert [b.rule for b in helper_breaches(NEAR, DEMAND, Seat.INSTRUCTOR, Circumstances(4000), FIRST)] == [
        "rescue.far"
    ]


@given(st.sampled_from(Seat), st.integers(-10, 6))
def test_who_is_asked_during_the_class_serves_from_then_on(seat: Seat, n: int) -> None:
    today = FIRST + timedelta(days=n)
    begins = serves_from(seat, today, FIRST, LAST)
    assert (begins is None) == (today < FIRST)
    if begins is not None:
        assert today <= begins <= LAST
        assert today in seat_days(seat, begins, LAST) or begins == today


@given(st.integers(0, 6), st.integers(0, 6))
def test_who_leaves_has_served_until_the_day_before(first: int, leaves: int) -> None:
    begins, today = FIRST + timedelta(days=first), FIRST + timedelta(days=leaves)
    until = served_until(today, begins)
    assert until == (today - timedelta(days=1) if leaves > first else None)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-1, "已过时限"),
        (0, "还剩 0 分钟"),
        (59, "还剩 59 分钟"),
        (120, "还剩 2 小时"),
        (135, "还剩 2 小时 15 分"),
    ],
)
def test_hours_left_in_words(minutes: int, words: str) -> None:
    assert hours_left(NOW + timedelta(minutes=minutes), NOW) == words
