"""The classes of the demonstration country and their calendar: plain dates, counted from one day called today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gongxue.regulations.calendar import HalfYear, half_year_of
from gongxue.rehearsal import timeline

AHEAD = timedelta(days=75)  # whose half-year is being reported today
STILL_OPEN = timedelta(days=10)  # the open round closes so many days after today
BEGUN = timedelta(days=9)  # lines under review were entered so many days ago
REPORTED = timedelta(
    days=100
)  # classes of the open round that are under way were reported so long ago, at the latest
NEAR = 10  # classes that are so near begin on any day of the week
UNDER_REVIEW = 80  # plans from this offset on stand in the open round


@dataclass(frozen=True, slots=True)
class Plan:
    """A class of the demonstration: where, what, when relative to today, how many, what is left undone."""

    code: str
    level: str
    category: str
    offset: int  # days from today to the first day, moved to the Monday before
    headcount: int = 30
    halt: str = ""  # the step before which it stands still
    twist: str = ""  # something that went differently
    early: int = 0  # stages 2 and 3 come so many days before their usual day


# Every stage of TR 6, from closed classes to lines that wait for review; 邢台 (009) is at home everywhere. The classes
# of category 04 from -7 on are a fortnight apart: one teacher of that category has something to do in each.
PLANS: tuple[Plan, ...] = (
    Plan("009", "3", "01", -130, 24), Plan("001", "3", "03", -118, 14), Plan("017", "1", "02", -104, 12),
    Plan("020", "2", "01", -97, 12), Plan("033", "G", "03", -90, 12), Plan("037", "3", "06", -76, 12),
    Plan("009", "2", "02", -62, 26), Plan("031", "3", "04", -48, 14), Plan("041", "3", "05", -34, 14),
    Plan("009", "3", "02", -20, 30, "close", "correction"), Plan("026", "2", "03", -19, 12, "confirm_results"),
    Plan("009", "2", "06", -15, 20, "issue"), Plan("013", "3", "01", -12, 12, "confirm_results"),
    Plan("009", "3", "03", -5, 30, "", "in_class"), Plan("017", "1", "01", -8, 14, "score_final"),
    Plan("034", "3", "04", -7, 16, "score_process", "being_scored"), Plan("046", "2", "02", -6, 12), Plan("009", "2", "01", 1, 30),
    Plan("028", "3", "06", 6, 20), Plan("009", "3", "05", 10, 30), Plan("010", "3", "01", 14, 26),
    Plan("014", "3", "04", 17, 24), Plan("023", "2", "05", 18, 20), Plan("009", "3", "06", 24, 28),
    Plan("005", "1", "03", 27, 20), Plan("009", "2", "04", 31, 30, "confirm_programme"),
    Plan("032", "3", "03", 35, 22, "file_programme", "returned"), Plan("018", "2", "01", 37, 20),
    Plan("009", "3", "07", 35, 26, "file_programme"), Plan("040", "3", "02", 41, 24),
    Plan("009", "3", "08", 44, 24, "answer_invitations", "declined"), Plan("011", "2", "03", 47, 20),
    Plan("024", "3", "04", 45, 22, "answer_invitations"), Plan("033", "G", "01", 45, 20, "invite", "nominated"),
    Plan("009", "3", "01", 47, 30, "recommend"), Plan("021", "2", "06", 51, 18),
    Plan("009", "2", "05", 60, 30), Plan("008", "3", "03", 63, 24), Plan("029", "3", "02", 66, 20),
    Plan("050", "3", "04", 70, 22), Plan("002", "1", "01", 74, 20),
    Plan("009", "3", "02", 84, 30, "approve"), Plan("009", "3", "04", 91, 28, "approve", "line_returned"),
    Plan("008", "3", "01", 84, 24, "approve"), Plan("008", "2", "02", 98, 20, "report"),
    Plan("009", "2", "03", 105, 26, "submit_plan"), Plan("010", "3", "06", 84, 22, "approve"),
    Plan("022", "3", "06", 91, 24, "publish"), Plan("035", "2", "01", 98, 20, "publish"),
    Plan("047", "3", "01", 91, 22, "report"),
)  # fmt: skip
EARLIEST, LATEST = (
    date(2023, 1, 1),
    date(2098, 8, 31),
)  # every plan's half-year can have a round on these days
BUSIEST = "04"  # the category of the teacher with something to do in each of its classes


@dataclass(frozen=True, slots=True)
class Round:
    """A reporting round of the demonstration."""

    period: HalfYear
    opens: date
    closes: date


def open_period(today: date) -> HalfYear:
    """The half-year whose round is open today."""
    return half_year_of(today + AHEAD)


def first_day(plan: Plan, today: date) -> date:
    """The Monday before the offset; running classes keep their distance to today, lines under review their half."""
    day = today + timedelta(days=plan.offset)
    monday = day if abs(plan.offset) < NEAR else day - timedelta(days=day.weekday())
    if plan.offset < UNDER_REVIEW:
        return monday
    last = open_period(today).last_day - timedelta(days=9)
    return min(monday, last - timedelta(days=last.weekday()))


def round_of(period: HalfYear, today: date) -> Round:
    """When a round was open: long ago, or now for the half-year ahead."""
    opens, closes = timeline.round_dates(period)
    if period == open_period(today):
        return Round(period, min(opens, today - REPORTED), today + STILL_OPEN)
    return Round(period, opens, closes)


def rounds(plans: Sequence[Plan], today: date) -> list[Round]:
    """Every round that the plans need, the oldest first."""
    periods = {half_year_of(first_day(plan, today)) for plan in plans} | {open_period(today)}
    return [round_of(period, today) for period in sorted(periods)]


def reporting_from(plan: Plan, today: date) -> date:
    """The day from which the steps of stage 1 are counted."""
    if plan.offset >= UNDER_REVIEW:
        return today - BEGUN
    return round_of(half_year_of(first_day(plan, today)), today).opens
