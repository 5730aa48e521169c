"""The adversary: what somebody who has every release, and knows what adds up, can work out of what was withheld.

It has the published tables, the declarations of what adds up, and nothing else. It believes a sum wherever it can check it
and finds it right; what does not add up to the whole it takes for a remainder that it does not know. For every
withheld figure linear programming gives the smallest and the largest that it can be. A figure that can be only one, or that
must be below the smallest count that may be shown, is exposed; and so is one for which no certain answer was found.

Shares no code with what protects the cells, on purpose. Belongs here: everything of the attack. Does not belong here:
what is done about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import highspy
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components

from pipelines.contract import AddsUp, Column, TableContract
from pipelines.council import Council
from pipelines.tables import csv, frame
from pipelines.verify import datasets_in, table_path

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Tables = Mapping[str, pl.DataFrame]

NOTE, CONFIDENTIAL, ALL = "value_note", "c", "all"
AGREEING = 12
NOTHING = 1e-6
ONE_RECORD, PART_OF_ONE = 1 - NOTHING, 0.02
"""The widths below which a number of records, or any other figure, is as good as known."""
EXACT, UNSURE, REMAINDER, DOUBTED = range(4)
FAR = 1e9
AREAS, GROUPS, PERIODS = "areas", "groups", "periods"
ONE = "can be worked out exactly"
SMALL = "is known to be below the smallest count that may be shown"
UNCERTAIN = "has no certain bounds: the published figures around it contradict each other"
BESIDE = "follows from another figure of the same row that is shown"

IDENTITY = ["population", "area", "part", "start", "end"]
SIDES = {
    "population": pl.String, "area": pl.String, "part": pl.String, "start": pl.Date, "end": pl.Date,
    "table": pl.String, "column": pl.String, "record": pl.String, "kind": pl.String, "flow": pl.Boolean,
    "release": pl.Int64, "value": pl.Float64, "hidden": pl.Boolean, "confidential": pl.Boolean, "decimals": pl.Int64,
}  # fmt: skip
SUMS = {"sum": pl.String, "table": pl.String, "column": pl.String, "record": pl.String, "sign": pl.Float64}
STATED = {"relation": pl.String, "family": pl.String, "figure": pl.Int64, "sign": pl.Float64}
TELLING = 10
"""The smallest figure that says something about whether two series are one."""


Place = tuple[str, str, str]
"""Where a figure stands: table, column, and record (its key as ``name=value|name=value``)."""


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
        _sides(table, shown[table.name], number, named.get(table.name, set()))
        for number, shown in enumerate(releases)
        for table in governed
        if table.name in shown
    ]
    known = _knowledge(_one_series(pl.concat([pl.DataFrame(schema=SIDES), *sides])), len(releases), council.round_to)
    relations = _relations(known, governed, council.area_code, sums)
    exposed = [
        *_beside(governed, releases[-1]),
        *_shown_elsewhere(known),
        *_bounded(known, relations, council.smallest_count, set() if withstood is None else withstood),
    ]
    may_go = {(table.name, column.name) for table in governed for column in table.published if column.disclosure}
    told = {replace(one, around=tuple(place for place in one.around if place[:2] in may_go)) for one in exposed}
    return sorted(told, key=lambda one: (one.table_name, one.column, one.record, one.rule, one.lower))


# What is published, as figures


def _sides(table: TableContract, shown: pl.DataFrame, release: int, also: Set[str]) -> pl.DataFrame:
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


def _one_series(sides: pl.DataFrame) -> pl.DataFrame:
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
class _Knowledge:
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


def _knowledge(sides: pl.DataFrame, releases: int, round_to: int) -> _Knowledge:
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
    return _Knowledge(sides, value, there | hidden, hidden, slack, decimals == 0, floor)


# What adds up


@dataclass(frozen=True)
class _Relations:
    """What adds up: ``matrix`` (a row a relation, a column a figure) times figures gives ``total``, or for a remainder more.
    ``kind`` is how it is believed; series of ``untimed`` populations do not add up over time."""

    matrix: sparse.csr_array
    total: Floats
    kind: npt.NDArray[np.int64]
    untimed: frozenset[str]


def _relations(known: _Knowledge, tables: Sequence[TableContract], council: str, sums: pl.DataFrame) -> _Relations:
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
    return _Relations(matrix[kept], total[kept], kind[kept], untimed)


def _belief(matrix: sparse.csr_array, total: Floats, family: npt.NDArray[np.int64], known: _Knowledge) -> npt.NDArray[np.int64]:
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
    wholes = figures.select(*series, whole="figure", first="start", last="end", length="days").unique("whole")
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


# What follows


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


def _shown_elsewhere(known: _Knowledge) -> Iterator[Exposure]:
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


def _places(known: _Knowledge, hidden: bool = False) -> list[tuple[int, str, str, str]]:
    """Each figure that the newest release withholds, with table, column and record; with the
    ``hidden`` ones of these rows where asked for."""
    newest = known.sides.filter(pl.col("release") == len(known.value) - 1, pl.col("value").is_null())
    newest = newest.filter("confidential") if hidden else newest.filter(~pl.col("hidden"))
    return newest.select("figure", "table", "column", "record").rows()


@dataclass(frozen=True)
class _Unknowns:
    """What is left to find: a row of ``matrix`` a relation between ``least`` and ``most``, a column an unknown; ``figure`` is the
    number of its figure, -1 for a running total over time; ``floor`` is the least that it can be.
    ``unsure`` rows perhaps leave a remainder."""

    matrix: sparse.csr_array
    least: Floats
    most: Floats
    figure: npt.NDArray[np.int64]
    floor: Floats
    unsure: Mask


def _bounded(known: _Knowledge, relations: _Relations, smallest_count: int, withstood: set[str]) -> Iterator[Exposure]:
    """Withheld figures between whose bounds there is too little.

    Nobody tells the attacker which withheld figures were revised. So all releases are taken together as if none was, and
    again as if those were that an earlier release shows; where both contradict themselves, the newest release is
    taken alone. Where that contradicts itself nothing is certain, and so all is exposed.
    """
    earlier, newest = range(len(known.value) - 1), known.value[-1]
    before, now = frozenset(withstood), set[str]()
    memory = _Memory(smallest_count, before, now)
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


def _too_narrow(known: _Knowledge, bounds: Sequence[Floats], smallest_count: int) -> Iterator[tuple[int, Exposure]]:
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


def _around(known: _Knowledge, relations: _Relations, exposed: Set[int]) -> dict[int, tuple[Place, ...]]:
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


def _of_series(known: _Knowledge) -> sparse.csr_array:
    """Which figures are of one series over time: a row a series, a column a figure."""
    series = known.sides.filter("flow").unique("figure", maintain_order=True)
    number = series.select(pl.struct("population", "area", "part").rank("dense")).to_series().to_numpy().astype(np.int64) - 1
    shape = (int(number.max(initial=-1)) + 1, known.hidden.size)
    return sparse.csr_array(sparse.coo_array((np.ones(number.size), (number, series["figure"].to_numpy())), shape=shape))


@dataclass(frozen=True)
class _Memory:
    """The smallest count that may be shown, and by hash the parts of the system that withstood an attack: before, and now."""

    smallest_count: int
    before: frozenset[str]
    now: set[str]


def _bounds(
    known: _Knowledge, relations: _Relations, value: Floats, earlier: Iterable[int], wanted: Mask, memory: _Memory
) -> Floats:
    """The bounds of the wanted figures where ``value`` is known, with what was published ``earlier``."""
    found = _solve_all(_unknowns(known, relations, value, earlier), wanted, known, memory)
    return np.where(np.isnan(value)[:, None], found, value[:, None])


def _unknowns(known: _Knowledge, relations: _Relations, value: Floats, earlier: Iterable[int]) -> _Unknowns:
    """The relations among what ``value`` does not show, and those of earlier releases in which something was revised since."""
    blocks = [_rows(known, relations, np.arange(relations.kind.size), value)]
    for release in earlier:
        then = known.value[release]
        revised = ~np.isnan(then) & ~(np.abs(then - value) <= NOTHING)
        chosen = np.asarray(abs(relations.matrix) @ revised.astype(float)) > 0
        chosen &= np.asarray(abs(relations.matrix) @ (~known.there[release]).astype(float)) == 0
        blocks.append(_rows(known, relations, np.flatnonzero(chosen), np.where(np.isnan(then), value, then)))
    over_time = _over_time(known, relations.untimed, value)
    figures = sparse.vstack([block[0] for block in blocks], format="csr")
    helpers = over_time[0].shape[1] - figures.shape[1]
    figures = sparse.hstack([figures, sparse.csr_array((figures.shape[0], helpers))], format="csr")
    unknown = np.flatnonzero(np.isnan(value))
    columns = np.concatenate([unknown, np.arange(value.size, value.size + helpers)])
    matrix = sparse.vstack([figures, over_time[0]], format="csr")[:, columns]
    least, most = (np.concatenate([*(block[side] for block in blocks), over_time[side]]) for side in (1, 2))
    used = np.flatnonzero(np.diff(matrix.indptr))
    unsure = np.concatenate([*(block[3] for block in blocks), np.zeros(over_time[1].size, dtype=np.bool_)])
    figure = np.concatenate([unknown, np.full(helpers, -1)])
    floor = np.concatenate([known.floor[unknown], np.full(helpers, -FAR)])
    return _Unknowns(matrix[used], least[used], most[used], figure, floor, unsure[used])


Rows = tuple[sparse.csr_array, Floats, Floats]
"""Rows of a linear programme, and between what they must be."""


def _rows(
    known: _Knowledge, relations: _Relations, chosen: npt.NDArray[np.int64], value: Floats
) -> tuple[sparse.csr_array, Floats, Floats, Mask]:
    """Relations with what is known taken over to the other side and out of the matrix; and those that nobody can be
    sure of."""
    matrix, shown = relations.matrix[chosen], ~np.isnan(value)
    tolerance = np.asarray(abs(matrix) @ np.where(shown, known.slack, 0.0))
    rest = relations.total[chosen] - np.asarray(matrix @ np.nan_to_num(value))
    left = sparse.csr_array(matrix @ sparse.diags_array((~shown).astype(float)))
    left.eliminate_zeros()
    kind = relations.kind[chosen]
    return left, rest - tolerance, np.where(kind == REMAINDER, np.inf, rest + tolerance), kind == UNSURE


def _over_time(known: _Knowledge, untimed: frozenset[str], value: Floats) -> Rows:
    """Running totals of every series in which something is unknown: a period is the difference of two, and none falls.

    Days that known periods connect have one running total between them, and a known distance from it. Where no period reaches
    over a day, what comes after it is a series of its own.
    """
    whole = ["population", "area", "part"]
    series = [*whole, "stretch"]
    figures = known.sides.filter("flow", ~pl.col("population").is_in(list(untimed))).unique("figure", maintain_order=True)
    figures = figures.select("figure", *whole, "start", after=pl.col("end").dt.offset_by("1d")).sort(*whole, "start", "after")
    reach = pl.col("after").cum_max().shift(1).over(whole)
    figures = figures.with_columns(stretch=(pl.col("start") >= reach).fill_null(False).cum_sum().over(whole))
    figures = figures.with_columns(unknown=pl.Series(np.isnan(value))[figures["figure"]])
    figures = figures.filter(pl.col("unknown").any().over(series), pl.len().over(series) > 1).sort(*series, "start", "after")
    ends = [figures.select(*series, day=day) for day in ("start", "after")]
    days = pl.concat(ends).unique().sort(*series, "day").with_row_index("place")
    figures = figures.join(days.rename({"day": "start", "place": "first"}), on=[*series, "start"], maintain_order="left")
    figures = figures.join(days.rename({"day": "after", "place": "last"}), on=[*series, "after"], maintain_order="left")
    next_day = days.select(*series, place=pl.col("place") - 1, following="place")
    steps = days.filter(pl.col("place") > 0).join(next_day, on=[*series, "place"])
    figure, first, last = (figures[name].to_numpy().astype(np.int64) for name in ("figure", "first", "last"))
    before, following = (steps[name].to_numpy().astype(np.int64) for name in ("place", "following"))
    shown, unknown = np.nan_to_num(value[figure]), figures["unknown"].to_numpy()
    slack = np.where(unknown, 0.0, known.slack[figure])
    certain = ~unknown & (slack == 0)
    total, beyond = _distances(days.height, first[certain], last[certain], shown[certain])
    contradicted = np.abs(beyond[last] - beyond[first] - shown)[certain] > NOTHING
    if contradicted.any():  # nothing is certain then: each day keeps a running total of its own
        total, beyond, certain = np.arange(days.height), np.zeros(days.height), np.zeros_like(certain)
    figure, first, last, shown, slack, unknown = (one[~certain] for one in (figure, first, last, shown, slack, unknown))
    size, periods, rises = value.size, np.arange(figure.size), figure.size + np.arange(before.size)
    row = np.concatenate([periods, periods, periods[unknown], rises, rises])
    column = np.concatenate(
        [size + total[last], size + total[first], figure[unknown], size + total[following], size + total[before]]
    )
    sign = np.repeat([1.0, -1.0, -1.0, 1.0, -1.0], [figure.size, figure.size, int(unknown.sum()), rises.size, rises.size])
    shape = (figure.size + rises.size, size + int(total.max(initial=-1)) + 1)
    matrix = sparse.csr_array(sparse.coo_array((sign, (row, column)), shape=shape))
    matrix.eliminate_zeros()
    floor = np.where(known.floor[figure].min(initial=0) < 0, -np.inf, 0.0)
    least = np.concatenate([shown - slack - (beyond[last] - beyond[first]), floor - (beyond[following] - beyond[before])])
    most = np.concatenate([shown + slack - (beyond[last] - beyond[first]), np.full(rises.size, np.inf)])
    return matrix, least, most


def _distances(
    days: int, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64], shown: Floats
) -> tuple[npt.NDArray[np.int64], Floats]:
    """For each day the number of its running total, and how far its own is beyond that; by periods that are known."""
    known = sparse.coo_array((np.ones(first.size), (first, last)), shape=(days + 1, days + 1)).tocsr()
    total = connected_components(known, directed=False)[1][:days].astype(np.int64)
    roots = np.unique(total, return_index=True)[1]
    from_one = sparse.coo_array((np.ones(roots.size), (np.full(roots.size, days), roots)), shape=known.shape).tocsr()
    above = breadth_first_order(known + from_one, days, directed=False)[1][:days].astype(np.int64)
    step = np.zeros(days)
    lasting, firsting = above[last] == first, above[first] == last
    step[last[lasting]] = shown[lasting]
    step[first[firsting]] = -shown[firsting]
    above[roots] = roots
    while (above[above] != above).any():
        step, above = step + step[above], above[above]
    return total, step


def _solve_all(unknowns: _Unknowns, wanted: Mask, known: _Knowledge, memory: _Memory) -> Floats:
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


def _alone(unknowns: _Unknowns) -> Floats:
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
    unknowns: _Unknowns,
    block: tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]],
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    asked: Mask,
    known: _Knowledge,
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
