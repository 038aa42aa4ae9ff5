"""The ledger as a workbook: every entry a row, codes as text, no ID number."""

from __future__ import annotations

import io

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from gongxue.certificates.actions import receive_stock
from gongxue.certificates.exports import COLUMNS, ledger_workbook
from gongxue.certificates.models import LedgerEntry
from gongxue.certificates.queries import ledger_visible_to
from gongxue.foundation.identity.models import Account
from tests.cast import ClassAtFixture


def test_every_entry_is_a_row_with_its_codes_as_text(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    receive_stock(quantity=20, by=c.certificate_officer, now=c.now)
    entries = list(ledger_visible_to(c.certificate_officer))
    data = ledger_workbook(entries)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    title, head, *rows = sheet.to_python(skip_empty_area=False)
    assert title[0] == "培训合格证书台账" and head == [column.title for column in COLUMNS]
    assert len(rows) == len(entries)
    received, *others = rows
    assert received[1:7] == ["009", "邢台技师学院", "入库", "1300900005", "1300900024", 20.0]
    for certificate in c.certificates:
        (row,) = [row for row in others if row[3] == "核发" and row[7] == certificate.number]
        assert row[8] == certificate.holder and isinstance(row[4], str)
    numbers = [certificate.person.id_number.reveal() for certificate in c.certificates]
    assert not [cell for row in rows for cell in row if cell in numbers]


def test_a_hostile_holder_stays_text(class_at: ClassAtFixture) -> None:
    c = class_at("issued", headcount=1)
    entry = LedgerEntry.objects.inside(certificate=c.certificates[0]).select_related(
        "institution", "certificate", "entered_by"
    )[0]
    assert entry.certificate is not None
    entry.certificate.holder, entry.reason = "=1+1", "@SUM(A1)"
    Account.objects.filter(pk=entry.entered_by_id).update(name="+1")
    sheet = load_workbook(io.BytesIO(ledger_workbook([entry]))).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {"=1+1", "@SUM(A1)"} <= {cell.value for cell in cells}


def test_an_empty_ledger_is_a_sheet_with_headings(class_at: ClassAtFixture) -> None:
    class_at("confirmed")
    assert ledger_workbook([]) == ledger_workbook([])
    sheet = load_workbook(io.BytesIO(ledger_workbook([]))).active
    assert sheet is not None and sheet.max_row == 2
