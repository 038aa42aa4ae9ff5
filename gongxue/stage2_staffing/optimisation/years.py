"""The bound: what the best year of every teacher would be worth if seats had prices.

With a price on every seat nothing ties the teachers to each other any more: each takes the best set of jobs that do not overlap,
at most so many, and no staffing of the whole problem is worth more than all of these together with the prices of the seats
(Lagrangian duality). The best year is found exactly, by dynamic programming over the classes in order of their last day and the
number of jobs of each kind. It holds for any prices; the relaxation only makes it sharp.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation.candidates import Field, Ints
from gongxue.stage2_staffing.optimisation.highs import Floats
from gongxue.stage2_staffing.optimisation.pairs import NONE, AllPairs

AT_ONCE = 200  # years of teachers, so that the tables stay small


@dataclass(frozen=True, slots=True)
class _Jobs:
    """What may be worth taking, year by year of the teachers, by last day: what it brings as each kind of seat."""

    brings: Floats  # [job, kind]
    before: Ints  # [job] how many jobs of the same year end before it begins
    begin: Ints  # [year] the first of its jobs
    count: Ints  # [year]
    ladder: Floats  # [year, kind, place]
    left: Ints  # [year]


def bound(field: Field, pairs: AllPairs, price: Floats) -> int:
    """No staffing is worth more. price: [seat] what a seat takes from whoever fills it, at least -UNFILLED."""
    need = field.need.ravel()
    jobs = _worth_a_look(field, pairs, price)
    best = float((need * price).sum())
    for first in range(0, len(jobs.begin), AT_ONCE):
        best += _best(jobs, slice(first, first + AT_ONCE))
    return int(np.floor(best + 1e-3))


def _worth_a_look(field: Field, pairs: AllPairs, price: Floats) -> _Jobs:
    """Only jobs that would be worth something as the first one of the year: places fall in worth."""
    rise = pairs.points - price[pairs.seat]
    on = np.flatnonzero(rise + pairs.ladder[pairs.group, pairs.s, 0] > 0)
    key = pairs.group[on] * len(field.classes) + pairs.c[on]
    keys, row = np.unique(key, return_inverse=True)
    brings = np.full((len(keys), 2), NONE)
    brings[row, pairs.s[on]] = rise[on]
    group, c = keys // max(1, len(field.classes)), keys % max(1, len(field.classes))
    order = np.lexsort((c, field.end[c], group))
    brings, group, c = brings[order], group[order], c[order]
    groups, begin, count = np.unique(group, return_index=True, return_counts=True)
    beyond = int(field.end.max(initial=0)) + 1
    before = np.searchsorted(group * beyond + field.end[c], group * beyond + field.start[c])
    before -= np.repeat(begin, count)
    by = np.argsort(-count, kind="stable")  # long years first: those still open at a step stand in front
    return _Jobs(brings, before, begin[by], count[by], pairs.ladder[groups[by]], pairs.left[groups[by]])


def _best(jobs: _Jobs, part: slice) -> float:
    """The best years of some teachers together. Table: [jobs looked at, year, jobs as instructor, jobs as examiner]."""
    begin, count, ladder, left = jobs.begin[part], jobs.count[part], jobs.ladder[part], jobs.left[part]
    steps = int(count[0])
    teach, examine = (_places(jobs, begin, count, ladder, kind) for kind in (0, 1))
    allowed = np.arange(teach + 1)[:, None] + np.arange(examine + 1) <= left[:, None, None]
    table = np.full((steps + 1, len(begin), teach + 1, examine + 1), NONE)
    table[0, :, 0, 0] = 0
    for step in range(steps):
        open_ = int(np.searchsorted(-count, -step))
        at = begin[:open_] + step
        free = table[jobs.before[at], np.arange(open_)]
        now = table[step, :open_].copy()
        taught = free[:, :-1] + (jobs.brings[at, 0, None] + ladder[:open_, 0, :teach])[:, :, None]
        examined = free[:, :, :-1] + (jobs.brings[at, 1, None] + ladder[:open_, 1, :examine])[:, None]
        np.maximum(now[:, 1:], taught, out=now[:, 1:], where=allowed[:open_, 1:])
        np.maximum(now[:, :, 1:], examined, out=now[:, :, 1:], where=allowed[:open_, :, 1:])
        table[step + 1, :open_] = now
    ended = table[count, np.arange(len(begin))]
    return float(ended.reshape(len(begin), -1).max(axis=1).sum())


def _places(jobs: _Jobs, begin: Ints, count: Ints, ladder: Floats, kind: int) -> int:
    """How many jobs of a kind can be worth taking in a year: beyond that even the best one would cost more than it brings."""
    best = max(
        float(jobs.brings[at : at + n, kind].max())
        for at, n in zip(begin.tolist(), count.tolist(), strict=True)
    )
    return min(w.MAX_JOBS, int(count[0]), int((best + ladder[:, kind].max(axis=0) > 0).sum()))
