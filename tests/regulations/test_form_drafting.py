"""A new version of a form: what can be written, what the processes need, what can be printed and published."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.official_forms import FORM_1, FORM_2, FORM_5, FORM_6, FORMS, Form
from gongxue.regulations.official_forms.drafting import draft_breaches, drafted, editable
from gongxue.regulations.official_forms.needed import needed_breaches, needs_of_form
from gongxue.regulations.official_forms.publishing import day_breaches, publishing_breaches

Data = dict[str, Any]
NEW: Data = {
    "code": "21", "label": "是否需要接站", "kind": "yes_no", "options": [], "scores": [], "required": False, "personal": False,
    "limit": 100, "level": "", "roles": [], "asked_if": "", "help": "", "span": 24, "room": 0, "new_page": False,
}  # fmt: skip


def item_of(data: Data, code: str) -> Data:
    found: Data = next(i for s in data["sections"] for i in s["items"] if i["code"] == code)
    return found


def written(form: Form, change: Callable[[Data], Any]) -> Form:
    data = editable(form)
    change(data)
    made, breaches = drafted(form, data)
    assert breaches == []
    return made


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_what_is_not_changed_comes_back_as_it_was(form: Form) -> None:
    made, breaches = drafted(form, editable(form))
    assert (made, breaches) == (form, [])
    assert draft_breaches(form, made) == needed_breaches(made) == []


def test_what_the_centre_writes_is_in_the_definition() -> None:
    def change(data: Data) -> None:
        item_of(data, "3")["label"] = "民族（按身份证填写）"
        item_of(data, "3")["help"] = "如：汉族"
        data["sections"][3]["items"].insert(1, dict(NEW))
        data["note"] = "请如实填写"

    made = written(FORM_1, change)
    ethnic, new = (next(i for i in made.items if i.code == code) for code in ("3", "21"))
    assert (ethnic.label, ethnic.help, ethnic.span) == ("民族（按身份证填写）", "如：汉族", 4)
    assert new.all_options == ("是", "否")
    assert made.furniture.note == "请如实填写"
    assert draft_breaches(FORM_1, made) == needed_breaches(made) == []


@pytest.mark.parametrize(
    ("form", "code", "article"),
    [
        (FORM_1, "0", "MG 4.7"), (FORM_1, "4", "MG 4.7"), (FORM_1, "19.3-1", "TR 10"), (FORM_1, "20", "TR 10"),
        (FORM_1, "declaration", "TR 附件1"), (FORM_2, "3.1.1", "MG 8"), (FORM_2, "9", "MG 8"), (FORM_5, "name", "MG 4.7"),
    ],
)  # fmt: skip
def test_what_a_process_needs_cannot_be_removed(form: Form, code: str, article: str) -> None:
    def change(data: Data) -> None:
        for section in data["sections"]:
            section["items"] = [i for i in section["items"] if i["code"] != code]

    (breach,) = needed_breaches(written(form, change))
    assert breach.rule == f"forms.needed.{code}"
    assert breach.article == article
    assert "不能删去" in breach.says


def test_every_item_that_is_known_or_read_is_needed() -> None:
    assert {f"19.{n}-{i}" for n in "123" for i in range(1, 7)} <= set(needs_of_form("form1"))
    for form in FORMS:
        assert {item.code for item in form.items if item.derived} <= set(needs_of_form(form.code))
        assert set(needs_of_form(form.code)) <= {item.code for item in form.items}


@pytest.mark.parametrize(
    ("code", "field", "value", "what"),
    [
        ("19.3-1", "options", ["差", "好"], "选项和分值"), ("19.3-1", "scores", [4, 3, 2, 1], "选项和分值"),
        ("19.3-1", "required", False, "必填"), ("19.3-1", "level", "1", "适用级别"), ("20", "kind", "text", "题型"),
        ("20", "personal", True, "个人信息"), ("17a", "asked_if", "", "何时填写"),
    ],
)  # fmt: skip
def test_what_the_processes_read_of_it_cannot_be_altered(
    code: str, field: str, value: Any, what: str
) -> None:
    made = written(FORM_1, lambda data: item_of(data, code).update({field: value}))
    (breach,) = [b for b in needed_breaches(made) if b.rule == f"forms.needed.{code}"]
    assert f"的{what}不能修改" in breach.says


def test_its_words_may_change() -> None:
    made = written(
        FORM_1, lambda data: item_of(data, "19.3-1").update(label="编制进度计划", help="按本人情况")
    )
    assert needed_breaches(made) == []


UNFINISHED = [
    ({"label": ""}, "题目文字"), ({"label": "长" * 601}, "题目文字"), ({"code": "3"}, "题号重复"), ({"code": "a b"}, "题号应为"),
    ({"kind": "choice", "options": ["甲"]}, "2 至 12 个选项"), ({"kind": "choice", "options": ["甲", "甲"]}, "不能重复"),
    ({"kind": "scale", "options": ["甲", "乙"], "scores": [1]}, "都要有分值"),
    ({"kind": "choice", "options": ["甲", "乙"], "scores": [1, 2]}, "只有评分题"),
    ({"kind": "scale", "options": ["甲", "乙"], "scores": [1, 101]}, "0 至 100"),
    ({"kind": "text", "limit": 0}, "字数上限"), ({"kind": "long", "limit": 5001}, "字数上限"), ({"level": "4"}, "适用级别"),
    ({"roles": ["instructor"]}, "没有这样的填写者"), ({"span": 0}, "印制宽度"), ({"span": 25}, "印制宽度"), ({"room": 251}, "印制高度"),
    ({"asked_if": "99=是"}, "不在本部分"), ({"asked_if": "20=是"}, "不是第 20 项的选项"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "says"), UNFINISHED, ids=[says for _, says in UNFINISHED])
def test_an_unfinished_item_is_named_with_what_is_missing(change: Data, says: str) -> None:
    made = written(FORM_1, lambda data: data["sections"][3]["items"].insert(1, NEW | change))
    breaches = draft_breaches(FORM_1, made)
    assert any(says in b.says for b in breaches), breaches
    assert all(b.way_out and b.article == "TR 13" for b in breaches)


def test_what_depends_on_an_item_stands_behind_it() -> None:
    def change(data: Data) -> None:
        items = data["sections"][1]["items"]
        at = next(n for n, i in enumerate(items) if i["code"] == "17a")
        items.insert(0, items.pop(at))

    assert any("不在本部分此项之前" in b.says for b in draft_breaches(FORM_1, written(FORM_1, change)))


def test_a_rating_table_has_one_scale() -> None:
    other = NEW | {"kind": "scale", "options": ["行", "不行"], "scores": [1, 0], "level": "3"}
    made = written(FORM_1, lambda data: data["sections"][2]["items"].append(other))
    assert any("选项必须相同" in b.says for b in draft_breaches(FORM_1, made))


def test_the_room_beside_the_photo_is_narrow() -> None:
    made = written(FORM_1, lambda data: item_of(data, "9").update(span=24))
    assert any("在照片左侧" in b.says for b in draft_breaches(FORM_1, made))


def test_an_item_put_before_those_beside_the_photo_stands_there_too() -> None:
    made = written(
        FORM_1, lambda data: data["sections"][0]["items"].insert(4, NEW | {"kind": "text", "span": 4})
    )
    assert made.furniture.beside_photo == FORM_1.furniture.beside_photo + 1


def test_sentences_hold_exactly_their_items() -> None:
    made = written(FORM_6, lambda data: data["sections"][2].update(prose=["总结如下：{9}"]))
    says = [b.says for b in draft_breaches(FORM_6, made)]
    assert any("{9}" in s for s in says)
    assert any("缺少“{2}”" in s for s in says)


def test_form_two_collects_nothing_personal() -> None:
    made = written(
        FORM_2, lambda data: data["sections"][-1]["items"].append(NEW | {"code": "14", "personal": True})
    )
    assert any("匿名" in b.says for b in draft_breaches(FORM_2, made))


WRONG: list[tuple[str, Callable[[Data], Any]]] = [
    ("没有“derived”", lambda d: item_of(d, "3").update(derived="phone")), ("没有“version”", lambda d: d.update(version=9)),
    ("不能识别", lambda d: d.update(sections="x")), ("不能识别", lambda d: d.update(sections=[3])),
    ("个部分", lambda d: d.update(sections=[])), ("数目不能改变", lambda d: d.update(opinions=[])),
    ("两次", lambda d: d["sections"].append(copy.deepcopy(d["sections"][0]))),
    ("来源不能识别", lambda d: d["sections"][0].update(base=77)), ("题型不能识别", lambda d: item_of(d, "3").update(kind="file")),
    ("不能识别", lambda d: item_of(d, "3").update(required="yes")), ("不能识别", lambda d: item_of(d, "3").update(limit=True)),
    ("不能识别", lambda d: item_of(d, "3").update(options=[1])), ("整数", lambda d: item_of(d, "3").update(scores=["1"])),
    ("超过", lambda d: d.update(note="长" * 2001)), ("至多 200 项", lambda d: d["sections"][0]["items"].extend([NEW] * 201)),
    ("不能识别", lambda d: d["sections"][0]["items"].append({})), ("不能识别", lambda d: d["sections"][0].update(prose=[1])),
]  # fmt: skip


@pytest.mark.parametrize(("says", "change"), WRONG)
def test_what_is_no_definition_is_not_used(says: str, change: Callable[[Data], Any]) -> None:
    data = editable(FORM_1)
    change(data)
    made, breaches = drafted(FORM_1, data)
    assert made is FORM_1
    assert len(breaches) == 1 and says in breaches[0].says, breaches


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(json, st.sampled_from(["", "title", "sections", "opinions", "section", "item"]), st.data())
def test_whatever_is_sent_is_refused_or_understood(value: Any, place: str, draw: st.DataObject) -> None:
    data: Any = editable(FORM_1)
    if place == "":
        data = value if isinstance(value, dict) else {"sections": value}
    elif place == "section":
        data["sections"][0][draw.draw(st.sampled_from(list(data["sections"][0])))] = value
    elif place == "item":
        item = data["sections"][1]["items"][0]
        item[draw.draw(st.sampled_from(list(item)))] = value
    else:
        data[place] = value
    made, breaches = drafted(FORM_1, data)
    assert bool(breaches) or isinstance(draft_breaches(FORM_1, made), list)


# Publishing -----------------------------------------------------------------------------------------------------------

TODAY, LAST = date(2026, 3, 2), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2026, 3, 1), "forms.past"), (TODAY, ""), (date(2026, 3, 3), ""), (date(2099, 1, 1), ""),
    ],
)  # fmt: skip
def test_a_version_never_begins_in_the_past(day: date, rule: str) -> None:
    assert [b.rule for b in day_breaches(day, LAST, TODAY)] == ([rule] if rule else [])


def test_versions_follow_each_other_by_their_days() -> None:
    assert [b.rule for b in day_breaches(date(2026, 4, 1), date(2026, 4, 1), TODAY)] == ["forms.order"]
    assert [b.rule for b in day_breaches(date(2026, 4, 1), date(2026, 5, 1), TODAY)] == ["forms.order"]
    assert day_breaches(date(2026, 5, 2), date(2026, 5, 1), TODAY) == []


def test_a_second_look_and_a_difference_are_asked_for() -> None:
    given_ = {"effective_from": TODAY, "last_from": LAST, "today": TODAY}
    rules = [b.rule for b in publishing_breaches(FORM_1, FORM_1, FORM_1, confirmation="发布", **given_)]
    assert rules == ["forms.same", "forms.confirmation"]
    new = written(FORM_1, lambda data: data.update(title="新申请表"))
    assert publishing_breaches(new, FORM_1, FORM_1, confirmation=" 新申请表 ", **given_) == []
