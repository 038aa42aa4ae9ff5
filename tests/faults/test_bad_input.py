"""What people try that must not be: each through the page and through the API, on both databases.

Every refusal names the rule, its article and the way out, and not one row of the books is changed by it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from gongxue.certificates.models import Certificate
from gongxue.foundation import clock
from gongxue.foundation.files import uploads
from gongxue.foundation.files.uploads import Slot
from gongxue.foundation.identity.actions import give_role
from gongxue.foundation.identity.models import Role
from gongxue.regulations.id_numbers import check_character
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission as P
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage4_enrolment.actions import admit_applicant
from gongxue.stage5_delivery.actions import hand_in, products
from gongxue.stage6_assessment.actions import (
    allow_retake,
    apply_retake,
    request_correction,
    score_final,
    score_process,
)
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, People, Plan
from tests.faults.books import ANY
from tests.faults.crowd import crowd
from tests.faults.doors import DOORS, Door, address_of, everything
from tests.foundation.files import specimens
from tests.routes import ABSENT

pytestmark = pytest.mark.postgresql
AtTime = Callable[[datetime], None]


@pytest.fixture(params=DOORS, ids=lambda door: door.name)
def door(request: pytest.FixtureRequest) -> Door:
    """The page, the API."""
    found: Door = request.param
    return found


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> AtTime:
    """at_time(moment): pages and API read this moment from now on."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Not one row of the books is another afterwards."""
    before = everything()
    yield
    assert everything() == before


# Too many, once more, too often -----------------------------------------------------------------------------------


def test_the_thirty_first_trainee(class_at: ClassAtFixture, at_time: AtTime, door: Door) -> None:
    c = class_at("announced")
    at_time(c.now)
    applications = crowd(c, 31)
    for application in applications[:30]:
        admit_applicant(application=application, by=c.staff, now=c.now)
    with nothing_changes():
        said = door.send(c.staff, P.ADMIT, applications[30].pk)
        assert said.refuses(422, "enrolment.class_full", "30", "技术规程第十一条(三)", "候补")


def test_a_second_certificate(class_at: ClassAtFixture, at_time: AtTime, door: Door) -> None:
    c = class_at("issued")
    at_time(c.now)
    with nothing_changes():
        said = door.send(c.certificate_officer, P.ISSUE, c.tc.pk)
        assert said.refuses(422, "certificate.nobody", "合格者均已发证", "管理指南第十七条", "只发一张")
    assert Certificate.objects.inside(training_class=c.tc).count() == 4


def _fails(c: ClassAt, part: Part) -> None:
    act, team = (score_process, c.instructors) if part == Part.PROCESS else (score_final, c.examiners)
    for by in team:
        act(attendee=c.attendees[0], mark="40", by=by, now=c.now)


def _sheet(c: ClassAt, part: Part) -> tuple[str, dict[str, Any]]:
    """The page on which a team scores has the sheets of everybody."""
    return f"/classes/{c.tc.pk}/score/{part}/", {"do": "submit", f"mark.{c.attendees[0].pk}": "90"}


def test_a_third_process_assessment(class_at: ClassAtFixture, at_time: AtTime, door: Door) -> None:
    c = class_at("taught", headcount=2)
    at_time(c.now)
    _fails(c, Part.PROCESS)
    hand_in(attendee=c.attendees[0], title="修改稿", by=c.trainees[0], now=c.now)
    _fails(c, Part.PROCESS)
    with nothing_changes():
        said = door.send(
            c.instructors[0], P.SCORE_PROCESS, c.attendees[0].pk, {"mark": "90"}, page=_sheet(c, Part.PROCESS)
        )
        assert said.status != 200
        assert "评分表不能修改" in said.text and "管理指南第十三条" in said.text and "成绩更正" in said.text
        hand = {"title": "第三稿"}
        where = (f"/classes/{c.tc.pk}/products/hand-in/", hand)
        again = door.send(c.trainees[0], P.HAND_IN, c.attendees[0].pk, hand, page=where)
        cited = ("技术规程第十二条(一)", "可二次提交") if door.name == "api" else ("结果见",)
        assert again.refuses(422, "hand_in.closed", "不能再提交", *cited)


