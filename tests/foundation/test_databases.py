"""A new database is made straight from the models; an old one goes through the migrations. Both end alike."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from gongxue.foundation.databases import migrate, migrations_pending
from tests.prepared import ALIASES, Shelf, Sqlite


def _schema(path: Path) -> dict[tuple[str, str], Any]:
    """Tables with their columns, foreign keys and named constraints; indexes and triggers by their words."""
    found: dict[tuple[str, str], Any] = {}
    with sqlite3.connect(path) as db:
        for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
            found[kind, name] = sql
            if kind == "table":  # columns that came later stand at the end
                columns = sorted(row[1:4] for row in db.execute(f'PRAGMA table_info("{name}")'))
                keys = sorted(row[2:7] for row in db.execute(f'PRAGMA foreign_key_list("{name}")'))
                found[kind, name] = (
                    columns,
                    keys,
                    sorted(re.findall(r'CONSTRAINT "\w+" (?:CHECK|UNIQUE)[^"]*', sql)),
                )
    return found


def _applied(path: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(path) as db:
        return set(db.execute("SELECT app, name FROM django_migrations"))


def test_a_new_database_is_what_the_migrations_lead_to(
    shelf: Shelf, django_db_blocker: DjangoDbBlocker
) -> None:
    engine = Sqlite(shelf.engine.folder) if isinstance(shelf.engine, Sqlite) else None
    assert engine is not None, "compared on SQLite"
    with django_db_blocker.unblock():
        new, old = shelf.clone(""), shelf.clone("")
        try:
            shelf.point_to(new)
            migrate()
            assert not migrations_pending()
            shelf.leave()
            shelf.point_to(old)
            call_command("migrate", database="default", verbosity=0, interactive=False)
            migrate()  # the volatile one has few
            shelf.leave()
            for alias in ALIASES:
                paths = engine.address(new, alias), engine.address(old, alias)
                made, led_to = map(_schema, paths)
                assert made == led_to, alias
                assert _applied(paths[0]) == _applied(paths[1])
        finally:
            shelf.leave()
            engine.drop(new)
            engine.drop(old)
