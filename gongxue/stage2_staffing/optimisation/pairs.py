"""All pairs of the problem in one row each, seat by seat: what the relaxation and its bound count over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation.candidates import Field, Ints
from gongxue.stage2_staffing.optimisation.highs import Floats

NONE = -1e9  # points of a place that does not exist


@dataclass(frozen=True, slots=True)
class AllPairs:
    """Every pair that the hard rules allow and whose seat is free. A `seat` is class·2 + kind, a `group` is the year of a
    teacher: teacher·years + year."""

    seat: Ints
    c: Ints
    s: Ints
    t: Ints
    group: Ints
    points: Floats
    begin: Ints  # [seat] the first pair of each seat, and one more: how many there are
    ladder: Floats  # [group, kind, place] points of that further job of the year; NONE beyond the last
    left: Ints  # [group] jobs that may still be added

    def __len__(self) -> int:
        return len(self.seat)

    def of_seat(self, c: int, s: int) -> slice:
        """The pairs of one kind of seat, in the order of `Field.eligible`."""
        return slice(int(self.begin[2 * c + s]), int(self.begin[2 * c + s + 1]))


def all_pairs(field: Field) -> AllPairs:
    """The pairs of a field."""
    keys = [(c, s) for c in range(len(field.classes)) for s in (0, 1)]
    count = np.array([len(field.eligible[c][s]) if field.need[c, s] else 0 for c, s in keys], np.int64)
    begin = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    open_ = [key for key, n in zip(keys, count, strict=True) if n]
    t = _joined([field.eligible[c][s] for c, s in open_])
    points = _joined([field.points[c][s] for c, s in open_])
    seat = np.repeat(np.arange(len(keys)), count)
    c = seat // 2
    had = field.had.reshape(-1, 2)
    before = had[:, :, None] + np.arange(w.MAX_JOBS)
    rewards = field.rewards[np.arange(2)[None, :, None], np.minimum(before, w.MAX_JOBS)]
    return AllPairs(
        seat=seat, c=c, s=seat % 2, t=t, group=t * field.years + field.year[c], points=points.astype(np.float64),
        begin=begin, ladder=np.where(before < w.MAX_JOBS, rewards, NONE).astype(np.float64),
        left=(w.MAX_JOBS - had.sum(axis=1)).clip(0),
    )  # fmt: skip


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def best_of_seats(worth: Floats, pairs: AllPairs, most: Ints, least: float = -np.inf) -> Ints:
    """The pairs worth most of every seat: at most so many of each [seat], each worth more than `least`; equal ones by number."""
    at = np.flatnonzero(worth > least)
    at = at[np.lexsort((at, -worth[at], pairs.seat[at]))]
    seat = pairs.seat[at]
    rank = np.arange(len(at)) - np.searchsorted(seat, seat)
    return np.sort(at[rank < most[seat]])
