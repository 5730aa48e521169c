"""Sums that no declaration names: what the marts show, and whoever knows how figures are defined knows too.

A group of areas is its areas. A series of one table may be the total of some rows of another: complaints of one stage, two of
six answers to a question. Such a total is found where it holds at every place (area, group and period) that both tables have.

Both who protects and who attacks is told these sums, by where their figures stand: what adds up is knowledge, not code.
Belongs here: finding them. Does not belong here: sums within a table that its YAML declares (``adds_up``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.contract import Column, TableContract
from pipelines.council import Council

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

ALL = "all"
PLACE = AREA, PART, START, END = ["place.area", "place.part", "place.start", "place.end"]
RECORD = "place.record"
SUMS = {"sum": pl.String, "table": pl.String, "column": pl.String, "record": pl.String, "sign": pl.Float64}
ENOUGH_ALIKE = 12
"""Places with a figure other than zero at which a total must hold, and never fail, to be one."""
FEW = 8
"""Values that a key column may have for every choice of them to be tried."""
EXACTLY, TO_DECIMALS = 1e-6, 0.002


def sums_found(tables: Iterable[TableContract], marts: Path, council: Council) -> pl.DataFrame:
    """The sums, a row a figure in one: ``sum`` names it, ``record`` is the key of the figure's row in its ``table``, ``sign`` is
    1 for parts and -1 for the total."""
    governed = [table for table in tables if table.governed]
    laid_out = [_Laid(table, _placed(table, pl.read_parquet(marts / f"{table.name}.parquet"), council)) for table in governed]
    found = [pl.DataFrame(schema=SUMS)]
    for one in laid_out:
        found += _of_areas(one, council)
    for source in laid_out:
        for target in laid_out:
            if source is not target:
                found += _elsewhere(source, target)
    return pl.concat(found).unique().sort(SUMS.keys())


@dataclass(frozen=True)
class _Laid:
    """A table's rows with their place and ``record``; ``free`` are key columns that are neither place nor group."""

    table: TableContract
    rows: pl.DataFrame

    @property
    def free(self) -> list[str]:
        adds = self.table.adds_up
        laid = {adds.areas, *(adds.periods or ()), *(adds.groups or ()), *adds.apart}
        key = [name for name in self.table.primary_key if name not in laid]
        if adds.placed:  # what names the period does not say more than its days
            names = self.rows.group_by(START, END).agg(pl.col(name).n_unique() for name in key)
            key = [name for name in key if names[name].max() != 1]
        return key

    @property
    def figures(self) -> list[Column]:
        """The columns that may add up."""
        return [
            c for c in self.table.columns if c.is_number and c.disclosure and c.rounded == "count" and c.name in self.rows.columns
        ]

    @property
    def shares(self) -> list[Column]:
        """The published columns that may add up where counts do."""
        return [c for c in self.table.published if c.is_number and c.disclosure and c.rounded in ("share", "whole")]


def _placed(table: TableContract, rows: pl.DataFrame, council: Council) -> pl.DataFrame:
    adds = table.adds_up
    area, days = adds.areas, adds.periods
    if adds.placed:
        area, days = adds.placed[0], (adds.placed[1], adds.placed[2])
    by_area = pl.col(area).fill_null(council.area_code) if area else pl.lit(council.area_code)
    part = pl.lit("")
    if adds.groups:
        value, by = adds.groups
        named = pl.concat_str(pl.col(by) if by else pl.lit(value), pl.lit("/"), pl.col(value).fill_null(""))
        is_area = by_area != council.area_code if adds.placed else pl.lit(False)
        part = pl.when((pl.col(value) == ALL) | is_area).then(pl.lit("")).otherwise(named)
    numbers = [c.name for c in table.columns if c.is_number and c.name in rows.columns]
    stock = pl.lit(None, pl.Date)
    return rows.select(
        *(pl.col(name).cast(pl.String).fill_null("") for name in table.primary_key if name not in numbers),
        *(pl.col(name).cast(pl.String).alias(name) for name in table.primary_key if name in numbers),
        *(pl.col(name).cast(pl.Float64) for name in numbers if name not in table.primary_key),
        by_area.alias(AREA),
        part.alias(PART),
        (pl.col(days[0]) if days else stock).alias(START),
        (pl.col(days[1]) if days else stock).alias(END),
        record_of(table).alias(RECORD),
    )


