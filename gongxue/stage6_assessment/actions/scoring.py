"""Independent sheets and second attempts (TR 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.models import Person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.editions import Edition
from gongxue.regulations.marks import (
    Part,
    Standing,
    mean,
    shown,
    spread_asks_note,
    standing,
)
from gongxue.regulations.roles import Permission
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage5_delivery.actions import close_hand_in, open_second_hand_in, scoring_complete
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import absence_of_attendee, has_product
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.actions.sealing import Typed, check_attempt, check_draft, seal
from gongxue.stage6_assessment.models import (
    Attempt,
    DraftSheet,
    Results,
    ScoreSheet,
)
from gongxue.stage6_assessment.queries import (
    ScoringFacts,
    attempt_number,
    is_begun,
    is_confirmed,
    part_record,
    retake_allowed,
    rubric_for,
    scoring_breaches,
)


def _scorer(attendee: Attendee, part: Part, by: Role) -> Person:
    seat = seat_of(attendee.training_class, by.account_id, part.scored_by)
    if seat is None:
        raise NotAllowed(f"{part.title}只由本班{part.scored_by.title}评分。", "TR 12")
    return seat.person


def _lock_attendee(attendee: Attendee, by: Role) -> Attendee:
    """Sheets of one trainee come in one after the other: the last one opens the seal."""
    return lock(attendee, by)


def _check_may_score(attendee: Attendee, part: Part, edition: Edition) -> int:
    """The number of the attempt that is scored now; RuleBroken with every reason why not."""
    training_class = attendee.training_class
    number = attempt_number(part, attendee, retake_allowed(attendee))
    facts = ScoringFacts(
        begun=is_begun(training_class),
        confirmed=is_confirmed(training_class),
        counted=absence_of_attendee(attendee, edition).counted,
        has_product=part != Part.PROCESS or has_product(attendee, number),
        process=part_record(attendee, Part.PROCESS, edition).standing,
    )
    refuse_if(scoring_breaches(part, number, facts, edition))
    return number


def _attempt(attendee: Attendee, part: Part, scorer: Person, now: datetime, wanted: int = 0) -> Attempt:
    """The attempt that waits for a scorer's sheet; RuleBroken when it is decided or theirs is in."""
    number = _check_may_score(attendee, part, attendee.training_class.edition)
    check_attempt(wanted, number)
    rows = Attempt.objects.inside(attendee=attendee, part=part, number=number)
    found: Attempt | None = rows.select_related("rubric").first()
    if found is None:
        found = Attempt.objects.create(
            training_class=attendee.training_class, attendee=attendee, part=part, number=number, opened_at=now,
            rubric=rubric_for(attendee, part, number),
        )  # fmt: skip
    if ScoreSheet.objects.inside(attempt=found, scorer=scorer).exists():
        raise RuleBroken([submitted_breach()])
    if found.complete_at is not None:
        raise RuleBroken(
            [
                Breach(
                    "score.decided", "TR 12", f"{part.title}第 {number} 次评分已经齐备。", "请刷新页面查看。"
                )
            ]
        )
    return found


@action(Permission.SAVE_SCORE)
def save_score(  # noqa: PLR0913 — what a scorer (TR 12) fills in are its inputs
    *,
    attendee: Attendee,
    part: str,
    by: Role,
    now: datetime,
    mark: str = "",
    comment: str = "",
    marks: Mapping[str, str] | None = None,
    comments: Mapping[str, str] | None = None,
    attempt: int = 0,
) -> DraftSheet:
    """Keep an unfinished sheet; nobody but the scorer ever reads it. The trail says that, not what, was saved.

    marks, comments: by criterion, where a rubric is in force. attempt: which one the page shows, 0: whichever it is.
    """
    row = _lock_attendee(attendee, by)
    if part not in list(Part):
        raise RuleBroken([Breach("score.part", "TR 12", "没有这项考核。", "请选择过程性考核或终结性考核。")])
    scorer = _scorer(row, Part(part), by)
    typed = Typed(mark.strip(" "), comment[:500], marks or {}, comments or {})
    of = _attempt(row, Part(part), scorer, now, attempt)
    check_draft(typed, of.rubric.rubric if of.rubric else None)
    kept = {"mark": typed.mark, "comment": typed.comment, "criteria": typed.as_draft(), "saved_at": now}
    draft, _ = DraftSheet.objects.inside(attempt=of, scorer=scorer).update_or_create(
        attempt=of, scorer=scorer, defaults=kept
    )
    record(Permission.SAVE_SCORE, by=by, now=now, about=row)
    return draft


