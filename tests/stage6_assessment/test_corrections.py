"""Corrections of confirmed marks: who asks, who countersigns, and that old and new both stay for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection

from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.regulations.roles import Duty
from gongxue.stage6_assessment.actions import countersign_correction, refuse_correction, request_correction
from gongxue.stage6_assessment.models import Correction, TranscriptLine
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, SignedIn

AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """A class whose results are confirmed; the first trainee failed."""
    c = class_at("confirmed", fates=("final_failed",))
    at_time(c.now)
    return c


def _ask(c: ClassAt, signed_in: SignedIn, **form: str) -> Any:
    form = {"part": "final", "new": "66.5", "reason": "第二位考核教师登分有误，见原始记录", **form}
    return signed_in(c.staff).post(f"/attendees/{c.attendees[0].pk}/correction/", form)


def _lines(c: ClassAt) -> list[TranscriptLine]:
    return list(TranscriptLine.objects.inside(attendee=c.attendees[0]).order_by("revision"))


def _correction(c: ClassAt) -> Correction:
    found: Correction = Correction.objects.inside(training_class=c.tc).latest("pk")
    return found


def test_old_and_new_both_stay(c: ClassAt, signed_in: SignedIn) -> None:
    old = _lines(c)[0]
    assert _ask(c, signed_in).status_code == 302
    assert len(_lines(c)) == 1  # nothing has changed yet
    page = signed_in(c.province).get(f"/classes/{c.tc.pk}/transcript/").content.decode()
    assert "第二位考核教师登分有误" in page and "66.50" in page
    where = f"/corrections/{_correction(c).pk}/countersign/"
    assert signed_in(c.province).post(where, {"seen": _correction(c).version}).status_code == 302
    first, second = _lines(c)
    assert (first.final, first.qualified, first.revision) == (old.final, False, 1)
    assert (str(second.final), second.qualified, second.process) == ("66.50", True, first.process)
    assert second.confirmed_by_id == c.province.account_id
    shown = signed_in(c.staff).get(f"/classes/{c.tc.pk}/transcript/").content.decode()
    assert f'<del class="dim">{old.final:.2f}</del>' in shown
    assert "已更正" in shown and c.province.account.name in shown and c.staff.account.name in shown


def test_the_province_may_disagree_with_a_reason(c: ClassAt, signed_in: SignedIn) -> None:
    _ask(c, signed_in)
    correction = _correction(c)
    where = f"/corrections/{correction.pk}/refuse/"
    assert signed_in(c.province).post(where, {"seen": correction.version, "reason": " "}).status_code == 422
    assert (
        signed_in(c.province).post(where, {"seen": correction.version, "reason": "依据不足"}).status_code
        == 302
    )
    assert len(_lines(c)) == 1
    assert _ask(c, signed_in).status_code == 302  # a better founded request may follow


def test_one_s_own_request_cannot_be_countersigned(c: ClassAt, signed_in: SignedIn) -> None:
    """The same person in the province's office as well: preparer and approver are two people."""
    _ask(c, signed_in)
    office = Organisation.objects.get(kind="province", province_code=c.tc.province_code)
    hat = Role.objects.create(
        account=c.staff.account, organisation=office, duty=Duty.PROVINCE, since=date(2023, 1, 1)
    )
    correction = _correction(c)
    page = signed_in(hat).get(f"/classes/{c.tc.pk}/transcript/").content.decode()
    assert "不能会签本人的申请" in page
    assert f"/corrections/{correction.pk}/" not in page
    for act, more in (("countersign", {}), ("refuse", {"reason": "自行撤回"})):
        answer = signed_in(hat).post(f"/corrections/{correction.pk}/{act}/", {"seen": "1", **more})
        assert answer.status_code in (403, 422)
    assert (len(_lines(c)), _correction(c).state) == (1, "requested")


@pytest.mark.parametrize("seen", ["", "0", "2"])
def test_only_the_version_that_was_seen_is_countersigned(c: ClassAt, signed_in: SignedIn, seen: str) -> None:
    _ask(c, signed_in)
    answer = signed_in(c.province).post(f"/corrections/{_correction(c).pk}/countersign/", {"seen": seen})
    assert answer.status_code in (409, 422)
    assert len(_lines(c)) == 1


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"new": "101"}, "不是有效的分数"),
        ({"new": "６６"}, "不是有效的分数"),
        ({"reason": "  "}, ""),
        ({"part": "viva"}, ""),
        ({"new": ""}, ""),
    ],
)
def test_a_request_without_mark_or_reason_is_refused(
    c: ClassAt, signed_in: SignedIn, form: dict[str, str], says: str
) -> None:
    answer = _ask(c, signed_in, **form)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Correction.objects.inside(training_class=c.tc).exists()


