"""Workbooks that are broken, too large, foreign or mean harm: refused in words, cheaply, and nothing is written."""

from __future__ import annotations

import io
import random
import time
import zipfile

import pytest
from django.db import connection

from gongxue.foundation.identity.models import Account
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.stage4_enrolment.models import ApplicantImport, Application
from gongxue.stage4_enrolment.report_exports import problems_workbook
from gongxue.stage4_enrolment.report_import import confirm_report, keep_report, kept_report
from gongxue.stage4_enrolment.report_sheet import ROWS
from tests.cast import ClassAt, ClassAtFixture
from tests.parties.workbooks import read_back, upload, workbook
from tests.stage4_enrolment.conftest import school_of
from tests.stage4_enrolment.reporting import HEADINGS, drafts, sent, teachers

FORMULAS = ("=1+1", "=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@x", "\t=1", '=HYPERLINK("http://x")', "{=1}")


def refused(c: ClassAt, data: bytes, name: str = "名单.xlsx") -> str:
    """The sentence with which a file is refused; nothing was kept and it took no five seconds."""
    begun = time.process_time()
    with pytest.raises(RuleBroken) as found:
        keep_report(upload=upload(data, name), training_class=None, by=school_of(c.people.trainee), now=c.now)
    assert time.process_time() - begun < 5
    assert not ApplicantImport.objects.unscoped("a test").exists()
    (breach, *_) = found.value.breaches
    assert breach.way_out
    return breach.says


def _zip(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return made.getvalue()


def test_broken_and_foreign_files_are_refused_in_words(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    good = workbook(teachers(c, 3), headings=HEADINGS)
    dice = random.Random(7)
    files = {
        "nothing": b"",
        "truncated": good[: len(good) // 2],
        "no workbook": _zip(readme_xml=b"<a/>"),
        "no sheet": _zip(xl__workbook_xml=b"<workbook/>"),
        "xxe": _zip(xl__workbook_xml=b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook>&x;</workbook>'),
        "noise": b"PK\x03\x04" + dice.randbytes(4000),
        "pdf": b"%PDF-1.7\n" + dice.randbytes(200),
        "old excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "bomb": _zip(xl__workbook_xml=bytes(30_000_000)),
        "overwritten": good[:200] + dice.randbytes(60) + good[260:],
    }  # fmt: skip
    for name, data in files.items():
        assert refused(c, data), name


def test_a_workbook_of_something_else_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    assert refused(c, workbook([["1", "2"]], headings=("甲", "乙"))) == "没有找到表头。"
    assert (
        refused(c, workbook([["章文君", "河北第一技师学院"]], headings=("姓名", "单位")))
        == "缺少列：身份证号码。"
    )


def test_more_rows_than_a_file_holds_are_refused_as_they_are_read(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    row = ["", "章文君", "1", "", "", ""]
    assert refused(c, workbook([row] * (ROWS + 1), headings=HEADINGS)) == "一个文件最多 10,000 人。"


def test_columns_that_nobody_asked_for_write_nothing(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    (line,) = teachers(c, 1)
    more = ("状态", "名单序号", "单位意见", "is_staff", "seat", "state", "reported_by", "登录名", "角色")
    data = workbook(
        [[*line, "已录取", "1", "已出具", "1", "1", "admitted", "1", "admin", "部指导中心工作人员"]],
        headings=(*HEADINGS, *more),
    )
    by = school_of(c.people.trainee)
    kept = keep_report(upload=upload(data), training_class=None, by=by, now=c.now)
    confirm_report(applicant_import=kept, by=by, now=c.now)
    (row,) = drafts(c)
    assert (row.state, row.seat, row.endorsed_at, row.submitted_at) == ("draft", None, None, None)
    account = Account.objects.get(pk=row.person.account_id)
    assert account.sign_in_name != "admin" and [r.duty for r in account.roles.all()] == ["trainee"]


def test_cells_that_look_like_formulas_come_back_as_the_same_text(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    lines = [[*line, payload] for line, payload in zip(teachers(c, len(FORMULAS)), FORMULAS, strict=True)]
    by = school_of(c.people.trainee)
    data = workbook(lines, headings=(*HEADINGS, "备注"))
    kept = keep_report(upload=upload(data), training_class=None, by=by, now=c.now)
    made = problems_workbook(kept_report(kept), c.now)
    assert [row[-2].strip() for row in read_back(made)[2:]] == [payload.strip() for payload in FORMULAS]
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_no_number_stands_anywhere_in_clear(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    by = school_of(c.people.trainee)
    good, bad = teachers(c, 4), teachers(c, 2, seed=3, phone="12")
    kept = sent(c, by, [*good, *bad])
    confirm_report(applicant_import=kept, by=by, now=c.now)
    wanted = {line[2] for line in (*good, *bad)}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text = repr(
                [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]
            )
            assert not [number for number in wanted if number in text], table
    assert Application.objects.unscoped("a test").filter(training_class=c.tc).count() == 4
