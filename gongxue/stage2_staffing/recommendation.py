"""The recommendation for one class: a correct, explained greedy choice, reproducible from its inputs.

Pure: plain values in, a ranking with reasons out. The national optimisation over all open classes will take its
place behind the same function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType

from gongxue.regulations.breaches import Breach
from gongxue.regulations.editions import Edition
from gongxue.regulations.staffing import Candidate, Demand, Seat, seat_breaches

SUBSTITUTES = 6  # per kind of seat; the ranked list stands for the 申请调整 of TR 8

NOBODY: Mapping[Seat, int] = MappingProxyType({})

# Weights of the soft wishes, in points; documented here and nowhere else.
PREFERRED = 400  # first preference; 50 less for each further place
DUTY_SHORT = 120  # per teaching job missing against the duty of two a year (MG 8.4)
LOAD = 60  # per job this year, against
SATISFACTION = 80  # per point of three above or below two
SAME_PROVINCE = 40  # less travel for instructors
IDLE_YEAR = 50  # per year since the last job, at most two: nobody should lose standing unasked (MG 9.1)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One teacher in the ranking of a kind of seat."""

    candidate: Candidate
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Chosen teachers and substitutes per kind of seat; who was left out and why."""

    chosen: dict[Seat, tuple[Ranked, ...]]
    substitutes: dict[Seat, tuple[Ranked, ...]]
    left_out: dict[int, tuple[Breach, ...]]


def rate(candidate: Candidate, demand: Demand, seat: Seat, edition: Edition) -> Ranked:
    """The score of a qualified teacher for a kind of seat with every point in words."""
    parts: list[tuple[int, str]] = []
    if seat == Seat.INSTRUCTOR and candidate.person in demand.preferred:
        place = demand.preferred.index(candidate.person)
        parts.append((max(50, PREFERRED - 50 * place), f"培训机构第 {place + 1} 选择倾向"))
    short = max(0, edition.duty_jobs - candidate.jobs_this_year)
    if short:
        parts.append(
            (
                DUTY_SHORT * short,
                f"本年度已承担 {candidate.jobs_this_year} 次，距 {edition.duty_jobs} 次还差 {short} 次",
            )
        )
    if candidate.jobs_this_year:
        parts.append((-LOAD * candidate.jobs_this_year, f"本年度已承担 {candidate.jobs_this_year} 次任务"))
    if candidate.satisfaction is not None:
        points = round(SATISFACTION * (candidate.satisfaction - float(edition.duty_satisfaction)))
        parts.append((points, f"年度满意度 {candidate.satisfaction:.2f}（满分 3）"))
    if candidate.last_job_on is None:
        parts.append((IDLE_YEAR, "入库后尚未承担任务"))
    else:
        idle = min(2, (demand.first_day - candidate.last_job_on).days // 365)
        if idle:
            parts.append((IDLE_YEAR * idle, f"距上次任务已满 {idle} 年"))
    if candidate.province == demand.province and seat == Seat.INSTRUCTOR:
        parts.append((SAME_PROVINCE, "与培训机构同省，路途近"))
    words = tuple(f"{text}（{points:+d}）" for points, text in parts) or ("专业大类与级别相符，时间无冲突",)
    return Ranked(candidate, sum(points for points, _ in parts), words)


def recommend(
    demand: Demand, candidates: Sequence[Candidate], edition: Edition, fixed: frozenset[int] = frozenset(),
    held: Mapping[Seat, int] = NOBODY,
) -> Proposal:  # fmt: skip
    """Fill 2 + 3 seats with five different people, instructors first, then rank the substitutes.

    fixed: people who already hold or declined a seat of this class and are not proposed again. held: seats of a
    kind that are taken and need nobody. The order of the candidates does not matter: ties are broken by the
    person's number.
    """
    left_out = {c.person: tuple(b) for c in candidates if (b := seat_breaches(c, demand))}
    free = [c for c in candidates if c.person not in left_out and c.person not in fixed]
    chosen: dict[Seat, tuple[Ranked, ...]] = {}
    substitutes: dict[Seat, tuple[Ranked, ...]] = {}
    taken: set[int] = set()
    for seat in Seat:
        ranking = rank(free, demand, seat, edition, taken)
        chosen[seat] = tuple(ranking[: max(0, seat.wanted(edition) - held.get(seat, 0))])
        taken |= {r.candidate.person for r in chosen[seat]}
    for seat in Seat:
        rest = rank(free, demand, seat, edition, taken)
        substitutes[seat] = tuple(rest[:SUBSTITUTES])  # somebody may stand by for both kinds
    return Proposal(chosen, substitutes, left_out)


def rank(
    free: Sequence[Candidate], demand: Demand, seat: Seat, edition: Edition, taken: Set[int] = frozenset()
) -> list[Ranked]:
    """Qualified teachers by their points for a kind of seat, without those who are taken."""
    rated = [rate(c, demand, seat, edition) for c in free if c.person not in taken]
    return sorted(rated, key=lambda r: (-r.score, r.candidate.person))
