"""The boundary to HiGHS: a linear or mixed-integer programme as arrays in, values, duals and bound out.

Imported only when something is solved: the library takes a while to load. One thread and a fixed seed, so that the same
programme has the same answer; the limit of work is a number of nodes, a limit of time is only a safety net.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Programme:
    """Minimise cost·x with lower ≤ Ax ≤ upper, 0 ≤ x ≤ most. A by rows."""

    cost: Floats
    most: Floats
    whole: NDArray[np.bool_]  # which columns are integer
    row_lower: Floats
    row_upper: Floats
    starts: Index
    columns: Index
    values: Floats


@dataclass(frozen=True, slots=True)
class Solution:
    """What HiGHS found. `x` is None when it found nothing; `duals` only for a linear programme."""

    x: Floats | None
    duals: Floats
    objective: float
    bound: float
    cut: bool  # ended by the limit of time


class Growing:
    """A linear programme (minimise, columns between 0 and a limit) that grows by rows and columns and is solved again from
    where it was: the simplex method, which ends in a corner, so that what is whole by nature comes out whole."""

    def __init__(self, seconds: float) -> None:
        self._highs = _new(seconds)
        self._highs.setOptionValue("solver", "simplex")

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return int(self._highs.getNumCol())

    def add_rows(self, lower: Floats, upper: Floats, starts: Index, columns: Index) -> int:
        """Rows with ones at some columns. Returns the number of the first."""
        first = int(self._highs.getNumRow())
        self._highs.addRows(len(lower), lower, upper, len(columns), starts, columns, np.ones(len(columns)))
        return first

    def add_columns(self, cost: Floats, most: Floats, starts: Index, rows: Index, values: Floats) -> None:
        """Columns with their coefficients."""
        self._highs.addCols(len(cost), cost, np.zeros(len(cost)), most, len(rows), starts, rows, values)

    def solve(self) -> Solution:
        """Optimal values and duals, or what was found when time ran out (all solves count together)."""
        self._highs.run()
        return _found(self._highs)


def solve_whole(
    programme: Programme, *, gap: float, nodes: int, seconds: float, begin: Floats | None = None
) -> Solution:
    """The mixed-integer programme within a relative gap. begin: a feasible point to begin with."""
    h = _loaded(programme, seconds=seconds)
    h.setOptionValue("mip_rel_gap", gap)
    h.setOptionValue("mip_max_nodes", nodes)
    if begin is not None:
        import highspy

        known = highspy.HighsSolution()
        known.col_value = list(begin)
        h.setSolution(known)
    h.run()
    return _found(h)


def _new(seconds: float) -> Any:
    import highspy

    h = highspy.Highs()
    for name, option in (
        ("output_flag", False), ("threads", 1), ("random_seed", 0), ("time_limit", float(seconds)),
    ):  # fmt: skip
        h.setOptionValue(name, option)
    return h


def _loaded(programme: Programme, *, seconds: float) -> Any:
    import highspy

    h = _new(seconds)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(programme.cost), len(programme.row_lower)
    lp.col_cost_ = programme.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(len(programme.cost)), programme.most
    lp.row_lower_, lp.row_upper_ = programme.row_lower, programme.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = programme.starts
    lp.a_matrix_.index_ = programme.columns
    lp.a_matrix_.value_ = programme.values
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(flag)] for flag in programme.whole]
    h.passModel(lp)
    return h


def _found(h: Any) -> Solution:
    import highspy

    info, solution = h.getInfo(), h.getSolution()
    x = np.array(solution.col_value, np.float64)
    feasible = len(x) == h.getNumCol() and info.primal_solution_status == 2
    return Solution(
        x=x if feasible else None,
        duals=np.array(solution.row_dual, np.float64),
        objective=info.objective_function_value,
        bound=info.mip_dual_bound,
        cut=h.getModelStatus() == highspy.HighsModelStatus.kTimeLimit,
    )
