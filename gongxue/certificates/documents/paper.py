"""Paper beside the certificates: the alignment page of a printer, the list that collectors sign (MG 18.1)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gongxue.certificates.models import PrinterOffset
from gongxue.certificates.queries import CertificateRow
from gongxue.foundation.pages.typesetter import typeset
from gongxue.regulations.calendar import day_of, said
from gongxue.stage1_planning.models import TrainingClass

_FOLDER = Path(__file__).resolve().parents[1] / "typst"
LINES_A_PAGE = 22


def alignment_page(printer: PrinterOffset | None, now: datetime) -> bytes:
    """A lying A4 with a cross 20 mm from each corner and rulers: where it is printed shows what to enter."""
    data = {
        "printer": printer.name if printer else "",
        "right": printer.right / 10 if printer else 0,
        "down": printer.down / 10 if printer else 0,
        "printed": said(day_of(now)),
    }
    return typeset(_FOLDER / "alignment.typ", data, now)


def collection_sheet(training_class: TrainingClass, rows: list[CertificateRow], now: datetime) -> bytes:
    """Certificates of a class in order of their numbers, each with room for name, day and signature."""
    data = {
        "title": "工学一体化教师培训合格证书领取签字表",
        "class": str(training_class),
        "issuer": training_class.institution.name,
        "printed": said(day_of(now)),
        "rows": [[row.certificate.holder, row.certificate.number, row.serial] for row in rows],
    }
    return typeset(_FOLDER / "collection.typ", data, now, pages=-(-len(rows) // LINES_A_PAGE))
