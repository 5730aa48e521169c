"""What calamine does not tell of a sheet, read from the workbook itself.

Cells that hold an error come from it as empty ones, or as 0; so do formulas that nobody has worked out yet. Also here: the
kind of a workbook, areas merged in ODS, and a sheet so wide or long that holding it would take all memory. Does not belong
here: the values of cells (spreadsheet).
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from pipelines.formats import archive, compound
from pipelines.formats.delivery import BrokenDelivery
from pipelines.formats.xml import plain, safe_parser

LARGEST = 4 << 30
"""Bytes of XML; a sheet has at most 1,048,576 rows, which are held in memory."""
LARGEST_AREA = 64_000_000
UNCALCULATED = "#UNCALCULATED!"
"""Stands in the place of a formula that holds no value, as a program writes it that works nothing out."""
BIFF_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
BOUNDSHEET, BOF, EOF, FORMULA, BOOLERR = 0x85, 0x809, 0x0A, 0x06, 0x205
Area = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class Look:
    """Errors by row and column, counted from 0, as a spreadsheet shows them; and merged areas where calamine has none.

    ``percentages`` are the columns of cells, by row, that hold a share of 1 and are shown as a percentage; those of XLS are not
    known.
    """

    errors: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    percentages: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    merged: list[Area] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0

    def reach(self, row: int, column: int) -> None:
        """Note a cell that holds something. Raises :class:`BrokenDelivery` where the sheet becomes too large with it."""
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        if (self.last_row + 1) * (self.last_column + 1) > LARGEST_AREA:
            raise BrokenDelivery(
                f"the sheet reaches to row {self.last_row + 1} and column {self.last_column + 1}, which is more than can be "
                "held; delete the stray cells beyond the table, or send it as CSV"
            )


def kind_of(path: Path) -> str | None:
    """``xlsx``, ``ods`` or ``xls``, whatever the file is called; ``None`` where it is no workbook."""
    if compound.is_compound(path):
        return "xls" if compound.has_stream(path, "Workbook", "Book") else None
    if not zipfile.is_zipfile(path):
        return None
    with archive.opened(path, LARGEST, "a workbook") as book:
        names = {name.lower() for name in book.namelist()}
    return "xlsx" if "xl/workbook.xml" in names else "ods" if "content.xml" in names else None


def look_at(path: Path, kind: str, sheet: str) -> Look:
    """Look through one sheet. Raises :class:`BrokenDelivery` where the workbook is damaged or the sheet too large."""
    try:
        if kind == "xls":
            return _look_at_xls(compound.stream(path, "Workbook", "Book"), sheet)
        with archive.opened(path, LARGEST, "a workbook") as book:
            return _look_at_xlsx(book, sheet) if kind == "xlsx" else _look_at_ods(book, sheet)
    except (expat.ExpatError, struct.error, KeyError, ValueError, IndexError) as error:
        raise BrokenDelivery(f"the file cannot be read as a workbook: it is damaged ({type(error).__name__})") from None


def _parse(
    book: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Read a part of a workbook as XML; names of elements and attributes come without their namespace."""
    parser = safe_parser()

    def started(name: str, given: dict[str, str]) -> None:
        # of two attributes of one name in two namespaces the later in order of these counts: calcext's, not office's
        start(plain(name), {plain(key): given[key] for key in sorted(given)})

    parser.StartElementHandler = started
    if end:
        ended = end
        parser.EndElementHandler = lambda name: ended(plain(name))
    if text:
        parser.CharacterDataHandler = text
    names = {name.lower(): name for name in book.namelist()}
    with book.open(names[part.lower()]) as file:
        parser.ParseFile(file)


