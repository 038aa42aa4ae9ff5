"""Who may take which seat and for how many points: the whole problem as arrays.

Classes and teachers are numbered in the order of their own numbers, days from the first day of any class; everything
after this file is independent of the order in which the problem was given.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongxue.regulations.geography import distance_km
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation.model import SEATS, Job, OpenClass, Problem, Teacher
from gongxue.stage2_staffing.optimisation.partners import Meetings

Ints = NDArray[np.int64]
NEVER = -1


@dataclass(frozen=True, slots=True)
class Field:
    """All pairs of class and teacher that the hard rules allow, with their points."""

    classes: list[OpenClass]
    teachers: list[Teacher]
    start: Ints  # first and last day of each class with the journey, counted from the first day of all
    end: Ints
    year: Ints  # index of the calendar year of each class
    need: Ints  # [class, kind of seat] free seats
    eligible: list[tuple[Ints, Ints]]  # [class][kind] teachers
    points: list[tuple[Ints, Ints]]  # [class][kind] their points
    taken: NDArray[np.bool_]  # [teacher, day] by what is fixed
    had: Ints  # [teacher, year, kind] jobs before this run, fixed ones included
    rewards: Ints  # [kind, jobs before] points of one more job
    fixed: list[tuple[int, int, int]]  # class, kind, teacher
    beside: list[list[int]]  # [class] instructors who are fixed
    met: Meetings  # who has taught together, fixed seats included

    @property
    def years(self) -> int:
        """How many calendar years the classes touch."""
        return self.had.shape[1]

    def job(self, c: int, s: int, t: int) -> Job:
        """Indices as a job."""
        return Job(self.classes[c].number, SEATS[s], self.teachers[t].person)


def field_of(problem: Problem) -> Field:
    """The problem as arrays. ValueError when what is fixed names an unknown class or person."""
    classes = sorted(problem.classes, key=lambda c: c.number)
    teachers = sorted(problem.teachers, key=lambda t: t.person)
    travel = timedelta(days=problem.travel_days)
    zero = min((c.demand.first_day for c in classes), default=date(2000, 1, 1)) - travel
    start = _ints((c.demand.first_day - travel - zero).days for c in classes)
    end = _ints((c.demand.last_day + travel - zero).days for c in classes)
    known = sorted({c.demand.first_day.year for c in classes})
    year = _ints(known.index(c.demand.first_day.year) for c in classes)
    days = int(end.max(initial=0)) + 1
    taken = _busy(teachers, zero, days)
    had = np.zeros((len(teachers), max(1, len(known)), 2), np.int64)
    for t, teacher in enumerate(teachers):
        for y, number in enumerate(known):
            had[t, y] = teacher.had(number)
    fixed = _fixed(problem, classes, teachers)
    need = np.array([[c.wanted(s) for s in SEATS] for c in classes], np.int64).reshape(len(classes), 2)
    for c, s, t in fixed:
        taken[t, start[c] : end[c] + 1] = True
        had[t, year[c], s] += 1
        need[c, s] = max(0, need[c, s] - 1)
    facts = _Facts.of(problem, teachers, taken, had)
    eligible, points = [], []
    for c, shown in enumerate(classes):
        both = facts.eligible(shown, int(start[c]), int(end[c]), int(year[c]))
        eligible.append(both)
        points.append((facts.points(shown, both[0], 0), facts.points(shown, both[1], 1)))
    rewards = np.array(
        [[w.duty_points(s, n, problem.duty_jobs) for n in range(w.MAX_JOBS + 1)] for s in SEATS], np.int64
    )
    beside, met = _partners(problem, teachers, len(classes), fixed)
    return Field(
        classes, teachers, start, end, year, need, eligible, points, taken, had, rewards, fixed, beside, met
    )


def _partners(
    problem: Problem, teachers: list[Teacher], classes: int, fixed: list[tuple[int, int, int]]
) -> tuple[list[list[int]], Meetings]:
    """The fixed instructors of each class, and who has met whom; people who left the pool meet nobody."""
    index = {t.person: n for n, t in enumerate(teachers)}
    met = Meetings((index[a], index[b]) for a, b in problem.met if a in index and b in index)
    beside: list[list[int]] = [[] for _ in range(classes)]
    for c, s, t in fixed:
        if s == 0:
            met.meet(t, beside[c])
            beside[c].append(t)
    return beside, met


def _ints(values: Any) -> Ints:
    return np.fromiter(values, np.int64)


def _busy(teachers: list[Teacher], zero: date, days: int) -> NDArray[np.bool_]:
    taken = np.zeros((len(teachers), days), np.bool_)
    for t, teacher in enumerate(teachers):
        for day in teacher.busy:
            if 0 <= (day - zero).days < days:
                taken[t, (day - zero).days] = True
    return taken


def _fixed(problem: Problem, classes: list[OpenClass], teachers: list[Teacher]) -> list[tuple[int, int, int]]:
    by_number = {c.number: index for index, c in enumerate(classes)}
    by_person = {t.person: index for index, t in enumerate(teachers)}
    jobs = [j for j in problem.fixed if j.number not in by_number or j.person not in by_person]
    if jobs:
        raise ValueError(f"fixed jobs of unknown classes or people: {sorted(jobs)[:3]}")
    return sorted((by_number[j.number], SEATS.index(j.seat), by_person[j.person]) for j in problem.fixed)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the pool knows, one array per fact."""

    problem: Problem
    employer: Ints
    person: Ints
    province: NDArray[np.str_]
    skilled: dict[tuple[str, str], Ints]
    satisfaction: Ints
    last_job: Ints
    last_institution: Ints
    free: Ints  # [teacher, day] days taken before that day, so that an interval is a difference
    full: NDArray[np.bool_]  # [teacher, year] nothing more that year
    index: dict[int, int]  # person → teacher

    @classmethod
    def of(cls, problem: Problem, teachers: list[Teacher], taken: NDArray[np.bool_], had: Ints) -> _Facts:
        """Of the whole pool."""
        skilled: dict[tuple[str, str], list[int]] = defaultdict(list)
        for t, teacher in enumerate(teachers):
            for category, level in teacher.skills:
                skilled[category, level.value].append(t)
        before = np.zeros((len(teachers), taken.shape[1] + 1), np.int64)
        np.cumsum(taken, axis=1, out=before[:, 1:])
        return cls(
            problem=problem,
            employer=_ints(t.employer for t in teachers),
            person=_ints(t.person for t in teachers),
            province=np.array([t.province for t in teachers], dtype="U2"),
            skilled={key: np.array(found, np.int64) for key, found in skilled.items()},
            satisfaction=_ints(
                satisfaction_points(t.satisfaction, problem.duty_satisfaction) for t in teachers
            ),
            last_job=_ints(t.last_job_on.toordinal() if t.last_job_on else NEVER for t in teachers),
            last_institution=_ints(
                NEVER if t.last_institution is None else t.last_institution for t in teachers
            ),
            free=before,
            full=had.sum(axis=2) >= w.MAX_JOBS,
            index={t.person: n for n, t in enumerate(teachers)},
        )

    def eligible(self, shown: OpenClass, start: int, end: int, year: int) -> tuple[Ints, Ints]:
        """Teachers who may instruct and who may examine: the hard rules (TR 5, TR 8, MG 9)."""
        demand = shown.demand
        t = self.skilled.get((demand.category, demand.level.value), np.empty(0, np.int64))
        t = t[(self.free[t, end + 1] == self.free[t, start]) & ~self.full[t, year]]
        own = self.employer[t] == demand.institution
        if shown.own_allowed:
            own &= ~np.isin(self.person[t], sorted(shown.own_allowed))
        t = t[~own]
        here = (
            {j.person for j in self.problem.fixed if j.number == shown.number}
            if self.problem.fixed
            else set()
        )
        if shown.barred or here:
            t = t[~np.isin(self.person[t], sorted(shown.barred | here))]
        if not shown.trainee_employers:
            return t, t
        return t, t[~np.isin(self.employer[t], sorted(shown.trainee_employers))]

    def points(self, shown: OpenClass, t: Ints, s: int) -> Ints:
        """Points of the pairs without those that depend on how many jobs somebody has."""
        demand = shown.demand
        first = demand.first_day.toordinal()
        idle = np.clip((first - self.last_job[t]) // 365, 0, w.IDLE_MOST)
        total = self.satisfaction[t] + w.IDLE_YEAR * np.where(self.last_job[t] == NEVER, 1, idle)
        total -= w.ROTATION * (self.last_institution[t] == demand.institution)
        if SEATS[s] == Seat.INSTRUCTOR:
            codes, which = np.unique(self.province[t], return_inverse=True)
            away = [distance_km(str(code), demand.province) // w.TRAVEL_KM for code in codes]
            total -= np.array(away, np.int64)[which]
            for place, person in enumerate(demand.preferred):
                total[t == self.index.get(person, NEVER)] += w.preference_points(place)
        return total


def satisfaction_points(mean: float | None, wanted: float) -> int:
    """Points of a yearly satisfaction (of three); none known counts nothing."""
    return 0 if mean is None else round(w.SATISFACTION * (mean - wanted))