def test_a_third_final_assessment(class_at: ClassAtFixture, at_time: AtTime, door: Door) -> None:
    c = class_at("process_scored", headcount=2)
    at_time(c.now)
    _fails(c, Part.FINAL)
    retake = apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now)
    allow_retake(retake=retake, by=c.staff, now=c.now)
    _fails(c, Part.FINAL)
    with nothing_changes():
        asked = door.send(c.trainees[0], P.APPLY_RETAKE, c.attendees[0].pk)
        assert asked.refuses(422, "attempt.third", "技术规程第十二条(二)")
        said = door.send(
            c.examiners[0], P.SCORE_FINAL, c.attendees[0].pk, {"mark": "90"}, page=_sheet(c, Part.FINAL)
        )
        assert said.status != 200
        assert "评分表不能修改" in said.text and "管理指南第十三条" in said.text


# What belongs to others, one's own, what was not seen -------------------------------------------------------------


FOREIGN = {  # act → the row of theirs, who of mine tries, inputs
    P.ADMIT: lambda c: c.tc.applications.unscoped(ANY).order_by("pk")[0].pk,
    P.CHECK_IN: lambda c: c.attendees[0].pk,
    P.FINISH_CLASS: lambda c: c.tc.pk,
    P.CONFIRM_RESULTS: lambda c: c.tc.pk,
}


@pytest.mark.parametrize("act", FOREIGN)
def test_what_belongs_to_another_institution(
    classes_at: ClassesAtFixture, at_time: AtTime, door: Door, act: P
) -> None:
    mine, theirs = classes_at(Plan("taught"), Plan("taught", "017", "1"))
    at_time(mine.now)
    inputs = {"pledged": True} if act == P.CHECK_IN else {}
    with nothing_changes():
        foreign = door.send(mine.staff, act, FOREIGN[act](theirs), inputs)
        absent = door.send(mine.staff, act, ABSENT, inputs)
    assert foreign.status == absent.status == 404
    assert _same(foreign.text) == _same(absent.text)


def _same(text: str) -> str:
    """An answer without what is fresh in each: the id of the request, the token of the form."""
    return re.sub(
        r"\"instance\": \"[0-9a-f]+\"|value=\"[A-Za-z0-9]{64}\"|\"X-CSRFToken\": ?\"[^\"]+\"", "", text
    )


def _both(c: ClassAt, role: Role) -> Role:
    """The duty of the province, held by somebody of the institution as well."""
    place = c.province.organisation
    given = give_role(
        account=role.account, organisation=place, duty="province", by=c.people.centre, now=c.now
    )
    return Role.objects.select_related("account", "organisation").get(pk=given.pk)


def _line(c: ClassAt) -> tuple[P, int, dict[str, Any]]:
    return P.APPROVE_LINE, c.tc.pk, {"seen": c.tc.version}


def _programme(c: ClassAt) -> tuple[P, int, dict[str, Any]]:
    row = programme_of(c.tc)
    assert row is not None
    return P.FILE_PROGRAMME, row.pk, {"seen": row.version}


def _correction(c: ClassAt) -> tuple[P, int, dict[str, Any]]:
    row = request_correction(
        attendee=c.attendees[0], part="final", new="88", reason="登记有误", by=c.staff, now=c.now
    )
    return P.COUNTERSIGN_CORRECTION, row.pk, {"seen": row.version}


APPROVALS = {"submitted": _line, "programme_submitted": _programme, "confirmed": _correction}


@pytest.mark.parametrize("stage", APPROVALS)
def test_approving_ones_own(class_at: ClassAtFixture, at_time: AtTime, door: Door, stage: str) -> None:
    c = class_at(stage)
    at_time(c.now)
    act, pk, inputs = APPROVALS[stage](c)
    both = _both(c, c.staff)
    with nothing_changes():
        said = door.send(both, act, pk, inputs)
        assert said.refuses(
            422, "approval.own", "不能审核自己提交的内容", "管理指南第二十五条(二)", "另一名工作人员"
        )


