"""What differs between two versions, in words and in the grid."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gongxue.stage3_programme.comparing import ADDED, REMOVED, SAME, Piece, compare, compare_texts

TEXTS = st.text(alphabet="培训方案统一安排食宿，。；\n 12ab", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = compare_texts(before, after)
    assert "".join(p.text for p in pieces if p.kind != ADDED) == before
    assert "".join(p.text for p in pieces if p.kind != REMOVED) == after
    assert all(p.text for p in pieces)


@given(TEXTS)
def test_the_same_is_the_same(text: str) -> None:
    assert compare_texts(text, text) == ([Piece(SAME, text)] if text else [])


def test_phrases_not_letters() -> None:
    before = "统一安排食宿，每日班务管理教师跟班；报到时签署纪律承诺。"
    after = "统一安排食宿和接送，每日由班主任跟班；报到时签署纪律承诺。"
    assert [(p.kind, p.text) for p in compare_texts(before, after)] == [
        (SAME, "统一安排食宿"),
        (ADDED, "和接送"),
        (SAME, "，每日"),
        (REMOVED, "班务管理教师"),
        (ADDED, "由班主任"),
        (SAME, "跟班；报到时签署纪律承诺。"),
    ]


def test_another_sentence_is_another_sentence() -> None:
    pieces = compare_texts("在本校实训楼上课。食宿自理。", "在本校实训楼上课。安排企业参观两次。")
    assert [(p.kind, p.text) for p in pieces] == [
        (SAME, "在本校实训楼上课。"),
        (REMOVED, "食宿自理。"),
        (ADDED, "安排企业参观两次。"),
    ]


def content(**more: Any) -> dict[str, Any]:
    one = {
        "day": "2023-06-12", "period": 1, "kind": "course", "module": "3-1", "topic": "", "teacher": "王芳", "room": "A",
    }  # fmt: skip
    return {"sections": {"venue": "实训楼"}, "final_mode": "lesson", "sessions": [one | more]}


def test_cells_that_changed_are_marked() -> None:
    comparison = compare(content(), content(room="B"))
    (line,) = comparison.lines
    assert [cell.period for cell in line.cells if cell.changed] == [1]
    assert line.cells[0].before.endswith("王芳　A")
    assert comparison.places == ["课表"]


def test_a_day_that_comes_and_one_that_goes() -> None:
    comparison = compare(content(), content(day="2023-06-13"))
    assert [(line.cells[0].before != "", line.cells[0].after != "") for line in comparison.lines] == [
        (True, False),
        (False, True),
    ]


def test_mode_and_sections_are_named() -> None:
    other = content() | {"sections": {"venue": "图书馆"}, "final_mode": "defence"}
    comparison = compare(content(), other)
    assert comparison.mode == ("说课", "答辩")
    assert comparison.places == ["场地设备", "终结性考核方式"]
