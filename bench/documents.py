"""Certificates as documents: typeset and signed one by one, in one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import cycle, islice

import typst

from bench.books import ANY
from bench.issued import classes, issue
from bench.measure import Row, at_least, in_turns
from bench.processes import OwnPeak
from gongxue.certificates.documents import sheets_of, signed_pdfs
from gongxue.certificates.models import Certificate
from gongxue.foundation import clock
from gongxue.foundation.pages import typesetter

DOCUMENTS = 150  # of each repetition
PLAIN = b"""
#set document(title: "sheet")
#set page(paper: "a4", flipped: true)
#set text(font: "Noto Serif SC", fallback: false)
#sys.inputs.n
"""


def certificate_pdf(scale: float) -> Row:
    """Signed documents per second of processor time, against a sheet with one number on it from the same compiler."""
    certificates = [c for tc in classes() for c in issue(tc)]
    rows = Certificate.objects.unscoped(ANY).select_related("institution", "person__account")
    certificates = list(rows.filter(pk__in=[c.pk for c in certificates]))
    number = at_least(DOCUMENTS * scale, 2)
    wanted = list(islice(cycle(certificates), number))
    now = clock.now()
    sizes = [len(made) for _, made in signed_pdfs(certificates[:2], now)]  # fonts are read and keys loaded
    peak = OwnPeak()
    figure, baseline = in_turns(
        _per_second(lambda: signed_pdfs(wanted, now), number),
        _per_second(lambda: _plain_sheets(number, now), number),
    )
    unsigned = _per_second(lambda: sheets_of(wanted), number)()
    more = {"unsigned_per_s": unsigned, "document_kb": max(sizes) / 1024}
    return Row(figure, "documents/s", baseline, "同一排版程序只排一个数字的页面", peak.mb, more)


def _per_second(documents: Callable[[], Iterable[object]], number: int) -> Callable[[], float]:
    """By processor time: what one core does, however many threads share the work and whoever else is at work."""

    def measured() -> float:
        begun = time.process_time()
        for _ in documents():
            pass
        return number / (time.process_time() - begun)

    return measured


def _plain_sheets(number: int, now: datetime) -> Iterable[object]:
    """A number on an A4 sheet; each another, because the compiler remembers what it has set."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(typesetter.font_folder())]
    )
    compiler = typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
    for n in range(number):
        yield compiler.compile(
            PLAIN, format="pdf", sys_inputs={"n": str(n)}, pdf_standards=[typesetter.STANDARD],
            timestamp=int(now.timestamp()),
        )  # fmt: skip
