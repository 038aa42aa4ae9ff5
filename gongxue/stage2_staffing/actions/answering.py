"""Answers to invitations (TR 8): the invited teacher accepts or declines, silence lapses."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import book
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.actions import involve, reach_stage
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import days_taken, is_staffed


def _own_invitation(invitation: Invitation, by: Role) -> Invitation:
    shown = TrainingClass.objects.unscoped("the invitee is not yet in the class's scope")
    shown.select_for_update(of=("self",), no_key=True).get(
        pk=invitation.training_class_id
    )  # fixed order: class, then rows
    row = lock(invitation, by)
    if row.person.account_id != by.account_id:
        raise NotAllowed("只有受邀人本人可以答复邀请。", "TR 8")
    return row


@action(Permission.ACCEPT)
def accept_invitation(*, invitation: Invitation, by: Role, now: datetime) -> Invitation:
    """The teacher accepts: the days are booked nationwide and the class opens its file to them.

    Refused: past the answer day, the days are taken, the invitation is no longer open.
    """
    row = _own_invitation(invitation, by)
    shown = row.training_class
    if row.state == InvitationState.SENT and day_of(now) > row.answer_by:
        raise RuleBroken(
            [
                Breach(
                    "invitation.late",
                    "TR 8",
                    f"答复期限为{said(row.answer_by)}，已经过期。",
                    "请联系培训机构重新邀请。",
                )
            ]
        )
    changes = move(row, Permission.ACCEPT, answered_at=now)
    book(row.person, days_taken(row), capacity=row.seat, reference=f"class/{shown.pk}")
    involve(shown, by.account_id, Duty.BACKBONE, now)
    if is_staffed(shown, shown.edition):
        opening = (
            Opening.objects.inside(training_class=shown).select_for_update(of=("self",), no_key=True).get()
        )
        changes["opening"] = move(opening, Permission.ACCEPT, staffed_at=now)["state"]
        reach_stage(shown, 3)
        notices.staffed(shown, now)
    record(Permission.ACCEPT, by=by, now=now, about=row, changes=changes)
    notices.answered(row, now)
    return row


@action(Permission.DECLINE)
def decline_invitation(*, invitation: Invitation, reason: str, by: Role, now: datetime) -> Invitation:
    """The teacher declines with a reason; the institution asks the next on the list."""
    row = _own_invitation(invitation, by)
    changes = move(
        row, Permission.DECLINE, reason=reason, answered_at=now, answer_reason=reason.strip()[:500]
    )
    record(Permission.DECLINE, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.answered(row, now)
    return row


@action(Permission.EXPIRE)
def expire_invitation(*, invitation: Invitation, by: Role, now: datetime) -> Invitation:
    """The daily run: an unanswered invitation lapses after its day. Refused while it may still be answered."""
    row = lock(invitation, by)
    if day_of(now) <= row.answer_by:
        raise RuleBroken(
            [
                Breach(
                    "invitation.early",
                    "TR 8",
                    f"答复期限为{said(row.answer_by)}，尚未到期。",
                    "到期未答复的，平台自动处理。",
                )
            ]
        )
    changes = move(row, Permission.EXPIRE, answered_at=now)
    record(Permission.EXPIRE, by=by, now=now, about=row, changes=changes)
    notices.answered(row, now)
    return row
