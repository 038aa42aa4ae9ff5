"""Level G: the development centre names experts, the national centre confirms them (AMB-70)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.parties.models import Person
from gongxue.regulations.calendar import day_of
from gongxue.regulations.staffing import ANSWER_DAYS
from gongxue.stage2_staffing.actions import accept_invitation, confirm_expert, nominate_experts
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import experts_for
from tests.cast import ClassAt, ClassAtFixture

pytestmark = pytest.mark.postgresql
SEATS = ["instructor"] * 2 + ["examiner"] * 3


def opened(class_at: ClassAtFixture) -> tuple[ClassAt, dict[int, str]]:
    c = class_at("opened", institution="017", level="G")
    people = [person.pk for person in experts_for(c.tc)]
    return c, dict(zip(people, SEATS, strict=False))


def refusal(c: ClassAt, people: dict[int, str]) -> set[str]:
    with pytest.raises(RuleBroken) as caught:
        nominate_experts(training_class=c.tc, people=people, by=c.staff, now=c.now)
    assert not Invitation.objects.inside(training_class=c.tc).exists()
    return {breach.rule for breach in caught.value.breaches}


def test_named_confirmed_accepted(class_at: ClassAtFixture, teacher_of: Callable[[Invitation], Role]) -> None:
    c, people = opened(class_at)
    named = nominate_experts(training_class=c.tc, people=people, letter="请您支持", by=c.staff, now=c.now)
    assert {i.state for i in named} == {"nominated"}
    later = c.now + timedelta(days=2)
    for invitation in c.invitations:
        row = confirm_expert(invitation=invitation, by=c.people.centre, now=later)
        assert (row.state, (row.answer_by - day_of(later)).days) == ("sent", ANSWER_DAYS)
    for invitation in c.invitations:
        accept_invitation(invitation=invitation, by=teacher_of(invitation), now=later)
    assert Opening.objects.inside(training_class=c.tc).get().state == "staffed"


def test_a_named_expert_cannot_accept_before_the_centre_confirms(
    class_at: ClassAtFixture, teacher_of: Callable[[Invitation], Role]
) -> None:
    c, people = opened(class_at)
    nominate_experts(training_class=c.tc, people=people, by=c.staff, now=c.now)
    invitation = c.invitations[0]
    with pytest.raises(RuleBroken, match="待部指导中心确认"):
        accept_invitation(invitation=invitation, by=teacher_of(invitation), now=c.now)


def test_nobody_strangers_and_wrong_seats_are_refused(class_at: ClassAtFixture) -> None:
    c, people = opened(class_at)
    one = next(iter(people))
    trainee = Person.objects.unscoped("test").get(account=c.people.trainee.account_id).pk
    assert refusal(c, {}) == {"nominate.people"}
    assert refusal(c, {trainee: "instructor"}) == {"nominate.people"}
    assert refusal(c, {one: "chair"}) == {"nominate.people"}
    assert refusal(c, dict.fromkeys(people, "instructor")) == {"invite.full"}


def test_other_levels_are_recommended_not_named(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    assert refusal(c, {next(iter(experts_for(c.tc))).pk: "instructor"}) == {"nominate.level"}


def test_only_the_centre_confirms_and_only_the_institution_names(class_at: ClassAtFixture) -> None:
    c, people = opened(class_at)
    for by in (c.province, c.people.centre, c.coordinator):
        with pytest.raises(NotAllowed):
            nominate_experts(training_class=c.tc, people=people, by=by, now=c.now)
    with pytest.raises(NotThere):
        nominate_experts(training_class=c.tc, people=people, by=c.people.xingtai.staff, now=c.now)
    nominate_experts(training_class=c.tc, people=people, by=c.staff, now=c.now)
    for by in (c.staff, c.province, c.people.oversight):
        with pytest.raises(NotAllowed):
            confirm_expert(invitation=c.invitations[0], by=by, now=c.now)


def test_experts_are_found_by_name_employer_and_province(class_at: ClassAtFixture) -> None:
    c, _ = opened(class_at)
    everybody = experts_for(c.tc)
    assert experts_for(c.tc, everybody[0].name)[0].name == everybody[0].name
    assert {p.employer.name for p in experts_for(c.tc, everybody[0].employer.name)} == {
        everybody[0].employer.name
    }
    assert {p.province_code for p in experts_for(c.tc, "四川")} == {"51"}
