"""Who has taught beside whom: partners should change, so a pair of instructors who meet again counts against a staffing.

Only instructors are partners; examiners judge each for themselves. A pair is a product of two choices: here it is counted;
`programme` writes it as rows for the pairs that could meet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable


class Meetings:
    """How often two teachers have taught one class together. Symmetric; teachers are their indices."""

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        self._times: dict[int, Counter[int]] = defaultdict(Counter)
        for one, other in pairs:
            self.meet(one, (other,))

    def copy(self) -> Meetings:
        """Another count that begins where this one is."""
        made = Meetings()
        made._times.update((t, times.copy()) for t, times in self._times.items())
        return made

    def meet(self, t: int, others: Iterable[int], by: int = 1) -> None:
        """Count one class more (or less) that t teaches beside others."""
        for other in others:
            self._times[t][other] += by
            self._times[other][t] += by

    def again(self, t: int, others: Iterable[int], beyond: int = 0) -> int:
        """How many of the others t has met, more often than `beyond`."""
        times = self._times.get(t)
        return sum(times[other] > beyond for other in others if other != t) if times else 0

    def of(self, t: int) -> list[int]:
        """Whom t has met, in order."""
        return sorted(other for other, times in self._times.get(t, Counter()).items() if times > 0)
