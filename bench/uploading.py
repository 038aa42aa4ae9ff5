"""A film through the door for large files, against copying and hashing it on the same disk."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median

from django.conf import settings

from bench.class_page import _signed_in
from bench.measure import Row, at_least, seconds
from bench.served import Unexpected, served
from gongxue.foundation import clock
from gongxue.foundation.files.checking import check
from gongxue.foundation.files.models import Upload
from gongxue.foundation.files.resumable import drop, part_of
from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty

MB = 1024 * 1024
SIZE, PIECE, TIMES = 1024, 8, 3  # megabytes; repetitions


def upload(scale: float) -> Row:
    """Seconds for 1 GB in pieces of 8 MB and its check, against `cp`, sync and SHA-256 of the same file."""
    film = Path(settings.VAR_DIR) / "film.mp4"
    size = _write(film, at_least(SIZE * scale, 2 * PIECE))
    role = Role.objects.filter(duty=Duty.TRAINEE, until=None).select_related("account", "organisation")[0]
    sent: list[float] = []
    checked: list[float] = []
    copied: list[float] = []
    with served() as product:
        door = _Door(product.port, role)
        before = product.processor_seconds
        for _ in range(TIMES):
            copied.append(seconds(lambda: _copied(film)))
            where = door.announce(film.name, size)
            sent.append(seconds(lambda where=where: door.send(where, film)))  # type: ignore[misc]
            row = Upload.objects.unscoped("measured").order_by("-pk")[0]
            checked.append(seconds(lambda row=row: check(row.pk, clock.now())))  # type: ignore[misc]
            _look(row, film)
        used = product.processor_seconds - before
        memory = product.memory_mb
    film.unlink()
    figure = median(a + b for a, b in zip(sent, checked, strict=True))
    more = {
        "megabytes": size // MB,
        "send_seconds": median(sent),
        "check_seconds": median(checked),
        "processor_s_per_gb": used / TIMES / size * 1024 * MB,
    }
    return Row(figure, "s", median(copied), "cp、落盘和 SHA-256", memory, more)


def _write(film: Path, megabytes: int) -> int:
    """A film whose frames are noise."""
    from tests.foundation.files.specimens import mp4

    head = mp4(frames=b"")[:-8]
    frames = megabytes * MB - len(head) - 8
    with film.open("wb") as file:
        file.write(head + (8 + frames).to_bytes(4) + b"mdat")
        while frames > 0:
            frames -= file.write(os.urandom(min(PIECE * MB, frames)))
    return film.stat().st_size


def _copied(film: Path) -> str:
    copy = film.with_suffix(".copy")
    shutil.copyfile(film, copy)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    copy.unlink()
    return digest


def _look(row: Upload, film: Path) -> None:
    """What arrived is what was sent."""
    row.refresh_from_db()
    with film.open("rb") as file:
        if (row.state, row.digest) != ("ready", hashlib.file_digest(file, "sha256").hexdigest()):
            raise Unexpected(f"{row.state} {row.problem}")
    drop(row)
    if part_of(row).exists():
        raise Unexpected("an upload that was given up is still there")


class _Door:
    """A browser that sends a file."""

    def __init__(self, port: int, role: Role) -> None:
        client = _signed_in(role)
        page = client.get("/desk/").content.decode()
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._heads = {"Cookie": cookies, "X-CSRFToken": token, "Tus-Resumable": "1.0.0"}

    def _ask(
        self, method: str, where: str, expected: int, body: bytes | None = None, **more: str
    ) -> Callable[[str], str | None]:
        heads = self._heads | {name.replace("_", "-"): value for name, value in more.items()}
        self._line.request(method, where, body, heads)
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status != expected:
            raise Unexpected(f"{answer.status} {said[:300].decode(errors='replace')}")
        return answer.getheader

    def announce(self, name: str, size: int) -> str:
        """The address of a new upload."""
        said = {"filename": name, "slot": "product"}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        header = self._ask("POST", "/uploads/", 201, b"", Upload_Length=str(size), Upload_Metadata=pairs)
        return header("Location") or ""

    def send(self, where: str, film: Path) -> None:
        """All pieces, one after the other."""
        at = 0
        with film.open("rb") as file:
            while piece := file.read(PIECE * MB):
                self._ask(
                    "PATCH",
                    where,
                    204,
                    piece,
                    Upload_Offset=str(at),
                    Content_Type="application/offset+octet-stream",
                )
                at += len(piece)
