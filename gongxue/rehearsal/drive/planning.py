"""Stage 1: the line is entered, reviewed, reported, published."""

from __future__ import annotations

from datetime import datetime

from gongxue.regulations.calendar import half_year_of
from gongxue.regulations.categories import category_title
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Duty
from gongxue.rehearsal import timeline
from gongxue.rehearsal.drive.run import Run, refresh
from gongxue.stage1_planning import actions as planning
from gongxue.stage1_planning.models import ReportingRound


def open_round(run: Run, now: datetime) -> ReportingRound:
    """The round of the half-year, opened when it is not there yet."""
    period = half_year_of(run.specification.first_day)
    found = ReportingRound.objects.unscoped("rehearsal").filter(year=period.year, half=period.half).first()
    if found:
        return found
    opens, closes = timeline.round_dates(period)
    return planning.open_round(
        year=period.year, half=period.half, opens_on=opens, closes_on=closes, by=run.centre, now=now
    )


def plan(run: Run, now: datetime) -> None:
    """The institution enters its line."""
    spec = run.specification
    run.training_class = planning.add_line(
        round=open_round(run, now), level=spec.level, category=spec.category, first_day=spec.first_day,
        last_day=spec.last_day, days=spec.days, headcount=spec.headcount,
        scope=f"面向全国技工院校{category_title(spec.category)}专业教师", by=run.staff(Duty.INSTITUTION), now=now,
    )  # fmt: skip


def submit_plan(run: Run, now: datetime) -> None:
    """To the province, with every other draft of the institution, unless one of those has carried this one along."""
    refresh(run)
    if run.tc.state in planning.EDITABLE:
        planning.submit_plan(round=run.tc.round, by=run.staff(Duty.INSTITUTION), now=now)


def approve(run: Run, now: datetime) -> None:
    """The province approves what it sees."""
    refresh(run)
    planning.approve_line(training_class=run.tc, seen=run.tc.version, by=run.province, now=now)


def report(run: Run, now: datetime) -> None:
    """The province reports, unless another class of the run has already carried this one along."""
    refresh(run)
    if run.tc.state == PlanState.APPROVED:
        planning.report_plan(round=run.tc.round, by=run.province, now=now)


def publish(run: Run, now: datetime) -> None:
    """The centre publishes what is reported."""
    refresh(run)
    if run.tc.state == PlanState.REPORTED:
        planning.publish_plan(round=run.tc.round, by=run.centre, now=now)
