"""The smallest and the largest that each unknown can be, by linear programming, a part of the system at a time.

Belongs here: parts, their hashes, and HiGHS. Does not belong here: what the unknowns mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.attack.figures import FAR, Floats, Knowledge, Mask
from pipelines.disclosure.attack.relations import NOTHING
from pipelines.disclosure.attack.unknowns import Unknowns

ONE_RECORD, PART_OF_ONE = 1 - NOTHING, 0.02
"""The widths below which a number of records, or any other figure, is as good as known."""


@dataclass(frozen=True)
class Memory:
    """The smallest count that may be shown, and by hash the parts of the system that withstood an attack: before, and now."""

    smallest_count: int
    before: frozenset[str]
    now: set[str]


def solve_all(unknowns: Unknowns, wanted: Mask, known: Knowledge, memory: Memory) -> Floats:
    """The bounds of the wanted figures, NaN where no certain answer was found; of others none."""
    bounds = np.full((known.hidden.size, 2), np.nan)
    linked = abs(unknowns.matrix)
    part = connected_components(linked.T @ linked, directed=False)[1]
    part_of_row = part[linked.indices[linked.indptr[:-1]]]
    asked = (unknowns.figure >= 0) & wanted[unknowns.figure]
    single = np.bincount(part, minlength=part.size)[part] == 1
    alone = np.flatnonzero(asked & single)
    bounds[unknowns.figure[alone]] = _alone(unknowns)[alone]
    columns, rows = np.argsort(part, kind="stable"), np.argsort(part_of_row, kind="stable")
    together = unknowns.matrix[rows][:, columns]
    together.sort_indices()
    numbers = np.arange(int(part.max(initial=-1)) + 2)
    first_column, first_row = np.searchsorted(part[columns], numbers), np.searchsorted(part_of_row[rows], numbers)
    for number in np.unique(part[asked & ~single]):
        here = columns[first_column[number] : first_column[number + 1]]
        there = rows[first_row[number] : first_row[number + 1]]
        ends = together.indptr[first_row[number] : first_row[number + 1] + 1]
        inside = slice(ends[0], ends[-1])
        block = (together.data[inside], together.indices[inside] - first_column[number], ends - ends[0])
        system = _part(unknowns, block, there, here, asked, known, memory.smallest_count)
        if system.hash in memory.before | memory.now:
            found = np.tile([-FAR, FAR], (here.size, 1))
            memory.now.add(system.hash)
        else:
            found = _solve(system)
            if not system.told(found).any():
                memory.now.add(system.hash)
        bounds[unknowns.figure[here[system.asked]]] = found[system.asked]
    return bounds


def _alone(unknowns: Unknowns) -> Floats:
    """Bounds of each unknown by its own rows alone; NaN where they contradict each other."""
    entries = sparse.coo_array(unknowns.matrix)
    sides = np.stack([unknowns.least[entries.row], unknowns.most[entries.row]]) / entries.data
    low, high = unknowns.floor.copy(), np.full(unknowns.floor.size, FAR)
    np.maximum.at(low, entries.col, sides.min(axis=0))
    np.minimum.at(high, entries.col, sides.max(axis=0))
    return np.where((low > high + NOTHING)[:, None], np.nan, np.stack([low, high], axis=1))


@dataclass(frozen=True)
class _Part:
    """Unknowns that hang together: a linear programme without an aim, and what must not be told of each unknown.

    ``asked`` are the figures that matter. They must be able to be ``width`` apart, and to reach ``high``; those of which it may
    be known that there is nobody (``perhaps_none``) need not reach it where they can be nothing.
    """

    matrix: sparse.csr_array
    least: Floats
    most: Floats
    floor: Floats
    far: float
    unsure: Mask
    asked: Mask
    width: Floats
    high: Floats
    perhaps_none: Mask

    @cached_property
    def hash(self) -> str:
        """A hash of all that the answer rests on."""
        digest = sha256()
        parts = (self.matrix.indptr, self.matrix.indices, self.matrix.data, self.least, self.most, self.floor, self.unsure)
        for one in (*parts, self.asked, self.width, self.high, self.perhaps_none):
            digest.update(np.ascontiguousarray(one).tobytes())
        return digest.hexdigest()

    def told(self, bounds: Floats) -> Mask:
        """The figures of which bounds like these tell too much, or nothing certain."""
        lower, upper = bounds.T
        with np.errstate(invalid="ignore"):
            fine = (upper - lower >= self.width) & ((upper >= self.high) | (self.perhaps_none & (lower <= NOTHING)))
        told: Mask = self.asked & ~fine
        return told


def _part(
    unknowns: Unknowns,
    block: tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]],
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    asked: Mask,
    known: Knowledge,
    smallest_count: int,
) -> _Part:
    least, most, figure = unknowns.least[rows], unknowns.most[rows], unknowns.figure[columns]
    sides = np.concatenate([least, most])
    far = float(np.abs(sides[np.isfinite(sides)]).sum()) + 1000
    whole, hidden = known.whole[figure], known.hidden[figure]
    return _Part(
        matrix=sparse.csr_array(block, shape=(rows.size, columns.size)),
        least=least,
        most=most,
        floor=np.maximum(unknowns.floor[columns], -far),
        far=far,
        unsure=unknowns.unsure[rows],
        asked=asked[columns],
        width=np.select([hidden, whole], [-1.0, ONE_RECORD], PART_OF_ONE),
        high=np.where(whole, smallest_count - NOTHING, -np.inf),
        perhaps_none=hidden,
    )


def _solve(part: _Part) -> Floats:
    """Bounds of the unknowns of a part: exact ones, or, of figures that are safe already, how far apart solutions found
    on the way have them. NaN wherever the solver does not say that it has the optimum."""
    size = part.floor.size
    solver = _programme(part)
    if (solution := _optimum(solver)) is None:
        _allow_remainders(solver, part)
        solution = _optimum(solver)
    if solution is None:
        return np.full((size, 2), np.nan)
    bounds, left = np.stack([solution, solution], axis=1), size + 1
    while (still := int(part.told(bounds).sum())) < left:
        left = still
        for upward in (True, False):
            bounds = _widened(solver, part, bounds, upward)
    for place in np.flatnonzero(part.told(bounds)):
        for side, direction in ((0, 1.0), (1, -1.0)):
            if not part.told(bounds)[place]:
                break
            solver.changeColCost(int(place), direction)
            solution = _optimum(solver)
            solver.changeColCost(int(place), 0.0)
            if solution is None:
                bounds[place] = np.nan
                break
            bounds = np.stack([np.fmin(bounds[:, 0], solution), np.fmax(bounds[:, 1], solution)], axis=1)
            bounds[place, side] = solution[place]
    return bounds


def _widened(solver: highspy.Highs, part: _Part, bounds: Floats, upward: bool) -> Floats:
    """Bounds as wide as one solution more has them: one in which as many figures as can be are far enough up, or down."""
    places, (rows, size) = np.flatnonzero(part.told(bounds)), part.matrix.shape
    if places.size < 2:
        return bounds
    number, empty = places.size, np.zeros(places.size, dtype=np.int32)
    lower, upper = bounds[places].T
    gain = np.maximum(lower + part.width[places], part.high[places]) if upward else upper - part.width[places]
    reached = np.where(upward, gain, -gain)  # a gain is what a figure has, up to here, and less of it the other way round
    solver.addCols(
        number, -np.ones(number), np.full(number, -np.inf), reached, 0, empty, np.array([], dtype=np.int32), np.array([])
    )
    entries = np.stack([places, size + np.arange(number)], axis=1).ravel().astype(np.int32)
    signs = np.tile([1.0 if upward else -1.0, -1.0], number)
    starts = np.arange(0, 2 * number, 2, dtype=np.int32)
    solver.addRows(number, np.zeros(number), np.full(number, np.inf), 2 * number, starts, entries, signs)
    solution = _optimum(solver)
    solver.deleteRows(number, np.arange(rows, rows + number, dtype=np.int32))
    solver.deleteCols(number, np.arange(size, size + number, dtype=np.int32))
    if solution is None:
        return bounds
    return np.stack([np.minimum(bounds[:, 0], solution[:size]), np.maximum(bounds[:, 1], solution[:size])], axis=1)


def _optimum(solver: highspy.Highs) -> Floats | None:
    """The solution, where the solver says that it is optimal; in every other case none."""
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value)


def _allow_remainders(solver: highspy.Highs, part: _Part) -> None:
    """Where figures contradict each other, allow a remainder wherever there may be one: nobody knows which it is."""
    for row in np.flatnonzero(part.unsure):
        solver.changeRowBounds(int(row), float(part.least[row]), np.inf)


def _programme(part: _Part) -> highspy.Highs:
    """The relations among the unknowns of a part as a linear programme without an aim."""
    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = part.matrix.shape
    programme.col_cost_ = np.zeros(part.floor.size)
    programme.col_lower_, programme.col_upper_ = part.floor, np.full(part.floor.size, part.far)
    programme.row_lower_, programme.row_upper_ = part.least, part.most
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.start_, programme.a_matrix_.index_ = part.matrix.indptr, part.matrix.indices
    programme.a_matrix_.value_ = part.matrix.data
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(programme)
    return solver
