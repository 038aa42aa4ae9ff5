"""The books that rows begin with, made by the acts of the product, and going back to them between repetitions."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench.measure import at_least

ANY = "measurements look at everything"
BOOKS = ("classes", "country")
READY = ("012", "015")  # institutions, not in the demonstration, whose class waits for its certificates


def make(books: str, scale: float) -> None:
    """Fill the folder that the environment names.

    classes     two classes of thirty, of different institutions: results confirmed, no certificate yet
    country     the demonstration country and these two
    """
    from gongxue.commands.setup import setup_django
    from gongxue.foundation.keys import create_keys

    create_keys(Path(os.environ["GONGXUE_VAR"]) / "keys")
    setup_django()
    from django.db import connection

    from gongxue.foundation import clock
    from gongxue.foundation.databases import migrate, optimise
    from gongxue.foundation.jobs.models import Job
    from gongxue.foundation.pages.static_files import collect
    from gongxue.rehearsal.country import build
    from gongxue.rehearsal.plans import PLANS, Plan

    migrate()
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA synchronous=OFF"
        )  # only while the books are made, not while anything is measured
    seats = at_least(30 * scale, 4)
    ready = [Plan(code, "3", "01", -62, seats, "issue") for code in READY]
    others = PLANS[: at_least(len(PLANS) * scale)] if books == "country" else ()
    build(clock.now(), plans=[*others, *ready])
    Job.objects.all().delete()  # documents that nobody here asks for; a row runs its own jobs
    optimise()
    collect()


class Kept:
    """The books as they are now; `again()` goes back to them, so that every repetition begins alike."""

    def __init__(self) -> None:
        from django.conf import settings

        self._books = Path(settings.DATABASES["default"]["NAME"])
        self._copy = self._books.with_name("kept.sqlite3")
        self._close()
        shutil.copyfile(self._books, self._copy)

    def again(self) -> None:
        """Throw away what has been written since."""
        self._close()
        shutil.copyfile(self._copy, self._books)

    def _close(self) -> None:
        """The last connection that closes writes the log into the file."""
        from django.db import connections

        connections.close_all()
        assert not self._books.with_name(f"{self._books.name}-wal").exists(), "somebody has the books open"
