"""Monthly reconciliation, reports of misuse, the printer's offset (MG 18.1, 18.2)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from gongxue.certificates.actions import (
    align_printer,
    close_misuse,
    hand_over_misuse,
    receive_stock,
    reconcile_month,
    report_misuse,
    reprint_certificate,
)
from gongxue.certificates.documents import print_run
from gongxue.certificates.models import (
    Certificate,
    LedgerEntry,
    MisuseReport,
    Reconciliation,
    SerialNumberRow,
)
from gongxue.certificates.queries import reconcile
from gongxue.certificates.queries.reconciliation import sums_of, unsigned_month
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at
from tests.certificates.reading import boxes_of

AtTime = Callable[[datetime], None]
JUNE = date(2023, 6, 1)
NOW = at(date(2023, 7, 3))


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Two certificates of June, three sheets received, one print spoiled; July has begun."""
    c = class_at("issued", headcount=2)
    receive_stock(quantity=3, by=c.certificate_officer, now=c.now)
    reprint_certificate(certificate=c.certificates[1], reason="卡纸", by=c.certificate_officer, now=c.now)
    at_time(NOW)
    return c


def _sign(c: ClassAt, counted: int, month: date = JUNE) -> Reconciliation:
    made: Reconciliation = reconcile_month(month=month, counted=counted, by=c.certificate_officer, now=NOW)
    return made


def _refused(c: ClassAt, counted: int, month: date = JUNE) -> str:
    with pytest.raises(RuleBroken) as refused:
        _sign(c, counted, month)
    return str(refused.value)


def test_a_month_is_signed_when_the_counted_sheets_are_those_of_the_books(c: ClassAt) -> None:
    assert unsigned_month(c.certificate_officer, NOW.date()) == JUNE
    assert "台账月末结存 2 张，实盘 1 张，少 1 张" in _refused(c, 1)
    made = _sign(c, 2)
    assert made.sums == {
        "opening": 0, "received": 3, "issued": 2, "reprinted": 1, "closing": 2, "certificates": 2,
        **{kind: n for kind, n in made.sums.items() if kind == "collected"},
    }  # fmt: skip
    assert "已经对账" in _refused(c, 2)
    assert unsigned_month(c.certificate_officer, NOW.date()) is None
    assert "还没有结束" in _refused(c, 2, date(2023, 7, 1))


def test_what_came_later_does_not_change_the_month(c: ClassAt) -> None:
    receive_stock(quantity=7, by=c.certificate_officer, now=NOW)
    assert sums_of(c.tc.institution, JUNE)["closing"] == 2
    july = sums_of(c.tc.institution, date(2023, 7, 1))
    assert (july["opening"], july["received"], july["closing"]) == (2, 7, 9)


def test_every_kind_of_difference_is_named(c: ClassAt) -> None:
    place = c.tc.institution
    assert reconcile(place) == []
    rows = SerialNumberRow.objects.unscoped("test").order_by("order")
    sheet = rows.filter(state="received")[0]
    rows.filter(pk=sheet.pk).update(state="void")
    assert reconcile(place) == [f"序列号 {sheet.order:05d}：库存为“作废”，台账应为“在库”"]
    assert f"序列号 {sheet.order:05d}" in _refused(c, 2)
    rows.filter(pk=sheet.pk).delete()
    assert reconcile(place) == [f"序列号缺少 1 个，最小为 {sheet.order}"]
    rows.filter(order=1).update(state="void")
    said = "；".join(reconcile(place))
    assert "库存为“作废”，台账应为“已核发”" in said and "130092023063001 有效，却没有在用的序列号" in said


def test_an_entry_that_nothing_stands_behind_is_named(c: ClassAt) -> None:
    row = c.certificates[0]
    LedgerEntry.objects.create(
        institution=row.institution, province_code=row.province_code, kind="issued", certificate=row,
        first_serial="1300900001", last_serial="1300900001", quantity=1, entered_at=NOW,
    )  # fmt: skip
    said = "；".join(reconcile(c.tc.institution))
    assert "台账核发 3 笔，证书 2 张" in said and "130092023063001 登记核发 2 次" in said


