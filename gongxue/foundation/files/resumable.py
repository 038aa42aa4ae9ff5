"""Uploads in pieces: begun, continued wherever they broke off, checked when whole, taken over by an act.

The truth about how much has come is the size of the part on the disk: a row of the books is written when an upload
begins, when it is whole and when it was checked, never for a piece. Each piece is synced before it is acknowledged.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.http import UnreadablePostError

from gongxue.foundation.files.inspection import kind_of, name_breaches
from gongxue.foundation.files.models import StoredFile, Upload
from gongxue.foundation.files.store import CHUNK, StoreFull, adopt, clean_name
from gongxue.foundation.files.uploads import MEGABYTE, SLOTS, Slot
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.regulations.breaches import Breach

KEPT = timedelta(hours=24)  # after the last piece, and after the check
PIECE = 16 * MEGABYTE  # the most that one request brings; ours sends 8 MiB
AT_ONCE = 20  # uploads that one person has under way
SPARE = 500 * MEGABYTE  # of the disk, which the books need
State = Upload.State
_WAITING = (State.RECEIVING, State.CHECKING, State.READY)


class Refused(Exception):
    """A piece was not taken; `status` is that of tus 1.0, the message is Chinese."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


def part_of(upload: Upload) -> Path:
    """Where the pieces lie: in the store's folder, so that the whole becomes a stored file without being copied."""
    return Path(settings.STORE_DIR) / "uploads" / upload.uid.hex


def quota() -> int:
    """Bytes that one person may have under way."""
    return int(settings.UPLOAD_QUOTA)


def begin(*, slot: Slot, name: str, size: int, mark: str, by: Role, now: datetime) -> Upload:
    """Announce a file. RuleBroken: not this kind, too large, too much at once, no room."""
    name = clean_name(name)
    refuse_if(name_breaches(name, slot.types) or _size_breaches(slot, name, size))
    with transaction.atomic():
        owner = Account.objects.select_for_update(no_key=True).get(pk=by.account_id)
        refuse_if(_room_breaches(owner, size))
        upload = Upload.objects.create(
            owner=owner, slot=slot.name, name=name, size=size, mark=mark[:120], begun_at=now
        )
        part = part_of(upload)
        try:
            part.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            part.touch(mode=0o640, exist_ok=False)
        except OSError as error:
            raise RuleBroken([_full_breach()]) from error
    _stamp(part, now)
    return upload


def _size_breaches(slot: Slot, name: str, size: int) -> list[Breach]:
    most = slot.most(kind_of(name))
    if size > most:
        says = f"“{name}”大小 {size / MEGABYTE:.1f} MB，超过 {most // MEGABYTE} MB。"
        return [Breach("upload.large", "TR 12.1", says, "请压缩或剪辑后再上传。")]
    if size < 1:
        return [Breach("upload.empty", "TR 12.1", f"“{name}”是空文件。", "请检查文件后重新选择。")]
    return []


def _room_breaches(owner: Account, size: int) -> list[Breach]:
    mine = Upload.objects.inside(owner=owner, state__in=_WAITING)
    held = mine.aggregate(total=Sum("size"))["total"] or 0
    if mine.count() >= AT_ONCE or held + size > quota():
        says = f"您有太多未提交的上传（每人最多 {AT_ONCE} 个、合计 {quota() // MEGABYTE} MB）。"
        return [Breach("upload.quota", "MG 25", says, "请先提交或取消已上传的文件。")]
    stored = StoredFile.objects.aggregate(total=Sum("size"))["total"] or 0
    coming = Upload.objects.unscoped("room for all").filter(state__in=_WAITING).aggregate(total=Sum("size"))
    free = _free()
    if stored + (coming["total"] or 0) + size > settings.STORE_QUOTA or free < size + SPARE:
        return [_full_breach()]
    return []


def _free() -> int:
    folder = Path(settings.STORE_DIR)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _full_breach() -> Breach:
    return Breach("upload.full", "MG 25", "平台存储空间不足，文件没有保存。", "请联系部指导中心，稍后再传。")


def offset_of(upload: Upload) -> int | None:
    """How many bytes have come; None when they are gone."""
    try:
        return part_of(upload).stat().st_size
    except FileNotFoundError:
        return None


def expires_at(upload: Upload) -> datetime:
    """When what lies there will be removed: a day after the last piece, or after the check."""
    if upload.checked_at is not None:
        return upload.checked_at + KEPT
    try:
        last = part_of(upload).stat().st_mtime
    except FileNotFoundError:
        return upload.begun_at
    return datetime.fromtimestamp(last, UTC) + KEPT


def _stamp(part: Path, now: datetime) -> None:
    """The time of the last piece is the platform's, as every other time."""
    os.utime(part, (now.timestamp(), now.timestamp()))


@contextmanager
def _alone(upload: Upload) -> Iterator[IO[bytes]]:
    """The part, open, for one request at a time in all processes; the lock goes with the process that holds it."""
    try:
        part = part_of(upload).open("r+b", buffering=0)
    except FileNotFoundError:
        raise Refused(410, "上传已过期，请重新选择文件。") from None
    with part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(423, "同一文件正在另一处上传。") from None
        if os.fstat(part.fileno()).st_nlink == 0:  # removed between opening and locking
            raise Refused(410, "上传已过期，请重新选择文件。")
        yield part


