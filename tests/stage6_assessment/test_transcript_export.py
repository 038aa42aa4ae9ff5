"""Form 5 (TR 附件5) as PDF and as Excel: every field of the annex, thirty rows, codes as text, never a formula."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from openpyxl.cell import Cell
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from gongxue.foundation.identity.models import Account
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage6_assessment import exports
from gongxue.stage6_assessment.exports import transcript_data, transcript_pdf, transcript_workbook
from tests.cast import ClassAt, ClassAtFixture

FIRST_ROW = 7  # below the title, four lines of head and two rows of headings


def pdf_text(training_class: TrainingClass) -> str:
    """The only page without blanks, read by pypdf."""
    (page,) = PdfReader(io.BytesIO(transcript_pdf(training_class))).pages
    return "".join(page.extract_text().split())


def by_openpyxl(data: bytes) -> list[list[Any]]:
    """Rows of values; a formula would come as its text with data type f."""
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    cells: list[list[Cell]] = [list(row) for row in sheet.iter_rows()]
    assert not [cell for row in cells for cell in row if cell.data_type == "f"], "a formula"
    return [[cell.value for cell in row] for row in cells]


def by_calamine(data: bytes) -> list[list[Any]]:
    """Rows of values; an empty cell is None."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [
        [None if value == "" else value for value in row] for row in sheet.to_python(skip_empty_area=False)
    ]


@pytest.fixture
def c(class_at: ClassAtFixture) -> ClassAt:
    """One barred, one failed, two with certificates."""
    return class_at("issued", fates=("barred", "final_failed"))


def test_the_head_names_everything_the_annex_asks_for(c: ClassAt) -> None:
    text = pdf_text(c.tc)
    instructors = "、".join(i.person.name for i in accepted(c.tc, Seat.INSTRUCTOR))
    examiners = "、".join(i.person.name for i in accepted(c.tc, Seat.EXAMINER))
    for words in (
        "工学一体化教师培训成绩单", "培训时间：2023年6月12日——2023年6月18日；", "培训地点：河北省市；",
        "培训人数：4人；", "教师培训基地：邢台技师学院；", "培训级别：三级；", "专业大类：机械类；",
        f"授课骨干教师：{instructors}；", f"考核骨干教师：{examiners}",
    ):  # fmt: skip
        assert words in text
    for heading in (
        "序号",
        "姓名",
        "性别",
        "身份证号码",
        "单位",
        "联系电话",
        "成绩",
        "过程性考核",
        "终结性考核",
        "证书编号",
    ):
        assert heading in text


def test_a_municipality_has_no_blank_city(class_at: ClassAtFixture) -> None:
    assert transcript_data(class_at("issued", institution="001").tc).place == "北京市"


def test_a_development_centre_is_called_one(class_at: ClassAtFixture) -> None:
    c = class_at("issued", institution="017", level="G", category="信息类", headcount=1)
    assert "师资研修中心：江苏省常州技师学院；" in pdf_text(c.tc)


def test_every_trainee_has_a_row_and_marks_are_blank_for_whoever_has_none(c: ClassAt) -> None:
    barred, failed, *passed = transcript_data(c.tc).rows
    assert (barred.process, barred.final, barred.certificate_number) == (None, None, "")
    assert failed.final is not None and failed.final < 60 and failed.certificate_number == ""
    numbers = {certificate.attendee_id: certificate.number for certificate in c.certificates}
    for row, attendee in zip(passed, c.attendees[2:], strict=True):
        assert row.certificate_number == numbers[attendee.pk]
        assert row.process is not None and row.process >= 60
        assert row.id_number == attendee.application.person.id_number.reveal()
        assert row.phone == attendee.application.person.phone and len(row.phone) == 11
        assert row.sex in ("男", "女") and row.employer


def test_the_pdf_shows_the_rows(c: ClassAt) -> None:
    text = pdf_text(c.tc)
    for row in transcript_data(c.tc).rows:
        marks = "".join(f"{mark:.2f}" for mark in (row.process, row.final) if mark is not None)
        line = f"{row.name}{row.sex}{row.id_number}{row.employer}{row.phone}{marks}{row.certificate_number}"
        assert f"{row.order}{line}" in text
    assert text.endswith("56789101112131415161718192021222324252627282930")  # empty rows up to thirty