def test_the_page_signs_and_exports(c: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(c.certificate_officer)
    page = client.get("/ledger/reconciliation/").content.decode()
    assert "2023年6月" in page and "月末结存空白证书" in page and "1300900004 至 1300900005" in page
    refused = client.post("/ledger/reconciliation/sign/", {"month": "2023-06-01", "counted": "5"})
    assert refused.status_code == 422 and "实盘 5 张，多 3 张" in refused.content.decode()
    assert (
        client.post("/ledger/reconciliation/sign/", {"month": "2023-06-01", "counted": "2"}).status_code
        == 302
    )
    assert "已签认" in client.get("/ledger/reconciliation/").content.decode()
    made = client.get("/ledger/reconciliation.xlsx?month=2023-06-01").content
    cells = {str(cell.value) for line in load_workbook(io.BytesIO(made)).active.iter_rows() for cell in line}
    assert {"月末结存空白证书", "1300900004 至 1300900005", "差异", "无"} <= cells
    shown = signed_in(c.province).get("/ledger/reconciliation/").content.decode()
    assert "邢台技师学院" in shown and "已签认" in shown
    inside = signed_in(c.province).get(f"/ledger/reconciliation/?institution={c.tc.institution_id}")
    assert "2023年6月" in inside.content.decode()
    foreign = signed_in(c.people.jiangsu).get(f"/ledger/reconciliation/?institution={c.tc.institution_id}")
    assert "邢台" not in foreign.content.decode()


@pytest.mark.parametrize("headcount", [1, 3])
def test_queries_do_not_grow_with_the_rows(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, headcount: int
) -> None:
    c = class_at("issued", headcount=headcount)
    at_time(c.now + timedelta(days=40))
    client = signed_in(c.certificate_officer)
    client.get("/desk/")
    for path, wanted in (
        ("/ledger/reconciliation/", 17),
        (f"/certificates/{c.certificates[0].pk}/", 13),
        ("/ledger/cases/", 6),
        ("/ledger/misuse/", 6),
    ):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        assert len(captured) <= wanted, (path, len(captured))


def test_misuse_is_reported_by_the_institution_and_handled_by_the_province(
    c: ClassAt, signed_in: SignedIn
) -> None:
    client = signed_in(c.certificate_officer)
    short = client.post("/ledger/misuse/report/", {"kind": "sold", "facts": "有人卖"})
    assert short.status_code == 422 and "不足 10 个字" in short.content.decode()
    number = c.certificates[0].number
    said = {"kind": "sold", "number": number, "facts": "某网站有人出售编号如上的证书，附截图"}
    assert client.post("/ledger/misuse/report/", said).status_code == 302
    report = MisuseReport.objects.unscoped("test").get()
    assert report.certificate == c.certificates[0]
    assert "1 件证书违规线索待核查" in signed_in(c.province).get("/desk/").content.decode()
    with pytest.raises(NotThere):
        close_misuse(report=report, reason="查无实据", seen=1, by=c.people.jiangsu, now=NOW)
    hand_over_misuse(report=report, reason="移送公安机关", seen=1, by=c.province, now=NOW)
    close_misuse(report=report, reason="网站已关闭", seen=2, by=c.province, now=NOW)
    report.refresh_from_db()
    assert (report.state, report.outcome) == ("closed", "移送公安机关；网站已关闭")
    with pytest.raises(RuleBroken):
        report_misuse(kind="eaten", number="", facts="情况说明超过十个字符", by=c.staff, now=NOW)


def test_a_printer_that_misses_is_met(c: ClassAt, signed_in: SignedIn) -> None:
    printer = align_printer(name="二楼激光", right=30, down=-20, by=c.certificate_officer, now=NOW)
    number = c.certificates[0].number
    plain, moved = (boxes_of(made)[number] for made in (print_run(c.tc), print_run(c.tc, printer=printer)))
    assert moved[0] - plain[0] == pytest.approx(3 / 25.4 * 72, abs=0.1)
    assert moved[1] - plain[1] == pytest.approx(-2 / 25.4 * 72, abs=0.1)
    client = signed_in(c.certificate_officer)
    assert "二楼激光" in client.get(f"/ledger/printers/?class={c.tc.pk}").content.decode()
    assert client.get(f"/ledger/printers/alignment.pdf?printer={printer.pk}").content.startswith(b"%PDF-")
    neighbour = signed_in(c.people.changzhou.certificate_officer)
    assert neighbour.get(f"/ledger/printers/alignment.pdf?printer={printer.pk}").status_code == 404
    with pytest.raises(RuleBroken):
        align_printer(name="二楼激光", right=201, down=0, by=c.certificate_officer, now=NOW)
    assert align_printer(name="二楼激光", right=1, down=0, by=c.certificate_officer, now=NOW).pk == printer.pk
    assert Certificate.objects.unscoped("test").count() == 2
