"""Answers as Excel: text stays text, every version has its own columns, the sums stand beside."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pytest

from gongxue.foundation.official_forms.exports import AnswerRow, answers_workbook
from gongxue.foundation.pages.sheets import Column
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import FORM_1, Item, ItemKind

AT = datetime(2023, 6, 1, 8, 0, tzinfo=UTC)
KNOWN = {"name": "王芳", "id_number": "130000199001011234", "phone": "013900000000"}


def book(rows: list[AnswerRow], personal: bool = False) -> openpyxl.Workbook:
    made = answers_workbook(rows, Level.THREE, AT, (Column("状态", 8),), personal=personal)
    assert made == answers_workbook(rows, Level.THREE, AT, (Column("状态", 8),), personal=personal)
    return openpyxl.load_workbook(io.BytesIO(made))


def row(answers: dict[str, object], form: object = FORM_1) -> AnswerRow:
    return AnswerRow(form, answers, KNOWN, ("已录取",))  # type: ignore[arg-type]


def cells(sheet: openpyxl.worksheet.worksheet.Worksheet, line: int) -> dict[str, object]:
    return {str(head.value): cell.value for head, cell in zip(sheet[2], sheet[line], strict=True)}


def test_numbers_of_people_are_text() -> None:
    found = book([row({"9": "学院路1号"})], personal=True)
    line = cells(found["答案（第1版）"], 3)
    assert line["4.身份证号码"] == "130000199001011234"
    assert line["7.手机"] == "013900000000"
    assert line["9.通信地址"] == "学院路1号"
    assert line["状态"] == "已录取"


def test_personal_items_are_only_there_when_asked_for() -> None:
    heads = {cell.value for cell in book([row({"9": "学院路1号"})])["答案（第1版）"][2]}
    assert not heads & {"4.身份证号码", "7.手机", "8.电子邮件", "9.通信地址"}
    assert "申请人姓名" in heads


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "https://example.org", "007"]
)
def test_what_was_typed_is_text_and_no_formula(text: str) -> None:
    sheet = book([row({"13": text})])["答案（第1版）"]
    (cell,) = [c for head, c in zip(sheet[2], sheet[3], strict=True) if head.value == "13.目前所在专业"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_the_sums_of_every_item_stand_on_the_second_sheet() -> None:
    rows = [row({"19.3-1": "很好", "14": "是"}), row({"19.3-1": "一般", "14": "否"})]
    sheet = book(rows)["逐项统计（第1版）"]
    lines = {line[1].value: [cell.value for cell in line] for line in sheet.iter_rows(min_row=3)}
    assert lines["课程教学进度计划编制"][:6] == [
        "19", "课程教学进度计划编制", "三级", 2, "较差 0　一般 1　较好 0　很好 1", 3,
    ]  # fmt: skip
    assert lines["是否为第一阶段申报专业"][3:5] == [2, "是 1　否 1"]


def test_every_version_has_its_own_columns() -> None:
    first, *rest = FORM_1.sections
    extra = Item("21", "微信号", ItemKind.TEXT)
    second = replace(FORM_1, version=2, sections=(replace(first, items=(*first.items, extra)), *rest))
    found = book([row({"13": "甲"}), row({"13": "乙", "21": "wx"}, second)])
    assert found.sheetnames == ["答案（第1版）", "逐项统计（第1版）", "答案（第2版）", "逐项统计（第2版）"]
    assert "21.微信号" not in {c.value for c in found["答案（第1版）"][2]}
    assert cells(found["答案（第2版）"], 3)["21.微信号"] == "wx"


def test_nobody_has_answered_yet() -> None:
    found = book([])
    assert found["答案"]["A1"].value == "还没有人填写。"
