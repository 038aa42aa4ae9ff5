"""The institution applies for a change of the national list: a new class, another content, a cancellation (TR 7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, lock, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.changes import ChangeKind, ChangePath, path_of_change
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.models import PlanChange, ReportingRound, TrainingClass
from gongxue.stage1_planning.queries.changes import (
    PlanLine,
    change_breaches,
    line_of,
    open_change,
    plain,
    standing_of,
)

REASON_LIMIT = 500  # characters


@action(Permission.APPLY_ADDITION)
def apply_addition(
    *, round: ReportingRound, line: PlanLine, reason: str, by: Role, now: datetime, outside: bool = False
) -> PlanChange:
    """Apply for a class that is not on the list (TR 7 增补); `outside`: as one outside the plan (note 4 计划外).

    Refused: outside the approvals, wrong size, days or dates, the round is not published or still reported, too late
    for an addition.
    """
    round_ = ReportingRound.objects.scope(by).get(pk=round.pk)
    path = ChangePath.OUTSIDE if outside else ChangePath.LIST
    change = _new(round_, by, now, path=path, kind=ChangeKind.ADD, after=plain(line), reason=reason)
    return _applied(change, Permission.APPLY_ADDITION, by, now)


@action(Permission.APPLY_CHANGE)
def apply_change(
    *, training_class: TrainingClass, line: PlanLine, reason: str, seen: int, by: Role, now: datetime
) -> PlanChange:
    """Apply for another content of a published class: of the list before its opening, of the class after it (note 4).

    Refused: not published, past the time in which it can still change, an application is open already, the new
    content breaks a rule.
    """
    tc = _published(training_class, seen, by)
    change = _about(tc, by, now, kind=ChangeKind.CHANGE, after=plain(line), reason=reason)
    return _applied(change, Permission.APPLY_CHANGE, by, now)


@action(Permission.APPLY_CANCEL)
def apply_cancel(
    *, training_class: TrainingClass, reason: str, seen: int, by: Role, now: datetime
) -> PlanChange:
    """Apply for a planned class to be taken off the list. Refused once it has begun."""
    tc = _published(training_class, seen, by)
    change = _about(tc, by, now, kind=ChangeKind.CANCEL, reason=reason)
    return _applied(change, Permission.APPLY_CANCEL, by, now)


@action(Permission.AMEND_CHANGE)
def amend_change(
    *, plan_change: PlanChange, reason: str, seen: int, by: Role, now: datetime, line: PlanLine | None = None
) -> PlanChange:
    """Correct an application that the province has returned and apply again; the class is read anew."""
    row = _locked(plan_change, by)
    check_seen(row, seen)
    old = {"after": row.after, "reason": row.reason}
    if line is not None and row.kind_enum is not ChangeKind.CANCEL:
        row.after = plain(line)
    if row.training_class is not None:
        row.before, row.path = line_of(row.training_class), path_of_change(standing_of(row.training_class))
    row.reason = reason.strip()[:REASON_LIMIT]
    refuse_if(_reason_breaches(reason) + change_breaches(row, day_of(now)))
    changes = move(
        row, Permission.AMEND_CHANGE, seen=seen, before=row.before, after=row.after, path=row.path, reason=row.reason,
        applied_by=by.account, applied_at=now,
    )  # fmt: skip
    changes |= {key: [value, getattr(row, key)] for key, value in old.items() if value != getattr(row, key)}
    record(Permission.AMEND_CHANGE, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.change_applied(row, now)
    return row


@action(Permission.TAKE_BACK_CHANGE)
def take_back_change(*, plan_change: PlanChange, by: Role, now: datetime) -> PlanChange:
    """The institution takes its application back before it is decided."""
    row = _locked(plan_change, by)
    changes = move(row, Permission.TAKE_BACK_CHANGE)
    record(Permission.TAKE_BACK_CHANGE, by=by, now=now, about=row, changes=changes)
    return row


def _published(training_class: TrainingClass, seen: int, by: Role) -> TrainingClass:
    """The class, locked and as it was seen. Refused when it is not on the list or is being decided about."""
    tc = lock(training_class, by)
    check_seen(tc, seen)
    if tc.state != PlanState.PUBLISHED:
        says = f"本班现为“{tc.state_title}”，不在全国培训信息中。"
        way = "发布之前请在报送轮次中修改；已取消的班次请申请新增。"
        raise RuleBroken([Breach("change.unpublished", "TR 7", says, way)])
    if open_change(tc) is not None:
        raise RuleBroken([_open_breach()])
    return tc


def _open_breach() -> Breach:
    return Breach(
        "change.open", "TR 7", "本班已有一份变更申请在办理。", "请等待审核，或先撤回原申请再重新提交。"
    )


def _locked(plan_change: PlanChange, by: Role) -> PlanChange:
    """The application, locked after its class: the order of every act about a class."""
    if plan_change.training_class_id is not None and plan_change.training_class is not None:
        lock(plan_change.training_class, by)
    return lock(plan_change, by)


def _new(round_: ReportingRound, by: Role, now: datetime, **values: Any) -> PlanChange:
    values["reason"] = values["reason"].strip()[:REASON_LIMIT]
    return PlanChange(
        round=round_, institution=by.organisation, province_code=by.organisation.province_code, applied_by=by.account,
        applied_at=now, **values,
    )  # fmt: skip


def _about(tc: TrainingClass, by: Role, now: datetime, **values: Any) -> PlanChange:
    round_ = ReportingRound.objects.scope(by).get(pk=tc.round_id)
    path = path_of_change(standing_of(tc))
    return _new(round_, by, now, training_class=tc, before=line_of(tc), path=path, **values)


def _reason_breaches(reason: str) -> list[Breach]:
    if reason.strip():
        return []
    return [Breach("reason.missing", "TR 7", "变更须写明理由。", "请填写理由后再提交。")]


def _applied(change: PlanChange, act: Permission, by: Role, now: datetime) -> PlanChange:
    refuse_if(_reason_breaches(change.reason) + change_breaches(change, day_of(now)))
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError as error:  # one open application per class: the constraint says so
        raise RuleBroken([_open_breach()]) from error
    changes = {name: [change.before.get(name), value] for name, value in change.after.items()}
    record(act, by=by, now=now, about=change, reason=change.reason, changes=changes)
    notices.change_applied(change, now)
    return change
