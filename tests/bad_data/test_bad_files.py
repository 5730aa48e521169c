"""The files beside this one: one fault in each, and exactly what becomes of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from intake_case import GOOD, HEADER, SOURCE, Case

from pipelines.receipts import Receipt, quarantine_path

FILES = Path(__file__).parent / "files"
Reasons = dict[int, set[tuple[str, str]]]


def one(field: str, rule: str) -> Reasons:
    """The row at fault is the second."""
    return {2: {(field, rule)}}


SET_ASIDE: dict[str, Reasons] = {
    "missing_id.csv": one("request_id", "missing"),
    "impossible_day.csv": one("opened_at", "not_a_date"),
    "no_leap_day.csv": one("opened_at", "not_a_date"),
    "two_digit_year.csv": one("opened_at", "not_a_date"),
    "american_date.csv": one("opened_at", "not_a_date"),
    "seconds_not_stated.csv": one("opened_at", "not_a_date"),
    "hour_24.csv": one("opened_at", "not_a_date"),
    "year_1900.csv": one("opened_at", "greater_than_or_equal_to"),
    "closed_before_opened.csv": one("row", "closed_before_opened"),
    "unknown_ward.csv": one("area_code", "unknown_area"),
    "unlisted_channel.csv": one("channel", "unlisted_value"),
    "mark_in_another_case.csv": one("channel", "unlisted_value"),
    "short_row.csv": one("row", "unreadable_row"),
    "long_row.csv": one("row", "unreadable_row"),
    "text_after_quote.csv": one("row", "unreadable_row"),
    "three_faults.csv": {
        2: {("request_id", "missing"), ("opened_at", "not_a_date"), ("area_code", "unknown_area"), ("channel", "unlisted_value")}
    },
    "fault_and_rule.csv": {2: {("area_code", "unknown_area"), ("row", "closed_before_opened")}},
    "same_row_twice.csv": {3: {("request_id", "repeated_row")}},
    "contradiction.csv": {2: {("request_id", "duplicate_key")}, 3: {("request_id", "duplicate_key")}},
    "repeat_and_contradiction.csv": {
        2: {("request_id", "duplicate_key")},
        3: {("request_id", "repeated_row")},
        4: {("request_id", "duplicate_key")},
    },
    "blank_row.csv": {2: {("request_id", "missing"), ("opened_at", "missing")}},
    "total_row.csv": one("opened_at", "not_a_date"),
    "blank_line.csv": {},
    "header_only.csv": {},
    "not_an_object.jsonl": one("row", "unreadable_row"),
}
BROKEN = {
    "open_quote.csv": "a quotation mark in row 2 below the column names is not closed",
    "column_gone.csv": "needed columns are not there: Ward; the file has: Ref, Opened, Due, Closed, Area, How",
    "column_twice.csv": "needed columns are not there: Due",
    "other_delimiter.csv": "none of them stands in row 1",
    "title_above.csv": "none of them stands in row 1, which has 1 cells",
    "empty.csv": "the file has no row 1",
    "line_cut_off.jsonl": "line 2 is not JSON",
    "nothing.jsonl": "the file is empty",
}


def case_for(folder: Path, name: str) -> Case:
    form = "{type: csv, encoding: utf-8}" if name.endswith(".csv") else "{type: jsonl}"
    return Case(folder, SOURCE.replace("{type: csv, encoding: utf-8}", form))


def taken_in(case: Case, name: str) -> Receipt:
    case.drop((FILES / name).read_bytes(), name)
    return case.take_in()


def test_every_file_has_an_outcome() -> None:
    assert {path.name for path in FILES.iterdir()} == SET_ASIDE.keys() | BROKEN.keys()


@pytest.mark.parametrize("name", SET_ASIDE)
def test_a_fault_sets_its_row_aside_and_nothing_else(tmp_path: Path, name: str) -> None:
    case = case_for(tmp_path, name)
    receipt = taken_in(case, name)
    assert receipt.status == "accepted", receipt.message
    assert case.quarantined(receipt) == SET_ASIDE[name]
    rows = (FILES / name).read_text(encoding="utf-8").splitlines()[name.endswith(".csv") :]
    assert receipt.rows_read == len(rows) == receipt.rows_accepted + receipt.rows_quarantined + receipt.rows_layout
    places = [n for n, line in enumerate(rows, 1) if line and n not in SET_ASIDE[name]]
    assert case.accepted(receipt)["row_number"].to_list() == places
    counted = {(reason["field"], reason["rule"]): reason["rows"] for reason in receipt.reasons}
    listed = [pair for pairs in SET_ASIDE[name].values() for pair in pairs]
    assert counted == {pair: listed.count(pair) for pair in listed}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_delivery_says_why_and_the_last_good_one_stays(tmp_path: Path, name: str) -> None:
    case = case_for(tmp_path, name)
    case.drop(
        HEADER + GOOD
        if name.endswith(".csv")
        else '{"Ref": 1, "Opened": "01/04/2025", "Due": 1, "Closed": 1, "Ward": 1, "How": 1}',
        "0",
    )
    good = case.take_in()
    before = [path.read_bytes() for path in sorted(case.workspace.accepted.rglob("*.parquet"))]
    broken = taken_in(case, name)
    assert (broken.status, good.status) == ("broken", "accepted")
    assert BROKEN[name] in str(broken.message)
    assert str(tmp_path) not in str(broken.message)
    assert [path.read_bytes() for path in sorted(case.workspace.accepted.rglob("*.parquet"))] == before
    assert not quarantine_path("records", broken, case.workspace).exists()


def test_no_cell_stands_in_any_reason(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + "Smithson,Smithson,Smithson,Smithson,Smithson,Smithson\n")
    receipt = case.take_in()
    rows = pl.read_parquet(quarantine_path("records", receipt, case.workspace))
    assert "Smithson" not in str(receipt)
    assert "Smithson" not in str(rows["reasons"].to_list())
    assert rows["Ref"].to_list() == ["Smithson"]
    kept = [path for path in case.workspace.state.rglob("*.json") if b"Smithson" in path.read_bytes()]
    assert kept == []
