"""Text with a delimiter between cells (CSV), split by DuckDB.

Belongs here: rows, their places, and those that cannot be split. Does not belong here: encodings (text), what the columns
are called (delivery).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import duckdb
import polars as pl

from pipelines.formats import delivery
from pipelines.formats.delivery import LONGEST_CELL, BrokenDelivery, Header, OpenDelivery, fault, first_line, frame, within
from pipelines.formats.text import as_utf8

SAMPLE_ROWS = 200
NO_CELL = "\x01no cell of any file says this\x01"
"""What DuckDB would read as no value: every cell has one, if an empty one."""
GRAVEST_FIRST = "INVALID ENCODING, LINE SIZE OVER MAXIMUM, UNQUOTED VALUE, TOO MANY COLUMNS, MISSING COLUMNS"
FAULTS = {
    "UNQUOTED VALUE": "text stands after a closing quotation mark, or the mark is not closed",
    "LINE SIZE OVER MAXIMUM": "the row is longer than any row should be",
}


@dataclass(frozen=True)
class _Table:
    """A CSV file whose header has been read: ``places`` of the needed ``columns`` among the ``named`` ones.

    ``named`` is how many cells the header has, ``width`` how many most rows have; those beyond the header must hold nothing.
    """

    path: Path
    delimiter: str
    quote: str
    header: Header
    columns: Sequence[str]
    places: Sequence[int]
    named: int
    width: int
    lines: _Lines


def open_csv(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """The rows of a CSV file. Raises :class:`BrokenDelivery` where it is not text as stated or lacks a column."""
    text = as_utf8(path, form, scratch)
    header, quote = Header.stated(form), form.get("quote", '"')
    delimiter = _delimiter(text, form.get("delimiter", ","), quote, header)
    with _rows(text, delimiter, quote) as rows:
        top = list(islice(rows, header.last))
        sample = _widths(rows)
    if len(top) < header.last or not (top or sample):
        raise BrokenDelivery(f"the file has no row {max(header.last, 1)}, where the column names should be")
    usual, often = Counter(sample).most_common(1)[0] if sample else (0, 0)
    usual = usual if 2 * often > len(sample) else 0
    names = header.names(top[header.above :], 0 if header.first else usual or max(sample))
    places = header.places(columns, names)
    named = max([len(names), *(len(row) for row in top[header.above :])])
    width = max(named, usual)
    table = _Table(text, delimiter, quote, header, columns, places, named, width, _lines(text, top))
    opened = OpenDelivery(iter(()), above_header=header.above, names=names)
    opened.batches = _batches(table, opened, scratch)
    return opened


def _delimiter(text: Path, stated: str | list[str], quote: str, header: Header) -> str:
    """What stands between two cells: of several that are stated, the one that makes most cells of the names of columns."""
    if isinstance(stated, str):
        return stated
    cells = {}
    for delimiter in stated:
        with _rows(text, delimiter, quote) as rows:
            cells[delimiter] = len(next(islice(rows, header.above, None), []))
    return max(stated, key=cells.__getitem__)


def _batches(table: _Table, opened: OpenDelivery, scratch: Path) -> Iterator[pl.DataFrame]:
    """Batches of rows that could be split; their numbers count blank lines and other rows as well. Those others are last."""
    try:
        # a first look finds the rows that cannot be split, so that every other row gets its true number
        parallel, rows, rejected, blank = _first_look(table, scratch)
        opened.blank_lines = len(blank)
        absent = sorted([row.number for row in rejected] + blank)
        absent_before = pl.Series([number - index for index, number in enumerate(absent)], dtype=pl.Int64)
        with _connected(scratch) as connection:
            for arrow in connection.sql(_query(table, parallel)).to_arrow_reader(delivery.BATCH_ROWS):
                batch = pl.from_arrow(arrow)
                assert isinstance(batch, pl.DataFrame)
                rows -= len(batch)
                if absent:
                    shift = absent_before.search_sorted(batch["row_number"], side="right")
                    batch = batch.with_columns(row_number=pl.col("row_number") + shift.cast(pl.Int64))
                yield batch
    except duckdb.Error as error:
        raise fault(error, _why(error)) from None
    assert rows == 0, "a second look at the same file found other rows"
    yield frame([row.cells(table) for row in rejected], table.columns)


def _first_look(table: _Table, scratch: Path) -> tuple[bool, int, list[_Rejected], list[int]]:
    """Whether the file can be read in parallel, how many rows can be split, those that cannot, and the blank lines.

    Every line of the file must be in one of the rows, or blank: where it reads in parallel, DuckDB guesses where rows begin and
    can lose some without a word. Raises :class:`BrokenDelivery` where lines are lost even if it reads from end to end.
    """
    end = "\n" if table.lines.feeds else "\r"
    for parallel in (True, False):
        with _connected(scratch) as connection:
            cells = _read_csv(table, parallel)
            ((rows,),) = connection.execute(f"select count(*) from {cells}").fetchall()
            rejected = _rejected(connection, table)
            lines = table.lines.below_header - rows
            blank = _blank_lines(table) if lines != len(rejected) else []
            lines -= len(blank)
            if lines != len(rejected):
                within = " + ".join(f"len(c{n}) - len(replace(c{n}, $1, ''))" for n in range(table.width))
                ((more,),) = connection.execute(f"select coalesce(sum({within}), 0) from {cells}", [end]).fetchall()
                lines -= more + sum(row.text.count(end) for row in rejected)
            if lines == len(rejected):
                return parallel, rows, rejected, blank
    raise BrokenDelivery(
        "the rows cannot be told apart: a quotation mark is not closed, or a cell is far too long, so that "
        f"{abs(lines - len(rejected))} lines of the file belong to no row"
    )


@contextmanager
def _connected(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=within(scratch)) as connection:
        yield connection


def _query(table: _Table, parallel: bool) -> str:
    """The needed columns of all rows below the header, as text."""
    needed = "".join(
        f', c{place} as "{column.replace(chr(34), chr(34) * 2)}"'
        for column, place in zip(table.columns, table.places, strict=True)
    )
    beyond = " or ".join(f"c{place} <> ''" for place in range(table.named, table.width)) or "false"
    return f"""
        select row_number() over () as row_number{needed}, case when {beyond} then '{_beyond(table)}' end as unreadable
        from {_read_csv(table, parallel)}
    """


def _read_csv(table: _Table, parallel: bool) -> str:
    """DuckDB's reader for the rows below the header, the cells of which it calls c0, c1 and so on."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(table.width))
    delimiter, quote = _literal(table.delimiter), _literal(table.quote)
    return f"""
        read_csv({_literal(str(table.path))}, auto_detect = false, header = false, skip = {table.header.last},
            all_varchar = true, columns = {{{columns}}}, delim = {delimiter}, quote = {quote}, escape = {quote},
            encoding = 'utf-8', nullstr = '{NO_CELL}', parallel = {parallel}, store_rejects = true, rejects_limit = 0,
            max_line_size = {LONGEST_CELL})
    """


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class _Rejected:
    """A row that DuckDB did not split: its number below the header, the kind of its gravest fault, and its text."""

    number: int
    kind: str
    text: str

    def cells(self, table: _Table) -> list[Any]:
        """The row as one of a batch, split here where it has only too few or too many cells.

        Where nothing but blank cells beyond the header, which most rows have, are absent, it is a good row.
        """
        found: list[str] = []
        if self.kind in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
            found = next(csv.reader(io.StringIO(self.text, newline=""), delimiter=table.delimiter, quotechar=table.quote), [])
        why = FAULTS.get(self.kind, self.kind.lower())
        if found:
            why = f"the row has {len(found)} cells and the header {table.named}"
            if table.named <= len(found) <= table.width:
                why = _beyond(table) if any(found[table.named :]) else ""
        return [self.number, why or None, *(found[place] if place < len(found) else None for place in table.places)]


