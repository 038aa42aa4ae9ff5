"""Lesson presentations and defences: hours, the lot that anyone can repeat, calling, own notes under seal, recordings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.presentations import Times, draw, read_times, slot_times
from gongxue.stage6_assessment.actions import (
    add_recording,
    allow_retake,
    apply_retake,
    draw_order,
    move_on,
    note_presentation,
    plan_presentations,
    remove_recording,
    score_final,
)
from gongxue.stage6_assessment.models import PresentationDay, PresentationSlot
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
HOURS = {"starts_at": "11:30", "minutes": "15", "gap": "5", "rest_from": "12:00", "rest_to": "13:30"}


@pytest.fixture
def passed(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("process_scored")
    at_time(c.now)
    return c


def _plan(c: ClassAt, **more: Any) -> PresentationDay:
    given: dict[str, Any] = {"session": 1, "day": c.tc.last_day, "times": HOURS, "place": "报告厅"} | more
    return plan_presentations(training_class=c.tc, by=c.coordinator, now=c.now, **given)


def _drawn(c: ClassAt) -> PresentationDay:
    return draw_order(presentation_day=_plan(c), by=c.coordinator, now=c.now)


def _slots(day: PresentationDay) -> list[PresentationSlot]:
    return list(PresentationSlot.objects.inside(presentation_day=day).order_by("order"))


def test_nobody_is_on_during_the_rest() -> None:
    times, breaches = read_times(HOURS)
    assert times == Times(690, 15, 5, 720, 810) and not breaches
    begins = [f"{begin:%H:%M}" for begin, _ in slot_times(date(2023, 6, 18), times, 4)]
    assert begins == ["11:30", "13:30", "13:50", "14:10"]  # 11:50 would run into the rest


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("starts_at", "25:00", "starts"), ("starts_at", "9点", "starts"), ("minutes", "4", "minutes"), ("minutes", "６０", "minutes"),
        ("gap", "31", "gap"), ("rest_to", "11:00", "rest"), ("rest_to", "", "rest"),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_named(name: str, text: str, rule: str) -> None:
    times, breaches = read_times(HOURS | {name: text})
    assert times is None and [b.rule for b in breaches] == [f"presentation.{rule}"]


def test_the_lot_can_be_repeated_by_hand_and_does_not_depend_on_the_list() -> None:
    by_hand = sorted([1, 2, 3, 10], key=lambda n: hashlib.sha256(f"abc:{n}".encode()).hexdigest())
    assert draw([10, 3, 2, 1], "abc") == draw([1, 2, 3, 10], "abc") == by_hand
    assert len({tuple(draw([1, 2, 3, 10], f"{n}")) for n in range(200)}) == 24  # every order comes


def test_the_order_is_drawn_with_a_recorded_seed_and_everybody_hears_their_time(passed: ClassAt) -> None:
    day = _drawn(passed)
    seats = [slot.attendee.application.seat for slot in _slots(day)]
    assert seats == draw([a.application.seat or 0 for a in passed.attendees], day.seed)
    event = Event.objects.unscoped("test").get(code="assessment.draw_order")
    assert event.changes["seed"] == [None, day.seed] and event.changes["order"] == [None, seats]
    told = Message.objects.unscoped("test").filter(kind="assessment.presentation")
    assert sorted(told.values_list("account_id", flat=True)) == sorted(
        role.account_id for role in passed.trainees
    )
    first = next(m for m in told if "第 1 位" in m.subject)
    assert "11:30" in first.subject and first.event["begins"].startswith(f"{passed.tc.last_day}T11:30")


def test_a_second_draw_wants_a_reason_and_none_follows_the_first_call(passed: ClassAt) -> None:
    day = _drawn(passed)
    with pytest.raises(RuleBroken, match="须写明理由"):
        draw_order(presentation_day=day, by=passed.coordinator, now=passed.now)
    again = draw_order(presentation_day=day, by=passed.coordinator, now=passed.now, reason="漏了一人")
    assert again.draws == 2 and again.seed != day.seed and len(_slots(again)) == 4
    event = Event.objects.unscoped("test").filter(code="assessment.draw_order").latest("pk")
    assert event.reason == "漏了一人" and event.changes["seed"] == [day.seed, again.seed]
    move_on(presentation_day=again, after=0, by=passed.coordinator, now=passed.now)
    with pytest.raises(RuleBroken, match="已经开始叫号"):
        draw_order(presentation_day=day, by=passed.coordinator, now=passed.now, reason="再抽")


def test_one_key_calls_one_and_the_waiting_room_says_who_is_on(passed: ClassAt, signed_in: SignedIn) -> None:
    day, office = _drawn(passed), signed_in(passed.coordinator)
    where = f"/presentation-days/{day.pk}/next/"
    assert office.post(where, {"after": "0"}).status_code == 302
    assert office.post(where, {"after": "0"}).status_code == 409  # a second key, a second window
    first, second = _slots(day)[:2]
    trainee = next(
        r for r in passed.trainees if r.account_id == second.attendee.application.person.account_id
    )
    page = signed_in(trainee).get(f"/classes/{passed.tc.pk}/waiting-room/").content.decode()
    assert (
        "下一位就是您" in page and f"1 号 <small>{first.attendee}" in page and 'http-equiv="refresh"' in page
    )
    assert first.begun_at == passed.now and second.begun_at is None
    ics = signed_in(trainee).get(f"/classes/{passed.tc.pk}/presentation.ics")
    assert b"DTSTART:" + f"{passed.tc.last_day:%Y%m%d}T053000Z".encode() in ics.content
    for after in range(1, 5):
        move_on(presentation_day=day, after=after, by=passed.coordinator, now=passed.now)
    with pytest.raises(RuleBroken):
        move_on(presentation_day=day, after=5, by=passed.coordinator, now=passed.now)


def test_nobody_is_called_before_the_day(passed: ClassAt) -> None:
    day = _drawn(passed)
    with pytest.raises(RuleBroken):
        move_on(presentation_day=day, after=0, by=passed.coordinator, now=passed.now - timedelta(days=1))


def test_notes_are_the_examiners_own_until_all_sheets_are_in(passed: ClassAt, signed_in: SignedIn) -> None:
    slot = _slots(_drawn(passed))[0]
    first, second, _ = passed.examiners
    note_presentation(presentation_slot=slot, text="板书清楚", by=first, now=passed.now)
    note_presentation(presentation_slot=slot, text="板书清楚，提问一", by=first, now=passed.now)

    def reads(role: Any) -> bool:
        return (
            "板书清楚，提问一"
            in signed_in(role).get(f"/classes/{passed.tc.pk}/presentations/").content.decode()
        )

    assert reads(first) and not any(
        map(reads, (second, passed.staff, passed.province, passed.instructors[0]))
    )
    for role in passed.examiners:
        score_final(attendee=slot.attendee, mark="80", by=role, now=passed.now)
    assert reads(second) and reads(passed.staff) and reads(passed.province)
    with pytest.raises(NotAllowed):
        note_presentation(presentation_slot=slot, text="旁听", by=passed.instructors[0], now=passed.now)


def test_a_recording_is_a_link_or_a_film_and_only_its_trainee_sees_it(
    passed: ClassAt, signed_in: SignedIn
) -> None:
    slot = _slots(_drawn(passed))[0]
    with pytest.raises(RuleBroken):
        add_recording(presentation_slot=slot, by=passed.coordinator, now=passed.now)
    with pytest.raises(RuleBroken, match="https"):
        add_recording(
            presentation_slot=slot, link="javascript:alert(1)", by=passed.coordinator, now=passed.now
        )
    made = add_recording(
        presentation_slot=slot, link="https://pan.example.cn/1", by=passed.coordinator, now=passed.now
    )
    page = f"/classes/{passed.tc.pk}/presentations/"
    assert "https://pan.example.cn/1" in signed_in(passed.examiners[0]).get(page).content.decode()
    remove_recording(presentation_recording=made, by=passed.coordinator, now=passed.now)
    assert "https://pan.example.cn/1" not in signed_in(passed.examiners[0]).get(page).content.decode()


def test_the_second_session_is_for_retakes_and_not_after_form_5_is_due(passed: ClassAt) -> None:
    with pytest.raises(RuleBroken, match="没有可以参加"):
        draw_order(presentation_day=_plan(passed, session=2), by=passed.coordinator, now=passed.now)
    first = passed.attendees[0]
    for role in passed.examiners:
        score_final(attendee=first, mark="50", by=role, now=passed.now)
    asked = apply_retake(attendee=first, by=passed.trainees[0], now=passed.now)
    allow_retake(retake=asked, by=passed.staff, now=passed.now)
    due = passed.tc.last_day + timedelta(days=7)
    day = _plan(passed, session=2, day=due, seen=1)
    with pytest.raises(RuleBroken, match="不在"):
        _plan(passed, session=2, day=due + timedelta(days=1), seen=2)
    with pytest.raises(RuleBroken, match="不在"):
        _plan(passed, day=due)  # the first session is part of the training
    drawn = draw_order(presentation_day=day, by=passed.coordinator, now=passed.now)
    assert [slot.attendee_id for slot in _slots(drawn)] == [first.pk]


def test_a_plan_that_somebody_else_has_changed_is_not_overwritten(passed: ClassAt) -> None:
    _plan(passed)
    with pytest.raises(Conflict):
        _plan(passed)
    assert _plan(passed, seen=1, place="二楼").version == 2


@pytest.mark.parametrize("headcount", [1, 4])
@pytest.mark.parametrize(
    ("page", "who", "queries"), [("presentations", "examiner", 13), ("waiting-room", "trainee", 9)]
)
def test_queries_do_not_grow_with_the_class(
    class_at: ClassAtFixture,
    signed_in: SignedIn,
    at_time: AtTime,
    headcount: int,
    page: str,
    who: str,
    queries: int,
) -> None:
    c = class_at("process_scored", headcount=headcount)
    at_time(c.now)
    for slot in _slots(_drawn(c)):
        note_presentation(presentation_slot=slot, text="记录", by=c.examiners[0], now=c.now)
        add_recording(presentation_slot=slot, link="https://pan.example.cn/1", by=c.coordinator, now=c.now)
    client = signed_in(c.actors()[who])
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/classes/{c.tc.pk}/{page}/").status_code == 200
    assert len(captured) == queries