def record_of(table: TableContract) -> pl.Expr:
    """The key of a row, as sums and exposures name it."""
    key = [pl.lit(f"{name}=") + pl.col(name).cast(pl.String).fill_null("") for name in table.primary_key]
    return pl.concat_str(key, separator="|")


def _of_areas(one: _Laid, council: Council) -> Iterator[pl.DataFrame]:
    """A group of areas is its areas."""
    adds, members = one.table.adds_up, [(f"{by}/{group}", a.code) for a in council.areas for by, group in a.groups]
    if not adds.areas or not adds.groups or not members:
        return
    groups = pl.DataFrame(members, schema=[PART, AREA], orient="row").with_columns(size=pl.len().over(PART))
    same = [*one.free, *adds.apart, START, END]
    wholes = one.rows.filter(pl.col(AREA) == council.area_code).join(groups.unique(PART).drop(AREA), on=PART)
    wards = one.rows.filter(pl.col(PART) == "").drop(PART).join(groups.drop("size"), on=AREA)
    for column in one.figures:
        parts = wards.filter(pl.col(column.name).is_not_null()).select(*same, PART, RECORD, value=column.name)
        sums = parts.group_by(*same, PART).agg(pl.len().alias("there"), pl.col("value").sum())
        held = wholes.select(*same, PART, "size", sum=RECORD, whole=column.name).join(sums, on=[*same, PART])
        held = held.filter(pl.col("there") == pl.col("size"), (pl.col("whole") - pl.col("value")).abs() <= TO_DECIMALS)
        yield _stated(held, parts.join(held.select(*same, PART, "sum"), on=[*same, PART]), one, column.name, one, column.name)


def _stated(wholes: pl.DataFrame, parts: pl.DataFrame, target: _Laid, total: str, source: _Laid, part: str) -> pl.DataFrame:
    """Sums named after the record of their total; ``wholes`` and ``parts`` have that as ``sum``, parts their own ``record``."""
    named = pl.format("{} {} {} {}", pl.lit(target.table.name), pl.lit(total), pl.lit(f"{source.table.name} {part}"), "sum")
    sides = [
        wholes.select(named, table=pl.lit(target.table.name), column=pl.lit(total), record="sum", sign=pl.lit(-1.0)),
        parts.select(named, table=pl.lit(source.table.name), column=pl.lit(part), record=RECORD, sign=pl.lit(1.0)),
    ]
    return pl.concat([side.rename({side.columns[0]: "sum"}).select(SUMS.keys()).cast(SUMS) for side in sides])  # type: ignore[arg-type]


def _elsewhere(source: _Laid, target: _Laid) -> Iterator[pl.DataFrame]:
    """Series of the target that are the total of some rows of the source."""
    few = [name for name in source.free if source.rows[name].n_unique() <= FEW]
    if source.rows[START].null_count() == source.rows.height or len(source.free) < 2 or not few:
        return
    places = source.rows.select(PLACE).unique().sort(PLACE).with_row_index("place")
    rows = source.rows.join(places, on=PLACE)
    codes = rows.select(pl.col(name).rank("dense").cast(pl.Int64) - 1 for name in few).to_numpy()
    series = list(_series(target, places))
    for count in (column.name for column in source.figures if column.name in column.disclosure):
        left, number = list(range(len(series))), rows[count].fill_null(0).to_numpy()
        for some, varied in _some_rows(codes) if series else ():
            totals = _totals(rows["place"].to_numpy()[some], varied, number[some], places.height)
            for one in left.copy():
                column, wanted = series[one]
                alike = _alike(totals, wanted["place"].to_numpy(), wanted[column].to_numpy())
                if alike is not None:
                    left.remove(one)
                    members = rows[some[_choices(int(varied.max()) + 1)[varied, alike] > 0]]
                    yield from _told(wanted, members, target, column, source, count)


