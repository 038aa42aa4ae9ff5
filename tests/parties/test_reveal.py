"""One full ID number: a person met in one's work, a reason, one look, one entry; many looks are noticed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.foundation.trail.models import Event
from gongxue.parties.actions import reveal_id_number
from gongxue.parties.models import Person
from gongxue.parties.reveal import USUAL, reveals_on_day
from gongxue.regulations.roles import Permission
from gongxue.rehearsal.timeline import at
from gongxue.stage4_enrolment.actions import withdraw_application
from gongxue.stage4_enrolment.models import Application
from tests.cast import FIRST_DAY, ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.still_clock import StillClock

NOW = at(FIRST_DAY)


def person_of(role: Role) -> Person:
    return (
        Person.objects.unscoped("a test").select_related("account", "employer").get(account=role.account_id)
    )


def look(c: ClassAt, by: Role, reason: str = "核对证件", who: Role | None = None) -> Person:
    return reveal_id_number(person=person_of(who or c.trainees[0]), reason=reason, by=by, now=NOW)


@pytest.mark.postgresql
def test_an_institution_sees_the_numbers_of_its_own_applicants(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    for by in (c.staff, c.certificate_officer):
        assert look(c, by) == person_of(c.trainees[0])
    events = Event.objects.unscoped("a test").filter(code=Permission.REVEAL)
    assert [(e.actor, e.reason, e.about, e.institution_id) for e in events.order_by("pk")] == [
        (by.account.name, "核对证件", f"person/{person_of(c.trainees[0]).pk}", c.tc.institution_id)
        for by in (c.staff, c.certificate_officer)
    ]
    number = person_of(c.trainees[0]).id_number.reveal()
    assert not any(number in str(e.__dict__) for e in events)


def test_it_sees_nobody_elses(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("admitted"), Plan("taught", "017", "1"))
    for who in (theirs.trainees[0], mine.people.stranger, mine.people.trainee, mine.instructors[0]):
        with pytest.raises(NotThere):
            look(mine, mine.staff, who=who)
    assert not Event.objects.unscoped("a test").filter(code=Permission.REVEAL).exists()


def test_an_applicant_who_has_withdrawn_is_let_go(class_at: ClassAtFixture) -> None:
    c = class_at("applied")
    application = Application.objects.scope(c.staff).filter(state="submitted").order_by("pk")[0]
    who = Role.objects.select_related("account", "organisation").get(
        account=application.person.account, duty="trainee"
    )
    assert look(c, c.staff, who=who) == person_of(who)
    withdraw_application(application=application, by=who, now=c.now)
    with pytest.raises(NotThere):
        look(c, c.staff, who=who)


def test_a_draft_is_nobodys_business_yet(class_at: ClassAtFixture) -> None:
    c = class_at("applied")
    application = Application.objects.scope(c.staff).order_by("pk")[0]
    Application.objects.unscoped("a test").filter(pk=application.pk).update(state="draft", submitted_at=None)
    with pytest.raises(NotThere):
        reveal_id_number(person=application.person, reason="核对", by=c.staff, now=NOW)


@pytest.mark.parametrize("who", ["coordinator", "province", "centre", "oversight", "trainee", "instructor"])
def test_only_institution_staff_and_certificate_officers_may(class_at: ClassAtFixture, who: str) -> None:
    c = class_at("admitted")
    by = {
        "coordinator": c.coordinator, "province": c.province, "centre": c.people.centre, "oversight": c.people.oversight,
        "trainee": c.trainees[0], "instructor": c.instructors[0],
    }[who]  # fmt: skip
    with pytest.raises(NotAllowed):
        look(c, by)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_must_be_given(class_at: ClassAtFixture, reason: str) -> None:
    c = class_at("admitted")
    with pytest.raises(RuleBroken, match="须写明理由"):
        look(c, c.staff, reason=reason)


@pytest.mark.postgresql
def test_the_fifty_first_look_of_a_day_is_told_to_the_centre_once(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")

    def told() -> int:
        return Message.objects.scope(c.people.centre).filter(kind="people.reveal").count()

    for _ in range(USUAL):
        look(c, c.staff)
    assert (told(), reveals_on_day(c.staff, NOW)) == (0, 50)
    for _ in range(5):
        look(c, c.staff)
    assert told() == 1
    message = Message.objects.scope(c.people.centre).get(kind="people.reveal")
    assert c.staff.account.name in message.subject and message.link.startswith("/trail/?code=people.reveal")
    assert reveals_on_day(c.staff, NOW + timedelta(days=1)) == 0
    assert reveals_on_day(c.certificate_officer, NOW) == 0


# The page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_number_once_and_is_kept_by_nobody(
    class_at: ClassAtFixture, signed_in: SignedIn, still_clock: StillClock
) -> None:
    c = class_at("admitted")
    person = person_of(c.trainees[0])
    number = person.id_number.reveal()
    client = signed_in(c.staff)
    address, body = (
        f"/people/{person.pk}/reveal/",
        {"reason": "核对证件", "once": "k", "next": f"/classes/{c.tc.pk}/"},
    )
    answer = client.post(address, body)
    assert answer.status_code == 200 and number in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "今日第 1 次" in answer.content.decode()
    again = client.post(address, body)
    assert again["Location"] == f"/classes/{c.tc.pk}/"
    assert number not in again.content.decode() and number not in str(AnsweredRequest.objects.values_list())
    assert Event.objects.unscoped("a test").filter(code=Permission.REVEAL).count() == 1


def test_the_page_takes_a_post_with_a_reason_for_a_person_one_meets(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("admitted")
    client = signed_in(c.staff)
    own, foreign = person_of(c.trainees[0]), person_of(c.people.stranger)
    assert client.get(f"/people/{own.pk}/reveal/").status_code == 405
    assert client.post(f"/people/{own.pk}/reveal/", {"reason": ""}).status_code == 422
    assert client.post(f"/people/{foreign.pk}/reveal/", {"reason": "x"}).status_code == 404
    assert signed_in(c.province).post(f"/people/{own.pk}/reveal/", {"reason": "x"}).status_code == 403
