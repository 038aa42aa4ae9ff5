"""Form 5 as Word: the same paper on a landscape page, thirty rows, in the typefaces that every Chinese Word has."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from gongxue.foundation.pages.word import packed
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.exports import TITLE, Row, Transcript, transcript_data
from gongxue.stage6_assessment.queries.versions import Version

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SONG, HEI = "宋体", "黑体"
WIDTHS = (10, 24, 10, 40, 66, 27, 20, 20, 36)  # mm, as the columns of the annex
HEADS = ("序号", "姓名", "性别", "身份证号码", "单位", "联系电话", "过程性考核", "终结性考核", "证书编号")
_MARKS = (6, 7)


def transcript_word(training_class: TrainingClass, version: Version | None = None) -> bytes:
    """A .docx of form 5; the same transcript gives the same bytes. Contains full ID numbers."""
    sheet = transcript_data(training_class, version)
    book = docx.Document()
    _set_up(book, sheet)
    _line(book, "附件 5", HEI, 9)
    _line(book, TITLE, HEI, 16, centred=True)
    for words in sheet.header:
        _line(book, words, SONG, 9.5)
    _table(book, sheet)
    if sheet.note:
        _line(book, sheet.note, SONG, 8)
    return packed(book)


def _set_up(book: Document, sheet: Transcript) -> None:
    page = book.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    page.left_margin = page.right_margin = Mm(14)
    page.top_margin, page.bottom_margin = Mm(10), Mm(8)
    about = book.core_properties
    moment = sheet.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.title, about.author, about.last_modified_by = TITLE, sheet.institution, sheet.institution
    about.created = about.modified = moment
    about.comments, about.language, about.revision = "", "zh-CN", 1


def _line(book: Document, words: str, face: str, size: float, *, centred: bool = False) -> None:
    paragraph = book.add_paragraph()
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    _run(paragraph, words, face, size)


def _run(paragraph: Any, words: str, face: str, size: float) -> None:
    run = paragraph.add_run(words)
    run.font.size = Pt(size)
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    for place, name in (("ascii", "Times New Roman"), ("hAnsi", "Times New Roman"), ("eastAsia", face)):
        fonts.set(qn(f"w:{place}"), name)


def _table(book: Document, sheet: Transcript) -> None:
    table = book.add_table(rows=2 + sheet.size, cols=len(HEADS), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    cells = [list(row.cells) for row in table.rows]  # `table.cell` reads the whole table each time
    for row in table.rows:
        row.height = Mm(4.7)
    for row in cells:
        for cell, width in zip(row, WIDTHS, strict=True):
            cell.width = Mm(width)
    for i, head in enumerate(HEADS):
        _fill(cells[1][i] if i in _MARKS else cells[0][i].merge(cells[1][i]), head, HEI)
    _fill(cells[0][_MARKS[0]].merge(cells[0][_MARKS[1]]), "成绩", HEI)
    for row in table.rows[:2]:
        again = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(again)
    for i, line in enumerate(cells[2:]):
        values = _values(sheet.rows[i]) if i < len(sheet.rows) else [str(i + 1)]
        for cell, text in zip(line, values, strict=False):
            _fill(cell, text, SONG)


def _values(row: Row) -> list[str]:
    marks = ["" if mark is None else f"{mark:.2f}" for mark in (row.process, row.final)]
    return [
        str(row.order), row.name, row.sex, row.id_number, row.employer, row.phone, *marks, row.certificate_number,
    ]  # fmt: skip


def _fill(cell: _Cell, text: str, face: str) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)
    _run(paragraph, text, face, 8 if len(text) > 16 else 9)
