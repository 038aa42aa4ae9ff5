"""Numbers, serials and entries of the ledger as every act on certificates uses them: counter rows, locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gongxue.certificates.models import Certificate, LedgerEntry, NumberCounter, SerialNumberRow
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.regulations.numbers import serial_number, stock_breaches


def counter_of(series: str) -> NumberCounter:
    """The locked counter row of a series; created when first used."""
    NumberCounter.objects.get_or_create(series=series)
    return NumberCounter.objects.select_for_update(no_key=True).get(pk=series)


def advance(counter: NumberCounter, by: int) -> range:
    """The next orders of a locked counter."""
    first = counter.last + 1
    counter.last += by
    counter.save(update_fields=["last"])
    return range(first, counter.last + 1)


def stock_series(institution: Organisation) -> str:
    """The series of an institution's serials."""
    return f"S{institution.province_code}{institution.code}"


def register_serials(institution: Organisation, orders: range, state: str) -> list[SerialNumberRow]:
    """Rows of serials, not saved yet."""
    return [
        SerialNumberRow(
            institution=institution,
            order=order,
            serial=str(serial_number(institution.province_code, institution.code, order)),
            state=state,
        )
        for order in orders
    ]


def entry(institution: Organisation, kind: str, serials: Sequence[str], by: Role, now: datetime,
          certificate: Certificate | None = None, **also: str) -> LedgerEntry:  # fmt: skip
    """One entry of the ledger, not saved yet; `also`: reason, former_serial, collector."""
    return LedgerEntry(
        institution=institution, province_code=institution.province_code, kind=kind, certificate=certificate,
        first_serial=serials[0], last_serial=serials[-1], quantity=len(serials), entered_by=by.account, entered_at=now,
        **also,
    )  # fmt: skip


def serials_for(institution: Organisation, wanted: int) -> list[SerialNumberRow]:
    """The lowest received serials; what is missing is registered now, in the same sequence (AMB-24)."""
    counter = counter_of(stock_series(institution))
    stock = SerialNumberRow.objects.unscoped("the institution's own stock, under the counter's lock").filter(
        institution=institution, state=SerialNumberRow.State.RECEIVED
    )
    rows = list(stock.select_for_update(of=("self",), no_key=True).order_by("order")[:wanted])
    missing = wanted - len(rows)
    if missing:
        refuse_if(stock_breaches(counter.last, missing))
        rows += SerialNumberRow.objects.bulk_create(
            register_serials(institution, advance(counter, missing), SerialNumberRow.State.RECEIVED)
        )
    return rows
