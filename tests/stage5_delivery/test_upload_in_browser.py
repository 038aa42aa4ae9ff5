"""A film from a telephone: the line breaks, the browser is closed, and what arrives is the film, byte by byte."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from gongxue.foundation.files.models import Upload
from gongxue.foundation.files.resumable import part_of
from gongxue.foundation.jobs.backend import drain
from gongxue.stage5_delivery.models import LearningProduct
from tests.browsing import Site
from tests.cast import ClassAt, FreshDatabase
from tests.foundation.files import specimens as s

pytestmark = pytest.mark.browser
PHONE = (390, 844)
MB = 1024 * 1024


@pytest.fixture
def c(fresh_database: FreshDatabase, at_time: Callable[[datetime], None]) -> ClassAt:
    """A class under way."""
    c = fresh_database.class_at("started")
    at_time(c.now)
    return c


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Twelve megabytes."""
    path = tmp_path / "说课视频.mp4"
    path.write_bytes(s.mp4(seconds=200, frames=os.urandom(12 * MB)))
    return path


def _page(site: Site, c: ClassAt) -> Page:
    page = site.open(c.trainees[0], f"/classes/{c.tc.pk}/products/", *PHONE)
    page.set_default_timeout(15_000)
    return page


def _choose(page: Page, *films: Path) -> None:
    page.locator("[data-picker] .choose input").set_input_files(films)


def _offsets(page: Page) -> list[int]:
    """Where the pieces that a page sends begin, as they are sent."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return sent


def _stored(c: ClassAt) -> list[str]:
    product = LearningProduct.objects.inside(training_class=c.tc).order_by("-pk")[0]
    return [
        one.file.digest for one in product.files.unscoped("test").select_related("file").order_by("number")
    ]


def test_the_line_breaks_and_comes_back(site: Site, c: ClassAt, film: Path) -> None:
    page = _page(site, c)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.locator("[name=title]").fill("说课")
    pieces = 0

    def break_after_the_first(route: object) -> None:
        nonlocal pieces
        pieces += route.request.method == "PATCH"  # type: ignore[attr-defined]
        if pieces > 1:
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/uploads/**", break_after_the_first)
    _choose(page, film)
    line = page.locator(".uploads li")
    expect(line.locator("small")).to_contain_text("网络中断，已收到")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("[data-picker] .said")).to_contain_text("文件收齐并检查后自动提交")
    page.unroute("**/uploads/**")
    expect(line.locator("small")).to_contain_text("正在检查内容")
    assert drain() == 1
    expect(page.locator(".flash")).to_contain_text("已提交“说课”")
    assert _stored(c) == [hashlib.sha256(film.read_bytes()).hexdigest()]
    assert site.complaints == []


def test_the_browser_is_closed_and_the_same_file_goes_on(site: Site, c: ClassAt, film: Path) -> None:
    first = _page(site, c)
    first.route(
        "**/uploads/**",
        lambda route: (
            route.abort() if route.request.headers.get("upload-offset", "0") != "0" else route.continue_()
        ),
    )
    _choose(first, film)
    expect(first.locator(".uploads small")).to_contain_text("网络中断，已收到")
    first.context.close()
    there = part_of(Upload.objects.unscoped("test").get()).stat().st_size
    assert 0 < there < film.stat().st_size

    page = _page(site, c)
    expect(page.locator(".uploads small")).to_contain_text("上次没有传完")
    offsets = _offsets(page)
    _choose(page, film)
    expect(page.locator(".uploads small")).to_contain_text("正在检查内容")
    assert offsets[0] == there and offsets == sorted(offsets)
    drain()
    expect(page.locator(".uploads small")).to_contain_text("已收齐并通过检查")
    assert Upload.objects.unscoped("test").count() == 1
    page.locator("[name=title]").fill("说课")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("已提交")
    assert _stored(c) == [hashlib.sha256(film.read_bytes()).hexdigest()]


def test_pause_two_files_and_one_that_is_not_what_it_says(
    site: Site, c: ClassAt, film: Path, tmp_path: Path
) -> None:
    liar = tmp_path / "方案.pdf"
    liar.write_bytes(b"MZ" + os.urandom(2000))
    page = _page(site, c)
    page.locator("[name=title]").fill("说课")
    page.route(
        "**/uploads/**",
        lambda route: (
            route.abort()
            if route.request.method == "PATCH" and route.request.headers.get("upload-offset") == "1048576"
            else route.continue_()
        ),
    )
    _choose(page, film, liar)
    first, second = page.locator(".uploads li").all()
    expect(first.locator("small")).to_contain_text("网络中断")
    first.get_by_role("button", name="暂停").click()
    expect(first.locator("small")).to_contain_text("已暂停")
    first.get_by_role("button", name="继续").click()  # at once, while it still waits for the line
    expect(first.locator("small")).to_contain_text("网络中断")
    first.get_by_role("button", name="暂停").click()
    drain()
    expect(second.locator("small")).to_contain_text("可能改过扩展名")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("[data-picker] .said")).to_contain_text("有文件没有传完")
    second.get_by_role("button", name="移除").click()
    page.unroute("**/uploads/**")
    first.get_by_role("button", name="继续").click()
    expect(first.locator("small")).to_contain_text("正在检查内容")
    drain()
    expect(first.locator("small")).to_contain_text("已收齐并通过检查")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("已提交")
    assert _stored(c) == [hashlib.sha256(film.read_bytes()).hexdigest()]


def test_what_cannot_be_taken_is_named_before_it_is_sent(site: Site, c: ClassAt, tmp_path: Path) -> None:
    page = _page(site, c)
    for name, data, says in (
        ("程序.exe", b"MZ", "不接受这种文件"),
        ("空.pdf", b"", "是空文件"),
        ("大.png", bytes(51 * MB), "超过 50.0 MB"),
    ):
        (tmp_path / name).write_bytes(data)
        _choose(page, tmp_path / name)
        expect(page.locator("[data-picker] .said")).to_contain_text(says)
    page.get_by_label("成果名称").fill("教学活动设计")
    page.get_by_role("button", name="提交", exact=True).click()
    refused = page.get_by_text("请选择文件；没有文件的成果")
    expect(refused).to_be_in_viewport()
    _choose(page, tmp_path / "程序.exe")
    expect(refused).to_have_count(0)
    assert not Upload.objects.unscoped("test").exists()
