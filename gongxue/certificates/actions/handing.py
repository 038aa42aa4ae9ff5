"""The paper in the certificate officer's hands: printed again when spoiled, handed out against a name (MG 18)."""

from __future__ import annotations

from datetime import datetime

from gongxue.certificates.actions.deciding import put_on, retire
from gongxue.certificates.actions.numbering import entry
from gongxue.certificates.models import Certificate, LedgerEntry, PrinterOffset, SerialNumberRow
from gongxue.certificates.queries import serial_of
from gongxue.certificates.queries.standing import is_collected, standing_of
from gongxue.certificates.tasks import prepare_documents
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.certificate_cases import hand_out_breaches, reason_breaches, reprint_breaches
from gongxue.regulations.evaluation import download_breaches
from gongxue.regulations.names import regular_name
from gongxue.regulations.roles import Permission
from gongxue.stage7_evaluation.queries import has_answered

Kind = LedgerEntry.Kind
OFFSET_LIMIT = 200  # tenths of a millimetre; a printer that misses by more needs a mechanic
PRINTERS = 20  # of one institution


@action(Permission.REPRINT)
def reprint_certificate(*, certificate: Certificate, reason: str, by: Role, now: datetime) -> LedgerEntry:
    """A print was spoiled: the same certificate on the next sheet, the old sheet is entered as spoiled.

    Refused once it was collected (then it is replaced), when it holds no longer, without a reason.
    """
    row = lock(certificate, by)
    refuse_if(reprint_breaches(standing_of(row), is_collected(row)) + reason_breaches(reason, "补打"))
    old = retire(row, SerialNumberRow.State.SPOILED)
    new = put_on(row)
    made = entry(
        row.institution, Kind.REPRINTED, [new], by, now, row, reason=reason.strip(), former_serial=old
    )
    made.save()
    record(Permission.REPRINT, by=by, now=now, about=row, reason=reason, changes={"serial": [old, new]})
    prepare_documents.enqueue(row.training_class_id)
    return made


@action(Permission.HAND_OUT)
def hand_out(
    *, certificate: Certificate, collector: str, authority: str = "", by: Role, now: datetime
) -> LedgerEntry:
    """Enter who took the paper and signed for it: the holder, or somebody with the holder's written authority.

    Refused: form 2 is missing (TR 12.3, AMB-17), this sheet was handed out before, another's name without authority.
    """
    row = lock(certificate, by)
    serial, name = serial_of(row), regular_name(collector)[:40]
    known = LedgerEntry.objects.inside(certificate=row, kind=Kind.COLLECTED, first_serial=serial)
    answered = not download_breaches(
        has_answered(row.training_class, row.person.account_id), row.training_class.edition
    )
    own = name in (row.holder, row.person.name)
    refuse_if(
        hand_out_breaches(
            standing_of(row), known.exclude(collector="").exists(), answered, own, name, authority
        )
    )
    said = "本人领取" if own else f"委托领取：{authority.strip()}"[:300]
    made = entry(row.institution, Kind.COLLECTED, [serial], by, now, row, reason=said, collector=name)
    made.save()
    record(
        Permission.HAND_OUT, by=by, now=now, about=row, reason="" if own else said,
        changes={"collector": [None, name], "serial": [None, serial]},
    )  # fmt: skip
    return made


@action(Permission.ALIGN)
def align_printer(*, name: str, right: int, down: int, by: Role, now: datetime) -> PrinterOffset:
    """Keep how far a printer misses: tenths of a millimetre to the right and down, negative to the left and up."""
    known = PrinterOffset.objects.scope(by)
    title = name.strip()[:40]
    breaches = []
    if not title or not title.isprintable():
        breaches.append(Breach("printer.name", "MG 18.1", "没有写打印机名称。", "请填写打印机名称。"))
    if max(abs(right), abs(down)) > OFFSET_LIMIT:
        breaches.append(
            Breach("printer.range", "MG 18.1", "偏移超过 20 毫米。", "请检查纸张方向和打印机进纸。")
        )
    if known.count() >= PRINTERS and not known.filter(name=title).exists():
        breaches.append(
            Breach(
                "printer.many", "MG 18.1", f"已保存 {PRINTERS} 台打印机。", "请改用已有名称，覆盖不用的一台。"
            )
        )
    refuse_if(breaches)
    row, _ = known.update_or_create(
        institution=by.organisation, name=title, defaults={"right": right, "down": down}
    )
    record(Permission.ALIGN, by=by, now=now, about=row, changes={"offset": [None, f"{right}, {down}"]})
    return row
