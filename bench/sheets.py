"""Form 1 filled by a hundred teachers as official sheets: set one by one, in one process."""

from __future__ import annotations

import io
import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typst
from PIL import Image

from bench.measure import Row, at_least, in_turns
from bench.processes import OwnPeak
from gongxue.foundation.official_forms.exports import Given, Sheet, filled_sheet, pdf, word
from gongxue.foundation.official_forms.exports.as_pdf import TEMPLATE
from gongxue.foundation.pages import typesetter
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import FORM_1
from gongxue.rehearsal.forms import form1_answers

FORMS = 100  # of each repetition
AT = datetime(2026, 3, 2, tzinfo=UTC)


def form_pdf(scale: float) -> Row:
    """Filled sheets per second of processor time, against the bare compiler on the same template and constant data."""
    number = at_least(FORMS * scale, 2)
    given = [_given(n) for n in range(number)]
    size = len(pdf(_sheet(given[0])))  # fonts are read
    peak = OwnPeak()
    figure, baseline = in_turns(_engine(given), _bare(_sheet(given[0]), number))
    more = {
        "with_photo_per_s": _engine([_with_photo(one, n) for n, one in enumerate(given)])(),
        "word_per_s": _per_second(lambda: [word(_sheet(one)) for one in given], number)(),
        "sheet_ms": 1000 / _per_second(lambda: [_sheet(one) for one in given], number)(),
        "document_kb": size / 1024,
    }
    return Row(figure, "documents/s", baseline, "同一模板、不变的数据，只用排版程序", peak.mb, more)


def _given(n: int) -> Given:
    """A teacher's sheet; no two are alike."""
    dice = random.Random(n)
    category = list(CATEGORIES.values())[n % len(CATEGORIES)]
    known = {
        "name": f"教师{n}", "category": category, "level": Level.THREE.title, "sex": "男", "age": f"{30 + n % 25} 岁",
        "id_number": f"**************{n:04}", "employer": "示范技师学院", "phone": f"*******{n:04}",
    }  # fmt: skip
    return Given(form1_answers(Level.THREE, dice, category), known, signer=f"教师{n}", signed_on="2026-03-02")


def _with_photo(given: Given, n: int) -> Given:
    picture, made = Image.effect_noise((413, 578), 20 + n % 40), io.BytesIO()
    picture.convert("RGB").save(made, "JPEG", quality=85)
    return Given(
        given.answers, given.derived, signer=given.signer, signed_on=given.signed_on, photo=made.getvalue()
    )


def _sheet(given: Given) -> Sheet:
    return filled_sheet(FORM_1, Level.THREE, given, AT)


def _engine(given: Sequence[Given]) -> Callable[[], float]:
    return _per_second(lambda: [pdf(_sheet(one)) for one in given], len(given))


def _bare(sheet: Sheet, number: int) -> Callable[[], float]:
    """The template with the data of one sheet and a number in its note: the compiler remembers what it has set."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(typesetter.font_folder())]
    )
    compiler = typst.Compiler(root=str(typesetter.ROOT), font_paths=fonts, ignore_system_fonts=True)
    data = sheet.as_data()

    def work() -> None:
        for n in range(number):
            _compile(compiler, TEMPLATE, json.dumps(data | {"note": str(n)}))

    return _per_second(work, number)


def _compile(compiler: typst.Compiler, template: Path, data: str) -> object:
    return compiler.compile(
        str(template), format="pdf", sys_inputs={"data": data}, pdf_standards=[typesetter.STANDARD],
        timestamp=int(AT.timestamp()),
    )  # fmt: skip


def _per_second(work: Callable[[], object], number: int) -> Callable[[], float]:
    """By processor time: what one core does, whoever else is at work."""

    def measured() -> float:
        begun = time.process_time()
        work()
        return number / (time.process_time() - begun)

    return measured
