"""How long a seat is kept for the next of the waiting list (TR 11.3, AMB-63)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.waiting_list import (
    OFFER_LEAST,
    accepting_breaches,
    busy_breach,
    lapsed_breach,
    lapsing_breaches,
    moving_ends,
    offer_ends,
    offer_words,
)

FIRST_DAY = date(2024, 6, 17)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# now, the end of the offer
ENDS = [
    ("2024-05-20 09:30", "2024-05-22 09:30"),  # two days
    ("2024-05-20 23:30", "2024-05-23 10:00"),  # not at night: the next morning
    ("2024-05-20 22:00", "2024-05-23 10:00"),
    ("2024-05-20 21:59", "2024-05-22 21:59"),
    ("2024-05-20 02:00", "2024-05-22 10:00"),
    ("2024-05-20 08:00", "2024-05-22 08:00"),
    ("2024-06-06 12:00", "2024-06-08 12:00"),  # eleven days before
    ("2024-06-07 12:00", "2024-06-08 12:00"),  # ten days before: one day
    ("2024-06-14 09:00", "2024-06-14 15:00"),  # three days before: six hours
    ("2024-06-14 18:00", "2024-06-15 10:00"),
    ("2024-06-15 20:00", "2024-06-16 00:00"),  # never into the day of arrival
    ("2024-06-15 22:00", "2024-06-16 00:00"),
    ("2024-06-15 22:01", None),  # less than two hours
    ("2024-06-17 10:00", None),
    ("2024-07-01 10:00", None),
]


@pytest.mark.parametrize(("now", "end"), ENDS)
def test_an_offer_ends(now: str, end: str | None) -> None:
    assert offer_ends(at(now), FIRST_DAY) == (at(end) if end else None)


@given(st.integers(0, 60 * 24 * 60))
def test_an_offer_can_be_answered_by_day_and_before_the_day_of_arrival(minutes: int) -> None:
    now = at("2024-04-20 00:00") + timedelta(minutes=minutes)
    end = offer_ends(now, FIRST_DAY)
    if end is None:
        assert now > moving_ends(FIRST_DAY) - OFFER_LEAST
    else:
        assert now + OFFER_LEAST <= end <= moving_ends(FIRST_DAY)
        assert end == moving_ends(FIRST_DAY) or 8 <= end.astimezone(SHANGHAI).hour < 22


def test_the_last_minute_is_in_time() -> None:
    end = at("2024-05-22 10:00")
    assert accepting_breaches(end, end, begun=False) == []
    assert [b.rule for b in lapsing_breaches(end, end)] == ["offer.early"]
    after = end + timedelta(minutes=1)
    assert [b.rule for b in accepting_breaches(end, after, begun=False)] == ["offer.late"]
    assert [b.rule for b in accepting_breaches(end, after, begun=True)] == ["offer.late", "offer.begun"]
    assert lapsing_breaches(end, after) == []
    assert "2024年5月22日10:00" in lapsing_breaches(end, end)[0].says
    assert offer_words(end) == "2024年5月22日10:00"


def test_who_is_passed_over_is_said_with_a_way_out() -> None:
    assert busy_breach("李敏").says == "李敏在培训期间已有其他培训任务。"
    breach = lapsed_breach(at("2024-05-22 10:10"))
    assert "2024年5月22日" in breach.says
    assert "人工录取" in breach.way_out
