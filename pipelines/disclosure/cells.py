"""The marts as cells and the sums among them: one linked system over all tables.

A cell is a count of records of one population, area, group and period, in whichever tables and rows it stands. Two series of
different tables that agree wherever both have a count are one population. Which rows and columns add up is declared with the
table (``adds_up``); a sum that does not hold in the marts is none. What is missing between the parts and the whole, such
as records without a known ward, is a cell that no table shows.

Belongs here: reading marts into arrays. Does not belong here: what is withheld (``protect``), and writing (``safe``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipelines.contract import AddsUp, TableContract
from pipelines.council import Council
from pipelines.disclosure.protect import Flags, Numbers, Places
from pipelines.disclosure.totals import record_of

ABOUT_PEOPLE = "about_people"
WHOLE = "all"
IDENTITY = ("population", "area", "part", "start", "end")
TOLERANCE = 0.5
BLOCKS_IN_MONTHS = (3, 12)
ENOUGH_ALIKE, CROWD = 12, 8
"""Two series are one population where they never disagree and agree in so many counts, zeros aside and such as more series than
a crowd have at the same place."""

SCHEMA = {
    "population": pl.String, "area": pl.String, "part": pl.String, "start": pl.Date, "end": pl.Date, "value": pl.Float64,
    "counted_elsewhere": pl.Boolean, "adds_over_time": pl.Boolean,
    "table": pl.String, "row": pl.UInt32, "count": pl.String,
}  # fmt: skip
IMPLIED = {"value": pl.Float64, "start": pl.Date, "end": pl.Date}
_Found = tuple[pl.DataFrame, pl.DataFrame]
"""Implied cells, and sums."""
EQUATION = {"sum": pl.Int64, "cell": pl.Int64, "sign": pl.Float64}


@dataclass(frozen=True)
class Cells:
    """Every cell with its ``value``, and how cells hang together.

    ``shown_by`` has a row for each published value that rests on counts (its table, row and column in ``published``), and a
    column for each cell that it rests on; ``tells`` the same, for values that are the count itself. ``sums`` has a row for
    each sum. ``frame`` has the identity of each cell that a table has. Implied cells come after them: the stretches of time
    between published periods and, marked as ``remainder``, what is missing in the parts of a whole. ``blocks`` are those of a
    :class:`System`.
    """

    value: Numbers
    sums: sparse.csc_array
    shown_by: sparse.csr_array
    tells: sparse.csr_array
    published: pl.DataFrame
    frame: pl.DataFrame
    remainder: Flags
    blocks: Sequence[Places]

    @cached_property
    def shown(self) -> Numbers:
        """How many published values rest on each cell."""
        shown: Numbers = np.asarray(self.shown_by.sum(axis=0)).ravel()
        return shown

    def follow(self, withheld: Flags) -> Flags:
        """The cells withheld once these are: a count is withheld wherever it stands if one value that tells it is emptied, and
        so is a count that no value shows any longer."""
        while True:
            emptied = self.emptied(withheld)
            more: Flags = withheld | (self.tells.T @ emptied > 0) | ((self.shown > 0) & (self.shown_by.T @ emptied >= self.shown))
            if np.array_equal(more, withheld):
                return more
            withheld = more

    def emptied(self, withheld: Flags) -> Flags:
        """The published values that rest on a withheld cell."""
        emptied: Flags = np.asarray(self.shown_by @ withheld.astype(float) > 0)
        return emptied


def read_cells(tables: Iterable[TableContract], marts: Path, council: Council, found: pl.DataFrame) -> Cells:
    """The linked system of the marts; rows that are not about people are left out.

    ``found`` are the sums that no declaration names (``totals``). That all records of a series are counted elsewhere is taken
    into account where there are enough to be shown.
    """
    whole, smallest_count = council.area_code, council.smallest_count
    governed = [table for table in tables if table.governed]
    marts_read = {table.name: _people(table, marts) for table in governed}
    counts = pl.concat([_counts(table, marts_read[table.name]) for table in governed] or [pl.DataFrame(schema=SCHEMA)])
    counts = _one_population(counts)
    frame, counts = _numbered(counts)
    stretches, over_time = _over_time(frame, whole, smallest_count)
    no_area, of_areas = _areas(frame, whole, frame.height + stretches.height, smallest_count)
    no_part, of_parts = _parts(frame, frame.height + stretches.height + no_area.height, smallest_count)
    implied = pl.concat([stretches, no_area, no_part])
    equations = [
        of_areas,
        of_parts,
        over_time,
        *(_declared(table, marts_read[table.name], counts) for table in governed if table.adds_up.sums),
        *(_flows(table, counts) for table in governed if table.adds_up.flows),
        _told(found, governed, marts_read, counts),
    ]
    value = np.concatenate([frame["value"].to_numpy(), implied["value"].to_numpy()])
    sums = _matrix(_numbered_apart(equations), value.size)
    published, shown_by, tells = _published(governed, marts_read, counts, value.size)
    spans = pl.concat([frame.select("start", "end"), implied.select("start", "end")])
    blocks = [_block(sums, spans, council.year_starts_in, months) for months in BLOCKS_IN_MONTHS]
    remainder = np.arange(value.size) >= frame.height + stretches.height
    return Cells(value, sums, shown_by, tells, published, frame, remainder, blocks)


def _people(table: TableContract, marts: Path) -> pl.DataFrame:
    """The rows about people, numbered as in the mart."""
    rows = pl.read_parquet(marts / f"{table.name}.parquet").with_row_index("row")
    return rows.filter(pl.col(ABOUT_PEOPLE).fill_null(True)) if ABOUT_PEOPLE in rows.columns else rows


def counts_of(table: TableContract) -> list[str]:
    """The columns of a table that published ones rest on, in their order."""
    resting = {count for column in table.governed for count in column.disclosure}
    return [column.name for column in table.columns if column.name in resting]


def _counts(table: TableContract, rows: pl.DataFrame) -> pl.DataFrame:
    """Every count of a table as a row with its identity."""
    return pl.concat([_count(table, rows, count) for count in counts_of(table)])


def _count(table: TableContract, rows: pl.DataFrame, count: str) -> pl.DataFrame:
    adds = table.adds_up
    same = dict(adds.same).get(count)
    laid_out = {adds.areas, *(adds.periods or ()), *(adds.groups or ()), *adds.apart}
    key = same or tuple(column for column in table.primary_key if column not in laid_out)
    names = [pl.lit(count if same else f"{table.name}.{count}"), *(pl.col(k).cast(pl.String).fill_null("") for k in key)]
    by_area, over_time = (not same and adds.areas is not None), (not same and adds.periods is not None)
    start, end = adds.periods or ("", "")
    stock = count in adds.stocks
    return rows.filter(pl.col(count).is_not_null()).select(
        population=pl.concat_str(names, separator="|"),
        area=pl.col(adds.areas) if by_area and adds.areas else pl.lit(""),
        part=pl.lit("") if same else _part(adds),
        start=pl.col(end if stock else start) if over_time else pl.lit(None, pl.Date),
        end=pl.col(end) if over_time else pl.lit(None, pl.Date),
        value=pl.col(count).cast(pl.Float64),
        counted_elsewhere=pl.lit(adds.counted_elsewhere and not stock),
        adds_over_time=pl.lit(over_time and not stock),
        table=pl.lit(table.name),
        row=pl.col("row").cast(pl.UInt32),
        count=pl.lit(count),
    )


def _part(adds: AddsUp) -> pl.Expr:
    """By what and in which group, where not all together: ``<by>/<group>``."""
    if adds.groups is None:
        return pl.lit("")
    value, by = adds.groups
    group = pl.concat_str(pl.col(by) if by else pl.lit(value), pl.lit("/"), pl.col(value).fill_null(""))
    return pl.when(pl.col(value) == WHOLE).then(pl.lit("")).otherwise(group)


def _one_population(counts: pl.DataFrame) -> pl.DataFrame:
    """Give series that agree wherever both have a count, in enough places, the name of the first of them."""
    where = ["area", "part", "start", "end"]
    cells = counts.select("population", *where, "value").unique()
    telling = cells.filter(pl.col("value") > 0, pl.col("start").is_not_null(), pl.len().over(*where, "value") <= CROWD)
    pairs = telling.join(telling, on=[*where, "value"], suffix="_other").filter(pl.col("population") < pl.col("population_other"))
    alike = pairs.group_by("population", "population_other").len().filter(pl.col("len") >= ENOUGH_ALIKE)
    candidates = alike.select("population", "population_other")
    sides = candidates.join(cells, on="population").join(
        cells.rename({"population": "population_other"}), on=["population_other", *where], suffix="_other", nulls_equal=True
    )
    unlike = sides.filter(pl.col("value") != pl.col("value_other")).select("population", "population_other").unique()
    one = candidates.join(unlike, on=["population", "population_other"], how="anti")
    first = one.group_by(population="population_other").agg(pl.col("population").min().alias("first"))
    return (
        counts.join(first, on="population", how="left")
        .with_columns(population=pl.coalesce("first", "population"))
        .drop("first")
        .sort("table", "row", "count")
    )


def _numbered(counts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cells with their numbers, and the counts with the number of their cell."""
    by = [*IDENTITY, "value"]
    flags = [pl.col("counted_elsewhere").any(), pl.col("adds_over_time").any()]
    frame = counts.group_by(by).agg(flags).sort(by).with_row_index("cell").with_columns(pl.col("cell").cast(pl.Int64))
    return frame, counts.join(frame.select("cell", *by), on=by, how="left", nulls_equal=True, maintain_order="left")


