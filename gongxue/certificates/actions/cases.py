"""What is asked for an issued certificate (MG 18): by its holder or by the certificate officer, decided by others."""

from __future__ import annotations

from datetime import datetime

from gongxue.certificates import notices
from gongxue.certificates.models import Certificate, CertificateCase
from gongxue.certificates.queries.standing import is_collected, standing_of
from gongxue.foundation.identity.models import Role
from gongxue.foundation.identity.vault import blind_index
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, refuse_if
from gongxue.foundation.pages.typesetter import uncovered
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.certificate_cases import (
    CaseKind,
    case_breaches,
    correction_breaches,
    reason_breaches,
)
from gongxue.regulations.id_numbers import SHOWN_DIGITS, IdNumber, id_number_breaches, parse_id_number
from gongxue.regulations.names import regular_name
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import refuse_own

_OF_THE_PROVINCE = (CaseKind.REVOCATION,)


def _case(
    certificate: Certificate, kind: CaseKind, permission: Permission, reason: str, by: Role, now: datetime,
    **also: str | int | bytes,
) -> CertificateCase:  # fmt: skip
    row = certificate
    refuse_if(
        case_breaches(
            kind,
            standing_of(row),
            is_collected(row),
            CertificateCase.objects.inside(certificate=row, state="applied").exists(),
        )
        + reason_breaches(reason, f"申请{kind.title}")
    )
    made: CertificateCase = CertificateCase.objects.create(
        kind=kind, certificate=row, institution=row.institution, province_code=row.province_code,
        reason=reason.strip(), applied_by=by.account, applied_at=now, **also,
    )  # fmt: skip
    record(permission, by=by, now=now, about=made, reason=reason, changes={"certificate": [None, row.number]})
    notices.case_applied(made, now)
    return made


@action(Permission.APPLY_REPLACEMENT)
def apply_replacement(*, certificate: Certificate, reason: str, by: Role, now: datetime) -> CertificateCase:
    """Ask for another sheet of a lost or damaged certificate under its number (AMB-25).

    By the holder or the certificate officer. Refused: not collected yet, ended, something asked already, no reason.
    """
    row = lock(certificate, by)
    return _case(row, CaseKind.REPLACEMENT, Permission.APPLY_REPLACEMENT, reason, by, now)


@action(Permission.APPLY_CORRECTION)
def apply_correction(
    *, certificate: Certificate, holder: str, courses: str, periods: int, reason: str, id_number: str = "", by: Role,
    now: datetime,
) -> CertificateCase:  # fmt: skip
    """Ask for a new certificate that says name, ID number, courses or hours as they should have been said.

    `holder`, `courses`, `periods`: as they shall stand; `id_number`: only when it is wrong, else "". Name and ID number
    are corrected in the holder's record too. Level, category and days are those of the class.
    """
    row = lock(certificate, by)
    name, content = regular_name(holder), courses.strip()[:300]
    number = parse_id_number(id_number)
    wrong = id_number_breaches(id_number, day_of(now)) if id_number.strip() else []
    other = number is not None and blind_index(number.reveal()) != bytes(row.id_number_index)
    differs = other or bool(wrong) or (name, content, periods) != (row.holder, row.courses, row.periods)
    refuse_if(correction_breaches(differs, name, periods) + wrong + _glyphs(name + content))
    return _case(
        row, CaseKind.CORRECTION, Permission.APPLY_CORRECTION, reason, by, now,
        holder=name, courses=content, periods=periods, **(_sealed(row, number) if number and other else {}),
    )  # fmt: skip


ID_PLACE = "certificate_case.id_number"  # what the sealed number is bound to


def _sealed(row: Certificate, number: IdNumber) -> dict[str, str | bytes]:
    """The new number under the holder's key, and the end by which whoever decides compares it."""
    sealed = row.person.account.seal(number.reveal(), ID_PLACE)
    return {"id_number_sealed": sealed, "id_number_end": number.reveal()[-SHOWN_DIGITS:]}


def corrected_id_number(case: CertificateCase) -> IdNumber | None:
    """The number that a correction asks for; None when it asks for none."""
    sealed = bytes(case.id_number_sealed)
    return parse_id_number(case.certificate.person.account.unseal(sealed, ID_PLACE)) if sealed else None


def forget_id_number(case: CertificateCase) -> None:
    """Once it is decided, the number stands in the holder's record or nowhere."""
    CertificateCase.objects.inside(pk=case.pk).update(id_number_sealed=b"")


def _glyphs(text: str) -> list[Breach]:
    """What the fonts cannot print is found before anything is issued."""
    missing = "".join(sorted(uncovered(text)))
    if not missing:
        return []
    says = f"字库中没有“{missing}”，证书上印不出来。"
    return [Breach("correction.glyphs", "MG 17.1", says, "请联系平台管理人员补充字库。")]


@action(Permission.APPLY_VOID)
def apply_void(*, certificate: Certificate, reason: str, by: Role, now: datetime) -> CertificateCase:
    """Ask that a certificate which should not have been issued and was not handed out is made void."""
    row = lock(certificate, by)
    return _case(row, CaseKind.VOID, Permission.APPLY_VOID, reason, by, now)


@action(Permission.APPLY_REVOCATION)
def apply_revocation(*, certificate: Certificate, reason: str, by: Role, now: datetime) -> CertificateCase:
    """Ask the province to revoke a certificate that was handed out and should not be held (MG 18.1)."""
    row = lock(certificate, by)
    return _case(row, CaseKind.REVOCATION, Permission.APPLY_REVOCATION, reason, by, now)


@action(Permission.WITHDRAW_CASE)
def withdraw_case(*, case: CertificateCase, by: Role, now: datetime) -> CertificateCase:
    """Whoever asked takes it back while it waits."""
    row = lock(case, by)
    if row.applied_by_id != by.account_id:
        raise NotAllowed("只有申请人本人可以撤回申请。", "MG 18.2")
    changes = move(row, Permission.WITHDRAW_CASE)
    forget_id_number(row)
    record(Permission.WITHDRAW_CASE, by=by, now=now, about=row, changes=changes)
    return row


def refuse_decided(
    case: CertificateCase, permission: Permission, reason: str, seen: int, by: Role, now: datetime
) -> CertificateCase:
    """No, with a reason; the certificate stays as it is."""
    row = lock(case, by)
    if (row.kind in _OF_THE_PROVINCE) != (permission == Permission.KEEP):
        who = "省级管理部门" if row.kind in _OF_THE_PROVINCE else "发证机构"
        raise NotAllowed(f"{CaseKind(row.kind).title}申请由{who}办理。", "MG 18.1")
    refuse_own(by, row.applied_by_id)
    told = reason.strip()
    changes = move(
        row, permission, reason=reason, seen=seen, decided_by=by.account, decided_at=now, answer=told
    )
    forget_id_number(row)
    record(permission, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.case_decided(row, now)
    return row


@action(Permission.REFUSE_CASE)
def refuse_case(*, case: CertificateCase, reason: str, seen: int, by: Role, now: datetime) -> CertificateCase:
    """The institution does not agree to a replacement, correction or void, with a reason."""
    return refuse_decided(case, Permission.REFUSE_CASE, reason, seen, by, now)


@action(Permission.KEEP)
def keep_certificate(
    *, case: CertificateCase, reason: str, seen: int, by: Role, now: datetime
) -> CertificateCase:
    """The province does not revoke, with a reason."""
    return refuse_decided(case, Permission.KEEP, reason, seen, by, now)