@pytest.mark.parametrize("stage", APPROVALS)
def test_approving_what_one_has_not_seen(
    class_at: ClassAtFixture, at_time: AtTime, door: Door, stage: str
) -> None:
    c = class_at(stage)
    at_time(c.now)
    act, pk, inputs = APPROVALS[stage](c)
    with nothing_changes():
        said = door.send(c.province, act, pk, {"seen": inputs["seen"] - 1})
        assert said.refuses(409, "version.changed", "内容有变化", "管理指南第二十五条(四)", "请刷新页面")
        unnamed = door.send(c.province, act, pk, {})
        assert unnamed.status == 422 and "seen" in unnamed.text


# Sent twice ---------------------------------------------------------------------------------------------------------


def test_the_same_thing_sent_twice(class_at: ClassAtFixture, at_time: AtTime, door: Door) -> None:
    c = class_at("confirmed")
    at_time(c.now)
    first = door.send(c.certificate_officer, P.ISSUE, c.tc.pk, key="k")
    with nothing_changes():
        again = door.send(c.certificate_officer, P.ISSUE, c.tc.pk, key="k")
        assert again.status == first.status
        assert door.name == "page" or again.text == first.text, "the same answer, number by number"
        unnamed = door.send(c.certificate_officer, P.ISSUE, c.tc.pk)
        assert unnamed.refuses(422, "certificate.nobody", "合格者均已发证")
        if door.name == "api":
            other = door.send(c.certificate_officer, P.RECEIVE_STOCK, 0, {"quantity": 1}, key="k")
            assert other.refuses(409, "once.reused", "管理指南第二十五条(四)")


# Files --------------------------------------------------------------------------------------------------------------


def _file(name: str, data: bytes) -> Callable[[], SimpleUploadedFile]:
    return lambda: SimpleUploadedFile(name, data)


