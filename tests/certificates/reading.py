"""How the tests read documents: with other programs and libraries than the ones that make them."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from gongxue.certificates.models import Certificate, LedgerEntry, SerialNumberRow
from tests.cast import ClassAt


def pages_of(document: bytes) -> list[str]:
    """The text of each page, by pypdf, without any blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(document)).pages]


Box = tuple[float, float, float, float]  # left, top, right, bottom in points from the upper left corner


def boxes_of(document: bytes) -> dict[str, Box]:
    """Word → where it stands on the first page, by poppler."""
    made = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=document, capture_output=True, check=True)
    pattern = r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.+?)</word>'
    found = re.findall(pattern, made.stdout.decode())
    return {word: (float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1, word in found}


def code_on(document: bytes, dpi: int, folder: Path, page: int = 1) -> str:
    """What a scanner reads from the rendered page, by poppler and zxing."""
    file, picture = folder / "document.pdf", folder / f"page-{page}-{dpi}"
    file.write_bytes(document)
    at = ["-r", str(dpi), "-f", str(page), "-l", str(page), "-png", "-singlefile"]
    subprocess.run(["pdftoppm", *at, str(file), str(picture)], check=True, capture_output=True)
    with Image.open(picture.with_suffix(".png")) as image:
        found = zxingcpp.read_barcodes(image.convert("L"))
    assert len(found) == 1, "one code on the page"
    return found[0].text


def end(certificate: Certificate, kind: LedgerEntry.Kind, c: ClassAt) -> None:
    """What the ledger looks like once something has ended a certificate."""
    rows = SerialNumberRow.objects.inside(certificate=certificate, state=SerialNumberRow.State.ISSUED)
    serial = rows.get().serial
    rows.update(state=SerialNumberRow.State.VOID)
    LedgerEntry(
        institution=certificate.institution, province_code=certificate.province_code, kind=kind,
        certificate=certificate, first_serial=serial, last_serial=serial, quantity=1, reason="测试",
        entered_by=c.staff.account, entered_at=c.now + timedelta(hours=1),
    ).save()  # fmt: skip


def replace_serial(certificate: Certificate, c: ClassAt) -> str:
    """What stock and ledger look like after 补发: the next serial, the old one void. Returns the new one."""
    stock = SerialNumberRow.objects.unscoped("tests").filter(institution=certificate.institution)
    held = stock.filter(certificate=certificate, state=SerialNumberRow.State.ISSUED)
    old = held.get().serial
    held.update(state=SerialNumberRow.State.VOID)
    order = max(stock.values_list("order", flat=True)) + 1
    serial = f"{certificate.province_code}{certificate.institution.code}{order:05d}"
    SerialNumberRow.objects.create(
        institution=certificate.institution, order=order, serial=serial, certificate=certificate,
        state=SerialNumberRow.State.ISSUED,
    )  # fmt: skip
    LedgerEntry(
        institution=certificate.institution, province_code=certificate.province_code, certificate=certificate,
        kind=LedgerEntry.Kind.REPLACED, first_serial=serial, last_serial=serial, former_serial=old, quantity=1,
        reason="测试", entered_by=c.staff.account, entered_at=c.now + timedelta(hours=1),
    ).save()  # fmt: skip
    return serial
