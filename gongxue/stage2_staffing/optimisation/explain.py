"""An answer in words: the points of each choice, who stands by, what the next best would have cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from gongxue.regulations.staffing import Seat
from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation.candidates import Field, field_of
from gongxue.stage2_staffing.optimisation.model import SEATS, Answer, Problem
from gongxue.stage2_staffing.optimisation.points import Part, duty_parts, pair_parts, partner_parts
from gongxue.stage2_staffing.optimisation.roster import Roster
from gongxue.stage2_staffing.recommendation import FITS, SUBSTITUTES


@dataclass(frozen=True, slots=True)
class Proposed:
    """One proposed teacher or substitute of a class, with the points in words."""

    number: int
    seat: Seat
    rank: int
    person: int
    chosen: bool
    score: int
    reasons: tuple[str, ...]


LIFTED = "本机构教师，培训机构已写明理由解除回避"


def proposals(problem: Problem, answer: Answer) -> list[Proposed]:
    """Chosen teachers and up to six substitutes for every kind of seat with something free, best first."""
    field = field_of(problem)
    roster = Roster(field)
    index = {c.number: n for n, c in enumerate(field.classes)}
    people = {t.person: n for n, t in enumerate(field.teachers)}
    roster.fill((index[j.number], SEATS.index(j.seat), people[j.person]) for j in answer.jobs)
    found = []
    for c in range(len(field.classes)):
        for s in (0, 1):
            if field.need[c, s]:
                found += _ranking(problem, roster, c, s)
    return found


def _ranking(problem: Problem, roster: Roster, c: int, s: int) -> list[Proposed]:
    field, number = roster.field, roster.field.classes[c].number
    others = _stand_by(roster, c, s)
    chosen = [(t, _parts(problem, field, roster, (c, s, t), 1)) for t in roster.held[c][s]]
    chosen.sort(key=lambda pair: (-_sum(pair[1]), pair[0]))
    waiting = [(t, _parts(problem, field, roster, (c, s, t), 0)) for t in others]
    next_best = _sum(waiting[0][1]) if waiting else None
    found = []
    for rank, (t, parts) in enumerate([*chosen, *waiting], 1):
        first = rank <= len(chosen)
        words = [f"{text}（{points:+d}）" if points else text for points, text in parts]
        words = words or [FITS]
        if field.teachers[t].person in field.classes[c].own_allowed:
            words.append(LIFTED)
        if first:
            words.append(_instead(_sum(parts), next_best))
        person = field.teachers[t].person
        found.append(Proposed(number, SEATS[s], rank, person, first, _sum(parts), tuple(words)))
    return found


def _instead(own: int, next_best: int | None) -> str:
    """What taking the first substitute instead would change."""
    if next_best is None:
        return "没有其他符合条件且有空的教师"
    if own >= next_best:
        return f"若改请第一候补，少 {own - next_best} 分"
    return f"第一候补单看高 {next_best - own} 分，按全国各班通盘计算以此安排为优"


def _stand_by(roster: Roster, c: int, s: int) -> list[int]:
    """Teachers who are free in this answer, by what they would be worth."""
    field, t = roster.field, roster.field.eligible[c][s]
    able = roster.free(c, t)
    worth = field.points[c][s][able] + field.rewards[s][roster.had[t[able], field.year[c], s]]
    if s == 0:
        worth = worth - w.PARTNERS * np.array([_again(roster, c, int(n), 0) for n in t[able]], np.int64)
    return [int(n) for n in t[able[np.argsort(-worth, kind="stable")[:SUBSTITUTES]]]]


def _parts(
    problem: Problem, field: Field, roster: Roster, place: tuple[int, int, int], own: int
) -> list[Part]:
    """own: 1 when the job itself is already counted in the roster."""
    c, s, t = place
    demand = field.classes[c].demand
    candidate = field.teachers[t].candidate(demand)
    planned = int(roster.had[t, field.year[c], s]) - own - field.teachers[t].had(demand.first_day.year)[s]
    return [
        *pair_parts(candidate, demand, SEATS[s], problem.duty_satisfaction),
        *duty_parts(candidate, SEATS[s], problem.duty_jobs, planned),
        *(partner_parts(_again(roster, c, t, own)) if s == 0 else ()),
    ]


def _again(roster: Roster, c: int, t: int, own: int) -> int:
    """How many of the other instructors somebody has met before; a substitute comes for the one who suits best."""
    met = roster.met.again(t, roster.beside(c), beyond=own)
    instead = not own and len(roster.held[c][0]) >= roster.field.need[c, 0]
    return met - 1 if met and instead and roster.met.again(t, roster.held[c][0]) else met


def _sum(parts: list[Part]) -> int:
    return sum(points for points, _ in parts)


def spread(problem: Problem, answer: Answer) -> list[tuple[int, int]]:
    """How many active teachers have how many teaching jobs in the year of most classes, this answer included."""
    if not problem.classes:
        return []
    years = Counter(c.demand.first_day.year for c in problem.classes)
    year = min(years, key=lambda y: (-years[y], y))
    in_year = {c.number for c in problem.classes if c.demand.first_day.year == year}
    jobs = Counter({t.person: t.had(year)[0] for t in problem.teachers if t.skills})
    for job in (*problem.fixed, *answer.jobs):
        if job.number in in_year and job.seat == Seat.INSTRUCTOR:
            jobs[job.person] += 1
    return sorted(Counter(jobs.values()).items())
