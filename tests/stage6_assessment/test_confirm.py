"""Confirming the results: what refuses it, what needs a reason, and what stands afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.stage6_assessment.actions import save_score, score_final, score_process
from gongxue.stage6_assessment.models import TranscriptLine
from gongxue.stage6_assessment.queries import is_confirmed, results_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at

AtTime = Callable[[datetime], None]


def _confirm(c: ClassAt, signed_in: SignedIn, **form: str) -> Any:
    return signed_in(c.staff).post(f"/classes/{c.tc.pk}/confirm/", form)


def test_before_the_teaching_has_ended_nothing_is_confirmed(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("final_scored")
    at_time(c.now)
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/confirm/").content.decode()
    assert "教学尚未结束" in page
    assert _confirm(c, signed_in).status_code == 422
    assert not is_confirmed(c.tc)


def test_half_scored_trainees_are_named_and_a_reason_does_not_help(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("process_scored")
    at_time(c.now)
    score_final(attendee=c.attendees[0], mark="80", by=c.examiners[0], now=c.now)
    c.plan = c.plan.at_step(c.plan.step + 1)  # the final assessment stays as it is
    c.drive_to("finished")
    refused = _confirm(c, signed_in, reason="急用")
    page = refused.content.decode()
    assert refused.status_code == 422
    assert f"1 人的评分还没有齐：{c.attendees[0]}" in page
    assert "急用" in page  # what was typed stays
    assert not TranscriptLine.objects.inside(training_class=c.tc).exists()


def test_open_cases_are_listed_and_want_a_reason(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("process_scored")
    c.plan = c.plan.at_step(c.plan.step + 1)
    c.drive_to("finished")
    at_time(c.now)
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/confirm/").content.decode()
    assert "还有考核机会的 4 人" in page
    assert page.count("待终结性考核") == 4
    refused = _confirm(c, signed_in, reason="  ")
    assert refused.status_code == 422
    assert "4 人还有考核机会" in refused.content.decode()
    assert _confirm(c, signed_in, reason="四人均书面放弃").status_code == 302
    lines = TranscriptLine.objects.inside(training_class=c.tc)
    assert [line.qualified for line in lines] == [False] * 4
    assert Event.objects.unscoped("test").get(code="assessment.confirm").reason == "四人均书面放弃"


def test_a_draft_alone_keeps_nobody_from_confirming_and_changes_no_line(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    """A second attempt that was begun as a draft and given up leaves the first mark on the transcript."""
    c = class_at("taught", headcount=1)
    at_time(c.now)
    for role in c.instructors:
        score_process(attendee=c.attendees[0], mark="50", by=role, now=c.now)
    signed_in(c.trainees[0]).post(f"/classes/{c.tc.pk}/products/hand-in/", {"title": "二稿", "note": "二"})
    save_score(attendee=c.attendees[0], part="process", mark="70", by=c.instructors[0], now=c.now)
    c.plan = c.plan.at_step(c.plan.step + 2)
    c.drive_to("finished")
    at_time(c.now)
    assert _confirm(c, signed_in, reason="本人放弃").status_code == 302
    line = TranscriptLine.objects.inside(training_class=c.tc).get()
    assert (str(line.process), line.process_attempts, line.final, line.qualified) == ("50.00", 1, None, False)


def test_a_double_confirmation_has_one_effect(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("evaluated")
    at_time(c.now)
    for _ in range(2):
        assert _confirm(c, signed_in, once="k1").status_code == 302
    assert TranscriptLine.objects.inside(training_class=c.tc).count() == 4
    assert _confirm(c, signed_in, once="k2").status_code == 422


@pytest.mark.parametrize(("days", "late"), [(7, 0), (8, 1)])
def test_the_seventh_day_is_in_time_and_the_eighth_is_marked(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, days: int, late: int
) -> None:
    c = class_at("evaluated")
    at_time(at(c.tc.last_day + timedelta(days=days), 23, 59))
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/confirm/").content.decode()
    assert (f"现已逾期 {late} 天" in page) == bool(late)
    _confirm(c, signed_in)
    results = results_of(c.tc)
    assert results is not None and results.late_days == late


def test_after_the_confirmation_nobody_scores(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("confirmed", fates=("failed",))
    at_time(c.now)
    page = signed_in(c.instructors[0]).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert "成绩已确认，评分结束" in page and 'name="mark.' not in page
    with pytest.raises(RuleBroken, match="成绩已确认"):
        score_process(attendee=c.attendees[0], mark="90", by=c.instructors[0], now=c.now)


@pytest.mark.parametrize(
    "actor", ["province", "centre", "coordinator", "instructor", "trainee", "certificate_officer"]
)
def test_only_the_institution_confirms(class_at: ClassAtFixture, signed_in: SignedIn, actor: str) -> None:
    c = class_at("evaluated")
    assert signed_in(c.actors()[actor]).post(f"/classes/{c.tc.pk}/confirm/").status_code == 403
    assert not is_confirmed(c.tc)
