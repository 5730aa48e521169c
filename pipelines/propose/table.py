"""Opening a file that nobody has described: what format it is, where its column names stand, and its first rows.

Belongs here: telling formats, encodings, delimiters, headers and rows that are no records. Does not belong here: what a column
holds (columns).
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import polars as pl
import python_calamine

from pipelines.formats import BrokenDelivery, archive, names_of, open_delivery, yaml
from pipelines.formats.delivery import Header, frame
from pipelines.formats.sheet_look import kind_of, look_at
from pipelines.formats.spreadsheet import WORKBOOKS
from pipelines.formats.text import as_utf8
from pipelines.formats.xml import plain, safe_parser

TOP_ROWS = 60
DEEPEST = 4
MOST_KEYS = 100
"""Names of values within a value; more are no names but, say, the ids of records."""
MOST_CELLS = 5_000_000
"""Cells that are looked at; more of a longer file tell little more."""
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "utf-16-le", "utf-16-be")
DELIMITERS = (",", ";", "\t", "|")
NUMBER = re.compile(r"^[-+(]?[£$€]?\s*\d[\d,. ]*%?\)?$")
DATE = re.compile(r"^\d{1,4}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{1,4}")
TOTAL = r"(?i)^(?:grand |sub-?)?totals?\b"
YAML = re.compile(r"(?:#.*\s*)*(?:---|-\s|[\w.-]+:\s*(?:#.*)?\n)")
"""How a file may begin that holds a list of records in YAML, or a name of one."""
NOTES = tuple(
    f"(?i)^{words}"
    for words in (
        r"(?:notes?|sources?|footnotes?|©|\* |\[?\d?\]? ?this (?:table|file))\b",
        r"(?:applied filters|filters applied)\b",
        r"\(?[\d,]+ rows?\b",
        r"(?:report )?(?:generated|exported|extracted|printed|produced|run) (?:on|at|by|date)\b",
        r"end of report\b",
    )
)
"""What programs and people write below a table."""


@dataclass
class Table:
    """A file as it can be opened: its ``format``, and the ``cells`` of its first rows by column, all as text.

    ``headers`` are patterns of headings that say which period a column is of; ``layout_rows`` are rows found that are no records;
    ``doubts`` say, by setting, what a person must confirm.
    """

    format: dict[str, Any]
    cells: pl.DataFrame
    layout_rows: dict[str, Any] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    whole: bool = True


def opened(path: Path, scratch: Path) -> Table:
    """The table in a file. Raises :class:`BrokenDelivery` where it holds none that could be read."""
    if not path.stat().st_size:
        raise BrokenDelivery("the file is empty")
    form, doubts = _format(path, scratch)
    cells, whole = _cells(path, form, scratch)
    table = Table(form, cells, doubts=doubts, whole=whole)
    if whole:
        table.layout_rows = _layout_rows(cells)
    return table


def _format(path: Path, scratch: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """What the bytes are, with all that says how they are read."""
    kind = kind_of(path)
    with path.open("rb") as file:
        start = file.read(4)
    if kind in WORKBOOKS:
        return _workbook(path, str(kind), scratch)
    if start == b"PAR1":
        return {"type": "parquet"}, {}
    if start == b"PK\x03\x04":
        return _archive(path, scratch)
    encoding = _encoding(path, scratch)
    text = as_utf8(path, {"encoding": encoding}, scratch)
    with text.open(encoding="utf-8-sig") as lines:
        beginning = lines.read(4096).lstrip()
    if re.search(r"[\x00-\x08\x0e-\x1f]", beginning):
        raise BrokenDelivery("the file is no text, no workbook, no Parquet and no archive")
    if beginning.lower().startswith(("<!doctype html", "<html")):
        raise BrokenDelivery("the file is a web page, which cannot be read; ask for CSV, a workbook, JSON, XML or Parquet")
    if beginning.startswith("<"):
        return _xml(path)
    if beginning.startswith(("{", "[")):
        return _json(text, encoding)
    if YAML.match(beginning) and (found := _yaml(text, encoding)):
        return found
    return _csv(text, encoding)


def _encoding(path: Path, scratch: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    half_zero = 3 * start.count(0) > len(start)  # as in text of two bytes a letter
    for encoding in ENCODINGS:
        if encoding in ("utf-16-le", "utf-16-be") and not half_zero:
            continue
        try:
            as_utf8(path, {"encoding": encoding}, scratch)
        except BrokenDelivery:
            continue
        return encoding
    raise BrokenDelivery("the file is no text in an encoding that is known, no workbook, no Parquet and no archive")


def _csv(text: Path, encoding: str) -> tuple[dict[str, Any], dict[str, str]]:
    with text.open(encoding="utf-8-sig", newline="") as file:
        lines = list(islice(file, 400))
    delimiter = max(DELIMITERS, key=lambda one: _regularity(list(csv.reader(lines, delimiter=one))))
    rows = list(islice(csv.reader(lines, delimiter=delimiter), TOP_ROWS))
    form: dict[str, Any] = {"type": "csv", "encoding": encoding}
    if delimiter != ",":
        form["delimiter"] = delimiter
    header, doubts = _header(rows)
    if encoding not in ("utf-8", "utf-16"):
        doubts["encoding"] = f"the bytes are no utf-8; {encoding} fits them: look at letters such as £ and é"
    return form | header, doubts


def _regularity(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """How regular rows are when split in a way: the share of those with the commonest width, where that is more than 1."""
    widths = Counter(len(row) for row in rows if row)
    width, often = widths.most_common(1)[0] if widths else (0, 0)
    return (round(often / sum(widths.values()), 1) if width > 1 else 0.0, width)


def _workbook(path: Path, kind: str, scratch: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The sheet with most cells, which a person must confirm where there are several."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        sizes = {name: _filled(book.get_sheet_by_name(name)) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError) as error:
        raise BrokenDelivery(f"the file cannot be read as a workbook: {type(error).__name__}") from None
    sheet = max(sizes, key=lambda name: sizes[name], default="")
    if not sizes.get(sheet):
        raise BrokenDelivery("no sheet of the workbook holds anything")
    form: dict[str, Any] = {"type": kind, "sheet": sheet}
    plain = form | {"header_row": 0}
    batch = _first(path, plain, names_of(path, plain, scratch), scratch)
    rows = [[cell or "" for cell in row] for row in batch.drop("row_number", "unreadable").head(TOP_ROWS).rows()]
    header, doubts = _header(rows)
    if len(sizes) > 1:
        doubts["sheet"] = f"the sheet with most in it; there are: {', '.join(sizes)}"
    merged = look_at(path, kind, sheet).merged or book.get_sheet_by_name(sheet).merged_cell_ranges or []
    if any(bottom >= Header.stated(header).last for _, (bottom, _) in merged):
        doubts["merged_cells"] = "cells are merged below the names: add `merged_cells: carry` if the value stands for all of them"
    return form | header, doubts


def _filled(sheet: python_calamine.CalamineSheet) -> int:
    return sum(cell != "" for row in islice(sheet.iter_rows(), 5000) for cell in row)


def _json(text: Path, encoding: str) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        with text.open(encoding="utf-8-sig") as file:
            document = json.load(file)
    except json.JSONDecodeError:
        return {"type": "jsonl", "encoding": encoding}, {}
    if isinstance(document, list):
        return {"type": "json", "encoding": encoding}, {}
    place = _longest(document)
    if place is None:  # one object alone
        return {"type": "jsonl", "encoding": encoding}, {}
    return {"type": "json", "encoding": encoding, "records": place}, {"records": "the longest array of records in the document"}


def _yaml(text: Path, encoding: str) -> tuple[dict[str, Any], dict[str, str]] | None:
    """Nothing where the file only begins like YAML: a text can do so too."""
    try:
        document = yaml.document(text)
    except BrokenDelivery:
        return None
    place = "" if _is_records(document) else _longest(document)
    if place is None:
        return None
    form = {"type": "yaml", "encoding": encoding}
    return (form | {"records": place}, {"records": "the longest list of records in the document"}) if place else (form, {})


def _xml(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The elements that come again most often and hold others."""
    parser, at = safe_parser(), list[str]()
    seen, parents = Counter[str](), set[str]()

    def start(name: str, _: Any) -> None:
        parents.add(".".join(at))
        at.append(plain(name))
        seen[".".join(at)] += 1

    parser.StartElementHandler, parser.EndElementHandler = start, lambda _: at.pop()
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except ExpatError:
        raise BrokenDelivery("the file begins like XML or a web page, and cannot be read as XML") from None
    records = max((place for place in seen if place in parents), key=lambda place: (seen[place], -len(place)), default="")
    return {"type": "xml", "records": records}, {"records": "the elements that come again most often"}


