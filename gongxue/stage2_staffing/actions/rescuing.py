"""Help from nearby (TR 8 note 5): several are asked at once for one empty seat, the first to accept has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import OpeningState
from gongxue.regulations.rescue import asking_breaches, rescue_breaches
from gongxue.regulations.roles import Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing import notices
from gongxue.stage2_staffing.actions.inviting import Letter, ask, own_reasons
from gongxue.stage2_staffing.actions.opening import locked_opening
from gongxue.stage2_staffing.models import Invitation, Opening
from gongxue.stage2_staffing.queries import invitations_of
from gongxue.stage2_staffing.queries.rescue import EmptySeat, empty_seats, helpers_for


@action(Permission.RESCUE)
def rescue_seat(
    *, training_class: TrainingClass, seat: str, number: int, people: Sequence[int], hours: int, by: Role, now: datetime,
    letter: str = "",
) -> list[Invitation]:  # fmt: skip
    """Ask up to ten people at once for one empty seat, from ten days before the class until its last day. All or none.

    hours: 2, 4, 8, 12 or 24, how long the answer may take. The first to accept has the seat, the other invitations end
    with it. Refused: too early or over, level G, the seat is held or asked for in the ordinary way, somebody is not
    qualified, not free or out of reach.
    """
    shown = lock(training_class, by)
    opening = locked_opening(shown, by)
    today = day_of(now)
    refuse_if(
        _class_breaches(shown, opening)
        or rescue_breaches(today, shown.first_day, shown.last_day)
        or asking_breaches(set(people), hours, now, shown.last_day)
    )
    empty = _empty_seat(shown, seat, number)
    refuse_if(_people_breaches(shown, empty, people, now))
    until = now + timedelta(hours=hours)
    same = Letter(
        by.account, now, day_of(until), until, text=letter.strip()[:500], origin=Invitation.Origin.RESCUE
    )
    own = own_reasons(shown, people, "", by, now)
    sent = [
        ask(shown, person, empty.seat, replace(same, own_reason=own.get(person, "")), empty.number)
        for person in dict.fromkeys(people)
    ]
    record(
        Permission.RESCUE, by=by, now=now, about=opening,
        changes={"invited": [None, [f"{i.person.name} {empty.title}" for i in sent]], "until": [None, until.isoformat()]},
    )  # fmt: skip
    for invitation in sent:
        notices.invited(invitation, now)
    notices.rescue_begun(sent, now)
    return sent


def _class_breaches(shown: TrainingClass, opening: Opening) -> list[Breach]:
    if shown.level_enum == Level.BACKBONE:  # reading: AMB-70
        says = "骨干教师培训的专家由部指导中心确认，不从骨干教师库补位。"
        return [Breach("rescue.backbone", "MG 6", says, "请另行提名专家，由部指导中心确认。")]
    if opening.state == OpeningState.FILED:
        says = "平台尚未推荐骨干教师。"
        return [Breach("rescue.unrecommended", "TR 8", says, "请先取得推荐，再补空缺席位。")]
    return []


def _empty_seat(shown: TrainingClass, seat: str, number: int) -> EmptySeat:
    """The seat as it stands. RuleBroken when there is no such seat, or somebody else holds it or is asked for it."""
    found = [
        one for one in empty_seats(shown, invitations_of(shown)) if (one.seat, one.number) == (seat, number)
    ]
    if not found:
        says = "没有这个空缺席位：已有人任职，或已按通常方式邀请。"
        raise RuleBroken([Breach("rescue.seat", "TR 8", says, "已发出的通常邀请可先撤回，再补位。")])
    return found[0]


def _people_breaches(
    shown: TrainingClass, empty: EmptySeat, people: Sequence[int], now: datetime
) -> list[Breach]:
    known = {helper.person.pk: helper for helper in helpers_for(shown, empty.seat, day_of(now))}
    breaches = [breach for pk in people if pk in known for breach in known[pk].obstacles]
    if set(people) - set(known):
        says = "名单中有人不在本专业大类的骨干教师库中，或已受邀、已在本班任职。"
        breaches.append(Breach("rescue.unknown", "TR 8", says, "请从可补位的教师中选择。"))
    return breaches
