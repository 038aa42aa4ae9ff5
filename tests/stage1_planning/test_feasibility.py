"""Whether the pool suffices for a round: an institution's own lines, the nation for officials."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.parties.actions import book
from gongxue.parties.models import PoolMembership, Unavailability
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries.feasibility import outlook_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage1_planning.plans import IN_ROUND
from tests.still_clock import StillClock


@pytest.fixture(autouse=True)
def in_the_round(still_clock: StillClock) -> None:
    still_clock.set(IN_ROUND)


def where(c: ClassAt) -> str:
    return f"/planning/{c.tc.round_id}/feasibility/"


def page(signed_in: SignedIn, role: object, address: str) -> str:
    answer = signed_in(role).get(address)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return answer.content.decode()


def leave(c: ClassAt, number: int) -> None:
    """So many members of the pool stay for the class's category and level."""
    rows = PoolMembership.objects.unscoped("a test").filter(
        category=c.tc.category, levels__contains=c.tc.level
    )
    keep = list(rows.order_by("pk").values_list("pk", flat=True)[:number])
    PoolMembership.objects.unscoped("a test").exclude(pk__in=keep).update(active=False)


def test_enough_is_said_and_the_teachers_of_a_line_are_counted(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    shown = page(signed_in, c.staff, where(c))
    assert "没有发现不足" in shown and "全程有空的教师" in shown
    assert f'href="{where(c)}"' in page(signed_in, c.staff, f"/planning/{c.tc.round_id}/")


def test_a_shortage_names_week_kind_numbers_and_the_own_line(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    leave(c, 4)
    shown = page(signed_in, c.staff, where(c))
    for words in ("三级机械类", "需要", "5 人", "4 人", "1 人", c.tc.title, "前后八周也不够"):
        assert words in shown
    assert f"/planning/lines/{c.tc.pk}/edit/" in shown


def test_weeks_nearby_are_offered_when_the_teachers_are_away_for_a_while(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("planned")
    leave(c, 5)
    (member, *_) = PoolMembership.objects.unscoped("a test").filter(active=True)
    Unavailability.objects.create(
        person=member.person, first_day=c.tc.first_day, last_day=c.tc.first_day + timedelta(days=1)
    )
    shown = page(signed_in, c.staff, where(c))
    assert "可改在 2023-06-19、2023-06-05、2023-05-29 开班" in shown


def test_booked_seats_are_no_longer_needed_and_their_teachers_are_taken(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    leave(c, 5)
    people = [m.person for m in PoolMembership.objects.unscoped("a test").filter(active=True)]
    days = c.tc.days_list
    for person in people[:2]:
        book(person, days, capacity="instructor", reference=f"class/{c.tc.pk}")
    outlook = outlook_of(c.tc.round, c.people.centre, date(2023, 1, 5))
    (need,) = outlook.needs
    assert (need.instructors, need.examiners) == (0, 3)
    assert outlook.shortages() == []


@pytest.mark.parametrize(
    ("stage", "counted"), [("planned", 0), ("submitted", 1), ("published", 1), ("staffed", 0)]
)
def test_what_is_drafted_elsewhere_or_already_staffed_does_not_count(
    class_at: ClassAtFixture, stage: str, counted: int
) -> None:
    c = class_at(stage)
    assert len(outlook_of(c.tc.round, c.people.centre, date(2023, 1, 5)).needs) == counted


def test_officials_see_the_weeks_of_the_nation_and_a_province_only_its_own_classes_by_name(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("submitted")
    leave(c, 4)
    for role in (c.people.centre, c.people.oversight, c.province):
        shown = page(signed_in, role, where(c))
        assert '<td class="short"' in shown and str(c.tc) in shown
    elsewhere = page(signed_in, c.people.beijing, where(c))
    assert '<td class="short"' in elsewhere and str(c.tc) not in elsewhere and "1 个其他班次" in elsewhere
    assert '<td class="short"' not in page(signed_in, c.people.centre, where(c) + "?level=1")


def test_whoever_reports_nothing_does_not_see_it(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    for role in (c.coordinator, c.people.trainee, c.people.instructor):
        assert signed_in(role).get(where(c)).status_code == 403
    assert signed_in(c.people.centre).get("/planning/987654/feasibility/").status_code == 404


@pytest.mark.parametrize("who", ["institution", "centre"])
def test_many_classes_take_as_many_queries_as_one(
    class_at: ClassAtFixture, signed_in: SignedIn, who: str
) -> None:
    c = class_at("submitted")
    leave(c, 4)
    client = signed_in(c.actors()[who])
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(where(c))
        counts.append(len(seen))
        for _ in range(3):
            row = TrainingClass.objects.unscoped("a test").get(pk=c.tc.pk)
            row.pk = None
            row.save(force_insert=True)
    assert counts[0] == counts[1]
