"""Thirty applicants for the last seat: exactly one gets it, whoever decides (reliability row 9, TR 11.3)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.actions import (
    admit_applicant,
    deciding,
    withdraw_application,
)
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import taken_seats
from tests.cast import ClassAt, FreshDatabase, Race
from tests.faults.books import ANY, disagreements
from tests.faults.calls import Answer, Deed, at_once, where_of
from tests.faults.counts import short_and_full
from tests.faults.crowd import crowd, officers
from tests.faults.server import Server

pytestmark = pytest.mark.postgresql
AT_ONCE = 30


def seats(c: ClassAt) -> list[int]:
    """Who sits where."""
    rows = Application.objects.unscoped(ANY).filter(training_class=c.tc, state="admitted")
    return sorted(rows.values_list("seat", flat=True))


def winner(answers: list[Answer]) -> int:
    """The number of the one that won; every other got a clear no."""
    (won,) = [i for i, answer in enumerate(answers) if answer.status == 200]
    for answer in answers[:won] + answers[won + 1 :]:
        assert answer.status == 422, answer
        assert answer.rules == [("enrolment.class_full", "TR 11.3")]
    return won


def free_the_seat(c: ClassAt, application: Application) -> None:
    """The winner withdraws again."""
    trainee = Role.objects.get(account=application.person.account_id, duty=Duty.TRAINEE)
    withdraw_application(application=application, by=trainee, now=c.now)


@pytest.mark.parametrize("rounds", short_and_full(2, 50))
def test_one_of_thirty_gets_the_last_seat(
    fresh_database: FreshDatabase, server: Callable[..., Server], token_of: Callable[[Role], str], rounds: int,
    measured: Callable[..., None],
) -> None:  # fmt: skip
    c = fresh_database.class_at("announced")
    applications = crowd(c, 29 + AT_ONCE)
    for application in applications[:29]:
        admit_applicant(application=application, by=c.staff, now=c.now)
    waiting = applications[29:]
    tokens = [token_of(officer) for officer in officers(c)]
    running = server(threads=15, worker=False)  # the daily run would close the enrolment
    running.start()
    for n in range(rounds):
        assert seats(c) == list(range(1, 30))
        deeds = [
            Deed(where_of(Permission.ADMIT, a.pk), tokens[(i + n) % 3], {}) for i, a in enumerate(waiting)
        ]
        won = waiting.pop(winner(at_once(running.port, deeds)))
        assert seats(c) == list(range(1, 31))
        free_the_seat(c, won)
        waiting += crowd(c, 1)
    assert disagreements() == {}
    measured(rounds=rounds, applicants=AT_ONCE, winners_each=1)


def test_thirty_doors_of_a_class_with_one_seat_less_let_two_in(
    fresh_database: FreshDatabase, server: Callable[..., Server], token_of: Callable[[Role], str]
) -> None:
    c = fresh_database.class_at("announced")
    applications = crowd(c, 38)
    for application in applications[:28]:
        admit_applicant(application=application, by=c.staff, now=c.now)
    running = server(threads=15, worker=False)
    running.start()
    token = token_of(c.staff)
    answers = at_once(
        running.port, [Deed(where_of(Permission.ADMIT, a.pk), token, {}) for a in applications[28:]]
    )
    assert sorted(answer.status for answer in answers) == [200, 200] + [422] * 8, "not one more, not one less"
    assert seats(c) == list(range(1, 31))


@pytest.mark.postgresql(only=True)
def test_seats_without_the_lock_are_found_out(
    fresh_database: FreshDatabase, race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: four who count the free seats at the same moment see the same one.

    Nobody sits on another's lap, the constraint sees to that; but of two free seats only one is given. SQLite has one
    writer at a time and would hide it.
    """
    c = fresh_database.class_at("announced")
    applications = crowd(c, 32)
    for application in applications[:28]:
        admit_applicant(application=application, by=c.staff, now=c.now)
    counted = threading.Barrier(4)

    def unlocked(application: Application) -> TrainingClass:
        return TrainingClass.objects.unscoped(ANY).get(pk=application.training_class_id)

    def count_together(shown: TrainingClass) -> set[int]:
        taken = taken_seats(shown)
        counted.wait(30)
        return taken

    monkeypatch.setattr(deciding, "lock_class", unlocked)
    monkeypatch.setattr(deciding, "taken_seats", count_together)
    by, now = c.staff, c.now
    results = race(*[lambda a=a: admit_applicant(application=a, by=by, now=now) for a in applications[28:]])
    assert sum(isinstance(result, Application) for result in results) == 1
    assert seats(c) == list(range(1, 30)), "the thirtieth seat stays empty though three asked for it"
