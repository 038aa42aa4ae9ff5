"""The optimisation: never infeasible, never worse than greedy, optimal where that can be counted, the same answer again."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Demand, Seat
from gongxue.stage2_staffing.optimisation import solve as solving
from gongxue.stage2_staffing.optimisation.check import faults, worth
from gongxue.stage2_staffing.optimisation.model import (
    Answer,
    Job,
    OpenClass,
    Problem,
    Teacher,
    digest,
    problem_of,
)
from gongxue.stage2_staffing.optimisation.solve import Unsound, prove, solve
from gongxue.stage2_staffing.optimisation.windows import Effort
from tests.stage2_staffing.optimisation.instances import every_choice, problems

FEW = settings(max_examples=40, deadline=None)


def judged(problem: Problem, jobs: tuple[Job, ...]) -> list[str]:
    """The hard rules once more, independent of the product's check: day by day and seat by seat."""
    classes = {c.number: c for c in problem.classes}
    people = {t.person: t for t in problem.teachers}
    wrong = []
    taken: dict[int, set[date]] = {t.person: set(t.busy) for t in problem.teachers}
    for number, _, person in sorted(problem.fixed):
        taken[person] |= classes[number].demand.days
    for job in jobs:
        shown, teacher = classes[job.number], people[job.person]
        wrong += misfits(job, shown, teacher)
        if taken[job.person] & shown.demand.days:
            wrong.append("days")
        taken[job.person] |= shown.demand.days
    for c in problem.classes:
        for seat in Seat:
            fixed = sum((j.number, j.seat) == (c.number, seat) for j in problem.fixed)
            if sum((j.number, j.seat) == (c.number, seat) for j in jobs) > max(0, c.wanted(seat) - fixed):
                wrong.append("too many")
    return wrong


def misfits(job: Job, shown: OpenClass, teacher: Teacher) -> list[str]:
    d = shown.demand
    rules = {
        "skill": (d.category, d.level) not in teacher.skills,
        "own": teacher.employer == d.institution and job.person not in shown.own_allowed,
        "barred": job.person in shown.barred,
        "own trainees": job.seat == Seat.EXAMINER and teacher.employer in shown.trainee_employers,
    }
    return [rule for rule, broken in rules.items() if broken]


@FEW
@given(problems())
def test_an_answer_breaks_no_rule_and_is_worth_at_least_the_greedy_choice(problem: Problem) -> None:
    answer = solve(problem)
    assert judged(problem, answer.jobs) == []
    assert not set(answer.jobs) & problem.fixed
    assert answer.greedy <= answer.objective <= answer.bound
    assert not answer.cut


@FEW
@given(problems(), st.randoms(use_true_random=False))
def test_the_same_problem_in_any_order_has_the_same_answer(problem: Problem, dice: random.Random) -> None:
    classes, teachers = list(problem.classes), list(problem.teachers)
    dice.shuffle(classes)
    dice.shuffle(teachers)
    mixed = replace(problem, classes=tuple(classes), teachers=tuple(teachers))
    assert digest(mixed.as_data()) == digest(problem.as_data())
    assert solve(mixed) == solve(problem)


@FEW
@given(problems())
def test_what_is_stored_can_be_solved_again(problem: Problem) -> None:
    again = problem_of(problem.as_data())
    assert again.as_data() == problem.as_data()
    assert digest(solve(again).as_data()) == digest(solve(problem).as_data())


@settings(max_examples=25, deadline=None)
@given(problems(most_classes=2, most_teachers=4))
def test_tiny_problems_are_solved_to_the_optimum(problem: Problem) -> None:
    allowed = [
        jobs for jobs in every_choice(problem) if not judged(problem, jobs) and not faults(problem, jobs)
    ]
    assert solve(problem).objective == max(worth(problem, jobs) for jobs in allowed)


@settings(max_examples=25, deadline=None)
@given(problems(most_classes=2, most_teachers=4))
def test_the_check_of_the_product_finds_what_the_rules_forbid(problem: Problem) -> None:
    for jobs in every_choice(problem)[:400]:
        if judged(problem, jobs):
            assert faults(problem, jobs)


@FEW
@given(problems())
def test_windows_are_as_sound_as_the_whole(problem: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solving, "WHOLE", 0)
        patch.setattr("gongxue.stage2_staffing.optimisation.windows.WINDOW", 2)
        answer = solve(problem, Effort(passes=1))
    assert judged(problem, answer.jobs) == []
    assert answer.greedy <= answer.objective <= answer.bound
    assert answer.method == ("windows" if problem.classes else "whole")