def _look_at_xlsx(book: zipfile.ZipFile, sheet: str) -> Look:
    sheets: dict[str, str] = {}
    parts: dict[str, str] = {}

    def listed(name: str, given: dict[str, str]) -> None:
        if name == "sheet":
            sheets[given["name"]] = given["id"]
        elif name == "Relationship":
            target = given["Target"]
            parts[given["Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"

    _parse(book, "xl/workbook.xml", listed)
    _parse(book, "xl/_rels/workbook.xml.rels", listed)
    cells = _XlsxCells(_percent_styles(book))
    _parse(book, parts[sheets[sheet]], cells.start, cells.end, cells.text)
    return cells.look


PERCENT_FORMATS = ("9", "10")
"""Formats of numbers that every workbook has without saying so: 0% and 0.00%."""


def _percent_styles(book: zipfile.ZipFile) -> set[str]:
    """The numbers of the styles of an XLSX that show a number as a percentage."""
    formats, styles, shown = set(PERCENT_FORMATS), list[str](), False

    def started(name: str, given: dict[str, str]) -> None:
        nonlocal shown
        shown = (shown or name == "cellXfs") and name != "cellStyles"
        if name == "numFmt" and "%" in re.sub(r'"[^"]*"|\\.', "", given["formatCode"]):
            formats.add(given["numFmtId"])
        elif name == "xf" and shown:
            styles.append(given.get("numFmtId", "0"))

    if "xl/styles.xml" in {name.lower() for name in book.namelist()}:
        _parse(book, "xl/styles.xml", started)
    return {str(number) for number, form in enumerate(styles) if form in formats}


class _XlsxCells:
    """The cells of an XLSX sheet as its XML goes by; ``percent`` are the styles that show a percentage."""

    def __init__(self, percent: set[str]) -> None:
        self.look, self.row, self.column, self.percent, self.style = Look(), -1, -1, percent, ""
        self.type, self.value, self.in_value, self.formula = "", "", False, False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "row":
            self.row, self.column = int(given.get("r", self.row + 2)) - 1, -1
        elif name == "c":
            self.column = _column(given["r"]) if "r" in given else self.column + 1
            self.type, self.value, self.formula, self.style = given.get("t", "n"), "", False, given.get("s", "0")
        elif name in ("v", "f"):
            self.in_value, self.formula = name == "v", self.formula or name == "f"

    def text(self, text: str) -> None:
        if self.in_value:
            self.value += text

    def end(self, name: str) -> None:
        if name == "v":
            self.in_value = False
        elif name == "c":
            if self.value or self.type == "inlineStr":
                self.look.reach(self.row, self.column)
            if self.type == "e":
                self.look.errors[self.row][self.column] = self.value or "#N/A"
            elif self.formula and not self.value and self.type != "str":
                self.look.errors[self.row][self.column] = UNCALCULATED
            elif self.type == "n" and self.value and self.style in self.percent:
                self.look.percentages[self.row].append(self.column)


def _column(reference: str) -> int:
    """The column of a cell such as ``AB12``, counted from 0."""
    number = 0
    for letter in re.match(r"[A-Z]+", reference)[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _look_at_ods(book: zipfile.ZipFile, sheet: str) -> Look:
    cells = _OdsCells(sheet)
    _parse(book, "content.xml", cells.start, cells.end, cells.text)
    return cells.look


class _OdsCells:
    """The cells of an ODS sheet as the document goes by; a row or cell may stand for several."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.look, self.inside = sheet, Look(), False
        self.row, self.rows, self.column, self.columns = 0, 1, 0, 1
        self.given: dict[str, str] = {}
        self.shown, self.in_note = "", False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "table":
            self.inside, self.row = given.get("name") == self.sheet, 0
        elif name == "table-row":
            self.rows, self.column = int(given.get("number-rows-repeated", 1)), 0
        elif name in ("table-cell", "covered-table-cell"):
            self.columns, self.given, self.shown = int(given.get("number-columns-repeated", 1)), given, ""
        self.in_note = self.in_note or name == "annotation"

    def text(self, text: str) -> None:
        if not self.in_note:
            self.shown += text

    def end(self, name: str) -> None:
        if name == "annotation":
            self.in_note = False
        elif name == "table-row":
            self.row += self.rows
        elif name in ("table-cell", "covered-table-cell"):
            if self.inside:
                self._cell()
            self.column += self.columns

    def _cell(self) -> None:
        if self.shown or "value-type" in self.given:
            self.look.reach(self.row + self.rows - 1, self.column + self.columns - 1)
        # LibreOffice gives an error the type of the value that it is not, and says what it is in an attribute of its own
        error = (self.shown.strip() or "#N/A") if self.given.get("value-type") == "error" else ""
        if "formula" in self.given and "value-type" not in self.given:
            error = UNCALCULATED
        is_share = self.given.get("value-type") == "percentage"
        for row in range(self.row, self.row + self.rows) if error or is_share else ():
            for column in range(self.column, self.column + self.columns):
                if error:
                    self.look.errors[row][column] = error
                else:
                    self.look.percentages[row].append(column)
        height = int(self.given.get("number-rows-spanned", 1))
        width = int(self.given.get("number-columns-spanned", 1))
        if height * width > 1:
            self.look.merged.append(((self.row, self.column), (self.row + height - 1, self.column + width - 1)))


def _look_at_xls(stream: bytes, sheet: str) -> Look:
    look, at = Look(), 0
    for kind, record in _records(stream, 0):
        if kind == BOUNDSHEET and _sheet_name(record) == sheet:
            at = struct.unpack_from("<I", record)[0]
    for kind, record in _records(stream, at):
        if kind == BOOLERR and record[7]:
            row, column = struct.unpack_from("<HH", record)
            look.errors[row][column] = BIFF_ERRORS.get(record[6], "#N/A")
        elif kind == FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2:
            row, column = struct.unpack_from("<HH", record)
            look.errors[row][column] = BIFF_ERRORS.get(record[8], "#N/A")
    return look


def _records(stream: bytes, at: int) -> list[tuple[int, bytes]]:
    """The records of the workbook, or of the sheet that begins at ``at``, without those of charts within it."""
    found, depth = [], 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 0:
            break
        if depth == 1 and kind in (BOUNDSHEET, FORMULA, BOOLERR):
            found.append((kind, stream[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def _sheet_name(record: bytes) -> str:
    length, wide = record[6], record[7] & 1
    return record[8 : 8 + 2 * length].decode("utf-16-le") if wide else record[8 : 8 + length].decode("latin-1")
