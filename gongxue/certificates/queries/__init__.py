"""Reads of the certificates: registers, stock, ledger, and what may be issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from gongxue.certificates.models import (
    Certificate,
    IssuedDocument,
    LedgerEntry,
    NumberCounter,
    SerialNumberRow,
)
from gongxue.certificates.queries.reconciliation import reconcile as reconcile
from gongxue.certificates.queries.standing import cases_visible_to as cases_visible_to
from gongxue.certificates.queries.standing import is_collected as is_collected
from gongxue.certificates.queries.standing import serial_of as serial_of
from gongxue.certificates.queries.standing import serials_of as serials_of
from gongxue.certificates.queries.standing import standing_of as standing_of
from gongxue.certificates.queries.standing import standings_of as standings_of
from gongxue.certificates.queries.standing import told_of as told_of
from gongxue.certificates.queries.standing import void_among as void_among
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.regulations.certificate_cases import Standing
from gongxue.regulations.editions import Edition
from gongxue.regulations.levels import Level
from gongxue.regulations.marks import Part
from gongxue.regulations.numbers import NumberSeries
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.models import TranscriptLine
from gongxue.stage6_assessment.queries import transcript_of


def certificates_visible_to(role: Role) -> QuerySet[Certificate]:
    """Certificates in scope, the newest first."""
    rows: QuerySet[Certificate] = Certificate.objects.scope(role)
    return rows.select_related("institution", "person__account").order_by("-pk")


def ledger_visible_to(role: Role) -> QuerySet[LedgerEntry]:
    """The ledger in scope, the newest first."""
    rows: QuerySet[LedgerEntry] = LedgerEntry.objects.scope(role)
    return rows.select_related("institution", "certificate", "entered_by").order_by("-pk")


def certificates_of(training_class: TrainingClass) -> list[Certificate]:
    """The certificates of a class in order of their numbers, with the active serial."""
    rows = Certificate.objects.inside(training_class=training_class)
    return list(rows.select_related("institution", "person__account", "person__employer").order_by("number"))


def series_of(training_class: TrainingClass, institution: Organisation) -> NumberSeries:
    """The number series of a class: institution, month of the first day, level (AMB-22, AMB-23)."""
    return NumberSeries(
        institution.province_code,
        institution.code,
        training_class.first_day.year,
        training_class.first_day.month,
        Level(training_class.level),
    )


def lines_to_certify(training_class: TrainingClass) -> list[TranscriptLine]:
    """Qualified trainees without a certificate, in roster order."""
    rows = Certificate.objects.inside(training_class=training_class)
    have = set(rows.values_list("attendee_id", flat=True))
    return [line for line in transcript_of(training_class) if line.qualified and line.attendee_id not in have]


def stock_of(role: Role, institution: Organisation | None = None) -> dict[str, int]:
    """Serials by state in the role's scope, of one institution or of all."""
    rows = SerialNumberRow.objects.scope(role)
    if institution:
        rows = rows.filter(institution=institution)
    return dict(rows.values_list("state").annotate(n=Count("pk")))


# Pages --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotCertified:
    """Somebody on the transcript who gets no certificate, and why."""

    line: TranscriptLine
    reasons: tuple[str, ...]


def not_certified(training_class: TrainingClass) -> list[NotCertified]:
    """Everybody on the confirmed transcript who is not qualified, in roster order."""
    return [
        NotCertified(line, _why_not(line, training_class.edition))
        for line in transcript_of(training_class)
        if not line.qualified
    ]


def _why_not(line: TranscriptLine, edition: Edition) -> tuple[str, ...]:
    reasons = []
    if line.barred:
        reasons.append(f"旷课和请假 {line.absent_periods} 课时，超过 {edition.absence_limit} 课时")
    for part, mark in ((Part.PROCESS, line.process), (Part.FINAL, line.final)):
        if mark is None:
            reasons.append(f"没有{part.title}成绩")
        elif mark < edition.pass_mark:
            reasons.append(f"{part.title} {mark:.2f}，低于 {edition.pass_mark} 分")
    return tuple(reasons)


def next_order(training_class: TrainingClass) -> int:
    """The order that the next certificate of the class would get, as things stand now."""
    series = series_of(training_class, training_class.institution)
    last = NumberCounter.objects.filter(series=series.prefix).values_list("last", flat=True).first()
    return (last or 0) + 1


def stock_left(institution: Organisation) -> int:
    """Received sheets that no certificate has used yet."""
    rows = SerialNumberRow.objects.unscoped("the stock of one institution in scope")
    return rows.filter(institution=institution, state=SerialNumberRow.State.RECEIVED).count()


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate as lists show it."""

    certificate: Certificate
    serial: str
    collected_at: datetime | None
    has_file: bool  # the document of its present sheet has been made
    standing: Standing

    @property
    def void(self) -> bool:
        """Whether it holds no longer."""
        return self.standing != Standing.VALID


def certificate_rows(certificates: list[Certificate]) -> list[CertificateRow]:
    """Certificates with serial, collection, document and validity: three queries more, whatever their number."""
    serials = serials_of(certificates)
    told = told_of(certificates, serials)
    made = IssuedDocument.objects.inside(certificate__in=certificates)
    files = set(made.values_list("certificate_id", "serial"))
    return [
        CertificateRow(
            c,
            serials.get(c.pk, ""),
            told[c.pk].collected_at,
            (c.pk, serials.get(c.pk)) in files,
            told[c.pk].standing,
        )
        for c in certificates
    ]


def document_file(certificate: Certificate) -> StoredFile | None:
    """The document of the certificate's present sheet as it was made, or None before the first collection."""
    rows = IssuedDocument.objects.inside(certificate=certificate, serial=serial_of(certificate))
    found = rows.select_related("file").first()
    return found.file if found else None
