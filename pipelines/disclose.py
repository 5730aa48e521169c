"""Disclosure control: marts become safe tables, in which no small count of people can be read.

The rule, in this one place: a column that rests on a count of records above zero and below the smallest count is emptied,
in rows about people; the row's ``value_note`` then says ``c``. Which column rests on which counts is declared with the
column. Columns that are not published go no further than here.

Not done here yet: secondary suppression. A withheld cell may still be worked out from a published total and the cells
beside it, from another table, or from an earlier release; only the complements that a mart itself declares are guarded.

Does not belong here: which tables are published, and any step before the marts or after the safe tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.contract import Column, TableContract
from pipelines.files import replacing
from pipelines.tables import connect, in_order, name, parquet, text

ABOUT_PEOPLE = "about_people"
NOTE = "value_note"
CONFIDENTIAL = "c"


@dataclass(frozen=True)
class Withheld:
    """How many of a table's cells under the rule are withheld; ``cells`` counts those that held a value."""

    table_name: str
    cells_withheld: int
    cells: int


@dataclass(frozen=True)
class Violation:
    """A safe table that breaks a rule: which, in how many rows, and the keys of the first few."""

    table_name: str
    rule: str
    rows: int
    examples: tuple[str, ...] = ()


def disclose(
    tables: Iterable[TableContract], marts: Path, safe: Path, withheld_cell: Path, smallest_count: int = 5
) -> list[Withheld]:
    """Write the safe form of each mart, and to ``withheld_cell`` (Parquet) how many cells of each are withheld.

    ``smallest_count`` is the smallest count that may be shown, zero aside. Safe files of other tables are removed.
    Raises ``duckdb.Error`` where a mart lacks a declared column.
    """
    tables = sorted(tables, key=lambda table: table.name)
    for stale in set(safe.glob("*.parquet")) - {safe / f"{table.name}.parquet" for table in tables}:
        stale.unlink()
    found = [_disclose(table, marts, safe, smallest_count) for table in tables]
    with replacing(withheld_cell) as temporary:
        types = {"table_name": pl.String, "cells_withheld": pl.Int64, "cells": pl.Int64}
        rows = [(one.table_name, one.cells_withheld, one.cells) for one in found]
        pl.DataFrame(rows, schema=types, orient="row").write_parquet(temporary)
    return found


def _disclose(table: TableContract, marts: Path, safe: Path, smallest_count: int) -> Withheld:
    """Write one safe table; count its cells."""
    source = parquet(marts / f"{table.name}.parquet")
    hidden = {column.name: _hidden(table, column, smallest_count) for column in table.governed}
    columns = ", ".join(_safe_value(table, column, hidden) for column in table.published)
    with replacing(safe / f"{table.name}.parquet") as target, connect() as connection:
        query = f"select {columns} from {source} as t order by {in_order(table.primary_key, of='t.')}"
        connection.execute(f"copy ({query}) to {text(target)} (format parquet)")
        if not hidden:
            return Withheld(table.name, 0, 0)
        withheld = [f"count({name(c)}) filter ({rule})" for c, rule in hidden.items()]
        cells = [f"count({name(c)})" for c in hidden]
        counts = f"select {' + '.join(withheld)}, {' + '.join(cells)} from {source}"
        number_withheld, number = connection.execute(counts).fetchall()[0]
    return Withheld(table.name, number_withheld, number)


def _hidden(table: TableContract, column: Column, smallest_count: int) -> str:
    """The rule: the SQL condition under which a column is withheld."""
    small = " or ".join(f"({name(c)} > 0 and {name(c)} < {smallest_count})" for c in column.disclosure)
    people = any(one.name == ABOUT_PEOPLE for one in table.columns)
    about_people = f"coalesce({name(ABOUT_PEOPLE)}, true)" if people else "true"
    return f"coalesce({about_people} and ({small}), false)"


def _safe_value(table: TableContract, column: Column, hidden: dict[str, str]) -> str:
    """The SQL select item for a published column after the rule."""
    value = name(column.name)
    if column.name in hidden:
        return f"case when {hidden[column.name]} then null else {value} end as {value}"
    if column.name == NOTE and hidden:
        any_hidden = " or ".join(f"({name(c)} is not null and {rule})" for c, rule in hidden.items())
        return f"case when {any_hidden} then '{CONFIDENTIAL}' else {value} end as {value}"
    return value


def audit(tables: Iterable[TableContract], marts: Path, safe: Path, smallest_count: int = 5) -> list[Violation]:
    """Read safe tables again beside their marts, and report whatever breaks the rule.

    Shares no code with :func:`disclose`: a small count that is shown, a value that is neither the mart's nor withheld, a
    row that is lost, a column too many and a note that is missing are each found.
    """
    return [violation for table in tables for violation in _audit(table, marts, safe, smallest_count)]


def _audit(table: TableContract, marts: Path, safe: Path, smallest_count: int) -> Iterator[Violation]:
    mart, shown = (pl.read_parquet(folder / f"{table.name}.parquet") for folder in (marts, safe))
    expected = [column.name for column in table.columns if column.published]
    if shown.columns != expected:
        wrong = sorted(set(shown.columns) ^ set(expected)) or shown.columns
        yield Violation(table.name, f"columns other than the published ones: {', '.join(wrong)}", shown.height)
        return
    key = list(table.primary_key)
    repeated = mart.height - mart.select(key).n_unique()
    if repeated:
        yield Violation(table.name, f"rows that share a key ({', '.join(key)})", repeated)
        return
    both = mart.join(shown, on=key, how="inner", suffix=" shown", nulls_equal=True)
    kept = mart.join(shown, on=key, how="semi", nulls_equal=True).height
    if mart.height != kept or shown.height != kept:
        yield Violation(table.name, "rows lost or added", mart.height - kept + shown.height - kept)
    yield from _cell_violations(table, both, smallest_count)


def _cell_violations(table: TableContract, both: pl.DataFrame, smallest_count: int) -> Iterator[Violation]:
    """Compare cell by cell; ``both`` has each published column twice, the safe one named ``<column> shown``."""
    people = pl.col(ABOUT_PEOPLE).fill_null(True) if ABOUT_PEOPLE in both.columns else pl.lit(True)
    emptied = pl.lit(False)
    for column in table.columns:
        if not column.published or column.name in (*table.primary_key, NOTE):
            continue
        before, after = pl.col(column.name), pl.col(f"{column.name} shown")
        small = [pl.col(c).is_between(0, smallest_count, closed="none").fill_null(False) for c in column.disclosure]
        hide = people & pl.any_horizontal(small) if small else pl.lit(False)
        emptied |= hide & before.is_not_null()
        yield from _found(table, f"{column.name} shown although it rests on a small count", both, hide & after.is_not_null())
        yield from _found(table, f"{column.name} is not the mart's value", both, ~hide & before.ne_missing(after))
    if NOTE in both.columns:
        note = pl.col(f"{NOTE} shown")
        right = pl.when(emptied).then(note.eq_missing(pl.lit(CONFIDENTIAL))).otherwise(note.eq_missing(pl.col(NOTE)))
        yield from _found(table, f"{NOTE} does not say what was withheld", both, ~right)


def _found(table: TableContract, rule: str, both: pl.DataFrame, broken: pl.Expr) -> Iterator[Violation]:
    rows = both.filter(broken).select(table.primary_key)
    if rows.height:
        examples = tuple("|".join(f"{c}={v}" for c, v in row.items()) for row in rows.head(3).iter_rows(named=True))
        yield Violation(table.name, rule, rows.height, examples)
