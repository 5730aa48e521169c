"""Files as officers and their programs write them, one trait or fault each, and exactly what becomes of it.

The files are made here: bytes of every format that a source may state. What is in a cell of a good file is not in
question (``test_bad_files``), only whether every row comes through, in its place, or is refused by name.
"""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlwt
from intake_case import SOURCE, Case
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from pipelines.formats import open_delivery
from pipelines.receipts import quarantine_path

NAMES = ["Ref", "Opened", "Due", "Closed", "Ward", "How"]
ROW = ["007", "01/04/2025 09:00", "10/04/2025", "02/04/2025 10:30", "Abbey", "TEL"]
HEADER, GOOD = ",".join(NAMES) + "\n", ",".join(ROW) + "\n"
UTF8 = "type: csv, encoding: utf-8"
Faults = dict[int, set[tuple[str, str]]]


def row(ref: str) -> str:
    return ",".join([ref, *ROW[1:]]) + "\n"


def xlsx(*rows: list[Any], merge: str = "", title: str = "Cases") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for values in rows:
        sheet.append(values)
    if merge:
        sheet.merge_cells(merge)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def xls(*rows: list[Any]) -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("First").write(0, 0, "nothing")
    sheet = book.add_sheet("Cases")
    for y, values in enumerate(rows):
        for x, value in enumerate(values):
            if isinstance(value, int) and value < 0:
                sheet.row(y).set_cell_error(x, -value)
            else:
                form = "DD/MM/YYYY HH:MM" if isinstance(value, datetime) else "General"
                sheet.write(y, x, value, xlwt.easyxf(num_format_str=form))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def ods(*rows: list[Any]) -> bytes:
    document, table = OpenDocumentSpreadsheet(), Table(name="Cases")
    for values in rows:
        line = TableRow()
        for value in values:
            if isinstance(value, datetime):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
            elif isinstance(value, float):
                cell = TableCell(valuetype="float", value=value)
            else:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def changed(book: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with something in one of its parts put otherwise."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content.decode()
                content = content.decode().replace(old, new, 1).encode()
            target.writestr(name, content)
    return out.getvalue()


def zipped(members: dict[str, bytes | str], **more: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = more.get("mode", stat.S_IFREG | 0o600) << 16
            archive.writestr(info, content)
    return out.getvalue()


def parquet(columns: dict[str, list[Any]]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def record(ref: Any, **more: Any) -> dict[str, Any]:
    return dict(zip(NAMES, [ref, *ROW[1:]], strict=True)) | more


ZIP = "type: zip, member: '*.csv', content: {type: csv, encoding: utf-8}"
ALL = "type: zip, members: '*.csv', content: {type: csv, encoding: utf-8}"
XLSX, XLS, ODS = "type: xlsx", "type: xls, sheet: Cases", "type: ods"
MOMENT = datetime(2025, 4, 1, 9)
AT = {"Opened": [MOMENT], "Due": ["10/04/2025"], "Closed": [None], "Ward": ["Abbey"], "How": ["TEL"]}
TWO_ROWS = "Case,,Times,,,\nRef,Opened,Due,Closed,Ward,How\n"

# what the file is, its bytes, the format stated, then the references accepted by row number and the faults of others
TAKEN_IN: dict[str, tuple[bytes | str, str, dict[int, str], Faults]] = {
    "UTF-8": (HEADER + row("é"), UTF8, {1: "é"}, {}),
    "UTF-8 with its mark": ("\ufeff" + HEADER + row("é"), UTF8, {1: "é"}, {}),
    "cp1252 among stated encodings": ((HEADER + row("£")).encode("cp1252"), "type: csv, encoding: [utf-8, cp1252]", {1: "£"}, {}),
    "UTF-8 among stated encodings": (HEADER + row("£"), "type: csv, encoding: [utf-8, cp1252]", {1: "£"}, {}),
    "UTF-16 as spreadsheets save it": (
        (HEADER + row("£")).replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
        'type: csv, encoding: utf-16, delimiter: "\\t"',
        {1: "£"},
        {},
    ),
    "UTF-16 without a mark": ((HEADER + row("£")).encode("utf-16-le"), "type: csv, encoding: utf-16-le", {1: "£"}, {}),
    "title rows above": ("Repairs\n\n" + HEADER + row("1"), UTF8 + ", header_row: 3", {1: "1"}, {}),
    "a header over two rows": (TWO_ROWS + row("1"), UTF8 + ", header_rows: 2", {1: "1"}, {}),
    "no header": (row("1") + row("2"), UTF8 + ", header_row: 0", {1: "1", 2: "2"}, {}),
    "a column without a name": (HEADER.replace("Ref", "") + row("1"), UTF8 + ", unnamed_columns: by_position", {1: "1"}, {}),
    "a name twice": (
        HEADER.replace("\n", ",Ref\n") + GOOD.replace("\n", ",2\n"),
        UTF8 + ", repeated_names: numbered",
        {1: "2"},
        {},
    ),
    "a line break in a name": (HEADER.replace("Ref", '"Our\n ref"') + row("1"), UTF8, {1: "1"}, {}),
    "blank columns at the end": (HEADER.replace("\n", ",,\n") + row("1").replace("\n", ",,\n"), UTF8, {1: "1"}, {}),
    "blank columns at the end of records alone": (
        HEADER + "".join(row(n).replace("\n", ",,\n") for n in "12") + row("3"),
        UTF8,
        {1: "1", 2: "2", 3: "3"},
        {},
    ),
    "text beyond the last column": (
        HEADER + row("1").replace("\n", ",\n") + row("2").replace("\n", ",x\n") + row("3").replace("\n", ",\n"),
        UTF8,
        {1: "1", 3: "3"},
        {2: {("row", "unreadable_row")}},
    ),
    "a short footer that is named": (HEADER + row("1") + "Total: 1\n", UTF8, {1: "1"}, {}),
    "a short footer in the middle": (HEADER + row("1") + "Total: 1\n" + row("3"), UTF8, {1: "1", 3: "3"}, {}),
    "a short row of commas": (HEADER + row("1") + ",,\n", UTF8, {1: "1"}, {}),
    "a quoted line break": (HEADER + row('"1\n\n1"') + row("2"), UTF8, {1: "1\n\n1", 2: "2"}, {}),
    "a cell of 3 MB": (
        HEADER + row("1") + row("x" * 3_000_000) + row("3"),
        UTF8,
        {1: "1", 3: "3"},
        {2: {("row", "unreadable_row")}},
    ),
    "a spreadsheet's error in a CSV": (HEADER + row("1") + row("#REF!"), UTF8, {1: "1"}, {2: {("request_id", "error_cell")}}),
    "a column too narrow for its date": (
        HEADER + GOOD.replace("01/04/2025 09:00", "########"),
        UTF8,
        {},
        {1: {("opened_at", "error_cell")}},
    ),
    "an error that means no value": (HEADER + GOOD.replace("10/04/2025", "#N/A"), UTF8, {1: "007"}, {}),
    "XLSX": (xlsx(NAMES, [1234.0, MOMENT, "10/04/2025", None, "Abbey", "TEL"]), XLSX, {1: "1234"}, {}),
    "XLS, a date as a serial number": (xls(NAMES, ["007", MOMENT, "", "", 1, "TEL"]), XLS, {1: "007"}, {}),
    "ODS": (ods(NAMES, [7.0, MOMENT, "10/04/2025", "", "Abbey", "TEL"]), ODS, {1: "7"}, {}),
    "a sheet by its place": (xls(NAMES, ROW), "type: xls, sheet: 2", {1: "007"}, {}),
    "a header at row 3 of a sheet": (xlsx(["Repairs"], [], NAMES, ROW), XLSX + ", header_row: 3", {1: "007"}, {}),
    "merged cells carried": (
        xlsx(NAMES, ROW, ["", *ROW[1:]], merge="D2:D3"),
        XLSX + ", merged_cells: carry",
        {1: "007"},
        {2: {("request_id", "missing")}},
    ),
    "an error in XLSX": (
        xlsx(NAMES, ROW, ["#REF!", "#N/A", *ROW[2:]]),
        XLSX,
        {1: "007"},
        {2: {("request_id", "error_cell"), ("opened_at", "missing")}},
    ),
    "an error in XLS": (xls(NAMES, ROW, [-0x17, *ROW[1:]]), XLS, {1: "007"}, {2: {("request_id", "error_cell")}}),
    "an error in ODS, which says it is 0": (
        changed(
            ods(NAMES, [0.0, *ROW[1:]], ROW),
            "content.xml",
            '<table:table-cell office:value-type="float" office:value="0.0"/>',
            '<table:table-cell xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
            'calcext:value-type="error" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p></table:table-cell>',
        ),
        ODS,
        {2: "007"},
        {1: {("request_id", "error_cell")}},
    ),
    "a formula that nobody worked out": (
        xlsx(NAMES, ["=1+1", *ROW[1:]], ROW),
        XLSX,
        {2: "007"},
        {1: {("request_id", "error_cell")}},
    ),
    "a formula that nobody worked out in ODS": (
        changed(
            ods(NAMES, ["x", *ROW[1:]], ROW),
            "content.xml",
            '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>',
            '<table:table-cell table:formula="of:=1+1"/>',
        ),
        ODS,
        {2: "007"},
        {1: {("request_id", "error_cell")}},
    ),
    "JSON": (json.dumps([record("007"), record(8)]), "type: json", {1: "007", 2: "8"}, {}),
    "JSON with its records further in": (
        json.dumps({"a": [1], "result": {"n": 1, "records": [record("007")], "more": {}}}),
        "type: json, records: result.records",
        {1: "007"},
        {},
    ),
    "a record that is no object": (
        json.dumps([record("1"), 5, record("3")]),
        "type: json",
        {1: "1", 3: "3"},
        {2: {("row", "unreadable_row")}},
    ),
    "a name twice in an object": (
        json.dumps([record("1"), record("2")]).replace('"Ref": "2"', '"Ref": "2", "Ref": "3"'),
        "type: json",
        {1: "1"},
        {2: {("row", "unreadable_row")}},
    ),
    "a name twice in a line": (
        json.dumps(record("1")) + "\n" + json.dumps(record("2")).replace('"Ref": "2"', '"Ref": "2", "Ref": "3"'),
        "type: jsonl",
        {1: "1"},
        {2: {("row", "unreadable_row")}},
    ),
    "JSON lines with a mark": ("\ufeff" + json.dumps(record("1")) + "\n", "type: jsonl", {1: "1"}, {}),
    "Parquet": (parquet({"Ref": [7], **AT}), "type: parquet", {1: "7"}, {}),
    "Parquet with numbers that had gaps": (parquet({"Ref": [7.0], **AT}), "type: parquet", {1: "7"}, {}),
    "Parquet with fractions of a second": (
        parquet({"Ref": ["7"], **AT, "Opened": [datetime(2025, 4, 1, 9, 0, 0, 5)]}),
        "type: parquet",
        {1: "7"},
        {},
    ),
    "one file of an archive": (
        zipped({"a/cases.csv": HEADER + row("1"), "a/read me.txt": "x", "__MACOSX/a/._cases.csv": "x"}),
        ZIP,
        {1: "1"},
        {},
    ),
    "an archive of a folder as it is": (zipped({"./": "", "./cases.csv": HEADER + row("1")}), ZIP, {1: "1"}, {}),
    "all files of an archive": (
        zipped({"b.csv": "\n" + HEADER + row("3") + "\n" + row("5"), "a.csv": "T\n" + HEADER + row("1") + "x\n"}),
        ALL.replace("utf-8", "utf-8, header_row: 2"),
        {1: "1", 3: "3", 5: "5"},
        {2: {("row", "unreadable_row")}},
    ),
    "a workbook in an archive": (
        zipped({"c.xlsx": xlsx(NAMES, ROW)}),
        "type: zip, member: '*', content: {type: xlsx}",
        {1: "007"},
        {},
    ),
}
OTHER_NAME = {
    "no header": [f"column {n}" for n in range(1, 7)],
    "a header over two rows": ["Case Ref", "Case Opened", "Times Due", "Times Closed", "Times Ward", "Times How"],
    "a column without a name": ["column 1", *NAMES[1:]],
    "a name twice": ["Ref (2)", *NAMES[1:]],
    "a line break in a name": ["Our ref", *NAMES[1:]],
}
LAYOUT = 'layout_rows: {total: {column: Ref, matches: "^Total"}, blank: all_empty}\n'


def case_of(folder: Path, form: str, names: list[str] = NAMES) -> Case:
    text = SOURCE.replace("{type: csv, encoding: utf-8}", "{" + form + "}").replace('"N/A"', '"N/A", "#N/A"') + LAYOUT
    for old, new in zip(NAMES, names, strict=True):
        text = text.replace(f": {old}", f": {new}")
    return Case(folder, text)


@pytest.mark.parametrize("kind", TAKEN_IN)
def test_every_row_of_a_file_comes_through_or_is_set_aside_by_name(tmp_path: Path, kind: str) -> None:
    content, form, accepted, faults = TAKEN_IN[kind]
    case = case_of(tmp_path, form, OTHER_NAME.get(kind, NAMES))
    case.drop(content)
    receipt = case.take_in()
    assert receipt.status == "accepted", receipt.message
    rows = case.accepted(receipt).sort("row_number")
    assert dict(rows.select("row_number", "request_id").iter_rows()) == accepted
    assert case.quarantined(receipt) == faults
    assert rows["opened_at"].dt.date().unique().to_list() in ([date(2025, 4, 1)], [])
    receipt.assert_adds_up()


def test_layout_rows_are_counted_by_name_though_they_are_short(tmp_path: Path) -> None:
    case = case_of(tmp_path, UTF8 + ", header_row: 2")
    case.drop("Repairs,to date\n" + HEADER + row("1") + "Total: 1\n,,\n\nx\n" + row("6"))
    receipt = case.take_in()
    assert receipt.layout == {"above_header": 1, "blank": 1, "blank_line": 1, "total": 1}
    assert case.quarantined(receipt) == {5: {("row", "unreadable_row")}}
    assert receipt.rows_read == 7


def test_a_merged_value_is_carried_only_where_that_is_stated(tmp_path: Path) -> None:
    book = xlsx(NAMES, ["1", *ROW[1:]], ["2", *ROW[1:3], None, *ROW[4:]], merge="D2:D3")
    found = []
    for form in ("type: xlsx", "type: xlsx, merged_cells: carry"):
        case = case_of(tmp_path / form[-5:], form)
        case.drop(book)
        found.append(case.accepted(case.take_in())["closed_at"].null_count())
    assert found == [1, 0]


def test_a_row_that_is_too_short_keeps_what_it_says_for_a_person_to_put_right(tmp_path: Path) -> None:
    case = case_of(tmp_path, UTF8)
    case.drop(HEADER + "Mrs Smith,01/04/2025\n")
    receipt = case.take_in()
    kept = pl.read_parquet(quarantine_path("records", receipt, case.workspace))
    assert kept.select("Ref", "Opened", "How").rows() == [("Mrs Smith", "01/04/2025", None)]
    assert kept["reasons"].to_list()[0][0]["explanation"] == "the row has 2 cells and the header 6"


def test_parquet_gives_one_text_for_each_value(tmp_path: Path) -> None:
    values = {
        "whole": [12345678901234567],
        "fraction": [0.1],
        "price": [pl.Series([1250]).cast(pl.Decimal(9, 2))[0]],
        "yes": [True],
        "day": [date(2025, 4, 3)],
        "moment": [datetime(2025, 4, 3, 9, 30)],
        "instant": [datetime(2025, 4, 3, 9, 30, tzinfo=UTC)],
        "kind": pl.Series(["a"], dtype=pl.Categorical),
        "list": [[1, 2]],
        "nothing": [None],
    }
    path = tmp_path / "delivery"
    pl.DataFrame(values).write_parquet(path)
    with open_delivery(path, {"type": "parquet"}, list(values), tmp_path) as opened:
        found = pl.concat(opened.batches).select(list(values)).row(0)
    assert found == (
        "12345678901234567",
        "0.1",
        "1250.00",
        "true",
        "2025-04-03",
        "2025-04-03 09:30:00",
        "2025-04-03 09:30:00+00:00",
        "a",
        "[1,2]",
        None,
    )


def bomb() -> bytes:
    return zipped({"a.csv": b"0" * 200_000_000})


def far_cell() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(NAMES, ROW)))
    sheet = book.active
    assert sheet is not None
    sheet["XFD1048576"] = "x"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def many_cells() -> bytes:
    return changed(
        ods(NAMES, [1.0, *ROW[1:]]),
        "content.xml",
        '<table:table-cell office:value-type="float"',
        '<table:table-cell table:number-columns-repeated="1000000000" office:value-type="float"',
    )


def encrypted() -> bytes:
    data = bytearray(zipped({"a.csv": HEADER}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(zipped({"a.csv": HEADER + GOOD * 9}))
    data[data.index(b"a.csv") + 30] ^= 0xFF
    return bytes(data)


def misplaced() -> bytes:
    """An archive whose list says that a member stands where nothing can."""
    data = bytearray(zipped({"a.csv": HEADER, "b.csv": HEADER}))
    at = data.index(b"PK\x05\x06") + 16
    data[at : at + 4] = (1 << 30).to_bytes(4, "little")  # so all members seem to stand before the file
    return bytes(data)


def without_workbook() -> bytes:
    """A compound file that holds something else, as a document of Word or a workbook with a password is."""
    return xls(NAMES, ROW).replace("Workbook".encode("utf-16-le"), "Document".encode("utf-16-le"))


def lying() -> bytes:
    """An archive whose member is larger than its entry says."""
    data = bytearray(zipped({"a.csv": HEADER + GOOD * 100}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        data[data.index(mark) + at : data.index(mark) + at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


NAMES_TOLD = "needed columns are not there: Ref"
BROKEN: dict[str, tuple[Callable[[], bytes] | bytes | str, str, str]] = {
    "cp1252 for UTF-8": (
        (HEADER + row("£")).encode("cp1252"),
        UTF8,
        "not utf-8 text, as stated: byte 0xa3 in line 2 means nothing there",
    ),
    "UTF-8 for cp1252": (
        HEADER + row("£"),
        "type: csv, encoding: cp1252",
        "not cp1252 text, as stated: every byte of it is utf-8 text",
    ),
    "a mark of UTF-8 for cp1252": ("\ufeff" + HEADER, "type: csv, encoding: cp1252", "begins with the mark of utf-8"),
    "cp1252 for latin-1": (
        (HEADER + row("“x”")).encode("cp1252"),
        "type: csv, encoding: latin-1",
        "where cp1252 has quotation marks",
    ),
    "a byte that cp1252 has not": (
        HEADER.encode() + b"\x81,\n",
        "type: csv, encoding: [utf-8, cp1252]",
        "not cp1252 text, as stated: byte 0x81 in line 2",
    ),
    "UTF-16 for UTF-8": ((HEADER + GOOD).encode("utf-16"), UTF8, "begins with the mark of utf-16-le"),
    "UTF-16 without its mark": (
        (HEADER + GOOD).encode("utf-16-le"),
        "type: csv, encoding: utf-16",
        "does not begin with the mark of utf-16",
    ),
    "half a character of UTF-16": ((HEADER + GOOD).encode("utf-16")[:-1], "type: csv, encoding: utf-16", "in line"),
    "one line of another encoding": (
        HEADER.encode() + GOOD.encode() * 3 + row("é").encode("cp1252"),
        UTF8,
        "byte 0xe9 in line 5",
    ),
    "zero bytes in text": (HEADER + GOOD.replace("TEL", "\0\0"), UTF8, "it has zero bytes"),
    "a column without a name": (HEADER.replace("Ref", ""), UTF8, NAMES_TOLD),
    "a name twice": (HEADER.replace("\n", ",Ref\n"), UTF8, "columns stand twice, so nobody can know which is meant: Ref"),
    "a header of two rows, one stated": (TWO_ROWS + GOOD, UTF8, "needed columns are not there"),
    "a quotation mark left open": (
        HEADER + row('"1') + row("2"),
        UTF8,
        "a quotation mark in row 1 below the column names is not closed",
    ),
    "XLS called XLSX": (xls(NAMES, ROW), XLSX, "the file is a workbook of type xls, and xlsx is stated"),
    "a compound file that is no workbook": (
        without_workbook,
        XLS,
        "cannot be read as a workbook: it is none, or it is encrypted",
    ),
    "a member where nothing can stand": (misplaced, ALL, "it says that a member stands where nothing can"),
    "CSV called XLSX": (HEADER + GOOD, XLSX, "cannot be read as a workbook: it is none"),
    "a web page called XLS": (
        "<html><table><tr><td>Ref</td></tr></table></html>",
        XLS,
        "cannot be read as a workbook: it is none",
    ),
    "a workbook behind a password": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4_000), XLS, "it is none, or it is encrypted"),
    "half a workbook": (xlsx(NAMES, ROW)[:3000], XLSX, "cannot be read as a workbook"),
    "half an old workbook": (xls(NAMES, ROW)[:3000], XLS, "cannot be read as a workbook"),
    "a sheet that is not XML": (
        changed(xlsx(NAMES, ROW), "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData><"),
        XLSX,
        "cannot be read as a workbook: it is damaged",
    ),
    "a sheet that is not there": (xlsx(NAMES, ROW), XLSX + ", sheet: Fall", "the workbook has no sheet `Fall`; it has: Cases"),
    "a sheet by a place beyond": (xlsx(NAMES, ROW), XLSX + ", sheet: 3", "the workbook has no sheet `3`; it has: Cases"),
    "a stray cell at the far end": (far_cell, XLSX, "reaches to row 1048576 and column 16384, which is more than can be held"),
    "a cell that stands for a milliard": (many_cells, ODS, "which is more than can be held"),
    "a document of another kind": ("not JSON", "type: json", "the file has no array of records at the top"),
    "an object where an array should be": (
        json.dumps({"a": [record("1")]}),
        "type: json",
        "no array of records at the top; name their place",
    ),
    "an array that is not where it is said": (json.dumps({"a": [record("1")]}), "type: json, records: b", "nothing at `b`"),
    "JSON cut off": (json.dumps([record("1"), record("2")])[:-10], "type: json", "cannot be read as JSON"),
    "JSON that goes on": (json.dumps([record("1")]) + "x", "type: json", "cannot be read as JSON: Extra data"),
    "JSON with no number": (json.dumps([record(float("nan"))]), "type: json", "cannot be read as JSON"),
    "JSON records without a name": (json.dumps([{"a": 1}]), "type: json", NAMES_TOLD),
    "Parquet without a column": (parquet(AT), "type: parquet", NAMES_TOLD),
    "Parquet with names alike": (parquet({"Ref": [1], "REF": [2], **AT}), "type: parquet", "the same names in other letters"),
    "Parquet with bytes": (parquet({"Ref": [b"x"], **AT}), "type: parquet", "the column Ref holds bytes"),
    "half a Parquet file": (parquet({"Ref": [1], **AT})[:200], "type: parquet", "cannot be read as Parquet"),
    "CSV called Parquet": (HEADER, "type: parquet", "cannot be read as Parquet"),
    "CSV called ZIP": (HEADER, ZIP, "cannot be read as a ZIP archive"),
    "half an archive": (zipped({"a.csv": HEADER + GOOD})[:60], ZIP, "cannot be read as a ZIP archive"),
    "an archive with a damaged member": (damaged, ZIP, "cannot be read as a ZIP archive"),
    "an archive that leads out": (zipped({"../a.csv": HEADER}), ZIP, "a member whose name leads out of its folder"),
    "an archive that leads to the root": (zipped({"/etc/a.csv": HEADER}), ZIP, "a member whose name leads out of its folder"),
    "an archive that leads out by backslashes": (zipped({"a\\..\\..\\b.csv": HEADER}), ZIP, "leads out of its folder"),
    "an archive that leads to a drive": (zipped({"C:\\a.csv": HEADER}), ZIP, "leads out of its folder"),
    "an archive with a link": (zipped({"a.csv": "/etc/passwd"}, mode=stat.S_IFLNK | 0o777), ZIP, "has a link among its members"),
    "an archive behind a password": (encrypted, ZIP, "the archive is encrypted"),
    "an archive that is a bomb": (bomb, ZIP, "would unpack from"),
    "an archive that lies about itself": (lying, ZIP, "archive"),
    "an archive without the file": (zipped({"a.txt": HEADER}), ZIP, "0 files of the archive match `*.csv`; it has: a.txt"),
    "an archive with two for one": (zipped({"a.csv": HEADER, "b.csv": HEADER}), ZIP, "2 files of the archive match `*.csv`"),
    "a cell of 200 MB in JSON": (
        lambda: json.dumps([record("x" * 200_000_000)]).encode(),
        "type: json",
        "a value in it is longer than",
    ),
    "a cell of 200 MB in JSON lines": (
        lambda: json.dumps(record("x" * 200_000_000)).encode(),
        "type: jsonl",
        "line 1 is longer than",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_cannot_be_used_says_why_and_leaves_nothing_behind(tmp_path: Path, kind: str) -> None:
    content, form, told = BROKEN[kind]
    case = case_of(tmp_path, form)
    case.drop(content() if callable(content) else content)
    receipt = case.take_in()
    assert receipt.status == "broken"
    assert told in str(receipt.message)
    assert str(tmp_path) not in str(receipt.message)
    assert list(case.workspace.state.rglob("*.parquet")) == []
    assert [path.name for path in case.workspace.state.iterdir() if path.name.startswith("tmp")] == []


def test_a_cell_of_200_mb_sets_its_row_aside_or_is_refused(tmp_path: Path) -> None:
    case = case_of(tmp_path, UTF8)
    case.drop(HEADER.encode() + row("1").encode() + b"x" * 200_000_000 + b"," * 5 + b"\n" + row("3").encode())
    receipt = case.take_in()
    assert case.quarantined(receipt) == {2: {("row", "unreadable_row")}}
    assert case.accepted(receipt)["row_number"].to_list() == [1, 3]
    assert quarantine_path("records", receipt, case.workspace).stat().st_size < 100_000
