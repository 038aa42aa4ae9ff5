"""Reading a submitted page, and one act on several selected rows: each for itself, with what was left and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, QueryDict

from gongxue.foundation.lifecycle.errors import Refusal

Left = list[tuple[str, str]]  # the reason, the names it holds for


def picked(request: HttpRequest) -> list[int]:
    """The selected rows, by primary key; anything else is ignored."""
    return picked_in(request.POST)


def picked_in(sent: QueryDict) -> list[int]:
    """The rows selected in a form or an address, by primary key; anything else is ignored."""
    return [int(pk) for pk in sent.getlist("pick") if pk.isascii() and pk.isdigit() and len(pk) < 16]


def do_each(work: Iterable[tuple[str, Callable[[], Any]]]) -> str:
    """Do one after the other; a refused one changes nothing. The answer fits the `once` key of the request."""
    done = 0
    left: dict[str, list[str]] = {}
    for name, act in work:
        try:
            act()
            done += 1
        except Refusal as refusal:
            left.setdefault(" ".join(str(breach) for breach in refusal.breaches), []).append(name)
    return json.dumps([done, [(reason, "、".join(names)) for reason, names in left.items()]])


def done_and_left(answer: str) -> tuple[int, Left]:
    """How many were done, and the reasons with the names they hold for."""
    done, left = json.loads(answer)
    return done, [(reason, names) for reason, names in left]