def _alike(totals: Numbers, places: Places, wanted: Numbers) -> int | None:
    """The first choice whose totals are as wanted at all places."""
    left = np.flatnonzero(np.abs(totals[places[0]] - wanted[0]) <= EXACTLY)
    left = left[(np.abs(totals[np.ix_(places, left)] - wanted[:, None]) <= EXACTLY).all(axis=0)] if left.size else left
    return int(left[0]) if left.size else None


def _series(target: _Laid, places: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each count of the target with its rows by place, where there are enough of them."""
    for column in (one.name for one in target.figures if one.name in one.disclosure):
        there = target.rows.filter(pl.col(column).is_not_null()).join(places, on=PLACE)
        for _, rows in there.group_by(target.free, maintain_order=True):
            if rows.filter(pl.col(column) > 0)["place"].n_unique() >= ENOUGH_ALIKE:
                yield column, rows.select("place", RECORD, *(c.name for c in (*target.figures, *target.shares)))


def _some_rows(codes: Places) -> Iterator[tuple[Places, Places]]:
    """Rows with one value of some key columns, at most two, and for each the number of its value of another.

    ``codes`` has a row a row, and a column a key column.
    """
    for varied in range(codes.shape[1]):
        others = [column for column in range(codes.shape[1]) if column != varied]
        for fixed in (one for number in range(3) for one in combinations(others, number)):
            group = (
                np.unique(codes[:, fixed], axis=0, return_inverse=True)[1].ravel() if fixed else np.zeros(len(codes), np.int64)
            )
            order = np.argsort(group, kind="stable")
            for some in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
                yield some, np.unique(codes[some, varied], return_inverse=True)[1].ravel()


def _totals(place: Places, varied: Places, number: Numbers, places: int) -> Numbers:
    """The total of each choice of values of ``varied`` (a column each) at each place (a row each)."""
    table = np.zeros((places, int(varied.max()) + 1))
    np.add.at(table, (place, varied), number)
    totals: Numbers = table @ _choices(table.shape[1])
    return totals


@cache
def _choices(number: int) -> Numbers:
    """Every choice of some of so many things, a column each; small choices first."""
    every = [one for size in range(1, number + 1) for one in combinations(range(number), size)]
    choices = np.zeros((number, len(every)))
    for place, one in enumerate(every):
        choices[list(one), place] = 1
    return choices


def _told(
    wanted: pl.DataFrame, members: pl.DataFrame, target: _Laid, total: str, source: _Laid, count: str
) -> Iterator[pl.DataFrame]:
    """The sums of a series, and those of figures and shares that hold along with it."""
    here = members.join(wanted.select("place", sum=RECORD), on="place")
    wholes = wanted.join(here.select("place").unique(), on="place").with_columns(sum=RECORD)
    yield _stated(wholes, here, target, total, source, count)
    for columns, others in ((target.figures, source.figures), (target.shares, source.shares)):
        for column, part in product(columns, others):
            if (column.name, part.name) != (total, count) and _holds(wholes, here, column.name, part.name):
                yield _stated(wholes, here, target, column.name, source, part.name)


def _holds(wholes: pl.DataFrame, parts: pl.DataFrame, column: str, part: str) -> bool:
    sums = parts.group_by("sum").agg(pl.col(part).sum().alias("parts"), pl.col(part).is_not_null().all().alias("there"))
    both = wholes.filter(pl.col(column).is_not_null()).select("sum", whole=column).join(sums, on="sum")
    return bool(
        both.filter(pl.col("whole") > 0).height >= ENOUGH_ALIKE
        and both["there"].all()
        and ((both["whole"] - both["parts"]).abs() <= TO_DECIMALS).all()
    )
