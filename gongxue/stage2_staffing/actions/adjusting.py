"""Adjustment of the number of instructors: the institution asks, the province decides (TR 8 note 5).

reading: AMB-12 another number than two needs a reason and the province's approval; the centre has it on record
"""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock, move
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.invitations import team_breaches
from gongxue.regulations.lifecycle import OpeningState
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.actions import reach_stage, refuse_own
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions.opening import locked_opening
from gongxue.stage2_staffing.models import Invitation, Opening, TeamChange
from gongxue.stage2_staffing.queries import is_staffed


def _live_instructors(shown: TrainingClass) -> list[Invitation]:
    rows = Invitation.objects.inside(training_class=shown, seat=Seat.INSTRUCTOR, state__in=Invitation.LIVE)
    return list(rows.order_by("number", "pk"))


def _seats(live: list[Invitation]) -> int:
    """How many seats they are asked for: several may be asked for one in a hurry."""
    return len({row.number for row in live})


@action(Permission.REQUEST_TEAM)
def request_team(
    *, training_class: TrainingClass, wanted: int, reason: str, by: Role, now: datetime
) -> TeamChange:
    """Ask for 1 to 4 instructors instead of the present number, with a reason (TR 8 note 5).

    Refused: no opening application, more people asked than seats, the class has begun, asked already.
    """
    shown = lock(training_class, by)
    locked_opening(shown, by)
    before, live = shown.edition.instructors, _seats(_live_instructors(shown))
    breaches = team_breaches(wanted, shown.edition, live, day_of(now), shown.first_day)
    if not reason.strip():
        breaches.append(Breach("reason.missing", "TR 8", "调整授课人数须写明理由。", "请填写理由后再提交。"))
    if TeamChange.objects.inside(training_class=shown, state="requested").exists():
        says = "本班已有调整授课人数的申请待审核。"
        breaches.append(Breach("team.open", "TR 8", says, "请等待省级管理部门审核。"))
    refuse_if(breaches)
    row = TeamChange.objects.create(
        training_class=shown, before=before, wanted=wanted, reason=reason.strip()[:500], requested_by=by.account,
        requested_at=now,
    )  # fmt: skip
    changes = {"instructors": [before, wanted]}
    record(Permission.REQUEST_TEAM, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.team_requested(row, now)
    return row


@action(Permission.APPROVE_TEAM)
def approve_team(*, change: TeamChange, seen: int, by: Role, now: datetime) -> TeamChange:
    """The province approves: seats, sheets and confirmations of this class follow the new number from now on.

    Refused: own request, another version seen, meanwhile more people asked than seats, the class has begun.
    """
    shown = lock(change.training_class, by)
    row = lock(change, by)
    refuse_own(by, row.requested_by_id)
    changes = move(row, Permission.APPROVE_TEAM, seen=seen, decided_by=by.account, decided_at=now)
    opening, live = locked_opening(shown, by), _live_instructors(shown)
    refuse_if(team_breaches(row.wanted, shown.edition, _seats(live), day_of(now), shown.first_day))
    TrainingClass.objects.unscoped("one locked class").filter(pk=shown.pk).update(instructors=row.wanted)
    shown.instructors = row.wanted
    _close_ranks(live, row.wanted)
    changes |= _refill(shown, opening, now)
    changes["instructors"] = [row.before, row.wanted]
    record(Permission.APPROVE_TEAM, by=by, now=now, about=row, reason=row.reason, changes=changes)
    notices.team_decided(row, now)
    return row


def _close_ranks(live: list[Invitation], wanted: int) -> None:
    """Nobody sits on a seat that is no longer there."""
    held = {row.number for row in live}
    free = [n for n in range(1, wanted + 1) if n not in held]
    new = {number: free.pop(0) for number in sorted(held) if number > wanted}
    for row in live:
        if row.number in new:
            moved = Invitation.objects.unscoped("one locked class").filter(pk=row.pk)
            moved.update(number=new[row.number])


def _refill(shown: TrainingClass, opening: Opening, now: datetime) -> dict[str, list[object]]:
    """Whether the class is staffed is asked again with the new number of seats."""
    full = is_staffed(shown, shown.edition)
    if opening.state == OpeningState.STAFFED and not full:
        return {"opening": move(opening, Permission.APPROVE_TEAM, staffed_at=None)["state"]}
    if opening.state == OpeningState.RECOMMENDED and full:
        # as if the last acceptance came now: with fewer seats it fills the class
        state = move(opening, Permission.ACCEPT, staffed_at=now)["state"]
        reach_stage(shown, 3)
        notices.staffed(shown, now)
        return {"opening": state}
    return {}


@action(Permission.REFUSE_TEAM)
def refuse_team(*, change: TeamChange, reason: str, seen: int, by: Role, now: datetime) -> TeamChange:
    """The province does not agree, with a reason; the number stays."""
    lock(change.training_class, by)
    row = lock(change, by)
    refuse_own(by, row.requested_by_id)
    decided = {"decided_by": by.account, "decided_at": now, "decision": reason.strip()[:500]}
    changes = move(row, Permission.REFUSE_TEAM, reason=reason, seen=seen, **decided)
    record(Permission.REFUSE_TEAM, by=by, now=now, about=row, reason=reason, changes=changes)
    notices.team_decided(row, now)
    return row
