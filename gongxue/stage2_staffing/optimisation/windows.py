"""Exact re-staffing of some classes around everything else, and the choice of which classes: by time, by category."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from gongxue.stage2_staffing.optimisation.candidates import Field, Ints
from gongxue.stage2_staffing.optimisation.highs import Floats, solve_whole
from gongxue.stage2_staffing.optimisation.prices import LEAST, Prices
from gongxue.stage2_staffing.optimisation.programme import Model, Pairs, model_of
from gongxue.stage2_staffing.optimisation.roster import Place, Roster, greedy, value

WINDOW = 60  # classes that are staffed anew together
DIVE = 2 * WINDOW  # doubtful classes of a dive that are staffed anew together


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work a run may do: counted, so that the answer does not depend on the machine."""

    rounds: int = 12  # of the relaxation, when all classes are one programme
    rounds_of_many: int = 5  # of the relaxation, when there are too many classes for one programme
    passes: int = 2  # over all classes, when there are too many for one programme
    per_seat: int = 8  # pairs looked at per seat in a window and in the one programme
    nodes: int = 50  # of each exact search
    meetings: int = 4  # searches at most while the same two are found together twice
    gap: float = 2e-5  # at which an exact search is content
    proof: int = 100  # points that may be missing for the last proof to be tried
    seconds: float = 120  # safety net of each step


EFFORT = Effort()


def restaff(
    roster: Roster, classes: list[int], prices: Prices | None = None, effort: Effort = EFFORT
) -> bool:
    """Staff some classes anew around everything else; kept only when it is worth more. True when time cut it off.

    prices: pairs are chosen by their reduced gain, and those of the relaxation are among them; without prices by their
    points and the place in the teacher's year.
    """
    old = _emptied(roster, classes)
    pairs = _pairs(roster, classes, prices, effort.per_seat, old)
    best, _, cut = _searched(roster, pairs, old, effort)
    roster.fill(best)
    return cut


def proven(roster: Roster, prices: Prices, effort: Effort = EFFORT) -> tuple[int, bool]:
    """Look at every pair that a better staffing of all classes could use. Returns a bound, and whether time cut it off.

    A staffing with a pair is worth at most the relaxation and the (negative) gain of the pair; what is left out by that
    cannot be part of a better one, so the bound of the search among the others is a bound of all.
    """
    field = roster.field
    best = value(field, roster.places())
    if prices.relaxation is None or prices.relaxation - best > effort.proof:
        return prices.bound, False
    least = (
        best + 1 - prices.relaxation - LEAST * (1 + int(field.need.sum()))
    )  # what the relaxation overlooks
    chosen = [
        (c, s, np.flatnonzero(prices.gain[c][s] >= least))
        for c in range(len(field.classes))
        for s in (0, 1)
        if field.need[c, s]
    ]
    old = _emptied(roster, list(range(len(field.classes))))
    exact = replace(effort, gap=0, nodes=effort.nodes * 10)
    found, bound, cut = _searched(roster, Pairs.of(field, chosen), old, exact)
    roster.fill(found)
    return min(prices.bound, max(bound, best)), cut


def _emptied(roster: Roster, classes: list[int]) -> list[Place]:
    places = [(c, s, t) for c in classes for s in (0, 1) for t in roster.held[c][s]]
    for place in places:
        roster.remove(*place)
    return places


def _searched(
    roster: Roster, pairs: Pairs, best: list[Place], effort: Effort
) -> tuple[list[Place], int, bool]:
    """The best staffing of some pairs that was found, what none of them exceeds, and whether time cut it off."""
    apart: set[tuple[int, int]] = set()
    bound, cut = 2**53, False
    for _ in range(effort.meetings if len(pairs) else 0):
        model = model_of(roster, pairs, sorted(apart))
        found = solve_whole(
            model.programme,
            gap=effort.gap,
            nodes=effort.nodes,
            seconds=effort.seconds,
            begin=_begin(model, best),
        )
        cut |= found.cut
        bound = min(bound, math.floor(-found.bound + 1e-3))
        new = best if found.x is None else model.staffing(found.x)
        if value(roster.field, new, roster) > value(roster.field, best, roster):
            best = new
        more = _twice(roster, new) - apart
        if not more:
            break
        apart |= more
    return best, bound, cut


