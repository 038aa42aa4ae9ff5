"""Two machines: the one that was backed up, and a blank one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from gongxue.foundation import keys
from gongxue.foundation.identity import vault
from gongxue.foundation.trail import sealing
from tests.prepared import Clone, Shelf, Sqlite


@pytest.fixture
def blank_machine(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> Iterator[Clone]:
    """A place without books and without files; enter it with `with blank_machine:`.

    The empty database of sessions is there already, which spares a second of migrations.
    """
    with django_db_blocker.unblock():
        machine = Clone(shelf)
        if isinstance(shelf.engine, Sqlite):
            sessions = shelf.engine.address(shelf.empty(), "volatile")
            shutil.copyfile(sessions, shelf.engine.address(machine.name, "volatile"))
        yield machine


@pytest.fixture
def bare_machine(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> Iterator[Clone]:
    """A place with nothing at all."""
    with django_db_blocker.unblock():
        yield Clone(shelf)


@pytest.fixture
def other_keys(tmp_path: Path) -> Iterator[Path]:
    """A key folder, empty at first; the platform's own keys are forgotten for the length of the test."""
    folder = tmp_path / "keys"
    folder.mkdir()
    caches = (keys.key, keys.trail_signer, sealing._mac_key, vault._unwrap)
    for cache in caches:
        cache.cache_clear()
    with override_settings(KEYS_DIR=folder):
        yield folder
    for cache in caches:
        cache.cache_clear()
