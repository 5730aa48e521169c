"""Opening deliveries: every cell as text, every row in its true place, no row lost."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from pipelines.formats import BrokenDelivery, ahead, delivery, open_delivery

Rows = list[tuple[Any, ...]]
CSV = {"type": "csv", "encoding": "utf-8"}
JSONL = {"type": "jsonl"}
XLSX = {"type": "xlsx"}


def read(folder: Path, content: str | bytes, columns: list[str], form: dict[str, Any]) -> tuple[Rows, list[int], int, int]:
    """Rows with their numbers, numbers of unreadable rows, rows above the header, blank lines."""
    path = folder / "delivery"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_delivery(path, form, columns, folder) as opened:
        found = pl.concat([delivery.frame([], columns), *opened.batches], how="diagonal").sort("row_number")
        rows = found.filter(pl.col("unreadable").is_null()).drop("unreadable").rows()
        unreadable = found.filter(pl.col("unreadable").is_not_null())["row_number"].to_list()
        return rows, unreadable, opened.above_header, opened.blank_lines


def broken(folder: Path, content: str | bytes, form: dict[str, Any], columns: str = "ab") -> str:
    with pytest.raises(BrokenDelivery) as raised:
        read(folder, content, list(columns), form)
    assert str(folder) not in str(raised.value)
    return str(raised.value)


HEAD = "a,b\n"
ODD = "£ – é"
READ: dict[str, tuple[str | bytes, dict[str, Any], Rows]] = {
    "cp1252": (f"a,b\n1,{ODD}\n".encode("cp1252"), {"encoding": "cp1252"}, [(1, "1", ODD)]),
    "latin-1": ("a,b\n1,£é\n".encode("latin-1"), {"encoding": "latin-1"}, [(1, "1", "£é")]),
    "UTF-8": (f"a,b\n1,{ODD}\n", {}, [(1, "1", ODD)]),
    "UTF-8 with a byte order mark": (f"\ufeffa,b\n1,{ODD}\n", {}, [(1, "1", ODD)]),
    "a byte order mark above titles": ("\ufeffT\na,b\n1,2\n", {"header_row": 2}, [(1, "1", "2")]),
    "UTF-16": (f"a,b\r\n1,{ODD}\r\n".encode("utf-16"), {"encoding": "utf-16"}, [(1, "1", ODD)]),
    "semicolons": ("a;b\n1;2,5\n", {"delimiter": ";"}, [(1, "1", "2,5")]),
    "tabs": ("a\tb\n1\t2,5\n", {"delimiter": "\t"}, [(1, "1", "2,5")]),
    "semicolons among several": ("a;b\n1;2,5\n", {"delimiter": [",", ";", "\t"]}, [(1, "1", "2,5")]),
    "tabs among several": ("T\na\tb\n1\t2;5,x\n", {"delimiter": [",", ";", "\t"], "header_row": 2}, [(1, "1", "2;5,x")]),
    "commas among several": (HEAD + "1;9,2\n", {"delimiter": [";", ","]}, [(1, "1;9", "2")]),
    "pipes": ("a|b\n1|2,5\n", {"delimiter": "|"}, [(1, "1", "2,5")]),
    "single quotes": ("a,b\n1,'x,\"y'\n", {"quote": "'"}, [(1, "1", 'x,"y')]),
    "quoted newlines": (HEAD + '"1\n\n2",3\n4,5\n', {}, [(1, "1\n\n2", "3"), (2, "4", "5")]),
    "doubled quotes": (HEAD + '"say ""hi""",3\n', {}, [(1, 'say "hi"', "3")]),
    "a quote inside a cell": (HEAD + '5" pipe,3\n6,7\n', {}, [(1, '5" pipe', "3"), (2, "6", "7")]),
    "titles above": ("T\n\na,b\n1,2\n", {"header_row": 3}, [(1, "1", "2")]),
    "a title over two lines": ('"T\nt",x\na,b\n1,2\n', {"header_row": 2}, [(1, "1", "2")]),
    "header only": (HEAD, {}, []),
    "header without a line end": ("a,b", {}, []),
    "no last line end": (HEAD + "1,2", {}, [(1, "1", "2")]),
    "CR LF": ("a,b\r\n1,2\r\n3,4\r\n", {}, [(1, "1", "2"), (2, "3", "4")]),
    "CR": ("a,b\r1,2\r3,4\r", {}, [(1, "1", "2"), (2, "3", "4")]),
    "CR LF, then LF": ("a,b\r\n1,2\n3,4\r\n5,6\n", {}, [(1, "1", "2"), (2, "3", "4"), (3, "5", "6")]),
    "CR LF around a quoted LF": ('a,b\r\n"x\ny",2\r\n', {}, [(1, "x\ny", "2")]),
    "leading zeros and words for nothing": (HEAD + "007,NA\nNULL,null\n", {}, [(1, "007", "NA"), (2, "NULL", "null")]),
    "empty cells": (HEAD + ',\n"",2\n', {}, [(1, "", ""), (2, "", "2")]),
    "columns that nobody needs": ("x,b,c,a\n1,2,3,4\n", {}, [(1, "4", "2")]),
    "columns that nobody needs, twice": ("x,x,b,a\n1,2,3,4\n", {}, [(1, "4", "3")]),
    "an empty last column": ("a,b,\n1,2,\n", {}, [(1, "1", "2")]),
    "spaces around names": (" a , b \n1,2\n", {}, [(1, "1", "2")]),
    "a long cell": (HEAD + "1," + "x" * 500_000 + "\n", {}, [(1, "1", "x" * 500_000)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ)
def test_csv_is_read_as_text(tmp_path: Path, kind: str) -> None:
    content, more, rows = READ[kind]
    found, unreadable, above, blank = read(tmp_path, content, ["a", "b"], CSV | more)
    assert (found, unreadable, above, blank) == (rows, [], more.get("header_row", 1) - 1, 0)


PLACES: dict[str, tuple[str, int, list[int], list[int], int]] = {
    "a short row": (HEAD + "1,2\nx\n3,4\n", 1, [1, 3], [2], 0),
    "a long row": (HEAD + "1,2\n1,2,3\n3,4\n", 1, [1, 3], [2], 0),
    "text after a closing quote": (HEAD + '"x"y,2\n3,4\n', 1, [2], [1], 0),
    "first, middle and last": (HEAD + "x\n1,2\nx\n1,2,3\n1,2\nx\n", 1, [2, 5], [1, 3, 4, 6], 0),
    "below titles": ("T\n\na,b\n1,2\nx\n3,4\n", 3, [1, 3], [2], 0),
    "below a title over two lines": ('"T\nt",x\na,b\n1,2\nx\n3,4\n', 2, [1, 3], [2], 0),
    "after quoted newlines": (HEAD + '"1\n\n1",2\nx\n3,4\n', 1, [1, 3], [2], 0),
    "after CR LF in quotes": ('a,b\r\n"1\r\n1",2\r\nx\r\n3,4\r\n', 1, [1, 3], [2], 0),
    "among blank lines": (HEAD + "\n1,2\n\nx\n\n\n3,4\n\n", 1, [2, 7], [4], 5),
    "among blank lines of CR LF": ("a,b\r\n1,2\r\n\r\nx\r\n\r\n3,4\r\n", 1, [1, 5], [3], 2),
    "blank lines and titles": ("T\n\na,b\n\n1,2\n\nx\n3,4\n", 3, [2, 5], [4], 2),
    "an open quote in the last row": (HEAD + '1,2\n3,"4\n', 1, [1], [2], 0),
    "a cell of three megabytes": (HEAD + "1," + "x" * 3_000_000 + "\n3,4\n", 1, [2], [1], 0),
}  # fmt: skip


@pytest.mark.parametrize("kind", PLACES)
def test_every_row_has_its_true_place_though_others_cannot_be_read(tmp_path: Path, kind: str) -> None:
    content, header_row, good, bad, blank_lines = PLACES[kind]
    rows, unreadable, above, blank = read(tmp_path, content, ["a", "b"], CSV | {"header_row": header_row})
    assert ([row[0] for row in rows], unreadable, above, blank) == (good, bad, header_row - 1, blank_lines)


def test_places_hold_in_a_file_of_many_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "BATCH_ROWS", 10_000)
    bad = {1, 9_999, 10_000, 23_456, 39_999}
    lines = ("x" if number in bad else f'{number},"a\nb{number}"' for number in range(1, 40_001))
    content = "a,b\n" + "\n".join(lines) + "\n"
    rows, unreadable, _, _ = read(tmp_path, content, ["a", "b"], CSV)
    assert unreadable == sorted(bad)
    assert len(rows) == 40_000 - len(bad)
    assert [row for row in rows if str(row[0]) != row[1]] == []


