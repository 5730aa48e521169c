"""Records that are named values, as JSON and YAML have them: what of a record goes into which cell.

Belongs here: batches from records, values by name, what makes a record unreadable. Does not belong here: finding the records in
a file (json, yaml).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import polars as pl

from pipelines.formats import delivery
from pipelines.formats.delivery import OpenDelivery, frame, need

NAMED_TWICE = "a name stands twice in the object"
TOO_DEEP = "has values within values without end"
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""Half of a pair that stands for one character: JSON can say it, and no text can hold it."""


class NamedTwice(dict[str, Any]):
    """An object in which a name stands twice."""


def named(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object from its names and values, which tells whether a name stands twice."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else NamedTwice(found)


def batches(records: Iterable[Any], columns: Sequence[str], opened: OpenDelivery, no_object: str) -> Iterator[pl.DataFrame]:
    """The records as batches of text cells; ``no_object`` says why a record that has no names cannot be read."""
    numbered = enumerate(records, 1)
    first = True
    while batch := list(islice(numbered, delivery.BATCH_ROWS)):
        if first:
            opened.names = sorted({name for _, record in batch if isinstance(record, dict) for name in record})
            need_some(columns, opened.names)
        first = False
        yield frame([_row(number, record, columns, no_object) for number, record in batch], columns)


def need_some(columns: Sequence[str], names: Sequence[str]) -> None:
    """A name may be absent from a record that has no value for it, but not from all of them."""
    if names:
        need(columns, [column if column in names else column.split(".")[0] for column in columns], names)


def _row(number: int, record: Any, columns: Sequence[str], no_object: str) -> list[Any]:
    """A record as the row of a batch; of a cell with half of a character nothing can be kept."""
    cells = [_value(record, column) for column in columns]
    halved = [bool(cell and HALF_CHARACTER.search(cell)) for cell in cells]
    if not any(halved):
        return [number, _unreadable(record, no_object), *cells]
    kept = [None if half else cell for cell, half in zip(cells, halved, strict=True)]
    return [number, "a cell has half of a character", *kept]


def _unreadable(record: Any, no_object: str) -> str | None:
    if not isinstance(record, dict):
        return no_object
    return NAMED_TWICE if isinstance(record, NamedTwice) else None


def _value(record: Any, column: str) -> str | None:
    """A named value as text; names with dots between lead into what is nested."""
    if isinstance(record, dict) and column in record:
        return _text(record[column])
    for name in column.split("."):
        if isinstance(record, list) and name.isdigit() and int(name) < len(record):
            record = record[int(name)]
        elif isinstance(record, dict) and name in record:
            record = record[name]
        else:
            return None
    return _text(record)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return None if value is None else str(value)
