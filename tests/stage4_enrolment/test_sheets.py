"""Form 1 as a file: whole for its applicant, masked for whoever reviews, not there for anybody else."""

from __future__ import annotations

import io

import docx
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from gongxue.stage4_enrolment.models import Application
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage4_enrolment.conftest import answers_for, applied, begun, newcomers


def pdf_words(client: Client, name: str, application: Application) -> str:
    answer = client.get(reverse(name, args=[application.pk]))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def word_words(client: Client, name: str, application: Application) -> str:
    book = docx.Document(io.BytesIO(client.get(reverse(name, args=[application.pk])).content))
    return "".join(node.text or "" for node in book.element.body.iter() if node.tag.endswith("}t"))


@pytest.fixture
def c(class_at: ClassAtFixture) -> ClassAt:
    return class_at("announced")


def test_ones_own_sheet_has_the_full_numbers(c: ClassAt, signed_in: SignedIn) -> None:
    application = applied(c, c.people.trainee)
    person = application.person
    for words in (
        pdf_words(signed_in(c.people.trainee), "application.pdf", application),
        word_words(signed_in(c.people.trainee), "application.docx", application),
    ):
        assert person.id_number.reveal() in words
        assert person.phone in words
        assert person.name in words
        assert "学院路1号" in words
        assert "已同意推荐" in words


def test_a_draft_can_be_printed_unsigned(c: ClassAt, signed_in: SignedIn) -> None:
    role = newcomers(c, 1)[0]
    draft = begun(c, role, {"13": "数控加工"})
    words = pdf_words(signed_in(role), "application.pdf", draft)
    assert "数控加工" in words
    assert "申请人签名：日期：" in words


def test_a_reviewer_gets_what_the_page_shows(c: ClassAt, signed_in: SignedIn) -> None:
    application = applied(c, c.people.trainee)
    person = application.person
    for role in (c.people.xingtai.staff, c.instructors[0]):
        words = pdf_words(signed_in(role), "applicant.pdf", application)
        assert person.id_number.reveal() not in words
        assert person.phone not in words
        assert str(person.id_number) in words
        assert "学院路1号" in words
    words = word_words(signed_in(c.people.centre), "applicant.docx", application)
    assert "学院路1号" not in words
    assert person.id_number.reveal() not in words
    assert person.name in words


def test_the_sheet_is_not_there_for_others(c: ClassAt, signed_in: SignedIn) -> None:
    application = applied(c, c.people.trainee)
    other = newcomers(c, 1)[0]
    for name in ("application.pdf", "application.docx"):
        assert signed_in(other).get(reverse(name, args=[application.pk])).status_code == 404
        assert signed_in(c.people.xingtai.staff).get(reverse(name, args=[application.pk])).status_code == 403
    for name in ("applicant.pdf", "applicant.docx"):
        assert (
            signed_in(c.people.changzhou.staff).get(reverse(name, args=[application.pk])).status_code == 404
        )
        assert signed_in(c.people.trainee).get(reverse(name, args=[application.pk])).status_code == 403


def test_a_draft_is_nobody_elses_business(c: ClassAt, signed_in: SignedIn) -> None:
    draft = begun(c, newcomers(c, 1)[0], answers_for(c))
    assert signed_in(c.people.xingtai.staff).get(reverse("applicant.pdf", args=[draft.pk])).status_code == 404


def test_the_sheet_can_be_reached_from_its_page(c: ClassAt, signed_in: SignedIn) -> None:
    application = applied(c, c.people.trainee)
    page = signed_in(c.people.trainee).get(reverse("application", args=[application.pk])).content.decode()
    assert reverse("application.pdf", args=[application.pk]) in page
    page = signed_in(c.people.xingtai.staff).get(reverse("applicant", args=[application.pk])).content.decode()
    assert reverse("applicant.docx", args=[application.pk]) in page


def test_form_1_of_the_class_as_excel(c: ClassAt, signed_in: SignedIn) -> None:
    applied(c, c.people.trainee)
    begun(c, newcomers(c, 1)[0], {"13": "草稿专业"})
    address = reverse("applicants.form1", args=[c.tc.pk])
    for role in (c.people.xingtai.staff, c.instructors[0], c.people.hebei):
        book = openpyxl.load_workbook(io.BytesIO(signed_in(role).get(address).content))
        sheet = book["答案（第1版）"]
        names = [row[3].value for row in sheet.iter_rows(min_row=3)]
        assert names == [c.people.trainee.account.name]
        words = {str(cell.value) for row in sheet.iter_rows() for cell in row}
        assert "学院路1号" not in words
        assert "草稿专业" not in words
        assert "逐项统计（第1版）" in book.sheetnames
    assert signed_in(c.people.changzhou.staff).get(address).status_code == 404
    assert signed_in(c.examiners[0]).get(address).status_code == 403


def test_more_applicants_cost_no_more_queries(c: ClassAt, signed_in: SignedIn) -> None:
    def queries() -> int:
        client = signed_in(c.people.xingtai.staff)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("applicants.form1", args=[c.tc.pk])).status_code == 200
        return len(seen)

    first, *others = newcomers(c, 4)
    applied(c, first)
    before = queries()
    for role in others:
        applied(c, role)
    assert queries() == before
