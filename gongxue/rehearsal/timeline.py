"""When what happens in a rehearsed class, counted from its first day; and moments on a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from gongxue.regulations.calendar import SHANGHAI, HalfYear, half_year_of


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A Shanghai moment."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def round_dates(period: HalfYear) -> tuple[date, date]:
    """Opening and closing of the reporting round: early enough that every D-40 of the half-year is ahead."""
    return period.first_day - timedelta(days=80), period.first_day - timedelta(days=55)


def reporting_day(first_day: date, days_after_opening: int) -> date:
    """A day of the reporting round that the class belongs to."""
    return round_dates(half_year_of(first_day))[0] + timedelta(days=days_after_opening)


# Days relative to the first day S (negative: before) or the last day E.
FILE_OPENING = -48
RECOMMEND = -47
INVITE = -46
ANSWER = -45
WRITE = -42
CONFIRM = -40
SUBMIT = -38
FILE = -35
NOTICE = -34
APPLY_FROM = -32
APPLY_UNTIL = -14
CLOSE = -8
OPINIONS = -7
ADMIT = -6
CONFIRM_RESULTS = 2  # after E
ISSUE = 3
CLOSE_CLASS = 5
