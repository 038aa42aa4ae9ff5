"""A colleague in an admitted teacher's place: named by the employer, one seat, one act, a deadline (TR 11.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.foundation.official_forms.models import Answer
from gongxue.parties.models import Booking, Person
from gongxue.parties.queries import system_role
from gongxue.regulations.roles import Duty
from gongxue.regulations.substitution import colleague_until
from gongxue.regulations.waiting_list import moving_ends
from gongxue.rehearsal.timeline import at
from gongxue.stage4_enrolment.actions import (
    admit_applicant,
    close_enrolment,
    give_opinion,
    lapse_colleague,
    name_colleague,
    put_on_waiting_list,
    reject_applicant,
    submit_application,
    take_back_colleague,
    withdraw_application,
)
from gongxue.stage4_enrolment.books import booking_differences, seat_differences
from gongxue.stage4_enrolment.deadlines import keep_seats_moving
from gongxue.stage4_enrolment.models import Application, Enrolment, Substitution
from gongxue.stage4_enrolment.queries import enrolment_of, roster, taken_seats
from tests.cast import FIRST_DAY, ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn
from tests.stage4_enrolment.conftest import application_of, applied, begun, newcomers, school_of

AtTime = Callable[[datetime], None]


def person_of(role: Role) -> Person:
    return Person.objects.unscoped("a test").select_related("account").get(account=role.account_id)


def seated(c: ClassAt) -> tuple[Role, Application]:
    """An admitted teacher and their application."""
    role = c.people.trainee
    row = admit_applicant(application=applied(c, role), by=c.staff, now=c.now)
    return role, row


def colleague(c: ClassAt) -> Role:
    """Another teacher of the same school."""
    return newcomers(c, 1)[0]


def named(c: ClassAt, row: Application, other: Role, **more: Any) -> Substitution:
    by = school_of(c.people.trainee)
    return name_colleague(application=row, colleague=person_of(other), by=by, now=c.now, **more)


def reviewed(c: ClassAt, other: Role, now: datetime | None = None) -> Application:
    """The colleague's form 1, submitted, with the instructors' opinions."""
    row = application_of(c, other)
    begun(c, other)
    row = submit_application(application=row, by=other, now=now or c.now)
    for instructor in c.instructors:
        give_opinion(application=row, agrees=True, by=instructor, now=now or c.now)
    return row


def fill(c: ClassAt, like: Application, seats: set[int]) -> None:
    """Somebody on each of these seats, without the way there."""
    version = like.answer.version
    for seat, role in zip(sorted(seats), newcomers(c, len(seats)), strict=True):
        person, answer = person_of(role), Answer(version=version, account=role.account, level=c.tc.level)
        answer.save()
        Application.objects.create(
            training_class=c.tc, person=person, employer=role.organisation, answer=answer, age=30, state="admitted",
            seat=seat, submitted_at=c.now,
        )  # fmt: skip


def again(row: Application) -> Application:
    return Application.objects.unscoped("a test").get(pk=row.pk)


@pytest.mark.postgresql
def test_the_seat_passes_over_in_the_admission(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    _, row = seated(c)
    other = colleague(c)
    place = named(c, row, other, reason="因病不能参训")
    assert (again(row).state, place.state) == ("admitted", "named")
    arriving = reviewed(c, other)
    assert arriving.is_endorsed  # naming is the employer's word
    admit_applicant(application=arriving, by=c.staff, now=c.now)
    assert (again(row).state, again(row).seat, again(arriving).state, again(arriving).seat) == (
        "withdrawn", None, "admitted", row.seat,
    )  # fmt: skip
    assert [a.pk for a in roster(c.tc)] == [arriving.pk]
    assert not Booking.objects.unscoped("a test").filter(person=row.person).exists()
    assert Booking.objects.unscoped("a test").filter(person=arriving.person).count() == len(c.tc.days_list)
    assert [*seat_differences(), *booking_differences()] == []
    assert Substitution.objects.unscoped("a test").get(pk=place.pk).state == "done"
    assert "顶替" in again(row).decision_reason


def test_it_goes_on_after_enrolment_has_closed_for_the_colleague_alone(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    _, row = seated(c)
    notice = enrolment_of(c.tc)
    assert notice is not None
    close_enrolment(enrolment=notice, by=c.staff, now=c.now)
    other, third = newcomers(c, 2)
    named(c, row, other)
    with pytest.raises(RuleBroken):
        begun(c, third)
    assert admit_applicant(application=reviewed(c, other), by=c.staff, now=c.now).seat == row.seat


def test_a_full_class_stays_at_thirty(class_at: ClassAtFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    c = class_at("announced")
    _, row = seated(c)
    other, third = newcomers(c, 2)
    fill(c, row, set(range(1, 31)) - {row.seat})
    named(c, row, other)
    arriving = reviewed(c, other)
    with pytest.raises(RuleBroken) as refused:
        admit_applicant(application=applied(c, third), by=c.staff, now=c.now)
    assert refused.value.breaches[0].rule == "enrolment.class_full"
    admit_applicant(application=arriving, by=c.staff, now=c.now)
    assert len(taken_seats(c.tc)) == 30 and again(arriving).seat == row.seat


def test_a_refused_admission_leaves_the_first_where_they_are(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    _, row = seated(c)
    other = colleague(c)
    named(c, row, other)
    arriving = reviewed(c, other)
    day = c.tc.days_list[1]
    Booking.objects.create(person=person_of(other), day=day, capacity="trainee", reference="class/0")
    with pytest.raises(RuleBroken):
        admit_applicant(application=arriving, by=c.staff, now=c.now)
    assert (again(row).state, again(row).seat, again(arriving).state) == ("admitted", row.seat, "submitted")
    assert Booking.objects.unscoped("a test").filter(person=row.person).count() == len(c.tc.days_list)


def test_who_cannot_be_named(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    role, row = seated(c)
    by = school_of(role)
    other, third, refused_one, waiting_one = newcomers(c, 4)
    reject_applicant(application=applied(c, refused_one), code="level", by=c.staff, now=c.now)

    def rules(who: Role, application: Application = row) -> list[str]:
        with pytest.raises(RuleBroken) as refused:
            name_colleague(application=application, colleague=person_of(who), by=by, now=c.now)
        return [b.rule for b in refused.value.breaches]

    assert rules(role) == ["colleague.employer"]
    assert rules(refused_one) == ["colleague.rejected"]
    assert rules(other, applied(c, third)) == ["colleague.admitted"]
    with pytest.raises(NotThere):  # of another school: outside the school's sight
        name_colleague(application=row, colleague=person_of(c.instructors[0]), by=by, now=c.now)
    with pytest.raises(NotThere):
        name_colleague(application=row, colleague=person_of(other), by=c.people.far_school, now=c.now)
    with pytest.raises(NotAllowed):
        name_colleague(application=row, colleague=person_of(other), by=c.staff, now=c.now)
    named(c, row, other)
    assert rules(third) == ["colleague.named"]
    second = admit_applicant(application=applied(c, waiting_one), by=c.staff, now=c.now)
    assert rules(other, second) == ["colleague.named"]
    assert rules(waiting_one) == ["colleague.named"]


def test_nobody_names_themselves(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    _, row = seated(c)
    other = colleague(c)
    office = Role.objects.create(
        account=other.account, organisation=other.organisation, duty=Duty.SCHOOL, since=c.tc.first_day
    )
    with pytest.raises(RuleBroken) as refused:
        name_colleague(application=row, colleague=person_of(other), by=office, now=c.now)
    assert [b.rule for b in refused.value.breaches] == ["colleague.own"]


def test_the_first_does_not_leave_beforehand_and_stays_when_it_is_taken_back(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("announced")
    role, row = seated(c)
    other = colleague(c)
    place = named(c, row, other)
    with pytest.raises(RuleBroken) as refused:
        withdraw_application(application=row, by=role, now=c.now)
    assert refused.value.breaches[0].rule == "colleague.keeps"
    take_back_colleague(substitution=place, by=school_of(role), now=c.now)
    assert (again(row).state, application_of(c, other).state) == ("admitted", "withdrawn")
    assert withdraw_application(application=row, by=role, now=c.now).state == "withdrawn"


@pytest.mark.parametrize("how", ["reject", "wait", "withdraw"])
def test_a_colleague_who_does_not_come_leaves_the_first_on_the_seat(
    class_at: ClassAtFixture, how: str
) -> None:
    c = class_at("announced")
    _, row = seated(c)
    other = colleague(c)
    place = named(c, row, other)
    arriving = reviewed(c, other)
    if how == "reject":
        reject_applicant(application=arriving, code="level", by=c.staff, now=c.now)
    elif how == "wait":
        put_on_waiting_list(application=arriving, by=c.staff, now=c.now)
    else:
        withdraw_application(application=arriving, by=other, now=c.now)
    assert Substitution.objects.unscoped("a test").get(pk=place.pk).state == "ended"
    assert (again(row).state, again(row).seat) == ("admitted", row.seat)


def test_it_lapses_when_form_1_is_not_submitted_and_not_before(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    _, row = seated(c)
    other = colleague(c)
    place = named(c, row, other)
    with pytest.raises(RuleBroken):
        lapse_colleague(substitution=place, by=system_role(), now=place.until)
    assert keep_seats_moving(by=system_role(), now=place.until)["colleagues_lapsed"] == 0
    later = place.until + timedelta(minutes=10)
    with pytest.raises(RuleBroken):
        submit_application(application=application_of(c, other), by=other, now=later)
    assert keep_seats_moving(by=system_role(), now=later)["colleagues_lapsed"] == 1
    assert keep_seats_moving(by=system_role(), now=later)["colleagues_lapsed"] == 0
    assert (again(row).state, application_of(c, other).state) == ("admitted", "withdrawn")


def test_a_submitted_one_is_decided_until_the_day_of_arrival(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    _, row = seated(c)
    other = colleague(c)
    place = named(c, row, other)
    arriving = reviewed(c, other)
    ends = moving_ends(c.tc.first_day)
    assert keep_seats_moving(by=system_role(), now=ends)["colleagues_lapsed"] == 0
    assert keep_seats_moving(by=system_role(), now=ends + timedelta(minutes=1))["colleagues_lapsed"] == 1
    assert (again(row).state, again(arriving).state) == ("admitted", "submitted")
    assert Substitution.objects.unscoped("a test").get(pk=place.pk).state == "ended"


def test_how_long_there_is() -> None:
    first = FIRST_DAY
    assert colleague_until(at(first - timedelta(days=10), 9), first) == at(first - timedelta(days=7), 9)
    assert colleague_until(at(first - timedelta(days=10), 23), first) == at(first - timedelta(days=6), 10)
    assert colleague_until(at(first - timedelta(days=2), 9), first) == moving_ends(first)
    assert colleague_until(at(first - timedelta(days=2), 21), first) is None
    assert colleague_until(at(first, 9), first) is None


@pytest.mark.postgresql
def test_thirty_seats_hold_when_the_swap_and_others_are_admitted_at_once(
    fresh_database: FreshDatabase, race: Race
) -> None:
    c = fresh_database.class_at("announced")
    _, row = seated(c)
    other, *rest = newcomers(c, 4)
    fill(c, row, set(range(1, 30)) - {row.seat})  # seat 30 is free
    named(c, row, other)
    arriving = reviewed(c, other)
    waiting = [applied(c, role) for role in rest]

    def admit(application: Application) -> Callable[[], Any]:
        return lambda: admit_applicant(application=application, by=c.staff, now=c.now)

    results = race(admit(arriving), *map(admit, waiting))
    assert not isinstance(results[0], Exception)
    assert sum(isinstance(r, RuleBroken) for r in results) == 2, results
    assert len(taken_seats(c.tc)) == 30 and again(arriving).seat == row.seat and again(row).seat is None
    assert list(seat_differences()) == []


@pytest.mark.postgresql
def test_one_of_two_namings_at_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("announced")
    _, row = seated(c)
    results = race(*[lambda r=role: named(c, row, r) for role in newcomers(c, 3)])
    assert sum(isinstance(r, Substitution) for r in results) == 1, results
    assert all(isinstance(r, (Substitution, RuleBroken)) for r in results)


# Seats that nobody could take when they became free --------------------------------------------------------------------


def freed(c: ClassAt) -> int:
    return Enrolment.objects.inside(training_class=c.tc).get().freed_seats


def test_a_freed_seat_is_offered_when_somebody_joins_the_waiting_list(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    role, row = seated(c)
    late = applied(c, newcomers(c, 1)[0])
    withdraw_application(application=row, by=role, now=c.now)
    assert freed(c) == 1
    put_on_waiting_list(application=late, by=c.staff, now=c.now)
    assert (again(late).state, again(late).seat, freed(c)) == ("offered", 1, 0)


def test_the_job_offers_it_once_what_hindered_is_gone(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    role, row = seated(c)
    late = put_on_waiting_list(
        application=applied(c, newcomers(c, 1)[0], opinions=(True,)), by=c.staff, now=c.now
    )
    withdraw_application(application=row, by=role, now=c.now)
    assert freed(c) == 1 and keep_seats_moving(by=system_role(), now=c.now)["freed_offered"] == 0
    give_opinion(application=late, agrees=True, by=c.instructors[1], now=c.now)
    assert keep_seats_moving(by=system_role(), now=c.now)["freed_offered"] == 1
    assert (again(late).state, freed(c)) == ("offered", 0)
    assert keep_seats_moving(by=system_role(), now=c.now)["freed_offered"] == 0


def test_a_seat_given_by_hand_is_not_offered_again(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    role, row = seated(c)
    withdraw_application(application=row, by=role, now=c.now)
    one, two = newcomers(c, 2)
    admit_applicant(application=applied(c, one), by=c.staff, now=c.now)
    assert freed(c) == 0
    put_on_waiting_list(application=applied(c, two), by=c.staff, now=c.now)
    assert (
        application_of(c, two).state == "waiting"
    )  # seats that were never given are the institution's to give


# Pages ----------------------------------------------------------------------------------------------------------------


def test_the_pages_say_who_comes_for_whom(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    role, row = seated(c)
    other = colleague(c)
    school = signed_in(school_of(role))
    assert f"/applications/{row.pk}/colleague/" in school.get("/endorsements/").content.decode()
    where = f"/applications/{row.pk}/colleague/"
    page = school.get(where).content.decode()
    assert other.account.name in page and "提名即同意推荐" in page
    assert school.post(where, {"colleague": "0", "once": "a"}).status_code == 422
    assert school.post(where, {"colleague": person_of(other).pk, "once": "b"}).status_code == 302
    assert "撤回提名" in school.get("/endorsements/").content.decode()
    arriving = application_of(c, other)
    assert "顶替" in signed_in(other).get(f"/my/applications/{arriving.pk}/").content.decode()
    assert "单位提名" in signed_in(other).get("/my/applications/").content.decode()
    mine = signed_in(role).get(f"/my/applications/{row.pk}/").content.decode()
    assert other.account.name in mine and "退出报名" not in mine
    listed = signed_in(c.staff).get(f"/classes/{c.tc.pk}/applicants/").content.decode()
    assert f"单位提名{other.account.name}顶替" in listed
    assert "单位提名顶替" in signed_in(c.staff).get(f"/applications/{row.pk}/").content.decode()
    assert signed_in(c.people.far_school).get(where).status_code == 404
