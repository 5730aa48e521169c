"""A catalogue of faults: the smallest file with each, made here, and exactly what becomes of it.

Those that need a committed file of their own lie in ``files``. A fault either sets rows aside, by field and rule, and nothing
else; or it breaks the delivery, with one reason. Belongs here: files and outcomes. Does not belong here: running them.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import openpyxl
import polars as pl
import xlwt
from intake_case import GOOD, HEADER, SOURCE

Reasons = dict[int, set[tuple[str, str]]]
GENERAL = SOURCE[: SOURCE.index("record_type")]
FIGURES = (
    GENERAL
    + """record_type: reported_figure
connector: {type: file_drop, folder: inbox, glob: "*"}
format: {type: csv, encoding: utf-8}
marks: {"<5": c, "*": c, N/A: x}
numbers: {thousands: ",", symbols: ["£", "%"], multiples: {m: 1000000}}
quarantine_limit_percent: 100
reshape: {period: {column: When, forms: [financial_year, quarter]}}
columns:
  indicator_id: What
  area_code: Place
  period_type: period_type
  period_start: period_start
  period_end: period_end
  value: Value
"""
)
WIDE = (
    FIGURES[: FIGURES.index("reshape")]
    + """reshape:
  headers: ["(?P<year>[0-9]{4}/[0-9]{2}) (?P<part>value|note)"]
  file_name: "^(?P<place>[A-Z][0-9]{8})"
  period: {column: year, forms: [financial_year]}
columns:
  indicator_id: What
  area_code: place
  period_type: period_type
  period_start: period_start
  period_end: period_end
  value: value
"""
)
PAYMENTS = (
    GENERAL
    + """record_type: payment
connector: {type: file_drop, folder: inbox, glob: "*"}
format: {type: csv, encoding: utf-8}
dates: ["%d/%m/%Y"]
quarantine_limit_percent: 100
columns: {payment_id: No, paid_on: Date, amount: Amount, expense_code: Code}
"""
)
NAMES = HEADER.strip().split(",")
ROW = ["007", "01/04/2025 09:00", "10/04/2025", "02/04/2025 10:30", "Abbey", "TEL"]


@dataclass(frozen=True)
class Fault:
    """One file and what becomes of it: ``set_aside`` by row, ``layout`` by kind, or why it is ``broken``, word for word."""

    content: bytes | str | Callable[[], bytes]
    set_aside: Reasons = field(default_factory=dict)
    broken: str | None = None
    layout: dict[str, int] = field(default_factory=dict)
    accepted: list[int] = field(default_factory=list)
    source: str = SOURCE
    form: str = "type: csv, encoding: utf-8"
    file_name: str = "a"


def second(where: str, rule: str) -> Reasons:
    """The row at fault is the second of three."""
    return {2: {(where, rule)}}


def request(**cells: str) -> dict[str, Any]:
    """A row of a request between two good ones, with some of its cells put otherwise."""
    row = dict(zip(NAMES, ["008", *ROW[1:]], strict=True)) | cells
    return {
        "content": HEADER + GOOD + ",".join(row[name] for name in NAMES) + "\n" + GOOD.replace("007", "009"),
        "accepted": [1, 3],
    }


def figure(what: str = "waste", place: str = "E06000001", when: str = "2024/25", value: str = "5") -> dict[str, Any]:
    """A row of a figure between two good ones."""
    rows = ["crime,E06000001,2023/24,1", f"{what},{place},{when},{value}", "crime,E06000001,Q1 2023/24,2"]
    return {"content": "\n".join(["What,Place,When,Value", *rows, ""]), "source": FIGURES, "accepted": [1, 3]}


def payment(number: str = "2", day: str = "01/04/2025", amount: str = "5", code: str = "A") -> dict[str, Any]:
    """A row of a payment between two good ones."""
    rows = ["1,01/04/2025,1.50,A", f"{number},{day},{amount},{code}", "3,02/04/2025,-3,A"]
    return {"content": "\n".join(["No,Date,Amount,Code", *rows, ""]), "source": PAYMENTS, "accepted": [1, 3]}


def workbook(*rows: list[Any], change: tuple[str, str, str] | None = None) -> bytes:
    """An XLSX workbook; ``change`` puts something in one of its parts otherwise."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    if change is None:
        return data.getvalue()
    part, old, new = change
    members = {name: zipfile.ZipFile(data).read(name) for name in zipfile.ZipFile(data).namelist()}
    assert old.encode() in members[part]
    return zipped(members | {part: members[part].replace(old.encode(), new.encode(), 1)})


