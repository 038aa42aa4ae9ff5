"""Prepared databases: each is built once in a session, from the one before it, and only when a test asks for it.

    empty → reference data → people → one class, step by step → a second class beside it …

A test either works in a prepared database inside a transaction that is rolled back (`Books`), or in a clone that
is thrown away (`Clone`), because registers refuse DELETE and cannot be emptied. On SQLite a database is a folder
with two files, on PostgreSQL it is a database.
"""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections, transaction

ALIASES = ("default", "volatile")
FILE_COPY_SINCE = 150_000  # older servers know no other way


class Sqlite:
    """A database is `<folder>/<name>/gongxue.sqlite3` with `volatile.sqlite3` beside it."""

    every_step = True  # a copy costs milliseconds

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def address(self, name: str, alias: str) -> Any:
        """What stands under NAME in DATABASES."""
        return self.folder / name / ("gongxue.sqlite3" if alias == "default" else "volatile.sqlite3")

    def create(self, name: str) -> None:
        """A place for an empty database."""
        (self.folder / name).mkdir(parents=True)

    def copy(self, source: str, target: str) -> None:
        """Copy a database to which nobody is connected."""
        shutil.copytree(self.folder / source, self.folder / target, copy_function=shutil.copyfile)

    def drop(self, name: str) -> None:
        """Remove a database."""
        shutil.rmtree(self.folder / name)

    def environment(self, name: str) -> dict[str, str]:
        """What a process of its own needs in order to work in a database."""
        folder = self.folder / name
        return {"GONGXUE_VAR": str(folder), "GONGXUE_KEYS": str(settings.KEYS_DIR)}


