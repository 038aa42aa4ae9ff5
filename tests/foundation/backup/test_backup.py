"""A backup is whole or it is not there, and one changed byte anywhere is noticed."""

from __future__ import annotations

import random
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections

from gongxue.commands.check_books import all_checks, differences
from gongxue.foundation import keys
from gongxue.foundation.backup.archive import BadBackup, check
from gongxue.foundation.backup.engines import EngineFailed, _run, row_counts
from gongxue.foundation.backup.inspection import books_differences
from gongxue.foundation.backup.restore import restore
from gongxue.foundation.backup.snapshot import BackupFailed, take
from gongxue.foundation.files.store import path_of, put
from gongxue.foundation.trail.models import Event
from gongxue.foundation.trail.record import record
from gongxue.foundation.trail.verification import verify
from gongxue.regulations.roles import Permission
from tests.cast import FreshDatabase, People
from tests.foundation.trail import tampering
from tests.people import BEGIN
from tests.prepared import Clone

WRITERS = 20


@contextmanager
def writers(cast: People) -> Iterator[list[int]]:
    """Twenty threads that write entries until the block ends; each has written at least one when it begins."""
    stop, begun, written = threading.Event(), threading.Barrier(WRITERS + 1), [0] * WRITERS

    def write(number: int) -> None:
        while not stop.is_set():
            record(Permission.REGISTER_SCHOOL, by=cast.centre, now=BEGIN, about=cast.trainee.account)
            written[number] += 1
            if written[number] == 1:
                begun.wait(60)
        connections.close_all()

    threads = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    try:
        yield written
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


@pytest.mark.postgresql
def test_a_backup_taken_while_twenty_writers_run_is_whole(
    fresh_database: FreshDatabase, bare_machine: Clone, tmp_path: Path
) -> None:
    with writers(fresh_database.cast) as written:
        taken = take(tmp_path, BEGIN)
    manifest = check(taken.path)
    before = manifest["rows"]["trail_event"]
    assert WRITERS <= before <= Event.objects.unscoped("test").count()
    assert sum(written) >= WRITERS
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert books_differences(taken.path, scratch) == ([] if connection.vendor == "sqlite" else None)
    with bare_machine:
        restore(taken.path, witness=None, confirmed_by=(), now=BEGIN)
        assert row_counts("default") == manifest["rows"]
        assert verify().sealed == manifest["sealed"]
        assert [line for one in all_checks(every_file=True) for line in differences(one)] == []


def test_the_manifest_says_what_is_in_it(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    fresh_database.class_at("issued")
    stored = put([b"one ", b"file"], name="a.txt", media_type="text/plain", now=BEGIN)
    put([b"one file"], name="the same again.txt", media_type="text/plain", now=BEGIN)
    taken = take(tmp_path, BEGIN)
    assert taken.path.name == "gongxue-20220301T020000Z.tar"
    assert taken.manifest["rows"]["stored_file"] == 2
    assert taken.manifest["rows"]["certificate"] == 4
    assert taken.manifest["sealed"] == Event.objects.unscoped("test").count()
    assert f"\n{taken.manifest['sealed']}\n" in taken.manifest["checkpoint"]
    with tarfile.open(taken.path) as tar:  # any tar can read it
        name = f"files/{stored.digest[:2]}/{stored.digest[2:4]}/{stored.digest}"
        assert tar.getnames() == ["database.sqlite3.gz", name, "manifest.json", "manifest.note"]
        member = tar.extractfile(name)
        assert member is not None
        assert member.read() == b"one file"


def test_no_key_is_in_a_backup(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    data = take(tmp_path, BEGIN).path.read_bytes()
    with tarfile.open(tmp_path / "gongxue-20220301T020000Z.tar") as tar:
        packed = tar.extractfile("database.sqlite3.gz")
        assert packed is not None
        import gzip

        data += gzip.decompress(packed.read())
    for name in (*keys.RANDOM_KEYS, "document.key"):
        secret = keys.key(name)
        assert secret not in data
        assert secret.hex().encode() not in data


def test_every_flipped_byte_is_noticed(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    put([b"x" * 700], name="a.txt", media_type="text/plain", now=BEGIN)
    path = take(tmp_path, BEGIN).path
    whole = path.read_bytes()
    check(path)
    dice = random.Random(14)
    headers = [place for place in range(0, len(whole), 512) if whole[place + 257 : place + 262] == b"ustar"]
    places = [
        *range(0, 512, 7),
        *range(len(whole) - 1100, len(whole), 13),
        *dice.sample(range(len(whole)), 40),
    ]
    places += [place + dice.randrange(512) for place in headers for _ in range(12)]
    places += [place + 148 + byte for place in headers for byte in range(8)]  # the header's own checksum
    broken = tmp_path / "broken.tar"
    for place in places:
        broken.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :]
        )
        with pytest.raises(BadBackup):
            check(broken)
    for data in (whole[:-1], whole + b"\0", whole[: len(whole) // 2], b""):
        broken.write_bytes(data)
        with pytest.raises(BadBackup):
            check(broken)


def test_a_backup_signed_by_somebody_else_is_refused(
    fresh_database: FreshDatabase, tmp_path: Path, other_keys: Path
) -> None:
    keys.create_keys(other_keys)
    path = take_with_own_keys(fresh_database, tmp_path)
    keys.key.cache_clear()
    (other_keys / "trail.key").unlink()
    keys.create_keys(other_keys)
    keys.trail_signer.cache_clear()
    with pytest.raises(BadBackup, match="不是本平台的密钥"):
        check(path)


def take_with_own_keys(fresh_database: FreshDatabase, tmp_path: Path) -> Path:
    """A backup signed with the keys at hand (the data stay sealed with others, which nobody asks here)."""
    return take(tmp_path, BEGIN).path


def test_a_damaged_trail_gives_no_backup_at_all(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    fresh_database.class_at("admitted")
    take(tmp_path / "good", BEGIN)
    tampering.disarm()
    tampering.edit(random.Random(2))
    with pytest.raises(BackupFailed, match=r"第 \d+ 号留痕"):
        take(tmp_path / "bad", BEGIN)
    assert list((tmp_path / "bad").iterdir()) == []


def test_a_reference_to_nothing_gives_no_backup_at_all(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with sqlite3.connect(fresh_database.clone.file) as books:
        books.execute("PRAGMA foreign_keys=OFF")
        books.execute("UPDATE role SET organisation_id = 99999 WHERE id = 1")
    books.close()
    with pytest.raises(BackupFailed, match="role 第 1 行指向不存在的 organisation"):
        take(tmp_path / "bad", BEGIN)


def test_a_missing_stored_file_is_named_and_the_rest_is_kept(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    gone = put([b"gone"], name="a.txt", media_type="text/plain", now=BEGIN)
    altered = put([b"altered"], name="b.txt", media_type="text/plain", now=BEGIN)
    kept = put([b"kept"], name="c.txt", media_type="text/plain", now=BEGIN)
    path_of(gone.digest).unlink()
    path_of(altered.digest).write_bytes(b"ALTERED")
    taken = take(tmp_path, BEGIN)
    assert taken.damaged == sorted([gone.digest, altered.digest])
    assert any(kept.digest in name for name in check(taken.path)["members"])


def test_a_missing_program_is_named() -> None:
    with pytest.raises(EngineFailed, match=r"没有找到 pg_dump_of_nowhere.*postgresql-client"):
        _run(["pg_dump_of_nowhere"])
