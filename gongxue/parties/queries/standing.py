"""What is known of teachers as plain values: the days they are taken, the satisfaction of a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from gongxue.parties.models import Booking, PoolMembership, SatisfactionSum, Unavailability
from gongxue.regulations.editions import edition_on
from gongxue.regulations.evaluation import Given, mean_satisfaction
from gongxue.regulations.feasibility import Skill, Supply
from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import Seat


def busy_days(people: Collection[int] | QuerySet[Any, Any], first: date, last: date) -> dict[int, set[date]]:
    """Days between two days, inclusive, on which people are booked or say they cannot: person id → days.

    people: their keys, or a query that gives them.
    """
    rows = Booking.objects.unscoped("double-booking guard").filter(
        person__in=people, day__range=(first, last)
    )
    found: dict[int, set[date]] = defaultdict(set)
    for person, day in rows.values_list("person_id", "day"):
        found[person].add(day)
    away = Unavailability.objects.unscoped("free or not free, never why").filter(
        person__in=people, first_day__lte=last, last_day__gte=first
    )
    for person, start, end in away.values_list("person_id", "first_day", "last_day"):
        found[person].update(_days(max(start, first), min(end, last)))
    return dict(found)


def away_among(person: int, days: Collection[date]) -> list[date]:
    """Which of these days somebody has marked as inconvenient, in order; for the teacher's own answer to a letter."""
    if not days:
        return []
    rows = Unavailability.objects.unscoped("the teacher's own answer").filter(
        person=person, first_day__lte=max(days), last_day__gte=min(days)
    )
    spans = list(rows.values_list("first_day", "last_day"))
    return sorted(day for day in days if any(first <= day <= last for first, last in spans))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=i) for i in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Standing:
    """The satisfaction of one year: the mean of 1 to 3 and from how many answers; None under five."""

    mean: float | None
    answers: int
    by_seat: tuple[tuple[Seat, float | None, int], ...]


def standings(people: Collection[int], year: int) -> dict[int, Standing]:
    """Person → satisfaction of a calendar year, for those who have answers; one statement.  # reading: AMB-19"""
    rows = SatisfactionSum.objects.unscoped("means of a year, never single answers").filter(
        person__in=people, year=year
    )
    parts: dict[int, list[tuple[Seat, Given, int]]] = defaultdict(list)
    for person, seat, answers, items, points in rows.values_list(
        "person_id", "seat", "answers", "items", "points"
    ):
        parts[person].append((Seat(seat), Given(answers, points), items))
    return {person: _standing(found, year) for person, found in parts.items()}


def _standing(parts: list[tuple[Seat, Given, int]], year: int) -> Standing:
    edition = edition_on(date(year, 12, 31))

    def mean(found: Iterable[tuple[Seat, Given, int]]) -> float | None:
        return mean_satisfaction(((given, items) for _, given, items in found), edition)

    by_seat = []
    for seat in Seat:
        own = [part for part in parts if part[0] == seat]
        if own:
            by_seat.append((seat, mean(own), sum(given.answers for _, given, _ in own)))
    return Standing(mean(parts), sum(given.answers for _, given, _ in parts), tuple(by_seat))


def satisfaction_of(people: Collection[int], year: int) -> dict[int, float | None]:
    """Person → mean satisfaction (1 to 3) of a calendar year, None under five answers.  # reading: AMB-19"""
    found = standings(people, year)
    return {person: found[person].mean if person in found else None for person in people}


def satisfaction_so_far(people: Collection[int], year: int) -> dict[int, float | None]:
    """As `satisfaction_of`; while the year has no judgement yet, that of the year before (ours). Two statements."""
    now, before = satisfaction_of(people, year), satisfaction_of(people, year - 1)
    return {person: before[person] if mean is None else mean for person, mean in now.items()}


def supply_between(first: date, last: date) -> Supply:
    """The active pool with what it is registered for and the days it is taken; three statements whatever its size."""
    members = PoolMembership.objects.unscoped("does the whole pool suffice").filter(active=True)
    skills: dict[int, list[Skill]] = defaultdict(list)
    for member in members.only("person_id", "category", "levels", "paused").order_by("person"):
        skills[member.person_id] += [(member.category, Level(code)) for code in member.open_levels]
    return Supply(skills, busy_days(members.values("person"), first, last))


def seats_taken(first: date, last: date) -> dict[tuple[str, str], int]:
    """(reference, kind of seat) → how many teachers are booked for it with days between two days; one statement."""
    rows = (
        Booking.objects.unscoped("which seats are taken, by number")
        .filter(day__range=(first, last), capacity__in=list(Seat))
        .values_list("reference", "capacity")
        .annotate(people=Count("person", distinct=True))
    )
    return {(reference, capacity): people for reference, capacity, people in rows}
