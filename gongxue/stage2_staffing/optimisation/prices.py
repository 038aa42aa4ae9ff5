"""What seats, days and places in a year are worth: the relaxation over all pairs, solved with a few of them at a time.

From any prices follows a bound that holds for every pair of the whole problem (weak duality), so the bound does not
depend on which pairs were looked at. Pairs whose price shows that they cannot be part of anything better than what is
known are left out without losing the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation.candidates import Field, Ints
from gongxue.stage2_staffing.optimisation.highs import Floats, solve_linear
from gongxue.stage2_staffing.optimisation.programme import Model, Pairs, model_of
from gongxue.stage2_staffing.optimisation.roster import Place

FIRST = 12  # pairs per seat to begin with
MORE = 12  # pairs per seat that a round adds
ROUNDS = 25
SMALL = 20_000  # pairs up to which the simplex method is quicker than the interior point method
CLOSE = 2e-4  # relative: the relaxation is known well enough


@dataclass(frozen=True, slots=True)
class Prices:
    """Reduced gains of every pair: what it is worth more (or less) than its seat, its days and its place cost."""

    gain: list[tuple[Floats, Floats]]  # [class][kind] of the eligible teachers
    bound: int  # no staffing is worth more
    relaxed: dict[Place, float]  # the pairs of the relaxation with their share
    rounds: int
    cut: bool


def priced(field: Field, known: list[Place], seconds: float) -> Prices:
    """Solve the relaxation over all pairs. known: a staffing, whose pairs are among the first ones looked at."""
    looked = [
        (np.zeros(len(field.eligible[c][0]), bool), np.zeros(len(field.eligible[c][1]), bool))
        for c in range(len(field.classes))
    ]
    for c, s, t in known:
        looked[c][s][np.searchsorted(field.eligible[c][s], t)] = True
    for c, s in _open_seats(field):
        worth = field.points[c][s] + field.rewards[s][field.had[field.eligible[c][s], field.year[c], s]]
        looked[c][s][np.argsort(-worth, kind="stable")[: FIRST * int(field.need[c, s])]] = True
    best: Prices | None = None
    for number in range(1, ROUNDS + 1):
        pairs = Pairs.of(field, [(c, s, np.flatnonzero(looked[c][s])) for c, s in _open_seats(field)])
        model = model_of(field, pairs, field.had)
        found = solve_linear(model.programme, interior=len(pairs) > SMALL, seconds=seconds)
        if found.x is None:
            return best or _hopeless(field, found.cut)
        gain, bound = _gains(field, model, found.duals)
        shares = _shares(pairs, found.x)
        if best is None or bound <= best.bound:
            best = Prices(gain, bound, shares, number, found.cut)
        else:
            best = replace(best, relaxed=shares, rounds=number, cut=best.cut or found.cut)
        worth = -found.objective - w.UNFILLED * _hopeless_seats(field)
        if best.bound - worth <= CLOSE * max(1, abs(best.bound)) or not _look_at_more(field, gain, looked):
            break
    assert best is not None
    return best


def _open_seats(field: Field) -> list[tuple[int, int]]:
    return [(c, s) for c in range(len(field.classes)) for s in (0, 1) if field.need[c, s]]


def _hopeless_seats(field: Field) -> int:
    """Seats that nobody at all could take; no programme knows them."""
    return sum(int(field.need[c, s]) for c, s in _open_seats(field) if not len(field.eligible[c][s]))


def _shares(pairs: Pairs, x: Floats) -> dict[Place, float]:
    return {
        (int(pairs.c[i]), int(pairs.s[i]), int(pairs.t[i])): float(x[i])
        for i in np.flatnonzero(x[: len(pairs)] > 1e-3)
    }


def _look_at_more(field: Field, gain: list[tuple[Floats, Floats]], looked: list[tuple[Ints, Ints]]) -> bool:
    """Look at the pairs that would gain most; False when none would."""
    any_more = False
    for c, s in _open_seats(field):
        new = np.where(looked[c][s], -np.inf, gain[c][s])
        order = np.argsort(-new, kind="stable")[:MORE]
        order = order[new[order] > 1e-3]
        looked[c][s][order] = True
        any_more |= bool(len(order))
    return any_more


def _gains(field: Field, model: Model, duals: Floats) -> tuple[list[tuple[Floats, Floats]], int]:
    """Reduced gain of every pair under some duals, and the bound that follows from them."""
    seats, places, days, caps = model.begin
    seat = {k: float(duals[seats + i]) for i, k in enumerate(model.seats)}
    ladder = _ladder_prices(field)
    teacher = model.places // 2 // field.years
    ladder[teacher, model.places // 2 % field.years, model.places % 2] = duals[places:days]
    day = np.zeros((len(field.teachers), field.taken.shape[1] + 1))
    day_dual = np.minimum(0, duals[days:caps])
    day[model.days[0], model.days[1] + 1] = day_dual
    before = np.cumsum(day, axis=1)
    cap = np.zeros((len(field.teachers), field.years))
    cap_dual = np.minimum(0, duals[caps:])
    cap[model.caps // field.years, model.caps % field.years] = cap_dual
    least = float(day_dual.sum())
    left = w.MAX_JOBS - field.had[model.caps // field.years, model.caps % field.years].sum(axis=1)
    least += float((cap_dual * left).sum()) + _ladder_bound(field, ladder)
    gain = []
    for c in range(len(field.classes)):
        both = []
        for s in (0, 1):
            t, need = field.eligible[c][s], int(field.need[c, s])
            price = seat.get((c, s), float(w.UNFILLED)) if need else 0.0
            y = int(field.year[c])
            days_price = before[t, field.end[c] + 1] - before[t, field.start[c]]
            rise = field.points[c][s] + price + days_price + ladder[t, y, s] + cap[t, y]
            both.append(rise)
            if need:
                least += need * price + need * min(0.0, w.UNFILLED - price) - float(np.maximum(0, rise).sum())
        gain.append((both[0], both[1]))
    return gain, int(np.floor(-least + 1e-6))


def _ladder_prices(field: Field) -> Floats:
    """The price of a place in a year for whoever was not looked at: what the next place is worth."""
    kinds = np.arange(2)
    return field.rewards[kinds, np.minimum(field.had, w.MAX_JOBS)].astype(np.float64)


def _ladder_bound(field: Field, ladder: Floats) -> float:
    """The share of the places themselves in the bound: those that are worth more than their price."""
    total = 0.0
    for s in (0, 1):
        for step in range(w.MAX_JOBS):
            at = np.minimum(field.had[:, :, s] + step, w.MAX_JOBS)
            open_ = field.had[:, :, s] + step < w.MAX_JOBS
            total += float(np.minimum(0, ladder[:, :, s] - field.rewards[s][at])[open_].sum())
    return total


def _hopeless(field: Field, cut: bool) -> Prices:
    """Nothing could be solved: a bound that needs no prices."""
    gain = [(p[0].astype(np.float64), p[1].astype(np.float64)) for p in field.points]
    best = sum(
        int(np.sort(field.points[c][s])[-int(field.need[c, s]) :].clip(0).sum())
        + int(field.need[c, s]) * int(field.rewards[s][0])
        for c, s in _open_seats(field)
    )
    return Prices(gain, best, {}, 0, cut)
