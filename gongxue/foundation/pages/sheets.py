"""Workbooks: lists and official sheets as Excel, every code a text cell, never a formula from data."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONT = "宋体"
Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, how it is aligned."""

    title: str
    width: float
    align: str = "center"


class Book:
    """One workbook with one sheet, or several, one after the other. Text is written as text whatever it begins with."""

    def __init__(self, name: str, columns: Sequence[Column], at: datetime) -> None:
        self._made = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._made,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        # The moment is the caller's: the same data give the same bytes.
        self._book.set_properties({"title": name, "created": at.astimezone(UTC).replace(tzinfo=None)})
        self._marks = self.style(border=1, num_format="0.00")
        self.turn(name, columns)

    def turn(self, name: str, columns: Sequence[Column]) -> None:
        """Begin a further sheet: what is written from now on stands there."""
        self.sheet: Worksheet = self._book.add_worksheet(name[:31])
        self.columns = columns
        self._cells = [self.style(align=column.align, border=1, text_wrap=True) for column in columns]
        for i, column in enumerate(columns):
            self.sheet.set_column(i, i, column.width)

    def style(self, **more: Any) -> Any:
        """A cell format in the house's font."""
        return self._book.add_format(
            {"font_name": FONT, "font_size": 10, "align": "center", "valign": "vcenter"} | more
        )

    def across(self, row: int, text: str, first: int = 0, last: int | None = None, **more: Any) -> None:
        """A text across columns (all of them unless said otherwise)."""
        end = len(self.columns) - 1 if last is None else last
        self.sheet.merge_range(row, first, row, end, "", self.style(**more))
        self.sheet.write_string(row, first, text, self.style(**more))

    def heading(self, row: int) -> None:
        """The headings in one row."""
        style = self.style(bold=True, border=1, text_wrap=True)
        for i, column in enumerate(self.columns):
            self.sheet.write_string(row, i, column.title, style)

    def write(self, row: int, values: Sequence[Cell]) -> None:
        """One row: text as text, whole numbers and marks as numbers, nothing as an empty cell."""
        for i, value in enumerate(values):
            if isinstance(value, Decimal):
                self.sheet.write_number(row, i, float(value), self._marks)
            elif isinstance(value, int):
                self.sheet.write_number(row, i, value, self._cells[i])
            elif value:
                self.sheet.write_string(row, i, value, self._cells[i])
            else:
                self.sheet.write_blank(row, i, None, self._cells[i])

    def close(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._made.getvalue()


def list_workbook(
    name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], at: datetime
) -> bytes:
    """A plain list: a title, headings that stay in sight and can be filtered, rows."""
    book = Book(name, columns, at)
    book.across(0, name, bold=True, font_size=14)
    book.heading(1)
    last = 1
    for last, row in enumerate(rows, 2):
        book.write(last, row)
    book.sheet.freeze_panes(2, 0)
    book.sheet.autofilter(1, 0, last, len(columns) - 1)
    book.sheet.set_landscape()
    book.sheet.fit_to_pages(1, 0)
    book.sheet.repeat_rows(1)
    return book.close()
