from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.calendar import (
    Due,
    HalfYear,
    day_of,
    deadlines_of_class,
    feedback_due,
    half_year_of,
    opening_due,
    programme_due,
    recommendation_due,
    said,
    summary_due,
)
from gongxue.regulations.editions import edition_on

EDITION = edition_on(date(2023, 6, 12))
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))

# The worked example: a 三级 class of seven days from 12 June 2023.
EXAMPLE = [
    ("opening", "提出开班申请", date(2023, 5, 3), "TR 8", True),  # C03
    ("recommendation", "推荐骨干教师", date(2023, 5, 8), "TR 8", False),  # C05
    ("programme", "报送培训方案", date(2023, 5, 13), "TR 9", False),  # D03
    ("enrolment", "截止报名", date(2023, 6, 5), "TR 10", True),  # AMB-61
    ("feedback", "报送成绩单", date(2023, 6, 25), "TR 13.1", False),  # H09 H10 H11, AMB-14, AMB-15
]

# first day, 40 days before, 35 days before, 30 days before: over the end of a year and of February
COUNTED = [
    (date(2023, 3, 10), date(2023, 1, 29), date(2023, 2, 3), date(2023, 2, 8)),
    (date(2024, 3, 10), date(2024, 1, 30), date(2024, 2, 4), date(2024, 2, 9)),
    (date(2024, 1, 15), date(2023, 12, 6), date(2023, 12, 11), date(2023, 12, 16)),
]


def test_the_worked_example_has_its_five_deadlines() -> None:
    dues = deadlines_of_class(date(2023, 6, 12), date(2023, 6, 18), EDITION)
    assert [(due.key, due.title, due.on, due.article, due.refuses) for due in dues] == EXAMPLE


@pytest.mark.parametrize(("first_day", "opening", "recommendation", "programme"), COUNTED)
def test_calendar_days_are_counted(
    first_day: date, opening: date, recommendation: date, programme: date
) -> None:
    assert opening_due(first_day, EDITION).on == opening  # AMB-01
    assert recommendation_due(first_day, EDITION).on == recommendation
    assert programme_due(first_day, EDITION).on == programme


def test_a_deadline_explains_itself() -> None:
    derivation = opening_due(date(2023, 6, 12), EDITION).derivation
    assert derivation == "开班日 2023年6月12日 前 40 天 = 2023年5月3日（按自然日计，当日仍算按时）"


def test_the_week_after_a_class_explains_itself() -> None:
    derivation = feedback_due(date(2023, 12, 28), EDITION).derivation
    assert derivation == "培训结束日 2023年12月28日 后 7 天 = 2024年1月4日（当日仍算按时）"


def test_the_summary_is_due_in_the_first_ten_days_of_december() -> None:  # H04 H12, AMB-15
    due = summary_due(2023, EDITION)
    assert (due.on, due.article, due.refuses) == (date(2023, 12, 10), "TR 13.2", False)
    assert due.derivation == "12月上旬 = 2023年12月1日至2023年12月10日"


@pytest.mark.parametrize(("day", "late"), [(2, 0), (3, 0), (4, 1), (31, 28)])
def test_the_due_day_itself_is_in_time(day: int, late: int) -> None:  # AMB-01
    assert opening_due(date(2023, 6, 12), EDITION).late_by(date(2023, 5, day)) == late


@given(DAYS, st.integers(0, 60))
def test_the_deadlines_of_a_class_come_in_order_of_time(first_day: date, more: int) -> None:
    dues = deadlines_of_class(first_day, first_day + timedelta(days=more), EDITION)
    assert [due.on for due in dues] == sorted(due.on for due in dues)


@given(DAYS, DAYS)
def test_late_days_are_counted_one_by_one(on: date, day: date) -> None:
    due = Due("opening", "", on, "", "TR 8", refuses=True)
    assert due.late_by(day) == (day - on).days if day > on else due.late_by(day) == 0


class NoOffset(tzinfo):
    """A time zone that does not say where it is; Python calls its moments naive."""

    def utcoffset(self, moment: datetime | None) -> None:
        return None

    dst = tzname = utcoffset


@pytest.mark.parametrize("zone", [None, NoOffset()])
def test_a_moment_without_a_time_zone_has_no_day(zone: tzinfo | None) -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2023, 6, 12, 8, tzinfo=zone))


MIDNIGHT = [
    (datetime(2023, 6, 11, 15, 59, 59, 999999, tzinfo=UTC), date(2023, 6, 11)),
    (datetime(2023, 6, 11, 16, tzinfo=UTC), date(2023, 6, 12)),
    (datetime(2023, 6, 12, 15, 59, tzinfo=UTC), date(2023, 6, 12)),
    (datetime(2023, 12, 31, 16, tzinfo=UTC), date(2024, 1, 1)),
    (datetime(2023, 6, 12, 0, 30, tzinfo=timezone(timedelta(hours=9))), date(2023, 6, 11)),
]


@pytest.mark.parametrize(("moment", "day"), MIDNIGHT)
def test_a_moment_falls_on_its_shanghai_day(moment: datetime, day: date) -> None:  # AMB-01
    assert day_of(moment) == day


@given(st.datetimes(datetime(1992, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_shanghai_is_eight_hours_ahead(moment: datetime) -> None:
    assert day_of(moment) == (moment + timedelta(hours=8)).date()


HALVES = [
    (date(2023, 1, 1), HalfYear(2023, 1), "2023年上半年"),
    (date(2023, 6, 30), HalfYear(2023, 1), "2023年上半年"),
    (date(2023, 7, 1), HalfYear(2023, 2), "2023年下半年"),
    (date(2023, 12, 31), HalfYear(2023, 2), "2023年下半年"),
]


@pytest.mark.parametrize(("day", "half", "title"), HALVES)
def test_a_half_year_turns_on_the_first_of_july(day: date, half: HalfYear, title: str) -> None:  # B02
    assert half_year_of(day) == half
    assert half_year_of(day).title == title


@given(DAYS)
def test_every_day_lies_in_exactly_one_half_year(day: date) -> None:
    near = [HalfYear(year, half) for year in (day.year - 1, day.year, day.year + 1) for half in (1, 2)]
    assert [half for half in near if day in half] == [half_year_of(day)]


@given(st.integers(2000, 2100))
def test_half_years_follow_each_other_without_a_gap(year: int) -> None:
    one_day = timedelta(days=1)
    assert HalfYear(year, 1).last_day + one_day == HalfYear(year, 2).first_day
    assert HalfYear(year, 2).last_day + one_day == HalfYear(year + 1, 1).first_day


def test_half_years_sort_by_time() -> None:
    assert HalfYear(2022, 2) < HalfYear(2023, 1) < HalfYear(2023, 2)


def test_a_day_is_said_without_leading_zeros() -> None:
    assert said(date(2023, 6, 2)) == "2023年6月2日"
