"""What a row is, and how its two figures come about: measured in turns, the median of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

REPETITIONS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the result. `figure` and `baseline` have the same unit and were measured in turns in one run."""

    figure: float
    unit: str
    baseline: float
    baseline_name: str
    memory_mb: float  # the largest resident size of the processes that did the work, added up
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The figure in terms of the baseline."""
        return self.figure / self.baseline

    def as_data(self, name: str) -> dict[str, Any]:
        """JSON-ready. The ratio is that of the unrounded figures."""
        return {
            "name": name,
            "figure": rounded(self.figure),
            "unit": self.unit,
            "baseline": rounded(self.baseline),
            "baseline_name": self.baseline_name,
            "ratio": rounded(self.ratio),
            "memory_mb": rounded(self.memory_mb),
            **{key: rounded(value) for key, value in self.more.items()},
        }


def rounded(value: Any) -> Any:
    """Four digits that count; measurements have no more."""
    return float(f"{value:.4g}") if isinstance(value, float) else value


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turns(
    figure: Callable[[], float], baseline: Callable[[], float], times: int = REPETITIONS
) -> tuple[float, float]:
    """The medians of both, measured one after the other so that whatever else the machine does meets both."""
    pairs = [(baseline(), figure()) for _ in range(times)]
    return median(pair[1] for pair in pairs), median(pair[0] for pair in pairs)


def at_least(number: float, least: int = 1) -> int:
    """A scaled number of things."""
    return max(least, round(number))
