"""What changed between two editions of the national list: applying it to the one gives the other (TR 7, MG 25.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.national_list import (
    ROW_TITLES,
    apply_changes,
    change_words,
    changes_between,
    in_order,
    with_reasons,
)

Row = dict[str, Any]
ROW: Row = {
    "class": 1, "province": "河北", "institution_code": "009", "institution": "邢台技师学院", "level": "三级", "category": "机械类",
    "first_day": "2023-06-12", "last_day": "2023-06-18", "days": 7, "headcount": 30, "scope": "面向全国。", "plan": "计划内",
}  # fmt: skip


def rows(numbers: list[int]) -> st.SearchStrategy[list[Row]]:
    texts = st.text(max_size=3)
    values: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(ROW_TITLES, texts)
    values |= {"days": st.integers(1, 9), "headcount": st.integers(1, 30)}
    chosen = st.lists(st.sampled_from(numbers), unique=True)
    return chosen.flatmap(
        lambda keys: st.tuples(*[st.fixed_dictionaries(values | {"class": st.just(key)}) for key in keys]).map(list)
    )  # fmt: skip


LISTS = rows([1, 2, 3, 4, 5, 6])


@given(old=LISTS, new=LISTS)
def test_the_changes_lead_from_one_list_to_the_other(old: list[Row], new: list[Row]) -> None:
    changes = changes_between(old, new)
    assert apply_changes(old, changes) == in_order(new)
    assert len({change["class"] for change in changes}) == len(changes)
    assert all(change_words(change) for change in changes)


@given(old=LISTS, between=LISTS, new=LISTS)
def test_two_steps_lead_where_one_does(old: list[Row], between: list[Row], new: list[Row]) -> None:
    halfway = apply_changes(old, changes_between(old, between))
    assert apply_changes(halfway, changes_between(between, new)) == apply_changes(
        old, changes_between(old, new)
    )


@given(found=LISTS)
def test_equal_lists_have_no_changes_whatever_their_order(found: list[Row]) -> None:
    assert changes_between(found, found[::-1]) == []


def test_rows_of_the_first_editions_knew_no_classes_outside_the_plan() -> None:
    old = {key: value for key, value in ROW.items() if key != "plan"}
    assert changes_between([old], [ROW]) == []
    (change,) = changes_between([old], [ROW | {"plan": "计划外"}])
    assert change["fields"] == {"plan": ["计划内", "计划外"]}


def test_a_change_is_said_with_its_reason_its_path_and_who_approved() -> None:
    (change,) = changes_between([ROW], [ROW | {"headcount": 20, "last_day": "2023-06-19"}])
    told = [
        {"class": 1, "reason": "设备检修", "path": "增补、调整", "approved_by": "河北省人力资源和社会保障厅"}
    ]
    (full,) = with_reasons([change], told)
    assert change_words(full) == (
        "调整 邢台技师学院 三级·机械类，2023-06-12 至 2023-06-19：结束日由“2023-06-18”改为“2023-06-19”；人数由“30”改为“20”"
        "（途径：增补、调整；审核：河北省人力资源和社会保障厅；理由：设备检修）"
    )
    assert change_words({"kind": "withdrawn", "class": 1, "line": ROW}).startswith("取消 邢台技师学院")


def test_a_change_of_an_unknown_class_is_an_error() -> None:
    with pytest.raises(KeyError):
        apply_changes([], [{"kind": "withdrawn", "class": 1, "line": ROW}])
