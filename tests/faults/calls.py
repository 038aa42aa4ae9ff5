"""Requests byte by byte: so that an answer can be thrown away, and many requests can end at the same moment."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from types import TracebackType
from typing import Any

from gongxue.api.acts import path_of
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.regulations.roles import Permission

NO_ANSWER = (OSError, HTTPException)  # the line broke: whether the act was done is not known


@dataclass(frozen=True, slots=True)
class Deed:
    """One mutating request of the API. `what` says what it must leave in the books, for the test's own account."""

    where: str
    token: str
    inputs: dict[str, Any]
    key: str = ""
    what: tuple[Any, ...] = ()

    @property
    def bytes(self) -> bytes:
        """The request as it goes over the line."""
        body = json.dumps(self.inputs, ensure_ascii=False, default=str).encode()
        head = [
            f"POST /api/v1{self.where} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        if self.key:
            head.append(f"Idempotency-Key: {self.key}")
        return "\r\n".join([*head, "", ""]).encode() + body


def where_of(permission: Permission, pk: int = 0) -> str:
    """The address of an act, as the API itself makes it."""
    return path_of(ACTS[permission]).replace("{pk}", str(pk))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; a page instead of JSON stands under `page`."""

    status: int
    data: dict[str, Any]

    @property
    def result(self) -> Any:
        """What the act returned."""
        return self.data["result"]

    @property
    def rules(self) -> list[tuple[str, str]]:
        """Rule and article of every breach of a refusal."""
        return [(b["rule"], b["article"]) for b in self.data["breaches"]]


class Line:
    """A connection that is kept for many requests."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """Bytes of a request."""
        self._socket.sendall(data)

    def answer(self) -> Answer:
        """Wait for the answer; one of NO_ANSWER when the line breaks."""
        response = HTTPResponse(self._socket)
        try:
            response.begin()
            body = response.read()
            is_json = "json" in (response.headers["Content-Type"] or "")
            return Answer(response.status, json.loads(body) if is_json else {"page": body.decode()})
        finally:
            response.close()

    def ask(self, deed: Deed) -> Answer:
        """A request and its answer."""
        self.send(deed.bytes)
        return self.answer()

    def close(self) -> None:
        """Hang up, whatever is still on its way."""
        self._socket.close()

    def __enter__(self) -> Line:
        """Open already."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Hang up."""
        self.close()


def throw_away(port: int, deed: Deed) -> None:
    """Send a whole request and hang up before its answer."""
    with Line(port) as line:
        line.send(deed.bytes)


def at_once(port: int, deeds: Sequence[Deed]) -> list[Answer]:
    """Every request but its last byte, then all last bytes together: the answers in the order of the deeds."""
    lines = [Line(port) for _ in deeds]
    try:
        for line, deed in zip(lines, deeds, strict=True):
            line.send(deed.bytes[:-1])
        for line, deed in zip(lines, deeds, strict=True):
            line.send(deed.bytes[-1:])
        with ThreadPoolExecutor(len(lines)) as pool:
            return list(pool.map(Line.answer, lines))
    finally:
        for line in lines:
            line.close()
