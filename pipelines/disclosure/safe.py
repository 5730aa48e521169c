"""The step of the line: marts become safe tables, in which no small count of people can be read or worked out.

A count of records above zero and below the smallest count is withheld in rows about people, and so is every column that
rests on it; with them the cells that it takes for none of them to follow from what is shown, in this release or with
earlier ones. The row's ``value_note`` then says ``c``, whatever the reason. Which column rests on which counts, and
what adds up, is declared with the columns. Columns that are not published go no further than here.

The choice is attacked before it is kept. Where the attacker finds a figure, it says which others it may rest on; more and
more of those are withheld, in the end all that hang together with it, until the attacker finds nothing.

Does not belong here: which tables are published, and any step before the marts or after the safe tables. Tables that are
made after this step are made from safe tables alone, so whatever they say of a cell follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse

from pipelines.contract import Column, TableContract
from pipelines.council import Council
from pipelines.disclosure.attack import Exposure, Place, Tables, attack, read_release
from pipelines.disclosure.audit import true_ones
from pipelines.disclosure.cells import Cells, read_cells
from pipelines.disclosure.history import CONFIDENTIAL, NOTE, before
from pipelines.disclosure.protect import Flags, System, protect
from pipelines.disclosure.rounding import rounded
from pipelines.disclosure.totals import record_of, sums_found
from pipelines.files import read_json, replacing, write_json
from pipelines.tables import connect, frame, in_order, name, parquet, published_text, restored, text

PLACE = {"table": pl.String, "row": pl.UInt32, "column": pl.String}
WITHSTOOD, SUMS = "withstood.json", "sum_found.parquet"
PATIENCE = 6
"""After so many rounds, each of which withholds twice as much as the one before, all that hangs together goes."""


@dataclass(frozen=True)
class Withheld:
    """How many of a table's cells under the rule are withheld; ``cells`` counts those that held a value."""

    table_name: str
    cells_withheld: int
    cells: int


def disclose(
    tables: Iterable[TableContract],
    council: Council,
    marts: Path,
    safe: Path,
    publish: Path,
    reference: Path,
) -> list[Withheld]:
    """Write the safe form of each mart.

    ``council`` says which counts are small; ``publish`` holds what readers have from earlier releases. Written to ``reference``
    are ``withheld_cell`` (how many cells of each table are withheld), and for the gate the sums found in the marts and by hash
    what the attacker found nothing in. Safe files of other tables are removed. Raises ``duckdb.Error`` or
    ``polars.exceptions.PolarsError`` where a mart lacks a declared column.
    """
    tables = sorted(tables, key=lambda table: table.name)
    for stale in set(safe.glob("*.parquet")) - {safe / f"{table.name}.parquet" for table in tables}:
        stale.unlink()
    sums = sums_found(tables, marts, council)
    cells = read_cells(tables, marts, council, sums)
    system = _system(cells, tables, council, marts, publish)
    chosen = _Choice(protect(system, council.smallest_count, cells.follow) | system.small, pl.DataFrame(schema=PLACE))
    earlier, withstood = read_release(publish), read_withstood(reference)
    for number in count():
        emptied = chosen.emptied(cells)
        found = [_write(table, emptied, council, marts, safe) for table in tables]
        exposed = _attack(tables, council, marts, safe, earlier, sums, withstood)
        more = [place for one in exposed for place in one.around[: 2**number if number < PATIENCE else None]]
        if not more:
            break
        chosen = chosen.and_also(_rows(more, tables, marts), cells, system, council.smallest_count)
        if number >= PATIENCE and chosen.emptied(cells).height == emptied.height:
            break  # all that hangs together is withheld; what is exposed still is for the gate to judge
    write_json(reference / WITHSTOOD, sorted(withstood))
    with replacing(reference / SUMS) as temporary:
        sums.write_parquet(temporary)
    with replacing(reference / "withheld_cell.parquet") as temporary:
        types = {"table_name": pl.String, "cells_withheld": pl.Int64, "cells": pl.Int64}
        rows = [(one.table_name, one.cells_withheld, one.cells) for one in found]
        pl.DataFrame(rows, schema=types, orient="row").write_parquet(temporary)
    return found


def read_withstood(reference: Path) -> set[str]:
    """What an earlier attack found nothing in, by hash; nothing where there was none."""
    path = reference / WITHSTOOD
    return set(read_json(path)) if path.exists() else set()


def read_sums(reference: Path) -> pl.DataFrame:
    """The sums found when the safe tables were made."""
    return pl.read_parquet(reference / SUMS)


