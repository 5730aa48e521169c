"""Opening a delivery: from bytes in a stated format to batches of text cells.

Belongs here: one reader a format; each gives every cell as text (no type is ever inferred), the row's place in the
file, and the rows that cannot be read at all. Does not belong here: what a cell means.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import python_calamine

BATCH_ROWS = 200_000
LONGEST_LINE = 2_097_152


class BrokenDelivery(Exception):
    """A delivery that cannot be used as a whole; the message says why, for the person who sent it."""


@dataclass
class OpenDelivery:
    """A delivery being read.

    ``batches`` yields data frames of text with ``row_number`` (1 is the first row below the header) and the needed
    columns. ``unreadable`` holds (row number, rule, explanation) of rows that could not be split into cells, and is
    complete once the batches are. ``above_header`` is the number of rows above the header, ``blank_lines`` that of lines
    below it with nothing on them; they are rows too, so that every row number is what a person counts in the file.
    """

    batches: Iterator[pl.DataFrame]
    above_header: int = 0
    blank_lines: int = 0
    unreadable: list[tuple[int, str, str]] = field(default_factory=list)


@contextmanager
def open_delivery(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> Iterator[OpenDelivery]:
    """Open the file at ``path`` in the stated format, to read the named columns.

    Raises :class:`BrokenDelivery` where it is not of that format or lacks a column. ``scratch`` is a private folder
    for what has to be written on the way.
    """
    opener = {"csv": _open_csv, "xlsx": _open_xlsx, "jsonl": _open_jsonl}[form["type"]]
    with tempfile.TemporaryDirectory(dir=scratch) as folder, duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{folder}'")
        yield opener(connection, path, form, columns, Path(folder))


def _open_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, form: dict[str, Any], columns: list[str], scratch: Path
) -> OpenDelivery:
    ends, encoding = _line_ends(path), form["encoding"]
    text = path
    if encoding not in ("utf-8", "latin-1") or ends.mixed:
        text, encoding = _as_utf8(path, encoding, scratch), "utf-8"
    delimiter, quote = form.get("delimiter", ","), form.get("quote", '"')
    above = form.get("header_row", 1) - 1
    with _csv_rows(text, encoding, delimiter, quote) as rows:
        header = [name.strip() for name in _row(rows, above)]
        if "\x00" in "".join(header):
            raise BrokenDelivery("the file is not text: it has zero bytes in its first row")
        _need(columns, header, above + 1)
        blank = [number for number, row in enumerate(rows, 1) if not row] if ends.blank_lines else []
    opened = OpenDelivery(iter(()), above_header=above, blank_lines=len(blank))
    names = [f"c{index}" for index in range(len(header))]
    query = f"""
        select row_number() over () as row_number, {", ".join(f"{names[header.index(c)]} as {_quoted(c)}" for c in columns)}
        from read_csv(?, auto_detect = false, header = true, skip = {above}, all_varchar = true,
            columns = {{{", ".join(f"'{name}': 'VARCHAR'" for name in names)}}}, delim = ?, quote = ?, escape = ?,
            encoding = '{encoding}', nullstr = chr(1), store_rejects = true, rejects_limit = 0,
            max_line_size = {LONGEST_LINE})
    """
    opened.batches = _csv_batches(connection, query, [str(text), delimiter, quote, quote], opened, blank)
    return opened


def _csv_batches(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[Any], opened: OpenDelivery, blank: list[int]
) -> Iterator[pl.DataFrame]:
    """Batches of rows that could be read; their numbers count the unreadable rows and blank lines among them as well."""
    try:
        # a first look finds the rows that cannot be read, so that every other row gets its true number
        connection.execute(f"select count(columns(*)) from ({query})", values).fetchall()
        found = _rejects(connection, opened.above_header + 1)
        for line, kind in found:
            opened.unreadable.append((line, "unreadable_row", kind.lower().replace("_", " ")))
        absent = sorted([line for line, _ in found] + blank)
        absent_before = pl.Series([line - index for index, line in enumerate(absent)], dtype=pl.Int64)
        for batch in _stream(connection, query, values):
            if absent:
                shift = absent_before.search_sorted(batch["row_number"], side="right")
                batch = batch.with_columns(row_number=pl.col("row_number") + shift.cast(pl.Int64))
            yield batch
    except duckdb.Error as error:
        if "state machine" in str(error):
            raise BrokenDelivery("the file cannot be read as CSV: a carriage return stands alone inside a row") from None
        raise BrokenDelivery(f"the file cannot be read as CSV: {_first_line(error)}") from None


def _rejects(connection: duckdb.DuckDBPyConnection, header: int) -> list[tuple[int, str]]:
    """Rows below the header that DuckDB could not split into cells, each with the kind of its first fault.

    Raises :class:`BrokenDelivery` where the fault is not that row's alone: bytes of another encoding, or a quotation mark
    that is not closed and so has taken in the rows after it.
    """
    there = connection.execute("select 1 from duckdb_tables() where table_name = 'reject_errors'").fetchone()
    if not there:  # DuckDB makes the table with the first such row
        return []
    query = """
        select line, min(error_type::varchar), bool_or(regexp_matches(trim(csv_line, chr(10) || chr(13)), '[\\r\\n]'))
        from reject_errors group by line order by line
    """
    found = []
    for line, kind, several_lines in connection.execute(query).fetchall():
        row = int(line) - header
        if kind == "INVALID ENCODING":
            raise BrokenDelivery(f"the file is not text in the stated encoding: row {row} below the column names is not")
        if kind == "UNQUOTED VALUE" and several_lines:
            raise BrokenDelivery(
                f"a quotation mark in row {row} below the column names is not closed, so the rows after it cannot be told apart"
            )
        found.append((row, str(kind)))
    return found


@contextmanager
def _csv_rows(path: Path, encoding: str, delimiter: str, quote: str) -> Iterator[Iterator[list[str]]]:
    """The file's rows as Python splits them, for its header and its blank lines; faults mean a broken delivery."""
    csv.field_size_limit(LONGEST_LINE)
    try:
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as lines:
            yield csv.reader(lines, delimiter=delimiter, quotechar=quote)
    except UnicodeError as error:
        raise BrokenDelivery(_not_text(encoding, error)) from None
    except csv.Error as error:
        raise BrokenDelivery(f"the file cannot be read as CSV: {error}") from None


