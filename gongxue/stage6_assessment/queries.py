"""Reads of stage 6. Sheets of others stay sealed until an attempt is complete: see ScoreSheet.scope_for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.regulations.attendance import gate_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.editions import Edition
from gongxue.regulations.lifecycle import DeliveryState, ResultsState, RetakeState
from gongxue.regulations.marks import Part, Standing, final_breaches, spread_asks_note, standing
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, LearningProduct
from gongxue.stage5_delivery.queries import (
    Absence,
    absence_of_attendee,
    absences_of_classes,
    attendees_of_classes,
    delivery_of,
    products_of,
)
from gongxue.stage6_assessment.models import (
    Attempt,
    Correction,
    DraftSheet,
    Results,
    Retake,
    ScoreSheet,
    TranscriptLine,
)


def results_of(training_class: TrainingClass) -> Results | None:
    """The results of a visible class, or None before the first sheet."""
    found: Results | None = Results.objects.inside(training_class=training_class).first()
    return found


def sheets_visible_to(role: Role, training_class: TrainingClass) -> QuerySet[ScoreSheet]:
    """One's own sheets, and others' of complete attempts."""
    rows: QuerySet[ScoreSheet] = ScoreSheet.objects.scope(role)
    return rows.filter(training_class=training_class).select_related("scorer__account", "attempt")


def drafts_of(role: Role, training_class: TrainingClass) -> dict[tuple[int, str, int], DraftSheet]:
    """One's own unfinished sheets: (attendee, part, number) → draft."""
    rows = (
        DraftSheet.objects.scope(role)
        .filter(attempt__training_class=training_class)
        .select_related("attempt")
    )
    return {(d.attempt.attendee_id, d.attempt.part, d.attempt.number): d for d in rows}


@dataclass(slots=True)
class PartRecord:
    """One trainee's way through one assessment, told by its complete attempts alone.

    Nothing here changes while an attempt is under way, except `begun`, which only the confirmation asks: otherwise
    anybody could see that a colleague has handed in a sheet, or saved a draft.
    """

    attempts: int = 0  # complete ones
    begun: bool = False  # an attempt is under way and some, not all, of its sheets are in
    complete: bool = False
    mean: Decimal | None = None
    standing: Standing = Standing.OPEN


@dataclass(slots=True)
class Record:
    """Where one trainee stands."""

    attendee: Attendee
    absence: Absence | None
    process: PartRecord
    final: PartRecord
    retake: Retake | None = None

    @property
    def barred(self) -> bool:
        """Over the limit of TR 12."""
        return bool(self.absence and self.absence.barred)

    @property
    def missed(self) -> int:
        """Periods against the limit."""
        return self.absence.counted if self.absence else 0

    @property
    def qualified(self) -> bool:
        """Passed both and not barred (MG 4.6)."""
        passed = self.process.standing == Standing.PASSED and self.final.standing == Standing.PASSED
        return passed and not self.barred

    @property
    def half_scored(self) -> bool:
        """Some sheets are in and some are missing."""
        return self.process.begun or self.final.begun

    @property
    def chance_left(self) -> bool:
        """Neither qualified nor failed for good: something could still be done."""
        if self.barred or self.qualified:
            return False
        return Standing.FAILED not in (self.process.standing, self.final.standing)

    @property
    def may_apply_again(self) -> bool:
        """Whether the first final assessment was below the line and no second one was applied for (TR 12.2)."""
        return self.final.standing == Standing.SECOND and self.retake is None and not self.barred

    @property
    def outcome(self) -> str:
        """合格, 不合格, 缺课超限, or what is awaited."""
        if self.barred:
            return "缺课超限"
        if self.qualified:
            return "合格"
        if not self.chance_left:
            return "不合格"
        if self.process.standing != Standing.PASSED:
            return "待二次提交" if self.process.standing == Standing.SECOND else "待过程性考核"
        return "待二次考核" if self.final.standing == Standing.SECOND else "待终结性考核"


