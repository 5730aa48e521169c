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
MANY, FEWER = 50, 0.8
REWARD = 1e5
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
    were withheld before, and stay so. ``reluctant`` cells stay as they are unless nothing else helps: readers may guess
    them. Each of ``blocks`` groups cells among which alternatives are sought, smaller groups
    first; -1 is none.
    """

    value: Numbers
    sums: sparse.csc_array
    small: Flags
    shown: Numbers
    known: Flags
    withheld: Flags
    new: Flags
    reluctant: Flags
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
    connected = _components(system, ~system.known)
    near = system.new | (abs(system.sums).T @ (abs(system.sums) @ system.new.astype(float)) > 0)
    must = system.small & ~system.known & ~single & near
    search = _Search(
        withheld=withheld,
        unsure=single.copy(),
        rise=np.where(must, np.maximum(smallest_count - system.value, 1), 0.0),
        fall=np.where(must, np.minimum(system.value, 1), 0.0),
    )
    asked = np.zeros_like(must)
    while search.open.any():
        asked |= search.open
        for parts in system.blocks:
            for cells in _parts(parts, search.open):
                _find_alternatives(system, cells, search, freely=False)
        for freely in (False, True):
            for cells in _parts(connected, search.open):
                _find_alternatives(system, cells, search, freely, _find_many(system, cells, search, freely))
        search.withheld = follow(search.withheld)
        search.fall[:] = 0
        following = search.withheld & (system.shown > 0) & ~search.unsure & ~asked & ~system.known & ~system.withheld
        search.rise = np.where(following, 1.0, 0.0)
    return search.withheld


def _components(system: System, free: Flags) -> Places:
    """The connected part that each of the free cells belongs to, where the others connect nothing; -1 for those."""
    linked = abs(system.sums) @ sparse.diags_array(free.astype(float))
    linked.eliminate_zeros()
    return np.where(free, connected_components(linked.T @ linked, directed=False)[1].astype(np.int64), -1)


def _parts(parts: Places, wanted: Flags) -> Iterator[Places]:
    """The cells of each part that has a wanted one."""
    chosen = np.flatnonzero(np.isin(parts, np.unique(parts[wanted & (parts >= 0)])) & (parts >= 0))
    ordered = chosen[np.argsort(parts[chosen], kind="stable")]
    yield from np.split(ordered, np.flatnonzero(np.diff(parts[ordered])) + 1) if ordered.size else ()


def _find_many(system: System, cells: Places, search: _Search, freely: bool) -> Flags:
    """Protect many open cells at once, where there are many; which of ``cells`` cannot rise, and which cannot fall.

    One linear programme makes all that it can rise as far as they must, another makes them fall.
    """
    fixed = np.zeros((2, cells.size), dtype=np.bool_)
    most_up, most_down = _limits(system, cells, search, freely)
    for side, (need, sign) in enumerate(((search.rise, 1.0), (search.fall, -1.0))):
        while (wanted := np.flatnonzero(need[cells] > 0)).size >= MANY:
            cost = _cost(system, cells, search.withheld)
            solver = _solver(system.sums[:, cells], cost, most_up, most_down)
            _reward(solver, wanted, need[cells[wanted]], sign, cells.size)
            solver.run()
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                break
            solution = np.array(solver.getSolution().col_value)
            change = solution[: cells.size] - solution[cells.size : 2 * cells.size]
            _keep(change, cells, system, search)
            fixed[side, wanted] = solution[2 * cells.size :] <= SMALLEST_CHANGE
            if np.count_nonzero(need[cells] > 0) > FEWER * wanted.size:
                break
    return fixed


def _reward(solver: highspy.Highs, places: Places, need: Numbers, sign: float, size: int) -> None:
    """Let a programme gain from what each place changes in the direction of ``sign``, up to what it needs."""
    number = places.size
    none, start = np.array([], dtype=np.int32), np.zeros(number, dtype=np.int32)
    solver.addCols(number, -REWARD / need, np.zeros(number), need, 0, start, none, np.array([]))
    entries = np.stack([places, places + size, 2 * size + np.arange(number)], axis=1).ravel().astype(np.int32)
    signs = np.tile([sign, -sign, -1.0], number)
    row_starts = np.arange(0, 3 * number, 3, dtype=np.int32)
    solver.addRows(number, np.zeros(number), np.full(number, np.inf), 3 * number, row_starts, entries, signs)


def _keep(change: Numbers, cells: Places, system: System, search: _Search) -> None:
    """Keep an alternative: what changes in it is withheld, and whatever it protects is protected."""
    moved = cells[np.abs(change) > SMALLEST_CHANGE]
    search.withheld[moved[system.shown[moved] > 0]] = True
    search.unsure[moved] = True
    for witness in (_furthest(change, system.value[cells]), _furthest(-change, system.value[cells])):
        search.rise[cells[witness >= search.rise[cells] - SMALLEST_CHANGE]] = 0
        search.fall[cells[-witness >= search.fall[cells] - SMALLEST_CHANGE]] = 0


def _find_alternatives(system: System, cells: Places, search: _Search, freely: bool, fixed: Flags | None = None) -> None:
    """Protect the open cells among ``cells`` as far as others of them allow; all outside stay as they are.

    ``fixed`` tells which cannot rise, and which cannot fall.
    """
    most_up, most_down = _limits(system, cells, search, freely)
    solver = None
    for place in np.flatnonzero(search.open[cells]):
        for side, need in enumerate((search.rise, search.fall)):
            wanted = need[cells[place]]
            if wanted <= 0 or (fixed is not None and fixed[side, place]):
                continue
            solver = solver or _solver(system.sums[:, cells], _cost(system, cells, search.withheld), most_up, most_down)
            change = _alternative(solver, int(place), float(wanted), side == 0, most_up, most_down)
            if change is None and not freely:
                break  # what cannot rise here cannot fall here either, as a rule: it is tried again where more may change
            if change is None:
                continue
            _keep(change, cells, system, search)
            moved = np.flatnonzero(np.abs(change) > SMALLEST_CHANGE)
            both = np.concatenate([moved, moved + cells.size])
            solver.changeColsCost(both.size, both, np.full(both.size, ALMOST_FREE))


def _limits(system: System, cells: Places, search: _Search, freely: bool) -> tuple[Numbers, Numbers]:
    """How far each cell may rise and fall. Known ones may not; counts of nobody and ``reluctant`` ones only ``freely``, where
    nothing else helps."""
    nobody = (system.value[cells] == 0) & (system.shown[cells] > 0) & ~search.withheld[cells]
    still = system.known[cells] | (not freely) & (nobody | system.reluctant[cells])
    return np.where(still, 0, np.inf), np.where(still, 0, system.value[cells])


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
    solver: highspy.Highs, place: int, need: float, upward: bool, most_up: Numbers, most_down: Numbers
) -> Numbers | None:
    """The cheapest change in which the cell at ``place`` rises (or falls) by ``need``; ``None`` where there is none."""
    size, most = most_up.size, {place: most_up[place], place + most_up.size: most_down[place]}
    moving, still = (place, place + size) if upward else (place + size, place)
    if most[moving] < need:
        return None
    solver.changeColBounds(moving, need, most[moving])
    solver.changeColBounds(still, 0, 0)
    solver.run()
    found = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    solution = np.array(solver.getSolution().col_value) if found else None
    for column, bound in most.items():
        solver.changeColBounds(column, 0, bound)
    return None if solution is None else solution[:size] - solution[size:]
