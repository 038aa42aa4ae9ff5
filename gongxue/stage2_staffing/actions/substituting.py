"""The chain of substitutes: who declined or kept silent is replaced without anybody's hand (TR 8 应及时申请调整).

reading: AMB-11 the ranked substitutes of the recommendation count as the application for adjustment of TR 8
"""

from __future__ import annotations

from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import edit, lock
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of, said
from gongxue.regulations.invitations import answer_window
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import InvitationState, OpeningState
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions.inviting import Letter, ask
from gongxue.stage2_staffing.actions.opening import locked_opening, recommend_teachers
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import RankedView, invitations_of, ranking_of


@action(Permission.SUBSTITUTE)
def invite_substitute(*, invitation: Invitation, by: Role, now: datetime) -> Invitation | None:
    """After a declined or lapsed invitation, ask the next who is still qualified and free.

    None: the chain is switched off, the seat is no longer empty, the class has begun, or nobody is left; then
    the platform recommends anew around what is fixed and tells the institution. People asked by hand stay.
    """
    shown = lock(invitation.training_class, by)
    gone, opening = lock(invitation, by), locked_opening(shown, by)
    if not _is_wanted(shown, opening, gone, now):
        return None
    seat = Seat(gone.seat)
    found = next_substitute(shown, seat)
    if found is None:
        _recommend_anew(shown, seat, by, now)
        return None
    last = answer_window(day_of(now), shown.first_day, shown.edition).proposed
    letter = Letter(by.account, now, last, text=gone.letter, origin=Invitation.Origin.CHAIN)
    asked = ask(shown, found.row.person_id, seat, letter)
    record(
        Permission.SUBSTITUTE, by=by, now=now, about=opening,
        changes={"invited": [f"{gone.person.name} {gone.state_title}", f"{asked.person.name} {asked.seat_title}"]},
    )  # fmt: skip
    notices.invited(asked, now)
    notices.substituted(asked, gone, found.row.rank, now)
    return asked


def _is_wanted(shown: TrainingClass, opening: Opening, gone: Invitation, now: datetime) -> bool:
    """Whether an invitation came to nothing in a class whose chain is on, and its seat is still empty."""
    seat = Seat(gone.seat)
    live = Invitation.objects.inside(training_class=shown, seat=seat, state__in=Invitation.LIVE)
    return (
        opening.chain
        and opening.state == OpeningState.RECOMMENDED
        and shown.level_enum != Level.BACKBONE  # AMB-70: experts are named, there is no list
        and gone.state in (InvitationState.DECLINED, InvitationState.EXPIRED)
        and not gone.is_rescue  # several are asked already, by somebody who watches
        and day_of(now) < shown.first_day
        and live.values("number").distinct().count() < seat.wanted(shown.edition)
    )


def next_substitute(shown: TrainingClass, seat: Seat) -> RankedView | None:
    """The best of the latest recommendation who was never asked for this class and whom nothing hinders today."""
    ranking = ranking_of(shown, invitations_of(shown))
    return next((view for view in ranking if view.row.seat == seat and view.open), None)


def _recommend_anew(shown: TrainingClass, seat: Seat, by: Role, now: datetime) -> None:
    try:
        recommend_teachers(training_class=shown, by=by, now=now)
    except RuleBroken:
        found = None  # whatever the recommendation refuses, the answer that led here stands
    else:
        found = next_substitute(shown, seat)
    notices.list_exhausted(shown, seat, found is not None, now)


@action(Permission.SWITCH_CHAIN)
def switch_chain(*, opening: Opening, on: bool, by: Role, now: datetime) -> Opening:
    """The institution lets the platform ask substitutes by itself, or asks them by hand. Refused: the class is over."""
    shown = lock(opening.training_class, by)
    if day_of(now) > shown.last_day:
        says = f"培训已于{said(shown.last_day)}结束，不再递补。"
        raise RuleBroken([Breach("chain.over", "TR 8", says, "在以后的班次中设置。")])
    row = lock(opening, by)
    changes = edit(row, chain=on)
    if changes:
        record(Permission.SWITCH_CHAIN, by=by, now=now, about=row, changes=changes)
    return row
