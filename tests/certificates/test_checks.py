"""A workbook of certificates to check: answers line by line as the public query, nothing kept, counted, limited."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.certificates import kept_checks
from gongxue.certificates.actions import check_list
from gongxue.certificates.checking import (
    ANSWER,
    ANSWERED,
    DAMAGED,
    GUESSED,
    MISSED,
    TOO_FEW,
    Line,
    Sheet,
    answered,
)
from gongxue.certificates.lookup import MANY, lookup, lookup_many, question_of
from gongxue.certificates.models import Certificate, CheckedWorkbook, LedgerEntry
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.jobs.models import Job
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.certificate_checks import LINES_A_DAY, WORKBOOKS_A_DAY
from gongxue.regulations.roles import Permission
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.certificates.reading import end
from tests.parties.workbooks import upload, workbook
from tests.stage4_enrolment.conftest import school_of

WHERE = "/certificates/checks/"
COLUMNS = ["姓名", "身份证号", "证书编号", "部门"]
AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("issued")
    at_time(c.now)
    return c


def identity(certificate: Certificate) -> str:
    return certificate.person.id_number.reveal()


def sheet(*rows: list[str]) -> Sheet:
    return Sheet(COLUMNS, [Line(row) for row in rows])


def answers(found: Sheet) -> list[str]:
    return [line.answer[0] for line in found.lines]


def _rows(c: ClassAt) -> list[list[str]]:
    one, other = c.certificates[:2]
    return [
        [one.holder, identity(one), "", "甲"],
        [one.holder, "", one.number, "乙"],
        ["", identity(one).lower(), one.number, "丙"],
        [one.holder, identity(other), "", "丁"],
        [one.holder, identity(one), other.number, "戊"],
        [one.holder, "", "", "己"],
        ["%", "", one.number, "庚"],
    ]


@pytest.mark.postgresql
def test_every_line_is_answered_as_the_public_query_answers(c: ClassAt) -> None:
    found = answered(sheet(*_rows(c)))
    assert answers(found) == ["有效", "有效", "有效", MISSED, MISSED, TOO_FEW, MISSED]
    for line in found.lines:
        question = question_of(*line.cells[:3])
        single = lookup(question) if question.is_complete else []
        assert [row.number for row in single] == (line.answer[1].split("\n") if len(line.answer) > 1 else [])
    number, level, category, issuer, on = found.lines[0].answer[1:]
    assert (number, level, issuer) == (c.certificates[0].number, "三级", "邢台技师学院")
    assert (category, on) == ("机械类", c.certificates[0].issued_on.isoformat())


def test_what_has_ended_is_named(c: ClassAt) -> None:
    one = c.certificates[0]
    end(one, LedgerEntry.Kind.VOIDED, c)
    (line,) = answered(sheet([one.holder, "", one.number, ""])).lines
    assert line.answer[0] == "已作废"


@pytest.mark.postgresql
def test_a_school_finds_those_whom_it_enrolled_and_nobody_else(c: ClassAt) -> None:
    rows = [[one.holder, "", one.number, ""] for one in c.certificates]
    employers = [one.attendee.application.employer_id for one in c.certificates]
    own = employers[0]
    found = answers(answered(sheet(*rows), enrolled_from=own))
    assert found == ["有效" if employer == own else MISSED for employer in employers] and "有效" in found
    assert set(answers(answered(sheet(*rows), enrolled_from=c.tc.institution_id))) == {MISSED}


def test_ten_thousand_lines_take_a_statement_for_five_hundred(c: ClassAt) -> None:
    one = c.certificates[0]
    questions = [question_of(name=one.holder, number=f"1300920230{n:05d}") for n in range(2 * MANY)]
    questions.append(question_of(name=one.holder, id_number=identity(one)))
    with CaptureQueriesContext(connection) as captured:
        found = lookup_many(questions)
    assert len(captured) == 3 and [bool(rows) for rows in found] == [False] * 2 * MANY + [True]


def test_a_list_of_guesses_beside_one_name_is_not_answered(c: ClassAt) -> None:
    one = c.certificates[0]
    guesses = [[one.holder, f"9{n:017d}", "", ""] for n in range(20)]
    assert set(answers(answered(sheet(*guesses)))) == {MISSED}
    found = answers(answered(sheet(*guesses, [one.holder, identity(one), "", ""])))
    assert set(found) == {GUESSED}


# The page ----------------------------------------------------------------------------------------------------------


def _sent(client: Any, rows: list[list[Any]], headings: list[str] | None = None) -> Any:
    file = upload(workbook(rows, headings=headings or COLUMNS))
    return client.post(WHERE, {"workbook": file, "once": f"check {len(rows)}"})


def _fetched(client: Any, where: str) -> list[tuple[Any, ...]]:
    answer = client.post(f"{where}take/")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer) if answer.streaming else answer.content))
    return list(book.active.iter_rows(values_only=True))[1:]


def test_a_workbook_comes_back_with_its_answers_and_is_gone(c: ClassAt, signed_in: SignedIn) -> None:
    client, one = signed_in(c.certificate_officer), c.certificates[0]
    where = _sent(client, [*_rows(c)[:2], [one.holder, int(identity(one)[:17] + "0"), "", "辛"]])["Location"]
    page = client.get(where).content.decode()
    assert "有效" in page and "未核验" in page and identity(one) not in page
    heading, *lines = _fetched(client, where)
    assert heading == (*COLUMNS, *ANSWERED)
    assert lines[0][:5] == (one.holder, identity(one), None, "甲", "有效")
    assert lines[2][4] == DAMAGED
    assert client.post(f"{where}take/").status_code == 422
    row = CheckedWorkbook.objects.unscoped("test").get()
    assert (row.state, bytes(row.sealed), row.counts) == ("gone", b"", {"有效": 2, "未核验": 1})
    assert "已经删除" in client.get(where).content.decode()


def test_an_earlier_answer_is_replaced(c: ClassAt, signed_in: SignedIn) -> None:
    client, one = signed_in(c.staff), c.certificates[0]
    headings = ["姓名", "证书编号", ANSWER]
    where = _sent(client, [[one.holder, one.number, "已作废"]], headings)["Location"]
    heading, line = _fetched(client, where)
    assert heading == ("姓名", "证书编号", *ANSWERED) and line[2] == "有效"


def test_many_lines_are_a_job_that_says_how_far_it_is(c: ClassAt, signed_in: SignedIn) -> None:
    client, one = signed_in(c.province), c.certificates[0]
    rows = [[one.holder, "", f"1300920230{n:05d}", ""] for n in range(600)] + [
        [one.holder, "", one.number, ""]
    ]
    where = _sent(client, rows)["Location"]
    assert client.get(f"{where}progress/").json() == {
        "ended": False, "done": 0, "of": 601, "says": "正在等待处理"
    }  # fmt: skip
    inputs = Job.objects.get(path__endswith="run_check").inputs
    assert inputs["kwargs"] == {"workbook": CheckedWorkbook.objects.unscoped("test").get().pk}
    drain()
    assert (
        client.get(f"{where}progress/").json() | {"done": 601, "ended": True}
        == client.get(f"{where}progress/").json()
    )
    assert len(_fetched(client, where)) == 602


def test_whose_certificates_were_checked_stands_nowhere(c: ClassAt) -> None:
    one = c.certificates[0]
    row = check_list(sheet=sheet(*_rows(c)), name="名单.xlsx", by=c.staff, now=c.now)
    event = Event.objects.unscoped("test").get(code=Permission.CHECK_LIST)
    assert event.changes == {"checked": [None, 7]}
    kept = f"{event.about_text} {event.reason} {event.changes} {row.counts} {row.name}"
    assert identity(one) not in kept and one.holder not in kept
    assert identity(one).encode() not in bytes(row.sealed) and one.holder.encode() not in bytes(row.sealed)


def test_what_nobody_fetches_is_forgotten_after_an_hour(c: ClassAt) -> None:
    row = check_list(sheet=sheet(*_rows(c)), name="名单.xlsx", by=c.staff, now=c.now)
    assert kept_checks.forget_old(c.now + timedelta(minutes=59)) == 0
    assert kept_checks.forget_old(c.now + timedelta(minutes=61)) == 1
    row.refresh_from_db()
    assert (row.state, bytes(row.sealed)) == ("gone", b"")
    assert kept_checks.answer(row.pk, c.staff) == {"checked": 0}


def test_limits_of_the_day_are_the_organisations(c: ClassAt) -> None:
    def earlier(lines: int, number: int = 1) -> None:
        CheckedWorkbook.objects.all().unscoped("test").delete()
        CheckedWorkbook.objects.bulk_create(
            CheckedWorkbook(
                account=c.staff.account, organisation=c.tc.institution, name="x", uploaded_at=c.now,
                lines=lines, state="gone",
            )
            for _ in range(number)
        )  # fmt: skip

    def again(by: Role = c.certificate_officer, days: int = 0) -> str:
        try:
            check_list(sheet=sheet(*_rows(c)), name="x.xlsx", by=by, now=c.now + timedelta(days=days))
        except RuleBroken as refusal:
            return refusal.breaches[0].rule
        return ""

    earlier(LINES_A_DAY - 6)
    assert again() == "check.a_day" and again(c.province) == "" and again(days=1) == ""
    earlier(1, WORKBOOKS_A_DAY)
    assert again() == "check.workbooks"


@pytest.mark.parametrize(
    ("headings", "rows", "says"),
    [
        (["姓名", "部门"], [["张三", "甲"]], "没有找到表头"),
        (COLUMNS, [], "表头下面没有内容"),
        (COLUMNS, [["张三", "", "1", ""]] * 10_001, "最多 10,000 行"),
    ],
)
def test_what_is_no_list_is_refused_in_words(
    c: ClassAt, signed_in: SignedIn, headings: list[str], rows: list[list[str]], says: str
) -> None:
    answer = _sent(signed_in(c.staff), rows, headings)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not CheckedWorkbook.objects.unscoped("test").exists()


def test_who_may_check_and_who_may_see(c: ClassAt, signed_in: SignedIn) -> None:
    where = _sent(signed_in(c.staff), _rows(c))["Location"]
    for other in (c.certificate_officer, c.province, c.people.centre, school_of(c.people.trainee)):
        client = signed_in(other)
        assert client.get(WHERE).status_code == 200
        assert client.get(where).status_code == 404 and client.post(f"{where}take/").status_code == 404
    for stranger in (c.trainees[0], c.coordinator):
        assert signed_in(stranger).get(WHERE).status_code == 403
        with pytest.raises(NotAllowed):
            check_list(sheet=sheet(*_rows(c)), name="x", by=stranger, now=c.now)
