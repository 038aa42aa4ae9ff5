"""Nobody is in two places in one lesson period, in whatever role, at every door, and each refusal says where (TR 11)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.parties.actions import book, book_lessons, unbook
from gongxue.parties.models import Booking, LessonBooking, Person
from gongxue.stage3_programme.queries import lessons_of
from gongxue.stage4_enrolment.actions import admit_applicant
from gongxue.stage4_enrolment.books import lesson_differences
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race
from tests.stage4_enrolment.conftest import applied, newcomers


def held(**where: Any) -> set[tuple[int, Any, int]]:
    rows = LessonBooking.objects.unscoped("a test").filter(**where)
    return set(rows.values_list("person_id", "day", "period"))


def stranger(c: ClassAt) -> Person:
    """A teacher who is booked nowhere."""
    (role,) = newcomers(c, 1)
    return Person.objects.unscoped("a test").select_related("account").get(account=role.account_id)


def said(refused: pytest.ExceptionInfo[RuleBroken]) -> str:
    (breach,) = refused.value.breaches
    assert breach.rule == "person.busy"
    return breach.says


def test_a_filed_timetable_takes_its_teachers_in_each_period(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    assert held() == set()
    c.drive_to("filed")
    assert held(reference=f"class/{c.tc.pk}") == lessons_of(c.tc) != set()
    assert list(lesson_differences()) == []


def test_check_books_names_what_does_not_agree(class_at: ClassAtFixture) -> None:
    c = class_at("filed")
    LessonBooking.objects.unscoped("a test").filter(period=1).delete()
    assert all(str(c.tc.first_day)[:4] in words for words in lesson_differences())
    assert len(list(lesson_differences())) == len({(p, d) for p, d, n in lessons_of(c.tc) if n == 1})


def test_who_teaches_by_a_timetable_is_not_admitted_elsewhere_on_these_days(
    classes_at: ClassesAtFixture,
) -> None:
    mine, theirs = classes_at(Plan("announced"), Plan("filed", institution="017", level="1"))
    role = mine.people.trainee
    person = Person.objects.unscoped("a test").get(account=role.account_id)
    day = mine.tc.days_list[2]
    book_lessons(f"class/{theirs.tc.pk}", {(person.pk, day, 3)})
    application = applied(mine, role)
    with pytest.raises(RuleBroken) as refused:
        admit_applicant(application=application, by=mine.staff, now=mine.now)
    assert str(theirs.tc) in said(refused) and "授课" in said(refused)
    assert not Booking.objects.unscoped("a test").filter(person=person).exists()


def test_who_is_admitted_elsewhere_does_not_teach_by_a_timetable(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("announced"), Plan("filed", institution="017", level="1"))
    role = mine.people.trainee
    row = admit_applicant(application=applied(mine, role), by=mine.staff, now=mine.now)
    before = held(reference=f"class/{theirs.tc.pk}")
    with pytest.raises(RuleBroken) as refused, transaction.atomic():
        book_lessons(f"class/{theirs.tc.pk}", {(row.person_id, mine.tc.days_list[0], 1)})
    assert str(mine.tc) in said(refused) and "参训" in said(refused)
    assert held(reference=f"class/{theirs.tc.pk}") == before


def test_one_period_once_other_periods_of_the_day_stay_free(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    person, day = stranger(c), c.tc.first_day
    book_lessons("class/901", {(person.pk, day, 1), (person.pk, day, 2)})
    with pytest.raises(RuleBroken), transaction.atomic():
        book_lessons("class/902", {(person.pk, day, 2)})
    book_lessons("class/902", {(person.pk, day, 5)})
    book_lessons("class/901", {(person.pk, day, 3)})  # the timetable has changed: the others are free again
    book_lessons("class/902", {(person.pk, day, 1), (person.pk, day, 5)})
    assert held() >= {(person.pk, day, 3), (person.pk, day, 1), (person.pk, day, 5)}


def test_own_class_is_no_other_place_and_leaving_frees_days_and_periods(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    person, days = stranger(c), c.tc.days_list
    book(person, days, capacity="instructor", reference="class/901")
    book_lessons("class/901", {(person.pk, days[0], 1), (person.pk, days[2], 1)})
    unbook(person, "class/901", days[1])
    assert held(person=person) == {(person.pk, days[0], 1)}
    unbook(person, "class/901")
    assert held(person=person) == set()
    book(person, days, capacity="trainee", reference="class/902")


@pytest.mark.postgresql
def test_two_timetables_in_one_period_at_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("announced")
    person, day = stranger(c), c.tc.first_day

    def file(number: int) -> Any:
        with transaction.atomic():
            book_lessons(f"class/{number}", {(person.pk, day, 4)})
        return number

    results = race(*[lambda n=n: file(n) for n in (901, 902, 903)])
    assert sum(isinstance(r, int) for r in results) == 1, results
    assert sum(isinstance(r, RuleBroken) for r in results) == 2, results
    assert len(held(person=person)) == 1


@pytest.mark.postgresql
def test_a_day_and_a_period_at_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("announced")
    person, days = stranger(c), c.tc.days_list

    def teach() -> str:
        with transaction.atomic():
            book_lessons("class/901", {(person.pk, days[1], 4)})
        return "teaches"

    def learn() -> str:
        with transaction.atomic():
            book(person, days, capacity="trainee", reference="class/902")
        return "learns"

    results = race(teach, learn)
    assert len([r for r in results if isinstance(r, RuleBroken)]) == 1, results
    booked = Booking.objects.unscoped("a test").filter(person=person).exists()
    assert booked is not bool(held(person=person))
