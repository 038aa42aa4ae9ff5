"""Which act tells whom, and that what a message links to can be opened by whoever reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gongxue.exchange.models import Message
from gongxue.exchange.notices import send
from gongxue.foundation.identity.actions import give_role
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning import actions as planning
from gongxue.stage2_staffing import actions as staffing
from gongxue.stage2_staffing.queries import experts_for
from gongxue.stage3_programme import actions as programme
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage4_enrolment import actions as enrolment
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery import actions as delivery
from gongxue.stage5_delivery.models import MarkCorrection
from gongxue.stage6_assessment import actions as assessment
from tests.cast import ClassAt, ClassAtFixture, People, SignedIn, at
from tests.foundation.lifecycle.right_inputs import own_teacher
from tests.still_clock import StillClock

TEAM = {"instructor 1", "instructor 2", "examiner 1", "examiner 2", "examiner 3"}
OFFICE = {"coordinator", "institution"}
TRAINEES = {"trainee 1", "trainee 2", "trainee 3", "trainee 4"}
# What an undisturbed class tells: kind → who hears of it.
OF_A_LIFE: dict[str, set[str]] = {
    "planning.open_round": {"institution", "province", "other_institution", "other_province", "province 32", "institution 001"},
    "planning.submit": {"province"}, "planning.report": {"centre"}, "planning.publish": {"institution"},
    "staffing.recommend": {"institution"}, "staffing.invite": TEAM, "staffing.answer": {"institution"}, "staffing.accept": TEAM,
    "staffing.staffed": {"institution", "province"}, "programme.submit": {"province"},
    "programme.file": {"institution", "centre"}, "enrolment.submit": {"school", "other_school", "other schools"},
    "enrolment.opinion": {"instructor 1", "instructor 2"}, "enrolment.decided": TRAINEES, "delivery.start": TRAINEES,
    "assessment.decided": TRAINEES, "assessment.confirm": {"province", "centre", "certificate_officer"},
    "certificates.issue": TRAINEES,
}  # fmt: skip


def named(c: ClassAt) -> Callable[[Role], str]:
    """role → what it is to the class."""
    known = {
        role.pk: name
        for name, role in c.actors().items()
        if name not in ("instructor", "examiner", "trainee")
    }
    for word, roles in (("instructor", c.instructors), ("examiner", c.examiners), ("trainee", c.trainees)):
        known |= {role.pk: f"{word} {n}" for n, role in enumerate(roles, 1)}
    people = c.people
    known.setdefault(people.jiangsu.pk, "province 32")
    known.setdefault(people.gongmao.staff.pk, "institution 001")
    for letter in c.invitations:  # who was asked and sits in no seat
        role = Role.objects.get(account=letter.person.account_id, duty=Duty.BACKBONE)
        known.setdefault(role.pk, f"{letter.seat} {letter.number}")
    return lambda role: known.get(
        role.pk, "other schools" if role.duty == Duty.SCHOOL else f"a stranger: {role}"
    )


def told(c: ClassAt, since: int = 0) -> dict[str, set[str]]:
    """kind → who was told since a message."""
    name, found = named(c), defaultdict(set)
    rows = (
        Message.objects.unscoped("tests")
        .filter(pk__gt=since)
        .select_related("to__account", "to__organisation")
    )
    for message in rows.order_by("pk"):
        found[message.kind].add(name(message.to))
    return dict(found)


def last() -> int:
    """The newest message."""
    rows = Message.objects.unscoped("tests").order_by("-pk").values_list("pk", flat=True)
    return rows.first() or 0


def check_the_links(signed_in: SignedIn, since: int = 0) -> int:
    """Whoever is told may open what the message links to; returns how many messages there are."""
    rows = (
        Message.objects.unscoped("tests")
        .filter(pk__gt=since)
        .select_related("to__account", "to__organisation")
    )
    messages = list(rows.order_by("pk"))
    for message in messages:
        client = signed_in(message.to)
        answer = client.post(f"/messages/{message.pk}/", follow=True)
        assert (answer.status_code, answer.request["PATH_INFO"]) == (200, message.link or "/messages/"), (
            message
        )
    return len(messages)


@pytest.mark.postgresql
def test_a_life_tells_each_act_to_those_who_go_on_and_to_nobody_else(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("issued")
    still_clock.set(c.now)
    assert told(c) == OF_A_LIFE
    assert check_the_links(signed_in) >= 40
    before = last()
    c.drive_to("closed")
    assert told(c, before) == {}


def test_subjects_name_the_class_or_the_person_and_fit_their_column(class_at: ClassAtFixture) -> None:
    c = class_at("issued")
    for message in Message.objects.unscoped("tests").order_by("pk"):
        assert 5 < len(message.subject) <= 120
        assert "None" not in message.subject + message.body
        if message.kind.startswith(
            ("staffing.answer", "staffing.recommend", "programme.", "enrolment.decided")
        ):
            assert c.tc.title in message.subject


# Acts that do not happen in every life ------------------------------------------------------------------------------

Act = Callable[[ClassAt], Any]


def application(c: ClassAt) -> Application:
    """The first application of the class."""
    rows = Application.objects.unscoped("tests").filter(training_class=c.tc)
    return rows.select_related("person__account", "training_class").order_by("pk")[0]


def _return_programme(c: ClassAt) -> None:
    row = programme_of(c.tc)
    assert row is not None
    programme.return_programme(programme=row, reason="请补充", seen=row.version, by=c.province, now=c.now)


def _decline(c: ClassAt) -> None:
    letter = c.invitations[0]
    role = Role.objects.select_related("account", "organisation").get(
        account=letter.person.account_id, duty=Duty.BACKBONE
    )
    staffing.decline_invitation(invitation=letter, reason="另有任务", by=role, now=c.now)


def _nominate(c: ClassAt) -> None:
    seats = ["instructor"] * 2 + ["examiner"] * 3
    people = dict(zip([person.pk for person in experts_for(c.tc)], seats, strict=False))
    staffing.nominate_experts(training_class=c.tc, people=people, by=c.staff, now=c.now)


def _extend(c: ClassAt) -> None:
    planning.grant_exception(
        training_class=c.tc, deadline="feedback", until=c.tc.last_day + timedelta(days=14), reason="台风", by=c.province,
        now=c.now,
    )  # fmt: skip


def _absent(c: ClassAt) -> None:
    everybody = {attendee.pk: "present" for attendee in c.attendees}
    first = c.attendees[0].pk
    for period in range(1, 6):
        delivery.call_roll(
            training_class=c.tc, day=c.tc.first_day, period=period, presences=everybody | {first: "absent"},
            by=c.coordinator, now=at(c.tc.first_day, 8 + period),
        )  # fmt: skip


def _below(c: ClassAt) -> Any:
    for role in c.examiners:
        assessment.score_final(attendee=c.attendees[0], mark="50", by=role, now=c.now)
    return assessment.apply_retake(attendee=c.attendees[0], by=c.trainees[0], now=c.now)


def _leave(c: ClassAt) -> Any:
    lessons = [f"{c.tc.first_day + timedelta(days=1)}/1"]
    return delivery.ask_leave(
        training_class=c.tc, lessons=lessons, reason="就医", by=c.trainees[0], now=c.now
    )


def _other_mark(c: ClassAt) -> MarkCorrection:
    words = {c.attendees[0].pk: "late"}
    delivery.propose_marks(
        training_class=c.tc,
        day=c.tc.first_day,
        period=1,
        presences=words,
        reason="核对",
        by=c.coordinator,
        now=c.now,
    )
    found: MarkCorrection = MarkCorrection.objects.inside(training_class=c.tc).get()
    return found


def _correction(c: ClassAt) -> Any:
    return assessment.request_correction(
        attendee=c.attendees[0], part="process", new="88", reason="登记有误", by=c.staff, now=c.now
    )


def _countersigned(c: ClassAt) -> None:
    row = _correction(c)
    assessment.countersign_correction(correction=row, seen=row.version, by=c.province, now=c.now)


def _refused(c: ClassAt) -> None:
    row = _correction(c)
    assessment.refuse_correction(
        correction=row, reason="依据不足", seen=row.version, by=c.province, now=c.now
    )


TELLS: list[tuple[str, dict[str, Any], Act, dict[str, set[str]]]] = [
    ("submitted", {}, lambda c: planning.return_line(training_class=c.tc, reason="请改", seen=2, by=c.province, now=c.now), {"planning.return": {"institution"}}),
    ("reported", {}, lambda c: planning.send_back_line(training_class=c.tc, reason="请核", seen=4, by=c.people.centre, now=c.now), {"planning.send_back": {"province"}}),
    ("taught", {}, _extend, {"planning.grant_exception": {"institution"}}),
    ("invited", {}, _decline, {"staffing.answer": {"institution"}, "staffing.substitute": {"institution"}, "staffing.invite": {"examiner 1"}}),
    ("staffed", {}, lambda c: staffing.withdraw_invitation(invitation=c.invitations[0], reason="调整", by=c.staff, now=c.now), {"staffing.withdraw": {"examiner 1"}, "staffing.left": {"province"}}),
    ("recommended", {}, lambda c: staffing.lift_avoidance(training_class=c.tc, **own_teacher(c), by=c.staff, now=c.now), {"staffing.avoidance": {"province"}}),
    ("opened", {"institution": "017", "level": "G"}, _nominate, {"staffing.nominate": {"centre"}}),
    ("programme_submitted", {}, _return_programme, {"programme.return": {"institution"}}),
    ("reviewed", {}, lambda c: enrolment.put_on_waiting_list(application=application(c), by=c.staff, now=c.now), {"enrolment.decided": {"trainee 1"}}),
    ("reviewed", {}, lambda c: enrolment.reject_applicant(application=application(c), reason="不符合条件", by=c.staff, now=c.now), {"enrolment.decided": {"trainee 1"}}),
    ("admitted", {}, lambda c: enrolment.withdraw_application(application=application(c), reason="另有安排", by=c.trainees[0], now=c.now), {"enrolment.withdraw": {"institution"}}),
    ("started", {}, _absent, {"delivery.call_roll": {"trainee 1"}}),
    ("started", {}, _leave, {"delivery.ask_leave": OFFICE}),
    ("started", {}, lambda c: delivery.approve_leave(leave=_leave(c), seen=1, by=c.coordinator, now=c.now), {"delivery.ask_leave": OFFICE, "delivery.leave_decided": {"trainee 1"}}),
    ("started", {}, lambda c: delivery.refuse_leave(leave=_leave(c), seen=1, reason="当天考核", by=c.staff, now=c.now), {"delivery.ask_leave": OFFICE, "delivery.leave_decided": {"trainee 1"}}),
    ("started", {}, lambda c: delivery.withdraw_leave(leave=_leave(c), by=c.trainees[0], now=c.now), {"delivery.ask_leave": OFFICE, "delivery.withdraw_leave": OFFICE}),
    ("process_scored", {}, _other_mark, {"delivery.propose_marks": {"institution"}}),
    ("process_scored", {}, lambda c: delivery.confirm_mark(mark_correction=_other_mark(c), seen=1, by=c.staff, now=c.now), {"delivery.propose_marks": {"institution"}, "delivery.mark_decided": {"coordinator", "trainee 1"}}),
    ("process_scored", {}, lambda c: delivery.decline_mark(mark_correction=_other_mark(c), seen=1, reason="不符", by=c.staff, now=c.now), {"delivery.propose_marks": {"institution"}, "delivery.mark_decided": {"coordinator"}}),
    ("process_scored", {}, _below, {"assessment.decided": {"trainee 1"}, "assessment.apply_retake": {"institution"}}),
    ("process_scored", {}, lambda c: assessment.allow_retake(retake=_below(c), by=c.staff, now=c.now), {"assessment.decided": {"trainee 1"}, "assessment.apply_retake": {"institution"}, "assessment.allow_retake": {"trainee 1"}}),
    ("confirmed", {}, _correction, {"assessment.request_correction": {"province"}}),
    ("confirmed", {}, _countersigned, {"assessment.request_correction": {"province"}, "assessment.correction": {"institution"}, "assessment.transcript_changed": {"province", "centre"}}),
    ("confirmed", {}, _refused, {"assessment.request_correction": {"province"}, "assessment.correction": {"institution"}}),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "plan", "act", "expected"), TELLS, ids=[str(i) for i in range(len(TELLS))])
def test_each_act_tells_those_whom_it_concerns(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock, stage: str, plan: dict[str, Any], act: Act,
    expected: dict[str, set[str]],
) -> None:  # fmt: skip
    c = class_at(stage, **plan)
    still_clock.set(c.now)
    before = last()
    act(c)
    assert told(c, before) == expected
    assert check_the_links(signed_in, before) >= 1


def test_the_reason_stands_in_the_message(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed")
    _refused(c)
    message = Message.objects.scope(c.staff).order_by("-pk")[0]
    assert message.subject == f"成绩更正未同意：{c.attendees[0]} {c.tc.title}"
    assert message.body == "依据不足"


def test_a_refused_act_tells_nobody(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    before = last()
    with pytest.raises(Refusal):
        planning.return_line(training_class=c.tc, reason=" ", seen=2, by=c.province, now=c.now)
    with pytest.raises(Refusal):
        planning.return_line(training_class=c.tc, reason="请改", seen=1, by=c.province, now=c.now)
    assert told(c, before) == {}


def test_without_anybody_qualified_no_certificates_are_asked_for(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed", headcount=1, fates=("failed",))
    rows = Message.objects.unscoped("tests").filter(kind="assessment.confirm")
    assert not rows.filter(to=c.certificate_officer).exists()


def test_who_has_left_the_office_is_told_no_longer(class_at: ClassAtFixture) -> None:
    c = class_at("submitted")
    staff, before = c.staff, last()
    Role.objects.filter(pk=staff.pk).update(until=c.now.date())
    planning.return_line(training_class=c.tc, reason="请改", seen=2, by=c.province, now=c.now)
    assert last() == before


# In the right role ------------------------------------------------------------------------------------------------


def test_a_message_to_another_of_ones_roles_opens_in_that_role(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    """Somebody of the institution who also reviews for the province."""
    c = class_at("planned")
    still_clock.set(c.now)
    given = give_role(
        account=c.coordinator.account, organisation=c.province.organisation, duty="province", by=c.people.centre, now=c.now
    )  # fmt: skip
    planning.submit_plan(round=c.tc.round, by=c.staff, now=c.now)
    message = Message.objects.unscoped("tests").get(to=given.pk, kind="planning.submit")
    client = signed_in(c.coordinator)
    answer = client.post(f"/messages/{message.pk}/", follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"/planning/{c.tc.round_id}/", 302)]
    assert "现在以“省级管理部门工作人员" in page
    assert f'"/planning/lines/{c.tc.pk}/approve/"' in page
    assert client.session["role"] == given.pk


def test_when_that_role_has_ended_one_stays_in_the_present_one(cast: People, signed_in: SignedIn) -> None:
    given = give_role(
        account=cast.trainee.account, organisation=cast.trainee.organisation, duty="school", by=cast.centre, now=at(cast.trainee.since)
    )  # fmt: skip
    other = Role.objects.select_related("account").get(pk=given.pk)
    send([other], subject="请出具单位意见", kind="x", link="/endorsements/", now=at(cast.trainee.since))
    Role.objects.filter(pk=given.pk).update(until=cast.trainee.since)
    client = signed_in(cast.trainee)
    message = Message.objects.scope(cast.trainee).order_by("-pk")[0]
    assert client.post(f"/messages/{message.pk}/")["Location"] == "/endorsements/"
    assert client.session["role"] == cast.trainee.pk
    assert client.get("/endorsements/").status_code == 403
