from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gongxue.regulations.calendar import HalfYear
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.planning import PlannedClass, duration_breaches, plan_breaches, size_breaches

FIRST_DAY = date(2023, 6, 12)
EDITION = edition_on(FIRST_DAY)
PERIOD = HalfYear(2023, 1)
TODAY = date(2023, 1, 10)
LINE = PlannedClass(
    Level.THREE, "03", FIRST_DAY, date(2023, 6, 18), days=7, headcount=30, scope="全国技工院校"
)


def rules(line: PlannedClass, today: date = TODAY) -> list[str]:
    return [breach.rule for breach in plan_breaches(line, PERIOD, today, EDITION)]


@pytest.mark.parametrize(
    ("headcount", "allowed"), [(-1, False), (0, False), (1, True), (30, True), (31, False)]
)
def test_a_class_has_one_to_thirty_people(headcount: int, allowed: bool) -> None:  # F06
    assert [b.rule for b in size_breaches(headcount, EDITION)] == ([] if allowed else ["class.size"])


def test_the_size_of_a_class_follows_the_edition() -> None:
    small = replace(EDITION, class_size=25)
    assert size_breaches(25, small) == []
    assert size_breaches(26, small)[0].way_out == "请改为每班不超过 25 人，超出的可另报一期。"


# F04 F05: level, days of training, length from first to last day, rules broken
DURATIONS = [
    (Level.THREE, 7, 7, []),
    (Level.THREE, 7, 9, []),  # AMB-05: rest days between
    (Level.THREE, 6, 7, ["class.days"]),
    (Level.THREE, 8, 8, ["class.days"]),
    (Level.THREE, 7, 6, ["class.days_inside"]),
    (Level.TWO, 9, 9, []),
    (Level.TWO, 8, 9, ["class.days"]),
    (Level.ONE, 8, 8, []),
    (Level.ONE, 9, 9, ["class.days"]),
    (Level.BACKBONE, 12, 12, []),  # AMB-06: what the institution enters
    (Level.BACKBONE, 1, 1, []),
    (Level.BACKBONE, 0, 5, ["class.days_inside"]),
    (Level.BACKBONE, 6, 5, ["class.days_inside"]),
    (Level.THREE, 7, 0, ["class.dates"]),
    (Level.THREE, 7, -3, ["class.dates"]),
]


@pytest.mark.parametrize(("level", "days", "length", "broken"), DURATIONS)
def test_a_class_lasts_the_days_of_its_level(level: Level, days: int, length: int, broken: list[str]) -> None:
    line = replace(LINE, level=level, days=days, last_day=FIRST_DAY + timedelta(days=length - 1))
    assert [breach.rule for breach in duration_breaches(line, EDITION)] == broken


def test_a_wrong_duration_names_the_right_one() -> None:
    breach = duration_breaches(replace(LINE, days=6), EDITION)[0]
    assert breach.says == "三级培训时间为 7 天，填报为 6 天。"
    assert breach.article == "TR 11.2"


def test_a_complete_line_stands() -> None:  # B04
    assert rules(LINE) == []


SINGLE = [
    (replace(LINE, headcount=31), "class.size"),
    (replace(LINE, days=8), "class.days"),
    (replace(LINE, category="09"), "class.category"),
    (replace(LINE, category=""), "class.category"),
    (replace(LINE, first_day=date(2023, 7, 1), last_day=date(2023, 7, 7)), "class.period"),
    (replace(LINE, scope=" \n"), "class.scope"),
    (replace(LINE, scope="院" * 201), "class.scope_long"),
]


@pytest.mark.parametrize(("line", "broken"), SINGLE)
def test_each_fault_of_a_line_is_one_breach(line: PlannedClass, broken: str) -> None:
    assert rules(line) == [broken]


def test_all_faults_are_told_at_once() -> None:
    line = PlannedClass(Level.THREE, "x", date(2023, 7, 1), date(2023, 7, 6), days=6, headcount=0, scope="")
    found = rules(line, today=date(2023, 7, 1))
    assert found == [
        "class.size",
        "class.days",
        "class.category",
        "class.period",
        "class.past",
        "class.scope",
    ]


def test_a_scope_of_two_hundred_characters_is_still_short_enough() -> None:
    assert rules(replace(LINE, scope="院" * 200)) == []


@pytest.mark.parametrize(("today", "broken"), [(11, []), (12, ["class.past"]), (13, ["class.past"])])
def test_a_class_begins_after_today(today: int, broken: list[str]) -> None:
    assert rules(LINE, date(2023, 6, today)) == broken


@pytest.mark.parametrize(("first_day", "inside"), [(date(2023, 6, 30), True), (date(2023, 7, 1), False)])
def test_a_class_belongs_to_the_half_year_of_its_first_day(first_day: date, inside: bool) -> None:  # B02
    line = replace(LINE, first_day=first_day, last_day=first_day + timedelta(days=6))
    assert rules(line) == ([] if inside else ["class.period"])
