"""A source.yml proposed from a sample: what it finds, what it leaves to a person, and what it takes in as it stands."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import yaml
from intake_case import COUNCIL
from test_formats import workbook

from pipelines.config import load_yaml
from pipelines.formats import BrokenDelivery
from pipelines.propose import propose, tried
from pipelines.receipts import Receipt

HEADER = "Case ref,Date received,Target date,Date completed,Ward,How reported,Customer name,Notes\n"
NAMES = ["Priscilla Featherstonehaugh", "Ebenezer Quartermaine"]


def case(number: int, day: str = "{:02}/04/2025") -> str:
    received, name = day.format(number % 28 + 1), NAMES[number % 2]
    how = ("Telephone", "Web", "E-mail")[number % 3]
    return f"R-{number:04},{received},{received},,Abbey,{how},{name},Rang at {number} o'clock\n"


CASES = "".join(case(number) for number in range(40))


def proposed(folder: Path, content: str | bytes, name: str = "cases_2025-04.csv", record_type: str | None = None) -> Path:
    """The source.yml proposed for a file."""
    sample = folder / name
    sample.write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "scratch").mkdir(exist_ok=True)
    path = folder / "new_source" / "source.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(propose("new_source", sample, COUNCIL, record_type, folder / "scratch"), encoding="utf-8")
    return path


def taken_in(folder: Path, content: str | bytes, name: str = "cases_2025-04.csv", record_type: str | None = None) -> Receipt:
    """What the proposal makes of its own sample."""
    path = proposed(folder, content, name, record_type)
    trial = tried(path, folder / name, COUNCIL, folder / "scratch")
    assert trial.receipt is not None, trial.blanks
    return trial.receipt


def test_a_whole_source_is_proposed_and_takes_its_sample_in(tmp_path: Path) -> None:
    receipt = taken_in(tmp_path, HEADER + CASES)
    assert (receipt.status, receipt.rows_accepted, receipt.rows_quarantined) == ("accepted", 40, 0)
    found = load_yaml(tmp_path / "new_source" / "source.yml", "source")
    assert found["record_type"] == "service_request"
    assert found["format"] == {"type": "csv", "encoding": "utf-8"}
    assert found["dates"] == ["%d/%m/%Y"]
    assert found["connector"]["glob"] == "cases_*.csv"
    assert found["columns"]["request_id"] == "Case ref"
    assert found["columns"]["area_code"] == {"column": "Ward", "lookup": "areas"}
    assert found["columns"]["channel"] == {
        "column": "How reported", "values": {"E-mail": "email", "Telephone": "phone", "Web": "web"},
    }  # fmt: skip
    assert {"opened_at", "due_at"} <= set(found["columns"])


def test_what_a_person_must_confirm_is_marked(tmp_path: Path) -> None:
    lines = proposed(tmp_path, HEADER + CASES).read_text().splitlines()
    for setting in ("owner", "licence", "lawful_basis", "retention", "sensitivity", "record_type", "  request_id", "  channel"):
        assert [line for line in lines if line.startswith(f"{setting}:") and "# CONFIRM: " in line], setting


def test_no_free_text_and_no_name_of_a_person_is_proposed(tmp_path: Path) -> None:
    for place, header in enumerate((HEADER, HEADER.replace("Customer name", "Category").replace("Notes", "Outcome"))):
        text = proposed(tmp_path, header + CASES, f"{place}.csv").read_text()
        assert "o'clock" not in text
        assert place or not [name for name in NAMES if name in text]
    few = proposed(tmp_path, HEADER.replace("Customer name", "Outcome") + "".join(map(case, range(4)))).read_text()
    assert not [name for name in NAMES if name in few]


def test_days_that_nobody_can_tell_from_months_are_left_to_a_person(tmp_path: Path) -> None:
    content = HEADER + "".join(case(number % 12, "{0:02}/04/2025").replace("R-", f"R{number}-") for number in range(24))
    path = proposed(tmp_path, content.replace("13/04", "12/04"))
    assert '["%d/%m/%Y", "%m/%d/%Y"]  # CONFIRM: nothing in the file tells which' in path.read_text()
    blanks = tried(path, tmp_path / "cases_2025-04.csv", COUNCIL, tmp_path / "scratch").blanks
    assert ["would be read differently" in blank for blank in blanks] == [True]


def test_titles_totals_notes_encodings_and_delimiters_are_found(tmp_path: Path) -> None:
    rows = HEADER + CASES.replace("Abbey", "Abbey – £")
    content = (
        "Requests of April;;;;;;;\n;;;;;;;\n"
        + rows.replace(",", ";")
        + "Total: 40;;;;;;;\nNotes;;;;;;;\nFrom the system;;;;;;;\n"
    )
    receipt = taken_in(tmp_path, content.replace("Abbey – £", "Abbey").replace("o'clock", "o’clock £").encode("cp1252"))
    assert receipt.status == "accepted", receipt.message
    assert (receipt.rows_accepted, receipt.layout) == (40, {"above_header": 2, "notes": 2, "total": 1})
    found = load_yaml(tmp_path / "new_source" / "source.yml", "source")
    assert found["format"] == {"type": "csv", "encoding": "cp1252", "delimiter": ";", "header_row": 3}


def test_a_header_over_two_rows_and_a_file_without_one_are_found(tmp_path: Path) -> None:
    upper = "Case,,Dates,,Place,How,Who,What\n" + HEADER.replace("Case ref", "ref").replace("Date received", "received")
    found = load_yaml(proposed(tmp_path, upper + CASES), "source")
    assert found["format"]["header_rows"] == 2
    assert found["columns"]["request_id"] == "Case ref"
    bare = proposed(tmp_path, CASES).read_text()
    assert "header_row: 0}  # CONFIRM: no row seems to hold column names" in bare


def test_dates_of_several_kinds_in_one_file(tmp_path: Path) -> None:
    rows = "".join(f"R{n},{n % 27 + 1:02}-Feb-11,2011-02-{n % 27 + 1:02} 09:0{n % 10}:00,Abbey\n" for n in range(30))
    receipt = taken_in(tmp_path, "Ref,Opened,Closed,Ward\n" + rows)
    assert (receipt.rows_accepted, receipt.rows_quarantined) == (30, 0)
    found = load_yaml(tmp_path / "new_source" / "source.yml", "source")
    assert set(found["dates"]) == {"%d-%b-%y", "%Y-%m-%d %H:%M:%S"}


def test_figures_with_marks_and_periods_in_words(tmp_path: Path) -> None:
    values = ["1,234.5", "<5", "c", ":", "12%", "", "*"] * 3
    rows = "".join(f'E06000996,{2000 + n}/{n + 1:02},"{value}"\n' for n, value in enumerate(values))
    receipt = taken_in(tmp_path, "Area code,Financial year,Value\n" + rows, "figures.csv")
    assert receipt.status == "accepted", receipt.message
    assert (receipt.rows_accepted, receipt.missing["value"], receipt.missing["value_note"]) == (21, 15, 6)
    found = load_yaml(tmp_path / "new_source" / "source.yml", "source")
    assert found["columns"]["value"]["marks"] == {"*": "c", ":": "x", "<5": "c", "c": "c", "": "x"}


def test_a_column_for_each_year_becomes_rows(tmp_path: Path) -> None:
    header = "Indicator,2019/20 value,2019/20 note,2020/21 value,2020/21 note,2021/22 value,2021/22 note\n"
    receipt = taken_in(tmp_path, header + "waste,1.5,,2.5,,3.5,\n" + "crime,1,,2,,3,\n", "wide.csv")
    assert (receipt.status, receipt.rows_accepted) == ("accepted", 6), receipt.message


TABLE = [line.split(",") for line in (HEADER + CASES).splitlines()]
RECORDS = [dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:]]


def packed(name: str, content: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, content)
    return data.getvalue()


def as_parquet() -> bytes:
    data = io.BytesIO()
    pl.DataFrame(RECORDS).write_parquet(data)
    return data.getvalue()


def as_xml() -> bytes:
    tags = {name: name.replace(" ", "_") for name in TABLE[0]}
    rows = ("".join(f"<{tags[name]}>{cell}</{tags[name]}>" for name, cell in record.items()) for record in RECORDS)
    return f"<all>{''.join(f'<case>{row}</case>' for row in rows)}</all>".encode()


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.xlsx", workbook([("Requests",), (), *map(tuple, TABLE)]), {"type": "xlsx", "sheet": "Cases", "header_row": 3}),
        ("a.json", json.dumps({"result": {"records": RECORDS}}).encode(),
         {"type": "json", "encoding": "utf-8", "records": "result.records"}),
        ("a.jsonl", "\n".join(map(json.dumps, RECORDS)).encode(), {"type": "jsonl", "encoding": "utf-8"}),
        ("a.yml", yaml.safe_dump({"title": "Requests", "cases": RECORDS}).encode(),
         {"type": "yaml", "encoding": "utf-8", "records": "cases"}),
        ("b.yml", b"# April\n---\n" + yaml.safe_dump(RECORDS).encode(), {"type": "yaml", "encoding": "utf-8"}),
        ("a.xml", as_xml(), {"type": "xml", "records": "all.case"}),
        ("a.parquet", as_parquet(), {"type": "parquet"}),
        ("a.zip", packed("cases.csv", HEADER + CASES),
         {"type": "zip", "member": "*.csv", "content": {"type": "csv", "encoding": "utf-8"}}),
        ("a.txt", (HEADER + CASES).encode("utf-16"), {"type": "csv", "encoding": "utf-16"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_every_format_is_found_by_its_bytes(tmp_path: Path, name: str, content: bytes, form: dict[str, object]) -> None:
    receipt = taken_in(tmp_path, content, name)
    assert (receipt.status, receipt.rows_accepted) == ("accepted", 40), receipt.message
    assert load_yaml(tmp_path / "new_source" / "source.yml", "source")["format"] == form


QUOTES = [
    {"id": f"Q{n}", "quote": f"They rang before they came, {n} times.", "who": "A tenant", "said": f"2025-04-{n:02}",
     "indicator": ("repairs_in_time", "relet_days")[n % 2], "publish": "yes", "consent": "given", "consent_on": f"2025-04-{n:02}"}
    for n in range(1, 13)
]  # fmt: skip


def test_what_officers_write_by_hand_is_known_by_its_names(tmp_path: Path) -> None:
    path = proposed(tmp_path, yaml.safe_dump({"quotes": QUOTES}), "quotes.yml")
    found = load_yaml(path, "source")
    assert (found["record_type"], found["format"]["records"]) == ("quote", "quotes")
    names = {field: column if isinstance(column, str) else column["column"] for field, column in found["columns"].items()}
    assert names == {
        "quote_id": "id", "quote": "quote", "said_by": "who", "said_on": "said", "indicator_id": "indicator",
        "publish": "publish", "consent": "consent", "consented_on": "consent_on",
    }  # fmt: skip


def test_a_needed_column_of_a_single_record_is_told_by_its_name(tmp_path: Path) -> None:
    one = {"id": "Q1", "quote": "They rang before they came.", "who": "A tenant", "consent": "given", "consent_by": "spoken"}
    text = proposed(tmp_path, yaml.safe_dump({"quotes": [one]}), "stories.yml", "quote").read_text(encoding="utf-8")
    assert "and `consent` may be it, where it says only given, refused, withdrawn. Write: consent: consent" in text


def test_real_dates_of_a_workbook_are_dates(tmp_path: Path) -> None:
    rows = [("Ref", "Opened", "Ward"), *((f"R{n}", datetime(2025, 4, n % 28 + 1, 9), "Abbey") for n in range(12))]
    assert taken_in(tmp_path, workbook(rows), "a.xlsx").rows_accepted == 12


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "the file is empty"), ("<!DOCTYPE html><html></html>", "a web page"), ("<?xml version='1.0'?><a>", "be read as XML"),
     (b"\x00\x01\x02\x03" * 9, "no column|no text"),
     (b"PK\x03\x04broken", "cannot be read"), ("{not json", "cannot be read")],
)  # fmt: skip
def test_a_file_that_holds_no_table_says_why(tmp_path: Path, content: str | bytes, why: str) -> None:
    with pytest.raises(BrokenDelivery, match=why):
        proposed(tmp_path, content)


def test_a_header_alone_is_matched_by_its_names(tmp_path: Path) -> None:
    receipt = taken_in(tmp_path, HEADER, record_type="service_request")
    assert (receipt.status, receipt.rows_read) == ("accepted", 0)


@pytest.mark.parametrize(
    ("footer", "layout"),
    [
        ('\n"Applied filters:\nYear is 2025\nStatus is not Void"\n', {"blank_line": 1, "notes": 1}),
        ("(40 rows affected)\n", {"notes": 1}),
        ("\nReport generated on 01/05/2025\nEnd of report\n", {"blank_line": 1, "notes": 2}),
        (",,,,,,,1234.50\n", {"total": 1}),
    ],
)
def test_what_programs_write_below_a_table_is_layout_and_no_record_without_a_word_is(
    tmp_path: Path, footer: str, layout: dict[str, int]
) -> None:
    rows = CASES.replace(",Abbey,", ",,", 1) + footer  # of one record nobody knows the ward
    receipt = taken_in(tmp_path, HEADER + rows)
    assert (receipt.rows_accepted, receipt.rows_quarantined, receipt.layout) == (40, 0, layout)


def test_a_single_total_below_a_few_rows_is_no_record(tmp_path: Path) -> None:
    receipt = taken_in(tmp_path, HEADER + "".join(map(case, range(12, 18))) + "Total,,,,,,,6\n")
    assert (receipt.rows_accepted, receipt.layout) == (6, {"total": 1})


def test_the_first_and_last_day_of_a_period_in_columns_of_their_own_are_no_single_days(tmp_path: Path) -> None:
    rows = "".join(f"E06000996,2024-{n:02}-01,2024-{n:02}-28,0.{90 + n}\n" for n in range(1, 10))
    text = proposed(tmp_path, "Area code,Period start,Period end,Value\n" + rows, "figures.csv", "reported_figure").read_text()
    found = yaml.safe_load(text)
    assert (found["columns"]["period_start"], found["columns"]["period_end"]) == ("Period start", "Period end")
    assert "constant" in found["columns"]["period_type"]
    assert "reshape" not in found
    assert "value: Value  # CONFIRM: The figure, in the indicator's unit; all lie between 0 and 1: for percentages add" in text


def test_the_number_of_a_record_may_be_any_column_that_is_different_in_every_row(tmp_path: Path) -> None:
    header = HEADER.replace("Case ref", "APPNO").replace("Customer name", "Agent")
    text = proposed(tmp_path, header + CASES, record_type="service_request").read_text()
    assert (
        "# CONFIRM: request_id: The request's own number in the system it comes from; `APPNO` is different in every row" in text
    )


def test_cells_merged_below_the_names_of_a_workbook_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for values in (["Ref", "Opened", "Ward"], *([f"R{n}", datetime(2025, 4, n), "Abbey"] for n in range(1, 9))):
        sheet.append(values)
    told = []
    for area in ("A1:A1", "C2:C3"):
        sheet.merge_cells(area)
        data = io.BytesIO()
        book.save(data)
        told.append("add `merged_cells: carry`" in proposed(tmp_path, data.getvalue(), "a.xlsx").read_text())
    assert told == [False, True]


def test_values_within_values_are_proposed_by_their_names_with_dots(tmp_path: Path) -> None:
    records = [
        {"id": f"E{n}", "times": {"opened": f"2025-04-{n:02}"}, "place": {"area": {"ward": "Abbey"}}, "tags": ["a"]}
        for n in range(1, 25)
    ]
    receipt = taken_in(tmp_path, json.dumps({"data": records}), "a.json", "service_request")
    assert (receipt.rows_accepted, receipt.rows_quarantined) == (24, 0)
    found = load_yaml(tmp_path / "new_source" / "source.yml", "source")["columns"]
    assert found["opened_at"] == "times.opened"
    assert found["area_code"] == {"column": "place.area.ward", "lookup": "areas"}
