from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import (
    FORM_1,
    FORM_2,
    FORMS,
    Form,
    Item,
    ItemKind,
    answer_breaches,
    items_for,
)
from gongxue.regulations.official_forms.definition import form_from_data, is_asked

LEVELS = list(Level)
ASKING = [form for form in FORMS if not all(item.derived for item in form.items)]  # form 5 asks nothing
SAMPLES: dict[ItemKind, Callable[[Item], Any]] = {
    ItemKind.TEXT: lambda item: "内容",
    ItemKind.LONG: lambda item: "内容",
    ItemKind.CHOICE: lambda item: item.options[-1],
    ItemKind.SCALE: lambda item: item.options[-1],  # the lowest: 没有, 不充分, 完全没有 ask for words
    ItemKind.YES_NO: lambda item: "是",
    ItemKind.DECLARE: lambda item: True,
}


def complete(form: Form, level: Level) -> dict[str, Any]:
    """Every item answered, and so that every dependent item is asked."""
    return {item.code: SAMPLES[item.kind](item) for item in items_for(form, level) if not item.derived}


def rules(form: Form, level: Level, answers: dict[str, Any]) -> list[str]:
    return [breach.rule for breach in answer_breaches(form, level, answers)]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
@pytest.mark.parametrize("level", LEVELS)
def test_complete_answers_have_no_breach(form: Form, level: Level) -> None:
    assert rules(form, level, complete(form, level)) == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("nothing", ["leave out", None, "", " \u3000\n"])
def test_each_omission_is_one_breach_that_names_the_item(
    form: Form, level: Level, nothing: str | None
) -> None:
    for item in items_for(form, level):
        if item.derived:
            continue
        answers = complete(form, level)
        del answers[item.code]
        if nothing != "leave out":
            answers[item.code] = nothing
        breaches = answer_breaches(form, level, answers)
        expected = [f"{form.code}.{item.code}"] if item.required else []
        assert [breach.rule for breach in breaches] == expected
        assert all(item.named in breach.says for breach in breaches)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_an_empty_sheet_names_every_required_item(form: Form) -> None:
    wanted = [
        f"{form.code}.{item.code}"
        for item in items_for(form, Level.TWO)
        if item.required and not item.derived and not item.asked_if
    ]
    assert rules(form, Level.TWO, {}) == wanted


@pytest.mark.parametrize("form", FORMS[:4], ids=lambda form: form.code)
def test_what_is_not_asked_need_not_be_answered(form: Form) -> None:
    answers = complete(form, Level.THREE)
    dependent = [item for item in items_for(form, Level.THREE) if item.asked_if]
    for item in dependent:
        trigger = item.asked_if.partition("=")[0]
        kind = next(other for other in form.items if other.code == trigger)
        answers[trigger] = (kind.options or ("是", "否"))[0] if kind.kind != ItemKind.YES_NO else "否"
        del answers[item.code]
    assert dependent
    assert rules(form, Level.THREE, answers) == []


def test_an_answer_that_is_not_asked_must_be_well_formed_all_the_same() -> None:
    answers = complete(FORM_1, Level.THREE) | {"17": "否"}
    assert rules(FORM_1, Level.THREE, answers | {"17a": "2019年，北京"}) == []
    assert rules(FORM_1, Level.THREE, answers | {"17a": ["2019"]}) == ["form1.17a"]
    assert rules(FORM_1, Level.THREE, answers | {"17a": "字" * 301}) == ["form1.17a"]


def test_a_question_is_asked_after_the_answer_it_depends_on() -> None:
    item = Item("17a", "", ItemKind.TEXT, asked_if="17=是")
    assert is_asked(item, {"17": "是"})
    assert not is_asked(item, {"17": "否"})
    assert not is_asked(item, {})
    assert is_asked(Item("17", "", ItemKind.YES_NO), {})


@given(st.text().filter(lambda code: code not in complete(FORM_1, Level.ONE)))
def test_an_unknown_item_is_refused(code: str) -> None:
    assert rules(FORM_1, Level.ONE, complete(FORM_1, Level.ONE) | {code: "x"}) == ["form1.unknown"]


