"""What one class sees of the recommendation: a teacher's points in words, and the order by them.

Who is proposed is decided for all open classes at once by `optimisation`; the points are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType

from gongxue.regulations.editions import Edition
from gongxue.regulations.staffing import Candidate, Demand, Seat
from gongxue.stage2_staffing.optimisation.points import duty_parts, pair_parts, partner_parts

SUBSTITUTES = 6  # per kind of seat; the ranked list stands for the 申请调整 of TR 8
FITS = "专业大类与级别相符，时间无冲突"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One teacher in the ranking of a kind of seat."""

    candidate: Candidate
    score: int
    reasons: tuple[str, ...]


def rate(candidate: Candidate, demand: Demand, seat: Seat, edition: Edition, again: int = 0) -> Ranked:
    """The score of a qualified teacher for a kind of seat with every point in words.

    again: how many of the class's instructors they have taught with lately.
    """
    parts = [
        *pair_parts(candidate, demand, seat, float(edition.duty_satisfaction)),
        *duty_parts(candidate, seat, edition.duty_jobs),
        *(partner_parts(again) if seat == Seat.INSTRUCTOR else ()),
    ]
    words = tuple(f"{text}（{points:+d}）" if points else text for points, text in parts) or (FITS,)
    return Ranked(candidate, sum(points for points, _ in parts), words)


def rank(
    free: Sequence[Candidate], demand: Demand, seat: Seat, edition: Edition, taken: Set[int] = frozenset(),
    partners: Mapping[int, int] = MappingProxyType({}),
) -> list[Ranked]:  # fmt: skip
    """Qualified teachers by their points for a kind of seat, without those who are taken.

    partners: person → how many of the class's instructors they have taught with lately.
    """
    rated = [rate(c, demand, seat, edition, partners.get(c.person, 0)) for c in free if c.person not in taken]
    return sorted(rated, key=lambda r: (-r.score, r.candidate.person))
