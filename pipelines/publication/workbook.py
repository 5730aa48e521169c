"""A dataset as one workbook that a person opens: a cover, the tables' contents, notes, and one table a sheet.

Belongs here: the workbook, made from the published files alone and laid out as the Government Analysis Function asks of
spreadsheets: a heading and what the sheet holds in the first rows, the table marked as one, no merged cells, no empty rows or
columns within a table, symbols in brackets that the notes explain. Does not belong here: what a value is.

Codes and every other text are text cells, numbers are numbers, dates are dates; nothing is a formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from pipelines.disclosure.history import NOTE
from pipelines.documents import SYMBOLS
from pipelines.files import replacing
from pipelines.tables import connect, csv, name
from pipelines.verify import table_path

LONGEST_SHEET = 1_048_576
LONGEST_NAME = 31
HEADING_ROWS = 4
TYPES = {
    "integer": "bigint",
    "number": "double",
    "date": "date",
    "datetime": "timestamp",
}
"""The column type of each Frictionless type; text for any other, and for truth values, which programs write as formulas."""
SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
TOO_LONG = "too long for a worksheet: read the CSV or Parquet file"


def write_workbook(folder: Path, descriptor: Mapping[str, Any], target: Path) -> None:
    """Write the dataset in ``folder`` as a workbook.

    A table with more rows than a sheet can hold is left out, and the contents say where it is.
    """
    tables = [(one, _rows(folder, one)) for one in descriptor["resources"]]
    with replacing(target) as temporary, xlsxwriter.Workbook(str(temporary), SAFE) as book:
        created, publisher = datetime.fromisoformat(descriptor["created"]), descriptor["contributors"][0]["title"]
        book.set_properties({"title": descriptor["title"], "author": publisher, "created": created.replace(tzinfo=None)})
        _cover(book, descriptor)
        _contents(book, tables)
        _notes(book, descriptor)
        for resource, rows in tables:
            if _fits(rows):
                _table(book, resource, rows)


def _fits(rows: pl.DataFrame) -> bool:
    return rows.height < LONGEST_SHEET - HEADING_ROWS


def _rows(folder: Path, resource: Mapping[str, Any]) -> pl.DataFrame:
    """A published table with its types, in its order; a note's symbol in brackets."""
    fields = resource["schema"]["fields"]
    typed = ", ".join(
        f"cast({name(one['name'])} as {TYPES.get(one['type'], 'varchar')}) as {name(one['name'])}" for one in fields
    )
    source = csv(folder / table_path(resource), [one["name"] for one in fields])
    with connect() as connection:
        rows: pl.DataFrame = connection.sql(f"select {typed} from {source} order by row").pl()
    notes = [one["name"] for one in fields if one["name"].endswith("note") and "enum" in one.get("constraints", {})]
    return rows.with_columns(pl.format("[{}]", pl.col(note)).alias(note) for note in notes)


def _sheet(book: xlsxwriter.Workbook, sheet_name: str, *lines: str) -> Worksheet:
    """A new sheet with a heading and what the sheet holds above the table."""
    sheet = book.add_worksheet(sheet_name)
    heading = book.add_format({"bold": True, "font_size": 15})
    for number, line in enumerate(lines):
        sheet.write_string(number, 0, line, None if number else heading)
    return sheet


def _marked(book: xlsxwriter.Workbook, sheet: Worksheet, frame: pl.DataFrame, row: int, table: str, **options: Any) -> None:
    """A frame as a marked table."""
    dates: Any = {pl.Date: "yyyy-mm-dd", pl.Datetime: "yyyy-mm-dd hh:mm:ss"}
    frame.write_excel(book, sheet, position=(row, 0), table_name=table, dtype_formats=dates, **options)