def _longest(document: Any) -> str | None:
    """Where the longest array of objects is."""
    found: list[tuple[int, str]] = []

    def look(value: Any, at: tuple[str, ...]) -> None:
        if isinstance(value, dict) and len(at) < 6:
            for name, inner in value.items():
                look(inner, (*at, name))
        elif _is_records(value):
            found.append((len(value), ".".join(at)))

    look(document, ())
    return max(found)[1] if found else None


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _archive(path: Path, scratch: Path) -> tuple[dict[str, Any], dict[str, str]]:
    with archive.opened(path, shutil.disk_usage(scratch).free) as members:
        names = [one.filename for one in members.infolist() if not one.is_dir() and not archive.is_hidden(one.filename)]
    ends = Counter(Path(name).suffix.lower() for name in names)
    if not ends:
        raise BrokenDelivery("the archive is empty")
    pattern = f"*{ends.most_common(1)[0][0]}"
    chosen = sorted(name for name in names if fnmatchcase(name.lower(), pattern))
    form: dict[str, Any] = {"type": "zip", "members" if len(chosen) > 1 else "member": pattern}
    with closing(archive.unpacked(path, form, scratch)) as unpacked:
        content, doubts = _format(next(unpacked)[1], scratch)
    return form | {"content": content}, doubts | {"member": f"which files of the archive: {len(chosen)} of {len(names)} match"}


