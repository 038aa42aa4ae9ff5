"""A second final assessment: asked for by the trainee, agreed to by the institution (TR 12.2, AMB-09)."""

from __future__ import annotations

from datetime import date, datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, feedback_due
from gongxue.regulations.marks import (
    Part,
    attempt_breaches,
    second_dates_breaches,
)
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import due_of
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.models import (
    Retake,
    SecondDates,
)
from gongxue.stage6_assessment.queries import (
    is_confirmed,
    part_record,
)
from gongxue.stage6_assessment.queries.second_dates import owing


def _refuse_confirmed(training_class: TrainingClass) -> None:
    """No retake once the transcript has been reported: it would change nothing."""
    if is_confirmed(training_class):
        says = "成绩已确认并报送，不能再办理二次终结性考核。"
        raise RuleBroken([Breach("retake.confirmed", "TR 12.2", says, "如成绩有误，请培训机构申请更正。")])


@action(Permission.SET_SECOND_DATES)
def set_second_dates(
    *, training_class: TrainingClass, by: Role, now: datetime, resubmit_by: date | None = None,
    retake_by: date | None = None, seen: int = 0,
) -> SecondDates:  # fmt: skip
    """Days by which work is handed in again and final assessments are retaken; whoever it concerns is told.

    seen: the version that the page showed, 0 for none. Refused: days in the past or after form 5 is due, confirmed.
    """
    shown = lock(training_class, by)
    _refuse_confirmed(shown)
    feedback = due_of(shown, feedback_due(shown.last_day, shown.edition)).on
    days = {"二次提交": resubmit_by, "二次终结性考核": retake_by}
    row = SecondDates.objects.inside(training_class=shown).first()
    before = (row.resubmit_by, row.retake_by) if row else (None, None)
    fresh = {what: day for (what, day), old in zip(days.items(), before, strict=True) if day != old}
    refuse_if(second_dates_breaches(fresh, day_of(now), shown.first_day, feedback))
    if seen != (row.version if row else 0):
        raise Conflict(
            [Breach("second_dates.changed", "MG 25.4", "期限刚刚有人修改过。", "请刷新页面，核对后再保存。")]
        )
    row = row or SecondDates(training_class=shown, version=0)
    row.resubmit_by, row.retake_by, row.set_by, row.set_at = resubmit_by, retake_by, by.account, now
    row.version += 1
    row.save()
    changes = {
        name: [old and old.isoformat(), new and new.isoformat()]
        for name, old, new in zip(("resubmit_by", "retake_by"), before, days.values(), strict=True)
    }
    record(Permission.SET_SECOND_DATES, by=by, now=now, about=row, changes=changes)
    people = owing([shown])[shown.pk]
    notices.second_dates_set(row, people.resubmission, people.retake, now)
    return row


@action(Permission.APPLY_RETAKE)
def apply_retake(*, attendee: Attendee, by: Role, now: datetime) -> Retake:
    """A trainee applies for a second final assessment (TR 12.2). Refused: 60 or more, a third attempt, confirmed."""
    row = lock(attendee, by)
    if row.application.person.account_id != by.account_id:
        raise NotAllowed("只能为自己申请。", "TR 12.2")
    edition = row.training_class.edition
    _refuse_confirmed(row.training_class)
    part = part_record(row, Part.FINAL, edition)
    refuse_if(attempt_breaches(Part.FINAL, part.standing, part.attempts, edition))
    if Retake.objects.inside(attendee=row).exists():
        raise RuleBroken(
            [Breach("retake.known", "TR 12.2", "您已申请二次终结性考核。", "请等待培训机构安排。")]
        )
    retake = Retake.objects.create(training_class=row.training_class, attendee=row, applied_at=now)
    record(Permission.APPLY_RETAKE, by=by, now=now, about=retake)
    notices.retake_applied(row, now)
    return retake


@action(Permission.ALLOW_RETAKE)
def allow_retake(*, retake: Retake, by: Role, now: datetime) -> Retake:
    """The institution agrees to the second final assessment (AMB-09). Refused once the results are confirmed."""
    row = lock(retake, by)
    _refuse_confirmed(row.training_class)
    changes = move(row, Permission.ALLOW_RETAKE, allowed_at=now)
    record(Permission.ALLOW_RETAKE, by=by, now=now, about=row, changes={"state": changes["state"]})
    notices.retake_allowed(row.attendee, now)
    return row
