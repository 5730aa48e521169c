"""What adds up among published figures, and how far it is to be believed.

A sum is believed wherever all of its kind that can be checked are right; what does not add up to the whole is taken for a
remainder that nobody tells. Does not belong here: working anything out of it (unknowns, solver).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from pipelines.contract import Sum, TableContract
from pipelines.disclosure.attack.figures import Floats, Knowledge, numbers_of

EXACT, UNSURE, REMAINDER, DOUBTED = range(4)
AREAS, GROUPS, PERIODS, DECLARED = range(4)
SUMS = {"sum": pl.String, "table": pl.String, "column": pl.String, "record": pl.String, "sign": pl.Float64}
STATED = {"how": pl.Int64, "relation": pl.Int64, "family": pl.Int64, "figure": pl.Int64, "sign": pl.Float64}
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
    places = numbers_of(known.sides.select("figure", "table", "column", "record"))
    one = known.sides[np.unique(places, return_index=True)[1]]
    figures = one[np.unique(one["figure"].to_numpy(), return_index=True)[1]]
    of_wholes = [_areas(figures, council), _groups(figures), _covers(one)]
    stated = _numbered_apart([*of_wholes, *_declared(one, tables), *_flows(one, tables), _told(one, sums)])
    row, figure, sign = (stated[name].to_numpy() for name in ("relation", "figure", "sign"))
    rows, constant = int(row.max(initial=-1)) + 1, figure < 0
    total, family, how = np.zeros(rows), np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    np.add.at(total, row[constant], sign[constant])
    family[row], how[row] = stated["family"].to_numpy(), stated["how"].to_numpy()
    entries = (sign[~constant], (row[~constant], figure[~constant]))
    matrix = sparse.csr_array(sparse.coo_array(entries, shape=(rows, known.hidden.size)))
    kind = _belief(matrix, total, family, known)
    kind[kind == UNSURE] = EXACT
    kind[(kind == EXACT) & ((how == AREAS) | (how == GROUPS))] = UNSURE
    kept = np.flatnonzero(kind != DOUBTED)
    doubted = figure[((how == PERIODS) & (kind == DOUBTED))[row]]
    untimed = one.filter(pl.col("figure").is_in(doubted))["population"].unique()
    return Relations(matrix[kept], total[kept], kind[kept], frozenset(untimed))


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


def _stated(how: int, sides: pl.DataFrame, relation: Sequence[str], family: Sequence[str]) -> pl.DataFrame:
    """Sides, a ``figure`` with its ``sign`` each, by the number of their relation and its family, which these columns tell."""
    numbers = {name: pl.Series(numbers_of(sides.select(keys))) for name, keys in (("relation", relation), ("family", family))}
    return sides.select(how=pl.lit(how, pl.Int64), figure="figure", sign=pl.col("sign").cast(pl.Float64), **numbers).select(
        *STATED
    )


def _numbered_apart(found: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All relations in one table, each and each family with a number of its own."""
    apart, relations, families = [pl.DataFrame(schema=STATED)], 0, 0
    for one in found:
        apart.append(one.with_columns(pl.col("relation") + relations, pl.col("family") + families))
        relations, families = relations + one["relation"].n_unique(), families + one["family"].n_unique()
    return pl.concat(apart)


def _coded(one: pl.DataFrame, column: str, text: pl.Expr, code: str) -> pl.DataFrame:
    """The same with a number for what stands in the names of a column: ``text`` of them."""
    names = one.select(column).unique().with_columns(text.rank("dense").cast(pl.Int64).alias(code))
    return one.join(names, on=column, how="left", maintain_order="left")


def _of_wholes(how: int, pairs: pl.DataFrame, *kind: str) -> pl.DataFrame:
    """A relation a ``whole`` and ``kind``, to all its ``figure``s; a family a population and kind."""
    wholes = pairs.unique(["whole", *kind], maintain_order=True).with_columns(figure="whole", sign=pl.lit(1.0))
    sides = pl.concat([pairs.with_columns(sign=pl.lit(-1.0)), wholes])
    return _stated(how, sides, ["whole", *kind], ["population", *kind])


