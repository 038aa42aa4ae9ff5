"""Days that teachers cannot, and what trainees gave them over a year (AMB-19)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from gongxue.foundation.identity.models import Role
from gongxue.parties.actions import book, note_satisfaction
from gongxue.parties.models import Person, SatisfactionSum, Unavailability
from gongxue.parties.queries import busy_days, satisfaction_of, satisfaction_so_far, standings
from gongxue.regulations.staffing import Seat
from tests.cast import People

NOTE = "家里有事"


def person_of(role: Role) -> Person:
    return Person.objects.unscoped("a test").select_related("account").get(account=role.account_id)


def given(person: Person, answers: int, points: int, year: int = 2023, **other: object) -> SatisfactionSum:
    return SatisfactionSum(
        person=person,
        **{"year": year, "reference": "class/1", "seat": Seat.INSTRUCTOR, "items": 6, "answers": answers, "points": points}
        | other,
    )  # fmt: skip


# Days -------------------------------------------------------------------------------------------------------------


def test_days_that_a_teacher_cannot_are_busy_days_like_booked_ones(
    cast: People, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one, other = person_of(cast.instructor), person_of(cast.examiner)
    book(one, [date(2023, 6, 3)], capacity=Seat.EXAMINER, reference="class/1")
    Unavailability.objects.create(person=one, first_day=date(2023, 5, 28), last_day=date(2023, 6, 2))
    Unavailability.objects.create(person=one, first_day=date(2023, 6, 9), last_day=date(2023, 6, 20))
    with django_assert_num_queries(2):
        found = busy_days([one.pk, other.pk], date(2023, 6, 1), date(2023, 6, 10))
    assert found == {one.pk: {date(2023, 6, day) for day in (1, 2, 3, 9, 10)}}


def test_a_note_is_sealed_and_only_the_teachers_own(cast: People) -> None:
    row = Unavailability(
        person=person_of(cast.instructor), first_day=date(2023, 6, 1), last_day=date(2023, 6, 1)
    )
    row.set_note(NOTE)
    row.save()
    for role in (cast.centre, cast.xingtai.staff, cast.hebei, cast.examiner):
        assert not Unavailability.objects.scope(role).exists()
    (own,) = Unavailability.objects.scope(cast.instructor)
    assert own.note == NOTE and NOTE.encode() not in bytes(own.note_sealed)


@pytest.mark.postgresql
def test_a_range_that_ends_before_it_begins_is_refused_by_the_database(cast: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Unavailability.objects.create(
            person=person_of(cast.instructor), first_day=date(2023, 6, 2), last_day=date(2023, 6, 1)
        )


# Satisfaction -----------------------------------------------------------------------------------------------------


def test_every_answer_of_the_year_has_the_same_weight(cast: People) -> None:
    """20 answers of 3 as an instructor, 5 of 2 as an examiner: 2.8, not 2.5."""
    person = person_of(cast.instructor)
    note_satisfaction([given(person, 20, 360)])
    note_satisfaction([given(person, 5, 20, reference="class/2", seat=Seat.EXAMINER, items=2)])
    note_satisfaction([given(person, 30, 30 * 6, year=2022, reference="class/3")])
    assert satisfaction_of([person.pk], 2023) == {person.pk: pytest.approx(2.8)}
    standing = standings([person.pk], 2023)[person.pk]
    assert standing.answers == 25
    assert standing.by_seat == ((Seat.INSTRUCTOR, 3.0, 20), (Seat.EXAMINER, 2.0, 5))


@pytest.mark.parametrize(("answers", "mean"), [(4, None), (5, 2.0)])
def test_under_five_answers_there_is_no_judgement(cast: People, answers: int, mean: float | None) -> None:
    person, other = person_of(cast.instructor), person_of(cast.examiner)
    note_satisfaction([given(person, answers, answers * 12)])
    assert satisfaction_of([person.pk, other.pk], 2023) == {person.pk: mean, other.pk: None}


def test_while_a_year_has_no_judgement_the_year_before_speaks(cast: People) -> None:
    person = person_of(cast.instructor)
    note_satisfaction([given(person, 10, 150, year=2022)])
    assert satisfaction_so_far([person.pk], 2023) == {person.pk: 2.5}
    assert satisfaction_so_far([person.pk], 2024) == {person.pk: None}
    note_satisfaction([given(person, 10, 120, reference="class/2")])
    assert satisfaction_so_far([person.pk], 2023) == {person.pk: 2.0}


def test_groups_of_a_class_are_numbered_in_the_order_of_their_release(cast: People) -> None:
    people = [person_of(cast.instructor), person_of(cast.examiner)]
    for _ in range(2):
        note_satisfaction([given(person, 5, 60) for person in people])
    rows = SatisfactionSum.objects.unscoped("a test").order_by("pk").values_list("person_id", "group")
    assert list(rows) == [(person.pk, group) for group in (1, 2) for person in people]


def test_sums_are_seen_by_the_centre_the_own_province_and_the_teacher(cast: People) -> None:
    person = person_of(cast.instructor)
    note_satisfaction([given(person, 5, 60)])

    def seen(role: Role) -> bool:
        return SatisfactionSum.objects.scope(role).exists()

    assert seen(cast.centre) and seen(cast.instructor)
    assert not any(seen(role) for role in (cast.xingtai.staff, cast.examiner, cast.trainee))
    provinces = {"13": cast.hebei}
    for code, role in provinces.items():
        assert seen(role) == (person.province_code == code)


@pytest.mark.postgresql
@pytest.mark.parametrize("points", [29, 91])
def test_points_lie_between_one_and_three_for_each_item(cast: People, points: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        note_satisfaction([given(person_of(cast.instructor), 5, points)])
