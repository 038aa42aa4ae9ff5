"""Stage 1: what a planned class must say (TR 7, TR 11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .breaches import Breach
from .calendar import HalfYear, said
from .categories import CATEGORIES
from .editions import Edition
from .levels import Level

SPAN_LIMIT = 60  # days from the first to the last, rest days included; ours, so that a class has an end
REMARK_LIMIT = 200  # characters of 招生范围 and notes; ours, so that a list stays a list
REMIND_BEFORE = (7, 3, 1, 0)  # days before a round closes on which people are reminded; ours
SHORTEST_NOTICE = 3  # days that stay when a round is to close earlier than announced; ours


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


def twin_breaches(line: PlannedClass, others: Iterable[tuple[PlannedClass, str]]) -> list[Breach]:
    """A line that says the same as another one is named, so that nothing is reported twice unseen.

    others: each with the words that lead to it. Two classes of one level and category may well run at the same time:
    whoever enters them says so.  # ours: the texts do not speak of it
    """
    key = (line.level, line.category, line.first_day, line.last_day)
    same = [
        where
        for other, where in others
        if (other.level, other.category, other.first_day, other.last_day) == key
    ]
    if not same:
        return []
    says = f"与{same[0]}的级别、专业大类和培训时间相同。"
    return [Breach("class.twin", "TR 7", says, "重复的请删去；确为同期另开的一个班，请勾选“同期另班”。")]


def round_date_breaches(
    announced: tuple[date, date], wanted: tuple[date, date], today: date, first_entry: date | None
) -> list[Breach]:
    """Why the days of an opened round (TR 7) cannot become these; each pair is (opens_on, closes_on).

    first_entry: the day of the first line that was entered, or None. Whoever counts on the announced last day keeps
    at least SHORTEST_NOTICE days.  # ours: the texts give no days for a round
    """
    (opens, closes), (new_opens, new_closes) = announced, wanted
    if new_closes < new_opens:
        return [Breach("round.dates", "TR 7", "报送截止日早于开始日。", "请更正日期。")]
    if new_closes < today:
        return [Breach("round.past", "TR 7", f"报送截止日{said(new_closes)}已过。", "请填报今后的日期。")]
    breaches = []
    earliest = today + timedelta(days=SHORTEST_NOTICE)
    if new_closes < closes and new_closes < earliest:
        says = f"原定{said(closes)}截止，提前到{said(new_closes)}，尚未提交的班次来不及报送。"
        breaches.append(Breach("round.shortened", "TR 7", says, f"提前截止的，最早为{said(earliest)}。"))
    if first_entry is not None and new_opens > max(first_entry, opens):
        says = f"{said(first_entry)}起已有机构填报，开始日不能推迟到{said(new_opens)}。"
        breaches.append(Breach("round.entered", "TR 7", says, "请保留原开始日，只调整截止日。"))
    return breaches


class ReturnReason(StrEnum):
    """Why a line comes back, short enough to be counted; ours: the texts only say 审核."""

    DATES = "dates"
    APPROVAL = "approval"
    HEADCOUNT = "headcount"
    SCOPE = "scope"
    TWIN = "twin"
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The words on the page."""
        return {
            "dates": "培训时间不合适",
            "approval": "级别或专业大类不在获批范围",
            "headcount": "培训人数不合适",
            "scope": "招生范围不清楚",
            "twin": "重复填报",
            "other": "其他",
        }[self.value]


def return_words(code: str, comment: str) -> str:
    """The reason as it is sent and kept: 培训时间不合适：与开学冲突. 其他 is nothing but its comment."""
    said_too = comment.strip()
    if code == ReturnReason.OTHER:
        return said_too
    title = ReturnReason(code).title
    return f"{title}：{said_too}" if said_too else title


def return_reason_breaches(code: str) -> list[Breach]:
    """A code that is not in the list."""
    if code in list(ReturnReason):
        return []
    titles = "、".join(reason.title for reason in ReturnReason)
    return [Breach("return.reason", "TR 7", f"没有退回原因“{code[:20]}”。", f"可选：{titles}。")]
