from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.programme import (
    METHODS,
    SCENIC_AREAS,
    SECTIONS,
    FinalMode,
    Session,
    SessionKind,
    confirmation_breaches,
    scenic_warnings,
    section_breaches,
    timetable_breaches,
    training_periods,
)

FIRST_DAY, LAST_DAY = date(2023, 6, 12), date(2023, 6, 20)
EDITION = edition_on(FIRST_DAY)
COURSE, PROCESS, FINAL, OTHER = SessionKind


def session(day: int, period: int, kind: SessionKind = COURSE, module: str = "") -> Session:
    return Session(FIRST_DAY + timedelta(days=day), period, kind, module, teacher=1)


# A 三级 class: a module a day for six days, a rest day, then both assessments.
COMPLETE = [session(i, 1, COURSE, f"3-{i + 1}") for i in range(6)] + [
    session(7, 1, PROCESS),
    session(7, 2, FINAL),
]


def rules(sessions: Sequence[Session], level: Level = Level.THREE, days: int = 7) -> list[str]:
    return [b.rule for b in timetable_breaches(sessions, level, days, FIRST_DAY, LAST_DAY, EDITION)]


def test_a_complete_timetable_stands() -> None:  # F01 F04, AMB-05
    assert rules(COMPLETE) == []


def test_the_training_standard_asks_for_every_module_of_the_level() -> None:  # F01
    without = [replace(s, module="") if s.module == "3-4" else s for s in COMPLETE]
    breaches = timetable_breaches(without, Level.THREE, 7, FIRST_DAY, LAST_DAY, EDITION)
    assert [b.says for b in breaches] == ["课表缺少培训标准要求的内容：学习任务过程性考核实施。"]


def test_a_module_that_is_only_named_beside_an_assessment_is_not_taught() -> None:
    moved = [replace(s, kind=PROCESS) if s.module == "3-6" else s for s in COMPLETE]
    assert rules(moved) == ["timetable.modules"]


def test_further_content_may_be_added() -> None:  # F02
    assert rules([*COMPLETE, session(0, 2, COURSE, ""), session(0, 3, COURSE, "2-1")]) == []


def test_backbone_training_has_no_prescribed_modules() -> None:
    assert rules([session(0, 1), session(1, 1, PROCESS), session(1, 2, FINAL)], Level.BACKBONE, days=2) == []


@pytest.mark.parametrize(("missing", "name"), [(PROCESS, "过程性考核"), (FINAL, "终结性考核")])
def test_both_assessments_are_part_of_the_training(missing: SessionKind, name: str) -> None:  # F04 G01
    without = [replace(s, kind=COURSE) if s.kind == missing else s for s in COMPLETE]
    breaches = timetable_breaches(without, Level.THREE, 7, FIRST_DAY, LAST_DAY, EDITION)
    assert [(b.rule, b.says) for b in breaches] == [("timetable.assessment", f"课表没有安排{name}。")]


def test_the_final_assessment_comes_after_the_process_assessment() -> None:  # G07: TR 12.1
    swapped = [*COMPLETE[:6], session(7, 2, PROCESS), session(7, 1, FINAL)]
    assert rules(swapped) == ["timetable.order"]


def test_both_assessments_in_one_period_are_one_mistake() -> None:
    assert rules([*COMPLETE[:6], session(7, 1, PROCESS), session(7, 1, FINAL)]) == ["timetable.twice"]


def test_several_periods_of_assessment_may_alternate_once_the_process_has_begun() -> None:
    assert rules([*COMPLETE, session(7, 3, PROCESS), session(7, 4, FINAL)]) == []


def test_a_timetable_without_sessions_lacks_everything() -> None:
    found = rules([])
    assert found == ["timetable.days", "timetable.modules", "timetable.assessment", "timetable.assessment"]


@pytest.mark.parametrize("days", [6, 8])
def test_the_timetable_fills_exactly_the_days_of_the_class(days: int) -> None:  # F05
    assert rules(COMPLETE, days=days) == ["timetable.days"]


def test_a_day_without_teaching_or_assessment_is_no_training_day() -> None:  # F04: TR 11.2
    ceremony = session(6, 1, OTHER)
    assert rules([*COMPLETE, ceremony]) == []
    assert rules([*COMPLETE, ceremony], days=8) == ["timetable.days"]


@pytest.mark.parametrize(("day", "inside"), [(-1, False), (0, True), (8, True), (9, False)])
def test_every_session_lies_between_first_and_last_day(day: int, inside: bool) -> None:
    assert rules([*COMPLETE, session(day, 5, OTHER)]) == ([] if inside else ["timetable.dates"])


