"""Uploads in pieces (row 30): whole and identical, or a clear refusal; only the owner, only at the right place."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.http import UnreadablePostError
from django.test import Client, override_settings

from gongxue.foundation.files import checking, resumable
from gongxue.foundation.files.models import StoredFile, Upload
from gongxue.foundation.files.resumable import Refused, append, claim, part_of
from gongxue.foundation.files.uploads import PRODUCTS
from gongxue.foundation.identity.actions import end_role
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.lifecycle.errors import RuleBroken
from tests.cast import FreshDatabase, People, Race, SignedIn
from tests.foundation.files import specimens as s
from tests.people import BEGIN

MB = 1024 * 1024
AtTime = Callable[[datetime], None]


class Door(NamedTuple):
    """A person at the door for uploads."""

    client: Client
    role: Role

    def ask(self, method: str, where: str, body: bytes | None = None, **headers: str) -> Any:
        """One request of the protocol; a header is named with _ for -."""
        named = {"Tus-Resumable": "1.0.0"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if body is None:
            return self.client.generic(method, where, headers=named)
        kind = "application/offset+octet-stream"
        nothing: Any = {"CONTENT_LENGTH": "0", "CONTENT_TYPE": kind} if not body else {}
        return self.client.generic(method, where, body, kind, headers=named, **nothing)

    def announce(self, name: str, size: int, slot: str = "product", **headers: str) -> Any:
        """Begin an upload."""
        said = {"filename": name, "slot": slot, "mark": "m1"}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        return self.ask("POST", "/uploads/", None, Upload_Length=str(size), Upload_Metadata=pairs, **headers)

    def begun(self, name: str, size: int) -> str:
        """The address of a new upload."""
        answer = self.announce(name, size)
        assert answer.status_code == 201, answer.content.decode()
        return str(answer.headers["Location"])

    def piece(self, where: str, offset: int, body: bytes, **headers: str) -> Any:
        """Send the piece at an offset."""
        return self.ask("PATCH", where, body, Upload_Offset=str(offset), **headers)

    def offset(self, where: str) -> int:
        """How much is there."""
        return int(self.ask("HEAD", where).headers["Upload-Offset"])

    def state(self, where: str) -> Any:
        """What the platform says about it."""
        return self.client.get(where).json()


@pytest.fixture
def people(fresh_database: FreshDatabase, at_time: AtTime) -> People:
    """Everybody, in a database and a store of their own."""
    at_time(BEGIN + timedelta(days=400))
    return fresh_database.cast


@pytest.fixture
def door(people: People, signed_in: SignedIn) -> Door:
    return Door(signed_in(people.trainee), people.trainee)


def row_at(where: str) -> Upload:
    found: Upload = Upload.objects.unscoped("test").get(uid=where.strip("/").rpartition("/")[2])
    return found


FILM = s.mp4(frames=os.urandom(3 * MB))


def sent(door: Door, name: str = "课.mp4", data: bytes = FILM, piece: int = MB) -> str:
    """A whole upload, checked."""
    where = door.begun(name, len(data))
    for at in range(0, len(data), piece):
        assert door.piece(where, at, data[at : at + piece]).status_code == 204
    drain()
    return where


# The protocol -----------------------------------------------------------------------------------------------------


def test_the_door_says_what_it_can(door: Door) -> None:
    answer = door.client.options("/uploads/")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert int(answer.headers["Tus-Max-Size"]) == 1024 * MB


def test_pieces_make_the_same_file_and_its_digest(door: Door) -> None:
    where = sent(door, piece=700_001)
    row = row_at(where)
    assert (row.state, row.digest) == ("ready", hashlib.sha256(FILM).hexdigest())
    assert row.facts["seconds"] == 5.0
    assert part_of(row).read_bytes() == FILM
    stored = claim(uids=[row.uid.hex], slot=PRODUCTS, by=door.role, now=BEGIN)
    assert [file.digest for file, _ in stored] == [row.digest]


def test_an_interrupted_upload_goes_on_where_it_broke_off(door: Door) -> None:
    where = door.begun("课.mp4", len(FILM))
    assert door.piece(where, 0, FILM[:MB]).headers["Upload-Offset"] == str(MB)
    assert door.offset(where) == MB  # another day, another browser: only the address is known
    assert door.piece(where, MB, FILM[MB:]).headers["Upload-Offset"] == str(len(FILM))
    drain()
    assert hashlib.sha256(part_of(row_at(where)).read_bytes()).hexdigest() == row_at(where).digest


def test_a_piece_that_breaks_off_is_kept_as_far_as_it_came(door: Door) -> None:
    row = row_at(door.begun("课.mp4", len(FILM)))
    now = BEGIN + timedelta(days=400)
    assert append(row, 0, io.BytesIO(FILM[:1000]), MB, now) == 1000  # a megabyte was announced
    whole = "sha256 " + base64.b64encode(hashlib.sha256(FILM[1000 : 1000 + MB]).digest()).decode()
    with pytest.raises(Refused) as refused:  # what cannot be compared is not kept
        append(row, 1000, io.BytesIO(FILM[1000:2000]), MB, now, whole)
    assert refused.value.status == 460
    assert part_of(row).read_bytes() == FILM[:1000]


def test_a_line_that_breaks_is_no_error(door: Door) -> None:
    row = row_at(door.begun("课.mp4", len(FILM)))

    class Breaks(io.BytesIO):
        """A body whose client goes away."""

        def read(self, size: int | None = -1) -> bytes:
            if data := super().read(min(size or 0, 500)):
                return data
            raise UnreadablePostError("connection reset")

    assert append(row, 0, Breaks(FILM[:1000]), MB, BEGIN + timedelta(days=400)) == 1000


@pytest.mark.parametrize("offset", [1, MB - 1, MB + 1, 10**14])
def test_a_wrong_offset_changes_nothing(door: Door, offset: int) -> None:
    where = door.begun("课.mp4", len(FILM))
    door.piece(where, 0, FILM[:MB])
    assert door.piece(where, offset, b"x").status_code == 409
    assert part_of(row_at(where)).read_bytes() == FILM[:MB]


def test_more_than_was_announced_is_not_taken(door: Door) -> None:
    where = door.begun("课.mp4", 100)
    assert door.piece(where, 0, b"x" * 101).status_code == 413
    assert door.offset(where) == 0
    assert door.piece(where, 0, b"x" * (resumable.PIECE + 1)).status_code == 413


def test_the_heads_that_are_missing_are_named(door: Door) -> None:
    where = door.begun("课.mp4", len(FILM))
    kind = "application/offset+octet-stream"
    said = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    in_chunks = door.client.generic("PATCH", where, b"", headers=said, CONTENT_TYPE=kind)
    assert in_chunks.status_code == 411
    other = door.client.generic("PATCH", where, b"x", "text/plain", headers=said)
    assert other.status_code == 415
    assert door.ask("PATCH", where, b"x").status_code == 400
    for offset in ("-1", "１", "0x10", "1e3", "9" * 40):
        assert (
            door.ask("PATCH", where, b"x", Upload_Offset=offset.encode("utf-8").decode("latin-1")).status_code
            == 400
        )
    without = door.client.generic("PATCH", where, b"x", kind, headers={"Upload-Offset": "0"})
    assert without.status_code == 412 and without.headers["Tus-Version"] == "1.0.0"
    assert door.client.put(where).status_code == 405
    assert door.offset(where) == 0


def test_a_checksum_is_compared_before_anything_is_kept(door: Door) -> None:
    where = door.begun("课.mp4", len(FILM))
    right = "sha256 " + base64.b64encode(hashlib.sha256(FILM[:MB]).digest()).decode()
    for wrong in (right[:-3] + "AA=", "md5 AAAA", "sha256", "sha256 ###"):
        assert door.piece(where, 0, FILM[:MB], Upload_Checksum=wrong).status_code == 460
        assert door.offset(where) == 0
    assert door.piece(where, 0, FILM[:MB], Upload_Checksum=right).status_code == 204


@pytest.mark.parametrize(
    ("name", "size", "status", "says"),
    [
        ("课.mp4", 1024 * MB + 1, 413, "超过 1024 MB"),
        ("图.png", 51 * MB, 413, "超过 50 MB"),
        ("方案.pdf", 201 * MB, 413, "超过 200 MB"),
        ("程序.exe", 10, 415, "不接受“.exe”文件"),
        ("没有扩展名", 10, 415, "不接受"),
        ("空.pdf", 0, 400, "空文件"),
    ],
)
def test_what_the_slot_does_not_take_is_refused_before_a_byte_is_sent(
    door: Door, name: str, size: int, status: int, says: str
) -> None:
    answer = door.announce(name, size)
    assert (answer.status_code, says in answer.content.decode()) == (status, True)
    assert not Upload.objects.unscoped("test").exists()


@pytest.mark.parametrize(
    "metadata",
    [
        "filename ###",
        "filename",
        "filename gA==",
        "slot eA==",
        "filename " + base64.b64encode(b"a\0.pdf").decode(),
    ],
)
def test_odd_metadata_is_refused(door: Door, metadata: str) -> None:
    answer = door.ask("POST", "/uploads/", Upload_Length="10", Upload_Metadata=metadata)
    assert answer.status_code == 400


def test_a_name_cannot_lead_out_of_the_store(door: Door) -> None:
    where = door.begun("../../../etc/cron.d/课.mp4", len(FILM))
    row = row_at(where)
    assert row.name == "课.mp4"
    assert part_of(row).parent.name == "uploads" and part_of(row).name == row.uid.hex


# Who may ----------------------------------------------------------------------------------------------------------


def test_another_persons_upload_is_not_there(door: Door, people: People, signed_in: SignedIn) -> None:
    where = door.begun("课.mp4", len(FILM))
    absent = "/uploads/0123456789abcdef0123456789abcdef/"
    for role in (people.stranger, people.centre, people.xingtai.staff):
        other = Door(signed_in(role), role)
        for method in ("HEAD", "GET", "DELETE"):
            assert other.ask(method, where).status_code == other.ask(method, absent).status_code == 404
        assert other.piece(where, 0, b"x").status_code == 404
    assert door.offset(where) == 0
    with pytest.raises(RuleBroken):
        claim(uids=[row_at(where).uid.hex], slot=PRODUCTS, by=people.stranger, now=BEGIN)


def test_who_may_not_hand_in_may_not_upload(people: People, signed_in: SignedIn) -> None:
    role = people.xingtai.staff
    assert Door(signed_in(role), role).announce("课.mp4", 10).status_code == 403
    assert Client().post("/uploads/", headers={"Tus-Resumable": "1.0.0"}).status_code == 302


def test_who_loses_the_role_cannot_send_the_next_piece(door: Door, people: People) -> None:
    where = door.begun("课.mp4", len(FILM))
    assert door.piece(where, 0, FILM[:MB]).status_code == 204
    end_role(role=door.role, reason="离职", by=people.centre, now=BEGIN + timedelta(days=400))
    assert door.piece(where, MB, FILM[MB:]).status_code == 404


def test_a_piece_needs_the_token_of_the_page(door: Door) -> None:
    where = door.begun("课.mp4", len(FILM))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = door.client.cookies
    assert Door(strict, door.role).piece(where, 0, b"x").status_code == 403
    assert Door(strict, door.role).announce("课.mp4", 10).status_code == 403
    token = str(strict.get("/desk/").context["csrf_token"])
    assert Door(strict, door.role).piece(where, 0, b"x", X_CSRFToken=token).status_code == 204


# At the same moment -------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_of_two_pieces_at_once_one_is_taken_whole(door: Door, race: Race) -> None:
    where = door.begun("课.mp4", len(FILM))
    row = row_at(where)
    first, second = FILM[:MB], os.urandom(MB)

    class Slow:
        """A body that comes in crumbs, so that both are at it together."""

        def __init__(self, data: bytes) -> None:
            self.data = data

        def read(self, size: int) -> bytes:
            piece, self.data = self.data[:4096], self.data[4096:]
            return piece

    def send(body: bytes) -> int:
        return append(row, 0, Slow(body), MB, BEGIN + timedelta(days=400))  # type: ignore[arg-type]

    results = race(*[lambda body=body: send(body) for body in (first, second)])
    refused = [r for r in results if isinstance(r, Refused)]
    assert sorted(r.status for r in refused) in ([423], [409])
    assert [r for r in results if r == MB] == [MB]
    assert part_of(row).read_bytes() in (first, second)


@pytest.mark.postgresql
def test_the_last_piece_begins_one_check(door: Door, race: Race) -> None:
    where = door.begun("课.mp4", len(FILM))
    door.piece(where, 0, FILM)
    row = row_at(where)
    race(*[lambda: resumable.arrived(row, BEGIN + timedelta(days=400)) for _ in range(4)])
    assert drain() == 1
    assert row_at(where).state == "ready"


@pytest.mark.postgresql
def test_an_upload_is_handed_in_once(door: Door, race: Race) -> None:
    uid = row_at(sent(door)).uid.hex
    results = race(*[lambda: _claimed(uid, door.role) for _ in range(4)])
    assert sum(isinstance(r, RuleBroken) for r in results) == 3
    assert StoredFile.objects.count() == 1


def _claimed(uid: str, role: Role) -> Any:
    from django.db import transaction

    with transaction.atomic():
        return claim(uids=[uid], slot=PRODUCTS, by=role, now=BEGIN)


# What goes wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("课.mp4", os.urandom(5000), "可能改过扩展名"),
        ("课.mp4", s.mp4(index=False), "没有索引"),
        ("课.mp4", s.mp4()[:-500], "视频不完整"),
        ("方案.docx", s.bomb(), "压缩包解压后过大"),
        ("方案.docx", s.docx(**{"word/vbaProject.bin": b"x"}), "宏"),
        ("方案.pdf", s.pdf("javascript"), "脚本"),
        ("方案.pdf", s.picture(), "可能改过扩展名"),
    ],
)
def test_content_that_is_not_what_its_name_says_is_refused_and_removed(
    door: Door, name: str, data: bytes, says: str
) -> None:
    where = sent(door, name, data)
    state = door.state(where)
    assert state["state"] == "refused" and says in state["problem"]
    assert not part_of(row_at(where)).exists()
    with pytest.raises(RuleBroken, match=says):
        claim(uids=[row_at(where).uid.hex], slot=PRODUCTS, by=door.role, now=BEGIN)


def test_before_it_is_whole_and_checked_nothing_can_be_handed_in(door: Door) -> None:
    where = door.begun("课.mp4", len(FILM))
    uid = row_at(where).uid.hex
    for step in (lambda: None, lambda: door.piece(where, 0, FILM)):
        step()
        with pytest.raises(RuleBroken, match="还没有收齐或检查完"):
            claim(uids=[uid], slot=PRODUCTS, by=door.role, now=BEGIN)
    assert door.piece(where, len(FILM), b"x").status_code == 413  # what is being checked no longer changes
    drain()
    assert door.piece(where, 0, b"x").status_code == 409


def test_a_full_disk_keeps_what_was_there_and_the_upload_goes_on(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = door.begun("课.mp4", len(FILM))
    door.piece(where, 0, FILM[:MB])
    taken: list[int] = []

    def fills_up(part: Any, chunk: bytes) -> int:
        taken.append(part.write(chunk[:1000]))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(resumable, "_write_all", fills_up)
        answer = door.piece(where, MB, FILM[MB : 2 * MB])
    assert answer.status_code == 507 and "存储空间不足" in answer.content.decode()
    assert taken == [1000] and door.offset(where) == MB
    assert door.piece(where, MB, FILM[MB:]).status_code == 204
    drain()
    assert row_at(where).digest == hashlib.sha256(FILM).hexdigest()


def test_no_room_is_said_before_anything_is_sent(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=600 * MB))
    assert door.announce("课.mp4", 200 * MB).status_code == 507
    monkeypatch.undo()
    with override_settings(STORE_QUOTA=10 * MB):
        assert door.announce("课.mp4", 11 * MB).status_code == 507


def test_one_person_has_so_much_under_way_and_no_more(door: Door) -> None:
    with override_settings(UPLOAD_QUOTA=5 * MB):
        where = door.begun("课.mp4", 3 * MB)
        assert door.announce("课.mp4", 3 * MB).status_code == 413
        assert door.ask("DELETE", where).status_code == 204
        assert door.announce("课.mp4", 3 * MB).status_code == 201
    for _ in range(resumable.AT_ONCE - 1):
        door.begun("课.mp4", 10)
    assert "太多未提交的上传" in door.announce("课.mp4", 10).content.decode()


def test_what_is_given_up_is_gone(door: Door) -> None:
    where = sent(door)
    row = row_at(where)
    assert door.ask("DELETE", where).status_code == 204
    assert not part_of(row).exists()
    assert door.ask("HEAD", where).status_code == 404


def test_what_was_handed_in_cannot_be_given_up(door: Door) -> None:
    where = sent(door)
    _claimed(row_at(where).uid.hex, door.role)
    assert door.ask("DELETE", where).status_code == 409
    assert StoredFile.objects.count() == 1


def test_the_hour_comes_for_what_nobody_goes_on_with(door: Door) -> None:
    begun = BEGIN + timedelta(days=400)
    stale, whole, used = door.begun("课.mp4", len(FILM)), sent(door), sent(door, "二.mp4")
    door.piece(stale, 0, FILM[:MB])
    _claimed(row_at(used).uid.hex, door.role)
    fresh = resumable.begin(
        slot=PRODUCTS, name="三.mp4", size=9, mark="", by=door.role, now=begun + timedelta(hours=23)
    )
    assert checking.forget_old(begun + timedelta(hours=23))["removed"] == 0
    with pytest.raises(Refused) as refused:
        append(row_at(stale), MB, io.BytesIO(FILM[MB:]), 10, begun + timedelta(hours=25))
    assert refused.value.status == 410
    parts = [part_of(row_at(where)) for where in (stale, whole)]
    assert checking.forget_old(begun + timedelta(hours=25))["removed"] == 3
    assert not any(part.exists() for part in parts)
    assert [row.uid for row in Upload.objects.unscoped("test")] == [fresh.uid]
    assert StoredFile.objects.count() == 1


def test_what_a_crash_left_behind_is_found_again(door: Door) -> None:
    where = door.begun("课.mp4", len(FILM))
    part_of(row_at(where)).write_bytes(FILM)  # the last piece was written, its row was not
    assert door.offset(where) == len(FILM) and door.state(where)["state"] == "receiving"
    assert door.piece(where, len(FILM), b"").status_code == 204  # what the page says when it comes back
    drain()
    assert row_at(where).state == "ready"
    other = door.begun("二.mp4", len(FILM))
    part_of(row_at(other)).write_bytes(FILM)
    assert checking.forget_old(BEGIN + timedelta(days=400))["resumed"] == 1
    drain()
    assert row_at(other).state == "ready"


def test_a_part_without_a_row_goes_after_a_day(people: People) -> None:
    orphan = Path(settings.STORE_DIR) / "uploads" / ("0" * 32)
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"x")
    written = datetime.fromtimestamp(orphan.stat().st_mtime, UTC)
    assert checking.forget_old(written + timedelta(hours=23))["orphans"] == 0 and orphan.exists()
    assert checking.forget_old(written + timedelta(hours=25))["orphans"] == 1 and not orphan.exists()


def test_the_same_bytes_are_stored_once(door: Door) -> None:
    for name in ("一.mp4", "二.mp4"):
        _claimed(row_at(sent(door, name)).uid.hex, door.role)
    digests = list(StoredFile.objects.values_list("digest", flat=True))
    assert len(digests) == 2 and len(set(digests)) == 1


def test_a_large_upload_takes_no_memory(door: Door) -> None:
    import tracemalloc

    where = door.begun("课.mp4", 200 * MB)
    row = row_at(where)

    class Zeros:
        """A body without end."""

        def read(self, size: int) -> bytes:
            return bytes(size)

    tracemalloc.start()
    for at in range(0, 200 * MB, 16 * MB):
        append(row, at, Zeros(), min(16 * MB, 200 * MB - at), BEGIN + timedelta(days=400))  # type: ignore[arg-type]
    checking.check(row.pk, BEGIN + timedelta(days=400))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * MB
