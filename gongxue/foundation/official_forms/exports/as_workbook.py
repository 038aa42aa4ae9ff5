"""Answers as Excel: one row for each sheet, beside it the sums of every item. Whatever was typed is text, never a formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gongxue.foundation.pages.sheets import Book, Cell, Column
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import Form, Item, ItemKind, items_for
from gongxue.regulations.official_forms.statistics import ItemResult, item_results

_WIDTHS = {ItemKind.LONG: 40, ItemKind.TEXT: 18}
_HUNDREDTH = Decimal("0.01")
_SUMS = (
    Column("题号", 8), Column("内容", 44, "left"), Column("级别", 8), Column("作答", 8),
    Column("各选项人数", 46, "left"), Column("平均分", 9), Column("负面答案", 9),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One filled form."""

    form: Form
    answers: Mapping[str, Any]
    derived: Mapping[str, str]
    before: tuple[str, ...] = ()  # what stands in front of the answers: a state, a day


def answers_workbook(
    rows: Sequence[AnswerRow],
    level: Level | str,
    at: datetime,
    before: Sequence[Column] = (),
    *,
    personal: bool = False,
) -> bytes:
    """For each version that was answered two sheets: 答案 and 逐项统计. Personal items only where they are asked for.

    `before` are the columns of `AnswerRow.before`. Answers keep their version, so that each has its own columns.
    """
    forms: dict[int, Form] = {}
    for row in rows:
        forms.setdefault(row.form.version, row.form)
    book = None
    for number, form in sorted(forms.items()):
        own = [row for row in rows if row.form.version == number]
        items = [i for i in items_for(form, level) if personal or not i.personal]
        columns = [Column("序号", 6), *before, *map(_column, items)]
        name = f"答案（第{number}版）"
        if book is None:
            book = Book(name, columns, at)
        else:
            book.turn(name, columns)
        _write_answers(book, form, items, own)
        book.turn(f"逐项统计（第{number}版）", _SUMS)
        _write_sums(book, form, item_results(form, level, [row.answers for row in own]))
    if book is None:
        book = Book("答案", [Column("序号", 6), *(before or (Column("说明", 30),))], at)
        book.across(0, "还没有人填写。")
    return book.close()


def _column(item: Item) -> Column:
    numbered = item.number not in ("", "0") and item.code[-1:].isdigit()
    title = f"{item.number}.{item.label}" if numbered else item.label
    return Column(title, _WIDTHS.get(item.kind, 12), "left" if item.kind == ItemKind.LONG else "center")


def _write_answers(book: Book, form: Form, items: Sequence[Item], rows: Sequence[AnswerRow]) -> None:
    book.across(0, form.title, bold=True, font_size=14)
    book.heading(1)
    for n, row in enumerate(rows, 1):
        book.write(n + 1, [n, *row.before, *(_cell(item, row) for item in items)])
    book.sheet.freeze_panes(2, 2)
    book.sheet.autofilter(1, 0, len(rows) + 1, len(book.columns) - 1)


def _cell(item: Item, row: AnswerRow) -> Cell:
    if item.derived:
        return str(row.derived.get(item.derived, ""))
    value = row.answers.get(item.code)
    if value is True:
        return "已勾选"
    return value if isinstance(value, str) else ""


def _write_sums(book: Book, form: Form, results: Sequence[ItemResult]) -> None:
    book.across(0, f"{form.title}　逐项统计", bold=True, font_size=14)
    book.heading(1)
    for i, result in enumerate(results, 2):
        item = result.item
        counts = "　".join(f"{option} {n}" for option, n in result.counts)
        mean = None if result.mean is None else Decimal(result.mean).quantize(_HUNDREDTH, ROUND_HALF_UP)
        level = Level(item.level).title if item.level else ""
        against = result.against if item.adverse else None
        book.write(i, [item.number, item.label, level, result.answered, counts, mean, against])
    book.sheet.freeze_panes(2, 0)
