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


def solve_linear(programme: Programme, *, interior: bool, seconds: float) -> Solution:
    """The relaxation. interior: by the interior point method without crossover, for large programmes."""
    h = _loaded(programme, whole=False, seconds=seconds)
    if interior:
        h.setOptionValue("solver", "ipx")
        h.setOptionValue("run_crossover", "off")
        h.setOptionValue("ipm_optimality_tolerance", 1e-5)
    h.run()
    return _found(h, programme)


def solve_whole(
    programme: Programme, *, gap: float, nodes: int, seconds: float, begin: Floats | None = None
) -> Solution:
    """The mixed-integer programme within a relative gap. begin: a feasible point to begin with."""
    h = _loaded(programme, whole=True, seconds=seconds)
    h.setOptionValue("mip_rel_gap", gap)
    h.setOptionValue("mip_max_nodes", nodes)
    if begin is not None:
        import highspy

        known = highspy.HighsSolution()
        known.col_value = list(begin)
        h.setSolution(known)
    h.run()
    return _found(h, programme)


def _loaded(programme: Programme, *, whole: bool, seconds: float) -> Any:
    import highspy

    h = highspy.Highs()
    for name, option in (
        ("output_flag", False), ("threads", 1), ("random_seed", 0), ("time_limit", float(seconds)),
    ):  # fmt: skip
        h.setOptionValue(name, option)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(programme.cost), len(programme.row_lower)
    lp.col_cost_ = programme.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(len(programme.cost)), programme.most
    lp.row_lower_, lp.row_upper_ = programme.row_lower, programme.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = programme.starts
    lp.a_matrix_.index_ = programme.columns
    lp.a_matrix_.value_ = programme.values
    if whole:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in programme.whole]
    h.passModel(lp)
    return h


def _found(h: Any, programme: Programme) -> Solution:
    import highspy

    info, solution = h.getInfo(), h.getSolution()
    x = np.array(solution.col_value, np.float64)
    feasible = len(x) == len(programme.cost) and info.primal_solution_status == 2
    return Solution(
        x=x if feasible else None,
        duals=np.array(solution.row_dual, np.float64),
        objective=info.objective_function_value,
        bound=info.mip_dual_bound,
        cut=h.getModelStatus() == highspy.HighsModelStatus.kTimeLimit,
    )
