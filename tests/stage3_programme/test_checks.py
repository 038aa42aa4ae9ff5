"""Checks while writing: the same as at submission, nationwide, with the numbers the centre has entered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.parties.models import Booking
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.actions import add_room, close_room, set_hours, submit_programme
from gongxue.stage3_programme.checks import minimums_of, programme_findings
from gongxue.stage3_programme.models import CourseSession, ModuleHours, Programme, Room
from gongxue.stage3_programme.queries import programme_breaches, programme_of, sessions_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
BASIS = "培训标准第三条"


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    found.training_class = c.tc
    return found


def rules(c: ClassAt) -> dict[str, bool]:
    """Rule → whether it is only a hint."""
    return {f.breach.rule: f.is_hint for f in programme_findings(programme(c), sessions_of(c.tc))}


def enter(c: ClassAt, module: str, periods: int, day: date = date(2022, 1, 1)) -> ModuleHours:
    return set_hours(
        module=module, periods=periods, effective_from=day, basis=BASIS, by=c.people.centre, now=c.now
    )


def save(client: Client, c: ClassAt, **body: Any) -> Any:
    where = reverse("programme.edit", args=[c.tc.pk])
    return client.post(where, {"seen": programme(c).version, **body}, content_type="application/json")


def test_hours_hold_from_the_day_on_which_they_are_in_force(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    assert minimums_of(c.tc) == {}
    assert "timetable.hours" not in rules(c)
    enter(c, "3-1", 40)
    enter(c, "2-1", 40)
    assert minimums_of(c.tc) == {"3-1": 40}
    assert rules(c)["timetable.hours"] is False
    enter(c, "3-1", 2, date(2022, 3, 1))
    assert minimums_of(c.tc) == {"3-1": 2}, "the latest that was in force when the class entered the plan"
    enter(c, "3-1", 90, c.tc.created_at.date() + timedelta(days=1))
    assert minimums_of(c.tc) == {"3-1": 2}


def test_too_few_hours_cannot_be_submitted(class_at: ClassAtFixture) -> None:
    c = class_at("team_confirmed")
    enter(c, "3-1", 50)
    row = programme(c)
    with pytest.raises(RuleBroken) as refusal:
        submit_programme(programme=row, seen=row.version, by=c.staff, now=c.now)
    assert [b.rule for b in refusal.value.breaches] == ["timetable.hours"]


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"module": "9-9"}, "hours.module"),
        ({"periods": 0}, "hours.periods"),
        ({"periods": 121}, "hours.periods"),
        ({"basis": " "}, "hours.basis"),
    ],
)
def test_wrong_hours_are_refused(class_at: ClassAtFixture, wrong: dict[str, Any], rule: str) -> None:
    c = class_at("planned")
    right: dict[str, Any] = {
        "module": "3-1", "periods": 4, "effective_from": date(2022, 1, 1), "basis": BASIS,
    }  # fmt: skip
    with pytest.raises(RuleBroken) as refusal:
        set_hours(**(right | wrong), by=c.people.centre, now=c.now)
    assert [b.rule for b in refusal.value.breaches] == [rule]
    for role in (c.staff, c.province):
        with pytest.raises(NotAllowed):
            set_hours(**right, by=role, now=c.now)


def test_a_teacher_taken_elsewhere_is_found_nationwide(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    assert "timetable.busy" not in rules(c), "the bookings of the class itself are no clash"
    planned = next(s for s in sessions_of(c.tc) if s.teacher_id)
    rows = Booking.objects.unscoped("a test")
    rows.filter(person=planned.teacher_id, day=planned.day).update(reference="class/999999")
    assert rules(c)["timetable.busy"] is False
    assert "另有安排" in "".join(
        b.says for b in programme_breaches(programme(c), sessions_of(c.tc)) if b.rule == "timetable.busy"
    )


def another(c: ClassAt) -> CourseSession:
    """A period of another class of the institution at the time, in the room and with the teacher of the first one."""
    tc = TrainingClass.objects.unscoped("a test").get(pk=c.tc.pk)
    tc.pk = None
    tc.save(force_insert=True)
    row = next(s for s in sessions_of(c.tc) if s.teacher_id)
    row.pk = None
    row.training_class = tc
    row.save(force_insert=True)
    return row


def test_a_teacher_in_the_timetable_of_another_class_is_found(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    theirs = another(c)
    (one,) = [
        f for f in programme_findings(programme(c), sessions_of(c.tc)) if f.breach.rule == "timetable.busy"
    ]
    assert "的课表" in one.breach.says
    assert (theirs.day, theirs.period) in one.places


def test_a_room_of_the_register_is_held_by_one_class_at_a_time(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    theirs = another(c)
    assert rules(c)["timetable.room"] is True, "a place that is only written down is a hint"
    add_room(name=theirs.room, kind="workstation", seats=40, by=c.staff, now=c.now)
    assert rules(c)["timetable.room"] is False
    CourseSession.objects.inside(training_class=theirs.training_class).update(room="别处")
    assert "timetable.room" not in rules(c)


def test_rooms_are_an_institutions_own(class_at: ClassAtFixture) -> None:
    c = class_at("planned")
    room = add_room(name=" 一号站 ", kind="workstation", seats=40, by=c.staff, now=c.now)
    assert (room.name, room.institution_id) == ("一号站", c.tc.institution_id)
    with pytest.raises(RuleBroken) as refusal:
        add_room(name="一号站", kind="hall", seats=4, by=c.staff, now=c.now)
    assert refusal.value.breaches[0].rule == "room.known"
    close_room(room=room, by=c.staff, now=c.now)
    close_room(room=room, by=c.staff, now=c.now)
    again = add_room(name="一号站", kind="hall", seats=4, by=c.staff, now=c.now)
    assert Room.objects.scope(c.actors()["other_institution"]).count() == 0
    assert {r.pk for r in Room.objects.scope(c.staff)} == {room.pk, again.pk}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"name": " "}, "room.name"),
        ({"name": "长" * 41}, "room.name"),
        ({"kind": "barn"}, "room.kind"),
        ({"seats": 0}, "room.seats"),
    ],
)
def test_wrong_rooms_are_refused(class_at: ClassAtFixture, wrong: dict[str, Any], rule: str) -> None:
    c = class_at("planned")
    right: dict[str, Any] = {"name": "一号站", "kind": "hall", "seats": 30}
    with pytest.raises(RuleBroken) as refusal:
        add_room(**(right | wrong), by=c.staff, now=c.now)
    assert [b.rule for b in refusal.value.breaches] == [rule]


def test_every_saving_answers_with_the_findings_at_their_periods(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("drafted")
    at_time(c.now)
    enter(c, "3-1", 50)
    add_room(name="一号站", kind="hall", seats=30, by=c.staff, now=c.now)
    client = signed_in(c.staff)
    shown = client.get(reverse("programme", args=[c.tc.pk])).content.decode()
    assert "data-checks" in shown
    assert "一号站" in shown
    checks = save(client, c, sections={"venue": "新楼"}).json()["checks"]
    first = next(s for s in sessions_of(c.tc) if s.module == "3-1")
    assert f"{first.day.isoformat()}/{first.period} " in checks
    assert "要求不少于 50 课时" in checks


def test_the_registers_have_pages(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("planned")
    at_time(c.now)
    where = reverse("programme.hours")
    assert "待录入" in signed_in(c.people.centre).get(where).content.decode()
    enter(c, "3-1", 4)
    for role in (c.people.centre, c.staff):
        shown = signed_in(role).get(where).content.decode()
        assert BASIS in shown
        assert (reverse("programme.set_hours") in shown) == (role is c.people.centre)
    client = signed_in(c.staff)
    sent = {"name": "二号站", "kind": "hall", "seats": "30", "next": reverse("programme.rooms")}
    assert client.post(reverse("programme.add_room"), sent).status_code == 302
    assert "二号站" in client.get(reverse("programme.rooms")).content.decode()
    assert signed_in(c.province).get(reverse("programme.rooms")).status_code == 403
    room = Room.objects.scope(c.staff).get()
    closing = reverse("programme.close_room", args=[room.pk])
    assert signed_in(c.actors()["other_institution"]).post(closing).status_code == 404
    assert client.post(closing).status_code == 302
    assert "二号站" not in client.get(reverse("programme.rooms")).content.decode()
