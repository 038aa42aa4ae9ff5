"""Standing of a backbone teacher: the idle clock, the duty of a year, days one cannot (MG 8.4, MG 9.1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from .breaches import Breach
from .calendar import said
from .editions import Edition

IDLE_WARNINGS = (180, 90, 30)  # days before two idle years are full; ours
AWAY_DAYS, AWAY_AHEAD, AWAY_ROWS = 190, 730, 100  # longest range, how far ahead, how many; ours
INTRODUCTION = 100  # characters; ours


def _years_later(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 1 March, so that nobody loses a day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass(frozen=True, slots=True)
class IdleClock:
    """How long somebody has neither taught nor examined, and when two such years are full (MG 9.1)."""

    since: date
    full_on: date
    today: date
    begun: bool  # False: no job yet, the clock started with the registration

    @property
    def idle_days(self) -> int:
        """Days since the last job (or the registration)."""
        return max(0, (self.today - self.since).days)

    @property
    def left(self) -> int:
        """Days until two years are full; negative afterwards."""
        return (self.full_on - self.today).days

    @property
    def warning(self) -> int | None:
        """The nearest warning that has been reached: 180, 90, 30, 0 when it is full, or None."""
        if self.left <= 0:
            return 0
        return min((days for days in IDLE_WARNINGS if self.left <= days), default=None)


def idle_clock(registered_on: date, last_job_on: date | None, today: date, edition: Edition) -> IdleClock:
    """Two years without teaching and without examining; it starts at the registration.  # reading: AMB-20

    last_job_on: the last day of the latest job that has begun, or None.
    """
    since = max(registered_on, last_job_on) if last_job_on else registered_on
    return IdleClock(since, _years_later(since, edition.idle_years), today, last_job_on is not None)


def satisfaction_word(mean: float | None, edition: Edition) -> str:
    """What institutions learn of a year's satisfaction (ours): met, not met or too few answers (MG 8.4, AMB-19)."""
    if mean is None:
        return "样本不足"
    return "达标" if mean >= float(edition.duty_satisfaction) else "未达标"


def away_breaches(first: date, last: date, today: date, known: Collection[tuple[date, date]]) -> list[Breach]:
    """What is wrong with days that a teacher says they cannot; known: the ranges already there."""
    breaches = []
    if last < first:
        breaches.append(Breach("pool.away_dates", "TR 8", "止日早于起日。", "请更正起止日期。"))
    elif (last - first).days >= AWAY_DAYS:
        says = f"一次最多登记 {AWAY_DAYS} 天。"
        breaches.append(Breach("pool.away_long", "TR 8", says, "请分段登记。"))
    if last < today:
        breaches.append(Breach("pool.away_past", "TR 8", "这些日子已经过去。", "请登记今天以后的日子。"))
    elif last > today + timedelta(days=AWAY_AHEAD):
        breaches.append(Breach("pool.away_far", "TR 8", "最远登记到两年以后。", "请更正止日。"))
    if (first, last) in known:
        breaches.append(Breach("pool.away_known", "TR 8", "这几天已经登记过。", "请在列表中查看。"))
    elif len(known) >= AWAY_ROWS:
        says = f"登记的日期已有 {AWAY_ROWS} 段。"
        breaches.append(Breach("pool.away_many", "TR 8", says, "请先删除用不着的，或把相连的日子合成一段。"))
    return breaches


def away_clash_breaches(jobs: Collection[tuple[str, date, date]]) -> list[Breach]:
    """Accepted classes (title, first and last day that is taken) inside days that one wants to be away."""
    return [
        Breach(
            "pool.away_taken",
            "TR 8",
            f"{said(first)}至{said(last)}您已接受“{title}”的任务（含路途）。",
            "确实不能参加的，请先联系培训机构撤回邀请，再登记。",
        )
        for title, first, last in jobs
    ]


def willing_breaches(levels: str, registered: str) -> list[Breach]:
    """Somebody may pause levels, never take on one that is not registered (MG 9.1)."""
    if set(levels) <= set(registered):
        return []
    return [
        Breach(
            "pool.willing",
            "MG 9",
            "所选级别超出了登记的可承担级别。",
            "只能在登记的级别中选择；要增加级别请联系部指导中心。",
        )
    ]


def introduction_breaches(text: str) -> list[Breach]:
    """One line about oneself."""
    if len(text) <= INTRODUCTION and "\n" not in text:
        return []
    return [
        Breach("pool.introduction", "MG 9", f"自我介绍不超过 {INTRODUCTION} 字，一行。", "请精简后保存。")
    ]
