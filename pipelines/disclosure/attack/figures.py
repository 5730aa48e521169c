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
IDENTITY = ["population", "area", "part", "start", "end"]
SIDES = {
    "population": pl.String, "area": pl.String, "part": pl.String, "start": pl.Date, "end": pl.Date,
    "table": pl.String, "column": pl.String, "record": pl.String, "kind": pl.String, "flow": pl.Boolean,
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
    adds, key = table.adds_up, dict(table.adds_up.same).get(column.name)
    adds_up = bool(column.disclosure) and column.rounded == "count"
    if not column.published or not adds_up:
        adds, key = AddsUp(), key or table.primary_key  # takes part in declared sums alone
    apart = {adds.areas, *(adds.periods or ()), *(adds.groups or ()), *adds.apart} if key is None else set()
    names = [name for name in (key or table.primary_key) if name not in apart]
    laid_out, days = key is None, adds.periods if key is None else None
    stock = column.name in adds.stocks
    alike = key is not None and column.name in dict(table.adds_up.same)
    text = pl.col(column.name) if column.published else pl.lit(None, pl.String)
    note = (pl.col(NOTE) == CONFIDENTIAL).fill_null(False) if NOTE in shown.columns else pl.lit(False)
    population = [pl.lit(column.name if alike else f"{table.name}.{column.name}")]
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
    """Sides with the number of their figure; series of different tables that always agree are one.

    A column that no row of a series ever fills has no figures there: a count has no denominator, though its row is withheld.
    """
    sides = sides.filter(pl.col("hidden") | pl.col("value").is_not_null().any().over("table", "column", "population"))
    where = ["area", "part", "start", "end"]
    newest = sides.filter(pl.col("value").is_not_null(), pl.col("start").is_not_null()).sort("release")
    newest = newest.unique([*IDENTITY, "table"], keep="last").select("population", "table", *where, "value")
    telling = newest.filter(pl.col("value") >= TELLING)
    pairs = telling.join(telling, on=[*where, "value"], suffix="_2").filter(pl.col("table") < pl.col("table_2"))
    alike = pairs.group_by("population", "population_2").len().filter(pl.col("len") >= AGREEING)
    both = alike.join(newest, on="population").join(
        newest.rename({"population": "population_2"}), on=["population_2", *where], suffix="_2"
    )
    unlike = both.filter(pl.col("value") != pl.col("value_2")).select("population", "population_2").unique()
    same = alike.join(unlike, on=["population", "population_2"], how="anti")
    names = same.group_by(population="population_2").agg(pl.col("population").min().alias("name"))
    sides = sides.join(names, on="population", how="left").with_columns(population=pl.coalesce("name", "population"))
    figures = (
        sides.select(IDENTITY).unique().sort(IDENTITY).with_row_index("figure").with_columns(pl.col("figure").cast(pl.Int64))
    )
    numbered = sides.drop("name").join(figures, on=IDENTITY, nulls_equal=True)
    return numbered.sort("figure", "release", "table", "column", "record")


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
