"""Appeals against confirmed marks: asked for, answered, objected to, decided (ours; MG 13)."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.appeals import appeal_breaches, objection_breaches, objection_until, words_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.marks import Part
from gongxue.regulations.roles import Permission
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage6_assessment import notices
from gongxue.stage6_assessment.models import Appeal, TranscriptLine
from gongxue.stage6_assessment.queries import results_of
from gongxue.stage6_assessment.queries.appeals import appeal_end


@action(Permission.APPEAL)
def appeal(*, attendee: Attendee, part: str, grounds: str, by: Role, now: datetime) -> Appeal:
    """A trainee asks for the review of one of their confirmed marks, once, within the days of the edition.

    NotAllowed for somebody else's mark. Refused: not confirmed, too late, no mark, asked before, no grounds.
    """
    row = lock(attendee, by)
    if row.application.person.account_id != by.account_id:
        raise NotAllowed("只能为自己申请。", "MG 13")
    if part not in list(Part):
        raise RuleBroken([Breach("appeal.part", "MG 13", "没有这项考核。", "请选择过程性考核或终结性考核。")])
    line = TranscriptLine.objects.inside(attendee=row).order_by("-revision").first()
    mark = (line.process if part == Part.PROCESS else line.final) if line else None
    known = Appeal.objects.inside(attendee=row, part=part).exists()
    until = appeal_end(results_of(row.training_class))
    refuse_if(appeal_breaches(mark is not None, known, day_of(now), until, grounds))
    made = Appeal.objects.create(
        training_class=row.training_class, attendee=row, part=part, grounds=grounds.strip(), applied_at=now
    )
    record(Permission.APPEAL, by=by, now=now, about=made, reason=grounds)
    notices.appealed(made, now)
    return made


def _answer(row: Appeal, permission: Permission, reason: str, seen: int, by: Role, now: datetime) -> Appeal:
    refuse_if(words_breaches("答复", reason))
    changes = move(
        row,
        permission,
        reason=reason,
        seen=seen,
        answer=reason.strip(),
        answered_at=now,
        answered_by=by.account,
    )
    record(permission, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.appeal_answered(row, now)
    return row


@action(Permission.KEEP_MARK)
def keep_mark(*, appeal: Appeal, reason: str, seen: int, by: Role, now: datetime) -> Appeal:
    """The institution answers that the mark stands, and why; the trainee may object."""
    return _answer(lock(appeal, by), Permission.KEEP_MARK, reason, seen, by, now)


@action(Permission.UPHOLD_APPEAL)
def uphold_appeal(*, appeal: Appeal, reason: str, seen: int, by: Role, now: datetime) -> Appeal:
    """The institution answers that the appeal is right; it then asks for a correction, which the province countersigns."""
    return _answer(lock(appeal, by), Permission.UPHOLD_APPEAL, reason, seen, by, now)


@action(Permission.OBJECT)
def object_to_answer(*, appeal: Appeal, reason: str, by: Role, now: datetime) -> Appeal:
    """The trainee does not accept the answer: the province decides. Refused after the days of the edition."""
    row = lock(appeal, by)
    if row.attendee.application.person.account_id != by.account_id:
        raise NotAllowed("只能为自己提出异议。", "MG 13")
    if row.answered_at is not None:
        until = objection_until(day_of(row.answered_at), row.training_class.edition)
        refuse_if(objection_breaches(day_of(now), until, reason))
    changes = move(row, Permission.OBJECT, reason=reason, objection=reason.strip(), objected_at=now)
    record(Permission.OBJECT, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.appeal_objected(row, now)
    return row


def _decide(row: Appeal, permission: Permission, reason: str, seen: int, by: Role, now: datetime) -> Appeal:
    refuse_if(words_breaches("裁定理由", reason))
    changes = move(
        row,
        permission,
        reason=reason,
        seen=seen,
        decision=reason.strip(),
        decided_at=now,
        decided_by=by.account,
    )
    record(permission, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.appeal_decided(row, now)
    return row


@action(Permission.DISMISS_OBJECTION)
def dismiss_objection(*, appeal: Appeal, reason: str, seen: int, by: Role, now: datetime) -> Appeal:
    """The province decides that the answer stands."""
    return _decide(lock(appeal, by), Permission.DISMISS_OBJECTION, reason, seen, by, now)


@action(Permission.SUSTAIN_OBJECTION)
def sustain_objection(*, appeal: Appeal, reason: str, seen: int, by: Role, now: datetime) -> Appeal:
    """The province decides for the trainee: the institution is to ask for the correction."""
    return _decide(lock(appeal, by), Permission.SUSTAIN_OBJECTION, reason, seen, by, now)
