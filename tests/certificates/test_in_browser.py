"""The check page verifies a file and a code in the browser, and nothing of them leaves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gongxue.certificates.actions import apply_correction, apply_replacement
from gongxue.certificates.documents import document_of
from gongxue.certificates.documents.sheet import code_of
from gongxue.certificates.queries import serial_of
from gongxue.foundation.files.store import read
from tests.browsing import Site
from tests.cast import ClassAt, FreshDatabase, Race

AtTime = Callable[[datetime], None]
pytestmark = pytest.mark.browser


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: AtTime) -> ClassAt:
    c = fresh_database.class_at("issued", headcount=2)
    at_time(c.now)
    return c


@pytest.fixture
def made(c: ClassAt, race: Race) -> bytes:
    """The first document, signed in another thread: the browser's loop runs in this one, signing wants its own."""
    (document,) = race(lambda: read(document_of(c.certificates[0], c.now)))
    assert isinstance(document, bytes), document
    return document


def _verdict(page: Page, file: Path, data: bytes, wanted: str) -> str:
    file.write_bytes(data)
    page.locator("[data-answer]").evaluate("box => { box.hidden = true; }")
    page.set_input_files("[data-file]", str(file))
    expect(page.locator("[data-answer]")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-verdict]")).to_have_text(wanted)
    return str(page.locator("#offline").inner_text())


def test_a_file_and_a_code_are_verified_without_being_sent(
    c: ClassAt, made: bytes, site: Site, tmp_path: Path
) -> None:
    row = c.certificates[0]
    data, digits = made, code_of(row, serial_of(row))
    page = site.open(c.trainees[0], "/certificates/check")
    page.wait_for_load_state("networkidle")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    said = _verdict(page, tmp_path / "good.pdf", data, "核对通过")
    assert row.number in said and row.holder in said
    for place in (1000, len(data) // 2, data.index(b"/Contents <") + 200, len(data) - 10):
        wrong = bytearray(data)
        wrong[place] ^= 4
        page.locator("[data-file]").evaluate("field => { field.value = ''; }")
        said = _verdict(page, tmp_path / f"bad-{place}.pdf", bytes(wrong), "没有通过")
        assert row.holder not in said
    field = page.locator("[data-code]")
    field.fill(f"{site.address}/certificates/check#{digits}")
    field.press("Tab")
    expect(page.locator("[data-verdict]")).to_have_text("核对通过")
    assert row.holder in page.locator("#offline").inner_text()
    changed = digits[:100] + str((int(digits[100]) + 1) % 10) + digits[101:]
    field.fill(changed)
    field.press("Tab")
    expect(page.locator("[data-verdict]")).to_have_text("没有通过")
    assert [url for url in sent if not url.startswith("blob:")] == []
    assert site.complaints == []


def test_the_new_pages_fit_desk_and_phone(c: ClassAt, site: Site, tmp_path: Path) -> None:
    officer, row = c.certificate_officer, c.certificates
    apply_replacement(certificate=row[0], reason="出差途中遗失，已登报声明", by=c.trainees[0], now=c.now)
    apply_correction(
        certificate=row[1], holder="欧阳更正", courses=row[1].courses, periods=row[1].periods + 2,
        reason="身份证姓名与报名表不一致", by=officer, now=c.now,
    )  # fmt: skip
    for name, role, path in (
        ("record", officer, f"/certificates/{row[1].pk}/"), ("cases", c.staff, "/ledger/cases/"),
        ("reconciliation", officer, "/ledger/reconciliation/"), ("misuse", officer, "/ledger/misuse/"),
        ("printers", officer, f"/ledger/printers/?class={c.tc.pk}"), ("ledger", officer, "/ledger/"),
        ("correction", officer, f"/certificates/{row[1].pk}/correction/"), ("class", officer, f"/classes/{c.tc.pk}/certificates/"),
        ("mine", c.trainees[0], "/my/certificates/"), ("check", officer, "/certificates/check"),
    ):  # fmt: skip
        for width in (1360, 390):
            page = site.open(role, path, width)
            page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} pixels wide"
            page.context.close()
    assert site.complaints == []
