"""What readers have from earlier releases, read from the publish folder alone.

What was published stays published, as far as it is still true: readers have it. What was withheld stays withheld, so that
one release does not give what another kept back. A sum that held between figures since corrected still holds between what
was withheld then, where the corrections themselves cancel out.

Belongs here: comparing marts with what is published, cell by cell. Does not belong here: what changed for readers (``compare``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse

from pipelines.contract import TableContract
from pipelines.disclosure.cells import TOLERANCE, Cells
from pipelines.disclosure.protect import Flags
from pipelines.tables import connect, csv, name, published_text, text
from pipelines.verify import datasets_in, table_path

NOTE = "value_note"
CONFIDENTIAL = "c"
REVISION = "revision"
STATES = {"table": pl.String, "row": pl.UInt32, "column": pl.String, "state": pl.String, "old": pl.Float64}


@dataclass(frozen=True)
class Before:
    """Cells that readers know, that were withheld, and that are new to them; sums of earlier releases over today's cells."""

    known: Flags
    withheld: Flags
    new: Flags
    sums: sparse.csc_array


def before(cells: Cells, tables: Iterable[TableContract], marts: Path, publish: Path) -> Before:
    """What the releases in the publish folder tell of today's cells; nothing where there is none."""
    places = {
        one["name"]: (publish / dataset / table_path(one), [field["name"] for field in one["schema"]["fields"]])
        for dataset, package in datasets_in(publish).items()
        for one in package["resources"]
    }
    found = [
        _states(table, marts / f"{table.name}.parquet", places[table.name], places.get(REVISION))
        for table in tables
        if table.governed and table.name in places
    ]
    states = pl.concat([pl.DataFrame(schema=STATES), *found])
    values = cells.published.join(states, on=["table", "row", "column"], how="left", maintain_order="left")
    tells = cells.tells
    told = np.asarray(tells.sum(axis=0)).ravel() > 0
    every = np.asarray(cells.shown_by.sum(axis=0)).ravel()

    def cells_with(state: str) -> Flags:
        """Cells that a value in this state tells; or, where no value tells a cell by itself, all values that rest on it."""
        here = (values["state"] == state).fill_null(False).to_numpy().astype(float)
        found: Flags = np.where(told, tells.T @ here > 0, (every > 0) & (cells.shown_by.T @ here >= every))
        return found

    known, withheld = cells_with("same"), cells_with("withheld")
    new = (every > 0) & ~known & ~withheld
    return Before(known, withheld & ~known, new, _earlier_sums(cells, values, known, withheld))


def _states(
    table: TableContract, mart: Path, old: tuple[Path, list[str]], revision: tuple[Path, list[str]] | None
) -> pl.DataFrame:
    """Each governed value of today beside the last release: the ``same``, ``withheld`` then, or ``revised`` from ``old``.

    A value that an earlier release had is the same, even where the last one withheld it.
    """
    columns = [column for column in table.published if column.name in table.primary_key or column.disclosure]
    now = ", ".join(f"{published_text(column)} as {name(column.name)}" for column in columns)
    match = " and ".join(f"n.{name(one)} is not distinct from o.{name(one)}" for one in table.primary_key)
    record = " || '|' || ".join(f"{text(one + '=')} || coalesce(n.{name(one)}, '')" for one in table.primary_key)
    note = f"o.{name(NOTE)}" if NOTE in old[1] else "null"
    with connect() as connection:
        source = f"read_parquet({text(mart)}, file_row_number = true)"
        connection.execute(f"create temporary table new as select file_row_number as mart_row, {now} from {source}")
        connection.execute(f"create temporary table old as select * from {csv(*old)}")
        revised = "select null as record_key, null as field, null as old_value where false"
        if revision:
            revised = f"select record_key, field, old_value from {csv(*revision)} where table_name = {text(table.name)}"
        connection.execute(f"create temporary table had as {revised}")
        queries = [
            f"""select {text(table.name)}, cast(n.mart_row as uinteger), {text(column)},
            case when n.{name(column)} = o.{name(column)} or had.old_value is not null then 'same'
                when o.{name(column)} is null and {note} = '{CONFIDENTIAL}' then 'withheld'
                when o.{name(column)} is not null then 'revised' end,
            try_cast(o.{name(column)} as double)
            from new as n join old as o on {match} left join (select distinct * from had where field = {text(column)}) as had
            on had.record_key = {record} and had.old_value = n.{name(column)} where n.{name(column)} is not null"""
            for column in (column.name for column in table.governed)
            if column in old[1]
        ]
        rows = connection.execute(" union all ".join(queries)).fetchall() if queries else []
    return pl.DataFrame(rows, schema=STATES, orient="row")


def _earlier_sums(cells: Cells, values: pl.DataFrame, known: Flags, withheld: Flags) -> sparse.csc_array:
    """Sums in which a figure was revised, over what was withheld then; where the revisions cancel out, they still hold."""
    size = cells.value.size
    revised = (values["state"] == "revised").fill_null(False).to_numpy()
    entries = sparse.coo_array(cells.tells)
    chosen = revised[entries.row]
    change = np.zeros(size)
    change[entries.col[chosen]] = values["old"].fill_null(0).to_numpy()[entries.row[chosen]] - cells.value[entries.col[chosen]]
    was_revised = np.zeros(size)
    was_revised[entries.col[chosen]] = 1
    hidden = withheld | (cells.shown == 0)
    there_before = known | hidden | (was_revised > 0)
    complete = abs(cells.sums) @ (~there_before).astype(float) == 0
    holds = complete & (abs(cells.sums) @ was_revised > 0) & (np.abs(cells.sums @ change) < TOLERANCE)
    rows = sparse.csr_array(cells.sums)[np.flatnonzero(holds)]
    return sparse.csc_array(rows @ sparse.diags_array(hidden.astype(float)))
