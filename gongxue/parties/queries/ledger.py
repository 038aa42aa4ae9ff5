"""The duty ledger of backbone teachers: jobs of a year against 2, the idle clock, satisfaction (MG 8.4, MG 9.1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Booking, Person, PoolMembership, SatisfactionSum
from gongxue.parties.queries.standing import Standing, standings
from gongxue.regulations.editions import edition_on
from gongxue.regulations.pool import IdleClock, idle_clock
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import TRAVEL_DAYS, Seat


@dataclass(frozen=True, slots=True)
class Workload:
    """Jobs of a year: a class counts in the year it begins."""

    taught: int = 0
    examined: int = 0

    @property
    def jobs(self) -> int:
        """Both together."""
        return self.taught + self.examined


@dataclass(frozen=True, slots=True)
class Job:
    """One class that somebody taught or examined, or is booked for: the class days, without the journey."""

    reference: str
    seat: Seat
    first: date
    last: date


def jobs_of(
    people: Collection[int] | QuerySet[Any, Any], between: tuple[date, date] | None = None
) -> dict[int, list[Job]]:
    """Person → their jobs, past and booked, by day; one statement. between: only booked days between two days."""
    booked = Booking.objects.unscoped("duty ledger of the pool")
    booked = booked.filter(day__range=between) if between else booked
    rows = (
        booked.filter(person__in=people, capacity__in=list(Seat))
        .values("person_id", "reference", "capacity")
        .annotate(first=Min("day"), last=Max("day"))
        .order_by("first", "reference")
    )
    found: dict[int, list[Job]] = {}
    for row in rows:
        seat = Seat(row["capacity"])
        journey = timedelta(days=TRAVEL_DAYS if seat == Seat.INSTRUCTOR else 0)
        first, last = row["first"] + journey, row["last"] - journey
        if last < first:  # booked without a journey
            first, last = row["first"], row["last"]
        found.setdefault(row["person_id"], []).append(Job(row["reference"], seat, first, last))
    return found


def workload_of(jobs: Sequence[Job], year: int) -> Workload:
    """The jobs of a year."""
    seats = [job.seat for job in jobs if job.first.year == year]
    return Workload(seats.count(Seat.INSTRUCTOR), seats.count(Seat.EXAMINER))


def workloads(people: Collection[int] | QuerySet[Any, Any], year: int) -> dict[int, Workload]:
    """Person → jobs of a year, for those who have any, from the booked days; one statement."""
    between = date(year - 1, 12, 1), date(year, 12, 31)  # December: a class that began there is last year's
    found = {person: workload_of(jobs, year) for person, jobs in jobs_of(people, between).items()}
    return {person: workload for person, workload in found.items() if workload.jobs}


def clock_of(registered_on: date, jobs: Sequence[Job], today: date) -> IdleClock:
    """The idle clock of a teacher; a job counts once its class has begun, until its last day.  # reading: AMB-20"""
    begun = [min(job.last, today) for job in jobs if job.first <= today]
    return idle_clock(registered_on, max(begun, default=None), today, edition_on(today))


def registrations(people: Collection[int] | QuerySet[Any, Any]) -> dict[int, date]:
    """Person → first day in the pool, of those who are in it; one statement."""
    rows = PoolMembership.objects.unscoped("when the clock started").filter(person__in=people, active=True)
    return dict(rows.values_list("person_id").annotate(since=Min("registered_on")))


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the books say of one teacher."""

    jobs: list[Job]
    this_year: Workload
    clock: IdleClock | None  # None: not in the pool
    next_job: Job | None
    standings: dict[int, Standing]  # year → satisfaction, for years with answers


def ledger_of(person: Person, today: date) -> Ledger:
    """The ledger of one teacher; the caller has found the person in scope. Three statements, one more per year."""
    jobs = jobs_of([person.pk]).get(person.pk, [])
    registered = registrations([person.pk]).get(person.pk)
    return Ledger(
        jobs,
        workload_of(jobs, today.year),
        clock_of(registered, jobs, today) if registered else None,
        next((job for job in jobs if job.first > today), None),
        _by_year(person),
    )


def _by_year(person: Person) -> dict[int, Standing]:
    rows = SatisfactionSum.objects.unscoped("years with answers").filter(person=person)
    years = rows.order_by("-year").values_list("year", flat=True).distinct()[:5]
    return {year: standings([person.pk], year)[person.pk] for year in years}


def reads_satisfaction(role: Role, person: Person) -> bool:
    """Means and numbers are for the teacher, the own province and the centre; others learn met or not met (ours)."""
    if role.duty_enum.reads_all or role.account_id == person.account_id:
        return True
    return role.is_(Duty.PROVINCE) and role.organisation.province_code == person.province_code


def teachers_idle(today: date) -> dict[int, IdleClock]:
    """Person → clock of everybody in the pool whose clock has come to a warning; three statements."""
    members = PoolMembership.objects.unscoped("the daily run looks at the whole pool").filter(active=True)
    jobs = jobs_of(members.values("person"))
    clocks = {
        person: clock_of(since, jobs.get(person, []), today)
        for person, since in registrations(members.values("person")).items()
    }
    return {person: clock for person, clock in clocks.items() if clock.warning is not None}
