"""Reading a release as any reader of its files would: rows as published, every value as text.

Belongs here: rows of a published table. Does not belong here: what they mean, typed tables (``tables``), or checks of a
release (``verify``).
"""

from __future__ import annotations

import csv as text_csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb

from pipelines.tables import csv, name, parts

Row = dict[str, str | None]
"""A published row: the text of each value by column; ``None`` where there is none."""


def rows(table: Path, where: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of a published table, in its order, that have the given values; none where it does not exist.

    Raises :class:`LookupError` where a column of ``where`` is not in the file.
    """
    files = parts(table)
    if not files:
        return []
    with files[0].open(encoding="utf-8", newline="") as file:
        columns = next(text_csv.reader(file), [])
    if not columns:
        return []
    conditions = where or {}
    for column in conditions:
        if column not in columns:
            raise LookupError(f"{table} has no column {column}.")
    kept = " and ".join(f"{name(column)} = ?" for column in conditions) or "true"
    query = f"select * exclude (row) from {csv(table, columns)} where {kept} order by row"
    with _database().cursor() as cursor:
        found = cursor.execute(query, list(conditions.values())).fetchall()
    return [dict(zip(columns, values, strict=True)) for values in found]


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database in memory for all reads of a process: opening one costs more than reading a small table."""
    return duckdb.connect()
