"""Second attempts have days of their own, named by the institution, before form 5 is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from gongxue.desks.todos import todos_for
from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.timeline import at
from gongxue.stage1_planning.queries.watching import watched_of_class
from gongxue.stage1_planning.reminders import run
from gongxue.stage5_delivery.actions import hand_in
from gongxue.stage6_assessment.actions import score_process, set_second_dates
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]


@pytest.fixture
def below(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """The first trainee's work was below 60."""
    c = class_at("taught", headcount=2)
    at_time(c.now)
    for role in c.instructors:
        score_process(attendee=c.attendees[0], mark="50", by=role, now=c.now)
    return c


def test_the_day_is_watched_told_and_shown_until_the_work_is_in(below: ClassAt, signed_in: SignedIn) -> None:
    c, day = below, below.tc.last_day + timedelta(days=2)
    form = {"resubmit_by": day.isoformat(), "retake_by": "", "seen": "0"}
    assert signed_in(c.staff).post(f"/classes/{c.tc.pk}/second-dates/", form).status_code == 302
    told = Message.objects.unscoped("test").filter(kind="assessment.second_dates")
    assert list(told.values_list("account_id", flat=True)) == [c.trainees[0].account_id]

    def open_() -> list[str]:
        found = watched_of_class(c.reload(), c.staff, day)
        return [f"{w.due.on} {w.about}" for w in found if w.due.key == "resubmission"]

    assert open_() == [f"{day} {c.tc.title}：{c.attendees[0]}"]
    todo = next(t for t in todos_for(c.trainees[0], c.now.date()) if t.kind == "成果")
    assert todo.due == day
    hand_in(attendee=c.attendees[0], title="二稿", note="改", by=c.trainees[0], now=c.now)
    assert open_() == []


def test_the_trainee_is_reminded_the_day_before(below: ClassAt) -> None:
    c, day = below, below.tc.last_day + timedelta(days=2)
    set_second_dates(training_class=c.tc, resubmit_by=day, by=c.staff, now=c.now)
    eve = day - timedelta(days=1)
    system = c.people.system
    assert system.is_(Duty.SYSTEM)
    for _ in range(2):
        run(today=eve, by=system, now=at(eve, 7))
    rows = Message.objects.unscoped("test").filter(kind="deadlines.reminder", account=c.trainees[0].account)
    (message,) = [m for m in rows if "二次提交学习成果" in m.subject]
    assert message.subject.startswith("还有 1 天")


@pytest.mark.parametrize(("days", "good"), [(7, True), (8, False), (-30, False)])
def test_the_day_lies_between_today_and_form_5(below: ClassAt, days: int, good: bool) -> None:
    c, day = below, below.tc.last_day + timedelta(days=days)
    if good:
        assert set_second_dates(training_class=c.tc, retake_by=day, by=c.staff, now=c.now).retake_by == day
        return
    with pytest.raises(RuleBroken) as refused:
        set_second_dates(training_class=c.tc, retake_by=day, by=c.staff, now=c.now)
    assert [b.rule for b in refused.value.breaches] == ["second_dates.day"]


def test_days_that_somebody_else_has_changed_are_not_overwritten(below: ClassAt) -> None:
    c, day = below, below.tc.last_day
    set_second_dates(training_class=c.tc, retake_by=day, by=c.staff, now=c.now)
    with pytest.raises(Conflict):
        set_second_dates(training_class=c.tc, resubmit_by=day, by=c.staff, now=c.now)
    with pytest.raises(RuleBroken, match="没有变化"):
        set_second_dates(training_class=c.tc, retake_by=day, by=c.staff, now=c.now, seen=1)
