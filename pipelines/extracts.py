"""Small files for small consumers: of one table, the rows of each thing that they are about, with labels beside the codes.

Belongs here: ``<folder>/<value>.csv`` and ``.json`` as ``package.yml`` asks for them. Does not belong here: any figure; every
row is one of the published table.

The JSON file says what the rows are about (``about``), then the names of the columns, then the rows, one a line, so that a
change of one figure is a change of one line. Numbers are numbers, an empty cell is ``null``.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from pipelines.contract import TableContract
from pipelines.files import replacing
from pipelines.package import Extract, Package, column_type
from pipelines.tables import DIALECT, connect, csv, name, neutral, text
from pipelines.verify import DESCRIPTOR

QUOTED_COMMA = ", ',', "


def write_extracts(package: Package, folder: Path) -> None:
    """Write every extract of a dataset from its published tables in ``folder``.

    Raises ``ValueError`` where a value cannot be the name of a file.
    """
    for extract in package.extracts:
        tables = {table.name: table for table in package.tables}
        with connect() as connection:
            _load(connection, extract, tables, folder)
            values = [
                value
                for (value,) in connection.execute(
                    "select distinct belongs_to from part where belongs_to is not null order by all"
                ).fetchall()
            ]
            for value in values:
                if not value.isascii() or not value.replace("_", "").replace("-", "").isalnum():
                    raise ValueError(f"A value of {extract.table}.{extract.by} cannot be the name of a file.")
                _write(connection, extract, tables[extract.table], value, folder / extract.folder)


def _load(connection: duckdb.DuckDBPyConnection, extract: Extract, tables: dict[str, TableContract], folder: Path) -> None:
    """The rows of the extract's table with labels as the temporary table ``part``; what they are about as ``subject``.

    The column ``belongs_to`` has the value that a row belongs to, in both.
    """

    def relation(table: TableContract) -> str:
        return csv(folder / "data" / f"{table.name}.csv", [column.name for column in table.published])

    table, by = tables[extract.table], name(extract.by)
    keys = {key.to: key for key in table.foreign_keys}
    labels, joins = "", ""
    for to, label in extract.labels:
        match = " and ".join(
            f"t.{name(a)} = {name(to)}.{name(b)}" for a, b in zip(keys[to].columns, keys[to].to_columns, strict=True)
        )
        labels += f", {name(to)}.{name(label)} as {name(_label(to, label))}"
        joins += f" left join {relation(tables[to])} as {name(to)} on {match}"
    connection.execute(
        f"create or replace temporary table part as select t.{by} as belongs_to, t.* exclude ({by}){labels} "
        f"from {relation(table)} as t {joins} order by t.row"
    )
    key = next(key for key in table.foreign_keys if key.columns == (extract.by,))
    fields = [f"{text(json.dumps(c.name) + ':')} || {_as_json(c.name, column_type(c))}" for c in tables[key.to].published]
    words = f"concat('{{', {QUOTED_COMMA.join(fields)}, '}}')"
    connection.execute(
        f"create or replace temporary table subject as select {name(key.to_columns[0])} as belongs_to, {words} as words "
        f"from {relation(tables[key.to])}"
    )


def _label(table: str, column: str) -> str:
    return column if column.startswith(f"{table}_") else f"{table}_{column}"


def _write(connection: duckdb.DuckDBPyConnection, extract: Extract, table: TableContract, value: str, folder: Path) -> None:
    """The two files of one value."""
    types = {column.name: column_type(column) for column in table.published if column.name != extract.by}
    columns = [*types, *(_label(to, column) for to, column in extract.labels)]
    rows = f"from part where belongs_to = {text(value)} order by row"
    with replacing(folder / f"{value}.csv") as temporary:
        texts = ", ".join(f"nullif({neutral(f'part.{name(c)}')}, '') as {name(c)}" for c in columns)
        connection.execute(f"copy (select {texts} {rows}) to {text(temporary)} (format csv, {DIALECT})")
    cells = QUOTED_COMMA.join(_as_json(c, types.get(c, "string")) for c in columns)
    lines = [line for (line,) in connection.execute(f"select '[' || concat({cells}) || ']' {rows}").fetchall()]
    about = connection.execute(f"select words from subject where belongs_to = {text(value)}").fetchall()
    head = {"dataset": f"../{DESCRIPTOR}", "about": json.loads(about[0][0]) if about else {}, "columns": columns}
    with replacing(folder / f"{value}.json") as temporary:
        start = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
        temporary.write_text(start + ',\n "rows": [\n' + ",\n".join(lines) + "\n ]\n}\n", encoding="utf-8")


def _as_json(column: str, kind: str) -> str:
    """The SQL expression for a published text as JSON: numbers and truth values are written there as they are published."""
    plain = kind in ("integer", "number", "boolean")
    return f"coalesce({name(column) if plain else f'cast(to_json({name(column)}) as varchar)'}, 'null')"
