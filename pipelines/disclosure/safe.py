"""The step of the line: marts become safe tables, in which no small count of people can be read or worked out.

A count of records above zero and below the smallest count is withheld in rows about people, and so is every column that
rests on it; with them the cells that it takes for none of them to follow from what is shown, in this release or with
earlier ones. The row's ``value_note`` then says ``c``, whatever the reason. Which column rests on which counts, and
what adds up, is declared with the columns. Columns that are not published go no further than here.

Does not belong here: which tables are published, and any step before the marts or after the safe tables. Tables that are
made after this step are made from safe tables alone, so whatever they say of a cell follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse

from pipelines.contract import Column, TableContract
from pipelines.council import Council
from pipelines.disclosure.cells import Cells, read_cells
from pipelines.disclosure.history import CONFIDENTIAL, NOTE, before
from pipelines.disclosure.protect import Flags, System, protect
from pipelines.disclosure.rounding import rounded
from pipelines.files import replacing
from pipelines.tables import connect, in_order, name, text


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
    withheld_cell: Path,
    publish: Path | None = None,
) -> list[Withheld]:
    """Write the safe form of each mart, and to ``withheld_cell`` (Parquet) how many cells of each are withheld.

    ``council`` says which counts are small; ``publish`` holds what readers have from earlier releases. Safe files of other
    tables are removed. Raises ``duckdb.Error`` or ``polars.exceptions.PolarsError`` where a mart lacks a declared column.
    """
    tables = sorted(tables, key=lambda table: table.name)
    for stale in set(safe.glob("*.parquet")) - {safe / f"{table.name}.parquet" for table in tables}:
        stale.unlink()
    cells = read_cells(tables, marts, council.area_code, council.year_starts_in, council.smallest_count)
    emptied = cells.published.filter(cells.emptied(_withheld(cells, tables, council, marts, publish)))
    found = [_write(table, emptied, council, marts, safe) for table in tables]
    with replacing(withheld_cell) as temporary:
        types = {"table_name": pl.String, "cells_withheld": pl.Int64, "cells": pl.Int64}
        rows = [(one.table_name, one.cells_withheld, one.cells) for one in found]
        pl.DataFrame(rows, schema=types, orient="row").write_parquet(temporary)
    return found


def _withheld(cells: Cells, tables: Sequence[TableContract], council: Council, marts: Path, publish: Path | None) -> Flags:
    """The cells withheld: small ones, those withheld before, and those that protect them."""
    count = np.round(cells.value)
    small = (count > 0) & (count < council.smallest_count)
    if not council.zeros_shown:
        small |= (count == 0) & (cells.shown > 0)
    nothing = np.zeros_like(small)
    known, withheld, new, sums = nothing, nothing, ~nothing, cells.sums
    if publish:
        had = before(cells, tables, marts, publish)
        known, withheld, new, sums = had.known, had.withheld, had.new, sparse.vstack([cells.sums, had.sums], format="csc")
    system = System(cells.value, sums, small, cells.shown, known, withheld, new, cells.blocks)
    return protect(system, council.smallest_count, cells.follow) | small


def _write(table: TableContract, emptied: pl.DataFrame, council: Council, marts: Path, safe: Path) -> Withheld:
    """Write one safe table; count its cells."""
    left_out = [column.name for column in table.governed if rounded(column, council.round_to) == "null"]
    hidden = emptied.filter(pl.col("table") == table.name, ~pl.col("column").is_in(left_out)).select("row", "column")
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
        cells = " + ".join(f"count({name(column.name)})" for column in table.governed)
        number = connection.execute(f"select {cells} from read_parquet({source})").fetchall()[0][0] if cells else 0
    return Withheld(table.name, hidden.height, number)


def _safe_value(table: TableContract, column: Column, round_to: int) -> str:
    """The SQL select item for a published column after disclosure control."""
    value = name(column.name)
    if column.disclosure:
        return f"case when not list_contains(hidden, {text(column.name)}) then {rounded(column, round_to)} end as {value}"
    if column.name == NOTE and table.governed:
        return f"case when len(hidden) > 0 then '{CONFIDENTIAL}' else {value} end as {value}"
    return value