@dataclass(frozen=True)
class _Choice:
    """What is withheld: cells, and single values besides that rest on no cell about people."""

    cells: Flags
    values: pl.DataFrame

    def emptied(self, cells: Cells) -> pl.DataFrame:
        """The published values that are emptied."""
        return pl.concat([cells.published.filter(cells.emptied(self.cells)).select(PLACE.keys()), self.values])

    def and_also(self, places: pl.DataFrame, cells: Cells, system: System, smallest_count: int) -> _Choice:
        """The same and the values at the places, with the counts that they tell wherever these stand, and what protects those."""
        wanted = cells.published.join(places.with_columns(here=pl.lit(True)), on=list(PLACE), how="left", maintain_order="left")
        flags = wanted["here"].fill_null(False).to_numpy().astype(float)
        tells = np.asarray(cells.tells.sum(axis=1)).ravel() > 0
        more: Flags = ((cells.tells.T @ flags > 0) | (cells.shown_by.T @ (flags * ~tells) > 0)) & ~self.cells
        system = replace(system, small=system.small | more, withheld=system.withheld | self.cells | more, new=more)
        others = places.join(cells.published, on=list(PLACE), how="anti")
        withheld = protect(system, smallest_count, cells.follow) | self.cells | more
        return _Choice(withheld, pl.concat([self.values, others]).unique(maintain_order=True))


def _attack(
    tables: Sequence[TableContract],
    council: Council,
    marts: Path,
    safe: Path,
    earlier: Tables,
    sums: pl.DataFrame,
    withstood: set[str],
) -> list[Exposure]:
    """What readers of the safe tables could work out with what they have already, as far as it is true."""
    shown = {table.name: _as_published(table, safe / f"{table.name}.parquet") for table in tables if table.governed}
    releases = [earlier, shown] if earlier else [shown]
    exposed = attack(releases, tables, council, sums, withstood)
    return true_ones(exposed, tables, council, marts)


def _as_published(table: TableContract, safe: Path) -> pl.DataFrame:
    """A safe table as its readers will have it, every value as text."""
    texts = ", ".join(f"{published_text(column)} as {name(column.name)}" for column in table.published)
    read = ", ".join(f"{restored(name(column.name))} as {name(column.name)}" for column in table.published)
    return frame(f"select {read} from (select {texts} from {parquet(safe)})")


def _rows(places: Iterable[Place], tables: Sequence[TableContract], marts: Path) -> pl.DataFrame:
    """Places by the rows of their marts."""
    wanted = pl.DataFrame(sorted(set(places)), schema=["table", "column", "record"], orient="row")
    found = [pl.DataFrame(schema=PLACE)]
    for table in tables:
        here = wanted.filter(pl.col("table") == table.name)
        if here.height:
            rows = pl.read_parquet(marts / f"{table.name}.parquet").select(record=record_of(table)).with_row_index("row")
            found.append(here.join(rows, on="record").select(PLACE.keys()).cast(PLACE))  # type: ignore[arg-type]
    return pl.concat(found)


def _system(cells: Cells, tables: Sequence[TableContract], council: Council, marts: Path, publish: Path) -> System:
    """The cells as a system to protect: which are small, and what readers have of them."""
    count = np.round(cells.value)
    small = (count > 0) & (count < council.smallest_count)
    if not council.zeros_shown:
        small |= (count == 0) & (cells.shown > 0)
    had = before(cells, tables, marts, publish)
    sums = sparse.vstack([cells.sums, had.sums], format="csc")
    return System(cells.value, sums, small, cells.shown, had.known, had.withheld, had.new, cells.remainder, cells.blocks)


def _write(table: TableContract, emptied: pl.DataFrame, council: Council, marts: Path, safe: Path) -> Withheld:
    """Write one safe table; count its cells, and those that are withheld: what rounding leaves out would not be shown anyway."""
    hidden = emptied.filter(pl.col("table") == table.name).select("row", "column")
    source = text(marts / f"{table.name}.parquet")
    mart = f"(select *, file_row_number as mart_row from read_parquet({source}, file_row_number = true))"
    columns = ", ".join(_safe_value(table, column, council.round_to) for column in table.published)
    with replacing(safe / f"{table.name}.parquet") as target, connect() as connection:
        connection.register("hidden_value", hidden)
        joined = (
            f"(select m.*, coalesce(h.hidden, []) as hidden from {mart} as m left join "
            '(select row, list("column") as hidden from hidden_value group by row) as h on m.mart_row = h.row)'
        )
        query = f"select {columns} from {joined} as t order by {in_order(table.primary_key, of='t.')}"
        connection.execute(f"copy ({query}) to {text(target)} (format parquet)")
        there = "".join(f" + count({name(column.name)})" for column in table.governed)
        lost = "".join(f" + count({rounded(c, council.round_to)}) filter ({_hidden(c)})" for c in table.governed)
        number, withheld = connection.execute(f"select 0 * count(*){there}, 0 * count(*){lost} from {joined}").fetchall()[0]
    return Withheld(table.name, withheld, number)


def _hidden(column: Column) -> str:
    """The SQL condition that a row hides the value of a column."""
    return f"list_contains(hidden, {text(column.name)})"


def _safe_value(table: TableContract, column: Column, round_to: int) -> str:
    """The SQL select item for a published column after disclosure control."""
    value = name(column.name)
    if column.disclosure:
        shown = f"case when not {_hidden(column)} then {rounded(column, round_to)} end"
        return f"cast({shown} as {column.data_type}) as {value}"
    if column.name == NOTE and table.governed:
        return f"case when len(hidden) > 0 then '{CONFIDENTIAL}' else {value} end as {value}"
    return value
