"""Confirmation of the results: the transcript (TR 12)."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, feedback_due
from gongxue.regulations.lifecycle import DeliveryState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import reach_stage
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage5_delivery.queries import delivery_of
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.models import (
    Attempt,
    Results,
    TranscriptLine,
)
from gongxue.stage6_assessment.queries import (
    Record,
    records_of,
)
from gongxue.stage6_assessment.queries.second_looks import without_notes


@action(Permission.CONFIRM_RESULTS)
def confirm_results(*, training_class: TrainingClass, by: Role, now: datetime, reason: str = "") -> Results:
    """Confirm the transcript, form 5, and file it with province and centre (TR 13), within a week of the end.

    Refused: teaching not ended, sheets missing, or chances left unused or notes on a second look
    missing without a reason.
    """
    row = lock(training_class, by)
    delivery = delivery_of(row)
    if delivery is None or delivery.state != DeliveryState.FINISHED:
        raise RuleBroken([Breach("confirm.early", "TR 12", "教学尚未结束，不能确认成绩。", "请先结束教学。")])
    records = records_of(row)
    refuse_if(_confirm_breaches(records, reason) + _note_breaches(without_notes(row), reason))
    results, _ = Results.objects.inside(training_class=row).get_or_create(training_class=row)
    results = Results.objects.inside(pk=results.pk).select_for_update(of=("self",), no_key=True).get()
    late = due_of(row, feedback_due(row.last_day, row.edition)).late_by(day_of(now))
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
    if qualified:
        notices.certificates_wanted(row, qualified, now)
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


def _note_breaches(missing: list[Attempt], reason: str) -> list[Breach]:
    """Sheets far apart and no note on them: named, and confirmed only with a reason."""
    if not missing or reason.strip():
        return []
    names = "、".join(map(str, missing[:5]))
    says = f"{len(missing)} 次考核的评分相差超过限度，复看说明没有齐：{names}。"
    return [Breach("confirm.notes", "TR 12", says, "请提醒评分教师提交复看说明，或写明情况后确认。")]


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
