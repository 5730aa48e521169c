"""No row of a file is lost or changed, whatever text its cells hold and however the file is written.

Tables of any text are written in every format, encoding and dialect, and taken in. What should come of them is worked out here
from the cells alone. Deterministic: the same tables in every run.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from intake_case import SOURCE, Case

from pipelines.receipts import quarantine_path

NAMES = ("Ref", "Kind", "Opened", "End")
Table = list[tuple[str, str, str, str]]
Write = Callable[[Table], bytes]
CELLS = """columns:
  request_id: Ref
  service: {constant: housing_repairs}
  category: Kind
  opened_at: Opened
  outcome: End
"""
GENERAL = SOURCE[: SOURCE.index("columns:")].replace('missing: ["", "N/A"]\n', "")
DAYS = {"01/04/2025": datetime(2025, 4, 1), "30/06/2025 23:59": datetime(2025, 6, 30, 23, 59)}
NO_DAYS = ("31/02/2025", "04/30/2025", "tomorrow", "")
UNSEEN = "\u00ad\u200b\u200e\u200f\u2060\ufeff"
ERRORS = ("#N/A", "#REF!", "####", "Err:502")


def text(alphabet: str | None, encoding: str) -> st.SearchStrategy[str]:
    """Text that the format can say, the awkward more often than chance would have it."""
    awkward = [",", '"', '""', ";", "\t", "|", "'", "\n", "a\nb", "007", "1e5", "=1+1", "NULL", "None", "nan", "\\N", "\u00a0x"]
    letters = st.characters(codec=encoding, exclude_categories=("Cs",), exclude_characters="\0\r\ufeff\x1c\x1d\x1e\x1f")
    found = st.text(letters if alphabet is None else alphabet, max_size=8) | st.sampled_from([*awkward, *ERRORS])
    return found.filter(lambda words: writable(words, encoding) and (alphabet is None or set(words) <= set(alphabet)))


def writable(words: str, encoding: str) -> bool:
    try:
        return words.encode(encoding).decode(encoding) == words
    except UnicodeError:
        return False


def tables(encoding: str = "utf-8", alphabet: str | None = None) -> st.SearchStrategy[Table]:
    cell = text(alphabet, encoding)
    day = st.sampled_from([*DAYS, *DAYS, *DAYS, *NO_DAYS])
    return st.lists(st.tuples(st.sampled_from("ABCDEFGH") | cell, cell, day, cell), max_size=12)


def delimited(encoding: str, quoting: Any = csv.QUOTE_MINIMAL, end: str = "\n", delimiter: str = ",", quote: str = '"') -> Write:
    def write(table: Table) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, quotechar=quote, quoting=quoting, lineterminator=end)
        writer.writerows([NAMES, *table])
        return out.getvalue().encode(encoding)

    return write


def workbook(table: Table) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Cases")
    for row in [NAMES, *table]:
        cells = [openpyxl.cell.WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            cell.data_type = "s"  # a text, though it may look like a formula or an error
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines(table: Table) -> bytes:
    return "".join(json.dumps(dict(zip(NAMES, row, strict=True)), ensure_ascii=False) + "\n" for row in table).encode()


def document(table: Table) -> bytes:
    return json.dumps({"a": {"rows": [dict(zip(NAMES, row, strict=True)) for row in table]}}).encode()


def by_hand(table: Table) -> bytes:
    rows = [dict(zip(NAMES, row, strict=True)) for row in table]
    return yaml.safe_dump({"rows": rows}, allow_unicode=True, sort_keys=False).encode()


def parquet(table: Table) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(table, schema=dict.fromkeys(NAMES, pl.String), orient="row").write_parquet(out)
    return out.getvalue()


def markup(table: Table) -> bytes:
    from xml.sax.saxutils import escape

    rows = "".join(f"<r>{''.join(f'<{n}>{escape(c)}</{n}>' for n, c in zip(NAMES, row, strict=True))}</r>" for row in table)
    return f"<all>{rows}</all>".encode()


def without_spaces_alone(table: Table) -> Table:
    """The table without cells of nothing but spaces, which the writer of workbooks does not mark as to be kept."""
    return [(ref.strip() and ref, kind.strip() and kind, day, end.strip() and end) for ref, kind, day, end in table]


ALL = csv.QUOTE_ALL
REPEATABLE = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a table is taken in within moments, but to find the smallest takes minutes
    suppress_health_check=list(HealthCheck),
)
ONE_LINE = "abcXYZ019 .-_/#é£,;'\""
PRINTABLE = "".join(map(chr, [*range(32, 127), *range(0xA1, 0x180), *range(0x4E00, 0x4E20), 0x1F600, 10, 9]))
"""For workbooks and XML, which know no control characters."""
WAYS: dict[str, tuple[str, Write, st.SearchStrategy[Table]]] = {
    "utf-8, commas": ("type: csv, encoding: utf-8", delimited("utf-8"), tables()),
    "utf-8 with its mark, all quoted, CR LF": ("type: csv, encoding: utf-8", delimited("utf-8-sig", ALL, "\r\n"), tables()),
    "cp1252, semicolons, CR LF": (
        'type: csv, encoding: [utf-8, cp1252], delimiter: ";"', delimited("cp1252", end="\r\n", delimiter=";"), tables("cp1252"),
    ),
    "utf-16, tabs": ('type: csv, encoding: utf-16, delimiter: "\\t"', delimited("utf-16", delimiter="\t"), tables("utf-16")),
    "utf-16-be, pipes, all quoted": (
        'type: csv, encoding: utf-16-be, delimiter: "|"', delimited("utf-16-be", ALL, delimiter="|"), tables("utf-16-be"),
    ),
    "utf-8, single quotes": (
        "type: csv, encoding: utf-8, quote: \"'\"", delimited("utf-8", csv.QUOTE_NONNUMERIC, quote="'"), tables(),
    ),
    "latin-1, CR alone": (
        "type: csv, encoding: [utf-8, latin-1]", delimited("latin-1", end="\r"), tables("latin-1", ONE_LINE),
    ),
    "a workbook": ("type: xlsx", workbook, tables(alphabet=PRINTABLE).map(without_spaces_alone)),
    "JSON lines": ("type: jsonl", lines, tables()),
    "JSON": ("type: json, records: a.rows", document, tables()),
    "Parquet": ("type: parquet", parquet, tables()),
    "YAML": ("type: yaml, records: rows", by_hand, tables()),
    "XML": ("type: xml, records: all.r", markup, tables(alphabet=PRINTABLE)),
}  # fmt: skip


def stripped(cell: str) -> str | None:
    """A cell as a person reads it: every kind of space is one and does not count around it; what nobody sees is not there."""
    plain = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in cell if letter not in UNSEEN)
    return pl.Series([plain]).str.strip_chars()[0] or None


def wanted(table: Table) -> tuple[dict[int, tuple[Any, ...]], set[int]]:
    """The rows that keep to the contract, by number, and the numbers of those that do not."""
    read = [tuple(stripped(cell) for cell in row) for row in table]
    good = {
        number: (ref, kind, DAYS[day], end)
        for number, (ref, kind, day, end) in enumerate(read, 1)
        if ref and day in DAYS and not any(cell and cell in ERRORS for cell in (ref, kind, end))
    }
    said = Counter(row for row in good.values())
    for ref in [ref for ref, rows in Counter(row[0] for row in said).items() if rows > 1]:
        good = {number: row for number, row in good.items() if row[0] != ref}  # they contradict each other
    first = {row: number for number, row in reversed(good.items())}
    good = {number: row for number, row in good.items() if first[row] == number}
    return good, set(range(1, len(table) + 1)) - set(good)


@pytest.mark.parametrize("way", WAYS)
def test_every_row_comes_through_unchanged_or_is_set_aside_with_its_cells(way: str) -> None:
    form, write, some_tables = WAYS[way]

    @REPEATABLE
    @given(some_tables)
    def holds(table: Table) -> None:
        with tempfile.TemporaryDirectory() as folder:
            case = Case(Path(folder), GENERAL.replace("{type: csv, encoding: utf-8}", "{" + form + "}") + CELLS)
            content = write(table)
            if not content:
                return  # a file without a byte is no delivery of any format
            case.drop(content)
            receipt = case.take_in()
            assert receipt.status == "accepted", receipt.message
            good, bad = wanted(table)
            rows = case.accepted(receipt).select("row_number", "request_id", "category", "opened_at", "outcome")
            assert {number: tuple(row) for number, *row in rows.iter_rows()} == good
            kept = pl.read_parquet(quarantine_path("records", receipt, case.workspace)).select("row_number", *NAMES)
            assert {number: tuple(row) for number, *row in kept.iter_rows()} == {number: table[number - 1] for number in bad}
            assert receipt.rows_read == len(table) == receipt.rows_accepted + receipt.rows_quarantined + receipt.rows_layout

    holds()
