"""The store: `store/ab/cd/<sha256>`, immutable, durable before any row names it.

Order of a write: temporary file → fsync → rename → fsync of the folder → row. Documents with personal data are
sealed with a key derived from the master key for each file.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import Account
from gongxue.foundation.keys import key

CHUNK = 1024 * 1024


class StoreFull(Exception):
    """The store has reached its quota or the disk is full: nothing was kept."""


class FileDamaged(Exception):
    """The bytes on disk are not the bytes that were stored."""


def path_of(digest: str) -> Path:
    """Where the bytes of a digest lie."""
    return Path(settings.STORE_DIR) / digest[:2] / digest[2:4] / digest


def put(
    chunks: Iterable[bytes],
    *,
    name: str,
    media_type: str,
    now: datetime,
    by: Account | None = None,
    sealed: bool = False,
) -> StoredFile:
    """Store bytes and return the saved row. `sealed` files are encrypted as a whole (documents, not videos)."""
    row = StoredFile(media_type=media_type, name=clean_name(name), sealed=sealed, stored_by=by, stored_at=now)
    if sealed:
        chunks = [_seal(b"".join(chunks), str(row.uid))]
    row.digest, row.size = _write(chunks)
    row.save()
    return row


def adopt(
    part: Path, digest: str, *, size: int, name: str, media_type: str, now: datetime, by: Account
) -> StoredFile:
    """Store a file that lies whole and synced in the store's own folder, under the SHA-256 that was computed of it.

    The bytes are linked, not copied; `part` stays until the caller removes it after the commit. A part that is gone
    because an earlier try got that far is no harm. StoreFull when the disk takes no more names.
    """
    target = path_of(digest)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        if not target.exists():
            with suppress(FileExistsError):  # somebody stores the same bytes at this moment
                os.link(part, target)
            _sync_folder(target.parent)
    except OSError as error:
        raise StoreFull("文件没有存下：磁盘空间不足或不可写。") from error
    row = StoredFile(
        digest=digest, size=size, media_type=media_type, name=clean_name(name), stored_by=by, stored_at=now
    )
    row.save()
    return row


def _write(chunks: Iterable[bytes]) -> tuple[str, int]:
    folder = Path(settings.STORE_DIR) / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    temporary = folder / secrets.token_hex(16)
    digest, size = hashlib.sha256(), 0
    try:
        with temporary.open("xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = path_of(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreFull("文件没有存下：磁盘空间不足或不可写。") from error
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_key(uid: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"file.{uid}".encode()).derive(key("master.key"))


def _seal(data: bytes, uid: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_file_key(uid)).encrypt(nonce, data, uid.encode())


def read(row: StoredFile) -> bytes:
    """The bytes of a file, verified. FileDamaged when they are not what was stored."""
    data = path_of(row.digest).read_bytes()
    if hashlib.sha256(data).hexdigest() != row.digest:
        raise FileDamaged(row.digest)
    if not row.sealed:
        return data
    return AESGCM(_file_key(str(row.uid))).decrypt(data[:12], data[12:], str(row.uid).encode())


def stream(row: StoredFile) -> Iterator[bytes]:
    """The bytes of an unsealed file in chunks."""
    with path_of(row.digest).open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def clean_name(name: str) -> str:
    """The last path component without control characters, at most 160 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(ch for ch in last if ch.isprintable()).strip(". ")
    return kept[-160:] or "未命名"
