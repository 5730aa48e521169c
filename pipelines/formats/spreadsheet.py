"""Workbooks: XLSX, XLS and ODS, read by calamine.

Belongs here: which sheet, which rows, and cells as text. Does not belong here: what calamine does not tell of a sheet, such as
its errors (sheet_look).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from pipelines.formats import delivery
from pipelines.formats.delivery import BrokenDelivery, Header, OpenDelivery, first_line, frame
from pipelines.formats.sheet_look import Look, kind_of, look_at

WORKBOOKS = ("xlsx", "xls", "ods")
ISO_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:\.\d+)?S")


def open_spreadsheet(path: Path, form: dict[str, Any], columns: list[str], scratch: Path) -> OpenDelivery:
    """The rows of one sheet. Raises :class:`BrokenDelivery` where there is no such sheet, header or column."""
    kind = kind_of(path)
    if kind is None:
        raise BrokenDelivery("the file cannot be read as a workbook: it is none, or it is encrypted")
    if form["type"] != kind:
        raise BrokenDelivery(f"the file is a workbook of type {kind}, and {form['type']} is stated in `format.type`")
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        name = _sheet(form.get("sheet", 1), workbook.sheet_names)
        look = look_at(path, kind, name)
        sheet = workbook.get_sheet_by_name(name)
    except (python_calamine.CalamineError, OSError) as error:
        raise BrokenDelivery(f"the file cannot be read as a workbook: {first_line(error)}") from None
    merged = (look.merged or sheet.merged_cell_ranges or []) if form.get("merged_cells") == "carry" else []
    if form.get("percentages") != "as_shown":
        look.percentages.clear()
    rows = _rows(sheet, look, merged)
    header = Header.stated(form)
    top = list(islice(rows, header.last))
    if len(top) < header.last:
        raise BrokenDelivery(f"the sheet has no row {header.last}, where the column names should be")
    names = header.names(top[header.above :], 0 if header.first else sheet.total_width)
    places = header.places(columns, names)
    opened = OpenDelivery(_batches(rows, columns, places), above_header=header.above, names=names)
    return opened


def _sheet(stated: str | int, names: list[str]) -> str:
    """The name of the sheet that is stated by its name or by its place."""
    if isinstance(stated, int) and stated <= len(names):
        return names[stated - 1]
    if stated not in names:
        raise BrokenDelivery(f"the workbook has no sheet `{stated}`; it has: {', '.join(names)}")
    return str(stated)


def _rows(
    sheet: python_calamine.CalamineSheet, look: Look, merged: list[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[list[str]]:
    """Every row of the sheet from its first, as text; errors as a spreadsheet shows them."""
    areas = defaultdict(list)
    for (top, left), (bottom, right) in merged:
        for row in range(top, bottom + 1):
            areas[row].append((top, left, right))
    values: dict[tuple[int, int], str] = {}
    for number, found in enumerate(sheet.iter_rows()):
        cells = [_cell(value) for value in found]
        for place in look.percentages.get(number, []):
            cells[place] = _percentage(cells[place])
        for place, mark in look.errors.get(number, {}).items():
            cells[place : place + 1] = [mark]
        for top, left, right in areas.get(number, []):
            value = values.setdefault((top, left), cells[left] if left < len(cells) else "")
            cells[left : right + 1] = [value] * (min(right + 1, len(cells)) - left)
        yield cells


def _batches(rows: Iterator[list[str]], columns: list[str], places: list[int]) -> Iterator[pl.DataFrame]:
    numbered = enumerate(rows, 1)
    while batch := list(islice(numbered, delivery.BATCH_ROWS)):
        yield frame([[number, None, *(cells[place] for place in places)] for number, cells in batch], columns)


def _percentage(share: str) -> str:
    """A share of 1 as it is shown: ``72.1%`` of 0.721, with all its places."""
    shown = (Decimal(share) * 100).normalize()
    return f"{shown:f}%"


def _cell(value: Any) -> str:
    """A cell of a workbook as text: dates in ISO form, whole numbers without a decimal point."""
    if isinstance(value, str):
        lasted = ISO_DURATION.fullmatch(value)
        return f"{lasted[1]}:{lasted[2]}:{lasted[3]}" if lasted else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat() if isinstance(value, date | time) else str(value)
