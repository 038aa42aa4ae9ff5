"""Independent sheets and second attempts (TR 12)."""

from __future__ import annotations

from datetime import datetime

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
    mark_breaches,
    mean,
    parse_mark,
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


def _attempt(attendee: Attendee, part: Part, scorer: Person, now: datetime) -> Attempt:
    """The attempt that waits for a scorer's sheet; RuleBroken when it is decided or theirs is in."""
    number = _check_may_score(attendee, part, attendee.training_class.edition)
    found = Attempt.objects.inside(attendee=attendee, part=part, number=number).first()
    if found is None:
        found = Attempt.objects.create(
            training_class=attendee.training_class, attendee=attendee, part=part, number=number, opened_at=now
        )
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
def save_score(
    *, attendee: Attendee, part: str, mark: str, by: Role, now: datetime, comment: str = ""
) -> DraftSheet:
    """Keep an unfinished sheet; nobody but the scorer ever reads it. The trail says that, not what, was saved."""
    row = _lock_attendee(attendee, by)
    if part not in list(Part):
        raise RuleBroken([Breach("score.part", "TR 12", "没有这项考核。", "请选择过程性考核或终结性考核。")])
    scorer = _scorer(row, Part(part), by)
    mark = mark.strip(" ")
    if mark:
        refuse_if(mark_breaches(mark))
    attempt = _attempt(row, Part(part), scorer, now)
    draft, _ = DraftSheet.objects.inside(attempt=attempt, scorer=scorer).update_or_create(
        attempt=attempt, scorer=scorer, defaults={"mark": mark, "comment": comment[:500], "saved_at": now}
    )
    record(Permission.SAVE_SCORE, by=by, now=now, about=row)
    return draft


def submitted_breach() -> Breach:
    """A sheet that is in stays as it is (MG 13)."""
    return Breach(
        "score.submitted", "MG 13", "您已提交对该学员的评分，评分表不能修改。", "确有错误的走成绩更正。"
    )


@action(Permission.SCORE_PROCESS)
def score_process(*, attendee: Attendee, mark: str, by: Role, now: datetime, comment: str = "") -> ScoreSheet:
    """An instructor's sheet for the process assessment (TR 12.1); final once submitted, sealed until both are in.

    Refused: not this class's instructor, barred by attendance, no product handed in, submitted already.
    """
    return _score(attendee, Part.PROCESS, mark, comment, by, now)


@action(Permission.SCORE_FINAL)
def score_final(*, attendee: Attendee, mark: str, by: Role, now: datetime, comment: str = "") -> ScoreSheet:
    """An examiner's sheet for the final assessment (TR 12.2); final once submitted, sealed until all three are in.

    Refused: not this class's examiner, process assessment not passed, barred, submitted already.
    """
    return _score(attendee, Part.FINAL, mark, comment, by, now)


def _score(attendee: Attendee, part: Part, mark: str, comment: str, by: Role, now: datetime) -> ScoreSheet:
    row = _lock_attendee(attendee, by)
    scorer = _scorer(row, part, by)
    refuse_if(mark_breaches(mark))
    edition = row.training_class.edition
    attempt = _attempt(row, part, scorer, now)
    try:
        with transaction.atomic():
            sheet = ScoreSheet.objects.create(
                training_class=row.training_class, attempt=attempt, scorer=scorer, mark=parse_mark(mark),
                comment=comment.strip()[:500], submitted_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise RuleBroken([submitted_breach()]) from error
    DraftSheet.objects.inside(attempt=attempt, scorer=scorer).delete()
    if part == Part.PROCESS:
        close_hand_in(row)
    permission = Permission.SCORE_PROCESS if part == Part.PROCESS else Permission.SCORE_FINAL
    record(permission, by=by, now=now, about=row, changes={"attempt": [None, attempt.number]})
    _complete_if_all_in(row, attempt, part, edition, now)
    return sheet


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