def records_of(training_class: TrainingClass) -> list[Record]:
    """Every trainee's standing in roster order: five queries whatever the size of the class."""
    return records_of_classes([training_class])[training_class.pk]


def records_of_classes(classes: Collection[TrainingClass]) -> dict[int, list[Record]]:
    """class id → every trainee's standing in roster order: five queries whatever the number of classes."""
    editions = {tc.pk: tc.edition for tc in classes}
    inside = {"training_class__in": list(editions)}
    absences = absences_of_classes(classes)
    sheets: dict[int, list[Decimal]] = defaultdict(list)
    # Means and counts only: single sheets leave this function neither sealed nor open.
    for attempt, mark in ScoreSheet.objects.inside(**inside).values_list("attempt_id", "mark"):
        sheets[attempt].append(mark)
    attempts: dict[tuple[int, str], list[Attempt]] = defaultdict(list)
    for row in Attempt.objects.inside(**inside).order_by("number"):
        attempts[row.attendee_id, row.part].append(row)
    retakes = {r.attendee_id: r for r in Retake.objects.inside(**inside)}
    found: dict[int, list[Record]] = {pk: [] for pk in editions}
    for attendee in attendees_of_classes(classes):
        edition = editions[attendee.training_class_id]
        process, final = (_part(attempts[attendee.pk, part], sheets, part, edition) for part in Part)
        found[attendee.training_class_id].append(
            Record(attendee, absences.get(attendee.pk), process, final, retakes.get(attendee.pk))
        )
    return found


def _part(rows: list[Attempt], sheets: dict[int, list[Decimal]], part: Part, edition: Edition) -> PartRecord:
    complete = [row for row in rows if row.complete_at is not None]
    wanted = part.scored_by.wanted(edition)
    return PartRecord(
        attempts=len(complete),
        begun=any(sheets[row.pk] for row in rows if row.complete_at is None),
        complete=bool(complete),
        mean=complete[-1].mean if complete else None,
        standing=standing([sheets[row.pk] for row in complete], wanted, edition),
    )


def part_record(attendee: Attendee, part: Part, edition: Edition) -> PartRecord:
    """One trainee's way through one assessment."""
    rows = list(Attempt.objects.inside(attendee=attendee, part=part).order_by("number"))
    sheets: dict[int, list[Decimal]] = defaultdict(list)
    raw = ScoreSheet.objects.inside(attempt__in=rows)
    for attempt, mark in raw.values_list("attempt_id", "mark"):
        sheets[attempt].append(mark)
    return _part(rows, sheets, part, edition)


def record_of(attendee: Attendee) -> Record:
    """Where one trainee stands."""
    edition = attendee.training_class.edition
    return Record(
        attendee,
        absence_of_attendee(attendee, edition),
        part_record(attendee, Part.PROCESS, edition),
        part_record(attendee, Part.FINAL, edition),
        Retake.objects.inside(attendee=attendee).first(),
    )


def retake_allowed(attendee: Attendee) -> bool:
    """Whether the institution has agreed to a second final assessment."""
    return Retake.objects.inside(attendee=attendee, state=RetakeState.ALLOWED).exists()


# What a scorer may do now -------------------------------------------------------------------------------------------


def is_begun(training_class: TrainingClass) -> bool:
    """Whether the class has begun, so that there is something to score."""
    delivery = delivery_of(training_class)
    return delivery is not None and delivery.state in (DeliveryState.RUNNING, DeliveryState.FINISHED)


def is_confirmed(training_class: TrainingClass) -> bool:
    """Whether the results stand; from then on there are only corrections."""
    results = results_of(training_class)
    return results is not None and results.state == ResultsState.CONFIRMED


@dataclass(frozen=True, slots=True)
class ScoringFacts:
    """What decides whether somebody may be scored."""

    begun: bool
    confirmed: bool
    counted: int  # periods missed
    has_product: bool  # of the attempt that is scored now
    process: Standing


