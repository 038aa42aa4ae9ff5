"""An official sheet as Word, in the typefaces that every Chinese Word has, to be edited further.

Tables are written cell by cell: merging them afterwards would cost seconds on a list of thirty rows.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from gongxue.foundation.official_forms.exports.content import Cell, Part, Row, Sheet
from gongxue.foundation.official_forms.exports.phrases import BOLD, BOX, GAP, GIVEN, TICKED, Paragraph
from gongxue.foundation.pages.word import packed
from gongxue.regulations.official_forms.definition import GRID

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SONG, HEI, KAI, FANG = "宋体", "黑体", "楷体", "仿宋"
_TWIPS_PER_MM = 56.7
_MARGINS = {False: (18, 20), True: (12, 14)}  # mm above and beside; of a list


def word(sheet: Sheet) -> bytes:
    """A .docx on A4; the same sheet gives the same bytes."""
    book = docx.Document()
    _set_up(book, sheet)
    size = 9 if sheet.compact else 10.5
    _line(book, sheet.annex, HEI, 10 if sheet.compact else 14)
    _line(book, sheet.title, HEI, 14 if sheet.compact else 18, centred=True)
    if sheet.subtitle:
        _line(book, sheet.subtitle, SONG, 14, centred=True)
    if sheet.note:
        _line(book, sheet.note, SONG, size)
    for i, page in enumerate(sheet.pages):
        if sheet.head or i:
            head = _head(book, sheet)
            head.paragraph_format.page_break_before = i > 0
        for part in page:
            _part(book, sheet, part)
    return packed(book)


def _set_up(book: Document, sheet: Sheet) -> None:
    body = book.styles["Normal"]
    body.font.size = Pt(10.5)
    _typeface(body.element.get_or_add_rPr(), SONG)
    body.paragraph_format.space_after = Pt(0)
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if sheet.landscape:
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.orientation = WD_ORIENT.LANDSCAPE
    above, beside = _MARGINS[sheet.compact]
    section.top_margin = section.bottom_margin = Mm(above)
    section.left_margin = section.right_margin = Mm(beside)
    about = book.core_properties
    moment = sheet.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.title, about.author, about.comments, about.language = sheet.title, "", "", "zh-CN"
    about.created = about.modified = moment


def _typeface(properties: Any, name: str) -> None:
    """The typeface of a run or a style: Latin letters in Times New Roman, as offices write."""
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for place, face in (("ascii", "Times New Roman"), ("hAnsi", "Times New Roman"), ("eastAsia", name)):
        fonts.set(qn(f"w:{place}"), face)


def _run(paragraph: WordParagraph, words: str, face: str, size: float, kind: str = "") -> None:
    run = paragraph.add_run(words)
    run.font.size = Pt(size)
    run.font.bold = kind == BOLD
    run.font.underline = kind == GAP
    _typeface(run._element.get_or_add_rPr(), face)


def _line(book: Document, words: str, face: str, size: float, *, centred: bool = False) -> WordParagraph:
    line: WordParagraph = book.add_paragraph()
    if centred:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_after = Pt(4)
    _run(line, words, face, size)
    return line


def _head(book: Document, sheet: Sheet) -> WordParagraph:
    """The items above the table, side by side over the width of the page."""
    line: WordParagraph = book.add_paragraph()
    width = (297 if sheet.landscape else 210) - 2 * _MARGINS[sheet.compact][1]
    for i, (label, value) in enumerate(sheet.head):
        if i:
            line.paragraph_format.tab_stops.add_tab_stop(Mm(width * i / len(sheet.head)))
            _run(line, "\t", SONG, 10.5)
        _run(line, f"{label}：", SONG, 10.5)
        _run(line, value, KAI, 10.5)
    line.paragraph_format.space_after = Pt(4)
    return line


def _words(line: WordParagraph, paragraph: Paragraph, face: str, size: float) -> None:
    """The runs of a paragraph: a box as a character, what was given in a hand-like typeface."""
    for span in paragraph:
        shown = {BOX: "□", TICKED: "☑"}.get(span.kind, span.text)
        own = {GIVEN: KAI, TICKED: "Segoe UI Symbol"}.get(span.kind, face)
        for i, words in enumerate(shown.split("\n")):
            if i:
                line.add_run().add_break(WD_BREAK.LINE)
            _run(line, words, own, size, span.kind)


def _part(book: Document, sheet: Sheet, part: Part) -> None:
    if part.rows:
        _table(book, sheet, part)
        return
    size, face = (9.5, SONG) if sheet.compact else (16, FANG)
    if part.heading:
        _line(book, part.heading, HEI, size).paragraph_format.first_line_indent = Pt(2 * size)
    for paragraph in part.paragraphs:
        line = book.add_paragraph()
        line.paragraph_format.space_after = Pt(3)
        if not sheet.compact:
            line.paragraph_format.first_line_indent = Pt(2 * size)
            line.paragraph_format.line_spacing = 1.5
        _words(line, paragraph, face, size)


# Tables ---------------------------------------------------------------------------------------------------------------


def _table(book: Document, sheet: Sheet, part: Part) -> None:
    width = (297 if sheet.landscape else 210) - 2 * _MARGINS[sheet.compact][1]
    table = book.add_table(0, GRID, style="Table Grid")
    table.autofit = False
    column = width / GRID
    for one in table._tbl.tblGrid.findall(qn("w:gridCol")):
        one.set(qn("w:w"), str(round(column * _TWIPS_PER_MM)))
    for i, cells in enumerate(_placed(part.rows)):
        row = OxmlElement("w:tr")
        properties = row.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        room = max((cell.room for cell, begins in cells if begins), default=0)
        if room:
            height = OxmlElement("w:trHeight")
            height.set(qn("w:val"), str(round(room * _TWIPS_PER_MM)))
            properties.append(height)
        if i < part.heads:
            properties.append(OxmlElement("w:tblHeader"))
        table._tbl.append(row)
        for cell, begins in cells:
            made = _cell(table, cell, begins, column, 9 if sheet.compact else 10.5)
            if cell.photo and begins:
                _photo(made, table, sheet.photo)
            row.append(made)
    book.add_paragraph().paragraph_format.line_spacing = Pt(1)  # tables that touch would become one


def _photo(cell: Any, table: Any, photo: bytes) -> None:
    """The photo of 25 × 35 mm in a cell, whose usual margins would leave too little room for it."""
    margins = OxmlElement("w:tcMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    cell.get_or_add_tcPr().append(margins)
    line = WordParagraph(cell.p_lst[0], table)
    line.add_run().add_picture(io.BytesIO(photo), Mm(25), Mm(35))


def _placed(rows: Iterable[Row]) -> Iterable[list[tuple[Cell, bool]]]:
    """The cells of each row with those that reach down into it: (cell, whether it begins here), left to right."""
    open_cells: dict[int, tuple[Cell, int]] = {}  # first column → cell, rows that it still covers
    for row in rows:
        placed: list[tuple[Cell, bool]] = []
        fresh = iter(row)
        at = 0
        while at < GRID:
            if at in open_cells:
                cell, left = open_cells.pop(at)
                begins = False
            else:
                cell, left, begins = next(fresh), 0, True
                left = cell.rows
            placed.append((cell, begins))
            if left > 1:
                open_cells[at] = (cell, left - 1)
            at += cell.span
        yield placed


def _cell(table: Any, cell: Cell, begins: bool, column: float, size: float) -> Any:
    made = OxmlElement("w:tc")
    properties = made.get_or_add_tcPr()
    properties.width = Mm(column * cell.span)
    if cell.span > 1:
        properties.grid_span = cell.span
    if cell.rows > 1:
        properties.vMerge_val = "restart" if begins else "continue"
    if not cell.room:
        centre = OxmlElement("w:vAlign")
        centre.set(qn("w:val"), "center")
        properties.append(centre)
    for paragraph in cell.paragraphs if begins else ((),):
        line = WordParagraph(made.add_p(), table)
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(0 if size < 10 else 2)
        if cell.centred:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _words(line, paragraph, SONG, size)
    return made
