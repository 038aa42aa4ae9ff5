"""What waits for a client never holds up the work of others, and a request that is cut off is never worked on."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from gongxue.foundation import front
from gongxue.foundation.front import Front


class Answer(list[bytes]):
    """An answer of the application; `streaming` when it is sent bit by bit."""

    def __init__(self, *parts: bytes, streaming: bool = False) -> None:
        super().__init__(parts)
        self.streaming = streaming
        self.closed_in: str | None = None

    def close(self) -> None:
        """Where it was closed."""
        self.closed_in = threading.current_thread().name


class Body:
    """What a client sends; `gate` holds it up after the first bytes."""

    def __init__(self, data: bytes, gate: threading.Event | None = None) -> None:
        self._data, self._gate = io.BytesIO(data), gate

    def read(self, size: int = -1) -> bytes:
        """Some bytes, the rest when the gate is open."""
        if self._gate is not None and (size < 0 or self._data.tell()):
            assert self._gate.wait(10)
        return self._data.read(min(size, 10) if self._gate and size > 0 else size)


def ask(
    application: Any, method: str = "POST", body: bytes = b"", length: int | None = None, gate: Any = None
) -> tuple[str, bytes]:
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": method, "CONTENT_LENGTH": str(len(body) if length is None else length),
        "wsgi.input": Body(body, gate),
    }  # fmt: skip
    answer: Iterable[bytes] = application(environ, lambda status, headers: said.append(status))
    return said[0], b"".join(answer)


def echo(environ: dict[str, Any], start_response: Any) -> Answer:
    start_response("200 OK", [])
    return Answer(environ["wsgi.input"].read())


@pytest.mark.parametrize("size", [0, 1, front.IN_MEMORY, front.IN_MEMORY + 1, 3 * front.IN_MEMORY])
def test_a_body_arrives_as_it_was_sent(size: int) -> None:
    body = bytes(i % 251 for i in range(size))
    assert ask(Front(echo), body=body) == ("200 OK", body)


def test_what_is_longer_than_is_received_ahead_comes_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "AT_MOST", 100)

    def reads(environ: dict[str, Any], start_response: Any) -> Answer:
        start_response("200 OK", [])
        parts = []
        while part := environ["wsgi.input"].read(70):
            parts.append(part)
        return Answer(*parts)

    assert ask(Front(reads), body=bytes(range(250))) == ("200 OK", bytes(range(250)))


def test_a_slow_client_holds_up_nobody() -> None:
    gate = threading.Event()
    application = Front(echo, at_once=1)
    slow: list[tuple[str, bytes]] = []
    threads = [
        threading.Thread(target=lambda: slow.append(ask(application, body=b"slow but whole", gate=gate)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    assert ask(application, body=b"quick") == ("200 OK", b"quick")
    assert slow == []
    gate.set()
    for thread in threads:
        thread.join(10)
    assert slow == [("200 OK", b"slow but whole")] * 5


def test_without_the_front_it_would() -> None:
    gate = threading.Event()
    busy = threading.Lock()  # one thread that works, as the server has it

    def alone(environ: dict[str, Any], start_response: Any) -> Answer:
        with busy:
            return echo(environ, start_response)

    thread = threading.Thread(target=lambda: ask(alone, body=b"slow but whole", gate=gate))
    thread.start()
    while not busy.locked():
        continue
    assert not busy.acquire(timeout=0.2)
    gate.set()
    thread.join(10)


def test_what_is_cut_off_is_not_worked_on() -> None:
    worked: list[str] = []

    def notes(environ: dict[str, Any], start_response: Any) -> Answer:
        worked.append(environ["REQUEST_METHOD"])
        return echo(environ, start_response)

    assert ask(Front(notes), body=b"amount=1", length=9)[0] == "400 Bad Request"
    assert worked == []
    assert ask(Front(notes), "PATCH", b"a piece of a f", length=99) == ("200 OK", b"a piece of a f")


def test_a_line_that_breaks_is_a_body_that_is_cut_off() -> None:
    class Breaks(Body):
        """A body whose line breaks."""

        def read(self, size: int = -1) -> bytes:
            raise OSError("connection reset")

    environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "5", "wsgi.input": Breaks(b"")}
    said: list[str] = []
    assert b"".join(Front(echo)(environ, lambda status, headers: said.append(status))) == b""
    assert said == ["400 Bad Request"]


def test_a_page_is_closed_where_it_was_made_and_a_file_where_it_is_sent() -> None:
    page, file = Answer(b"page"), Answer(b"fi", b"le", streaming=True)

    def gives(answer: Answer) -> Any:
        def application(environ: dict[str, Any], start_response: Any) -> Answer:
            start_response("200 OK", [("X", "y")])
            return answer

        return application

    assert ask(Front(gives(page)))[1] == b"page"
    assert page.closed_in is not None and page.closed_in.startswith("work")
    assert ask(Front(gives(file)))[1] == b"file"
    assert file.closed_in is None  # the server closes it when it has been sent


def test_only_so_many_work_at_once() -> None:
    working, most = 0, 0
    lock = threading.Lock()

    def counts(environ: dict[str, Any], start_response: Any) -> Answer:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        threading.Event().wait(0.01)
        with lock:
            working -= 1
        return echo(environ, start_response)

    application = Front(counts, at_once=2)
    threads = [threading.Thread(target=lambda: ask(application, body=b"x")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 2


def test_a_failure_of_the_application_reaches_the_server() -> None:
    def fails(environ: dict[str, Any], start_response: Any) -> Answer:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        ask(Front(fails))
