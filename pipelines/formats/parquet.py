"""Parquet: typed columns, given as text in one form whatever program wrote them.

Belongs here: the text of a typed value. Does not belong here: what a field of a record should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.formats import delivery
from pipelines.formats.delivery import BrokenDelivery, OpenDelivery, fault, first_line, need, within


def open_parquet(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """The rows of a Parquet file: dates and times in ISO form, whole numbers without a decimal point, nested values as JSON.

    Raises :class:`BrokenDelivery` where it is no Parquet file, lacks a column, or a needed column holds bytes, not values.
    """
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise fault(error, f"the file cannot be read as Parquet: {first_line(error)}") from None
    need(columns, columns, schema.names)
    lower = [name.lower() for name in schema.names]
    alike = [column for column in columns if lower.count(column.lower()) > 1]
    if alike:
        raise BrokenDelivery(f"other columns have the same names in other letters, so nobody can know which: {', '.join(alike)}")
    for column in columns:
        if "binary" in str(schema.field(column).type):
            raise BrokenDelivery(f"the column {column} holds bytes, so nobody can know what they mean")
    return OpenDelivery(_batches(path, columns, schema, scratch), names=schema.names)


def _batches(path: Path, columns: list[str], schema: pa.Schema, scratch: Path) -> Iterator[pl.DataFrame]:
    texts = ", ".join(f"{_text(column, schema.field(column).type)} as {_quoted(column)}" for column in columns)
    query = f"""
        select file_row_number + 1 as row_number, {texts}, null::varchar as unreadable
        from read_parquet(?, file_row_number = true)
    """
    with duckdb.connect(config=within(scratch)) as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            for arrow in connection.sql(query, params=[str(path)]).to_arrow_reader(delivery.BATCH_ROWS):
                batch = pl.from_arrow(arrow)
                assert isinstance(batch, pl.DataFrame)
                yield batch
        except duckdb.Error as error:
            raise fault(error, f"the file cannot be read as Parquet: {first_line(error)}") from None


def _text(column: str, kind: pa.DataType) -> str:
    """An SQL expression for the text of a column."""
    name = _quoted(column)
    if pa.types.is_floating(kind):
        return f"regexp_replace({name}::varchar, '^(-?[0-9]+)\\.0$', '\\1')"
    if pa.types.is_timestamp(kind) and kind.tz:
        return f"({name} at time zone 'UTC')::varchar || '+00:00'"
    if pa.types.is_nested(kind):
        return f"to_json({name})::varchar"
    return f"{name}::varchar"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
