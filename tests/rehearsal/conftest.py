"""The demonstration country, built once in a session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from pytest_django import DjangoDbBlocker

from gongxue.foundation import clock
from gongxue.rehearsal.country import build
from gongxue.rehearsal.nation import nation
from gongxue.rehearsal.plans import PLANS
from gongxue.rehearsal.timeline import at
from tests.prepared import Books, Shelf

TODAY = date(2025, 11, 5)
NOW = at(TODAY, 10)
BUILT = (*PLANS, *nation()[::5])  # the whole nation is built by `make faults`


@pytest.fixture(scope="session")
def country_database(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> str:
    """The name of the prepared database with the whole country."""
    with django_db_blocker.unblock():
        shelf.build("country", shelf.empty(), lambda: build(at(TODAY, 9), plans=BUILT))
    return "country"


@pytest.fixture
def country(
    shelf: Shelf, country_database: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The country an hour after it was built, inside a transaction that is rolled back."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with django_db_blocker.unblock():
        books = Books(shelf)
        books.open(country_database)
        try:
            yield
        finally:
            books.close()
