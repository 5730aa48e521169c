"""Opening a delivery: from bytes in a stated format to batches of text cells.

Belongs here: which reader reads which format; each gives every cell as text (no type is ever inferred), the row's place in
the file, and the rows that cannot be read at all. Does not belong here: what a cell means.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.formats import archive
from pipelines.formats.csv import open_csv
from pipelines.formats.delivery import LONGEST_CELL, BrokenDelivery, ColumnsAbsent, OpenDelivery, ahead, within
from pipelines.formats.json import open_json, open_jsonl
from pipelines.formats.parquet import open_parquet
from pipelines.formats.spreadsheet import WORKBOOKS, open_spreadsheet
from pipelines.formats.xml import open_xml
from pipelines.formats.yaml import open_yaml
from pipelines.workspace import UNFINISHED

__all__ = [
    "BrokenDelivery",
    "ColumnsAbsent",
    "OpenDelivery",
    "ahead",
    "first_rows",
    "is_text",
    "is_typed",
    "names_of",
    "open_delivery",
    "within",
]

Opener = Callable[[Path, dict[str, Any], list[str], Path], OpenDelivery]
OPENERS: dict[str, Opener] = {
    "csv": open_csv,
    "json": open_json,
    "jsonl": open_jsonl,
    "parquet": open_parquet,
    "xml": open_xml,
    "yaml": open_yaml,
    **dict.fromkeys(WORKBOOKS, open_spreadsheet),
}


def is_typed(form: dict[str, Any]) -> bool:
    """Whether a file of this format can hold real dates, which are read as ISO text."""
    form = form.get("content", form)
    return form["type"] == "parquet" or form["type"] in WORKBOOKS


def is_text(form: dict[str, Any]) -> bool:
    """Whether a file of this format holds nothing but text, so that no number in it is written for a program."""
    return bool(form.get("content", form)["type"] == "csv")


@contextmanager
def open_delivery(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> Iterator[OpenDelivery]:
    """Open the file at ``path`` in the stated format, to read the named columns.

    Raises :class:`BrokenDelivery` where it is not of that format or lacks a column. ``scratch`` is a private folder
    for what has to be written on the way.
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix=UNFINISHED) as folder:
        opened = (_open_members if form["type"] == "zip" else OPENERS[form["type"]])(path, form, columns, Path(folder))
        opened.batches = (_without_monsters(batch, columns) for batch in opened.batches)
        yield opened


def names_of(path: Path, form: dict[str, Any], scratch: Path) -> list[str]:
    """The names of all columns of a file. Raises :class:`BrokenDelivery` where it cannot be opened."""
    with open_delivery(path, form, [], scratch) as opened:
        if not opened.names:  # no header: the first records tell
            next(opened.batches, None)
        return list(opened.names)


def first_rows(path: Path, form: dict[str, Any], columns: list[str], scratch: Path, rows: int) -> pl.DataFrame:
    """The cells of some columns in the first rows of a file. Raises :class:`BrokenDelivery` where it cannot be opened."""
    with open_delivery(path, form, columns, scratch) as opened:
        batch = next(opened.batches, None)
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String)) if batch is None else batch.select(columns).head(rows)


def _open_members(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """The members of an archive, one after the other; the numbers of rows run on from one to the next."""
    opened = OpenDelivery(iter(()))

    def batches() -> Iterator[pl.DataFrame]:
        before = 0
        for name, member in archive.unpacked(path, form, scratch):
            rows = 0
            try:
                content = OPENERS[form["content"]["type"]](member, form["content"], columns, scratch)
                opened.names = opened.names or content.names
                for batch in content.batches:
                    opened.names = opened.names or content.names
                    rows += len(batch)
                    yield batch.with_columns(pl.col("row_number") + before)
            except BrokenDelivery as broken:
                broken.args = (f"`{name}` of the archive: {broken}",)
                raise
            before += rows + content.blank_lines
            opened.above_header += content.above_header
            opened.blank_lines += content.blank_lines

    opened.batches = batches()
    return opened


def _without_monsters(batch: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """A row with a cell that no person has written cannot be used, and the cell is not kept."""
    if not columns:
        return batch
    long = pl.any_horizontal((pl.col(column).str.len_bytes() > LONGEST_CELL).fill_null(False) for column in columns)
    if not batch.select(long.any()).item():
        return batch
    return batch.with_columns(
        pl.when(long).then(pl.lit("a cell is longer than any cell should be")).otherwise("unreadable").alias("unreadable"),
        *(pl.when(~long).then(column).alias(column) for column in columns),
    )
