"""The form engine: every item kind there and back, hostile input, conditions, progress, sheets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from gongxue.foundation.official_forms.models import FormVersion
from gongxue.foundation.official_forms.rendering import (
    NAME,
    BoundForm,
    answers_from_post,
    bound_form,
)
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import (
    FORM_1,
    FORM_2,
    FORMS,
    Form,
    Item,
    ItemKind,
    Section,
    answer_breaches,
    given_breaches,
    items_for,
)
from gongxue.regulations.official_forms.definition import is_asked

_OPEN, _CHAIN = ItemKind.TEXT, ItemKind.CHOICE
EVERY_KIND = Form(
    code="all",
    version=1,
    title="各类项目",
    article="TR 13",
    filled_by="任何人",
    effective_from=date(2022, 1, 1),
    sections=(
        Section(
            "全部",
            (
                Item("1", "文字", _OPEN, limit=20),
                Item("2", "长文", ItemKind.LONG, limit=200, required=False),
                Item("3", "选一", _CHAIN, ("甲", "乙", "丙")),
                Item("3a", "乙的细目", _CHAIN, ("一", "二"), asked_if="3=乙"),
                Item("3b", "二的说明", _OPEN, asked_if="3a=二"),
                Item("4", "是否", ItemKind.YES_NO, required=False),
                Item("5.1", "量一", ItemKind.SCALE, ("高", "低"), (2, 1)),
                Item("5.2", "量二", ItemKind.SCALE, ("高", "低"), (2, 1)),
                Item("6", "已知", _OPEN, derived="name"),
                Item("oath", "声明", ItemKind.DECLARE),
            ),
        ),
    ),
)


def version(form: Form) -> FormVersion:
    return FormVersion(
        code=form.code,
        number=1,
        title=form.title,
        effective_from=form.effective_from,
        definition=form.as_data(),
    )


def posted(answers: Mapping[str, Any], prefix: str = "") -> QueryDict:
    """What a browser sends: a tick as `on`, line breaks as CR LF, unanswered texts as empty inputs."""
    pairs = []
    for code, value in answers.items():
        text = "on" if value is True else str(value).replace("\n", "\r\n")
        pairs.append((f"{prefix}{NAME}{code}", text))
    return QueryDict(urlencode(pairs))


_WORDS = st.text(
    st.characters(blacklist_categories=("Cc", "Cs")), min_size=1, max_size=20
).map(lambda t: " ".join(t.split())).filter(bool)  # fmt: skip


def _value(item: Item) -> st.SearchStrategy[Any]:
    if item.kind == ItemKind.DECLARE:
        return st.just(True)
    options = item.options or (("是", "否") if item.kind == ItemKind.YES_NO else ())
    if options:
        return st.sampled_from(options)
    if item.kind == ItemKind.LONG:
        return st.lists(_WORDS, min_size=1, max_size=4).map("\n".join)
    return _WORDS.map(lambda t: t[: item.limit].strip()).filter(bool)


@st.composite
def filled(draw: st.DrawFn) -> tuple[Form, Level, dict[str, Any]]:
    """A form, a level and answers that somebody could have given, gaps included."""
    form = draw(st.sampled_from((EVERY_KIND, FORM_1, FORM_2)))
    level = draw(st.sampled_from(list(Level)))
    answers: dict[str, Any] = {}
    for item in items_for(form, level):
        if not item.derived and is_asked(item, answers) and draw(st.integers(0, 5)):
            answers[item.code] = draw(_value(item))
    return form, level, answers


@given(filled())
def test_answers_come_back_as_they_were_shown(case: tuple[Form, Level, dict[str, Any]]) -> None:
    form, level, answers = case
    assert answers_from_post(version(form), level, posted(answers)) == answers
    assert given_breaches(form, level, answers) == []
    bound = bound_form(version(form), level, answers, {})
    shown = {f.item.code: True if f.shape == "tick" else f.value for f in bound.fields if f.given}
    assert shown == answers
    for one in bound.fields:
        assert [c.value for c in one.choices if c.checked] == (
            [one.value] if one.choices and one.given else []
        )


@given(filled())
def test_progress_says_what_the_rule_says(case: tuple[Form, Level, dict[str, Any]]) -> None:
    form, level, answers = case
    bound = bound_form(version(form), level, answers, {})
    missing = {b.rule.removeprefix(f"{form.code}.") for b in answer_breaches(form, level, answers)}
    assert {f.item.code for f in bound.missing} == missing
    assert bound.total - bound.answered == len(missing)
    assert sum(len(section.owed) for section in bound.sections) == bound.total


_HOSTILE = st.one_of(
    st.text(max_size=50),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.integers(), st.floats(), st.booleans(), st.none(),
)  # fmt: skip
_CODES = st.one_of(st.sampled_from([i.code for i in EVERY_KIND.items]), st.text(max_size=8))


@given(st.dictionaries(_CODES, _HOSTILE, max_size=6))
def test_any_answers_at_all_are_judged_and_shown_without_falling_over(answers: dict[str, Any]) -> None:
    breaches = answer_breaches(EVERY_KIND, Level.THREE, answers)
    bound = bound_form(version(EVERY_KIND), Level.THREE, answers, {"name": "王芳"}, breaches=breaches)
    unknown = set(answers) - {i.code for i in EVERY_KIND.items if not i.derived}
    assert len([b for b in breaches if b.rule == "all.unknown"]) == len(unknown)
    named = {b.rule for b in breaches if b.rule != "all.unknown"}
    assert {f"all.{f.item.code}" for f in bound.faulty} == named
    assert bool(bound.errors) is bool(unknown)
    html(bound)


@given(st.text(max_size=60), st.text(max_size=20), st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_any_post_is_read(body: str, code: str, values: list[str]) -> None:
    post = QueryDict(mutable=True)
    for value in values:
        post.appendlist(f"{NAME}{code}", value)
    post.appendlist(body, body)
    found = answers_from_post(version(EVERY_KIND), Level.THREE, post)
    assert set(found) <= {code, body.removeprefix(NAME)}


def test_what_the_reader_hands_on_for_the_rule_to_refuse() -> None:
    post = QueryDict("answers.1=a&answers.1=b&answers.99=x&answers.oath=maybe&answers.6=other&other=1")
    found = answers_from_post(version(EVERY_KIND), Level.THREE, post)
    assert found == {"1": ["a", "b"], "99": "x", "oath": "maybe", "6": "other"}
    rules = {b.rule for b in given_breaches(EVERY_KIND, Level.THREE, found)}
    assert rules == {"all.1", "all.unknown", "all.oath"}


@pytest.mark.parametrize("text", ["\x00", "a\x07b", "\ud800", "\udfff", "\x1b[0m"])
def test_characters_that_cannot_be_kept_are_refused(text: str) -> None:
    assert [b.rule for b in given_breaches(EVERY_KIND, Level.THREE, {"1": text, "2": text})] == [
        "all.1",
        "all.2",
    ]


def test_line_breaks_and_tabs_can_be_kept() -> None:
    assert given_breaches(EVERY_KIND, Level.THREE, {"2": "一\n二\t三\r\n四"}) == []


def test_a_million_characters_are_refused_and_named() -> None:
    breaches = given_breaches(EVERY_KIND, Level.THREE, {"2": "长" * 1_000_000})
    assert [b.says for b in breaches] == ["第 2 项“长文”：超过 200 字。"]


def test_answers_to_questions_that_are_not_asked_any_more_are_left_out() -> None:
    post = posted({"3": "甲", "3a": "二", "3b": "说明"})
    assert answers_from_post(version(EVERY_KIND), Level.THREE, post) == {"3": "甲"}
    post = posted({"3": "乙", "3a": "二", "3b": "说明"})
    assert answers_from_post(version(EVERY_KIND), Level.THREE, post) == {"3": "乙", "3a": "二", "3b": "说明"}


def test_conditional_items_stand_inside_the_one_they_depend_on_at_any_depth() -> None:
    bound = bound_form(version(EVERY_KIND), Level.THREE, {"3": "乙"}, {})
    roots = {b.field.item.code: b.field for s in bound.sections for b in s.blocks if b.field}
    assert set(roots) == {"1", "2", "3", "4", "6", "oath"}
    assert [f.item.code for f in roots["3"].followers] == ["3a"]
    assert [f.item.code for f in roots["3"].followers[0].followers] == ["3b"]
    assert [(c.value, c.leads) for c in roots["3"].choices] == [("甲", False), ("乙", True), ("丙", False)]
    assert [f.item.code for f in bound.fields if f.asked and f.item.asked_if] == ["3a"]


def test_neighbours_on_one_scale_become_a_matrix_by_course() -> None:
    bound = bound_form(version(FORM_1), Level.THREE, {"19.3-2": "很好"}, {})
    (matrix,) = (b.matrix for s in bound.sections for b in s.blocks if b.matrix)
    assert matrix.options == ("较差", "一般", "较好", "很好")
    assert [(c.title, len(c.rows)) for c in matrix.courses] == [
        ("工学一体化课程教学实施", 3), ("工学一体化课程考核实施", 2), ("教学场所使用管理", 1),
    ]  # fmt: skip
    assert [r.item.code for r in matrix.rows if r.given] == ["19.3-2"]
    assert not matrix.numbered
    assert bound.sections[2].note.startswith("19.请您")


def test_form_2_has_a_matrix_for_each_instructor_and_the_names_beside() -> None:
    derived = {"instructor_1": "王芳（学习任务分析）", "instructor_2": "李军"}
    bound = bound_form(version(FORM_2), Level.TWO, {}, derived)
    sizes = [len(b.matrix.rows) for s in bound.sections for b in s.blocks if b.matrix]
    assert sizes == [6, 6, 6, 2]
    assert [f.value for f in bound.known] == ["王芳（学习任务分析）", "李军"]
    assert len({f.id for f in bound.fields}) == len(bound.fields)


def test_errors_stand_at_their_items_and_the_rest_above() -> None:
    breaches = [
        Breach("all.1", "TR 13", "第 1 项“文字”未填。"),
        Breach("all.unknown", "TR 13", "表中没有“9”一项。"),
    ]
    bound = bound_form(version(EVERY_KIND), Level.THREE, {}, {}, breaches=breaches)
    assert [(f.item.code, f.error, f.problem) for f in bound.faulty] == [
        ("1", "第 1 项“文字”未填。", "未填。")
    ]
    assert [e[:9] for e in bound.errors] == ["表中没有“9”一项"]


def test_a_prefix_keeps_two_forms_on_one_page_apart() -> None:
    bound = bound_form(version(EVERY_KIND), Level.THREE, {}, {}, prefix="b-")
    assert all(f.name.startswith("b-answers.") and f.id.startswith("b-") for f in bound.fields)
    post = posted({"1": "甲"}, prefix="b-")
    assert answers_from_post(version(EVERY_KIND), Level.THREE, post) == {}
    assert answers_from_post(version(EVERY_KIND), Level.THREE, post, prefix="b-") == {"1": "甲"}


def html(bound: BoundForm) -> str:
    return render_to_string("official_forms/form.html", {"form": bound})


def test_the_page_escapes_what_was_typed() -> None:
    words = html(bound_form(version(EVERY_KIND), Level.THREE, {"1": '"><script>x</script>'}, {"name": "<b>"}))
    assert "<script>x" not in words
    assert "&lt;b&gt;" in words


@pytest.mark.parametrize("form", [EVERY_KIND, *FORMS], ids=lambda f: f.code)
@pytest.mark.parametrize("level", list(Level))
def test_every_item_that_is_asked_has_its_input(form: Form, level: Level) -> None:
    bound = bound_form(version(form), level, {}, {})
    words = html(bound)
    for one in bound.fields:
        assert (f'name="{one.name}"' in words) is not bool(one.item.derived), one.item.code
        if one.error or one.owed:
            assert f'id="{one.id}"' in words, "what is missing can be linked to"
    assert "style=" not in words
    assert "<script" not in words


def test_the_filled_sheet_shows_answers_and_only_asked_details() -> None:
    answers = {"3": "乙", "3a": "一", "4": "否", "5.1": "高", "5.2": "低", "oath": True}
    bound = bound_form(version(EVERY_KIND), Level.THREE, answers, {"name": "王芳"})
    shown = {"form": bound, "signer": "王芳", "signed_on": "2023-06-01", "opinion": ""}
    words = render_to_string("official_forms/sheet.html", shown)
    assert "☑乙" in words
    assert "☐甲" in words
    assert "☑否" in words
    assert "乙的细目" in words
    assert "二的说明" not in words
    assert words.count("√") == 2
    assert "☑ 已在线确认" in words


def test_scores_are_printed_where_the_annex_prints_them() -> None:
    bound = bound_form(version(FORM_2), Level.TWO, {}, {})
    words = render_to_string("official_forms/sheet.html", {"form": bound})
    assert "没有（1分）" in words
    assert "□" not in words
