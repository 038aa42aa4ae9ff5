"""Acts of stage 1 (TR 7): round, lines, review by the line, report, publication, exceptions."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, edit, lock, lock_rows, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import Due, HalfYear, day_of, deadlines_of_class, said
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.registers import province_name
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.models import (
    DeadlineException,
    Involvement,
    ProvinceReport,
    PublishedEdition,
    ReportingRound,
    TrainingClass,
)
from gongxue.stage1_planning.queries import line_breaches

EDITABLE = (PlanState.DRAFT, PlanState.RETURNED)


@action(Permission.OPEN_ROUND)
def open_round(
    *, year: int, half: int, opens_on: date, closes_on: date, by: Role, now: datetime
) -> ReportingRound:
    """Open the half-year round of plan reporting (TR 7: 每半年组织一次). Refused: the half-year has a round."""
    breaches = []
    if half not in (1, 2) or not 2020 <= year <= 2099:
        breaches.append(Breach("round.period", "TR 7", "请选择年份和上、下半年。"))
    if closes_on < opens_on:
        breaches.append(Breach("round.dates", "TR 7", "报送截止日早于开始日。", "请更正日期。"))
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
    record(Permission.OPEN_ROUND, by=by, now=now, about=round_)
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
    record(Permission.ADD_LINE, by=by, now=now, about=line)
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
    record(Permission.REMOVE_LINE, by=by, now=now, about=line)
    TrainingClass.objects.unscoped("the locked line").filter(pk=line.pk).delete()


@action(Permission.SUBMIT_PLAN)
def submit_plan(*, round: ReportingRound, by: Role, now: datetime) -> list[TrainingClass]:
    """Hand all drafts and corrected lines of the institution to the province; each line is checked again."""
    round_ = ReportingRound.objects.scope(by).get(pk=round.pk)
    _round_open(round_, day_of(now))
    lines = lock_rows(TrainingClass.objects.scope(by).filter(round=round_, state__in=EDITABLE))
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
    *, training_class: TrainingClass, reason: str, seen: int, by: Role, now: datetime
) -> TrainingClass:
    """The province returns one line with a reason; the other lines go on."""
    line = lock(training_class, by)
    changes = move(
        line, Permission.RETURN_LINE, reason=reason, seen=seen, returned_reason=reason.strip()[:500]
    )
    record(Permission.RETURN_LINE, by=by, now=now, about=line, reason=reason, changes=changes)
    notices.line_returned(line, reason, now)
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
    record(
        Permission.REPORT_PLAN, by=by, now=now, about=report, changes={"lines": [None, [x.pk for x in lines]]}
    )
    notices.plan_reported(round_, by.organisation.province, len(lines), now)
    return report


@action(Permission.SEND_BACK_LINE)
def send_back_line(
    *, training_class: TrainingClass, reason: str, seen: int, by: Role, now: datetime
) -> TrainingClass:
    """The centre returns a reported line to the province with a reason."""
    line = lock(training_class, by)
    changes = move(
        line, Permission.SEND_BACK_LINE, reason=reason, seen=seen, returned_reason=reason.strip()[:500]
    )
    record(Permission.SEND_BACK_LINE, by=by, now=now, about=line, reason=reason, changes=changes)
    notices.line_sent_back(line, reason, now)
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
    edition = PublishedEdition.objects.create(
        round=round_,
        number=PublishedEdition.objects.filter(round=round_).count() + 1,
        lines=[edition_row(line) for line in lines],
        published_by=by.account,
        published_at=now,
    )
    record(
        Permission.PUBLISH_PLAN,
        by=by,
        now=now,
        about=edition,
        changes={"lines": [None, [x.pk for x in lines]]},
    )
    notices.plan_published(edition, lines, now)
    return edition


def edition_row(line: TrainingClass) -> dict[str, object]:
    """A line as the edition freezes it."""
    return {
        "class": line.pk,
        "province": province_name(line.province_code),
        "institution_code": line.institution.code,
        "institution": line.institution.name,
        "level": line.level_title,
        "category": line.category_title,
        "first_day": line.first_day.isoformat(),
        "last_day": line.last_day.isoformat(),
        "days": line.days,
        "headcount": line.headcount,
        "scope": line.scope,
    }


def _until_breaches(shown: TrainingClass, due: Due, until: date, today: date) -> list[Breach]:
    """The new day lies after the old one and not in the past; what comes before the class ends before its first day."""
    latest = shown.first_day - timedelta(days=1) if due.on < shown.first_day else due.on + timedelta(days=30)
    earliest = max(due.on + timedelta(days=1), today)
    if earliest <= until <= latest:
        return []
    if earliest > latest:
        return [Breach("exception.over", "TR 8", "现在已不能延长这个期限。", "可与培训机构商定改期。")]
    says = f"延期日应在{said(earliest)}至{said(latest)}之间。"
    return [Breach("exception.until", "TR 8", says, "请更正延期日。")]


@action(Permission.GRANT_EXCEPTION)
def grant_exception(
    *, training_class: TrainingClass, deadline: str, until: date, reason: str, by: Role, now: datetime
) -> DeadlineException:
    """Extend a deadline of one class, with name and reason (AMB-01). Refused without reason or beyond the class."""
    shown = lock(training_class, by)
    dues = {due.key: due for due in deadlines_of_class(shown.first_day, shown.last_day, shown.edition)}
    breaches = []
    if deadline not in dues:
        breaches.append(Breach("exception.deadline", "TR 8", "没有这个期限。"))
    else:
        breaches += _until_breaches(shown, dues[deadline], until, day_of(now))
    if not reason.strip():
        breaches.append(Breach("reason.missing", "TR 8", "准予延期须写明理由。"))
    refuse_if(breaches)
    exception = DeadlineException.objects.create(
        training_class=shown, deadline=deadline, until=until, reason=reason.strip()[:500], granted_by=by.account,
        granted_at=now,
    )  # fmt: skip
    record(
        Permission.GRANT_EXCEPTION, by=by, now=now, about=exception, reason=reason,
        changes={deadline: [dues[deadline].on.isoformat(), until.isoformat()]},
    )  # fmt: skip
    return exception


# What later stages tell the class ---------------------------------------------------------------------------------


def reach_stage(training_class: TrainingClass, stage: int) -> None:
    """The class has come to a later link of TR 6; it never goes back."""
    TrainingClass.objects.unscoped("one locked class").filter(pk=training_class.pk, stage__lt=stage).update(
        stage=stage
    )
    training_class.stage = max(training_class.stage, stage)


def involve(training_class: TrainingClass, account: Account | int, duty: Duty, now: datetime) -> None:
    """Somebody takes part from now on and may open the class in this role."""
    pk = account if isinstance(account, int) else account.pk
    row = Involvement.objects.inside(training_class=training_class, account_id=pk, duty=duty)
    if row.exists():
        row.update(ended_at=None)
        return
    try:
        with transaction.atomic():
            Involvement.objects.create(training_class=training_class, account_id=pk, duty=duty, since=now)
    except IntegrityError:
        row.update(ended_at=None)


def end_involvement(training_class: TrainingClass, account: Account | int, duty: Duty, now: datetime) -> None:
    """Somebody takes part no longer: the next request is refused."""
    pk = account if isinstance(account, int) else account.pk
    Involvement.objects.inside(training_class=training_class, account_id=pk, duty=duty).update(ended_at=now)