def _row(rows: Iterator[list[str]], above: int) -> list[str]:
    """The row after the first ``above`` ones."""
    for row in islice(rows, above, None):
        return row
    raise BrokenDelivery(f"the file has no row {above + 1}, where the column names should be")


@dataclass(frozen=True)
class _LineEnds:
    """What a look at the bytes tells: whether lines end in two ways, and whether some may be blank."""

    mixed: bool
    blank_lines: bool


def _line_ends(path: Path) -> _LineEnds:
    pairs = feeds = 0
    blank, last = False, b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            pairs += block.count(b"\r\n") + (last[-1:] == b"\r" and block[:1] == b"\n")
            feeds += block.count(b"\n")
            # in UTF-16 a zero byte stands between the two
            blank = blank or re.search(rb"\n\0?\r?\0?\n|\r\0?\r", last[-4:] + block) is not None
            last = block
    return _LineEnds(0 < pairs < feeds, blank)


def _as_utf8(path: Path, encoding: str, scratch: Path) -> Path:
    """The same text in UTF-8 with every CR LF as LF, in a private scratch file, made in blocks."""
    target = scratch / "text.csv"
    try:
        with (
            path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            while lines := source.readlines(1 << 20):
                out.write("".join(lines).replace("\r\n", "\n"))
    except UnicodeError as error:
        raise BrokenDelivery(_not_text(encoding, error)) from None
    return target


def _not_text(encoding: str, error: UnicodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"the file is not {encoding} text, as stated: byte {error.object[error.start]:#04x} means nothing there"
    return f"the file is not {encoding} text, as stated: {error}"


def _open_jsonl(
    connection: duckdb.DuckDBPyConnection, path: Path, form: dict[str, Any], columns: list[str], scratch: Path
) -> OpenDelivery:
    text = _without_mark(path, scratch)
    lines = "select json from read_ndjson_objects(?)"
    picked = ", ".join(f"json_extract_string(json, {_literal(_pointer(c))}) as {_quoted(c)}" for c in columns)
    query = f"select row_number() over () as row_number, json_type(json) = 'OBJECT' as readable, {picked} from ({lines})"
    known = f"select distinct unnest(json_keys(json)) as name from ({lines} limit {BATCH_ROWS}) order by name"

    opened = OpenDelivery(iter(()))

    def batches() -> Iterator[pl.DataFrame]:
        try:
            names = [str(name) for (name,) in connection.execute(known, [str(text)]).fetchall()]
            if names:  # a name may be absent from a line that has no value for it, but not from all of them
                _need([column.split(".")[0] for column in columns], names)
            for batch in _stream(connection, query, [str(text)]):
                unreadable = batch.filter(~pl.col("readable"))["row_number"]
                opened.unreadable += [(number, "unreadable_row", "not a JSON object") for number in unreadable]
                yield batch.filter("readable").drop("readable")
        except duckdb.Error:
            raise BrokenDelivery(f"the file cannot be read as JSON lines: {_bad_json(text)}") from None

    if not path.stat().st_size:
        raise BrokenDelivery("the file is empty")
    opened.batches = batches()
    return opened


def _without_mark(path: Path, scratch: Path) -> Path:
    """The same text without a byte order mark; a private copy where it has one."""
    with path.open("rb") as source:
        if source.read(3) != codecs.BOM_UTF8:
            return path
        target = scratch / "text.jsonl"
        with target.open("wb") as out:
            shutil.copyfileobj(source, out)
    return target


def _bad_json(path: Path) -> str:
    """The first line that is not JSON, and why; nothing of what it says."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                if line.strip():
                    json.loads(line.decode())
            except UnicodeDecodeError:
                return f"line {number} is not UTF-8 text"
            except json.JSONDecodeError as error:
                return f"line {number} is not JSON ({error.msg})"
    return "a line is not what JSON allows"


def _open_xlsx(
    connection: duckdb.DuckDBPyConnection, path: Path, form: dict[str, Any], columns: list[str], scratch: Path
) -> OpenDelivery:
    try:
        with path.open("rb") as file:
            workbook = python_calamine.CalamineWorkbook.from_filelike(file)
            name = form.get("sheet", workbook.sheet_names[0] if workbook.sheet_names else "")
            if name not in workbook.sheet_names:
                raise BrokenDelivery(f"the workbook has no sheet `{name}`; it has: {', '.join(workbook.sheet_names)}")
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError) as error:
        raise BrokenDelivery(f"the file cannot be read as a workbook: {_first_line(error)}") from None
    above = form.get("header_row", 1) - 1
    if len(rows) <= above:
        raise BrokenDelivery(f"the sheet has no row {above + 1}, where the column names should be")
    header = [_cell(value).strip() for value in rows[above]]
    _need(columns, header, above + 1)
    body = rows[above + 1 :]
    frame = pl.DataFrame(
        {"row_number": range(1, len(body) + 1)}
        | {column: [_cell(row[header.index(column)]) for row in body] for column in columns},
        schema={"row_number": pl.Int64} | dict.fromkeys(columns, pl.String),
    )
    return OpenDelivery(frame.iter_slices(BATCH_ROWS), above_header=above)


def _cell(value: Any) -> str:
    """A cell of a workbook as text: dates in ISO form, whole numbers without a decimal point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _stream(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> Iterator[pl.DataFrame]:
    for batch in connection.sql(query, params=values).to_arrow_reader(BATCH_ROWS):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame


def _need(columns: list[str], header: list[str], row: int | None = None) -> None:
    """Raise :class:`BrokenDelivery` naming every needed column that is absent or there twice.

    What stands in the row is told only where it is surely a header: it could be a record otherwise.
    """
    absent = [column for column in columns if column not in header]
    twice = [column for column in columns if header.count(column) > 1]
    if absent and row is not None and len(absent) == len(set(columns)):
        raise BrokenDelivery(
            f"needed columns are not there: {', '.join(absent)}; none of them stands in row {row}, which has "
            f"{len([name for name in header if name])} cells (is `header_row` or `delimiter` right?)"
        )
    if absent:
        raise BrokenDelivery(
            f"needed columns are not there: {', '.join(absent)}; the file has: {', '.join(h for h in header if h)}"
        )
    if twice:
        raise BrokenDelivery(f"columns stand twice, so nobody can know which is meant: {', '.join(twice)}")


def _pointer(column: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in column.split("."))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    """The reason alone: what follows may quote cells of the file."""
    return str(error).strip().splitlines()[0][:200]
