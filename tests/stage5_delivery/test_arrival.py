"""Arrival with the pledge (MG 10): under one's own account or on paper, undone, late, not at all; the register of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.test import Client

from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.queries import system_role
from gongxue.regulations.discipline import PLEDGE, VERSION, Occasion
from gongxue.stage5_delivery import deadlines
from gongxue.stage5_delivery.actions import (
    check_in,
    mark_no_show,
    remind_discipline,
    sign_pledge,
    start_class,
    undo_arrival,
)
from gongxue.stage5_delivery.models import Attendee, DisciplineReminder, Pledge
from gongxue.stage5_delivery.queries import attendees_of, pledges_of, reminders_of, reminders_to
from gongxue.stage5_delivery.queries.discipline import occasions_covered, reminder_rows
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn, at

AtTime = Callable[[datetime], None]


def begun(class_at: ClassAtFixture, pledged: int = 0) -> ClassAt:
    """A class that has begun, nobody has arrived; the first few have pledged beforehand on their phones."""
    c = class_at("admitted")
    for role in c.trainees[:pledged]:
        sign_pledge(training_class=c.tc, text_version=VERSION, by=role, now=at(c.tc.first_day, 7))
    start_class(training_class=c.tc, by=c.staff, now=at(c.tc.first_day, 8))
    c.reload()
    return c


def entries(code: str) -> list[Event]:
    """The trail of one act, oldest first."""
    return list(Event.objects.unscoped("test").filter(code=code).order_by("pk"))


def office(client: Client, c: ClassAt, rest: str = "") -> str:
    """The desk as somebody sees it."""
    return str(client.get(f"/classes/{c.tc.pk}/office/{rest}").content.decode())


def test_a_pledge_given_beforehand_is_not_asked_for_at_the_desk(class_at: ClassAtFixture) -> None:
    c = begun(class_at, pledged=1)
    own, paper = c.attendees[:2]
    assert own.pledge_way == "own" and own.pledged_at == at(c.tc.first_day, 7) and not paper.pledge_way
    for attendee, pledged in ((own, False), (paper, True)):
        check_in(attendee=attendee, pledged=pledged, by=c.coordinator, now=at(c.tc.first_day, 9))
    with pytest.raises(RuleBroken, match=r"报到时须签署纪律承诺"):
        check_in(attendee=c.attendees[2], pledged=False, by=c.coordinator, now=at(c.tc.first_day, 9))
    assert [(row.way, row.given_at.hour, row.text_version) for row in pledges_of(c.tc)] == [
        ("own", at(c.tc.first_day, 7).astimezone(pledges_of(c.tc)[0].given_at.tzinfo).hour, VERSION),
        ("paper", at(c.tc.first_day, 9).astimezone(pledges_of(c.tc)[0].given_at.tzinfo).hour, VERSION),
    ]
    assert [e.changes["pledge"][1] for e in entries("delivery.check_in")] == ["本人在线承诺", "纸质签字"]


def test_a_trainee_pledges_on_the_phone_once_however_often_it_is_tapped(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = begun(class_at)
    at_time(at(c.tc.first_day, 8, 30))
    client = signed_in(c.trainees[0])
    page = client.get(f"/classes/{c.tc.pk}/mine/").content.decode()
    assert PLEDGE in page and "严禁酗酒、滋事" in page and "我已阅读，签署承诺" in page
    for _ in range(3):
        assert client.post(f"/classes/{c.tc.pk}/pledge/", {"text_version": VERSION}).status_code == 302
    assert Pledge.objects.unscoped("test").count() == len(entries("delivery.pledge")) == 1
    page = client.get(f"/classes/{c.tc.pk}/mine/").content.decode()
    assert "由本人在线签署" in page and "我已阅读，签署承诺" not in page
    assert "本人在线承诺" in office(signed_in(c.coordinator), c)


def test_another_text_than_the_one_shown_is_not_signed(class_at: ClassAtFixture) -> None:
    c = begun(class_at)
    with pytest.raises(Conflict, match="文本已更新"):
        sign_pledge(training_class=c.tc, text_version="2021-9", by=c.trainees[0], now=c.now)
    assert not Pledge.objects.unscoped("test").exists()


def test_who_pledges(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    for role in (c.trainees[0], c.instructors[0], c.examiners[2]):
        assert sign_pledge(training_class=c.tc, text_version=VERSION, by=role, now=c.now).way == "own"
    with pytest.raises(NotAllowed):
        sign_pledge(training_class=c.tc, text_version=VERSION, by=c.coordinator, now=c.now)
    with pytest.raises(NotThere):
        sign_pledge(training_class=c.tc, text_version=VERSION, by=c.people.stranger, now=c.now)
    c.drive_to("finished")
    with pytest.raises(RuleBroken, match="教学已经结束"):
        sign_pledge(training_class=c.tc, text_version=VERSION, by=c.trainees[1], now=c.now)


def test_an_arrival_is_undone_with_a_reason_and_the_paper_is_asked_for_again(
    class_at: ClassAtFixture,
) -> None:
    c = begun(class_at, pledged=1)
    own, paper = c.attendees[:2]
    now = at(c.tc.first_day, 9)
    for attendee in (own, paper):
        check_in(attendee=attendee, pledged=True, by=c.coordinator, now=now)
        with pytest.raises(RuleBroken, match="请写明理由"):
            undo_arrival(attendee=attendee, reason=" ", by=c.coordinator, now=now)
        undo_arrival(attendee=attendee, reason="点错了人", by=c.coordinator, now=now)
    own, paper = attendees_of(c.tc)[:2]
    assert (own.arrived_at, own.pledge_way) == (None, "own")
    assert (paper.arrived_at, paper.pledged_at, paper.pledge_way) == (None, None, "")
    with pytest.raises(RuleBroken):
        check_in(attendee=paper, pledged=False, by=c.coordinator, now=now)
    check_in(attendee=own, pledged=False, by=c.coordinator, now=now)
    assert [e.reason for e in entries("delivery.undo_arrival")] == ["点错了人"] * 2
    with pytest.raises(RuleBroken, match="没有办理报到"):
        undo_arrival(attendee=paper, reason="再点一次", by=c.coordinator, now=now)


def test_a_second_tab_does_not_undo_what_it_has_not_seen(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = begun(class_at)
    at_time(at(c.tc.first_day, 9))
    client = signed_in(c.coordinator)
    first = c.attendees[0]
    client.post(f"/attendees/{first.pk}/check-in/", {"pledged": "on"})
    seen = attendees_of(c.tc)[0].arrived_at
    assert seen is not None
    assert seen.isoformat() in office(client, c)
    undo_arrival(attendee=first, reason="点错了人", by=c.staff, now=at(c.tc.first_day, 9))
    at_time(at(c.tc.first_day, 9, 20))
    client.post(f"/attendees/{first.pk}/check-in/", {"pledged": "on"})
    stale = client.post(
        f"/attendees/{first.pk}/undo-arrival/", {"reason": "旧页面", "seen": seen.isoformat()}
    )
    assert stale.status_code == 409
    assert attendees_of(c.tc)[0].arrived_at == at(c.tc.first_day, 9, 20)


def test_who_does_not_come_is_marked_and_may_come_after_all(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = begun(class_at)
    at_time(at(c.tc.first_day, 18))
    client = signed_in(c.coordinator)
    gone = c.attendees[3]
    assert client.post(f"/attendees/{gone.pk}/no-show/", {"reason": "突发疾病"}).status_code == 302
    page = office(client, c)
    assert "不来：突发疾病" in page and "不来 1" in page
    assert "标记为不来" in signed_in(c.trainees[3]).get(f"/classes/{c.tc.pk}/mine/").content.decode()
    assert client.post(f"/attendees/{gone.pk}/check-in/", {"pledged": "on"}).status_code == 302
    row = attendees_of(c.tc)[3]
    assert row.arrived_at and row.no_show_at is None and not row.no_show_reason
    assert entries("delivery.check_in")[-1].changes["no_show"] == ["突发疾病", ""]
    refused = client.post(f"/attendees/{gone.pk}/no-show/", {"reason": "又走了"})
    assert refused.status_code == 422 and "已办理报到" in refused.content.decode()


def test_the_mark_of_not_coming_can_be_taken_back(class_at: ClassAtFixture) -> None:
    c = begun(class_at)
    now = at(c.tc.first_day, 9)
    mark_no_show(attendee=c.attendees[0], reason="没有联系上", by=c.coordinator, now=now)
    mark_no_show(attendee=c.attendees[0], reason="已请假", by=c.staff, now=now)
    assert attendees_of(c.tc)[0].no_show_reason == "已请假"
    undo_arrival(attendee=c.attendees[0], reason="标错了", by=c.coordinator, now=now)
    assert attendees_of(c.tc)[0].no_show_at is None


def test_the_desk_finds_people_and_tells_who_is_late_or_missing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = begun(class_at)
    one, two, three, four = c.attendees
    check_in(attendee=one, pledged=True, by=c.coordinator, now=at(c.tc.first_day, 8))
    check_in(attendee=two, pledged=True, by=c.coordinator, now=at(c.tc.first_day + timedelta(days=1), 8))
    mark_no_show(attendee=three, reason="有事", by=c.coordinator, now=at(c.tc.first_day, 20))
    at_time(at(c.tc.first_day + timedelta(days=1), 9))
    client = signed_in(c.coordinator)

    def found(rest: str) -> list[int]:
        page = office(client, c, rest)
        return [
            i for i, a in enumerate((one, two, three, four)) if f'data-words="{a.application.seat} ' in page
        ]

    assert found("") == [0, 1, 2, 3]
    assert found("?show=missing") == [3] and found("?show=no_show") == [2] and found("?show=late") == [1]
    assert found("?show=arrived") == [0, 1]
    assert found("?q=2") == [1], "a number is a seat, never part of a name"
    assert found(f"?q={four.application.person.name}") == [3]
    assert found("?q=没有这个人") == [] and "没有符合的人" in office(client, c, "?q=没有这个人")
    assert office(client, c).count('wait">晚到<') == 1


@pytest.mark.parametrize("actor", ["province", "instructor", "certificate_officer", "trainee", "centre"])
def test_only_the_office_undoes_and_marks(class_at: ClassAtFixture, signed_in: SignedIn, actor: str) -> None:
    c = class_at("started")
    client, pk = signed_in(c.actors()[actor]), c.attendees[0].pk
    assert client.post(f"/attendees/{pk}/undo-arrival/", {"reason": "试"}).status_code == 403
    assert client.post(f"/attendees/{pk}/no-show/", {"reason": "试"}).status_code == 403


def test_a_foreign_attendee_looks_like_none(classes_at: ClassesAtFixture, signed_in: SignedIn) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    client = signed_in(mine.coordinator)
    for verb in ("undo-arrival", "no-show", "check-in"):
        answer = client.post(
            f"/attendees/{theirs.attendees[0].pk}/{verb}/", {"reason": "试", "pledged": "on"}
        )
        assert answer.status_code == 404


# The register of MG 10 ------------------------------------------------------------------------------------------------


def test_the_three_occasions_of_the_article_are_on_record(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    early = at(c.tc.first_day - timedelta(days=3))
    remind_discipline(training_class=c.tc, by=c.staff, now=early)
    assert occasions_covered(c.tc) == {Occasion.NOTICE: 9, Occasion.ARRIVAL: 0, Occasion.TRAINING: 0}
    start_class(training_class=c.tc, by=c.staff, now=at(c.tc.first_day, 8))
    c.reload()
    for attendee in c.attendees:
        check_in(attendee=attendee, pledged=True, by=c.coordinator, now=at(c.tc.first_day, 9))
    for _ in range(2):
        remind_discipline(training_class=c.tc, spoken=True, by=c.coordinator, now=at(c.tc.first_day, 10))
    assert occasions_covered(c.tc) == {Occasion.NOTICE: 9, Occasion.ARRIVAL: 4, Occasion.TRAINING: 4}
    assert [(row.means, row.people) for row in reminder_rows(c.tc)] == [
        ("课堂宣读", 4), ("报到处宣读", 4), ("平台消息", 9),
    ]  # fmt: skip
    person = c.attendees[0].application.person
    assert [row.occasion for row in reminders_to(person)] == ["notice", "arrival", "training"]
    assert {row.text_version for row in reminders_of(c.tc)} == {VERSION}


def test_the_daily_run_reminds_at_the_beginning_and_in_the_middle_once(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    first = c.tc.first_day
    by = system_role()
    done = []
    for n in range(c.tc.days):
        for hour in (6, 7):
            day = first + timedelta(days=n)
            done.append(deadlines.run(today=day, by=by, now=at(day, hour))["reminded"])
    assert done == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    told = Message.objects.unscoped("test").filter(kind="delivery.remind")
    assert told.count() == 2 * 9, "four trainees and the five of the team, twice"
    assert all("严禁酗酒" in message.body for message in told)


def test_nobody_is_reminded_before_admission_or_after_the_closing(class_at: ClassAtFixture) -> None:
    c = class_at("closed")
    with pytest.raises(RuleBroken, match="已结班"):
        remind_discipline(training_class=c.tc, by=c.staff, now=c.now)
    assert not DisciplineReminder.objects.inside(training_class=c.tc, occasion="training").exists()


def test_nobody_admitted_is_nobody_to_remind(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    with pytest.raises(RuleBroken, match="还没有录取"):
        remind_discipline(training_class=c.tc, by=c.staff, now=c.now)


# Races ----------------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_two_desks_check_the_same_person_in_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    one = c.attendees[0]
    undo_arrival(attendee=one, reason="重来", by=c.staff, now=c.now)
    calls = [
        partial(check_in, attendee=one, pledged=True, by=by, now=c.now) for by in (c.staff, c.coordinator)
    ]
    before = Pledge.objects.unscoped("test").count()
    assert all(isinstance(found, Attendee) for found in race(*calls, *calls))
    assert Pledge.objects.unscoped("test").count() == before + 1
    undone = race(*[partial(undo_arrival, attendee=one, reason="点错", by=c.staff, now=c.now)] * 4)
    assert sum(isinstance(found, Attendee) for found in undone) == 1
    assert all(isinstance(found, (Attendee, RuleBroken)) for found in undone)


@pytest.mark.postgresql
def test_marked_and_checked_in_at_once_leaves_one_of_both(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    one = c.attendees[0]
    undo_arrival(attendee=one, reason="重来", by=c.staff, now=c.now)
    calls = [partial(check_in, attendee=one, pledged=True, by=c.staff, now=c.now)]
    calls += [partial(mark_no_show, attendee=one, reason="没来", by=c.coordinator, now=c.now)]
    found = race(*calls * 2)
    assert all(isinstance(answer, (Attendee, Refusal)) for answer in found), found
    row = attendees_of(c.tc)[0]
    assert row.arrived_at is not None and row.no_show_at is None


@pytest.mark.postgresql
def test_a_trainee_who_taps_everywhere_has_pledged_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    call = partial(sign_pledge, training_class=c.tc, text_version=VERSION, by=c.trainees[0], now=c.now)
    assert all(isinstance(found, Pledge) for found in race(*[call] * 5))
    assert Pledge.objects.unscoped("test").filter(way="own").count() == 1
