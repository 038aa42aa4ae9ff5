"""The programme as Word: the same paper, in the typefaces of GB/T 9704 that every Chinese Word has.

Every style and measure stands here, there is no template file. The same paper gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from gongxue.foundation.pages.word import packed
from gongxue.stage3_programme.exports.content import TITLE, Paper

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SONG, HEI, KAI, FANG = "宋体", "黑体", "楷体", "仿宋"
RED = RGBColor(0xA3, 0x16, 0x1B)
TONES = {
    "m1": "E3EEFB", "m2": "E6F4E8", "m3": "FDF0DA", "m4": "F1E8FA", "m5": "DFF3F3", "m6": "FBE7EE",
    "course": "E3EEFB", "process": "FFF0C7", "final": "FDDEDB", "other": "ECEFF3",
}  # fmt: skip
_Row = Sequence[str]


def word(paper: Paper) -> bytes:
    """A .docx on A4: cover, six sections, team, sign-off, the timetable on a landscape page."""
    book = docx.Document()
    _styles(book)
    _properties(book, paper)
    _cover(book, paper)
    _text(book, paper)
    _timetable(book, paper)
    return packed(book)


def _properties(book: Document, paper: Paper) -> None:
    about = book.core_properties
    moment = paper.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about.title, about.author, about.subject = TITLE, paper.institution, f"{paper.class_title} {paper.mark}"
    about.last_modified_by, about.comments, about.language = paper.institution, "", "zh-CN"
    about.created = about.modified = moment
    about.revision = 1


# Style ----------------------------------------------------------------------------------------------------------------


def _styles(book: Document) -> None:
    body = book.styles["Normal"]
    body.font.size = Pt(16)
    _typeface(body.element.get_or_add_rPr(), FANG)
    body.paragraph_format.line_spacing = Pt(29)
    body.paragraph_format.space_after = Pt(0)
    heading = book.styles["Heading 1"]
    heading.font.size, heading.font.bold, heading.font.color.rgb = Pt(16), False, RGBColor(0, 0, 0)
    _typeface(heading.element.get_or_add_rPr(), HEI)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(6), Pt(0)
    heading.paragraph_format.first_line_indent = Pt(32)


def _typeface(properties: Any, name: str) -> None:
    """The typeface of a run or a style: Latin letters in Times New Roman, as offices write."""
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for place, face in (("ascii", "Times New Roman"), ("hAnsi", "Times New Roman"), ("eastAsia", name)):
        fonts.set(qn(f"w:{place}"), face)


def _run(paragraph: Paragraph, words: str, face: str, size: float, **more: Any) -> Run:
    run = paragraph.add_run(words)
    run.font.size = Pt(size)
    _typeface(run._element.get_or_add_rPr(), face)
    for name, value in more.items():
        if name == "colour":
            run.font.color.rgb = value
        else:
            setattr(run.font, name, value)
    return run


def _line(book: Document, words: str, face: str, size: float, before: float = 0, **more: Any) -> Paragraph:
    """A centred line."""
    line = book.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_before = Pt(before)
    line.paragraph_format.line_spacing = 1.3
    _run(line, words, face, size, **more)
    return line


def _page(section: Section, *, landscape: bool = False) -> None:
    """A4 with the margins of GB/T 9704; the timetable lies across."""
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    top, bottom, left, right = (22, 20, 16, 16) if landscape else (37, 35, 28, 26)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)


# Parts ----------------------------------------------------------------------------------------------------------------


def _cover(book: Document, paper: Paper) -> None:
    _page(book.sections[0])
    number = book.add_paragraph()
    _run(number, f"平台编号：{paper.number}", FANG, 14)
    mark = book.add_paragraph()
    mark.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(mark, paper.mark, HEI, 14, **({"colour": RED} if paper.is_draft else {}))
    _line(book, TITLE, SONG, 30, before=120, bold=True)
    _line(book, paper.class_title, KAI, 20, before=24)
    _line(book, paper.institution, FANG, 18, before=230)
    _line(book, paper.on, FANG, 16, before=8)


def _text(book: Document, paper: Paper) -> None:
    section = book.add_section(WD_SECTION.NEW_PAGE)
    _page(section)
    _numbered(section)
    _marked(section, paper)
    _grid(book, (32, 124), (), paper.facts, left=(1,))
    for part in paper.sections:
        book.add_heading(part["title"], 1)
        for words in part["paragraphs"]:
            _paragraph(book, words)
        if part["key"] == "course_plan":
            heads = ("课程", "模块", "课时", "授课教师")
            _grid(book, (42, 68, 16, 30), heads, paper.modules, left=(0, 1))
        if part["key"] == "assessment_plan":
            _grid(book, (34, 82, 16, 24), ("考核", "时间", "课时", "方式"), paper.assessments, left=(1,))
        if part["key"] == "venue" and paper.declared:
            _paragraph(book, paper.declared)
    book.add_heading("七、教学团队", 1)
    if paper.team:
        _grid(book, (36, 34, 86), ("职责", "姓名", "单位"), paper.team, left=(2,))
    else:
        _paragraph(book, "骨干教师尚未到位。")
    if paper.words:
        book.add_heading("八、制定与审核", 1)
        _grid(book, (50, 106), (), paper.words, left=(1,))


def _paragraph(book: Document, words: str) -> None:
    paragraph = book.add_paragraph(words)
    paragraph.paragraph_format.first_line_indent = Pt(32)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def _numbered(section: Section) -> None:
    """Pages count from 1 behind the cover."""
    section.footer.is_linked_to_previous = False
    start = OxmlElement("w:pgNumType")
    start.set(qn("w:start"), "1")
    section._sectPr.append(start)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", SONG, 14)
    _field(_run(foot, "", SONG, 14), "PAGE")
    _run(foot, " —", SONG, 14)


def _field(run: Run, code: str) -> None:
    for kind, words in (("begin", ""), ("", code), ("end", "")):
        one = OxmlElement("w:instrText" if words else "w:fldChar")
        if words:
            one.text = words
        else:
            one.set(qn("w:fldCharType"), kind)
        run._element.append(one)


def _marked(section: Section, paper: Paper) -> None:
    section.header.is_linked_to_previous = False
    if paper.is_draft:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(head, f"{paper.mark}　内容以报备的版本为准", HEI, 10.5, colour=RED)


# Tables ---------------------------------------------------------------------------------------------------------------


def _grid(
    book: Document, widths: Sequence[float], heads: _Row, rows: Sequence[_Row], left: tuple[int, ...] = ()
) -> Table:
    """A ruled table, widths in mm; without heads its first column is the heading of each row."""
    table = _table(book, widths, len(rows) + bool(heads))
    for i, words in enumerate(heads):
        _fill(table.rows[0].cells[i], [words], HEI, 12)
    if heads:
        _repeat(table)
    for row, line in zip(table.rows[bool(heads) :], rows, strict=True):
        for i, (cell, words) in enumerate(zip(row.cells, line, strict=True)):
            _fill(cell, [words], HEI if not heads and i == 0 else FANG, 12, left=i in left)
    return table


def _table(book: Document, widths: Sequence[float], rows: int) -> Table:
    table = book.add_table(rows, len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    for row in table.rows:
        _whole(row)
    return table


def _whole(row: Any) -> None:
    """A row is not torn over two pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _repeat(table: Table) -> None:
    """The first row comes again on every page."""
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _fill(cell: _Cell, lines: Sequence[str], face: str, size: float, *, left: bool = False) -> None:
    """Lines of a cell, the first in the given typeface, the others smaller."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    for i, words in enumerate(lines):
        paragraph = paragraph if i == 0 else cell.add_paragraph()
        paragraph.paragraph_format.line_spacing = 1.1
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, words, face if i == 0 else FANG, size if i == 0 else size - 1)


def _shade(cell: _Cell, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _timetable(book: Document, paper: Paper) -> None:
    section = book.add_section(WD_SECTION.NEW_PAGE)
    _page(section, landscape=True)
    for old in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(old)  # it counts on
    _line(book, "课　程　表", SONG, 18, bold=True)
    _line(book, f"{paper.institution}　{paper.class_title}", FANG, 11)
    widths = (25, *[240 / paper.columns] * paper.columns)
    table = _table(book, widths, 1 + len(paper.days))
    for i in range(paper.columns + 1):
        _fill(table.rows[0].cells[i], [f"第 {i} 课时" if i else "日期"], HEI, 9)
    _repeat(table)
    for i, day in enumerate(paper.days, 1):
        _day(table, i, day, paper.columns)


def _day(table: Table, row: int, day: dict[str, Any], columns: int) -> None:
    beside = [day["note"]] if day["note"] and not day["rests"] else []
    _fill(table.cell(row, 0), [*day["title"].split(" "), *beside], FANG, 9)
    if day["rests"]:
        _fill(table.cell(row, 1).merge(table.cell(row, columns)), [day["note"]], FANG, 9)
        return
    at = 1
    for block in day["blocks"]:
        cell = table.cell(row, at).merge(table.cell(row, at + block["span"] - 1))
        if block["lanes"]:
            _lanes(cell, block["lanes"])
        else:
            _fill(cell, [block["title"], *block["lines"]], HEI, 9)
        if block["tone"] in TONES:
            _shade(cell, TONES[block["tone"]])
        at += block["span"]


def _lanes(cell: _Cell, lanes: Sequence[dict[str, Any]]) -> None:
    """What the groups have at the same time, one below the other, each on its own ground."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for i, lane in enumerate(lanes):
        for j, words in enumerate([f"{lane['whom']}　{lane['title']}", "　".join(lane["lines"])]):
            if not words:
                continue
            paragraph = cell.add_paragraph() if i or j else cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = 1.1
            paragraph.paragraph_format.space_before = Pt(3 if i and not j else 0)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(paragraph, words, FANG if j else HEI, 8 if j else 9)
            shade = OxmlElement("w:shd")
            for name, value in (
                ("val", "clear"),
                ("color", "auto"),
                ("fill", TONES.get(lane["tone"], "FFFFFF")),
            ):
                shade.set(qn(f"w:{name}"), value)
            paragraph._p.get_or_add_pPr().append(shade)
