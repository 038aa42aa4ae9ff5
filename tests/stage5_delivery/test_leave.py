"""Leave: asked for by the trainee with what it does said before, decided by who keeps the roll, counted by TR 12."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.desks.todos import todos_for
from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import (
    approve_leave,
    ask_leave,
    call_roll,
    refuse_leave,
    withdraw_leave,
)
from gongxue.stage5_delivery.models import AttendanceMark, Leave
from gongxue.stage5_delivery.queries import absences_of
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn, at

AtTime = Callable[[datetime], None]


@pytest.fixture
def running(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """The first morning of a class."""
    c = class_at("started")
    at_time(at(c.tc.first_day, 9))
    return c


def lessons(c: ClassAt, *periods: int, day: int = 1) -> list[str]:
    """Periods of the second day, as a form names them."""
    return [f"{c.tc.first_day + timedelta(days=day)}/{n}" for n in periods]


def asked(c: ClassAt, *periods: int, **more: Any) -> Leave:
    """The first trainee asks for leave on the second day."""
    wanted: dict[str, Any] = {
        "lessons": lessons(c, *periods),
        "reason": "就医",
        "by": c.trainees[0],
        "now": at(c.tc.first_day, 9),
    }
    return ask_leave(training_class=c.tc, **(wanted | more))


def approved(c: ClassAt, *periods: int) -> Leave:
    """The same, and the coordinator agrees."""
    leave = asked(c, *periods)
    return approve_leave(leave=leave, seen=leave.version, by=c.coordinator, now=at(c.tc.first_day, 10))


def rules(call: Callable[[], Any]) -> list[str]:
    """The rules that refuse."""
    with pytest.raises(Refusal) as caught:
        call()
    return [breach.rule for breach in caught.value.breaches]


@pytest.mark.postgresql
def test_approved_leave_is_in_the_roll_and_counts(
    running: ClassAt, signed_in: SignedIn, at_time: AtTime
) -> None:
    approved(running, 1, 2)
    assert absences_of(running.tc) == {}, "it counts once the roll says so"
    day = running.tc.first_day + timedelta(days=1)
    at_time(at(day, 9))
    page = (
        signed_in(running.coordinator)
        .get(f"/classes/{running.tc.pk}/roll/?day={day}&period=1")
        .content.decode()
    )
    mine = running.attendees[0].pk
    assert f'name="presences.{mine}" value="leave" checked' in page
    assert "已准假" in page
    words = {a.pk: "leave" if a.pk == mine else "present" for a in running.attendees}
    call_roll(
        training_class=running.tc, day=day, period=1, presences=words, by=running.coordinator, now=at(day, 9)
    )
    assert absences_of(running.tc)[mine].counted == 1
    sources = AttendanceMark.objects.inside(training_class=running.tc).values_list("attendee_id", "source")
    assert dict(sources) == {a.pk: "leave" if a.pk == mine else "roll" for a in running.attendees}


def test_what_it_does_is_said_before_it_is_asked_for(running: ClassAt, signed_in: SignedIn) -> None:
    approved(running, 1, 2)
    client, where = signed_in(running.trainees[0]), f"/classes/{running.tc.pk}/my-attendance/"
    page = client.get(where).content.decode()
    assert 'data-before="2" data-limit="4"' in page
    form = {"lessons": lessons(running, 3, 4, 5), "reason": "就医"}
    answer = client.post(f"{where}leave/", form)
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "批准后旷课和请假合计 5 课时，超过 4 课时，将不能参加培训考核" in said
    assert "data-understood hidden" not in said
    assert said.count("checked") == 3
    assert "就医</textarea>" in said
    assert client.post(f"{where}leave/", form | {"understood": "on"})["Location"] == where
    assert Leave.objects.unscoped("test").filter(state="requested").count() == 1


def test_up_to_the_limit_nothing_has_to_be_confirmed(running: ClassAt) -> None:
    assert asked(running, 1, 2, 3, 4).state == "requested"
    assert rules(lambda: asked(running, 5)) == ["leave.beyond"], "what waits for an answer is reckoned too"


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"lessons": []}, "leave.nothing"),
        ({"reason": "  "}, "leave.reason"),
        ({"lessons": ["2023-06-11/1"]}, "leave.lesson"),
        ({"lessons": ["2023-06-13/11"]}, "leave.lesson"),
        ({"lessons": ["tomorrow"]}, "leave.format"),
        ({"lessons": ["2023-06-13/１"]}, "leave.format"),
        ({"lessons": ["2023-06-13/-1"]}, "leave.format"),
        ({"lessons": ["2023-13-13/1"]}, "leave.format"),
    ],
)
def test_leave_names_lessons_and_a_reason(running: ClassAt, more: dict[str, Any], rule: str) -> None:
    assert rule in rules(lambda: asked(running, 1, **more))


@pytest.mark.postgresql
def test_leave_is_for_lessons_to_come_that_are_not_marked_or_asked_for(running: ClassAt) -> None:
    words = {a.pk: "present" for a in running.attendees}
    first = running.tc.first_day
    call_roll(
        training_class=running.tc,
        day=first,
        period=1,
        presences=words,
        by=running.coordinator,
        now=at(first, 9),
    )
    assert rules(lambda: asked(running, lessons=lessons(running, 1, day=0))) == ["leave.marked"]
    asked(running, 1)
    assert rules(lambda: asked(running, 1, 2)) == ["leave.asked"]
    late = at(first + timedelta(days=2), 9)
    assert rules(lambda: asked(running, 3, now=late)) == ["leave.past"]


def test_only_trainees_of_the_class_ask_and_only_for_themselves(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    with pytest.raises(NotThere):
        asked(mine, 1, by=theirs.trainees[0])
    with pytest.raises(NotAllowed):
        asked(mine, 1, by=mine.coordinator)
    leave = asked(mine, 1)
    for call in (approve_leave, refuse_leave):
        inputs: dict[str, Any] = {"leave": leave, "seen": 1, "now": mine.now} | (
            {"reason": "x"} if call is refuse_leave else {}
        )
        with pytest.raises(NotThere):
            call(by=theirs.coordinator, **inputs)
        with pytest.raises(NotAllowed):
            call(by=mine.trainees[0], **inputs)
    with pytest.raises(NotThere):
        withdraw_leave(leave=leave, by=mine.trainees[1], now=mine.now)
    assert not Leave.objects.scope(mine.trainees[1]).exists()
    assert not Leave.objects.scope(mine.instructors[0]).exists(), "a reason may be private"


@pytest.mark.postgresql
def test_a_refusal_says_why_and_the_trainee_hears_of_it(running: ClassAt) -> None:
    leave = asked(running, 1)
    told = Message.objects.unscoped("test").filter(kind="delivery.ask_leave")
    assert {m.to_id for m in told} == {running.coordinator.pk, running.staff.pk}
    assert "还可缺 3 课时" in told[0].body
    now = at(running.tc.first_day, 10)
    assert rules(lambda: refuse_leave(leave=leave, seen=1, reason=" ", by=running.coordinator, now=now)) == [
        "reason.missing"
    ]
    refuse_leave(leave=leave, seen=1, reason="当天有实操考核", by=running.coordinator, now=now)
    answer = Message.objects.unscoped("test").filter(kind="delivery.leave_decided").get()
    assert (answer.to_id, answer.body) == (running.trainees[0].pk, "当天有实操考核")
    assert "未批准" in answer.subject
    asked(running, 1)  # what was refused may be asked for again
    last = Event.objects.unscoped("test").filter(code="delivery.refuse_leave").get()
    assert (last.reason, last.changes["state"]) == ("当天有实操考核", ["requested", "refused"])


def test_what_was_answered_is_not_answered_again(running: ClassAt) -> None:
    leave = approved(running, 1)
    with pytest.raises((RuleBroken, Conflict)):
        refuse_leave(leave=leave, seen=leave.version, reason="x", by=running.staff, now=running.now)
    with pytest.raises(Conflict):
        approve_leave(leave=asked(running, 2), seen=7, by=running.staff, now=running.now)


@pytest.mark.postgresql
def test_it_is_taken_back_before_it_begins(running: ClassAt) -> None:
    leave, day = approved(running, 1), running.tc.first_day + timedelta(days=1)
    assert rules(
        lambda: withdraw_leave(leave=leave, by=running.trainees[0], now=at(day + timedelta(days=1), 9))
    ) == ["leave.begun"]
    withdraw_leave(leave=leave, by=running.trainees[0], now=at(day, 7))
    assert Message.objects.unscoped("test").filter(kind="delivery.withdraw_leave").count() == 2
    again = approved(running, 1)
    words = {a.pk: "present" for a in running.attendees}
    call_roll(
        training_class=running.tc, day=day, period=1, presences=words, by=running.coordinator, now=at(day, 9)
    )
    assert rules(lambda: withdraw_leave(leave=again, by=running.trainees[0], now=at(day, 9))) == [
        "leave.begun"
    ]


def test_a_request_waits_on_the_desk_and_on_a_page(running: ClassAt, signed_in: SignedIn) -> None:
    asked(running, 1, 2, 3, 4)
    today = running.tc.first_day
    for role in (running.coordinator, running.staff):
        found = [todo for todo in todos_for(role, today) if todo.kind == "请假"]
        assert [(todo.title, todo.where) for todo in found] == [
            ("1 个请假申请待批", f"/classes/{running.tc.pk}/leaves/")
        ]
        page = signed_in(role).get(found[0].where).content.decode()
        assert "已到上限 4 课时，再缺 1 课时将不能参加培训考核" in page
        assert "/approve/" in page
    assert signed_in(running.trainees[0]).get(f"/classes/{running.tc.pk}/leaves/").status_code == 403
    assert signed_in(running.instructors[0]).get(f"/classes/{running.tc.pk}/leaves/").status_code == 403


def test_ones_own_page_says_what_counts(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("taught", fates=("barred",))
    page = signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/my-attendance/").content.decode()
    assert "<b>5</b> / 4 课时" in page
    assert "已超过 4 课时，不能参加培训考核" in page
    assert page.count("<small>计 1</small>") == 5
    other = signed_in(c.trainees[1]).get(f"/classes/{c.tc.pk}/my-attendance/").content.decode()
    assert "还可缺 4 课时" in other


def test_ones_own_page_and_that_of_the_office_ask_a_fixed_number_of_times(
    running: ClassAt, signed_in: SignedIn
) -> None:
    counts = []
    for periods in ((1,), (2, 3)):
        asked(running, *periods)
        for role, page in ((running.trainees[0], "my-attendance"), (running.coordinator, "leaves")):
            client = signed_in(role)
            client.get("/desk/")
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/classes/{running.tc.pk}/{page}/").status_code == 200
            counts.append((page, len(captured)))
    assert counts[:2] == counts[2:]
    assert counts[0][1] <= 20
    assert counts[1][1] <= 13


@pytest.mark.postgresql
def test_approval_and_withdrawal_at_once_end_in_one_state(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    leave, now = asked(c, 1), at(c.tc.first_day, 10)
    results = race(
        lambda: approve_leave(leave=leave, seen=1, by=c.coordinator, now=now),
        lambda: refuse_leave(leave=leave, seen=1, reason="不同意", by=c.staff, now=now),
    )
    assert sum(isinstance(one, Leave) for one in results) == 1