def test_the_days_outside_are_counted() -> None:
    late = [session(10, 1, OTHER), session(9, 1, OTHER), session(9, 2, OTHER)]
    breach = timetable_breaches([*COMPLETE, *late], Level.THREE, 7, FIRST_DAY, LAST_DAY, EDITION)[0]
    assert breach.says == "2023年6月21日等 2 天的课不在培训时间之内。"


def test_a_period_is_given_once() -> None:
    assert rules([*COMPLETE, session(0, 1)]) == ["timetable.twice"]


@pytest.mark.parametrize(("period", "allowed"), [(0, False), (1, True), (8, True), (12, True), (13, False)])
def test_a_day_has_twelve_periods_at_most(period: int, allowed: bool) -> None:  # AMB-04
    sessions = [*COMPLETE, session(6, period, OTHER)]
    assert rules(sessions) == ([] if allowed else ["timetable.period"])


def test_training_periods_are_teaching_and_both_assessments() -> None:  # Q09, AMB-04
    assert training_periods(COMPLETE) == 8
    assert training_periods([*COMPLETE, session(0, 5, OTHER)]) == 8


def test_the_programme_has_the_six_parts_of_the_text() -> None:  # D02
    assert list(SECTIONS.values()) == ["培训目标", "课程安排", "考核安排", "培训资料", "场地设备", "后勤服务"]


@given(st.sets(st.sampled_from(list(SECTIONS))), st.sampled_from(["", "  ", "\n"]))
def test_exactly_the_unwritten_parts_are_named(empty: set[str], nothing: str) -> None:
    breaches = section_breaches({key: nothing if key in empty else "内容" for key in SECTIONS})
    missing = [title for key, title in SECTIONS.items() if key in empty]
    assert [b.says for b in breaches] == ([f"培训方案缺少：{'、'.join(missing)}。"] if missing else [])


def test_a_part_that_was_never_begun_is_missing_too() -> None:
    assert section_breaches({})[0].says.count("、") == 5


def test_the_methods_and_the_two_ways_of_the_final_assessment_are_those_of_the_text() -> None:
    assert METHODS == ("分组讨论", "案例解析", "翻转课堂")  # F07
    assert [mode.title for mode in FinalMode] == ["说课", "答辩"]  # G11, AMB-10
    assert [kind.title for kind in SessionKind] == ["授课", "过程性考核", "终结性考核", "其他"]


# P02: MG 11, the 21 areas of 2014; what stands in a venue text, what is warned of
VENUES = [
    ("北京市八达岭镇培训中心", ["八达岭"]),
    ("昌平区十三陵", ["十三陵"]),
    ("承德避暑山庄旁", ["避暑山庄"]),
    ("五台山脚下", ["五台山"]),
    ("无锡太湖边", ["太湖"]),
    ("舟山普陀山", ["普陀山"]),
    ("黄山市技师学院", ["黄山"]),
    ("池州九华山", ["九华山"]),
    ("武夷山市", ["武夷山"]),
    ("庐山", ["庐山"]),
    ("泰山学院", ["泰山"]),
    ("登封嵩山", ["嵩山"]),
    ("十堰武当山", ["武当山"]),
    ("张家界武陵源", ["武陵源", "张家界"]),
    ("广州白云山", ["白云山"]),
    ("桂林漓江", ["漓江"]),
    ("三亚技师学院", ["三亚"]),
    ("峨眉山市", ["峨眉山"]),
    ("乐山大佛景区", ["乐山大佛"]),
    ("九寨沟县", ["九寨沟"]),
    ("黄龙", ["黄龙"]),
    ("黄果树", ["黄果树"]),
    ("西双版纳州", ["西双版纳"]),
    ("渭南华山", ["华山"]),
    ("承德外八庙", ["外八庙"]),
    ("邢台技师学院一号楼", []),
    ("", []),
]


@pytest.mark.parametrize(("venue", "names"), VENUES)
def test_a_venue_in_a_scenic_area_is_warned_of(venue: str, names: list[str]) -> None:
    assert scenic_warnings(venue) == names


def test_every_scenic_area_of_the_list_is_tried_above() -> None:
    assert set(SCENIC_AREAS) == {name for _, names in VENUES for name in names}


def test_instructors_confirm_the_programme_before_it_goes_out() -> None:  # D01, AMB-67
    assert confirmation_breaches([]) == []
    breach = confirmation_breaches(["李明", "王芳"])[0]
    assert breach.says == "授课骨干教师李明、王芳尚未确认当前版本。"