def _sums_to(whole_and_part: pl.DataFrame, frame: pl.DataFrame, first: int, smallest_count: int) -> _Found:
    """Sums of ``part_cell`` to the ``whole_cell`` of each ``sum``, where they hold; cells for what is missing from ``first`` on.

    What is missing in the parts is as unknown to readers as they are, and may be any number. Little or nothing may be known to
    be little or nothing, and so counts as known.
    """
    values = frame.select("cell", "value", "start", "end")
    totals = (
        whole_and_part.join(values, left_on="part_cell", right_on="cell")
        .group_by("sum", "whole_cell")
        .agg(pl.col("value").sum().alias("parts"))
        .join(values, left_on="whole_cell", right_on="cell")
        .with_columns(left=pl.col("value") - pl.col("parts"))
        .filter(pl.col("left") > -TOLERANCE)
        .sort("sum", "whole_cell")
    )
    kept = whole_and_part.join(totals, on=["sum", "whole_cell"], how="semi")
    missing = totals.filter(pl.col("left") > smallest_count - TOLERANCE).with_row_index("cell", offset=first)
    equations = [
        kept.select("sum", cell="part_cell", sign=pl.lit(1.0)),
        totals.select("sum", cell="whole_cell", sign=pl.lit(-1.0)),
        missing.select("sum", pl.col("cell").cast(pl.Int64), sign=pl.lit(1.0)),
    ]
    return missing.select("start", "end", value="left").select(IMPLIED.keys()), pl.concat(equations)


