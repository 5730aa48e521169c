"""The small council: the same files each time, with every fault that its `README.md` promises, and nobody real in them."""

import csv
import io
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
import small_council
from python_calamine import CalamineWorkbook
from small_council import complaints, figures, services, survey
from small_council.place import COUNCIL_CODE, PLANTED, WARDS

from demo.files import Delivery, write

DELIVERIES = small_council.files_of_council()
BY_PATH = {delivery.path: delivery for delivery in DELIVERIES}


def files(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime) for path in folder.rglob("*") if path.is_file()
    }


def rows_of(delivery: Delivery, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(delivery.content.decode(encoding), newline="")))


def requests_received(day: str) -> list[dict[str, str]]:
    return rows_of(BY_PATH[f"service_requests/service_requests_{day}.csv"], "cp1252")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    small_council.write_council(folder)
    return folder


def test_two_folders_hold_the_same_bytes_and_times(inbox: Path, tmp_path: Path) -> None:
    small_council.write_council(tmp_path)
    assert files(tmp_path) == files(inbox)
    assert len(files(inbox)) == len(DELIVERIES)


def test_a_file_is_received_when_the_generator_says(inbox: Path) -> None:
    for delivery in DELIVERIES:
        assert (inbox / delivery.path).stat().st_mtime == delivery.received.timestamp()
    assert {delivery.received.year for delivery in DELIVERIES} == {2023, 2024, 2025, 2026}


def test_a_second_writing_changes_only_what_differs(inbox: Path) -> None:
    before = files(inbox)
    changed = inbox / DELIVERIES[0].path
    changed.write_bytes(b"spoilt")
    assert [path for delivery in DELIVERIES if (path := write(delivery, inbox))] == [changed]
    assert not any(write(delivery, inbox) for delivery in DELIVERIES)
    assert files(inbox) == before


def test_service_requests_need_their_encoding() -> None:
    for path, delivery in BY_PATH.items():
        if path.startswith("service_requests/"):
            with pytest.raises(UnicodeDecodeError):
                delivery.content.decode("utf-8")
            assert {"£", "–", "â"} <= set(delivery.content.decode("cp1252"))


def test_later_exports_bring_corrected_reopened_and_late_requests() -> None:
    seen: dict[str, dict[str, str]] = {}
    found: Counter[str] = Counter()
    since = datetime.min
    for until, received in services.EXPORTS:
        for row in requests_received(f"{received:%Y%m%d}"):
            number, earlier = row["Job No"], seen.get(row["Job No"])
            if number.startswith("HR9") or not number:
                continue  # the bad rows have a test of their own
            if earlier is None:
                found["late"] += datetime.strptime(row["Reported"], "%d/%m/%Y %H:%M") < since
            elif earlier["Completed"]:
                found["corrected" if row["Completed"] else "reopened"] += 1
            else:
                found["completed since"] += bool(row["Completed"])
            seen[number] = row
        since = datetime(until.year, until.month, until.day)
    assert set(+found) == {"corrected", "reopened", "completed since", "late"}


def test_one_export_has_bad_rows_and_the_next_puts_two_right() -> None:
    bad = [
        row
        for row in requests_received(f"{services.BAD_ROWS_RECEIVED:%Y%m%d}")
        if row["Job No"].startswith("HR9") or not row["Job No"]
    ]
    assert len(bad) == len(services.bad_rows()) == 9
    faults = {
        "impossible date": [row["Reported"].startswith("31/02/") for row in bad],
        "closed before opened": [row["Completed"].startswith("03/03/2025") for row in bad],
        "unknown ward": [row["Ward"] == "Nowhere" for row in bad],
        "no number": [row["Job No"] == "" for row in bad],
        "repeated number": [row["Job No"] == "HR900005" for row in bad],
        "unknown channel": [row["Source"] == "PIGEON" for row in bad],
        "unknown service": [row["Service"] == "Lost umbrella" for row in bad],
        "not reported": [row["Reported"] == "" for row in bad],
    }
    assert {name: sum(hits) for name, hits in faults.items()} == dict.fromkeys(faults, 1) | {"repeated number": 2}
    again = [row["Job No"] for row in requests_received(f"{services.CORRECTIONS_RECEIVED:%Y%m%d}")]
    assert {"HR900001", "HR900003"} <= set(again)


def test_complaints_have_title_header_in_row_three_and_total(inbox: Path) -> None:
    for path in sorted((inbox / "complaints").glob("*.xlsx"))[:-1]:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("Cases")
        rows = sheet.to_python(skip_empty_area=False)
        assert str(rows[0][0]).startswith("Customer feedback")
        assert not any(rows[1])
        assert tuple(rows[2]) == complaints.HEADER
        assert not any(rows[-2])
        assert rows[-1][:2] == ["Total", len(rows) - 5]
        assert all(isinstance(row[5], date) for row in rows[3:-2])


def test_the_last_delivery_of_all_is_a_web_page_named_as_a_workbook() -> None:
    last = DELIVERIES[-1]
    assert last.path == "complaints/complaints_2026-10.xlsx"
    assert last.content.startswith(b"<!DOCTYPE html>")


def test_survey_has_a_byte_order_mark_three_waves_and_every_code() -> None:
    waves = [BY_PATH[f"residents_survey/residents_survey_{wave.name}.csv"] for wave in survey.WAVES]
    assert len(waves) == 3
    for delivery in waves:
        assert delivery.content.startswith(b"\xef\xbb\xbf")
        rows = rows_of(delivery, "utf-8-sig")
        assert len(rows) == 400 * len(survey.QUESTIONS)
        assert {row["Answer"] for row in rows} == set(survey.CODES)


def test_some_small_counts_have_to_be_withheld() -> None:
    quarters: Counter[tuple[str, int]] = Counter()
    for _, received in services.EXPORTS:
        for row in requests_received(f"{received:%Y%m%d}"):
            if row["Ward"].startswith("Fairoak") and row["Service"] == "Missed bin":
                quarters[row["Reported"][6:10], (int(row["Reported"][3:5]) - 1) // 3] += 1
    assert any(1 <= count <= 4 for count in quarters.values())


def test_personal_details_stand_only_in_their_own_columns() -> None:
    personal = {"Tenant Name", "Address", "Phone", "E-mail", "Notes", "Prize draw e-mail"}
    for path, delivery in BY_PATH.items():
        if path.endswith(".csv"):
            rows = rows_of(delivery, "cp1252" if path.startswith("service_requests/") else "utf-8-sig")
            for row in rows:
                open_to_all = " ".join(value for name, value in row.items() if name not in personal)
                assert not [planted for planted in PLANTED if planted in open_to_all]
    shown = requests_received("20261002")
    assert all(row["Tenant Name"].endswith("Testperson") for row in shown)


def test_every_code_of_an_area_is_invented() -> None:
    invented = {COUNCIL_CODE, *(ward.code for ward in WARDS), *figures.OTHERS}
    for delivery in DELIVERIES:
        text = delivery.content.decode("cp1252", errors="replace")
        assert set(re.findall(r"\b[EKNSW]\d{8}\b", text)) <= invented
