"""Remarks beside the text in a real browser: sent and read while something is being written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from gongxue.stage3_programme.queries import programme_of
from gongxue.stage3_programme.queries.review import comments_of
from tests.browsing import Site
from tests.cast import FreshDatabase

pytestmark = pytest.mark.browser
AtTime = Callable[[datetime], None]


def test_a_remark_is_sent_while_the_text_is_being_written(
    site: Site, fresh_database: FreshDatabase, at_time: AtTime
) -> None:
    c = fresh_database.class_at("drafted")
    at_time(c.now)
    page = site.open(c.staff, reverse("programme", args=[c.tc.pk]))
    page.fill("#field-venue", "新实训楼三楼")
    thread = page.locator("#part-venue [data-thread]")
    thread.get_by_label("添加批注").fill("工位够不够？")
    thread.get_by_label("添加批注").press("Enter")
    expect(thread).to_contain_text("工位够不够？")
    expect(page.locator("[data-status]")).to_contain_text("已保存")
    row = programme_of(c.tc)
    assert row is not None
    assert row.venue == "新实训楼三楼"
    other = site.open(c.instructors[0], reverse("programme.parts", args=[c.tc.pk]))
    remark = other.locator("#part-venue [data-thread]")
    remark.get_by_label("回复").fill("三十个")
    remark.get_by_role("button", name="回复").click()
    expect(remark).to_contain_text("三十个")
    remark.get_by_role("button", name="已解决").click()
    expect(remark).to_contain_text("标为已解决")
    (held,) = comments_of(c.tc)["venue"]
    assert held.resolved_at is not None
    assert site.complaints == []
