"""Answers in sum, item by item."""

from __future__ import annotations

from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import FORM_1, FORM_3, FORMS, items_for
from gongxue.regulations.official_forms.statistics import ItemResult, item_results


def result(code: str, results: tuple[ItemResult, ...]) -> ItemResult:
    return next(r for r in results if r.item.code == code)


def test_options_are_counted_and_scores_averaged() -> None:
    sheets = [{"19.3-1": "很好"}, {"19.3-1": "较差"}, {"19.3-1": "较好"}, {}]
    got = result("19.3-1", item_results(FORM_1, Level.THREE, sheets))
    assert got.counts == (("较差", 1), ("一般", 0), ("较好", 1), ("很好", 1))
    assert got.mean == (4 + 1 + 3) / 3
    assert got.answered == 3


def test_words_are_listed_without_the_order_of_the_sheets() -> None:
    got = result("20", item_results(FORM_1, Level.THREE, [{"20": "乙"}, {"20": "丙"}, {"20": ""}]))
    assert got.texts == tuple(sorted(("乙", "丙")))
    assert (got.counts, got.mean, got.answered) == ((), None, 2)


def test_not_knowing_is_counted_and_not_scored() -> None:  # AMB-18
    sheets = [{"1.11": "很好"}, {"1.11": "不了解"}]
    got = result("1.11", item_results(FORM_3, Level.THREE, sheets, "examiner"))
    assert got.counts == (("很好", 1), ("一般", 0), ("很差", 0), ("不了解", 1))
    assert got.mean == 3
    assert result("1.11", item_results(FORM_3, Level.THREE, [{"1.11": "不了解"}], "examiner")).mean is None


def test_adverse_answers_are_counted_as_the_item_says() -> None:  # AMB-16
    sheets = [{"1.1": "否", "1.7": "否", "1.9": "否"}, {"1.1": "是", "1.7": "是", "1.9": "是"}, {"1.9": "是"}]
    results = item_results(FORM_3, Level.THREE, sheets)
    assert [result(code, results).against for code in ("1.1", "1.7", "1.9")] == [1, 1, 2]


def test_an_unexpected_value_is_in_no_count() -> None:
    got = result("10", item_results(FORM_1, Level.THREE, [{"10": "博士后"}, {"10": "博士"}]))
    assert sum(n for _, n in got.counts) == 1


def test_a_ticked_declaration_is_counted() -> None:
    got = result("declaration", item_results(FORM_1, Level.THREE, [{"declaration": True}, {}]))
    assert got.counts == (("已勾选", 1),)


def test_personal_items_and_what_is_known_are_left_out() -> None:
    for form in FORMS:
        asked = {i.code for i in items_for(form, Level.TWO) if not i.derived and not i.personal}
        assert {r.item.code for r in item_results(form, Level.TWO, [])} == asked
    assert {"8", "9"} & {r.item.code for r in item_results(FORM_1, Level.TWO, [])} == set()
