"""Where a certificate stands now: its sheet, whether it holds, whether it was collected, what is asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from gongxue.certificates.models import Certificate, CertificateCase, LedgerEntry, SerialNumberRow
from gongxue.foundation.identity.models import Role
from gongxue.regulations.certificate_cases import Standing


def serial_of(certificate: Certificate) -> str:
    """The active serial of a certificate."""
    return serials_of([certificate]).get(certificate.pk, "")


def serials_of(certificates: list[Certificate]) -> dict[int, str]:
    """certificate id → active serial, in one query."""
    rows = SerialNumberRow.objects.inside(certificate__in=certificates, state=SerialNumberRow.State.ISSUED)
    return dict(rows.values_list("certificate_id", "serial"))


@dataclass(frozen=True, slots=True)
class Told:
    """What the ledger tells of a certificate."""

    standing: Standing
    collected_at: datetime | None  # the present sheet or file, for the first time


def told_of(certificates: Iterable[Certificate], serials: Mapping[int, str]) -> dict[int, Told]:
    """certificate id → what the ledger tells of it, in one query.

    `serials`: as `serials_of` gives them; what was collected before a replacement does not count.
    """
    found = list(certificates)
    kinds = [*LedgerEntry.DECIDING, LedgerEntry.Kind.COLLECTED]
    entries = LedgerEntry.objects.inside(certificate__in=found, kind__in=kinds).order_by("pk")
    last: dict[int, str] = {}
    collected: dict[int, datetime] = {}
    for pk, kind, serial, at in entries.values_list("certificate_id", "kind", "first_serial", "entered_at"):
        if kind != LedgerEntry.Kind.COLLECTED:
            last[pk] = kind
        elif serials.get(pk) == serial:
            collected.setdefault(pk, at)
    return {
        row.pk: Told(LedgerEntry.STANDINGS.get(last.get(row.pk, ""), Standing.VALID), collected.get(row.pk))
        for row in found
    }


def is_collected(certificate: Certificate) -> bool:
    """Whether the present sheet or file of a certificate has left the house."""
    return told_of([certificate], serials_of([certificate]))[certificate.pk].collected_at is not None


def standings_of(certificates: Iterable[Certificate]) -> dict[int, Standing]:
    """certificate id → what the last entry of the ledger that decides says of it, in one query."""
    return {pk: told.standing for pk, told in told_of(certificates, {}).items()}


def standing_of(certificate: Certificate) -> Standing:
    """Whether a certificate holds."""
    return standings_of([certificate])[certificate.pk]


def void_among(certificates: list[Certificate]) -> set[int]:
    """The ids of the certificates that hold no longer."""
    return {pk for pk, standing in standings_of(certificates).items() if standing != Standing.VALID}


def cases_visible_to(role: Role) -> QuerySet[CertificateCase]:
    """What is or was asked about certificates in scope, the newest first."""
    rows: QuerySet[CertificateCase] = CertificateCase.objects.scope(role)
    return rows.select_related("certificate", "institution", "applied_by", "decided_by", "made").order_by(
        "-pk"
    )


def entries_of(certificate: Certificate) -> list[LedgerEntry]:
    """Every entry of the ledger about a certificate, the newest first; the caller has found it in scope."""
    rows = LedgerEntry.objects.inside(certificate=certificate).select_related("entered_by")
    return list(rows.order_by("-pk"))


def applications_of(certificates: list[Certificate]) -> dict[int, CertificateCase]:
    """certificate id → what waits for a decision about it, in one query."""
    rows = CertificateCase.objects.inside(certificate__in=certificates, state="applied")
    return {row.certificate_id: row for row in rows}
