"""The workbook of a dataset is laid out as government asks, and LibreOffice reads every cell of it as it is published."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from checkers import SOFFICE, descriptor, through_libreoffice
from openpyxl.worksheet.worksheet import Worksheet
from small_release import AREA, NOTE, SmallRelease

from pipelines.publication import workbook as made_by
from pipelines.publication.workbook import HEADING_ROWS, write_workbook
from pipelines.published import rows

TIMES = ("value_note",)


@pytest.fixture
def book(small: SmallRelease, tmp_path: Path) -> Path:
    """The workbook of a dataset with codes that look like numbers and a text that looks like a formula."""
    small.marts["area"] = AREA.replace("'E01'", "'0071'").replace("Abbey", "=1+1").replace("Brook", "1E5")
    small.marts["observation"] = small.marts["observation"].replace("'E01'", "'0071'")
    small.make()
    path = tmp_path / "figures.xlsx"
    write_workbook(small.publish / "figures", descriptor(small.publish / "figures"), path)
    return path


def faults(path: Path, dataset: Path) -> Iterator[str]:
    """How a workbook departs from the published tables, or from the layout that is asked for."""
    opened = openpyxl.load_workbook(path)
    if opened.sheetnames[:3] != ["Cover", "Contents", "Notes"]:
        yield f"the sheets are {opened.sheetnames}"
    for sheet in opened.worksheets:
        if sheet.merged_cells.ranges:
            yield f"{sheet.title} has merged cells"
        if sheet.title != "Cover" and not len(sheet.tables) <= 1:
            yield f"{sheet.title} has {len(sheet.tables)} tables"
    for resource in descriptor(dataset)["resources"]:
        yield from _differences(opened[resource["name"]], resource, dataset)


def _differences(sheet: Worksheet, resource: dict[str, Any], dataset: Path) -> Iterator[str]:
    cells = list(sheet.iter_rows(min_row=HEADING_ROWS, values_only=False))
    kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    if [cell.value for cell in cells[0]] != list(kinds):
        yield f"{sheet.title} has other columns"
    published = rows(dataset / "data" / f"{resource['name']}.csv")
    found = cells[1 : len(published) + 1]
    if len(found) != len(published) or any(cell.value is not None for row in cells[len(published) + 1 :] for cell in row):
        yield f"{sheet.title} has other rows"
    for number, (row, wanted) in enumerate(zip(found, published, strict=False), 1):
        for cell, (column, text) in zip(row, wanted.items(), strict=False):
            if cell.data_type == "f":
                yield f"{sheet.title}, row {number}: {column} is a formula"
            elif _text(cell.value, kinds[column]) != _wanted(text, column, kinds[column]):
                yield f"{sheet.title}, row {number}: {column} is {cell.value!r}, and {text!r} is published"


def _text(value: Any, kind: str) -> Any:
    """A cell's value as it can be compared: a text must be a text cell, and a number a number."""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ") if kind == "datetime" else value.date().isoformat()
    if isinstance(value, bool) or value is None:
        return value
    if kind in ("integer", "number"):
        return round(value, 6) if isinstance(value, int | float) else f"{value} as text"
    return value if isinstance(value, str) else f"{value} as a number"


def _wanted(text: str | None, column: str, kind: str) -> Any:
    if text is None:
        return None
    if kind in ("integer", "number"):
        return round(float(text), 6)
    return f"[{text}]" if column in TIMES else text


def test_a_workbook_has_cover_contents_notes_and_every_published_cell(small: SmallRelease, book: Path) -> None:
    assert list(faults(book, small.publish / "figures")) == []
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames == ["Cover", "Contents", "Notes", "area", "observation", "release"]
    assert opened["Cover"]["A1"].value == "Figures: Testshire Council"
    assert opened["Contents"]["B4"].hyperlink.location == "'area'!A1"
    notes = {row[1] for row in opened["Notes"].iter_rows(values_only=True)}
    assert {"[c]", "[x]", "[z]", "[u]", "value"} <= notes
    assert list(opened["observation"].tables) == ["table_observation"]
    assert opened["area"]["A5"].data_type == "s", "a code of digits stays text"
    assert opened["observation"]["F6"].value in ("[u]", "[c]")


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "says"),
    [
        ("area", "A5", 71, "area_code is 71"),
        ("area", "B5", "=1+1", "area_name is a formula"),
        ("observation", "E5", 75.4, "value is 75.4"),
        ("observation", "E5", "75.0", "value is '75.0'"),
        ("observation", "E6", "c", "value is 'c'"),
        ("release", "A4", "Version", "release has other columns"),
        ("area", "A9", "Total", "area has other rows"),
    ],
)
def test_a_fault_in_a_workbook_is_found(small: SmallRelease, book: Path, sheet: str, cell: str, value: Any, says: str) -> None:
    opened = openpyxl.load_workbook(book)
    opened[sheet][cell].value = value
    opened.save(book)
    assert any(says in fault for fault in faults(book, small.publish / "figures"))


def test_merged_cells_are_found(small: SmallRelease, book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    opened["area"].merge_cells("A1:B1")
    opened.save(book)
    assert list(faults(book, small.publish / "figures")) == ["area has merged cells"]


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc")
def test_libreoffice_reads_every_cell_as_it_is_published(small: SmallRelease, book: Path, tmp_path: Path) -> None:
    again = through_libreoffice(book, tmp_path / "office")
    assert list(faults(again, small.publish / "figures")) == []
    notes = tmp_path / "notes.xlsx"
    write_workbook(small.publish / "notes", descriptor(small.publish / "notes"), notes)
    assert list(faults(through_libreoffice(notes, tmp_path / "office"), small.publish / "notes")) == []


def test_the_same_release_makes_the_same_workbook(small: SmallRelease, book: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_workbook(small.publish / "figures", descriptor(small.publish / "figures"), again)
    assert again.read_bytes() == book.read_bytes()


def test_a_table_without_rows_has_its_header(small: SmallRelease, tmp_path: Path) -> None:
    small.marts["note"] = f"{NOTE} where false"
    small.make()
    path = tmp_path / "notes.xlsx"
    write_workbook(small.publish / "notes", descriptor(small.publish / "notes"), path)
    assert list(faults(path, small.publish / "notes")) == []


def test_a_table_may_have_the_name_of_another_sheet(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    described = descriptor(small.publish / "notes")
    described["resources"][0]["name"] = "notes"
    write_workbook(small.publish / "notes", described, tmp_path / "notes.xlsx")
    assert openpyxl.load_workbook(tmp_path / "notes.xlsx").sheetnames == ["Cover", "Contents", "Notes", "table_notes"]


def test_a_table_that_is_too_long_for_a_sheet_is_named_and_left_out(
    small: SmallRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_by, "LONGEST_SHEET", HEADING_ROWS + 3)
    small.make()
    path = tmp_path / "figures.xlsx"
    write_workbook(small.publish / "figures", descriptor(small.publish / "figures"), path)
    opened = openpyxl.load_workbook(path)
    assert "observation" not in opened.sheetnames
    assert opened["Contents"]["B5"].value == "too long for a worksheet: read the CSV or Parquet file"
