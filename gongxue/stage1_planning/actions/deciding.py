"""The province decides on a change, which is then in force; the centre has it on record (TR 7, 脚注④, AMB-13)."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.uploads import Slot, store_upload
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import check_seen, edit, lock, move
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import Due, day_of
from gongxue.regulations.changes import ChangeKind, ChangePath, granted_until, missed_breaches
from gongxue.regulations.editions import edition_on
from gongxue.regulations.lifecycle import ChangeState, PlanState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.actions.editions import publish_edition
from gongxue.stage1_planning.actions.review import refuse_own
from gongxue.stage1_planning.models import DeadlineException, PlanChange, PublishedEdition, TrainingClass
from gongxue.stage1_planning.queries.changes import ClassChange, as_asked, change_breaches, short_of

SCANS = Slot("盖章扫描件", ("pdf", "jpg", "png"), 10 * 1024 * 1024)
TEXT_LIMIT = 500  # characters
# What a change moves in the later stages, in the same transaction; each is told the class as it was and as it is to be.
MOVED: list[Callable[[ClassChange, Role, datetime], None]] = []


@action(Permission.ATTACH_CHANGE_SCAN)
def attach_change_scan(*, plan_change: PlanChange, scan: UploadedFile, by: Role, now: datetime) -> PlanChange:
    """The province's stamped approval of a class outside the plan (note 4): PDF, JPG or PNG up to 10 MB.

    Refused: no class outside the plan, decided already, another kind of file. A second one takes the place of the first.
    """
    row = lock(plan_change, by)
    if not row.path_enum.needs_scan or row.state != ChangeState.APPLIED:
        says = "只有待审核的计划外班次须上传盖章扫描件。"
        raise RuleBroken([Breach("change.no_scan", "TR 脚注④", says, "请刷新页面查看申请的进度。")])
    stored = store_upload(scan, slot=SCANS, now=now, by=by.account, sealed=True)
    edit(row, scan=stored)
    changes = {"scan": [None, stored.name]}
    record(Permission.ATTACH_CHANGE_SCAN, by=by, now=now, about=row, changes=changes)
    return row


def scan_of_change(plan_change: PlanChange, by: Role) -> StoredFile:
    """The stamped scan, for whoever may see the application; NotThere without one."""
    row = PlanChange.objects.scope(by).filter(pk=plan_change.pk).select_related("scan").first()
    if row is None or row.scan is None:
        raise NotThere
    return row.scan


@action(Permission.APPROVE_CHANGE)
def approve_change(
    *, plan_change: PlanChange, seen: int, by: Role, now: datetime, grant_reason: str = ""
) -> PlanChange:
    """The province approves what it has seen: it is in force at once, in a new edition, and reported to the centre.

    Every rule is asked again. Where the new dates leave no time for a deadline, grant_reason extends it by name.
    Refused: own application, another version, no stamped scan for a class outside the plan, somebody clashes.
    """
    round_ = lock(
        plan_change.round, by
    )  # before the class and the application: editions are numbered under it
    if plan_change.training_class is not None:
        lock(plan_change.training_class, by)
    row = lock(plan_change, by)
    row.round = round_
    refuse_own(by, row.applied_by_id)
    check_seen(row, seen)
    if row.state == ChangeState.APPLIED:  # otherwise the table says which state it is in
        refuse_if(_approval_breaches(row, day_of(now), grant_reason))
    changes = move(
        row, Permission.APPROVE_CHANGE, seen=seen, answer=grant_reason.strip()[:TEXT_LIMIT], decided_by=by.account,
        decided_at=now,
    )  # fmt: skip
    short = short_of(row, day_of(now))
    changes |= _carry_out(row, by, now)
    _grant(row, short, grant_reason, by, now)
    edition = _new_edition(row, by, now)
    PlanChange.objects.unscoped("the locked application").filter(pk=row.pk).update(
        edition=edition, training_class=row.training_class
    )
    row.edition = edition
    record(
        Permission.APPROVE_CHANGE, by=by, now=now, about=row, reason=grant_reason,
        changes=changes | {"edition": [None, edition.number]},
    )  # fmt: skip
    notices.change_approved(row, now)
    return row


def _approval_breaches(row: PlanChange, today: date, grant_reason: str) -> list[Breach]:
    found = []
    if row.lacks_scan:
        says = "计划外班次须由省级管理部门审核通过并上传盖章扫描件，现在还没有上传。"
        found.append(Breach("change.scan", "TR 脚注④", says, "请先上传 PDF、JPG 或 PNG 扫描件。"))
    found += change_breaches(row, today)
    if not grant_reason.strip():
        found += missed_breaches(short_of(row, today))
    return found


def _carry_out(row: PlanChange, by: Role, now: datetime) -> dict[str, Any]:
    """Write what was applied for; what it changed, for the trail."""
    asked = as_asked(row)
    tc = row.training_class
    if asked is None or tc is None:
        row.training_class = _added(row, now)
        return {"class": [None, row.training_class.pk]}
    asked = replace(asked, training_class=copy(tc))  # as it was: the row itself changes now
    if asked.cancels:
        changes = {"class": move(tc, Permission.APPROVE_CHANGE)["state"]}
    else:
        fields = row.values | {"edition_code": edition_on(row.values["first_day"]).code}
        changes = edit(tc, **fields)
    for moved in MOVED:
        moved(asked, by, now)
    return changes


def _added(row: PlanChange, now: datetime) -> TrainingClass:
    return TrainingClass.objects.create(
        round=row.round, institution=row.institution, province_code=row.province_code, state=PlanState.PUBLISHED,
        stage=2, outside_plan=row.path_enum is ChangePath.OUTSIDE, created_by=row.applied_by, submitted_by=row.applied_by,
        created_at=now, edition_code=edition_on(row.values["first_day"]).code, **row.values,
    )  # fmt: skip


def _grant(row: PlanChange, short: list[Due], reason: str, by: Role, now: datetime) -> None:
    """The deadlines that the new dates leave no time for stay open, with the grantor's name (AMB-01)."""
    tc = row.training_class
    for due in short if tc is not None else ():
        until = granted_until(tc.first_day, day_of(now))  # type: ignore[union-attr]
        DeadlineException.objects.create(
            training_class=tc, deadline=due.key, until=until, reason=reason.strip()[:TEXT_LIMIT],
            granted_by=by.account, granted_at=now,
        )  # fmt: skip


