"""Answers to invitations (TR 8): the invited teacher accepts or declines, silence lapses, the next is asked."""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import book
from gongxue.parties.queries import system_role
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import said
from gongxue.regulations.invitations import decline_breaches, decline_words
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.actions import involve, reach_stage
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions.substituting import invite_substitute
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import is_staffed


def _locked(invitation: Invitation, by: Role) -> Invitation:
    """The invitation, locked in the fixed order: first the class, then its rows."""
    classes = TrainingClass.objects.unscoped("the invitee is not yet in the class's scope")
    classes.select_for_update(of=("self",), no_key=True).get(pk=invitation.training_class_id)
    return lock(invitation, by)


def _own_invitation(invitation: Invitation, by: Role) -> Invitation:
    row = _locked(invitation, by)
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
    if row.state == InvitationState.SENT and row.is_over(now):
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
    book(row.person, row.days, capacity=row.seat, reference=f"class/{shown.pk}")
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
    notices.accepted(row, now)
    return row


@action(Permission.DECLINE)
def decline_invitation(
    *, invitation: Invitation, by: Role, now: datetime, reason: str = "", code: str = "other"
) -> Invitation:
    """The teacher declines: a kind of reason, and words where the kind says nothing; the next on the list is asked."""
    row = _own_invitation(invitation, by)
    if row.state == InvitationState.SENT:
        refuse_if(decline_breaches(code, reason))
    words = decline_words(code, reason)[:500] if not decline_breaches(code, reason) else ""
    changes = move(
        row, Permission.DECLINE, reason=words, answered_at=now, answer_reason=words, decline_code=code
    )
    record(Permission.DECLINE, by=by, now=now, about=row, reason=words, changes=changes)
    notices.answered(row, now)
    invite_substitute(invitation=row, by=system_role(), now=now)
    return row


@action(Permission.EXPIRE)
def expire_invitation(*, invitation: Invitation, by: Role, now: datetime) -> Invitation:
    """An unanswered invitation lapses after its day, or its hour. Refused while it may still be answered."""
    row = _locked(invitation, by)
    if row.state == InvitationState.SENT and not row.is_over(now):
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
    invite_substitute(invitation=row, by=by, now=now)
    return row
