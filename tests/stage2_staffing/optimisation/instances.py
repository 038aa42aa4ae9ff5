"""Small countries for the tests of the optimisation: a few classes and teachers who get in each other's way."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

from hypothesis import strategies as st

from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Demand, Seat
from gongxue.stage2_staffing.optimisation.model import Job, OpenClass, Problem, Teacher

FIRST = date(2026, 12, 14)  # some classes begin in the next year
days = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
levels = st.sampled_from([Level.THREE, Level.TWO])
categories = st.sampled_from(["01", "02"])
hosts = st.sampled_from([901, 902, 17])
places = st.sampled_from(["13", "32", "65"])
some_people = st.sets(st.integers(1, 12), max_size=3).map(frozenset)

teachers = st.builds(
    Teacher,
    person=st.integers(1, 12),
    name=st.just("某教师"),
    province=places,
    employer=hosts,
    skills=st.sets(st.tuples(categories, levels), max_size=4).map(frozenset),
    jobs=st.sampled_from([(), ((2026, 1, 0),), ((2026, 2, 1), (2027, 0, 3)), ((2026, 7, 1),)]),
    satisfaction=st.none() | st.floats(1, 3),
    last_job_on=st.none() | st.dates(date(2023, 1, 1), date(2026, 12, 1)),
    last_institution=st.none() | hosts,
    busy=st.sets(days, max_size=2).map(frozenset),
)
demands = st.builds(
    lambda level, category, first, length, host, place, wish: Demand(
        level, category, first, first + timedelta(days=length), host, place, tuple(wish)
    ),
    levels, categories, days, st.integers(0, 8), hosts, places, st.lists(st.integers(1, 12), unique=True, max_size=3),
)  # fmt: skip
classes = st.builds(
    OpenClass,
    number=st.integers(1, 9),
    demand=demands,
    instructors=st.integers(0, 2),
    examiners=st.integers(0, 3),
    barred=some_people,
    own_allowed=some_people,
    trainee_employers=st.sets(hosts, max_size=1).map(frozenset),
)


@st.composite
def problems(draw: st.DrawFn, most_classes: int = 5, most_teachers: int = 12) -> Problem:
    """A country; sometimes one job of it is fixed, whatever the rules say of it."""
    open_ = draw(st.lists(classes, unique_by=lambda c: c.number, max_size=most_classes))
    pool = draw(st.lists(teachers, unique_by=lambda t: t.person, max_size=most_teachers))
    fixed: frozenset[Job] = frozenset()
    if open_ and pool and draw(st.booleans()):
        shown, teacher = draw(st.sampled_from(open_)), draw(st.sampled_from(pool))
        seat = Seat.INSTRUCTOR if shown.instructors else Seat.EXAMINER
        fixed = frozenset({Job(shown.number, seat, teacher.person)})
    pairs = st.tuples(st.integers(1, 12), st.integers(1, 12)).map(sorted).filter(lambda p: p[0] < p[1])
    met = draw(st.sets(pairs.map(lambda p: (p[0], p[1])), max_size=12))
    return Problem(tuple(open_), tuple(pool), fixed, met=frozenset(met))


def every_choice(problem: Problem) -> list[tuple[Job, ...]]:
    """Every set of jobs of a tiny problem, allowed or not: each person has no or one kind of seat in each class."""
    keys = [(c.number, t.person) for c in problem.classes for t in problem.teachers]
    options = (None, Seat.INSTRUCTOR, Seat.EXAMINER)
    return [
        tuple(Job(number, seat, person) for (number, person), seat in zip(keys, pick, strict=True) if seat)
        for pick in product(options, repeat=len(keys))
    ]