def _rejected(connection: duckdb.DuckDBPyConnection, table: _Table) -> list[_Rejected]:
    """Rows below the header that DuckDB did not split.

    Raises :class:`BrokenDelivery` where the fault is not that row's alone: a quotation mark that is not closed has taken in
    the rows after it.
    """
    there = connection.execute("select 1 from duckdb_tables() where table_name = 'reject_errors'").fetchall()
    if not there:  # DuckDB makes the table with the first such row
        return []
    query = "select line, list(error_type::varchar), any_value(csv_line) from reject_errors group by line order by line"
    found = [
        _Rejected(int(line) - table.header.last, min(kinds, key=GRAVEST_FIRST.find), text.strip("\r\n"))
        for line, kinds, text in connection.execute(query).fetchall()
    ]
    for row in found:
        if row.kind == "INVALID ENCODING":
            raise BrokenDelivery(f"row {row.number} below the column names is not utf-8 text")
        if row.kind == "UNQUOTED VALUE" and {"\n", "\r"} & set(row.text):
            raise BrokenDelivery(
                f"a quotation mark in row {row.number} below the column names is not closed, so the rows after it cannot be "
                "told apart"
            )
    return found


def _beyond(table: _Table) -> str:
    return f"the row has text beyond the {table.named} cells of the header"