def test_one_request_at_a_time(c: ClassAt, signed_in: SignedIn) -> None:
    _ask(c, signed_in)
    assert _ask(c, signed_in, new="70").status_code == 422
    assert "待会签" in signed_in(c.staff).get(f"/classes/{c.tc.pk}/transcript/").content.decode()
    assert Correction.objects.inside(training_class=c.tc).count() == 1


@pytest.mark.parametrize("actor", ["province", "centre", "instructor", "examiner", "trainee", "coordinator"])
def test_only_the_institution_asks(c: ClassAt, signed_in: SignedIn, actor: str) -> None:
    client = signed_in(c.actors()[actor])
    answer = client.post(
        f"/attendees/{c.attendees[0].pk}/correction/", {"part": "final", "new": "99", "reason": "x"}
    )
    assert answer.status_code == 403
    assert not Correction.objects.inside(training_class=c.tc).exists()


@pytest.mark.parametrize("actor", ["institution", "centre", "instructor", "trainee", "other_province"])
def test_only_its_own_province_countersigns(c: ClassAt, signed_in: SignedIn, actor: str) -> None:
    _ask(c, signed_in)
    correction = _correction(c)
    answer = signed_in(c.actors()[actor]).post(f"/corrections/{correction.pk}/countersign/", {"seen": "1"})
    assert answer.status_code == (404 if actor == "other_province" else 403)
    assert len(_lines(c)) == 1


def test_before_the_confirmation_there_is_nothing_to_correct(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("finished")
    assert signed_in(c.staff).get(f"/attendees/{c.attendees[0].pk}/correction/").status_code == 404
    with pytest.raises(RuleBroken, match="成绩尚未确认"):
        request_correction(
            attendee=c.attendees[0], part="final", new="90", reason="早", by=c.staff, now=c.now
        )


def test_who_holds_a_certificate_cannot_be_corrected_to_failing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("issued")
    at_time(c.now)
    _ask(c, signed_in, new="30")
    answer = signed_in(c.province).post(f"/corrections/{_correction(c).pk}/countersign/", {"seen": "1"})
    assert answer.status_code == 422
    assert "请先办理证书作废" in answer.content.decode()


def test_a_barred_trainee_is_not_corrected_into_a_certificate(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    """Somebody who was assessed although too many lessons were missed: the books may have been corrected since."""
    c = class_at("confirmed", fates=("final_failed",))
    at_time(c.now)
    line = _lines(c)[0]
    line.pk, line.revision, line.barred = None, 2, True
    line.save(force_insert=True)
    _ask(c, signed_in, part="final", new="90")
    countersign_correction(correction=_correction(c), seen=1, by=c.province, now=c.now)
    assert [line.qualified for line in _lines(c)] == [False, False, False]


def test_two_signatures_of_the_same_request_are_one(classes_at: ClassesAtFixture) -> None:
    (c,) = classes_at(Plan("confirmed"))
    correction = request_correction(
        attendee=c.attendees[0], part="final", new="90", reason="漏登", by=c.staff, now=c.now
    )
    countersign_correction(correction=correction, seen=1, by=c.province, now=c.now)
    for act, more in ((countersign_correction, {}), (refuse_correction, {"reason": "x"})):
        with pytest.raises((Conflict, RuleBroken)):
            act(correction=correction, seen=1, by=c.province, now=c.now, **more)
    assert len(_lines(c)) == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["score_sheet", "transcript_line"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET training_class_id = training_class_id", "DELETE FROM {}"]
)
def test_sheets_and_transcript_refuse_every_change(
    fresh_database: FreshDatabase, table: str, statement: str
) -> None:
    fresh_database.class_at("confirmed", headcount=1)
    with pytest.raises(DatabaseError, match="登记簿只能追加"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("part", ["process", "final"])
def test_a_mark_that_nobody_gave_cannot_be_corrected(
    class_at: ClassAtFixture, signed_in: SignedIn, part: str
) -> None:
    """Else a correction would pass a trainee whom no examiner has seen."""
    c = class_at("confirmed", fates=("barred",))
    with pytest.raises(RuleBroken, match="没有参加这项考核"):
        request_correction(
            attendee=c.attendees[0], part=part, new="60", reason="登分有误", by=c.staff, now=c.now
        )
    choices = signed_in(c.staff).get(f"/attendees/{c.attendees[0].pk}/correction/").content.decode()
    assert f'value="{part}"' not in choices
