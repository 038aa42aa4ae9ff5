"""Own teachers: avoided, unless the institution lifts that for one of them with a reason (AMB-11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Person, PoolMembership
from gongxue.stage2_staffing.actions import (
    accept_invitation,
    invite,
    lift_avoidance,
    recommend_teachers,
    revoke_lift,
)
from gongxue.stage2_staffing.inputs import problem_for
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation
from gongxue.stage2_staffing.optimisation.explain import LIFTED
from gongxue.stage2_staffing.queries import latest_recommendation
from gongxue.stage2_staffing.queries.personnel import lifted, lifts_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at

TeacherOf = Callable[[Invitation], Role]
WHY = "本省唯一具备该设备教学经验的教师"


def own_teacher(c: ClassAt) -> int:
    """Somebody of the pool, in nothing yet, becomes a teacher of the host institution."""
    used = Invitation.objects.inside(training_class=c.tc).values("person")
    rows = PoolMembership.objects.unscoped("test").filter(category="01").exclude(person__in=used)
    pk = int(rows.order_by("person_id")[0].person_id)
    Person.objects.unscoped("test").filter(pk=pk).update(employer=c.tc.institution)
    return pk


def lift(c: ClassAt, person: int) -> AvoidanceLift:
    return lift_avoidance(training_class=c.tc, person=person, reason=WHY, by=c.staff, now=c.now)


def refused(c: ClassAt, **inputs: object) -> set[str]:
    wanted = {"training_class": c.tc, "reason": WHY, "by": c.staff, "now": c.now} | inputs
    with pytest.raises(RuleBroken) as caught:
        lift_avoidance(**wanted)  # type: ignore[arg-type]
    return {breach.rule for breach in caught.value.breaches}


def told() -> list[tuple[int, str, str]]:
    rows = Message.objects.unscoped("test").filter(kind="staffing.avoidance").order_by("pk")
    return list(rows.values_list("to", "subject", "body"))


@pytest.mark.postgresql
def test_it_is_stored_told_and_used_by_the_recommendation(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    own = own_teacher(c)
    assert problem_for([c.tc]).classes[0].own_allowed == frozenset()
    row = lift(c, own)
    assert problem_for([c.tc]).classes[0].own_allowed == {own} and lifted(c.tc) == {own: row}
    ((to, subject, body),) = told()
    assert to == c.province.pk and row.person.name in subject and WHY in body
    assert Event.objects.unscoped("test").get(code="staffing.lift").reason == WHY
    PoolMembership.objects.unscoped("test").exclude(person=own).filter(category="01").update(
        active=False
    )  # nobody else is left: the lift is what lets this one be proposed
    (found,) = recommend_teachers(training_class=c.tc, by=c.staff, now=c.now)
    assert found.person_id == own and LIFTED in found.reasons


def test_it_is_refused_without_reason_for_strangers_twice_and_afterwards(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    own = own_teacher(c)
    other = PoolMembership.objects.unscoped("test").filter(category="01").exclude(person=own)[0].person_id
    assert refused(c, person=own, reason="  ") == {"reason.missing"}
    assert refused(c, person=other) == refused(c, person=10**9) == {"lift.not_own"}
    assert refused(c, person=own, now=at(c.tc.last_day + timedelta(days=1))) == {"withdraw.over"}
    lift(c, own)
    assert refused(c, person=own) == {"lift.known"}
    for who in (c.province, c.people.centre, c.coordinator):
        with pytest.raises(NotAllowed):
            lift_avoidance(training_class=c.tc, person=own, reason=WHY, by=who, now=c.now)
    with pytest.raises(NotThere):
        lift_avoidance(training_class=c.tc, person=own, reason=WHY, by=c.people.changzhou.staff, now=c.now)


@pytest.mark.postgresql
def test_whoever_is_lifted_is_invited_without_another_reason(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    own = own_teacher(c)
    with pytest.raises(RuleBroken, match="推荐时回避"):
        invite(training_class=c.tc, people={own: "instructor"}, by=c.staff, now=c.now)
    lift(c, own)
    other = next(r for r in latest_recommendation(c.tc) if r.seat == "examiner" and r.person_id != own)
    asked = invite(
        training_class=c.tc, people={own: "instructor", other.person_id: "examiner"}, by=c.staff, now=c.now
    )
    assert {i.person_id: i.own_reason for i in asked} == {own: WHY, other.person_id: ""}
    assert len(told()) == 1


def test_a_reason_given_with_the_invitation_lifts_it_too(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    own = own_teacher(c)
    invite(training_class=c.tc, people={own: "instructor"}, own_reason=WHY, by=c.staff, now=c.now)
    assert lifted(c.tc)[own].reason == WHY and len(told()) == 1


@pytest.mark.postgresql
def test_it_is_taken_back_until_the_teacher_has_accepted(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("recommended")
    own = own_teacher(c)
    row = lift(c, own)
    (asked,) = invite(training_class=c.tc, people={own: "instructor"}, by=c.staff, now=c.now)
    with pytest.raises(NotAllowed):
        revoke_lift(lift=row, by=c.province, now=c.now)
    with pytest.raises(NotThere):
        revoke_lift(lift=row, by=c.people.changzhou.staff, now=c.now)
    ended = revoke_lift(lift=row, by=c.staff, now=c.now)
    assert ended.revoked_at == c.now and lifted(c.tc) == {}
    assert Invitation.objects.unscoped("test").get(pk=asked.pk).state == "withdrawn"
    assert [subject[:2] for _, subject, _ in told()] == ["解除", "恢复"]
    with pytest.raises(RuleBroken, match="已经恢复"):
        revoke_lift(lift=row, by=c.staff, now=c.now)
    again = lift(c, own)
    (second,) = invite(training_class=c.tc, people={own: "instructor"}, by=c.staff, now=c.now)
    accept_invitation(invitation=second, by=teacher_of(second), now=c.now)
    with pytest.raises(RuleBroken, match="已接受邀请"):
        revoke_lift(lift=again, by=c.staff, now=c.now)
    assert [one.pk for one in lifts_of(c.tc)] == [again.pk, row.pk]


def test_the_page_lifts_shows_and_takes_back(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: Callable[[datetime], None]
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    own = own_teacher(c)
    name = Person.objects.unscoped("test").get(pk=own).name
    client, where = signed_in(c.staff), reverse("staffing", args=[c.tc.pk])
    assert "解除回避" in client.get(where, {"q": name}).content.decode()
    sent = client.post(reverse("staffing.lift", args=[c.tc.pk]), {"person": str(own), "reason": WHY})
    assert sent.status_code == 302
    for role in (c.staff, c.province):
        page = signed_in(role).get(where, {"q": name}).content.decode()
        assert "本机构教师回避" in page and WHY in page and "推荐时回避" not in page
    row = lifted(c.tc)[own]
    assert client.post(reverse("staffing.revoke_lift", args=[row.pk])).status_code == 302
    assert "已恢复回避" in client.get(where).content.decode()
    assert (
        signed_in(c.people.changzhou.staff).post(reverse("staffing.revoke_lift", args=[row.pk])).status_code
        == 404
    )
    assert signed_in(c.province).post(reverse("staffing.revoke_lift", args=[row.pk])).status_code == 403
