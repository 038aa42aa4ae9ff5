"""Rounds (TR 7): the centre opens one each half-year and may change its days."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Min

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import edit, lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import HalfYear, day_of, said
from gongxue.regulations.planning import round_date_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.models import ReportingRound, TrainingClass


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


@action(Permission.CHANGE_ROUND)
def change_round(
    *, round: ReportingRound, opens_on: date, closes_on: date, reason: str, seen: int, by: Role, now: datetime
) -> ReportingRound:
    """Change the first and last day of a round, with a reason that everybody is told.

    Refused: a last day in the past, one so early that lines in preparation miss it, a first day after the first line.
    """
    round_ = lock(round, by)
    rows = TrainingClass.objects.unscoped("when the first line was entered").filter(round=round_)
    first = rows.aggregate(at=Min("created_at"))["at"]
    breaches = round_date_breaches(
        (round_.opens_on, round_.closes_on), (opens_on, closes_on), day_of(now), day_of(first) if first else None
    )  # fmt: skip
    if (opens_on, closes_on) == (round_.opens_on, round_.closes_on):
        breaches.append(Breach("round.same", "TR 7", "报送时间没有变化。", "请填写新的日期。"))
    if not reason.strip():
        breaches.append(Breach("reason.missing", "TR 7", "调整报送时间须写明理由。", "请填写理由后再提交。"))
    refuse_if(breaches)
    changes = edit(round_, seen, opens_on=opens_on, closes_on=closes_on)
    record(Permission.CHANGE_ROUND, by=by, now=now, about=round_, reason=reason, changes=changes)
    notices.round_changed(round_, reason.strip(), now)
    return round_
