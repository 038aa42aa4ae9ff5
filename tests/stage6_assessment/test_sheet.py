"""One trainee a page: criteria are kept, checked, signed and sealed; the fingerprint proves it afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.stage6_assessment.actions import save_score, score_process
from gongxue.stage6_assessment.books import seal_differences
from gongxue.stage6_assessment.models import CriterionMark, DraftSheet, ScoreSheet
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage6_assessment.rubrics import COMMENTS, MARKS, published

AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Products are in, a rubric is in force, nobody has scored."""
    c = class_at("taught", headcount=2)
    at_time(c.now)
    published(c.people.centre, c)
    return c


def _form(**more: str) -> dict[str, str]:
    marks = {f"marks.{code}": mark for code, mark in MARKS.items()}
    return (
        marks
        | {f"comments.{code}": text for code, text in COMMENTS.items()}
        | {"attempt": "1", "comment": "总体好"}
        | more
    )


def _sign(c: ClassAt, scorer: int, attendee: int = 0, **more: Any) -> ScoreSheet:
    inputs = {"marks": MARKS, "comments": COMMENTS} | more
    return score_process(attendee=c.attendees[attendee], by=c.instructors[scorer], now=c.now, **inputs)


def test_a_sheet_is_kept_checked_signed_and_acknowledged(c: ClassAt, signed_in: SignedIn) -> None:
    client, where = signed_in(c.instructors[0]), f"/attendees/{c.attendees[0].pk}/sheet/"
    page = client.get(where).content.decode()
    assert "教学目标" in page and "目标较明确" in page and "看工作页" in page and "学习成果" in page
    answer = client.post(where, _form(do="check"))
    assert answer.status_code == 200 and "<b>77.3</b>" in answer.content.decode()
    draft = DraftSheet.objects.unscoped("test").get()
    assert draft.criteria == {"1": ["80", "目标清楚"], "2": ["75.5", "任务完整"]}
    assert ScoreSheet.objects.inside(training_class=c.tc).count() == 0
    for _ in range(2):
        answer = client.post(where, _form(do="sign", once="k"))
        assert answer.status_code == 302
    sheet = ScoreSheet.objects.inside(training_class=c.tc).get()
    assert (sheet.mark, sheet.comment) == (Decimal("77.3"), "总体好")
    rows = CriterionMark.objects.inside(sheet=sheet).order_by("code")
    assert [(r.code, r.weight, r.mark, r.comment) for r in rows] == [
        ("1", 40, Decimal("80.0"), "目标清楚"), ("2", 60, Decimal("75.5"), "任务完整"),
    ]  # fmt: skip
    assert not DraftSheet.objects.unscoped("test").exists()
    page = client.get(where).content.decode()
    assert "已签名封存" in page and sheet.commitment in page and sheet.salt not in page
    assert sheet.commitment in client.get(f"/classes/{c.tc.pk}/receipts/").content.decode()
    assert Event.objects.unscoped("test").get(code="assessment.score_process").changes == {
        "attempt": [None, 1], "commitment": [None, sheet.commitment],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"marks.2": ""}, "“学习任务”还没有评分"), ({"marks.1": "80.55"}, "不是有效的分数"),
        ({"comments.2": " "}, "“学习任务”要求写评语"), ({"attempt": "2"}, "本页是第 2 次考核的评分"),
    ],
)  # fmt: skip
def test_an_unfinished_sheet_says_what_is_missing_and_keeps_what_was_typed(
    c: ClassAt, signed_in: SignedIn, more: dict[str, str], says: str
) -> None:
    client, where = signed_in(c.instructors[0]), f"/attendees/{c.attendees[0].pk}/sheet/"
    for do in ("check", "sign"):
        answer = client.post(where, _form(do=do, **more))
        page = answer.content.decode()
        assert answer.status_code == 422 and says in page and "目标清楚" in page
    assert ScoreSheet.objects.inside(training_class=c.tc).count() == 0


def test_one_mark_is_refused_under_a_rubric(c: ClassAt) -> None:
    with pytest.raises(RuleBroken, match="不能直接填写"):
        score_process(attendee=c.attendees[0], mark="80", by=c.instructors[0], now=c.now)


def test_without_a_rubric_the_page_takes_one_mark(
    class_at: ClassAtFixture, at_time: AtTime, signed_in: SignedIn
) -> None:
    c = class_at("taught", headcount=1)
    at_time(c.now)
    client, where = signed_in(c.instructors[0]), f"/attendees/{c.attendees[0].pk}/sheet/"
    assert client.post(where, {"mark": "", "attempt": "1", "do": "check"}).status_code == 422
    assert (
        "<b>85.5</b>" in client.post(where, {"mark": "85.5", "attempt": "1", "do": "check"}).content.decode()
    )
    client.post(where, {"mark": "85.5", "attempt": "1", "do": "sign"})
    assert ScoreSheet.objects.inside(training_class=c.tc).get().mark == Decimal("85.5")
    with pytest.raises(RuleBroken, match="没有评分标准"):
        save_score(attendee=c.attendees[0], part="process", marks=MARKS, by=c.instructors[1], now=c.now)


def test_saving_answers_in_json_and_names_the_wrong_criterion(c: ClassAt, signed_in: SignedIn) -> None:
    client, where = signed_in(c.instructors[0]), f"/attendees/{c.attendees[0].pk}/score/"
    good = client.post(where, _form(part="process"))
    assert good.status_code == 200 and good.json()["saved"]
    bad = client.post(where, _form(part="process", **{"marks.2": "x"}))
    assert bad.status_code == 422 and list(bad.json()["rules"]) == ["sheet.mark.2"]
    assert client.post(where, _form(part="final")).status_code == 403


def test_when_all_are_in_everybody_may_compute_the_fingerprints(c: ClassAt, signed_in: SignedIn) -> None:
    pages = [f"/attendees/{c.attendees[0].pk}/sheets/"]
    first = _sign(c, 0)
    file = f"/score-sheets/{first.pk}/sealed.json"
    assert signed_in(c.province).get(file).status_code == 404
    assert signed_in(c.instructors[0]).get(file).status_code == 404  # the seal holds for oneself, too
    second = _sign(c, 1, marks={"1": "90", "2": "91"}, comment='="危险" <b>')
    for role in (c.instructors[0], c.staff, c.province, c.people.centre):
        client = signed_in(role)
        page = client.get(pages[0]).content.decode()
        assert first.commitment in page and second.commitment in page and first.salt in page
        data = client.get(file).content
        assert hashlib.sha256(data).hexdigest() == first.commitment
    data = signed_in(c.staff).get(f"/score-sheets/{second.pk}/sealed.json").content
    assert hashlib.sha256(data).hexdigest() == second.commitment
    assert signed_in(c.trainees[0]).get(pages[0]).status_code == 403
    assert signed_in(c.trainees[0]).get(file).status_code == 404


def test_check_finds_a_mark_that_was_changed_in_the_database(c: ClassAt) -> None:
    sheet = _sign(c, 0)
    _sign(c, 1)
    assert list(seal_differences()) == []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        where = ' ON "criterion_mark"' if connection.vendor == "postgresql" else ""
        cursor.execute(f'DROP TRIGGER "refuse_update_criterion_mark"{where}')
        cursor.execute("UPDATE criterion_mark SET mark = 99 WHERE sheet_id = %s AND code = '1'", [sheet.pk])
    (says,) = list(seal_differences())
    assert "指纹" in says and "各项" in says
