"""The pages of reported teachers: upload, preview, confirmation, passwords, who comes in, how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.stage4_enrolment.actions import report_applicants
from gongxue.stage4_enrolment.models import ApplicantImport
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.parties.workbooks import read_back, upload, workbook
from tests.stage4_enrolment.conftest import begun, school_of
from tests.stage4_enrolment.reporting import HEADINGS, as_rows, drafts, teachers

WHERE = "/reports/"
AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    found = class_at("announced")
    at_time(found.now)
    return found


@pytest.fixture
def school(c: ClassAt, signed_in: SignedIn) -> Client:
    return signed_in(school_of(c.people.trainee))


def send(client: Client, lines: list[list[Any]], where: str = WHERE) -> Any:
    return client.post(where, {"workbook": upload(workbook(lines, headings=HEADINGS)), "once": where})


def text(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return answer.content.decode()


def test_from_the_workbook_to_the_passwords(c: ClassAt, school: Client) -> None:
    assert str(c.tc.pk) in text(school, WHERE) and "还没有报送过教师" in text(school, WHERE)
    where = send(school, [*teachers(c, 3), *teachers(c, 1, seed=4, phone="12")])["Location"]
    page = text(school, where)
    assert "报送 3 名教师" in page and "手机号码应为 11 位数字" in page and not drafts(c)
    again = school.post(f"{where}confirm/", {"once": "c"})
    assert again["Location"] == where and len(drafts(c)) == 3
    school.post(f"{where}confirm/", {"once": "c"})
    assert len(drafts(c)) == 3
    secrets = read_back(school.post(f"{where}passwords/", {"once": "p"}).content)
    assert len(secrets) == 5 and school.post(f"{where}passwords/", {"once": "p"}).status_code == 302
    listed = text(school, WHERE)
    assert all(row.person.name in listed for row in drafts(c)) and "待本人填写提交" in listed
    problems = read_back(school.get(f"{where}problems.xlsx").content)
    assert len(problems) == 3 and problems[2][-1].startswith("手机号码")
    school.post(f"{where}drop/")
    assert "没有发放" not in text(school, where) and "名单内容已删除" in text(school, where)


def test_from_the_page_of_a_class_rows_need_no_number(c: ClassAt, signed_in: SignedIn) -> None:
    staff = signed_in(c.staff)
    assert f"/reports/?class={c.tc.pk}" in text(staff, f"/classes/{c.tc.pk}/applicants/")
    where = send(staff, teachers(c, 2, klass=""), f"{WHERE}?class={c.tc.pk}")["Location"]
    staff.post(f"{where}confirm/", {"once": "c"})
    assert len(drafts(c)) == 2
    assert send(staff, teachers(c, 2, klass=""), f"{WHERE}?class=x9")["Location"]
    row = ApplicantImport.objects.unscoped("a test").latest("pk")
    assert (row.bad, row.training_class) == (2, None)


def test_a_workbook_is_seen_by_nobody_but_whoever_sent_it(
    c: ClassAt, school: Client, signed_in: SignedIn
) -> None:
    where = send(school, teachers(c, 1))["Location"]
    for role, status in [
        (c.staff, 404),
        (c.people.hebei, 404),
        (c.people.trainee, 403),
        (c.people.centre, 403),
    ]:
        client = signed_in(role)
        for page in (where, f"{where}problems.xlsx", f"{where}progress/"):
            assert client.get(page).status_code == status, (role, page)


def test_no_workbook_is_refused_in_words(c: ClassAt, school: Client) -> None:
    for name, data in [
        ("a.xlsx", b"PK\x03\x04 no"),
        ("a.xls", b""),
        ("a.xlsx", b"\xd0\xcf\x11\xe0"),
        ("a.csv", b"a,b"),
    ]:
        answer = school.post(WHERE, {"workbook": upload(data, name), "once": name})
        assert answer.status_code == 422, name
    assert not ApplicantImport.objects.unscoped("a test").exists()


def test_the_template_can_be_filled_in(c: ClassAt, school: Client) -> None:
    data = school.get(f"{WHERE}template.xlsx").content
    assert read_back(data)[0][:5] == ["班次编号", "姓名", "身份证号码", "手机", "单位名称"]


def test_what_stands_in_cells_is_text_and_nothing_else(c: ClassAt, school: Client) -> None:
    line = teachers(c, 1, name="<script>alert(1)</script>")
    where = send(school, line)["Location"]
    assert "<script>alert(1)" not in text(school, where)
    back = read_back(school.get(f"{where}problems.xlsx").content)
    assert back[2][1] == "<script>alert(1)</script>"


def test_whoever_was_reported_is_asked_to_agree_on_the_form(c: ClassAt, signed_in: SignedIn) -> None:
    role = c.people.trainee
    row = begun(c, role)
    client = signed_in(role)
    page = reverse("application", args=[row.pk])
    assert "我已阅读并同意" not in text(client, page)
    row.person.consented_at = None
    row.person.save(update_fields=["consented_at"])
    assert "我已阅读并同意" in text(client, page)
    client.post("/people/me/consent/", {"once": "a"})
    assert type(row.person).objects.unscoped("a test").filter(pk=row.person_id, consented_at=c.now).exists()
    assert "我已阅读并同意" not in text(client, page)


def test_the_page_asks_as_often_for_one_as_for_forty(c: ClassAt, school: Client) -> None:
    by = school_of(c.people.trainee)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            text(school, WHERE)
        return len(seen)

    report_applicants(rows=as_rows(teachers(c, 1)), by=by, now=c.now)
    asked()
    one = asked()
    report_applicants(rows=as_rows(teachers(c, 40, seed=5)), by=by, now=c.now)
    assert asked() == one
