"""Rubrics are written, compared and published by the centre; an attempt keeps the one it opened with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.regulations.marks import Part
from gongxue.stage5_delivery.actions import hand_in
from gongxue.stage6_assessment.actions import (
    allow_retake,
    apply_retake,
    begin_rubric,
    drop_rubric,
    publish_rubric,
    save_rubric,
    save_score,
    score_final,
    score_process,
)
from gongxue.stage6_assessment.models import Attempt, RubricDraft, RubricVersion
from gongxue.stage6_assessment.queries import score_rows
from tests.cast import ClassAt, ClassAtFixture, People, SignedIn, at
from tests.stage6_assessment.rubrics import COMMENTS, MARKS, RUBRIC, published

AtTime = Callable[[datetime], None]
HARD = replace(RUBRIC, title="更严的标准")


def test_a_rubric_is_written_in_the_browser_and_published(cast: People, signed_in: SignedIn) -> None:
    client = signed_in(cast.centre)
    page = client.get("/rubrics/").content.decode()
    assert page.count("官方标准待录入") == 8 and "还有 8 项<b>待录入</b>" in page
    asked = {"level": "3", "part": "process", "base": "", "once": "a"}
    where = client.post("/rubrics/begin/", asked).headers["Location"]
    assert client.post("/rubrics/begin/", asked).headers["Location"] == where
    form = {"title": "三级标准", "source": "手册第 8 页", "official": "on", "seen": "1"}
    form |= {f"b.{n}.{name}": str(value) for n, band in enumerate(RUBRIC.bands) for name, value in
             (("title", band.title), ("low", band.low))}  # fmt: skip
    one = {"c.0.title": "教学目标", "c.0.weight": "40", "c.0.hint": "看工作页", "c.0.comment": "must"}
    one |= {f"c.0.level.{n}": text for n, text in enumerate(("一", "二", "三", "四"))}
    page = client.post(where, form | one | {"do": "add"}, follow=True).content.decode()
    assert "各项权重合计 40，不是 100" in page and "第 2 项没有写评分内容" in page
    two = {name.replace("c.0", "c.1"): value for name, value in one.items()}
    two |= {"c.1.title": "学习任务", "c.1.weight": "60"}
    page = client.post(where, form | one | two | {"do": "publish", "seen": "2"}, follow=True).content.decode()
    assert "核对后发布" in page and "缺少" not in page
    draft = RubricDraft.objects.unscoped("test").get()
    day = (draft.changed_at + timedelta(days=3)).date()
    sent = {"effective_from": day.isoformat(), "seen": "3", "once": "b"}
    page = client.post(f"{where}publish/", sent, follow=True).content.decode()
    assert "还有 7 项<b>待录入</b>" in page and "待启用" in page
    version = RubricVersion.objects.unscoped("test").get()
    assert (version.number, version.effective_from, version.rubric.official, version.rubric.weights) == (
        1,
        day,
        True,
        100,
    )
    assert [one.title for one in version.rubric.criteria] == ["教学目标", "学习任务"]
    assert "看工作页" in signed_in(cast.trainee).get(f"/rubrics/versions/{version.pk}/").content.decode()


def test_a_version_is_copied_and_compared(
    cast: People, signed_in: SignedIn, class_at: ClassAtFixture
) -> None:
    c = class_at("planned")
    first = published(c.people.centre, c)
    now = at(first.effective_from)
    draft = begin_rubric(level="3", part="process", base=first, by=c.people.centre, now=now)
    assert draft.rubric == first.rubric
    with pytest.raises(RuleBroken, match="没有任何不同"):
        publish_rubric(
            draft=draft,
            effective_from=first.effective_from + timedelta(days=9),
            by=c.people.centre,
            now=now,
            seen=1,
        )
    save_rubric(draft=draft, definition=HARD.as_data(), by=c.people.centre, now=now)
    page = signed_in(c.people.centre).get("/rubrics/compare/3/process/?new=draft").content.decode()
    assert "更严的标准" in page and "第 1 版 → 草稿" in page
    assert signed_in(c.people.centre).get("/rubrics/compare/3/final/").status_code == 404
    drop_rubric(draft=draft, by=c.people.centre, now=now)
    assert RubricVersion.objects.unscoped("test").count() == 1


def test_only_the_centre_writes_and_one_draft_at_a_time(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    with pytest.raises(NotAllowed):
        begin_rubric(level="3", part="final", by=c.staff, now=c.now)
    begin_rubric(level="3", part="final", by=c.people.centre, now=c.now)
    begin_rubric(level="3", part="process", by=c.people.centre, now=c.now)
    with pytest.raises(RuleBroken, match="已有一份新版在编写"):
        begin_rubric(level="3", part="final", by=c.people.centre, now=c.now)
    with pytest.raises(RuleBroken, match="没有这个级别或考核"):
        begin_rubric(level="9", part="final", by=c.people.centre, now=c.now)


def _attempts(c: ClassAt) -> dict[tuple[str, int], int | None]:
    rows = Attempt.objects.inside(training_class=c.tc)
    return {(row.part, row.number): row.rubric_id for row in rows}


def test_each_attempt_keeps_the_rubric_of_the_day_it_opened(
    class_at: ClassAtFixture, at_time: AtTime
) -> None:
    """The second attempt has its own; what is published in between touches nothing that is open."""
    c = class_at("taught", headcount=1)
    centre, attendee, low = c.people.centre, c.attendees[0], {"1": "50", "2": "50"}
    old = published(centre, c)
    score_process(attendee=attendee, marks=low, comments=COMMENTS, by=c.instructors[0], now=c.now)
    day = c.now.date() + timedelta(days=1)
    new = published(centre, c, days=(day - c.tc.first_day).days, rubric=HARD)
    later = at(day + timedelta(days=1))
    score_process(attendee=attendee, marks=low, comments=COMMENTS, by=c.instructors[1], now=later)
    hand_in(attendee=attendee, title="修改稿", by=c.trainees[0], now=later)
    save_score(attendee=attendee, part="process", marks=MARKS, by=c.instructors[0], now=later)
    assert _attempts(c) == {("process", 1): old.pk, ("process", 2): new.pk}


def test_a_final_assessment_has_the_rubric_of_the_day_the_process_was_passed(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("process_scored", headcount=1)
    centre, attendee = c.people.centre, c.attendees[0]
    first = published(centre, c, "final")
    for examiner in c.examiners:
        score_final(
            attendee=attendee, marks={"1": "50", "2": "50"}, comments=COMMENTS, by=examiner, now=c.now
        )
    day = c.now.date() + timedelta(days=1)
    second = published(centre, c, "final", days=(day - c.tc.first_day).days, rubric=HARD)
    retake = apply_retake(attendee=attendee, by=c.trainees[0], now=at(day))
    allow_retake(retake=retake, by=c.staff, now=at(day))
    (row,) = score_rows(c.examiners[1], c.tc, Part.FINAL)
    assert row.rubric == second
    save_score(attendee=attendee, part="final", marks=MARKS, by=c.examiners[1], now=at(day))
    assert _attempts(c) == {("process", 1): None, ("final", 1): first.pk, ("final", 2): second.pk}
