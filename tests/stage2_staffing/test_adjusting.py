"""Another number of instructors: asked for with a reason, decided by the province, followed everywhere (TR 8 note 5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.regulations.marks import Part
from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.actions import (
    accept_invitation,
    approve_team,
    invite,
    recommend_teachers,
    refuse_team,
    request_team,
    withdraw_invitation,
)
from gongxue.stage2_staffing.models import Invitation, Opening, TeamChange
from gongxue.stage2_staffing.queries import latest_recommendation, seats_of
from gongxue.stage4_enrolment.queries import reviewers_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn

TeacherOf = Callable[[Invitation], Role]
WHY = "两个实训场地同时授课"


def asked(c: ClassAt, wanted: int) -> TeamChange:
    return request_team(training_class=c.tc, wanted=wanted, reason=WHY, by=c.staff, now=c.now)


def granted(c: ClassAt, wanted: int) -> None:
    row = asked(c, wanted)
    approve_team(change=row, seen=row.version, by=c.province, now=c.now)
    c.tc.refresh_from_db()


def opening(c: ClassAt) -> str:
    return str(Opening.objects.inside(training_class=c.tc).get().state)


def refused(c: ClassAt, wanted: int, reason: str = WHY) -> set[str]:
    with pytest.raises(RuleBroken) as caught:
        request_team(training_class=c.tc, wanted=wanted, reason=reason, by=c.staff, now=c.now)
    return {breach.rule for breach in caught.value.breaches}


def test_it_is_refused_without_reason_or_need(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    assert refused(c, 5) == refused(c, 0) == {"team.size"}
    assert refused(c, 2) == {"team.same"} and refused(c, 1) == {"team.held"}
    assert refused(c, 3, "  ") == {"reason.missing"}
    asked(c, 3)
    assert refused(c, 4) == {"team.open"}


def test_a_class_that_runs_keeps_its_number(class_at: ClassAtFixture) -> None:
    assert refused(class_at("started"), 3) == {"team.begun"}


def test_only_the_own_province_decides(class_at: ClassAtFixture) -> None:
    c = class_at("recommended")
    row = asked(c, 3)
    with pytest.raises(NotAllowed):
        approve_team(change=row, seen=1, by=c.people.centre, now=c.now)
    with pytest.raises(NotThere):
        approve_team(change=row, seen=1, by=c.people.jiangsu, now=c.now)
    refuse_team(change=row, reason="两名已够", seen=1, by=c.province, now=c.now)
    assert c.reload().edition.instructors == 2
    told = Message.objects.unscoped("test").filter(kind="staffing.team").values_list("to", "body")
    assert list(told) == [(c.staff.pk, "两名已够")]


@pytest.mark.postgresql
def test_a_third_instructor_has_a_seat_a_sheet_and_an_opinion(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("staffed")
    granted(c, 3)
    assert opening(c) == "recommended" and len(seats_of(c.tc)) == 6
    assert (Seat.INSTRUCTOR.wanted(c.tc.edition), Seat.EXAMINER.wanted(c.tc.edition)) == (3, 3)
    assert Part.PROCESS.scored_by.wanted(c.tc.edition) == 3 and len(reviewers_of(c.tc)) == 3
    recommend_teachers(training_class=c.tc, by=c.staff, now=c.now)
    (found,) = [r for r in latest_recommendation(c.tc) if r.chosen]
    (row,) = invite(training_class=c.tc, people={found.person_id: found.seat}, by=c.staff, now=c.now)
    assert (row.seat, row.number) == ("instructor", 3)
    accept_invitation(invitation=row, by=teacher_of(row), now=c.now)
    assert opening(c) == "staffed"
    centre = Message.objects.unscoped("test").filter(kind="staffing.team", to=c.people.centre)
    assert centre.count() == 1  # on record


@pytest.mark.postgresql
def test_one_instructor_is_enough_when_it_is_granted(class_at: ClassAtFixture) -> None:
    c = class_at("staffed")
    first = next(i for i in c.invitations if i.seat == "instructor" and i.number == 1)
    withdraw_invitation(invitation=first, reason="调整为一名", by=c.staff, now=c.now)
    granted(c, 1)
    (left,) = [i for i in c.invitations if i.seat == "instructor" and i.state == "accepted"]
    assert left.number == 1 and opening(c) == "staffed" and len(seats_of(c.tc)) == 4


def test_the_page_asks_and_the_province_decides_on_it(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: Callable[..., None]
) -> None:
    c = class_at("recommended")
    at_time(c.now)
    where, staff = reverse("staffing", args=[c.tc.pk]), signed_in(c.staff)
    assert "申请调整授课人数" in staff.get(where).content.decode()
    sent = staff.post(reverse("staffing.request_team", args=[c.tc.pk]), {"wanted": "3", "reason": WHY})
    assert sent.status_code == 302
    assert "待省级审核" in staff.get(where).content.decode()
    row, province = TeamChange.objects.inside(training_class=c.tc).get(), signed_in(c.province)
    assert WHY in province.get(where).content.decode()
    done = province.post(reverse("staffing.approve_team", args=[row.pk]), {"seen": "1"})
    assert done.status_code == 302 and "现为 3 名" in province.get(where).content.decode()
