"""Months as grids of days and as bars, for people's calendars."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gongxue.parties.queries.ledger import Job
from gongxue.regulations.staffing import Seat

BARS, STEP, UNIT, HEIGHT = 24, 16, 12, 60  # months in the chart; points of the drawing


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a grid: its mark (taken, away or nothing), what to say of it, whether it is past."""

    day: date
    mark: str = ""
    says: str = ""
    past: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday; None where a week lies outside the month."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]

    @property
    def title(self) -> str:
        """2026年6月."""
        return f"{self.first.year}年{self.first.month}月"

    @property
    def last(self) -> date:
        """The last day of the month."""
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    def marked(
        self, marks: Mapping[date, str], today: date, says: Mapping[date, str] | None = None,
        chosen: tuple[date, date] | None = None,
    ) -> Month:  # fmt: skip
        """The same month with days marked, spoken of and chosen (a range)."""
        words = says or {}

        def dress(day: Day | None) -> Day | None:
            if day is None:
                return None
            return replace(
                day, mark=marks.get(day.day, ""), says=words.get(day.day, ""), past=day.day < today,
                chosen=chosen is not None and chosen[0] <= day.day <= chosen[1],
            )  # fmt: skip

        return replace(self, weeks=tuple(tuple(map(dress, week)) for week in self.weeks))


def month_after(first: date, months: int) -> date:
    """The first day of the month so many months later."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def months_from(first: date, number: int) -> list[Month]:
    """So many months, each with every one of its days."""
    return [_month(month_after(first, i)) for i in range(number)]


def _month(first: date) -> Month:
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first, tuple(tuple(Day(d) if d.month == first.month else None for d in week) for week in weeks)
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """Jobs of one month in the chart, taught below and examined above, in points of the drawing."""

    x: int
    title: str
    label: str
    taught: int
    examined: int

    @property
    def taught_y(self) -> int:
        """Top of the lower part."""
        return HEIGHT - self.taught * UNIT

    @property
    def examined_y(self) -> int:
        """Top of the upper part."""
        return self.taught_y - self.examined * UNIT

    @property
    def taught_height(self) -> int:
        """Height of the lower part."""
        return self.taught * UNIT

    @property
    def examined_height(self) -> int:
        """Height of the upper part."""
        return self.examined * UNIT


def chart_of(jobs: Sequence[Job], today: date) -> list[Bar]:
    """The last eighteen months and the next five; empty when there is no job among them."""
    start = month_after(today.replace(day=1), 6 - BARS)
    found = []
    for i in range(BARS):
        first = month_after(start, i)
        last = month_after(first, 1) - timedelta(days=1)
        seats = [job.seat for job in jobs if first <= job.first <= last]
        taught, examined = seats.count(Seat.INSTRUCTOR), seats.count(Seat.EXAMINER)
        label = (
            f"{first.year}"
            if i == 0 or first.month == 1
            else (str(first.month) if first.month % 3 == 1 else "")
        )
        title = f"{first.year}年{first.month}月：授课 {taught} 次，考核 {examined} 次"
        found.append(Bar(i * STEP, title, label, min(taught, 4), min(examined, 5 - min(taught, 4))))
    return found if any(bar.taught or bar.examined for bar in found) else []
