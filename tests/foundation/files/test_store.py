"""The store: bytes are durable before a row names them, never overwritten, seen when damaged, sealed when personal."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import FileDamaged, StoreFull, clean_name, path_of, put, read, stream
from gongxue.foundation.files.uploads import PRODUCTS, CappedUploadHandler, Slot, store_upload
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People, SignedIn
from tests.foundation.files import specimens

NOW = at(FIRST_DAY)
DATA = "身份证 130502199001011239".encode() * 100


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path) -> None:
    settings.STORE_DIR = tmp_path / "store"


def keep(data: bytes = DATA, **more: Any) -> StoredFile:
    return put([data[:100], data[100:]], name="方案.pdf", media_type="application/pdf", now=NOW, **more)


def files() -> list[Path]:
    return sorted(p for p in Path(settings.STORE_DIR).rglob("*") if p.is_file())


def test_bytes_lie_under_their_hash_and_are_read_back(cast: People) -> None:
    row = keep(by=cast.centre.account)
    assert row.digest == hashlib.sha256(DATA).hexdigest() and row.size == len(DATA)
    assert files() == [path_of(row.digest)]
    assert read(row) == b"".join(stream(row)) == DATA


def test_equal_bytes_are_stored_once_under_two_rows(cast: People) -> None:
    first, second = keep(), keep()
    assert first.digest == second.digest and first.uid != second.uid
    assert len(files()) == 1


def test_the_order_of_a_write_is_file_then_folder_then_row(
    cast: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, replace, save = os.fsync, Path.replace, StoredFile.save

    def watched_fsync(descriptor: int) -> None:
        steps.append("fsync folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "fsync file")  # noqa: PTH112
        fsync(descriptor)

    def watched_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    def watched_save(self: StoredFile, *args: Any, **kwargs: Any) -> None:
        steps.append("row")
        save(self, *args, **kwargs)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    monkeypatch.setattr(StoredFile, "save", watched_save)
    keep()
    assert steps == ["fsync file", "rename", "fsync folder", "row"]


@pytest.mark.parametrize("step", ["fsync", "replace", "chunk"])
def test_a_write_that_fails_leaves_neither_a_row_nor_half_a_file(
    cast: People, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fails(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", fails)
    if step == "replace":
        monkeypatch.setattr(Path, "replace", fails)
    chunks = (part if part else fails() for part in ([b"x", b""] if step == "chunk" else [b"x"]))
    with pytest.raises(StoreFull, match="文件没有存下"):
        put(chunks, name="a", media_type="x", now=NOW)
    assert files() == []
    assert not StoredFile.objects.filter(name="a").exists()


def test_a_sealed_file_shows_nothing_on_the_disk(cast: People) -> None:
    row = keep(sealed=True)
    on_disk = path_of(row.digest).read_bytes()
    assert b"130502" not in on_disk and "身份证".encode() not in on_disk
    assert read(row) == DATA
    assert keep(sealed=True).digest != row.digest, "each file has its own key"


def test_a_sealed_file_opens_only_as_itself(cast: People) -> None:
    row, other = keep(sealed=True), keep(sealed=True)
    other.digest = row.digest
    with pytest.raises(InvalidTag):
        read(other)


@pytest.mark.parametrize("damage", ["one bit", "shorter", "longer", "swapped"])
@pytest.mark.parametrize("sealed", [False, True])
def test_damage_is_seen_at_reading(cast: People, damage: str, sealed: bool) -> None:
    row = keep(sealed=sealed)
    path = path_of(row.digest)
    data = bytearray(path.read_bytes())
    changed = {
        "one bit": bytes(data[:50]) + bytes([data[50] ^ 1]) + bytes(data[51:]), "shorter": bytes(data[:-1]),
        "longer": bytes(data) + b"x", "swapped": b"something else",
    }[damage]  # fmt: skip
    path.unlink()
    path.write_bytes(changed)
    with pytest.raises(FileDamaged):
        read(row)


@pytest.mark.postgresql
def test_a_row_of_a_file_can_be_neither_changed_nor_deleted(cast: People) -> None:
    row = keep()
    with pytest.raises(IntegrityError, match="登记簿只能追加"), transaction.atomic():
        StoredFile.objects.filter(pk=row.pk).update(name="x")
    with pytest.raises(IntegrityError, match="登记簿只能追加"), transaction.atomic():
        StoredFile.objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("方案.pdf", "方案.pdf"), ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\方案.pdf", "方案.pdf"), ("a\x00b\n.pdf", "ab.pdf"),
        ("  ..  ", "未命名"), ("", "未命名"), ("/", "未命名"), ("x" * 300 + ".pdf", ("x" * 300 + ".pdf")[-160:]), (".htaccess", "htaccess"),
        ("\u202efdp.exe", "fdp.exe"),
    ],
)  # fmt: skip
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text(max_size=400))
def test_a_cleaned_name_is_one_printable_component(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= 160 and clean.isprintable() and "/" not in clean and "\\" not in clean
    assert clean not in (".", "..")


# Uploads ----------------------------------------------------------------------------------------------------------


def test_a_good_upload_is_stored_whole(cast: People) -> None:
    data = specimens.pdf()
    row = store_upload(
        SimpleUploadedFile("../方案.pdf", data), slot=PRODUCTS, now=NOW, by=cast.centre.account
    )
    assert (row.name, row.media_type, row.stored_by) == ("方案.pdf", "application/pdf", cast.centre.account)
    assert read(row) == data


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("a.pdf", b"", "upload.empty"),
        ("a.pdf", b"%PDF-" + bytes(2000), "upload.large"),
        ("a.pdf", b"MZ", "upload.type"),
    ],
)
def test_an_upload_that_does_not_fit_its_slot_is_not_kept(
    cast: People, name: str, data: bytes, rule: str
) -> None:
    slot = Slot("学习成果", ("pdf",), 1024)
    with pytest.raises(RuleBroken) as refused:
        store_upload(SimpleUploadedFile(name, data), slot=slot, now=NOW, by=cast.centre.account)
    assert [b.rule for b in refused.value.breaches] == [rule]
    assert files() == []


def test_beyond_its_quota_the_store_takes_nothing(cast: People, settings: Settings) -> None:
    data = specimens.pdf()
    used = sum(StoredFile.objects.values_list("size", flat=True))
    settings.STORE_QUOTA = used + len(data)
    store_upload(SimpleUploadedFile("a.pdf", data), slot=PRODUCTS, now=NOW, by=cast.centre.account)
    with pytest.raises(RuleBroken, match="平台存储空间不足"):
        store_upload(SimpleUploadedFile("b.pdf", data), slot=PRODUCTS, now=NOW, by=cast.centre.account)


def test_a_request_with_too_large_a_file_is_cut_while_it_arrives(
    cast: People, signed_in: SignedIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[int] = []
    keep_on = CappedUploadHandler.receive_data_chunk

    def watched(self: CappedUploadHandler, raw_data: bytes, start: int) -> bytes | None:
        received.append(len(raw_data))
        return keep_on(self, raw_data, start)

    monkeypatch.setattr(CappedUploadHandler, "receive_data_chunk", watched)
    settings.UPLOAD_LIMIT = 200_000
    upload = SimpleUploadedFile("a.xlsx", bytes(3_000_000))
    answer = signed_in(cast.centre).post("/accounts/import/", {"workbook": upload})
    assert answer.status_code == 422
    assert sum(received) < 300_000
