"""Acts of stage 6 (TR 12): independent sheets, second attempts, confirmation, corrections."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.models import Person, Qualification
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, feedback_due
from gongxue.regulations.editions import Edition
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.marks import (
    Part,
    Standing,
    attempt_breaches,
    mark_breaches,
    mean,
    parse_mark,
    shown,
    standing,
)
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import reach_stage, refuse_own
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage5_delivery.actions import close_hand_in, open_second_hand_in
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import absence_of_attendee, delivery_of, has_product
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.models import (
    Attempt,
    Correction,
    DraftSheet,
    Results,
    Retake,
    ScoreSheet,
    TranscriptLine,
)
from gongxue.stage6_assessment.queries import (
    Record,
    ScoringFacts,
    attempt_number,
    is_begun,
    is_confirmed,
    part_record,
    records_of,
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
        raise RuleBroken([_submitted_breach()])
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
        raise RuleBroken([Breach("score.part", "TR 12", "没有这项考核。")])
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


def _submitted_breach() -> Breach:
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
        raise RuleBroken([_submitted_breach()]) from error
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
    if state == Standing.SECOND and part == Part.PROCESS:
        open_second_hand_in(row)
    notices.part_decided(row, part, state, now)


@action(Permission.APPLY_RETAKE)
def apply_retake(*, attendee: Attendee, by: Role, now: datetime) -> Retake:
    """A trainee applies for a second final assessment (TR 12.2). Refused: 60 or more, a third attempt."""
    row = lock(attendee, by)
    if row.application.person.account_id != by.account_id:
        raise NotAllowed("只能为自己申请。", "TR 12.2")
    edition = row.training_class.edition
    part = part_record(row, Part.FINAL, edition)
    refuse_if(attempt_breaches(Part.FINAL, part.standing, part.attempts, edition))
    if Retake.objects.inside(attendee=row).exists():
        raise RuleBroken(
            [Breach("retake.known", "TR 12.2", "您已申请二次终结性考核。", "请等待培训机构安排。")]
        )
    retake = Retake.objects.create(training_class=row.training_class, attendee=row, applied_at=now)
    record(Permission.APPLY_RETAKE, by=by, now=now, about=retake)
    notices.retake_applied(row, now)
    return retake


@action(Permission.ALLOW_RETAKE)
def allow_retake(*, retake: Retake, by: Role, now: datetime) -> Retake:
    """The institution agrees to the second final assessment (AMB-09)."""
    row = lock(retake, by)
    changes = move(row, Permission.ALLOW_RETAKE, allowed_at=now)
    record(Permission.ALLOW_RETAKE, by=by, now=now, about=row, changes={"state": changes["state"]})
    notices.retake_allowed(row.attendee, now)
    return row


@action(Permission.CONFIRM_RESULTS)
def confirm_results(*, training_class: TrainingClass, by: Role, now: datetime, reason: str = "") -> Results:
    """Confirm the transcript, form 5, and file it with province and centre (TR 13), within a week of the end.

    Refused: teaching not ended, sheets missing, or chances left unused without a reason.
    """
    row = lock(training_class, by)
    delivery = delivery_of(row)
    if delivery is None or delivery.state != DeliveryState.FINISHED:
        raise RuleBroken([Breach("confirm.early", "TR 12", "教学尚未结束，不能确认成绩。", "请先结束教学。")])
    records = records_of(row)
    refuse_if(_confirm_breaches(records, reason))
    results, _ = Results.objects.inside(training_class=row).get_or_create(training_class=row)
    results = Results.objects.inside(pk=results.pk).select_for_update(of=("self",), no_key=True).get()
    late = feedback_due(row.last_day, row.edition).late_by(day_of(now))
    changes = move(
        results, Permission.CONFIRM_RESULTS, confirmed_at=now, confirmed_by=by.account, late_days=late
    )
    TranscriptLine.objects.bulk_create(_line(row, r, by, now) for r in records)
    reach_stage(row, 7)
    qualified = sum(r.qualified for r in records)
    record(
        Permission.CONFIRM_RESULTS, by=by, now=now, about=results, reason=reason,
        changes={"state": changes["state"], "qualified": [None, qualified], "late_days": [None, late]},
    )  # fmt: skip
    notices.confirmed(row, late, now)
    return results


def _confirm_breaches(records: list[Record], reason: str) -> list[Breach]:
    breaches = []
    half = [r for r in records if r.half_scored]
    if half:
        names = "、".join(str(r.attendee) for r in half[:5])
        breaches.append(
            Breach(
                "confirm.half", "TR 12", f"{len(half)} 人的评分还没有齐：{names}。", "请提醒评分教师提交。"
            )
        )
    open_ = [r for r in records if r.chance_left and not r.half_scored]
    if open_ and not reason.strip():
        names = "、".join(f"{r.attendee}（{r.outcome}）" for r in open_[:5])
        breaches.append(
            Breach(
                "confirm.open",
                "TR 12",
                f"{len(open_)} 人还有考核机会：{names}。",
                "如其放弃，请写明情况后确认。",
            )
        )
    return breaches


def _line(training_class: TrainingClass, record_: Record, by: Role, now: datetime) -> TranscriptLine:
    return TranscriptLine(
        training_class=training_class,
        attendee=record_.attendee,
        revision=1,
        process=record_.process.mean,
        final=record_.final.mean,
        process_attempts=record_.process.attempts,
        final_attempts=record_.final.attempts,
        absent_periods=record_.absence.counted if record_.absence else 0,
        barred=record_.barred,
        qualified=record_.qualified,
        confirmed_by=by.account,
        confirmed_at=now,
    )


# Corrections --------------------------------------------------------------------------------------------------------


@action(Permission.REQUEST_CORRECTION)
def request_correction(
    *, attendee: Attendee, part: str, new: str, reason: str, by: Role, now: datetime
) -> Correction:
    """Ask for the correction of a confirmed mark with a reason; the province countersigns (MG 13)."""
    row = lock(attendee, by)
    line = _current_line(row)
    old = (line.process if part == Part.PROCESS else line.final) if line else None
    breaches = mark_breaches(new)
    if part not in list(Part):
        breaches.append(Breach("correction.part", "TR 12", "没有这项考核。"))
    elif line is None:
        breaches.append(
            Breach("correction.early", "MG 13", "成绩尚未确认，无须更正。", "评分阶段由评分教师提交。")
        )
    elif old is None:
        breaches.append(
            Breach(
                "correction.never",
                "TR 12",
                "该教师没有参加这项考核，没有成绩可更正。",
                "成绩只由评分教师评定。",
            )
        )
    if not reason.strip():
        breaches.append(Breach("reason.missing", "MG 13", "更正成绩须写明理由。"))
    if Correction.objects.inside(attendee=row, part=part, state="requested").exists():
        breaches.append(Breach("correction.open", "MG 13", "该成绩已有更正申请待会签。"))
    refuse_if(breaches)
    correction = Correction.objects.create(
        training_class=row.training_class, attendee=row, part=part, old=old,
        new=parse_mark(new), reason=reason.strip()[:500], requested_by=by.account, requested_at=now,
    )  # fmt: skip
    record(
        Permission.REQUEST_CORRECTION, by=by, now=now, about=correction, reason=reason,
        changes={part: [str(correction.old), str(correction.new)]},
    )  # fmt: skip
    notices.correction_requested(correction, now)
    return correction


def _current_line(attendee: Attendee) -> TranscriptLine | None:
    lines = TranscriptLine.objects.inside(attendee=attendee)
    found: TranscriptLine | None = lines.order_by("-revision").first()
    return found


@action(Permission.COUNTERSIGN_CORRECTION)
def countersign_correction(*, correction: Correction, seen: int, by: Role, now: datetime) -> TranscriptLine:
    """The province countersigns: a further revision of the line, old and new both stay (MG 13).

    Refused: own request, another version seen, a certificate already issued on the old result.
    """
    row = lock(correction, by)
    refuse_own(by, row.requested_by_id)
    line = _current_line(row.attendee)
    if line is None:
        raise RuleBroken([Breach("correction.early", "MG 13", "成绩尚未确认。")])
    edition = row.training_class.edition
    process = row.new if row.part == Part.PROCESS else line.process
    final = row.new if row.part == Part.FINAL else line.final
    qualified = not line.barred and all(m is not None and m >= edition.pass_mark for m in (process, final))
    if line.qualified and not qualified and _certified(row.attendee):
        raise RuleBroken(
            [
                Breach(
                    "correction.certified",
                    "MG 18.2",
                    "已按原成绩核发证书。",
                    "请先办理证书作废，再更正成绩。",
                )
            ]
        )
    changes = move(row, Permission.COUNTERSIGN_CORRECTION, seen=seen, decided_by=by.account, decided_at=now)
    corrected = TranscriptLine.objects.create(
        training_class=row.training_class, attendee=row.attendee, revision=line.revision + 1, process=process,
        final=final, process_attempts=line.process_attempts, final_attempts=line.final_attempts,
        absent_periods=line.absent_periods, barred=line.barred, qualified=qualified, confirmed_by=by.account,
        confirmed_at=now,
    )  # fmt: skip
    record(
        Permission.COUNTERSIGN_CORRECTION, by=by, now=now, about=row, reason=row.reason,
        changes={"state": changes["state"], row.part: [str(row.old), str(row.new)]},
    )  # fmt: skip
    return corrected


def _certified(attendee: Attendee) -> bool:
    rows = Qualification.objects.unscoped("is there a certificate on this result")
    return rows.filter(
        person=attendee.application.person_id, reference=f"class/{attendee.training_class_id}"
    ).exists()


@action(Permission.REFUSE_CORRECTION)
def refuse_correction(
    *, correction: Correction, reason: str, seen: int, by: Role, now: datetime
) -> Correction:
    """The province does not agree, with a reason; the mark stays."""
    row = lock(correction, by)
    refuse_own(by, row.requested_by_id)
    changes = move(
        row, Permission.REFUSE_CORRECTION, reason=reason, seen=seen, decided_by=by.account, decided_at=now
    )
    record(
        Permission.REFUSE_CORRECTION,
        by=by,
        now=now,
        about=row,
        reason=reason,
        changes={"state": changes["state"]},
    )
    return row