def _header(rows: Sequence[Sequence[str]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Where the column names stand among the first rows of a file."""
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = sorted(filled)[len(filled) * 3 // 4] if filled else 0
    first = next((place for place, count in enumerate(filled) if count >= max(1, 0.6 * usual)), 0)
    below = [row for row in rows[first + 1 :] if sum(bool(cell.strip()) for cell in row) >= 0.5 * usual]
    said = _says_more(rows[first] if rows else [], below)
    doubts: dict[str, str] = {}
    form: dict[str, Any] = {"header_row": first + 1} if first else {}
    if below and not said and _same_kinds(rows[first], below):
        return {"header_row": 0}, {"header_row": "no row seems to hold column names"}
    names = [" ".join(cell.split()) for cell in rows[first]] if rows else []
    if len(below) > 1 and _is_upper_row(names, below):
        form |= {"header_row": first + 1, "header_rows": 2}
        doubts["header_rows"] = "the names seem to take up two rows"
    while names and not names[-1]:
        names.pop()
    if "" in names and "header_rows" not in form:
        form["unnamed_columns"] = "by_position"
    if len(set(filter(None, names))) < len([name for name in names if name]) and "header_rows" not in form:
        form["repeated_names"] = "numbered"
    if not said and below:
        doubts["header_row"] = "nothing but its place says that this row holds the column names"
    return form, doubts


def _kind(cell: str) -> str:
    """What a cell could be, for telling names from records; a year could be either."""
    cell = cell.strip()
    if not cell or re.fullmatch(r"(?:19|20)\d\d", cell):
        return ""
    if DATE.match(cell):
        return "date"
    return "number" if NUMBER.match(cell) else "code" if re.search(r"\d", cell) and " " not in cell else "word"


def _says_more(names: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Columns in which a word stands above what are no words."""
    found = 0
    for place, name in enumerate(names):
        kinds = Counter(_kind(row[place]) for row in below if place < len(row) and row[place].strip())
        kind = kinds.most_common(1)[0][0] if kinds else ""
        found += _kind(name) in ("word", "code") and kind in ("number", "date", "code") and not (_kind(name) == kind == "code")
    return found


def _same_kinds(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row has numbers and dates where those below it have them."""
    pairs = [(_kind(name), _kind(below[0][place])) for place, name in enumerate(names) if place < len(below[0])]
    return any(one == other and one in ("number", "date", "code") for one, other in pairs)


def _is_upper_row(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row below the names holds names too, under some that stand over several columns."""
    lower, records = below[0], below[1:]
    gaps = sum(not name for name in names[1:]) + len(names) - len(set(names))
    return (
        gaps > 0 and all(_kind(cell) in ("word", "") for cell in lower) and _says_more(lower, records) > 0 and len(set(lower)) > 1
    )


def _cells(path: Path, form: dict[str, Any], scratch: Path) -> tuple[pl.DataFrame, bool]:
    """The cells of the first rows in all columns that have a name of their own, and whether those are all rows."""
    there = Counter(name for name in names_of(path, form, scratch) if name)
    names = [name for name, often in there.items() if often == 1 and name not in ("row_number", "unreadable", "reasons")]
    if not names:
        raise BrokenDelivery("no column has a name of its own")
    if form.get("content", form)["type"] in ("json", "jsonl", "yaml"):
        names = _unfolded(path, form, names, scratch)
    most = max(1000, MOST_CELLS // len(names))
    found = [frame([], names)]
    with open_delivery(path, form, names, scratch) as opened:
        for batch in opened.batches:
            found.append(batch.head(most).select(found[0].columns))
            most -= len(batch)
            if most < 0:
                break
    return pl.concat(found).sort("row_number"), most >= 0


def _unfolded(path: Path, form: dict[str, Any], names: list[str], scratch: Path) -> list[str]:
    """The names with those of values within values after a dot, as far as the first records have such."""
    for _ in range(DEEPEST):
        first = _first(path, form, names, scratch).head(TOP_ROWS)
        keys = {name: _keys(first[name].drop_nulls().to_list()) for name in names}
        if not any(keys.values()):
            break
        names = [at for name in names for at in ([f"{name}.{key}" for key in keys[name]] or [name])]
    return names


def _keys(cells: Sequence[str]) -> list[str]:
    """The names of the values within the cells; none where a cell is no object, or they have too many to be names."""
    found: dict[str, None] = {}
    for cell in cells:
        try:
            inner = json.loads(cell) if cell.startswith("{") else None
        except ValueError:
            inner = None
        if not isinstance(inner, dict):
            return []
        found |= dict.fromkeys(inner)
    return [] if len(found) > MOST_KEYS or any("." in key for key in found) else list(found)


def _first(path: Path, form: dict[str, Any], names: list[str], scratch: Path) -> pl.DataFrame:
    with open_delivery(path, form, names, scratch) as opened:
        return next(opened.batches)


def _layout_rows(cells: pl.DataFrame) -> dict[str, Any]:
    """Rows at the end that are no records: totals, notes, and those with nothing in them."""
    names = cells.columns[2:]
    text = cells.with_columns(pl.col(names).str.strip_chars().fill_null(""))
    filled = pl.sum_horizontal(pl.col(name) != "" for name in names)
    found: dict[str, Any] = {}
    if len(text.filter((filled == 0) & pl.col("unreadable").is_null())):
        found["blank"] = "all_empty"
    end = text.filter(filled > 0).tail(30)
    total = next((name for name in names if len(end.filter(pl.col(name).str.contains(TOTAL) & (filled < len(names))))), None)
    if total is not None and text[total].str.contains(TOTAL).sum() <= max(1, 0.05 * len(text)):
        found["total"] = {"column": total, "matches": TOTAL}
    first = names[0]
    few = end.filter(filled <= 2)
    notes = {one: few.filter(pl.col(first).str.contains(one))["row_number"].to_list() for one in NOTES}
    top = min((one for one in NOTES if notes[one]), key=lambda one: int(notes[one][0]), default=None)
    if top is not None:
        found["notes"] = {"column": first, "matches": top, "and_below": True}
    last = end.tail(1)
    usual = text.select(filled.median()).item() or 0
    figures = all(NUMBER.match(last[name].item()) for name in names if len(last) and last[name].item())
    if "total" not in found and "notes" not in found and len(last) and figures and last.select(filled).item() <= 0.35 * usual:
        key = next((name for name in names if not last[name].item() and text[name].is_in([""]).sum() <= 2), None)
        if key is not None:
            found["total"] = {"column": key, "matches": "^$"}
    return found
