"""In front of the application: bodies are received and files are sent outside the one thread that works.

A web process answers one request at a time (two on PostgreSQL). While a slow client sends its piece of a film, or takes
one, nothing is being worked on: such waiting belongs into threads of its own, or twenty telephones on a bad line would
hold up everybody else. It is what a proxy with request buffering does, for the server that runs without one.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any, BinaryIO

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

THREADS = 64  # that wait in one web process; each holds a connection of a client, none of the database
IN_MEMORY = 1024 * 1024
AT_MOST = (
    52 * 1024 * 1024
)  # received ahead; whoever sends more is heard no further than the application wants
_CHUNK = 256 * 1024


class CutOff(Exception):
    """The client went away before it had sent what it announced."""


class Front:
    """A WSGI application around another one, which runs in `at_once` threads of its own."""

    def __init__(self, application: Application, at_once: int = 1) -> None:
        self._application = application
        self._at_once = at_once
        self._workers: ThreadPoolExecutor | None = None  # made in the process that serves, not before a fork

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Receive, work, send."""
        try:
            body = received(environ)
        except CutOff:
            return _said(start_response, "400 Bad Request")
        except OSError:  # no room for what comes in
            return _said(start_response, "507 Insufficient Storage")
        if self._workers is None:
            self._workers = ThreadPoolExecutor(self._at_once, thread_name_prefix="work")
        if body is not None:
            environ["wsgi.input"] = body
        try:
            begun, answer = self._workers.submit(self._work, environ).result()
        finally:
            if body is not None:
                body.close()
        start_response(*begun)
        return answer

    def _work(self, environ: Environ) -> tuple[list[Any], Iterable[bytes]]:
        begun: list[Any] = []
        answer = self._application(environ, lambda *said: begun.extend(said))
        if getattr(answer, "streaming", True):
            return begun, answer  # a file: read and closed by the thread that sends it
        try:
            return begun, list(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()


def _said(start_response: StartResponse, status: str) -> Iterable[bytes]:
    start_response(status, [("Content-Length", "0"), ("Connection", "close")])
    return [b""]


def received(environ: Environ) -> BinaryIO | None:
    """The body of a request, whole; None when it has none. CutOff when less came than was announced.

    A piece of an upload (PATCH) is handed on as far as it came: that much need not be sent again.
    """
    announced = environ.get("CONTENT_LENGTH") or "0"
    length = int(announced) if announced.isascii() and announced.isdigit() else 0
    if not length:
        return None
    source, kept = environ["wsgi.input"], _room(length)
    left = min(length, AT_MOST)
    while left > 0 and (chunk := _read(source, min(_CHUNK, left))):
        kept.write(chunk)
        left -= len(chunk)
    if left and environ.get("REQUEST_METHOD") != "PATCH":
        kept.close()
        raise CutOff
    kept.seek(0)
    return _Rest(kept, source) if length > AT_MOST else kept  # type: ignore[return-value]


def _room(length: int) -> BinaryIO:
    if length <= IN_MEMORY:
        return io.BytesIO()
    return tempfile.TemporaryFile(prefix="gongxue-")


def _read(source: Any, size: int) -> bytes:
    try:
        return bytes(source.read(size))
    except OSError:  # the line broke
        return b""


class _Rest(io.RawIOBase):
    """What was received ahead, then the rest as it comes."""

    def __init__(self, ahead: IO[bytes], source: Any) -> None:
        self._ahead, self._source = ahead, source

    def close(self) -> None:
        """The part on the disk goes."""
        self._ahead.close()
        super().close()

    def readable(self) -> bool:
        """It is only read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Bytes in order; empty at the end."""
        return self._ahead.read(size) or bytes(self._source.read(size))
