"""Thirty seats (TR 11.3): the thirty-first is refused by page, act and race; never one seat twice, none left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Refusal, RuleBroken
from gongxue.parties.models import Booking
from gongxue.stage4_enrolment.actions import (
    admit_applicant,
    save_application,
    submit_application,
    withdraw_application,
)
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of, roster
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn
from tests.stage4_enrolment.conftest import answers_for, application_of, applied, newcomers

AtTime = Callable[[datetime], None]


def crowd(c: ClassAt, number: int) -> list[Application]:
    return [applied(c, role) for role in newcomers(c, number)]


@pytest.mark.postgresql
def test_the_thirty_first_is_refused_through_the_page_and_by_the_act(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    rows = crowd(c, 32)
    where = reverse("applicants.decide", args=[c.tc.pk])
    page = signed_in(c.staff).post(
        where, {"pick": [r.pk for r in rows], "act": "enrolment.admit", "once": "a1"}
    )
    assert page.status_code == 200
    words = page.content.decode()
    assert "已办理 30 人" in words
    assert "每班不得超过 30 人" in words
    assert "可列入候补" in words
    assert rows[30].person.name in words
    assert [a.seat for a in roster(c.tc)] == list(range(1, 31))
    assert [a.pk for a in roster(c.tc)] == [r.pk for r in rows[:30]], "first come, first served"
    with pytest.raises(RuleBroken, match="每班不得超过 30 人"):
        admit_applicant(application=rows[31], by=c.staff, now=c.now)
    assert (
        "<dd>30<small>/30</small></dd>"
        in signed_in(c.staff).get(reverse("applicants", args=[c.tc.pk])).content.decode()
    )


@pytest.mark.postgresql
def test_a_freed_seat_is_the_next_one_given(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    rows = crowd(c, 3)
    for row in rows[:2]:
        admit_applicant(application=row, by=c.staff, now=c.now)
    first = Role.objects.get(account=rows[0].person.account_id)
    withdraw_application(application=rows[0], by=first, now=c.now)
    assert admit_applicant(application=rows[2], by=c.staff, now=c.now).seat == 1


@pytest.mark.postgresql
@pytest.mark.parametrize("seat", [31, 0, 1, None])
def test_the_database_has_the_last_word_on_seats(class_at: ClassAtFixture, seat: int | None) -> None:
    c = class_at("admitted")
    other = roster(c.tc)[1]
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.unscoped("test").filter(pk=other.pk).update(seat=seat)


@pytest.mark.postgresql
def test_thirty_admissions_at_once_for_the_last_seat_have_one_winner(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("announced")
    rows = crowd(c, 59)
    for row in rows[:29]:
        admit_applicant(application=row, by=c.staff, now=c.now)
    staff, now = c.staff, c.now
    found = race(*[partial(admit_applicant, application=row, by=staff, now=now) for row in rows[29:]])
    won = [one for one in found if isinstance(one, Application)]
    lost = [one for one in found if isinstance(one, Refusal)]
    assert len(won) == 1
    assert won[0].seat == 30
    assert len(lost) == 29
    assert {breach.rule for refusal in lost for breach in refusal.breaches} == {"enrolment.class_full"}
    assert [a.seat for a in roster(c.tc)] == list(range(1, 31))
    booked = Booking.objects.unscoped("test").filter(person__in=[row.person_id for row in rows[29:]])
    assert set(booked.values_list("person_id", flat=True)) == {won[0].person_id}, (
        "nothing of the others stays"
    )


@pytest.mark.postgresql
def test_one_applicant_admitted_by_two_people_at_once_has_one_seat(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("announced")
    row = crowd(c, 1)[0]
    found = race(*[partial(admit_applicant, application=row, by=c.staff, now=c.now)] * 6)
    assert Counter(type(one) is Application for one in found) == {True: 1, False: 5}
    assert all(isinstance(one, (Application, Refusal)) for one in found)
    assert [a.seat for a in roster(c.tc)] == [1]


@pytest.mark.postgresql
def test_beginning_and_submitting_at_once_makes_one_application(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("announced")
    trainee, notice, answers = c.people.trainee, enrolment_of(c.tc), answers_for(c)
    assert notice is not None
    save = partial(save_application, enrolment=notice, answers=answers, by=trainee, now=c.now)
    found = race(*[save] * 8)
    assert all(isinstance(one, (Application, Refusal)) for one in found), found
    assert Application.objects.inside(training_class=c.tc).count() == 1
    submit = partial(submit_application, application=application_of(c, trainee), by=trainee, now=c.now)
    sent = race(*[submit] * 8)
    assert sum(isinstance(one, Application) for one in sent) == 1
    assert sum(isinstance(one, Refusal) for one in sent) == 7
