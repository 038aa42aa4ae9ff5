"""What happens to uploads outside the requests: hashing and inspection once they are whole, removal when forgotten."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from gongxue.foundation.files.inspection import Found, inspect_stream
from gongxue.foundation.files.models import Upload
from gongxue.foundation.files.resumable import (
    KEPT,
    Refused,
    State,
    arrived,
    drop,
    expires_at,
    offset_of,
    part_of,
    slot_named,
)
from gongxue.foundation.files.store import CHUNK
from gongxue.foundation.jobs.backend import advance
from gongxue.foundation.jobs.models import Job

_SAY_EVERY = 64 * CHUNK
_ALL = "the platform looks after all uploads"


def check(pk: int, now: datetime) -> str:
    """SHA-256 of a whole upload and a look inside it; returns its state. Run twice, it has one effect."""
    upload = Upload.objects.unscoped(_ALL).filter(pk=pk).first()
    if upload is None or upload.state != State.CHECKING:
        return upload.state if upload else ""
    slot = slot_named(upload.slot)
    try:
        with part_of(upload).open("rb") as part:
            digest = _digest(part, upload.size)
            found = inspect_stream(part, upload.name, slot.types if slot else ())
    except FileNotFoundError:
        return _conclude(upload, now, state=State.REFUSED, problem="文件已丢失，请重新上传。")
    if found.breaches:
        part_of(upload).unlink(missing_ok=True)
        return _conclude(upload, now, state=State.REFUSED, problem=_words(found))
    return _conclude(
        upload, now, state=State.READY, digest=digest, media_type=found.media_type, facts=found.facts
    )


def _digest(part: BinaryIO, size: int) -> str:
    digest, done = hashlib.sha256(), 0
    while chunk := part.read(CHUNK):
        digest.update(chunk)
        done += len(chunk)
        if done % _SAY_EVERY == 0:
            advance(done // CHUNK, -(-size // CHUNK))
    return digest.hexdigest()


def _words(found: Found) -> str:
    return "".join(f"{breach.says}{breach.way_out}" for breach in found.breaches)[:300]


def _conclude(upload: Upload, now: datetime, **fields: object) -> str:
    rows = Upload.objects.unscoped(_ALL).filter(pk=upload.pk, state=State.CHECKING)
    rows.update(checked_at=now, **fields)
    return str(fields["state"])


def forget_old(now: datetime) -> dict[str, int]:
    """Remove what nobody goes on with for a day, and parts without a row; help along what was left behind.

    An upload whose last piece came just before a crash is whole without anybody having said so: its check begins now.
    """
    done = {"removed": 0, "resumed": 0, "orphans": _remove_orphans(now)}
    for upload in Upload.objects.unscoped(_ALL).order_by("pk").iterator():
        if _is_stuck(upload):
            arrived(upload, now)
            done["resumed"] += 1
        elif _is_lost(upload):
            _conclude(upload, now, state=State.REFUSED, problem="检查没有完成，请重新上传。")
        elif upload.state != State.CHECKING and expires_at(upload) < now:
            done["removed"] += _remove(upload)
    return done


def _is_stuck(upload: Upload) -> bool:
    return upload.state == State.RECEIVING and offset_of(upload) == upload.size


def _is_lost(upload: Upload) -> bool:
    """Whether the job that looks at it was given up."""
    if upload.state != State.CHECKING:
        return False
    return upload.job is None or upload.job.state == Job.State.FAILED


def _remove(upload: Upload) -> int:
    if upload.state == State.USED:
        part_of(upload).unlink(missing_ok=True)
        return int(Upload.objects.unscoped(_ALL).filter(pk=upload.pk).delete()[0])
    try:
        drop(upload)
    except Refused:  # a piece is coming in at this moment
        return 0
    return 1


def _remove_orphans(now: datetime) -> int:
    """Parts whose row was never committed."""
    folder = Path(settings.STORE_DIR) / "uploads"
    known = {uid.hex for uid in Upload.objects.unscoped(_ALL).values_list("uid", flat=True)}
    oldest = now - KEPT
    removed = 0
    for part in folder.iterdir() if folder.is_dir() else ():
        if part.name not in known and datetime.fromtimestamp(part.stat().st_mtime, UTC) < oldest:
            part.unlink(missing_ok=True)
            removed += 1
    return removed