def _areas(figures: pl.DataFrame, council: str) -> pl.DataFrame:
    """The council is its areas."""
    same = ["population", "part", "start", "end"]
    parts = figures.filter(~pl.col("area").is_in(["", council])).select("figure", *same)
    pairs = parts.join(figures.filter(pl.col("area") == council).select(*same, whole="figure"), on=same, nulls_equal=True)
    return _of_wholes(AREAS, pairs)


def _groups(figures: pl.DataFrame) -> pl.DataFrame:
    """A figure is the groups that it is broken down by."""
    same = ["population", "area", "start", "end"]
    by = pl.col("part").cast(pl.String).str.extract("^([^:]*):")
    parts = _coded(figures.filter(pl.col("part") != "").select("figure", "part", *same), "part", by, "by")
    pairs = parts.join(figures.filter(pl.col("part") == "").select(*same, whole="figure"), on=same, nulls_equal=True)
    return _of_wholes(GROUPS, pairs, "by")


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
    return _of_wholes(PERIODS, inside.filter(whole), "kind")


def _declared(one: pl.DataFrame, tables: Sequence[TableContract]) -> Iterator[pl.DataFrame]:
    """Columns that add up to others, or to a number, in each row or over rows."""
    for table in tables:
        key = pl.col("population").cast(pl.String).str.replace("^[^|]*", "")
        own = _coded(one.filter(pl.col("table") == table.name), "population", key, "key")
        published = {column.name for column in table.columns if column.published}
        for declared in table.adds_up.sums:
            names = {name for name in (declared.total, *declared.parts) if isinstance(name, str)}
            if published & names:
                yield _of_columns(own.filter(pl.col("column").is_in(names)), declared, len(names))


def _of_columns(own: pl.DataFrame, declared: Sum, columns: int) -> pl.DataFrame:
    """The relations of one declared sum of so many columns, whose sides these are; ``key`` tells series apart."""
    if declared.over:
        group = pl.col("record").cast(pl.String)
        for column in declared.over:
            group = group.str.replace(rf"(^|\|){column}=[^|]*", "")
        sides = _coded(own, "record", group, "group").with_columns(family=pl.lit(0))
    else:
        sides = own.with_columns(group=pl.col("record").to_physical())
        sides = sides.with_columns(family=pl.when(~pl.col("hidden")).then("key").min().over("group"))
    complete = pl.col("column").to_physical().n_unique().over("group") == columns
    is_total = pl.col("column") == str(declared.total)
    sides = sides.filter(complete).select("group", "family", "figure", sign=pl.when(is_total).then(1.0).otherwise(-1.0))
    if not isinstance(declared.total, str):
        total = sides.unique("group", maintain_order=True)
        sides = pl.concat([sides, total.with_columns(figure=pl.lit(-1, pl.Int64), sign=pl.lit(-float(declared.total)))])
    return _stated(DECLARED, sides, ["group"], ["family"])


def _told(one: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """The sums that the attacker is told of, where all their figures are there."""
    place = ["table", "column", "record"]
    named = one.filter(*(pl.col(name).is_in(sums[name].unique().to_list()) for name in ("table", "column")))
    figures = named.select(*(pl.col(name).cast(pl.String) for name in place), "figure").unique(place)
    told = sums.with_columns(pl.col("sum").rank("dense").cast(pl.Int64))
    sides = told.join(figures, on=place, how="left", maintain_order="left")
    complete = sides.filter(pl.col("figure").is_not_null().all().over("sum"))
    together = complete.group_by("sum", "figure", maintain_order=True).agg(pl.col("sign").sum())
    return _stated(DECLARED, together, ["sum"], ["sum"])


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
            signs = {"figure": 1.0, "before": -1.0, "came": -1.0, "went": 1.0}
            sides = [rows.select("record", "population", figure=name, sign=pl.lit(sign)) for name, sign in signs.items()]
            yield _stated(DECLARED, pl.concat(sides), ["record"], ["population"])
