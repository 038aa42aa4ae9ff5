"""Filing the opening application (TR 8): who, when, with which preferences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import PoolMembership
from gongxue.regulations.calendar import opening_due
from gongxue.stage1_planning.actions import grant_exception
from gongxue.stage2_staffing.actions import file_opening
from gongxue.stage2_staffing.models import Opening, Preference
from gongxue.stage2_staffing.queries import candidates_for, preferences_of, teachers_for
from tests.cast import ClassAt, ClassAtFixture, at

pytestmark = pytest.mark.postgresql


def pool(category: str = "01") -> list[int]:
    rows = PoolMembership.objects.unscoped("test").filter(category=category, active=True)
    return list(rows.order_by("person_id").values_list("person_id", flat=True))


def refusal(c: ClassAt, **inputs: Any) -> list[str]:
    given: dict[str, Any] = {"training_class": c.tc, "by": c.staff, "now": c.now, **inputs}
    with pytest.raises(RuleBroken) as caught:
        file_opening(**given)
    return [breach.rule for breach in caught.value.breaches]


def test_the_application_keeps_the_preferences_in_their_order(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    wanted = pool()[4:1:-1]
    opening = file_opening(
        training_class=c.tc, preferred=wanted, remarks="  希望擅长数控  ", by=c.staff, now=c.now
    )
    assert [p.person_id for p in preferences_of(c.tc)] == wanted
    assert (opening.remarks, opening.state, opening.filed_by_id) == (
        "希望擅长数控",
        "filed",
        c.staff.account_id,
    )
    event = Event.objects.unscoped("test").get(code="staffing.open")
    assert (event.class_id, event.changes["preferred"]) == (c.tc.pk, [None, wanted])


def test_the_fortieth_day_is_in_time_and_the_next_is_not(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    due = opening_due(c.tc.first_day, c.tc.edition).on
    assert refusal(c, now=at(due + timedelta(days=1), 0)) == ["opening.late"]
    assert file_opening(training_class=c.tc, by=c.staff, now=at(due, 23, 59)).pk


def test_a_granted_extension_opens_the_way_until_its_day(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    due = opening_due(c.tc.first_day, c.tc.edition).on
    until = due + timedelta(days=3)
    grant_exception(
        training_class=c.tc, deadline="opening", until=until, reason="省里批准", by=c.province,
        now=at(due + timedelta(days=1)),
    )  # fmt: skip
    assert refusal(c, now=at(until + timedelta(days=1))) == ["opening.late"]
    assert file_opening(training_class=c.tc, by=c.staff, now=at(until)).pk


@pytest.mark.parametrize("stage", ["planned", "submitted", "approved", "reported"])
def test_what_is_not_published_cannot_open(class_at: ClassAtFixture, stage: str) -> None:
    assert refusal(class_at(stage)) == ["opening.unpublished"]


def test_a_class_opens_once(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    assert refusal(c) == ["opening.known"]
    assert Opening.objects.inside(training_class=c.tc).count() == 1


def test_every_reason_is_said_at_once(class_at: ClassAtFixture) -> None:
    c = class_at("opened")
    late = at(c.tc.first_day - timedelta(days=1))
    assert refusal(c, now=late, preferred=[0]) == ["opening.known", "opening.late", "opening.preferred"]


def test_preferences_are_at_most_five_different_people_of_the_pool(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    people = pool()
    for wanted in (people[:6], [people[0], people[0]], [people[0], 10**9]):
        assert refusal(c, preferred=wanted) == ["opening.preferred"]
    PoolMembership.objects.unscoped("test").filter(person=people[0]).update(active=False)
    assert refusal(c, preferred=people[:1]) == ["opening.preferred"]
    assert not Preference.objects.unscoped("test").exists()


def test_nobody_else_may_file_it(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    actors = c.actors()
    for name in ("province", "centre", "coordinator", "other_backbone", "stranger"):
        with pytest.raises(NotAllowed):
            file_opening(training_class=c.tc, by=actors[name], now=c.now)
    with pytest.raises(NotThere):
        file_opening(training_class=c.tc, by=actors["other_institution"], now=c.now)


def test_the_pool_is_searched_by_name_employer_and_province(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    everybody = teachers_for(c.tc, c.staff)
    assert {t.person.pk for t in everybody} == set(pool())
    one = everybody[0].person
    assert one.pk in {t.person.pk for t in teachers_for(c.tc, c.staff, one.name)}
    by_place = {t.person.pk for t in teachers_for(c.tc, c.staff, "广东")}
    assert by_place
    assert by_place < set(pool())
    both = {t.person.pk for t in teachers_for(c.tc, c.staff, f"{one.name} 四川")}
    assert both == ({one.pk} if one.province_code == "51" else set())
    assert teachers_for(c.tc, c.staff, "查无此人") == []


def test_only_fitting_and_active_members_are_offered(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    rows = PoolMembership.objects.unscoped("test").filter(category="01").order_by("pk")
    first, second, third = rows[:3]
    PoolMembership.objects.unscoped("test").filter(pk=first.pk).update(active=False)
    PoolMembership.objects.unscoped("test").filter(pk=second.pk).update(levels="12")
    found = {t.person.pk for t in teachers_for(c.tc, c.staff)}
    assert third.person_id in found
    assert not {first.person_id, second.person_id} & found


def test_a_level_registered_for_another_category_is_no_help(class_at: ClassAtFixture) -> None:
    c = class_at("published")
    row = PoolMembership.objects.unscoped("test").filter(category="01").order_by("pk")[0]
    PoolMembership.objects.unscoped("test").filter(pk=row.pk).update(levels="12")
    PoolMembership.objects.create(
        person=row.person, category="03", levels="3", registered_on=row.registered_on, province_code="44"
    )
    (candidate,) = candidates_for(c.tc, [row.person_id])
    assert {level.value for level in candidate.levels} == {"1", "2"}
    assert candidate.categories == {"01", "03"}
