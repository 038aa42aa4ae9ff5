"""Second attempts through the pages: handed in again, examined again; a third one by no route at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken
from gongxue.regulations.marks import Part, Standing
from gongxue.stage5_delivery.actions import finish_class, hand_in
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage6_assessment.actions import (
    allow_retake,
    apply_retake,
    confirm_results,
    score_final,
    score_process,
)
from gongxue.stage6_assessment.models import Attempt, Retake, ScoreSheet
from gongxue.stage6_assessment.queries import record_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]


def _score(c: ClassAt, signed_in: SignedIn, part: Part, mark: str) -> None:
    """Every scorer of the part submits the same mark for the first trainee, through the page."""
    scorers = c.instructors if part == Part.PROCESS else c.examiners
    for role in scorers:
        form = {"do": "submit", f"mark.{c.attendees[0].pk}": mark}
        assert signed_in(role).post(f"/classes/{c.tc.pk}/score/{part}/", form).status_code == 302


def _standing(c: ClassAt, signed_in: SignedIn) -> str:
    return signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/assessment/").content.decode()


def _record(c: ClassAt) -> Any:
    return record_of(attendees_of(c.tc)[0])


@pytest.fixture
def taught(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Nobody scored yet."""
    c = class_at("taught")
    at_time(c.now)
    return c


@pytest.fixture
def passed(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """The process assessments are passed."""
    c = class_at("process_scored")
    at_time(c.now)
    return c


def test_work_below_sixty_is_handed_in_again_and_scored_again(taught: ClassAt, signed_in: SignedIn) -> None:
    c = taught
    _score(c, signed_in, Part.PROCESS, "59.9")
    assert "请修改学习成果后再提交一次" in _standing(c, signed_in)
    instructor = signed_in(c.instructors[0])
    assert "第 2 次学习成果尚未提交" in instructor.get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    trainee = signed_in(c.trainees[0])
    assert "这是最后一次机会" in trainee.get(f"/classes/{c.tc.pk}/products/").content.decode()
    trainee.post(f"/classes/{c.tc.pk}/products/hand-in/", {"title": "修改稿", "note": "已按意见修改"})
    page = instructor.get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert "修改稿" in page and "平均 59.90" in page  # the first attempt stays to be seen
    _score(c, signed_in, Part.PROCESS, "60")
    record = _record(c)
    assert (record.process.standing, record.process.attempts) == (Standing.PASSED, 2)
    assert "合格（第 2 次）" in _standing(c, signed_in)
    first = ScoreSheet.objects.inside(attempt__attendee=c.attendees[0], attempt__number=1)
    assert [str(mark) for mark in first.values_list("mark", flat=True)] == ["59.9", "59.9"]


def test_sixty_exactly_opens_no_second_hand_in(taught: ClassAt, signed_in: SignedIn) -> None:
    c = taught
    for role, mark in zip(c.instructors, ("60.1", "59.9"), strict=True):
        score_process(attendee=c.attendees[0], mark=mark, by=role, now=c.now)
    assert _record(c).process.standing == Standing.PASSED
    assert attendees_of(c.tc)[0].may_hand_in is False


def test_a_third_process_assessment_is_impossible(taught: ClassAt, signed_in: SignedIn) -> None:
    c = taught
    trainee = signed_in(c.trainees[0])
    _score(c, signed_in, Part.PROCESS, "50")
    trainee.post(f"/classes/{c.tc.pk}/products/hand-in/", {"title": "二稿", "note": "二"})
    _score(c, signed_in, Part.PROCESS, "50")
    assert "本次培训不合格" in _standing(c, signed_in)
    third = trainee.post(f"/classes/{c.tc.pk}/products/hand-in/", {"title": "三稿", "note": "三"})
    assert third.status_code == 422
    _score(c, signed_in, Part.PROCESS, "90")  # nobody is left to score: nothing happens
    for act in (
        lambda: hand_in(attendee=c.attendees[0], title="三稿", by=c.trainees[0], now=c.now),
        lambda: score_process(attendee=c.attendees[0], mark="90", by=c.instructors[0], now=c.now),
        lambda: score_final(attendee=c.attendees[0], mark="90", by=c.examiners[0], now=c.now),
        lambda: apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now),
    ):
        with pytest.raises(RuleBroken):
            act()
    assert Attempt.objects.inside(attendee=c.attendees[0]).count() == 2
    assert _record(c).process.standing == Standing.FAILED


@pytest.mark.postgresql
def test_the_database_knows_no_third_attempt(class_at: ClassAtFixture) -> None:
    c = class_at("process_scored", headcount=1)
    row = {"training_class": c.tc, "attendee": c.attendees[0], "part": "process", "opened_at": c.now}
    for number in (0, 3):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.inside(attendee=c.attendees[0]).create(**row, number=number)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.inside(attendee=c.attendees[0]).create(**row, number=1)


