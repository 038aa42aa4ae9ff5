"""The national list narrowed by what somebody looks for, as a list and by the days of a month (TR 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import provinces
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import published_classes

FILTERS = ("words", "province", "level", "category", "month", "from", "to", "all")
WORDS = 4  # as many words narrow the list; ours
SHOWN = 4  # classes of a day in the calendar; the others are counted


def day_asked(text: str) -> date | None:
    """A day out of an address; None for anything else, and for years that no class can be in."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 2000 <= day.year <= 2100 else None


def month_asked(text: str) -> date | None:
    """The first day of a month out of an address: 2023-06."""
    return day_asked(f"{text}-01") if len(text) == 7 else None


def month_end(first: date) -> date:
    """The last day of the month that begins on a day."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def found_classes(asked: Mapping[str, str], today: date) -> QuerySet[TrainingClass]:
    """The published classes that somebody looks for. Only what the registers know narrows the list.

    Without a day, a month or `all`, those that have begun are left out.
    """
    rows = narrowed(asked)
    first, last, month = day_asked(asked["from"]), day_asked(asked["to"]), month_asked(asked["month"])
    if first:
        rows = rows.filter(first_day__gte=first)
    if last:
        rows = rows.filter(first_day__lte=last)
    if month:
        rows = rows.filter(first_day__range=(month, month_end(month)))
    if not (first or last or month or asked["all"] == "on"):
        rows = rows.filter(first_day__gte=today)
    return rows


def narrowed(asked: Mapping[str, str]) -> QuerySet[TrainingClass]:
    """By everything but days."""
    rows = published_classes()
    if asked["province"] in {p.code for p in provinces()}:
        rows = rows.filter(province_code=asked["province"])
    if asked["level"] in list(Level):
        rows = rows.filter(level=asked["level"])
    if asked["category"] in CATEGORIES:
        rows = rows.filter(category=asked["category"])
    for word in asked["words"].split()[:WORDS]:
        rows = rows.filter(
            Q(institution__name__contains=word) | Q(institution__code=word) | Q(scope__contains=word)
        )
    return rows


@dataclass(slots=True)
class CalendarDay:
    """One day of the month view: what begins on it, and how many classes are under way."""

    day: date
    inside: bool  # of the month itself, not of the weeks around it
    begin: list[TrainingClass] = field(default_factory=list)
    running: int = 0

    @property
    def weekday(self) -> str:
        """周一 to 周日."""
        return f"周{'一二三四五六日'[self.day.weekday()]}"

    @property
    def shown(self) -> list[TrainingClass]:
        """The first few."""
        return self.begin[:SHOWN]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(0, len(self.begin) - SHOWN)


def calendar_of(asked: Mapping[str, str], month: date) -> list[list[CalendarDay]]:
    """The weeks of a month from Monday to Sunday; one query whatever the number of classes."""
    last = month_end(month)
    start = month - timedelta(days=month.weekday())
    end = last + timedelta(days=6 - last.weekday())
    rows = narrowed(asked).filter(first_day__lte=end, last_day__gte=start)
    days = [CalendarDay(start + timedelta(days=n), False) for n in range((end - start).days + 1)]
    _fill(days, list(rows))
    for one in days:
        one.inside = month <= one.day <= last
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def _fill(days: Iterable[CalendarDay], rows: list[TrainingClass]) -> None:
    begin: dict[date, list[TrainingClass]] = {}
    running: Counter[date] = Counter()
    for row in rows:
        begin.setdefault(row.first_day, []).append(row)
        running.update(row.days_list)
    for one in days:
        one.begin, one.running = begin.get(one.day, []), running[one.day]
