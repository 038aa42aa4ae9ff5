"""Who may hold a certificate of a class: read from the raw rows and written down a second time, by the law alone.

Nothing here uses the product's own queries or rules, so that a mistake in them cannot hide itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gongxue.certificates.models import Certificate, LedgerEntry, NumberCounter, SerialNumberRow
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.models import FiledProgramme
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.models import AttendanceMark, Attendee
from gongxue.stage6_assessment.models import Attempt, Correction, Results, ScoreSheet
from tests.faults.books import ANY

SCORERS = {"process": 2, "final": 3}  # TR 12.1, TR 12.2
ISSUED_BY = {
    "1": "development_centre",
    "G": "development_centre",
    "2": "training_base",
    "3": "training_base",
}  # MG 16
PASS, MISSED_AT_MOST, SEATS, ATTEMPTS = 60, 4, 30, 2  # TR 12, TR 12, TR 11.3, TR 12


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law says of a class: attendees who may hold a certificate, and what is wrong with the rows."""

    may_hold: frozenset[int]
    wrong: tuple[str, ...]


def verdict(class_id: int) -> Verdict:
    """Read everything of one class and judge it."""
    attendees = list(
        Attendee.objects.unscoped(ANY).filter(training_class=class_id).values_list("pk", flat=True)
    )
    passed = {part: _passed(class_id, part) for part in SCORERS}
    missed = _missed(class_id)
    ready = _is_ready(class_id)
    may_hold = frozenset(
        pk
        for pk in attendees
        if ready and missed[pk] <= MISSED_AT_MOST and all(pk in passed[part] for part in SCORERS)
    )
    return Verdict(may_hold, tuple(_wrong(class_id, may_hold)))


def _is_ready(class_id: int) -> bool:
    """Published, filed, confirmed, and run by the right kind of institution."""
    row = TrainingClass.objects.unscoped(ANY).select_related("institution").get(pk=class_id)
    filed = FiledProgramme.objects.unscoped(ANY).filter(training_class=class_id).exists()
    confirmed = Results.objects.unscoped(ANY).filter(training_class=class_id, state="confirmed").exists()
    return row.state == "published" and filed and confirmed and row.institution.kind == ISSUED_BY[row.level]


def _missed(class_id: int) -> dict[int, int]:
    missed: dict[int, int] = defaultdict(int)
    marks = AttendanceMark.objects.unscoped(ANY).filter(
        training_class=class_id, presence__in=["absent", "leave"]
    )
    for attendee in marks.values_list("attendee_id", flat=True):
        missed[attendee] += 1
    return missed


def _passed(class_id: int, part: str) -> set[int]:
    """Attendees whose last attempt is complete with a mean of sixty, or was corrected to sixty or more."""
    sheets: dict[int, dict[int, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    rows = ScoreSheet.objects.unscoped(ANY).filter(training_class=class_id, attempt__part=part)
    for attendee, number, mark in rows.values_list("attempt__attendee_id", "attempt__number", "mark"):
        sheets[attendee][number].append(mark)
    corrected = _corrected(class_id, part)
    passed = set()
    for attendee, attempts in sheets.items():
        marks = attempts[max(attempts)]
        if len(marks) == SCORERS[part]:
            mean = sum(map(Fraction, marks), Fraction(0)) / len(marks)
            if corrected.get(attendee, mean) >= PASS:
                passed.add(attendee)
    return passed


def _corrected(class_id: int, part: str) -> dict[int, Fraction]:
    """Attendee → the mark after the last countersigned correction (MG 13)."""
    rows = Correction.objects.unscoped(ANY).filter(training_class=class_id, part=part, state="countersigned")
    return {
        a: Fraction(new) for a, new in rows.order_by("decided_at", "pk").values_list("attendee_id", "new")
    }


def _wrong(class_id: int, may_hold: frozenset[int]) -> list[str]:
    held = Certificate.objects.unscoped(ANY).filter(training_class=class_id)
    found = [
        f"a certificate for attendee {pk}"
        for pk in held.values_list("attendee_id", flat=True)
        if pk not in may_hold
    ]
    seats = list(
        Application.objects.unscoped(ANY)
        .filter(training_class=class_id, state="admitted")
        .values_list("seat", flat=True)
    )
    if len(seats) > SEATS or len(set(seats)) != len(seats) or not set(seats) <= set(range(1, SEATS + 1)):
        found.append(f"seats {sorted(seats)}")
    numbers = Attempt.objects.unscoped(ANY).filter(training_class=class_id).values_list("number", flat=True)
    if any(number > ATTEMPTS for number in numbers):
        found.append("a third attempt")
    return found + gaps()


def gaps() -> list[str]:
    """Numbers and serials without a gap, none twice, each with its entry in the ledger (one series in the books)."""
    found = []
    counters = dict(NumberCounter.objects.values_list("series", "last"))
    orders = sorted(Certificate.objects.unscoped(ANY).values_list("order", flat=True))
    stock = sorted(SerialNumberRow.objects.unscoped(ANY).values_list("order", flat=True))
    if orders != list(range(1, len(orders) + 1)):
        found.append(f"numbers {orders}")
    if stock != list(range(1, len(stock) + 1)):
        found.append(f"serials {stock}")
    if sum(counters.values()) != len(orders) + len(stock):
        found.append(f"counters {counters}")
    entries = LedgerEntry.objects.unscoped(ANY).filter(kind="issued")
    if sorted(entries.values_list("certificate__order", flat=True)) != orders:
        found.append("ledger and certificates")
    return found
