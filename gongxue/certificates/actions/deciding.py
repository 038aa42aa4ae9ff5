"""What follows when an application about a certificate is granted: serials, ledger, qualification, notices (MG 18)."""

from __future__ import annotations

import secrets
from datetime import datetime

from gongxue.certificates import notices
from gongxue.certificates.actions.cases import corrected_id_number, forget_id_number
from gongxue.certificates.actions.numbering import advance, counter_of, entry, serials_for
from gongxue.certificates.models import Certificate, CertificateCase, LedgerEntry, SerialNumberRow
from gongxue.certificates.queries import series_of
from gongxue.certificates.queries.standing import is_collected, standing_of
from gongxue.certificates.tasks import prepare_documents
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import correct_person, end_qualification, note_qualifications
from gongxue.parties.models import Qualification
from gongxue.regulations.calendar import day_of
from gongxue.regulations.certificate_cases import CaseKind, case_breaches
from gongxue.regulations.numbers import certificate_number, series_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import refuse_own

State, Kind = SerialNumberRow.State, LedgerEntry.Kind


def _granted(case: CertificateCase, kind: CaseKind, by: Role) -> CertificateCase:
    """The case locked with its certificate, still possible, and not one's own."""
    row = lock(case, by)
    if row.kind != kind:
        raise NotAllowed(f"这是{CaseKind(row.kind).title}申请，不能按{kind.title}办理。", "MG 18.2")
    refuse_own(by, row.applied_by_id)
    row.certificate = lock(row.certificate, by)
    if row.state == "applied":  # else the engine says what is wrong
        refuse_if(case_breaches(kind, standing_of(row.certificate), is_collected(row.certificate), False))
    return row


def retire(certificate: Certificate, state: str) -> str:
    """The certificate's present sheet leaves use; returns its serial."""
    rows = SerialNumberRow.objects.inside(certificate=certificate, state=State.ISSUED)
    found: SerialNumberRow = rows.select_for_update(of=("self",), no_key=True).get()
    found.state = state
    found.save(update_fields=["state"])
    return found.serial


def put_on(certificate: Certificate) -> str:
    """The lowest sheet of the stock becomes the certificate's; returns its serial. Its old one has been retired."""
    (sheet,) = serials_for(certificate.institution, 1)
    sheet.state, sheet.certificate = State.ISSUED, certificate
    sheet.save(update_fields=["state", "certificate"])
    return sheet.serial


@action(Permission.REPLACE)
def replace_certificate(*, case: CertificateCase, seen: int, by: Role, now: datetime) -> CertificateCase:
    """Grant a replacement: the same number on a new sheet, the old serial is void (AMB-25)."""
    row = _granted(case, CaseKind.REPLACEMENT, by)
    changes = move(row, Permission.REPLACE, seen=seen, decided_by=by.account, decided_at=now)
    old = retire(row.certificate, State.VOID)
    new = put_on(row.certificate)
    entry(
        row.institution, Kind.REPLACED, [new], by, now, row.certificate, reason=row.reason, former_serial=old
    ).save()
    record(
        Permission.REPLACE, by=by, now=now, about=row, reason=row.reason,
        changes=changes | {"serial": [old, new], "certificate": [None, row.certificate.number]},
    )  # fmt: skip
    notices.case_decided(row, now)
    prepare_documents.enqueue(row.certificate.training_class_id)
    return row


@action(Permission.CORRECT)
def correct_certificate(*, case: CertificateCase, seen: int, by: Role, now: datetime) -> Certificate:
    """Grant a correction: a new certificate with the next number and a new sheet; it names the old, which ends.

    A corrected name or ID number stands in the holder's record as well. Returns the new certificate. Refused as an issue
    is: the series of the class's month is full; or the ID number is another person's.
    """
    row = _granted(case, CaseKind.CORRECTION, by)
    old = row.certificate
    moved = move(row, Permission.CORRECT, seen=seen, decided_by=by.account, decided_at=now)
    counter = counter_of(series_of(old.training_class, row.institution).prefix)
    refuse_if(series_breaches(counter.last, 1))
    (order,) = advance(counter, 1)
    number = str(certificate_number(series_of(old.training_class, row.institution), order))
    name = row.holder if row.holder != old.holder else old.person.name  # what was not asked stays as it is
    in_record = correct_person(old.person, name, corrected_id_number(row))
    forget_id_number(row)
    old.person.refresh_from_db()
    made = _corrected(row, number, order, by, now)
    made.save()
    former = retire(old, State.VOID)
    serial = put_on(made)
    entry(
        row.institution, Kind.CORRECTED, [former], by, now, old, reason=f"{row.reason}；换发 {number}"
    ).save()
    entry(row.institution, Kind.ISSUED, [serial], by, now, made, reason=f"更正 {old.number}").save()
    _renew(old, made, by, now)
    CertificateCase.objects.inside(pk=row.pk).update(made=made)
    record(
        Permission.CORRECT, by=by, now=now, about=row, reason=row.reason,
        changes=moved | in_record | {"numbers": [[old.number], [number]], "serials": [[former], [serial]]},
    )  # fmt: skip
    notices.case_decided(row, now)
    prepare_documents.enqueue(old.training_class_id)
    return made


def _corrected(case: CertificateCase, number: str, order: int, by: Role, now: datetime) -> Certificate:
    old = case.certificate
    return Certificate(
        number=number, order=order, training_class=old.training_class, attendee=old.attendee, corrects=old,
        person=old.person, institution=old.institution, province_code=old.province_code, holder=case.holder,
        id_number_index=old.person.id_number_index, level=old.level, category=old.category, first_day=old.first_day,
        last_day=old.last_day, courses=case.courses, periods=case.periods, result=old.result,
        issued_on=day_of(now), issued_by=by.account, token=secrets.token_hex(16),
    )  # fmt: skip


def _renew(old: Certificate, made: Certificate, by: Role, now: datetime) -> None:
    end_qualification(old.number, day_of(now))
    note_qualifications(
        [
            Qualification(
                person=made.person, level=made.level, category=made.category, certificate_number=made.number,
                institution=made.institution, issued_on=made.issued_on, reference=f"class/{made.training_class_id}",
            )
        ]
    )  # fmt: skip


def _end(
    case: CertificateCase, kind: CaseKind, entered: str, seen: int, by: Role, now: datetime
) -> CertificateCase:
    row = _granted(case, kind, by)
    permission = Permission.VOID if kind == CaseKind.VOID else Permission.REVOKE
    changes = move(row, permission, seen=seen, decided_by=by.account, decided_at=now)
    serial = retire(row.certificate, State.VOID)
    entry(row.institution, entered, [serial], by, now, row.certificate, reason=row.reason).save()
    end_qualification(row.certificate.number, day_of(now))
    record(
        permission, by=by, now=now, about=row, reason=row.reason,
        changes=changes | {"certificate": [row.certificate.number, None], "serial": [serial, None]},
    )  # fmt: skip
    notices.case_decided(row, now)
    return row


@action(Permission.VOID)
def void_certificate(*, case: CertificateCase, seen: int, by: Role, now: datetime) -> CertificateCase:
    """A certificate that was not handed out is void; number and serial are never used again."""
    return _end(case, CaseKind.VOID, Kind.VOIDED, seen, by, now)


@action(Permission.REVOKE)
def revoke_certificate(*, case: CertificateCase, seen: int, by: Role, now: datetime) -> CertificateCase:
    """The province revokes a certificate that was handed out; the public query says so at once (MG 18.1, 18.2)."""
    row = _end(case, CaseKind.REVOCATION, Kind.REVOKED, seen, by, now)
    notices.revoked(row, now)
    return row
