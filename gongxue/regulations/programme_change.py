"""A filed programme changes (TR 9): what moved, and whether the province looks at it again.

The texts say how a programme is filed, not how it changes. Ours, on the careful side: the province has approved the
days, the content of each day, both assessments, the teachers, the venue and the six sections; a change of any of
them goes the same way as the first filing. Filed on the word of the institution and both instructors, the province
being told: another room of the same venue, another wording of a topic beside its module, another order within a day
that leaves the assessments where they are, punctuation. Whatever touches a day gone by goes to the province.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .breaches import Breach
from .calendar import said
from .levels import module_by_code
from .parallel import WHOLE_CLASS, group_title
from .programme import SECTIONS, FinalMode, SessionKind, scenic_warnings

TOLD_SECTIONS = frozenset({"venue", "logistics"})  # what trainees travel and stay by
_ASSESSMENTS = (SessionKind.PROCESS, SessionKind.FINAL)
_FORM = re.compile(r"[\s\W_]+")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson period 课时 with everything that a timetable prints."""

    day: date
    period: int
    kind: SessionKind
    module: str
    topic: str
    teacher: int | None
    teacher_name: str
    room: str
    group: int = WHOLE_CLASS

    @property
    def content(self) -> tuple[str, str, int]:
        """What is taught to whom: the module; where a level has none (G), the topic is the content."""
        free = self.kind == SessionKind.COURSE and not self.module
        return self.module or self.kind.value, self.topic if free else "", self.group

    @property
    def says(self) -> str:
        """What is taught, in words."""
        module = module_by_code(self.module)
        what = module.title if module else self.content[1] or self.kind.title
        return f"{group_title(self.group)}{what}" if self.group else what