def test_a_retake_is_applied_for_allowed_and_examined(passed: ClassAt, signed_in: SignedIn) -> None:
    c = passed
    _score(c, signed_in, Part.FINAL, "59.5")
    trainee = signed_in(c.trainees[0])
    assert "可以申请一次二次考核" in _standing(c, signed_in)
    assert f'action="/attendees/{c.attendees[0].pk}/retake/"' in _standing(c, signed_in)
    early = signed_in(c.examiners[0]).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert f'name="mark.{c.attendees[0].pk}"' not in early
    assert trainee.post(f"/attendees/{c.attendees[0].pk}/retake/").status_code == 302
    progress = signed_in(c.staff).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert "二次终结性考核申请" in progress and "首次平均 59.50" in progress
    retake = Retake.objects.inside(training_class=c.tc).get()
    assert signed_in(c.staff).post(f"/retakes/{retake.pk}/allow/").status_code == 302
    _score(c, signed_in, Part.FINAL, "71")
    record = _record(c)
    assert (record.final.standing, record.final.attempts, record.qualified) == (Standing.PASSED, 2, True)


def test_a_retake_must_be_allowed_before_it_is_examined(passed: ClassAt, signed_in: SignedIn) -> None:
    c = passed
    _score(c, signed_in, Part.FINAL, "50")
    apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now)
    with pytest.raises(RuleBroken):
        score_final(attendee=c.attendees[0], mark="90", by=c.examiners[0], now=c.now)
    assert Attempt.objects.inside(attendee=c.attendees[0], part=Part.FINAL).count() == 1


def test_after_confirmation_a_retake_is_neither_applied_for_nor_allowed(
    passed: ClassAt, signed_in: SignedIn
) -> None:
    c = passed
    for examiner in c.examiners:
        for attendee in c.attendees[:2]:
            score_final(attendee=attendee, mark="50", by=examiner, now=c.now)
    retake = apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now)
    finish_class(training_class=c.tc, by=c.coordinator, now=c.now)
    confirm_results(training_class=c.tc, by=c.staff, now=c.now, reason="其余人员放弃补考")
    with pytest.raises(RuleBroken, match="成绩已确认并报送"):
        allow_retake(retake=retake, by=c.staff, now=c.now)
    with pytest.raises(RuleBroken, match="成绩已确认并报送"):
        apply_retake(attendee=c.attendees[1], by=c.trainees[1], now=c.now)


def test_a_third_final_assessment_is_impossible(passed: ClassAt, signed_in: SignedIn) -> None:
    c = passed
    _score(c, signed_in, Part.FINAL, "50")
    retake = apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now)
    allow_retake(retake=retake, by=c.staff, now=c.now)
    _score(c, signed_in, Part.FINAL, "55")
    assert _record(c).final.standing == Standing.FAILED
    again = signed_in(c.trainees[0]).post(f"/attendees/{c.attendees[0].pk}/retake/")
    assert again.status_code == 422
    assert "已有 2 次，最多 2 次" in again.content.decode()
    assert signed_in(c.staff).post(f"/retakes/{retake.pk}/allow/").status_code == 422
    with pytest.raises((RuleBroken, Conflict)):
        allow_retake(retake=retake, by=c.staff, now=c.now)
    with pytest.raises(RuleBroken):
        score_final(attendee=c.attendees[0], mark="90", by=c.examiners[0], now=c.now)
    assert Attempt.objects.inside(attendee=c.attendees[0], part=Part.FINAL).count() == 2


@pytest.mark.parametrize("marks", ["60", "100"])
def test_who_passed_cannot_apply(passed: ClassAt, signed_in: SignedIn, marks: str) -> None:
    c = passed
    _score(c, signed_in, Part.FINAL, marks)
    assert "/retake/" not in _standing(c, signed_in)
    assert signed_in(c.trainees[0]).post(f"/attendees/{c.attendees[0].pk}/retake/").status_code == 422


def test_after_the_results_are_confirmed_nobody_applies(passed: ClassAt, signed_in: SignedIn) -> None:
    c = passed
    _score(c, signed_in, Part.FINAL, "50")
    finish_class(training_class=c.tc, by=c.staff, now=c.now)
    confirm_results(training_class=c.tc, reason="本人放弃二次考核", by=c.staff, now=c.now)
    assert "/retake/" not in _standing(c, signed_in)
    answer = signed_in(c.trainees[0]).post(f"/attendees/{c.attendees[0].pk}/retake/")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "成绩已确认并报送" in page
    assert "技术规程第十二条(二)" in page
    assert not Retake.objects.inside(training_class=c.tc).exists()


def test_nobody_applies_for_somebody_else(passed: ClassAt, signed_in: SignedIn) -> None:
    c = passed
    _score(c, signed_in, Part.FINAL, "50")
    other: Role = c.trainees[1]
    assert signed_in(other).post(f"/attendees/{c.attendees[0].pk}/retake/").status_code == 404
    assert signed_in(c.staff).post(f"/attendees/{c.attendees[0].pk}/retake/").status_code == 403
    with pytest.raises(NotAllowed):
        apply_retake(attendee=c.attendees[0], by=c.staff, now=c.now)
    assert not Retake.objects.inside(training_class=c.tc).exists()


def test_a_trainee_sees_their_means_and_no_single_sheet(passed: ClassAt, signed_in: SignedIn) -> None:
    c = passed
    for role, mark in zip(c.examiners, ("71.1", "72.2", "73.3"), strict=True):
        score_final(attendee=c.attendees[0], mark=mark, comment="单评", by=role, now=c.now)
    page = _standing(c, signed_in)
    assert "72.20" in page
    assert not any(word in page for word in ("71.1", "73.3", "单评", c.examiners[0].account.name))
