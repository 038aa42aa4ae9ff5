from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import ANSWER_DAYS, Candidate, Demand, Seat, filing_breaches, seat_breaches

FIRST_DAY, LAST_DAY = date(2023, 6, 12), date(2023, 6, 18)
EDITION = edition_on(FIRST_DAY)
DEMAND = Demand(Level.THREE, "03", FIRST_DAY, LAST_DAY, institution=9, province="13")
TEACHER = Candidate(
    person=1,
    name="李明",
    categories=frozenset({"03"}),
    levels=frozenset({Level.TWO, Level.THREE}),
    active=True,
    province="32",
    employer=17,
    jobs_this_year=0,
    satisfaction=None,
    last_job_on=None,
    busy=frozenset(),
)


def test_a_class_has_two_instructors_and_three_examiners() -> None:  # C01 C02
    assert [(seat.title, seat.wanted(EDITION)) for seat in Seat] == [("授课骨干教师", 2), ("考核骨干教师", 3)]


# C03, AMB-01: today, exception granted until, refused
FILINGS = [
    (date(2023, 5, 3), None, False),
    (date(2023, 5, 4), None, True),
    (date(2023, 5, 20), date(2023, 5, 20), False),
    (date(2023, 5, 21), date(2023, 5, 20), True),
    (date(2023, 5, 2), date(2023, 4, 1), False),
]


@pytest.mark.parametrize(("today", "exception", "refused"), FILINGS)
def test_the_opening_application_comes_forty_days_before(
    today: date, exception: date | None, refused: bool
) -> None:
    breaches = filing_breaches(FIRST_DAY, today, EDITION, exception)
    assert [breach.rule for breach in breaches] == (["opening.late"] if refused else [])


def test_a_late_application_is_told_how_late_it_is() -> None:
    breach = filing_breaches(FIRST_DAY, date(2023, 5, 6), EDITION, None)[0]
    assert breach.says.startswith("开班申请最迟应于2023年5月3日提出，已逾期 3 天。")
    assert breach.article == "TR 8"


def test_a_teacher_without_faults_may_take_a_seat() -> None:
    assert seat_breaches(TEACHER, DEMAND) == []


SINGLE = [
    (replace(TEACHER, active=False), "seat.standing", "MG 9"),  # O16 O17
    (replace(TEACHER, categories=frozenset({"04"})), "seat.category", "TR 5"),  # A24
    (replace(TEACHER, levels=frozenset({Level.TWO})), "seat.level", "TR 5"),
    (replace(TEACHER, busy=frozenset({date(2023, 6, 15)})), "seat.busy", "TR 8"),
    (replace(TEACHER, employer=9), "seat.own", "TR 8"),  # AMB-11
]


@pytest.mark.parametrize(("teacher", "rule", "article"), SINGLE)
def test_each_fault_of_a_teacher_is_one_breach(teacher: Candidate, rule: str, article: str) -> None:
    assert [(b.rule, b.article) for b in seat_breaches(teacher, DEMAND)] == [(rule, article)]


def test_all_faults_of_a_teacher_are_told_at_once() -> None:
    teacher = replace(
        TEACHER,
        active=False,
        categories=frozenset(),
        levels=frozenset(),
        busy=frozenset({FIRST_DAY}),
        employer=9,
    )
    found = [breach.rule for breach in seat_breaches(teacher, DEMAND)]
    assert found == ["seat.standing", "seat.category", "seat.level", "seat.busy", "seat.own"]


TRAVEL = [(10, False), (11, True), (12, True), (18, True), (19, True), (20, False)]


@pytest.mark.parametrize(("day", "clash"), TRAVEL)
def test_the_journey_before_and_after_a_class_counts(day: int, clash: bool) -> None:
    teacher = replace(TEACHER, busy=frozenset({date(2023, 6, day)}))
    assert bool(seat_breaches(teacher, DEMAND)) is clash


def test_a_busy_teacher_is_told_from_when_and_for_how_many_days() -> None:
    teacher = replace(TEACHER, busy=frozenset({date(2023, 6, 14), date(2023, 6, 13), date(2023, 8, 1)}))
    assert (
        seat_breaches(teacher, DEMAND)[0].says == "李明在2023年6月13日等 2 天另有任务或登记了不便（含路途）。"
    )


def test_an_answer_comes_before_the_programme_is_due() -> None:
    """Five days lie between recommendation and programme; a declined seat must still be filled (AMB-67)."""
    assert ANSWER_DAYS == 3
    assert EDITION.recommendation_days - ANSWER_DAYS > EDITION.programme_days


def test_a_class_of_one_day_takes_three_with_the_journey() -> None:
    assert replace(DEMAND, last_day=FIRST_DAY).days == {
        date(2023, 6, 11),
        date(2023, 6, 12),
        date(2023, 6, 13),
    }
