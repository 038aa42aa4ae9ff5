"""Reads of the certificates: registers, stock, ledger, and what may be issued."""

from __future__ import annotations

from collections import Counter
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
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.identity.models import Organisation, Role
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


def serial_of(certificate: Certificate) -> str:
    """The active serial of a certificate."""
    rows = SerialNumberRow.objects.inside(certificate=certificate, state=SerialNumberRow.State.ISSUED)
    return rows.values_list("serial", flat=True).first() or ""


def serials_of(certificates: list[Certificate]) -> dict[int, str]:
    """certificate id → active serial, in one query."""
    rows = SerialNumberRow.objects.inside(certificate__in=certificates, state=SerialNumberRow.State.ISSUED)
    return dict(rows.values_list("certificate_id", "serial"))


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


def reconcile(institution: Organisation) -> list[str]:
    """账实相符: every difference between counter, stock and ledger of an institution, in Chinese; empty when none."""
    counter = NumberCounter.objects.filter(series=f"S{institution.province_code}{institution.code}").first()
    last = counter.last if counter else 0
    rows = SerialNumberRow.objects.unscoped("reconciliation of one institution").filter(
        institution=institution
    )
    orders = set(rows.values_list("order", flat=True))
    differences = []
    if missing := set(range(1, last + 1)) - orders:
        differences.append(f"序列号缺少 {len(missing)} 个，最小为 {min(missing)}")
    if extra := {n for n in orders if n > last}:
        differences.append(f"序列号超出计数器 {len(extra)} 个")
    states = Counter(rows.values_list("state", flat=True))
    entries = LedgerEntry.objects.unscoped("reconciliation of one institution").filter(
        institution=institution
    )
    issued = entries.filter(kind=LedgerEntry.Kind.ISSUED).count()
    issued_rows = states[SerialNumberRow.State.ISSUED] + states[SerialNumberRow.State.VOID]
    if issued != issued_rows:
        differences.append(f"台账核发 {issued} 笔，序列号已核发 {issued_rows} 个")
    certificates = Certificate.objects.unscoped("reconciliation of one institution").filter(
        institution=institution
    )
    if certificates.count() != issued:
        differences.append(f"台账核发 {issued} 笔，证书 {certificates.count()} 张")
    return differences


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


def collected_on(certificates: list[Certificate]) -> dict[int, datetime]:
    """certificate id → when its holder collected it, in one query."""
    rows = LedgerEntry.objects.inside(certificate__in=certificates, kind=LedgerEntry.Kind.COLLECTED)
    return dict(rows.values_list("certificate_id", "entered_at"))


def void_among(certificates: list[Certificate]) -> set[int]:
    """The ids of the certificates that hold no longer: the last entry of the ledger that decides says so."""
    entries = LedgerEntry.objects.inside(certificate__in=certificates, kind__in=LedgerEntry.DECIDING)
    last = dict(entries.order_by("pk").values_list("certificate_id", "kind"))
    return {pk for pk, kind in last.items() if kind in LedgerEntry.ENDING}


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate as lists show it."""

    certificate: Certificate
    serial: str
    collected_at: datetime | None
    has_file: bool  # its document has been made
    void: bool


def certificate_rows(certificates: list[Certificate]) -> list[CertificateRow]:
    """Certificates with serial, collection, document and validity: four queries more, whatever their number."""
    serials, collected = serials_of(certificates), collected_on(certificates)
    made = IssuedDocument.objects.inside(certificate__in=certificates)
    files, void = set(made.values_list("certificate_id", flat=True)), void_among(certificates)
    return [
        CertificateRow(c, serials.get(c.pk, ""), collected.get(c.pk), c.pk in files, c.pk in void)
        for c in certificates
    ]


def document_file(certificate: Certificate) -> StoredFile | None:
    """The document as it was made, or None before the first collection."""
    rows = IssuedDocument.objects.inside(certificate=certificate).select_related("file")
    found = rows.first()
    return found.file if found else None