def submitted_breach() -> Breach:
    """A sheet that is in stays as it is (MG 13)."""
    return Breach(
        "score.submitted", "MG 13", "您已提交对该学员的评分，评分表不能修改。", "确有错误的走成绩更正。"
    )


@action(Permission.SCORE_PROCESS)
def score_process(
    *,
    attendee: Attendee,
    by: Role,
    now: datetime,
    mark: str = "",
    comment: str = "",
    marks: Mapping[str, str] | None = None,
    comments: Mapping[str, str] | None = None,
    attempt: int = 0,
) -> ScoreSheet:
    """An instructor's sheet for the process assessment (TR 12.1); final once submitted, sealed until both are in.

    One mark, or under a rubric marks and comments by criterion. Refused: not this class's instructor, barred by
    attendance, no product handed in, submitted already, another attempt than the page shows.
    """
    typed = Typed(mark.strip(" "), comment, marks or {}, comments or {})
    return _score(attendee, Part.PROCESS, typed, attempt, by, now)


@action(Permission.SCORE_FINAL)
def score_final(
    *,
    attendee: Attendee,
    by: Role,
    now: datetime,
    mark: str = "",
    comment: str = "",
    marks: Mapping[str, str] | None = None,
    comments: Mapping[str, str] | None = None,
    attempt: int = 0,
) -> ScoreSheet:
    """An examiner's sheet for the final assessment (TR 12.2); final once submitted, sealed until all three are in.

    One mark, or under a rubric marks and comments by criterion. Refused: not this class's examiner, process
    assessment not passed, barred, submitted already, another attempt than the page shows.
    """
    typed = Typed(mark.strip(" "), comment, marks or {}, comments or {})
    return _score(attendee, Part.FINAL, typed, attempt, by, now)


def _score(attendee: Attendee, part: Part, typed: Typed, wanted: int, by: Role, now: datetime) -> ScoreSheet:
    row = _lock_attendee(attendee, by)
    scorer = _scorer(row, part, by)
    edition = row.training_class.edition
    attempt = _attempt(row, part, scorer, now, wanted)
    try:
        with transaction.atomic():
            sheet = seal(attempt, scorer, typed, now)
    except IntegrityError as error:
        raise RuleBroken([submitted_breach()]) from error
    DraftSheet.objects.inside(attempt=attempt, scorer=scorer).delete()
    if part == Part.PROCESS:
        close_hand_in(row)
    permission = Permission.SCORE_PROCESS if part == Part.PROCESS else Permission.SCORE_FINAL
    record(permission, by=by, now=now, about=row, changes=_sealed(sheet))
    _complete_if_all_in(row, attempt, part, edition, now)
    return sheet


def _sealed(sheet: ScoreSheet) -> dict[str, list[Any]]:
    """What the trail keeps of a signed sheet: its fingerprint, which tells nothing without the salt."""
    return {"attempt": [None, sheet.attempt.number], "commitment": [None, sheet.commitment]}


def _complete_if_all_in(row: Attendee, attempt: Attempt, part: Part, edition: Edition, now: datetime) -> None:
    marks = list(ScoreSheet.objects.inside(attempt=attempt).values_list("mark", flat=True))
    wanted = part.scored_by.wanted(edition)
    if len(marks) < wanted:
        return
    attempt.complete_at, attempt.mean = now, shown(mean(marks))
    attempt.save(update_fields=["complete_at", "mean"])
    # Not before: the row shows on the class page, and would tell the others that a first sheet is in.
    Results.objects.inside(training_class=row.training_class).get_or_create(training_class=row.training_class)
    earlier = ScoreSheet.objects.inside(
        attempt__attendee=row, attempt__part=part, attempt__number__lt=attempt.number
    )
    first = [list(earlier.values_list("mark", flat=True))] if attempt.number > 1 else []
    state = standing([*first, marks], wanted, edition)
    if part == Part.PROCESS:
        scoring_complete(row, attempt.number)
    if state == Standing.SECOND and part == Part.PROCESS:
        open_second_hand_in(row)
    notices.part_decided(row, part, state, now)
    if spread_asks_note(marks, edition):
        notices.second_look_wanted(attempt, now)
