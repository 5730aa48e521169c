"""Which cells are withheld besides the small ones, so that no small one can be worked out from what is shown.

A system is cells and the sums among them. A small cell is protected when there are other figures that agree with everything
shown, in which it is at least the smallest count that may be shown, and others in which it is smaller than it is. Each such
alternative is found by linear programming: every cell may rise or fall, sums must still hold, no count falls below zero, and
the less the larger figures change, the cheaper. The cells that change in it are withheld; so the alternative stays open
whatever else is decided, and is kept as a witness for all other cells that it protects.

Belongs here: the choice, over arrays. Does not belong here: where cells come from (``cells``), and whether the choice
is good enough (``attack``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

SMALLEST_CHANGE = 1e-6
ALMOST_FREE = 1e-3
SETTINGS: dict[str, bool | int | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "presolve": "off",
    "solver": "simplex",
}


@dataclass(frozen=True)
class System:
    """Cells, an array position each, and their ``sums``: a sparse matrix, a row a sum, whose product with ``value`` is known.

    ``small`` cells must be protected. ``shown`` is how many published values are lost with a cell: none with cells that are
    implied by others and that no table has.
    ``known`` cells cannot be withheld: readers have them, from an earlier release or from elsewhere. ``withheld`` cells
    were withheld before, and stay so. Each of ``blocks`` groups cells among which alternatives are sought, smaller groups
    first; -1 is none.
    """

    value: Numbers
    sums: sparse.csc_array
    small: Flags
    shown: Numbers
    known: Flags
    withheld: Flags
    new: Flags
    blocks: Sequence[Places]


@dataclass
class _Search:
    """What is found so far: the cells withheld, those that have another value in some alternative, and how far each must still
    be able to rise and to fall; 0 where it can."""

    withheld: Flags
    unsure: Flags
    rise: Numbers
    fall: Numbers

    @property
    def open(self) -> Flags:
        return (self.rise > 0) | (self.fall > 0)


def protect(system: System, smallest_count: int, follow: Callable[[Flags], Flags] | None = None) -> Flags:
    """Which cells are withheld: the small ones, those withheld before, and as many others as it takes.

    ``follow`` gives, for the cells withheld, all that cannot be shown then; by default the same. Cells that follow must
    not be recoverable either. Cells for which there is no alternative, since too much is known, are
    left to the attacker to find.
    """
    follow = follow or (lambda cells: cells)
    withheld = follow((system.small | system.withheld) & ~system.known)
    single = np.diff(system.sums.indptr) == 0  # what is in no sum follows from nothing
    connected = _components(system)
    must = system.small & ~system.known & ~single & np.isin(connected, connected[system.new])
    search = _Search(
        withheld=withheld,
        unsure=single.copy(),
        rise=np.where(must, np.maximum(smallest_count - system.value, 1), 0.0),
        fall=np.where(must, np.minimum(system.value, 1), 0.0),
    )
    asked = np.zeros_like(must)
    while search.open.any():
        asked |= search.open
        for parts, zeros in (*((block, False) for block in system.blocks), (connected, False), (connected, True)):
            for cells in _parts(parts, search.open):
                _find_alternatives(system, cells, search, zeros)
        search.withheld = follow(search.withheld)
        search.fall[:] = 0
        following = search.withheld & (system.shown > 0) & ~search.unsure & ~asked & ~system.known & ~system.withheld
        search.rise = np.where(following, 1.0, 0.0)
    return search.withheld


def _components(system: System) -> Places:
    """The connected part that each cell belongs to, where cells that are known connect nothing."""
    free = abs(system.sums) @ sparse.diags_array((~system.known).astype(float))
    parts: Places = connected_components(free.T @ free, directed=False)[1].astype(np.int64)
    return parts


def _parts(parts: Places, wanted: Flags) -> Iterator[Places]:
    """The cells of each part that has a wanted one."""
    chosen = np.flatnonzero(np.isin(parts, np.unique(parts[wanted & (parts >= 0)])) & (parts >= 0))
    ordered = chosen[np.argsort(parts[chosen], kind="stable")]
    yield from np.split(ordered, np.flatnonzero(np.diff(parts[ordered])) + 1) if ordered.size else ()


def _find_alternatives(system: System, cells: Places, search: _Search, zeros: bool) -> None:
    """Protect the open cells among ``cells`` as far as others of them allow; all outside stay as they are.

    A count of nobody is left as it is, unless ``zeros`` says that nothing else helps.
    """
    cells = cells[~system.known[cells]]
    value, cost = system.value[cells], _cost(system, cells, search.withheld)
    may_rise = zeros | (value > 0) | search.withheld[cells] | (system.shown[cells] == 0)
    solver = _solver(system.sums[:, cells], cost, np.where(may_rise, np.inf, 0), value)
    rise, fall, size = search.rise[cells], search.fall[cells], cells.size
    for place in np.flatnonzero((rise > 0) | (fall > 0)):
        for upward in (True, False):
            need = (rise if upward else fall)[place]
            if need <= 0:
                continue
            change = _alternative(solver, int(place), size, float(need), upward, may_rise[place], value[place])
            if change is None:
                continue
            moved = cells[np.abs(change) > SMALLEST_CHANGE]
            search.withheld[moved[system.shown[moved] > 0]] = True
            search.unsure[moved] = True
            newly = np.flatnonzero(np.abs(change) > SMALLEST_CHANGE)
            solver.changeColsCost(2 * newly.size, np.concatenate([newly, newly + size]), np.full(2 * newly.size, ALMOST_FREE))
            for witness in (_furthest(change, value), _furthest(-change, value)):
                rise[witness >= rise - SMALLEST_CHANGE] = 0
                fall[-witness >= fall - SMALLEST_CHANGE] = 0
    search.rise[cells], search.fall[cells] = rise, fall


def _cost(system: System, cells: Places, withheld: Flags) -> Numbers:
    """What a change of one costs in each cell: more the more is lost with it; next to nothing where that is nothing more."""
    free = withheld[cells] | (system.shown[cells] == 0)
    return np.where(free, ALMOST_FREE, system.shown[cells] * np.log(system.value[cells] + 2))


def _furthest(change: Numbers, value: Numbers) -> Numbers:
    """The change as many times over as leaves no count below zero."""
    falling = change < -SMALLEST_CHANGE
    return change * float(np.min(value[falling] / -change[falling], initial=1e6))


def _solver(sums: sparse.csc_array, cost: Numbers, most: Numbers, value: Numbers) -> highspy.Highs:
    """The linear programme over what cells rise by, then what they fall by."""
    size, (rows, row) = cost.size, np.unique(sums.indices, return_inverse=True)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = 2 * size, rows.size
    program.col_cost_ = np.concatenate([cost, cost])
    program.col_lower_ = np.zeros(2 * size)
    program.col_upper_ = np.concatenate([most, value])
    program.row_lower_ = program.row_upper_ = np.zeros(rows.size)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.concatenate([sums.indptr, sums.indptr[1:] + sums.indptr[-1]])
    program.a_matrix_.index_ = np.concatenate([row, row])
    program.a_matrix_.value_ = np.concatenate([sums.data, -sums.data])
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, setting in SETTINGS.items():
        solver.setOptionValue(option, setting)
    solver.passModel(program)
    return solver


def _alternative(
    solver: highspy.Highs, place: int, size: int, need: float, upward: bool, may_rise: bool, value: float
) -> Numbers | None:
    """The cheapest change in which the cell at ``place`` rises (or falls) by ``need``; ``None`` where there is none."""
    moving, still = (place, place + size) if upward else (place + size, place)
    most = {place: np.inf if may_rise else 0.0, place + size: value}
    solver.changeColBounds(moving, need, max(need, most[moving]))
    solver.changeColBounds(still, 0, 0)
    solver.run()
    found = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    solution = np.array(solver.getSolution().col_value) if found else None
    for column, bound in most.items():
        solver.changeColBounds(column, 0, bound)
    return None if solution is None else solution[:size] - solution[size:]
