"""Taking a backup: database first, files second, so that every file the database names is already there.

The keys are not in it. They are kept apart by other people; without them a backup cannot be opened.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from gongxue.foundation.backup import engines
from gongxue.foundation.backup.archive import BadBackup, Writer
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import path_of
from gongxue.foundation.keys import RANDOM_KEYS, key
from gongxue.foundation.trail.models import Checkpoint
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.verification import verify
from gongxue.regulations.calendar import SHANGHAI


class BackupFailed(Exception):
    """No backup was written; the message says why."""


@dataclass(slots=True)
class Taken:
    """A finished backup. `damaged`: stored files that were missing or altered on disk and are not in it."""

    path: Path
    manifest: dict[str, Any]
    damaged: list[str] = field(default_factory=list)


def take(folder: Path, now: datetime) -> Taken:
    """Write `gongxue-<time>.tar` into a folder, whole or not at all; writers go on meanwhile.

    BackupFailed when the database or its trail is damaged, or the program of the engine is missing. KeysMissing
    without keys: an unsigned backup could not be told from a forged one.
    """
    seal(now)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"gongxue-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"
    with tempfile.TemporaryDirectory(prefix=".gongxue-", dir=folder) as scratch:
        part = Path(scratch) / "backup.tar"
        try:
            taken = _write(part, Path(scratch), now)
        except (engines.EngineFailed, BadBackup) as error:
            raise BackupFailed(str(error)) from error
        part.replace(target)
    _sync(folder)
    taken.path = target
    return taken


def _write(part: Path, scratch: Path, now: datetime) -> Taken:
    with engines.copy_out(scratch) as (database, alias):
        manifest = {
            "taken_at": now.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "engine": engines.vendor(),
            **_facts(alias),
        }
        files = list(_files(alias))
    with part.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        writer = Writer(file)
        writer.add_file(engines.member_name(), database)
        manifest["damaged"] = [digest for digest, size in files if not _add(writer, digest, size)]
        writer.finish(manifest)
        file.flush()
        os.fsync(file.fileno())
    return Taken(part, {**manifest, "members": writer.members}, manifest["damaged"])


def _facts(alias: str) -> dict[str, Any]:
    """What the copy contains, once it has been found whole; BackupFailed otherwise."""
    wrong = engines.damages(alias)
    report = verify(using=alias)
    wrong += [str(finding) for finding in report.findings]
    if wrong:
        raise BackupFailed("；".join(wrong[:5]))
    last = Checkpoint.objects.using(alias).order_by("-size").first()
    recorder = MigrationRecorder(connections[alias])
    return {
        "rows": engines.row_counts(alias),
        "sealed": report.sealed,
        "checkpoint": last.note if last else "",
        "migrations": sorted(f"{app}.{name}" for app, name in recorder.applied_migrations()),
        "keys": {name: key_check(name) for name in RANDOM_KEYS},
    }


def key_check(name: str) -> str:
    """Tells whether a key is the right one without telling anything about it: keys are 32 random bytes."""
    return hashlib.sha256(b"gongxue key check " + name.encode() + b"\0" + key(name)).hexdigest()[:16]


def _files(alias: str) -> Iterator[tuple[str, int]]:
    rows = StoredFile.objects.using(alias).order_by("digest").values_list("digest", "size").distinct()
    yield from rows.iterator(chunk_size=2000)


def _add(writer: Writer, digest: str, size: int) -> bool:
    """Add a stored file; False when it is missing or not what was stored."""
    path = path_of(digest)
    if not path.is_file() or path.stat().st_size != size or _digest(path) != digest:
        return False
    writer.add_file(f"files/{digest[:2]}/{digest[2:4]}/{digest}", path)
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
