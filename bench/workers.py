"""What a worker process of the certificates' rows does. It is imported before Django is set up in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from bench.books import ANY
from bench.measure import seconds
from bench.processes import peak_mb

ALONE = 100  # pages that the typesetter sets alone


def begin() -> None:
    """Set Django up, once per process."""
    from gongxue.commands.setup import setup_django

    setup_django()


def _now() -> Any:
    from gongxue.foundation import clock

    return clock.now()


def _rows(key: int) -> list[Any]:
    from gongxue.certificates.models import Certificate

    rows = Certificate.objects.unscoped(ANY).filter(training_class_id=key)
    return list(rows.select_related("institution", "person__account").order_by("number"))


def _printed(keys: Sequence[int], number: int) -> list[dict[str, Any]]:
    """What stands on so many certificates."""
    from gongxue.certificates.documents import sheet
    from gongxue.certificates.queries import serials_of

    found: list[dict[str, Any]] = []
    for key in keys:
        rows = _rows(key)
        serials = serials_of(rows)
        found += [sheet._as_printed(row, serials[row.pk]) for row in rows]
        if len(found) >= number:
            break
    return found[:number]


def warm(key: int) -> None:
    """Fonts are read, keys loaded."""
    from gongxue.certificates.documents import signed_pdfs

    list(signed_pdfs(_rows(key)[:1], _now()))


def made_in(keys: Sequence[int]) -> tuple[int, float]:
    """The job of each class; how many documents, and this process's peak."""
    from gongxue.certificates.tasks import prepare_documents

    made = sum(prepare_documents.func(key) for key in keys)
    return made, peak_mb([os.getpid()])


def _set(pages: list[dict[str, Any]]) -> float:
    from gongxue.certificates.documents import sheet

    return seconds(lambda: [sheet._set([page], _now(), paper=False) for page in pages])


def alone(keys: Sequence[int]) -> float:
    """Pages per second that the typesetter sets, everything on them made before."""
    pages = _printed(keys, ALONE)
    return len(pages) / _set(pages)


def rival(given: tuple[str, Sequence[int]]) -> float | None:
    """Pages per second of another maker in this process; None when it is not installed."""
    from bench import rivals

    name, keys = given
    make: Callable[[dict[str, Any]], bytes] | None = rivals.maker(name)
    if make is None:
        return None
    pages = _printed(keys, rivals.PAGES)
    make(pages[0])
    return len(pages) / seconds(lambda: [make(page) for page in pages])
