"""One recommendation over many classes as plain values: what goes in, what comes out, both in one canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from gongxue.regulations.levels import Level
from gongxue.regulations.staffing import TRAVEL_DAYS, Candidate, Demand, Seat

SEATS = (Seat.INSTRUCTOR, Seat.EXAMINER)


class Job(NamedTuple):
    """One seat of a class held by, or proposed to, a person."""

    number: int  # of the class
    seat: Seat
    person: int


@dataclass(frozen=True, slots=True)
class Teacher:
    """What the optimisation knows about one backbone teacher."""

    person: int
    name: str
    province: str
    employer: int
    skills: frozenset[
        tuple[str, Level]
    ]  # category and level registered for it; empty: not in the pool any more
    jobs: tuple[
        tuple[int, int, int], ...
    ] = ()  # year, teaching jobs, examining jobs already accepted or asked for
    satisfaction: float | None = None
    last_job_on: date | None = None
    last_institution: int | None = None
    busy: frozenset[date] = frozenset()

    def had(self, year: int) -> tuple[int, int]:
        """Teaching and examining jobs of a year before this run."""
        return next(((t, e) for y, t, e in self.jobs if y == year), (0, 0))

    def candidate(self, demand: Demand) -> Candidate:
        """The teacher as the rules of one class see them."""
        return Candidate(
            person=self.person,
            name=self.name,
            categories=frozenset(category for category, _ in self.skills),
            levels=frozenset(level for category, level in self.skills if category == demand.category),
            active=bool(self.skills),
            province=self.province,
            employer=self.employer,
            jobs_this_year=self.had(demand.first_day.year)[0],
            satisfaction=self.satisfaction,
            last_job_on=self.last_job_on,
            busy=self.busy,
            examined_this_year=self.had(demand.first_day.year)[1],
            last_institution=self.last_institution,
        )


@dataclass(frozen=True, slots=True)
class OpenClass:
    """One class that needs people. `instructors` and `examiners` count all its seats, fixed ones too."""

    number: int
    demand: Demand
    instructors: int
    examiners: int
    barred: frozenset[int] = frozenset()  # declined or withdrawn: not proposed again
    own_allowed: frozenset[int] = frozenset()  # of the host institution, with a recorded reason (AMB-11)
    trainee_employers: frozenset[int] = frozenset()  # nobody examines trainees of their own school

    def wanted(self, seat: Seat) -> int:
        """Seats of a kind."""
        return self.instructors if seat == Seat.INSTRUCTOR else self.examiners


@dataclass(frozen=True, slots=True)
class Problem:
    """Classes, teachers and what is fixed. The order of none of them matters."""

    classes: tuple[OpenClass, ...]
    teachers: tuple[Teacher, ...]
    fixed: frozenset[Job] = frozenset()
    duty_jobs: int = 2  # MG 8.4
    duty_satisfaction: float = 2.0  # MG 8.4
    travel_days: int = TRAVEL_DAYS
    met: frozenset[tuple[int, int]] = frozenset()  # people who taught together lately, the smaller first

    def as_data(self) -> dict[str, Any]:
        """JSON-ready and sorted: the same problem gives the same bytes whatever order it came in."""
        return {
            "classes": [_class_data(c) for c in sorted(self.classes, key=lambda c: c.number)],
            "teachers": [_teacher_data(t) for t in sorted(self.teachers, key=lambda t: t.person)],
            "fixed": sorted([j.number, j.seat.value, j.person] for j in self.fixed),
            "duty_jobs": self.duty_jobs,
            "duty_satisfaction": self.duty_satisfaction,
            "travel_days": self.travel_days,
            "met": sorted(list(pair) for pair in self.met),
        }


def _class_data(c: OpenClass) -> dict[str, Any]:
    d = c.demand
    return {
        "number": c.number, "level": d.level.value, "category": d.category, "first": d.first_day.isoformat(),
        "last": d.last_day.isoformat(), "institution": d.institution, "province": d.province,
        "preferred": list(d.preferred), "instructors": c.instructors, "examiners": c.examiners,
        "barred": sorted(c.barred), "own": sorted(c.own_allowed), "trainees_of": sorted(c.trainee_employers),
    }  # fmt: skip


def _teacher_data(t: Teacher) -> dict[str, Any]:
    return {
        "person": t.person, "province": t.province, "employer": t.employer,
        "skills": sorted(f"{category}{level.value}" for category, level in t.skills), "jobs": sorted(t.jobs),
        "satisfaction": t.satisfaction, "last": t.last_job_on and t.last_job_on.isoformat(),
        "last_institution": t.last_institution, "busy": sorted(day.isoformat() for day in t.busy),
    }  # fmt: skip


def problem_of(data: dict[str, Any]) -> Problem:
    """The problem that `as_data` wrote, without names: a run stores no name."""
    return Problem(
        classes=tuple(_class_of(c) for c in data["classes"]),
        teachers=tuple(_teacher_of(t) for t in data["teachers"]),
        fixed=frozenset(Job(number, Seat(seat), person) for number, seat, person in data["fixed"]),
        duty_jobs=data["duty_jobs"],
        duty_satisfaction=data["duty_satisfaction"],
        travel_days=data["travel_days"],
        met=frozenset((one, other) for one, other in data["met"]),
    )


def _class_of(c: dict[str, Any]) -> OpenClass:
    demand = Demand(
        Level(c["level"]), c["category"], date.fromisoformat(c["first"]), date.fromisoformat(c["last"]),
        c["institution"], c["province"], tuple(c["preferred"]),
    )  # fmt: skip
    sets = (frozenset(c["barred"]), frozenset(c["own"]), frozenset(c["trainees_of"]))
    return OpenClass(c["number"], demand, c["instructors"], c["examiners"], *sets)


def _teacher_of(t: dict[str, Any]) -> Teacher:
    return Teacher(
        person=t["person"], name="", province=t["province"], employer=t["employer"],
        skills=frozenset((skill[:-1], Level(skill[-1])) for skill in t["skills"]),
        jobs=tuple((year, teaching, examining) for year, teaching, examining in t["jobs"]),
        satisfaction=t["satisfaction"], last_job_on=date.fromisoformat(t["last"]) if t["last"] else None,
        last_institution=t["last_institution"], busy=frozenset(date.fromisoformat(day) for day in t["busy"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Who is proposed for which free seat; what is proven about it. Fixed jobs are not repeated."""

    jobs: tuple[Job, ...]  # sorted
    objective: int
    bound: int  # no assignment of the whole problem is worth more
    greedy: int  # objective of the greedy choice
    unfilled: tuple[tuple[int, Seat, int], ...]  # class, kind of seat, how many stay empty
    method: str  # "whole" or "windows"
    windows: int = 0
    cut: bool = False  # a safety limit of time ended a step: another machine may answer otherwise

    @property
    def gap_percent(self) -> float:
        """How far at most from the best, in percent of the bound."""
        return 100 * (self.bound - self.objective) / max(1, abs(self.bound))

    def as_data(self) -> dict[str, Any]:
        """JSON-ready: what two runs of the same inputs must agree on."""
        return {
            "jobs": [[j.number, j.seat.value, j.person] for j in self.jobs],
            "objective": self.objective,
            "bound": self.bound,
            "greedy": self.greedy,
            "unfilled": [[number, seat.value, count] for number, seat, count in self.unfilled],
            "method": self.method,
            "windows": self.windows,
        }


def canonical(data: Any) -> bytes:
    """JSON without spaces, keys sorted, UTF-8."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: Any) -> str:
    """SHA-256 of the canonical form, hexadecimal."""
    return hashlib.sha256(canonical(data)).hexdigest()


def sorted_jobs(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Jobs by class, instructors first, then by person."""
    return tuple(sorted(jobs, key=lambda j: (j.number, SEATS.index(j.seat), j.person)))
