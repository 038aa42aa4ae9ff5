from __future__ import annotations

from datetime import date

import pytest

from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import (
    MODULES,
    InstitutionKind,
    Level,
    courses_of,
    module_by_code,
    modules_of,
    parse_level,
)

EDITION = edition_on(date(2023, 6, 12))

# TR 附件1-19 in printed order: level, course, module  (I31-I48)
ANNEX = [
    ("1", "工学一体化课程标准转化与设计", "课程标准校本转化"),
    ("1", "工学一体化课程标准转化与设计", "课程学习任务设计"),
    ("1", "工学一体化课程考核方案设计", "课程考核方案设计"),
    ("1", "工学一体化课程考核方案设计", "终结性考核试题设计"),
    ("1", "工学一体化教师教学工作指导", "教师专业技能指导"),
    ("1", "工学一体化教师教学工作指导", "教师教学实施指导"),
    ("2", "工学一体化学习任务分析与策划", "学习任务分析"),
    ("2", "工学一体化学习任务分析与策划", "学习任务教学活动策划"),
    ("2", "工学一体化学习任务考核设计", "学习任务考核设计"),
    ("2", "工学一体化学习任务教学资源开发", "学习任务工作页设计与编写"),
    ("2", "工学一体化学习任务教学资源开发", "学习任务信息页设计与编写"),
    ("2", "工学一体化示范课设计与实施", "一体化示范课设计与实施"),
    ("3", "工学一体化课程教学实施", "课程教学进度计划编制"),
    ("3", "工学一体化课程教学实施", "学习任务教学活动设计"),
    ("3", "工学一体化课程教学实施", "课堂教学活动组织与实施"),
    ("3", "工学一体化课程考核实施", "学习任务过程性考核实施"),
    ("3", "工学一体化课程考核实施", "课程终结性考核组织与实施"),
    ("3", "教学场所使用管理", "教学场地和设施使用管理"),
]
LEVELS = [  # A03 A07 F05 Q18: code, title, days, who runs it (TR 4)
    ("3", "三级", 7, "training_base"),
    ("2", "二级", 9, "training_base"),
    ("1", "一级", 8, "development_centre"),
    ("G", "骨干", None, "development_centre"),  # AMB-06
]


def test_the_levels_rise_from_three_to_one_and_backbone_stands_apart() -> None:
    found = [(level.value, level.title, level.training_days(EDITION), level.run_by.value) for level in Level]
    assert found == LEVELS


def test_the_eighteen_modules_stand_in_the_order_of_the_annex() -> None:
    assert [(module.level.value, module.course, module.title) for module in MODULES] == ANNEX


def test_module_codes_count_within_their_level() -> None:
    assert [module.code for module in MODULES] == [f"{level}-{i}" for level in "123" for i in range(1, 7)]


@pytest.mark.parametrize("level", ["1", "2", "3"])
def test_a_level_has_its_own_six_modules(level: str) -> None:
    assert [module.title for module in modules_of(Level(level))] == [t for lv, _, t in ANNEX if lv == level]


def test_there_are_ten_courses() -> None:
    courses = [course for level in (Level.ONE, Level.TWO, Level.THREE) for course in courses_of(level)]
    assert courses == list(dict.fromkeys(course for _, course, _ in ANNEX))
    assert len(courses) == 10


def test_backbone_training_is_outside_the_training_standard() -> None:
    assert modules_of(Level.BACKBONE) == () == courses_of(Level.BACKBONE)


def test_a_module_is_found_by_its_code() -> None:
    module = module_by_code("3-2")
    assert module and module.title == "学习任务教学活动设计"
    assert module_by_code("3-7") is module_by_code("G-1") is module_by_code("") is None


PARSED = [
    ("3", "3"),
    (" 三级 ", "3"),
    ("三", "3"),
    ("2", "2"),
    ("一级", "1"),
    ("G", "G"),
    ("g", "G"),
    ("骨干", "G"),
]


@pytest.mark.parametrize(("text", "code"), PARSED)
def test_a_level_is_read_as_officials_write_it(text: str, code: str) -> None:
    assert parse_level(text) == Level(code)


@pytest.mark.parametrize("text", ["", " ", "4", "级", "３", "四级", "3级3", "GG"])
def test_what_is_no_level_is_none(text: str) -> None:
    assert parse_level(text) is None


def test_the_two_kinds_of_institutions_have_the_names_of_the_text() -> None:  # A11: TR 4
    assert [kind.title for kind in InstitutionKind] == ["师资研修中心", "教师培训基地"]
