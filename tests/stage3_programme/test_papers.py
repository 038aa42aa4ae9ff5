"""The programme as PDF and as Word: official parts, frozen once filed, the same bytes, any length."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import docx
import pytest
from django.urls import reverse
from docx.oxml.ns import qn
from docx.shared import Length
from pypdf import PdfReader

from gongxue.regulations.levels import modules_of
from gongxue.regulations.programme import SECTIONS
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.exports import Paper, draft_paper, filed_as_paper, pdf, word
from gongxue.stage3_programme.models import CourseSession, FiledProgramme, Programme
from gongxue.stage3_programme.queries import filed_version, programme_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
FACES = ("宋体", "黑体", "楷体", "仿宋")


def draft(c: ClassAt) -> Paper:
    row = programme_of(c.tc)
    assert row is not None
    row.training_class = c.tc
    return draft_paper(row)


def filed(c: ClassAt) -> Paper:
    row = filed_version(c.tc)
    assert row is not None
    row.training_class = c.tc
    return filed_as_paper(row)


def pages(data: bytes) -> list[str]:
    """The text of every page without blanks."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def words_in(data: bytes) -> str:
    """Every word of a .docx: paragraphs, tables, in the order of the file, without blanks."""
    body = docx.Document(io.BytesIO(data)).element.body
    return "".join("".join(node.text or "" for node in body.iter(qn("w:t"))).split())


