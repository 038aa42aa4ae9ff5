"""Own results after the confirmation, and the appeal: asked for, answered, objected to, decided, corrected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gongxue.desks.todos import todos_for
from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.regulations.lifecycle import AppealState
from gongxue.regulations.marks import Part
from gongxue.stage1_planning.queries.watching import watched_of_class
from gongxue.stage6_assessment.actions import (
    appeal,
    confirm_results,
    countersign_correction,
    dismiss_objection,
    keep_mark,
    object_to_answer,
    request_correction,
    score_final,
    sustain_objection,
    uphold_appeal,
)
from gongxue.stage6_assessment.models import Appeal, TranscriptLine
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
GROUNDS = "第二位评分人没有看到补交的第三页。"


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("confirmed", headcount=2, fates=("final_failed",))
    at_time(c.now)
    return c


def _appeal(c: ClassAt, **more: Any) -> Appeal:
    given: dict[str, Any] = {"part": Part.FINAL, "grounds": GROUNDS, "now": c.now} | more
    return appeal(attendee=c.attendees[0], by=c.trainees[0], **given)


def _waits(role: Role, c: ClassAt) -> list[str]:
    return [todo.kind for todo in todos_for(role, c.now.date()) if todo.kind in ("复核", "更正成绩", "会签")]


def test_nothing_is_read_before_the_confirmation(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("process_scored", headcount=1)
    at_time(c.now)
    for role, mark in zip(c.examiners, ("81.3", "82.4", "83.5"), strict=True):
        score_final(attendee=c.attendees[0], mark=mark, comment=f"评语{mark}", by=role, now=c.now)
    page = f"/classes/{c.tc.pk}/my-results/"
    trainee = signed_in(c.trainees[0])
    before = trainee.get(page).content.decode()
    assert (
        "成绩尚未确认" in before
        and "82.4" not in before
        and "评语" not in before.split("<main")[1].replace("查看分数、评语", "")
    )
    c.plan = c.plan.at_step(c.plan.step + 1)
    c.drive_to("finished")
    confirm_results(training_class=c.tc, by=c.staff, now=c.now)
    after = trainee.get(page).content.decode()
    assert "81.3、82.4、83.5" in after and "评语82.4" in after and "填写<a" in after
    assert not any(role.account.name in after for role in c.examiners)


def test_kept_objected_and_decided_for_the_trainee_ends_in_a_correction(
    c: ClassAt, signed_in: SignedIn
) -> None:
    where = f"/attendees/{c.attendees[0].pk}/appeal/"
    assert signed_in(c.trainees[0]).post(where, {"part": "final", "grounds": GROUNDS}).status_code == 302
    row = Appeal.objects.inside(training_class=c.tc).get()
    assert _waits(c.staff, c) == ["复核"] and _waits(c.province, c) == []
    kept = keep_mark(appeal=row, reason="已按评分标准复查原始记录，无误。", seen=1, by=c.staff, now=c.now)
    assert kept.state == AppealState.KEPT and _waits(c.staff, c) == []
    page = signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/my-results/").content.decode()
    assert "已按评分标准复查" in page and "提出异议" in page
    object_to_answer(appeal=row, reason="补交的第三页仍然没有看。", by=c.trainees[0], now=c.now)
    assert _waits(c.province, c) == ["复核"]
    sustain_objection(appeal=row, reason="经查第三页确未评阅，应予更正。", seen=3, by=c.province, now=c.now)
    assert _waits(c.staff, c) == ["更正成绩"]
    asked = request_correction(
        attendee=c.attendees[0], part="final", new="66", reason="复核成立", by=c.staff, now=c.now
    )
    assert Appeal.objects.inside(pk=row.pk).get().correction_id == asked.pk and _waits(c.staff, c) == []
    countersign_correction(correction=asked, seen=1, by=c.province, now=c.now)
    line = TranscriptLine.objects.inside(attendee=c.attendees[0]).latest("revision")
    assert str(line.final) == "66.00"
    told = Message.objects.unscoped("test").filter(kind__startswith="assessment.appeal")
    assert [(m.kind.removeprefix("assessment."), m.to_id) for m in told.order_by("pk")] == [
        ("appeal", c.staff.pk), ("appeal_answered", c.trainees[0].pk), ("appeal_objected", c.province.pk),
        ("appeal_decided", c.trainees[0].pk), ("appeal_decided", c.staff.pk),
    ]  # fmt: skip


def test_the_institution_may_uphold_and_the_province_may_dismiss(c: ClassAt) -> None:
    first = _appeal(c)
    done = uphold_appeal(appeal=first, reason="登分有误，应予更正成绩。", seen=1, by=c.staff, now=c.now)
    assert done.state == AppealState.UPHELD
    second = _appeal(c, part=Part.PROCESS)
    keep_mark(appeal=second, reason="已复查原始记录，没有错误。", seen=1, by=c.staff, now=c.now)
    object_to_answer(appeal=second, reason="仍然认为评分偏低，请复查。", by=c.trainees[0], now=c.now)
    gone = dismiss_objection(
        appeal=second, reason="评分依据充分，维持原成绩。", seen=3, by=c.province, now=c.now
    )
    assert gone.state == AppealState.DISMISSED


@pytest.mark.parametrize(
    ("days", "more", "rule"),
    [
        (5, {}, ""),
        (6, {}, "appeal.late"),
        (0, {"grounds": "太低"}, "appeal.words"),
        (0, {"part": "both"}, "appeal.part"),
    ],
)
def test_an_appeal_has_its_days_and_its_grounds(
    c: ClassAt, days: int, more: dict[str, Any], rule: str
) -> None:
    now = c.now + timedelta(days=days)
    if not rule:
        assert _appeal(c, now=now).state == AppealState.APPLIED
        return
    with pytest.raises(RuleBroken) as refused:
        _appeal(c, now=now, **more)
    assert [b.rule for b in refused.value.breaches] == [rule]


def test_one_appeal_per_mark_by_its_owner_and_an_objection_in_time(c: ClassAt) -> None:
    with pytest.raises(NotAllowed):
        appeal(attendee=c.attendees[0], part="final", grounds=GROUNDS, by=c.staff, now=c.now)
    row = _appeal(c)
    with pytest.raises(RuleBroken, match="已经申请过"):
        _appeal(c)
    keep_mark(appeal=row, reason="已复查原始记录，没有错误。", seen=1, by=c.staff, now=c.now)
    with pytest.raises(RuleBroken, match="已经过了"):
        object_to_answer(
            appeal=row, reason="仍然认为评分偏低，请复查。", by=c.trainees[0], now=c.now + timedelta(days=4)
        )


def test_an_open_appeal_is_watched(c: ClassAt) -> None:
    row = _appeal(c)
    (item,) = [w for w in watched_of_class(c.reload(), c.staff, c.now.date()) if w.due.key == "appeal_answer"]
    assert (item.due.on, item.done_on) == (c.now.date() + timedelta(days=5), None)
    keep_mark(appeal=row, reason="已复查原始记录，没有错误。", seen=1, by=c.staff, now=c.now)
    (item,) = [w for w in watched_of_class(c.reload(), c.staff, c.now.date()) if w.due.key == "appeal_answer"]
    assert item.done_on == c.now.date()


def test_teachers_and_classmates_read_no_appeal(c: ClassAt, signed_in: SignedIn) -> None:
    _appeal(c)
    where = f"/classes/{c.tc.pk}/appeals/"
    readers = {n for n, r in c.actors().items() if GROUNDS in signed_in(r).get(where).content.decode()}
    assert readers == {"institution", "coordinator", "certificate_officer", "province", "centre", "oversight"}
    assert GROUNDS not in signed_in(c.trainees[1]).get(f"/classes/{c.tc.pk}/my-results/").content.decode()
