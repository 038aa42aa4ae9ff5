"""Stage 3: the programme and its timetable (TR 9, TR 11, MG 11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from .breaches import Breach
from .calendar import said
from .editions import Edition
from .levels import Level, modules_of
from .parallel import WHOLE_CLASS, by_group, clashes, group_title, least, trainee_periods

SECTIONS: dict[str, str] = {  # TR 9: 培训目标、课程安排、考核安排、培训资料、场地设备、后勤服务
    "objectives": "培训目标",
    "course_plan": "课程安排",
    "assessment_plan": "考核安排",
    "materials": "培训资料",
    "venue": "场地设备",
    "logistics": "后勤服务",
}
METHODS: tuple[str, ...] = ("分组讨论", "案例解析", "翻转课堂")  # TR 11.3
SECTION_LIMIT = 4000  # characters; ours
MOST_PERIODS = 12  # of one day, evening included; ours
NOTE_LIMIT = 60  # characters of the note on a day; ours

# MG 11; 中办国办《关于严禁党政机关到风景名胜区开会的通知》(2014): the 21 areas, each with the words that tell it in a text.
# A match is no proof (黄山市, 太湖县): warn and ask for a declaration.
SCENIC_21: tuple[tuple[str, ...], ...] = (
    ("八达岭", "十三陵"), ("避暑山庄", "外八庙"), ("五台山",), ("太湖",), ("普陀山",), ("黄山",), ("九华山",),
    ("武夷山",), ("庐山",), ("泰山",), ("嵩山",), ("武当山",), ("武陵源", "张家界"), ("白云山",), ("漓江",),
    ("三亚",), ("峨眉山", "乐山大佛"), ("九寨沟", "黄龙"), ("黄果树",), ("西双版纳",), ("华山",),
)  # fmt: skip
SCENIC_AREAS: tuple[str, ...] = tuple(word for area in SCENIC_21 for word in area)
# MG 11: 高档宾馆. Which words tell one is ours; they ask for the same declaration.
LUXURY_WORDS: tuple[str, ...] = (
    "五星级",
    "豪华酒店",
    "豪华宾馆",
    "度假村",
    "度假酒店",
    "高尔夫",
    "私人会所",
    "温泉酒店",
)


class FinalMode(StrEnum):
    """TR 12.2: 说课或答辩; one mode per class.  # reading: AMB-10"""

    LESSON = "lesson"
    DEFENCE = "defence"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name in the texts."""
        return {"lesson": "说课", "defence": "答辩"}[self.value]


class SessionKind(StrEnum):
    """What a lesson period is for. TR 11.2 counts teaching and both assessments as training time."""

    COURSE = "course"
    PROCESS = "process"
    FINAL = "final"
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The word on the timetable."""
        return {"course": "授课", "process": "过程性考核", "final": "终结性考核", "other": "其他"}[self.value]


@dataclass(frozen=True, slots=True)
class Session:
    """One lesson period 课时 of the timetable."""

    day: date
    period: int  # 1..8
    kind: SessionKind
    module: str  # module code; empty unless COURSE
    teacher: int | None
    group: int = WHOLE_CLASS


def scenic_warnings(venue: str) -> list[str]:
    """Names of the 21 scenic areas found in a venue text (MG 11); the institution then declares.

    九华山 does not count as 华山 too: a name inside another found name is left out.
    """
    found = [name for name in SCENIC_AREAS if name in venue]
    return [name for name in found if not any(name in other for other in found if other != name)]


def venue_warnings(venue: str) -> list[str]:
    """Words of a venue text that ask for a declaration: the 21 scenic areas, then luxury hotels (MG 11)."""
    return scenic_warnings(venue) + [word for word in LUXURY_WORDS if word in venue]


def section_breaches(sections: dict[str, str]) -> list[Breach]:
    """TR 9: all six sections are written."""
    empty = [title for key, title in SECTIONS.items() if not sections.get(key, "").strip()]
    if not empty:
        return []
    return [Breach("programme.sections", "TR 9", f"培训方案缺少：{'、'.join(empty)}。", "请补写后再报送。")]


def timetable_breaches(
    sessions: Sequence[Session], level: Level, days: int, first_day: date, last_day: date, edition: Edition,
    groups: int = 1, notes: Mapping[date, str] | None = None,
) -> list[Breach]:  # fmt: skip
    """Whether the timetable keeps the standard: inside the dates, enough days, every module, both assessments.

    notes: day → what stands beside it in the timetable. A day on which there is neither teaching nor an assessment is no day of training (TR 11.2).

    reading: AMB-05 as many different days as the level prescribes, wherever they lie inside the dates
    """
    breaches: list[Breach] = []
    outside = sorted({s.day for s in sessions if not first_day <= s.day <= last_day})
    if outside:
        breaches.append(
            Breach(
                "timetable.dates",
                "TR 11.2",
                f"{said(outside[0])}等 {len(outside)} 天的课不在培训时间之内。",
                f"培训时间为{said(first_day)}至{said(last_day)}。",
            )
        )
    breaches += for_each_group(sessions, groups, lambda rows: _standard(rows, level, days))
    return breaches + _clashes(sessions) + _long_days(sessions, groups, edition, notes or {})


