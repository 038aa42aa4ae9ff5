"""The backup file: a plain tar in which every byte counts.

    database.sqlite3.gz | database.dump     the books
    files/ab/cd/<sha256>                    the file store
    manifest.json                           what is in it: row counts, SHA-256 and size of every member
    manifest.note                           the signed digest of the manifest

Any tar can read it. Our reader is stricter: headers, padding and end must be exactly as our writer makes them, so
that one flipped byte anywhere is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from gongxue.foundation.trail.checkpoints import BadNote, open_note, sign_note

FORMAT = "gongxue-backup-1"
MANIFEST, NOTE = "manifest.json", "manifest.note"
CHUNK = 1024 * 1024
_BLOCK = 512
_END = bytes(2 * _BLOCK)


class BadBackup(Exception):
    """The file is not a backup as it was written; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file in the archive: where its bytes begin and how many there are."""

    name: str
    offset: int
    size: int


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o400
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


class Writer:
    """Writes members one after the other and remembers their digests."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, size: int, chunks: Iterable[bytes]) -> None:
        """Write a member of a known size; BadBackup when the chunks turn out longer or shorter."""
        self.file.write(_header(name, size))
        digest, written = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            written += len(chunk)
            self.file.write(chunk)
        if written != size:
            raise BadBackup(f"{name} 在备份过程中大小有变。")
        self.file.write(_padding(size))
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def add_file(self, name: str, path: Path) -> None:
        """Write a file from disk."""
        with path.open("rb") as source:
            self.add(name, os.fstat(source.fileno()).st_size, chunks_of(source))

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest with the digests of everything before it, its signature, and the end."""
        whole = {"format": FORMAT, **manifest, "members": dict(self.members)}
        data = json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=1).encode()
        note = sign_note(_note_text(data)).encode()
        self.add(MANIFEST, len(data), [data])
        self.add(NOTE, len(note), [note])
        self.file.write(_END)


def _note_text(manifest: bytes) -> str:
    return f"{FORMAT}\nsha256 {hashlib.sha256(manifest).hexdigest()}\n"


def chunks_of(source: IO[bytes], size: int | None = None) -> Iterator[bytes]:
    """The bytes of an open file in chunks, up to `size` of them."""
    while size is None or size > 0:
        chunk = source.read(CHUNK if size is None else min(CHUNK, size))
        if not chunk:
            return
        size = None if size is None else size - len(chunk)
        yield chunk


def members_of(file: IO[bytes]) -> Iterator[Member]:
    """Every member, from the headers; BadBackup for a byte that our writer would not have written."""
    while True:
        header = file.read(_BLOCK)
        if header == _END[:_BLOCK]:
            if file.read(_BLOCK + 1) != _END[:_BLOCK]:
                raise BadBackup("文件末尾不完整，或其后还有内容。")
            return
        member = _member(header, file.tell())
        yield member
        file.seek(member.offset + member.size)
        padding = _padding(member.size)
        if file.read(len(padding)) != padding:
            raise BadBackup(f"{member.name} 之后的填充字节不对。")


def _member(header: bytes, offset: int) -> Member:
    try:
        info = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
        written = _header(info.name, info.size)
    except (tarfile.HeaderError, UnicodeError, ValueError):
        raise BadBackup("文件头损坏，或文件不完整。") from None
    if written != header:
        raise BadBackup(f"{info.name} 的文件头被改动。")
    return Member(info.name, offset, info.size)


def read_manifest(file: IO[bytes]) -> tuple[dict[str, Any], dict[str, Member]]:
    """The manifest and where every member is; only the manifest's own signature has been checked.

    BadBackup when the file is no backup of ours, was cut or altered, or was signed with another key.
    """
    file.seek(0)
    members = {member.name: member for member in members_of(file)}
    if not {MANIFEST, NOTE} <= members.keys():
        raise BadBackup("缺少备份清单。")
    data, note = (_bytes_of(file, members[name]) for name in (MANIFEST, NOTE))
    try:
        signed = open_note(note.decode())
    except (BadNote, UnicodeError) as error:
        raise BadBackup(f"备份清单的签名不成立：{error}") from None
    if signed != _note_text(data):
        raise BadBackup("备份清单与其签名不符。")
    manifest: dict[str, Any] = json.loads(data)
    listed = {name: entry["size"] for name, entry in manifest["members"].items()}
    found = {name: member.size for name, member in members.items() if name not in (MANIFEST, NOTE)}
    if listed != found:
        raise BadBackup("备份内的文件与清单不符。")
    return manifest, members


def _bytes_of(file: IO[bytes], member: Member) -> bytes:
    file.seek(member.offset)
    data = file.read(member.size)
    if len(data) != member.size:
        raise BadBackup(f"{member.name} 不完整。")
    return data


def read_member(file: IO[bytes], member: Member, sha256: str) -> Iterator[bytes]:
    """The bytes of a member in chunks; BadBackup at the end when they are not what the manifest says."""
    file.seek(member.offset)
    digest = hashlib.sha256()
    for chunk in chunks_of(file, member.size):
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != sha256:
        raise BadBackup(f"{member.name} 的内容与清单中的 SHA-256 不符。")


def check(path: Path) -> dict[str, Any]:
    """Check every byte of a backup and return its manifest; BadBackup says what is wrong."""
    try:
        with path.open("rb") as file:
            manifest, members = read_manifest(file)
            for name, entry in manifest["members"].items():
                for _ in read_member(file, members[name], entry["sha256"]):
                    pass
    except OSError as error:
        raise BadBackup(f"读不出文件：{error.strerror}") from None
    return manifest
