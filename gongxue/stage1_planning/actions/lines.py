"""Rounds and plan lines (TR 7): a round is opened, the institution enters, changes and submits its classes."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, edit, lock, lock_rows, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.actions.returns import keep_submitted
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.queries import line_breaches

EDITABLE = (PlanState.DRAFT, PlanState.RETURNED)


def _line_fields(
    level: str,
    category: str,
    first_day: date,
    last_day: date,
    days: int,
    headcount: int,
    scope: str,
    note: str,
) -> dict[str, object]:
    return {
        "level": level, "category": category, "first_day": first_day, "last_day": last_day, "days": days,
        "headcount": headcount, "scope": scope.strip(), "note": note.strip()[:200],
    }  # fmt: skip


def refuse_unless_open(round_: ReportingRound, today: date) -> None:
    """Refused outside the days of the round."""
    if not round_.is_open_on(today):
        raise RuleBroken(
            [
                Breach(
                    "round.closed",
                    "TR 7",
                    f"{round_.period.title}的报送时间为{said(round_.opens_on)}至{said(round_.closes_on)}，现不在报送期内。",
                    "特殊情况请向省级管理部门申请增补或调整。",
                )
            ]
        )


def _level_breaches(level: str) -> list[Breach]:
    if level in list(Level):
        return []
    return [Breach("class.level", "TR 2.5", f"没有级别“{level[:10]}”。", "级别为一级、二级、三级、骨干。")]


@action(Permission.ADD_LINE)
def add_line(  # noqa: PLR0913 — the fields of a plan line (TR 7) are its inputs
    *, round: ReportingRound, level: str, category: str, first_day: date, last_day: date, days: int,
    headcount: int, scope: str, by: Role, now: datetime, note: str = "",
) -> TrainingClass:  # fmt: skip
    """Enter a planned class into a round (TR 7). Refused: outside the approvals, over 30, wrong days or dates."""
    round_ = ReportingRound.objects.scope(by).get(pk=round.pk)
    refuse_unless_open(round_, day_of(now))
    refuse_if(_level_breaches(level))
    line = TrainingClass(
        round=round_, institution=by.organisation, province_code=by.organisation.province_code, created_by=by.account,
        created_at=now, edition_code=edition_on(first_day).code,
        **_line_fields(level, category, first_day, last_day, days, headcount, scope, note),
    )  # fmt: skip
    refuse_if(line_breaches(line, by.organisation, day_of(now)))
    line.save()
    changes = {name: [None, value] for name, value in line.said_values().items()}
    record(Permission.ADD_LINE, by=by, now=now, about=line, changes=changes)
    return line


@action(Permission.EDIT_LINE)
def edit_line(  # noqa: PLR0913 — the fields of a plan line (TR 7) are its inputs
    *, training_class: TrainingClass, level: str, category: str, first_day: date, last_day: date, days: int,
    headcount: int, scope: str, seen: int, by: Role, now: datetime, note: str = "",
) -> TrainingClass:  # fmt: skip
    """Change a draft or returned line. Refused: submitted already, or changed by somebody else since it was seen."""
    line = lock(training_class, by)
    if line.state not in EDITABLE:
        raise RuleBroken([not_editable(line)])
    check_seen(line, seen)
    refuse_if(_level_breaches(level))
    fields = _line_fields(level, category, first_day, last_day, days, headcount, scope, note)
    fields["edition_code"] = edition_on(first_day).code
    wanted = copy(line)
    for name, value in fields.items():
        setattr(wanted, name, value)
    refuse_if(line_breaches(wanted, by.organisation, day_of(now)))
    changes = edit(line, seen, **fields)
    record(Permission.EDIT_LINE, by=by, now=now, about=line, changes=changes)
    return line


def not_editable(line: TrainingClass) -> Breach:
    """Why a line that was submitted cannot be changed by its institution."""
    return Breach(
        "line.submitted",
        "TR 7",
        f"该班次现为“{line.state_title}”，不能直接修改。",
        "请省级管理部门退回后修改；发布后的变更走增补、调整。",
    )


@action(Permission.REMOVE_LINE)
def remove_line(*, training_class: TrainingClass, by: Role, now: datetime) -> None:
    """Delete a line that was never approved. Refused once it is with the province."""
    line = lock(training_class, by)
    if line.state not in EDITABLE:
        raise RuleBroken([not_editable(line)])
    changes = {name: [value, None] for name, value in line.said_values().items()}
    record(Permission.REMOVE_LINE, by=by, now=now, about=line, changes=changes)
    TrainingClass.objects.unscoped("the locked line").filter(pk=line.pk).delete()


@action(Permission.SUBMIT_PLAN)
def submit_plan(*, round: ReportingRound, by: Role, now: datetime) -> list[TrainingClass]:
    """Hand all drafts and corrected lines of the institution to the province; each line is checked again.

    Refused outside the days of the round, except for lines that were in time and came back from the review.
    """
    round_ = ReportingRound.objects.scope(by).get(pk=round.pk)
    states = EDITABLE if round_.is_open_on(day_of(now)) else (PlanState.RETURNED,)
    lines = lock_rows(TrainingClass.objects.scope(by).filter(round=round_, state__in=states))
    if not lines:
        refuse_unless_open(round_, day_of(now))
    if not lines:
        raise RuleBroken([Breach("plan.empty", "TR 7", "没有待提交的计划班次。", "请先填报班次。")])
    breaches = []
    for line in lines:
        line.round = round_
        found = line_breaches(line, by.organisation, day_of(now))
        breaches += [replace(breach, says=f"{line.title}：{breach.says}") for breach in found]
    refuse_if(breaches)
    for line in lines:
        move(line, Permission.SUBMIT_PLAN, submitted_by=by.account, returned_reason="")
    keep_submitted(lines, by, now)
    keys = [line.pk for line in lines]
    record(
        Permission.SUBMIT_PLAN, by=by, now=now, about=round_, changes={"lines": [None, keys]}
    )  # fmt: skip
    notices.plan_submitted(round_, by.organisation.name, by.organisation.province_code, len(lines), now)
    return lines