def _areas(frame: pl.DataFrame, council: str, first: int, smallest_count: int) -> _Found:
    """Parts of the council add up to the council."""
    same = ["population", "part", "start", "end"]
    wholes = frame.filter(pl.col("area") == council).select(*same, pl.col("cell").alias("whole_cell"))
    parts = frame.filter(~pl.col("area").is_in(["", council])).select(*same, pl.col("cell").alias("part_cell"))
    both = parts.join(wholes, on=same, nulls_equal=True)
    return _sums_to(both.with_columns(pl.col("whole_cell").cast(pl.String).alias("sum")), frame, first, smallest_count)


def _parts(frame: pl.DataFrame, first: int, smallest_count: int) -> _Found:
    """The groups by which a figure is broken down add up to it."""
    same = ["population", "area", "start", "end"]
    wholes = frame.filter(pl.col("part") == "").select(*same, pl.col("cell").alias("whole_cell"))
    by = pl.col("part").str.extract(r"^([^/]*)/")
    parts = frame.filter(pl.col("part") != "").select(*same, pl.col("cell").alias("part_cell"), by.alias("by"))
    both = parts.join(wholes, on=same, nulls_equal=True)
    return _sums_to(both.with_columns(pl.format("{}/{}", "whole_cell", "by").alias("sum")), frame, first, smallest_count)