def test_both_papers_say_everything_of_the_programme(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    made = filed(c)
    for text in ("".join(pages(pdf(made))), words_in(word(made))):
        for title in SECTIONS.values():
            assert f"、{title}" in text
        for module in modules_of(c.tc.level_enum):
            assert module.title in text
        for invitation in accepted(c.tc):
            assert invitation.person.name in text
            assert "".join(invitation.person.employer.name.split()) in text
        for words in (
            "工学一体化教师培训方案", c.tc.institution.name, made.number, "56课时", "过程性考核", "终结性考核",
            "说课", "授课骨干教师确认", "培训机构报送", "省级审核并报备", "第8课时",
        ):  # fmt: skip
            assert words in text, words
        assert "草案" not in text


def test_a_draft_is_marked_on_every_page(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    made = draft(c)
    assert all("草案第" in page for page in pages(pdf(made)))
    book = docx.Document(io.BytesIO(word(made)))
    assert "草案第" in "".join(p.text for p in book.sections[1].header.paragraphs)
    assert not book.sections[2].header.is_linked_to_previous or book.sections[2].header.paragraphs[0].text
    assert "报备后生成" in words_in(word(made))


def test_a4_upright_and_the_timetable_across(class_at: ClassAtFixture) -> None:
    made = filed(class_at("filed"))
    shapes = [
        (round(p.mediabox.width), round(p.mediabox.height)) for p in PdfReader(io.BytesIO(pdf(made))).pages
    ]
    assert set(shapes[:-1]) == {(595, 842)}
    assert shapes[-1] == (842, 595)
    sections = docx.Document(io.BytesIO(word(made))).sections
    assert [
        (round(Length(s.page_width or 0).mm), round(Length(s.page_height or 0).mm)) for s in sections
    ] == [
        (210, 297),
        (210, 297),
        (297, 210),
    ]


def test_the_timetable_in_word_is_one_grid(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    table = docx.Document(io.BytesIO(word(filed(c)))).tables[-1]
    assert (len(table.columns), len(table.rows)) == (9, 1 + len(c.tc.days_list))
    for row in table.rows:
        spans = [int(g.val) if (g := tc.tcPr.gridSpan) is not None else 1 for tc in row._tr.tc_lst]
        assert sum(spans) == 9, "merged cells fill the row"
    assert list(table.rows[0]._tr.iter(qn("w:tblHeader"))), "the heading comes again on every page"


def test_word_uses_the_faces_that_chinese_offices_have(class_at: ClassAtFixture) -> None:
    book = docx.Document(io.BytesIO(word(draft(class_at("drafted")))))
    faces = {f.get(qn("w:eastAsia")) for f in book.element.body.iter(qn("w:rFonts"))}
    assert faces <= set(FACES)
    assert book.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"


@pytest.mark.parametrize("stage", ["drafted", "filed"])
def test_the_same_programme_gives_the_same_bytes(class_at: ClassAtFixture, stage: str) -> None:
    c = class_at(stage)
    make = draft if stage == "drafted" else filed
    assert pdf(make(c)) == pdf(make(c))
    assert word(make(c)) == word(make(c))


def test_pdf_is_archival(class_at: ClassAtFixture) -> None:
    about = PdfReader(io.BytesIO(pdf(filed(class_at("filed"))))).xmp_metadata
    assert about is not None
    assert "pdfaid:part" in about.stream.get_data().decode()


def test_a_filed_paper_stays_as_it_was_filed(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    before = (pdf(filed(c)), word(filed(c)))
    Programme.objects.inside(training_class=c.tc).update(venue="后来改的地方")
    CourseSession.objects.inside(training_class=c.tc).delete()
    type(c.tc).objects.unscoped("a test").filter(pk=c.tc.pk).update(headcount=3, days=1)
    c.tc.refresh_from_db()
    assert (pdf(filed(c)), word(filed(c))) == before


def test_what_was_filed_before_the_team_was_frozen_is_read_from_the_class(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    row = filed_version(c.tc)
    assert row is not None
    old = {key: row.content[key] for key in ("sections", "final_mode", "sessions")}
    made = filed_as_paper(
        FiledProgramme(
            training_class=c.tc,
            version=row.version,
            content=old,
            filed_by=row.filed_by,
            filed_at=row.filed_at,
        )
    )
    assert len(made.team) == 5
    assert "省级审核并报备" in "".join(pages(pdf(made)))


def test_a_very_long_programme_keeps_every_word(class_at: ClassAtFixture) -> None:
    made = filed(class_at("filed"))
    text = "围绕企业真实工作任务设计学习任务。" * 230 + "此处为末句。"
    long = replace(
        made,
        sections=tuple({**one, "paragraphs": [text]} for one in made.sections),
        team=tuple(
            (seat, "阿卜杜热合曼·麦麦提明·买买提艾力", "某某高级技工学校" * 6) for seat, _, _ in made.team
        ),
        days=made.days * 5,
        columns=made.columns,
    )
    found = pages(pdf(long))
    assert sum(page.count("此处为末句。") for page in found) == 6
    assert len([page for page in found if "日期" in page]) > 1, "the heading of the timetable comes again"
    assert words_in(word(long)).count("此处为末句。") == 6


@pytest.mark.parametrize(
    "text", ["<w:t>&amp;</w:t> {{ 7*7 }} #sys.inputs $x$ *a* _b_ @c", "一\n\n  二\r\n三"]
)
def test_text_is_set_as_text(class_at: ClassAtFixture, text: str) -> None:
    c = class_at("drafted")
    Programme.objects.inside(training_class=c.tc).update(venue=text)
    made = draft(c)
    for found in ("".join(pages(pdf(made))), words_in(word(made))):
        assert "".join(text.split()) in found


def statuses(c: ClassAt, signed_in: SignedIn, name: str, **more: Any) -> dict[str, int]:
    where = reverse(name, kwargs={"pk": c.tc.pk, **more})
    return {who: signed_in(role).get(where).status_code for who, role in c.actors().items()}


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_who_may_have_the_papers(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, kind: str
) -> None:
    c = class_at("admitted")
    at_time(c.now)
    latest = filed_version(c.tc)
    assert latest is not None
    page = statuses(c, signed_in, "programme.filed", version=latest.version)
    assert statuses(c, signed_in, f"programme.filed.{kind}", version=latest.version) == page
    found = statuses(c, signed_in, f"programme.{kind}")
    assert found == page | {who: 403 for who in page if who == "trainee" or who.startswith("trainee")}
    assert set(statuses(c, signed_in, f"programme.filed.{kind}", version=99).values()) <= {404, 403}


def test_files_are_named_for_people(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("drafted")
    at_time(c.now)
    client = signed_in(c.staff)
    answer = client.get(reverse("programme.docx", args=[c.tc.pk]))
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert "filename" in answer["Content-Disposition"]
    shown = client.get(reverse("programme", args=[c.tc.pk]), {"view": "read"}).content.decode()
    assert reverse("programme.pdf", args=[c.tc.pk]) in shown


def test_nothing_written_has_no_paper(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("staffed")
    at_time(c.now)
    assert signed_in(c.staff).get(reverse("programme.pdf", args=[c.tc.pk])).status_code == 404


def test_a_character_without_a_glyph_is_said(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    Programme.objects.inside(training_class=c.tc).update(venue="𓀀 楼")
    client = signed_in(c.staff)
    answer = client.get(reverse("programme.pdf", args=[c.tc.pk]), follow=True)
    assert "字库中没有" in answer.content.decode()
    assert client.get(reverse("programme.docx", args=[c.tc.pk])).status_code == 200
