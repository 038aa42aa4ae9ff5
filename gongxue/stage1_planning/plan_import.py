"""A workbook of plan lines on its way into the table: read, kept for a week, handed back with what is wrong.

Nothing is written into the round before somebody confirms: the rows fill the table of the page, whose one act saves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from gongxue.foundation.files.store import clean_name
from gongxue.foundation.files.workbooks import Cell, as_text, is_number, read_rows
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import check_permission
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import LINE_FIELDS, PlanImport, ReportingRound
from gongxue.stage1_planning.plan_sheet import (
    TITLES,
    CheckedRow,
    Plans,
    SheetRow,
    check_rows,
    heading_places,
    refuse_too_many,
)

BYTES = 2 * 1024 * 1024
HEADING_WITHIN = 10  # the headings stand in one of the first rows: some put a title above them
KEPT = timedelta(days=7)
_WHOLE_DIGITS = 15  # Excel keeps so many digits of a number
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73051  # 2000 to 2100 as Excel counts days
_EPOCH = date(1899, 12, 30)


def keep_import(*, round: ReportingRound, upload: UploadedFile[Any], by: Role, now: datetime) -> PlanImport:
    """Read a workbook and keep its rows for the table. No trail entry: nothing has been done yet.

    RuleBroken when it is no workbook of plan lines, has too many rows or cannot be read.
    """
    check_permission(by, Permission.SAVE_LINES)
    columns, lines = _read(upload)
    with transaction.atomic():
        forget_old_imports(now)
        row: PlanImport = PlanImport.objects.create(
            account=by.account, institution=by.organisation, round=round, name=clean_name(upload.name or ""),
            uploaded_at=now, columns=columns, lines=lines,
        )  # fmt: skip
    return row


def forget_old_imports(now: datetime) -> None:
    """Workbooks are kept for a week."""
    PlanImport.objects.unscoped("kept for a week").filter(uploaded_at__lt=now - KEPT).delete()


def _read(upload: UploadedFile[Any]) -> tuple[list[str], list[dict[str, Any]]]:
    columns: list[str] | None = None
    lines: list[dict[str, Any]] = []
    for at, cells in read_rows(upload, BYTES):
        texts = [as_text(cell) for cell in cells]
        if columns is None:
            columns = texts if heading_places(texts) is not None else None
            if columns is None and at >= HEADING_WITHIN:
                break
            continue
        lines.append({"at": at, "cells": texts, "numbers": _numbers(cells)})
    if columns is None:
        raise _refused("没有找到表头。", f"表头应有：{'、'.join(TITLES.values())}。请下载模板填写。")
    found = (heading_places(columns) or {}).values()
    if missing := [TITLES[name] for name in LINE_FIELDS[:3] if name not in found]:
        raise _refused(f"缺少列：{'、'.join(missing)}。", "请下载模板填写，列的先后不限。")
    if not lines:
        raise _refused("表头下面没有班次。", "请填写后再上传。")
    refuse_too_many(len(lines))
    return columns, lines


def _numbers(cells: Sequence[Cell]) -> list[int]:
    return [i for i, cell in enumerate(cells) if is_number(cell)]


def _refused(says: str, way_out: str) -> RuleBroken:
    return RuleBroken([Breach("plan.sheet", "TR 7", says, way_out)])


def rows_of(kept: PlanImport) -> list[SheetRow]:
    """The rows of a workbook as rows of the table, with what Excel has damaged named at its cell."""
    places = heading_places(kept.columns) or {}
    return [_row(line, places, kept.columns) for line in kept.lines]


def _row(line: dict[str, Any], places: dict[int, str], columns: list[str]) -> SheetRow:
    cells, numbers = line["cells"], set(line["numbers"])
    texts = dict.fromkeys(LINE_FIELDS, "") | {
        name: cells[i] if i < len(cells) else "" for i, name in places.items()
    }
    row = SheetRow(texts, at=line["at"])
    for i in sorted(numbers):
        breach = _damage(places.get(i, ""), cells[i])
        if breach is not None:
            row.damaged[places[i]] = breach
        elif i not in places and _lost_digits(cells[i]):
            title = columns[i] if i < len(columns) and columns[i] else f"第 {i + 1} 列"
            says = f"“{title[:20]}”是超过 {_WHOLE_DIGITS} 位的数字，Excel 已丢失末尾几位。"
            row.damaged[""] = Breach("plan.digits", "TR 7", says, "请把该列设为“文本”格式，再重新录入。")
    return row


def _damage(name: str, text: str) -> Breach | None:
    """What Excel has made of a cell by keeping it as a number; None when nothing is lost."""
    if name == "category":
        meant = f"0{text}"
        hint = f"“{CATEGORIES[meant]}”或文本 {meant}" if meant in CATEGORIES else "名称，或文本 01 至 08"
        says = f"专业大类是数字 {text}，Excel 已丢掉前面的 0。"
        return Breach("plan.digits", "TR 7", says, f"请改填{hint}。")
    if name in ("first_day", "last_day") and not _is_day_digits(text):
        return Breach(
            "plan.digits", "TR 7", f"{TITLES[name]}是数字 {text}{_serial_words(text)}，不是日期。",
            "请写成 2023-06-12，或把单元格设为日期格式。",
        )  # fmt: skip
    return None


def _is_day_digits(text: str) -> bool:
    """20230612 typed as a number has lost nothing."""
    return len(text) == 8 and text.isdigit()


def _serial_words(text: str) -> str:
    if text.isdigit() and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
        return f"（日期序号，即{said(_EPOCH + timedelta(days=int(text)))}）"
    return ""


def _lost_digits(text: str) -> bool:
    return len(text.lstrip("-")) > _WHOLE_DIGITS and text.lstrip("-").isdigit()


def checked_rows(kept: PlanImport, today: date) -> list[CheckedRow]:
    """The rows of a workbook with everything wrong with them now."""
    return check_rows(rows_of(kept), Plans.of(kept.round, kept.institution, today))


def said_rows(kept: PlanImport, today: date) -> list[tuple[list[str], str]]:
    """(cells as they stand in the file, what is wrong in words) of every row."""
    checked = checked_rows(kept, today)
    return [
        (line["cells"], "；".join(f"{breach.says}{breach.way_out}" for breach in row.breaches))
        for line, row in zip(kept.lines, checked, strict=True)
    ]
