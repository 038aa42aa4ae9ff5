"""Does the pool hold enough free, qualified teachers for these classes (TR 8, MG 6)? Ours: the texts do not ask it.

Whoever teaches or examines serves one class at a time. So on every day the classes of that day share the teachers who
are free on all the days of a class and registered for its category and level. Whether each seat of the day finds its
own teacher is a flow; where it does not, Hall's condition names the classes that are too many for the teachers they
share. A shortage named here is certain. The reverse does not hold: every day may be possible and the whole may not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from .levels import Level
from .staffing import TRAVEL_DAYS, Seat

Skill = tuple[str, Level]  # category and level
NEARBY_WEEKS = 8  # how far around a date another is looked for; ours


@dataclass(frozen=True, slots=True)
class Need:
    """The seats of one class that are still free."""

    key: int
    category: str
    level: Level
    first_day: date
    last_day: date
    instructors: int
    examiners: int

    def moved(self, weeks: int) -> Need:
        """The same class some weeks later (or earlier), on the same weekdays."""
        by = timedelta(weeks=weeks)
        return replace(self, first_day=self.first_day + by, last_day=self.last_day + by)


@dataclass(frozen=True, slots=True)
class Shortage:
    """Classes that together need more teachers than they share, on the tightest day of a week."""

    day: date
    kinds: tuple[Skill, ...]
    seats: int
    free: int
    keys: frozenset[int]

    @property
    def missing(self) -> int:
        """How many teachers are lacking at least."""
        return self.seats - self.free

    @property
    def week(self) -> date:
        """The Monday of its week."""
        return monday(self.day)


def monday(day: date) -> date:
    """The first day of a week."""
    return day - timedelta(days=day.weekday())


class Supply:
    """The pool as sets of teachers, one bit each: who is registered for what, who is taken on which day."""

    def __init__(self, skills: Mapping[int, Collection[Skill]], busy: Mapping[int, Iterable[date]]) -> None:
        """`skills`: person → (category, level); `busy`: person → days they are taken."""
        self._for: dict[Skill, int] = defaultdict(int)
        self._taken: dict[date, int] = defaultdict(int)
        for place, (person, held) in enumerate(skills.items()):
            bit = 1 << place
            for skill in held:
                self._for[skill] |= bit
            for day in busy.get(person, ()):
                self._taken[day] |= bit

    def free(self, skills: Iterable[Skill], days: Iterable[date]) -> int:
        """The set of teachers registered for one of the skills and free on all the days."""
        found = taken = 0
        for skill in skills:
            found |= self._for.get(skill, 0)
        for day in days:
            taken |= self._taken.get(day, 0)
        return found & ~taken


@dataclass(frozen=True, slots=True)
class _Seats:
    """The free seats of one kind of a class: how many, who could take one, from when to when they are taken."""

    need: Need
    wanted: int
    first: date
    last: date
    who: int

    @property
    def skill(self) -> Skill:
        """What a teacher must be registered for."""
        return self.need.category, self.need.level


def _seats(need: Need, supply: Supply) -> list[_Seats]:
    """Instructors are taken with the journey, examiners work online and are taken on the class days only."""
    found = []
    for seat, wanted in ((Seat.INSTRUCTOR, need.instructors), (Seat.EXAMINER, need.examiners)):
        around = timedelta(days=TRAVEL_DAYS if seat == Seat.INSTRUCTOR else 0)
        first, last = need.first_day - around, need.last_day + around
        days = (first + timedelta(days=i) for i in range((last - first).days + 1))
        if wanted > 0:
            who = supply.free([(need.category, need.level)], days)
            found.append(_Seats(need, wanted, first, last, who))
    return found


def shortages(needs: Iterable[Need], supply: Supply) -> list[Shortage]:
    """Every week and kind in which the pool is too small, with the tightest day, by day."""
    seats = [row for need in needs for row in _seats(need, supply)]
    worst: dict[tuple[date, tuple[Skill, ...]], Shortage] = {}
    for day in sorted({row.first for row in seats}):  # the classes of any other day share one of these days
        for found in _on_day(day, seats):
            at = (found.week, found.kinds)
            known = worst.get(at, found)
            most = found if found.missing > known.missing else known
            worst[at] = replace(most, keys=found.keys | known.keys)
    return _telling(sorted(worst.values(), key=lambda s: (s.day, s.kinds)))


def _telling(found: Sequence[Shortage]) -> list[Shortage]:
    """Without those that another week says as well of the same classes: the journey lies in the week before."""
    kept: list[Shortage] = []
    for one in sorted(found, key=lambda s: -s.missing):
        if not any(one.kinds == more.kinds and one.keys <= more.keys for more in kept):
            kept.append(one)
    return sorted(kept, key=lambda s: (s.day, s.kinds))


def _on_day(day: date, seats: Iterable[_Seats]) -> list[Shortage]:
    """The groups of classes of one day that are too many for the teachers they share, one for each kind."""
    here = [row for row in seats if row.first <= day <= row.last]
    groups: dict[tuple[Skill, ...], list[_Seats]] = defaultdict(list)
    for group in _too_many(here):
        rows = [here[i] for i in sorted(group)]
        groups[tuple(sorted({row.skill for row in rows}))] += rows
    return [_shortage(day, kinds, rows) for kinds, rows in groups.items()]


def _shortage(day: date, kinds: tuple[Skill, ...], rows: Iterable[_Seats]) -> Shortage:
    who, wanted, keys = 0, 0, set()
    for row in rows:
        who |= row.who
        wanted += row.wanted
        keys.add(row.need.key)
    return Shortage(day, kinds, wanted, who.bit_count(), frozenset(keys))


def _all_seated(rows: Sequence[_Seats]) -> bool:
    """Whether handing out teachers seat by seat, the scarcest first, already fills every seat: mostly it does."""
    used = 0
    for row in sorted(rows, key=lambda row: row.who.bit_count()):
        free = row.who & ~used
        if free.bit_count() < row.wanted:
            return False
        for _ in range(row.wanted):
            one = free & -free
            used, free = used | one, free ^ one
    return True


def _alike(sets: Sequence[int]) -> list[tuple[frozenset[int], int]]:
    """Teachers who could take the same seats, together: (indexes of the seats, how many)."""
    everybody = 0
    for who in sets:
        everybody |= who
    blocks: list[tuple[int, int]] = [(0, everybody)]  # bits: seats, teachers
    for i, who in enumerate(sets):
        parts = []
        for seats, block in blocks:
            if both := block & who:
                parts.append((seats | 1 << i, both))
            if rest := block & ~who:
                parts.append((seats, rest))
        blocks = parts
    return [
        (frozenset(i for i in range(len(sets)) if seats >> i & 1), block.bit_count())
        for seats, block in blocks
    ]


def _too_many(rows: Sequence[_Seats]) -> list[set[int]]:
    """The smallest groups of seats that have fewer teachers than seats (Hall), disjoint, as indexes."""
    if _all_seated(rows):
        return []
    blocks = _alike([row.who for row in rows])
    left = [size for _, size in blocks]
    held: list[dict[int, int]] = [defaultdict(int) for _ in blocks]  # block → seats → teachers sent there
    groups: list[set[int]] = []
    short = []
    for i, row in enumerate(rows):
        missing = row.wanted
        while missing and (more := _send(i, missing, blocks, left, held)):
            missing -= more
        if missing:
            short.append(i)
    for i in short:
        group = _reached(i, blocks, held)
        for other in [g for g in groups if g & group]:
            groups.remove(other)
            group |= other
        groups.append(group)
    return groups


def _send(
    start: int, wanted: int, blocks: Sequence[tuple[frozenset[int], int]], left: list[int], held: list[dict[int, int]]
) -> int:  # fmt: skip
    """Find teachers for seats along the shortest chain of exchanges; how many were found, 0: none is possible."""
    came: dict[int, int | None] = {}  # block → the block whose teachers would move
    into: dict[int, int] = {}  # block → the seats that its teachers would go to
    seen = {start}
    queue: list[tuple[int, int | None]] = [(start, None)]
    while queue:
        waiting: list[tuple[int, int | None]] = []
        for seats, before in queue:
            for b, (could, _) in enumerate(blocks):
                if b in came or seats not in could:
                    continue
                came[b], into[b] = before, seats
                if left[b]:
                    return _shift(b, wanted, came, into, left, held)
                for other, number in held[b].items():
                    if number and other not in seen:
                        seen.add(other)
                        waiting.append((other, b))
        queue = waiting
    return 0


def _shift(
    end: int, wanted: int, came: Mapping[int, int | None], into: Mapping[int, int], left: list[int],
    held: list[dict[int, int]],
) -> int:  # fmt: skip
    """Move as many as the narrowest place of the chain allows."""
    chain = [end]
    while (before := came[chain[-1]]) is not None:
        chain.append(before)
    many = min(wanted, left[end], *(held[b][into[after]] for after, b in pairwise(chain)))
    left[end] -= many
    for after, b in pairwise(chain):
        held[after][into[after]] += many
        held[b][into[after]] -= many
    held[chain[-1]][into[chain[-1]]] += many
    return many


def _reached(
    start: int, blocks: Sequence[tuple[frozenset[int], int]], held: list[dict[int, int]]
) -> set[int]:
    """The seats that compete for the same teachers as a seat that stays free."""
    seen, queue = {start}, [start]
    while queue:
        seats = queue.pop()
        for b, (could, _) in enumerate(blocks):
            if seats in could:
                fresh = {other for other, number in held[b].items() if number} - seen
                seen |= fresh
                queue += fresh
    return seen


def weeks_that_fit(
    need: Need, others: Sequence[Need], supply: Supply, first: date, last: date, limit: int = 3
) -> list[date]:
    """First days nearby, weeks away from the planned one, on which the class lacks nobody; the nearest first.

    others: the needs of all other classes. first, last: the days between which the class must lie.
    """
    around = [row for other in others for row in _seats(other, supply)]
    found: list[date] = []
    for weeks in sorted(range(-NEARBY_WEEKS, NEARBY_WEEKS + 1), key=lambda w: (abs(w), -w)):
        moved = need.moved(weeks)
        if weeks and first <= moved.first_day and moved.last_day <= last and _fits(moved, around, supply):
            found.append(moved.first_day)
            if len(found) == limit:
                break
    return found


def _fits(need: Need, around: Sequence[_Seats], supply: Supply) -> bool:
    own = _seats(need, supply)
    begin, end = min(row.first for row in own), max(row.last for row in own)
    near = [*own, *(row for row in around if row.first <= end and row.last >= begin)]
    days = {row.first for row in near if begin <= row.first <= end} | {row.first for row in own}
    return not any(need.key in found.keys for day in sorted(days) for found in _on_day(day, near))


@dataclass(frozen=True, slots=True)
class Cell:
    """A week of a category on its fullest day: seats to fill, teachers who are free; `short`: certainly too few."""

    week: date
    seats: int
    free: int
    short: bool

    @property
    def share(self) -> int:
        """Seats as a percentage of the free teachers, at most 100."""
        return min(100, round(100 * self.seats / self.free)) if self.free else (100 if self.seats else 0)


def weeks_between(first: date, last: date) -> list[date]:
    """The Mondays of the weeks that have days between two days."""
    start = monday(first)
    return [start + timedelta(weeks=i) for i in range((last - start).days // 7 + 1)]


def fullness(
    needs: Iterable[Need], supply: Supply, levels: Collection[Level], weeks: Sequence[date], categories: Iterable[str]
) -> dict[str, list[Cell]]:  # fmt: skip
    """Category → one cell per week, of the classes and teachers of some levels."""
    every = list(needs)
    short = {(s.week, *skill) for s in shortages(every, supply) for skill in s.kinds}
    by_category: dict[str, list[_Seats]] = defaultdict(list)
    for need in every:
        if need.level in levels:
            by_category[need.category] += _seats(need, supply)
    return {
        category: [_cell(category, by_category[category], supply, levels, week, short) for week in weeks]
        for category in categories
    }


def _cell(
    category: str, rows: Sequence[_Seats], supply: Supply, levels: Collection[Level], week: date,
    short: Collection[tuple[date, str, Level]],
) -> Cell:  # fmt: skip
    days = [week + timedelta(days=i) for i in range(7)]
    seen = []
    for day in days:
        wanted = sum(row.wanted for row in rows if row.first <= day <= row.last)
        seen.append((wanted, supply.free([(category, level) for level in levels], [day]).bit_count()))
    wanted, free = max(seen, key=lambda pair: (pair[0] / (pair[1] or 0.5), -pair[1]))
    too_few = wanted > free or any((week, category, level) in short for level in levels)
    return Cell(week, wanted, free, too_few)