@pytest.mark.parametrize("code", ["0", "1", "2", "4", "5", "7", "19.2-1", "19.3-6"])
def test_derived_items_and_modules_of_another_level_cannot_be_sent(code: str) -> None:
    assert rules(FORM_1, Level.ONE, complete(FORM_1, Level.ONE) | {code: "较好"}) == ["form1.unknown"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("form", ASKING, ids=lambda form: form.code)
@given(data=st.data(), value=JSON)
def test_any_value_is_judged_and_only_the_right_type_passes(
    form: Form, data: st.DataObject, value: Any
) -> None:
    answers = complete(form, Level.THREE)
    code = data.draw(st.sampled_from(sorted(answers)))
    item = next(item for item in form.items if item.code == code)
    broken = rules(form, Level.THREE, answers | {code: value})
    assert set(broken) <= {f"{form.code}.{code}"}
    if not broken:
        right = value is True if item.kind == ItemKind.DECLARE else isinstance(value, str)
        assert right or (value is None and not item.required)
        assert not item.options or value in item.options


WRONG = [
    ("10", "博士后"),
    ("10", 0),
    ("10", ["博士"]),
    ("14", True),
    ("14", "Y"),
    ("19.3-1", 4),
    ("19.3-1", "优秀"),
    ("12", False),
    ("20", 0),
    ("3", {"民族": "汉族"}),
    ("declaration", "true"),
    ("declaration", 1),
    ("declaration", False),
]


@pytest.mark.parametrize(("code", "value"), WRONG)
def test_a_wrong_type_or_option_is_one_breach(code: str, value: object) -> None:
    assert rules(FORM_1, Level.THREE, complete(FORM_1, Level.THREE) | {code: value}) == [f"form1.{code}"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_a_text_may_be_as_long_as_its_limit(form: Form) -> None:
    for item in items_for(form, Level.THREE):
        if item.kind in (ItemKind.TEXT, ItemKind.LONG) and not item.derived:
            answers = complete(form, Level.THREE)
            assert rules(form, Level.THREE, answers | {item.code: "字" * item.limit}) == []
            assert rules(form, Level.THREE, answers | {item.code: "字" * (item.limit + 1)}) == [
                f"{form.code}.{item.code}"
            ]


SENTENCES = [
    ("10a", "", "第 10 项“专业”未填。"),
    ("19.3-1", "", "第 19 项“课程教学进度计划编制”未填。"),
    ("19.3-1", "优", "第 19 项“课程教学进度计划编制”：请从较差、一般、较好、很好中选择。"),
    ("14", "Y", "第 14 项“是否为第一阶段申报专业”：请从是、否中选择。"),
    ("3", 1, "第 3 项“民族”：应为文字。"),
    ("3", "字" * 11, "第 3 项“民族”：超过 10 字。"),
    ("declaration", False, "“我承诺填写内容真实准确。在培训期间，我将保证全程参加，并按照…”尚未勾选。"),
    (
        "declaration",
        "on",
        "“我承诺填写内容真实准确。在培训期间，我将保证全程参加，并按照…”：请阅读并勾选。",
    ),
]


@pytest.mark.parametrize(("code", "value", "says"), SENTENCES)
def test_a_breach_speaks_as_the_annex_numbers_its_items(code: str, value: object, says: str) -> None:
    breaches = answer_breaches(FORM_1, Level.THREE, complete(FORM_1, Level.THREE) | {code: value})
    assert [(breach.says, breach.article) for breach in breaches] == [(says, "TR 附件1")]


def test_a_label_is_cut_after_thirty_characters() -> None:
    assert Item("6", "字" * 30, ItemKind.TEXT).named == f"第 6 项“{'字' * 30}”"
    assert Item("6", "字" * 31, ItemKind.TEXT).named == f"第 6 项“{'字' * 30}…”"


PRINTED = [
    ("1", "1"),
    ("10", "10"),
    ("10a", "10"),
    ("17a", "17"),
    ("19.3-1", "19"),
    ("1.13", "1.13"),
    ("3.1.2", "3.1.2"),
    ("2b", "2"),
    ("declaration", ""),
]


@pytest.mark.parametrize(("code", "number"), PRINTED)
def test_an_item_has_the_number_that_the_annex_prints(code: str, number: str) -> None:
    assert Item(code, "", ItemKind.TEXT).number == number


def test_an_unknown_item_is_repeated_only_in_part() -> None:
    breach = answer_breaches(FORM_1, Level.ONE, complete(FORM_1, Level.ONE) | {"x" * 50: 1})[0]
    assert breach.says == f"表中没有“{'x' * 20}”一项。"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_the_first_version_of_a_form_is_that_of_2022(form: Form) -> None:
    assert (form.version, form.effective_from) == (1, date(2022, 1, 1))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_a_stored_form_comes_back_unchanged(form: Form) -> None:  # H13
    assert form_from_data(json.loads(json.dumps(form.as_data()))) == form


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_item_codes_are_unique_and_scores_stand_beside_their_options(form: Form) -> None:
    assert len({item.code for item in form.items}) == len(form.items)
    for item in form.items:
        assert len(item.scores) == (len(item.options) if item.kind == ItemKind.SCALE else 0)


@pytest.mark.parametrize(("form", "prefix"), [(FORM_1, "19."), (FORM_2, "1.")])
@pytest.mark.parametrize("level", LEVELS)
def test_a_level_sees_exactly_its_own_modules(form: Form, prefix: str, level: Level) -> None:  # I29 J03
    rated = [item for item in items_for(form, level) if item.code.startswith(prefix)]
    assert len(rated) == (0 if level == Level.BACKBONE else 6)
    assert {item.level for item in rated} <= {level.value}
    assert len(items_for(form, level)) == len(form.items) - 18 + len(rated)
