"""Workbooks of reported teachers: the template, and what is wrong with a filled one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime

import xlsxwriter

from gongxue.foundation.pages.sheets import Column, list_workbook
from gongxue.parties.kept_workbooks import Sheet
from gongxue.regulations.calendar import SHANGHAI, said
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.report_sheet import ITEMS, ROWS, TEMPLATE

PROBLEM, SAME = "问题", "已在名单中，不变"
_WIDTHS = {
    "班次编号": 10,
    "姓名": 12,
    "身份证号码": 24,
    "手机": 16,
    "单位名称": 32,
    "通信地址": 32,
    "电子邮件": 24,
    PROBLEM: 60,
}
_CLASSES = "正在招生的班次"


def template_workbook(classes: Sequence[tuple[TrainingClass, date]], duty: Duty, at: datetime) -> bytes:
    """The empty list with the classes that can be reported for: every column is text, so that Excel keeps all digits.

    classes: each with the day on which its enrolment ends. Class numbers can be picked, ID numbers must have
    eighteen characters, phones eleven.
    """
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "报送参训教师", "created": at.astimezone(SHANGHAI).replace(tzinfo=None)})
    sheet = book.add_worksheet("参训教师名单")
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bg_color": "#E9F1F9"})
    for i, title in enumerate(TEMPLATE):
        sheet.set_column(i, i, _WIDTHS.get(title, 16), text)
        sheet.write_string(0, i, title, bold)
    _validate(sheet, len(classes))
    sheet.freeze_panes(1, 0)
    _write_classes(book, classes, bold)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    for i, line in enumerate(_notes(duty)):
        notes.write_string(i, 0, line)
    book.close()
    return made.getvalue()


def _validate(sheet: xlsxwriter.worksheet.Worksheet, classes: int) -> None:
    if classes:
        source = f"='{_CLASSES}'!$A$2:$A${classes + 1}"
        sheet.data_validation(1, 0, ROWS, 0, {"validate": "list", "source": source, "ignore_blank": True})
    for column, length, says in ((2, 18, "身份证号码为 18 位。"), (3, 11, "手机号码为 11 位。")):
        rule = {
            "validate": "length",
            "criteria": "==",
            "value": length,
            "error_title": "请核对",
            "error_message": says,
        }
        sheet.data_validation(1, column, ROWS, column, rule)


def _write_classes(
    book: xlsxwriter.Workbook, classes: Sequence[tuple[TrainingClass, date]], bold: object
) -> None:
    sheet = book.add_worksheet(_CLASSES)
    for i, (title, width) in enumerate(
        (("班次编号", 10), ("培训机构", 30), ("班次", 40), ("培训时间", 30), ("报名截止", 16))
    ):
        sheet.set_column(i, i, width)
        sheet.write_string(0, i, title, bold)
    for row, (tc, closes) in enumerate(classes, 1):
        cells = (
            str(tc.pk),
            tc.institution.name,
            tc.title,
            f"{said(tc.first_day)}至{said(tc.last_day)}",
            said(closes),
        )
        for i, cell in enumerate(cells):
            sheet.write_string(row, i, cell)


def _notes(duty: Duty) -> list[str]:
    whose = {
        Duty.SCHOOL: "只报送本单位教师，可留空。",
        Duty.PROVINCE: "本省院校名录中的全称。",
    }.get(duty, "院校名录中的全称。")
    return [
        "一、一行一人，从第 2 行开始填写，不要改动表头文字；列的先后不限，可以增加自己的列。",
        f"二、班次编号：见第二页“{_CLASSES}”；从某个班次的页面上传的，可留空。同一人报送几个班次的，写成几行。",
        "三、姓名：按身份证填写真实姓名。",
        "四、身份证号码：本表已设为文本格式；从别处粘贴时请选“只保留文本”。性别、出生日期由号码推算，另有此列的会相互核对。",
        "五、手机：11 位；平台上已有账号的教师可不填。",
        f"六、单位名称：{whose}",
        f"七、{'、'.join(ITEMS)}：可不填；填写的会带入申请表，由教师本人核对补全。",
        f"八、一个文件最多 {ROWS:,} 人。上传后先核对，确认之前不写入任何内容。申请表须由教师本人填写并提交。",
    ]


def problems_workbook(sheet: Sheet, at: datetime) -> bytes:
    """The same list with a last column that says what is wrong with each row."""
    titles = [c for c in sheet.columns if c != PROBLEM]
    places = [i for i, c in enumerate(sheet.columns) if c != PROBLEM]
    columns = [Column(title, _WIDTHS.get(title, 16), "left") for title in [*titles, PROBLEM]]
    rows = (
        [
            *(line.cells[i] if i < len(line.cells) else "" for i in places),
            "；".join(line.problems) or (SAME if line.same else ""),
        ]
        for line in sheet.lines
    )
    return list_workbook("参训教师名单", columns, rows, at)
