"""Which databases there are, what lives where, and how they are prepared.

`default` holds the books. `volatile` holds sessions and throttles, so that a GET never takes the write lock of
the books: a second SQLite file, or a schema of its own on PostgreSQL.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.core.management import call_command
from django.db import connections, router
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from gongxue.foundation import options

VOLATILE_APPS = frozenset({"sessions", "access"})


def database_settings(var: Path) -> dict[str, Any]:
    """DATABASES for SQLite (default) or for `DATABASE_URL=postgresql://user:password@host:port/name`."""
    url = options.text("DATABASE_URL", "", "postgresql://… ; empty for SQLite under GONGXUE_VAR")
    if not url:
        return {
            "default": _sqlite(var / "gongxue.sqlite3", "FULL"),
            # Losing the last seconds of sessions in a power cut costs a sign-in, not a record.
            "volatile": _sqlite(var / "volatile.sqlite3", "NORMAL"),
        }
    return {"default": _postgresql(url, "public"), "volatile": _postgresql(url, "volatile")}


def _sqlite(path: Path, synchronous: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: NORMAL loses acknowledged writes in a power cut.
            "init_command": f"PRAGMA journal_mode=WAL;PRAGMA synchronous={synchronous};PRAGMA cache_size=-32000;",
        },
    }


def _postgresql(url: str, schema: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise options.OptionError("DATABASE_URL must begin with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # No request may hold a lock for long; long work runs in jobs.
        "OPTIONS": {"options": f"-c search_path={schema} -c statement_timeout=30000 -c lock_timeout=10000"},
    }


class VolatileRouter:
    """Sends sessions and throttles to `volatile`, everything else to `default`."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        """The database of a model."""
        return "volatile" if model._meta.app_label in VOLATILE_APPS else "default"  # type: ignore[attr-defined]

    db_for_write = db_for_read

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool | None:
        """Only inside one database."""
        return self.db_for_read(first) == self.db_for_read(
            second
        )  # rows, of which request.user is a lazy one

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Each table exists in one database only."""
        return (app_label in VOLATILE_APPS) == (db == "volatile")


def migrate(verbosity: int = 0) -> None:
    """Create or update all tables of both databases; triggers are reinstalled afterwards (see trail.triggers)."""
    if connections["volatile"].vendor == "postgresql":
        with connections["default"].cursor() as cursor:
            cursor.execute("CREATE SCHEMA IF NOT EXISTS volatile")
    for alias in ("default", "volatile"):
        if not connections[alias].introspection.table_names():
            _create(alias)
    call_command("migrate", database="default", verbosity=verbosity, interactive=False)
    for app in sorted(VOLATILE_APPS):  # the migrations of all the others would create nothing there
        call_command("migrate", app, database="volatile", verbosity=verbosity, interactive=False)


def migrations_pending() -> bool:
    """Whether a migration of ours is not applied yet; cheap, so that a start can ask."""
    return any(_pending(alias) for alias in ("default", "volatile"))


def _pending(alias: str) -> bool:
    return bool(_plan(alias))


def _plan(alias: str) -> list[tuple[Migration, bool]]:
    """The migrations that a database lacks, in order."""
    executor = MigrationExecutor(connections[alias])
    wanted = executor.loader.graph.leaf_nodes()
    if alias == "volatile":
        wanted = [node for node in wanted if node[0] in VOLATILE_APPS]
    plan: list[tuple[Migration, bool]] = executor.migration_plan(wanted)
    return plan


def _create(alias: str) -> None:
    """The tables of an empty database straight from the models, every migration noted as applied; all or nothing.

    Going through the migrations one by one takes forty times as long. So a migration may only change what is there:
    what a new database begins with is written by what fills it (parties.reference).
    """
    connection = connections[alias]
    recorder = MigrationRecorder(connection)
    noted = [recorder.Migration(app=one.app_label, name=one.name) for one, _ in _plan(alias)]
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if router.allow_migrate_model(alias, model) and model._meta.can_migrate(connection):
                editor.create_model(model)
        editor.create_model(recorder.Migration)
        recorder.migration_qs.bulk_create(noted)


def optimise() -> None:
    """Refresh the planner's statistics: after seeding, after migrating, daily."""
    for alias in ("default", "volatile"):
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002" if connections[alias].vendor == "sqlite" else "ANALYZE")
