"""Scoring by keyboard: what is typed is kept at once, also when the connection was gone for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import expect

from gongxue.stage6_assessment.actions import score_process
from gongxue.stage6_assessment.models import DraftSheet, ScoreSheet
from tests.browsing import Site
from tests.cast import ClassAt, FreshDatabase
from tests.stage6_assessment.rubrics import published

pytestmark = pytest.mark.browser


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: Callable[[datetime], None]) -> ClassAt:
    """The products are in."""
    c = fresh_database.class_at("taught")
    at_time(c.now)
    return c


def _drafts(c: ClassAt) -> list[str]:
    rows = DraftSheet.objects.unscoped("test").order_by("attempt__attendee__application__seat")
    return list(rows.values_list("mark", flat=True))


def test_marks_are_typed_through_kept_checked_and_submitted(site: Site, c: ClassAt) -> None:
    page = site.open(c.instructors[0], f"/classes/{c.tc.pk}/assessment/")
    page.locator(".mark-in").first.focus()
    for mark in ("85.5", "90", "78"):
        page.keyboard.type(mark)
        page.keyboard.press("Enter")
    expect(page.locator("#filled")).to_have_text("已填 3 / 4 人")
    for n in range(3):
        expect(page.locator(".kept").nth(n)).to_contain_text("已暂存")
    assert _drafts(c) == ["85.5", "90", "78"]
    page.locator("button[value=check]").click()
    expect(page.locator("h1")).to_have_text("核对后提交 3 份评分")
    page.locator("button.main").click()
    expect(page.locator(".flash")).to_contain_text("已提交 3 份评分")
    assert ScoreSheet.objects.inside(training_class=c.tc).count() == 3
    assert site.complaints == []


def test_a_wrong_mark_is_said_beside_it_and_a_lost_connection_keeps_what_was_typed(
    site: Site, c: ClassAt
) -> None:
    page = site.open(c.instructors[0], f"/classes/{c.tc.pk}/assessment/", 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    mark, said = page.locator(".mark-in").first, page.locator(".kept").first
    mark.fill("855")
    mark.press("Enter")
    expect(said).to_contain_text("不是有效的分数")
    page.context.set_offline(True)
    mark.fill("85")
    mark.press("Enter")
    expect(said).to_contain_text("没有存上")
    assert _drafts(c) == []
    page.context.set_offline(False)
    expect(said).to_contain_text("已暂存")
    assert _drafts(c) == ["85"]


def _criteria() -> dict[str, list[str]]:
    rows = DraftSheet.objects.unscoped("test").values_list("criteria", flat=True)
    return rows[0] if rows else {}


def test_a_sheet_is_scored_by_keyboard_kept_without_a_network_signed_and_checked(
    site: Site, c: ClassAt
) -> None:
    published(c.people.centre, c)
    where = f"/attendees/{c.attendees[0].pk}/sheet/"
    page = site.open(c.instructors[0], where)
    keys = page.keyboard
    expect(page.locator(".mark-in").first).to_be_focused()
    keys.press("ArrowDown")  # the highest band: 90 to 100
    keys.press("ArrowDown")
    expect(page.locator(".mark-in").first).to_have_value("82")
    keys.press("Enter")
    keys.type("90.5")
    expect(page.locator("#sum")).to_have_text("得分 87.1")  # 82 · 40 % + 90.5 · 60 %
    expect(page.locator("#state")).to_contain_text("已暂存")
    page.context.set_offline(True)
    keys.press("Tab")
    keys.type("依据充分")
    expect(page.locator("#state")).to_contain_text("尚未送出 1 项")
    assert _criteria()["2"] == ["90.5", ""]
    page.context.set_offline(False)
    page.goto(page.url)  # as after a dead battery
    expect(page.locator("#state")).to_contain_text("已暂存")
    assert _criteria()["2"] == ["90.5", "依据充分"]
    keys.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("核对后签名")
    keys.press("Control+Enter")
    expect(page.locator(".receipt")).to_contain_text("封存指纹")
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('gongxue.sheet/')).length")
        == 0
    )
    score_process(
        attendee=c.attendees[0],
        marks={"1": "80", "2": "81"},
        comments={"2": "好"},
        by=c.instructors[1],
        now=c.now,
    )
    page.goto(page.url.replace("/sheet/", "/sheets/"))
    page.get_by_role("button", name="在浏览器中重新计算").click()
    expect(page.get_by_text("✓ 重新计算的指纹相同")).to_have_count(2)
    page.locator("[data-canonical]").evaluate_all(
        "all => all.forEach(({content}) => { content.textContent = content.textContent.replace('90.5', '91.5'); })"
    )
    page.get_by_role("button", name="在浏览器中重新计算").click()
    expect(page.locator("[data-verdict].bad")).to_have_count(1)


def test_a_page_that_was_on_its_way_while_something_was_saved_does_not_show_what_stood_before(
    site: Site, c: ClassAt
) -> None:
    page = site.open(c.instructors[0], f"/attendees/{c.attendees[0].pk}/sheet/")
    before = page.content()
    page.locator(".mark-in").first.fill("77")
    expect(page.locator("#state")).to_contain_text("已暂存")
    page.route(page.url, lambda route: route.fulfill(body=before, content_type="text/html"))
    page.goto(page.url)
    expect(page.locator(".mark-in").first).to_have_value("77")
    assert page.evaluate("localStorage.length") == 0
