"""What is published, as figures: one number for each, wherever and in whichever release it stands.

Belongs here: reading what tables show and withhold, and which series are one. Does not belong here: what adds up (relations).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.contract import AddsUp, Column, TableContract

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NOTE, CONFIDENTIAL, ALL = "value_note", "c", "all"
AGREEING = 12
"""How many figures that say something two series must share to be one."""
TELLING = 10
"""The smallest figure that says something about whether two series are one."""
FAR = 1e9
NAMES = ["population", "area", "part", "table", "column", "record", "kind"]
IDENTITY = ["population", "area", "part", "start", "end", "row"]
SIDES = {
    "population": pl.String, "area": pl.String, "part": pl.String, "start": pl.Date, "end": pl.Date,
    "table": pl.String, "column": pl.String, "record": pl.String, "kind": pl.String, "flow": pl.Boolean, "alone": pl.Boolean,
    "release": pl.Int64, "value": pl.Float64, "hidden": pl.Boolean, "confidential": pl.Boolean, "decimals": pl.Int64,
}  # fmt: skip


def sides_of(table: TableContract, shown: pl.DataFrame, release: int, also: Set[str]) -> pl.DataFrame:
    """Every figure of a table that may add up, as one release shows or withholds it; hidden ones it never shows."""
    named = also | {str(name) for one in table.adds_up.sums for name in (one.total, *one.parts)}
    added = [c for c in table.columns if c.is_number and ((c.disclosure and c.rounded == "count") or c.name in named)]
    if not set(table.primary_key) <= set(shown.columns):
        return pl.DataFrame(schema=SIDES)
    there = [column for column in added if not column.published or column.name in shown.columns]
    return pl.concat([pl.DataFrame(schema=SIDES), *(_side(table, column, shown, release) for column in there)])


def _side(table: TableContract, column: Column, shown: pl.DataFrame, release: int) -> pl.DataFrame:
    same = dict(table.adds_up.same).get(column.name)
    counted = column.published and bool(column.disclosure) and column.rounded == "count"
    alone = same is None and not counted  # takes part in declared sums alone
    adds, laid_out = table.adds_up if counted else AddsUp(), counted and same is None
    days, stock = adds.periods if laid_out else None, column.name in adds.stocks
    apart = {adds.areas, *(adds.periods or ()), *(adds.groups or ()), *adds.apart}
    names = same or [name for name in table.primary_key if laid_out and name not in apart]
    text = pl.col(column.name) if column.published else pl.lit(None, pl.String)
    note = (pl.col(NOTE) == CONFIDENTIAL).fill_null(False) if NOTE in shown.columns else pl.lit(False)
    population = [pl.lit(column.name if same is not None else f"{table.name}.{column.name}")]
    there = shown.filter(text.is_not_null() | note | pl.lit(not column.published))
    return there.select(
        population=pl.concat_str(population + [pl.col(name).fill_null("") for name in names], separator="|"),
        area=pl.col(adds.areas) if adds.areas and laid_out else pl.lit(""),
        part=_group(adds) if laid_out else pl.lit(""),
        start=pl.col(days[1 if stock else 0]).str.to_date() if days else pl.lit(None, pl.Date),
        end=pl.col(days[1]).str.to_date() if days else pl.lit(None, pl.Date),
        table=pl.lit(table.name),
        column=pl.lit(column.name),
        record=pl.concat_str([pl.lit(f"{name}=") + pl.col(name).fill_null("") for name in table.primary_key], separator="|"),
        kind=pl.concat_str([pl.lit(""), *(pl.col(name) for name in adds.apart)], separator="|"),
        flow=pl.lit(days is not None and not stock),
        alone=pl.lit(alone),
        release=pl.lit(release, pl.Int64),
        value=text.cast(pl.Float64, strict=False),
        hidden=pl.lit(not column.published),
        confidential=note,
        decimals=text.str.extract(r"\.(\d*?)0*$").str.len_chars().cast(pl.Int64).fill_null(0),
    )


def _group(adds: AddsUp) -> pl.Expr:
    """The group of a row, ``<by>:<group>``; empty for all together."""
    if not adds.groups:
        return pl.lit("")
    value, by = adds.groups
    named = pl.concat_str(pl.col(by) if by else pl.lit(value), pl.lit(":"), pl.col(value).fill_null(""))
    return pl.when(pl.col(value) == ALL).then(pl.lit("")).otherwise(named)


def one_series(sides: pl.DataFrame) -> pl.DataFrame:
    """Sides with the number of their figure, names as enumerations; series of different tables that always agree are one.

    A column that no row of a series ever fills has no figures there: a count has no denominator, though its row is withheld.
    What stands ``alone`` is a figure of its own in each ``row``.
    """
    sides = sides.with_columns(_enumerated(sides[name]) for name in NAMES)
    sides = sides.with_columns(row=pl.when("alone").then(pl.col("record").to_physical()))
    shown = sides.filter(pl.col("value").is_not_null())
    ever_shown = shown.select("table", "column", "population").unique().with_columns(ever_shown=True)
    sides = sides.join(ever_shown, on=["table", "column", "population"], how="left")
    sides = sides.filter(pl.col("hidden") | pl.col("ever_shown")).join(_alike(shown), on="population", how="left")
    sides = sides.with_columns(population=pl.coalesce("first", "population"))
    numbered = sides.with_columns(figure=numbers_of(sides.select(IDENTITY))).drop("ever_shown", "first", "alone", "row")
    return numbered.sort("figure", "release", "table", "column", "record")


def _enumerated(names: pl.Series) -> pl.Series:
    """Names as an enumeration in their order: a small number each, so what is joined and sorted by them costs little."""
    found = names.cast(pl.Categorical)  # much faster than straight from text
    return found.cast(pl.Enum(found.unique().cast(pl.String).sort()))


def _alike(shown: pl.DataFrame) -> pl.DataFrame:
    """Each ``population`` that is the same as another, with the ``first`` of those."""
    where = ["area", "part", "start", "end"]
    newest = shown.filter(pl.col("start").is_not_null()).sort("release").unique([*IDENTITY, "table"], keep="last")
    newest = newest.select("population", "table", *where, "value")
    telling = newest.filter(pl.col("value") >= TELLING)
    both = ["population", "population_2"]
    pairs = [newest.head(0).select("population", population_2="population", len=pl.lit(0, pl.UInt32))]
    for (table,), one in telling.group_by("table", maintain_order=True):
        others = telling.filter(pl.col("table") > table)
        pairs.append(one.join(others, on=[*where, "value"], suffix="_2").group_by(both).len())
    alike = pl.concat(pairs).group_by(both).agg(pl.col("len").sum()).filter(pl.col("len") >= AGREEING)
    sides = alike.join(newest, on="population").join(
        newest.rename({"population": "population_2"}), on=["population_2", *where], suffix="_2"
    )
    unlike = sides.filter(pl.col("value") != pl.col("value_2")).select(both).unique()
    same = alike.join(unlike, on=both, how="anti")
    return same.group_by(population="population_2").agg(pl.col("population").min().alias("first"))


def numbers_of(keys: pl.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each row, the same where the keys are, from 0 on in their order; keys are numbers, days, enumerations."""
    codes = keys.select(pl.all().to_physical().cast(pl.Int64).fill_null(-1)).to_numpy().reshape(-1, keys.width)
    order = np.lexsort(codes.T[::-1])
    number = np.zeros(len(codes), dtype=np.int64)
    number[order[1:]] = np.cumsum(np.any(codes[order[1:]] != codes[order[:-1]], axis=1))
    return number


