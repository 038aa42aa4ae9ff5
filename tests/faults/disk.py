"""A disk that remembers: every write and every sync of the books in order, so that the power can be cut anywhere.

SQLite is asked to open its files through a layer of ours (a VFS), which notes what is written and when it is synced and
then does it. Nothing but the SQLite library of this process is needed. What survives a cut is what had been synced, and
of the rest nothing or any part.
"""

from __future__ import annotations

import ctypes
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, string_at
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OK = 0


class _Methods(Structure):
    """sqlite3_io_methods: what can be done with an open file. Those that we watch have their types."""


_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_Methods._fields_ = [
    ("version", c_int), ("close", c_void_p), ("read", c_void_p), ("write", _Write), ("truncate", _Truncate), ("sync", _Sync),
    *((f"more{i}", c_void_p) for i in range(13)),
]  # fmt: skip


class _File(Structure):
    _fields_ = [("methods", POINTER(_Methods))]


class _Vfs(Structure):
    """sqlite3_vfs: how files are opened."""


# The path stays a pointer: SQLite keeps it as long as the file is open, a copy in Python would be gone by then.
_Open = CFUNCTYPE(c_int, POINTER(_Vfs), c_void_p, POINTER(_File), c_int, POINTER(c_int))
_Vfs._fields_ = [
    ("version", c_int), ("size", c_int), ("longest", c_int), ("next", c_void_p), ("name", c_char_p), ("data", c_void_p),
    ("open", _Open), *((f"more{i}", c_void_p) for i in range(15)),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: a write, a cut to a length, a sync; or that somebody was told that it is done."""

    kind: str
    file: str = ""
    at: int = 0
    data: bytes = b""
    told: Any = None


@dataclass
class Record:
    """Everything in order, from a state of the files that is surely on the disk."""

    begin: dict[str, bytes]
    steps: list[Step] = field(default_factory=list)

    def told(self, what: Any) -> None:
        """Somebody has been told that this is done."""
        self.steps.append(Step("told", told=what))

    def promised(self, cut: int) -> list[Any]:
        """What had been told before a cut."""
        return [step.told for step in self.steps[:cut] if step.kind == "told"]

    def image(self, cut: int, dice: random.Random | None = None) -> dict[str, bytes]:
        """The files after a cut: what was synced, and of the rest nothing, or with dice a random half."""
        synced = {step.file: i for i, step in enumerate(self.steps[:cut]) if step.kind == "sync"}
        files = {name: bytearray(data) for name, data in self.begin.items()}
        for i, step in enumerate(self.steps[:cut]):
            if step.kind in ("write", "cut") and (
                i < synced.get(step.file, -1) or (dice is not None and dice.random() < 0.5)
            ):
                _apply(files.setdefault(step.file, bytearray()), step)
        return {name: bytes(data) for name, data in files.items()}


def _apply(data: bytearray, step: Step) -> None:
    if step.kind == "cut":
        del data[step.at :]
        return
    if len(data) < step.at:
        data.extend(bytes(step.at - len(data)))
    data[step.at : step.at + len(step.data)] = step.data


_kept: list[Any] = []  # SQLite keeps pointers to these as long as the process lives


def _library() -> ctypes.CDLL:
    """The SQLite library that Python itself uses, already loaded."""
    sqlite3.connect(":memory:").close()
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    found = {line.split()[-1] for line in maps.splitlines() if "libsqlite3" in line}
    return ctypes.CDLL(found.pop() if found else None)


@contextmanager
def recorded(books: Path) -> Iterator[Record]:
    """Watch the files of the books (the database and what SQLite puts beside it) until the block ends.

    Connections must be opened inside; they should be closed when the block ends.
    """
    library = _library()
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    library.sqlite3_vfs_register.argtypes = [POINTER(_Vfs), c_int]
    usual = library.sqlite3_vfs_find(None)
    record = Record({path.name: path.read_bytes() for path in books.parent.glob(f"{books.name}*")})
    watching = _watching(usual, books, record)
    assert library.sqlite3_vfs_register(watching, 1) == OK
    try:
        yield record
    finally:
        library.sqlite3_vfs_register(usual, 1)


def _watching(usual: Any, books: Path, record: Record) -> Any:
    """A copy of the usual way of opening, which puts our notes between SQLite and the files of the books."""
    vfs = _Vfs.from_buffer_copy(usual.contents)
    name = f"remembering-{len(_kept)}".encode()
    vfs.name, vfs.next = name, None
    open_usually = usual.contents.open

    def open_(given: Any, path: int | None, file: Any, flags: int, out: Any) -> int:
        code = int(open_usually(usual, path, file, flags, out))
        shown = Path(string_at(path).decode()) if path else None
        if code == OK and shown and shown.parent == books.parent and shown.name.startswith(books.name):
            file.contents.methods = _noting(file.contents.methods, shown.name, record)
        return code

    vfs.open = _Open(open_)
    _kept.append((vfs, name))
    return ctypes.pointer(vfs)


def _noting(usual: Any, name: str, record: Record) -> Any:
    methods = _Methods.from_buffer_copy(usual.contents)
    before = usual.contents

    def write(file: int, data: int, size: int, at: int) -> int:
        record.steps.append(Step("write", name, at, string_at(data, size)))
        return int(before.write(file, data, size, at))

    def truncate(file: int, size: int) -> int:
        record.steps.append(Step("cut", name, size))
        return int(before.truncate(file, size))

    def sync(file: int, flags: int) -> int:
        record.steps.append(Step("sync", name))  # noted before it is done: a cut in between counts it as done
        return int(before.sync(file, flags))

    methods.write, methods.truncate, methods.sync = _Write(write), _Truncate(truncate), _Sync(sync)
    _kept.append(methods)
    return ctypes.pointer(methods)
