"""The act of recommending: for free seats only, repeatable, refused where it makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.actions import (
    decline_invitation,
    expire_invitation,
    file_opening,
    invite,
    recommend_teachers,
    withdraw_invitation,
)
from gongxue.stage2_staffing.deadlines import run
from gongxue.stage2_staffing.models import Invitation, Opening, Recommendation
from gongxue.stage2_staffing.queries import (
    invitations_of,
    latest_recommendation,
    next_to_invite,
    ranking_of,
    seats_of,
)
from tests.cast import ClassAt, ClassAtFixture, at

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]
ChainOff = Callable[[ClassAt], None]


def rules(caught: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [breach.rule for breach in caught.value.breaches]


def chosen(c: ClassAt) -> dict[str, list[int]]:
    rows = latest_recommendation(c.tc)
    return {seat.value: [r.person_id for r in rows if r.seat == seat and r.chosen] for seat in Seat}


def test_five_people_are_recommended_with_reasons(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    found = chosen(c)
    assert [len(found[seat]) for seat in Seat] == [2, 3]
    assert len({*found["instructor"], *found["examiner"]}) == 5
    rows = latest_recommendation(c.tc)
    assert all(row.reasons for row in rows)
    assert Opening.objects.inside(training_class=c.tc).get().state == "recommended"


def test_the_same_situation_gives_the_same_answer_as_another_run(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    before = [(r.seat, r.rank, r.person_id, r.score) for r in latest_recommendation(c.tc)]
    recommend_teachers(training_class=c.tc, by=c.people.centre, now=c.now)
    assert [(r.seat, r.rank, r.person_id, r.score) for r in latest_recommendation(c.tc)] == before
    assert set(Recommendation.objects.inside(training_class=c.tc).values_list("run", flat=True)) == {1, 2}


def test_preferred_instructors_are_recommended_first(class_at: ClassAtFixture) -> None:
    wanted = [row.person_id for row in latest_recommendation(class_at("recommended").tc)][-2:]
    c = class_at("published")
    file_opening(training_class=c.tc, preferred=wanted, by=c.staff, now=c.now)
    recommend_teachers(training_class=c.tc, by=c.staff, now=c.now)
    assert chosen(c)["instructor"] == wanted


def test_no_seat_is_free_no_recommendation(class_at: ClassAtFixture) -> None:
    for stage in ("invited", "staffed"):
        c = class_at(stage)
        with pytest.raises(RuleBroken) as caught:
            recommend_teachers(training_class=c.tc, by=c.staff, now=c.now)
        assert rules(caught) == ["recommend.full"]


def test_only_the_free_seat_is_filled_and_who_declined_is_not_asked_again(
    class_at: ClassAtFixture, teacher_of: TeacherOf, chain_off: ChainOff
) -> None:
    c = class_at("invited")
    chain_off(c)
    lost = c.invitations[0]
    decline_invitation(invitation=lost, reason="另有安排", by=teacher_of(lost), now=c.now)
    rows = recommend_teachers(training_class=c.tc, by=c.staff, now=c.now)
    asked = {i.person_id for i in c.invitations}
    assert [(r.seat, r.chosen) for r in rows if r.chosen] == [(lost.seat, True)]
    assert not {r.person_id for r in rows} & asked


def test_whoever_was_withdrawn_is_not_proposed_again_but_who_let_it_lapse_may_be(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("invited")
    taken_back, lapsed = c.invitations[:2]
    withdraw_invitation(invitation=taken_back, reason="调整", by=c.staff, now=c.now)
    after = at(lapsed.answer_by + timedelta(days=1))
    expire_invitation(invitation=lapsed, by=c.people.system, now=after)
    found = {r.person_id for r in recommend_teachers(training_class=c.tc, by=c.staff, now=after)}
    assert taken_back.person_id not in found
    assert lapsed.person_id in found


def test_without_an_application_or_for_level_g_it_is_refused(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    with pytest.raises(RuleBroken) as caught:
        recommend_teachers(training_class=c.tc, by=c.staff, now=c.now)
    assert rules(caught) == ["opening.missing"]
    c = class_at("opened", institution="017", level="G")
    with pytest.raises(RuleBroken) as caught:
        recommend_teachers(training_class=c.tc, by=c.staff, now=c.now)
    assert rules(caught) == ["recommend.backbone"]


def test_strangers_and_other_duties_cannot_ask_for_it(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    actors = c.actors()
    for name in ("province", "oversight", "coordinator", "other_backbone", "stranger"):
        with pytest.raises(NotAllowed):
            recommend_teachers(training_class=c.tc, by=actors[name], now=c.now)
    with pytest.raises(NotThere):
        recommend_teachers(training_class=c.tc, by=actors["other_institution"], now=c.now)


def test_the_daily_run_recommends_once(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    assert run(today=c.now.date(), by=c.people.system, now=c.now) == {
        "recommended": 1, "lapsed": 0, "reminded": 0,
    }  # fmt: skip
    assert run(today=c.now.date(), by=c.people.system, now=c.now) == {
        "recommended": 0, "lapsed": 0, "reminded": 0,
    }  # fmt: skip
    assert chosen(c)["instructor"]


def test_the_next_to_invite_are_the_first_five_then_the_first_substitute(
    class_at: ClassAtFixture, teacher_of: TeacherOf, chain_off: ChainOff
) -> None:
    c = class_at("recommended")
    chain_off(c)
    ranking = ranking_of(c.tc, invitations_of(c.tc))
    first = next_to_invite(seats_of(c.tc), ranking)
    assert [v.row.person_id for v in first] == [p for seat in Seat for p in chosen(c)[seat.value]]
    invite(training_class=c.tc, people={v.row.person_id: v.row.seat for v in first}, by=c.staff, now=c.now)
    assert next_to_invite(seats_of(c.tc), ranking_of(c.tc, invitations_of(c.tc))) == []
    lost = next(i for i in c.invitations if i.seat == Seat.EXAMINER)
    decline_invitation(invitation=lost, reason="另有安排", by=teacher_of(lost), now=c.now)
    (step,) = next_to_invite(seats_of(c.tc), ranking_of(c.tc, invitations_of(c.tc)))
    assert (step.row.seat, step.row.rank, step.row.chosen) == ("examiner", 4, False)