def _new_edition(row: PlanChange, by: Role, now: datetime) -> PublishedEdition:
    tc = row.training_class
    assert tc is not None
    told = {
        "path": row.path_title, "approved_by": by.organisation.name, "reason": row.reason, "application": row.pk,
    }  # fmt: skip
    added = [tc] if row.kind_enum is ChangeKind.ADD else []
    return publish_edition(row.round, added, {tc.pk: told}, by=by, now=now)


@action(Permission.RETURN_CHANGE)
def return_change(*, plan_change: PlanChange, reason: str, seen: int, by: Role, now: datetime) -> PlanChange:
    """The province returns an application with a reason; the institution may correct it."""
    return _answered(Permission.RETURN_CHANGE, plan_change, reason, seen, by, now)


@action(Permission.REFUSE_CHANGE)
def refuse_change(*, plan_change: PlanChange, reason: str, seen: int, by: Role, now: datetime) -> PlanChange:
    """The province does not approve, with a reason; the class stays as it is."""
    return _answered(Permission.REFUSE_CHANGE, plan_change, reason, seen, by, now)


def _answered(
    act: Permission, plan_change: PlanChange, reason: str, seen: int, by: Role, now: datetime
) -> PlanChange:
    row = lock(plan_change, by)
    changes = move(
        row, act, reason=reason, seen=seen, answer=reason.strip()[:TEXT_LIMIT], decided_by=by.account, decided_at=now
    )  # fmt: skip
    record(act, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.change_answered(row, now)
    return row


@action(Permission.QUESTION_CHANGE)
def question_change(
    *, plan_change: PlanChange, reason: str, seen: int, by: Role, now: datetime
) -> PlanChange:
    """The centre comments on a change that is in force (AMB-13); it stays in force until another one is approved."""
    row = lock(plan_change, by)
    changes = move(
        row, Permission.QUESTION_CHANGE, reason=reason, seen=seen, comment=reason.strip()[:TEXT_LIMIT]
    )
    record(Permission.QUESTION_CHANGE, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.change_questioned(row, now)
    return row


@action(Permission.RECORD_CHANGE)
def record_change(*, plan_change: PlanChange, seen: int, by: Role, now: datetime) -> PlanChange:
    """The centre has the change on record 备案 (TR 7)."""
    row = lock(plan_change, by)
    changes = move(row, Permission.RECORD_CHANGE, seen=seen, recorded_at=now)
    record(Permission.RECORD_CHANGE, by=by, now=now, about=row, changes=changes)
    return row
