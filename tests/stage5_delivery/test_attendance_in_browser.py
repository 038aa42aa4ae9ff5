"""Attendance with real browsers: thirty people on a phone, a code on the wall and a phone, what is not sent yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import open_window
from gongxue.stage5_delivery.codes import code_of
from gongxue.stage5_delivery.models import AttendanceMark, Leave, Scan
from gongxue.stage5_delivery.queries import called_periods, marks_at
from tests.browsing import Site
from tests.cast import ClassAt, FreshDatabase, at

pytestmark = pytest.mark.browser
PHONE = (390, 844)
HALF_A_MINUTE = 30


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: Callable[[datetime], None]) -> ClassAt:
    """The first morning of a class; nothing has been called."""
    c = fresh_database.class_at("started")
    at_time(at(c.tc.first_day, 9))
    return c


def test_thirty_people_on_a_phone_in_half_a_minute(
    site: Site, fresh_database: FreshDatabase, at_time: Callable[[datetime], None]
) -> None:
    c = fresh_database.class_at("started", headcount=30)
    at_time(at(c.tc.first_day, 9))
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/roll/", *PHONE)
    begun = time.monotonic()
    for seat, word in ((4, "late"), (17, "absent"), (29, "leave")):
        page.locator(f".roll li:nth-child({seat}) label.{word}").click()
    foot = page.locator(".sticky-foot").bounding_box()
    assert foot and foot["y"] + foot["height"] <= PHONE[1] + 1, "counts and the button stay in sight"
    expect(page.locator("[data-count=present]")).to_have_text("27")
    page.locator("button.main").click()
    expect(page.locator("h1")).to_contain_text("第 2 课时")
    assert time.monotonic() - begun < HALF_A_MINUTE
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert len(marks_at(c.tc, c.tc.first_day, 1)) == 30
    assert site.complaints == []


def test_a_code_on_the_wall_and_a_phone(site: Site, c: ClassAt) -> None:
    """The coordinator opens the check-in, a trainee scans and presses one button, the wall counts, the roll begins with it."""
    wall = site.open(c.coordinator, f"/classes/{c.tc.pk}/roll/")
    wall.locator(".checkin summary").click()
    wall.get_by_role("button", name="开启扫码签到").click()
    expect(wall.locator("[data-came]")).to_have_text("0")
    drawn = wall.locator("svg path").get_attribute("d")
    assert drawn and len(drawn) > 1000
    number = int(wall.url.rstrip("/").split("/")[-1])
    phone = site.open(c.trainees[1], _address(number, c), *PHONE)
    button = phone.locator("button.huge")
    box = button.bounding_box()
    assert box and box["height"] >= 60 and box["width"] >= 250
    button.click()
    expect(phone.locator(".flash")).to_contain_text("签到成功")
    expect(phone.locator("h1")).to_have_text("我的考勤")
    expect(wall.locator("[data-came]")).to_have_text("1", timeout=8000)
    wall.get_by_role("link", name="去点名").click()
    expect(wall.locator(".roll li:nth-child(2) .src")).to_contain_text("扫码 09:00")
    expect(wall.locator("[data-rest]")).to_have_text("3")
    wall.locator("[data-fill=absent]").click()
    expect(wall.locator(".rest")).to_be_hidden()
    wall.locator(".roll li:nth-child(1) label.present").click()
    wall.get_by_role("button", name="提交点名").click()
    expect(wall.locator("h1")).to_contain_text("第 2 课时")
    rows = AttendanceMark.objects.inside(training_class=c.tc).order_by("attendee__application__seat")
    assert list(rows.values_list("presence", "source")) == [
        ("present", "roll"), ("present", "qr"), ("absent", "roll"), ("absent", "roll"),
    ]  # fmt: skip
    assert Scan.objects.unscoped("test").count() == 1
    assert site.complaints == []


def _address(window: int, c: ClassAt) -> str:
    """What a phone reads from the wall."""
    from gongxue.stage5_delivery.models import RollWindow

    row = RollWindow.objects.unscoped("test").get(pk=window)
    return f"/check-ins/{window}/in/?c={code_of(row, at(c.tc.first_day, 9))}"


def test_the_code_changes_by_itself_and_ends(
    site: Site, c: ClassAt, at_time: Callable[[datetime], None]
) -> None:
    now = at(c.tc.first_day, 9)
    window = open_window(training_class=c.tc, day=c.tc.first_day, period=1, by=c.coordinator, now=now)
    wall = site.open(c.coordinator, f"/check-ins/{window.pk}/")
    first = wall.locator("svg path").get_attribute("d")
    at_time(now + timedelta(seconds=21))
    expect(wall.locator("svg path")).not_to_have_attribute("d", first or "", timeout=8000)
    wall.context.set_offline(True)
    expect(wall.locator("[data-lost]")).to_be_visible(timeout=8000)
    wall.context.set_offline(False)
    expect(wall.locator("[data-lost]")).to_be_hidden(timeout=8000)
    at_time(now + timedelta(minutes=16))
    expect(wall.locator("[data-closed]")).to_be_visible(timeout=8000)
    expect(wall.locator("figure")).to_be_hidden()
    assert site.complaints == []


def test_rolls_that_were_not_sent_are_listed_and_sent_from_anywhere(site: Site, c: ClassAt) -> None:
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/roll/", *PHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".roll li:nth-child(2) label.late").click()
    page.context.set_offline(True)
    page.locator("button.main").click()
    expect(page.locator(".unsent")).to_have_text("未送达，已保留在本页")
    page.route("**/roll/call/", lambda route: route.abort())  # it comes back, the roll does not get through
    page.context.set_offline(False)
    page.goto(f"{site.address}/classes/{c.tc.pk}/roll/?day={c.tc.first_day}&period=2")
    kept = page.locator(".kept")
    expect(kept).to_contain_text("第 1 课时")
    expect(kept).to_contain_text("未送达")
    kept.get_by_role("button", name="重新提交").click()
    expect(kept).to_contain_text("仍没有连上服务器")
    page.unroute("**/roll/call/")
    page.goto(f"{site.address}/classes/{c.tc.pk}/roll/offline/")
    kept.get_by_role("button", name="重新提交").click()
    expect(kept).to_be_hidden()
    assert sorted(marks_at(c.tc, c.tc.first_day, 1).values()) == ["late", "present", "present", "present"]
    assert Event.objects.unscoped("test").filter(code="delivery.call_roll").count() == 1


def test_what_is_kept_belongs_to_one_account_and_can_be_given_up(site: Site, c: ClassAt) -> None:
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/roll/", *PHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".roll li:nth-child(2) label.late").click()
    keys = page.evaluate("Object.keys(localStorage)")
    assert [key.split("/")[1] for key in keys] == [str(c.coordinator.account_id)]
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert c.attendees[1].application.person.name not in stored
    page.goto(f"{site.address}/classes/{c.tc.pk}/roll/offline/")
    drop = page.locator(".kept button", has_text="放弃")
    drop.click()
    expect(page.locator(".kept button", has_text="确定放弃？")).to_be_visible()
    page.locator(".kept button", has_text="确定放弃？").click()
    expect(page.locator(".kept")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0
    assert called_periods(c.tc) == set()


def test_a_trainee_sees_what_leave_would_do_while_choosing(site: Site, c: ClassAt) -> None:
    page = site.open(c.trainees[0], f"/classes/{c.tc.pk}/my-attendance/", *PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    effect = page.locator("[data-effect]")
    day = c.tc.first_day + timedelta(days=1)
    _choose(page, day, 2, 3)
    expect(effect).to_have_text("已选 2 课时。批准后合计 2 课时，还可缺 2 课时。")
    _choose(page, day, 4, 5)
    expect(effect).to_contain_text("已到上限")
    _choose(page, day, 6)
    expect(effect).to_contain_text("超过 4 课时，将不能参加培训考核")
    page.locator("textarea[name=reason]").fill("就医")
    page.get_by_role("button", name="提交请假申请").click()
    expect(page.locator(".said")).to_contain_text("请假将超过 4 课时")
    page.locator("[name=understood]").check()
    page.get_by_role("button", name="提交请假申请").click()
    expect(page.locator(".flash")).to_contain_text("请假申请已提交")
    assert len(Leave.objects.unscoped("test").get().lessons) == 5
    assert site.complaints == []


def _choose(page: Page, day: date, *periods: int) -> None:
    for period in periods:
        page.locator(f"input[name=lessons][value='{day}/{period}']").check()


def test_a_day_is_typed_by_tapping(site: Site, c: ClassAt, at_time: Callable[[datetime], None]) -> None:
    at_time(at(c.tc.first_day + timedelta(days=1), 9))
    page = site.open(c.coordinator, f"/classes/{c.tc.pk}/roll/day/?day={c.tc.first_day}", *PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    cell = page.locator(f"select[name='marks.{c.tc.first_day}/3/2']")
    cell.click()
    expect(cell).to_have_value("late")
    cell.press("k")
    expect(cell).to_have_value("absent")
    page.locator("[name=periods]").nth(7).uncheck()
    expect(page.locator("[data-sum]")).to_have_text("7 课时，28 条，其中例外 1 条")
    page.get_by_role("button", name="记入所勾课时").click()
    expect(page.locator(".flash")).to_contain_text("已补录 28 条考勤")
    assert len(called_periods(c.tc)) == 7
    assert list(marks_at(c.tc, c.tc.first_day, 3).values()).count("absent") == 1
    assert site.complaints == []
