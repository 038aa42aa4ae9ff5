"""The pages of stage 7 for everybody: own, foreign and absent classes; queries that do not grow with the class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.stage5_delivery.visits import ABSENT, granted, leaks, statuses

READERS = {
    "institution",
    "coordinator",
    "certificate_officer",
    "centre",
    "oversight",
    "province",
    "instructor",
}
REFUSED = {"examiner": 403, "trainee": 403, "school": 403, "other_school": 403}
WHO_MAY = {
    "evaluation": granted(READERS, **REFUSED),  # TR 13: institution, instructors, province, centre
    "evaluate": granted({"trainee"}, 403, stranger=404),
    "close": granted(set(), 403, institution=302, other_institution=404),
}


@pytest.mark.parametrize("page", WHO_MAY)
@pytest.mark.parametrize("stage", ["finished", "closed"])
def test_everybody_gets_the_answer_that_their_role_allows(
    class_at: ClassAtFixture, signed_in: SignedIn, page: str, stage: str
) -> None:
    c = class_at(stage)
    assert statuses(c, signed_in, f"/classes/{c.tc.pk}/{page}/") == WHO_MAY[page]


@pytest.mark.parametrize("page", WHO_MAY)
def test_a_foreign_class_looks_like_none(
    classes_at: ClassesAtFixture, signed_in: SignedIn, page: str
) -> None:
    mine, theirs = classes_at(Plan("finished"), Plan("finished", "017", "1"))
    assert leaks(mine, signed_in, f"/classes/{theirs.tc.pk}/{page}/", f"/classes/{ABSENT}/{page}/") == {}


@pytest.mark.parametrize("stage", ["admitted", "started", "taught", "confirmed"])
def test_every_page_can_be_opened_at_every_stage(
    class_at: ClassAtFixture, signed_in: SignedIn, stage: str
) -> None:
    c = class_at(stage)
    assert signed_in(c.staff).get(f"/classes/{c.tc.pk}/evaluation/").status_code == 200
    assert signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/evaluate/").status_code == 200


QUERIES = {("evaluation", "institution"): 15, ("evaluate", "trainee"): 12}


@pytest.mark.parametrize(("page", "actor"), QUERIES)
@pytest.mark.parametrize("headcount", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_size_of_the_class(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: Callable[[datetime], None], page: str, actor: str,
    headcount: int,
) -> None:  # fmt: skip
    c = class_at("finished", headcount=headcount)
    at_time(c.now)
    client = signed_in(c.actors()[actor])
    client.get("/desk/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/classes/{c.tc.pk}/{page}/").status_code == 200
    assert len(captured) == QUERIES[page, actor]
