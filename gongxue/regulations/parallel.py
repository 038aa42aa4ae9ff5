"""A timetable taught in parallel: group n of a class in one room, group m at the same time in another (TR 11.3).

The texts ask for small classes and name group work; how many groups a class has is its own programme's. Ours: a
period belongs to the whole class, group 0, or to one group. A trainee has the whole class's periods and those of
one group, and whatever the standard asks is asked for every group.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Protocol, TypeVar

WHOLE_CLASS = 0
MOST_GROUPS = 6  # of at least five people each in a class of thirty (TR 11.3); ours

Place = TypeVar("Place", bound=Hashable)


class Grouped(Protocol):
    """Anything that belongs to the whole class or to one group."""

    @property
    def group(self) -> int:
        """0 or the number of the group."""


Row = TypeVar("Row", bound=Grouped)


def group_title(group: int) -> str:
    """全班, 第1组 …"""
    return f"第{group}组" if group else "全班"


def groups_in(groups: Iterable[int], of: int = 1) -> list[int]:
    """The groups of a class that is taught apart at all, in order, else the whole class alone. of: how many it has."""
    apart = {group for group in groups if group}
    return sorted(apart | set(range(1, of + 1))) if apart else [WHOLE_CLASS]


def by_group(rows: Iterable[Row], of: int = 1) -> dict[int, list[Row]]:
    """Group → the rows its trainees have, the whole class's with them; {0: all} when nothing is taught in parallel."""
    held = list(rows)
    return {
        group: [row for row in held if row.group in (WHOLE_CLASS, group)]
        for group in groups_in((row.group for row in held), of)
    }


def clashes(placed: Iterable[tuple[Place, int]]) -> list[Place]:
    """Places that are given twice: the same group twice, or the whole class beside anybody. placed: place and group."""
    held: dict[Place, Counter[int]] = defaultdict(Counter)
    for place, group in placed:
        held[place][group] += 1
    return [
        place
        for place, counts in held.items()
        if max(counts.values()) > 1 or (counts[WHOLE_CLASS] and len(counts) > 1)
    ]


def taken_twice(placed: Iterable[tuple[Place, Hashable | None]]) -> dict[Hashable, list[Place]]:
    """Who or what is needed in two groups at once → where. placed: place and person or room, None or "" for nobody."""
    held: dict[Hashable, Counter[Place]] = defaultdict(Counter)
    for place, wanted in placed:
        if wanted:
            held[wanted][place] += 1
    found = {wanted: [place for place, n in counts.items() if n > 1] for wanted, counts in held.items()}
    return {wanted: places for wanted, places in found.items() if places}


def trainee_periods(groups: Iterable[int], of: int = 1) -> dict[int, int]:
    """Group → how many periods its trainees have, the whole class's included; parallel ones count once for each.

    groups: the group of every period that counts; of: how many groups the class has.
    """
    counts = Counter(groups)
    whole = counts[WHOLE_CLASS]
    return {group: whole + (counts[group] if group else 0) for group in groups_in(counts, of)}


def least(periods: Mapping[int, int]) -> int:
    """What every trainee has at least: no certificate says more than its holder was taught."""
    return min(periods.values())


def said_of(periods: Mapping[int, int]) -> str:
    """56 课时; where the groups differ, the least and each group's."""
    if len(set(periods.values())) == 1:
        return f"{least(periods)} 课时"
    each = "，".join(f"{group_title(group)} {n}" for group, n in periods.items())
    return f"{least(periods)} 课时（{each}）"


def is_expected(group: int | None, taught: Collection[int], groups: int) -> bool:
    """Whether somebody of a group sits in a period. taught: the groups it is for; groups: how many the class has.

    Who is in no group of the timetable yet is expected everywhere: nobody is left out of a roll by an oversight.
    """
    if WHOLE_CLASS in taught or not group or group > groups:
        return True
    return group in taught


def uncalled(
    lessons: Iterable[tuple[Place, int]],
    marked: Collection[tuple[Place, int | None]],
    people: Collection[int | None],
) -> list[Place]:
    """Places whose roll is not complete: nobody is marked, or nobody of a group that is taught there and has people.

    lessons: place and group; marked: place and group of somebody with a mark; people: the groups people are in.
    """
    called = {place for place, _ in marked}
    missing = {
        place
        for place, group in lessons
        if place not in called or (group and group in people and (place, group) not in marked)
    }
    return sorted(missing)  # type: ignore[type-var]  # days and periods have an order
