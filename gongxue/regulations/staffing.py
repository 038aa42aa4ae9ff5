"""Stage 2: seats, deadlines and who may take a seat (TR 8, MG 6, MG 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .breaches import Breach
from .calendar import opening_due, said
from .editions import Edition
from .levels import Level

TRAVEL_DAYS = 1  # a day before and after a class belongs to the journey; ours
ANSWER_DAYS = 3  # an invitation waits this long for its answer; ours (TR 8 gives five days in all)


class Seat(StrEnum):
    """The two kinds of backbone teachers of a class (TR 8)."""

    INSTRUCTOR = "instructor"
    EXAMINER = "examiner"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name in the texts."""
        return {"instructor": "授课骨干教师", "examiner": "考核骨干教师"}[self.value]

    @property
    def short(self) -> str:
        """授课 or 考核, where space is scarce."""
        return {"instructor": "授课", "examiner": "考核"}[self.value]

    def wanted(self, edition: Edition) -> int:
        """2 instructors, 3 examiners (TR 8)."""
        return edition.instructors if self == Seat.INSTRUCTOR else edition.examiners


def filing_breaches(
    first_day: date, today: date, edition: Edition, exception_until: date | None
) -> list[Breach]:
    """TR 8, D-40: missed is refused unless a named person has granted an exception.  # reading: AMB-01"""
    due = opening_due(first_day, edition)
    if today <= due.on or (exception_until and today <= exception_until):
        return []
    return [
        Breach(
            "opening.late",
            "TR 8",
            f"开班申请最迟应于{said(due.on)}提出，已逾期 {due.late_by(today)} 天。{due.derivation}。",
            "请申请调整开班日期，或请省级管理部门、部指导中心准予延期并写明理由。",
        )
    ]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the recommendation knows about one backbone teacher, as plain values."""

    person: int
    name: str
    categories: frozenset[str]
    levels: frozenset[Level]
    active: bool
    province: str
    employer: int
    jobs_this_year: int
    satisfaction: float | None  # mean of 3, None when fewer than five answers
    last_job_on: date | None
    busy: frozenset[date]
    examined_this_year: int = 0
    last_institution: int | None = None  # where the last job was


@dataclass(frozen=True, slots=True)
class Demand:
    """What one class needs."""

    level: Level
    category: str
    first_day: date
    last_day: date
    institution: int
    province: str
    preferred: tuple[int, ...] = ()  # instructors only (TR 8), best first  # reading: AMB-11

    @property
    def days(self) -> frozenset[date]:
        """The class days with the journey before and after."""
        start = self.first_day - timedelta(days=TRAVEL_DAYS)
        length = (self.last_day - self.first_day).days + 1 + 2 * TRAVEL_DAYS
        return frozenset(start + timedelta(days=i) for i in range(length))


def seat_breaches(candidate: Candidate, demand: Demand) -> list[Breach]:
    """Every reason why a teacher may not take a seat of this class."""
    breaches = []
    if not candidate.active:
        breaches.append(
            Breach("seat.standing", "MG 9", f"{candidate.name}不在骨干教师库中。", "请另选一人。")
        )
    if demand.category not in candidate.categories:
        breaches.append(
            Breach("seat.category", "TR 5", f"{candidate.name}没有该专业大类的骨干教师证书。", "请另选一人。")
        )
    if demand.level not in candidate.levels:
        breaches.append(
            Breach(
                "seat.level", "TR 5", f"{candidate.name}未登记承担{demand.level.title}培训。", "请另选一人。"
            )
        )
    clash = sorted(candidate.busy & demand.days)
    if clash:
        breaches.append(
            Breach(
                "seat.busy",
                "TR 8",
                f"{candidate.name}在{said(clash[0])}等 {len(clash)} 天另有任务或登记了不便（含路途）。",
                "请另选一人。",
            )
        )
    if candidate.employer == demand.institution:  # reading: AMB-11
        breaches.append(
            Breach(
                "seat.own",
                "TR 8",
                f"{candidate.name}是本机构教师，推荐时回避。",
                "确有需要时写明理由后邀请。",
            )
        )
    return breaches
