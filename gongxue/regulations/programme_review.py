"""The province's review of a programme, part by part (TR 9): where, and why something goes back.

The texts name the six sections and say that the province reviews; the reasons are ours, each with the article that
it rests on, so that the same wants are called the same everywhere and can be counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from .breaches import Breach, cite
from .programme import SECTIONS

TIMETABLE = "timetable"
PLACES: dict[str, str] = {**SECTIONS, TIMETABLE: "课表"}
COMMENT_LIMIT = 500  # characters; ours
OTHER = "other"
_DAY = re.compile(r"day:(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part goes back."""

    code: str
    title: str
    article: str
    places: tuple[str, ...]  # empty: any

    @property
    def cites(self) -> str:
        """技术规程第十一条(一)."""
        return cite(self.article)


REASONS: tuple[Reason, ...] = (
    Reason("incomplete", "内容不完整", "TR 9", ()),
    Reason("unclear", "表述不清，无法据以实施", "TR 9", ()),
    Reason("standard", "未覆盖培训标准要求的课程和模块", "TR 11.1", ("objectives", "course_plan", TIMETABLE)),
    Reason("methods", "教学组织和方法不符合小班教学要求", "TR 11.3", ("course_plan",)),
    Reason("days", "培训天数或课时安排不符合规定", "TR 11.2", ("course_plan", TIMETABLE)),
    Reason("order", "两项考核的安排不符合规定", "TR 12.1", ("assessment_plan", TIMETABLE)),
    Reason("final", "终结性考核的方式或内容不当", "TR 12.2", ("assessment_plan",)),
    Reason("resources", "未以培训指导手册为核心资源", "TR 11.1", ("materials",)),
    Reason("place", "培训场地不符合规定", "MG 11", ("venue",)),
    Reason("equipment", "场地设备不能满足教学和考核", "TR 9", ("venue",)),
    Reason("staff", "班务管理和后勤服务没有落实到人", "TR 11.4", ("logistics",)),
    Reason("teachers", "授课教师安排不当", "TR 8", ("course_plan", TIMETABLE)),
    Reason(OTHER, "其他（须写明）", "TR 9", ()),
)
_BY_CODE = {reason.code: reason for reason in REASONS}


def reason_by_code(code: str) -> Reason:
    """The reason of a code. KeyError: there is none."""
    return _BY_CODE[code]


def reasons_for(place: str) -> list[Reason]:
    """The reasons that fit a part."""
    return [reason for reason in REASONS if not reason.places or place in reason.places]


def place_title(place: str) -> str:
    """培训目标 … 课表, or the day of the timetable that a comment is about."""
    if found := _DAY.fullmatch(place):
        day = date.fromisoformat(found.group(1))
        return f"{day.month}月{day.day}日"
    return PLACES[place]


def is_place(place: str, days: Sequence[date] = ()) -> bool:
    """Whether something can be said there: a part, or one of the days of the class."""
    return place in PLACES or place in {f"day:{day.isoformat()}" for day in days}


def parts_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """What each part says, out of a version's content: mode and declaration belong to their sections."""
    parts: dict[str, Any] = {key: content["sections"].get(key, "") for key in SECTIONS}
    parts["assessment_plan"] = [parts["assessment_plan"], content["final_mode"]]
    parts["venue"] = [parts["venue"], content.get("venue_declared", False)]
    notes = content.get("notes")
    return parts | {TIMETABLE: [content["sessions"], notes] if notes else content["sessions"]}


def verdict_breaches(place: str, accepts: bool, code: str, comment: str) -> list[Breach]:
    """A part that goes back has a reason that fits it; 其他 is written out."""
    if place not in PLACES:
        return [Breach("review.place", "TR 9", "方案没有这一部分。", "请按方案的六个部分和课表审核。")]
    if accepts:
        return []
    if code not in {reason.code for reason in reasons_for(place)}:
        return [
            Breach("review.reason", "TR 9", f"退回“{PLACES[place]}”须选择理由。", "请选择退回理由后再提交。")
        ]
    if code == OTHER and not comment.strip():
        return [Breach("review.comment", "TR 9", "选择“其他”时须写明理由。", "请填写意见后再提交。")]
    return []
