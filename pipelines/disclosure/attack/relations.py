"""What adds up among published figures, and how far it is to be believed.

A sum is believed wherever all of its kind that can be checked are right; what does not add up to the whole is taken for a
remainder that nobody tells. Does not belong here: working anything out of it (unknowns, solver).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from pipelines.contract import TableContract
from pipelines.disclosure.attack.figures import Floats, Knowledge

EXACT, UNSURE, REMAINDER, DOUBTED = range(4)
AREAS, GROUPS, PERIODS = "areas", "groups", "periods"
SUMS = {"sum": pl.String, "table": pl.String, "column": pl.String, "record": pl.String, "sign": pl.Float64}
STATED = {"relation": pl.String, "family": pl.String, "figure": pl.Int64, "sign": pl.Float64}
NOTHING = 1e-6


@dataclass(frozen=True)
class Relations:
    """What adds up: ``matrix`` (a row a relation, a column a figure) times figures gives ``total``, or for a remainder more.
    ``kind`` is how it is believed; series of ``untimed`` populations do not add up over time."""

    matrix: sparse.csr_array
    total: Floats
    kind: npt.NDArray[np.int64]
    untimed: frozenset[str]


def relations_among(known: Knowledge, tables: Sequence[TableContract], council: str, sums: pl.DataFrame) -> Relations:
    """Every relation that the attacker believes: those of a family that holds wherever it can be checked."""
    one = known.sides.unique(["figure", "table", "column", "record"], keep="first", maintain_order=True)
    found = [_areas(one, council), _groups(one), _covers(one), *_declared(one, tables), *_flows(one, tables), _told(one, sums)]
    stated = pl.concat([pl.DataFrame(schema=STATED), *found]).unique(maintain_order=True)
    row = stated["relation"].rank("dense").to_numpy().astype(np.int64) - 1
    figure, sign = stated["figure"].to_numpy(), stated["sign"].to_numpy()
    rows, constant = int(row.max(initial=-1)) + 1, figure < 0
    total = np.zeros(rows)
    np.add.at(total, row[constant], sign[constant])
    entries = (sign[~constant], (row[~constant], figure[~constant]))
    matrix = sparse.csr_array(sparse.coo_array(entries, shape=(rows, known.hidden.size)))
    family = np.zeros(rows, dtype=np.int64)
    family[row] = stated["family"].rank("dense").to_numpy().astype(np.int64) - 1
    kind = _belief(matrix, total, family, known)
    of_wholes = np.zeros(rows, dtype=np.bool_)
    of_wholes[row] = stated["relation"].str.contains(f"^({AREAS}|{GROUPS}) ").to_numpy()
    kind[kind == UNSURE] = EXACT
    kind[(kind == EXACT) & of_wholes] = UNSURE
    kept = np.flatnonzero(kind != DOUBTED)
    doubted = stated.filter(pl.Series(kind == DOUBTED)[pl.Series(row)], pl.col("relation").str.starts_with(PERIODS))
    untimed = frozenset(doubted["family"].str.replace("^[^ ]* ", ""))
    return Relations(matrix[kept], total[kept], kind[kept], untimed)


def _belief(matrix: sparse.csr_array, total: Floats, family: npt.NDArray[np.int64], known: Knowledge) -> npt.NDArray[np.int64]:
    """How each relation is believed: exactly, with a remainder, or not, by all of its family that a release shows in full; where
    none is, nobody knows.

    A remainder is what is missing to the whole, never too much. A part that no table shows is a remainder of its own.
    """
    least, most = np.full(int(family.max(initial=-1)) + 1, np.inf), np.full(int(family.max(initial=-1)) + 1, -np.inf)
    open_end = np.asarray(abs(matrix) @ known.hidden.astype(float)) > 0
    tolerance = NOTHING + np.asarray(abs(matrix) @ known.slack)
    for shown in known.value:
        complete = np.asarray(abs(matrix) @ (np.isnan(shown) & ~known.hidden).astype(float)) == 0
        left = np.asarray(matrix @ np.nan_to_num(shown)) - total
        left[np.abs(left) <= tolerance] = 0
        np.minimum.at(least, family[complete], left[complete])
        np.maximum.at(most, family[complete & ~open_end], left[complete & ~open_end])
    kinds = [least < 0, most > 0, most == 0]
    return np.select(kinds, [DOUBTED, REMAINDER, EXACT], UNSURE)[family].astype(np.int64)


def _of_wholes(pairs: pl.DataFrame, label: str) -> pl.DataFrame:
    """A relation a ``whole`` and ``family``, to all its ``figure``s."""
    relation = pl.format("{} {} {}", pl.lit(label), "whole", "family").alias("relation")
    parts = pairs.select(relation, "family", "figure", sign=pl.lit(-1.0))
    return pl.concat([parts, pairs.select(relation, "family", figure="whole", sign=pl.lit(1.0))]).unique(maintain_order=True)


def _areas(one: pl.DataFrame, council: str) -> pl.DataFrame:
    """The council is its areas."""
    same = ["population", "part", "start", "end"]
    figures = one.select("figure", "area", *same).unique(maintain_order=True)
    parts = figures.filter(~pl.col("area").is_in(["", council]))
    pairs = parts.join(figures.filter(pl.col("area") == council).select(*same, whole="figure"), on=same, nulls_equal=True)
    return _of_wholes(pairs.with_columns(family="population"), AREAS)


def _groups(one: pl.DataFrame) -> pl.DataFrame:
    """A figure is the groups that it is broken down by."""
    same = ["population", "area", "start", "end"]
    figures = one.select("figure", "part", *same).unique(maintain_order=True)
    parts = figures.filter(pl.col("part") != "").with_columns(by=pl.col("part").str.extract("^([^:]*):"))
    pairs = parts.join(figures.filter(pl.col("part") == "").select(*same, whole="figure"), on=same, nulls_equal=True)
    return _of_wholes(pairs.with_columns(family=pl.format("{} {}", "by", "population")), GROUPS)


def _covers(one: pl.DataFrame) -> pl.DataFrame:
    """A period is the shorter ones of one kind that it consists of."""
    series = ["population", "area", "part"]
    figures = one.filter("flow").select("figure", *series, "kind", "start", "end").unique(maintain_order=True)
    days = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    figures = figures.with_columns(days=days)
    # a whole has two parts or more: so most periods are none, and are not held against all others of their series
    longer = figures.filter(pl.col("days") >= 2 * pl.col("days").min().over(series))
    wholes = longer.select(*series, whole="figure", first="start", last="end", length="days").unique("whole")
    inside = figures.join(wholes, on=series).filter(
        pl.col("figure") != pl.col("whole"), pl.col("start") >= pl.col("first"), pl.col("end") <= pl.col("last")
    )
    group = ["whole", "kind"]
    inside = inside.sort(*group, "start").with_columns(
        apart=(pl.col("start") > pl.col("end").shift(1).over(group)).fill_null(True)
    )
    whole = (pl.col("days").sum().over(group) == pl.col("length")) & pl.col("apart").all().over(group)
    exact = inside.filter(whole)
    kind = pl.col("kind").str.replace_all(" ", "_")
    return _of_wholes(exact.with_columns(family=pl.format("{} {}", kind, "population")), PERIODS)


def _declared(one: pl.DataFrame, tables: Sequence[TableContract]) -> Iterator[pl.DataFrame]:
    """Columns that add up to others, or to a number, in each row or over rows."""
    for table in tables:
        published = {column.name for column in table.columns if column.published}
        for number, declared in enumerate(table.adds_up.sums):
            names = [name for name in (declared.total, *declared.parts) if isinstance(name, str)]
            if not published & set(names):
                continue
            group = pl.col("record")
            for column in declared.over:
                group = group.str.replace(rf"(^|\|){column}=[^|]*", "")
            sides = one.filter(pl.col("table") == table.name, pl.col("column").is_in(names)).with_columns(
                relation=pl.format("{} {} {}", pl.lit(table.name), pl.lit(number), group),
                family=pl.format("{} {} {}", pl.lit(table.name), pl.lit(number), pl.col("population").str.replace("^[^|]*", "")),
                sign=pl.when(pl.col("column") == str(declared.total)).then(1.0).otherwise(-1.0),
            )
            if not declared.over:
                shown = ~pl.col("hidden") | (len(names) == 1)
                sides = sides.with_columns(pl.col("family").filter(shown).first().over("relation"))
            else:
                sides = sides.with_columns(family=pl.format("{} {}", pl.lit(table.name), pl.lit(number)))
            complete = sides.filter(pl.col("column").n_unique().over("relation") == len(names)).select(*STATED)
            yield complete
            if not isinstance(declared.total, str):
                total = complete.select("relation", "family").unique(maintain_order=True)
                yield total.with_columns(figure=pl.lit(-1, pl.Int64), sign=pl.lit(-float(declared.total))).select(*STATED)


def _told(one: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """The sums that the attacker is told of, where all their figures are there."""
    figures = one.select("table", "column", "record", "figure").unique(["table", "column", "record"])
    sides = sums.join(figures, on=["table", "column", "record"], how="left", maintain_order="left")
    complete = sides.filter(pl.col("figure").is_not_null().all().over("sum"))
    relation = pl.format("told {}", "sum")
    return complete.group_by(relation.alias("relation"), "figure", maintain_order=True).agg(pl.col("sign").sum()).select(
        "relation", pl.col("relation").alias("family"), "figure", "sign"
    )  # fmt: skip


def _flows(one: pl.DataFrame, tables: Sequence[TableContract]) -> Iterator[pl.DataFrame]:
    """A stock is the stock on the eve of a period, and what came, less what went."""
    for table in tables:
        own = one.filter(pl.col("table") == table.name)
        for flow in table.adds_up.flows:
            stock, came, went = (own.filter(pl.col("column") == name) for name in (flow.stock, flow.plus, flow.minus))
            rows = stock.select("record", "population", "area", "part", "end", "figure")
            rows = rows.join(came.select("record", "start", came="figure"), on="record")
            rows = rows.join(went.select("record", went="figure"), on="record").with_columns(
                eve=pl.col("start").dt.offset_by("-1d")
            )
            where = ["population", "area", "part"]
            eve = stock.select(*where, eve="end", before="figure").unique(maintain_order=True)
            rows = rows.join(eve, on=[*where, "eve"])
            relation = pl.format("{} {} {}", pl.lit(table.name), pl.lit(flow.stock), "record").alias("relation")
            family = pl.format("{} {}", pl.lit(flow.stock), "population").alias("family")
            for name, sign in {"figure": 1.0, "before": -1.0, "came": -1.0, "went": 1.0}.items():
                yield rows.select(relation, family, figure=name, sign=pl.lit(sign))
