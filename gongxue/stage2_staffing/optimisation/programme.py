"""Some of the pairs as a programme for HiGHS: seats, days, the year of each teacher.

Columns: one per pair (class, kind of seat, teacher); one per place of a job in a teacher's year, worth what that place is
worth; one per kind of seat of a class for what stays empty. Rows: every seat is filled or counted as empty; a teacher has
one job at most on the first day of each of their classes (which covers every overlap, and both kinds of seats of one class);
the jobs of a year are the places that count; at most so many a year. For every two instructors who may meet again, in
each class that could take both: a column that is one when both are taken, and costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation.candidates import Field, Ints
from gongxue.stage2_staffing.optimisation.highs import Floats, Programme
from gongxue.stage2_staffing.optimisation.roster import Place, Roster


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of class, kind of seat and teacher with their points, sorted, each once."""

    c: Ints
    s: Ints
    t: Ints
    points: Ints

    @classmethod
    def of(cls, field: Field, chosen: list[tuple[int, int, Ints]]) -> Pairs:
        """chosen: class, kind, positions in the eligible teachers of that seat."""
        parts = [
            (np.full(len(at), c), np.full(len(at), s), field.eligible[c][s][at], field.points[c][s][at])
            for c, s, at in chosen
        ]
        if not parts:
            empty = np.empty(0, np.int64)
            return cls(empty, empty, empty, empty)
        c, s, t, points = (np.concatenate(column) for column in zip(*parts, strict=True))
        return cls(c, s, t, points)

    def __len__(self) -> int:
        return len(self.c)


@dataclass(frozen=True, slots=True)
class Model:
    """A programme and where its rows came from."""

    programme: Programme
    pairs: Pairs
    begin: tuple[int, int, int]  # first row of the seats, of the places in a year, of the days
    meeting: list[
        tuple[int, list[int]]
    ]  # column, and the columns of pairs of which all but one are free of charge

    def staffing(self, x: Floats) -> list[Place]:
        """The pairs that a whole solution chose."""
        on = np.flatnonzero(x[: len(self.pairs)] > 0.5)
        p = self.pairs
        return [(int(p.c[i]), int(p.s[i]), int(p.t[i])) for i in on]


