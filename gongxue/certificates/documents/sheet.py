"""The certificate as a PDF: facts from the books, QR code and rosette, set by typst (MG 16-17)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from segno.consts import MODE_BYTE, MODE_NUMERIC

from gongxue.certificates.documents.guilloche import rosette_of
from gongxue.certificates.documents.payload import Facts, signed
from gongxue.certificates.models import Certificate, PrinterOffset
from gongxue.certificates.queries import certificates_of, serial_of, serials_of
from gongxue.foundation.pages.typesetter import typeset
from gongxue.regulations.calendar import SHANGHAI, said
from gongxue.regulations.certificates import TITLE
from gongxue.regulations.id_numbers import SHOWN_DIGITS
from gongxue.regulations.levels import Level
from gongxue.stage1_planning.models import TrainingClass

TEMPLATE = Path(__file__).resolve().parents[1] / "typst" / "certificate.typ"
VERSION = "certificate/1"  # kept with every document; a new look is a new version
CHECK_PATH = "/certificates/check"  # a printed code opens it for ever: never rename it
QR_MASK = 3  # fixed: trying all eight costs five times as much


def code_of(certificate: Certificate, serial: str) -> str:
    """The signed digits of a certificate's QR code."""
    facts = Facts(
        number=certificate.number, serial=serial, first_day=certificate.first_day, last_day=certificate.last_day,
        issued_on=certificate.issued_on, category=certificate.category, periods=certificate.periods,
        id_number_end=certificate.person.id_number.reveal()[-SHOWN_DIGITS:], token=certificate.token,
        name=certificate.holder,
    )  # fmt: skip
    return signed(facts)


def check_address(certificate: Certificate, serial: str) -> str:
    """What the QR code opens: everything behind the # stays in the browser."""
    return f"{settings.ORIGIN}{CHECK_PATH}#{code_of(certificate, serial)}"


def _qr(address: str) -> str:
    where, _, digits = address.partition("#")
    segments: Any = [(f"{where}#", MODE_BYTE), (digits, MODE_NUMERIC)]  # densest; each in its own alphabet
    code = segno.make(segments, error="m", boost_error=False, micro=False, mask=QR_MASK)
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", xmldecl=False, border=0)
    return drawn.getvalue().decode()


def rosette_svg(certificate_number: str, token: str) -> str:
    """The rosette of one certificate as a picture."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-102 -102 204 204" fill="none">'
        f'<path d="{rosette_of(certificate_number, token)}" stroke="#a3161b" stroke-width="1.3"/></svg>'
    )


def _level(certificate: Certificate) -> str:
    return "骨干教师" if certificate.level == Level.BACKBONE else certificate.level_title


def _as_printed(certificate: Certificate, serial: str) -> dict[str, Any]:
    return {
        "name": certificate.holder,
        "id_number": certificate.person.id_number.reveal(),
        "first_day": said(certificate.first_day),
        "last_day": said(certificate.last_day),
        "level": _level(certificate),
        "category": certificate.category_title,
        "courses": certificate.courses,
        "periods": certificate.periods,
        "result": certificate.result,
        "issuer": certificate.institution.name,
        "issued_on": said(certificate.issued_on),
        "number": certificate.number,
        "serial": serial,
        "rosette": rosette_svg(certificate.number, certificate.token),
        "qr": _qr(check_address(certificate, serial)),
    }


def _set(rows: list[dict[str, Any]], at: datetime, paper: bool, **moved: float) -> bytes:
    first = rows[0]
    data = {
        "name": TITLE,
        "title": TITLE if paper else f"{TITLE} {first['number']}",
        "author": first["issuer"],
        "keywords": [] if paper else [first["number"], first["serial"]],
        "paper": paper,
        "site": settings.SITE_NAME,
        "host": settings.ORIGIN.partition("://")[2],
        "certificates": rows,
        **moved,
    }
    return typeset(TEMPLATE, data, at, pages=len(rows))


def _moment(certificate: Certificate) -> datetime:
    """The day of issue: the same certificate is the same document whenever it is made."""
    return datetime.combine(certificate.issued_on, time(), SHANGHAI)


def certificate_pdf(certificate: Certificate, serial: str = "") -> bytes:
    """The electronic certificate before it is signed: one page, the same bytes each time.

    Raises GlyphsMissing when a character is in no font.
    """
    return _set(
        [_as_printed(certificate, serial or serial_of(certificate))], _moment(certificate), paper=False
    )


def print_run(training_class: TrainingClass, only: int = 0, printer: PrinterOffset | None = None) -> bytes:
    """The certificates of a class that hold, for printing, in number order, a page each; b"" when there is none.

    `only`: the id of one certificate, for what was printed badly or replaced; `printer`: which printer misses by how much.
    """
    found = [row for row in certificates_of(training_class) if only in (0, row.pk)]
    serials = serials_of(found)
    certificates = [row for row in found if row.pk in serials]  # a void one has no serial any more
    if not certificates:
        return b""
    rows = [_as_printed(row, serials[row.pk]) for row in certificates]
    moved = {"right": printer.right / 10, "down": printer.down / 10} if printer else {}
    return _set(rows, _moment(certificates[-1]), paper=True, **moved)


def sheets_of(certificates: Iterable[Certificate]) -> Iterator[tuple[Certificate, bytes]]:
    """Unsigned documents one by one: as many as asked, never more than one in memory."""
    for certificate in certificates:
        yield certificate, certificate_pdf(certificate)