@dataclass(frozen=True, slots=True)
class Version:
    """A programme as one text."""

    sections: Mapping[str, str]
    final_mode: str
    lessons: Sequence[Lesson]
    notes: Mapping[str, str] = field(default_factory=dict)  # ISO day → note of the timetable


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that a change moves."""

    kind: str  # days · assessments · modules · teachers · venue · text · mode · past · order · room · topic · form · note
    says: str
    material: bool  # goes to the province
    told: bool = False  # concerns the trainees


def moved_between(before: Version, after: Version, today: date) -> list[Moved]:
    """Everything that differs, what goes to the province first."""
    found = [
        *_texts(before, after),
        *_days(before, after),
        *_assessments(before, after),
        *_notes(before, after),
    ]
    days: dict[date, tuple[list[Lesson], list[Lesson]]] = {}
    for side, version in enumerate((before, after)):
        for lesson in sorted(version.lessons, key=lambda one: (one.day, one.period, one.group)):
            days.setdefault(lesson.day, ([], []))[side].append(lesson)
    for day in sorted(days):
        old, new = days[day]
        differs = list(_within(old, new))
        found += differs
        if day < today and old != new:
            found.append(Moved("past", f"涉及已过去的{_short(day)}。", True))
    return sorted(found, key=lambda one: not one.material)


def material_breaches(moved: Sequence[Moved]) -> list[Breach]:
    """What the province approved, it approves again."""
    found = [one.says.rstrip("。") for one in moved if one.material]
    if not found:
        return []
    says = "；".join(found)
    return [
        Breach("change.material", "TR 9", f"变更涉及省级已审核的内容：{says}。", "请报送省级管理部门审核。")
    ]


def taught_breaches(before: Version, after: Version, taught: Collection[tuple[date, int]]) -> list[Breach]:
    """A period whose roll was called is a fact: it stays as it is, whatever else changes (TR 12)."""
    old, new = (
        {place: {one for one in side.lessons if (one.day, one.period) == place} for place in taught}
        for side in (before, after)
    )
    touched = sorted(place for place in taught if old[place] and old[place] != new[place])
    if not touched:
        return []
    (day, period), n = touched[0], len(touched)
    where = f"{said(day)}第 {period} 课时{f'等 {n} 个课时' if n > 1 else ''}"
    way_out = "请恢复这些课时原来的安排，只调整尚未点名的课时。"
    return [Breach("change.taught", "TR 12", f"{where}已经点名，不能再改。", way_out)]


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _texts(before: Version, after: Version) -> Iterable[Moved]:
    for key, title in SECTIONS.items():
        old, new = before.sections.get(key, "").strip(), after.sections.get(key, "").strip()
        if old == new:
            continue
        if _FORM.sub("", old) == _FORM.sub("", new):
            yield Moved("form", f"“{title}”调整了标点或格式。", False)
        else:
            yield Moved(
                "venue" if key == "venue" else "text", f"“{title}”有修改。", True, key in TOLD_SECTIONS
            )
    if before.final_mode != after.final_mode:
        old, new = FinalMode(before.final_mode).title, FinalMode(after.final_mode).title
        yield Moved("mode", f"终结性考核方式由{old}改为{new}。", True, True)


def _days(before: Version, after: Version) -> Iterable[Moved]:
    old, new = (
        {one.day for one in side.lessons if one.kind != SessionKind.OTHER} for side in (before, after)
    )
    for word, days in (("增加", new - old), ("取消", old - new)):
        if days:
            yield Moved(
                "days", f"{word}培训日：{'、'.join(_short(day) for day in sorted(days))}。", True, True
            )


def _assessments(before: Version, after: Version) -> Iterable[Moved]:
    for kind in _ASSESSMENTS:
        old, new = (
            sorted((one.day, one.period, one.group) for one in side.lessons if one.kind == kind)
            for side in (before, after)
        )
        if old == new:
            continue
        was, becomes = (_spans(sorted({place[:2] for place in side})) for side in (old, new))
        words = f"由{was}改为{becomes}" if was != becomes else "的分组有调整"
        yield Moved("assessments", f"{kind.title}{words}。", True, True)


def _notes(before: Version, after: Version) -> Iterable[Moved]:
    """A note is no content of the training: filed on the word of those who write; trainees plan by it."""
    for day in sorted(before.notes.keys() | after.notes.keys()):
        old, new = before.notes.get(day, ""), after.notes.get(day, "")
        if old != new:
            yield Moved(
                "note",
                f"{_short(date.fromisoformat(day))}的备注由“{old or '无'}”改为“{new or '无'}”。",
                False,
                True,
            )


def _spans(places: Sequence[tuple[date, int]]) -> str:
    """6月18日第1至4课时、6月19日第1课时."""
    days: dict[date, list[int]] = {}
    for day, period in places:
        days.setdefault(day, []).append(period)
    words = [
        f"{_short(day)}第{f'{held[0]}至{held[-1]}' if len(held) > 1 else held[0]}课时"
        for day, held in days.items()
    ]
    return "、".join(words) or "未安排"


def _within(old: list[Lesson], new: list[Lesson]) -> Iterable[Moved]:
    """What differs in one day; days that are new or gone are named by their days, their content with them."""
    day = _short((old or new)[0].day)
    taught, teaches = ([one for one in side if one.kind not in _ASSESSMENTS] for side in (old, new))
    contents = [Counter(one.content for one in side) for side in (taught, teaches)]
    if contents[0] != contents[1]:
        yield Moved("modules", f"{day}的内容由{_amounts(taught)}改为{_amounts(teaches)}。", True, True)
    elif _teaching(old) != _teaching(new) and sum(_teaching(old).values()) == sum(_teaching(new).values()):
        yield Moved("teachers", f"{day}的教师由{_names(old)}改为{_names(new)}。", True, True)
    elif _order(taught) != _order(teaches):
        yield Moved("order", f"{day}的课时次序有调整。", False, True)
    if not (old and new) or contents[0] != contents[1]:
        return
    if Counter((one.content, one.room) for one in old) != Counter((one.content, one.room) for one in new):
        rooms = dict.fromkeys(one.room or "未定" for one in new)
        scenic = scenic_warnings("".join(rooms))
        yield Moved("room", f"{day}的上课地点调整为{'、'.join(rooms)}。", bool(scenic), True)
    wordings = [
        Counter((one.content, one.topic) for one in side if not one.content[1]) for side in (old, new)
    ]
    if wordings[0] != wordings[1]:
        yield Moved("topic", f"{day}的课题表述有调整。", False)


def _teaching(lessons: Sequence[Lesson]) -> Counter[object]:
    return Counter((one.content, one.teacher) for one in lessons)


def _order(lessons: Sequence[Lesson]) -> list[object]:
    return [(one.period, one.content, one.teacher) for one in lessons]


def _amounts(lessons: Sequence[Lesson]) -> str:
    counts = Counter(one.says for one in lessons)
    return "、".join(f"{title} {n} 课时" for title, n in counts.items()) or "无"


def _names(lessons: Sequence[Lesson]) -> str:
    counts = Counter(one.teacher_name or "未指定" for one in lessons)
    return "、".join(f"{name} {n} 课时" for name, n in counts.items())
