"""What concerns a published class later: extensions of its deadlines, its stage, who takes part in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import Due, day_of, deadlines_of_class, said
from gongxue.regulations.deadline_table import GRANTABLE
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning import notices
from gongxue.stage1_planning.models import DeadlineException, Involvement, TrainingClass


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


def _not_grantable(deadline: str) -> Breach:
    if deadline == "enrolment":  # reading: AMB-61
        says = "报名截止日由培训机构在招生通知中自定，无须准予延期。"
        return Breach("exception.deadline", "TR 10", says, "请培训机构在截止前修改招生通知的报名截止日。")
    return Breach("exception.deadline", "TR 8", "没有这个期限。", "请从列表中选择期限。")


@action(Permission.GRANT_EXCEPTION)
def grant_exception(
    *, training_class: TrainingClass, deadline: str, until: date, reason: str, by: Role, now: datetime
) -> DeadlineException:
    """Extend a deadline of one class, with name and reason (AMB-01). Refused without reason or beyond the class."""
    shown = lock(training_class, by)
    dues = {due.key: due for due in deadlines_of_class(shown.first_day, shown.last_day, shown.edition)}
    breaches = []
    if deadline not in GRANTABLE:
        breaches.append(_not_grantable(deadline))
    else:
        breaches += _until_breaches(shown, dues[deadline], until, day_of(now))
    if not reason.strip():
        breaches.append(Breach("reason.missing", "TR 8", "准予延期须写明理由。", "请填写理由后再提交。"))
    refuse_if(breaches)
    exception = DeadlineException.objects.create(
        training_class=shown, deadline=deadline, until=until, reason=reason.strip()[:500], granted_by=by.account,
        granted_at=now,
    )  # fmt: skip
    record(
        Permission.GRANT_EXCEPTION, by=by, now=now, about=exception, reason=reason,
        changes={deadline: [dues[deadline].on.isoformat(), until.isoformat()]},
    )  # fmt: skip
    notices.deadline_extended(exception, dues[deadline].title, now)
    return exception


def refuse_cancelled(training_class: TrainingClass) -> None:
    """Nothing goes on in a class that was taken off the list."""
    if training_class.is_cancelled:
        says = "本班已取消，不再办理。"
        raise RuleBroken([Breach("class.cancelled", "TR 7", says, "需要重新举办的，请申请新增班次。")])


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
