"""Starting Django for a command."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django


def setup_django() -> None:
    """Load settings and models; called inside commands so that --help is instant."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongxue.foundation.settings")
    django.setup()
    # What the clock starts must be known wherever a worker may begin.
    from gongxue.commands import jobs as jobs


@contextmanager
def scratch_database() -> Iterator[Path]:
    """A fresh database with keys of its own in a temporary folder; Django is set up on it."""
    from gongxue.foundation.keys import create_keys

    with tempfile.TemporaryDirectory(prefix="gongxue-") as folder:
        for name in ("DATABASE_URL", "GONGXUE_KEYS", "GONGXUE_STORE"):
            os.environ.pop(name, None)
        os.environ["GONGXUE_VAR"] = folder
        create_keys(Path(folder) / "keys")
        setup_django()
        from django.db import connection

        from gongxue.foundation.databases import migrate

        migrate()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # thrown away afterwards: nothing to lose
        yield Path(folder)
        connection.close()
