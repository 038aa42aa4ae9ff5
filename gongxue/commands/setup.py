"""Starting Django for a command, and what keeps a command from its work."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
import django

_WHERE_TO = ("DATABASE_URL", "GONGXUE_VAR", "GONGXUE_KEYS", "GONGXUE_STORE")


class NotSetUp(Exception):
    """There is no database yet."""

    def __init__(self) -> None:
        super().__init__("数据库还没有建立：请先运行 gongxue serve。")


class Commands(click.Group):
    """A known obstacle is one line and exit code 1; what nobody expected keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):  # click's own ways to end
            raise
        except Exception as error:
            says = _obstacle(error)
            if says is None:
                raise
            click.echo(says, err=True)
            sys.exit(1)


def _obstacle(error: Exception) -> str | None:
    from django.db import OperationalError, ProgrammingError

    from gongxue.foundation.keys import KeysMissing
    from gongxue.foundation.options import OptionError

    if isinstance(error, (NotSetUp, KeysMissing, OptionError)):
        return str(error)
    if not isinstance(error, (OperationalError, ProgrammingError)):
        return None
    first = str(error).partition("\n")[0]
    if "no such table" in first or "does not exist" in first:  # as SQLite and PostgreSQL say it
        return str(NotSetUp())
    return f"数据库不可用：{first}" if isinstance(error, OperationalError) else None


def setup_django() -> None:
    """Load settings and models; called inside commands so that --help is instant."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongxue.foundation.settings")
    django.setup()
    # What the clock starts must be known wherever a worker may begin.
    from gongxue.commands import jobs as jobs


def setup_books() -> None:
    """Django on books that are there: looking for them must not leave an empty file behind."""
    setup_django()
    from django.db import connection

    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        raise NotSetUp


def create_folders() -> bool:
    """The folder of the data and the keys, each when it is missing; True when keys were made.

    Before Django is set up: every process reads the settings after that.
    """
    from gongxue.foundation import settings  # the plain module
    from gongxue.foundation.keys import create_keys

    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    return create_keys(settings.KEYS_DIR)


def day_given(text: str | None) -> date | None:
    """The day after `--date`, None without it; one line and exit code 2 when it is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        click.echo(f"日期“{text}”不是真实的日期（年-月-日）。", err=True)
        sys.exit(2)


@contextmanager
def scratch_database() -> Iterator[Path]:
    """A fresh database with keys of its own in a temporary folder; Django is set up on it."""
    with tempfile.TemporaryDirectory(prefix="gongxue-") as folder:
        for name in _WHERE_TO:  # every way to name the real one
            os.environ.pop(name, None)
            os.environ.pop(f"{name}_FILE", None)
        os.environ["GONGXUE_VAR"] = folder
        create_folders()
        setup_django()
        from django.db import connection

        from gongxue.foundation.databases import migrate

        migrate()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # thrown away afterwards: nothing to lose
        yield Path(folder)
        connection.close()
