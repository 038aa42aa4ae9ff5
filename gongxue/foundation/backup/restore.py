"""Restoring: everything is checked before anything is opened, and no number that was used is used again.

    every byte of the file → keys → database → trail → witness → lost numbers entered, epoch written → files → open

Until the last step the restored books lie beside the place where the platform looks for them (SQLite); on
PostgreSQL the target is emptied again when something goes wrong. A database that is there is never touched.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

from gongxue.foundation.backup import engines
from gongxue.foundation.backup.archive import BadBackup, Member, read_manifest, read_member
from gongxue.foundation.backup.inspection import row_differences
from gongxue.foundation.backup.snapshot import key_check
from gongxue.foundation.databases import migrate, migrations_pending, optimise
from gongxue.foundation.files.store import path_of
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.identity.vault import Unreadable
from gongxue.foundation.keys import RANDOM_KEYS
from gongxue.foundation.trail.record import record
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.verification import verify
from gongxue.foundation.trail.witnesses import NUMBERS, Comparison, Witness, compare, lost_numbers
from gongxue.regulations.roles import Duty, Permission

_KEY_FILES = (*RANDOM_KEYS, "document.key", "document.crt")
_TWO = 2  # people who take the responsibility for what is lost


class RestoreRefused(Exception):
    """Nothing was restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What the witness knows of and the backup does not: sealed entries, and series with [last here, last used]."""

    first: int
    last: int
    root: bytes
    numbers: dict[str, dict[str, tuple[int, int]]]

    @property
    def entries(self) -> str:
        """第 101 至 145 号留痕; empty when none is lost."""
        return f"第 {self.first} 至 {self.last} 号留痕" if self.first <= self.last else ""

    def __bool__(self) -> bool:
        return bool(self.entries or self.numbers)


class NeedsTwoPeople(Exception):
    """Something is lost: two different people must say that they know. `named`: every number that was used."""

    def __init__(self, loss: Loss, named: list[str]) -> None:
        super().__init__("见证文件比备份新，须由两名不同的人员确认（--by 姓名 --by 姓名）。")
        self.loss = loss
        self.named = named


@dataclass(slots=True)
class Restored:
    """A finished restore: how many entries were sealed, what was lost and which numbers were marked."""

    manifest: dict[str, Any]
    sealed: int
    compared: str = ""
    loss: Loss | None = None
    marked: list[str] = field(default_factory=list)


def restore(path: Path, *, witness: Witness | None, confirmed_by: Sequence[str], now: datetime) -> Restored:
    """Restore a backup into the place that the settings name, which must be empty.

    RestoreRefused: keys missing or other ones, a changed byte, another engine or a newer version, a database in
    the way, a witness that contradicts. NeedsTwoPeople: the witness is ahead and fewer than two people have said so.
    """
    _check_keys()
    if why := engines.occupied():
        raise RestoreRefused(f"{why}恢复只写入空的位置，请先把现有数据库移走并妥善保管。")
    try:
        with path.open("rb") as file:
            manifest, members = read_manifest(file)
            _check_manifest(manifest)
            _check_members(file, manifest, members)
            with _database(file, manifest, members):
                restored = _examine(manifest, witness, confirmed_by, now)
                _put_files(file, manifest, members)
    except (BadBackup, engines.EngineFailed) as error:
        raise RestoreRefused(str(error)) from error
    except OSError as error:
        raise RestoreRefused(f"读写失败：{error}") from error
    if (
        migrations_pending()
    ):  # the sessions' database always; the books when the platform is newer than the backup
        migrate()
    optimise()
    return restored


def _check_keys() -> None:
    missing = [name for name in _KEY_FILES if not (Path(settings.KEYS_DIR) / name).is_file()]
    if missing:
        raise RestoreRefused(
            f"密钥目录 {settings.KEYS_DIR} 缺少 {'、'.join(missing)}。备份不含密钥，没有密钥数据无法打开：请先从密钥保管人处取回。"
        )


def _check_manifest(manifest: dict[str, Any]) -> None:
    wrong = [name for name, check in manifest["keys"].items() if key_check(name) != check]
    if wrong:
        raise RestoreRefused(f"{'、'.join(wrong)} 不是这份备份所用的密钥，打不开其中的数据。")
    if manifest["engine"] != engines.vendor():
        raise RestoreRefused(
            f"备份来自 {manifest['engine']}，当前设置的是 {engines.vendor()}：请改用相同的数据库。"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := set(manifest["migrations"]) - known:
        raise RestoreRefused(f"备份来自更新的版本（{min(newer)}）：请先升级平台。")


def _check_members(file: IO[bytes], manifest: dict[str, Any], members: dict[str, Member]) -> None:
    """Read every byte once before anything is written."""
    for name, entry in manifest["members"].items():
        for _ in read_member(file, members[name], entry["sha256"]):
            pass


def _chunks(
    file: IO[bytes], manifest: dict[str, Any], members: dict[str, Member], name: str
) -> Iterator[bytes]:
    return read_member(file, members[name], manifest["members"][name]["sha256"])


@contextmanager
def _database(file: IO[bytes], manifest: dict[str, Any], members: dict[str, Member]) -> Iterator[None]:
    """The books at hand but not yet open; opened when the block ends well, gone when it does not."""
    packed = _chunks(file, manifest, members, engines.member_name())
    if engines.vendor() == "sqlite":
        with _sqlite(packed):
            yield
    else:
        with _postgresql(packed):
            yield


@contextmanager
def _sqlite(packed: Iterator[bytes]) -> Iterator[None]:
    books = Path(connections.settings["default"]["NAME"])
    books.parent.mkdir(parents=True, exist_ok=True)
    part = books.with_name(f"restoring-{secrets.token_hex(4)}.sqlite3")
    try:
        engines.unpack(packed, part)
        with engines.default_at(part):
            yield
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(books)
        _sync(books.parent)
    finally:
        for end in ("", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)


@contextmanager
def _postgresql(packed: Iterator[bytes]) -> Iterator[None]:
    dump = Path(settings.VAR_DIR) / f"restoring-{secrets.token_hex(4)}.dump"
    try:
        with dump.open("wb") as target:
            target.writelines(packed)
        engines.load_dump(dump)
        try:
            yield
        except BaseException:
            engines.clear()
            raise
    finally:
        dump.unlink(missing_ok=True)


def _examine(
    manifest: dict[str, Any], witness: Witness | None, confirmed_by: Sequence[str], now: datetime
) -> Restored:
    """Check the books, compare with the witness, enter what is lost."""
    if wrong := engines.damages("default") + row_differences(manifest, "default"):
        raise RestoreRefused("；".join(wrong[:5]))
    _check_opens()
    comparison = compare(witness) if witness else None
    report = comparison.report if comparison else verify()
    if report.findings:
        raise RestoreRefused("；".join(str(finding) for finding in report.findings[:3]))
    restored = Restored(manifest, report.sealed)
    if comparison:
        _take_witness(comparison, restored, confirmed_by, now)
    return restored


def _check_opens() -> None:
    """The master key opens the data keys of people: the first and the last are tried."""
    rows = Account.objects.exclude(data_key=None).order_by("pk")
    for account in [*rows[:10], *rows.reverse()[:10]]:
        try:
            account.seal("", "restore.probe")
        except Unreadable as error:
            raise RestoreRefused(f"密钥打不开账号 {account.pk} 的数据：{error}") from error


def _take_witness(
    comparison: Comparison, restored: Restored, confirmed_by: Sequence[str], now: datetime
) -> None:
    restored.compared = comparison.says
    if comparison.agrees is False:
        raise RestoreRefused(f"{comparison.says}这份备份不能恢复，请核对备份和见证文件的来历。")
    witness = comparison.witness
    loss = Loss(restored.sealed + 1, witness.size, witness.root, lost_numbers(witness))
    if not loss:
        return
    names = sorted({name.strip() for name in confirmed_by if name.strip()})
    with transaction.atomic():
        for kind, series in loss.numbers.items():
            restored.marked += NUMBERS[kind].reserve({name: used for name, (_, used) in series.items()}, now)
        if len(names) < _TWO:
            raise NeedsTwoPeople(loss, restored.marked)  # rolls back: only the list was wanted
        _write_epoch(loss, restored, names, now)
    seal(now)
    restored.loss = loss


def _write_epoch(loss: Loss, restored: Restored, names: list[str], now: datetime) -> None:
    """The entry with which the trail goes on: what the witness knew, what is here, who took responsibility."""
    by = Role.objects.select_related("account", "organisation").get(duty=Duty.SYSTEM)
    record(
        Permission.RESTORE, by=by, now=now, about=by.organisation,
        reason=f"从 {restored.manifest['taken_at']} 的备份恢复，确认人：{'、'.join(names)}",
        changes={
            "sealed": [loss.last, restored.sealed], "root": [loss.root.hex(), restored.manifest["checkpoint"]],
            "numbers": [None, loss.numbers], "confirmed_by": [None, names],
        },
    )  # fmt: skip


def _put_files(file: IO[bytes], manifest: dict[str, Any], members: dict[str, Member]) -> None:
    for name in manifest["members"]:
        if name.startswith("files/"):
            _put_file(path_of(name.rsplit("/", 1)[1]), _chunks(file, manifest, members, name))


def _put_file(target: Path, chunks: Iterator[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    part = target.with_name(f".{secrets.token_hex(8)}")
    try:
        with part.open("xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
