"""The relaxation and its bound: true for any prices, sharp for its own, and true when time runs out."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.staffing_country import country
from gongxue.stage2_staffing.optimisation import weights, years
from gongxue.stage2_staffing.optimisation.candidates import field_of
from gongxue.stage2_staffing.optimisation.check import faults, worth
from gongxue.stage2_staffing.optimisation.market import asking
from gongxue.stage2_staffing.optimisation.model import Problem
from gongxue.stage2_staffing.optimisation.pairs import all_pairs, best_of_seats
from gongxue.stage2_staffing.optimisation.prices import priced
from gongxue.stage2_staffing.optimisation.roster import greedy, value
from gongxue.stage2_staffing.optimisation.solve import solve
from gongxue.stage2_staffing.optimisation.windows import Effort
from tests.stage2_staffing.optimisation.instances import every_choice, problems

FEW = settings(max_examples=40, deadline=None)


@settings(max_examples=25, deadline=None)
@given(problems(most_classes=2, most_teachers=4), st.data())
def test_no_staffing_is_worth_more_than_the_bound_whatever_the_prices(
    problem: Problem, data: st.DataObject
) -> None:
    field = field_of(problem)
    prices = st.floats(-weights.UNFILLED, 600)
    price = np.array([data.draw(prices) for _ in range(2 * len(field.classes))])
    best = max(worth(problem, jobs) for jobs in every_choice(problem) if not faults(problem, jobs))
    assert best <= years.bound(field, all_pairs(field), price)


@FEW
@given(problems())
def test_the_bound_is_not_below_the_answer_when_time_runs_out_or_rounds_are_few(problem: Problem) -> None:
    field = field_of(problem)
    known = greedy(field).places()
    answer = solve(problem)
    for rounds, seconds in ((1, 60), (3, 60), (1, 0)):
        found = priced(field, known, rounds, seconds)
        assert found.bound >= answer.objective
        assert all(np.isfinite(g).all() for pair in found.gain for g in pair)


@FEW
@given(problems())
def test_pairs_stand_seat_by_seat_as_the_field_has_them(problem: Problem) -> None:
    field = field_of(problem)
    pairs = all_pairs(field)
    for c in range(len(field.classes)):
        for s in (0, 1):
            at = pairs.of_seat(c, s)
            expected = field.eligible[c][s].tolist() if field.need[c, s] else []
            assert pairs.t[at].tolist() == expected
            assert np.isfinite(asking(pairs, field.need.ravel())).all()


def test_the_best_pairs_of_every_seat_are_chosen_equal_ones_by_number() -> None:
    field = field_of(country(3, 40))
    pairs = all_pairs(field)
    rank = (np.arange(len(pairs)) % 7).astype(np.float64)
    chosen = best_of_seats(rank, pairs, np.full(6, 2), least=1)
    for seat in range(6):
        mine = [i for i in range(len(pairs)) if pairs.seat[i] == seat and rank[i] > 1]
        expected = sorted(sorted(mine, key=lambda i: (-rank[i], i))[:2])
        assert [i for i in chosen.tolist() if pairs.seat[i] == seat] == expected


def test_a_country_is_proven_to_be_solved_nearly_to_the_point() -> None:
    problem = country(60, 200)
    answer = solve(problem)
    assert 0 <= answer.gap_percent < 0.02
    assert answer.greedy < answer.objective


def test_windows_come_close_to_the_bound() -> None:
    """Far more classes than one programme may have; the proven gap stays below half a percent."""
    problem = country(320, 1000)
    answer = solve(problem, Effort(rounds_of_many=4, passes=0))
    assert answer.method == "windows"
    assert 0 <= answer.gap_percent < 0.5
    field = field_of(problem)
    assert answer.greedy == value(field, greedy(field).places()) < answer.objective
