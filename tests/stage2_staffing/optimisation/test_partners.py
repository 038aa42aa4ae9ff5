"""Partners change: two instructors who have taught together meet again only where it costs more to part them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings

from bench.staffing_country import country
from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Demand, Seat
from gongxue.stage2_staffing.optimisation.candidates import field_of
from gongxue.stage2_staffing.optimisation.check import worth
from gongxue.stage2_staffing.optimisation.explain import proposals
from gongxue.stage2_staffing.optimisation.model import Answer, Job, OpenClass, Problem, Teacher
from gongxue.stage2_staffing.optimisation.roster import Roster, value
from gongxue.stage2_staffing.optimisation.solve import solve
from gongxue.stage2_staffing.optimisation.weights import PARTNERS
from tests.stage2_staffing.optimisation.instances import problems

DEMAND = Demand(Level.THREE, "01", date(2026, 6, 1), date(2026, 6, 7), 901, "13")
LATER = replace(DEMAND, first_day=date(2026, 9, 1), last_day=date(2026, 9, 7))
CLASS = OpenClass(1, DEMAND, 2, 0)
TEACHER = Teacher(1, "李明", "32", 17, frozenset({("01", Level.THREE)}))
MET = "近两年曾与本班另一位授课教师搭档，宜轮换（-30）"


def pool(number: int) -> tuple[Teacher, ...]:
    return tuple(replace(TEACHER, person=n) for n in range(1, number + 1))


def taught(answer: Answer, number: int) -> set[int]:
    return {j.person for j in answer.jobs if j.number == number and j.seat == Seat.INSTRUCTOR}


def _places(answer: Answer) -> list[tuple[int, int, int]]:
    """The jobs of classes and people that are numbered from one."""
    return [(j.number - 1, list(Seat).index(j.seat), j.person - 1) for j in answer.jobs]


def test_two_who_have_met_are_parted_where_others_are_as_good() -> None:
    problem = Problem((CLASS,), pool(3), met=frozenset({(1, 2), (1, 3)}))
    assert taught(solve(problem), 1) == {2, 3}


def test_nobody_is_parted_at_a_higher_price() -> None:
    dear = (*pool(2), replace(TEACHER, person=3, satisfaction=1.5))  # forty points against
    problem = Problem((CLASS,), dear, met=frozenset({(1, 2)}))
    answer = solve(problem)
    assert taught(answer, 1) == {1, 2}
    assert answer.objective == answer.bound == solve(replace(problem, met=frozenset())).objective - PARTNERS


def test_who_is_fixed_already_gets_a_new_partner() -> None:
    problem = Problem((CLASS,), pool(3), frozenset({Job(1, Seat.INSTRUCTOR, 3)}), met=frozenset({(1, 3)}))
    assert taught(solve(problem), 1) == {2}


def test_two_are_not_put_together_twice_in_one_answer() -> None:
    # six seats for four teachers: three pairs, of which two could be the same
    days = [(date(2026, month, 1), date(2026, month, 7)) for month in (6, 8, 10)]
    classes = tuple(
        OpenClass(n, replace(DEMAND, first_day=first, last_day=last), 2, 0)
        for n, (first, last) in enumerate(days, 1)
    )
    for teachers in (4, 5, 6):
        problem = Problem(classes, pool(teachers))
        answer = solve(problem)
        assert len({frozenset(taught(answer, n)) for n in (1, 2, 3)}) == 3
        assert answer.objective == answer.bound == worth(problem, answer.jobs)
    nobody_else = Problem(classes[:2], pool(2))
    answer = solve(nobody_else)
    assert taught(answer, 1) == taught(answer, 2) == {1, 2}
    assert answer.objective == answer.bound == value(field_of(nobody_else), _places(answer))


def test_examiners_judge_alone_and_meet_nobody() -> None:
    three = OpenClass(1, DEMAND, 0, 3)
    met = frozenset({(1, 2), (1, 3), (2, 3)})
    assert solve(Problem((three,), pool(3), met=met)).objective == solve(Problem((three,), pool(3))).objective


def test_whoever_left_the_pool_has_met_nobody() -> None:
    problem = Problem((CLASS,), pool(2), met=frozenset({(1, 99)}))
    assert solve(problem).objective == solve(replace(problem, met=frozenset())).objective


def test_the_words_name_a_partner_met_before() -> None:
    problem = Problem((CLASS,), pool(2), met=frozenset({(1, 2)}))
    assert [p.reasons.count(MET) for p in proposals(problem, solve(problem))] == [1, 1]
    spare = Problem((CLASS,), pool(4), frozenset({Job(1, Seat.INSTRUCTOR, 1)}), met=frozenset({(1, 3)}))
    found = {p.person: p for p in proposals(spare, solve(spare))}
    assert (found[2].chosen, found[3].chosen, found[4].chosen) == (True, False, False)
    assert MET in found[3].reasons
    assert found[4].score - found[3].score == PARTNERS


def test_a_substitute_comes_for_the_one_they_have_met() -> None:
    problem = Problem((CLASS,), pool(3), met=frozenset({(2, 3)}))
    found = {p.person: p for p in proposals(problem, solve(problem))}
    (waiting,) = (p for p in found.values() if not p.chosen)
    assert MET not in waiting.reasons  # whoever of the two is replaced was the acquaintance


@settings(max_examples=60, deadline=None)
@given(problems())
def test_meetings_are_counted_alike_in_the_roster_and_by_hand(problem: Problem) -> None:
    answer, field = solve(problem), field_of(problem)
    roster = Roster(field)
    classes = {c.number: n for n, c in enumerate(field.classes)}
    people = {t.person: n for n, t in enumerate(field.teachers)}
    places = [(classes[j.number], list(Seat).index(j.seat), people[j.person]) for j in answer.jobs]
    assert value(field, places) == worth(problem, answer.jobs)
    before = value(field, [], roster)
    roster.fill(places)
    for place in reversed(places):
        roster.remove(*place)
    assert value(field, [], roster) == before
    assert value(field, places, roster) == answer.objective


def test_a_country_with_old_partners_is_solved_to_the_point() -> None:
    problem = country(60, 200)
    assert problem.met
    answer = solve(problem)
    assert answer.objective == answer.bound
    careless = solve(replace(problem, met=frozenset()))
    assert worth(problem, careless.jobs) < answer.objective
