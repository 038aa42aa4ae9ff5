"""A teacher of the host institution serves in its class with a recorded reason (AMB-11): lifted, told, taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, lock_rows, move
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.models import PoolMembership
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.invitations import leaving_breaches
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.actions import refuse_cancelled
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation


@action(Permission.LIFT_AVOIDANCE)
def lift_avoidance(
    *, training_class: TrainingClass, person: int, reason: str, by: Role, now: datetime
) -> AvoidanceLift:
    """Let a teacher of the own institution be recommended for and invited to one class, with a reason (AMB-11).

    The province is told. Refused: no reason, not a teacher of the pool of this institution, lifted already, the class
    is over.
    """
    shown = lock(training_class, by)
    refuse_cancelled(shown)
    breaches = leaving_breaches(day_of(now), shown.last_day)
    if not reason.strip():
        breaches.append(Breach("reason.missing", "TR 8", "解除回避须写明理由。", "请填写理由后再提交。"))
    members = PoolMembership.objects.unscoped("one teacher of the own institution").filter(
        person=person, category=shown.category, active=True, person__employer=shown.institution_id
    )
    if not members.exists():
        says = "所选教师不是本机构在库的该专业大类骨干教师，无须解除回避。"
        breaches.append(Breach("lift.not_own", "TR 8", says, "外单位教师可直接邀请。"))
    refuse_if(breaches)
    row = write_lift(shown, person, reason, by, now)
    record(Permission.LIFT_AVOIDANCE, by=by, now=now, about=row, reason=reason)
    return row


def write_lift(shown: TrainingClass, person: int, reason: str, by: Role, now: datetime) -> AvoidanceLift:
    """The row and the message; the class is locked, the rules were asked before. RuleBroken when lifted already."""
    try:
        with transaction.atomic():
            row = AvoidanceLift.objects.create(
                training_class=shown,
                person_id=person,
                reason=reason.strip()[:500],
                lifted_by=by.account,
                lifted_at=now,
            )
    except IntegrityError:
        says = "该教师的回避已经解除。"
        raise RuleBroken([Breach("lift.known", "TR 8", says, "可直接推荐或邀请。")]) from None
    notices.avoidance(row, now)
    return row


@action(Permission.REVOKE_LIFT)
def revoke_lift(*, lift: AvoidanceLift, by: Role, now: datetime) -> AvoidanceLift:
    """The avoidance holds again; an invitation that was not answered yet is withdrawn with it. The province is told.

    Refused: the teacher has accepted, revoked already, the class is over.
    """
    shown = lock(lift.training_class, by)
    row = lock(lift, by)
    live = lock_rows(
        Invitation.objects.inside(
            training_class=shown, person=row.person_id, state__in=Invitation.LIVE
        ).select_related("training_class__institution", "person__account")
    )
    refuse_if(leaving_breaches(day_of(now), shown.last_day) or _revoking_breaches(row, live))
    row.revoked_by, row.revoked_at = by.account, now
    row.save(update_fields=["revoked_by", "revoked_at"])
    reason = "培训机构已恢复对本机构教师的回避。"
    for invitation in live:
        move(
            invitation, Permission.WITHDRAW_INVITATION, reason=reason, answer_reason=reason, withdrawn_at=now
        )
        notices.withdrawn(invitation, reason, now)
    changes = {"withdrawn": [None, len(live)]} if live else {}
    record(Permission.REVOKE_LIFT, by=by, now=now, about=row, changes=changes)
    notices.avoidance(row, now)
    return row


def _revoking_breaches(row: AvoidanceLift, live: list[Invitation]) -> list[Breach]:
    if row.revoked_at is not None:
        return [Breach("lift.revoked", "TR 8", "回避已经恢复。", "请刷新页面查看。")]
    if any(one.state == InvitationState.ACCEPTED for one in live):
        says = f"{row.person.name}已接受邀请，不能再恢复回避。"
        return [Breach("lift.accepted", "TR 8", says, "确需更换的，请撤回邀请并写明理由。")]
    return []