def old_workbook(*rows: list[Any]) -> bytes:
    """An XLS workbook."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Cases")
    for y, values in enumerate(rows):
        for x, value in enumerate(values):
            sheet.write(y, x, value)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def zipped(members: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(row: list[Any], rule: tuple[str, str], **more: Any) -> Fault:
    """A row of an XLSX sheet between two good ones."""
    return Fault(workbook(NAMES, ROW, row, ["009", *ROW[1:]], **more), second(*rule), accepted=[1, 3], form="type: xlsx")


def parquet(**columns: list[Any]) -> bytes:
    out = io.BytesIO()
    good = {name: [cell] * 3 for name, cell in zip(NAMES, ROW, strict=True)} | {"Ref": ["1", "2", "3"]}
    pl.DataFrame(good | columns, strict=False).write_parquet(out)
    return out.getvalue()


def damaged_parquet() -> bytes:
    data = bytearray(parquet())
    data[4:60] = bytes(56)
    return bytes(data)


def objects(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    """A record for each change of a good one."""
    return [dict(zip(NAMES, [str(number), *ROW[1:]], strict=True)) | change for number, change in enumerate(changes, 1)]


def markup(*changes: dict[str, Any], inside: str = "") -> str:
    cells = ["".join(f"<{name}>{cell}</{name}>" for name, cell in record.items()) for record in objects(*changes)]
    return f"<all>{''.join(f'<r>{record}</r>' for record in cells)}{inside}</all>"


def lines(*changes: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in objects(*changes))


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
JSON, JSONL, XML, PARQUET = "type: json", "type: jsonl", "type: xml, records: all.r", "type: parquet"
ZIP = "type: zip, member: '*.csv', content: {type: csv, encoding: utf-8}"
ENTITIES_TOLD = "the file declares entities of its own, which can unfold without end; an honest one has none."
OPEN_QUOTE = "a quotation mark in row {} below the column names is not closed, so the rows after it cannot be told apart."
NONE_OF_THEM = "needed columns are not there: Ref, Opened, Due, Closed, Ward, How; none of them stands in row 1, which has "
ASKED = " (is `header_row` or `delimiter` right?)."
FIGURE_KEY = "indicator_id, area_code, period_type, period_start"
PAYMENT_KEY = "payment_id, expense_code, cost_centre, amount"
PERIOD = ("period_type", "period_start", "period_end")
NO_PERIOD = {2: {("period_type", "missing"), ("period_start", "not_a_date"), ("period_end", "not_a_date")}}

FAULTS: dict[str, Fault] = {
    # dates
    "a day 0": Fault(**request(Opened="00/04/2025"), set_aside=second("opened_at", "not_a_date")),
    "a month 13": Fault(**request(Opened="01/13/2025"), set_aside=second("opened_at", "not_a_date")),
    "an ISO date where none is stated": Fault(**request(Opened="2025-04-01"), set_aside=second("opened_at", "not_a_date")),
    "an hour 25": Fault(**request(Opened="01/04/2025 25:00"), set_aside=second("opened_at", "not_a_date")),
    "a minute 60": Fault(**request(Opened="01/04/2025 09:60"), set_aside=second("opened_at", "not_a_date")),
    "words behind a date": Fault(**request(Opened="01/04/2025 approx"), set_aside=second("opened_at", "not_a_date")),
    "a date in words": Fault(**request(Closed="last Tuesday"), set_aside=second("closed_at", "not_a_date")),
    "a serial number that is not stated": Fault(**request(Opened="45748"), set_aside=second("opened_at", "not_a_date")),
    "a year of five digits": Fault(**request(Opened="01/04/20255"), set_aside=second("opened_at", "not_a_date")),
    "a year of three digits": Fault(**request(Opened="01/04/202"), set_aside=second("opened_at", "not_a_date")),
    "a due date before there were computers": Fault(
        **request(Due="10/04/1925"), set_aside=second("due_at", "greater_than_or_equal_to")
    ),
    "no date where the source needs one": Fault(**request(Opened=""), set_aside=second("opened_at", "missing")),
    "no date at all": Fault(**request(Opened="N/A", Closed="N/A"), set_aside=second("opened_at", "missing")),
    # codes
    "an area nearly named": Fault(**request(Ward="Abby"), set_aside=second("area_code", "unknown_area")),
    "two areas in one cell": Fault(**request(Ward="Abbey / 1"), set_aside=second("area_code", "unknown_area")),
    "a code with something behind it": Fault(**request(How="TEL."), set_aside=second("channel", "unlisted_value")),
    "what a code means in place of it": Fault(**request(How="phone"), set_aside=second("channel", "unlisted_value")),
    "a mark of no value where one is needed": Fault(**request(Ref="N/A"), set_aside=second("request_id", "missing")),
    "a name of an indicator in capitals": Fault(**figure(what="Waste"), set_aside=second("indicator_id", "str_matches")),
    "an indicator with a space": Fault(**figure(what="missed bins"), set_aside=second("indicator_id", "str_matches")),
    "no indicator": Fault(**figure(what=""), set_aside=second("indicator_id", "missing")),
    "no place": Fault(**figure(place=" "), set_aside=second("area_code", "missing")),
    # numbers
    "a letter in a number": Fault(**figure(value="l2"), set_aside=second("value", "not_a_number")),
    "a number in words": Fault(**figure(value="ten"), set_aside=second("value", "not_a_number")),
    "two points in a number": Fault(**figure(value="1.2.3"), set_aside=second("value", "not_a_number")),
    "a separator in the wrong place": Fault(**figure(value='"1,23"'), set_aside=second("value", "not_a_number")),
    "a point for thousands": Fault(**figure(value='"1.234,5"'), set_aside=second("value", "not_a_number")),
    "a multiple that is not stated": Fault(**figure(value="3bn"), set_aside=second("value", "not_a_number")),
    "a unit behind a number": Fault(**figure(value="5 days"), set_aside=second("value", "not_a_number")),
    "a number without end": Fault(**figure(value="inf"), set_aside=second("value", "not_a_number")),
    "what is no number by its name": Fault(**figure(value="NaN"), set_aside=second("value", "not_a_number")),
    "a number too large to hold": Fault(**figure(value="1" + "0" * 400), set_aside=second("value", "not_a_number")),
    "a number as programs write it": Fault(**figure(value="0x1F"), set_aside=second("value", "not_a_number")),
    "brackets that are not stated": Fault(**figure(value="(5)"), set_aside=second("value", "not_a_number")),
    "a minus behind a number": Fault(**figure(value="5-"), set_aside=second("value", "not_a_number")),
    "two numbers in a cell": Fault(**figure(value="425/736"), set_aside=second("value", "not_a_number")),
    "a range": Fault(**figure(value="3-4"), set_aside=second("value", "not_a_number")),
    "a mark that is not stated": Fault(**figure(value="<3"), set_aside=second("value", "not_a_number")),
    "no figure and no reason why": Fault(**figure(value=""), set_aside=second("row", "value_without_note")),
    "a formula's error": Fault(**figure(value="#DIV/0!"), set_aside=second("value", "error_cell")),
    "no amount": Fault(**payment(amount=""), set_aside=second("amount", "missing")),
    "an amount with an unstated sign": Fault(**payment(amount="£5"), set_aside=second("amount", "not_a_number")),
    "an amount with unstated thousands": Fault(**payment(amount='"1,500"'), set_aside=second("amount", "not_a_number")),
    # keys
    "a payment without a number": Fault(**payment(number=""), set_aside=second("payment_id", "missing")),
    "a line of a ledger twice": Fault(
        **payment(number="1", amount="1.5") | {"accepted": [1, 3]}, set_aside=second(PAYMENT_KEY, "repeated_row")
    ),
    "a line of a ledger of another day": Fault(
        **payment(number="1", day="03/04/2025", amount="1.5") | {"accepted": [3]},
        set_aside={1: {(PAYMENT_KEY, "duplicate_key")}, 2: {(PAYMENT_KEY, "duplicate_key")}},
    ),
    "two figures for one quarter": Fault(
        **figure(what="crime", when="Q1 2023/24") | {"accepted": [1]},
        set_aside={2: {(FIGURE_KEY, "duplicate_key")}, 3: {(FIGURE_KEY, "duplicate_key")}},
    ),
    "a figure said twice": Fault(
        **figure(what="crime", when="2023/24", value="1.0"), set_aside=second(FIGURE_KEY, "repeated_row")
    ),
    # rules across fields
    "finished before it was asked for": Fault(
        **request(Opened="02/04/2025", Closed="01/04/2025"), set_aside=second("row", "closed_before_opened")
    ),
    "finished a minute before it was asked for": Fault(
        **request(Opened="01/04/2025 09:01", Closed="01/04/2025 09:00"), set_aside=second("row", "closed_before_opened")
    ),
    # periods
    "a year of eleven months more": Fault(**figure(when="2024/26"), set_aside=NO_PERIOD),
    "a quarter 5": Fault(**figure(when="Q5 2024/25"), set_aside=NO_PERIOD),
    "a season": Fault(**figure(when="spring 2024"), set_aside=NO_PERIOD),
    "a form of period that is not stated": Fault(**figure(when="2024"), set_aside=NO_PERIOD),
    "no period": Fault(**figure(when=""), set_aside={2: {(name, "missing") for name in PERIOD}}),
    # headings and names of files
    "headings of no stated pattern": Fault(
        "What,2024,2025\nwaste,1,2\n", source=WIDE, file_name="E06000001.csv",
        broken="no heading is of a pattern stated under `reshape`; the file has: What, 2024, 2025.",
    ),
    "two headings for one cell": Fault(
        "What,2024/25 value,2024/25  value\nwaste,1,2\n", source=WIDE, file_name="E06000001.csv",
        broken="two headings say the same of a cell, `2024/25 value` and `2024/25 value`; where they are alike, state "
        "`repeated_names: numbered` under `format`, and the one that does not count under `unused` of `reshape`.",
    ),
    "a file that is not named as stated": Fault(
        "What,2024/25 value\nwaste,1\n", source=WIDE, file_name="council.csv",
        broken="the file's name, council.csv, is not of the pattern stated under `reshape`.",
    ),
    "cells of nothing between figures": Fault(
        "What,2023/24 value,2024/25 value\nwaste,1,\ncrime,,x\n", source=WIDE, file_name="E06000001.csv",
        set_aside={4: {("value", "not_a_number")}}, accepted=[1], layout={"empty_cells": 2},
    ),
    "headings alone": Fault(HEADER),
    "headings after the records": Fault(GOOD + HEADER, broken=NONE_OF_THEM + "6 cells" + ASKED),
    "headings in capitals": Fault(HEADER.upper() + GOOD, broken=NONE_OF_THEM + "6 cells" + ASKED),
    "quotation marks of a typist": Fault(
        HEADER + GOOD.replace("Abbey", "“Abbey”"), set_aside={1: {("area_code", "unknown_area")}}
    ),
    # cut off
    "a last row cut off": Fault(HEADER + GOOD + GOOD[:20], set_aside=second("row", "unreadable_row"), accepted=[1]),
    "a last cell cut off in its quotation marks": Fault(
        HEADER + GOOD + '008,"01/04', second("row", "unreadable_row"), accepted=[1]
    ),
    "a quotation mark that takes in the rows after it": Fault(
        HEADER + GOOD + '"' + GOOD + GOOD, broken=OPEN_QUOTE.format(2)
    ),
    "a last character cut off": Fault(
        (HEADER + GOOD + "é").encode()[:-1],
        broken="the file is not utf-8 text, as stated: byte 0xc3 in line 3 means nothing there.",
    ),
    "JSON cut off": Fault(
        json.dumps(objects({}, {}))[:-20], form=JSON,
        broken="the file cannot be read as JSON: Unterminated string starting at, after 1 records.",
    ),
    "JSON lines cut off": Fault(
        lines({}, {})[:-20], form=JSONL,
        broken="the file cannot be read as JSON lines: line 2 is not JSON (Unterminated string starting at).",
    ),
    "XML cut off": Fault(
        markup({}, {})[:-20], form=XML, broken="the file cannot be read as XML: unclosed token, in line 1.",
    ),
    "a Parquet file with a hole": Fault(
        damaged_parquet, form=PARQUET, broken="the file cannot be read as Parquet: TProtocolException: Invalid data."
    ),
    # workbooks
    "a number where a date should be": sheet(["008", 45748.375, *ROW[2:]], ("opened_at", "not_a_date")),
    "a time without a day": sheet(["008", datetime(2025, 4, 1, 9).time(), *ROW[2:]], ("opened_at", "not_a_date")),
    "a yes in the place of a code": sheet(["008", *ROW[1:5], True], ("channel", "unlisted_value")),
    "an empty cell of a workbook": sheet([None, *ROW[1:]], ("request_id", "missing")),
    "a cell with an error": sheet(["#VALUE!", *ROW[1:]], ("request_id", "error_cell")),
    "a formula without its value": sheet(["=A2+1", *ROW[1:]], ("request_id", "error_cell")),
    "a date before there are dates": sheet(
        ["008", datetime(2025, 4, 2), *ROW[2:]], ("opened_at", "not_a_date"),
        change=("xl/worksheets/sheet1.xml", "<v>45749</v>", "<v>-5</v>"),
    ),
    "a sheet with titles above": Fault(
        workbook(["Repairs"], NAMES, ROW), form="type: xlsx", broken=NONE_OF_THEM + "1 cells" + ASKED
    ),
    "an empty sheet": Fault(
        workbook(), form="type: xlsx", broken="the sheet has no row 1, where the column names should be."
    ),
    "an old workbook with another heading": Fault(
        old_workbook(["Number", *NAMES[1:]], ROW), form="type: xls",
        broken="needed columns are not there: Ref; the file has: Number, Opened, Due, Closed, Ward, How.",
    ),
    "an old workbook with a number for a date": Fault(
        old_workbook(NAMES, ["007", 45748, *ROW[2:]], ROW), form="type: xls",
        set_aside={1: {("opened_at", "not_a_date")}}, accepted=[2],
    ),
    "a workbook whose sheet unfolds": Fault(
        workbook(NAMES, ROW, change=("xl/worksheets/sheet1.xml", "<worksheet", ENTITIES + "<worksheet")),
        form="type: xlsx", broken=ENTITIES_TOLD,
    ),
    "a workbook whose list of sheets unfolds": Fault(
        workbook(NAMES, ROW, change=("xl/workbook.xml", "<workbook", ENTITIES + "<workbook")), form="type: xlsx",
        broken=ENTITIES_TOLD,
    ),
    "a workbook without its list of parts": Fault(
        workbook(NAMES, ROW, change=("xl/_rels/workbook.xml.rels", "Id=\"rId1\"", "Id=\"rId99\"")), form="type: xlsx",
        broken="the file cannot be read as a workbook: Cannot detect file format.",
    ),
    "a workbook that is a bomb": Fault(
        lambda: workbook(
            NAMES, ROW, change=("xl/worksheets/sheet1.xml", "</sheetData>", f"<!--{'0' * 150_000_000}--></sheetData>")
        ),
        form="type: xlsx", broken="the archive would unpack from 149793 to 150017124 bytes, which no table of records does.",
    ),
    # JSON
    "an id of null": Fault(
        lines({}, {"Ref": None}, {}), second("request_id", "missing"), accepted=[1, 3], form=JSONL
    ),
    "a number for a date": Fault(
        lines({}, {"Opened": 45748}, {}), second("opened_at", "not_a_date"), accepted=[1, 3], form=JSONL
    ),
    "an object for a date": Fault(
        json.dumps(objects({}, {"Opened": {"at": "x"}}, {})), second("opened_at", "not_a_date"), accepted=[1, 3], form=JSON
    ),
    "a record of null": Fault(
        json.dumps([*objects({}), None]), second("row", "unreadable_row"), accepted=[1], form=JSON
    ),
    "half of a character": Fault(
        json.dumps(objects({}, {"Ref": "\ud83d"}, {})), second("row", "unreadable_row"), accepted=[1, 3], form=JSON
    ),
    "half of a character in a line": Fault(
        lines({}, {"Ref": "\ud83d"}, {}), form=JSONL,
        broken="the file cannot be read as JSON lines: line 2 has half of a character.",
    ),
    "values within values without end": Fault(
        '[{"Ref": ' + "[" * 100_000, form=JSON,
        broken="the file cannot be read as JSON: record 1 has values within values without end.",
    ),
    "a comma before the end of an array": Fault(
        json.dumps(objects({}))[:-1] + ",]", form=JSON,
        broken="the file cannot be read as JSON: Expecting value, after 1 records.",
    ),
    "two objects on a line": Fault(
        lines({}).strip() + lines({"Ref": "2"}), form=JSONL,
        broken="the file cannot be read as JSON lines: line 1 is not JSON (Extra data).",
    ),
    "single quotes for JSON": Fault(
        str(objects({})), form=JSON,
        broken="the file cannot be read as JSON: Expecting property name enclosed in double quotes, after 0 records.",
    ),
    "a page of an error for JSON": Fault(
        "<html>503</html>", form=JSON,
        broken="the file has no array of records at the top; name their place in `format.records`.",
    ),
    # XML
    "XML that unfolds": Fault(ENTITIES + markup({"Ref": "&b;"}), form=XML, broken=ENTITIES_TOLD),
    "XML that asks for a file": Fault(OUTSIDE + markup({"Ref": "&a;"}), form=XML, broken=ENTITIES_TOLD),
    "an element twice in a record": Fault(
        markup({}, {"Ref": "2</Ref><Ref>3"}, {}), second("row", "unreadable_row"), accepted=[1, 3], form=XML
    ),
    "an element that is not there": Fault(
        markup({}, {"Ref": "<b/>"}, {}), second("request_id", "missing"), accepted=[1, 3], form=XML
    ),
    "XML with its records elsewhere": Fault(
        markup({}), form="type: xml, records: rss.item",
        broken="the file has nothing at `rss.item`, where `format.records` says its records are.",
    ),
    "XML whose records lack a name": Fault(
        "<all><r><Ref>1</Ref></r></all>", form=XML,
        broken="needed columns are not there: Opened, Due, Closed, Ward, How; the file has: Ref.",
    ),
    "XML with two documents": Fault(
        markup({}) * 2, form=XML, broken="the file cannot be read as XML: junk after document element, in line 1."
    ),
    "XML in an encoding that nobody knows": Fault(
        '<?xml version="1.0" encoding="klingon"?>' + markup({}), form=XML,
        broken="the file cannot be read as XML: LookupError in its encoding.",
    ),
    "XML that is not in its encoding": Fault(
        markup({"Ref": "£"}).encode("cp1252"), form=XML,
        broken="the file cannot be read as XML: not well-formed (invalid token), in line 1.",
    ),
    "a web page for XML": Fault(
        "<html><p>503<br></html>", form=XML, broken="the file cannot be read as XML: mismatched tag, in line 1."
    ),
    # Parquet
    "an id of null in Parquet": Fault(
        parquet(Ref=["1", None, "3"]), second("request_id", "missing"), accepted=[1, 3], form=PARQUET
    ),
    "a year 1 in Parquet": Fault(
        parquet(Opened=[datetime(2025, 4, 1), datetime(1, 1, 1), datetime(2025, 4, 1)]),
        second("opened_at", "not_a_date"), accepted=[1, 3], form=PARQUET,
    ),
    "a number for a date in Parquet": Fault(
        parquet(Closed=[None, 45748, None]), second("closed_at", "not_a_date"), accepted=[1, 3], form=PARQUET
    ),
    "no number in Parquet": Fault(
        parquet(Due=[None, float("nan"), None]), second("due_at", "not_a_date"), accepted=[1, 3], form=PARQUET
    ),
    # archives
    "an archive in an archive": Fault(
        zipped({"b.zip": zipped({"a.csv": HEADER})}), form=ZIP, broken="0 files of the archive match `*.csv`; it has: b.zip."
    ),
    "an archive of nothing": Fault(zipped({}), form=ZIP, broken="0 files of the archive match `*.csv`; it has: none."),
    "a member without a column": Fault(
        zipped({"a.csv": HEADER.replace("Ward", "Area") + GOOD}), form=ZIP,
        broken="`a.csv` of the archive: needed columns are not there: Ward; the file has: Ref, Opened, Due, Closed, Area, How.",
    ),
    "a member with a bad row": Fault(
        zipped({"a.csv": HEADER + GOOD + "x\n"}), second("row", "unreadable_row"), accepted=[1], form=ZIP
    ),
    "a bomb in an archive of workbooks": Fault(
        lambda: zipped({"a.xlsx": zipped({"xl/workbook.xml": b"0" * 150_000_000})}),
        form="type: zip, member: '*', content: {type: xlsx}",
        broken="`a.xlsx` of the archive: the archive would unpack from 145804 to 150000000 bytes, "
        "which no table of records does.",
    ),
}  # fmt: skip
