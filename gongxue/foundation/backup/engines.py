"""What differs between SQLite and PostgreSQL when the books are copied out and in."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connections, transaction

SNAPSHOT = "snapshot"  # the alias under which a copy is looked at
SQLITE_MEMBER, POSTGRESQL_MEMBER = "database.sqlite3.gz", "database.dump"


class EngineFailed(Exception):
    """The database, or the program that copies it, said no; the message says what."""


def vendor() -> str:
    """sqlite or postgresql."""
    return connections["default"].vendor


def member_name() -> str:
    """What the books are called in a backup."""
    return SQLITE_MEMBER if vendor() == "sqlite" else POSTGRESQL_MEMBER


@contextmanager
def alias_of(**changes: Any) -> Iterator[str]:
    """A further connection, like the default one but for `changes`, for as long as the block lasts."""
    connections.settings[SNAPSHOT] = {**connections.settings["default"], "CONN_MAX_AGE": 0, **changes}
    try:
        yield SNAPSHOT
    finally:
        connections[SNAPSHOT].close()
        del connections[SNAPSHOT]
        del connections.settings[SNAPSHOT]


@contextmanager
def sqlite_alias(path: Path) -> Iterator[str]:
    """A connection to a SQLite file that nobody else uses, whatever engine the books themselves are in."""
    with alias_of(ENGINE="django.db.backends.sqlite3", NAME=path, OPTIONS={}) as alias:
        yield alias


# Copying out --------------------------------------------------------------------------------------------------------


@contextmanager
def copy_out(folder: Path) -> Iterator[tuple[Path, str]]:
    """The books as they were at one moment while others go on writing: (file for the backup, alias to look at it).

    SQLite: through the backup interface, never by copying the file. PostgreSQL: pg_dump in an exported snapshot.
    """
    if vendor() == "sqlite":
        copy = folder / "database.sqlite3"
        _sqlite_copy(copy)
        packed = folder / SQLITE_MEMBER
        with sqlite_alias(copy) as alias:
            yield packed, alias
            connections[alias].close()
            _pack(copy, packed)
        return
    with _postgresql_snapshot() as (alias, snapshot):
        target = folder / POSTGRESQL_MEMBER
        _run(
            [
                "pg_dump",
                "--format=custom",
                "--exclude-schema=volatile",
                f"--snapshot={snapshot}",
                f"--file={target}",
            ]
        )
        yield target, alias


def _sqlite_copy(target: Path) -> None:
    address = Path(connections.settings["default"]["NAME"]).absolute().as_uri() + "?mode=rw"
    with closing(sqlite3.connect(address, uri=True)) as books, closing(sqlite3.connect(target)) as copy:
        books.backup(copy)  # in one step: a read transaction, which writers do not wait for
    target.chmod(0o600)


def _pack(source: Path, target: Path) -> None:
    with (
        source.open("rb") as plain,
        target.open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, 1024 * 1024)


@contextmanager
def _postgresql_snapshot() -> Iterator[tuple[str, str]]:
    from psycopg import IsolationLevel

    options = {
        **connections.settings["default"]["OPTIONS"],
        "isolation_level": IsolationLevel.REPEATABLE_READ,
        "options": "-c search_path=public -c statement_timeout=0",
    }
    with alias_of(OPTIONS=options) as alias, transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = str(cursor.fetchone()[0])
        yield alias, snapshot


def _run(command: list[str]) -> str:
    database = connections.settings["default"]
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment = {name: str(database[key]) for name, key in names.items() if database[key]}
    try:
        done = subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise EngineFailed(
            f"没有找到 {command[0]}：备份和恢复 PostgreSQL 需要它的客户端程序（Debian：apt-get install postgresql-client）。"
        ) from None
    if done.returncode:
        raise EngineFailed(f"{command[0]} 失败：{done.stderr.strip()[-500:]}")
    return done.stdout


# Looking ------------------------------------------------------------------------------------------------------------


def damages(alias: str) -> list[str]:
    """What the engine itself finds wrong with the books: structure and foreign keys."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check(20)")
            found = [f"数据库文件损坏：{row[0]}" for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            return found + [f"{row[0]} 第 {row[1]} 行指向不存在的 {row[2]}" for row in cursor.fetchmany(20)]
        cursor.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE NOT convalidated")
        return [f"{table} 的约束 {name} 没有生效" for table, name in cursor.fetchall()]


def row_counts(alias: str) -> dict[str, int]:
    """Every table and its number of rows."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table.startswith("sqlite_"):  # the engine's own: statistics come and go
                continue
            cursor.execute(f"SELECT COUNT(*) FROM {quote(table)}")  # noqa: S608 — names of our own tables
            counts[table] = int(cursor.fetchone()[0])
    return counts


# Copying in ---------------------------------------------------------------------------------------------------------


def occupied() -> str:
    """Why nothing can be restored here: what stands in the way; empty when nothing does."""
    if vendor() == "sqlite":
        books = Path(connections.settings["default"]["NAME"])
        leftovers = [books.with_name(books.name + end) for end in ("", "-wal", "-shm")]
        there = [path.name for path in leftovers if path.exists()]
        return f"{books.parent} 中已有 {'、'.join(there)}。" if there else ""
    tables = connections["default"].introspection.table_names()
    return f"数据库中已有 {len(tables)} 张表。" if tables else ""


def unpack(packed: Iterator[bytes], target: Path) -> None:
    """Write the SQLite file out of a backup; EngineFailed when it cannot be unpacked."""
    part = target.with_suffix(".gz")
    try:
        with part.open("wb") as file:
            file.writelines(packed)
        with gzip.open(part, "rb") as plain, target.open("wb") as file:
            shutil.copyfileobj(plain, file, 1024 * 1024)
        target.chmod(0o640)
    except (OSError, EOFError) as error:
        raise EngineFailed(f"备份中的数据库不能解开：{error}") from None
    finally:
        part.unlink(missing_ok=True)


def load_dump(dump: Path) -> None:
    """Load a PostgreSQL dump into the empty database at hand, wholly or not at all."""
    _run(["pg_restore", "--single-transaction", "--no-owner", f"--dbname={_name()}", str(dump)])


def _name() -> str:
    return str(connections.settings["default"]["NAME"])


def clear() -> None:
    """Empty a PostgreSQL database again into which a restore did not succeed."""
    with connections["default"].cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


@contextmanager
def default_at(path: Path) -> Iterator[None]:
    """Let the default connection go to another SQLite file for as long as the block lasts."""
    database = connections.settings["default"]
    before = database["NAME"]
    connections["default"].close()
    database["NAME"] = path
    try:
        yield
    finally:
        connections["default"].close()
        database["NAME"] = before
