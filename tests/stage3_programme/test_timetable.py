"""The timetable as a pure function: what it reads like, and a proposal that keeps the standard."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level, modules_of
from gongxue.regulations.programme import Session, SessionKind, timetable_breaches
from gongxue.stage3_programme.timetable import (
    Block,
    SessionRow,
    rows_of,
    standard_timetable,
    title_of,
    tone_of,
    training_days,
)

FIRST = date(2023, 6, 12)  # a Monday
EDITION = edition_on(FIRST)


def days(number: int, first: date = FIRST) -> list[date]:
    return [first + timedelta(days=i) for i in range(number)]


def sessions(rows: list[SessionRow]) -> list[Session]:
    return [Session(r["day"], r["period"], SessionKind(r["kind"]), r["module"], r["teacher"]) for r in rows]


@given(
    st.sampled_from(list(Level)), st.integers(0, 8), st.dates(FIRST, date(2024, 6, 30)),
    st.lists(st.integers(1, 99), unique=True, max_size=2), st.integers(1, 10),
)  # fmt: skip
def test_the_proposal_keeps_the_standard(
    level: Level, rest: int, first: date, team: list[int], g_days: int
) -> None:
    wanted = level.training_days(EDITION) or g_days
    calendar = days(wanted + rest, first)
    rows = standard_timetable(level, calendar, wanted, EDITION, team)
    found = timetable_breaches(sessions(rows), level, wanted, calendar[0], calendar[-1], EDITION)
    assert found == []
    assert len(rows) == wanted * EDITION.periods_a_day
    teachers: set[int | None] = {*team} if team else {None}
    assert {r["teacher"] for r in rows if r["kind"] == "course"} <= teachers


def test_every_module_has_its_turn_in_the_order_of_the_standard() -> None:
    rows = standard_timetable(Level.TWO, days(9), 9, EDITION, [1, 2])
    order = [r["module"] for r in rows if r["module"]]
    assert list(dict.fromkeys(order)) == [m.code for m in modules_of(Level.TWO)]
    counts = Counter(order).values()
    assert max(counts) - min(counts) <= EDITION.periods_a_day // 2


def test_the_last_day_is_final_and_the_half_day_before_is_process() -> None:
    rows = standard_timetable(Level.THREE, days(7), 7, EDITION, [1, 2])
    assert {r["kind"] for r in rows if r["day"] == days(7)[-1]} == {"final"}
    assert [r["period"] for r in rows if r["kind"] == "process"] == [5, 6, 7, 8]
    assert {r["day"] for r in rows if r["kind"] == "process"} == {days(7)[-2]}


def test_the_instructors_take_turns_by_module() -> None:
    rows = standard_timetable(Level.THREE, days(7), 7, EDITION, [11, 22])
    teacher = {r["module"]: r["teacher"] for r in rows if r["module"]}
    assert list(teacher.values()) == [11, 22, 11, 22, 11, 22]


def test_weekends_rest_first_when_there_is_room() -> None:
    fortnight = days(14)
    assert [d.weekday() for d in training_days(fortnight, 10)] == [0, 1, 2, 3, 4] * 2
    assert training_days(fortnight, 12) == [d for d in fortnight if d.weekday() != 6]
    assert training_days(fortnight, 13)[6:] == fortnight[7:], "the first Sunday rests, the second does not"
    assert training_days(fortnight, 3) == fortnight[:3]


CELL = {
    "day": "2023-06-12",
    "period": 1,
    "kind": "course",
    "module": "3-1",
    "topic": "",
    "teacher": "李明",
    "room": "A101",
}


def test_neighbouring_equal_periods_are_one_block() -> None:
    cells = [{**CELL, "period": n} for n in (1, 2, 3)] + [
        {**CELL, "period": 4, "room": "B2"},
        {**CELL, "period": 6, "room": "B2"},
    ]
    (row,) = rows_of(cells, days(1), 8)
    assert [(b.first, b.last, b.room) for b in row.blocks] == [
        (1, 3, "A101"), (4, 4, "B2"), (5, 5, ""), (6, 6, "B2"), (7, 8, ""),
    ]  # fmt: skip
    assert (row.blocks[0].when, row.blocks[1].when) == ("第 1–3 课时", "第 4 课时")
    assert row.blocks[0].where == "李明　A101"
    assert sum(b.span for b in row.blocks) == 8


def test_a_day_without_anything_rests_and_a_day_outside_is_shown() -> None:
    rows = rows_of([{**CELL, "day": "2023-06-20"}], days(2), 8)
    assert [(r.title, r.rests) for r in rows] == [
        ("6月12日 周一", True),
        ("6月13日 周二", True),
        ("6月20日 周二", False),
    ]


def test_the_words_of_a_period() -> None:
    assert title_of("course", "3-1", "") == "课程教学进度计划编制"
    assert title_of("course", "3-1", "数控加工案例") == "数控加工案例"
    assert title_of("final", "", "") == "终结性考核"
    assert (tone_of("course", "3-6"), tone_of("course", ""), tone_of("process", "")) == (
        "m6",
        "course",
        "process",
    )


@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_a_short_class_has_both_assessments_too(wanted: int) -> None:
    kinds = Counter(r["kind"] for r in standard_timetable(Level.BACKBONE, days(wanted), wanted, EDITION, []))
    assert kinds["process"] == 4
    assert kinds["final"] == (8 if wanted == 3 else 4)


def test_a_shorter_day_keeps_its_halves() -> None:
    rows = standard_timetable(Level.THREE, days(7), 7, replace(EDITION, periods_a_day=6), [1])
    assert {r["period"] for r in rows} == {1, 2, 3, 4, 5, 6}


def test_a_block_without_teacher_and_room_says_nothing_of_them() -> None:
    assert Block(1, 1, "final", "终结性考核").where == ""
