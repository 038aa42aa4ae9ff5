"""People change before and during a class: the days follow, the timetable follows, the province is told (TR 8 note 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Booking, PoolMembership
from gongxue.parties.queries import workloads
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import Involvement
from gongxue.stage2_staffing.actions import accept_invitation, invite, withdraw_invitation
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import invitations_of
from gongxue.stage2_staffing.queries.personnel import replacements_in, served
from gongxue.stage3_programme.queries import filed_version, programme_of, sessions_of
from gongxue.stage4_enrolment.books import booking_differences
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at

TeacherOf = Callable[[Invitation], Role]
ILL = "突发疾病住院"


def first(c: ClassAt, seat: str = "instructor") -> Invitation:
    rows = Invitation.objects.inside(training_class=c.tc, seat=seat, state="accepted")
    return rows.select_related("person__account", "training_class").order_by("number")[0]


def another(c: ClassAt) -> int:
    """Somebody of the pool who is not of the class."""
    used = Invitation.objects.inside(training_class=c.tc).values("person")
    rows = PoolMembership.objects.unscoped("test").filter(category="01").exclude(person__in=used)
    return int(rows.order_by("person_id")[0].person_id)


def replaced(
    c: ClassAt, teacher_of: TeacherOf, now: datetime, seat: str = "instructor"
) -> tuple[Invitation, Invitation]:
    """Somebody leaves at a moment, somebody else is asked and accepts an hour later: (who left, who came)."""
    gone = withdraw_invitation(invitation=first(c, seat), reason=ILL, by=c.staff, now=now)
    later = now + timedelta(hours=1)
    (asked,) = invite(training_class=c.tc, people={another(c): seat}, by=c.staff, now=later)
    return gone, accept_invitation(invitation=asked, by=teacher_of(asked), now=later)


def booked(row: Invitation) -> list[object]:
    rows = Booking.objects.unscoped("test").filter(
        person=row.person_id, reference=f"class/{row.training_class_id}"
    )
    return list(rows.order_by("day").values_list("day", flat=True))


def told(kind: str) -> list[tuple[int, str]]:
    rows = Message.objects.unscoped("test").filter(kind=kind).order_by("pk")
    return list(rows.values_list("to", "subject"))


@pytest.mark.postgresql
def test_who_falls_ill_on_the_third_day_has_served_two(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("started")
    day = timedelta(days=1)
    third = c.tc.first_day + 2 * day
    gone, came = replaced(c, teacher_of, at(third, 7))
    assert (gone.served_until, came.serves_from) == (third - day, third + day)
    assert booked(gone) == [c.tc.first_day - day + n * day for n in range(4)]  # two journeys and two days
    assert booked(came)[0] == third and booked(came)[-1] == c.tc.last_day + day
    assert list(booking_differences()) == []
    open_ = Involvement.objects.inside(training_class=c.tc, ended_at=None).values_list(
        "account_id", flat=True
    )
    assert came.person.account_id in open_ and gone.person.account_id not in open_
    assert Opening.objects.inside(training_class=c.tc).get().state == "staffed"


def test_both_have_the_job_in_the_ledger_and_stand_on_the_transcript(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("started")
    gone, came = replaced(c, teacher_of, at(c.tc.first_day + timedelta(days=2), 7))
    found = workloads([gone.person_id, came.person_id], c.tc.first_day.year)
    assert [found[p].taught for p in (gone.person_id, came.person_id)] == [1, 1]
    assert {gone.person_id, came.person_id} <= {i.person_id for i in served(c.tc, Seat.INSTRUCTOR)}


def test_who_never_came_has_served_nothing(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    gone = withdraw_invitation(invitation=first(c), reason=ILL, by=c.staff, now=at(c.tc.first_day, 6))
    assert gone.served_until is None and booked(gone) == [] and list(booking_differences()) == []
    assert workloads([gone.person_id], c.tc.first_day.year) == {}


def test_an_examiner_works_online_and_begins_at_once(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("started")
    today = c.tc.first_day + timedelta(days=3)
    _, came = replaced(c, teacher_of, at(today, 9), "examiner")
    assert came.serves_from == today and booked(came) == [d for d in c.tc.days_list if d >= today]


def test_after_the_last_day_nobody_is_replaced(class_at: ClassAtFixture) -> None:
    c = class_at("taught")
    over = at(c.tc.last_day + timedelta(days=1), 8)
    with pytest.raises(RuleBroken) as caught:
        withdraw_invitation(invitation=first(c), reason=ILL, by=c.staff, now=over)
    assert [b.rule for b in caught.value.breaches] == ["withdraw.over"]
    with pytest.raises(RuleBroken) as caught:
        invite(training_class=c.tc, people={another(c): "examiner"}, by=c.staff, now=over)
    assert "withdraw.over" in {b.rule for b in caught.value.breaches}


@pytest.mark.postgresql
def test_the_rest_of_the_timetable_is_the_successors(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("started")
    leaver = first(c)
    before = filed_version(c.tc)
    assert before is not None
    mine = [(s.day, s.period) for s in sessions_of(c.tc) if s.teacher_id == leaver.person_id]
    now = at(c.tc.first_day + timedelta(days=2), 7)
    gone, came = replaced(c, teacher_of, now)
    assert gone.person_id == leaver.person_id and came.serves_from
    rows = {(s.day, s.period): s.teacher_id for s in sessions_of(c.tc)}
    assert mine and {rows[p] for p in mine if p[0] >= came.serves_from} <= {came.person_id}
    assert {rows[p] for p in mine if p[0] < came.serves_from} <= {gone.person_id}
    filed = filed_version(c.tc)
    row = programme_of(c.tc)
    assert filed and row and filed.version == row.version == before.version + 1 and row.state == "filed"
    assert not filed.material and came.person.name in filed.moved[0] and ILL in filed.reason
    assert {s["teacher"] for s in filed.content["sessions"] if s["day"] >= came.serves_from.isoformat()} >= {
        came.person.name
    }
    assert came.person.name in {one["name"] for one in filed.content["team"]}


def test_a_programme_that_waits_for_the_province_comes_back_for_the_new_word(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("programme_submitted")
    _, came = replaced(c, teacher_of, c.now)
    row = programme_of(c.tc)
    assert row and row.state == "returned" and came.person.name in row.returned_reason
    assert filed_version(c.tc) is None


def test_the_province_hears_who_left_and_who_came(class_at: ClassAtFixture, teacher_of: TeacherOf) -> None:
    c = class_at("filed")
    gone, came = replaced(c, teacher_of, c.now)
    ((to, left),) = told("staffing.left")
    ((again, over),) = told("staffing.replaced")
    assert to == again == c.province.pk
    assert gone.person.name in left and f"{came.person.name}接替{gone.person.name}" in over
    entry = Event.objects.unscoped("test").filter(code="staffing.accept").latest("pk")
    assert entry.changes["replaces"] == [gone.person.name, came.person.name]
    (one,) = replacements_in(invitations_of(c.tc))
    assert (one.gone.pk, one.came and one.came.pk) == (gone.pk, came.pk)


def test_an_unanswered_invitation_that_is_withdrawn_is_no_change_of_people(class_at: ClassAtFixture) -> None:
    c = class_at("invited")
    withdraw_invitation(invitation=c.invitations[0], reason="日期调整", by=c.staff, now=c.now)
    assert told("staffing.left") == [] and replacements_in(invitations_of(c.tc)) == []


def test_the_province_reads_it_on_the_page_of_the_class(
    class_at: ClassAtFixture, signed_in: SignedIn, teacher_of: TeacherOf, at_time: Callable[[datetime], None]
) -> None:
    c = class_at("started")
    now = at(c.tc.first_day + timedelta(days=2), 7)
    at_time(now)
    where = reverse("staffing", args=[c.tc.pk])
    assert "更换理由" in signed_in(c.staff).get(where).content.decode()
    gone, came = replaced(c, teacher_of, now)
    page = signed_in(c.province).get(where).content.decode()
    for words in ("人员调整", gone.person.name, came.person.name, ILL):
        assert words in page
    card = reverse("class", args=[c.tc.pk])
    words = f"{gone.person.name} → {came.person.name}"
    assert words in signed_in(c.province).get(card).content.decode()
    assert words not in signed_in(c.trainees[0]).get(card).content.decode()
    mine = signed_in(teacher_of(came)).get(where).content.decode()
    assert "人员调整" not in mine and ILL not in mine
