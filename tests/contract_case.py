"""One record type's contract over records that a test writes as Python values."""

from __future__ import annotations

from typing import Any

import pandera.errors
import polars as pl

import schemas


def frame(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    """The records in the contract's columns and types; what a record does not say is null."""
    types = schemas.record_type(name).types
    return pl.DataFrame([{field: record.get(field) for field in types} for record in records], schema=types)


def refused(name: str, *records: dict[str, Any]) -> set[tuple[int, str, str]]:
    """What the contract refuses: the record's place, the field (``row`` for a rule about several), the rule."""
    return refused_frame(name, frame(name, *records))


def refused_frame(name: str, rows: pl.DataFrame) -> set[tuple[int, str, str]]:
    try:
        schemas.record_type(name).schema.validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases.select("index", "schema_context", "column", "check").iter_rows()
        return {(i, c if context == "Column" else "row", check.split("(")[0]) for i, context, c, check in cases}
    return set()