def test_a_full_class_with_long_names_stays_on_one_page(c: ClassAt, monkeypatch: pytest.MonkeyPatch) -> None:
    name, school = (
        "阿卜杜热西提·买买提吐尔逊江",
        "新疆生产建设兵团第三师职业技能高级技工学校（原农牧业机械化技工学校）培训部",
    )
    sheet = transcript_data(c.tc)
    row = replace(sheet.rows[2], name=name, employer=school)
    long = replace(
        sheet, rows=tuple(replace(row, order=i) for i in range(1, 31)), instructors="、".join([name] * 2),
        examiners="、".join([name] * 3), institution=school,
    )  # fmt: skip
    monkeypatch.setattr(exports, "transcript_data", lambda training_class, version: long)
    text = pdf_text(c.tc)
    assert text.count(f"{name}{row.sex}") == 30 and text.count(f"{school}{row.phone}") == 30


def test_the_same_transcript_is_the_same_file(c: ClassAt) -> None:
    assert transcript_pdf(c.tc) == transcript_pdf(c.tc)
    assert transcript_workbook(c.tc) == transcript_workbook(c.tc)


def test_open_marks_are_not_printed_as_results(class_at: ClassAtFixture) -> None:
    c = class_at("final_scored")
    assert all(row.process is None and row.final is None for row in transcript_data(c.tc).rows)
    assert "成绩尚未确认" in pdf_text(c.tc)
    assert "成绩尚未确认" in str(by_openpyxl(transcript_workbook(c.tc))[4][0])
    assert "成绩尚未确认" not in pdf_text(c.drive_to("confirmed").tc)


@pytest.mark.parametrize("headcount", [1, 4])
def test_form_5_takes_the_same_statements_whatever_the_size(class_at: ClassAtFixture, headcount: int) -> None:
    c = class_at("issued", headcount=headcount)
    c.tc.institution  # noqa: B018 — fetched already by whoever shows the class
    with CaptureQueriesContext(connection) as queries:
        transcript_data(c.tc)
    assert len(queries) == 6


# Excel ---------------------------------------------------------------------------------------------------------------

READERS = [by_openpyxl, by_calamine]


@pytest.mark.parametrize("read", READERS)
def test_the_workbook_has_the_annex_in_cells(c: ClassAt, read: Callable[[bytes], list[list[Any]]]) -> None:
    rows = read(transcript_workbook(c.tc))
    sheet = transcript_data(c.tc)
    assert rows[0][0] == "工学一体化教师培训成绩单"
    assert tuple(row[0] for row in rows[1:4]) == sheet.header
    assert rows[5][:6] == ["序号", "姓名", "性别", "身份证号码", "单位", "联系电话"]
    assert (rows[5][6], rows[5][8], rows[6][6:8]) == ("成绩", "证书编号", ["过程性考核", "终结性考核"])
    assert len(rows) == FIRST_ROW + 30 and rows[-1][0] == 30
    for row, cells in zip(sheet.rows, rows[FIRST_ROW:], strict=False):
        assert cells[1:6] == [row.name, row.sex, row.id_number, row.employer, row.phone]
        assert all(isinstance(cells[i], str) for i in (3, 5))
        assert [None if m is None else Decimal(str(m)) for m in cells[6:8]] == [row.process, row.final]
        assert cells[8] == (row.certificate_number or None)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "payload",
    ["=1+1", "@x", "+1", "-1", '=HYPERLINK("http://x","y")', "http://x.example", "00123", "\t=1", "{=1}"],
)
def test_no_name_becomes_a_formula_a_link_or_a_number(
    c: ClassAt, read: Callable[[bytes], list[list[Any]]], payload: str
) -> None:
    account = c.attendees[0].application.person.account_id
    Account.objects.filter(pk=account).update(name=payload)
    data = transcript_workbook(c.tc)
    assert read(data)[FIRST_ROW][1] == payload
    if read is by_openpyxl:
        sheet = load_workbook(io.BytesIO(data)).active
        assert sheet is not None and not sheet._hyperlinks