DEMAND = Demand(Level.THREE, "01", date(2026, 6, 1), date(2026, 6, 7), 901, "13")
CLASS = OpenClass(1, DEMAND, 2, 3)


def pool(number: int) -> tuple[Teacher, ...]:
    return tuple(
        Teacher(n, f"教师{n}", "32", 17, frozenset({("01", Level.THREE)})) for n in range(1, number + 1)
    )


def test_one_teacher_is_never_offered_to_overlapping_classes() -> None:
    later = replace(DEMAND, first_day=date(2026, 6, 9), last_day=date(2026, 6, 12))  # the journeys overlap
    answer = solve(Problem((CLASS, OpenClass(2, later, 2, 3)), pool(5)))
    assert len(answer.jobs) == len({j.person for j in answer.jobs}) == 5
    assert sum(missing for _, _, missing in answer.unfilled) == 5
    day_after = replace(DEMAND, first_day=date(2026, 6, 10), last_day=date(2026, 6, 12))
    assert solve(Problem((CLASS, OpenClass(2, day_after, 2, 3)), pool(5))).unfilled == ()


def test_two_teachers_share_two_classes_rather_than_one_taking_both() -> None:
    classes = tuple(
        OpenClass(
            n,
            replace(
                DEMAND,
                first_day=DEMAND.first_day + timedelta(30 * n),
                last_day=DEMAND.last_day + timedelta(30 * n),
            ),
            1,
            0,
        )
        for n in (1, 2)
    )
    answer = solve(Problem(classes, pool(2)))
    assert {j.person for j in answer.jobs} == {1, 2}


def test_greedy_takes_the_only_teacher_of_another_class_the_optimum_does_not() -> None:
    """Both are free for class 1, only one for class 2; class 1 is asked for in vain to prefer them."""
    one, two = pool(2)
    two = replace(two, busy=frozenset({date(2026, 6, 20)}))
    first = OpenClass(1, replace(DEMAND, preferred=(1,)), 1, 0)
    other = replace(DEMAND, last_day=date(2026, 6, 20))
    answer = solve(Problem((first, OpenClass(2, other, 1, 0)), (one, two)))
    assert answer.unfilled == ()
    assert set(answer.jobs) == {Job(1, Seat.INSTRUCTOR, 2), Job(2, Seat.INSTRUCTOR, 1)}


def test_what_is_fixed_stays_and_counts() -> None:
    fixed = frozenset({Job(1, Seat.INSTRUCTOR, 3), Job(1, Seat.EXAMINER, 4)})
    answer = solve(Problem((CLASS,), pool(9), fixed))
    assert len(answer.jobs) == 3
    assert not {j.person for j in answer.jobs} & {3, 4}


def test_a_fixed_job_of_somebody_unknown_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown"):
        solve(Problem((CLASS,), pool(1), frozenset({Job(1, Seat.EXAMINER, 99)})))


def test_nobody_has_more_jobs_than_the_cap() -> None:
    tired = replace(pool(1)[0], jobs=((2026, 6, 2),))
    assert solve(Problem((CLASS,), (tired,))).jobs == ()
    assert len(solve(Problem((CLASS,), (replace(tired, jobs=((2026, 6, 1), (2027, 8, 0))),))).jobs) == 1


def test_an_unsound_answer_is_never_handed_out() -> None:
    problem = Problem((CLASS,), pool(5))
    answer = solve(problem)
    twice = (*answer.jobs[:4], answer.jobs[0]._replace(seat=Seat.EXAMINER))
    for wrong in (replace(answer, jobs=twice), replace(answer, objective=answer.objective + 1)):
        with pytest.raises(Unsound):
            prove(problem, wrong)
    with pytest.raises(Unsound):
        prove(problem, replace(answer, greedy=answer.objective + 1))


def test_no_class_or_no_teacher_is_an_answer_too() -> None:
    assert solve(Problem((), pool(3))) == Answer((), 0, 0, 0, (), "whole")
    assert [missing for _, _, missing in solve(Problem((CLASS,), ())).unfilled] == [2, 3]


def test_steps_are_told() -> None:
    told: list[tuple[int, int]] = []
    solve(Problem((CLASS,), pool(9)), progress=lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1]