class _Rows:
    """Rows as they are collected: families of (row, column, value)."""

    def __init__(self) -> None:
        self.row: list[NDArray[np.int64]] = []
        self.column: list[NDArray[np.int64]] = []
        self.value: list[Floats] = []
        self.lower: list[Floats] = []
        self.upper: list[Floats] = []
        self.count = 0

    def family(self, lower: Floats, upper: Floats) -> int:
        """New rows; returns the first one's number."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.count += len(lower)
        return self.count - len(lower)

    def put(self, row: Ints, column: Ints, value: float) -> None:
        """Coefficients."""
        self.row.append(row)
        self.column.append(column)
        self.value.append(np.full(len(row), value))

    def programme(self, cost: Floats, most: Floats, whole: NDArray[np.bool_]) -> Programme:
        """All of it by rows."""
        row, column = np.concatenate(self.row), np.concatenate(self.column)
        order = np.lexsort((column, row))
        starts = np.zeros(self.count + 1, np.int32)
        np.cumsum(np.bincount(row, minlength=self.count), out=starts[1:])
        return Programme(
            cost, most, whole, np.concatenate(self.lower), np.concatenate(self.upper), starts,
            column[order].astype(np.int32), np.concatenate(self.value)[order],
        )  # fmt: skip


def model_of(roster: Roster, pairs: Pairs, apart: Iterable[tuple[int, int]] = ()) -> Model:
    """The programme of some pairs around a staffing of everything else.

    apart: teachers who have not met and are to meet once at most in these classes.
    """
    field, had = roster.field, roster.had
    rows, n = _Rows(), len(pairs)
    year = field.year[pairs.c]
    seat_keys, seat = np.unique(pairs.c * 2 + pairs.s, return_inverse=True)
    need = field.need[seat_keys // 2, seat_keys % 2].astype(np.float64)
    first_seat = rows.family(need, need)
    rows.put(seat, np.arange(n), 1)
    place_keys, place, count = np.unique(
        (pairs.t * field.years + year) * 2 + pairs.s, return_inverse=True, return_counts=True
    )
    ladder_row, ladder_cost = _ladder(field, place_keys, count, had)
    first_place = rows.family(np.zeros(len(place_keys)), np.zeros(len(place_keys)))
    rows.put(first_place + place, np.arange(n), 1)
    rows.put(first_place + ladder_row, n + np.arange(len(ladder_row)), -1)
    empty = n + len(ladder_row)
    rows.put(np.arange(len(need)), empty + np.arange(len(need)), 1)
    day_row, day_pair, days = _days(field, pairs)
    first_day = rows.family(np.zeros(days), np.ones(days))
    rows.put(first_day + day_row, day_pair, 1)
    _caps(field, pairs, year, had, rows)
    met = _Meeting(roster, pairs, empty + len(need))
    met.write(rows, apart)
    points = pairs.points - met.beside
    cost = np.concatenate([-points, -ladder_cost, np.full(len(need), w.UNFILLED), met.cost]).astype(
        np.float64
    )
    most = np.concatenate([np.ones(empty), need, met.most])
    whole = np.arange(len(cost)) < n
    begin = (first_seat, first_place, first_day)
    return Model(rows.programme(cost, most, whole), pairs, begin, met.columns)


class _Meeting:
    """Partners who would meet again. A column `both` for two teachers in a class: at least x + y - 1."""

    def __init__(self, roster: Roster, pairs: Pairs, first: int) -> None:
        self.roster, self.first = roster, first
        self.cost: list[float] = []
        self.most: list[float] = []
        self.columns: list[tuple[int, list[int]]] = []
        self.beside = np.zeros(
            len(pairs), np.int64
        )  # against a pair whose partner is not to be chosen any more
        self.of_class: dict[int, dict[int, int]] = defaultdict(dict)  # class → teacher → column
        for at in np.flatnonzero(pairs.s == 0).tolist():
            self.of_class[int(pairs.c[at])][int(pairs.t[at])] = at

    def write(self, rows: _Rows, apart: Iterable[tuple[int, int]]) -> None:
        """The pairs who have met, in each class; then those who are to meet once at most."""
        met = self.roster.met
        for c, at in self.of_class.items():
            for t, column in at.items():
                self.beside[column] = w.PARTNERS * met.again(t, self.roster.beside(c))
            for one in at:
                for other in met.of(one):
                    if one < other and other in at:
                        self._column(rows, [at[one], at[other]], w.PARTNERS)
        for pair in apart:
            once = [c for c, at in self.of_class.items() if pair[0] in at and pair[1] in at]
            both = [self._column(rows, [self.of_class[c][t] for t in pair], 0) for c in once]
            self._column(rows, both, w.PARTNERS)

    def _column(self, rows: _Rows, of: list[int], cost: float) -> int:
        """A column that is at least the sum of others less one."""
        column = self.first + len(self.cost)
        row = rows.family(np.array([-np.inf]), np.ones(1))
        rows.put(np.full(len(of), row), np.array(of), 1)
        rows.put(np.array([row]), np.array([column]), -1)
        self.cost.append(cost)
        self.most.append(len(of))
        self.columns.append((column, of))
        return column


def _ladder(field: Field, keys: Ints, count: Ints, had: Ints) -> tuple[Ints, Ints]:
    """Row and worth of each place in a year that may be reached."""
    teacher, kind = keys // 2 // field.years, keys % 2
    year = keys // 2 % field.years
    begun = had[teacher, year, kind]
    left = np.minimum(count, w.MAX_JOBS - had[teacher, year].sum(axis=1)).clip(0)
    row = np.repeat(np.arange(len(keys)), left)
    step = np.arange(len(row)) - np.repeat(np.cumsum(left) - left, left)
    return row, field.rewards[kind[row], begun[row] + step]


def _caps(field: Field, pairs: Pairs, year: Ints, had: Ints, rows: _Rows) -> None:
    """At most so many jobs a year, where the pairs could be more."""
    keys, which, count = np.unique(pairs.t * field.years + year, return_inverse=True, return_counts=True)
    left = w.MAX_JOBS - had[keys // field.years, keys % field.years].sum(axis=1)
    binding = np.flatnonzero(count > left)
    at = np.full(len(keys), -1)
    at[binding] = np.arange(len(binding))
    first = rows.family(np.zeros(len(binding)), left[binding].astype(np.float64))
    on = np.flatnonzero(at[which] >= 0)
    rows.put(first + at[which[on]], on, 1)


def _days(field: Field, pairs: Pairs) -> tuple[Ints, Ints, int]:
    """Rows of one job at most: (row, pair) entries, then how many rows; dominated ones left out.

    Intervals: jobs that overlap have a common first day of one of them, and a row that is contained in the row of a
    later first day says nothing.
    """
    start, end = field.start[pairs.c], field.end[pairs.c]
    order = np.lexsort((pairs.s, pairs.c, start, pairs.t))
    t, a, b = pairs.t[order], start[order], end[order]
    n, least_end = len(order), b.copy()
    entries = [(np.arange(n), np.arange(n))]
    longest = int((b - a).max(initial=0))
    for shift in range(1, n):
        late, early = np.arange(shift, n), np.arange(n - shift)
        near = (t[late] == t[early]) & (a[late] - a[early] <= longest)
        if not near.any():
            break
        over = near & (b[early] >= a[late])
        entries.append((late[over], early[over]))
        np.minimum.at(least_end, late[over], b[early[over]])
    row, member = (np.concatenate(column) for column in zip(*entries, strict=True))
    following = np.append(np.where(t[1:] == t[:-1], a[1:], np.iinfo(np.int64).max), np.iinfo(np.int64).max)
    kept = (least_end < following) & (np.bincount(row, minlength=n) > 1)
    number = np.cumsum(kept) - 1
    on = kept[row]
    return number[row[on]], order[member[on]], int(kept.sum())
