"""Why somebody is or is not recommended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from gongxue.foundation.identity.models import Role
from gongxue.parties.models import Person
from gongxue.parties.queries import members_visible_to
from gongxue.regulations.breaches import Breach
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.inputs import partners_lately
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation
from gongxue.stage2_staffing.queries import (
    FOUND,
    RankedView,
    candidates_for,
    demand_of,
    hindrances,
    invitations_of,
    naming,
)
from gongxue.stage2_staffing.queries.personnel import lifted
from gongxue.stage2_staffing.recommendation import SUBSTITUTES, Ranked, rank


@dataclass(frozen=True, slots=True)
class Explained:
    """Why somebody is or is not recommended, for whoever asks."""

    person: Person
    says: str
    obstacles: tuple[Breach, ...]
    points: tuple[tuple[Seat, int, Ranked], ...]  # kind of seat, place in its ranking, points with reasons
    asked: Invitation | None
    lift: AvoidanceLift | None = None  # of the host institution, with a reason (AMB-11)


def explain(
    training_class: TrainingClass, role: Role, search: str, ranking: list[RankedView]
) -> list[Explained]:
    """People of the whole pool by name, employer or province, each with the reasons of the recommendation."""
    members = (
        members_visible_to(role)
        .filter(naming(search, "person__"))
        .order_by("person__account__name", "person_id")
    )
    people = {member.person_id: member.person for member in members[: 2 * FOUND]}
    demand, edition = demand_of(training_class), training_class.edition
    pool, lifts = candidates_for(training_class), lifted(training_class)
    free = [c for c in pool if not hindrances(c, demand, lifts)]
    asked = {i.person_id: i for i in sorted(invitations_of(training_class), key=lambda row: row.pk)}
    partners = _partners(training_class, asked, ranking)
    order = {
        seat: {
            r.candidate.person: (n, r)
            for n, r in enumerate(rank(free, demand, seat, edition, partners=partners), 1)
        }
        for seat in Seat
    }
    against = {c.person: hindrances(c, demand, lifts) for c in pool if c.person in people}
    listed = {view.row.person_id: view for view in reversed(ranking)}
    found = []
    for pk, person in list(people.items())[:FOUND]:
        invitation = asked.get(pk)
        says = _place_words(listed.get(pk), invitation, bool(against[pk]))
        points = tuple((seat, *order[seat][pk]) for seat in Seat if pk in order[seat])
        here = invitation is not None and invitation.state in Invitation.LIVE  # taken by this very class
        found.append(Explained(person, says, () if here else against[pk], points, invitation, lifts.get(pk)))
    return found


def _partners(
    training_class: TrainingClass, asked: dict[int, Invitation], ranking: list[RankedView]
) -> Counter[int]:
    """Person → with how many of the class's instructors they have taught lately: those asked, and those to be asked."""
    here = {pk for pk, i in asked.items() if i.state in Invitation.LIVE and i.seat == Seat.INSTRUCTOR}
    here |= {v.row.person_id for v in ranking if v.row.chosen and v.row.seat == Seat.INSTRUCTOR}
    met: Counter[int] = Counter()
    for pair in partners_lately(training_class.first_day, [training_class.pk]):
        for one, other in (pair, pair[::-1]):
            met[one] += other in here
    return met


def _place_words(listed: RankedView | None, asked: Invitation | None, hindered: bool) -> str:
    if asked is not None:
        return f"已受邀担任{asked.seat_title}，{asked.state_title}"
    if listed is not None:
        kind = "推荐" if listed.row.chosen else "候补"
        return f"已在{kind}名单：{Seat(listed.row.seat).title}第 {listed.row.rank} 位"
    if hindered:
        return "不符合条件，未列入推荐"
    return f"符合条件，排位未进入推荐和前 {SUBSTITUTES} 名候补（同分按人员编号先后）"
