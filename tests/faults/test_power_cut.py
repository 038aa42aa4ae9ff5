"""The power is cut anywhere: nothing that was acknowledged is lost, and the books are never malformed (row 2).

What had not been synced is gone, or a random half of it stands on the disk. SQLite only: PostgreSQL keeps this promise by
its own write-ahead log, with `synchronous_commit=on`. Controls: with less syncing the same test finds losses and damage.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, connections

from gongxue.certificates.actions import receive_stock
from tests.cast import FreshDatabase
from tests.faults.counts import short_and_full
from tests.faults.disk import Record, recorded

# Only in `make faults`: a mistake below SQLite would end the process, and all other tests with it.
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="reads what SQLite writes"),
]


@dataclass(frozen=True, slots=True)
class Count:
    """How much."""

    acts: int
    cuts: int


SHORT, FULL = Count(acts=120, cuts=15), Count(acts=600, cuts=1000)


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the cuts."""

    lost: int  # cuts after which something acknowledged was missing
    malformed: int
    torn: int  # an entry of the ledger without its entry in the trail, or the other way round


def written(fresh: FreshDatabase, acts: int, synchronous: str = "") -> Record:
    """Sheets are received one after the other; each is told when the act has returned."""
    officer = fresh.cast.xingtai.certificate_officer
    now = fresh.cast.xingtai.staff.account.created_at
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    with recorded(fresh.clone.file) as record:
        if synchronous:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA synchronous={synchronous}")
        for _ in range(acts):
            entry = receive_stock(quantity=1, by=officer, now=now)
            record.told(entry.pk)
        connections.close_all()
    return record


def after_cuts(record: Record, cuts: int, folder: Path) -> Found:
    """Cut at random moments, by both models; look at what is left."""
    dice = random.Random(cuts)
    moments = [dice.randrange(len(record.steps) // 10, len(record.steps)) for _ in range(cuts)]
    looks = [look(record, cut, half, folder) for cut in moments for half in (None, random.Random(cut))]
    return Found(*(sum(one[i] for one in looks) for i in range(3)))


def look(record: Record, cut: int, half: random.Random | None, folder: Path) -> tuple[bool, bool, bool]:
    """Lost, malformed, torn."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, data in record.image(cut, half).items():
        if not name.endswith("-shm"):  # memory that SQLite builds again from the log
            (folder / name).write_bytes(data)
    books = sqlite3.connect(folder / "gongxue.sqlite3")
    try:
        if books.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            return True, True, True
        there = {pk for (pk,) in books.execute("SELECT id FROM ledger_entry WHERE kind = 'received'")}
        events = books.execute("SELECT count(*) FROM trail_event WHERE code = 'certificates.receive'")
        return not set(record.promised(cut)) <= there, False, len(there) != events.fetchone()[0]
    except sqlite3.DatabaseError:
        return True, True, True
    finally:
        books.close()


@pytest.mark.parametrize("count", short_and_full(SHORT, FULL))
def test_what_was_acknowledged_survives_every_power_cut(
    fresh_database: FreshDatabase, tmp_path: Path, count: Count, measured: Callable[..., None]
) -> None:
    record = written(fresh_database, count.acts)
    assert sum(step.kind == "sync" for step in record.steps) > count.acts, "a sync for each act at least"
    assert {step.file for step in record.steps if step.kind == "write"} == {
        "gongxue.sqlite3", "gongxue.sqlite3-wal",
    }, "the log was written back into the database meanwhile"  # fmt: skip
    assert after_cuts(record, count.cuts, tmp_path / "disk") == Found(0, 0, 0)
    measured(cuts=2 * count.cuts, acknowledged=count.acts, lost=0, malformed=0)


def test_less_syncing_loses_what_was_acknowledged(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """The negative control: what many recipes recommend."""
    found = after_cuts(written(fresh_database, SHORT.acts, "NORMAL"), SHORT.cuts, tmp_path / "disk")
    assert found.lost > SHORT.cuts
    assert found.malformed == 0


def test_no_syncing_damages_the_books(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """The negative control of the other half."""
    found = after_cuts(written(fresh_database, SHORT.acts, "OFF"), SHORT.cuts, tmp_path / "disk")
    assert found.lost > SHORT.cuts
    assert found.malformed > 0
