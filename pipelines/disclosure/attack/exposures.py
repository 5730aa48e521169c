"""What follows from what is published: the figures withheld that are exposed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipelines.contract import TableContract
from pipelines.council import Council
from pipelines.disclosure.attack.figures import (
    CONFIDENTIAL,
    FAR,
    NOTE,
    SIDES,
    Floats,
    Knowledge,
    Mask,
    knowledge_of,
    one_series,
    sides_of,
)
from pipelines.disclosure.attack.relations import NOTHING, SUMS, Relations, relations_among
from pipelines.disclosure.attack.solver import ONE_RECORD, PART_OF_ONE, Memory, solve_all
from pipelines.disclosure.attack.unknowns import unknowns_among
from pipelines.tables import csv, frame
from pipelines.verify import datasets_in, table_path

Tables = Mapping[str, pl.DataFrame]
Place = tuple[str, str, str]
"""Where a figure stands: table, column, and record (its key as ``name=value|name=value``)."""

ONE = "can be worked out exactly"
SMALL = "is known to be below the smallest count that may be shown"
UNCERTAIN = "has no certain bounds: the published figures around it contradict each other"
BESIDE = "follows from another figure of the same row that is shown"


@dataclass(frozen=True)
class Exposure:
    """A withheld figure that is exposed: where, how, and between which bounds. The bounds are not to be told.

    ``around`` are places of figures that the newest release shows and no earlier one has shown, on which the exposure may rest,
    the likeliest first. Where there are none, it rests on what readers had before.
    """

    table_name: str
    column: str
    record: str
    rule: str
    lower: float
    upper: float
    around: tuple[Place, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.table_name}: {self.column} {self.rule} ({self.record})."


def read_release(folder: Path) -> dict[str, pl.DataFrame]:
    """The published data tables below a folder by name, every value as text."""
    found = {}
    for dataset, package in datasets_in(folder).items():
        for one in (resource for resource in package["resources"] if resource["kind"] == "data"):
            source = csv(folder / dataset / table_path(one), [column["name"] for column in one["schema"]["fields"]])
            found[one["name"]] = frame(f"select * exclude (row) from {source} order by row")
    return found


def attack(
    releases: Sequence[Tables],
    tables: Iterable[TableContract],
    council: Council,
    sums: pl.DataFrame | None = None,
    withstood: set[str] | None = None,
) -> list[Exposure]:
    """Everything exposed by the releases together, the last of which is the newest; sorted.

    ``releases`` have the published tables by name, every value as text; ``tables`` say what adds up, and so do ``sums``, a row a
    figure in one (``sum``, ``table``, ``column``, ``record``, ``sign``). ``withstood`` has a hash of each part of the system that
    an earlier attack found nothing in: what of it is met again, unchanged in every figure, is not attacked again. Afterwards it
    has the parts of these releases instead.
    """
    governed = [table for table in tables if any(column.disclosure for column in table.columns)]
    sums = pl.DataFrame(schema=SUMS) if sums is None else sums
    named = {table: set(columns) for table, columns in sums.group_by("table").agg(pl.col("column").unique()).rows()}
    sides = [
        sides_of(table, shown[table.name], number, named.get(table.name, set()))
        for number, shown in enumerate(releases)
        for table in governed
        if table.name in shown
    ]
    known = knowledge_of(one_series(pl.concat([pl.DataFrame(schema=SIDES), *sides])), len(releases), council.round_to)
    relations = relations_among(known, governed, council.area_code, sums)
    exposed = [
        *_beside(governed, releases[-1]),
        *_shown_elsewhere(known),
        *_bounded(known, relations, council.smallest_count, set() if withstood is None else withstood),
    ]
    may_go = {(table.name, column.name) for table in governed for column in table.published if column.disclosure}
    told = {replace(one, around=tuple(place for place in one.around if place[:2] in may_go)) for one in exposed}
    return sorted(told, key=lambda one: (one.table_name, one.column, one.record, one.rule, one.lower))


def _beside(tables: Sequence[TableContract], shown: Tables) -> Iterator[Exposure]:
    """Withheld counts beside a figure of the same row that rests on no fewer counts, and is shown."""
    for table in tables:
        rows = shown.get(table.name, pl.DataFrame())
        if NOTE not in rows.columns:
            continue
        withheld = rows.filter(pl.col(NOTE) == CONFIDENTIAL)
        governed = [column for column in table.columns if column.published and column.disclosure]
        for column in (column for column in governed if column.rounded == "count"):
            telling = [c.name for c in governed if c is not column and set(c.disclosure) >= set(column.disclosure)]
            if telling and rows[column.name].is_not_null().any():
                told = withheld.filter(pl.col(column.name).is_null(), pl.any_horizontal(pl.col(c).is_not_null() for c in telling))
                for row in told.iter_rows(named=True):
                    record = "|".join(f"{name}={row[name] or ''}" for name in table.primary_key)
                    around = tuple((table.name, one, record) for one in telling if row[one] is not None)
                    yield Exposure(table.name, column.name, record, BESIDE, -FAR, FAR, around)


def _shown_elsewhere(known: Knowledge) -> Iterator[Exposure]:
    """Figures withheld in one place of the newest release and shown in another."""
    newest = len(known.value) - 1
    value = known.value[newest]
    told = [place for place in _places(known) if not np.isnan(value[place[0]])]
    here = known.sides.filter(
        pl.col("release") == newest, pl.col("value").is_not_null(), pl.col("figure").is_in([figure for figure, *_ in told])
    )
    where: dict[int, list[Place]] = {}
    for figure, *place in here.select("figure", "table", "column", "record").rows():
        where.setdefault(figure, []).append((place[0], place[1], place[2]))
    for figure, table, column, record in told:
        yield Exposure(table, column, record, ONE, value[figure], value[figure], tuple(where.get(figure, ())))


def _places(known: Knowledge, hidden: bool = False) -> list[tuple[int, str, str, str]]:
    """Each figure that the newest release withholds, with table, column and record; with the
    ``hidden`` ones of these rows where asked for."""
    newest = known.sides.filter(pl.col("release") == len(known.value) - 1, pl.col("value").is_null())
    newest = newest.filter("confidential") if hidden else newest.filter(~pl.col("hidden"))
    return newest.select("figure", "table", "column", "record").rows()


def _bounded(known: Knowledge, relations: Relations, smallest_count: int, withstood: set[str]) -> Iterator[Exposure]:
    """Withheld figures between whose bounds there is too little.

    Nobody tells the attacker which withheld figures were revised. So all releases are taken together as if none was, and
    again as if those were that an earlier release shows; where both contradict themselves, the newest release is
    taken alone. Where that contradicts itself nothing is certain, and so all is exposed.
    """
    earlier, newest = range(len(known.value) - 1), known.value[-1]
    before, now = frozenset(withstood), set[str]()
    memory = Memory(smallest_count, before, now)
    wanted = np.zeros(newest.size, dtype=np.bool_)
    wanted[[figure for figure, *_ in _places(known, hidden=True)]] = True
    bounds = [_bounds(known, relations, known.pooled, earlier, wanted, memory)]
    if (np.isnan(known.pooled) != np.isnan(newest)).any():
        bounds.append(_bounds(known, relations, newest, earlier, wanted, memory))
    unclear = wanted & np.asarray(np.isnan(np.array(bounds)).any(axis=2).all(axis=0), dtype=np.bool_)
    if unclear.any():
        bounds.append(_bounds(known, relations, newest, range(0), unclear, memory))
    withstood.clear()
    withstood |= now
    found = list(_too_narrow(known, bounds, smallest_count))
    around = _around(known, relations, {figure for figure, _ in found})
    yield from (replace(exposure, around=around[figure]) for figure, exposure in found)


def _too_narrow(known: Knowledge, bounds: Sequence[Floats], smallest_count: int) -> Iterator[tuple[int, Exposure]]:
    """The figures that some bounds tell too much of, as exposures."""
    for figure, table, column, record in _places(known, hidden=True):
        hidden, whole = known.hidden[figure], known.whole[figure]
        certain = [(float(one[figure, 0]), float(one[figure, 1])) for one in bounds if not np.isnan(one[figure]).any()]
        if not certain:
            yield figure, Exposure(table, column, record, UNCERTAIN, -FAR, FAR)
        for lower, upper in certain:
            if not hidden and upper - lower < (ONE_RECORD if whole else PART_OF_ONE):
                yield figure, Exposure(table, column, record, ONE, lower, upper)
            elif whole and upper < smallest_count - NOTHING and (lower > NOTHING or not hidden):
                yield figure, Exposure(table, column, record, SMALL, lower, upper)


def _around(known: Knowledge, relations: Relations, exposed: Set[int]) -> dict[int, tuple[Place, ...]]:
    """For each exposed figure where the figures stand that it may follow from, as far as the newest release tells them anew:
    first those in a sum with it, then those of its series, then all that hang together with it; small ones first."""
    if not exposed:
        return {}
    newest = known.value[-1]
    new = ~np.isnan(newest) & ~np.any(np.abs(known.value[:-1] - newest) <= NOTHING, axis=0)
    rank = np.argsort(np.lexsort((newest, newest == 0)))
    links = [sparse.csr_array(abs(relations.matrix)), _of_series(known)]
    links.append(sparse.csr_array(sparse.vstack(links)))
    sums_of = [sparse.csr_array(link.T) for link in links]
    every = links[-1]
    unknown = sparse.diags_array(np.isnan(newest).astype(float))
    part = connected_components((every @ unknown).T @ (every @ unknown), directed=False)[1]
    places = {
        figure: (table, column, record)
        for figure, table, column, record in known.sides.filter(
            pl.col("release") == len(known.value) - 1, pl.col("value").is_not_null()
        )
        .select("figure", "table", "column", "record")
        .rows()
    }

    def beside(link: int, figures: npt.NDArray[np.int64]) -> list[Place]:
        there = np.unique(links[link][np.unique(sums_of[link][figures].indices)].indices)
        there = there[new[there]]
        return [places[int(one)] for one in there[np.argsort(rank[there])] if int(one) in places]

    of_part = {number: beside(-1, np.flatnonzero(part == number)) for number in np.unique(part[sorted(exposed)])}
    near = {figure: [place for link in (0, 1) for place in beside(link, np.array([figure]))] for figure in sorted(exposed)}
    return {figure: tuple(dict.fromkeys([*near[figure], *of_part[part[figure]]])) for figure in near}


def _of_series(known: Knowledge) -> sparse.csr_array:
    """Which figures are of one series over time: a row a series, a column a figure."""
    series = known.sides.filter("flow").unique("figure", maintain_order=True)
    number = series.select(pl.struct("population", "area", "part").rank("dense")).to_series().to_numpy().astype(np.int64) - 1
    shape = (int(number.max(initial=-1)) + 1, known.hidden.size)
    return sparse.csr_array(sparse.coo_array((np.ones(number.size), (number, series["figure"].to_numpy())), shape=shape))


def _bounds(
    known: Knowledge, relations: Relations, value: Floats, earlier: Iterable[int], wanted: Mask, memory: Memory
) -> Floats:
    """The bounds of the wanted figures where ``value`` is known, with what was published ``earlier``."""
    found = solve_all(unknowns_among(known, relations, value, earlier), wanted, known, memory)
    return np.where(np.isnan(value)[:, None], found, value[:, None])