ONLY_CP1252 = "a,b\n1,£\n".encode("cp1252")
LATE = b"a,b\n" + b"1,2\n" * 5_000 + ONLY_CP1252[4:]
BROKEN_CSV: dict[str, tuple[str | bytes, dict[str, Any], str]] = {
    "nothing": ("", {}, "the file has no row 1, where the column names should be"),
    "no header row so far down": (HEAD, {"header_row": 4}, "the file has no row 4"),
    "blank lines alone": ("\n\n", {}, "needed columns are not there: a, b; none of them stands in row 1"),
    "a column gone": ("a,c\n1,2\n", {}, "needed columns are not there: b; the file has: a, c"),
    "a column twice": ("a,b,a\n1,2,3\n", {}, "columns stand twice, so nobody can know which is meant: a"),
    "cp1252 for UTF-8": (ONLY_CP1252, {}, "not utf-8 text, as stated: byte 0xa3 in line 2 means nothing there"),
    "cp1252 for UTF-8, far down": (LATE, {}, "byte 0xa3 in line 5002 means nothing there"),
    "cp1252 for UTF-16": (ONLY_CP1252, {"encoding": "utf-16"}, "the file is not utf-16 text, as stated"),
    "UTF-16 for UTF-8": ("a,b\n1,2\n".encode("utf-16"), {}, "the file is not utf-8 text"),
    "UTF-16 without its mark": ("a,b\n".encode("utf-16-le"), {}, "it has zero bytes, which text has not, unless it is utf-16"),
    "a byte that cp1252 lacks": (b"a,b\n1,\x81\n", {"encoding": "cp1252"}, "not cp1252 text, as stated: byte 0x81"),
    "a quote that is not closed": (HEAD + '1,2\n3,"4\n5,6\n7,8\n', {}, "a quotation mark in row 2 below the column names"),
    "a quote closed much later": (HEAD + '3,"4\n5,6\n7,"8\n9,9\n', {}, "the rows after it cannot be told apart"),
    "a carriage return in a row": (HEAD + "1,x\ry\n", {}, "a carriage return stands alone inside a row"),
    "a workbook": (b"PK\x03\x04\x14\0", {}, "no text but a ZIP archive, as a workbook (XLSX, ODS) is"),
    "none of several delimiters": ("a|b\n1|2\n", {"delimiter": [",", ";"]}, "is `header_row` or `delimiter` right?"),
    "the wrong delimiter": ("a;b\n1;2\n", {}, "is `header_row` or `delimiter` right?"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN_CSV)
def test_csv_that_cannot_be_used_says_why(tmp_path: Path, kind: str) -> None:
    content, more, told = BROKEN_CSV[kind]
    assert told in broken(tmp_path, content, CSV | more)


def test_a_record_taken_for_a_header_is_not_told(tmp_path: Path) -> None:
    told = broken(tmp_path, HEAD + "Mrs Smith,12 High Street\n", CSV | {"header_row": 2})
    assert "Smith" not in told
    assert "none of them stands in row 2, which has 2 cells" in told


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=8)
TABLES = st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=12)


