"""What seats, days and places in a year are worth: the relaxation over all pairs, and a bound that follows from it.

Seats on one side, places in the years of the teachers on the other: without the days the relaxation is a transport problem, whose
corners are whole. It begins with the few pairs that a smooth market would use; pairs that would gain and days that are used
twice are added until there are none. The bound is sharper than the relaxation and holds for all pairs (`years`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation import years
from gongxue.stage2_staffing.optimisation.candidates import Field, Ints
from gongxue.stage2_staffing.optimisation.highs import Floats, Growing, Solution
from gongxue.stage2_staffing.optimisation.market import asking
from gongxue.stage2_staffing.optimisation.pairs import NONE, AllPairs, all_pairs, best_of_seats
from gongxue.stage2_staffing.optimisation.roster import Place

FIRST = 4  # pairs per seat to begin with
MORE = 2  # pairs per seat that a round adds at most
LEAST = 1e-3  # points that a pair must gain, share that counts


@dataclass(frozen=True, slots=True)
class Prices:
    """Reduced gains of every pair: what it is worth more (or less) than its seat, its days and its place cost."""

    gain: list[tuple[Floats, Floats]]  # [class][kind] of the eligible teachers
    bound: int  # no staffing is worth more
    relaxed: dict[Place, float]  # the pairs of the relaxation with their share
    rounds: int
    cut: bool
    relaxation: float | None = (
        None  # worth of the relaxation over all pairs; None when it did not come to its end
    )


def priced(field: Field, known: list[Place], rounds: int, seconds: float) -> Prices:
    """Solve the relaxation. known: a staffing, whose pairs are among the first ones looked at; rounds: at most so many."""
    pairs, need = all_pairs(field), field.need.ravel()
    relaxation = _Relaxation(field, pairs, seconds)
    relaxation.look_at(_first(field, pairs, known, need))
    number, found = 1, relaxation.solve()
    gain = relaxation.gains(found)
    while (more := not found.cut and relaxation.grow(found, gain, need)) and number < rounds:
        number, found = number + 1, relaxation.solve()
        gain = relaxation.gains(found)
    by_seat = [(gain[pairs.of_seat(c, 0)], gain[pairs.of_seat(c, 1)]) for c in range(len(field.classes))]
    bound = years.bound(field, pairs, relaxation.seat_prices(found))
    ended = None if more or found.cut else -found.objective
    return Prices(by_seat, bound, relaxation.shares(found), number, found.cut, ended)


def _first(field: Field, pairs: AllPairs, known: list[Place], need: Ints) -> Ints:
    """The pairs that a market would use, and those of a staffing."""
    worth = pairs.points - asking(pairs, need)[pairs.group, pairs.s]
    at = [int(pairs.begin[2 * c + s] + np.searchsorted(field.eligible[c][s], t)) for c, s, t in known]
    return np.union1d(best_of_seats(worth, pairs, FIRST * need), np.array(at, np.int64))


class _Relaxation:
    """The programme. Rows: seats, places of each kind in each year, days that were used twice. Columns: empty seats, places,
    pairs as they come to be looked at."""

    def __init__(self, field: Field, pairs: AllPairs, seconds: float) -> None:
        self.field, self.pairs = field, pairs
        self.looked = np.zeros(len(pairs), bool)
        self.column = np.empty(0, np.int64)  # the pair of each column after the first ones
        self.used_days = (
            np.empty(0, np.int64),
            np.empty(0, np.int64),
        )  # key of teacher and day, its row; sorted
        self.length = int(field.end.max(initial=0)) + 2
        self.programme = Growing(seconds)
        self.seats, groups = len(pairs.begin) - 1, len(pairs.left)
        need = field.need.ravel().astype(np.float64)
        none, zero = np.empty(0, np.int32), np.zeros(2 * groups)
        self.programme.add_rows(need, need, np.zeros(self.seats, np.int32), none)
        self.programme.add_rows(zero, zero, np.zeros(2 * groups, np.int32), none)
        rows = np.arange(self.seats, dtype=np.int32)
        self.programme.add_columns(
            np.full(self.seats, float(w.UNFILLED)), need, rows, rows, np.ones(self.seats)
        )
        group, kind, place = np.nonzero(pairs.ladder > NONE)
        row = (self.seats + 2 * group + kind).astype(np.int32)
        self.programme.add_columns(
            -pairs.ladder[group, kind, place], np.ones(len(row)), np.arange(len(row), dtype=np.int32), row,
            -np.ones(len(row)),
        )  # fmt: skip
        self.before_pairs = self.programme.columns

    def grow(self, found: Solution, gain: Floats, need: Ints) -> bool:
        """Add the pairs that gain most and the days that are used twice; False when there are none."""
        better = best_of_seats(np.where(self.looked, NONE, gain), self.pairs, MORE * need, LEAST)
        t, day = self.days_used_twice(found)
        self.forbid(t, day)
        self.look_at(better)
        return bool(len(better) or len(t))

    def look_at(self, at: Ints) -> None:
        """Add pairs: one of a seat, one of the places of the year, one of every day they share with a row."""
        if not len(at):
            return
        p, key = self.pairs, self.pairs.t[at] * self.length
        first = np.searchsorted(self.used_days[0], key + self.field.start[p.c[at]])
        last = np.searchsorted(self.used_days[0], key + self.field.end[p.c[at]], side="right")
        length = 2 + last - first
        starts = np.cumsum(length) - length
        rows = np.empty(int(length.sum()), np.int32)
        rows[starts] = p.seat[at]
        rows[starts + 1] = self.seats + 2 * p.group[at] + p.s[at]
        for i in np.flatnonzero(last > first):
            rows[starts[i] + 2 : starts[i] + length[i]] = self.used_days[1][first[i] : last[i]]
        self.programme.add_columns(
            -p.points[at], np.ones(len(at)), starts.astype(np.int32), rows, np.ones(len(rows))
        )
        self.column = np.concatenate([self.column, at])
        self.looked[at] = True

    def days_used_twice(self, found: Solution) -> tuple[Ints, Ints]:
        """Teachers and first days of their jobs on which the relaxation gives them more than one whole job."""
        share = self._share(found)
        on = np.flatnonzero(share > LEAST)
        t, c, share = self.pairs.t[self.column[on]], self.pairs.c[self.column[on]], share[on]
        load = np.zeros((len(self.field.teachers), self.length))
        np.add.at(load, (t, self.field.start[c]), share)
        np.add.at(load, (t, self.field.end[c] + 1), -share)
        over = np.cumsum(load, axis=1)[t, self.field.start[c]] > 1 + LEAST
        key = np.setdiff1d((t * self.length + self.field.start[c])[over], self.used_days[0])
        return key // self.length, key % self.length

    def forbid(self, t: Ints, day: Ints) -> None:
        """One job at most on these days."""
        if not len(t):
            return
        order = np.argsort(self.pairs.t[self.column], kind="stable")
        sorted_t = self.pairs.t[self.column][order]
        entries = []
        for teacher, on in zip(t.tolist(), day.tolist(), strict=True):
            at = order[np.searchsorted(sorted_t, teacher) : np.searchsorted(sorted_t, teacher, side="right")]
            c = self.pairs.c[self.column[at]]
            entries.append(at[(self.field.start[c] <= on) & (on <= self.field.end[c])])
        length = np.array([len(at) for at in entries])
        columns = (self.before_pairs + np.concatenate(entries)).astype(np.int32)
        starts = (np.cumsum(length) - length).astype(np.int32)
        first = self.programme.add_rows(np.full(len(t), -np.inf), np.ones(len(t)), starts, columns)
        keys = np.concatenate([self.used_days[0], t * self.length + day])
        rows = np.concatenate([self.used_days[1], first + np.arange(len(t))])
        order = np.argsort(keys)
        self.used_days = keys[order], rows[order]

    def solve(self) -> Solution:
        """Solve what has been looked at so far."""
        return self.programme.solve()

    def _share(self, found: Solution) -> Floats:
        return np.zeros(len(self.column)) if found.x is None else found.x[self.before_pairs :]

    def shares(self, found: Solution) -> dict[Place, float]:
        """The pairs of the relaxation with their share."""
        share, p = self._share(found), self.pairs
        on = np.flatnonzero(share > LEAST)
        at = self.column[on]
        places = zip(p.c[at].tolist(), p.s[at].tolist(), p.t[at].tolist(), strict=True)
        return dict(zip(places, share[on].tolist(), strict=True))

    def seat_prices(self, found: Solution) -> Floats:
        """What a seat takes from whoever fills it [seat]; never less than leaving it empty costs."""
        if len(found.duals) < self.seats:
            return np.zeros(self.seats)
        return np.maximum(-float(w.UNFILLED), -found.duals[: self.seats])

    def gains(self, found: Solution) -> Floats:
        """Reduced gain of every pair."""
        p = self.pairs
        rise = p.points - self.seat_prices(found)[p.seat] - self._day_prices(found)
        # the least price of a place that the pairs looked at allow: the solver's own is any one, where nobody competes
        place = -p.ladder[:, :, 0]
        at = self.column
        np.maximum.at(place, (p.group[at], p.s[at]), rise[at])
        return rise - place[p.group, p.s]

    def _day_prices(self, found: Solution) -> Floats:
        """What the days of each pair cost."""
        key, row = self.used_days
        if not len(key) or len(found.duals) <= int(row.max(initial=0)):
            return np.zeros(len(self.pairs))
        before = np.concatenate([[0.0], np.cumsum(np.maximum(0, -found.duals[row]))])
        begin = self.pairs.t * self.length
        first = np.searchsorted(key, begin + self.field.start[self.pairs.c])
        last = np.searchsorted(key, begin + self.field.end[self.pairs.c], side="right")
        return before[last] - before[first]
