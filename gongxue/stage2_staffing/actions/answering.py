"""Answers to invitations (TR 8): the invited teacher accepts or declines, silence lapses, the next is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, lock_rows, move
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.actions import book
from gongxue.parties.queries import away_among, system_role
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import SHANGHAI, said
from gongxue.regulations.invitations import away_breaches, decline_breaches, decline_words
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.actions import involve, reach_stage
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions.substituting import invite_substitute
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import is_staffed

TAKEN = "该席位已由另一位老师接受，感谢您的支持。"

# What follows when somebody takes over a seat: (who came, who left, by, now) → what that changed, for the trail.
SUCCEEDED: list[Callable[[Invitation, Invitation, Role, datetime], dict[str, Any]]] = []


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
def accept_invitation(
    *, invitation: Invitation, by: Role, now: datetime, despite_away: bool = False
) -> Invitation:
    """The teacher accepts: the days are booked nationwide and the class opens its file to them.

    despite_away: their word that they come although they have marked some of these days as inconvenient. Refused: past
    the answer day, the days are taken or marked without that word, the invitation is no longer open, and with 409 when
    several were asked in a hurry and somebody else was faster.
    """
    row = _own_invitation(invitation, by)
    shown = row.training_class
    _refuse_taken(row)
    if row.state == InvitationState.SENT and row.is_over(now):
        says = f"答复期限为{_limit(row)}，已经过期。"
        raise RuleBroken([Breach("invitation.late", "TR 8", says, "请联系培训机构重新邀请。")])
    away = away_among(row.person_id, row.days) if row.state == InvitationState.SENT else []
    refuse_if(away_breaches(away, despite_away))
    changes: dict[str, Any] = move(row, Permission.ACCEPT, answered_at=now)
    if away:
        changes["despite_away"] = [None, len(away)]
    book(row.person, row.days, capacity=row.seat, reference=f"class/{shown.pk}")
    involve(shown, by.account_id, Duty.BACKBONE, now)
    changes |= _succeed(row, by, now) | _end_others(row, now)
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


def _limit(row: Invitation) -> str:
    """The last day to answer in words, or the last minute."""
    if row.answer_until is None:
        return said(row.answer_by)
    until = row.answer_until.astimezone(SHANGHAI)
    return f"{said(until.date())}{until:%H:%M}"


def _refuse_taken(row: Invitation) -> None:
    """Several were asked for the seat and somebody else was faster."""
    if not row.is_rescue or row.state != InvitationState.WITHDRAWN:
        return
    if _of_the_seat(row, InvitationState.ACCEPTED).exists():
        says = "这个席位刚刚已由另一位老师接受，您的邀请随之结束。"
        raise Conflict([Breach("rescue.taken", "TR 8", says, "感谢您愿意补位，无须再办理，日期没有占用。")])


def _of_the_seat(row: Invitation, state: InvitationState) -> QuerySet[Invitation]:
    rows: QuerySet[Invitation] = Invitation.objects.inside(
        training_class=row.training_class_id, seat=row.seat, number=row.number, state=state
    )
    return rows.exclude(pk=row.pk)


def _end_others(row: Invitation, now: datetime) -> dict[str, Any]:
    """The first to accept has the seat: whoever else was asked for it in the same hurry is thanked."""
    if not row.is_rescue:
        return {}
    others = lock_rows(
        _of_the_seat(row, InvitationState.SENT).select_related(
            "training_class__institution", "person__account"
        )
    )
    for other in others:
        move(other, Permission.WITHDRAW_INVITATION, reason=TAKEN, answer_reason=TAKEN, withdrawn_at=now)
        notices.withdrawn(other, TAKEN, now)
    return {"ended": [[other.person.name for other in others], None]} if others else {}


def _came_to_nothing(row: Invitation, now: datetime) -> None:
    """The last of several has said no or kept silent: the institution looks further."""
    open_ = (InvitationState.SENT, InvitationState.ACCEPTED)
    if row.is_rescue and not any(_of_the_seat(row, state).exists() for state in open_):
        notices.rescue_failed(row, now)


def _succeed(row: Invitation, by: Role, now: datetime) -> dict[str, Any]:
    """Whoever comes in somebody's place takes over what later stages have written for that one."""
    gone = row.replaces
    if gone is None or gone.person_id == row.person_id:  # the same person comes back: nothing is handed over
        return {}
    changes: dict[str, Any] = {"replaces": [gone.person.name, row.person.name]}
    for follow in SUCCEEDED:
        changes |= follow(row, gone, by, now)
    notices.replaced(row, gone, now)
    return changes


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
    _came_to_nothing(row, now)
    invite_substitute(invitation=row, by=system_role(), now=now)
    return row


@action(Permission.EXPIRE)
def expire_invitation(*, invitation: Invitation, by: Role, now: datetime) -> Invitation:
    """An unanswered invitation lapses after its day, or its hour. Refused while it may still be answered."""
    row = _locked(invitation, by)
    if row.state == InvitationState.SENT and not row.is_over(now):
        says = f"答复期限为{_limit(row)}，尚未到期。"
        raise RuleBroken([Breach("invitation.early", "TR 8", says, "到期未答复的，平台自动处理。")])
    changes = move(row, Permission.EXPIRE, answered_at=now)
    record(Permission.EXPIRE, by=by, now=now, about=row, changes=changes)
    notices.answered(row, now)
    _came_to_nothing(row, now)
    invite_substitute(invitation=row, by=by, now=now)
    return row
