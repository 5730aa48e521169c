"""A published table as bytes: how each type is written into CSV and read back.

Belongs here: the text of a value, the CSV dialect, reading a published CSV, a table in several files. Does not belong here:
which tables there are, and what stands beside them in a package.

A text cell that a spreadsheet would run as a formula (it begins with ``= + - @``, in full width too, a tab or the end of a
line, and is not a plain number) is written with an apostrophe in front, and read back without it. An empty text is a missing
value.

A table is one file, ``<table>.csv``. One that would be too large is a folder of its name with a file for each financial
year, ``<table>/2025-26.csv``; whoever reads a table names the one file, and is given the rows of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contract import Column, TableContract
from pipelines.files import replacing

DIALECT = "header true, delimiter ',', quote '\"', escape '\"', nullstr ''"
STARTS = r"[=+\-@\t\r\n＝＋－＠]"
FORMULA = rf"^'*{STARTS}"
NUMBER = r"^[+-]?[0-9]+([.][0-9]+)?$"


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def connect() -> duckdb.DuckDBPyConnection:
    """A connection to the process's one in-memory DuckDB, since to start one takes longer than most queries here.

    Tables made in it must be temporary: those are the connection's own and go with it.
    """
    return _database().cursor()


def frame(query: str) -> pl.DataFrame:
    """The rows of a query."""
    return pl.DataFrame(connect().sql(query).to_arrow_table())


def name(identifier: str) -> str:
    """An identifier as SQL writes it."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: object) -> str:
    """A text as SQL writes it."""
    return "'" + str(value).replace("'", "''") + "'"


def names(identifiers: Iterable[str]) -> str:
    """Identifiers as an SQL list."""
    return ", ".join(name(one) for one in identifiers)


def parquet(path: Path) -> str:
    """A Parquet file as SQL reads it."""
    return f"read_parquet({text(path)})"


def neutral(value: str) -> str:
    """The SQL of a text that no spreadsheet runs as a formula."""
    formula = f"regexp_matches({value}, {text(FORMULA)}) and not regexp_matches({value}, '{NUMBER}')"
    return f"case when {formula} then '''' || {value} else {value} end"


def restored(value: str) -> str:
    """The SQL of a text as it was before :func:`neutral`."""
    apostrophe = text(f"^'('*{STARTS})")
    return f"regexp_replace({value}, {apostrophe}, '\\1')"


def published_text(column: Column) -> str:
    """The SQL expression for the published text of a column's value; NULL where there is none."""
    value = name(column.name)
    if column.data_type == "VARCHAR":
        return f"nullif({neutral(value)}, '')"
    if column.data_type == "TIMESTAMP":
        return f"strftime({value}, '%Y-%m-%dT%H:%M:%SZ')"
    if column.is_number:
        return f"cast(cast({value} as decimal(38, {column.scale})) as varchar)"
    return f"cast({value} as varchar)"


def in_order(columns: Iterable[str], of: str = "") -> str:
    """The one order of a table's rows: by its key, missing values first."""
    return ", ".join(f"{of}{name(column)} nulls first" for column in columns)


def write_csv(table: TableContract, source: Path, target: Path) -> None:
    """Write the published columns of a Parquet table as CSV: UTF-8, LF, minimal quoting, ordered by key.

    Raises ``duckdb.Error`` where a value has no published text (an infinite number, for instance).
    """
    _write(table, source, target, "true")


def split(table: TableContract, source: Path, target: Path, year_starts_in: int) -> list[Path]:
    """Write a table again, as a file for each financial year in the place of the one ``target``; the files, in order.

    A row belongs to the year of the last date of its key. Nothing is done, and nothing returned, where the key has no date or
    the table no row.
    """
    dates = [column.name for column in table.published if column.data_type == "DATE" and column.name in table.primary_key]
    if not dates:
        return []
    folder, year = target.with_suffix(""), f"year({name(dates[-1])} - to_months({year_starts_in - 1}))"
    with connect() as connection:
        years = connection.execute(f"select distinct {year} from {parquet(source)} order by all").fetchall()
    if not years:
        return []
    made = []
    for (first,) in years:
        label = f"{first}" if year_starts_in == 1 else f"{first}-{(first + 1) % 100:02d}"
        made.append(folder / f"{label}.csv")
        _write(table, source, made[-1], f"{year} = {first}")
    target.unlink()
    return made


def _write(table: TableContract, source: Path, target: Path, where: str) -> None:
    columns = ", ".join(f"{published_text(column)} as {name(column.name)}" for column in table.published)
    rows = f"from {parquet(source)} as t where {where} order by {in_order(table.primary_key, of='t.')}"
    with replacing(target) as temporary, connect() as connection:
        connection.execute(f"copy (select {columns} {rows}) to {text(temporary)} (format csv, {DIALECT})")


def parts(path: Path) -> list[Path]:
    """The files of the table that ``path`` names: that one, or those of its financial years; none where it is not there."""
    return [path] if path.exists() else sorted(path.with_suffix("").glob("*.csv"))


def csv(path: Path, columns: Sequence[str]) -> str:
    """A published table as a subquery with every column as text, a column ``row`` (1 the first) in front.

    ``columns`` are the file's own, in its order; a file with others makes DuckDB raise an error.
    """
    files = [_file(file, columns) for file in parts(path) or [path]]
    if len(files) == 1:
        return files[0]
    together = " union all ".join(f"select {number} as part, * from {file}" for number, file in enumerate(files))
    return f"(select row_number() over (order by part, row) as row, * exclude (part, row) from ({together}))"


def _file(path: Path, columns: Sequence[str]) -> str:
    types = ", ".join(f"{text(column)}: 'VARCHAR'" for column in columns)
    values = ", ".join(f"{restored(name(c))} as {name(c)}" for c in columns)
    return (
        f"(select row_number() over () as row, {values} from read_csv({text(path)}, auto_detect = false, header = true, "
        f"delim = ',', quote = '\"', escape = '\"', nullstr = '', parallel = false, columns = {{{types}}}))"
    )


def write_previous(table: TableContract, old: tuple[Path, Sequence[str]] | None, target: Path) -> None:
    """Write a table of the last release as Parquet in the types of today's contract.

    ``old`` is the published CSV and its columns, ``None`` when there is none: an empty table then. A column that is new is
    missing throughout, and so is a value that today's type cannot hold.
    """
    there = set(old[1]) if old else set()
    columns = ", ".join(
        f"try_cast({name(c.name) if c.name in there else 'null'} as {c.data_type}) as {name(c.name)}" for c in table.published
    )
    source = csv(*old) if old else "(select 1 where false)"
    with replacing(target) as temporary, connect() as connection:
        connection.execute(f"copy (select {columns} from {source}) to {text(temporary)} (format parquet)")
