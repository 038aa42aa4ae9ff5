"""Points, reasons and shortages: words and numbers say the same, and what is promised of a relaxation is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given, settings

from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Demand, Seat
from gongxue.stage2_staffing.optimisation import weights
from gongxue.stage2_staffing.optimisation.candidates import field_of
from gongxue.stage2_staffing.optimisation.explain import proposals, spread
from gongxue.stage2_staffing.optimisation.model import SEATS, OpenClass, Problem, Teacher
from gongxue.stage2_staffing.optimisation.points import pair_points
from gongxue.stage2_staffing.optimisation.relax import shortages
from gongxue.stage2_staffing.optimisation.solve import solve
from gongxue.stage2_staffing.recommendation import SUBSTITUTES
from tests.stage2_staffing.optimisation.instances import problems

FEW = settings(max_examples=40, deadline=None)
DEMAND = Demand(Level.THREE, "01", date(2026, 6, 1), date(2026, 6, 7), 901, "13")
CLASS = OpenClass(1, DEMAND, 2, 3)
TEACHER = Teacher(1, "李明", "32", 17, frozenset({("01", Level.THREE)}))


def pool(number: int) -> tuple[Teacher, ...]:
    return tuple(replace(TEACHER, person=n) for n in range(1, number + 1))


@FEW
@given(problems())
def test_the_arrays_count_what_the_words_say(problem: Problem) -> None:
    field = field_of(problem)
    for c, shown in enumerate(field.classes):
        for s, seat in enumerate(SEATS):
            for t, points in zip(field.eligible[c][s], field.points[c][s], strict=True):
                candidate = field.teachers[t].candidate(shown.demand)
                assert pair_points(candidate, shown.demand, seat, problem.duty_satisfaction) == points


@FEW
@given(problems())
def test_every_choice_has_reasons_that_add_up(problem: Problem) -> None:
    answer = solve(problem)
    found = proposals(problem, answer)
    assert {(p.number, p.seat, p.person) for p in found if p.chosen} == set(answer.jobs)
    for p in found:
        points = [text.rpartition("（")[2].rstrip("）") for text in p.reasons if text.endswith("）")]
        assert p.score == sum(int(n) for n in points if n.lstrip("+-").isdigit())
        assert p.reasons
    for c in problem.classes:
        for seat in SEATS:
            ranks = [p.rank for p in found if (p.number, p.seat) == (c.number, seat)]
            assert ranks == list(range(1, len(ranks) + 1))
            waiting = [p for p in found if (p.number, p.seat) == (c.number, seat) and not p.chosen]
            assert len(waiting) <= SUBSTITUTES
            assert not {p.person for p in waiting} & {j.person for j in answer.jobs if j.number == c.number}


def test_points_fall_from_job_to_job() -> None:
    for seat in SEATS:
        points = [weights.duty_points(seat, n, 2) for n in range(weights.MAX_JOBS)]
        assert all(a > b for a, b in pairwise(points))


def test_an_empty_seat_costs_more_than_any_wish_may_bring() -> None:
    most = (
        weights.PREFERRED
        + weights.duty_points(Seat.INSTRUCTOR, 0, 2)
        + weights.SATISFACTION
        + 2 * weights.IDLE_YEAR
    )
    worst = (
        -weights.duty_points(Seat.INSTRUCTOR, weights.MAX_JOBS, 2)
        + 2 * weights.SATISFACTION
        + weights.ROTATION
        + 3 * weights.PARTNERS  # a class has four instructors at most
    )
    assert most + worst < weights.UNFILLED


def test_the_next_best_is_told() -> None:
    better = replace(TEACHER, satisfaction=3.0)
    two = OpenClass(1, DEMAND, 1, 0)
    problem = Problem((two,), (better, replace(TEACHER, person=2)))
    first = proposals(problem, solve(problem))[0]
    assert (first.person, first.reasons[-1]) == (1, "若改请第一候补，少 80 分")
    alone = Problem((two,), (better,))
    assert proposals(alone, solve(alone))[0].reasons[-1] == "没有其他符合条件且有空的教师"


def test_the_spread_counts_what_is_proposed() -> None:
    problem = Problem((CLASS,), (*pool(6), replace(TEACHER, person=9, jobs=((2026, 3, 0),))))
    assert spread(problem, solve(problem)) == [(0, 4), (1, 2), (3, 1)]
    assert spread(Problem((), pool(1)), solve(Problem((), pool(1)))) == []


def given_by(problem: Problem) -> dict[str, int]:
    found = shortages(problem, solve(problem))
    return {
        words: sum(dict(s.relaxations).get(words, 0) for s in found)
        for s in found
        for words, _ in s.relaxations
    }


def test_the_host_s_own_teachers_would_fill_what_is_empty() -> None:
    own = replace(TEACHER, person=9, employer=901)
    problem = Problem((CLASS,), (*pool(4), own))
    assert given_by(problem)["准予本机构教师承担（须写明理由）"] == 1
    lifted = replace(CLASS, own_allowed=frozenset({9}))
    assert solve(replace(problem, classes=(lifted,))).unfilled == ()


def test_travel_levels_and_who_declined_would_help() -> None:
    eve = replace(TEACHER, person=7, busy=frozenset({date(2026, 5, 31)}))
    other = replace(TEACHER, person=8, skills=frozenset({("01", Level.TWO)}))
    gone = replace(TEACHER, person=9)
    problem = Problem((replace(CLASS, barred=frozenset({9})),), (*pool(2), eve, other, gone))
    gives = given_by(problem)
    assert gives["不留往返路途的前后各一天"] == 1
    assert gives["准予同一专业大类、登记为其他级别的骨干教师承担"] == 1
    assert gives["再次邀请已婉拒或被撤回的教师"] == 1
    (short,) = {s.missing for s in shortages(problem, solve(problem))}
    assert short == 3
    assert "增加 3 名能承担的" in " ".join(gives)


def test_obstacles_are_counted() -> None:
    busy = replace(TEACHER, person=7, busy=frozenset({date(2026, 6, 3)}))
    (short, _) = shortages(Problem((CLASS,), (busy,)), solve(Problem((CLASS,), (busy,))))
    assert dict(short.hindered) == {"在培训期间（含路途）另有任务": 1}
    assert short.as_data()["missing"] == 2


def test_nothing_is_short_nothing_is_said() -> None:
    assert shortages(Problem((CLASS,), pool(5)), solve(Problem((CLASS,), pool(5)))) == []
