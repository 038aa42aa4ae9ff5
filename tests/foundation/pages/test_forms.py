"""A refusal inside a form: the status says which kind it is, a conflict shows both texts (reliability row 12)."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms

from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, Refusal, RuleBroken
from gongxue.foundation.pages.forms import answer_status, differences, is_conflict, refusals
from gongxue.regulations.breaches import Breach
from tests.foundation.pages.test_kit import shown

BREACH = Breach("x", "TR 7", "不行。", "请更正。")
SENT = {"level": "3", "day": "2023-06-12", "number": "30", "text": "第一行\r\n第二行 "}


class Sample(forms.Form):
    level = forms.ChoiceField(label="级别", choices=[("3", "三级"), ("2", "二级")])
    day = forms.DateField(label="日期")
    number = forms.IntegerField(label="人数")
    text = forms.CharField(label="说明", required=False, strip=False)


def sent(refusal: Refusal | None = None, **more: str) -> Sample:
    """A form as it was sent, refused by the act."""
    form = Sample({**SENT, **more})
    assert form.is_valid()
    if refusal is not None:
        with refusals(form):
            raise refusal
    return form


def saved(**more: Any) -> SimpleNamespace:
    """The row as it is now."""
    return SimpleNamespace(
        **{"level": "3", "day": date(2023, 6, 12), "number": 30, "text": "第一行\n第二行", **more}
    )


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(RuleBroken([BREACH]), 422), (Conflict([BREACH]), 409), (NotAllowed("不行。"), 403), (None, 200)],
)
def test_the_status_of_the_page_is_that_of_the_refusal(refusal: Refusal | None, status: int) -> None:
    form = sent(refusal)
    assert answer_status(form) == status
    assert is_conflict(form) is (status == 409)
    assert bool(form.non_field_errors()) is (refusal is not None)


def test_a_form_that_cannot_be_read_is_422_and_one_that_is_only_shown_200() -> None:
    wrong = Sample({**SENT, "day": "yesterday"})
    assert not wrong.is_valid()
    assert (answer_status(wrong), answer_status(Sample())) == (422, 200)


def test_after_a_conflict_each_differing_field_is_said_twice_in_the_words_of_the_page() -> None:
    form = sent(Conflict([BREACH]))
    rows = differences(form, saved(level="2", day=date(2023, 6, 19), text=""))
    assert [(row.label, row.saved, row.typed) for row in rows] == [
        ("级别", "二级", "三级"), ("日期", "2023年6月19日", "2023年6月12日"), ("说明", "（空）", "第一行\n第二行"),
    ]  # fmt: skip


def test_line_ends_of_the_browser_are_no_difference() -> None:
    assert differences(sent(Conflict([BREACH])), saved()) == []


@pytest.mark.parametrize("refusal", [RuleBroken([BREACH]), None])
def test_without_a_conflict_nothing_is_compared(refusal: Refusal | None) -> None:
    assert differences(sent(refusal), saved(number=12)) == []


def test_the_comparison_is_text_and_stays_away_when_there_is_none() -> None:
    rows = differences(sent(Conflict([BREACH])), saved(text="<script>alert(1)</script>"))
    page = shown("{% differences rows %}", rows=rows)
    assert "<script" not in page
    assert "现在保存的内容与您填写的不同" in page
    assert shown("{% differences rows %}", rows=[]).strip() == ""
