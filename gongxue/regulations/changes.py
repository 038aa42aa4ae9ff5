"""Changes of what is published: the three paths of TR 7 and note 4, and until when each is possible.

reading: AMB-66 an addition or change before the opening application is one of the list (增补、调整); a planned class
that changes at or after it goes by note 4; a class that is opened without a plan line is 计划外 and needs the scan
reading: AMB-13 the province's approval makes a change effective, the centre has it on record and may comment
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .breaches import Breach
from .calendar import Due, HalfYear, enrolment_due, opening_due, programme_due, said
from .editions import Edition

GRANT_DAYS = 7  # ours: so long a deadline stays open that a change has left no time for, from its approval on
DATES = frozenset({"first_day", "last_day", "days"})
KIND_OF_CLASS = frozenset({"level", "category"})

FIELD_TITLES: dict[str, str] = {  # TR 7: 培训时间、培训级别、专业大类、招生范围、培训人数
    "level": "培训级别", "category": "专业大类", "first_day": "开班日", "last_day": "结束日", "days": "培训天数",
    "headcount": "培训人数", "scope": "招生范围",
}  # fmt: skip


class ChangePath(StrEnum):
    """Which of the three ways a change goes."""

    LIST = "list"
    CLASS = "class"
    OUTSIDE = "outside"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name in the texts."""
        return {"list": "增补、调整", "class": "计划内班次变化", "outside": "计划外班次"}[self.value]

    @property
    def article(self) -> str:
        """Where it stands."""
        return "TR 7" if self is ChangePath.LIST else "TR 脚注④"

    @property
    def needs_scan(self) -> bool:
        """Note 4: 计划外班次 … 上传盖章扫描件."""
        return self is ChangePath.OUTSIDE


class ChangeKind(StrEnum):
    """What is applied for."""

    ADD = "add"
    CHANGE = "change"
    CANCEL = "cancel"

    @property
    def title(self) -> str:  # type: ignore[override]
        """On buttons and in lists."""
        return {"add": "新增班次", "change": "调整班次", "cancel": "取消班次"}[self.value]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a published class has come, as far as a change of it depends on that."""

    first_day: date
    opened: bool = False  # the opening application is filed
    filed: bool = False  # the programme is filed
    noticed: bool = False  # the enrolment notice is out
    begun: bool = False


def path_of_change(standing: Standing) -> ChangePath:
    """A change before the opening application is one of the list, afterwards one of the class."""
    return ChangePath.CLASS if standing.opened else ChangePath.LIST


def window_breaches(kind: ChangeKind, fields: Iterable[str], standing: Standing, today: date) -> list[Breach]:
    """Until when a published class may change; ours, the texts name no last day.

    Level and category until the opening application, because the teachers are chosen by them; dates and scope until
    the enrolment notice, because people apply for them; headcount and cancelling until the class begins.
    """
    if standing.begun or standing.first_day <= today:
        return [
            Breach(
                "change.begun",
                "TR 7",
                f"本班{said(standing.first_day)}开班，培训已经开始，不能再调整或取消。",
                "实际执行情况请在结班材料和年度工作总结中说明。",
            )
        ]
    if kind is not ChangeKind.CHANGE:
        return []
    changed = set(fields)
    if not changed:
        return [Breach("change.nothing", "TR 7", "没有改动任何一项。", "请修改需要调整的内容后再提交。")]
    if standing.opened and changed & KIND_OF_CLASS:
        return [
            Breach(
                "change.opened",
                "TR 8",
                "本班已提出开班申请，骨干教师按级别和专业大类选定，级别和专业大类不能再改。",
                "请申请取消本班，再申请新增班次。",
            )
        ]
    if standing.noticed and changed - {"headcount"}:
        return [
            Breach(
                "change.noticed",
                "TR 10",
                "招生通知已经发布，培训时间和招生范围不能再改。",
                "只能调整人数；时间确需改变的，请申请取消本班。",
            )
        ]
    return []


def addition_breaches(
    path: ChangePath,
    first_day: date,
    period: HalfYear,
    today: date,
    edition: Edition,
    *,
    published: bool,
    reporting: bool,
) -> list[Breach]:
    """Whether a new class may be applied for on a path, in a round that is published or still reported."""
    if not published:
        way = "请直接在本轮填报班次。" if reporting else "请在发布后再申请增补。"
        return [Breach("change.unpublished", "TR 7", f"{period.title}的全国培训信息尚未发布。", way)]
    due = opening_due(first_day, edition)
    if path is ChangePath.LIST and due.on < today:
        return [
            Breach(
                "change.outside",
                "TR 7",
                f"开班申请最迟应于{said(due.on)}提出，增补须在此之前，现已来不及列入计划。",
                "请推迟开班日，或作为计划外班次申请。",
            )
        ]
    return []


def missed_dues(standing: Standing, first_day: date, edition: Edition, today: date) -> list[Due]:
    """Deadlines still ahead of the class that new dates put into the past: only a named grantor opens them."""
    ahead = []
    if not standing.opened:
        ahead.append(opening_due(first_day, edition))
    if not standing.filed:
        ahead.append(programme_due(first_day, edition))
    if not standing.noticed:
        ahead.append(enrolment_due(first_day, edition))
    return [due for due in ahead if due.on < today]


def granted_until(first_day: date, today: date) -> date:
    """The day to which the province's approval opens a deadline that has passed."""
    return min(today + timedelta(days=GRANT_DAYS), first_day - timedelta(days=1))


def missed_breaches(dues: Iterable[Due]) -> list[Breach]:
    """Said to the province that approves without a reason for the short time."""
    return [
        Breach(
            "change.short",
            due.article,
            f"按新的开班日，“{due.title}”的期限{said(due.on)}已过。",
            "同意的，请写明准予延期的理由；否则请退回机构另定日期。",
        )
        for due in dues
    ]
