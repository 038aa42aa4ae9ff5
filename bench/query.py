"""The public certificate query, asked over the line as the page's script asks: a POST, the answer's part of the page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction

from bench.books import ANY
from bench.copies import Copies
from bench.issued import bare, classes, issue
from bench.measure import Row, at_least, in_turns, seconds
from bench.served import BARE, Line, Served, Unexpected, get, per_second, post, served
from gongxue.certificates.lane import QUERY_PATH
from gongxue.certificates.lookup import lookup, question_of
from gongxue.certificates.models import Certificate, LedgerEntry, SerialNumberRow
from gongxue.foundation import clock
from gongxue.foundation.identity.vault import blind_index
from gongxue.rehearsal.names import Invention

REGISTER = 10_000  # certificates in the books
ASKED = 500  # of which these are asked for, in turn
DURATION = 1.5  # seconds of each repetition
ONE_BY_ONE = 300  # questions of each repetition, where they are asked one after the other
FORM = "application/x-www-form-urlencoded"
BY_SCRIPT = "X-Part: result"


@dataclass(frozen=True, slots=True)
class Asked:
    """A certificate and what its holder would type: the three pairs of MG 18.2 in turn."""

    number: str
    fields: dict[str, str]

    def request(self, *headers: str) -> bytes:
        """As it goes over the line."""
        return post(QUERY_PATH, urlencode(self.fields).encode(), FORM, *headers)


def _register(size: int) -> list[Asked]:
    """Fill the register with bare rows of invented holders; some of them ask."""
    certificates = issue(classes()[0])
    copies = Copies(classes()[0], -(-size // len(certificates)))
    invention = Invention(20)
    asked: list[Asked] = []
    with transaction.atomic():
        for rows in bare(certificates, copies):
            known = [_named(row, invention) for row in rows]
            _enter(rows, clock.now())
            asked += known
    return asked[:: at_least(len(asked) / ASKED)]


def _named(row: Certificate, invention: Invention) -> Asked:
    row.holder, id_number = invention.name(), invention.id_number()
    row.id_number_index = blind_index(id_number)
    fields = {"name": row.holder, "id_number": id_number, "number": row.number}
    del fields[("name", "id_number", "number")[row.order % 3]]
    return Asked(row.number, fields)


def _enter(rows: Sequence[Certificate], now: datetime) -> None:
    """The rows with a serial and a ledger entry each, as an issue would leave them."""
    Certificate.objects.bulk_create(rows)
    last = SerialNumberRow.objects.unscoped(ANY).order_by("order").values_list("order", flat=True).last() or 0
    serials = [
        SerialNumberRow(
            institution_id=row.institution_id,
            order=order,
            serial=f"B{order:09d}",
            state="issued",
            certificate=row,
        )
        for order, row in enumerate(rows, last + 1)
    ]
    SerialNumberRow.objects.bulk_create(serials)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            institution_id=row.institution_id, province_code=row.province_code, kind=LedgerEntry.Kind.ISSUED,
            certificate=row, first_serial=serial.serial, last_serial=serial.serial, quantity=1,
            entered_by_id=row.issued_by_id, entered_at=now,
        )
        for row, serial in zip(rows, serials, strict=True)
    )  # fmt: skip


def _must_answer(server: Served, asked: Sequence[Asked]) -> None:
    """Every question finds its certificate; this also warms both web processes."""
    for _ in range(4):
        with Line(server.port) as line:
            for one in asked[:50]:
                if one.number.encode() not in line.ask(one.request(BY_SCRIPT)):
                    raise Unexpected(f"{one.fields} does not find {one.number}")


def query(scale: float) -> Row:
    """Answers per second from the web processes of `gongxue serve`, against the health page of the same processes."""
    asked = _register(at_least(REGISTER * scale, 8))
    answers, health = [one.request(BY_SCRIPT) for one in asked], [get("/livez")]
    pages, as_json = ([one.request(*how) for one in asked] for how in ((), ("Accept: application/json",)))
    duration = max(0.05, DURATION * min(1, scale))
    with served() as product, served(BARE) as empty:
        _must_answer(product, asked)
        used: list[float] = []

        def answered() -> float:
            before = product.processor_seconds
            rate = per_second(product.port, answers, duration)
            used.append((product.processor_seconds - before) / (rate * duration))
            return rate

        figure, baseline = in_turns(answered, lambda: per_second(product.port, health, duration))
        more = {
            "page_per_s": per_second(product.port, pages, duration),
            "json_per_s": per_second(product.port, as_json, duration),
            "empty_wsgi_per_s": per_second(empty.port, answers, duration),
            "processor_ms": median(used) * 1000,
            "register": Certificate.objects.unscoped(ANY).count(),
        }
        return Row(figure, "requests/s", baseline, "同一服务的健康检查页", product.memory_mb, more)


def query_sql(scale: float) -> Row:
    """Milliseconds per answer, one after the other on one connection, against the SQL statement of the query alone."""
    asked = _register(at_least(REGISTER * scale, 8))
    times = at_least(ONE_BY_ONE * scale, 10)
    answers = [one.request(BY_SCRIPT) for one in asked]
    books = sqlite3.connect(settings.DATABASES["default"]["NAME"])
    statements = [_statement(one) for one in asked]

    def look_up(n: int) -> None:
        if len(books.execute(*statements[n % len(statements)]).fetchall()) != 1:
            raise Unexpected("the statement does not find one row")

    with served() as product, Line(product.port) as line:
        _must_answer(product, asked)
        figure, baseline = in_turns(
            _each(lambda n: line.ask(answers[n % len(answers)]), times), _each(look_up, times * 10)
        )
        memory = product.memory_mb
    books.close()
    return Row(figure, "ms", baseline, "同一条 SQL 语句直接查库", memory)


def _each(work: Callable[[int], object], times: int) -> Callable[[], float]:
    """Milliseconds of each."""

    def all_of_them() -> None:
        for n in range(times):
            work(n)

    return lambda: seconds(all_of_them) / times * 1000


def _statement(asked: Asked) -> tuple[str, list[Any]]:
    """The statement by which the product looks up, with its values."""
    caught: list[tuple[str, list[Any]]] = []

    def catch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        caught.append((sql.replace("%s", "?"), list(params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(catch):
        lookup(question_of(**asked.fields))
    (statement,) = caught
    return statement
