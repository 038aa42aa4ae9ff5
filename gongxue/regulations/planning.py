"""Stage 1: what a planned class must say (TR 7, TR 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .breaches import Breach
from .calendar import HalfYear, said
from .categories import CATEGORIES
from .editions import Edition
from .levels import Level

SPAN_LIMIT = 60  # days from the first to the last, rest days included; ours, so that a class has an end
REMARK_LIMIT = 200  # characters of 招生范围 and notes; ours, so that a list stays a list


@dataclass(frozen=True, slots=True)
class PlannedClass:
    """The plan line of TR 7: 培训时间, 培训级别, 专业大类, 招生范围, 培训人数."""

    level: Level
    category: str
    first_day: date
    last_day: date
    days: int  # teaching days, both assessments included (TR 11.2)
    headcount: int
    scope: str


def size_breaches(headcount: int, edition: Edition) -> list[Breach]:
    """TR 11.3: 每班不得超过30人."""
    if 1 <= headcount <= edition.class_size:
        return []
    return [
        Breach(
            "class.size",
            "TR 11.3",
            f"计划人数 {headcount} 不在 1 至 {edition.class_size} 人之间。",
            f"请改为每班不超过 {edition.class_size} 人，超出的可另报一期。",
        )
    ]


def duration_breaches(line: PlannedClass, edition: Edition) -> list[Breach]:
    """TR 11.2: 8, 9 or 7 teaching days inside the dates.

    reading: AMB-05 the days of training lie inside the dates, rest days may lie between them
    reading: AMB-06 a backbone class has the days that the institution enters
    """
    span = (line.last_day - line.first_day).days + 1
    if span < 1:
        return [
            Breach(
                "class.dates",
                "TR 7",
                f"结束日{said(line.last_day)}早于开班日{said(line.first_day)}。",
                "请检查培训时间。",
            )
        ]
    if span > SPAN_LIMIT:
        return [
            Breach(
                "class.span",
                "TR 11.2",
                f"{said(line.first_day)}至{said(line.last_day)}共 {span} 天，超过 {SPAN_LIMIT} 天。",
                "培训应连续安排，中间只留休息日；请更正结束日。",
            )
        ]
    standard = line.level.training_days(edition)
    if standard and line.days != standard:
        return [
            Breach(
                "class.days",
                "TR 11.2",
                f"{line.level.title}培训时间为 {standard} 天，填报为 {line.days} 天。",
                f"请把培训天数改为 {standard} 天。",
            )
        ]
    if not 1 <= line.days <= span:
        return [
            Breach(
                "class.days_inside",
                "TR 11.2",
                f"{line.days} 天培训放不进{said(line.first_day)}至{said(line.last_day)}的 {span} 天。",
                "请延后结束日或更正天数。",
            )
        ]
    return []


def plan_breaches(line: PlannedClass, period: HalfYear, today: date, edition: Edition) -> list[Breach]:
    """Every reason why a line cannot stand in the round of a half-year; approvals are checked apart."""
    breaches = size_breaches(line.headcount, edition) + duration_breaches(line, edition)
    if line.category not in CATEGORIES:
        breaches.append(
            Breach(
                "class.category",
                "TR 2.5",
                f"没有代码为“{line.category}”的专业大类。",
                "请从八个专业大类中选择。",
            )
        )
    if line.first_day not in period:
        breaches.append(
            Breach(
                "class.period",
                "TR 7",
                f"开班日{said(line.first_day)}不在{period.title}之内。",
                f"本轮只报{said(period.first_day)}至{said(period.last_day)}开班的班次。",
            )
        )
    if line.first_day <= today:
        breaches.append(
            Breach("class.past", "TR 7", f"开班日{said(line.first_day)}不晚于今天。", "请填报今后的日期。")
        )
    if not line.scope.strip():
        breaches.append(Breach("class.scope", "TR 7", "没有填写招生范围。", "请写明面向的地区或院校。"))
    elif len(line.scope) > REMARK_LIMIT:
        breaches.append(
            Breach("class.scope_long", "TR 7", f"招生范围超过 {REMARK_LIMIT} 字。", "请精简后再保存。")
        )
    return breaches
