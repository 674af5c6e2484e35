"""Linear and integer programmes, solved by HiGHS: the least cost within lines and bounds.

Through highspy, the interface of HiGHS itself: programmes here are small and thousands, and what `scipy.optimize` checks and
copies, column by column, takes it longer than HiGHS takes to solve one.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from highspy import HighsModelStatus as Status
from numpy.typing import NDArray
from scipy.sparse import csc_array

from .errors import SolverError

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
OPTIONS: dict[str, bool | float | str] = {
    "output_flag": False, "parallel": "off", "mip_rel_gap": 1e-9, "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False, "mip_heuristic_run_rens": False, "mip_heuristic_run_root_reduced_cost": False,
}  # fmt: skip
"""What HiGHS tries before it solves an integer programme takes longer here than solving it.

The number of threads is not given: HiGHS has one for a whole process, and refuses another.
"""


@dataclass(frozen=True)
class Solution:
    """The `values` of least cost that were found; ``None``, where nothing is within lines and bounds, or none is known.

    `certain` says that no cost is less, or that there is nothing: time did not end, numbers gave no trouble. `duals` are those of
    the lines of a linear programme: by how much its cost changes for a unit more on the right of each.
    """

    values: Numbers | None
    duals: Numbers
    certain: bool


def _done(status: highspy.HighsStatus, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refuses {what}: nothing is known of what is possible, and nothing can be released.")


class Programme:
    """Values within lines, ``least <= lines @ values <= most``, and bounds. Asked again, it begins where it ended."""

    def __init__(self, lines: csc_array, least: Numbers, most: Numbers) -> None:
        self._lines, self._least, self._most = lines, least, most
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            _done(self._solver.setOptionValue(option, value), f"the option {option}")
        self._pass(lines.indptr, lines.indices, lines.data, least, most)

    def restrict(self, columns: Places) -> None:
        """Begin anew with the values of some columns, the others being zero: lines that have none of them are left out, and those
        that were added. To make one programme and restrict it each time takes less than to make each of them.
        """
        starts = self._lines.indptr[columns]
        lengths = self._lines.indptr[columns + 1] - starts
        pointers = np.concatenate([[0], np.cumsum(lengths)])
        entries = np.repeat(starts - pointers[:-1], lengths) + np.arange(pointers[-1])
        places = self._lines.indices[entries]
        used = np.zeros(len(self._least), dtype=bool)
        used[places] = True
        rows = (np.cumsum(used) - 1)[places]
        self._pass(pointers, rows, self._lines.data[entries], self._least[used], self._most[used])

    def _pass(self, pointers: Places, rows: Places, factors: Numbers, least: Numbers, most: Numbers) -> None:
        width, zeros = len(pointers) - 1, np.zeros(len(pointers) - 1)
        self._columns, self._whole = np.arange(width, dtype=np.int32), False
        model = self._solver.passModel(
            width, len(least), len(rows), int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize), 0.0,
            zeros, zeros, zeros, least, most, pointers, rows, factors, np.zeros(width, dtype=np.int32),
        )  # fmt: skip
        _done(model, "a programme")

    def add(self, line: Numbers, least: float) -> None:
        """One more line, ``least <= line @ values``."""
        columns = np.flatnonzero(line)
        _done(self._solver.addRow(least, np.inf, len(columns), columns, line[columns]), "a line")

    def solve(
        self, cost: Numbers, low: Numbers, high: Numbers, *, whole: bool = False, presolve: bool = True, seconds: float = 10.0
    ) -> Solution:
        """Minimise ``cost @ values`` within ``low`` and ``high``, in whole numbers or not.

        Raises
        ------
        SolverError
            HiGHS failed: nothing is known of what is possible.
        """
        solver, columns = self._solver, self._columns
        solver.setOptionValue("presolve", "on" if presolve else "off")
        # Since the programme was made, or, for an integer programme, since it is asked (HiGHS 1.15).
        solver.setOptionValue("time_limit", seconds + (0.0 if whole else solver.getRunTime()))
        _done(solver.changeColsCost(len(columns), columns, cost), "a cost")
        _done(solver.changeColsBounds(len(columns), columns, low, high), "bounds")
        if whole != self._whole:
            solver.changeColsIntegrality(len(columns), columns, np.full(len(columns), whole, dtype=np.uint8))
            self._whole = whole
        for again in (True, False):
            _done(solver.run(), "to solve a programme")
            status, found = solver.getModelStatus(), solver.getSolution()
            feasible = solver.getInfo().primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
            certain = status == Status.kInfeasible or (status == Status.kOptimal and feasible)
            if certain or status == Status.kTimeLimit or not again:
                break
            solver.clearSolver()  # from where the last programme ended, it may end beside the bounds: once more, from nothing
        return Solution(np.array(found.col_value) if feasible else None, np.array(found.row_dual), certain)