class Postgresql:
    """A database is a database beside the one the runner made."""

    every_step = False  # a copy costs about 10 MB of memory

    def __init__(self, url: str) -> None:
        self.base = url.rsplit("/", 1)[1]
        self.server = url.rsplit("/", 1)[0]

    def address(self, name: str, alias: str) -> Any:
        """What stands under NAME in DATABASES."""
        return f"{self.base}_{name}"

    def _run(self, statement: str, *names: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as admin:
            identifiers = [sql.Identifier(self.address(name, "default")) for name in names]
            admin.execute(sql.SQL(statement).format(*identifiers))

    def create(self, name: str) -> None:
        """An empty database."""
        self._run("CREATE DATABASE {} TEMPLATE template0", name)

    def copy(self, source: str, target: str) -> None:
        """Copy a database to which nobody is connected: as files, four times as fast as through the log."""
        way = " STRATEGY FILE_COPY" if self._version() >= FILE_COPY_SINCE else ""
        self._run("CREATE DATABASE {} TEMPLATE {}" + way, target, source)

    @cache  # noqa: B019 — one engine lives as long as the session
    def _version(self) -> int:
        import psycopg

        with psycopg.connect(f"{self.server}/postgres") as admin:
            return admin.info.server_version

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def environment(self, name: str) -> dict[str, str]:
        """What a process of its own needs in order to work in a database."""
        return {
            "GONGXUE_VAR": str(settings.VAR_DIR),
            "GONGXUE_KEYS": str(settings.KEYS_DIR),
            "DATABASE_URL": f"{self.server}/{self.address(name, 'default')}",
        }


class Shelf:
    """The prepared databases of a session by name, and the state that belongs to each."""

    def __init__(self) -> None:
        url = os.environ.get("GONGXUE_TEST_DATABASE_URL")
        self.engine = Postgresql(url) if url else Sqlite(Path(settings.VAR_DIR) / "prepared")
        self.states: dict[str, Any] = {}
        self._pointed = ""
        self._clones = 0

    def point_to(self, name: str) -> None:
        """Let both connections of this thread, and every later one, go to a database."""
        if self._pointed == name:
            return
        connections.close_all()
        for alias in ALIASES:
            connections.settings[alias]["NAME"] = self.engine.address(name, alias)
        ContentType.objects.clear_cache()
        self._pointed = name

    def build(self, name: str, source: str, fill: Callable[[], Any]) -> Any:
        """Copy `source`, fill the copy, keep it under `name` with what `fill` returned. Once per session."""
        if name not in self.states:
            self.leave()
            self.engine.copy(source, name)
            self.point_to(name)
            try:
                self.states[name] = fill()
            except BaseException:
                self.leave()
                self.engine.drop(name)
                raise
            self.leave()
        return self.states[name]

    def keep(self, name: str, state: Any) -> None:
        """Keep a copy of the database at hand under another name (while it is being built)."""
        here = self._pointed
        self.leave()
        self.engine.copy(here, name)
        self.states[name] = state
        self.point_to(here)

    def leave(self) -> None:
        """Close the connections, so that the database at hand can be copied."""
        if any(connections[alias].in_atomic_block for alias in ALIASES):
            raise RuntimeError(
                "a prepared database cannot be built inside a transaction: call books.leave() first"
            )
        connections.close_all()
        self._pointed = ""

    def empty(self) -> str:
        """All tables, with triggers, without a row."""
        from gongxue.foundation.databases import migrate

        if "empty" not in self.states:
            self.leave()
            self.engine.create("empty")
            self.point_to("empty")
            migrate()
            self.states["empty"] = None
            self.leave()
        return "empty"

    def reference(self) -> str:
        """With the reference data every installation begins with."""
        from gongxue.parties.reference import load_reference
        from tests.people import BEGIN

        self.build("reference", self.empty(), lambda: load_reference(BEGIN))
        return "reference"

    def clone(self, source: str) -> str:
        """A copy (or an empty place) to be thrown away; its name."""
        self._clones += 1
        name = f"clone_{self._clones}"
        self.leave()
        if source:
            self.engine.copy(source, name)
        else:
            self.engine.create(name)
        return name


class Books:
    """Works in a prepared database inside a transaction that is rolled back at the end."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._open: list[transaction.Atomic] = []
        self._changes = 0

    def open(self, name: str) -> None:
        """Go over to a database."""
        if not self._open and connection.in_atomic_block:
            raise RuntimeError(
                "take the mark `django_db` away: `books`, `cast` and `class_at` open a database themselves"
            )
        self.leave()
        self.shelf.point_to(name)
        for alias in ALIASES:
            block = transaction.atomic(using=alias)
            block._from_testcase = True  # type: ignore[attr-defined]
            block.__enter__()
            self._open.append(block)
        self._changes = self._count()

    def _count(self) -> int:
        raw = connection.connection
        return getattr(raw, "total_changes", 0) if connection.vendor == "sqlite" else 0

    def check(self) -> None:
        """Constraints that the engine leaves to the end of the transaction."""
        if self._open and not connection.needs_rollback and connection.is_usable():
            connection.check_constraints()

    def leave(self) -> None:
        """Roll back in order to go elsewhere: refused when something has been written."""
        if self._open and self._count() != self._changes:
            raise RuntimeError("`cast` and `class_at` must come before anything is written")
        self.close()

    def close(self) -> None:
        """Roll back."""
        while self._open:
            block = self._open.pop()
            transaction.set_rollback(True, using=block.using)
            block.__exit__(None, None, None)


class Clone:
    """A database of one test's own: commits are real, threads and processes may use it. Without `source`: none yet."""

    def __init__(self, shelf: Shelf, source: str = "") -> None:
        self.shelf = shelf
        self.name = shelf.clone(source)
        self.store = Path(settings.VAR_DIR) / "stores" / self.name
        self._usual_store = settings.STORE_DIR

    def __enter__(self) -> Clone:
        """Go over to the clone, with an empty file store of its own."""
        self.shelf.point_to(self.name)
        settings.STORE_DIR = self.store  # not by override_settings: clones end in any order
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Throw it away."""
        settings.STORE_DIR = self._usual_store
        self.shelf.leave()
        self.shelf.engine.drop(self.name)
        shutil.rmtree(self.store, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a process of its own (`gongxue …`) that works in the same clone, store and keys."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("GONGXUE_")},
            **self.shelf.engine.environment(self.name),
            "GONGXUE_STORE": str(self.store),
        }

    @property
    def file(self) -> Path:
        """The SQLite file of the books."""
        return Path(self.shelf.engine.address(self.name, "default"))


def fresh(state: Any) -> Any:
    """A state that a test may change without the next one seeing it."""
    return copy.deepcopy(state)
