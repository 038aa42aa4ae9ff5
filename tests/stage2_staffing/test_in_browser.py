"""Choosing teachers by keyboard, and answering an invitation on the phone in two taps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from gongxue.foundation.identity.models import Role
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage2_staffing.queries import experts_for, preferences_of, teachers_for
from tests.browsing import Site
from tests.cast import FreshDatabase
from tests.stage2_staffing.rescuing import close, emptied, spare

pytestmark = pytest.mark.browser
AtTime = Callable[[datetime], None]


def test_preferences_are_found_picked_and_ordered_by_keyboard(
    site: Site, fresh_database: FreshDatabase, at_time: AtTime
) -> None:
    c = fresh_database.class_at("published")
    at_time(c.now)
    found = [teacher.person.pk for teacher in teachers_for(c.tc, c.staff, "四川")]
    page = site.open(c.staff, reverse("staffing.open", args=[c.tc.pk]))
    page.fill("[data-search]", "四川")
    expect(page.locator("[data-found] [data-pick]")).to_have_count(len(found))
    for n in range(3):
        page.locator("[data-found] [data-pick]").nth(n).press("Enter")
    rows = page.locator("[data-picked] li")
    expect(rows).to_have_count(3)
    rows.nth(2).locator("[data-move='-1']").press("Enter")
    rows.nth(1).locator("[data-move='1']").press("Alt+ArrowUp")
    rows.nth(1).locator("[data-drop]").press("Enter")
    page.locator("button.main").press("Enter")
    expect(page.locator("h1")).to_have_text("骨干教师与邀请")
    assert [p.person_id for p in preferences_of(c.tc)] == [found[2], found[1]]
    assert site.complaints == []


def test_five_are_the_most(site: Site, fresh_database: FreshDatabase, at_time: AtTime) -> None:
    c = fresh_database.class_at("published")
    at_time(c.now)
    page = site.open(c.staff, reverse("staffing.open", args=[c.tc.pk]))
    for n in range(5):
        page.locator("[data-found] [data-pick]").nth(n).click()
    expect(page.locator("[data-found] [data-pick]:enabled")).to_have_count(0)


def test_experts_are_named_by_clicks(site: Site, fresh_database: FreshDatabase, at_time: AtTime) -> None:
    c = fresh_database.class_at("opened", institution="017", level="G")
    at_time(c.now)
    page = site.open(c.staff, reverse("staffing", args=[c.tc.pk]))
    expect(page.locator("[data-send]")).to_be_disabled()
    for n, word in enumerate(["提名授课", "提名授课", "提名考核", "提名考核", "提名考核"]):
        page.locator("[data-found] li").nth(n).get_by_text(word).click()
    page.locator("[data-send]").click()
    expect(page.locator(".flash")).to_contain_text("已提名 5 名专家")
    assert {i.person_id for i in c.invitations} == {p.pk for p in experts_for(c.tc)[:5]}


def test_an_invitation_is_accepted_on_the_phone_in_two_taps(
    site: Site, fresh_database: FreshDatabase, at_time: AtTime, teacher_of: Callable[[Invitation], Role]
) -> None:
    c = fresh_database.class_at("invited")
    at_time(c.now)
    invitation = c.invitations[0]
    page = site.open(teacher_of(invitation), reverse("invitation", args=[invitation.pk]), 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("接受邀请").first.click()
    page.locator("dialog[open] button.main").click()
    expect(page.locator(".flash")).to_contain_text("已接受邀请")
    assert c.invitations[0].state == "accepted"


def test_help_is_asked_for_on_a_phone(site: Site, fresh_database: FreshDatabase, at_time: AtTime) -> None:
    c = fresh_database.class_at("started")
    now = close(c, -2, 7)
    at_time(now)
    emptied(c, now)
    near = spare(c, 2)
    page = site.open(c.staff, reverse("staffing.rescue", args=[c.tc.pk]), 390, 844)
    for person in near:
        page.locator(f"label[for=p{person}]").click()
    page.get_by_text("2 小时", exact=True).click()
    page.get_by_role("button", name="同时邀请所选教师").click()
    expect(page.get_by_role("heading", name="正在等待答复")).to_be_visible()
    asked = Invitation.objects.inside(training_class=c.tc, origin="rescue").values_list(
        "person_id", "answer_until"
    )
    assert sorted(asked) == [(person, now + timedelta(hours=2)) for person in sorted(near)]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert site.complaints == []
