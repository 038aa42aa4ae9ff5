"""Official sheets: word for word the annexes, the same in PDF and Word, and filled with what was answered."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from gongxue.foundation.official_forms.exports import Given, Sheet, blank_sheet, filled_sheet, pdf, word
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms import FORM_1, FORM_2, FORM_3, FORM_4, FORM_5, FORM_6, FORMS, Form
from gongxue.regulations.official_forms.definition import GRID, asked_form

ANNEXES = Path(__file__).parents[2] / "regulations" / "annexes"  # the annexes' text, line by line
AT = datetime(2023, 6, 1, 8, 0, tzinfo=UTC)
PAGES = {"form1": 3, "form2": 2, "form3": 1, "form4": 1, "form5": 1, "form6": 1}
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)


def tight(words: str) -> str:
    """Without the blanks, which depend on the line breaks of the print."""
    return "".join(words.split())


def pdf_words(sheet: Sheet) -> str:
    return tight("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(sheet))).pages))


def word_words(sheet: Sheet) -> str:
    book = docx.Document(io.BytesIO(word(sheet)))
    return tight("".join(node.text or "" for node in book.element.body.iter() if node.tag.endswith("}t")))


@every_form
def test_the_blank_sheet_prints_every_line_of_the_annex(form: Form) -> None:
    printed = tight(blank_sheet(form).words())
    lines = (ANNEXES / f"{form.code}.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if tight(line) not in printed and line != "……"] == []


@pytest.mark.parametrize("form", [FORM_1, FORM_2, FORM_3, FORM_4, FORM_6], ids=lambda form: form.code)
def test_the_blank_sheet_prints_nothing_else(form: Form) -> None:
    annex = (ANNEXES / f"{form.code}.txt").read_text(encoding="utf-8")
    assert Counter(tight(blank_sheet(form).words())) == Counter(tight(annex))


def test_form_5_prints_all_of_its_thirty_numbers() -> None:
    annex = tight((ANNEXES / "form5.txt").read_text(encoding="utf-8")).partition("12345……2930")
    assert annex[1]
    assert Counter(tight(blank_sheet(FORM_5).words())) == Counter(
        annex[0] + "".join(str(i) for i in range(1, 31))
    )


@every_form
def test_word_prints_the_words_of_the_sheet_in_order(form: Form) -> None:
    sheet = blank_sheet(form)
    assert word_words(sheet) == tight(sheet.words())


@every_form
def test_the_pdf_has_the_pages_of_the_annex_and_every_question(form: Form) -> None:
    sheet = blank_sheet(form)
    made = pdf(sheet)
    assert len(PdfReader(io.BytesIO(made)).pages) == PAGES[form.code]
    found = pdf_words(sheet)
    assert form.title in found
    for item in form.items:
        assert tight(item.label)[:8] in found or item.derived, item.code


@every_form
def test_the_same_sheet_gives_the_same_bytes(form: Form) -> None:
    assert pdf(blank_sheet(form)) == pdf(blank_sheet(form))
    assert word(blank_sheet(form)) == word(blank_sheet(form))


@every_form
@pytest.mark.parametrize("level", [None, *Level])
def test_every_row_fills_the_grid(form: Form, level: Level | None) -> None:
    for page in blank_sheet(form, level).pages:
        for part in page:
            open_cells: list[tuple[int, int]] = []  # rows that a cell still covers, its width
            for row in part.rows:
                covered = sum(span for left, span in open_cells if left)
                assert sum(cell.span for cell in row) + covered == GRID, row
                open_cells = [(left - 1, span) for left, span in open_cells if left > 1]
                open_cells += [(cell.rows - 1, cell.span) for cell in row if cell.rows > 1]


@pytest.mark.parametrize(("form", "modules"), [(FORM_1, 6), (FORM_2, 6)], ids=["form1", "form2"])
def test_a_sheet_of_one_level_has_its_modules_only(form: Form, modules: int) -> None:
    words = blank_sheet(form, Level.THREE).words()
    assert "课程标准校本转化" not in words
    assert words.count("教学场地和设施使用管理") == 1
    assert "一级" not in words


def filled(form: Form, answers: dict[str, str], role: str = "", times: int = 1, **derived: str) -> Sheet:
    return filled_sheet(form, Level.THREE, Given(answers, derived), AT, role, times)


def ticked(sheet: Sheet) -> list[str]:
    """The options behind ticked boxes."""
    found = []
    for page in sheet.pages:
        for cell in (cell for part in page for row in part.rows for cell in row):
            for paragraph in cell.paragraphs:
                pairs = pairwise(paragraph)
                found += [after.text for before, after in pairs if before.kind == "ticked"]
    return found


def test_answers_stand_at_their_questions() -> None:
    sheet = filled(
        FORM_1,
        {"10": "硕士", "10a": "机械工程", "14": "是", "17": "是", "17a": "2019年，天津", "19.3-2": "很好", "20": "一\n二"},
        name="王芳", category="机械类", level="三级", id_number="130000199001011234",
    )  # fmt: skip
    words = sheet.words()
    assert ticked(sheet) == ["硕士", "是", "是"]
    assert "硕士，专业：机械工程□本科，专业：□" in words
    assert "（请写明时间、地点、专业）2019年，天津；" in words
    assert "4.身份证号码：130000199001011234" in words
    assert sheet.head == (("申请人姓名", "王芳"), ("申请专业大类", "机械类"), ("申请培训级别", "三级"))
    assert words.count("√") == 2  # the one in the heading of item 19, and the answer
    printed = pdf_words(sheet)
    assert "机械工程" in printed
    assert "130000199001011234" in printed
    assert "☑硕士" in word_words(sheet)


def test_a_mark_stands_in_the_column_of_its_option() -> None:
    sheet = filled(FORM_2, {"1.13": "2", "3.1.1": "1", "5": "没有", "5a": "答复太晚"}, instructor_1="李军")
    rows = [row for page in sheet.pages for part in page for row in part.rows]
    marks = {
        cells[-4].paragraphs[0][0].text: [c.paragraphs[0] != () for c in cells[-3:]]
        for cells in rows
        if len(cells) >= 4 and any(c.paragraphs[0] and c.paragraphs[0][0].text == "√" for c in cells)
    }
    assert marks == {
        "1.13 课程教学进度计划编制": [False, True, False],
        "3.1.1 授课结构是否清晰，表达逻辑是否准确": [False, False, True],
    }
    assert "没有（1分），具体问题是：答复太晚" in sheet.words()
    assert "骨干教师1（请填写姓名及分工课程）：李军" in sheet.words()


def test_an_examiner_judges_two_partners_on_one_sheet() -> None:
    answers = {
        "1.7": "是",
        "1.7a": "提前三天",
        "1.11": "不了解",
        "2.1": "是",
        "2.1~2": "否",
        "2.1a~2": "未沟通",
        "2.3~2": "一般",
    }
    sheet = filled(FORM_3, answers, "examiner", 2, partner_1="王芳", partner_2="李军")
    words = sheet.words()
    assert ticked(sheet) == ["是", "不了解", "是", "否", "一般（2分）"]
    assert "是，请说明情况：提前三天" in words
    assert "□否，请说明情况：未沟通" in words
    assert words.count("2.4 您对搭档骨干教师合作情况的评价?") == 2
    assert words.index("王芳") < words.index("李军")
    assert "合作情况的评价?　李军" in words
    assert "1.1 " not in words.replace("1.10 ", "").replace("1.11 ", "")


def test_a_list_is_filled_and_keeps_its_empty_rows() -> None:
    line = {"order": "1", "name": "王芳", "id_number": "130000199001011234", "process": "85.00"}
    given = Given(derived={"headcount": "1", "institution": "邢台技师学院"}, lines=[line])
    sheet = filled_sheet(FORM_5, Level.THREE, given, AT)
    words = sheet.words()
    assert "培训人数：1人" in words
    assert "130000199001011234" in words
    assert "85.00" in words
    table = next(part for page in sheet.pages for part in page if part.rows)
    assert len(table.rows) == 32
    assert table.heads == 2


def test_a_summary_repeats_its_sentence_for_each_category() -> None:
    known = {"year": "2023", "classes": "3", "category_title": "机械类", "category_title~2": "信息类"}
    form = asked_form(FORM_6, Level.THREE, times=2)
    assert [section.title for section in form.sections].count("各专业大类") == 2
    sheet = filled_sheet(FORM_6, Level.THREE, Given({"2": "办班三期。"}, known), AT, times=2)
    words = sheet.words()
    assert "截至2023年底，共开办培训班3个" in words
    assert words.count("专业大类的培训班") == 2
    assert words.index("机械类专业大类") < words.index("信息类专业大类")
    assert "办班三期。" in words
    assert "经验总结" not in words, "the question makes room for its answer"


@pytest.mark.parametrize("text", ["长" * 1000, "一行\n" * 40, "]#x $y$ \\u{1} <b>", "=1+1"])
def test_any_answer_is_printed_whole(text: str) -> None:
    sheet = filled(FORM_1, {"15": text, "16": text})
    assert pdf_words(sheet).count(tight(text)[:5]) >= 2
    assert tight(text) in word_words(sheet)


def test_a_version_stored_without_its_sheet_is_the_built_in_one() -> None:
    old = FORM_1.as_data()
    del old["furniture"]
    for section in old["sections"]:
        del section["heading"]
    stored = FormVersion(code="form1", number=1, title=FORM_1.title, definition=old)
    assert stored.form == FORM_1
    later = FormVersion(code="form1", number=7, title=FORM_1.title, definition=old)
    assert later.form.furniture.annex == ""
