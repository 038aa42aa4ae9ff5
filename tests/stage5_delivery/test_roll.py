"""The roll call: one screen, only exceptions are touched, a retry is not a second roll, a correction says why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.models import AttendanceMark
from gongxue.stage5_delivery.queries import called_periods, marks_at
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn, at

AtTime = Callable[[datetime], None]
JSON = {"Accept": "application/json"}


@pytest.fixture
def running(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """A class on the afternoon of its second day; nothing has been called."""
    c = class_at("started")
    at_time(at(c.tc.first_day + timedelta(days=1), 15))
    return c


def _form(c: ClassAt, period: int = 1, day: int = 0, **marks: str) -> dict[str, Any]:
    """The form as the page sends it: everybody present but the named seats."""
    words = {f"presences.{a.pk}": "present" for a in c.attendees}
    for seat, word in marks.items():
        words[f"presences.{c.attendees[int(seat[1:]) - 1].pk}"] = word
    return {"day": str(c.tc.first_day + timedelta(days=day)), "period": period, "once": "k" * 32, **words}


def _call(client: Client, c: ClassAt, form: dict[str, Any], **headers: Any) -> Any:
    return client.post(f"/classes/{c.tc.pk}/roll/call/", form, **headers)


def _events() -> int:
    return int(Event.objects.unscoped("test").filter(code="delivery.call_roll").count())


def test_thirty_people_need_one_touch_beyond_the_exceptions(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    """Everybody is marked present when the page opens; two exceptions and the button are three touches."""
    c = class_at("started", headcount=30)
    at_time(at(c.tc.first_day, 9))
    client = signed_in(c.coordinator)
    page = client.get(f"/classes/{c.tc.pk}/roll/").content.decode()
    assert page.count('value="present" checked') == 30
    assert page.count('type="radio"') == 150
    touched: dict[str, Any] = {"s3": "late", "s17": "absent"}
    answer = _call(client, c, _form(c, **touched))
    assert answer.url.endswith(f"?day={c.tc.first_day}&period=2")  # the next one, without choosing it
    counts = list(marks_at(c.tc, c.tc.first_day, 1).values())
    assert (counts.count("present"), counts.count("late"), counts.count("absent")) == (28, 1, 1)


def test_the_page_opens_at_the_earliest_period_that_was_not_called(
    running: ClassAt, signed_in: SignedIn
) -> None:
    client = signed_in(running.coordinator)
    _call(client, running, _form(running))
    page = client.get(f"/classes/{running.tc.pk}/roll/").content.decode()
    assert "第 2 课时</h1>" in page
    assert 'aria-label="第 1 课时，已点名"' in page


def test_who_is_not_mentioned_is_present_and_others_are_nobody(running: ClassAt, signed_in: SignedIn) -> None:
    form = {k: v for k, v in _form(running).items() if not k.startswith("presences.")}
    form |= {f"presences.{running.attendees[1].pk}": "leave", "presences.987654": "absent"}
    assert _call(signed_in(running.coordinator), running, form).status_code == 302
    assert list(marks_at(running.tc, running.tc.first_day, 1).values()).count("present") == 3


def test_a_lost_answer_and_a_retry_are_one_roll(running: ClassAt, signed_in: SignedIn) -> None:
    client, form = signed_in(running.coordinator), _form(running, s2="leave")
    answers = [_call(client, running, form, headers=JSON) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert [a.json() for a in answers] == [answers[0].json()] * 3
    assert _events() == 1
    assert AnsweredRequest.objects.count() == 1


def test_the_same_key_with_other_marks_is_a_conflict_and_writes_nothing(
    running: ClassAt, signed_in: SignedIn
) -> None:
    client = signed_in(running.coordinator)
    _call(client, running, _form(running))
    answer = _call(client, running, _form(running, s1="absent"), headers=JSON)
    assert answer.status_code == 409
    assert answer.json()["breaches"][0]["rule"] == "once.reused"
    assert "absent" not in marks_at(running.tc, running.tc.first_day, 1).values()


def test_a_correction_asks_for_a_reason_and_keeps_what_was_marked(
    running: ClassAt, signed_in: SignedIn
) -> None:
    client = signed_in(running.coordinator)
    _call(client, running, _form(running))
    changed = _form(running, s4="absent") | {"once": "another"}
    refused = _call(client, running, changed)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "1 人的考勤将被更正，须写明理由" in page
    name = f"presences.{running.attendees[3].pk}"
    assert f'name="{name}" value="absent" checked' in page
    assert _call(client, running, changed | {"reason": "核对签到表后更正"}).status_code == 302
    assert marks_at(running.tc, running.tc.first_day, 1)[running.attendees[3].pk] == "absent"
    last = Event.objects.unscoped("test").filter(code="delivery.call_roll").latest("pk")
    assert last.reason == "核对签到表后更正"
    assert last.changes["4 号"] == ["present", "absent"]


def test_a_called_period_shows_what_was_called(running: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(running.coordinator)
    _call(client, running, _form(running, s2="left_early"))
    page = client.get(f"/classes/{running.tc.pk}/roll/?day={running.tc.first_day}&period=1").content.decode()
    assert f'name="presences.{running.attendees[1].pk}" value="left_early" checked' in page
    assert "提交更正" in page and "提交点名" not in page


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"day": "2023-06-15"}, "还没有到"),
        ({"presences.{0}": "asleep"}, "考勤只有到课、迟到、早退、请假、旷课"),
    ],
)
def test_a_wrong_roll_is_refused_whole(
    running: ClassAt, signed_in: SignedIn, change: dict[str, str], says: str
) -> None:
    named = {key.format(running.attendees[0].pk): value for key, value in change.items()}
    answer = _call(signed_in(running.coordinator), running, _form(running) | named, headers=JSON)
    assert answer.status_code == 422
    assert says in answer.json()["breaches"][0]["says"]
    assert called_periods(running.tc) == set()


@pytest.mark.parametrize(
    "where", [{"period": "9"}, {"day": "2023-07-01"}, {"day": "never"}, {"period": "１"}, {"period": ""}]
)
def test_a_period_that_is_not_on_the_timetable_does_not_exist(
    running: ClassAt, signed_in: SignedIn, where: dict[str, str]
) -> None:
    answer = _call(signed_in(running.coordinator), running, _form(running) | where)
    assert answer.status_code == (302 if where == {"period": "１"} else 404)


def test_letters_and_arrows_are_explained_where_there_is_a_keyboard(
    running: ClassAt, signed_in: SignedIn
) -> None:
    page = signed_in(running.coordinator).get(f"/classes/{running.tc.pk}/roll/").content.decode()
    assert "D 到课、C 迟到、Z 早退、J 请假、K 旷课" in page


def test_after_the_end_of_teaching_the_roll_stands(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("finished")
    client = signed_in(c.coordinator)
    page = client.get(f"/classes/{c.tc.pk}/roll/").content.decode()
    assert "教学已经结束，考勤不能再改" in page
    before = list(AttendanceMark.objects.inside(training_class=c.tc).order_by("pk").values_list("presence"))
    answer = _call(client, c, _form(c, s1="absent") | {"reason": "更正"})
    assert answer.status_code == 422
    assert (
        list(AttendanceMark.objects.inside(training_class=c.tc).order_by("pk").values_list("presence"))
        == before
    )


def test_the_roll_of_a_foreign_class_cannot_be_called(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    at_time(at(theirs.tc.first_day, 15))
    assert _call(signed_in(mine.coordinator), theirs, _form(theirs)).status_code == 404
    assert called_periods(theirs.tc) == set()
