from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.attendance import (
    SLOT_SECONDS,
    CheckIn,
    LeaveFacts,
    Presence,
    absent_periods,
    allowance_left,
    arrives,
    barred,
    check_in_breaches,
    gate_breaches,
    is_fresh,
    leave_breaches,
    leave_effect,
    may_still_withdraw,
    needs_second_person,
    places_said,
    seconds_left,
    slot_of,
    window_breaches,
)
from gongxue.regulations.calendar import SHANGHAI
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


# Checking in oneself -------------------------------------------------------------------------------------------------

NINE = datetime(2023, 6, 12, 9, tzinfo=SHANGHAI)
IN_TIME = CheckIn(True, True, False, NINE + timedelta(minutes=15), True, None, None)


@given(st.integers(0, 10**10), st.integers(-200, 200))
def test_a_code_is_taken_in_its_slot_and_the_next(second: int, later: int) -> None:
    shown, read = (datetime.fromtimestamp(second + d, UTC) for d in (0, max(later, -second)))
    slots = slot_of(read) - slot_of(shown)
    assert is_fresh(slot_of(shown), read) is (slots in (0, 1))
    assert 1 <= seconds_left(read) <= SLOT_SECONDS
    assert slot_of(read + timedelta(seconds=seconds_left(read))) == slot_of(read) + 1


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, None),
        ({"running": False, "called": ABSENT}, "check_in_self.not_running"),
        ({"called": ABSENT, "before": NINE}, "check_in_self.called"),
        ({"before": NINE, "closed": True}, "check_in_self.twice"),
        ({"closed": True, "fresh": False}, "check_in_self.closed"),
        ({"closes_at": NINE - timedelta(seconds=1)}, "check_in_self.closed"),
        ({"expected": False, "fresh": False}, "check_in_self.group"),
        ({"fresh": False}, "check_in_self.stale"),
    ],
)
def test_the_reason_that_decides_is_said(change: dict[str, Any], rule: str | None) -> None:
    found = check_in_breaches(replace(IN_TIME, **change), NINE, "08:59", "第2组")
    assert [breach.rule for breach in found] == ([rule] if rule else [])


def test_the_limit_itself_is_in_time() -> None:
    assert arrives(NINE, NINE) == PRESENT
    assert arrives(NINE + timedelta(microseconds=1), NINE) == LATE


@pytest.mark.parametrize(
    ("minutes", "late", "rules"),
    [
        (1, 0, []),
        (120, 120, []),
        (15, 10, []),
        (0, 0, ["window.minutes"]),
        (121, 5, ["window.minutes"]),
        (10, 11, ["window.late"]),
    ],
)
def test_a_window_has_an_end_and_a_limit_inside_it(minutes: int, late: int, rules: list[str]) -> None:
    assert [breach.rule for breach in window_breaches(minutes, late)] == rules


# Leave ---------------------------------------------------------------------------------------------------------------

TODAY = date(2023, 6, 12)
LESSONS = {(TODAY + timedelta(days=d), n) for d in range(7) for n in range(1, 9)}
FACTS = LeaveFacts(LESSONS, marked={(TODAY, 1)}, asked={(TODAY, 2)}, today=TODAY)


@pytest.mark.parametrize(
    ("before", "asked", "bars", "reaches", "says"),
    [
        (0, 1, False, False, "还可缺 3 课时"),
        (1, 3, False, True, "已到上限 4 课时"),
        (1, 4, True, False, "超过 4 课时，将不能参加培训考核"),
        (5, 1, True, False, "合计 6 课时"),
    ],
)
def test_leave_is_reckoned_with_what_counts_already(  # AMB-02
    before: int, asked: int, bars: bool, reaches: bool, says: str
) -> None:
    effect = leave_effect(before, asked, EDITION)
    assert (effect.bars, effect.reaches) == (bars, reaches)
    assert says in effect.says


@pytest.mark.parametrize(
    ("places", "reason", "rules"),
    [
        ([(TODAY, 3)], "就医", []),
        ([], "就医", ["leave.nothing"]),
        ([(TODAY, 3)], " ", ["leave.reason"]),
        ([(TODAY, 9)], "就医", ["leave.lesson"]),
        ([(TODAY - timedelta(days=1), 1)], "就医", ["leave.lesson", "leave.past"]),
        ([(TODAY, 1)], "就医", ["leave.marked"]),
        ([(TODAY, 2)], "就医", ["leave.asked"]),
        ([(TODAY, n) for n in range(3, 8)], "就医", ["leave.beyond"]),
    ],
)
def test_what_leave_can_be_asked_for(places: list[tuple[date, int]], reason: str, rules: list[str]) -> None:
    effect = leave_effect(0, len(places), EDITION)
    assert [b.rule for b in leave_breaches(places, reason, effect, False, FACTS)] == rules
    known = [b.rule for b in leave_breaches(places, reason, effect, True, FACTS)]
    assert known == [rule for rule in rules if rule != "leave.beyond"]


def test_periods_are_said_by_day() -> None:
    said = places_said([(date(2023, 6, 14), 1), (TODAY, 2), (TODAY, 1)])
    assert said == "2023年6月12日第1、2课时，2023年6月14日第1课时"


def test_leave_is_taken_back_before_it_begins() -> None:
    tomorrow = (TODAY + timedelta(days=1), 1)
    assert may_still_withdraw(tomorrow, TODAY, marked=False)
    assert may_still_withdraw((TODAY, 1), TODAY, marked=False)
    assert not may_still_withdraw((TODAY, 1), TODAY, marked=True)
    assert not may_still_withdraw((TODAY - timedelta(days=1), 1), TODAY, marked=False)


def test_two_people_correct_once_it_is_assessed_or_over() -> None:
    assert [needs_second_person(*case) for case in ((False, False), (True, False), (False, True))] == [
        False,
        True,
        True,
    ]