def attempt_number(part: Part, attendee: Attendee, may_retake: bool) -> int:
    """Which attempt is scored now: the second after a second hand-in, or after an allowed retake."""
    if part == Part.PROCESS:
        return attendee.attempt
    return 2 if may_retake else 1


def scoring_breaches(part: Part, number: int, facts: ScoringFacts, edition: Edition) -> list[Breach]:
    """Every reason why a trainee may not be scored now; the act and the page ask the same."""
    breaches = []
    if not facts.begun:
        breaches.append(Breach("score.early", "TR 12", "本班尚未开班，不能评分。", "请在开班后评分。"))
    if facts.confirmed:
        way_out = "确有错误的走成绩更正，由省级会签。"
        breaches.append(Breach("score.confirmed", "MG 13", "成绩已确认，不能再评分。", way_out))
    breaches += gate_breaches(facts.counted, edition)
    if part == Part.FINAL:
        return breaches + final_breaches(facts.process)
    if not facts.has_product:
        breaches.append(
            Breach(
                "score.no_product",
                "TR 12.1",
                f"第 {number} 次学习成果尚未提交。",
                "请参训教师先提交学习成果。",
            )
        )
    return breaches


@dataclass(frozen=True, slots=True)
class OpenedAttempt:
    """A complete attempt: the seal is open, everybody in the class's scope reads its sheets."""

    number: int
    mean: Decimal | None
    sheets: tuple[ScoreSheet, ...]
    far_apart: bool  # more than 15 points: each scorer is asked for a second look


def opened_attempts(role: Role, training_class: TrainingClass) -> dict[tuple[int, str], list[OpenedAttempt]]:
    """(attendee, part) → complete attempts with their sheets, oldest first: one query, inside the seal's scope."""
    grouped: dict[Attempt, list[ScoreSheet]] = {}
    rows = sheets_visible_to(role, training_class).filter(attempt__complete_at__isnull=False)
    for sheet in rows.order_by("attempt__number", "submitted_at", "pk"):
        grouped.setdefault(sheet.attempt, []).append(sheet)
    found: dict[tuple[int, str], list[OpenedAttempt]] = defaultdict(list)
    for attempt, sheets in grouped.items():
        far = spread_asks_note([sheet.mark for sheet in sheets], training_class.edition)
        opened = OpenedAttempt(attempt.number, attempt.mean, tuple(sheets), far)
        found[attempt.attendee_id, attempt.part].append(opened)
    return found


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One trainee on a scorer's page: nothing in it depends on what a colleague has done before all are in."""

    attendee: Attendee
    record: Record
    number: int
    breaches: list[Breach]  # why not now
    mine: ScoreSheet | None  # one's own sheet of this attempt
    draft: DraftSheet | None
    opened: list[OpenedAttempt]
    products: list[LearningProduct]

    @property
    def decided(self) -> bool:
        """Whether this attempt is complete."""
        return any(attempt.number == self.number for attempt in self.opened)

    @property
    def to_score(self) -> bool:
        """Whether a sheet of one's own is wanted now."""
        return not (self.breaches or self.mine or self.decided)


def score_rows(role: Role, training_class: TrainingClass, part: Part) -> list[ScoreRow]:
    """The class in roster order as one scorer sees it: a dozen queries whatever its size."""
    edition = training_class.edition
    begun, confirmed = is_begun(training_class), is_confirmed(training_class)
    opened, drafts = opened_attempts(role, training_class), drafts_of(role, training_class)
    own = sheets_visible_to(role, training_class).filter(scorer__account_id=role.account_id)
    mine = {(s.attempt.attendee_id, s.attempt.part, s.attempt.number): s for s in own}
    handed = products_of(training_class)
    rows = []
    for record in records_of(training_class):
        attendee = record.attendee
        may_retake = record.retake is not None and record.retake.state == RetakeState.ALLOWED
        number = attempt_number(part, attendee, may_retake)
        products = handed.get(attendee.pk, [])
        facts = ScoringFacts(
            begun, confirmed, record.missed,
            any(product.attempt == number for product in products), record.process.standing,
        )  # fmt: skip
        key = (attendee.pk, part.value, number)
        rows.append(
            ScoreRow(
                attendee, record, number, scoring_breaches(part, number, facts, edition), mine.get(key),
                drafts.get(key), opened.get((attendee.pk, part.value), []), products,
            )
        )  # fmt: skip
    return rows


