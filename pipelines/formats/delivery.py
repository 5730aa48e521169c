"""What every reader of a format gives: a delivery being read, or the reason why it cannot be.

Belongs here: batches of text cells, rows that cannot be read, names of columns. Does not belong here: any one format.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

BATCH_ROWS = 200_000
MEMORY = "768MB"
"""The most that DuckDB may hold while it reads or compares the rows of one delivery; what does not fit goes to disk."""
LONGEST_CELL = 2_097_152
"""Bytes; a longer one is a fault in the file, not something that somebody wrote."""


class BrokenDelivery(Exception):
    """A delivery that cannot be used as a whole; the message says why, for the person who sent it."""


class ColumnsAbsent(BrokenDelivery):
    """A delivery without columns that it needs: ``absent`` are those, ``there`` all that it has."""

    def __init__(self, message: str, absent: Sequence[str], there: Sequence[str]) -> None:
        super().__init__(message)
        self.absent = list(absent)
        self.there = [name for name in there if name]


@dataclass
class OpenDelivery:
    """A delivery being read.

    ``batches`` yields data frames of text with ``row_number`` (1 is the first row below the header), the needed columns and
    ``unreadable``: why a row could not be split into cells, null for all others; what could be told of its cells is there.
    ``above_header`` is the number of rows above the first record that name things, the header aside, and ``blank_lines``
    that of lines with nothing on them; they are rows too, so that every row number is what a person counts in the file.
    Both are complete once the batches are. ``names`` are all columns of the file; without a header they are those of its first
    records, known once these are read.
    """

    batches: Iterator[pl.DataFrame]
    above_header: int = 0
    blank_lines: int = 0
    names: Sequence[str] = ()


def within(scratch: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Settings of a DuckDB that works on a delivery: bounded memory, however many rows, and the rest in ``scratch``."""
    return {"memory_limit": MEMORY, "temp_directory": str(scratch)}


def ahead(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same batches, each read in a thread of its own while the caller works on the one before."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def frame(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> pl.DataFrame:
    """A batch from rows of (row_number, unreadable, cell of each column)."""
    schema = {"row_number": pl.Int64, "unreadable": pl.String} | dict.fromkeys(columns, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass(frozen=True)
class Header:
    """Where the names of the columns stand, and what is done about names that are absent or repeated.

    ``first`` is the row of the file, 0 where it has none; ``rows`` is how many rows the names take up.
    """

    first: int = 1
    rows: int = 1
    by_position: bool = False
    numbered: bool = False

    @classmethod
    def stated(cls, form: dict[str, Any]) -> Header:
        """As the ``format`` of a source states it."""
        first = form.get("header_row", 1)
        return cls(
            first=first,
            rows=form.get("header_rows", 1) if first else 0,
            by_position=first == 0 or form.get("unnamed_columns") == "by_position",
            numbered=form.get("repeated_names") == "numbered",
        )

    @property
    def above(self) -> int:
        """How many rows stand above the names."""
        return max(self.first - 1, 0)

    @property
    def last(self) -> int:
        """The row of the file below which the records begin."""
        return self.above + self.rows

    def names(self, rows: Sequence[Sequence[str]], width: int = 0) -> list[str]:
        """The name of every column, made from the rows that name them; there are at least ``width`` columns.

        Names over several rows are joined by a space, a blank upper cell being part of the one to its left.
        """
        upper, lower = [_carried(row) for row in rows[:-1]], [[_tidy(name) for name in row] for row in rows[-1:]]
        names = [" ".join(part for part in parts if part) for parts in zip_longest(*upper, *lower, fillvalue="")]
        while names and not names[-1] and len(names) > width:
            names.pop()
        names += [""] * (width - len(names))
        if self.by_position:
            names = [name or f"column {place}" for place, name in enumerate(names, 1)]
        if self.numbered:
            names = [_numbered(name, names[: place + 1].count(name)) for place, name in enumerate(names)]
        return names

    def places(self, columns: Sequence[str], names: Sequence[str]) -> list[int]:
        """The place of every needed column among the names.

        Raises :class:`BrokenDelivery` naming every needed column that is absent or there twice. What stands in the row is
        told only where it is surely a header: it could be a record otherwise.
        """
        wanted = [_tidy(column) for column in columns]
        absent = [column for column, name in zip(columns, wanted, strict=True) if name not in names]
        if absent and self.first and len(absent) == len(set(columns)):
            raise BrokenDelivery(
                f"needed columns are not there: {', '.join(absent)}; none of them stands in row {self.first}, which has "
                f"{len([name for name in names if name])} cells (is `header_row` or `delimiter` right?)"
            )
        need(columns, wanted, names)
        return [names.index(name) for name in wanted]


def need(columns: Sequence[str], wanted: Sequence[str], names: Sequence[str]) -> None:
    """Raise :class:`BrokenDelivery` where a wanted name is not among the names, or there twice."""
    absent = [column for column, name in zip(columns, wanted, strict=True) if name not in names]
    twice = [column for column, name in zip(columns, wanted, strict=True) if names.count(name) > 1]
    if absent:
        message = f"needed columns are not there: {', '.join(absent)}; the file has: {', '.join(name for name in names if name)}"
        raise ColumnsAbsent(message, absent, names)
    if twice:
        raise BrokenDelivery(f"columns stand twice, so nobody can know which is meant: {', '.join(twice)}")


def _tidy(name: str) -> str:
    """A name on one line: headings hold line breaks and spaces for looks."""
    return " ".join(name.split())


def _carried(row: Sequence[str]) -> list[str]:
    carried, last = [], ""
    for cell in row:
        last = _tidy(cell) or last
        carried.append(last)
    return carried


def _numbered(name: str, copy: int) -> str:
    return f"{name} ({copy})" if name and copy > 1 else name


def fault(error: Exception, told: str) -> Exception:
    """What an error of a library means: a broken delivery of which ``told`` says why, unless this machine is to blame.

    A full disk says nothing of the file that was being read.
    """
    no_room = os.strerror(errno.ENOSPC) in str(error) or isinstance(error, duckdb.OutOfMemoryException | MemoryError)
    return error if no_room else BrokenDelivery(told)


def first_line(error: Exception) -> str:
    """The reason alone: what follows may quote cells of the file."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
