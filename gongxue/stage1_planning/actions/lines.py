"""Rounds and plan lines (TR 7): a round is opened, the institution enters, changes and submits its classes."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import date, datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, edit, lock, lock_rows, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import HalfYear, day_of, said
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.models import ReportingRound, TrainingClass
from gongxue.stage1_planning.queries import line_breaches

EDITABLE = (PlanState.DRAFT, PlanState.RETURNED)
_PLAN_FIELDS = ("level", "category", "first_day", "last_day", "days", "headcount", "scope", "note")


@action(Permission.OPEN_ROUND)
def open_round(
    *, year: int, half: int, opens_on: date, closes_on: date, by: Role, now: datetime
) -> ReportingRound:
    """Open the half-year round of plan reporting (TR 7: 每半年组织一次).

    Refused: the half-year has a round, or nobody could report in this one because its last day is over.
    """
    breaches = []
    if half not in (1, 2) or not 2020 <= year <= 2099:
        breaches.append(
            Breach(
                "round.period",
                "TR 7",
                "请选择年份和上、下半年。",
                "年份为 2020 至 2099，上半年填 1，下半年填 2。",
            )
        )
    if closes_on < opens_on:
        breaches.append(Breach("round.dates", "TR 7", "报送截止日早于开始日。", "请更正日期。"))
    elif closes_on < day_of(now):
        breaches.append(
            Breach("round.past", "TR 7", f"报送截止日{said(closes_on)}已过。", "请填报今后的日期。")
        )
    refuse_if(breaches)
    try:
        with transaction.atomic():
            round_ = ReportingRound.objects.create(
                year=year, half=half, opens_on=opens_on, closes_on=closes_on
            )
    except IntegrityError as error:  # one round per half-year: the constraint says so
        title = HalfYear(year, half).title
        raise RuleBroken(
            [Breach("round.known", "TR 7", f"{title}的报送轮次已经开启。", "请直接使用该轮次。")]
        ) from error
    dates = {"opens_on": [None, opens_on.isoformat()], "closes_on": [None, closes_on.isoformat()]}
    record(Permission.OPEN_ROUND, by=by, now=now, about=round_, changes=dates)
    notices.round_opened(round_, now)
    return round_


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


def _plan_values(line: TrainingClass) -> dict[str, object]:
    """What a line says, as the trail keeps it: the line itself may be deleted."""
    values = {name: getattr(line, name) for name in _PLAN_FIELDS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _round_open(round_: ReportingRound, today: date) -> None:
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
    _round_open(round_, day_of(now))
    refuse_if(_level_breaches(level))
    line = TrainingClass(
        round=round_, institution=by.organisation, province_code=by.organisation.province_code, created_by=by.account,
        created_at=now, edition_code=edition_on(first_day).code,
        **_line_fields(level, category, first_day, last_day, days, headcount, scope, note),
    )  # fmt: skip
    refuse_if(line_breaches(line, by.organisation, day_of(now)))
    line.save()
    changes = {name: [None, value] for name, value in _plan_values(line).items()}
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
        raise RuleBroken([_not_editable(line)])
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


def _not_editable(line: TrainingClass) -> Breach:
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
        raise RuleBroken([_not_editable(line)])
    changes = {name: [value, None] for name, value in _plan_values(line).items()}
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
        _round_open(round_, day_of(now))
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
    record(
        Permission.SUBMIT_PLAN,
        by=by,
        now=now,
        about=round_,
        changes={"lines": [None, [line.pk for line in lines]]},
    )
    notices.plan_submitted(round_, by.organisation.name, by.organisation.province_code, len(lines), now)
    return lines
