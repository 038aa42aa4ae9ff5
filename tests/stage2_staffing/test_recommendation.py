"""The recommendation as a pure function: never an infeasible seat, five people, the same answer again."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Candidate, Demand, Seat, seat_breaches
from gongxue.stage2_staffing.recommendation import (
    DUTY_SHORT,
    IDLE_YEAR,
    LOAD,
    PREFERRED,
    SAME_PROVINCE,
    SATISFACTION,
    SUBSTITUTES,
    Proposal,
    rank,
    rate,
    recommend,
)

FIRST_DAY = date(2023, 6, 12)
EDITION = edition_on(FIRST_DAY)
DEMAND = Demand(Level.THREE, "01", FIRST_DAY, date(2023, 6, 18), institution=900, province="13")
TEACHER = Candidate(
    person=1, name="李明", categories=frozenset({"01"}), levels=frozenset({Level.THREE}), active=True, province="32",
    employer=17, jobs_this_year=0, satisfaction=None, last_job_on=None, busy=frozenset(),
)  # fmt: skip


def pool(number: int) -> list[Candidate]:
    return [replace(TEACHER, person=n, name=f"教师{n}") for n in range(1, number + 1)]


def chosen(proposal: Proposal) -> list[int]:
    return [r.candidate.person for seat in Seat for r in proposal.chosen[seat]]


days_around = st.integers(-30, 30).map(lambda n: FIRST_DAY + timedelta(days=n))
candidates_ = st.lists(
    st.builds(
        Candidate,
        person=st.integers(1, 40),
        name=st.just("某教师"),
        categories=st.sets(st.sampled_from(["01", "02"]), min_size=1).map(frozenset),
        levels=st.sets(st.sampled_from([Level.ONE, Level.TWO, Level.THREE]), min_size=1).map(frozenset),
        active=st.booleans(),
        province=st.sampled_from(["13", "32"]),
        employer=st.sampled_from([900, 17]),
        jobs_this_year=st.integers(0, 4),
        satisfaction=st.none() | st.floats(1, 3),
        last_job_on=st.none() | st.dates(date(2019, 1, 1), date(2023, 6, 1)),
        busy=st.sets(days_around, max_size=2).map(frozenset),
    ),
    unique_by=lambda c: c.person,
    max_size=30,
)
people = st.sets(st.integers(1, 40), max_size=10).map(frozenset)


@given(candidates_, people, st.lists(st.integers(1, 40), unique=True, max_size=5))
def test_nobody_gets_a_seat_that_they_may_not_take(
    candidates: list[Candidate], fixed: frozenset[int], preferred: list[int]
) -> None:
    demand = replace(DEMAND, preferred=tuple(preferred))
    proposal = recommend(demand, candidates, EDITION, fixed)
    named = [r for seat in Seat for r in (*proposal.chosen[seat], *proposal.substitutes[seat])]
    assert all(seat_breaches(r.candidate, demand) == [] for r in named)
    assert not {r.candidate.person for r in named} & fixed


@given(candidates_, people)
def test_the_chosen_are_different_people_and_no_substitutes(
    candidates: list[Candidate], fixed: frozenset[int]
) -> None:
    proposal = recommend(DEMAND, candidates, EDITION, fixed)
    found = chosen(proposal)
    waiting = {r.candidate.person for seat in Seat for r in proposal.substitutes[seat]}
    assert len(found) == len(set(found)) <= 5
    assert not waiting & set(found)
    assert all(len(proposal.substitutes[seat]) <= SUBSTITUTES for seat in Seat)


@given(candidates_, people, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(
    candidates: list[Candidate], fixed: frozenset[int], dice: random.Random
) -> None:
    mixed = list(candidates)
    dice.shuffle(mixed)
    one, other = recommend(DEMAND, candidates, EDITION, fixed), recommend(DEMAND, mixed, EDITION, fixed)
    assert (one.chosen, one.substitutes, one.left_out) == (other.chosen, other.substitutes, other.left_out)


@given(candidates_)
def test_whoever_is_left_out_for_a_reason_is_told_every_one(candidates: list[Candidate]) -> None:
    proposal = recommend(DEMAND, candidates, EDITION)
    assert proposal.left_out == {
        c.person: tuple(seat_breaches(c, DEMAND)) for c in candidates if seat_breaches(c, DEMAND)
    }


@given(candidates_)
def test_no_seat_stays_empty_while_somebody_could_take_it(candidates: list[Candidate]) -> None:
    free = [c for c in candidates if not seat_breaches(c, DEMAND)]
    assert len(chosen(recommend(DEMAND, candidates, EDITION))) == min(5, len(free))


@given(candidates_, people)
def test_the_points_are_the_sum_of_the_reasons(candidates: list[Candidate], fixed: frozenset[int]) -> None:
    proposal = recommend(DEMAND, candidates, EDITION, fixed)
    for seat in Seat:
        for ranked in proposal.chosen[seat]:
            words = [text.rpartition("（")[2].rstrip("）") for text in ranked.reasons if text.endswith("）")]
            assert ranked.score == sum(int(points) for points in words)


def test_two_instructors_and_three_examiners_with_six_substitutes_each() -> None:
    proposal = recommend(DEMAND, pool(20), EDITION)
    assert [r.candidate.person for r in proposal.chosen[Seat.INSTRUCTOR]] == [1, 2]
    assert [r.candidate.person for r in proposal.chosen[Seat.EXAMINER]] == [3, 4, 5]
    assert [r.candidate.person for r in proposal.substitutes[Seat.INSTRUCTOR]] == [6, 7, 8, 9, 10, 11]


def test_only_free_seats_are_filled() -> None:
    proposal = recommend(
        DEMAND, pool(20), EDITION, frozenset({1, 2, 3}), {Seat.INSTRUCTOR: 1, Seat.EXAMINER: 2}
    )
    assert [len(proposal.chosen[seat]) for seat in Seat] == [1, 1]
    assert not {1, 2, 3} & set(chosen(proposal))


def test_more_held_than_wanted_asks_for_nobody() -> None:
    assert recommend(DEMAND, pool(9), EDITION, held={Seat.INSTRUCTOR: 3}).chosen[Seat.INSTRUCTOR] == ()


def test_preferences_go_first_as_instructors_in_their_order() -> None:
    demand = replace(DEMAND, preferred=(8, 7))
    assert [r.candidate.person for r in recommend(demand, pool(9), EDITION).chosen[Seat.INSTRUCTOR]] == [8, 7]


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
    ({"satisfaction": 2.5}, SATISFACTION // 2),
    ({"satisfaction": 1.5}, -SATISFACTION // 2),
    ({"last_job_on": date(2023, 3, 1)}, -IDLE_YEAR),
    ({"last_job_on": date(2022, 6, 1)}, 0),
    ({"last_job_on": date(2019, 6, 1)}, IDLE_YEAR),
    ({"province": "13"}, SAME_PROVINCE),
]


@pytest.mark.parametrize(("changes", "points"), POINTS)
def test_what_counts(changes: dict[str, Any], points: int) -> None:
    plain = rate(TEACHER, DEMAND, Seat.INSTRUCTOR, EDITION).score
    assert rate(replace(TEACHER, **changes), DEMAND, Seat.INSTRUCTOR, EDITION).score == plain + points


def test_the_way_counts_for_instructors_only() -> None:
    near = replace(TEACHER, province="13")
    assert (
        rate(near, DEMAND, Seat.EXAMINER, EDITION).score
        == rate(TEACHER, DEMAND, Seat.EXAMINER, EDITION).score
    )


def test_even_the_last_preference_counts() -> None:
    demand = replace(DEMAND, preferred=(9, 8, 7, 6, 1))
    assert (
        f"培训机构第 5 选择倾向（{PREFERRED - 200:+d}）"
        in rate(TEACHER, demand, Seat.INSTRUCTOR, EDITION).reasons
    )


def test_somebody_without_points_is_explained_too() -> None:
    busy = replace(TEACHER, jobs_this_year=2, last_job_on=date(2023, 5, 1), satisfaction=None)
    ranked = rate(busy, DEMAND, Seat.EXAMINER, EDITION)
    assert ranked.reasons == ("本年度已承担 2 次任务（-120）",)
    idle = replace(busy, jobs_this_year=0)
    assert rate(idle, DEMAND, Seat.EXAMINER, EDITION).reasons == (
        "本年度已承担 0 次，距 2 次还差 2 次（+240）",
    )


def test_equal_points_go_by_number() -> None:
    assert [r.candidate.person for r in rank(pool(4)[::-1], DEMAND, Seat.EXAMINER, EDITION, {2})] == [1, 3, 4]
