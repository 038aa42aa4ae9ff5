"""Pages × actors × own, foreign and absent objects; as many queries for three rows as for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from tests.cast import ACTORS, ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.stage4_enrolment.conftest import application_of, applied, begun, newcomers

AtTime = Callable[[datetime], None]
ABSENT = 987_654_321
READERS = {
    "centre",
    "oversight",
    "province",
    "institution",
    "coordinator",
    "certificate_officer",
    "instructor",
}


def client_of(c: ClassAt, name: str, signed_in: SignedIn) -> Client:
    return Client() if name == "nobody" else signed_in(c.actors()[name])


def answers(c: ClassAt, signed_in: SignedIn, where: str) -> dict[str, int]:
    return {name: client_of(c, name, signed_in).get(where).status_code for name in ACTORS}


def expected(allowed: set[str], inside: set[str], **others: int) -> dict[str, int]:
    """200 for the allowed, 403 inside the scope or without the permission, 404 outside, 302 to sign in."""
    table = {name: 200 if name in allowed else 403 if name in inside else 404 for name in ACTORS}
    return table | {"nobody": 302} | others


NO_PERMISSION = {"school", "other_school"}  # they hold neither classes.see nor enrolment.save


@pytest.mark.parametrize("page", ["applicants", "applicants.xlsx", "needs"])
def test_who_reviews_a_class(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, page: str
) -> None:
    c = class_at("admitted")
    at_time(c.now)
    inside = NO_PERMISSION | {"trainee", "examiner"}
    assert answers(c, signed_in, reverse(page, args=[c.tc.pk])) == expected(READERS, inside)
    absent = answers(c, signed_in, reverse(page, args=[ABSENT]))
    assert absent == expected(set(), NO_PERMISSION)


def test_who_opens_an_application(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("admitted")
    at_time(c.now)
    application = application_of(c, c.trainees[0])
    inside = NO_PERMISSION | {"trainee", "examiner"}
    assert answers(c, signed_in, reverse("applicant", args=[application.pk])) == expected(READERS, inside)
    own = answers(c, signed_in, reverse("application", args=[application.pk]))
    assert own == dict.fromkeys(ACTORS, 403) | {"nobody": 302, "trainee": 200, "stranger": 404}
    assert signed_in(c.trainees[1]).get(reverse("application", args=[application.pk])).status_code == 404
    for name in ("applicant", "application", "application.scan"):
        found = set(answers(c, signed_in, reverse(name, args=[ABSENT])).values())
        assert found <= {302, 403, 404}


def test_who_writes_the_notice(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("announced")
    at_time(c.now)
    found = {
        name: client_of(c, name, signed_in).get(reverse("enrolment.edit_notice", args=[c.tc.pk])).status_code
        for name in ("nobody", *c.actors())
    }
    table = dict.fromkeys(found, 403) | {"nobody": 302, "institution": 200, "other_institution": 404}
    assert found == table


def test_a_draft_is_a_404_for_everybody_else(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    draft = begun(c, c.people.trainee)
    others = {
        name: role for name, role in c.actors().items() if role.account_id != c.people.trainee.account_id
    }
    for name, role in others.items():
        client = signed_in(role)
        for page in ("applicant", "application", "application.scan"):
            assert client.get(reverse(page, args=[draft.pk])).status_code in (403, 404), (name, page)
        for act in (
            "admit",
            "reject",
            "wait",
            "endorse",
            "give_opinion",
            "withdraw",
            "submit",
            "attach_endorsement",
        ):
            assert client.post(reverse(f"enrolment.{act}", args=[draft.pk])).status_code in (403, 404), (
                name,
                act,
            )
    for role in (c.staff, c.instructors[0], c.people.centre):
        for page in ("applicants", "needs", "class"):
            assert (
                draft.person.name not in signed_in(role).get(reverse(page, args=[c.tc.pk])).content.decode()
            )


def test_nothing_of_another_class_leaks(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("admitted"), Plan("admitted", "017", "1", "信息类"))
    at_time(theirs.now)
    application = application_of(theirs, theirs.trainees[0])
    mine_too = {
        n: r for n, r in mine.actors().items() if n not in ("centre", "oversight") and "other" not in n
    }
    for name, role in mine_too.items():
        client = signed_in(role)
        for where in (
            *(reverse(page, args=[theirs.tc.pk]) for page in ("applicants", "needs", "applicants.xlsx")),
            *(
                reverse(page, args=[application.pk])
                for page in ("applicant", "application", "application.scan")
            ),
        ):
            answer = client.get(where)
            assert answer.status_code in (403, 404), (name, where)
            assert application.person.name not in answer.content.decode()
        listed = client.get(reverse("my_applications"))
        if listed.status_code == 200:
            assert (
                application.training_class.institution.name not in listed.content.decode().split("<main")[1]
            )


@pytest.mark.parametrize(
    ("page", "who", "queries"),
    [
        ("applicants", "institution", 10),
        ("needs", "instructor", 12),
        ("my_applications", "trainee", 6),
        ("endorsements", "school", 7),
    ],
)
def test_three_rows_cost_as_many_queries_as_one(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, page: str, who: str, queries: int
) -> None:
    c = class_at("announced")
    at_time(c.now)
    applied(c, c.people.trainee, endorsed=False)
    roles: dict[str, Role] = {
        "institution": c.staff, "instructor": c.instructors[0], "trainee": c.people.trainee, "school": c.people.school,
    }  # fmt: skip
    args: list[Any] = [c.tc.pk] if page in ("applicants", "needs") else []
    client = signed_in(roles[who])
    client.get(reverse(page, args=args))

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(page, args=args)).status_code == 200
        return len(seen)

    assert count() == queries
    for role in newcomers(c, 2):
        applied(c, role, endorsed=False)
    if who == "trainee":
        from gongxue.stage4_enrolment.actions import withdraw_application

        for _ in range(2):
            withdraw_application(
                application=application_of(c, c.people.trainee), by=c.people.trainee, now=c.now
            )
            applied(c, c.people.trainee, endorsed=False)
    assert count() == queries


@pytest.mark.parametrize(
    ("page", "who", "queries"), [("application", "trainee", 7), ("applicant", "instructor", 10)]
)
def test_one_application_costs_few_queries(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, page: str, who: str, queries: int
) -> None:
    c = class_at("announced")
    at_time(c.now)
    application = applied(c, c.people.trainee, endorsed=False)
    client = signed_in(c.people.trainee if who == "trainee" else c.instructors[0])
    client.get(reverse(page, args=[application.pk]))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse(page, args=[application.pk])).status_code == 200
    assert len(seen) == queries
