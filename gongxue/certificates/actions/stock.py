"""The stock of printed sheets (MG 18.1 保存, MG 18.2): what comes in, what is taken out before it is used."""

from __future__ import annotations

from datetime import datetime

from gongxue.certificates.actions.numbering import advance, counter_of, entry, register_serials, stock_series
from gongxue.certificates.models import LedgerEntry, SerialNumberRow
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.certificate_cases import spoil_breaches
from gongxue.regulations.names import regular_name
from gongxue.regulations.numbers import parse_serial_number, stock_breaches
from gongxue.regulations.roles import Permission

RECEIPT_LIMIT = 5000  # sheets in one receipt; ours, against a slip of the finger


@action(Permission.RECEIVE_STOCK)
def receive_stock(*, quantity: int, by: Role, now: datetime) -> LedgerEntry:
    """Enter printed sheets into the stock: the next serials in order (MG 17.2, AMB-24)."""
    institution = by.organisation
    counter = counter_of(stock_series(institution))
    breaches = stock_breaches(counter.last, quantity)
    if not 1 <= quantity <= RECEIPT_LIMIT:
        breaches = [
            Breach("stock.quantity", "MG 18.2", f"入库数量应在 1 至 {RECEIPT_LIMIT} 之间。", "请分次入库。")
        ]
    refuse_if(breaches)
    rows = SerialNumberRow.objects.bulk_create(
        register_serials(institution, advance(counter, quantity), SerialNumberRow.State.RECEIVED)
    )
    made = entry(institution, LedgerEntry.Kind.RECEIVED, [row.serial for row in rows], by, now)
    made.save()
    record(
        Permission.RECEIVE_STOCK, by=by, now=now, about=made,
        changes={"serials": [None, f"{rows[0].serial}-{rows[-1].serial}"]},
    )  # fmt: skip
    return made


_OUT = {"spoiled": LedgerEntry.Kind.SPOILED, "void": LedgerEntry.Kind.VOIDED}


@action(Permission.SPOIL_STOCK)
def spoil_stock(
    *, first: str, last: str, kind: str, reason: str, witness: str, by: Role, now: datetime
) -> LedgerEntry:
    """Take blank sheets out of the stock: spoiled (损毁) or void (作废), one range, before a second person.

    `first` and `last` are serials of the officer's own institution, `kind` is spoiled or void. Refused: a sheet of the
    range that is not in the stock, no reason, no witness, oneself as witness. The serials are never used again.
    """
    institution = by.organisation
    if kind not in _OUT:
        raise RuleBroken([Breach("spoil.kind", "MG 18.2", "没有这种核销方式。", "请选择损毁或作废。")])
    counter_of(stock_series(institution))  # the lock under which issues take sheets too
    begin, end = (_own_order(text, by) for text in (first, last))
    rows = SerialNumberRow.objects.unscoped("the institution's own stock, under the counter's lock").filter(
        institution=institution, state=SerialNumberRow.State.RECEIVED, order__gte=begin, order__lte=end
    )
    own = regular_name(witness) == by.account.name
    refuse_if(spoil_breaches(end - begin + 1, rows.count(), reason, witness, own))
    serials = list(rows.order_by("order").values_list("serial", flat=True))
    rows.update(state=kind)
    said = f"{reason.strip()[:240]}（监销人：{witness.strip()[:40]}）"
    made = entry(institution, _OUT[kind], serials, by, now, reason=said)
    made.save()
    record(
        Permission.SPOIL_STOCK, by=by, now=now, about=made, reason=said,
        changes={"serials": ["在库", f"{serials[0]}-{serials[-1]} {made.get_kind_display()}"]},
    )  # fmt: skip
    return made


def _own_order(text: str, by: Role) -> int:
    """The order of a serial of the officer's institution."""
    parsed = parse_serial_number(text.strip())
    place = by.organisation
    if parsed is None or (parsed.province, parsed.institution) != (place.province_code, place.code):
        says = f"“{text.strip()[:20]}”不是本机构的证书序列号。"
        raise RuleBroken(
            [Breach("spoil.serial", "MG 17.2", says, "序列号共 10 位，前 5 位为本省代码和机构号。")]
        )
    return parsed.order
