"""The roll of periods taught in parallel: each group's people, no hour counted double, the gate of TR 12."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.stage3_programme.actions import edit_programme
from gongxue.stage3_programme.queries import programme_of, sessions_of
from gongxue.stage5_delivery.actions import assign_groups, call_roll, finish_class
from gongxue.stage5_delivery.models import AttendanceMark, Attendee
from gongxue.stage5_delivery.queries import absences_of, roll_days, rolls_of
from gongxue.stage6_assessment.queries import records_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at

AtTime = Callable[[datetime], None]
HALF_DAY = 4


def divide(c: ClassAt) -> None:
    """The first four periods for two groups, each with its own teacher and room, before the programme is filed."""
    row = programme_of(c.tc)
    assert row is not None
    teachers = list(dict.fromkeys(s.teacher_id for s in sessions_of(c.tc) if s.teacher_id))
    sessions: list[Any] = []
    for s in sessions_of(c.tc):
        one = {"day": s.day, "period": s.period, "kind": s.kind, "module": s.module, "topic": s.topic}
        if s.day == c.tc.first_day and s.period <= HALF_DAY:
            sessions += [
                {**one, "teacher": t, "room": f"A10{n}", "group": n} for n, t in enumerate(teachers, 1)
            ]
        else:
            sessions.append({**one, "teacher": s.teacher_id, "room": s.room})
    edit_programme(
        training_class=c.tc,
        seen=row.version,
        by=c.staff,
        now=c.now,
        sessions=sessions,
        arrangement={"groups": 2},
    )


@pytest.fixture
def running(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """A class in two groups on the evening of its first day; nothing has been called."""
    c = class_at("drafted")
    divide(c)
    c.drive_to("started")
    at_time(at(c.tc.first_day, 20))
    people = people_of(c)
    assign_groups(
        training_class=c.tc,
        groups={a.pk: 1 if n < 2 else 2 for n, a in enumerate(people)},
        by=c.coordinator,
        now=c.now,
    )
    return c


def people_of(c: ClassAt) -> list[Attendee]:
    rows = Attendee.objects.inside(training_class=c.tc)
    return list(rows.select_related("application").order_by("application__seat"))


def roll(c: ClassAt, people: list[Attendee], period: int = 1, word: str = "present") -> None:
    call_roll(
        training_class=c.tc, day=c.tc.first_day, period=period, presences={a.pk: word for a in people},
        by=c.coordinator, now=at(c.tc.first_day, 20),
    )  # fmt: skip


def progress(c: ClassAt) -> tuple[int, int]:
    """Periods called, periods planned."""
    rolls = rolls_of([c.tc])[c.tc.pk]
    return rolls.called, rolls.planned


def waiting(c: ClassAt) -> list[int]:
    """Periods of the first day that wait for their roll."""
    return [n for day, n in rolls_of([c.tc])[c.tc.pk].waiting if day == c.tc.first_day]


@pytest.mark.postgresql
def test_a_period_waits_until_both_groups_are_called(running: ClassAt) -> None:
    people = people_of(running)
    assert progress(running) == (0, 56), "sixty lessons, fifty-six periods"
    roll(running, people[:2])
    assert waiting(running)[0] == 1
    assert not roll_days(running.tc, running.tc.first_day)[running.tc.first_day][0].called
    roll(running, people[2:])
    assert waiting(running)[0] == 2
    assert progress(running) == (1, 56)
    with pytest.raises(RuleBroken) as caught:
        finish_class(training_class=running.tc, by=running.coordinator, now=at(running.tc.last_day, 18))
    assert "还有 55 个课时没有点名，最早的是" in caught.value.breaches[0].says


@pytest.mark.postgresql
def test_an_hour_counts_once_before_the_gate(running: ClassAt) -> None:  # TR 12
    people = people_of(running)
    for period in range(1, 6):
        roll(running, people, period, "absent")
    assert {one.counted for one in absences_of(running.tc).values()} == {5}
    assert all(record.absence is not None and record.absence.barred for record in records_of(running.tc))
    assert AttendanceMark.objects.inside(training_class=running.tc).count() == 5 * len(people)


def test_who_has_no_lesson_is_not_marked(running: ClassAt) -> None:
    people = people_of(running)
    from gongxue.stage3_programme.models import CourseSession

    CourseSession.objects.inside(
        training_class=running.tc, day=running.tc.first_day, period=1, group=2
    ).delete()
    with pytest.raises(RuleBroken) as caught:
        roll(running, people)
    assert [b.rule for b in caught.value.breaches] == ["roll.group"]
    assert "只有第1组上课，3、4 号不在其中" in caught.value.breaches[0].says
    roll(running, people[:2])
    assert waiting(running)[0] == 2, "nobody else has a lesson then"
    stray = people[3]
    stray.group = None
    stray.save(update_fields=["group"])
    roll(running, [stray])  # who is in no group yet may sit in either room


def test_the_page_calls_one_group_after_the_other(running: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(running.coordinator)
    path = f"/classes/{running.tc.pk}/roll/"
    page = client.get(path).content.decode()
    assert page.count('type="radio"') == 20
    assert "A101" in page
    assert "A102" in page
    assert f"?day={running.tc.first_day}&amp;period=1&amp;group=2" in page
    mine = f"{path}?day={running.tc.first_day}&period=1&group=1"
    page = client.get(mine).content.decode()
    assert page.count('type="radio"') == 10
    assert '<input type="hidden" name="group" value="1">' in page
    form = {"day": str(running.tc.first_day), "period": 1, "group": 1, "once": "a" * 32}
    answer = client.post(f"{path}call/", form)
    assert answer["Location"].endswith("&period=1"), "the other group waits"
    assert AttendanceMark.objects.inside(training_class=running.tc).count() == 2
    answer = client.post(f"{path}call/", {**form, "group": 2, "once": "b" * 32})
    assert answer["Location"].endswith("&period=2")
    assert client.post(f"{path}call/", {**form, "group": 5, "once": "c" * 32}).status_code == 404


def test_the_office_asks_for_the_groups_of_the_timetable(running: ClassAt, signed_in: SignedIn) -> None:
    page = signed_in(running.coordinator).get(f"/classes/{running.tc.pk}/office/groups/").content.decode()
    assert "课表分 2 组上课" in page
    assert "人不在这些组中" not in page
    office = signed_in(running.coordinator).get(f"/classes/{running.tc.pk}/office/").content.decode()
    assert "<dd>0<small> / 56 课时" in office
    Attendee.objects.inside(pk=people_of(running)[0].pk).update(group=None)
    page = signed_in(running.coordinator).get(f"/classes/{running.tc.pk}/office/groups/").content.decode()
    assert "1 人不在这些组中" in page


def test_the_question_what_waits_is_small(running: ClassAt) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        rolls_of([running.tc], running.tc.first_day + timedelta(days=3))
    assert len(asked) == 3
