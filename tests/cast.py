"""The people of the tests, and classes at any point of their life.

    def test_…(cast):            `cast` is a `People`: `cast.centre`, `cast.xingtai.staff`, `cast.trainee` … are roles
    def test_…(class_at):        c = class_at("admitted"): a class of 邢台技师学院 (13/009), level 3, 机械类, four trainees
    def test_…(classes_at):      mine, theirs = classes_at(Plan("admitted"), Plan("issued", "017", "1"))

Everything is made by the same actions that the pages use, once in a session, and every test gets fresh objects in
a database that is rolled back afterwards (a few milliseconds). The order of fixtures in a test does not matter,
but nothing may be written before `class_at(...)` is called.

STAGES, in the order of a life (name of a stage: what has just happened):
    planned submitted approved reported published                                           stage 1
    opened recommended invited staffed                                                      stage 2
    drafted team_confirmed programme_submitted filed                                        stage 3
    announced applied enrolment_closed reviewed admitted                                    stage 4
    started taught                                                                          stage 5
    process_scored final_scored finished evaluated confirmed                                stage 6, 7
    issued closed                                                                           certificates, stage 7

A `ClassAt` has `tc` (the TrainingClass), `now` (an hour after the last step), the roles `staff`, `coordinator`,
`certificate_officer`, `province`, `instructors`, `examiners`, `trainees` (by seat), `people`, `actors()` by name,
and `drive_to(stage)`, which goes on from there inside the test. Fates: `class_at("confirmed", fates=("barred",
"failed"))` lets the first trainee be barred by absence and the second fail; also second, retake, final_failed.

Nobody has a usable password, except that `PASSWORD` opens every account (hashed cheaply).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.test import Client

from gongxue.foundation.identity.models import Role
from gongxue.rehearsal.timeline import at as at
from tests.classes import ACTORS as ACTORS
from tests.classes import FIRST_DAY as FIRST_DAY
from tests.classes import STAGES as STAGES
from tests.classes import ClassAt as ClassAt
from tests.classes import Classes
from tests.classes import Plan as Plan
from tests.classes import every_stage as every_stage
from tests.people import PASSWORD as PASSWORD
from tests.people import People as People
from tests.people import read_people
from tests.prepared import Clone


class FreshDatabase:
    """A database of a test's own; `class_at` and `classes_at` begin it anew with classes."""

    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._clone = Clone(classes.shelf, classes.people()).__enter__()

    @property
    def clone(self) -> Clone:
        """The database: `.file` (SQLite), `.environment` for a process, `.store`."""
        return self._clone

    @property
    def cast(self) -> People:
        """The people, read now."""
        return read_people(self._classes.made)

    def classes_at(self, *plans: Plan) -> list[ClassAt]:
        """Begin anew with classes."""
        self._clone.__exit__()
        self._clone = Clone(self._classes.shelf, self._classes.database(plans)).__enter__()
        return self._classes.read(plans)

    def class_at(self, stage: str, **plan: Any) -> ClassAt:
        """Begin anew with one class."""
        return self.classes_at(Plan(stage, **plan))[0]

    def close(self) -> None:
        """Throw it away."""
        self._clone.__exit__()


# Types of the fixtures, for annotations -------------------------------------------------------------------------------


class ClassAtFixture(Protocol):
    """`class_at("admitted", institution="017", level="1")`."""

    def __call__(self, stage: str, **plan: Any) -> ClassAt:
        """The class at a stage."""


class ClassesAtFixture(Protocol):
    """`classes_at(Plan("admitted"), Plan("issued", "017", "1"))`."""

    def __call__(self, *plans: Plan) -> list[ClassAt]:
        """The classes, in the order of the plans."""


class SignedIn(Protocol):
    """`signed_in(role)`."""

    def __call__(self, role: Role) -> Client:
        """A test client that acts in a role."""


class Race(Protocol):
    """`race(call, call, …)`."""

    def __call__(self, *calls: Callable[[], Any]) -> list[Any]:
        """What each call returned or raised."""
