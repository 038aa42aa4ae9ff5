"""Attendance by 课时 and the gate before the assessments (TR 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from .breaches import Breach
from .editions import Edition


class Presence(StrEnum):
    """What the roll call says about one person in one lesson period."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    LEAVE = "leave"
    ABSENT = "absent"

    @property
    def title(self) -> str:  # type: ignore[override]
        """到课, 迟到, 早退, 请假, 旷课."""
        return {"present": "到课", "late": "迟到", "left_early": "早退", "leave": "请假", "absent": "旷课"}[
            self.value
        ]


def absent_periods(marks: Iterable[Presence], edition: Edition) -> int:
    """Periods that count against the limit: 旷课 and 请假 added (AMB-02), late and early as the edition says.

    reading: AMB-02 leave and unexcused absence count together, exactly four are allowed
    reading: AMB-03 late and early departures are recorded as events, without deduction
    """
    counts = Counter(marks)
    late = counts[Presence.LATE] + counts[Presence.LEFT_EARLY]
    return counts[Presence.ABSENT] + counts[Presence.LEAVE] + late * edition.late_costs


def barred(periods: int, edition: Edition) -> bool:
    """TR 12: 无故旷课或请假超过4课时的参训教师不能参加培训考核; four is still allowed."""
    return periods > edition.absence_limit


def gate_breaches(periods: int, edition: Edition) -> list[Breach]:
    """Why a trainee may not take the assessments; empty while within the limit."""
    if not barred(periods, edition):
        return []
    return [
        Breach(
            "attendance.barred",
            "TR 12",
            f"旷课和请假合计 {periods} 课时，超过 {edition.absence_limit} 课时，不能参加培训考核。",
            "如考勤记录有误，请班务管理教师更正并写明理由。",
        )
    ]


def allowance_left(periods: int, edition: Edition) -> int:
    """Periods that may still be missed; 0 at the limit and beyond."""
    return max(0, edition.absence_limit - periods)
