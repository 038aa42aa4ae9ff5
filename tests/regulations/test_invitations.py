"""How long an invitation waits, why it is declined, when a seat is filled from nearby (TR 8)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.editions import EDITIONS
from gongxue.regulations.invitations import (
    RESCUE_DAYS,
    DeclineReason,
    answer_day_breaches,
    answer_window,
    decline_breaches,
    decline_words,
    is_rescue_time,
)

EDITION = EDITIONS[0]
D = date(2023, 6, 12)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "earliest", "latest", "proposed"),  # days before the class
    [
        (40, 39, 30, 37), (35, 34, 30, 32), (33, 32, 30, 30), (32, 31, 30, 30), (31, 30, 30, 30),
        (30, 29, 27, 27), (20, 19, 17, 17), (11, 10, 8, 8),
        (10, 9, 9, 9), (3, 2, 2, 2), (2, 1, 1, 1), (1, 1, 1, 1), (0, 0, 0, 0), (-3, -3, -3, -3),
    ],
)  # fmt: skip
def test_the_window_of_a_day(before: int, earliest: int, latest: int, proposed: int) -> None:
    window = answer_window(D - before * DAY, D, EDITION)
    assert window.earliest == D - earliest * DAY
    assert window.latest == D - latest * DAY
    assert window.proposed == D - proposed * DAY


@given(before=st.integers(-10, 80), chosen=st.integers(-20, 90))
def test_a_day_is_taken_inside_the_window_and_nowhere_else(before: int, chosen: int) -> None:
    today, day = D - before * DAY, D - chosen * DAY
    window = answer_window(today, D, EDITION)
    assert today <= window.earliest <= window.proposed <= window.latest
    assert window.latest <= max(today, D - DAY)  # never into a class that has not begun
    found = [b.rule for b in answer_day_breaches(day, today, D, EDITION)]
    assert found == ([] if window.earliest <= day <= window.latest else ["invite.answer_by"])


def test_a_declined_invitation_says_why() -> None:
    assert decline_breaches("time", "") == [] and decline_breaches("other", "另有任务") == []
    assert [b.rule for b in decline_breaches("other", "  ")] == ["reason.missing"]
    assert [b.rule for b in decline_breaches("weather", "下雨")] == ["decline.code"]
    assert decline_words("other", "另有任务") == "另有任务"
    assert decline_words("time", " 竞赛 ") == "时间冲突：竞赛" and decline_words("health", "") == "健康原因"
    assert [reason.value for reason in DeclineReason] == ["time", "health", "employer", "journey", "other"]
    assert len({reason.title for reason in DeclineReason}) == 5


def test_rescue_begins_ten_days_before_and_ends_with_the_class() -> None:
    last = D + 6 * DAY
    assert RESCUE_DAYS == 10
    times = [is_rescue_time(D + n * DAY, D, last) for n in (-11, -10, 0, 6, 7)]
    assert times == [False, True, True, True, False]
