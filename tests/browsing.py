"""A served clone of the database and a real browser: `from tests.browsing import site as site` in a conftest.

    def test_…(site, fresh_database):     page = site.open(role, "/desk/")     (mark it `browser`)

Ask for `fresh_database` as well: what the browser does is committed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page

from gongxue.foundation.identity.models import Role


class Site:
    """A served clone of the database; `open(role, path)` is a page in a browser of its own."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address = address
        self._browser = browser
        self.complaints: list[str] = []

    def open(self, role: Role, path: str, width: int = 1360, height: int = 900) -> Page:
        """Sign in and go to a page; what the browser complains about is collected."""
        client = Client()
        client.force_login(role.account)
        session = client.session
        session["role"] = role.pk
        session.save()
        context = self._browser.new_context(viewport={"width": width, "height": height})
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.address + path)
        return page


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    """A site on a free port of this machine, seen in the browser of the session."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    try:
        yield Site(f"http://127.0.0.1:{thread.port}", chromium)
    finally:
        for context in chromium.contexts:
            context.close()
        thread.terminate()
        connections.close_all()
