"""One fault at a time in a delivery: what becomes of the row, of the delivery, and of the count of rows."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import pytest
from intake_case import GOOD, HEADER, SOURCE, Case

ROWS = {
    "missing id": (",01/04/2025 09:00,,,Abbey,TEL", {("request_id", "missing")}),
    "impossible day": ("A,31/02/2025 09:00,,,Abbey,TEL", {("opened_at", "not_a_date")}),
    "two-digit year": ("A,01/02/25 09:00,,,Abbey,TEL", {("opened_at", "greater_than_or_equal_to")}),
    "no date at all": ("A,N/A,,,Abbey,TEL", {("opened_at", "missing")}),
    "closed before opened": ("A,02/04/2025 09:00,,01/04/2025 09:00,Abbey,TEL", {("row", "closed_before_opened")}),
    "unknown ward": ("A,01/04/2025 09:00,,,Atlantis,TEL", {("area_code", "unknown_area")}),
    "unlisted value": ("A,01/04/2025 09:00,,,Abbey,PIGEON", {("channel", "unlisted_value")}),
    "too few cells": ("A,01/04/2025 09:00", {("row", "unreadable_row")}),
    "too many cells": ("A,01/04/2025 09:00,,,Abbey,TEL,,,", {("row", "unreadable_row")}),
    "two faults": (",31/02/2025,,,Abbey,TEL", {("request_id", "missing"), ("opened_at", "not_a_date")}),
}  # fmt: skip


@pytest.mark.parametrize("fault", ROWS)
def test_a_bad_row_is_set_aside_with_all_its_reasons(tmp_path: Path, fault: str) -> None:
    case = Case(tmp_path)
    row, reasons = ROWS[fault]
    case.drop(HEADER + GOOD + row + "\n" + GOOD.replace("007", "008"))
    receipt = case.take_in()
    assert case.quarantined(receipt) == {2: reasons}
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (3, 2, 1)
    assert case.accepted(receipt)["row_number"].to_list() == [1, 3]


def test_good_cells_become_what_they_mean(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + " 007 ,01/04/2025 09:00,10/04/2025,,\u00a0ABBEY ward ,?\n")
    row = case.accepted(case.take_in()).to_dicts()[0]
    assert row["request_id"] == "007"
    assert row["due_at"] == datetime(2025, 4, 10, 23, 59, 59)
    assert row["closed_at"] is None
    assert row["area_code"] == "E05099001"
    assert row["channel"] is None


def test_rows_under_one_key_keep_an_exact_repeat_once_and_set_contradictions_aside(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD + GOOD + GOOD.replace("007", "008") + GOOD.replace("007", "008").replace("Abbey", ""))
    receipt = case.take_in()
    assert case.accepted(receipt)["row_number"].to_list() == [1]
    rules = {number: {rule for _, rule in reasons} for number, reasons in case.quarantined(receipt).items()}
    assert rules == {2: {"repeated_row"}, 3: {"duplicate_key"}, 4: {"duplicate_key"}}


BROKEN = {
    "a column gone": (HEADER.replace("Ref", "Reference") + GOOD, "needed columns are not there: Ref"),
    "a column twice": (HEADER.replace("Ward", "Ref") + GOOD, "Ward"),
    "an empty file": ("", "has no row 1"),
    "no text": (b"\x00\x01\x02\xff\xfe", "not"),
    "another encoding": ((HEADER + GOOD.replace("007", "£7")).encode("utf-16"), "not"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_delivery_says_why_and_the_last_good_one_stays(tmp_path: Path, fault: str) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD)
    good = case.take_in()
    content, message = BROKEN[fault]
    case.drop(content, "b.csv")
    broken = case.take_in()
    assert broken.status == "broken"
    assert message in str(broken.message)
    assert len(case.accepted(good)) == 1


def test_too_many_bad_rows_break_the_delivery(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("quarantine_limit_percent: 100", "quarantine_limit_percent: 20"))
    case.drop(HEADER + GOOD + GOOD.replace("007", ""))
    receipt = case.take_in()
    assert receipt.status == "broken"
    assert "1 of 2 rows would be set aside, more than the 20 %" in str(receipt.message)


def test_a_total_row_is_named_counted_and_left_out(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE + 'layout_rows: {total: {column: Ref, matches: "^Total"}, blank: all_empty}\n')
    case.drop(HEADER + GOOD + ",,,,,\nTotal,1,,,,\n")
    receipt = case.take_in()
    assert receipt.layout == {"blank": 1, "total": 1}
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (3, 1, 0)


def test_cp1252_with_quoted_newlines_and_titles_above(tmp_path: Path) -> None:
    text = SOURCE.replace("encoding: utf-8}", "encoding: cp1252, delimiter: ';', header_row: 2}").replace("Ref\n", "Réf\n", 1)
    case = Case(tmp_path, text)
    lines = (
        "A title\nRéf;Opened;Due;Closed;Ward;How;Note\n" + '1;01/04/2025;;;Abbey;TEL;"two\nlines – £"\n2;01/04/2025;;;1;TEL;x\n'
    )
    case.drop(lines.encode("cp1252"))
    receipt = case.take_in()
    assert receipt.status == "accepted", receipt.message
    assert receipt.layout == {"above_header": 1}
    assert (receipt.rows_read, receipt.rows_accepted) == (3, 2)


def test_json_lines_with_nested_names(tmp_path: Path) -> None:
    text = SOURCE.replace("{type: csv, encoding: utf-8}", "{type: jsonl}").replace("column: Ward", "column: place.ward")
    case = Case(tmp_path, text)
    first = '{"Ref": 7, "Opened": "01/04/2025", "Due": null, "Closed": "", "How": "TEL", "place": {"ward": "Abbey"}}\n'
    case.drop(first + '{"Ref": "8", "Opened": "02/04/2025"}\n')
    receipt = case.take_in()
    assert receipt.status == "accepted", receipt.message
    assert case.accepted(receipt)["request_id"].to_list() == ["7", "8"]
    case.drop(first + "{not json\n", "b.jsonl")
    assert case.take_in().status == "broken"


def test_the_same_bytes_again_are_the_same_delivery_and_are_not_judged_again(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD)
    receipt = case.take_in()
    path = case.workspace.intake / "records" / f"{receipt.delivery}.json"
    before = path.stat().st_mtime_ns
    case.drop(HEADER + GOOD, "again.csv")
    assert case.take_in().delivery == receipt.delivery
    assert len(list((case.workspace.receipts / "records").iterdir())) == 1
    assert path.stat().st_mtime_ns == before
    blob = case.workspace.blobs / receipt.delivery
    assert blob.read_bytes() == (HEADER + GOOD).encode()
    assert stat.S_IMODE(blob.stat().st_mode) == 0o400


def test_a_changed_mapping_judges_a_delivery_again_and_replaces_what_stood(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD.replace("TEL", "WEB"))
    assert case.take_in().rows_quarantined == 1
    case.path.write_text(SOURCE.replace("{TEL: phone", "{WEB: web, TEL: phone"), encoding="utf-8")
    receipt = case.take_in()
    assert (receipt.rows_accepted, receipt.rows_quarantined) == (1, 0)
    assert len(list((case.workspace.accepted / "service_request" / "records").iterdir())) == 1


def test_an_unreadable_row_below_a_title_has_its_true_place(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("encoding: utf-8}", "encoding: utf-8, header_row: 2}"))
    case.drop("A title\n" + HEADER + GOOD + "A,01/04/2025 09:00\n" + GOOD.replace("007", "008"))
    receipt = case.take_in()
    assert case.quarantined(receipt) == {2: {("row", "unreadable_row")}}
    assert case.accepted(receipt)["row_number"].to_list() == [1, 3]
    assert (receipt.rows_read, receipt.rows_layout) == (4, 1)
