"""Calendar files: whole days in China, read back by the library's parser, the same bytes for the same events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from gongxue.exchange.calendars import CalendarEvent, calendar_file

STAMP = datetime(2023, 5, 4, 1, 2, 3, tzinfo=UTC)
EVENT = CalendarEvent(
    uid="class-12@gongxue",
    title="机械类三级培训（邢台技师学院）",
    first_day=date(2023, 6, 12),
    last_day=date(2023, 6, 18),
    stamp=STAMP,
    place="邢台技师学院",
    description="第一行\n第二行；含,逗号;分号\\反斜杠",
    url="https://gongxue.example/classes/12/",
)
INVITED = replace(EVENT, organiser="platform@example.cn", attendee="li@example.cn")


def read(content: bytes) -> tuple[Any, list[Any]]:
    """The calendar and its events."""
    calendar = Calendar.from_ical(content)
    return calendar, list(calendar.walk("VEVENT"))


def test_a_file_reads_back_as_it_was_written() -> None:
    calendar, (row,) = read(calendar_file([EVENT], name="全国培训信息"))
    assert (calendar["METHOD"], calendar["VERSION"], calendar["X-WR-TIMEZONE"]) == (
        "PUBLISH", "2.0", "Asia/Shanghai",
    )  # fmt: skip
    assert calendar["X-WR-CALNAME"] == "全国培训信息"
    assert row["UID"] == EVENT.uid and row["SUMMARY"] == EVENT.title and row["LOCATION"] == EVENT.place
    assert row["DESCRIPTION"] == EVENT.description and row["URL"] == EVENT.url
    assert row["DTSTAMP"].dt == STAMP  # from the argument, not from the clock
    assert (row["STATUS"], row["TRANSP"], row["SEQUENCE"]) == ("CONFIRMED", "OPAQUE", 0)


def test_days_are_whole_days_and_the_end_is_exclusive() -> None:
    content = calendar_file([EVENT], name="日程")
    assert b"DTSTART;VALUE=DATE:20230612\r\n" in content and b"DTEND;VALUE=DATE:20230619\r\n" in content
    _, (row,) = read(content)
    assert row["DTSTART"].dt == EVENT.first_day and row["DTEND"].dt == EVENT.last_day + timedelta(days=1)
    one = calendar_file([replace(EVENT, last_day=EVENT.first_day)], name="日程")
    assert b"DTSTART;VALUE=DATE:20230612\r\n" in one and b"DTEND;VALUE=DATE:20230613\r\n" in one


def test_an_invitation_names_both_sides_and_asks_no_answer() -> None:
    calendar, (row,) = read(calendar_file([replace(INVITED, sequence=3)], name="日程", method="REQUEST"))
    assert calendar["METHOD"] == "REQUEST" and row["SEQUENCE"] == 3
    assert row["ORGANIZER"] == "mailto:platform@example.cn" and row["ATTENDEE"] == "mailto:li@example.cn"
    assert row["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED" and row["ATTENDEE"].params["RSVP"] == "FALSE"


def test_a_cancellation_says_so() -> None:
    calendar, (row,) = read(calendar_file([replace(INVITED, sequence=4)], name="日程", method="CANCEL"))
    assert (calendar["METHOD"], row["STATUS"], row["SEQUENCE"]) == ("CANCEL", "CANCELLED", 4)
    _, (shown,) = read(calendar_file([replace(EVENT, cancelled=True)], name="日程"))
    assert shown["STATUS"] == "CANCELLED"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_without_the_two_sides_nothing_can_be_asked_or_cancelled(method: Any) -> None:
    with pytest.raises(ValueError, match="RFC 5546"):
        calendar_file([EVENT], name="日程", method=method)


def test_an_empty_calendar_and_a_free_day_are_fine() -> None:
    assert read(calendar_file([], name="日程"))[1] == []
    _, (row,) = read(calendar_file([replace(EVENT, busy=False)], name="日程"))
    assert row["TRANSP"] == "TRANSPARENT"


WORDS = st.text(st.sampled_from('中文工学一体化教师培训，；\\,;:\n" a1𠮷é'), max_size=120)


@given(title=WORDS.filter(str.strip), description=WORDS)
def test_long_chinese_lines_are_folded_between_characters(title: str, description: str) -> None:
    content = calendar_file([replace(EVENT, title=title, description=description)], name="日程")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut in two
    _, (row,) = read(content)
    assert row["SUMMARY"] == title and row.get("DESCRIPTION", "") == description


@given(
    st.builds(
        CalendarEvent, uid=st.just("x@gongxue"), title=WORDS, first_day=st.dates(), last_day=st.dates(),
        stamp=st.datetimes(timezones=st.just(UTC)), sequence=st.integers(0, 99), place=WORDS, cancelled=st.booleans(),
    )
)  # fmt: skip
def test_a_message_keeps_an_event_as_data(event: CalendarEvent) -> None:
    assert CalendarEvent.from_data(event.as_data()) == event
    assert CalendarEvent.from_data({**event.as_data(), "unknown": 1}) == event


def test_the_same_events_make_the_same_bytes() -> None:
    assert calendar_file([EVENT, INVITED], name="日程") == calendar_file([EVENT, INVITED], name="日程")
