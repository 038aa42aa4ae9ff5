"""The pages of stage 5 for everybody: own, foreign and absent classes; queries that do not grow with the class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.regulations.attendance import Presence
from gongxue.stage5_delivery.queries import marks_at
from tests.cast import ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.stage5_delivery.visits import ABSENT, granted, leaks, statuses

OFFICE = {"institution", "coordinator", "certificate_officer"}
READERS = OFFICE | {"centre", "oversight", "province", "instructor", "examiner"}
ROLL = {"institution": 200, "coordinator": 200, "other_institution": 404, "other_coordinator": 404}
OUTSIDERS = (*sorted(OFFICE), "centre", "oversight", "province")
NOT_THEIRS = {"trainee": 403, "school": 403, "other_school": 403}
WHO_MAY = {
    "office": granted(READERS, trainee=403, school=403, other_school=403),
    "roll": granted(set(), 403, **ROLL),
    "products": granted(READERS | {"trainee"}, school=403, other_school=403),
    "office/groups": granted(READERS, trainee=403, school=403, other_school=403),
    "office/materials": granted(READERS, trainee=403, school=403, other_school=403),
    "office/notices": granted(READERS, trainee=403, school=403, other_school=403),
    "office/contacts": granted(
        OFFICE | {"instructor"}, **NOT_THEIRS, province=403, examiner=403, centre=403, oversight=403
    ),
    "office/ceremonies": granted(READERS, trainee=403, school=403, other_school=403),
    "office/lodging": granted(
        READERS - {"instructor", "examiner"}, **NOT_THEIRS, instructor=403, examiner=403
    ),
    "office/lodging.xlsx": granted(
        READERS - {"instructor", "examiner"}, **NOT_THEIRS, instructor=403, examiner=403
    ),
    "office/printing": granted(READERS, trainee=403, school=403, other_school=403),
    "mine": granted(
        {"trainee", "instructor", "examiner"}, **dict.fromkeys(OUTSIDERS, 403), school=403, other_school=403
    ),
}


def at_class(pk: int, page: str) -> str:
    """The address of a page of a class."""
    return f"/classes/{pk}/{page}" + ("" if "." in page else "/")


@pytest.mark.parametrize("page", WHO_MAY)
def test_everybody_gets_the_answer_that_their_role_allows(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str
) -> None:
    c = class_at("taught")
    assert statuses(c, signed_in, at_class(c.tc.pk, page)) == WHO_MAY[page]


@pytest.mark.parametrize("page", WHO_MAY)
def test_a_foreign_class_looks_like_none(
    classes_at: ClassesAtFixture, signed_in: SignedIn, page: str
) -> None:
    mine, theirs = classes_at(Plan("taught"), Plan("taught", "017", "1"))
    found = leaks(mine, signed_in, at_class(theirs.tc.pk, page), at_class(ABSENT, page))
    assert found == {}


@pytest.mark.parametrize("page", WHO_MAY)
@pytest.mark.parametrize("stage", ["admitted", "started", "finished", "closed"])
def test_every_page_can_be_opened_at_every_stage(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str, stage: str
) -> None:
    c = class_at(stage)
    expected = {name for name, status in WHO_MAY[page].items() if status == 200}
    got = statuses(c, signed_in, at_class(c.tc.pk, page))
    assert {name for name, status in got.items() if status == 200} == expected


QUERIES = {
    ("office", "institution"): 12,
    ("office/groups", "institution"): 11,
    ("office/materials", "institution"): 8,
    ("office/notices", "institution"): 10,
    ("office/contacts", "institution"): 8,
    ("office/ceremonies", "institution"): 8,
    ("office/lodging", "institution"): 11,
    ("office/printing", "institution"): 7,
    ("mine", "trainee"): 18,
    ("roll", "coordinator"): 14,
    ("products", "instructor"): 11,  # with assignments, versions and remarks
}


@pytest.mark.parametrize(("page", "actor"), QUERIES)
@pytest.mark.parametrize("headcount", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_size_of_the_class(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str, actor: str, headcount: int
) -> None:
    c = class_at("taught", headcount=headcount)
    client = signed_in(c.actors()[actor])
    client.get("/desk/")  # the session is young, its time is written once a minute
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/classes/{c.tc.pk}/{page}/")
    assert len(captured) == QUERIES[page, actor]


def test_contacts_are_shown_masked_and_to_the_institution_only(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("started")
    person = c.attendees[0].application.person
    path = f"/classes/{c.tc.pk}/office/"
    for actor, role in c.actors().items():
        page = signed_in(role).get(path).content.decode()
        assert person.phone not in page, actor
        assert person.id_number.reveal() not in page, actor
        assert (person.phone_masked in page) == (actor in OFFICE), actor


def test_the_office_warns_before_the_limit_and_names_who_is_over_it(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: Callable[[datetime], None]
) -> None:
    c = class_at("taught", fates=("barred",))
    at_time(c.now)
    near = c.attendees[1]
    marks = list(near.marks.inside(attendee=near).order_by("day", "period")[:3])
    for mark in marks:
        roll = {"day": str(mark.day), "period": mark.period, "reason": "补记请假条"}
        words = {f"presences.{a.pk}": Presence.PRESENT.value for a in c.attendees}
        before = marks_at(c.tc, mark.day, mark.period)
        words |= {f"presences.{pk}": word for pk, word in before.items()}
        words[f"presences.{near.pk}"] = Presence.LEAVE.value
        assert (
            signed_in(c.coordinator).post(f"/classes/{c.tc.pk}/roll/call/", roll | words).status_code == 302
        )
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/office/").content.decode()
    assert "不能考核</span> <b>5</b> / 4" in page
    assert "预警</span> <b>3</b> / 4" in page


def test_a_class_that_has_not_begun_shows_who_is_expected(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("admitted")
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/office/").content.decode()
    assert all(a.person.name in page for a in c.tc.applications.inside(training_class=c.tc, state="admitted"))
    assert f'action="/classes/{c.tc.pk}/start/"' in page
    assert (
        f'action="/classes/{c.tc.pk}/start/"'
        not in signed_in(c.province).get(f"/classes/{c.tc.pk}/office/").content.decode()
    )
