"""Messages of the certificates."""

from __future__ import annotations

from datetime import datetime

from gongxue.certificates.models import Certificate, CertificateCase, MisuseReport
from gongxue.exchange.notices import send, send_each
from gongxue.foundation.identity.models import Role
from gongxue.parties.queries import centre_roles, province_roles, role_of_person, roles_in, roles_of_people
from gongxue.regulations.certificate_cases import CaseKind
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass


def issued(training_class: TrainingClass, certificates: list[Certificate], now: datetime) -> None:
    """To each holder: the certificate is there, form 2 first."""
    roles = roles_of_people((certificate.person for certificate in certificates), Duty.TRAINEE)
    send_each(
        (
            (roles[certificate.person_id], f"您的证书已核发：{certificate.number}")
            for certificate in certificates
            if certificate.person_id in roles
        ),
        body="请先填写《培训结束评估表》，然后下载电子证书。",
        kind="certificates.issue",
        link="/my/certificates/",
        now=now,
    )


CASES, MISUSE = "/ledger/cases/", "/ledger/misuse/"


def _applicant(case: CertificateCase) -> list[Role]:
    """The role in which somebody asked: the holder, or the institution's certificate officers."""
    holder = case.certificate.person
    if case.applied_by_id == holder.account_id:
        return role_of_person(holder, Duty.TRAINEE)
    return roles_in(case.institution_id, Duty.CERTIFICATE_OFFICER)


def case_applied(case: CertificateCase, now: datetime) -> None:
    """To whoever decides: the institution, or the province where revocation is asked for."""
    revocation = case.kind == CaseKind.REVOCATION
    send(
        province_roles(case.province_code) if revocation else roles_in(case.institution_id, Duty.INSTITUTION),
        subject=f"请办理证书{CaseKind(case.kind).title}：{case.certificate}",
        body=case.reason,
        kind="certificates.case",
        link=CASES,
        now=now,
    )


def case_decided(case: CertificateCase, now: datetime) -> None:
    """To whoever asked, and to the certificate officer, who has the paper to print or to take back."""
    link = f"/certificates/{case.certificate_id}/"
    subject = f"证书{CaseKind(case.kind).title}{case.state_title}：{case.certificate}"
    office = roles_in(case.institution_id, Duty.CERTIFICATE_OFFICER)
    applicant = _applicant(case)
    send(office, subject=subject, body=case.answer, kind="certificates.decided", link=link, now=now)
    others = [role for role in applicant if role not in office]
    holder = role_of_person(case.certificate.person, Duty.TRAINEE) if case.state == "done" else []
    send(
        {role.pk: role for role in [*others, *holder]}.values(),
        subject=subject,
        body=case.answer or case.reason,
        kind="certificates.decided",
        link="/my/certificates/",
        now=now,
    )


def revoked(case: CertificateCase, now: datetime) -> None:
    """To the centre: a backbone certificate is revoked, its holder's place in the pool is to be looked at (MG 9)."""
    if case.certificate.level != Level.BACKBONE:
        return
    send(
        centre_roles(),
        subject=f"骨干教师证书已撤销，请核对入库资格：{case.certificate}",
        body=case.reason,
        kind="certificates.revoked",
        link="/pool/",
        now=now,
    )


def misuse_reported(report: MisuseReport, now: datetime) -> None:
    """To the province: a report of misuse waits."""
    send(
        province_roles(report.province_code),
        subject=f"证书违规线索（{report.get_kind_display()}）待核查：{report.institution.name}",
        body=report.facts,
        kind="certificates.misuse",
        link=MISUSE,
        now=now,
    )


def misuse_handled(report: MisuseReport, now: datetime) -> None:
    """To the institution that reported: what became of it."""
    send(
        roles_in(report.institution_id, Duty.CERTIFICATE_OFFICER, Duty.INSTITUTION),
        subject=f"证书违规线索{report.state_title}：{report}",
        body=report.outcome,
        kind="certificates.misuse",
        link=MISUSE,
        now=now,
    )
