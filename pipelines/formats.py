"""Opening a delivery: from bytes in a stated format to batches of text cells.

Belongs here: one reader a format; each gives every cell as text (no type is ever inferred), the row's place in the
file, and the rows that cannot be read at all. Does not belong here: what a cell means.
"""

from __future__ import annotations

import codecs
import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import python_calamine

BATCH_ROWS = 200_000


class BrokenDelivery(Exception):
    """A delivery that cannot be used as a whole; the message says why, for the person who sent it."""


@dataclass
class OpenDelivery:
    """A delivery being read.

    ``batches`` yields data frames of text with ``row_number`` (1 is the first row below the header) and the needed
    columns. ``unreadable`` holds (row number, rule, explanation) of rows that could not be split into cells, and is
    complete once the batches are. ``above_header`` is the number of rows above the header.
    """

    batches: Iterator[pl.DataFrame]
    above_header: int = 0
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
    text = path if form["encoding"] in ("utf-8", "latin-1") else _as_utf8(path, form["encoding"], scratch)
    encoding = "latin-1" if form["encoding"] == "latin-1" else "utf-8"
    delimiter, quote = form.get("delimiter", ","), form.get("quote", '"')
    above = form.get("header_row", 1) - 1
    header = _csv_header(text, encoding, delimiter, quote, above)
    _need(columns, header)
    opened = OpenDelivery(iter(()), above_header=above)
    names = [f"c{index}" for index in range(len(header))]
    query = f"""
        select row_number() over () as row_number, {", ".join(f"{names[header.index(c)]} as {_quoted(c)}" for c in columns)}
        from read_csv(?, auto_detect = false, header = true, skip = {above}, all_varchar = true,
            columns = {{{", ".join(f"'{name}': 'VARCHAR'" for name in names)}}}, delim = ?, quote = ?, escape = ?,
            encoding = '{encoding}', nullstr = chr(1), store_rejects = true, rejects_limit = 0,
            max_line_size = 2097152)
    """
    opened.batches = _csv_batches(connection, query, [str(text), delimiter, quote, quote], opened)
    return opened


def _csv_batches(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[Any], opened: OpenDelivery
) -> Iterator[pl.DataFrame]:
    """Batches of rows that could be read; their numbers count the unreadable rows among them as well."""
    try:
        # a first, cheap look finds the rows that cannot be read, so that every other row gets its true number
        connection.execute(f"select count(row_number) from ({query})", values).fetchall()
        found = _rejects(connection, opened.above_header + 1)
        for line, kind in found:
            opened.unreadable.append((line, "unreadable_row", kind.lower().replace("_", " ")))
        rejected = pl.Series([line - index for index, (line, _) in enumerate(found)], dtype=pl.Int64)
        for batch in _stream(connection, query, values):
            if len(rejected):
                shift = rejected.search_sorted(batch["row_number"], side="right")
                batch = batch.with_columns(row_number=pl.col("row_number") + shift.cast(pl.Int64))
            yield batch
    except duckdb.Error as error:
        raise BrokenDelivery(f"the file cannot be read as CSV: {_first_line(error)}") from None


def _rejects(connection: duckdb.DuckDBPyConnection, header: int) -> list[tuple[int, str]]:
    """Rows below the header that DuckDB could not split into cells, each with the kind of its first fault."""
    there = connection.execute("select 1 from duckdb_tables() where table_name = 'reject_errors'").fetchone()
    if not there:  # DuckDB makes the table with the first such row
        return []
    query = "select line, min(error_type::varchar) from reject_errors group by line order by line"
    return [(int(line) - header, str(kind)) for line, kind in connection.execute(query).fetchall()]


def _csv_header(path: Path, encoding: str, delimiter: str, quote: str, above: int) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as lines:
            rows = csv.reader(lines, delimiter=delimiter, quotechar=quote)
            for _ in range(above):
                next(rows)
            header = next(rows)
    except StopIteration:
        raise BrokenDelivery(f"the file has no row {above + 1}, where the column names should be") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BrokenDelivery(f"the file is not CSV text in the stated encoding ({error})") from None
    if "\x00" in "".join(header):
        raise BrokenDelivery("the file is not text: it has zero bytes in its first row")
    return [name.strip() for name in header]


def _as_utf8(path: Path, encoding: str, scratch: Path) -> Path:
    """The same text in UTF-8, in a private scratch file, made in blocks."""
    target = scratch / "text.csv"
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as out:
            while block := source.read(1 << 20):
                out.write(decoder.decode(block))
            out.write(decoder.decode(b"", final=True))
    except UnicodeDecodeError as error:
        raise BrokenDelivery(
            f"the file is not {encoding} text: byte {error.object[error.start]:#04x} means nothing there"
        ) from None
    return target


def _open_jsonl(
    connection: duckdb.DuckDBPyConnection, path: Path, form: dict[str, Any], columns: list[str], scratch: Path
) -> OpenDelivery:
    lines = "select json from read_ndjson_objects(?)"
    picked = ", ".join(f"json_extract_string(json, {_literal(_pointer(c))}) as {_quoted(c)}" for c in columns)
    query = f"select row_number() over () as row_number, {picked} from ({lines})"
    known = f"select distinct unnest(json_keys(json)) as name from ({lines} limit {BATCH_ROWS}) order by name"

    def batches() -> Iterator[pl.DataFrame]:
        try:
            names = [str(name) for (name,) in connection.execute(known, [str(path)]).fetchall()]
            if names:  # a name may be absent from a line that has no value for it, but not from all of them
                _need([column.split(".")[0] for column in columns], names)
            yield from _stream(connection, query, [str(path)])
        except duckdb.Error as error:
            raise BrokenDelivery(f"the file cannot be read as JSON lines: {_first_line(error)}") from None

    return OpenDelivery(batches())


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
    _need(columns, header)
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


def _need(columns: list[str], header: list[str]) -> None:
    """Raise :class:`BrokenDelivery` naming every needed column that is absent or there twice."""
    absent = [column for column in columns if column not in header]
    twice = [column for column in columns if header.count(column) > 1]
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
