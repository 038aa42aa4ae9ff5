"""What must agree across certificates (MG 18.2 账实相符), and the numbers that must never be used again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import Max

from gongxue.certificates.log import log_differences
from gongxue.certificates.models import Certificate, LedgerEntry, NumberCounter, SerialNumberRow
from gongxue.certificates.queries import reconcile, series_of
from gongxue.foundation.books import Check
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Qualification
from gongxue.parties.queries import institution_kind
from gongxue.regulations.certificates import issuer_breaches
from gongxue.regulations.numbers import certificate_number, parse_certificate_number, serial_number
from gongxue.regulations.roles import Permission
from gongxue.stage6_assessment.models import TranscriptLine

_REASON = "check-books compares all rows"
REGISTERED, USED = "S", "U"  # series of an institution's serials: registered up to, used up to

State = SerialNumberRow.State


# Numbers for the witness --------------------------------------------------------------------------------------------


def used_numbers() -> dict[str, int]:
    """Every counter, and per institution the highest serial that has left the stock (`U` + prefix)."""
    counters = dict(NumberCounter.objects.values_list("series", "last"))
    gone = SerialNumberRow.objects.unscoped("what must never be used again").exclude(state=State.RECEIVED)
    highest = gone.values_list("institution__province_code", "institution__code").annotate(last=Max("order"))
    return counters | {f"{USED}{province}{code}": last for province, code, last in highest}


def reserve_numbers(counters: Mapping[str, int], now: datetime) -> list[str]:
    """After a restore: mark what was used since the backup as lost and go on behind it; says each number.

    Serials get a row and an entry of the ledger each, so that they stay gapless. Called in a transaction.
    """
    institutions = {f"{o.province_code}{o.code}": o for o in Organisation.objects.exclude(code="")}
    marked: list[str] = []
    for series, used in sorted(counters.items()):  # digits, then S, then U: rows exist before they are marked
        if series[:1] == USED:
            marked += _lose_received(institutions[series[1:]], used, now)
            continue
        counter, _ = NumberCounter.objects.select_for_update(no_key=True).get_or_create(series=series)
        orders = range(counter.last + 1, used + 1)
        NumberCounter.objects.filter(pk=series).update(last=max(used, counter.last))
        if series[:1] == REGISTERED:
            marked += _lose_serials(institutions[series[1:]], orders, now)
        else:
            marked += [f"证书编号 {series}{order:03d}" for order in orders]
    return marked


def _lose_serials(institution: Organisation, orders: Iterable[int], now: datetime) -> list[str]:
    rows = [
        SerialNumberRow(
            institution=institution, order=order, state=State.LOST,
            serial=str(serial_number(institution.province_code, institution.code, order)),
        )
        for order in orders
    ]  # fmt: skip
    SerialNumberRow.objects.bulk_create(rows, batch_size=500)
    return _enter_lost(institution, rows, now)


def _lose_received(institution: Organisation, used: int, now: datetime) -> list[str]:
    stock = SerialNumberRow.objects.unscoped("sheets that left the stock after the backup")
    rows = list(
        stock.filter(institution=institution, state=State.RECEIVED, order__lte=used).order_by("order")
    )
    stock.filter(pk__in=[row.pk for row in rows]).update(state=State.LOST)
    return _enter_lost(institution, rows, now)


def _enter_lost(institution: Organisation, rows: list[SerialNumberRow], now: datetime) -> list[str]:
    LedgerEntry.objects.bulk_create(
        (
            LedgerEntry(
                institution=institution, province_code=institution.province_code, kind=LedgerEntry.Kind.LOST,
                first_serial=row.serial, last_serial=row.serial, quantity=1, entered_at=now,
                reason="备份之后已用，恢复时登记；纸质证书以实物为准",
            )
            for row in rows
        ),
        batch_size=500,
    )  # fmt: skip
    return [f"序列号 {row.serial}" for row in rows]


def lost_ranges() -> dict[str, list[range]]:
    """Series → orders that restores have marked as lost, from their entries in the trail."""
    found: dict[str, list[range]] = defaultdict(list)
    epochs = Event.objects.unscoped(_REASON).filter(code=Permission.RESTORE.value)
    for changes in epochs.values_list("changes", flat=True):
        for series, (last, used) in changes["numbers"][1].get("certificates", {}).items():
            found[series].append(range(last + 1, used + 1))
    return found


# What must agree ----------------------------------------------------------------------------------------------------


def stock_differences() -> Iterator[str]:
    """Counter, serials, ledger and certificates of every institution agree; every serial is spelt as it must be."""
    for institution in Organisation.objects.exclude(code="").order_by("code"):
        for difference in reconcile(institution):
            yield f"{institution}：{difference}。"
    rows = SerialNumberRow.objects.unscoped(_REASON).select_related("institution").order_by("pk")
    lost = LedgerEntry.objects.unscoped(_REASON).filter(kind=LedgerEntry.Kind.LOST)
    entered = set(lost.values_list("first_serial", flat=True))
    for row in rows.iterator(chunk_size=2000):
        if row.serial != str(serial_number(row.institution.province_code, row.institution.code, row.order)):
            yield f"序列号 {row.serial}：与机构号和顺序号 {row.order} 不符。"
        if (row.state == State.LOST) != (row.serial in entered):
            yield f"序列号 {row.serial}：状态为“{row.get_state_display()}”，台账{'有' if row.serial in entered else '没有'}恢复登记。"


def number_differences() -> Iterator[str]:
    """In every series the numbers run from 1 to the counter without a gap, except what a restore marked as lost."""
    orders: dict[str, set[int]] = defaultdict(set)
    for number, order in Certificate.objects.unscoped(_REASON).values_list("number", "order"):
        parsed = parse_certificate_number(number)
        if parsed is None or parsed.order != order:
            yield f"证书编号 {number}：格式或顺序号不对。"
        orders[number[:-3]].add(order)
    lost = lost_ranges()
    counters = dict(NumberCounter.objects.exclude(series__regex="^[A-Z]").values_list("series", "last"))
    for series in sorted({*orders, *counters}):
        last, marked = counters.get(series, 0), {order for part in lost.get(series, []) for order in part}
        if missing := set(range(1, last + 1)) - orders[series] - marked:
            yield f"编号系列 {series}：已用到 {last}，缺少 {len(missing)} 个，最小为 {min(missing):03d}。"
        if beyond := {order for order in orders[series] if order > last}:
            yield f"编号系列 {series}：计数器为 {last}，却有编号 {max(beyond):03d}。"
        if twice := orders[series] & marked:
            yield f"编号系列 {series}：{min(twice):03d} 已登记为恢复前使用，又发了证书。"


def certificate_differences() -> Iterator[str]:
    """Each certificate was issued to somebody qualified, by the right kind of institution, and is entered everywhere."""
    qualified = _qualified()
    serials: dict[int, int] = defaultdict(int)
    active = SerialNumberRow.objects.unscoped(_REASON).filter(state=State.ISSUED)
    for certificate_id in active.values_list("certificate_id", flat=True):
        serials[certificate_id] += 1
    issued = LedgerEntry.objects.unscoped(_REASON).filter(kind=LedgerEntry.Kind.ISSUED)
    in_ledger = set(issued.values_list("certificate_id", flat=True))
    noted = set(Qualification.objects.unscoped(_REASON).values_list("certificate_number", "person_id"))
    gone = Qualification.objects.unscoped(_REASON).filter(ended_on__isnull=False)
    over = set(gone.values_list("certificate_number", flat=True))
    endings = LedgerEntry.objects.unscoped(_REASON).filter(
        kind__in=LedgerEntry.ENDING, certificate__isnull=False
    )
    ended = set(endings.values_list("certificate_id", flat=True))
    traced, former = _traced(), _former_indexes()
    rows = Certificate.objects.unscoped(_REASON).select_related(
        "training_class__institution", "person", "institution", "corrects"
    )
    for row in rows.order_by("pk").iterator(chunk_size=1000):
        facts = {
            "持证人没有合格的成绩": row.attendee_id in qualified,
            "没有对应的有效序列号": serials[row.pk] == (0 if row.pk in ended else 1),
            "台账没有核发记录": row.pk in in_ledger,
            "人员资格没有登记": (row.number, row.person_id) in noted,
            "人员资格的效力与台账不符": (row.number in over) == (row.pk in ended),
            "更正的不是同一人同一班的证书": row.corrects is None
            or row.corrects.attendee_id == row.attendee_id,
            "没有核发的留痕": row.number in traced,
            "与培训班、机构或持证人不符": _belongs(row, former),
        }
        yield from (f"证书 {row.number}：{says}。" for says, holds in facts.items() if not holds)
        for breach in issuer_breaches(institution_kind(row.institution), row.training_class.level_enum, True):
            yield f"证书 {row.number}：{breach.says}"


def _qualified() -> set[int]:
    last: dict[int, bool] = {}
    rows = TranscriptLine.objects.unscoped(_REASON).order_by("revision")
    for attendee, qualified in rows.values_list("attendee_id", "qualified"):
        last[attendee] = qualified
    return {attendee for attendee, qualified in last.items() if qualified}


def _traced() -> set[str]:
    codes = [Permission.ISSUE.value, Permission.CORRECT.value]
    entries = Event.objects.unscoped(_REASON).filter(code__in=codes)
    return {
        number
        for changes in entries.values_list("changes", flat=True)
        for number in changes.get("numbers", [None, []])[1]
    }


def _former_indexes() -> set[tuple[int, bytes]]:
    """ID numbers that a correction has replaced: (person, index). Certificates from before keep what they say."""
    made = Certificate.objects.unscoped(_REASON).filter(corrects__isnull=False)
    pairs = made.values_list("person_id", "id_number_index", "corrects__id_number_index")
    return {(person, bytes(old)) for person, new, old in pairs if bytes(old) != bytes(new)}


def _belongs(row: Certificate, former: set[tuple[int, bytes]]) -> bool:
    shown = row.training_class
    series = series_of(shown, shown.institution)
    same = (row.institution_id, row.level, row.category) == (
        shown.institution_id,
        shown.level,
        shown.category,
    )
    number = str(certificate_number(series, row.order))
    index = bytes(row.id_number_index)
    own = index == bytes(row.person.id_number_index) or (row.person_id, index) in former
    return same and row.number == number and own


CHECKS = (
    Check("证书库存、序列号与台账相符", stock_differences),
    Check("证书编号连续、不重", number_differences),
    Check("证书存证日志完整", log_differences),
    Check("证书只发给合格者，处处有登记", certificate_differences),
)