@settings(max_examples=25, deadline=None)
@given(table=TABLES, delimiter=st.sampled_from([",", ";", "\t", "|"]), end=st.sampled_from(["\n", "\r\n"]))
def test_any_table_written_with_quotes_is_read_back_whole(table: Rows, delimiter: str, end: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerows([["a", "b", "c"], *table])
    with tempfile.TemporaryDirectory() as folder:
        rows, unreadable, _, blank = read(Path(folder), text.getvalue(), ["a", "b", "c"], CSV | {"delimiter": delimiter})
    assert rows == [(number, *cells) for number, cells in enumerate(table, 1)]
    assert (unreadable, blank) == ([], 0)


LINES = st.lists(st.sampled_from(["1,2", "x", "1,2,3", "", '"1\n2",3', '"1\n\n2",3', '"a""b",c', '"a"b,c']), max_size=12)


@settings(max_examples=25, deadline=None)
@given(lines=LINES, end=st.sampled_from(["\n", "\r\n"]), titles=st.sampled_from([[], ["T"], ["T", ""], ['"T\nt",']]))
def test_rows_good_unreadable_and_blank_are_every_row_of_the_file(lines: list[str], end: str, titles: list[str]) -> None:
    content = end.join([*titles, "a,b", *lines, ""])
    with tempfile.TemporaryDirectory() as folder:
        rows, unreadable, _, blank = read(Path(folder), content, ["a", "b"], CSV | {"header_row": len(titles) + 1})
    bad = [number for number, line in enumerate(lines, 1) if line in ("x", "1,2,3", '"a"b,c')]
    good = [number for number, line in enumerate(lines, 1) if line and number not in bad]
    assert ([row[0] for row in rows], unreadable, blank) == (good, bad, lines.count(""))


def workbook(rows: Rows, merge: tuple[int, int, int, int] | None = None, formulas: Rows = []) -> bytes:  # noqa: B006
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Cases")
        book.add_worksheet("Notes")
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                if value is not None:
                    sheet.write(y, x, value)
        for y, x, formula, value in formulas:
            sheet.write_formula(y, x, formula, None, value)
        if merge:
            sheet.merge_range(*merge, "M")
    return data.getvalue()


SHEETS: dict[str, tuple[bytes, int, Rows]] = {
    "whole numbers are ids": (workbook([("a", "b"), (1234.0, 12.25)]), 1, [(1, "1234", "12.25")]),
    "text keeps its zeros": (workbook([("a", "b"), ("007", " x ")]), 1, [(1, "007", " x ")]),
    "yes and no": (workbook([("a", "b"), (True, False)]), 1, [(1, "true", "false")]),
    "real dates and text dates": (workbook([("a", "b"), (date(2025, 4, 3), "03/04/2025")]), 1,
                                  [(1, "2025-04-03", "03/04/2025")]),
    "times to the second": (workbook([("a", "b"), (datetime(2025, 4, 3, 9, 59, 59), 0)]), 1, [(1, "2025-04-03 09:59:59", "0")]),
    "titles, blank rows and a total": (workbook([("Title",), (), ("a", "b"), (1, 2), (), (3, 4), ("Total", 6)]), 3,
                                       [(1, "1", "2"), (2, "", ""), (3, "3", "4"), (4, "Total", "6")]),
    "rows and columns that are empty first": (workbook([(), (), (None, "a", "b"), (None, 1, 2)]), 3, [(1, "1", "2")]),
    "merged cells": (workbook([("a", "b"), (None, 1), (None, 2)], merge=(1, 0, 2, 0)), 1, [(1, "M", "1"), (2, "", "2")]),
    "an error is shown as such, a formula by its value": (
        workbook([("a", "b")], formulas=[(1, 0, "=NA()", "#N/A"), (1, 1, "=1+1", 2)]), 1, [(1, "#N/A", "2")]),
    "a header alone": (workbook([("a", "b")]), 1, []),
}  # fmt: skip


@pytest.mark.parametrize("kind", SHEETS)
def test_a_sheet_is_read_as_text(tmp_path: Path, kind: str) -> None:
    content, header_row, rows = SHEETS[kind]
    assert read(tmp_path, content, ["a", "b"], XLSX | {"header_row": header_row}) == (rows, [], header_row - 1, 0)


def test_a_cell_is_read_as_the_percentage_that_it_shows_where_that_is_stated(tmp_path: Path) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("Cases")
        sheet.write_row(0, 0, ["a", "b"])
        percent, own, other = (book.add_format({"num_format": text}) for text in ("0.0%", '0%" of all"', '0.0" %"'))
        for row, (number, form) in enumerate([(0.721, percent), (-0.07, own), (1.5, percent), (0.3, other), (0.3, None)], 1):
            sheet.write(row, 0, number, form)
            sheet.write(row, 1, "text", percent)
    shown = [(1, "72.1%", "text"), (2, "-7%", "text"), (3, "150%", "text"), (4, "0.3", "text"), (5, "0.3", "text")]
    assert read(tmp_path, data.getvalue(), ["a", "b"], XLSX | {"percentages": "as_shown"})[0] == shown
    assert read(tmp_path, data.getvalue(), ["a", "b"], XLSX)[0][:2] == [(1, "0.721", "text"), (2, "-0.07", "text")]


def test_a_percentage_of_an_ods_is_read_as_it_is_shown(tmp_path: Path) -> None:
    document, table = OpenDocumentSpreadsheet(), Table(name="Cases")
    for cells in (
        [("string", None, "a"), ("string", None, "b")],
        [("percentage", 0.721, "72.1%"), ("float", 0.721, "0.721")],
    ):
        line = TableRow()
        for kind, value, words in cells:
            cell = TableCell(valuetype=kind, value=value) if value else TableCell(valuetype=kind)
            cell.addElement(P(text=words))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    data = io.BytesIO()
    document.save(data)
    form = {"type": "ods", "percentages": "as_shown"}
    assert read(tmp_path, data.getvalue(), ["a", "b"], form)[0] == [(1, "72.1%", "0.721")]


BOOK = workbook([("a", "b"), (1, 2)])
BROKEN_XLSX: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "no such sheet": (BOOK, {"sheet": "Case"}, "the workbook has no sheet `Case`; it has: Cases, Notes"),
    "a header row beyond the sheet": (BOOK, {"header_row": 9}, "the sheet has no row 9"),
    "an empty sheet": (BOOK, {"sheet": "Notes"}, "the sheet has no row 1"),
    "a column gone": (workbook([("a", "c")]), {}, "needed columns are not there: b; the file has: a, c"),
    "a web page": (b"<html><table><tr><td>Mrs Smith</td></tr></table></html>", {}, "cannot be read as a workbook"),
    "text": (b"a,b\n1,2\n", {}, "cannot be read as a workbook"),
    "nothing": (b"", {}, "cannot be read as a workbook"),
    "half of it": (BOOK[: len(BOOK) // 2], {}, "cannot be read as a workbook"),
    "an encrypted one": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4_000), {}, "cannot be read as a workbook"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN_XLSX)
def test_a_workbook_that_cannot_be_used_says_why(tmp_path: Path, kind: str) -> None:
    content, more, told = BROKEN_XLSX[kind]
    found = broken(tmp_path, content, XLSX | more)
    assert told in found
    assert "Smith" not in found


JSON_LINES: dict[str, tuple[str, list[str], Rows, list[int]]] = {
    "nested names": ('{"a": {"x": "1"}, "b": 2}\n', ["a.x", "b"], [(1, "1", "2")], []),
    "names that are absent or null": ('{"a": 1, "b": null}\n{"b": 2}\n', ["a", "b"], [(1, "1", None), (2, None, "2")], []),
    "numbers, truths and text": ('{"a": 1234, "b": true}\n{"a": "007", "b": 1.5}\n', ["a", "b"],
                                 [(1, "1234", "true"), (2, "007", "1.5")], []),
    "a whole number of any length": ('{"a": 12345678901234567890123, "b": ""}\n', ["a", "b"],
                                     [(1, "12345678901234567890123", "")], []),
    "what is no object": ('{"a": 1, "b": 2}\n[1, 2]\n5\n{"a": 3, "b": 4}\n', ["a", "b"], [(1, "1", "2"), (4, "3", "4")], [2, 3]),
    "a byte order mark": ('\ufeff{"a": 1, "b": 2}\n', ["a", "b"], [(1, "1", "2")], []),
    "escapes": ('{"a": "\\u00a3 \\"x\\"", "b": "é"}\n', ["a", "b"], [(1, '£ "x"', "é")], []),
    "no last line end": ('{"a": 1, "b": 2}', ["a", "b"], [(1, "1", "2")], []),
}  # fmt: skip


@pytest.mark.parametrize("kind", JSON_LINES)
def test_json_lines_are_read_as_text(tmp_path: Path, kind: str) -> None:
    content, columns, rows, unreadable = JSON_LINES[kind]
    assert read(tmp_path, content, columns, JSONL) == (rows, unreadable, 0, 0)


BROKEN_JSON: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "the file is empty"),
    "a line cut off": ('{"a": 1, "b": 2}\n{"a": "Mrs Smith", "b\n', "line 2 is not JSON"),
    "one array over all": ('[\n{"a": 1, "b": 2}\n]\n', "line 1 is not JSON"),
    "two objects in a line": ('{"a": 1, "b": 2} {"a": 1, "b": 2}\n', "line 1 is not JSON (Extra data)"),
    "another encoding": ('{"a": "£", "b": 2}\n'.encode("cp1252"), "byte 0xa3 in line 1 means nothing there"),
    "a name in no line": ('{"a": 1}\n{"a": 2}\n', "needed columns are not there: b; the file has: a"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN_JSON)
def test_json_lines_that_cannot_be_used_say_why(tmp_path: Path, kind: str) -> None:
    content, told = BROKEN_JSON[kind]
    found = broken(tmp_path, content, JSONL)
    assert told in found
    assert "Smith" not in found


def test_batches_read_ahead_come_in_order_and_an_error_comes_where_it_was_met() -> None:
    def batches() -> Iterator[pl.DataFrame]:
        yield pl.DataFrame({"row_number": [1]})
        yield pl.DataFrame({"row_number": [2]})
        raise BrokenDelivery("it ends here")

    came: list[int] = []
    with pytest.raises(BrokenDelivery, match="it ends here"):
        came.extend(batch["row_number"].item() for batch in ahead(batches()))
    assert came == [1, 2]
