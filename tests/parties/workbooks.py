"""Workbooks of people for the import."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from gongxue.parties.people_sheet import HEADINGS, ImportRow
from gongxue.rehearsal.names import Invention

SCHOOL = "河北第一技师学院"


def person(invention: Invention, **given: Any) -> list[Any]:
    """A good row; `given` changes cells by heading (id, phone, place, duty, name)."""
    row = {
        "name": invention.name(),
        "id": invention.id_number(),
        "phone": invention.phone(),
        "place": SCHOOL,
        "duty": "参训教师",
    }
    return list({**row, **given}.values())


def people(number: int, seed: int = 3, **given: Any) -> list[list[Any]]:
    """So many good rows."""
    invention = Invention(seed)
    return [person(invention, **given) for _ in range(number)]


def rows(number: int, seed: int = 3, **given: Any) -> list[ImportRow]:
    """The same as inputs of the act."""
    return [ImportRow(i, *row) for i, row in enumerate(people(number, seed, **given), 2)]


def workbook(lines: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS, title: str = "") -> bytes:
    """An .xlsx with headings and lines; numbers are numbers, texts are texts."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("人员名单")
    table = [[title]] * bool(title) + [list(headings), *map(list, lines)]
    for at, line in enumerate(table):
        for column, value in enumerate(line):
            if isinstance(value, str):
                sheet.write_string(at, column, value)
            else:
                sheet.write(at, column, value)
    book.close()
    return made.getvalue()


def upload(data: bytes, name: str = "名单.xlsx") -> Any:
    """As it arrives."""
    return SimpleUploadedFile(name, data)


def read_back(data: bytes) -> list[list[Any]]:
    """Every row of the first sheet."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
