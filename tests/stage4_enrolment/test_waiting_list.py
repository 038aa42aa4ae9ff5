"""The waiting list moves up by itself: offered, accepted, declined, silent; thirty by every door and under race."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, Refusal, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.actions import book
from gongxue.parties.models import Booking
from gongxue.parties.queries import system_role
from gongxue.regulations.roles import Duty
from gongxue.stage4_enrolment.actions import (
    accept_seat,
    admit_applicant,
    decline_seat,
    lapse_seat,
    offer_seat,
    put_on_waiting_list,
    reject_applicant,
    withdraw_application,
)
from gongxue.stage4_enrolment.deadlines import lapse_offers
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import roster, taken_seats
from gongxue.stage4_enrolment.queries.waiting import waiting_rows
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn
from tests.stage4_enrolment.conftest import applied, newcomers

AtTime = Callable[[datetime], None]


def now_of(row: Application) -> Application:
    return (
        Application.objects.unscoped("tests")
        .select_related("person__account", "training_class")
        .get(pk=row.pk)
    )


def role_of(row: Application) -> Role:
    return Role.objects.select_related("account", "organisation").get(
        account=row.person.account_id, duty=Duty.TRAINEE
    )


def leave(c: ClassAt, row: Application) -> None:
    withdraw_application(application=row, by=role_of(row), now=c.now)


def enrolled(c: ClassAt, admitted: int, waiting: int) -> tuple[list[Application], list[Application]]:
    """So many admitted and so many on the waiting list, in this order."""
    rows = [applied(c, role) for role in newcomers(c, admitted + waiting)]
    for row in rows[:admitted]:
        admit_applicant(application=row, by=c.staff, now=c.now)
    for row in rows[admitted:]:
        put_on_waiting_list(application=row, by=c.staff, now=c.now)
    return [now_of(r) for r in rows[:admitted]], [now_of(r) for r in rows[admitted:]]


def states(rows: list[Application]) -> list[str]:
    return [now_of(row).state for row in rows]


def said_to(role: Role) -> list[str]:
    rows = Message.objects.unscoped("tests").filter(to=role).order_by("pk")
    return [f"{m.kind} {m.subject} {m.body}" for m in rows]


@pytest.mark.postgresql
def test_a_freed_seat_is_kept_for_the_next_until_they_answer(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 30, 2)
    leave(c, inside[3])
    first = now_of(waiting[0])
    assert (first.state, first.seat) == ("offered", 4)
    assert first.offer_until is not None
    assert c.now < first.offer_until <= c.now + timedelta(hours=60)
    assert now_of(waiting[1]).state == "waiting"
    assert len(taken_seats(c.tc)) == 30
    assert not Booking.objects.unscoped("test").filter(person=first.person).exists(), "an offer takes no day"
    assert "enrolment.offer_seat" in said_to(role_of(first))[-1]
    assert f"已向候补教师{first.person.name}发出递补通知" in said_to(c.staff)[-1]

    got = accept_seat(application=first, by=role_of(first), now=c.now)
    assert (got.state, got.seat, got.offer_until, got.waiting_number) == ("admitted", 4, None, None)
    assert [a.seat for a in roster(c.tc)] == list(range(1, 31))
    assert Booking.objects.unscoped("test").filter(person=first.person).count() == len(c.tc.days_list)
    assert "接受递补" in said_to(c.staff)[-1]
    acts = Event.objects.unscoped("test").order_by("-pk").values_list("code", flat=True)[:3]
    assert set(acts) == {"enrolment.accept_seat", "enrolment.withdraw", "enrolment.offer_seat"}


@pytest.mark.postgresql
def test_who_declines_leaves_and_the_next_is_asked(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 2, 2)
    leave(c, inside[0])
    gone = decline_seat(application=now_of(waiting[0]), by=role_of(waiting[0]), now=c.now, reason="学校有课")
    assert (gone.state, gone.seat, gone.decision_reason) == ("withdrawn", None, "学校有课")
    assert states(waiting) == ["withdrawn", "offered"]
    assert now_of(waiting[1]).seat == 1
    leave(c, now_of(waiting[1]))  # the other word for the same
    assert states(waiting) == ["withdrawn", "withdrawn"]
    assert taken_seats(c.tc) == {2}


@pytest.mark.postgresql
def test_who_keeps_silent_goes_to_the_end_and_is_not_asked_again(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 2, 2)
    leave(c, inside[0])
    until = now_of(waiting[0]).offer_until
    assert until is not None
    assert lapse_offers(by=system_role(), now=until) == {"offers_lapsed": 0}, "the last minute is in time"
    later = until + timedelta(minutes=1)
    with pytest.raises(RuleBroken, match="已经过期"):
        accept_seat(application=now_of(waiting[0]), by=role_of(waiting[0]), now=later)
    assert lapse_offers(by=system_role(), now=later) == {"offers_lapsed": 1}
    assert lapse_offers(by=system_role(), now=later) == {"offers_lapsed": 0}
    first = now_of(waiting[0])
    assert (first.state, first.seat, first.waiting_number, first.offer_lapsed_at) == (
        "waiting",
        None,
        3,
        later,
    )
    assert now_of(waiting[1]).state == "offered"
    assert "不再自动递补" in said_to(role_of(first))[-1]
    decline_seat(application=now_of(waiting[1]), by=role_of(waiting[1]), now=later)
    assert now_of(waiting[0]).state == "waiting", "silence is not asked twice"
    assert "递补逾期未答复" in said_to(c.staff)[-1]
    assert "请人工办理" in said_to(c.staff)[-1]
    assert admit_applicant(application=now_of(waiting[0]), by=c.staff, now=later).seat == 1


@pytest.mark.postgresql
def test_who_cannot_be_admitted_is_passed_over_and_named(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, _ = enrolled(c, 1, 0)
    roles = newcomers(c, 5)
    rows = [
        applied(c, roles[0], endorsed=False),
        applied(c, roles[1], opinions=(True,)),
        applied(c, roles[2], opinions=(True, False)),
        applied(c, roles[3]),
        applied(c, roles[4]),
    ]
    for row in rows:
        put_on_waiting_list(application=row, by=c.staff, now=c.now)
    book(rows[3].person, [c.tc.first_day], capacity="trainee", reference="class/999")
    assert [[b.rule for b in row.breaches] for row in waiting_rows(c.tc)] == [
        ["application.endorsement"],
        ["application.opinion"],
        ["application.against_opinion"],
        ["offer.busy"],
        [],
    ]
    leave(c, inside[0])
    assert states(rows) == ["waiting"] * 4 + ["offered"]
    told = said_to(c.staff)[-1]
    for row in rows[:4]:
        assert row.person.name in told
    assert "还没有工作单位意见" in told


def test_the_waiting_list_is_read_in_the_same_number_of_queries(
    class_at: ClassAtFixture, django_assert_num_queries: Callable[[int], object]
) -> None:
    c = class_at("announced")
    enrolled(c, 0, 1)
    with django_assert_num_queries(4):  # type: ignore[attr-defined]
        waiting_rows(c.tc)
    enrolled(c, 0, 6)
    with django_assert_num_queries(4):  # type: ignore[attr-defined]
        assert len(waiting_rows(c.tc)) == 7


@pytest.mark.postgresql
def test_a_seat_is_not_offered_when_none_is_free_or_the_class_is_at_hand(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 30, 1)
    assert offer_seat(training_class=c.tc, by=system_role(), now=c.now) is None
    late = datetime.combine(c.tc.first_day, c.now.timetz()) - timedelta(days=1)
    withdraw_application(application=inside[0], by=role_of(inside[0]), now=late)
    assert states(waiting) == ["waiting"]
    assert "开班在即" in said_to(c.staff)[-1]


@pytest.mark.postgresql
def test_an_offer_is_answered_by_its_own_teacher_only(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 1, 2)
    leave(c, inside[0])
    offered = now_of(waiting[0])
    for act in (accept_seat, decline_seat):
        with pytest.raises(NotThere):
            act(application=offered, by=role_of(waiting[1]), now=c.now)
        with pytest.raises(NotAllowed):
            act(application=offered, by=c.staff, now=c.now)
        with pytest.raises(RuleBroken, match="待确认递补"):
            act(application=now_of(waiting[1]), by=role_of(waiting[1]), now=c.now)
    for forbidden in (
        partial(lapse_seat, application=offered),
        partial(offer_seat, training_class=c.tc),
    ):
        with pytest.raises(NotAllowed):
            forbidden(by=c.staff, now=c.now)
    with pytest.raises(RuleBroken, match="尚未到期"):
        lapse_seat(application=offered, by=system_role(), now=c.now)
    with pytest.raises(RuleBroken, match="待确认递补"):
        reject_applicant(application=offered, reason="不符合条件", by=c.staff, now=c.now)
    assert now_of(offered).state == "offered"


@pytest.mark.postgresql
def test_who_is_in_another_class_by_now_cannot_accept(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 1, 1)
    leave(c, inside[0])
    book(waiting[0].person, [c.tc.last_day], capacity="trainee", reference="class/999")
    with pytest.raises(RuleBroken, match="已有其他培训任务"):
        accept_seat(application=now_of(waiting[0]), by=role_of(waiting[0]), now=c.now)
    row = now_of(waiting[0])
    assert (row.state, row.seat) == ("offered", 1), "nothing of a refused act stays"


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "wrong", [{"seat": None}, {"offer_until": None}, {"state": "waiting"}, {"state": "admitted"}]
)
def test_the_database_has_the_last_word_on_offers(class_at: ClassAtFixture, wrong: dict[str, object]) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 1, 1)
    leave(c, inside[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.unscoped("test").filter(pk=waiting[0].pk).update(**wrong)


@pytest.mark.postgresql
def test_an_admission_by_hand_races_with_the_acceptance_and_nobody_sits_twice(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("announced")
    inside, waiting = enrolled(c, 30, 6)
    calls: list[Callable[[], object]] = [
        partial(withdraw_application, application=row, by=role_of(row), now=c.now) for row in inside[:3]
    ]
    calls += [partial(admit_applicant, application=row, by=c.staff, now=c.now) for row in waiting]
    found = race(*calls)
    assert all(isinstance(one, (Application, Refusal)) for one in found), found
    assert len(taken_seats(c.tc)) == 30, "every freed seat is offered or given, none twice, none left"
    offered = [now_of(row) for row in waiting if now_of(row).state == "offered"]
    answers: list[Callable[[], object]] = []
    for row in offered:
        accept = partial(accept_seat, application=row, by=role_of(row), now=c.now)
        answers += [accept, accept, partial(decline_seat, application=row, by=role_of(row), now=c.now)]
    assert all(isinstance(one, (Application, Refusal)) for one in race(*answers))
    assert len(taken_seats(c.tc)) <= 30
    seats = [a.seat for a in roster(c.tc)]
    assert len(seats) == len(set(seats))
    booked = Booking.objects.unscoped("test").filter(reference=f"class/{c.tc.pk}", capacity="trainee")
    assert set(booked.values_list("person", flat=True)) == {a.person_id for a in roster(c.tc)}


@pytest.mark.postgresql
def test_the_last_minute_goes_to_the_answer_or_to_the_next_never_to_both(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("announced")
    inside, waiting = enrolled(c, 1, 2)
    leave(c, inside[0])
    row = now_of(waiting[0])
    assert row.offer_until is not None
    after = row.offer_until + timedelta(seconds=1)
    found = race(
        partial(accept_seat, application=row, by=role_of(row), now=row.offer_until),
        partial(lapse_seat, application=row, by=system_role(), now=after),
        partial(lapse_seat, application=row, by=system_role(), now=after),
    )
    assert sum(isinstance(one, Application) for one in found) == 1, found
    assert states(waiting) in (["admitted", "waiting"], ["waiting", "offered"])
    assert taken_seats(c.tc) == {1}


def test_the_offer_is_seen_and_answered_on_the_pages(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    inside, waiting = enrolled(c, 1, 1)
    leave(c, inside[0])
    trainee = signed_in(role_of(waiting[0]))
    desk = trainee.get(reverse("desk")).content.decode()
    assert "可以递补录取，请答复" in desk
    assert "答复</a>" in trainee.get(reverse("my_applications")).content.decode()
    page = trainee.get(reverse("application", args=[waiting[0].pk])).content.decode()
    assert "接受，我要参训" in page
    assert "第 1 号" in page
    listed = signed_in(c.staff).get(reverse("applicants", args=[c.tc.pk])).content.decode()
    assert "待确认递补 1" in listed
    assert "答复时限" in listed
    where = reverse("enrolment.accept_seat", args=[waiting[0].pk])
    assert signed_in(role_of(inside[0])).post(where, {"once": "x"}).status_code == 404
    assert signed_in(c.staff).post(where, {"once": "y"}).status_code == 403
    assert trainee.post(where, {"once": "z"}).status_code == 302
    assert now_of(waiting[0]).state == "admitted"


@pytest.mark.postgresql
def test_who_has_three_hours_left_is_reminded_once(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    inside, waiting = enrolled(c, 1, 1)
    leave(c, inside[0])
    until, role = now_of(waiting[0]).offer_until, role_of(waiting[0])
    assert until is not None

    def reminders() -> list[str]:
        return [one for one in said_to(role) if one.startswith("enrolment.offer_remind")]

    lapse_offers(by=system_role(), now=until - timedelta(hours=3, minutes=1))
    assert reminders() == []
    for minutes in (180, 170, 0):
        lapse_offers(by=system_role(), now=until - timedelta(minutes=minutes))
    assert len(reminders()) == 1
    assert "请尽快答复" in reminders()[0]
