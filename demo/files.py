"""Turning rows into the bytes of a CSV or XLSX file, and putting a file where the council's systems would drop it.

Belongs here: file formats, received times, writing. Does not belong here: what the rows say.
"""

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

Cell = str | int | float | date | None
"""A cell of a worksheet; None is an empty cell."""

NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The moment written inside every XLSX file, the earliest that a ZIP archive can hold."""


@dataclass(frozen=True)
class Delivery:
    """One file as a system dropped it: `path` below the inbox, the moment it was `received` (UTC), and its bytes."""

    path: str
    received: datetime
    content: bytes


def received_at(day: date, hour: int = 9, minute: int = 30) -> datetime:
    """The moment, in UTC, of a delivery on that day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def csv_bytes(
    header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str, delimiter: str = ",", mark: bytes = b""
) -> bytes:
    """A CSV file with CRLF line ends, as Windows programs write it, after an optional byte order mark.

    Raises UnicodeEncodeError where the encoding lacks a sign.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    return mark + text.getvalue().encode(encoding)


def xlsx_bytes(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """An XLSX workbook of the named sheets, a row a sequence of cells, dates as real date cells; the same bytes each time.

    The parts are stored without compression, since compressed bytes differ between versions of zlib.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2023, 4, 1), "author": "Exampleshire Council"})
    as_date = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, as_date)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return _stored(buffer)


def _stored(archive: io.BytesIO) -> bytes:
    """The same ZIP archive with no compression and no clock time in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, NO_TIME), old.read(name))
    return out.getvalue()


def write(delivery: Delivery, folder: Path) -> Path | None:
    """Put a delivery under `folder`, its modification time the moment received; None where it is there already."""
    path = folder / delivery.path
    moment = int(delivery.received.timestamp())
    same = path.is_file() and path.read_bytes() == delivery.content
    if same and path.stat().st_mtime == moment:
        return None
    if not same:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        partial.write_bytes(delivery.content)
        partial.replace(path)
    os.utime(path, (moment, moment))
    return None if same else path
