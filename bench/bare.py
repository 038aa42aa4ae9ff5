"""The least that a server can answer: what a request costs before the product begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

BODY = b"OK\n"
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A WSGI application that reads what was sent and says OK."""
    environ["wsgi.input"].read()
    start_response("200 OK", HEADERS)
    return [BODY]
