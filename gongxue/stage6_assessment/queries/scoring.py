"""What a scorer may do now, and the class as one scorer sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gongxue.foundation.identity.models import Role
from gongxue.regulations.attendance import gate_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.editions import Edition
from gongxue.regulations.lifecycle import RetakeState
from gongxue.regulations.marks import Part, Standing, final_breaches
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery.models import Attendee, LearningProduct
from gongxue.stage5_delivery.queries import products_of
from gongxue.stage5_delivery.queries.portfolio import Work, works_in
from gongxue.stage6_assessment.models import DraftSheet, RubricVersion, ScoreSheet
from gongxue.stage6_assessment.queries.records import Record, records_of, records_of_classes
from gongxue.stage6_assessment.queries.results import is_begun, is_confirmed
from gongxue.stage6_assessment.queries.rubrics import in_force, opened_on, versions_for
from gongxue.stage6_assessment.queries.sheets import (
    OpenedAttempt,
    drafts_of,
    opened_attempts,
    sheets_visible_to,
)


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
class ScoreRow:
    """One trainee on a scorer's page: nothing in it depends on what a colleague has done before all are in."""

    part: Part
    attendee: Attendee
    record: Record
    number: int
    breaches: list[Breach]  # why not now
    mine: ScoreSheet | None  # one's own sheet of this attempt
    draft: DraftSheet | None
    opened: list[OpenedAttempt]
    products: list[LearningProduct]
    rubric: RubricVersion | None  # None: one mark a sheet

    @property
    def marked(self) -> int:
        """Criteria that the draft has a mark for."""
        return sum(bool(mark) for mark, _ in self.draft.criteria.values()) if self.draft else 0

    @property
    def works(self) -> list[Work]:
        """What is scored: the works of this attempt; at a final assessment all of them."""
        process = self.part == Part.PROCESS
        return works_in([row for row in self.products if not process or row.attempt == self.number])

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
    handed, versions = products_of(training_class), versions_for(training_class)[part]
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
        opens = opened_on(training_class, part, number, record.process, record.retake) if versions else None
        rows.append(
            ScoreRow(
                part, attendee, record, number, scoring_breaches(part, number, facts, edition), mine.get(key),
                drafts.get(key), opened.get((attendee.pk, part.value), []), products,
                in_force(versions, opens) if opens else None,
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
