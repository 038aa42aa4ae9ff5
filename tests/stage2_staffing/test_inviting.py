"""Sending invitations (TR 8): all or none, only to people who may take the seat."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.parties.models import Person, PoolMembership
from gongxue.regulations.calendar import day_of
from gongxue.regulations.staffing import ANSWER_DAYS, TRAVEL_DAYS
from gongxue.stage2_staffing.actions import decline_invitation, invite
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import latest_recommendation
from tests.cast import FIRST_DAY, ClassAt, ClassAtFixture, ClassesAtFixture, Plan

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]
ChainOff = Callable[[ClassAt], None]


def first_five(c: ClassAt) -> dict[int, str]:
    return {r.person_id: r.seat for r in latest_recommendation(c.tc) if r.chosen}


def refusal(c: ClassAt, people: dict[int, str], **inputs: Any) -> set[str]:
    given: dict[str, Any] = {"training_class": c.tc, "people": people, "by": c.staff, "now": c.now, **inputs}
    before = Invitation.objects.inside(training_class=c.tc).count()
    with pytest.raises(RuleBroken) as caught:
        invite(**given)
    assert Invitation.objects.inside(training_class=c.tc).count() == before, "all or none"
    return {breach.rule for breach in caught.value.breaches}


def test_five_invitations_go_out_with_a_letter_a_deadline_and_a_message(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    sent = invite(training_class=c.tc, people=first_five(c), letter=" 盼您支持 ", by=c.staff, now=c.now)
    assert sorted((i.seat, i.number) for i in sent) == [
        ("examiner", 1), ("examiner", 2), ("examiner", 3), ("instructor", 1), ("instructor", 2),
    ]  # fmt: skip
    assert {i.letter for i in sent} == {"盼您支持"}
    assert {(i.answer_by - day_of(c.now)).days for i in sent} == {ANSWER_DAYS}
    told = Message.objects.unscoped("test").filter(kind="staffing.invite").values_list("account_id", "link")
    assert set(told) == {(i.person.account_id, f"/invitations/{i.pk}/") for i in sent}


def test_nobody_chosen_or_no_such_seat_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    one = next(iter(first_five(c)))
    assert refusal(c, {}) == {"invite.nobody"}
    assert refusal(c, {one: "chair"}) == {"invite.seat"}


def test_before_the_recommendation_nobody_is_invited(class_at: ClassAtFixture) -> None:
    pool = PoolMembership.objects.unscoped("test")
    c = class_at("opened")
    assert refusal(c, {pool.filter(category="01")[0].person_id: "instructor"}) == {"invite.early"}
    c = class_at("published")
    assert refusal(c, {pool.filter(category="01")[0].person_id: "instructor"}) == {"opening.missing"}


def test_one_unfit_teacher_stops_all(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    other = PoolMembership.objects.unscoped("test").filter(category="03")[0].person_id
    trainee = Person.objects.unscoped("test").get(account=c.people.trainee.account_id).pk
    assert refusal(c, {**first_five(c), other: "examiner"}) == {"seat.category", "invite.full"}
    assert refusal(c, {**first_five(c), trainee: "examiner"}) == {"invite.unknown", "invite.full"}


def test_somebody_out_of_the_pool_or_of_another_level_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    gone, junior = list(first_five(c))[:2]
    PoolMembership.objects.unscoped("test").filter(person=gone).update(active=False)
    PoolMembership.objects.unscoped("test").filter(person=junior).update(levels="2")
    assert refusal(c, {gone: "instructor"}) == {"seat.standing"}
    assert refusal(c, {junior: "instructor"}) == {"seat.level"}


def test_a_seat_is_offered_to_one_person_and_a_person_one_seat(class_at: ClassAtFixture) -> None:
    c = class_at("invited")
    waiting = [r.person_id for r in latest_recommendation(c.tc) if not r.chosen]
    assert refusal(c, {waiting[0]: "instructor"}) == {"invite.full"}
    assert refusal(c, {c.invitations[0].person_id: "examiner"}) == {"invite.twice", "invite.full"}


def test_the_seat_of_somebody_who_declined_is_offered_again(
    class_at: ClassAtFixture, teacher_of: TeacherOf, chain_off: ChainOff
) -> None:
    c = class_at("invited")
    chain_off(c)
    lost = next(i for i in c.invitations if i.seat == "examiner" and i.number == 2)
    decline_invitation(invitation=lost, reason="另有安排", by=teacher_of(lost), now=c.now)
    substitute = next(r for r in latest_recommendation(c.tc) if r.seat == "examiner" and not r.chosen)
    (sent,) = invite(training_class=c.tc, people={substitute.person_id: "examiner"}, by=c.staff, now=c.now)
    assert (sent.seat, sent.number) == ("examiner", 2)


def test_an_own_teacher_needs_a_reason(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    own = next(iter(first_five(c)))
    Person.objects.unscoped("test").filter(pk=own).update(employer=c.tc.institution)
    assert refusal(c, {own: "instructor"}) == {"seat.own"}
    assert refusal(c, {own: "instructor"}, own_reason="   ") == {"seat.own"}
    (sent,) = invite(
        training_class=c.tc, people={own: "instructor"}, own_reason="本省唯一具备该设备教学经验的教师", by=c.staff,
        now=c.now,
    )  # fmt: skip
    assert sent.own_reason == "本省唯一具备该设备教学经验的教师"


@pytest.mark.parametrize("gap", [0, TRAVEL_DAYS])
def test_somebody_taken_by_another_class_is_refused_with_the_journey(
    classes_at: ClassesAtFixture, gap: int
) -> None:
    other_first = FIRST_DAY + timedelta(days=6 + gap)
    held, c = classes_at(Plan("staffed", first_day=other_first), Plan("recommended", institution="001"))
    teachers = [i.person_id for i in held.invitations if i.seat == "instructor"]
    assert refusal(c, {teachers[0]: "examiner"}) == {"seat.busy"}


def test_only_the_institution_of_the_class_invites(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    actors = c.actors()
    for name in ("province", "centre", "coordinator", "other_backbone", "stranger"):
        with pytest.raises(NotAllowed):
            invite(training_class=c.tc, people=first_five(c), by=actors[name], now=c.now)
    with pytest.raises(NotThere):
        invite(training_class=c.tc, people=first_five(c), by=actors["other_institution"], now=c.now)
