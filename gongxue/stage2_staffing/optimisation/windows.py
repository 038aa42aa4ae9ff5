"""Exact re-staffing of some classes around everything else, and the choice of which classes: by time, by category."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gongxue.stage2_staffing.optimisation.candidates import Field, Ints
from gongxue.stage2_staffing.optimisation.highs import Floats, solve_whole
from gongxue.stage2_staffing.optimisation.prices import Prices
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
    gap: float = 2e-5  # at which an exact search is content
    seconds: float = 120  # safety net of each step


EFFORT = Effort()


def restaff(
    roster: Roster, classes: list[int], prices: Prices | None = None, effort: Effort = EFFORT
) -> bool:
    """Staff some classes anew around everything else; kept only when it is worth more. True when time cut it off.

    prices: pairs are chosen by their reduced gain, and those of the relaxation are among them; without prices by their
    points and the place in the teacher's year.
    """
    field = roster.field
    old = [(c, s, t) for c in classes for s in (0, 1) for t in roster.held[c][s]]
    for place in old:
        roster.remove(*place)
    pairs = _pairs(roster, classes, prices, effort.per_seat, old)
    if not len(pairs):
        return False
    model = model_of(field, pairs, roster.had)
    found = solve_whole(
        model.programme, gap=effort.gap, nodes=effort.nodes, seconds=effort.seconds, begin=_begin(model, old)
    )
    new = old if found.x is None else model.staffing(found.x)
    better = value(field, new, roster.had) > value(field, old, roster.had)
    roster.fill(new if better else old)
    return found.cut


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
            worth = _worth(roster, c, s)[able] if prices is None else prices.gain[c][s][able]
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
