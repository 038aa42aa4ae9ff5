"""Numbers and serials from counter rows, thirty at a time as a class needs them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from bench.measure import Row, at_least, in_turns, seconds
from bench.processes import OwnPeak

CLASSES, SEATS = 200, 30
THREADS = 8  # officers of one institution at the same moment
MISSING = "没有安装"
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def numbering(scale: float) -> Row:
    """Numbers per second on SQLite, against the same rows without counters; PostgreSQL in a process of its own."""
    classes = at_least(CLASSES * scale, 2)
    peak = OwnPeak()
    found = _measured(classes)
    more = {"at_once_per_s": found["at_once"], "numbers": classes * SEATS, "threads": THREADS}
    return Row(
        found["counted"], "certificates/s", found["bare"], "同样的序列号行直接写入，不经计数器", peak.mb,
        more | _on_postgresql(scale),
    )  # fmt: skip


def _measured(classes: int) -> dict[str, float]:
    """Rates of numbers: through the counters, bare, and through them by many at once."""
    from gongxue.foundation.identity.models import Organisation

    place = Organisation(kind="training_base", name="测量用机构", province_code="13", code="990")
    place.save()
    fresh = count(1)

    def rate(one: Callable[[Any, int], None]) -> float:
        def all_of_them() -> None:
            for _ in range(classes):
                one(place, next(fresh))

        return classes * SEATS / seconds(all_of_them)

    figure, baseline = in_turns(lambda: rate(_class), lambda: rate(_bare), 3)
    return {"counted": figure, "bare": baseline, "at_once": _at_once(place, classes, fresh)}


def _class(place: Any, n: int) -> None:
    """What an issue does with the counters for a class of thirty: numbers of its month, serials of its institution."""
    from django.db import transaction

    from gongxue.certificates.actions.numbering import advance, counter_of, register_serials, stock_series
    from gongxue.certificates.models import SerialNumberRow

    with transaction.atomic():
        advance(counter_of(f"B{n // 30:08d}"), SEATS)
        orders = advance(counter_of(stock_series(place)), SEATS)
        SerialNumberRow.objects.bulk_create(register_serials(place, orders, "void"))


def _bare(place: Any, n: int) -> None:
    """As many rows of serials, at the other end of the series."""
    from django.db import transaction

    from gongxue.certificates.actions.numbering import register_serials
    from gongxue.certificates.models import SerialNumberRow

    last = 99_999 - n * SEATS
    with transaction.atomic():
        rows = register_serials(place, range(last, last + SEATS), "void")
        SerialNumberRow.objects.bulk_create(rows)


def _at_once(place: Any, classes: int, fresh: Any) -> float:
    """Everybody wants the same counter; afterwards nothing is missing and nothing twice."""
    from django.db import connections

    def officer(number: int) -> None:
        for _ in range(number):
            _class(place, next(fresh))
        connections.close_all()

    each = at_least(classes / THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        took = seconds(lambda: list(pool.map(officer, [each] * THREADS)))
    _must_be_whole(place)
    return each * THREADS * SEATS / took


def _must_be_whole(place: Any) -> None:
    from gongxue.certificates.actions.numbering import stock_series
    from gongxue.certificates.models import NumberCounter, SerialNumberRow

    last = NumberCounter.objects.get(pk=stock_series(place)).last
    rows = SerialNumberRow.objects.unscoped("measured").filter(institution=place, order__lte=last)
    if rows.count() != last:
        raise RuntimeError(f"{last} serials were given, {rows.count()} are there")


# PostgreSQL --------------------------------------------------------------------------------------------------------


def _on_postgresql(scale: float) -> dict[str, Any]:
    """The same over a server of the installed binaries that writes durably, or that there is none."""
    from tests.postgresql import PostgresqlError, start

    try:
        server = start(**DURABLE)
    except PostgresqlError:
        return dict.fromkeys(
            ("postgresql_per_s", "postgresql_bare_per_s", "postgresql_at_once_per_s"), MISSING
        )
    try:
        server.create_database("numbering")
        found = _child(server.url("numbering"), scale)
    finally:
        server.stop()
    return {
        "postgresql_per_s": found["counted"], "postgresql_bare_per_s": found["bare"],
        "postgresql_at_once_per_s": found["at_once"],
    }  # fmt: skip


def _child(url: str, scale: float) -> dict[str, float]:
    """Measure in a process whose books are another database."""
    with tempfile.TemporaryDirectory(prefix="gongxue-bench-") as folder:
        printed = subprocess.run(
            [sys.executable, "-m", "bench.numbering", str(scale)],
            env={**os.environ, "GONGXUE_VAR": folder, "DATABASE_URL": url},
            stdout=subprocess.PIPE, text=True, check=True,
        ).stdout  # fmt: skip
    found: dict[str, float] = json.loads(printed)
    return found


def main(say: Callable[[str], object] = print) -> None:
    """In the child: the tables, then the measurement."""
    from gongxue.commands.setup import setup_django
    from gongxue.foundation.keys import create_keys

    create_keys(Path(os.environ["GONGXUE_VAR"]) / "keys")
    setup_django()
    from gongxue.foundation.databases import migrate

    migrate()
    say(json.dumps(_measured(at_least(CLASSES * float(sys.argv[1]), 2))))


if __name__ == "__main__":
    main()
