"""The desk on a phone: finding, one tap, undoing; groups by dragging and by choosing; a pledge on one's own phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from gongxue.stage5_delivery.actions import undo_arrival
from gongxue.stage5_delivery.models import Pledge
from gongxue.stage5_delivery.queries import attendees_of
from tests.browsing import Site
from tests.cast import ClassAt, FreshDatabase, at

pytestmark = pytest.mark.browser
PHONE = (390, 844)


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: Callable[[datetime], None]) -> ClassAt:
    """The first morning: everybody is expected, nobody has arrived."""
    c = fresh_database.class_at("started")
    for attendee in c.attendees:
        undo_arrival(attendee=attendee, reason="重来", by=c.staff, now=c.now)
    at_time(at(c.tc.first_day, 9))
    return c


def arrived(c: ClassAt) -> list[bool]:
    """Who has arrived, by seat."""
    return [a.arrived_at is not None for a in attendees_of(c.tc)]


def test_a_name_is_found_and_one_tap_is_the_arrival(site: Site, c: ClassAt) -> None:
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/office/", *PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    rows = page.locator("table.office tbody tr:visible")
    expect(rows).to_have_count(4)
    page.locator("input[name=q]").fill(c.attendees[2].application.person.name)
    expect(rows).to_have_count(1)
    button = rows.get_by_role("button", name="已签承诺，报到")
    box = button.bounding_box()
    assert box and box["height"] >= 36
    with page.expect_navigation():
        button.click()
    assert arrived(c) == [False, False, True, False]
    page.locator("input[name=q]").fill("4")
    expect(rows).to_have_count(1)
    page.locator("input[name=q]").fill("")
    page.locator("select[name=show]").select_option("missing")
    expect(rows).to_have_count(3)
    assert site.complaints == []


def test_an_arrival_is_undone_with_a_reason(site: Site, c: ClassAt) -> None:
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/office/", *PHONE)
    with page.expect_navigation():
        page.get_by_role("button", name="已签承诺，报到").first.click()
    page.get_by_role("button", name="撤销", exact=True).click()
    page.locator("dialog[open] textarea").fill("点错了人")
    with page.expect_navigation():
        page.locator("dialog[open] button.main").click()
    assert arrived(c) == [False] * 4


def test_a_pledge_on_the_phone_makes_the_arrival_one_tap(site: Site, c: ClassAt) -> None:
    phone = site.open(c.trainees[0], f"/classes/{c.tc.pk}/mine/", *PHONE)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    with phone.expect_navigation():
        phone.get_by_role("button", name="我已阅读，签署承诺").click()
    assert Pledge.objects.unscoped("test").filter(way="own").count() == 1
    desk = site.open(c.coordinator, f"/classes/{c.tc.pk}/office/", *PHONE)
    with desk.expect_navigation():
        desk.get_by_role("button", name="报到", exact=True).click()
    assert arrived(c) == [True, False, False, False]


def boards(page: Page) -> list[int]:
    """How many people stand on each board."""
    return [board.locator("li").count() for board in page.locator(".board").all()]


def test_people_are_dragged_or_chosen_into_groups_and_saved(site: Site, c: ClassAt) -> None:
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/office/groups/?groups=2")
    assert boards(page) == [2, 2]
    page.locator(".board").nth(0).locator("li").first.drag_to(page.locator(".board").nth(1))
    assert boards(page) == [1, 3]
    expect(page.locator("[data-moved]")).to_contain_text("尚未保存")
    last = page.locator(".board").nth(1).locator("select").first
    last.select_option("1")
    assert boards(page) == [2, 2]
    with page.expect_navigation():
        page.get_by_role("button", name="保存分组").click()
    assert sorted(a.group or 0 for a in attendees_of(c.tc)) == [1, 1, 2, 2]
    assert site.complaints == []


@pytest.mark.parametrize(
    "page_name", ["groups", "materials", "notices", "contacts", "ceremonies", "lodging", "printing"]
)
def test_every_page_of_the_office_fits_a_phone(site: Site, c: ClassAt, page_name: str) -> None:
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/office/{page_name}/", *PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert site.complaints == []
