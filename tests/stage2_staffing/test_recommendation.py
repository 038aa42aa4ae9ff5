"""A teacher's points for one class: what counts, in words that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gongxue.regulations.editions import edition_on
from gongxue.regulations.geography import distance_km
from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Candidate, Demand, Seat
from gongxue.stage2_staffing.optimisation.weights import (
    DUTY_SHORT,
    EXAMINING_LOAD,
    IDLE_YEAR,
    LOAD,
    PREFERRED,
    ROTATION,
    SATISFACTION,
    TRAVEL_KM,
)
from gongxue.stage2_staffing.recommendation import rank, rate

FIRST_DAY = date(2023, 6, 12)
EDITION = edition_on(FIRST_DAY)
DEMAND = Demand(Level.THREE, "01", FIRST_DAY, date(2023, 6, 18), institution=900, province="13")
TEACHER = Candidate(
    person=1, name="李明", categories=frozenset({"01"}), levels=frozenset({Level.THREE}), active=True, province="32",
    employer=17, jobs_this_year=0, satisfaction=None, last_job_on=None, busy=frozenset(),
)  # fmt: skip


def pool(number: int) -> list[Candidate]:
    return [replace(TEACHER, person=n, name=f"教师{n}") for n in range(1, number + 1)]


def test_preferences_go_first_as_instructors_in_their_order() -> None:
    demand = replace(DEMAND, preferred=(8, 7))
    assert [r.candidate.person for r in rank(pool(9), demand, Seat.INSTRUCTOR, EDITION)][:2] == [8, 7]


def test_a_preference_counts_for_nothing_when_examining() -> None:
    demand = replace(DEMAND, preferred=(1,))
    assert (
        rate(TEACHER, demand, Seat.EXAMINER, EDITION).score
        == rate(TEACHER, DEMAND, Seat.EXAMINER, EDITION).score
    )


# what is changed in the teacher, points more or less than the plain one
POINTS = [
    ({"jobs_this_year": 1}, -DUTY_SHORT - LOAD),
    ({"jobs_this_year": 2}, -2 * DUTY_SHORT - 2 * LOAD),
    ({"jobs_this_year": 5}, -2 * DUTY_SHORT - 5 * LOAD),
    ({"examined_this_year": 3}, 0),
    ({"satisfaction": 2.5}, SATISFACTION // 2),
    ({"satisfaction": 1.5}, -SATISFACTION // 2),
    ({"last_job_on": date(2023, 3, 1)}, -IDLE_YEAR),
    ({"last_job_on": date(2022, 6, 1)}, 0),
    ({"last_job_on": date(2019, 6, 1)}, IDLE_YEAR),
    ({"last_job_on": date(2024, 6, 1)}, -IDLE_YEAR),  # later than the class: no idle time, nothing against
    ({"last_institution": 900}, -ROTATION),
    ({"province": "13"}, distance_km("13", "32") // TRAVEL_KM),
]


@pytest.mark.parametrize(("changes", "points"), POINTS)
def test_what_counts(changes: dict[str, Any], points: int) -> None:
    plain = rate(TEACHER, DEMAND, Seat.INSTRUCTOR, EDITION).score
    assert rate(replace(TEACHER, **changes), DEMAND, Seat.INSTRUCTOR, EDITION).score == plain + points


def test_examiners_work_online_and_their_jobs_count_lightly() -> None:
    plain = rate(TEACHER, DEMAND, Seat.EXAMINER, EDITION).score
    for changes in ({"province": "13"}, {"jobs_this_year": 3}):
        assert rate(replace(TEACHER, **changes), DEMAND, Seat.EXAMINER, EDITION).score == plain
    busy = replace(TEACHER, examined_this_year=2)
    assert rate(busy, DEMAND, Seat.EXAMINER, EDITION).score == plain - 2 * EXAMINING_LOAD


def test_even_the_last_preference_counts() -> None:
    demand = replace(DEMAND, preferred=(9, 8, 7, 6, 1))
    assert (
        f"培训机构第 5 选择倾向（{PREFERRED - 200:+d}）"
        in rate(TEACHER, demand, Seat.INSTRUCTOR, EDITION).reasons
    )


def test_the_points_are_the_sum_of_the_reasons() -> None:
    teacher = replace(TEACHER, jobs_this_year=1, satisfaction=2.4, last_institution=900)
    ranked = rate(teacher, DEMAND, Seat.INSTRUCTOR, EDITION)
    words = [text.rpartition("（")[2].rstrip("）") for text in ranked.reasons if text.endswith("）")]
    assert ranked.score == sum(int(points) for points in words)
    assert len(words) == 6


def test_somebody_without_points_is_explained_too() -> None:
    plain = replace(TEACHER, last_job_on=date(2023, 5, 1))
    assert rate(plain, DEMAND, Seat.EXAMINER, EDITION).reasons == ("专业大类与级别相符，时间无冲突",)
    near = replace(plain, province="13", jobs_this_year=2)
    assert rate(near, DEMAND, Seat.INSTRUCTOR, EDITION).reasons == (
        "与培训机构同省，路途近",
        "本年度已承担授课 2 次（-120）",
    )


def test_equal_points_go_by_number() -> None:
    assert [r.candidate.person for r in rank(pool(4)[::-1], DEMAND, Seat.EXAMINER, EDITION, {2})] == [1, 3, 4]