def append(
    upload: Upload, offset: int, body: BinaryIO, length: int, now: datetime, checksum: str = ""
) -> int:
    """Take the piece that begins at `offset`; returns how many bytes there are now.

    A piece that breaks off is kept as far as it came, unless `checksum` ("sha256 " and base64) says what it should
    have been. Refused: 409 another offset, 410 gone, 413 more than announced, 423 somebody else is at it, 460 not
    what the checksum says, 507 the disk is full (nothing of the piece is kept, the upload can go on).
    """
    if expires_at(upload) < now:
        raise Refused(410, "上传已过期，请重新选择文件。")
    with _alone(upload) as part:
        there = part.seek(0, os.SEEK_END)
        if offset != there:
            raise Refused(409, "上传位置不一致，请从平台已收到的位置继续。")
        if there + length > upload.size:
            raise Refused(413, "内容超过文件大小。")
        came = _take(part, there, body, length, checksum)
        _stamp(part_of(upload), now)
        if there + came == upload.size:
            arrived(upload, now)
        return there + came


def _take(part: IO[bytes], there: int, body: BinaryIO, length: int, checksum: str) -> int:
    """Write a piece behind what is there and sync it; returns its bytes."""
    digest, came = hashlib.sha256(), 0
    try:
        while came < length and (chunk := _read(body, min(CHUNK, length - came))):
            came += _write_all(part, chunk)
            if checksum:
                digest.update(chunk)
        if checksum and not _agrees(checksum, digest.digest()):
            part.truncate(there)
            raise Refused(460, "传来的内容与校验值不符，请重传这一段。")
        os.fdatasync(part.fileno())
    except OSError as error:
        part.truncate(there)
        raise Refused(507, "平台存储空间不足，这一段没有保存，可稍后继续。") from error
    return came


def _read(body: BinaryIO, size: int) -> bytes:
    try:
        return body.read(size)
    except UnreadablePostError:  # the line is gone: what came before is kept
        return b""


def _write_all(part: IO[bytes], chunk: bytes) -> int:
    rest = memoryview(chunk)
    while rest:
        rest = rest[part.write(rest) :]
    return len(chunk)


def _agrees(checksum: str, digest: bytes) -> bool:
    kind, _, value = checksum.partition(" ")
    return kind == "sha256" and value == base64.b64encode(digest).decode()


def arrived(upload: Upload, now: datetime) -> None:
    """All is there: a job looks at it. Saying so twice does nothing."""
    from gongxue.foundation.files.tasks import check_upload

    with transaction.atomic():
        rows = Upload.objects.unscoped("the one at hand").filter(pk=upload.pk, state=State.RECEIVING)
        if rows.update(state=State.CHECKING, arrived_at=now):
            job = check_upload.enqueue(upload.pk)
            Upload.objects.unscoped("the one at hand").filter(pk=upload.pk).update(job_id=int(job.id))


def drop(upload: Upload) -> None:
    """Give up an upload: its bytes and its row. Refused: 409 once an act has taken it, 423 while a piece comes in."""
    if upload.state == State.USED:
        raise Refused(409, "文件已经提交，不能取消。")
    if part_of(upload).exists():
        with _alone(upload):
            part_of(upload).unlink(missing_ok=True)
    Upload.objects.unscoped("the one at hand").filter(pk=upload.pk).exclude(state=State.USED).delete()


def claim(*, uids: Collection[str], slot: Slot, by: Role, now: datetime) -> list[tuple[StoredFile, Upload]]:
    """Inside an act: one's own checked uploads become stored files, in the order named.

    RuleBroken when one of them is not one's own, not checked yet or refused.
    """
    wanted = list(dict.fromkeys(uids))
    rows = Upload.objects.inside(owner=by.account, slot=slot.name, uid__in=[u for u in wanted if _is_uid(u)])
    found = {row.uid.hex: row for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk")}
    keys = [uid.replace("-", "") for uid in wanted]
    refuse_if([b for key in keys for b in _claim_breaches(found.get(key))])
    return [(_into_store(found[key], by, now), found[key]) for key in keys]


def _is_uid(text: str) -> bool:
    plain = text.replace("-", "")
    return len(plain) == 32 and all(ch in "0123456789abcdef" for ch in plain)


def _claim_breaches(upload: Upload | None) -> list[Breach]:
    if upload is None or upload.state == State.USED:
        return [
            Breach("upload.gone", "TR 12.1", "上传的文件已过期或已提交过。", "请重新选择文件上传后再提交。")
        ]
    if upload.state == State.REFUSED:
        return [Breach("upload.type", "MG 25.4", f"“{upload}”{upload.problem}", "请移除后重新选择文件。")]
    if upload.state != State.READY:
        says = f"“{upload}”还没有收齐或检查完。"
        return [Breach("upload.unready", "TR 12.1", says, "请等待进度条走完后再提交。")]
    return []


def _into_store(upload: Upload, by: Role, now: datetime) -> StoredFile:
    part = part_of(upload)
    try:
        row = adopt(
            part, upload.digest, size=upload.size, name=upload.name, media_type=upload.media_type, now=now,
            by=by.account,
        )  # fmt: skip
    except StoreFull as full:
        raise RuleBroken([_full_breach()]) from full
    upload.state, upload.file = State.USED, row
    upload.save(update_fields=["state", "file"])
    transaction.on_commit(lambda: part.unlink(missing_ok=True))
    return row


def own_uploads(role: Role, slot: Slot) -> list[Upload]:
    """What somebody has under way in a slot, oldest first: to be gone on with, also on another device."""
    return list(Upload.objects.scope(role).filter(slot=slot.name, state__in=_WAITING).order_by("pk"))


def slot_named(name: str) -> Slot | None:
    """The slot of the door under a name."""
    return SLOTS.get(name)
