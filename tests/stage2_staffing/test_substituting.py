"""The chain of substitutes: who declines or keeps silent is replaced at once, by rank, by whoever is still free (TR 8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.actions import book
from gongxue.stage2_staffing.actions import (
    accept_invitation,
    decline_invitation,
    expire_invitation,
    invite,
    invite_substitute,
    recommend_teachers,
    switch_chain,
    withdraw_invitation,
)
from gongxue.stage2_staffing.deadlines import run
from gongxue.stage2_staffing.models import Invitation, Opening, Recommendation
from gongxue.stage2_staffing.progress import progress_of
from gongxue.stage2_staffing.queries import latest_recommendation, seats_of
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Plan, Race, at

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]
ChainOff = Callable[[ClassAt], None]
DAY = timedelta(days=1)


def substitutes(c: ClassAt, seat: str = "examiner") -> list[Recommendation]:
    return [r for r in latest_recommendation(c.tc) if r.seat == seat and not r.chosen]


def examiner(c: ClassAt, number: int = 1) -> Invitation:
    return next(i for i in c.invitations if i.seat == "examiner" and i.number == number)


def live(c: ClassAt) -> list[Invitation]:
    return [i for i in c.invitations if i.state in Invitation.LIVE]


def told(kind: str) -> list[Message]:
    return list(Message.objects.unscoped("test").filter(kind=kind).select_related("to").order_by("pk"))


def decline(c: ClassAt, lost: Invitation, by: Role) -> None:
    decline_invitation(invitation=lost, code="time", by=by, now=c.now)


def test_who_declines_is_replaced_by_the_next_on_the_list(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    lost, best = examiner(c, 2), substitutes(c)[0]
    decline(c, lost, teacher_of(lost))
    (asked,) = [i for i in live(c) if i.origin == "chain"]
    assert (asked.person_id, asked.seat, asked.number) == (best.person_id, "examiner", 2)
    assert asked.sent_by_id == c.people.system.account_id and len(live(c)) == 5
    (note,) = told("staffing.substitute")
    assert note.to == c.staff and asked.person.name in note.subject and "时间冲突" in note.body
    assert "staffing.invite" in {m.kind for m in told("staffing.invite") if m.to == teacher_of(asked)}
    entry = Event.objects.unscoped("test").get(code="staffing.substitute")
    assert entry.account_id == c.people.system.account_id
    lost.refresh_from_db()
    assert (lost.decline_code, lost.answer_reason) == ("time", "时间冲突")


def test_silence_is_replaced_by_the_daily_run_and_running_it_again_asks_nobody(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("invited")
    hand = {i.person_id for i in live(c)}
    day = c.invitations[0].answer_by + DAY
    assert run(today=day, by=c.people.system, now=at(day, 6))["lapsed"] == 5
    asked = live(c)
    assert (
        len(asked) == 5 and {i.origin for i in asked} == {"chain"} and not {i.person_id for i in asked} & hand
    )
    assert len({i.person_id for i in asked}) == 5
    assert run(today=day, by=c.people.system, now=at(day, 7))["lapsed"] == 0
    assert len(c.invitations) == 10


def test_a_substitute_who_has_no_time_any_more_is_passed_over(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    first, second = substitutes(c)[:2]
    book(first.person, [c.tc.first_day], capacity="examiner", reference="class/99999")
    lost = examiner(c)
    decline(c, lost, teacher_of(lost))
    assert [i.person_id for i in live(c) if i.origin == "chain"] == [second.person_id]


def test_a_chain_goes_on_through_its_own_substitutes(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    best, next_best = substitutes(c)[:2]
    lost = examiner(c, 3)
    decline(c, lost, teacher_of(lost))
    again = next(i for i in live(c) if i.person_id == best.person_id)
    decline(c, again, teacher_of(again))
    assert [i.person_id for i in live(c) if i.origin == "chain"] == [next_best.person_id]


def test_switched_off_the_seat_waits_for_the_institution(
    class_at: ClassAtFixture, teacher_of: TeacherOf, chain_off: ChainOff
) -> None:
    c = class_at("invited")
    chain_off(c)
    lost = examiner(c)
    decline(c, lost, teacher_of(lost))
    assert len(live(c)) == 4 and told("staffing.substitute") == []
    opening = Opening.objects.inside(training_class=c.tc).get()
    switch_chain(opening=opening, on=True, by=c.staff, now=c.now)
    other = examiner(c, 2)
    decline(c, other, teacher_of(other))
    assert [i.number for i in live(c) if i.origin == "chain"] == [1]  # the first empty seat of the kind
    assert len(live(c)) == 4


def test_only_the_institution_switches_and_only_the_platform_substitutes(class_at: ClassAtFixture) -> None:
    c = class_at("invited")
    opening = Opening.objects.inside(training_class=c.tc).get()
    for by in (c.province, c.people.centre, c.people.system):
        with pytest.raises(NotAllowed):
            switch_chain(opening=opening, on=False, by=by, now=c.now)
    for by in (c.staff, c.people.centre):
        with pytest.raises(NotAllowed):
            invite_substitute(invitation=c.invitations[0], by=by, now=c.now)
    assert invite_substitute(invitation=c.invitations[0], by=c.people.system, now=c.now) is None  # still open


def test_a_seat_that_was_filled_by_hand_stays(
    class_at: ClassAtFixture, teacher_of: TeacherOf, chain_off: ChainOff
) -> None:
    c = class_at("invited")
    chain_off(c)
    lost, chosen_by_hand = examiner(c), substitutes(c)[3]
    decline(c, lost, teacher_of(lost))
    people = {chosen_by_hand.person_id: "examiner"}
    invite(training_class=c.tc, people=people, by=c.staff, now=c.now)
    Opening.objects.inside(training_class=c.tc).update(chain=True)
    assert invite_substitute(invitation=lost, by=c.people.system, now=c.now) is None
    assert {i.person_id for i in live(c) if i.seat == "examiner"} >= {chosen_by_hand.person_id}
    assert len(live(c)) == 5


def test_when_the_list_is_used_up_the_platform_recommends_anew_and_says_so(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    Recommendation.objects.inside(training_class=c.tc, chosen=False).delete()
    lost = examiner(c)
    decline(c, lost, teacher_of(lost))
    assert len(live(c)) == 4 and {r.run for r in latest_recommendation(c.tc)} == {2}
    (note,) = told("staffing.exhausted")
    assert note.to == c.staff and "重新推荐" in note.body
    chosen = [r for r in latest_recommendation(c.tc) if r.chosen]
    assert [r.seat for r in chosen] == ["examiner"] and chosen[0].person_id != lost.person_id


def test_when_nobody_is_left_in_the_country_the_institution_hears_what_it_may_do(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    asked = {i.person_id for i in c.invitations}
    for row in Recommendation.objects.inside(training_class=c.tc).exclude(person__in=asked):
        row.person.memberships.unscoped("test").update(active=False)
    from gongxue.parties.models import PoolMembership

    PoolMembership.objects.unscoped("test").exclude(person__in=asked).update(active=False)
    lost = examiner(c)
    decline(c, lost, teacher_of(lost))
    (note,) = told("staffing.exhausted")
    assert "暂无合格且有空的人选" in note.body and len(live(c)) == 4


def test_experts_of_a_backbone_class_are_named_again_by_hand(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited", institution="017", level="G")
    lost = c.invitations[0]
    decline(c, lost, teacher_of(lost))
    assert len(live(c)) == 4 and told("staffing.substitute") == told("staffing.exhausted") == []


def test_a_withdrawn_seat_waits_for_whoever_withdrew_it(class_at: ClassAtFixture) -> None:
    c = class_at("invited")
    withdraw_invitation(invitation=examiner(c), reason="另请他人", by=c.staff, now=c.now)
    assert len(live(c)) == 4


# Deadlines and reminders ----------------------------------------------------------------------------------------------


def test_an_invitation_waits_until_the_day_that_was_set(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    people = {r.person_id: r.seat for r in latest_recommendation(c.tc) if r.chosen}
    due = c.tc.first_day - 30 * DAY
    for wrong in (due + DAY, c.now.date()):
        with pytest.raises(RuleBroken) as caught:
            invite(training_class=c.tc, people=people, by=c.staff, now=c.now, answer_by=wrong)
        assert [b.rule for b in caught.value.breaches] == ["invite.answer_by"]
    sent = invite(training_class=c.tc, people=people, by=c.staff, now=c.now, answer_by=due)
    assert {i.answer_by for i in sent} == {due}


def test_the_day_before_and_on_the_day_each_is_reminded_once(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    last, answered = c.invitations[0].answer_by, examiner(c)
    accept_invitation(invitation=answered, by=teacher_of(answered), now=c.now)
    for day in (last - DAY, last - DAY, last, last):
        run(today=day, by=c.people.system, now=at(day, 6))
    notes = told("staffing.remind")
    assert len(notes) == 8 and {m.to_id for m in notes} == {
        teacher_of(i).pk for i in c.invitations if i.pk != answered.pk
    }
    assert [m.subject[:2] for m in notes] == ["明天"] * 4 + ["今天"] * 4


def test_whoever_was_asked_today_is_not_reminded_today(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    tomorrow = c.now.date() + DAY
    people = {r.person_id: r.seat for r in latest_recommendation(c.tc) if r.chosen}
    invite(training_class=c.tc, people=people, by=c.staff, now=c.now, answer_by=tomorrow)
    run(today=c.now.date(), by=c.people.system, now=c.now)
    assert told("staffing.remind") == []


# Counting ------------------------------------------------------------------------------------------------------------


def test_the_count_is_said_in_words(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("invited")
    today = c.now.date()
    *four, last = c.invitations
    assert progress_of(seats_of(c.tc), today).words.startswith("已到位 0/5，还差授课 2 名、考核 3 名，")
    for row in four:
        accept_invitation(invitation=row, by=teacher_of(row), now=c.now)
    left = (last.answer_by - today).days
    kind = {"instructor": "授课", "examiner": "考核"}[last.seat]
    said = progress_of(seats_of(c.tc), today).words
    assert said == f"已到位 4/5，还差{kind} 1 名，答复期限还有 {left} 天"
    assert progress_of(seats_of(c.tc), last.answer_by).words.endswith("今天是答复期限")
    assert progress_of(seats_of(c.tc), last.answer_by + DAY).words.endswith("答复期限已过")
    withdraw_invitation(invitation=last, reason="另请他人", by=c.staff, now=c.now)
    assert progress_of(seats_of(c.tc), today).words == f"已到位 4/5，还差{kind} 1 名，席位待邀请"


def test_a_full_class_only_says_so(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    assert progress_of(seats_of(c.tc), c.now.date()).words == "已到位 5/5"


# Calendar ------------------------------------------------------------------------------------------------------------


def test_accepting_sends_the_days_and_withdrawing_cancels_them(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    row = next(i for i in c.invitations if i.seat == "instructor")
    row = accept_invitation(invitation=row, by=teacher_of(row), now=c.now)
    (note,) = told("staffing.accept")
    assert note.to == teacher_of(row) and note.event
    assert note.event["first_day"] == (c.tc.first_day - DAY).isoformat()
    assert note.event["last_day"] == (c.tc.last_day + DAY).isoformat()
    withdraw_invitation(invitation=row, reason="日期调整", by=c.staff, now=c.now)
    (gone,) = told("staffing.withdraw")
    assert gone.event
    assert gone.event["uid"] == note.event["uid"] and gone.event["cancelled"]
    assert gone.event["sequence"] > note.event["sequence"]
    other = next(i for i in c.invitations if i.state == "sent")
    withdraw_invitation(invitation=other, reason="日期调整", by=c.staff, now=c.now)
    assert told("staffing.withdraw")[-1].event is None  # nothing had been promised


# At the same moment ---------------------------------------------------------------------------------------------------


def one_person_one_seat(c: ClassAt) -> None:
    seats = [(i.seat, i.number) for i in live(c)]
    people = [i.person_id for i in live(c)]
    assert len(set(seats)) == len(seats) <= 5 and len(set(people)) == len(people)


def test_two_declines_at_once_ask_two_different_substitutes(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("invited")
    calls = []
    for row in [examiner(c, 1), examiner(c, 2), examiner(c, 3)]:
        by = teacher_of(row)
        calls.append(lambda row=row, by=by: decline(c, row, by))
    assert race(*calls) == [None, None, None]
    one_person_one_seat(c)
    assert len(live(c)) == 5


def test_expiry_against_acceptance_has_one_outcome(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("invited")
    row, system = examiner(c), c.people.system
    by = teacher_of(row)
    on_time, after = at(row.answer_by, 23), at(row.answer_by + DAY, 0)
    results = race(
        lambda: accept_invitation(invitation=row, by=by, now=on_time),
        lambda: expire_invitation(invitation=row, by=system, now=after),
    )
    assert [isinstance(r, Invitation) for r in results].count(True) == 1
    one_person_one_seat(c)
    assert len(live(c)) == 5  # accepted, or lapsed and replaced


def test_yes_and_no_of_one_person_at_once(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("invited")
    row = examiner(c)
    by = teacher_of(row)
    results = race(
        lambda: accept_invitation(invitation=row, by=by, now=c.now),
        lambda: decline_invitation(invitation=row, code="time", by=by, now=c.now),
    )
    assert [isinstance(r, Invitation) for r in results].count(True) == 1
    one_person_one_seat(c)


def test_a_hand_and_the_chain_for_one_seat(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("invited")
    row, wanted = examiner(c), substitutes(c)[1].person_id
    by, staff = teacher_of(row), c.staff
    race(
        lambda: decline(c, row, by),
        lambda: invite(training_class=c.tc, people={wanted: "examiner"}, by=staff, now=c.now),
    )
    one_person_one_seat(c)
    assert len(live(c)) == 5


def same_first_substitute(one: ClassAt, other: ClassAt) -> None:
    """Lists of substitutes may overlap; here somebody whom neither class has chosen is the first of both."""
    rows = Recommendation.objects.unscoped("test").filter(training_class__in=[one.tc, other.tc])
    chosen = set(rows.filter(chosen=True).values_list("person", flat=True))
    first = next(row.person_id for row in substitutes(one) if row.person_id not in chosen)
    for c in (one, other):
        listed = rows.filter(training_class=c.tc, seat="examiner", chosen=False)
        listed.filter(person=first).delete()
        listed.filter(pk=listed.order_by("rank")[0].pk).update(person=first)


def test_one_teacher_asked_by_the_chains_of_two_classes_goes_to_one(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    one, other = fresh_database.classes_at(Plan("invited"), Plan("invited", institution="001"))
    same_first_substitute(one, other)
    lost = [examiner(one), examiner(other)]
    pairs = [(c, i, teacher_of(i)) for c, i in zip((one, other), lost, strict=True)]
    calls = [lambda c=c, i=i, by=by: decline(c, i, by) for c, i, by in pairs]
    assert race(*calls) == [None, None]
    asked = [next(i for i in live(c) if i.origin == "chain") for c in (one, other)]
    assert asked[0].person_id == asked[1].person_id  # both lists begin with the same substitute
    by = teacher_of(asked[0])
    accepting = [
        lambda i=i, c=c: accept_invitation(invitation=i, by=by, now=c.now)
        for i, c in zip(asked, (one, other), strict=True)
    ]
    results = race(*accepting)
    assert [isinstance(r, Invitation) for r in results].count(True) == 1


def test_a_recommendation_meanwhile_does_not_ask_twice(
    fresh_database: FreshDatabase, race: Race, teacher_of: TeacherOf
) -> None:
    c = fresh_database.class_at("invited")
    row, staff = examiner(c), c.staff
    by = teacher_of(row)
    race(lambda: decline(c, row, by), lambda: recommend_teachers(training_class=c.tc, by=staff, now=c.now))
    one_person_one_seat(c)
    assert len(live(c)) == 5
