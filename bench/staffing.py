"""The national recommendation: how far from the best, beside the greedy choice over the same country."""

from __future__ import annotations

import time
from typing import Any

from bench.measure import Row, at_least
from bench.processes import OwnPeak
from bench.staffing_country import country
from gongxue.stage2_staffing.optimisation.candidates import field_of
from gongxue.stage2_staffing.optimisation.model import Answer, Problem
from gongxue.stage2_staffing.optimisation.roster import greedy, value
from gongxue.stage2_staffing.optimisation.solve import solve
from gongxue.stage2_staffing.optimisation.windows import Effort


def staffing_300(scale: float) -> Row:
    """Seconds for 300 classes and 1,000 teachers, solved as one programme, against the greedy choice."""
    return _row(country(at_least(300 * scale, 8), at_least(1000 * scale, 60)), Effort())


def staffing_2000(scale: float) -> Row:
    """Seconds for 2,000 classes and 5,000 teachers, against the greedy choice; and how soon half a percent is proven."""
    problem = country(at_least(2000 * scale, 8), at_least(5000 * scale, 60))
    begun = time.perf_counter()
    early = solve(problem, Effort(rounds_of_many=3, passes=0))
    took = time.perf_counter() - begun
    row = _row(problem, Effort())
    row.more["early_seconds"], row.more["early_gap_percent"] = took, early.gap_percent
    return row


def _row(problem: Problem, effort: Effort) -> Row:
    """Figure and baseline once each: the answer is the same every time, and minutes are not to be spent five times."""
    peak, begun = OwnPeak(), time.perf_counter()
    answer = solve(problem, effort)
    took = time.perf_counter() - begun
    begun = time.perf_counter()
    field = field_of(problem)
    simple = value(field, greedy(field).places())
    simply = time.perf_counter() - begun
    return Row(took, "s", simply, "逐席位择优（贪心）", peak.mb, _more(problem, answer, simple))


def _more(problem: Problem, answer: Answer, simple: int) -> dict[str, Any]:
    return {
        "classes": len(problem.classes),
        "teachers": len(problem.teachers),
        "gap_percent": answer.gap_percent,
        "greedy_gap_percent": 100 * (answer.bound - simple) / max(1, abs(answer.bound)),
        "unfilled": sum(missing for _, _, missing in answer.unfilled),
        "objective": answer.objective,
        "bound": answer.bound,
        "windows": answer.windows,
        "cut": answer.cut,
    }
