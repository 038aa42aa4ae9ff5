"""Opening application and recommendation (TR 8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.engine import lock
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.trail.record import record
from gongxue.parties.models import PoolMembership
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.levels import Level
from gongxue.regulations.lifecycle import PlanState
from gongxue.regulations.roles import Permission
from gongxue.regulations.staffing import Seat, filing_breaches
from gongxue.stage1_planning.actions import refuse_cancelled
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.queries import exception_until
from gongxue.stage2_staffing.actions.running import solved_alone, write_recommendation
from gongxue.stage2_staffing.models import Invitation, Opening, Preference, Recommendation

PREFERENCES = 5


@action(Permission.OPEN_CLASS)
def file_opening(
    *,
    training_class: TrainingClass,
    by: Role,
    now: datetime,
    preferred: Sequence[int] = (),
    remarks: str = "",
) -> Opening:
    """File the opening application with preferred instructors, by D-40 (TR 8).

    preferred: person ids from the pool, best first. Refused: not published, filed already, later than D-40
    without an exception, preferences outside the pool.
    """
    shown = lock(training_class, by)
    breaches = []
    if shown.state != PlanState.PUBLISHED:
        breaches.append(
            Breach(
                "opening.unpublished",
                "TR 7",
                f"班次现为“{shown.state_title}”，尚未列入全国培训信息。",
                "发布后方可申请开班。",
            )
        )
    if Opening.objects.inside(training_class=shown).exists():
        breaches.append(Breach("opening.known", "TR 8", "本班已提出开班申请。", "如需变更请申请调整。"))
    breaches += filing_breaches(
        shown.first_day, day_of(now), shown.edition, exception_until(shown, "opening")
    )
    breaches += _preference_breaches(preferred)
    refuse_if(breaches)
    opening = Opening.objects.create(
        training_class=shown, remarks=remarks.strip()[:500], filed_by=by.account, filed_at=now
    )
    Preference.objects.bulk_create(
        Preference(training_class=shown, person_id=person, rank=rank)
        for rank, person in enumerate(preferred, 1)
    )
    record(
        Permission.OPEN_CLASS, by=by, now=now, about=opening, changes={"preferred": [None, list(preferred)]}
    )
    return opening


def _preference_breaches(preferred: Sequence[int]) -> list[Breach]:
    members = PoolMembership.objects.unscoped("the pool is open to institutions").filter(
        person__in=preferred, active=True
    )
    known = set(members.values_list("person_id", flat=True))
    if len(set(preferred)) != len(preferred) or set(preferred) - known or len(preferred) > PREFERENCES:
        return [
            Breach(
                "opening.preferred",
                "TR 8",
                f"选择倾向应为骨干教师库中至多 {PREFERENCES} 名不同的教师。",
                "请重新选择。",
            )
        ]
    return []


@action(Permission.RECOMMEND)
def recommend_teachers(*, training_class: TrainingClass, by: Role, now: datetime) -> list[Recommendation]:
    """The platform recommends 2 instructors and 3 examiners with substitutes, explained (TR 8, by D-35).

    Only seats that nobody holds or was asked for are filled, around everything that other classes have fixed or may
    still ask, and whoever declined or was withdrawn is not proposed again. Refused for level G, whose experts are named and confirmed (AMB-70), and when no seat is free.
    """
    shown = lock(training_class, by)
    if shown.level_enum == Level.BACKBONE:
        raise RuleBroken(
            [
                Breach(
                    "recommend.backbone",
                    "MG 6",
                    "骨干教师培训不从骨干教师库推荐。",
                    "请由师资研修中心提名专家，部指导中心确认。",
                )
            ]
        )
    opening = locked_opening(shown, by)
    live = Invitation.objects.inside(training_class=shown, state__in=Invitation.LIVE)
    if live.values("seat", "number").distinct().count() >= sum(seat.wanted(shown.edition) for seat in Seat):
        raise RuleBroken(
            [
                Breach(
                    "recommend.full",
                    "TR 8",
                    "本班席位都已有人受邀或任职，没有空缺。",
                    "有人婉拒、逾期或撤回后可再次推荐。",
                )
            ]
        )
    return write_recommendation(shown, opening, solved_alone(shown), by=by, now=now)


def locked_opening(shown: TrainingClass, by: Role) -> Opening:
    """The opening application of a class, locked. Refused when there is none, or no class any more."""
    refuse_cancelled(shown)
    found = (
        Opening.objects.scope(by)
        .select_for_update(of=("self",), no_key=True)
        .filter(training_class=shown)
        .first()
    )
    if found is None:
        raise RuleBroken([Breach("opening.missing", "TR 8", "本班尚未提出开班申请。", "请先提出开班申请。")])
    return found
