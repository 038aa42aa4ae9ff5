"""Satisfaction of the teachers leaves form 2 in groups of at least five, as the sheets do (AMB-19)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from gongxue.parties.models import Booking, Person, SatisfactionSum
from gongxue.parties.queries import satisfaction_of
from gongxue.rehearsal.forms import form2_answers
from gongxue.stage2_staffing.queries import candidates_for
from gongxue.stage7_evaluation.actions import answer_evaluation, close_class
from tests.cast import ClassAt, ClassAtFixture
from tests.stage5_delivery.visits import trainees_of

FIRST = {f"3.1.{i}" for i in range(1, 7)}
EXAMINERS = {"8", "9"}


def _answer(c: ClassAt, *trainees: int) -> None:
    """Everybody gives the first instructor 3, the second 1; the examiners get 2."""
    roles = trainees_of(c)
    for n in trainees:
        answers: dict[str, Any] = form2_answers(c.tc.level_enum, random.Random(n))
        for code in [f"3.{i}.{j}" for i in (1, 2) for j in range(1, 7)]:
            answers[code] = "3" if code in FIRST else "1"
        answers |= {"8": "还可以", "9": "一些"}
        answer_evaluation(training_class=c.tc, answers=answers, by=roles[n], now=c.now)


def _close(c: ClassAt) -> None:
    close_class(training_class=c.reload(), ceremony_on=c.tc.last_day, by=c.staff, now=c.now)


def _sums(c: ClassAt) -> list[SatisfactionSum]:
    rows = SatisfactionSum.objects.unscoped("a test").filter(reference=f"class/{c.tc.pk}")
    return list(rows.order_by("group", "pk"))


def _people(roles: list[Any]) -> list[int]:
    found = {p.account_id: p.pk for p in Person.objects.unscoped("a test").all()}
    return [found[role.account_id] for role in roles]


@pytest.fixture
def issued(class_at: ClassAtFixture, at_time: Callable[[datetime], None]) -> ClassAt:
    """Ten trainees, certificates issued, nobody has answered."""
    c = class_at("finished", headcount=10)
    c.plan = c.plan.at_step(c.plan.step + 1)  # without the rehearsal's answers
    c.drive_to("issued")
    at_time(c.now)
    return c


def test_nothing_is_written_before_the_closing_or_under_five(issued: ClassAt) -> None:
    _answer(issued, 0, 1, 2, 3)
    assert _sums(issued) == []
    _close(issued)
    assert _sums(issued) == []


def test_each_teacher_gets_the_items_that_speak_of_them(issued: ClassAt) -> None:
    _answer(issued, *range(5))
    _close(issued)
    rows = _sums(issued)
    assert len(rows) == 5 and {(row.answers, row.group, row.year) for row in rows} == {(5, 1, 2023)}
    first, second = _people(issued.instructors)
    means = satisfaction_of([row.person_id for row in rows], 2023)
    assert means == {first: 3.0, second: 1.0} | dict.fromkeys(_people(issued.examiners), 2.0)


def test_later_sheets_are_added_in_groups_and_never_one_by_one(issued: ClassAt) -> None:
    _answer(issued, *range(5))
    _close(issued)
    before = [(row.person_id, row.points) for row in _sums(issued)]
    for n in (5, 6, 7, 8):
        _answer(issued, n)
        assert [(row.person_id, row.points) for row in _sums(issued)] == before
    _answer(issued, 9)
    assert {(row.group, row.answers) for row in _sums(issued)} == {(1, 5), (2, 5)}


def test_the_recommendation_knows_it(issued: ClassAt) -> None:
    _answer(issued, *range(5))
    _close(issued)
    Booking.objects.unscoped("a test").all().delete()
    known = {c.person: c.satisfaction for c in candidates_for(issued.tc)}
    first, second = _people(issued.instructors)
    assert (known[first], known[second]) == (3.0, 1.0)
