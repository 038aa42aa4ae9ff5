"""Two versions of a form side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.official_forms import FORM_1, FORM_3, FORMS, Form, Item, ItemKind
from gongxue.regulations.official_forms.comparison import Difference, differences


def changed(form: Form, code: str, **more: Any) -> Form:
    sections = tuple(
        replace(s, items=tuple(replace(i, **more) if i.code == code else i for i in s.items))
        for s in form.sections
    )
    return replace(form, sections=sections)


def with_items(form: Form, items: list[Item]) -> Form:
    """The items of the first section replaced."""
    first, *rest = form.sections
    return replace(form, sections=(replace(first, items=tuple(items)), *rest))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_a_form_does_not_differ_from_itself(form: Form) -> None:
    assert differences(form, form) == []
    assert differences(form, replace(form, version=2)) == []


CHANGES = [
    ("label", "民族成分", "文字", "民族", "民族成分"),
    ("limit", 20, "字数上限", "10", "20"),
    ("required", False, "必填", "是", "否"),
    ("kind", ItemKind.LONG, "题型", "简答", "长文"),
    ("level", "3", "适用级别", "全部", "3"),
    ("asked_if", "17=是", "何时填写", "总是", "17=是"),
    ("roles", ("examiner",), "填写者", "全部", "examiner"),
    ("personal", True, "个人信息", "否", "是"),
    ("room", 30, "印制位置", "", ""),
]


@pytest.mark.parametrize(("field", "value", "what", "before", "after"), CHANGES)
def test_each_change_of_an_item_is_one_difference(
    field: str, value: object, what: str, before: str, after: str
) -> None:
    (found,) = differences(FORM_1, changed(FORM_1, "3", **{field: value}))
    assert (found.code, found.what, found.before, found.after) == ("3", what, before, after)


def test_options_are_shown_with_their_scores() -> None:
    (found,) = differences(FORM_3, changed(FORM_3, "1.11", scores=(5, 3, 1)))
    assert (found.what, found.before) == ("选项", "很好（3分）、一般（2分）、很差（1分）")
    assert found.after == "很好（5分）、一般（3分）、很差（1分）"


def test_items_come_and_go() -> None:
    items = [i for i in FORM_1.sections[0].items if i.code != "12"]
    items.append(Item("21", "微信号", ItemKind.TEXT, required=False))
    assert differences(FORM_1, with_items(FORM_1, items)) == [
        Difference("12", "第 12 项“相关竞赛获奖情况”", "删去"),
        Difference("21", "第 21 项“微信号”", "新增", "", "简答，选填"),
    ]


def test_only_what_moved_is_said_to_have_moved() -> None:
    items = list(FORM_1.sections[0].items)
    items.insert(0, items.pop())
    assert [(d.code, d.what) for d in differences(FORM_1, with_items(FORM_1, items))] == [("14", "移动")]


@given(st.permutations(range(8)))
def test_what_did_not_move_stands_in_the_same_order(order: list[int]) -> None:
    items = [Item(str(i), f"题{i}", ItemKind.TEXT) for i in range(8)]
    old = with_items(FORM_1, items)
    moved = {d.code for d in differences(old, with_items(FORM_1, [items[i] for i in order]))}
    stayed = [i for i in order if str(i) not in moved]
    assert stayed == sorted(stayed)
    assert (moved == set()) is (order == sorted(order))


def test_the_form_and_its_sections_are_compared_too() -> None:
    first, *rest = FORM_3.sections
    new = replace(FORM_3, title="新的反馈表", sections=(replace(first, heading="1.评价"), *rest))
    assert [(d.where, d.what, d.after) for d in differences(FORM_3, new)] == [
        ("表单", "名称", "新的反馈表"),
        ("“1.请对教师培训基地（或师资研修中心）进行评价”部分", "表内标题", "1.评价"),
    ]
    assert differences(FORM_3, replace(FORM_3, sections=FORM_3.sections[:2]))[-1].what == "部分数"