def _cover(book: xlsxwriter.Workbook, descriptor: Mapping[str, Any]) -> None:
    publisher = next(one for one in descriptor["contributors"] if "publisher" in one["roles"])
    contact = next(one for one in descriptor["contributors"] if "contact" in one["roles"])
    licence, temporal = descriptor["licenses"][0], descriptor.get("temporal")
    sheet = _sheet(
        book,
        "Cover",
        descriptor["title"],
        descriptor["description"],
        f"Published by {publisher['title']}, version {descriptor['version']}.",
        f"With what was known on {descriptor['created'][:10]}.",
        *([f"It covers {temporal['start']} to {temporal['end']}."] if temporal else []),
        f"Licence: {licence['title']}, {licence['path']}",
        f"Contact: {contact['title']}, {contact['email']}",
        *([f"More: {descriptor['homepage']}"] if "homepage" in descriptor else []),
        "The worksheet Contents lists the tables, Notes explains symbols and columns. Every other worksheet has one table.",
    )
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))


def _contents(book: xlsxwriter.Workbook, tables: Sequence[tuple[Mapping[str, Any], pl.DataFrame]]) -> None:
    sheet = _sheet(book, "Contents", "Contents", "This worksheet contains one table. It names each table and its worksheet.")
    rows = [
        (one["title"], _sheet_name(one) if _fits(frame) else TOO_LONG, frame.height, one["description"]) for one, frame in tables
    ]
    frame = pl.DataFrame(rows, schema=["Table", "Worksheet", "Rows", "What it holds"], orient="row")
    _marked(book, sheet, frame, 2, "contents", column_widths={"Table": 200, "Worksheet": 200, "What it holds": 700})
    for number, (_, where, _, _) in enumerate(rows, 3):
        if where != TOO_LONG:
            sheet.write_url(number, 1, f"internal:'{where}'!A1", string=where)


def _notes(book: xlsxwriter.Workbook, descriptor: Mapping[str, Any]) -> None:
    """Symbols, limitations and the meaning of every column."""
    about = "This worksheet contains one table. It explains symbols, limitations and every column."
    sheet = _sheet(book, "Notes", "Notes", about)
    rows = [("Symbol", f"[{sign}]", "", meaning) for sign, meaning in SYMBOLS.items()]
    rows += [("Limitation", "", "", one) for one in descriptor.get("limitations", [])]
    for resource in descriptor["resources"]:
        rows += [(resource["title"], f["name"], f.get("unit", ""), f["description"]) for f in resource["schema"]["fields"]]
    frame = pl.DataFrame(rows, schema=["About", "Name", "Unit", "Meaning"], orient="row")
    _marked(book, sheet, frame, 2, "notes", column_widths={"About": 200, "Name": 200, "Meaning": 700})


def _table(book: xlsxwriter.Workbook, resource: Mapping[str, Any], rows: pl.DataFrame) -> None:
    why = f"; the column {NOTE} says why" if NOTE in rows.columns else ""
    sheet = _sheet(
        book,
        _sheet_name(resource),
        f"{resource['title']}: {resource['description']}",
        f"This worksheet contains one table. A row is {resource['grain'].removeprefix('one row ')}.",
        f"A cell is empty where there is no value{why}. The worksheet Notes explains the columns.",
    )
    formats = {one["name"]: _number_format(one) for one in resource["schema"]["fields"] if one["type"] in ("integer", "number")}
    _marked(book, sheet, rows, HEADING_ROWS - 1, f"table_{resource['name']}", column_formats=formats)
    sheet.freeze_panes(HEADING_ROWS, 0)


def _number_format(field: Mapping[str, Any]) -> str:
    return f"0.{'0' * field['decimals']}" if field.get("decimals") else "0"


def _sheet_name(resource: Mapping[str, Any]) -> str:
    """The table's name, unless a sheet of another kind has it or the format reserves it."""
    taken = resource["name"] in ("cover", "contents", "notes", "history")
    return f"table_{resource['name']}" if taken else str(resource["name"])[:LONGEST_NAME]