def for_each_group(
    sessions: Sequence[Session], groups: int, check: Callable[[Sequence[Session]], list[Breach]]
) -> list[Breach]:
    """What a check says of every group: said once where it holds for all, else with the group's name."""
    found = {group: check(rows) for group, rows in by_group(sessions, groups).items()}
    every = list(found.values())
    shared = [one for one in every[0] if all(one in others for others in every[1:])]
    return shared + [
        replace(one, says=f"{group_title(group)}：{one.says}")
        for group, breaches in found.items()
        for one in breaches
        if one not in shared
    ]


def _standard(sessions: Sequence[Session], level: Level, days: int) -> list[Breach]:
    """What the standard asks for everybody's timetable."""
    breaches: list[Breach] = []
    used = {s.day for s in sessions if s.kind != SessionKind.OTHER}
    if len(used) != days:
        breaches.append(
            Breach(
                "timetable.days",
                "TR 11.2",
                f"课表安排了 {len(used)} 天，本班培训时间为 {days} 天（含两项考核）。",
                "请按培训天数安排授课与考核。",
            )
        )
    missing = [
        module.title
        for module in modules_of(level)
        if not any(s.kind == SessionKind.COURSE and s.module == module.code for s in sessions)
    ]
    if missing:
        breaches.append(
            Breach(
                "timetable.modules",
                "TR 11.1",
                f"课表缺少培训标准要求的内容：{'、'.join(missing)}。",
                "每个模块至少安排 1 课时。",
            )
        )
    return breaches + _assessments(sessions)


def _assessments(sessions: Sequence[Session]) -> list[Breach]:
    process = [(s.day, s.period) for s in sessions if s.kind == SessionKind.PROCESS]
    final = [(s.day, s.period) for s in sessions if s.kind == SessionKind.FINAL]
    missing = [
        kind.title
        for kind, found in ((SessionKind.PROCESS, process), (SessionKind.FINAL, final))
        if not found
    ]
    if missing:
        return [
            Breach("timetable.assessment", "TR 11.2", f"课表没有安排{name}。", "请安排在培训时间之内。")
            for name in missing
        ]
    if min(final) < min(process):
        return [
            Breach(
                "timetable.order",
                "TR 12.1",
                "终结性考核排在过程性考核之前。",
                "过程性考核合格方可参加终结性考核，请调整先后。",
            )
        ]
    return []


def _clashes(sessions: Sequence[Session]) -> list[Breach]:
    breaches = []
    if twice := clashes(((s.day, s.period), s.group) for s in sessions):
        day, period = twice[0]
        says = f"{said(day)}第 {period} 课时安排了两次。"
        way_out = "请删去一处；同一课时只有不同的组可以同时上课。"
        breaches.append(Breach("timetable.twice", "TR 9", says, way_out))
    if any(not 1 <= s.period <= MOST_PERIODS for s in sessions):
        says = f"课时应在第 1 至第 {MOST_PERIODS} 课时之间。"
        breaches.append(Breach("timetable.period", "TR 9", says, "请更正课时。"))
    return breaches


def long_days(
    sessions: Sequence[Session], groups: int, edition: Edition, notes: Mapping[date, str]
) -> list[date]:
    """Days with more periods for anybody than a day usually has (AMB-04) and no note that says why."""
    placed = {(group, s.day, s.period) for group, rows in by_group(sessions, groups).items() for s in rows}
    counts = Counter((group, day) for group, day, _ in placed)
    return sorted(
        {
            day
            for (_, day), n in counts.items()
            if n > edition.periods_a_day and not notes.get(day, "").strip()
        }
    )


def _long_days(
    sessions: Sequence[Session], groups: int, edition: Edition, notes: Mapping[date, str]
) -> list[Breach]:
    days = long_days(sessions, groups, edition, notes)
    if not days:
        return []
    named = "、".join(said(day) for day in days[:3]) + (f"等 {len(days)} 天" if len(days) > 3 else "")
    says = f"{named}超过 {edition.periods_a_day} 课时，没有说明原因。"
    return [Breach("timetable.long_day", "TR 11.2", says, "请在当天的备注中写明原因，或减少课时。")]


def note_breaches(notes: Mapping[date, str], first_day: date, last_day: date) -> list[Breach]:
    """Notes stand on days of the class and are short; they are printed in the timetable (TR 9)."""
    breaches = []
    if outside := sorted(day for day in notes if not first_day <= day <= last_day):
        says = f"{said(outside[0])}不在培训时间之内，不能写备注。"
        breaches.append(Breach("note.day", "TR 9", says, "请刷新页面后重新填写。"))
    if any(len(text) > NOTE_LIMIT for text in notes.values()):
        breaches.append(Breach("note.long", "TR 9", f"每天的备注不超过 {NOTE_LIMIT} 字。", "请精简。"))
    return breaches


def training_periods(sessions: Sequence[Session], groups: int = 1) -> int:
    """The 培训课时 of the certificate: the sum of the timetable, teaching and both assessments (TR 11.2).

    What is taught to groups in parallel counts once for each trainee; where groups differ, the least counts.

    reading: AMB-04 the periods of the timetable are added up, no number of periods is prescribed
    """
    return least(trainee_periods((s.group for s in sessions if s.kind != SessionKind.OTHER), groups))


def confirmation_breaches(missing: Sequence[str]) -> list[Breach]:
    """TR 9: written together; both instructors confirm the text that goes out.  # reading: AMB-67"""
    if not missing:
        return []
    return [
        Breach(
            "programme.unconfirmed",
            "TR 9",
            f"授课骨干教师{'、'.join(missing)}尚未确认当前版本。",
            "培训方案由培训机构与骨干教师共同制定，请其确认后再报送。",
        )
    ]
