"""Workbooks that people fill in are read row by row as they stand, in a bounded child."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from gongxue.foundation.files.workbooks import as_text, is_number, read_rows
from gongxue.foundation.lifecycle.errors import RuleBroken
from tests.foundation.files import specimens

LIMIT = 1024 * 1024


def upload(data: bytes, name: str = "名单.xlsx") -> Any:
    return SimpleUploadedFile(name, data)


def workbook(rows: dict[int, list[Any]]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in rows.items():
        for column, value in enumerate(row):
            sheet.write(number - 1, column, value)
    book.add_worksheet("第二张").write(0, 0, "不读")
    book.close()
    return made.getvalue()


def test_rows_come_with_the_numbers_that_excel_shows_and_empty_ones_are_left_out() -> None:
    data = workbook({2: ["姓名", "号码"], 5: ["张伟", "007"], 6: ["", ""], 9: [" 李 ", "x"]})
    assert list(read_rows(upload(data), LIMIT)) == [
        (2, ["姓名", "号码"]),
        (5, ["张伟", "007"]),
        (9, [" 李 ", "x"]),
    ]


def test_texts_stay_texts_and_numbers_stay_numbers() -> None:
    data = workbook({1: ["0071", 13800001111, 130502199001011234, True, 1.5, date(2023, 6, 12)]})
    [(_, cells)] = read_rows(upload(data), LIMIT)
    assert [is_number(c) for c in cells] == [False, True, True, False, True, False]
    assert [as_text(c) for c in cells] == [
        "0071",
        "13800001111",
        "130502199001011200",
        "True",
        "1.5",
        "2023-06-12",
    ]


def test_the_result_of_a_formula_is_read_never_the_formula() -> None:
    made = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "=1+1"
    book.active["B1"] = book.active["A2"] = "x"
    book.save(made)
    assert list(read_rows(upload(made.getvalue()), LIMIT)) == [(1, ["", "x"]), (2, ["x", ""])]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.xlsx", b"", "可能改过扩展名"), ("a.csv", b"a,b", "不接受“.csv”文件"), ("a.xlsx", b"PK\x03\x04" + bytes(50), "已损坏"),
        ("a.xlsx", specimens.docx(), "不是 xlsx 格式"), ("a.xls", specimens.ole(), "表格无法读取"), ("a.xlsx", specimens.xlsx()[:-40], "已损坏"),
        ("a.xlsx", bytes(2 * LIMIT), "超过 1 MB"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_with_a_sentence(name: str, data: bytes, says: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        list(read_rows(upload(data, name), LIMIT))
    assert says in str(refused.value)
    assert refused.value.breaches[0].way_out


def test_a_workbook_with_a_broken_sheet_is_refused() -> None:
    broken = specimens.zipped({"xl/workbook.xml": b"<workbook", "[Content_Types].xml": b"<Types/>"})
    with pytest.raises(RuleBroken, match="表格无法读取"):
        list(read_rows(upload(broken), LIMIT))
