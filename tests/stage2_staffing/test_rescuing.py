"""Help from nearby: several are asked at once for one empty seat, the first to accept has it (TR 8 note 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Booking, Person
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.actions import (
    accept_invitation,
    decline_invitation,
    invite,
    recommend_teachers,
    rescue_seat,
    run_staffing,
    withdraw_invitation,
)
from gongxue.stage2_staffing.deadlines import lapse_rescues, run
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import invitations_of, seats_of
from gongxue.stage2_staffing.queries.rescue import helpers_for
from gongxue.stage3_programme.queries import sessions_of
from gongxue.stage4_enrolment.books import booking_differences
from tests.cast import ClassAt, ClassAtFixture
from tests.stage2_staffing.rescuing import close, emptied, helped, spare

pytestmark = pytest.mark.postgresql
TeacherOf = Callable[[Invitation], Role]


def refused(c: ClassAt, days: int = 2, **inputs: object) -> set[str]:
    wanted = {"seat": "instructor", "number": 1, "hours": 4} | inputs
    if "people" not in wanted:
        wanted["people"] = spare(c, 1)
    with pytest.raises(RuleBroken) as caught:
        rescue_seat(training_class=c.tc, by=c.staff, now=close(c, days), **wanted)  # type: ignore[arg-type]
    return {breach.rule for breach in caught.value.breaches}


def states(rows: list[Invitation]) -> list[str]:
    found = Invitation.objects.unscoped("test").in_bulk([row.pk for row in rows])
    return [found[row.pk].state for row in rows]


def told(kind: str) -> list[Message]:
    return list(Message.objects.unscoped("test").filter(kind=kind).order_by("pk"))


def test_several_are_asked_for_one_seat_with_hours_to_answer(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    now = close(c)
    sent = helped(c, now)
    assert {(i.seat, i.number, i.origin, i.state) for i in sent} == {
        ("instructor", sent[0].number, "rescue", "sent")
    }
    assert {i.answer_until for i in sent} == {now + timedelta(hours=4)}
    assert {i.letter for i in sent} == {"往返交通由我院安排"}
    (view,) = [v for v in seats_of(c.tc) if v.invitation and v.invitation.state == "sent"]
    assert view.others == 2
    letters = told("staffing.invite")[-3:]
    assert all("应急补位" in m.subject and "先接受者任职" in m.body for m in letters)
    ((to, body),) = [(m.to_id, m.body) for m in told("staffing.rescue")]
    assert to == c.province.pk and all(i.person.name in body for i in sent)
    entry = Event.objects.unscoped("test").get(code="staffing.rescue")
    assert len(entry.changes["invited"][1]) == 3


def test_the_first_to_accept_has_the_seat_and_the_others_are_thanked(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("filed")
    now = close(c)
    sent = helped(c, now)
    later = now + timedelta(minutes=20)
    won = accept_invitation(invitation=sent[1], by=teacher_of(sent[1]), now=later)
    assert states(sent) == ["withdrawn", "accepted", "withdrawn"]
    assert Opening.objects.inside(training_class=c.tc).get().state == "staffed"
    thanked = told("staffing.withdraw")[-2:]
    assert {m.to_id for m in thanked} == {teacher_of(sent[0]).pk, teacher_of(sent[2]).pk}
    assert all("已由另一位老师接受" in m.body for m in thanked)
    with pytest.raises(Conflict) as caught:
        accept_invitation(invitation=sent[0], by=teacher_of(sent[0]), now=later)
    assert caught.value.status == 409 and "已由另一位老师接受" in str(caught.value)
    assert not Booking.objects.unscoped("test").filter(person=sent[0].person_id).exists()
    assert len(told("staffing.replaced")) == 1 and list(booking_differences()) == []
    assert won.replaces and won.person_id in {s.teacher_id for s in sessions_of(c.tc)}
    entry = Event.objects.unscoped("test").filter(code="staffing.accept").latest("pk")
    assert entry.changes["ended"][0] == [sent[0].person.name, sent[2].person.name]


def test_whoever_was_slower_may_be_asked_again_whoever_declined_may_not(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("filed")
    now = close(c)
    slow, quick, no = helped(c, now)
    decline_invitation(invitation=no, code="journey", by=teacher_of(no), now=now)
    won = accept_invitation(invitation=quick, by=teacher_of(quick), now=now)
    gone = withdraw_invitation(invitation=won, reason="也病了", by=c.staff, now=now)
    known = {
        h.person.pk: {b.rule for b in h.obstacles} for h in helpers_for(c.tc, Seat.INSTRUCTOR, now.date())
    }
    assert known[slow.person_id] == set()
    assert known[no.person_id] == known[gone.person_id] == {"seat.barred"}


def test_it_is_refused_outside_its_time_its_seats_and_its_limits(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    assert refused(c) == {"rescue.seat"}  # nobody has left
    gone = emptied(c, close(c))
    assert refused(c, 11, number=gone.number) == {"rescue.early"}
    assert refused(c, -30, number=gone.number) == {"rescue.over"}
    assert refused(c, number=gone.number, people=[], hours=3) == {"rescue.nobody", "rescue.hours"}
    assert refused(c, number=9) == refused(c, seat="cook") == refused(c, seat="examiner") == {"rescue.seat"}
    assert refused(c, people=[10**9], number=gone.number) == {"rescue.unknown"}
    assert refused(c, people=[gone.person_id], number=gone.number) == {"seat.barred"}
    (ordinary,) = invite(training_class=c.tc, people={spare(c, 1)[0]: "instructor"}, by=c.staff, now=close(c))
    assert refused(c, number=ordinary.number) == {"rescue.seat"}


def test_who_is_too_far_away_is_refused_for_teaching_only(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    gone, online = emptied(c, close(c)), emptied(c, close(c), "examiner")
    far = spare(c, 1, "65")
    assert refused(c, people=far, number=gone.number) == {"rescue.far"}
    sent = rescue_seat(
        training_class=c.tc,
        seat="examiner",
        number=online.number,
        people=far,
        hours=2,
        by=c.staff,
        now=close(c),
    )
    assert len(sent) == 1


def test_the_near_come_first_and_the_others_with_their_reason(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    now = close(c)
    emptied(c, now)
    near = spare(c, 2)
    own = spare(c, 3)[2]
    Person.objects.unscoped("test").filter(pk=own).update(employer=c.tc.institution)
    found = helpers_for(c.tc, Seat.INSTRUCTOR, now.date())
    assert [h.person.pk for h in found[:2]] == near and {h.km for h in found[:2]} == {0}
    distances = [h.km for h in found if not h.obstacles]
    assert distances == sorted(distances)
    assert [b.rule for h in found if h.person.pk == own for b in h.obstacles] == ["seat.own"]
    held = {i.person_id for i in invitations_of(c.tc) if i.state == "accepted"}
    assert not held & {h.person.pk for h in found}


def test_level_g_names_its_experts(class_at: ClassAtFixture) -> None:
    c = class_at("staffed", institution="017", level="G")
    assert refused(c) == {"rescue.backbone"}


def test_before_a_recommendation_there_is_nothing_to_rescue(class_at: ClassAtFixture) -> None:
    assert refused(class_at("opened")) == {"rescue.unrecommended"}


def test_only_the_own_institution_asks(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    gone = emptied(c, close(c))
    inputs = {
        "training_class": c.tc,
        "seat": gone.seat,
        "number": gone.number,
        "people": spare(c, 1),
        "hours": 2,
    }
    for who in (c.province, c.people.centre, c.coordinator, c.instructors[0]):
        with pytest.raises(NotAllowed):
            rescue_seat(**inputs, by=who, now=close(c))  # type: ignore[arg-type]
    with pytest.raises(NotThere):
        rescue_seat(**inputs, by=c.people.changzhou.staff, now=close(c))  # type: ignore[arg-type]


def test_who_steps_in_while_the_class_runs_serves_the_rest(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("started")
    now = close(c, -2, 7)
    sent = helped(c, now)
    won = accept_invitation(invitation=sent[0], by=teacher_of(sent[0]), now=now + timedelta(hours=1))
    assert won.serves_from == now.date() + timedelta(days=1)
    ahead = {s.teacher_id for s in sessions_of(c.tc) if s.day >= won.serves_from}
    assert won.replaces and won.person_id in ahead and won.replaces.person_id not in ahead
    assert list(booking_differences()) == []


def test_an_hour_that_has_come_ends_the_invitations_once(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    now, system = close(c), c.people.system
    sent = helped(c, now, hours=4)
    assert lapse_rescues(by=system, now=now + timedelta(hours=2)) == {"lapsed": 0}
    assert told("staffing.rescue_remind") == []
    for minutes in (181, 190):
        lapse_rescues(by=system, now=now + timedelta(minutes=minutes))
    assert sorted(m.to_id for m in told("staffing.rescue_remind")) == sorted(_roles(sent))
    over = now + timedelta(hours=4, seconds=1)
    assert lapse_rescues(by=system, now=over) == {"lapsed": 3}
    assert lapse_rescues(by=system, now=over) == {"lapsed": 0}
    assert states(sent) == ["expired"] * 3
    assert {m.to_id for m in told("staffing.rescue_failed")} == {c.staff.pk, c.province.pk}
    assert len(told("staffing.rescue_failed")) == 2, "said once, when the last one has lapsed"
    assert told("staffing.substitute") == []


def _roles(sent: list[Invitation]) -> list[int]:
    accounts = [i.person.account_id for i in sent]
    return list(Role.objects.filter(account__in=accounts, duty="backbone").values_list("pk", flat=True))


def test_the_daily_run_ends_them_too(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    now = close(c)
    sent = helped(c, now, hours=2)
    over = now + timedelta(hours=3)
    assert run(today=over.date(), by=c.people.system, now=over)["lapsed"] == 3
    assert states(sent) == ["expired"] * 3


def test_past_the_hour_nobody_accepts(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("filed")
    now = close(c)
    sent = helped(c, now, hours=2)
    with pytest.raises(RuleBroken) as caught:
        accept_invitation(invitation=sent[0], by=teacher_of(sent[0]), now=now + timedelta(hours=2, seconds=1))
    assert [b.rule for b in caught.value.breaches] == ["invitation.late"] and "11:00" in str(caught.value)


def test_when_the_last_declines_the_institution_hears_that_nobody_comes(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("filed")
    now = close(c)
    sent = helped(c, now, 2)
    decline_invitation(invitation=sent[0], code="time", by=teacher_of(sent[0]), now=now)
    assert told("staffing.rescue_failed") == []
    decline_invitation(invitation=sent[1], code="time", by=teacher_of(sent[1]), now=now)
    assert len(told("staffing.rescue_failed")) == 2


def test_several_for_one_seat_stand_for_one_seat_elsewhere(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    now = close(c)
    gone = emptied(c, now)
    emptied(c, now, "examiner")
    helped(c, now, gone=gone)
    rows = recommend_teachers(
        training_class=c.tc, by=c.staff, now=now
    )  # for the examiner; refused when none were free
    assert [(r.seat, r.chosen) for r in rows if r.chosen] == [("examiner", True)]
    more = spare(c, 1)
    (second,) = rescue_seat(
        training_class=c.tc, seat=gone.seat, number=gone.number, people=more, hours=2, by=c.staff, now=now
    )
    assert second.number == gone.number, "a second wave for the same seat"


def test_a_national_run_leaves_a_class_that_has_begun_to_its_rescue(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    now = close(c, -1)
    emptied(c, now)
    with pytest.raises(RuleBroken, match="没有等待推荐"):
        run_staffing(by=c.people.centre, now=now, again=True)
    assert run_staffing(by=c.people.centre, now=close(c, 1), again=True).classes == 1
