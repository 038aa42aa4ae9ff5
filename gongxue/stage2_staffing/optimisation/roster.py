"""A staffing in the making, and the greedy choice: scarce seats first, the best free teacher each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gongxue.stage2_staffing.optimisation import weights as w
from gongxue.stage2_staffing.optimisation.candidates import Field, Ints

Place = tuple[int, int, int]  # class, kind of seat, teacher


class Roster:
    """Who has which seat besides what is fixed; knows who is free and what a job would be worth."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.taken = field.taken.copy()
        self.had = field.had.copy()
        self.met = field.met.copy()
        self.held: list[tuple[list[int], list[int]]] = [([], []) for _ in field.classes]

    def add(self, c: int, s: int, t: int) -> None:
        """Give a free teacher a seat."""
        f = self.field
        if s == 0:
            self.met.meet(t, self.beside(c))
        self.held[c][s].append(t)
        self.taken[t, f.start[c] : f.end[c] + 1] = True
        self.had[t, f.year[c], s] += 1

    def remove(self, c: int, s: int, t: int) -> None:
        """Take a seat from a teacher."""
        f = self.field
        self.held[c][s].remove(t)
        self.taken[t, f.start[c] : f.end[c] + 1] = False
        self.had[t, f.year[c], s] -= 1
        if s == 0:
            self.met.meet(t, self.beside(c), -1)

    def beside(self, c: int) -> list[int]:
        """The instructors a class has so far."""
        return [*self.field.beside[c], *self.held[c][0]]

    def against(self, c: int, s: int) -> Ints:
        """Points against each eligible teacher of a seat, for partners whom they would meet again."""
        teachers = self.field.eligible[c][s]
        total = np.zeros(len(teachers), np.int64)
        for other in self.beside(c) if s == 0 else ():
            total += w.PARTNERS * np.isin(teachers, self.met.of(other))
        return total

    def fill(self, places: Iterable[Place]) -> None:
        """Give several seats."""
        for place in places:
            self.add(*place)

    def free(self, c: int, teachers: Ints) -> Ints:
        """Positions in `teachers` of those who are free for a class and have jobs left in its year."""
        f = self.field
        busy = self.taken[teachers, f.start[c] : f.end[c] + 1].any(axis=1)
        left = self.had[teachers, f.year[c]].sum(axis=1) < w.MAX_JOBS
        return np.flatnonzero(~busy & left)

    def best(self, c: int, s: int) -> int | None:
        """The free teacher worth most for a seat, or None; equal ones by number."""
        f = self.field
        teachers = f.eligible[c][s]
        able = self.free(c, teachers)
        if not len(able):
            return None
        worth = (f.points[c][s] - self.against(c, s))[able]
        worth = worth + f.rewards[s][self.had[teachers[able], f.year[c], s]]
        return int(teachers[able[int(worth.argmax())]])

    def places(self) -> list[Place]:
        """All seats given, in order."""
        return [(c, s, t) for c, pair in enumerate(self.held) for s in (0, 1) for t in sorted(pair[s])]

    def unfilled(self) -> list[tuple[int, int, int]]:
        """Class, kind, how many seats stay empty."""
        need = self.field.need
        return [
            (c, s, int(need[c, s]) - len(pair[s]))
            for c, pair in enumerate(self.held)
            for s in (0, 1)
            if len(pair[s]) < need[c, s]
        ]


def value(field: Field, places: Iterable[Place], around: Roster | None = None) -> int:
    """The objective: points of all pairs, of the place of each job in its year, less the partners who meet again and the
    empty seats.

    around: the seats that come before these, if not only the fixed ones.
    """
    had, met = (
        (field.had.copy(), field.met.copy()) if around is None else (around.had.copy(), around.met.copy())
    )
    beside: dict[int, list[int]] = {}
    filled = total = 0
    for c, s, t in places:
        if s == 0:
            others = beside.setdefault(c, list(field.beside[c]) if around is None else around.beside(c))
            total -= w.PARTNERS * met.again(t, others)
            met.meet(t, others)
            others.append(t)
        at = int(np.searchsorted(field.eligible[c][s], t))
        total += int(field.points[c][s][at]) + int(field.rewards[s][had[t, field.year[c], s]])
        had[t, field.year[c], s] += 1
        filled += 1
    return total - w.UNFILLED * (int(field.need.sum()) - filled)


def scarce_first(field: Field) -> list[tuple[int, int]]:
    """Seats by how few could take them beyond what is needed."""
    seats = [(c, s) for c in range(len(field.classes)) for s in (0, 1) if field.need[c, s]]
    return sorted(seats, key=lambda k: (len(field.eligible[k[0]][k[1]]) - int(field.need[k]), k))


def greedy(field: Field, among: Iterable[int] | None = None, roster: Roster | None = None) -> Roster:
    """Fill what is free, seat by seat. among: only these classes."""
    roster = roster or Roster(field)
    wanted = None if among is None else set(among)
    for c, s in scarce_first(field):
        if wanted is not None and c not in wanted:
            continue
        while len(roster.held[c][s]) < field.need[c, s]:
            found = roster.best(c, s)
            if found is None:
                break
            roster.add(c, s, found)
    return roster
