"""The public page of blank forms."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from gongxue.foundation import clock
from gongxue.foundation.official_forms.exports import WORD_TYPE
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.regulations.official_forms import FORMS
from tests.prepared import Books


@pytest.mark.parametrize("code", [form.code for form in FORMS])
def test_anybody_may_read_and_take_along_every_form(books: Books, code: str) -> None:
    title = next(form.title for form in FORMS if form.code == code)
    page = Client().get("/forms/all/").content.decode()
    assert title in page
    assert f"/forms/{code}/?as=pdf" in page
    assert title in Client().get(f"/forms/{code}/").content.decode()
    made = Client().get(f"/forms/{code}/", {"as": "pdf"})
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF-")
    assert "attachment" in made["Content-Disposition"]
    made = Client().get(f"/forms/{code}/", {"as": "docx"})
    assert made["Content-Type"] == WORD_TYPE
    assert made.content.startswith(b"PK")


def test_a_file_of_one_level_leaves_the_others_out(books: Books) -> None:
    made = Client().get("/forms/form1/", {"as": "pdf", "level": "3"}).content
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert "课程标准校本转化" not in words
    assert "教学场地和设施使用管理" in words


def test_the_list_costs_one_query_and_names_the_version_in_force(books: Books) -> None:
    later = FormVersion.objects.get(code="form6").definition | {"version": 2, "title": "新的总结"}
    FormVersion.objects.create(
        code="form6", number=2, title="新的总结", effective_from=clock.today(), definition=later
    )
    FormVersion.objects.create(
        code="form6",
        number=3,
        title="明天的总结",
        effective_from=clock.today() + timedelta(days=1),
        definition=later,
    )
    with CaptureQueriesContext(connection) as seen:
        words = Client().get("/forms/all/").content.decode()
    assert len(seen) == 1
    assert "新的总结" in words
    assert "明天的总结" not in words
    assert "培训机构工学一体化教师培训工作总结" not in words


@pytest.mark.parametrize("code", ["form1", "form2"])
def test_anybody_may_print_a_blank_form(books: Books, code: str) -> None:
    page = Client().get(f"/forms/{code}/")
    assert page.status_code == 200
    words = page.content.decode()
    assert "课程标准校本转化" in words
    assert "教学场地和设施使用管理" in words
    assert "data-print" in words


def test_one_level_leaves_the_others_out(books: Books) -> None:
    words = Client().get("/forms/form1/", {"level": "3"}).content.decode()
    assert "课程标准校本转化" not in words
    assert "教学场地和设施使用管理" in words
    assert "签字（盖章）" in words
    assert "1寸照片" in words


@pytest.mark.parametrize("level", ["9", "骨干教师培训班", "<i>", "3\x00"])
def test_a_level_that_is_none_shows_all(books: Books, level: str) -> None:
    page = Client().get("/forms/form1/", {"level": level})
    assert page.status_code == 200
    words = page.content.decode()
    assert "课程标准校本转化" in words
    assert "教学场地和设施使用管理" in words
    assert "<i>" not in words


@pytest.mark.parametrize("code", ["form9", "x" * 300, "form1-"])
def test_an_unknown_form_is_not_there(books: Books, code: str) -> None:
    assert Client().get(f"/forms/{code}/").status_code == 404


def test_a_blank_form_costs_one_query(books: Books) -> None:
    Client().get("/forms/form1/")
    with CaptureQueriesContext(connection) as seen:
        Client().get("/forms/form1/")
    assert len(seen) == 1
