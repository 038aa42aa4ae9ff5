"""The editor in a real browser: autosave, two writers, painting with keys and mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from gongxue.stage3_programme.actions import set_hours
from gongxue.stage3_programme.models import Programme
from gongxue.stage3_programme.queries import programme_of, sessions_of
from tests.browsing import Site
from tests.cast import ClassAt, FreshDatabase

pytestmark = pytest.mark.browser
AtTime = Callable[[datetime], None]


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def saved(page: Page) -> None:
    """Waits until everything typed is saved."""
    page.keyboard.press("Control+s")
    expect(page.locator("[data-status]")).to_contain_text("已保存")


@pytest.fixture
def begun(fresh_database: FreshDatabase, at_time: AtTime) -> ClassAt:
    """A class whose programme is written."""
    c = fresh_database.class_at("drafted")
    at_time(c.now)
    return c


def editor(site: Site, c: ClassAt, writer: int = 0) -> Page:
    return site.open([c.staff, *c.instructors][writer], reverse("programme", args=[c.tc.pk]))


def test_what_is_typed_is_saved_without_a_button(site: Site, begun: ClassAt) -> None:
    page = editor(site, begun)
    page.fill("#field-venue", "太湖边的实训楼")
    expect(page.locator("[data-status]")).to_contain_text("已保存 ")
    expect(page.locator("[data-panel]")).to_contain_text("场地中出现“太湖”")
    assert programme(begun).venue == "太湖边的实训楼"
    assert site.complaints == []


def test_two_writers_in_different_parts_are_joined(site: Site, begun: ClassAt) -> None:
    mine, theirs = editor(site, begun), editor(site, begun, 1)
    theirs.fill("#field-materials", "教师写的资料")
    saved(theirs)
    mine.fill("#field-venue", "机构写的场地")
    saved(mine)
    expect(mine.locator("[data-merged]")).to_contain_text("培训资料")
    expect(mine.locator("#field-materials")).to_have_value("教师写的资料")
    row = programme(begun)
    assert (row.materials, row.venue) == ("教师写的资料", "机构写的场地")


@pytest.mark.parametrize(("keep", "kept"), [("theirs", "教师写的"), ("mine", "机构写的")])
def test_two_writers_in_the_same_part_are_asked(site: Site, begun: ClassAt, keep: str, kept: str) -> None:
    mine, theirs = editor(site, begun), editor(site, begun, 1)
    theirs.fill("#field-venue", "教师写的")
    saved(theirs)
    mine.fill("#field-venue", "机构写的")
    mine.keyboard.press("Control+s")
    dialog = mine.locator("[data-conflict]")
    expect(dialog).to_contain_text("教师写的")
    expect(dialog).to_contain_text("机构写的")
    assert programme(begun).venue == "教师写的", "nothing is overwritten before the choice"
    dialog.locator(f"input[value={keep}]").check()
    dialog.locator("[data-keep]").click()
    expect(mine.locator("[data-status]")).to_contain_text("已保存")
    assert programme(begun).venue == kept


def test_two_writers_in_different_periods_are_joined(site: Site, begun: ClassAt) -> None:
    mine, theirs = editor(site, begun), editor(site, begun, 1)
    theirs.locator(".slot").nth(0).focus()
    theirs.keyboard.press("Delete")
    saved(theirs)
    mine.locator(".slot").nth(1).focus()
    mine.keyboard.press("Delete")
    saved(mine)
    expect(mine.locator("[data-merged]")).to_contain_text("课表")
    first = next((s.day, s.period) for s in sessions_of(begun.tc))
    assert (len(sessions_of(begun.tc)), first) == (54, (begun.tc.first_day, 3))


def test_painting_by_keys_mouse_and_undo(site: Site, begun: ClassAt) -> None:
    page = editor(site, begun)
    total = page.locator("[data-sum]")
    expect(total).to_contain_text("56 课时")
    page.locator(".brush", has_text="其他").click()
    page.locator(".slot").nth(0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(total).to_contain_text("53 课时")
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(total).to_contain_text("56 课时")
    page.locator(".slot").nth(8).hover()
    page.mouse.down()
    page.locator(".slot").nth(11).hover()
    page.mouse.up()
    expect(total).to_contain_text("52 课时")
    page.locator("[data-undo]").click()
    expect(total).to_contain_text("56 课时")
    assert site.complaints == []


def test_the_standard_fills_an_empty_timetable(
    site: Site, fresh_database: FreshDatabase, at_time: AtTime
) -> None:
    c = fresh_database.class_at("staffed")
    at_time(c.now)
    page = editor(site, c)
    page.locator("[data-standard]").click()
    saved(page)
    assert len(sessions_of(c.tc)) == 56
    expect(page.locator("[data-panel]")).not_to_contain_text("课表")


def test_a_day_is_copied_and_cleared(site: Site, begun: ClassAt) -> None:
    page = editor(site, begun)
    days = page.locator(".tt .line").filter(has=page.locator("select"))
    days.nth(1).locator("select").select_option(begun.tc.first_day.isoformat())
    days.nth(2).get_by_text("清空").click()
    saved(page)
    rows = sessions_of(begun.tc)
    by_day = {day: [s.module for s in rows if s.day == day] for day in begun.tc.days_list[:3]}
    assert by_day[begun.tc.days_list[0]] == by_day[begun.tc.days_list[1]]
    assert by_day[begun.tc.days_list[2]] == []


def by_place(c: ClassAt) -> dict[tuple[int, int], str]:
    """(day of the class, period) → module or kind."""
    days = c.tc.days_list
    return {(days.index(s.day), s.period): s.module or s.kind for s in sessions_of(c.tc)}


def test_blocks_change_places_by_mouse_finger_and_keys(site: Site, begun: ClassAt) -> None:
    page, before = editor(site, begun), by_place(begun)
    page.locator(".brush", has_text="移动、对调").click()
    page.locator(".slot").nth(1).hover()
    page.mouse.down()
    page.locator(".slot").nth(12).hover()
    page.mouse.up()
    saved(page)
    after = by_place(begun)
    assert [after[0, n] for n in (1, 2, 3, 4)] == [before[1, n] for n in (5, 6, 7, 8)], "a whole block"
    assert [after[1, n] for n in (5, 6, 7, 8)] == [before[0, n] for n in (1, 2, 3, 4)]
    page.locator("[data-undo]").click()
    saved(page)
    assert by_place(begun) == before
    page.locator("[data-redo]").click()
    saved(page)
    assert by_place(begun) == after
    page.locator("[data-undo]").click()
    page.locator(".slot").nth(0).click()  # taken up …
    page.locator(".slot").nth(4).click()  # … and put down, as a finger does
    page.locator(".slot").nth(16).focus()
    page.keyboard.press("Alt+ArrowDown")
    saved(page)
    now = by_place(begun)
    assert (now[0, 1], now[0, 5]) == (before[0, 5], before[0, 1])
    assert (now[2, 1], now[3, 1]) == (before[3, 1], before[2, 1])
    assert len(now) == len(before)
    assert site.complaints == []


def test_findings_stand_at_their_periods_one_press_away(site: Site, begun: ClassAt) -> None:
    set_hours(
        module="3-1", periods=50, effective_from=begun.tc.first_day.replace(year=2020), basis="培训标准第三条",
        by=begun.people.centre, now=begun.now,
    )  # fmt: skip
    page = editor(site, begun)
    page.fill("#field-venue", "新楼")
    saved(page)
    wrong = page.locator(".slot[aria-invalid=true]")
    expect(wrong.first).to_have_attribute("aria-description", re.compile("不少于 50 课时"))
    page.locator("[data-checks] .bad [data-jump]").click()
    expect(wrong.first).to_be_focused()
    expect(page.locator("[data-totals]")).to_contain_text("课程教学进度计划编制")
    assert site.complaints == []


def test_several_blocks_are_moved_filled_and_cleared_together(site: Site, begun: ClassAt) -> None:
    page, before = editor(site, begun), by_place(begun)
    slots, chosen = page.locator(".slot"), page.locator("[data-chosen]")
    slots.nth(0).click(modifiers=["Control"])  # a whole block each
    slots.nth(8).click(modifiers=["Control"])
    expect(chosen).to_have_text("已选 8 课时")
    slots.nth(0).hover()
    page.mouse.down()
    slots.nth(4).hover()
    page.mouse.up()
    saved(page)
    after = by_place(begun)
    assert [after[d, n] for d in (0, 1) for n in (5, 6, 7, 8)] == [
        before[d, n] for d in (0, 1) for n in (1, 2, 3, 4)
    ]
    assert [after[d, n] for d in (0, 1) for n in (1, 2, 3, 4)] == [
        before[d, n] for d in (0, 1) for n in (5, 6, 7, 8)
    ]
    page.locator("[data-undo]").click()
    slots.nth(4).focus()
    page.keyboard.press("Alt+ArrowLeft")  # still chosen: periods 5 to 8 of two days
    page.keyboard.press("Control+z")
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    expect(chosen).to_contain_text("放不下")
    page.keyboard.press("Delete")
    expect(page.locator("[data-sum]")).to_contain_text("48 课时")
    page.keyboard.press("Escape")
    expect(chosen).to_have_text("")
    for _ in range(2):
        page.keyboard.press("Control+z")
    saved(page)
    assert by_place(begun) == before
    assert site.complaints == []


def test_groups_and_notes_are_typed_and_come_back(site: Site, begun: ClassAt) -> None:
    page = editor(site, begun)
    page.locator("[data-groups]").select_option("2")
    page.locator("[data-group]").select_option("2")
    page.locator(".slot").nth(1).focus()
    page.keyboard.press("Space")
    expect(page.locator(".slot").nth(1).locator(".lane")).to_have_count(2)
    expect(page.locator("[data-sum]")).to_contain_text("56 课时")
    page.get_by_label("6月14日 周三的备注").first.click()
    page.locator("[data-note='2023-06-14']").fill("参观企业")
    page.locator("[data-longer]").click()
    saved(page)
    row = programme(begun)
    assert (row.groups, row.notes) == (2, {"2023-06-14": "参观企业"})
    assert [s.group for s in sessions_of(begun.tc)[:4]] == [0, 1, 2, 0]
    page.reload()
    expect(page.locator("[data-note='2023-06-14']")).to_have_value("参观企业")
    expect(page.locator(".slot").nth(1).locator(".lane")).to_have_count(2)
    assert site.complaints == []