def _declared(table: TableContract, rows: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Columns that add up to others, as declared; numbers that are never withheld are known and take no part."""
    own = counts.filter(pl.col("table") == table.name).select("row", "count", "cell")
    governed = {column.name for column in table.governed}
    found = []
    for number, one in enumerate(table.adds_up.sums):
        columns = [name for name in (one.total, *one.parts) if isinstance(name, str)]
        cells = [name for name in columns if name in counts_of(table)]
        if not isinstance(one.total, str) or any(name in governed for name in columns if name not in cells):
            continue
        complete = rows.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in columns))
        within = [name for name in table.primary_key if name not in one.over] if one.over else ["row"]
        named = complete.select(
            "row", pl.concat_str([pl.col(name).cast(pl.String) for name in within], separator="|").alias("in")
        )
        signs = {name: (-1.0 if name == one.total else 1.0) for name in cells}
        part = own.join(named, on="row").filter(pl.col("count").is_in(cells))
        found.append(
            part.select(
                pl.format("{}/{}/{}", pl.lit(table.name), pl.lit(number), "in").alias("sum"),
                "cell",
                pl.col("count").replace_strict(signs, return_dtype=pl.Float64).alias("sign"),
            ).unique()
        )
    return pl.concat(found) if found else pl.DataFrame(schema={**EQUATION, "sum": pl.String})


def _flows(table: TableContract, counts: pl.DataFrame) -> pl.DataFrame:
    """A stock at the end is the stock before, and what came, less what went."""
    own = counts.filter(pl.col("table") == table.name)
    found = []
    for number, flow in enumerate(table.adds_up.flows):
        sides = {name: own.filter(pl.col("count") == name) for name in (flow.stock, flow.plus, flow.minus)}
        joined = sides[flow.stock].select("row", "population", "area", "part", "end", after="cell", stock="value")
        joined = joined.join(sides[flow.plus].select("row", "start", plus="cell", came="value"), on="row")
        joined = joined.join(sides[flow.minus].select("row", minus="cell", went="value"), on="row")
        before = sides[flow.stock].select("population", "area", "part", "end", before="cell", was="value").unique()
        joined = joined.with_columns(eve=pl.col("start").dt.offset_by("-1d"))
        joined = joined.join(
            before, left_on=["population", "area", "part", "eve"], right_on=["population", "area", "part", "end"]
        )
        holds = joined.filter((pl.col("stock") - pl.col("was") - pl.col("came") + pl.col("went")).abs() < TOLERANCE)
        name = pl.format("{}/flow/{}/{}", pl.lit(table.name), pl.lit(number), "row").alias("sum")
        signs = {"after": -1.0, "before": 1.0, "plus": 1.0, "minus": -1.0}
        found += [holds.select(name, pl.col(side).alias("cell"), pl.lit(sign).alias("sign")) for side, sign in signs.items()]
    return pl.concat(found)


def _told(
    found: pl.DataFrame, tables: Iterable[TableContract], marts: Mapping[str, pl.DataFrame], counts: pl.DataFrame
) -> pl.DataFrame:
    """The sums found among counts; those in rows that are not about people are constant."""
    records = [pl.DataFrame(schema={"table": pl.String, "record": pl.String, "row": pl.UInt32})]
    records += [marts[table.name].select(table=pl.lit(table.name), record=record_of(table), row="row") for table in tables]
    schema = {"table": pl.String, "column": pl.String}
    are_counts = pl.DataFrame([(t.name, c) for t in tables for c in counts_of(t)], schema=schema, orient="row")
    others = found.join(are_counts, on=["table", "column"], how="anti").select("sum").unique()
    of_counts = found.join(others, on="sum", how="anti")
    sides = of_counts.join(pl.concat(records), on=["table", "record"]).rename({"column": "count"})
    cells = sides.join(counts.select("table", "row", "count", "cell"), on=["table", "row", "count"])
    return cells.group_by("sum", "cell", maintain_order=True).agg(pl.col("sign").sum()).select(pl.col("sum"), "cell", "sign")


def _over_time(frame: pl.DataFrame, council: str, smallest_count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Implied cells between published periods, with their ``value``, and the sums of periods over the stretches in them.

    Periods with the same days are one cell already. Series that are published for the same periods are worked out together.
    """
    series = (
        frame.filter("adds_over_time")
        .sort("start", "end")
        .group_by("population", "area", "part", maintain_order=True)
        .agg("start", "end", "cell", "value", pl.col("counted_elsewhere").any())
    )
    implied, found = [pl.DataFrame(schema=IMPLIED)], [pl.DataFrame(schema=EQUATION)]
    number = frame.height
    for (starts, ends), alike in series.group_by(["start", "end"], maintain_order=True):
        pattern = _pattern(list(zip(starts, ends, strict=True)))
        value = np.array(alike["value"].to_list())
        between = value @ pattern.implied.T
        numbers = number + np.arange(between.size).reshape(between.shape)
        number += between.size
        days = {
            name: [stretch[place] for stretch in pattern.stretches] * alike.height for place, name in enumerate(("start", "end"))
        }
        implied.append(pl.DataFrame({"value": between.ravel(), **days}, schema=IMPLIED))
        cells, values = np.hstack([np.array(alike["cell"].to_list()), numbers]), np.hstack([value, between])
        whole = (alike["counted_elsewhere"] & (alike["area"] == council) & (alike["part"] == "")).to_numpy()
        for signs in pattern.sums:
            chosen = np.flatnonzero(signs)
            total = values[:, chosen] @ signs[chosen]
            counted = whole & (total >= smallest_count) if (signs >= 0).all() else np.abs(total) < TOLERANCE
            holds = counted & (values[:, chosen] > -TOLERANCE).all(axis=1)
            found.append(_rows(cells[holds][:, chosen], signs[chosen]))
    return pl.concat(implied), _numbered_apart(found)


@dataclass(frozen=True)
class _Pattern:
    """How periods hang together: the ``stretches`` between published ones that no period covers alone, how each follows from
    the periods (``implied``, a row a stretch), and the ``sums``, a row of signs over periods and stretches each: what is in a
    period, and last what is in all of them that hang together."""

    stretches: tuple[tuple[date, date], ...]
    implied: Numbers
    sums: Numbers


def _pattern(spans: Sequence[tuple[date, date]]) -> _Pattern:
    """The pattern of periods given by their first and last days.

    With each day a running total, a period is the difference of two of them: whatever follows from the periods is a
    difference between days that periods connect.
    """
    day = timedelta(days=1)
    days = sorted({one for start, end in spans for one in (start, end + day)})
    place = {one: number for number, one in enumerate(days)}
    ends = [(place[start], place[end + day]) for start, end in spans]
    running = _running_totals(len(days), ends)
    together = [
        [number for number in running if running[number][0] == root] for root in dict.fromkeys(r for r, _ in running.values())
    ]
    neighbours = [pair for numbers in together for pair in pairwise(numbers)]
    period = {pair: number for number, pair in enumerate(ends)}
    gaps = [pair for pair in neighbours if pair not in period]
    column = period | {pair: len(spans) + number for number, pair in enumerate(gaps)}
    sums = []
    for total, (first, last) in [*enumerate(ends), *((None, (n[0], n[-1])) for n in together)]:
        root = running[first][0]
        inside = [pair for pair in neighbours if running[pair[0]][0] == root and first <= pair[0] and pair[1] <= last]
        if len(inside) < 2:
            continue
        signs = np.zeros(len(spans) + len(gaps))
        signs[[column[pair] for pair in inside]] = 1
        if total is not None:
            signs[total] = -1
        sums.append(signs)
    return _Pattern(
        stretches=tuple((days[first], days[last] - day) for first, last in gaps),
        implied=np.array([running[last][1] - running[first][1] for first, last in gaps]).reshape(len(gaps), len(spans)),
        sums=np.array(sums).reshape(len(sums), len(spans) + len(gaps)),
    )


def _running_totals(days: int, ends: Sequence[tuple[int, int]]) -> dict[int, tuple[int, Numbers]]:
    """Each day's running total since the first day that periods connect it with: that day, and the signs of the periods."""
    steps: dict[int, list[tuple[int, int, int]]] = {number: [] for number in range(days)}
    for period, (first, last) in enumerate(ends):
        steps[first].append((last, period, 1))
        steps[last].append((first, period, -1))
    totals: dict[int, tuple[int, Numbers]] = {}
    for root in range(days):
        waiting = [] if root in totals else [root]
        totals.setdefault(root, (root, np.zeros(len(ends))))
        while waiting:
            here = waiting.pop()
            for there, period, sign in steps[here]:
                if there not in totals:
                    signs = totals[here][1].copy()
                    signs[period] += sign
                    totals[there] = (root, signs)
                    waiting.append(there)
    return dict(sorted(totals.items()))


def _rows(cells: npt.NDArray[np.int64], signs: Numbers) -> pl.DataFrame:
    """Sums of the same signs, a row of ``cells`` each."""
    number, width = cells.shape
    return pl.DataFrame(
        {"sum": np.repeat(np.arange(number), width), "cell": cells.ravel(), "sign": np.tile(signs, number)}, schema=EQUATION
    )


def _numbered_apart(equations: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All sums in one table, each with a number of its own; one that is given twice once only."""
    apart, number = [], 0
    for one in equations:
        ranked = one.select(pl.col("sum").rank("dense").cast(pl.Int64).alias("sum") + number, "cell", "sign")
        number += ranked["sum"].n_unique()
        apart.append(ranked)
    together = pl.concat(apart).sort("sum", "cell").group_by("sum", maintain_order=True).agg("cell", "sign")
    return together.unique(["cell", "sign"], maintain_order=True).explode("cell", "sign")


def _matrix(equations: pl.DataFrame, cells: int) -> sparse.csc_array:
    """Sums as a matrix: a row a sum, a column a cell."""
    row = (equations["sum"].rank("dense") - 1).to_numpy() if equations.height else np.array([], dtype=np.int64)
    shape = (int(row.max()) + 1 if row.size else 0, cells)
    sums = sparse.csc_array(sparse.coo_array((equations["sign"].to_numpy(), (row, equations["cell"].to_numpy())), shape=shape))
    sums.eliminate_zeros()  # of a cell that is said to be itself
    return sums


def _published(
    tables: Iterable[TableContract], marts: Mapping[str, pl.DataFrame], counts: pl.DataFrame, cells: int
) -> tuple[pl.DataFrame, sparse.csr_array, sparse.csr_array]:
    """Every published value that rests on counts, numbered; which cells it rests on, and which it is."""
    schema = {"table": pl.String, "row": pl.UInt32, "column": pl.String, "cell": pl.Int64, "is_count": pl.Boolean}
    resting = [pl.DataFrame(schema=schema)]
    for table in tables:
        rows, own = marts[table.name], counts.filter(pl.col("table") == table.name)
        for column in table.governed:
            number = pl.col(column.name).cast(pl.Float64) if column.is_number else pl.lit(None, pl.Float64)
            filled = rows.filter(pl.col(column.name).is_not_null()).select("row", number=number)
            held = own.filter(pl.col("count").is_in(column.disclosure)).join(filled, on="row")
            is_count = (pl.col("number") == pl.col("value")).fill_null(False)
            resting.append(held.select("table", "row", pl.lit(column.name).alias("column"), "cell", is_count=is_count))
    every = pl.concat(resting)
    published = every.select("table", "row", "column").unique(maintain_order=True).with_row_index("value")
    places = every.join(published, on=["table", "row", "column"], maintain_order="left")
    where = (places["value"].to_numpy(), places["cell"].to_numpy())
    both = (np.ones(places.height), places["is_count"].cast(pl.Float64).to_numpy())
    rests_on, tells = (sparse.csr_array(sparse.coo_array((one, where), shape=(published.height, cells))) for one in both)
    tells.eliminate_zeros()
    return published, rests_on, tells


def _block(sums: sparse.csc_array, spans: pl.DataFrame, year_starts_in: int, months: int) -> Places:
    """The connected cells of one stretch of so many months, counted from the start of the year; -1 for those that reach over
    its end."""
    month = [pl.col(side).dt.year() * 12 + pl.col(side).dt.month() - year_starts_in for side in ("start", "end")]
    stretches = spans.select(first=(month[0] // months).fill_null(-1), last=(month[1] // months).fill_null(-1))
    stretch, whole = stretches["first"].to_numpy().astype(np.int64), (stretches["first"] == stretches["last"]).to_numpy()
    entries = sparse.coo_array(sums)
    inside = whole[entries.col]
    _, row = np.unique(entries.row[inside].astype(np.int64) * 100_000 + stretch[entries.col[inside]] + 1, return_inverse=True)
    shape = (int(row.max(initial=-1)) + 1, whole.size)
    linked = sparse.csr_array(sparse.coo_array((np.ones(row.size), (row, entries.col[inside])), shape=shape))
    return np.where(whole, connected_components(linked.T @ linked, directed=False)[1], -1)
