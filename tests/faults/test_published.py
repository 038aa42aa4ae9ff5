"""What is published stays as it was shown: editions are frozen, later acts change none of it (row 37, MG 25.4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.trail.models import Event
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import actions as planning
from gongxue.stage1_planning.models import PublishedEdition, TrainingClass
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan
from tests.faults.books import ANY

pytestmark = pytest.mark.postgresql
PLAN_FIELDS = (
    "institution_id", "province_code", "level", "category", "first_day", "last_day", "days", "headcount", "scope", "note",
    "edition_code", "round_id",
)  # fmt: skip


def plan_of(c: ClassAt) -> dict[str, Any]:
    """The plan line as it stands in the books."""
    rows = TrainingClass.objects.unscoped(ANY).values(*PLAN_FIELDS)
    found: dict[str, Any] = rows.get(pk=c.tc.pk)
    return found


def edition(number: int) -> PublishedEdition:
    """An edition of the one round."""
    return PublishedEdition.objects.get(number=number)


def as_published(c: ClassAt) -> dict[str, Any]:
    """What the edition says of a class."""
    (row,) = [row for row in edition(1).lines if row["class"] == c.tc.pk]
    return row


@pytest.mark.parametrize(
    "statement", ["UPDATE published_edition SET lines = '[]'", "DELETE FROM published_edition"]
)
def test_an_edition_is_frozen_in_the_database(class_at: ClassAtFixture, statement: str) -> None:
    class_at("published")
    before = edition(1).lines
    with (
        pytest.raises(DatabaseError, match="登记簿只能追加"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert edition(1).lines == before


def test_the_edition_says_what_the_class_was(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    row, plan = as_published(c), plan_of(c)
    same = ("days", "headcount", "scope")
    assert {name: row[name] for name in same} == {name: plan[name] for name in same}
    assert (row["first_day"], row["last_day"]) == (
        plan["first_day"].isoformat(),
        plan["last_day"].isoformat(),
    )
    assert (row["institution_code"], row["level"], row["category"]) == ("009", "三级", "机械类")


def test_a_later_edition_leaves_the_earlier_one_as_it_was(classes_at: ClassesAtFixture) -> None:
    one, other = classes_at(Plan("published"), Plan("reported", "001", "2", "信息类"))
    first = edition(1)
    planning.publish_plan(round=other.tc.round, by=other.people.centre, now=other.now)
    assert edition(1).lines == first.lines, "as of the first edition"
    assert edition(1).published_at == first.published_at
    assert [row["class"] for row in edition(2).lines] == [other.tc.pk]
    published = Event.objects.unscoped(ANY).filter(code=Permission.PUBLISH_PLAN)
    assert published.count() == 2, "who published it and when stands in the trail"
    assert {one.tc.pk, other.tc.pk} == {row["class"] for n in (1, 2) for row in edition(n).lines}


def test_a_whole_life_changes_nothing_of_the_published_plan(class_at: ClassAtFixture) -> None:
    c = class_at("published", fates=("barred", "failed", "second", "retake"))
    plan, lines = plan_of(c), edition(1).lines
    c.drive_to("closed")
    assert plan_of(c) == plan
    assert edition(1).lines == lines
    assert as_published(c)["headcount"] == plan["headcount"]


def test_no_act_of_planning_reaches_a_published_class(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    plan, seen, now = plan_of(c), c.tc.version, c.now
    fields = {name: getattr(c.tc, name) for name in ("level", "category", "last_day", "days", "scope")}
    attempts: list[Any] = [
        lambda: planning.edit_line(
            training_class=c.tc, **fields, first_day=date(2023, 6, 13), headcount=30, seen=seen, by=c.staff, now=now
        ),
        lambda: planning.remove_line(training_class=c.tc, by=c.staff, now=now),
        lambda: planning.submit_plan(round=c.tc.round, by=c.staff, now=now),
        lambda: planning.approve_line(training_class=c.tc, seen=seen, by=c.province, now=now),
        lambda: planning.return_line(training_class=c.tc, reason="重报", seen=seen, by=c.province, now=now),
        lambda: planning.send_back_line(
            training_class=c.tc, reason="重报", seen=seen, by=c.people.centre, now=now
        ),
        lambda: planning.publish_plan(round=c.tc.round, by=c.people.centre, now=now),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(Refusal):
            attempt()
        assert plan_of(c) == plan
    assert c.reload().state == "published"
