"""Whether the public query costs more in a large register: ten thousand certificates, then a million, one server each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from statistics import median

from django.db import connection, transaction

from bench.issued import classes, issue
from bench.measure import Row, at_least, seconds
from bench.query import BY_SCRIPT, Asked, _must_answer
from bench.served import Line, get, served
from gongxue.certificates.models import Certificate, LedgerEntry, SerialNumberRow
from gongxue.foundation import clock
from gongxue.foundation.databases import optimise
from gongxue.foundation.identity.vault import blind_index
from gongxue.rehearsal.names import Invention

SMALL, LARGE = 10_000, 1_000_000
ASKED = 400
TIMES, REPETITIONS = 400, 5
PER_SERIES = 90_000  # serials of one institution
FAR = 10**9  # keys of rows to which nothing in these books belongs
CHUNK = 20_000


def query_growth(scale: float) -> Row:
    """Milliseconds of an answer with a million certificates, against ten thousand; both against a bare response."""
    (pattern,) = issue(classes()[0])[:1]
    times = at_least(TIMES * scale, 10)
    small, large = at_least(SMALL * scale, 20), at_least(LARGE * scale, 40)
    asked = _fill(pattern, 0, small)
    few = _measured(asked, times)
    asked += _fill(pattern, small, large)
    many = _measured(asked[:: max(1, len(asked) // ASKED)], times)
    more = {
        "register": large, "small_register": small, "bare_ms": many[1], "small_bare_ms": few[1],
        "growth": (many[0] / many[1]) / (few[0] / few[1]), "small_memory_mb": few[2],
    }  # fmt: skip
    return Row(many[0], "ms", few[0], "同样的查询，登记簿小一百倍", many[2], more)


def _measured(asked: list[Asked], times: int) -> tuple[float, float, float]:
    """Milliseconds of an answer and of a bare response, medians taken in turns; memory of the server."""
    answers, bare = [one.request(BY_SCRIPT) for one in asked], get("/livez")
    with served() as product, Line(product.port) as line:
        _must_answer(product, asked[:50])
        pairs = [
            (
                seconds(lambda: [line.ask(bare) for _ in range(times)]),
                seconds(lambda: [line.ask(answers[n % len(answers)]) for n in range(times)]),
            )
            for _ in range(REPETITIONS)
        ]
        memory = product.memory_mb
    return median(p[1] for p in pairs) / times * 1000, median(p[0] for p in pairs) / times * 1000, memory


# The register ------------------------------------------------------------------------------------------------------


def _fill(pattern: Certificate, first: int, last: int) -> list[Asked]:
    """Certificates number `first` to `last`, with a serial and an entry each, written without the rows they belong to:
    the query reads none of those, and a million of them would take an hour."""
    invention, asked = Invention(first + 20), []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        for begin in range(first, last, CHUNK):
            with transaction.atomic():
                asked += _chunk(pattern, invention, range(begin, min(begin + CHUNK, last)))
        cursor.execute("PRAGMA foreign_keys=ON")
    optimise()
    return asked[:: max(1, len(asked) // ASKED)]


def _chunk(pattern: Certificate, invention: Invention, places: range) -> list[Asked]:
    rows = list(_rows(pattern, invention, places))
    Certificate.objects.bulk_create([row for row, _ in rows], batch_size=2000)
    serials = [
        SerialNumberRow(
            pk=FAR + n, institution_id=FAR + n // PER_SERIES, order=n % PER_SERIES + 1, serial=f"X{n:09d}",
            state="issued", certificate_id=FAR + n,
        )
        for n in places
    ]  # fmt: skip
    SerialNumberRow.objects.bulk_create(serials, batch_size=2000)
    LedgerEntry.objects.bulk_create([_entry(pattern, n) for n in places], batch_size=2000)
    return [asked for _, asked in rows]


def _entry(pattern: Certificate, n: int) -> LedgerEntry:
    return LedgerEntry(
        pk=FAR + n, institution_id=pattern.institution_id, province_code=pattern.province_code, kind="issued",
        certificate_id=FAR + n, first_serial=f"X{n:09d}", last_serial=f"X{n:09d}", quantity=1,
        entered_by_id=pattern.issued_by_id, entered_at=clock.now(),
    )  # fmt: skip


def _rows(pattern: Certificate, invention: Invention, places: range) -> Iterator[tuple[Certificate, Asked]]:
    for n in places:
        name, identity, number = invention.name(), invention.id_number(), f"{pattern.number[:5]}{n:010d}"
        row = Certificate(
            pk=FAR + n, number=number, order=n % 999 + 1, training_class_id=pattern.training_class_id,
            attendee_id=FAR + n, person_id=pattern.person_id, institution_id=pattern.institution_id,
            province_code=pattern.province_code, holder=name, id_number_index=blind_index(identity),
            level=pattern.level, category=pattern.category, first_day=pattern.first_day, last_day=pattern.last_day,
            courses=pattern.courses, periods=pattern.periods, result=pattern.result, issued_on=pattern.issued_on,
            issued_by_id=pattern.issued_by_id, token=secrets.token_hex(16),
        )  # fmt: skip
        fields = {"name": name, "id_number": identity, "number": number}
        del fields[("name", "id_number", "number")[n % 3]]
        yield row, Asked(number, fields)
