"""Who is writing right now: told to the writers, forgotten after ninety seconds, outside of the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.access.models import Presence
from gongxue.foundation.access.presence import EXPIRES, beat, forget_gone, leave
from gongxue.foundation.identity.models import Role
from gongxue.foundation.trail.models import Event
from tests.cast import ClassAt, ClassAtFixture, SignedIn

AtTime = Callable[[datetime], None]
pytestmark = pytest.mark.postgresql


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """A class whose programme is written."""
    drafted = class_at("drafted")
    at_time(drafted.now)
    return drafted


def others(c: ClassAt, signed_in: SignedIn, by: Role, **sent: str) -> list[str]:
    answer = signed_in(by).post(f"/classes/{c.tc.pk}/programme/here/", sent)
    assert answer.status_code == 200
    found: list[str] = answer.json()["others"]
    return found


def test_writers_see_each_other_and_where(c: ClassAt, signed_in: SignedIn, at_time: AtTime) -> None:
    teacher = c.instructors[0]
    assert others(c, signed_in, teacher, part="course_plan") == []
    (says,) = others(c, signed_in, c.staff)
    assert says == f"{teacher.account.name}（{teacher.organisation.name}）正在编辑 · 课程安排 · 刚刚"
    at_time(c.now + timedelta(seconds=70))
    assert others(c, signed_in, c.staff)[0].endswith("1分钟前")
    at_time(c.now + EXPIRES)
    assert others(c, signed_in, c.staff) == []
    (says,) = others(c, signed_in, teacher, part="<script>")
    assert says.endswith("正在编辑 · 刚刚")


def test_who_closes_the_page_is_gone(c: ClassAt, signed_in: SignedIn) -> None:
    others(c, signed_in, c.staff)
    gone = signed_in(c.staff).post(f"/classes/{c.tc.pk}/programme/here/", {"gone": "1"})
    assert gone.status_code == 204
    assert others(c, signed_in, c.instructors[1]) == []


def test_only_writers_of_this_class_are_told(c: ClassAt, signed_in: SignedIn) -> None:
    where, actors = f"/classes/{c.tc.pk}/programme/here/", c.actors()
    wanted = {"province": 403, "centre": 403, "examiner": 403, "other_institution": 404}
    found = {name: signed_in(actors[name]).post(where).status_code for name in wanted if name in actors}
    assert found == {name: status for name, status in wanted.items() if name in actors}
    assert len(found) >= 3
    assert signed_in(c.staff).get(where).status_code == 405
    c.drive_to("filed")
    assert signed_in(c.staff).post(where).status_code == 403, "nobody writes what is filed"


def test_the_books_are_only_read(c: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(c.staff)
    events = Event.objects.unscoped("test").count()
    with CaptureQueriesContext(connections["default"]) as books:
        client.post(f"/classes/{c.tc.pk}/programme/here/", {"part": "venue"})
    written = [q["sql"] for q in books if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert written == []
    assert Event.objects.unscoped("test").count() == events
    assert len(books) < 15


def test_one_row_for_each_writer_and_none_for_long(c: ClassAt) -> None:
    for n in range(3):
        beat("programme/1", "venue", c.staff, c.now + timedelta(seconds=n))
    beat("programme/2", "", c.staff, c.now)
    assert Presence.objects.filter(page="programme/1").count() == 1
    leave("programme/2", c.staff)
    assert forget_gone(c.now + EXPIRES) == 0
    assert forget_gone(c.now + EXPIRES + timedelta(seconds=2)) == 1
