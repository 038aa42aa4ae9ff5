"""An independent check of an answer against the rules, in plain Python: every answer passes before anybody sees it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from itertools import combinations

from gongxue.regulations.staffing import Seat, seat_breaches
from gongxue.stage2_staffing.optimisation.model import SEATS, Job, OpenClass, Problem, Teacher
from gongxue.stage2_staffing.optimisation.points import pair_points
from gongxue.stage2_staffing.optimisation.weights import MAX_JOBS, PARTNERS, UNFILLED, duty_points


def faults(problem: Problem, jobs: Iterable[Job]) -> list[str]:
    """Every hard rule that proposed jobs break, in words for the log; empty: the answer may be used."""
    classes = {c.number: c for c in problem.classes}
    teachers = {t.person: t for t in problem.teachers}
    proposed = list(jobs)
    found = [f"{job}: unknown" for job in proposed if job.number not in classes or job.person not in teachers]
    if found:
        return found
    for job in proposed:
        found += _seat_faults(job, classes[job.number], teachers[job.person], problem)
    found += _count_faults(classes, [*problem.fixed, *proposed], set(problem.fixed), teachers)
    return found + _overlaps(classes, [*problem.fixed, *proposed], set(proposed), problem.travel_days)


def _days(shown: OpenClass, travel: int) -> frozenset[date]:
    first, last = shown.demand.first_day - timedelta(travel), shown.demand.last_day + timedelta(travel)
    return frozenset(first + timedelta(n) for n in range((last - first).days + 1))


def _seat_faults(job: Job, shown: OpenClass, teacher: Teacher, problem: Problem) -> list[str]:
    rules = {b.rule for b in seat_breaches(teacher.candidate(shown.demand), shown.demand)} - {"seat.busy"}
    if job.person in shown.own_allowed:
        rules.discard("seat.own")
    if teacher.busy & _days(shown, problem.travel_days):
        rules.add("seat.busy")
    if job.person in shown.barred:
        rules.add("seat.barred")
    if job.seat == Seat.EXAMINER and teacher.employer in shown.trainee_employers:
        rules.add("seat.own_trainees")
    return [f"{job}: {rule}" for rule in sorted(rules)]


def _count_faults(
    classes: dict[int, OpenClass], jobs: list[Job], fixed: set[Job], teachers: dict[int, Teacher]
) -> list[str]:
    found = []
    for (number, seat), count in Counter((j.number, j.seat) for j in jobs).items():
        before = sum(1 for j in fixed if (j.number, j.seat) == (number, seat))
        if count > max(before, classes[number].wanted(seat)):
            found.append(f"class {number}: {count} for {seat}")
    found += [
        f"class {number}: person {person} {count} times"
        for (number, person), count in Counter((j.number, j.person) for j in jobs).items()
        if count > 1
    ]
    years = Counter((j.person, classes[j.number].demand.first_day.year) for j in jobs)
    new = {(j.person, classes[j.number].demand.first_day.year) for j in jobs if j not in fixed}
    for person, year in new:
        if years[person, year] + sum(teachers[person].had(year)) > MAX_JOBS:
            found.append(f"person {person}: more than {MAX_JOBS} jobs in {year}")
    return found


def _overlaps(classes: dict[int, OpenClass], jobs: list[Job], new: set[Job], travel: int) -> list[str]:
    held: dict[tuple[int, date], list[Job]] = defaultdict(list)
    for job in jobs:
        for day in _days(classes[job.number], travel):
            held[job.person, day].append(job)
    return [
        f"person {person}: {len(several)} classes on {day}"
        for (person, day), several in held.items()
        if len(several) > 1 and set(several) & new
    ]


def worth(problem: Problem, jobs: Collection[Job]) -> int:
    """The objective of proposed jobs, counted one by one with the points that are explained in words."""
    classes = {c.number: c for c in problem.classes}
    teachers = {t.person: t for t in problem.teachers}
    had = Counter({(j.person, _year(classes[j.number]), j.seat): 0 for j in problem.fixed})
    seats = {(c.number, s): c.wanted(s) for c in problem.classes for s in SEATS}
    for job in problem.fixed:
        had[job.person, _year(classes[job.number]), job.seat] += 1
        seats[job.number, job.seat] = max(0, seats[job.number, job.seat] - 1)
    total = 0
    for job in jobs:
        shown, teacher = classes[job.number], teachers[job.person]
        total += pair_points(
            teacher.candidate(shown.demand), shown.demand, job.seat, problem.duty_satisfaction
        )
        key = (job.person, _year(shown), job.seat)
        before = teacher.had(key[1])[SEATS.index(job.seat)] + had[key]
        total += duty_points(job.seat, before, problem.duty_jobs)
        had[key] += 1
        seats[job.number, job.seat] -= 1
    return total - UNFILLED * sum(seats.values()) - PARTNERS * _again(problem, jobs)


def _again(problem: Problem, jobs: Collection[Job]) -> int:
    """How often two instructors meet who have met before, or meet twice, because of these jobs."""
    people = {t.person for t in problem.teachers}

    def times(several: Iterable[Job]) -> Counter[tuple[int, int]]:
        held: dict[int, set[int]] = defaultdict(set)
        for job in several:
            if job.seat == Seat.INSTRUCTOR:
                held[job.number].add(job.person)
        return Counter(pair for those in held.values() for pair in combinations(sorted(those), 2))

    before = times(problem.fixed)
    known = Counter(pair for pair in problem.met if people.issuperset(pair)) + before
    found = times([*problem.fixed, *jobs]) - before
    return sum(count if known[pair] else count - 1 for pair, count in found.items())


def _year(shown: OpenClass) -> int:
    return shown.demand.first_day.year
