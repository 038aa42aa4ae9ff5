"""A second calculator of deadlines and a generator of histories. It knows no arithmetic of dates but "the next day".

It shares no code with `gongxue.regulations.deadlines`: days are walked one by one, a file lies at the end of each day
either with the province or with the institution, and the province's clock ticks at the end of the days of the first kind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE = timedelta(days=1)
OPENING, RECOMMENDATION, PROGRAMME, ENROLMENT, FEEDBACK, REVIEW, CORRECTION = 40, 35, 30, 7, 7, 5, 5


def walk(day: date, steps: int) -> date:
    """So many days later, or earlier, day by day."""
    for _ in range(abs(steps)):
        day = day + ONE if steps > 0 else day - ONE
    return day


@dataclass(frozen=True)
class Happening:
    """One event: submit, return, decide; grant (until); move (to new dates)."""

    day: date
    what: str
    deadline: str = ""
    until: date | None = None
    first_day: date | None = None


@dataclass
class Reference:
    """The state of one class after some events."""

    first_day: date
    length: int
    seen: list[Happening] = field(default_factory=list)

    @property
    def last_day(self) -> date:
        """The end of the class."""
        return walk(self.first_day, self.length - 1)

    def take(self, event: Happening) -> None:
        """One more event."""
        self.seen.append(event)
        if event.first_day is not None:
            self.first_day = event.first_day

    def own(self, key: str) -> date:
        """The deadline by the class's dates and what was granted."""
        base = {
            "opening": (self.first_day, -OPENING), "recommendation": (self.first_day, -RECOMMENDATION),
            "programme": (self.first_day, -PROGRAMME), "enrolment": (self.first_day, -ENROLMENT),
            "feedback": (self.last_day, FEEDBACK),
        }[key]  # fmt: skip
        day = walk(*base)
        granted = [e.until for e in self.seen if e.what == "grant" and e.deadline == key and e.until]
        furthest = max(granted, default=day)
        while day < furthest and (key == "feedback" or day < self.first_day - ONE):
            day += ONE
        return day

    def lies_with_province(self, day: date) -> bool:
        """Where the file lies at the end of a day."""
        there = False
        for event in self.seen:
            if event.day <= day and event.what in ("submit", "return", "decide"):
                there = event.what != "return"
        return there

    def submitted(self) -> date | None:
        """The first time it was handed in."""
        return next((e.day for e in self.seen if e.what == "submit"), None)

    def back_since(self) -> date | None:
        """Since when it is back."""
        since = None
        for event in self.seen:
            if event.what == "return":
                since = event.day
            elif event.what in ("submit", "decide"):
                since = None
        return since

    def review(self, today: date) -> date | None:
        """The day the province's answer is due: tick by tick; while the file is back, as if it came again today."""
        day = self.submitted()
        if day is None:
            return None
        left = REVIEW
        while day < today:
            if self.lies_with_province(day):
                left -= 1
            day += ONE
        while left > 0:
            day, left = day + ONE, left - 1
        while left < 0:
            day, left = day - ONE, left + 1
        return day

    def correction(self) -> date | None:
        """The day a returned file is due again."""
        since = self.back_since()
        return walk(since, CORRECTION) if since else None


# Ends of months and years, the end of February in and out of leap years, and nothing special.
STARTS = (
    date(2024, 3, 30), date(2023, 3, 30), date(2024, 1, 9), date(2025, 1, 31), date(2024, 2, 29), date(2023, 12, 31),
    date(2100, 3, 31), date(2000, 4, 1), date(2023, 6, 12), date(2026, 7, 1),
)  # fmt: skip


def histories(number: int, seed: int = 20230612) -> Iterator[tuple[date, int, list[Happening]]]:
    """First day, length and events in order of time; the same ones every time."""
    for n in range(number):
        dice = random.Random(seed * 1000 + n)
        first = walk(dice.choice(STARTS), dice.randint(-20, 20))
        yield first, dice.choice((7, 8, 9, 12)), list(_events(dice, first))


def _events(dice: random.Random, first: date) -> Iterator[Happening]:
    day, back, handed_in, decided = walk(first, -dice.randint(31, 60)), False, False, False
    for _ in range(dice.randint(3, 14)):
        day = walk(day, dice.choice((0, 0, 1, 1, 2, 3, 5, 9, 17)))
        chance = dice.random()
        if chance < 0.15:
            first = walk(first, dice.choice((-9, -1, 3, 14, 30)))
            yield Happening(day, "move", first_day=first)
        elif chance < 0.35:
            key = dice.choice(("opening", "recommendation", "programme", "feedback"))
            yield Happening(day, "grant", key, walk(day, dice.randint(0, 30)))
        elif decided:
            continue
        elif not handed_in or back:
            handed_in, back = True, False
            yield Happening(day, "submit")
        elif dice.random() < 0.75:
            back = True
            yield Happening(day, "return")
        else:
            decided = True
            yield Happening(day, "decide")
