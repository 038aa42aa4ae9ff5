"""Form 3 against TR 附件3: who answers what, the reversed items, one or two partners."""

from __future__ import annotations

from typing import Any

import pytest

from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import FORM_3, ItemKind, answer_breaches, asked_form, items_for
from gongxue.regulations.official_forms.definition import UNSURE

ITEM = {item.code: item for item in FORM_3.items}
ASKED = [f"1.{i}" for i in range(1, 12)] + ["2.1", "2.2", "2.3", "2.4", "3", "4"]  # K03-K19
LEVEL = Level.THREE


def asked(role: str, times: int = 1) -> list[str]:
    return [item.code for item in items_for(FORM_3, LEVEL, role, times) if not item.asked_if]


def test_the_items_are_those_of_the_annex_in_their_order() -> None:
    assert [item.code for item in FORM_3.items if not item.asked_if] == ASKED


def test_instructors_answer_all_but_1_7_and_1_8() -> None:  # K01
    assert asked("instructor") == [code for code in ASKED if code not in ("1.7", "1.8")]


def test_examiners_answer_1_6_to_4() -> None:  # K02
    assert asked("examiner") == ASKED[5:]


def test_without_a_seat_every_item_stands_on_the_sheet() -> None:
    assert asked("") == ASKED


def test_1_7_and_1_9_are_printed_with_no_first() -> None:  # AMB-16
    reversed_items = [item.code for item in FORM_3.items if item.options == ("否", "是")]
    assert reversed_items == ["1.7", "1.9"]


def test_the_answer_that_speaks_against_somebody() -> None:  # AMB-16, K11
    adverse = {item.code: item.adverse for item in FORM_3.items if item.kind == ItemKind.YES_NO}
    assert adverse.pop("1.9") == "是"
    assert set(adverse.values()) == {"否"}
    assert adverse["1.7"] == "否"
    assert {ITEM[code].adverse for code in ("1.11", "2.3", "2.4")} == {"很差"}


def test_the_words_belong_to_the_second_option_and_are_optional() -> None:  # AMB-16
    words = {item.asked_if: item.label for item in FORM_3.items if item.asked_if}
    assert not any(item.required for item in FORM_3.items if item.asked_if)
    assert words["1.7=是"] == words["1.9=是"] == words["1.1=否"] == "请说明情况"
    assert words["1.8=否"] == words["1.10=否"] == "请说明具体情况"
    assert len(words) == 12


def test_examiners_may_not_know_about_1_6_and_1_11() -> None:  # AMB-18
    unsure = {i.code for i in items_for(FORM_3, LEVEL, "examiner") if UNSURE in i.options}
    assert unsure == {"1.6", "1.11"}
    assert not [i for i in items_for(FORM_3, LEVEL, "instructor") if UNSURE in i.options]
    rated = next(i for i in items_for(FORM_3, LEVEL, "examiner") if i.code == "1.11")
    assert rated.printed_options == ("很好（3分）", "一般（2分）", "很差（1分）", UNSURE)


def complete(role: str, times: int) -> dict[str, Any]:
    return {
        item.code: item.all_options[0] for item in items_for(FORM_3, LEVEL, role, times) if item.all_options
    }


@pytest.mark.parametrize(("role", "times"), [("instructor", 1), ("examiner", 2)])
def test_the_questions_about_a_partner_come_once_for_each(role: str, times: int) -> None:  # AMB-18
    codes = asked(role, times)
    assert [code for code in codes if code.startswith("2.")] == ["2.1", "2.2", "2.3", "2.4"] + [
        "2.1~2", "2.2~2", "2.3~2", "2.4~2"
    ] * (times - 1)  # fmt: skip
    answers = complete(role, times)
    assert answer_breaches(FORM_3, LEVEL, answers, role, times) == []
    last = f"2.4~{times}" if times > 1 else "2.4"
    del answers[last]
    broken = answer_breaches(FORM_3, LEVEL, answers, role, times)
    assert [breach.rule for breach in broken] == [f"form3.{last}"]
    assert broken[0].says == "第 2.4 项“您对搭档骨干教师合作情况的评价?”未填。"


def test_the_second_partners_words_follow_the_second_partners_answer() -> None:
    items = {item.code: item for item in items_for(FORM_3, LEVEL, "examiner", 2)}
    assert items["2.1a~2"].asked_if == "2.1~2=否"
    assert (items["2.1"].names, items["2.1~2"].names) == ("partner_1", "partner_2")


@pytest.mark.parametrize(
    ("role", "code"), [("instructor", "1.7"), ("examiner", "1.1"), ("instructor", "2.1~2")]
)
def test_what_is_not_asked_of_a_seat_cannot_be_sent(role: str, code: str) -> None:
    answers = complete(role, 1) | {code: "是"}
    assert [b.rule for b in answer_breaches(FORM_3, LEVEL, answers, role, 1)] == ["form3.unknown"]


def test_the_form_of_a_seat_keeps_its_sections() -> None:
    assert [len(s.items) for s in asked_form(FORM_3, LEVEL, "examiner", 2).sections] == [11, 6, 6, 2]
