from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.attendance import Presence, absent_periods, allowance_left, barred, gate_breaches
from gongxue.regulations.editions import edition_on

EDITION = edition_on(date(2023, 6, 12))
PRESENT, LATE, LEFT_EARLY, LEAVE, ABSENT = Presence

# G02 G03, AMB-02, AMB-03: the roll, periods that count
ROLLS = [
    ([], 0),
    ([PRESENT] * 56, 0),
    ([ABSENT] * 4, 4),
    ([LEAVE] * 5, 5),
    ([ABSENT] * 2 + [LEAVE] * 3, 5),
    ([LATE] * 20 + [LEFT_EARLY] * 20, 0),
    ([LATE, ABSENT, LEFT_EARLY, LEAVE, PRESENT], 2),
]


@pytest.mark.parametrize(("roll", "periods"), ROLLS)
def test_absence_and_leave_are_added(roll: list[Presence], periods: int) -> None:
    assert absent_periods(roll, EDITION) == periods


# periods missed, barred, periods that may still be missed
LIMIT = [(0, False, 4), (3, False, 1), (4, False, 0), (5, True, 0), (40, True, 0)]


@pytest.mark.parametrize(("periods", "out", "left"), LIMIT)
def test_four_periods_are_allowed_and_five_bar_from_assessment(
    periods: int, out: bool, left: int
) -> None:  # G03
    assert barred(periods, EDITION) is out
    assert [b.rule for b in gate_breaches(periods, EDITION)] == (["attendance.barred"] if out else [])
    assert allowance_left(periods, EDITION) == left


def test_the_barred_are_told_the_numbers() -> None:
    breach = gate_breaches(6, EDITION)[0]
    assert breach.says == "旷课和请假合计 6 课时，超过 4 课时，不能参加培训考核。"
    assert breach.article == "TR 12"


@given(st.lists(st.sampled_from(list(Presence))))
def test_the_order_of_the_roll_does_not_matter(roll: list[Presence]) -> None:
    assert absent_periods(roll, EDITION) == absent_periods(reversed(roll), EDITION)


@given(st.lists(st.sampled_from(list(Presence))), st.sampled_from([PRESENT, LATE, LEFT_EARLY]))
def test_coming_late_or_leaving_early_costs_nothing(roll: list[Presence], event: Presence) -> None:  # AMB-03
    assert absent_periods([*roll, event], EDITION) == absent_periods(roll, EDITION)


@given(st.lists(st.sampled_from(list(Presence))), st.sampled_from([LEAVE, ABSENT]))
def test_each_missed_period_counts_one(roll: list[Presence], missed: Presence) -> None:
    assert absent_periods([*roll, missed], EDITION) == absent_periods(roll, EDITION) + 1


def test_a_province_may_make_lateness_cost_periods() -> None:
    stricter = replace(EDITION, late_costs=1)
    assert absent_periods([LATE, LATE, LEFT_EARLY, ABSENT], stricter) == 4


def test_the_words_of_the_roll_are_those_of_the_text() -> None:
    assert [presence.title for presence in Presence] == ["到课", "迟到", "早退", "请假", "旷课"]
