"""The web processes that `gongxue serve` starts, and a client that costs them little."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from bench.processes import family, peak_mb, processor_seconds
from gongxue.commands.serve import _web

PRODUCT = "gongxue.wsgi:application"
BARE = "bench.bare:application"
WORKERS = os.cpu_count() or 2  # as `gongxue serve` does by default
READY_WITHIN = 60.0
_ALIVE = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Unexpected(RuntimeError):
    """A server did not start, or an answer was not the one that is measured."""


class Served:
    """A running server."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    @property
    def memory_mb(self) -> float:
        """The largest resident sizes of all its processes, added up."""
        return peak_mb(family(self.pid))

    @property
    def processor_seconds(self) -> float:
        """What all its processes have used."""
        return processor_seconds(family(self.pid))


@contextmanager
def served(application: str = PRODUCT) -> Iterator[Served]:
    """Start the web processes over the database of the environment; gone afterwards."""
    port = _free_port()
    command = _web("127.0.0.1", port, WORKERS)
    command[command.index(PRODUCT)] = application
    process = subprocess.Popen(
        command, cwd=Path(__file__).parents[1], stdout=sys.stderr
    )  # ours is for the figures
    try:
        _wait_for(process, port)
        yield Served(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            for pid in reversed(family(process.pid)):
                os.kill(pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Until it answers."""
    begun = time.monotonic()
    while process.poll() is None and time.monotonic() - begun < READY_WITHIN:
        try:
            with Line(port) as line:
                line.ask(_ALIVE)
                return
        except OSError:
            time.sleep(0.05)
    raise Unexpected(f"the server did not start (exit code {process.poll()})")


def post(path: str, body: bytes, content_type: str, *headers: str) -> bytes:
    """A POST as it goes over the line."""
    said = (f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers)
    return _request(f"POST {path}", said) + body


def get(path: str, *headers: str) -> bytes:
    """A GET as it goes over the line."""
    return _request(f"GET {path}", headers)


def _request(what: str, headers: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in (f"{what} HTTP/1.1", "Host: 127.0.0.1", *headers, "")).encode()


class Line:
    """A connection that is kept: one request, then its answer. Every answer must be a 200."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = b""

    def send(self, request: bytes) -> None:
        """Ask."""
        self.socket.sendall(request)

    def hear(self) -> bytes | None:
        """Take what has come; the body when the answer is whole."""
        came = self.socket.recv(262_144)
        if not came:
            raise Unexpected("the server closed the connection")
        self._got += came
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or not _is_whole(head, body):
            return None
        self._got = b""
        if not head.startswith(b"HTTP/1.1 200"):
            raise Unexpected(f"{head.decode()}\n{body[:300].decode(errors='replace')}")
        return body

    def ask(self, request: bytes) -> bytes:
        """The body of the answer."""
        self.send(request)
        while (body := self.hear()) is None:
            continue
        return body

    def __enter__(self) -> Line:
        """Open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closed."""
        self.socket.close()


def _is_whole(head: bytes, body: bytes) -> bool:
    at = head.lower().find(b"content-length:")
    if at < 0:  # in chunks, of which the last is empty
        return body.endswith(b"\r\n0\r\n\r\n")
    return len(body) >= int(head[at + 15 :].split(b"\r\n", 1)[0])


def per_second(port: int, requests: Sequence[bytes], duration: float, connections: int = 16) -> float:
    """Answers per second to requests that follow each other on so many connections, for so many seconds."""
    following = cycle(requests)
    answers = 0
    lines = [Line(port) for _ in range(connections)]
    with selectors.DefaultSelector() as ready:
        for line in lines:
            ready.register(line.socket, selectors.EVENT_READ, line)
        begun = time.perf_counter()
        for line in lines:
            line.send(next(following))
        while (spent := time.perf_counter() - begun) < duration or answers < connections:
            for key, _ in ready.select(timeout=1):
                if key.data.hear() is not None:
                    answers += 1
                    key.data.send(next(following))
    for line in lines:
        line.socket.close()
    return answers / spent