def _twice(roster: Roster, places: list[Place]) -> set[tuple[int, int]]:
    """Instructors who have not met and would teach together in two of these classes: rarely many, so that they are kept
    apart once it has happened."""
    classes: dict[int, list[int]] = defaultdict(list)
    for c, s, t in places:
        if s == 0:
            classes[c].append(t)
    times = Counter(pair for held in classes.values() for pair in combinations(sorted(held), 2))
    return {(a, b) for (a, b), count in times.items() if count > 1 and not roster.met.again(a, (b,))}


def _pairs(
    roster: Roster, classes: list[int], prices: Prices | None, per_seat: int, old: list[Place]
) -> Pairs:
    """The best free teachers of every seat, those who had it and those of the relaxation."""
    field, chosen = roster.field, []
    kept: dict[tuple[int, int], set[int]] = defaultdict(set)
    for c, s, t in (*old, *(prices.relaxed if prices else ())):
        kept[c, s].add(t)
    for c in sorted(classes):
        for s in (0, 1):
            if not field.need[c, s]:
                continue
            teachers = field.eligible[c][s]
            able = roster.free(c, teachers)
            gain = _worth(roster, c, s) if prices is None else prices.gain[c][s]
            worth = (gain - roster.against(c, s))[able]
            at = able[np.argsort(-worth, kind="stable")[: per_seat * int(field.need[c, s])]]
            also = able[np.isin(teachers[able], sorted(kept[c, s]))]
            chosen.append((c, s, np.union1d(at, also)))
    return Pairs.of(field, chosen)


def _worth(roster: Roster, c: int, s: int) -> Ints:
    field, t = roster.field, roster.field.eligible[c][s]
    return field.points[c][s] + field.rewards[s][roster.had[t, field.year[c], s]]


def _begin(model: Model, places: list[Place]) -> Floats:
    """A staffing as values of the columns: the pairs; HiGHS completes the rest."""
    on = set(places)
    p, n = model.pairs, len(model.programme.cost)
    x = np.zeros(n)
    x[: len(p)] = [key in on for key in zip(p.c.tolist(), p.s.tolist(), p.t.tolist(), strict=True)]
    return _completed(model, x)


def _completed(model: Model, x: Floats) -> Floats:
    """Fill in the places of the years, best first, and what stays empty."""
    prog, n = model.programme, len(model.pairs)
    first_seat, first_place, first_day = model.begin
    for column, of in model.meeting:
        x[column] = max(0, x[of].sum() - 1)
    for row in range(first_seat, first_day):
        columns = prog.columns[prog.starts[row] : prog.starts[row + 1]]
        count = x[columns[columns < n]].sum()
        extra = columns[columns >= n]
        if row < first_place:
            x[extra] = prog.row_lower[row] - count
        else:
            x[extra[: int(count)]] = 1
    return x


def dive(field: Field, prices: Prices, effort: Effort = EFFORT) -> tuple[Roster, bool]:
    """Take what the relaxation is sure of, fill up greedily, staff the doubtful classes anew. True when cut off."""
    roster, doubtful = sure_of(field, prices)
    greedy(field, doubtful, roster)
    cut = False
    in_time = sorted(doubtful, key=lambda c: (field.start[c], c))
    for begin in range(0, len(in_time), DIVE):
        cut |= restaff(roster, in_time[begin : begin + DIVE], prices, effort)
    return roster, cut


def sure_of(field: Field, prices: Prices) -> tuple[Roster, set[int]]:
    """The seats that the relaxation gives to one teacher whole, then the larger shares; which classes are in doubt."""
    roster = Roster(field)
    ordered = sorted(prices.relaxed.items(), key=lambda item: (-round(item[1], 6), item[0]))
    doubtful = {c for (c, _, _), share in ordered if 0.01 < share < 0.99}
    for (c, s, t), share in ordered:
        open_ = len(roster.held[c][s]) < field.need[c, s]
        if share > 0.01 and open_ and len(roster.free(c, np.array([t]))):
            roster.add(c, s, t)
    return roster, doubtful | {c for c, _, _ in roster.unfilled()}


def rounds(field: Field) -> Iterator[list[int]]:
    """Windows without end, always the same ones: neighbours in time, then classes of a category, shifted each round."""
    total = len(field.classes)
    by_time = np.lexsort((np.arange(total), field.start))
    categories = np.array([c.demand.category for c in field.classes])
    shift = 0
    while True:
        for begin in range(shift, total, WINDOW):
            yield by_time[begin : begin + WINDOW].tolist()
        for category in sorted(set(categories.tolist())):
            members: Ints = by_time[categories[by_time] == category]
            for begin in range(shift, len(members), WINDOW):
                yield members[begin : begin + WINDOW].tolist()
        shift = (shift + WINDOW // 2) % WINDOW
