"""Registers refuse UPDATE and DELETE by trigger, in both engines.

A register is a model with `REGISTER = True`. The triggers are reinstalled after every migration because SQLite
rebuilds tables and loses them; `missing_triggers` compares the list with the database.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections, models

_MESSAGE = "登记簿只能追加，不能修改或删除"


def registers() -> list[type[models.Model]]:
    """Every append-only model, by table name."""
    found = [m for m in apps.get_models() if m.__dict__.get("REGISTER")]
    return sorted(found, key=lambda m: m._meta.db_table)


def trigger_names() -> set[str]:
    """The triggers that must exist."""
    return {f"refuse_{act}_{m._meta.db_table}" for m in registers() for act in ("update", "delete")}


def install(using: str = "default") -> None:
    """Create every trigger again."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$"
                f" BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
        for model in registers():
            table = model._meta.db_table
            if table not in tables:
                continue
            for act in ("update", "delete"):
                for statement in _statements(connection.vendor, table, act):
                    cursor.execute(statement)


def _statements(vendor: str, table: str, act: str) -> tuple[str, ...]:
    name = f"refuse_{act}_{table}"
    if vendor == "postgresql":
        return (
            f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"',
            f'CREATE TRIGGER "{name}" BEFORE {act.upper()} ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse_change()',
        )
    return (
        f'DROP TRIGGER IF EXISTS "{name}"',
        f'CREATE TRIGGER "{name}" BEFORE {act.upper()} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
    )


def missing_triggers(using: str = "default") -> set[str]:
    """Triggers that should be in the database and are not."""
    connection = connections[using]
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return trigger_names() - present


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate: it fires when all migrations of the run are done."""
    if using == "default":
        install(using)
