from __future__ import annotations

import pytest

from gongxue.regulations.categories import CATEGORIES, category_title, parse_category

EIGHT = [  # A04 A05 A06: TR 脚注①
    "机械类",
    "电工电子类",
    "信息类",
    "交通类",
    "服务类",
    "财经商贸类",
    "工业综合与农业类",
    "文化艺术与综合类",
]


def test_there_are_eight_categories_in_the_order_of_the_text() -> None:
    assert list(CATEGORIES.values()) == EIGHT
    assert list(CATEGORIES) == sorted(CATEGORIES)


@pytest.mark.parametrize("code", list(CATEGORIES))
def test_a_category_is_found_by_code_name_and_short_name(code: str) -> None:
    name = CATEGORIES[code]
    assert parse_category(code) == parse_category(f" {name} ") == parse_category(name[:-1]) == code


@pytest.mark.parametrize("text", ["", " ", "类", "1", "09", "机械类类", "机", "农业类"])
def test_what_is_no_category_is_none(text: str) -> None:
    assert parse_category(text) is None


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert category_title("03") == "信息类"
    assert category_title("99") == "99"