@dataclass(frozen=True)
class Knowledge:
    """What the releases tell. ``sides`` has every figure wherever it stands; by figure: what each release shows (``value``, NaN
    where nothing), whether it has it at all (``there``), whether no table ever shows it (``hidden``), how far a shown figure
    may be from the exact one (``slack``), whether it is a number of records (``whole``), the least it can be (``floor``)."""

    sides: pl.DataFrame
    value: Floats
    there: Mask
    hidden: Mask
    slack: Floats
    whole: Mask
    floor: Floats

    @property
    def pooled(self) -> Floats:
        """The newest that any release shows of each figure."""
        pooled: Floats = self.value[0]
        for shown in self.value[1:]:
            pooled = np.where(np.isnan(shown), pooled, shown)
        return pooled


def knowledge_of(sides: pl.DataFrame, releases: int, round_to: int) -> Knowledge:
    """What so many releases tell of the figures that the sides belong to; counts may be rounded to ``round_to``."""
    by_figure = (
        sides.with_columns(
            exact=pl.col("decimals").max().over("population"),
            negative=(pl.col("value") < 0).any().over("population").fill_null(False),
        )
        .group_by("figure", maintain_order=True)
        .agg(pl.col("exact").max(), pl.col("hidden").all(), pl.col("negative").any())
    )
    value, there = np.full((releases, by_figure.height), np.nan), np.zeros((releases, by_figure.height), dtype=np.bool_)
    there[sides["release"].to_numpy(), sides["figure"].to_numpy()] = True
    shown = sides.filter(pl.col("value").is_not_null())
    value[shown["release"].to_numpy(), shown["figure"].to_numpy()] = shown["value"].to_numpy()
    decimals = by_figure["exact"].to_numpy().astype(float)
    slack = np.where(decimals > 0, 0.5 * 10.0**-decimals, round_to / 2 if round_to > 1 else 0.0)
    hidden, floor = by_figure["hidden"].to_numpy(), np.where(by_figure["negative"].to_numpy(), -FAR, 0.0)
    return Knowledge(sides, value, there | hidden, hidden, slack, decimals == 0, floor)
