"""A wrong server, for the negative control: it says "done" and only then begins to do it.

Whatever waits in the queue when it is killed has been acknowledged and is lost: the test of kills must notice.
"""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Iterable
from typing import Any

from gongxue.wsgi import application as product

_ANSWER = b'{"act": "", "result": {}}'
_waiting: queue.Queue[dict[str, Any]] = queue.Queue()


def _say_nothing(*_: object) -> Any:
    """The client has been answered already."""


def _do_later() -> None:
    while True:
        for _ in product(_waiting.get(), _say_nothing):
            pass


threading.Thread(target=_do_later, daemon=True).start()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Acknowledge every act at once."""
    if environ["REQUEST_METHOD"] != "POST":
        return product(environ, start_response)
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    _waiting.put({**environ, "wsgi.input": io.BytesIO(body)})
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(_ANSWER)))]
    start_response("200 OK", headers)
    return [_ANSWER]
