"""Review by the line, the province's report, publication in numbered editions (TR 7)."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, lock_rows, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.planning import return_reason_breaches, return_words
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.actions.editions import publish_edition
from gongxue.stage1_planning.actions.returns import keep_returned
from gongxue.stage1_planning.models import ProvinceReport, PublishedEdition, ReportingRound, TrainingClass


def refuse_own(by: Role, prepared_by: int | None) -> None:
    """Nobody approves what they submitted, in whatever role: preparer and approver are two people."""
    if prepared_by == by.account_id:
        raise RuleBroken(
            [Breach("approval.own", "MG 25.2", "不能审核自己提交的内容。", "请由另一名工作人员审核。")]
        )


@action(Permission.APPROVE_LINE)
def approve_line(*, training_class: TrainingClass, seen: int, by: Role, now: datetime) -> TrainingClass:
    """The province approves one line as it was seen. Refused: own submission, another version, wrong state."""
    line = lock(training_class, by)
    refuse_own(by, line.submitted_by_id)
    changes = move(line, Permission.APPROVE_LINE, seen=seen, returned_reason="")
    record(Permission.APPROVE_LINE, by=by, now=now, about=line, changes=changes)
    return line


@action(Permission.RETURN_LINE)
def return_line(
    *, training_class: TrainingClass, reason: str, seen: int, by: Role, now: datetime, code: str = "other"
) -> TrainingClass:
    """The province returns one line with a reason (a code and words, or words alone); the other lines go on."""
    refuse_if(return_reason_breaches(code))
    line, words = lock(training_class, by), return_words(code, reason)
    also = {"returned_reason": words[:500]}
    changes = move(line, Permission.RETURN_LINE, reason=words, seen=seen, **also)
    keep_returned([line], code, reason, by_centre=False, by=by, now=now)
    record(Permission.RETURN_LINE, by=by, now=now, about=line, reason=words, changes=changes)
    notices.line_returned(line, words, now)
    return line


@action(Permission.REPORT_PLAN)
def report_plan(*, round: ReportingRound, by: Role, now: datetime) -> ProvinceReport:
    """The province hands its whole list to the centre (TR 7); a first report may say that there is nothing.

    Refused: lines wait for its decision, nothing new since the last report.
    """
    round_ = ReportingRound.objects.scope(by).get(pk=round.pk)
    own = TrainingClass.objects.scope(by).filter(round=round_)
    waiting = own.filter(state=PlanState.SUBMITTED).count()
    if waiting:
        raise RuleBroken(
            [
                Breach(
                    "report.waiting", "TR 7", f"还有 {waiting} 个班次没有审核。", "请逐条通过或退回后再上报。"
                )
            ]
        )
    lines = lock_rows(own.filter(state=PlanState.APPROVED))
    if not lines and ProvinceReport.objects.scope(by).filter(round=round_).exists():
        raise RuleBroken(
            [
                Breach(
                    "report.nothing_new",
                    "TR 7",
                    "上次上报后没有新通过的班次。",
                    "有新的班次通过审核后再上报。",
                )
            ]
        )
    for line in lines:
        move(line, Permission.REPORT_PLAN)
    report = ProvinceReport.objects.create(
        round=round_, province_code=by.organisation.province_code, lines=len(lines), reported_by=by.account,
        reported_at=now,
    )  # fmt: skip
    keys = [line.pk for line in lines]
    record(
        Permission.REPORT_PLAN, by=by, now=now, about=report, changes={"lines": [None, keys]}
    )  # fmt: skip
    notices.plan_reported(round_, by.organisation.province, len(lines), now)
    return report


@action(Permission.SEND_BACK_LINE)
def send_back_line(
    *, training_class: TrainingClass, reason: str, seen: int, by: Role, now: datetime, code: str = "other"
) -> TrainingClass:
    """The centre returns a reported line to the province with a reason."""
    refuse_if(return_reason_breaches(code))
    line, words = lock(training_class, by), return_words(code, reason)
    also = {"returned_reason": words[:500], "accepted_at": None}
    changes = move(line, Permission.SEND_BACK_LINE, reason=words, seen=seen, **also)
    keep_returned([line], code, reason, by_centre=True, by=by, now=now)
    record(Permission.SEND_BACK_LINE, by=by, now=now, about=line, reason=words, changes=changes)
    notices.line_sent_back(line, words, now)
    return line


@action(Permission.PUBLISH_PLAN)
def publish_plan(*, round: ReportingRound, by: Role, now: datetime) -> PublishedEdition:
    """Publish every reported line as the next numbered edition of 全国培训信息 (TR 7)."""
    round_ = lock(round, by)
    lines = lock_rows(
        TrainingClass.objects.scope(by)
        .filter(round=round_, state=PlanState.REPORTED)
        .select_related("institution")
    )
    if not lines:
        raise RuleBroken(
            [Breach("publish.empty", "TR 7", "没有已上报的班次可以发布。", "请等待省级管理部门上报。")]
        )
    for line in lines:
        move(line, Permission.PUBLISH_PLAN, stage=2)
    move(round_, Permission.PUBLISH_PLAN)
    edition = publish_edition(round_, lines, {}, by=by, now=now)
    record(
        Permission.PUBLISH_PLAN,
        by=by,
        now=now,
        about=edition,
        changes={"lines": [None, [x.pk for x in lines]]},
        classes=[x.pk for x in lines],
    )
    notices.plan_published(edition, lines, now)
    return edition
