"""The public page of blank forms."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.prepared import Books


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
