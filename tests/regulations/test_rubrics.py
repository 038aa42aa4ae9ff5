"""Rubrics: weights of a hundred, the weighted sum, what a sheet must say, what differs between two versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.rubrics import (
    USUAL_BANDS,
    Criterion,
    Rubric,
    Wish,
    differences,
    draft_breaches,
    empty_rubric,
    publishing_breaches,
    rubric_from_data,
    sheet_breaches,
    weighted_mark,
    written,
)

LEVELS = ("很好", "较好", "一般", "不足")
RUBRIC = Rubric(
    "三级过程性考核评分标准",
    "测试",
    False,
    USUAL_BANDS,
    (
        Criterion("1", "教学目标", 20, "", Wish.NONE, LEVELS),
        Criterion("2", "学习任务", 45, "看成果", Wish.MAY, LEVELS),
        Criterion("3", "展示交流", 35, "", Wish.MUST, LEVELS),
    ),
)
MARKS = st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)


@st.composite
def weighted(draw: st.DrawFn) -> tuple[Rubric, dict[str, Decimal]]:
    """A rubric whose weights add up to a hundred, and marks."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=9)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    criteria = tuple(Criterion(str(n), f"第{n}项", w, "", Wish.MAY, LEVELS) for n, w in enumerate(weights))
    return replace(RUBRIC, criteria=criteria), {one.code: draw(MARKS) for one in criteria}


@given(weighted())
def test_the_mark_is_the_nearest_tenth_of_the_weighted_sum_half_up(
    sheet: tuple[Rubric, dict[str, Decimal]],
) -> None:
    rubric, marks = sheet
    mark = weighted_mark(rubric, marks)
    exact = sum(Fraction(marks[one.code]) * one.weight for one in rubric.criteria) / 100
    assert mark == mark.quantize(Decimal("0.1")) and min(marks.values()) <= mark <= max(marks.values())
    assert Fraction(-1, 20) < Fraction(mark) - exact <= Fraction(1, 20)


@given(weighted(), st.data())
def test_a_better_criterion_never_lowers_the_mark(
    sheet: tuple[Rubric, dict[str, Decimal]], data: st.DataObject
) -> None:
    rubric, marks = sheet
    code = data.draw(st.sampled_from(sorted(marks)))
    better = marks | {code: data.draw(MARKS.filter(lambda mark: mark >= marks[code]))}
    assert weighted_mark(rubric, better) >= weighted_mark(rubric, marks)


@given(weighted(), MARKS)
def test_equal_criteria_give_their_own_mark(sheet: tuple[Rubric, dict[str, Decimal]], mark: Decimal) -> None:
    rubric, marks = sheet
    assert weighted_mark(rubric, dict.fromkeys(marks, mark)) == mark


def test_half_a_tenth_goes_up() -> None:
    two = (replace(RUBRIC.criteria[0], weight=50), replace(RUBRIC.criteria[1], weight=50))
    marks = {"1": Decimal("80.0"), "2": Decimal("80.1")}
    assert weighted_mark(replace(RUBRIC, criteria=two), marks) == Decimal("80.1")


def test_a_rubric_survives_being_stored() -> None:
    assert rubric_from_data(RUBRIC.as_data()) == RUBRIC
    assert written(RUBRIC.as_data()) == (RUBRIC, [])
    assert draft_breaches(RUBRIC) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"criteria": []}, {"bands": []}, {"criteria": [1]}, {"title": "长" * 81}, {"bands": [{"title": "优秀", "low": "90"}]},
        {"criteria": [RUBRIC.as_data()["criteria"][0]] * 2}, {"source": "长" * 401}, {"criteria": None},
        {"criteria": [RUBRIC.as_data()["criteria"][0] | {"levels": ["一"]}]},
        {"criteria": [RUBRIC.as_data()["criteria"][0] | {"comment": "always"}]},
    ],
)  # fmt: skip
def test_what_is_no_rubric_is_not_kept(changed: dict[str, object]) -> None:
    assert written(RUBRIC.as_data() | changed)[1]


def test_everything_unfinished_is_named() -> None:
    says = " ".join(breach.says for breach in draft_breaches(empty_rubric("")))
    for words in ("名称", "依据", "第 1 项没有写评分内容", "缺少等级描述：优秀、良好、合格、不合格"):
        assert words in says
    assert "权重" not in says
    heavy = replace(RUBRIC, criteria=RUBRIC.criteria[:2])
    assert [b.says for b in draft_breaches(heavy)] == ["各项权重合计 65，不是 100。"]


@pytest.mark.parametrize("lows", [(90, 75, 60, 1), (90, 90, 60, 0), (60, 75, 90, 0), (101, 75, 60, 0)])
def test_bands_fall_to_nought(lows: tuple[int, ...]) -> None:
    bands = tuple(replace(band, low=low) for band, low in zip(USUAL_BANDS, lows, strict=True))
    assert [b.rule for b in draft_breaches(replace(RUBRIC, bands=bands))] == ["rubric.band_low"]


def test_a_version_begins_on_a_later_day_and_differs_from_the_last() -> None:
    today, tomorrow = date(2026, 3, 2), date(2026, 3, 3)

    def rules(last: Rubric | None, day: date, last_from: date | None = None) -> list[str]:
        found = publishing_breaches(RUBRIC, last, effective_from=day, last_from=last_from, today=today)
        return [breach.rule for breach in found]

    assert rules(None, tomorrow) == []
    assert rules(None, today) == ["rubric.day"]
    assert rules(RUBRIC, tomorrow) == ["rubric.same"]
    assert rules(replace(RUBRIC, title="旧"), tomorrow, tomorrow) == ["rubric.day_order"]


def test_a_sheet_has_every_mark_and_the_comments_that_are_wanted() -> None:
    marks = {"1": "80", "2": "75.5", "3": "90"}
    assert sheet_breaches(RUBRIC, marks, {"3": "有依据"}) == []
    assert [b.rule for b in sheet_breaches(RUBRIC, marks, {})] == ["sheet.comment.3"]
    wrong = {"1": "80", "2": "75.55", "3": "", "9": "80"}
    rules = [b.rule for b in sheet_breaches(RUBRIC, wrong, {"1": "不该写", "2": "长" * 301, "3": "有"})]
    assert sorted(rules) == [
        "sheet.comment.1",
        "sheet.comment.2",
        "sheet.criterion",
        "sheet.mark.2",
        "sheet.mark.3",
    ]


def test_differences_name_the_place_and_both_wordings() -> None:
    one, two, three = RUBRIC.criteria
    new = replace(
        RUBRIC, source="手册第 8 页", criteria=(three, replace(two, weight=40, levels=("极好", *LEVELS[1:])),
                                             replace(one, code="4", title="安全", weight=25)),
    )  # fmt: skip
    found = {(d.where, d.what, d.before, d.after) for d in differences(RUBRIC, new)}
    assert found == {
        ("名称和依据", "依据", "测试", "手册第 8 页"), ("教学目标", "删去", "权重 20", ""), ("安全", "新增", "", "权重 25"),
        ("学习任务", "权重", "45", "40"), ("学习任务", "优秀的表现", "很好", "极好"), ("评分项", "顺序", "", ""),
    }  # fmt: skip
    assert differences(RUBRIC, RUBRIC) == []
