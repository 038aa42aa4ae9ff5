"""The ledger 台账 as a workbook (MG 18.2: 定期进行统计和核查)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.utils.timezone import localtime

from gongxue.certificates.models import LedgerEntry
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.pages.sheets import Cell, Column, list_workbook
from gongxue.regulations.certificate_cases import month_said

LEDGER_TITLE = "培训合格证书台账"
COLUMNS = (
    Column("登记时间", 17),
    Column("机构号", 8),
    Column("培训机构", 30, "left"),
    Column("事项", 10),
    Column("起始序列号", 13),
    Column("截止序列号", 13),
    Column("数量", 7),
    Column("证书编号", 18),
    Column("持证人", 14),
    Column("说明", 30, "left"),
    Column("登记人", 12),
)


_NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # an empty ledger has no moment


def ledger_workbook(entries: Iterable[LedgerEntry]) -> bytes:
    """Entries as they come (the caller has scoped and ordered them); no ID number stands in it.

    The same entries give the same bytes: the file is dated by its latest entry.
    """
    rows = list(entries)
    at = max((row.entered_at for row in rows), default=_NEVER)
    return list_workbook(LEDGER_TITLE, COLUMNS, map(_row, rows), at)


def _row(entry: LedgerEntry) -> list[Cell]:
    certificate = entry.certificate
    return [
        localtime(entry.entered_at).strftime("%Y-%m-%d %H:%M"),
        entry.institution.code,
        entry.institution.name,
        entry.get_kind_display(),
        entry.first_serial,
        entry.last_serial,
        entry.quantity,
        certificate.number if certificate else "",
        certificate.holder if certificate else "",
        entry.reason,
        entry.entered_by.name if entry.entered_by_id is not None else "",
    ]


def reconciliation_workbook(
    place: Organisation,
    month: date,
    lines: Iterable[tuple[str, int]],
    differences: Iterable[str],
    blank: Iterable[tuple[str, str, int]],
) -> bytes:
    """A month's reconciliation: sums, differences, ranges of blank sheets; dated by the month's first day."""
    rows: list[list[Cell]] = [[name, str(value), ""] for name, value in lines]
    rows += [["差异", says, ""] for says in differences] or [["差异", "无", ""]]
    rows += [["在库空白证书", f"{first} 至 {last}", str(quantity)] for first, last, quantity in blank]
    columns = (Column("项目", 24, "left"), Column("数量或序列号", 40, "left"), Column("张数", 10))
    title = f"{place.code} {place.name} {month_said(month)}证书对账"
    return list_workbook(title, columns, rows, datetime(month.year, month.month, 1, tzinfo=UTC))