BAD_FILES: dict[str, tuple[Callable[[], SimpleUploadedFile], str, str]] = {
    "too large": (_file("a.pdf", specimens.pdf() + b" " * 3_000_000), "upload.large", "超过 2 MB"),
    "empty": (_file("a.pdf", b""), "upload.empty", "空"),
    "broken": (_file("a.pdf", specimens.pdf()[:60]), "upload.type", "已损坏"),
    "a bomb": (_file("a.docx", specimens.bomb()), "upload.type", "解压后过大"),
    "with a script": (_file("a.pdf", specimens.pdf("javascript")), "upload.type", "脚本"),
    "another kind": (_file("a.pdf", b"MZ" + bytes(500)), "upload.type", "可能改过扩展名"),
    "a program": (_file("a.exe", b"MZ" + bytes(500)), "upload.type", "不接受“.exe”文件"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_huge_or_broken_file(
    class_at: ClassAtFixture, at_time: AtTime, door: Door, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    c = class_at("started", headcount=1)
    at_time(c.now)
    monkeypatch.setattr(products, "PRODUCTS", Slot("学习成果", uploads.PRODUCTS.types, 2 * 1024 * 1024))
    make, rule, words = BAD_FILES[case]
    with nothing_changes():
        fields = {"title": "工作页", "file": make()}
        where = (f"/classes/{c.tc.pk}/products/hand-in/", fields)
        said = door.send(c.trainees[0], P.HAND_IN, c.attendees[0].pk, fields, page=where)
        assert said.refuses(422, rule, words)


def test_more_than_a_request_may_carry_is_cut_while_it_arrives(
    class_at: ClassAtFixture, at_time: AtTime, door: Door, settings: Settings
) -> None:
    settings.UPLOAD_LIMIT = 500_000
    c = class_at("started", headcount=1)
    at_time(c.now)
    with nothing_changes():
        fields = {"title": "工作页", "file": SimpleUploadedFile("a.pdf", bytes(4_000_000))}
        where = (f"/classes/{c.tc.pk}/products/hand-in/", fields)
        said = door.send(c.trainees[0], P.HAND_IN, c.attendees[0].pk, fields, page=where)
        assert said.status == 422 and "没有接收" in said.text and "请压缩后再" in said.text


def test_a_disk_that_takes_no_more(
    class_at: ClassAtFixture, at_time: AtTime, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    c = class_at("started", headcount=1)
    at_time(c.now)
    monkeypatch.setattr(os, "fsync", full)
    with nothing_changes():
        fields = {"title": "工作页", "file": SimpleUploadedFile("a.pdf", specimens.pdf())}
        where = (f"/classes/{c.tc.pk}/products/hand-in/", fields)
        said = door.send(c.trainees[0], P.HAND_IN, c.attendees[0].pk, fields, page=where)
        assert said.refuses(422, "upload.full", "存储空间不足", "管理指南第二十五条", "请联系部指导中心")


# Days and ID numbers that cannot be -----------------------------------------------------------------------------


def _planned(c: ClassAt, **changed: Any) -> dict[str, Any]:
    names = ("level", "category", "first_day", "last_day", "days", "headcount", "scope")
    return {name: getattr(c.tc, name) for name in names} | changed


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2023-02-30", "2023-03-08", ""), ("2023-13-01", "2023-13-07", ""), ("0000-00-00", "0000-00-07", ""), ("明天", "后天", ""),
        ("2023-06-18", "2023-06-12", "技术规程第七条"), ("0001-01-01", "0001-01-07", "技术规程第"),
        ("9999-12-25", "9999-12-31", "技术规程第"), ("2023-06-12", "2023-06-13", "技术规程第十一条(二)"),
    ],
)  # fmt: skip
def test_days_that_cannot_be(
    class_at: ClassAtFixture, at_time: AtTime, door: Door, first: str, last: str, words: str
) -> None:
    c = class_at("planned")
    at_time(c.now)
    with nothing_changes():
        inputs = _planned(c, first_day=first, last_day=last)
        said = door.send(c.staff, P.ADD_LINE, c.tc.round_id, inputs)
        assert said.status == 422
        assert words in said.text


def test_a_day_that_has_not_come(class_at: ClassAtFixture, at_time: AtTime, door: Door) -> None:
    c = class_at("started")
    at_time(c.now)
    session = c.tc.last_day
    form = {"day": session, "period": 1, **{f"presence.{a.pk}": "present" for a in c.attendees}}
    inputs = {"day": session, "period": 1, "presences": {str(a.pk): "present" for a in c.attendees}}
    with nothing_changes():
        said = door.send(
            c.coordinator, P.CALL_ROLL, c.tc.pk, inputs, page=(address_of(P.CALL_ROLL, c.tc.pk), form)
        )
        assert said.refuses(422, "roll.future", "还没有到", "技术规程第十二条", "上课当天")


def test_a_ceremony_before_the_class(class_at: ClassAtFixture, at_time: AtTime, door: Door) -> None:
    c = class_at("issued")
    at_time(c.now)
    with nothing_changes():
        day = c.tc.first_day - timedelta(days=1)
        said = door.send(c.staff, P.CLOSE_CLASS, c.tc.pk, {"ceremony_on": day})
        assert said.refuses(422, "closing.ceremony", "结业式日期应在", "技术规程第十二条(三)", "请更正日期")


def _number(first_17: str) -> str:
    return first_17 + check_character(first_17)


IMPOSSIBLE = {
    "a wrong check digit": "130503198807115179", "too short": "13050319880711517", "letters": "13050319880711517A",
    "the thirteenth month": _number("13050319881311517"), "the thirtieth of February": _number("13050319880230517"),
    "not born yet": _number("13050320990101517"), "two hundred years old": _number("13050318230101517"),
    "a child": _number("13050320150101517"), "zeros": "000000000000000000", "blank": " " * 18,
}  # fmt: skip


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_id_number_that_cannot_be(cast: People, case: str) -> None:
    """People sign up on the page only; lists of people are tried in tests/parties."""
    place = cast.trainee.organisation
    form = {
        "name": "李明远", "id_number": IMPOSSIBLE[case], "phone": "13912345678", "province": place.province_code,
        "employer": place.name, "consent": "on",
    }  # fmt: skip
    with nothing_changes():
        answer = Client().post("/sign-up/", form)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "身份证" in said and any(words in said for words in ("请对照身份证", "请核对出生", "必填"))
