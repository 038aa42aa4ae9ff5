"""Levels with their days, courses and modules (TR 2.5, TR 11.2, TR 附件1-19)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .editions import Edition


class InstitutionKind(StrEnum):
    """The two kinds of training institutions (TR 4, MG 3)."""

    DEVELOPMENT_CENTRE = "development_centre"
    TRAINING_BASE = "training_base"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name in the texts."""
        return {"development_centre": "师资研修中心", "training_base": "教师培训基地"}[self.value]


class Level(StrEnum):
    """The four levels; the value is the code on certificates (MG 17.2)."""

    THREE = "3"
    TWO = "2"
    ONE = "1"
    BACKBONE = "G"

    @property
    def title(self) -> str:  # type: ignore[override]
        """三级, 二级, 一级, 骨干."""
        return {"3": "三级", "2": "二级", "1": "一级", "G": "骨干"}[self.value]

    @property
    def run_by(self) -> InstitutionKind:
        """Who may train and certify this level (TR 4, MG 4, MG 16)."""
        if self in (Level.BACKBONE, Level.ONE):
            return InstitutionKind.DEVELOPMENT_CENTRE
        return InstitutionKind.TRAINING_BASE

    def training_days(self, edition: Edition) -> int | None:
        """Days of teaching and both assessments (TR 11.2); None for level G, whose length is not given.

        reading: AMB-06 the institution enters the days of a backbone class, nothing is checked.
        """
        days = {"1": edition.days_level_1, "2": edition.days_level_2, "3": edition.days_level_3}
        return days.get(self.value)


@dataclass(frozen=True, slots=True)
class Module:
    """One of the 18 modules: the skill a trainee rates before and after (form 1 item 19, form 2 item 1)."""

    code: str  # "3-1"
    level: Level
    course: str
    title: str


_COURSES: dict[Level, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Level.ONE: (
        ("工学一体化课程标准转化与设计", ("课程标准校本转化", "课程学习任务设计")),
        ("工学一体化课程考核方案设计", ("课程考核方案设计", "终结性考核试题设计")),
        ("工学一体化教师教学工作指导", ("教师专业技能指导", "教师教学实施指导")),
    ),
    Level.TWO: (
        ("工学一体化学习任务分析与策划", ("学习任务分析", "学习任务教学活动策划")),
        ("工学一体化学习任务考核设计", ("学习任务考核设计",)),
        ("工学一体化学习任务教学资源开发", ("学习任务工作页设计与编写", "学习任务信息页设计与编写")),
        ("工学一体化示范课设计与实施", ("一体化示范课设计与实施",)),
    ),
    Level.THREE: (
        (
            "工学一体化课程教学实施",
            ("课程教学进度计划编制", "学习任务教学活动设计", "课堂教学活动组织与实施"),
        ),
        ("工学一体化课程考核实施", ("学习任务过程性考核实施", "课程终结性考核组织与实施")),
        ("教学场所使用管理", ("教学场地和设施使用管理",)),
    ),
    Level.BACKBONE: (),  # outside the training standard; the institution names its own content
}


def _modules(level: Level) -> tuple[Module, ...]:
    titles = [(course, title) for course, titles in _COURSES[level] for title in titles]
    return tuple(Module(f"{level}-{i}", level, course, title) for i, (course, title) in enumerate(titles, 1))


MODULES: tuple[Module, ...] = _modules(Level.ONE) + _modules(Level.TWO) + _modules(Level.THREE)
_BY_CODE = {module.code: module for module in MODULES}


def modules_of(level: Level) -> tuple[Module, ...]:
    """The modules of a level in the order of TR 附件 1-19; empty for level G."""
    return tuple(module for module in MODULES if module.level == level)


def module_by_code(code: str) -> Module | None:
    """The module of a stored timetable row, or None."""
    return _BY_CODE.get(code)


def courses_of(level: Level) -> tuple[str, ...]:
    """Course names of a level, the 课程内容 of its certificate; empty for level G."""
    return tuple(course for course, _ in _COURSES[level])


def parse_level(text: str) -> Level | None:
    """'3', '三级', 'G', 'g', '骨干' -> Level; None when it is no level."""
    wanted = text.strip().upper()
    return next((level for level in Level if wanted in (level.value, level.title, level.title[0])), None)
