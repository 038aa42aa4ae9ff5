"""Whether a pool suffices: never a shortage that is not there, every shortage of a single day, the right names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongxue.regulations.feasibility import (
    Cell,
    Need,
    Shortage,
    Supply,
    fullness,
    monday,
    shortages,
    weeks_between,
    weeks_that_fit,
)
from gongxue.regulations.levels import Level

MONDAY = date(2026, 3, 2)
THREE, ONE = ("01", Level.THREE), ("01", Level.ONE)
LAST = date(2026, 6, 30)


def need(
    key: int, first: int = 0, length: int = 7, *, instructors: int = 2, examiners: int = 3, level: Level = Level.THREE,
    category: str = "01",
) -> Need:  # fmt: skip
    start = MONDAY + timedelta(days=first)
    return Need(key, category, level, start, start + timedelta(days=length - 1), instructors, examiners)


def pool(number: int, *skills: tuple[str, Level], busy: Iterable[date] = ()) -> Supply:
    return Supply(dict.fromkeys(range(number), skills), {key: list(busy) for key in range(number)})


def only(found: list[Shortage]) -> Shortage:
    (one,) = found
    return one


# By hand ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("teachers", "missing"), [(5, 0), (4, 1), (0, 5)])
def test_a_class_needs_five_different_teachers(teachers: int, missing: int) -> None:
    found = shortages([need(7)], pool(teachers, THREE))
    assert sum(s.missing for s in found) == missing
    if missing:
        assert only(found).keys == {7} and only(found).kinds == (THREE,)
        assert (only(found).seats, only(found).free) == (5, teachers)


def test_two_classes_at_the_same_time_share_the_teachers_two_after_another_do_not() -> None:
    nine = pool(9, THREE)
    found = only(shortages([need(1), need(2, 3)], nine))
    assert (found.seats, found.free, found.missing, found.keys) == (10, 9, 1, frozenset({1, 2}))
    assert shortages([need(1), need(2, 14)], nine) == []


def test_the_journey_counts_for_instructors_and_not_for_examiners_who_work_online() -> None:
    """The second class begins the day after: instructors of the first still travel."""
    assert shortages([need(1, examiners=0), need(2, 7, examiners=0)], pool(3, THREE))
    assert shortages([need(1, instructors=0), need(2, 7, instructors=0)], pool(3, THREE)) == []


@pytest.mark.parametrize(("day", "short"), [(-2, False), (-1, True), (6, True), (7, True), (8, False)])
def test_a_teacher_must_be_free_on_every_day_of_the_class_with_the_journey(day: int, short: bool) -> None:
    supply = pool(2, THREE, busy=[MONDAY + timedelta(days=day)])
    assert bool(shortages([need(1, examiners=0)], supply)) == short


def test_a_teacher_for_several_levels_is_one_teacher() -> None:
    """Five for both levels, five for level 3 only: enough for one class of each, not for two of level 1."""
    supply = Supply({i: (ONE, THREE) if i < 5 else (THREE,) for i in range(10)}, {})
    assert shortages([need(1), need(2, level=Level.ONE)], supply) == []
    found = only(shortages([need(1), need(2, level=Level.ONE), need(3, level=Level.ONE)], supply))
    assert found.kinds == (ONE,) and found.keys == {2, 3}, "the class of level 3 is not at fault"


def test_shortages_that_have_nothing_in_common_are_named_apart() -> None:
    supply = Supply({i: [THREE] if i < 4 else [("03", Level.TWO)] for i in range(7)}, {})
    found = shortages([need(1), need(2, category="03", level=Level.TWO)], supply)
    assert [(s.keys, s.missing) for s in found] == [(frozenset({1}), 1), (frozenset({2}), 2)]


def test_the_week_of_the_journey_is_no_second_shortage() -> None:
    """Instructors leave on the Sunday before; the class that lacks them is named once, in its own week."""
    found = only(shortages([need(1)], pool(1, THREE)))
    assert (found.week, found.seats, found.free) == (MONDAY, 5, 1)


def test_weeks_nearby_are_offered_where_nobody_is_lacking() -> None:
    supply = pool(5, THREE)
    rest = [need(1), need(2, 14), need(3, -14)]
    week = timedelta(weeks=1)
    found = weeks_that_fit(need(9), rest, supply, date(2026, 1, 1), LAST)
    assert found == [MONDAY + 4 * week, MONDAY - 4 * week, MONDAY + 5 * week], (
        "the journey takes the weeks between"
    )
    assert weeks_that_fit(need(9), rest, supply, MONDAY - week, MONDAY + 3 * week) == []


def test_a_cell_is_the_fullest_day_of_its_week() -> None:
    weeks = weeks_between(MONDAY, MONDAY + timedelta(days=13))
    cells = fullness([need(1, 2)], pool(4, THREE), [Level.THREE], weeks, ["01", "02"])
    assert cells["01"] == [Cell(MONDAY, 5, 4, True), Cell(weeks[1], 5, 4, True)]
    assert cells["02"] == [Cell(week, 0, 0, False) for week in weeks]
    assert [c.share for c in cells["01"]] == [100, 100] and cells["02"][0].share == 0
    assert fullness([need(1)], pool(4, THREE), [Level.ONE], weeks[:1], ["01"])["01"] == [
        Cell(MONDAY, 0, 0, False)
    ]


def test_weeks_begin_on_mondays() -> None:
    assert weeks_between(date(2026, 3, 4), date(2026, 3, 9)) == [MONDAY, MONDAY + timedelta(weeks=1)]
    assert monday(date(2026, 3, 8)) == MONDAY


# Against an independent calculation -------------------------------------------------------------------------------

SKILLS = [THREE, ONE, ("02", Level.THREE)]
needs = st.lists(
    st.builds(
        lambda key, first, length, skill, a, b: Need(
            key, skill[0], skill[1], MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + length), a, b
        ),
        st.integers(0, 10**6), st.integers(0, 6), st.integers(0, 3), st.sampled_from(SKILLS), st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=4, unique_by=lambda n: n.key,
)  # fmt: skip
teachers = st.lists(
    st.tuples(st.sets(st.sampled_from(SKILLS)), st.sets(st.integers(-1, 10), max_size=3)), max_size=5
)

Place = tuple[Need, frozenset[date]]


def places(rows: list[Need]) -> list[Place]:
    """Every single seat with the days that it takes."""
    found = []
    for row in rows:
        for number, around in ((row.instructors, 1), (row.examiners, 0)):
            first, last = row.first_day - timedelta(days=around), row.last_day + timedelta(days=around)
            days = frozenset(first + timedelta(days=i) for i in range((last - first).days + 1))
            found += [(row, days)] * number
    return found


def could(teacher: tuple[set[tuple[str, Level]], set[int]], place: Place) -> bool:
    skills, busy = teacher
    return (place[0].category, place[0].level) in skills and not any(
        MONDAY + timedelta(days=d) in place[1] for d in busy
    )


def staffable(rows: list[Place], staff: list[tuple[set[tuple[str, Level]], set[int]]]) -> bool:
    """Backtracking over all seats: somebody for each, nobody twice on one day."""

    def seat(i: int, taken: list[frozenset[date]]) -> bool:
        if i == len(rows):
            return True
        return any(
            could(t, rows[i])
            and not (taken[n] & rows[i][1])
            and seat(i + 1, [*taken[:n], taken[n] | rows[i][1], *taken[n + 1 :]])
            for n, t in enumerate(staff)
        )

    return seat(0, [frozenset()] * len(staff))


def supply_of(staff: list[tuple[set[tuple[str, Level]], set[int]]]) -> Supply:
    return Supply(
        {i: list(skills) for i, (skills, _) in enumerate(staff)},
        {i: [MONDAY + timedelta(days=d) for d in busy] for i, (_, busy) in enumerate(staff)},
    )


@settings(max_examples=150, deadline=None)
@given(needs, teachers)
def test_a_shortage_is_never_claimed_that_is_not_there(
    rows: list[Need], staff: list[tuple[set[tuple[str, Level]], set[int]]]
) -> None:
    if len(places(rows)) <= 9 and staffable(places(rows), staff):
        assert shortages(rows, supply_of(staff)) == []


@settings(max_examples=150, deadline=None)
@given(needs, teachers)
def test_the_seats_of_one_day_are_judged_exactly(
    rows: list[Need], staff: list[tuple[set[tuple[str, Level]], set[int]]]
) -> None:
    """A shortage is there if and only if on some day the seats of that day cannot all be filled."""
    seats = places(rows)
    impossible = any(
        not staffable([p for p in seats if day in p[1]], staff)
        for day in (MONDAY + timedelta(days=i) for i in range(-1, 12))
        if len([p for p in seats if day in p[1]]) <= 9
    )
    found = shortages(rows, supply_of(staff))
    if impossible:
        assert found
    if all(len([p for p in seats if MONDAY + timedelta(days=i) in p[1]]) <= 9 for i in range(-1, 12)):
        assert bool(found) == impossible
    for one in found:
        assert one.seats > one.free and one.keys <= {row.key for row in rows}
        assert all(skill in SKILLS for skill in one.kinds)


def test_reading_the_same_twice_gives_the_same() -> None:
    rows = [need(i, i % 5) for i in range(4)]
    assert shortages(rows, pool(9, THREE)) == shortages(list(reversed(rows)), pool(9, THREE))
