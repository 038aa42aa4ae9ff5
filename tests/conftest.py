"""Fixtures of all tests. Each test says what it needs; nothing else is set up.

    books            reference data only; rolled back afterwards
    cast             the people (tests/cast.py); rolled back afterwards
    class_at         class_at("admitted", **plan) → ClassAt; rolled back afterwards
    classes_at       classes_at(Plan(…), Plan(…)) → [ClassAt, ClassAt]; rolled back afterwards
    signed_in        signed_in(role) → a Django test client that acts in that role
    fresh_database   a clone of its own with real commits, for threads, processes, triggers and files; begins with
                     the people: `fresh_database.cast`; or `fresh_database.class_at("issued")`
    at_time          at_time(moment): pages, jobs and the API read this moment from now on
    race             race(call, call, …) → what each returned or raised, all begun at the same moment in threads

Undefined template variables fail, warnings are errors, the network is closed except for this machine, rows without
ORDER BY come in an unusual order. Mark `postgresql` what is to run on PostgreSQL as well, `postgresql(only=True)`
what means nothing on SQLite. `pytest.mark.django_db` is not needed.
"""

from __future__ import annotations

import gc
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, People, Plan, Race, SignedIn
from tests.classes import Classes
from tests.people import read_people
from tests.prepared import Books, Shelf

hypothesis_settings.register_profile("gongxue", deadline=None, derandomize=True)
hypothesis_settings.load_profile("gongxue")


class NetworkClosed(RuntimeError):
    """A test tried to reach another machine."""


def _is_here(host: object) -> bool:
    if host in ("localhost", "", None):
        return True
    try:
        return ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Only this machine answers."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not _is_here(address[0]):
            raise NetworkClosed(f"tests do not use the network: {address}")
        return connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_here(host.decode() if isinstance(host, bytes) else host):
            raise NetworkClosed(f"tests do not use the network: {host}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`postgresql(only=True)` has nothing to say on SQLite; `django_db` means both databases."""
    if "GONGXUE_TEST_DATABASE_URL" not in os.environ:
        elsewhere = [item for item in items if _only_postgresql(item)]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark is None:
            continue
        if mark.kwargs.get("transaction") or mark.args:  # registers refuse DELETE: nothing can be flushed
            raise pytest.UsageError(
                f"{item.nodeid}: use the fixture `fresh_database` instead of a flushed database"
            )
        item.add_marker(pytest.mark.django_db(databases="__all__"), append=False)


def _only_postgresql(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("postgresql")
    return bool(mark and mark.kwargs.get("only"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once; every page of a test has a context of its own."""
    # Playwright's loop sleeps in this thread to the end of the session; nothing of ours is async.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as engine:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = engine.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shelf(django_db_blocker: DjangoDbBlocker) -> Iterator[Shelf]:
    """The prepared databases of the session."""
    with django_db_blocker.unblock():
        shelf = Shelf()
        yield shelf
        shelf.leave()


@pytest.fixture(scope="session")
def classes(shelf: Shelf) -> Classes:
    """The prepared classes of the session."""
    return Classes(shelf)


@pytest.fixture
def django_db_setup(shelf: Shelf) -> None:
    """What `pytest.mark.django_db` works in: the reference data."""
    shelf.point_to(shelf.reference())


@pytest.fixture
def books(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> Iterator[Books]:
    """The reference data, inside a transaction that is rolled back."""
    with django_db_blocker.unblock():
        books = Books(shelf)
        books.open(shelf.reference())
        try:
            yield books
            books.check()
        finally:
            books.close()


@pytest.fixture
def cast(books: Books, classes: Classes) -> People:
    """The people."""
    books.leave()
    books.open(classes.people())
    return read_people(classes.made)


@pytest.fixture
def classes_at(books: Books, classes: Classes) -> ClassesAtFixture:
    """Several classes at their stages in one database."""

    def prepare(*plans: Plan) -> list[ClassAt]:
        books.leave()
        books.open(classes.database(plans))
        return classes.read(plans)

    return prepare


@pytest.fixture
def class_at(classes_at: ClassesAtFixture) -> ClassAtFixture:
    """A class at a stage: class_at("admitted"), class_at("issued", institution="017", level="1")."""

    def prepare(stage: str, **plan: Any) -> ClassAt:
        return classes_at(Plan(stage, **plan))[0]

    return prepare


@pytest.fixture
def signed_in() -> SignedIn:
    """A client that is signed in and acts in a role; errors of views are raised."""

    def sign_in(role: Role) -> Client:
        client = Client()
        client.force_login(role.account)
        session = client.session
        session["role"] = role.pk
        session.save()
        return client

    return sign_in


@pytest.fixture
def fresh_database(classes: Classes, django_db_blocker: DjangoDbBlocker) -> Iterator[FreshDatabase]:
    """A clone with real commits."""
    with django_db_blocker.unblock():
        fresh = FreshDatabase(classes)
        try:
            yield fresh
        finally:
            fresh.close()


@pytest.fixture
def race(fresh_database: FreshDatabase) -> Race:
    """Calls that begin at the same moment, each in a thread with connections of its own."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        barrier = threading.Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            try:
                connections["default"].ensure_connection()  # connecting takes longer than what is raced for
                barrier.wait(30)
                return call()
            except Exception as error:  # noqa: BLE001 — the test looks at what came of each
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result(120) for future in [pool.submit(one, call) for call in calls]]

    return run


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """at_time(moment): whoever asks for the time reads this moment from now on."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)