def sheets_wanted(role: Role, parts: Sequence[tuple[TrainingClass, Part]]) -> Counter[tuple[int, Part]]:
    """(class id, part) → how many trainees wait for a sheet of the role's own: seven queries for all its classes."""
    classes = {tc.pk: tc for tc, _ in parts}
    inside = {"training_class__in": list(classes)}
    own = ScoreSheet.objects.scope(role).filter(scorer__account_id=role.account_id, **inside)
    mine = set(own.values_list("attempt__attendee_id", "attempt__part", "attempt__number"))
    handed = set(LearningProduct.objects.inside(**inside).values_list("attendee_id", "attempt"))
    records = records_of_classes(classes.values())
    wanted: Counter[tuple[int, Part]] = Counter()
    for tc, part in parts:
        for record in records[tc.pk]:
            wanted[tc.pk, part] += _wants_sheet(record, tc, part, mine, handed)
    return wanted


def _wants_sheet(
    record: Record,
    tc: TrainingClass,
    part: Part,
    mine: set[tuple[int, str, int]],
    handed: set[tuple[int, int]],
) -> bool:
    attendee, shown = record.attendee, record.process if part == Part.PROCESS else record.final
    number = attempt_number(
        part, attendee, record.retake is not None and record.retake.state == RetakeState.ALLOWED
    )
    facts = ScoringFacts(  # a class at link 5 has begun, at link 7 its results stand
        begun=tc.stage >= 5, confirmed=tc.stage >= 7, counted=record.missed,
        has_product=(attendee.pk, number) in handed, process=record.process.standing,
    )  # fmt: skip
    if (attendee.pk, part.value, number) in mine or shown.attempts >= number:
        return False
    return not scoring_breaches(part, number, facts, tc.edition)


def transcript_of(training_class: TrainingClass) -> list[TranscriptLine]:
    """The transcript as it stands: the highest revision of each trainee, in roster order."""
    rows = TranscriptLine.objects.inside(training_class=training_class).select_related(
        "attendee__application__person__account", "attendee__application__employer"
    )
    last: dict[int, TranscriptLine] = {}
    for row in rows.order_by("revision"):
        last[row.attendee_id] = row
    return sorted(last.values(), key=lambda line: line.attendee.application.seat or 0)


def revisions_of(training_class: TrainingClass) -> dict[int, list[TranscriptLine]]:
    """attendee id → every revision of the line, oldest first."""
    found: dict[int, list[TranscriptLine]] = defaultdict(list)
    rows = TranscriptLine.objects.inside(training_class=training_class).select_related("confirmed_by")
    for line in rows.order_by("revision"):
        found[line.attendee_id].append(line)
    return found


def corrections_visible_to(role: Role) -> QuerySet[Correction]:
    """Corrections in scope."""
    rows: QuerySet[Correction] = Correction.objects.scope(role)
    return rows.select_related(
        "attendee__application__person__account", "training_class__institution", "requested_by", "decided_by"
    ).order_by("-pk")


def took_final(training_class: TrainingClass, account_id: int) -> bool:
    """Whether somebody's final assessment is complete."""
    return Attempt.objects.inside(
        training_class=training_class, part=Part.FINAL, complete_at__isnull=False,
        attendee__application__person__account_id=account_id,
    ).exists()  # fmt: skip
