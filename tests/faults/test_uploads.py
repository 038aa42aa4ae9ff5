"""A film through a real server that is killed in the middle of its pieces, and beside clients that are slow (row 30)."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gongxue.foundation.files.models import Upload
from gongxue.foundation.files.resumable import part_of
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import drain
from tests.cast import FreshDatabase
from tests.faults.counts import short_and_full
from tests.faults.server import Server
from tests.foundation.files.specimens import mp4

MB = 1024 * 1024
PIECE = 4 * MB
SLOW = 10  # clients that never end, each holding a request
WITHIN = 30.0  # seconds in which a server answers that still works
StartServer = Callable[..., Server]


class Sender:
    """What the page does: it asks where the server is and goes on from there."""

    def __init__(self, port: int, role: Role) -> None:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(role.account)
        page = client.get("/desk/").content.decode()
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        self._port = port
        self._heads = {"Cookie": cookies, "X-CSRFToken": token, "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, where: str, **more: str) -> tuple[int, Any]:
        """One request without a body, on a line of its own."""
        line = self._line(method, where, more)
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status, answer.headers

    def _line(self, method: str, where: str, more: dict[str, str]) -> http.client.HTTPConnection:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=WITHIN)
        line.putrequest(method, where)
        for name, value in (self._heads | {"Content-Length": "0"} | more).items():
            line.putheader(name.replace("_", "-"), value)
        line.endheaders()
        return line

    def announce(self, size: int) -> str:
        """A new upload."""
        said = {"filename": "课.mp4", "slot": "product"}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        status, heads = self.ask("POST", "/uploads/", Upload_Length=str(size), Upload_Metadata=pairs)
        assert status == 201
        return str(heads["Location"])

    def offset(self, where: str) -> int:
        """How much the server says it has."""
        status, heads = self.ask("HEAD", where)
        assert status == 200
        return int(heads["Upload-Offset"])

    def begin_piece(self, where: str, at: int, length: int) -> http.client.HTTPConnection:
        """The head of a PATCH; the body is the caller's."""
        return self._line(
            "PATCH",
            where,
            {
                "Upload-Offset": str(at),
                "Content-Type": "application/offset+octet-stream",
                "Content-Length": str(length),
            },
        )

    def send_rest(self, where: str, film: bytes) -> None:
        """All that is not there yet."""
        while (at := self.offset(where)) < len(film):
            piece = film[at : at + PIECE]
            line = self.begin_piece(where, at, len(piece))
            line.send(piece)
            assert line.getresponse().status == 204
            line.close()


def _was_answered(line: http.client.HTTPConnection) -> bool:
    """Whether a piece was acknowledged before the server was killed."""
    try:
        return line.getresponse().status == 204
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _wait_until_written(part: Path, at: int) -> None:
    """Until the first bytes of the piece are behind the others."""
    begun = time.monotonic()
    while part.stat().st_size == at and time.monotonic() - begun < WITHIN:
        time.sleep(0.0005)


@pytest.mark.parametrize("kills", short_and_full(1, 20))
def test_a_film_survives_a_server_that_is_killed_in_the_middle_of_its_pieces(
    fresh_database: FreshDatabase, server: StartServer, measured: Callable[..., None], kills: int
) -> None:
    film = mp4(frames=os.urandom(PIECE * (kills + 1)))
    running = server(worker=False)
    running.start()
    sender = Sender(running.port, fresh_database.cast.trainee)
    where = sender.announce(len(film))
    part = part_of(Upload.objects.unscoped("test").get())
    dice = random.Random(30)
    kept = 0
    for kill in range(kills):
        at = sender.offset(where)
        sent = PIECE // 2 if kill % 2 else PIECE  # cut off while it comes in, or while it is written
        line = sender.begin_piece(where, at, PIECE)
        line.send(film[at : at + sent])
        if sent == PIECE:
            _wait_until_written(part, at)
        time.sleep(dice.random() * 0.01)
        running.kill()
        promised = at + PIECE if _was_answered(line) else at
        there = part.read_bytes()
        assert promised <= len(there) <= at + sent and there == film[: len(there)]
        kept += len(there) > at
        running.start()
        assert sender.offset(where) == len(there)
    with _slow_clients(sender):
        sender.send_rest(
            where, film
        )  # a worker held by a slow client is held for ever: the line would time out
    drain()
    row = Upload.objects.unscoped("test").get(size=len(film))
    assert (row.state, row.digest) == ("ready", hashlib.sha256(film).hexdigest())
    assert hashlib.sha256(part.read_bytes()).hexdigest() == row.digest
    measured(kills=kills, pieces_kept=kept)


@contextmanager
def _slow_clients(sender: Sender) -> Iterator[None]:
    """Ten others, each in the middle of a piece of which a few bytes come now and then."""
    stop = threading.Event()
    lines = [sender.begin_piece(sender.announce(8 * MB), 0, 8 * MB) for _ in range(SLOW)]
    threads = [threading.Thread(target=_drip, args=(line, stop)) for line in lines]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def _drip(line: http.client.HTTPConnection, stop: threading.Event) -> None:
    with suppress(OSError):
        while not stop.is_set():
            line.send(b"x" * 1000)
            stop.wait(0.2)
    line.close()
