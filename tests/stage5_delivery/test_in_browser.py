"""The roll call on a phone and by keyboard; a lost connection loses no mark and makes no second roll."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import call_roll
from gongxue.stage5_delivery.queries import marks_at
from tests.browsing import Site
from tests.cast import ClassAt, FreshDatabase, at

pytestmark = pytest.mark.browser
PHONE = (390, 844)


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: Callable[[datetime], None]) -> ClassAt:
    """The first morning of a class; nothing has been called."""
    c = fresh_database.class_at("started")
    at_time(at(c.tc.first_day, 9))
    return c


def _roll(site: Site, c: ClassAt, width: int = PHONE[0], height: int = PHONE[1]) -> Page:
    return site.open(c.coordinator, f"/classes/{c.tc.pk}/roll/", width, height)


def _mark(page: Page, seat: int, word: str) -> None:
    page.locator(f".roll li:nth-child({seat}) label.{word}").click()


def _stored(c: ClassAt, period: int = 1) -> list[str]:
    marks = marks_at(c.tc, c.tc.first_day, period)
    return [marks[a.pk] for a in c.attendees if a.pk in marks]


def test_two_exceptions_and_the_button_are_the_whole_roll(site: Site, c: ClassAt) -> None:
    page = _roll(site, c)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    sizes = [box.bounding_box() for box in page.locator(".roll .seg span").all()]
    assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in sizes)
    _mark(page, 2, "late")
    _mark(page, 4, "absent")
    expect(page.locator("[data-count=present]")).to_have_text("2")
    expect(page.locator(".unsent")).to_have_text("有改动，尚未提交")
    page.locator("button.main").click()
    expect(page.locator("h1")).to_contain_text("第 2 课时")
    assert _stored(c) == ["present", "late", "present", "absent"]
    assert site.complaints == []


def test_a_roll_is_called_with_the_keyboard_alone(site: Site, c: ClassAt) -> None:
    page = _roll(site, c, 1360, 900)
    page.locator(".roll li:nth-child(1) input:checked").focus()
    for key in ("ArrowDown", "k", "ArrowDown", "ArrowRight", "ArrowDown", "j", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("button.main")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("第 2 课时")
    assert _stored(c) == ["present", "absent", "late", "leave"]


def test_without_a_connection_the_marks_stay_and_are_sent_when_it_is_back(site: Site, c: ClassAt) -> None:
    page = _roll(site, c)
    _mark(page, 3, "leave")
    page.context.set_offline(True)
    page.locator("button.main").click()
    expect(page.locator(".unsent")).to_have_text("未送达，已保留在本页")
    expect(page.locator("button.main")).to_have_text("重新提交")
    assert _stored(c) == []
    page.context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("第 2 课时")
    assert _stored(c) == ["present", "present", "leave", "present"]


def test_an_answer_that_was_lost_makes_no_second_roll(site: Site, c: ClassAt) -> None:
    """The server has the roll, the phone does not know it: the same key is sent again and means the same."""
    page = _roll(site, c)

    def lose_the_answer(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    _mark(page, 1, "absent")
    page.route("**/roll/call/", lose_the_answer)
    page.locator("button.main").click()
    expect(page.locator(".unsent")).to_have_text("未送达，已保留在本页")
    page.unroute("**/roll/call/")
    page.locator("button.main").click()
    expect(page.locator("h1")).to_contain_text("第 2 课时")
    assert _stored(c) == ["absent", "present", "present", "present"]
    assert Event.objects.unscoped("test").filter(code="delivery.call_roll").count() == 1


def test_marks_survive_the_loss_of_the_page(site: Site, c: ClassAt) -> None:
    page = _roll(site, c)
    page.on("dialog", lambda dialog: dialog.accept())  # leaving with unsent marks asks first
    _mark(page, 2, "absent")
    page.reload()
    expect(page.locator(".said")).to_contain_text("上次的点名还没有提交")
    expect(page.locator("[data-count=absent]")).to_have_text("1")
    presences = {a.pk: "late" if a == c.attendees[2] else "present" for a in c.attendees}
    call_roll(
        training_class=c.tc, day=c.tc.first_day, period=1, presences=presences, by=c.coordinator, now=c.now
    )
    page.goto(f"{site.address}/classes/{c.tc.pk}/roll/?day={c.tc.first_day}&period=1")
    expect(page.locator("[data-count=absent]")).to_have_text("1")
    expect(page.locator("[data-count=late]")).to_have_text("1")  # what somebody else entered meanwhile stands


def test_a_correction_asks_for_its_reason_in_place(site: Site, c: ClassAt) -> None:
    page = _roll(site, c)
    page.locator("button.main").click()
    expect(page.locator("h1")).to_contain_text("第 2 课时")
    page.goto(f"{site.address}/classes/{c.tc.pk}/roll/?day={c.tc.first_day}&period=1")
    _mark(page, 1, "leave")
    page.locator("button.main").click()
    expect(page.locator(".said")).to_contain_text("须写明理由")
    expect(page.locator("[name=reason]")).to_be_focused()
    page.keyboard.type("补交请假条")
    page.keyboard.press("Enter")
    expect(page.locator(".flash")).to_contain_text("请假 1")
    assert _stored(c)[0] == "leave"
