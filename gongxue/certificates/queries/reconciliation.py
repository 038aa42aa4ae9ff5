"""账实相符 (MG 18.2): the ledger tells what every sheet and number should be; whatever differs is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Sum

from gongxue.certificates.models import (
    Certificate,
    LedgerEntry,
    NumberCounter,
    Reconciliation,
    SerialNumberRow,
)
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.regulations.calendar import SHANGHAI, day_of
from gongxue.regulations.certificate_cases import month_after

State, Kind = SerialNumberRow.State, LedgerEntry.Kind
_REASON = "reconciliation of one institution"
NAMED = 3  # serials that a sentence names; the rest is counted
_MONTHS = 24  # that the page lists
# What an entry makes of the sheets that it names; an entry about a certificate ends or begins the use of its sheet.
_MAKES: dict[str, str] = {
    Kind.RECEIVED: State.RECEIVED, Kind.ISSUED: State.ISSUED, Kind.REPRINTED: State.ISSUED, Kind.REPLACED: State.ISSUED,
    Kind.CORRECTED: State.VOID, Kind.VOIDED: State.VOID, Kind.REVOKED: State.VOID, Kind.SPOILED: State.SPOILED,
    Kind.LOST: State.LOST,
}  # fmt: skip
_FORMER: dict[str, str] = {Kind.REPRINTED: State.SPOILED, Kind.REPLACED: State.VOID}


def _entries(institution: Organisation) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.unscoped(_REASON).filter(institution=institution)


@dataclass(frozen=True, slots=True)
class _Books:
    """Counter, stock, certificates and ledger of an institution: four queries."""

    last: int
    stock: dict[int, tuple[str, int | None]]  # order of a serial → state, certificate
    numbers: dict[int, str]  # certificate id → number
    entries: list[tuple[str, int | None, str, str, str]]  # kind, certificate, first, last, former serial


def _books(institution: Organisation) -> _Books:
    counter = NumberCounter.objects.filter(series=f"S{institution.province_code}{institution.code}").first()
    rows = SerialNumberRow.objects.unscoped(_REASON).filter(institution=institution)
    certificates = Certificate.objects.unscoped(_REASON).filter(institution=institution)
    entries = _entries(institution).exclude(kind=Kind.COLLECTED).order_by("pk")
    return _Books(
        counter.last if counter else 0,
        {order: (state, pk) for order, state, pk in rows.values_list("order", "state", "certificate_id")},
        dict(certificates.values_list("pk", "number")),
        list(entries.values_list("kind", "certificate_id", "first_serial", "last_serial", "former_serial")),
    )


def _expected(books: _Books) -> dict[int, str]:
    """Order of a serial → the state that the ledger, read from its beginning, leaves it in."""
    found: dict[int, str] = {}
    for kind, _, first, last, former in books.entries:
        for order in range(int(first[5:]), int(last[5:]) + 1):
            found[order] = _MAKES[kind]
        if former:
            found[int(former[5:])] = _FORMER[kind]
    return found


def _named(orders: Iterable[int]) -> str:
    found = sorted(orders)
    shown = "、".join(f"{order:05d}" for order in found[:NAMED])
    return f"{shown} 等 {len(found)} 个" if len(found) > NAMED else shown


def reconcile(institution: Organisation) -> list[str]:
    """Every difference between counter, stock, ledger, numbers and certificates, in Chinese; empty when none."""
    books = _books(institution)
    return [*_serial_differences(books), *_number_differences(books)]


def _serial_differences(books: _Books) -> Iterator[str]:
    stock = {order: state for order, (state, _) in books.stock.items()}
    if missing := set(range(1, books.last + 1)) - set(stock):
        yield f"序列号缺少 {len(missing)} 个，最小为 {min(missing)}"
    if extra := {order for order in stock if order > books.last}:
        yield f"序列号超出计数器 {len(extra)} 个，最小为 {min(extra)}"
    expected = _expected(books)
    if unknown := set(stock) - set(expected):
        yield f"序列号没有台账登记 {len(unknown)} 个：{_named(unknown)}"
    wrong: dict[tuple[str, str], list[int]] = {}
    for order, state in expected.items():
        if stock.get(order, state) != state:
            wrong.setdefault((stock[order], state), []).append(order)
    for (is_now, should), orders in sorted(wrong.items()):
        yield f"序列号 {_named(orders)}：库存为“{State(is_now).label}”，台账应为“{State(should).label}”"


def _number_differences(books: _Books) -> Iterator[str]:
    numbers = books.numbers
    issued = Counter(pk for kind, pk, *_ in books.entries if kind == Kind.ISSUED)
    if len(numbers) != issued.total():
        yield f"台账核发 {issued.total()} 笔，证书 {len(numbers)} 张"
    for pk in sorted(set(numbers) - set(issued))[:NAMED]:
        yield f"证书 {numbers[pk]} 没有核发登记"
    for twice in [pk for pk, times in issued.items() if pk is not None and times > 1][:NAMED]:
        yield f"证书 {numbers.get(twice, '')} 登记核发 {issued[twice]} 次"
    holding = set(numbers) - {pk for kind, pk, *_ in books.entries if kind in LedgerEntry.ENDING}
    used = {pk for state, pk in books.stock.values() if state == State.ISSUED and pk is not None}
    for pk in sorted(holding - used)[:NAMED]:
        yield f"证书 {numbers[pk]} 有效，却没有在用的序列号"
    for pk in sorted(used - holding)[:NAMED]:
        yield f"证书 {numbers.get(pk, '')} 已失效，序列号却仍在用"


# Months -------------------------------------------------------------------------------------------------------------


def _start(month: date) -> datetime:
    return datetime.combine(month, time(), SHANGHAI)


def _stock_at(institution: Organisation, moment: datetime) -> int:
    """Blank sheets in the house at a moment, by the ledger alone.

    A serial that was first named by the issue of an electronic certificate never lay in the stock.
    """
    rows = _entries(institution).filter(entered_at__lt=moment).exclude(kind=Kind.COLLECTED).order_by("pk")
    inside: set[int] = set()
    for kind, first, last in rows.values_list("kind", "first_serial", "last_serial"):
        orders = range(int(first[5:]), int(last[5:]) + 1)
        if kind == Kind.RECEIVED:
            inside.update(orders)
        else:
            inside.difference_update(orders)
    return len(inside)


def sums_of(institution: Organisation, month: date) -> dict[str, int]:
    """Opening stock, what the ledger has of each kind in the month, closing stock, certificates that hold at its end.

    Keys: opening, the kinds of the ledger that occur, closing, certificates.
    """
    begin, end = _start(month), _start(month_after(month))
    entries = _entries(institution)
    inside = entries.filter(entered_at__gte=begin, entered_at__lt=end)
    sums = dict(inside.values_list("kind").annotate(n=Sum("quantity")).order_by("kind"))
    until = entries.filter(entered_at__lt=end)
    ended = until.filter(kind__in=LedgerEntry.ENDING, certificate__isnull=False).count()
    return {
        "opening": _stock_at(institution, begin),
        **sums,
        "closing": _stock_at(institution, end),
        "certificates": until.filter(kind=Kind.ISSUED).count() - ended,
    }


def months_of(institution: Organisation, today: date) -> list[date]:
    """The months that are over, from the first entry of the ledger on, the newest first; two years at most."""
    first = _entries(institution).order_by("pk").values_list("entered_at", flat=True).first()
    if first is None:
        return []
    month, found = day_of(first).replace(day=1), []
    while month_after(month) <= today:
        found.append(month)
        month = month_after(month)
    return found[::-1][:_MONTHS]


def reconciliations_visible_to(role: Role) -> QuerySet[Reconciliation]:
    """Signed months in scope, the newest first."""
    rows: QuerySet[Reconciliation] = Reconciliation.objects.scope(role)
    return rows.select_related("institution", "signed_by").order_by("-month", "institution__code")


def lines_of(sums: dict[str, int]) -> list[tuple[str, int]]:
    """The sums with their names, in the order of the ledger; kinds that did not occur are zero."""
    names = [(kind.value, kind.label) for kind in Kind]
    return [
        ("月初结存空白证书", sums["opening"]),
        *((f"本月{label}", sums.get(value, 0)) for value, label in names),
        ("月末结存空白证书", sums["closing"]),
        ("月末有效证书", sums["certificates"]),
    ]


def blank_ranges(institution: Organisation) -> list[tuple[str, str, int]]:
    """The sheets that lie in the stock now, as ranges: first serial, last serial, how many."""
    rows = SerialNumberRow.objects.unscoped(_REASON).filter(institution=institution, state=State.RECEIVED)
    found: list[tuple[str, str, int]] = []
    for serial in rows.order_by("order").values_list("serial", flat=True):
        if found and int(found[-1][1]) + 1 == int(serial):
            found[-1] = (found[-1][0], serial, found[-1][2] + 1)
        else:
            found.append((serial, serial, 1))
    return found


def overview(role: Role, today: date) -> list[tuple[Organisation, bool, Reconciliation | None]]:
    """Every institution in scope that has a ledger: whether last month is signed, and its newest signed month."""
    entries = LedgerEntry.objects.scope(role).filter(entered_at__lt=_start(today.replace(day=1)))
    kept = set(entries.values_list("institution_id", flat=True).distinct().order_by())
    newest: dict[int, Reconciliation] = {}
    for row in reconciliations_visible_to(role):
        newest.setdefault(row.institution_id, row)
    found: list[tuple[Organisation, bool, Reconciliation | None]] = []
    for place in Organisation.objects.filter(pk__in=kept).order_by("province_code", "code"):
        last = newest.get(place.pk)
        done = last is not None and month_after(last.month) == today.replace(day=1)
        found.append((place, done, last))
    return found


def unsigned_month(role: Role, today: date) -> date | None:
    """Last month, when the institution's ledger has begun before its end and nobody has signed it; one query."""
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    signed = Reconciliation.objects.unscoped("of the entry's institution").filter(
        institution=OuterRef("institution"), month=month
    )
    begun = LedgerEntry.objects.scope(role).filter(~Exists(signed), entered_at__lt=_start(month_after(month)))
    return month if begun.exists() else None