@contextmanager
def _rows(path: Path, delimiter: str, quote: str) -> Iterator[Iterator[list[str]]]:
    """The file's rows as Python splits them, for its header and its blank lines; faults mean a broken delivery."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield csv.reader(_short_lines(lines), delimiter=delimiter, quotechar=quote)
    except csv.Error as error:
        raise BrokenDelivery(f"the file cannot be read as CSV: {error}") from None


def _short_lines(lines: IO[str]) -> Iterator[str]:
    """The lines of a file, as long as they are of a length that can be held."""
    while line := lines.readline(2 * LONGEST_CELL):
        if len(line) == 2 * LONGEST_CELL:
            raise csv.Error(f"a line is longer than {2 * LONGEST_CELL} characters")
        yield line


def _widths(rows: Iterator[list[str]]) -> list[int]:
    """How many cells the first rows have; whatever is wrong with them is found when they are read."""
    widths = []
    with suppress(csv.Error):
        widths += [len(row) for row in islice(rows, SAMPLE_ROWS) if row]
    return widths


@dataclass(frozen=True)
class _Lines:
    """Lines of a file by their ends: whether those are line feeds, and how many lines are below the header."""

    feeds: bool
    below_header: int


def _lines(path: Path, top: list[list[str]]) -> _Lines:
    feeds = returns = 0
    last = b""
    for block in _blocks(path):
        feeds += block.count(b"\n")
        returns += block.count(b"\r") if not feeds else 0
        last = block
    end, lines = ("\n", feeds) if feeds else ("\r", returns)
    lines += bool(last) and not last.endswith(end.encode())
    above = len(top) + sum(cell.count(end) for row in top for cell in row)
    return _Lines(bool(feeds), lines - above)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _blank_lines(table: _Table) -> list[int]:
    """The numbers of the rows below the header that have nothing in them."""
    last = b"\n"
    for block in _blocks(table.path):
        seen = last + block
        if b"\n\n" in seen or b"\n\r\n" in seen or b"\r\r" in seen:
            break
        last = seen[-3:]
    else:
        return []
    with _rows(table.path, table.delimiter, table.quote) as rows:
        return [number for number, row in enumerate(islice(rows, table.header.last, None), 1) if not row]


def _why(error: duckdb.Error) -> str:
    if "state machine" in str(error):
        return "the file cannot be read as CSV: a carriage return stands alone inside a row"
    return f"the file cannot be read as CSV: {first_line(error)}"
