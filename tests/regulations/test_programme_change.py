"""Which changes of a filed programme go to the province."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.programme import SECTIONS, SessionKind
from gongxue.regulations.programme_change import (
    Lesson,
    Version,
    material_breaches,
    moved_between,
    taught_breaches,
)

MONDAY = date(2023, 6, 12)
TEXTS = {key: f"{title}的内容。" for key, title in SECTIONS.items()}


def lesson(day: int, period: int, module: str = "3-1", teacher: int = 1, **more: Any) -> Lesson:
    given_: dict[str, Any] = {"kind": SessionKind.COURSE, "topic": "", "room": "学习工作站", **more}
    return Lesson(
        day=MONDAY + timedelta(days=day), period=period, module=module, teacher=teacher, teacher_name=f"教师{teacher}",
        **given_,
    )  # fmt: skip


BEFORE = Version(
    TEXTS,
    "lesson",
    [
        lesson(0, 1),
        lesson(0, 2, "3-2", 2),
        lesson(1, 1),
        lesson(1, 2, ""),
        lesson(2, 1, "", kind=SessionKind.PROCESS),
        lesson(2, 2, "", 0, kind=SessionKind.FINAL),
    ],
)


def changed(place: int, **fields: Any) -> Version:
    lessons = list(BEFORE.lessons)
    lessons[place] = replace(lessons[place], **fields)
    return replace(BEFORE, lessons=lessons)


def kinds(after: Version, today: date = MONDAY) -> list[tuple[str, bool]]:
    return [(one.kind, one.material) for one in moved_between(BEFORE, after, today)]


def swapped(one: int, other: int) -> Version:
    lessons = list(BEFORE.lessons)
    a, b = lessons[one], lessons[other]
    lessons[one] = replace(b, day=a.day, period=a.period)
    lessons[other] = replace(a, day=b.day, period=b.period)
    return replace(BEFORE, lessons=lessons)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (BEFORE, []),
        (changed(0, room="二号教室"), [("room", False)]),
        (changed(0, room="黄山会议中心"), [("room", True)]),
        (changed(0, topic="任务一"), [("topic", False)]),
        (changed(3, topic="专题"), [("modules", True)]),  # without a module the topic is the content
        (swapped(0, 1), [("order", False)]),
        (swapped(1, 2), [("modules", True), ("modules", True)]),
        (swapped(4, 5), [("assessments", True), ("assessments", True)]),
        (changed(0, module="3-2"), [("modules", True)]),
        (changed(0, teacher=2, teacher_name="教师2"), [("teachers", True)]),
        (changed(4, teacher=2, teacher_name="教师2"), [("teachers", True)]),
        (changed(4, period=3), [("assessments", True)]),
        (replace(BEFORE, final_mode="defence"), [("mode", True)]),
        (replace(BEFORE, sections=TEXTS | {"venue": "另一个校区"}), [("venue", True)]),
        (replace(BEFORE, sections=TEXTS | {"logistics": "自理"}), [("text", True)]),
        (
            replace(BEFORE, sections=TEXTS | {"venue": TEXTS["venue"].replace("。", "；\n")}),
            [("form", False)],
        ),
    ],
)
def test_what_goes_to_the_province(after: Version, found: list[tuple[str, bool]]) -> None:
    assert kinds(after) == found
    assert bool(material_breaches(moved_between(BEFORE, after, MONDAY))) == any(m for _, m in found)


def test_another_day_is_named() -> None:
    after = changed(0, day=MONDAY + timedelta(days=3))
    moved = moved_between(BEFORE, replace(after, lessons=[*after.lessons]), MONDAY)
    assert moved[0].says == "增加培训日：6月15日。"
    assert moved[0].told


def test_a_day_gone_by_goes_to_the_province() -> None:
    after = changed(0, room="二号教室")
    assert ("past", True) in kinds(after, MONDAY + timedelta(days=1))
    assert kinds(after, MONDAY) == [("room", False)]


def test_a_called_period_stays() -> None:
    taught = {(MONDAY, 1)}
    assert taught_breaches(BEFORE, changed(1, room="二号教室"), taught) == []
    for after in (
        changed(0, room="二号教室"),
        changed(0, period=5),
        replace(BEFORE, lessons=BEFORE.lessons[1:]),
    ):
        (breach,) = taught_breaches(BEFORE, after, taught)
        assert breach.rule == "change.taught"


@given(st.permutations(range(6)), st.lists(st.booleans(), min_size=6, max_size=6))
def test_only_what_stays_in_its_day_may_be_immaterial(order: list[int], rooms: list[bool]) -> None:
    """Whatever moves from day to day or touches an assessment is material, in any mixture with harmless things."""
    places = [(one.day, one.period) for one in BEFORE.lessons]
    lessons = [
        replace(
            BEFORE.lessons[n],
            day=day,
            period=period,
            room="二号教室" if other else BEFORE.lessons[n].room,
        )
        for n, (day, period), other in zip(order, places, rooms, strict=True)
    ]
    moved = moved_between(BEFORE, replace(BEFORE, lessons=lessons), MONDAY)
    contents = [
        sorted(str((one.day, one.content, one.teacher)) for one in side) for side in (BEFORE.lessons, lessons)
    ]
    fixed = [
        sorted(str((one.day, one.period, one.kind)) for one in side if one.kind != SessionKind.COURSE)
        for side in (BEFORE.lessons, lessons)
    ]
    assert any(one.material for one in moved) == (contents[0] != contents[1] or fixed[0] != fixed[1])
