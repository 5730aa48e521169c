"""From a delivery to accepted and quarantined rows: what cells become, what is judged again, and the count of rows."""

from __future__ import annotations

import csv
import io
import json
import stat
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_case import GOOD, HEADER, SOURCE, Case
from test_formats import workbook

from pipelines.formats import delivery
from pipelines.intake import take_in
from pipelines.land import deliveries, land
from pipelines.receipts import Receipt, RowsLost, quarantine_path


def test_good_cells_become_what_they_mean(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + " 007 ,01/04/2025 09:00,10/04/2025,,\u00a0ABBEY ward ,?\n")
    row = case.accepted(case.take_in()).to_dicts()[0]
    assert row["request_id"] == "007"
    assert row["due_at"] == datetime(2025, 4, 10, 23, 59, 59)
    assert row["closed_at"] is None
    assert row["area_code"] == "E05099001"
    assert row["channel"] is None


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


CELLS: dict[str, tuple[str, str, str, Any]] = {
    # the field, how source.yml says it, the cell, what it becomes: a value, or the name of a rule in <>
    "an id keeps its zeros": ("request_id", "Ref", "007", "007"),
    "spaces of every kind go": ("request_id", "Ref", "\u00a0 7\u2003", "7"),
    "words for nothing are text": ("request_id", "Ref", "NA", "NA"),
    "a stated mark is no value": ("category", "Ref2", " N/A ", None),
    "the first format that fits": ("closed_at", "Ref2", "01/05/2025", datetime(2025, 5, 1)),
    "a time that is not stated": ("closed_at", '{column: Ref2, dates: ["%d/%m/%Y"]}', "01/05/2025 10:00", "<not_a_date>"),
    "a day that is not there": ("closed_at", "Ref2", "31/02/2025", "<not_a_date>"),
    "two digits of a year that has four": ("closed_at", "Ref2", "01/05/25", "<not_a_date>"),
    "two digits where two are stated": ("closed_at", '{column: Ref2, dates: ["%d/%m/%y"]}', "01/05/25", datetime(2025, 5, 1)),
    "the name of a month": ("closed_at", '{column: Ref2, dates: ["%d %b %Y"]}', "1 May 2025", datetime(2025, 5, 1)),
    "by the end of a day": ("due_at", "{column: Ref2, end_of_day: true}", "01/05/2025", datetime(2025, 5, 1, 23, 59, 59)),
    "by a time of a day": ("due_at", "{column: Ref2, end_of_day: true}", "01/05/2025 10:00", datetime(2025, 5, 1, 10)),
    "a listed value": ("channel", "{column: Ref2, values: {TEL: phone}}", " TEL ", "phone"),
    "a listed value in another case": ("channel", "{column: Ref2, values: {TEL: phone}}", "tel", "<unlisted_value>"),
    "an unlisted value, otherwise": ("channel", "{column: Ref2, values: {TEL: phone}, otherwise: other}", "X", "other"),
    "an unlisted value, otherwise nothing": ("channel", "{column: Ref2, values: {TEL: phone}, otherwise: null}", "X", None),
    "no value, otherwise": ("channel", "{column: Ref2, values: {TEL: phone}, otherwise: other}", "", None),
    "a value that means nothing": ("channel", '{column: Ref2, values: {"?": null}}', "?", None),
    "a word the contract lacks": ("channel", "Ref2", "telephone", "<isin>"),
    "a mark that looks like a number": ("channel", "{column: Ref2, values: {01: phone}}", "01", "phone"),
    "a constant": ("channel", "{constant: web}", "", "web"),
    "a constant number": ("category", "{constant: 12}", "", "12"),
    "a constant truth": ("category", "{constant: true}", "", "true"),
    "an area by its name": ("area_code", "{column: Ref2, lookup: areas}", "ABBEY ward", "E05099001"),
    "an area by its code": ("area_code", "{column: Ref2, lookup: areas}", "e05099001", "E05099001"),
    "the whole council": ("area_code", "{column: Ref2, lookup: areas}", "Test Council", "E06000996"),
    "no area": ("area_code", "{column: Ref2, lookup: areas}", "N/A", None),
    "an unknown area": ("area_code", "{column: Ref2, lookup: areas}", "Atlantis", "<unknown_area>"),
}  # fmt: skip


def shown(case: Case, receipt: Receipt, field: str) -> Any:
    """The one record's value of a field, or the rule that set it aside."""
    rows = case.accepted(receipt)
    if len(rows):
        return rows[field][0]
    reasons = case.quarantined(receipt)[1]
    assert {name for name, _ in reasons} == {field}
    return ",".join(f"<{rule}>" for _, rule in sorted(reasons))


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_becomes_what_source_yml_says(tmp_path: Path, kind: str) -> None:
    field, stated, cell, meaning = CELLS[kind]
    columns = {"request_id": "Ref", "service": "{constant: waste}", "opened_at": "Opened"} | {field: stated}
    text = SOURCE[: SOURCE.index("columns:")] + "columns:\n" + "".join(f"  {name}: {how}\n" for name, how in columns.items())
    case = Case(tmp_path, text)
    case.drop(f"Ref,Opened,Ref2\n{cell if field == 'request_id' else 'A'},01/04/2025,{cell}\n")
    assert shown(case, case.take_in(), field) == meaning


def test_a_rule_across_fields_is_not_judged_where_one_of_them_cannot_be_read(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("required: [opened_at]\n", ""))
    rows = ["a,,,,,", "b,31/02/2025,,,,", "c,,,31/02/2025,,", "d,03/04/2025,,02/04/2025,,", "e,03/04/2025,,02/04/2025,Atlantis,"]
    case.drop(HEADER + "".join(f"{row}\n" for row in rows))
    assert case.quarantined(case.take_in()) == {
        1: {("row", "no_date")},
        2: {("opened_at", "not_a_date")},
        3: {("closed_at", "not_a_date")},
        4: {("row", "closed_before_opened")},
        5: {("row", "closed_before_opened"), ("area_code", "unknown_area")},
    }


def test_a_source_may_need_a_field_that_its_contract_does_not(tmp_path: Path) -> None:
    row = "a,,,02/04/2025,,\n"
    needed, free = Case(tmp_path / "needed"), Case(tmp_path / "free", SOURCE.replace("required: [opened_at]\n", ""))
    needed.drop(HEADER + row)
    free.drop(HEADER + row)
    assert needed.quarantined(needed.take_in()) == {1: {("opened_at", "missing")}}
    assert free.take_in().rows_accepted == 1


NUMBERS: dict[str, tuple[str, str, Any]] = {
    "a weight": ("weight", "0.75", 0.75),
    "a weight with a comma": ("weight", "0,75", "<not_a_number>"),
    "a weight of nothing": ("weight", "0", "<greater_than>"),
    "not a number by name": ("weight", "NaN", "<not_a_number>"),
    "infinity": ("weight", "Infinity", "<not_a_number>"),
    "less than any number": ("weight", "-inf", "<not_a_number>"),
    "more than a number can hold": ("weight", "1e400", "<not_a_number>"),
    "a sum of money": ("weight", "£5", "<not_a_number>"),
    "nothing": ("weight", "", "<missing>"),
    "residents": ("population", "8000", 8000),
    "residents in words": ("population", "8,000", "<not_a_number>"),
    "half a resident": ("population", "8000.5", "<not_a_number>"),
    "fewer than none": ("population", "-1", "<greater_than_or_equal_to>"),
    "more than a whole number can hold": ("population", "99999999999999999999", "<not_a_number>"),
    "cleared": ("publish", "Yes", True),
    "not cleared": ("publish", "0", False),
    "perhaps cleared": ("publish", "perhaps", "<not_yes_or_no>"),
}
OTHERS = {
    "weight": ("survey_response", "wave: {constant: 2025}, fieldwork_start: D, fieldwork_end: D, respondent_id: {constant: 1}, "
               "question: {constant: q}"),
    "population": ("population", "area_code: {constant: E1}, year: {constant: 2025}, age_group: {constant: all}, "
                   "sex: {constant: all}"),
    "publish": ("commentary", "indicator_id: {constant: x}, period_type: {constant: month}, period_start: D, "
                "commentary: {constant: x}"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NUMBERS)
def test_a_number_or_a_truth_is_one_or_sets_its_row_aside(tmp_path: Path, kind: str) -> None:
    field, cell, meaning = NUMBERS[kind]
    record_type, others = OTHERS[field]
    text = SOURCE[: SOURCE.index("columns:")].replace("service_request", record_type).replace("N/A", "-")
    case = Case(tmp_path, text + f"columns: {{{others}, {field}: N}}\n")
    case.drop(f'D,N\n01/04/2025,"{cell}"\n')
    assert shown(case, case.take_in(), field) == meaning


def test_a_workbook_s_dates_ids_titles_and_totals(tmp_path: Path) -> None:
    text = SOURCE.replace("{type: csv, encoding: utf-8}", "{type: xlsx, sheet: Cases, header_row: 3}")
    case = Case(tmp_path, text + 'layout_rows: {total: {column: Ref, matches: "(?i)^total"}, blank: all_empty}\n')
    names = HEADER.strip().split(",")
    good: list[Any] = [1234.0, datetime(2025, 4, 1, 9), "10/04/2025", date(2025, 4, 2), 1, "TEL"]
    case.drop(workbook([("Repairs",), (), tuple(names), tuple(good), (), (None, *good[1:]), ("TOTAL", 2)]))
    receipt = case.take_in()
    assert receipt.layout == {"above_header": 2, "blank": 1, "total": 1}
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (6, 1, 1)
    row = case.accepted(receipt).to_dicts()[0]
    assert row["request_id"] == "1234"
    assert row["opened_at"] == datetime(2025, 4, 1, 9)
    assert (row["closed_at"], row["due_at"]) == (datetime(2025, 4, 2), datetime(2025, 4, 10, 23, 59, 59))
    assert row["area_code"] == "E05099001"
    assert case.quarantined(receipt) == {3: {("request_id", "missing")}}


def test_rows_of_one_key_are_found_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "BATCH_ROWS", 10)
    case = Case(tmp_path)
    rows = [GOOD.replace("007", f"{number:03}") for number in range(100)]
    rows[55] = rows[3]  # an exact repeat
    rows[77] = rows[4].replace("TEL", "?")  # a contradiction
    case.drop(HEADER + "".join(rows))
    receipt = case.take_in()
    assert case.quarantined(receipt) == {
        5: {("request_id", "duplicate_key")},
        56: {("request_id", "repeated_row")},
        78: {("request_id", "duplicate_key")},
    }
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (100, 97, 3)


TARGETS = """record_type: target
connector: {type: file_drop, folder: inbox, glob: "*"}
format: {type: csv, encoding: utf-8}
missing: [""]
dates: ["%d/%m/%Y"]
quarantine_limit_percent: 100
columns:
  indicator_id: Id
  period_type: {constant: financial_year}
  period_start: From
  period_end: To
  target: Target
  agreed_on: Agreed
"""


def test_rows_of_one_key_are_found_where_a_part_of_the_key_is_empty(tmp_path: Path) -> None:
    text = SOURCE[: SOURCE.index("record_type")].replace("public task", "none") + TARGETS
    case = Case(tmp_path, text)
    case.drop(
        "Id,From,To,Target,Agreed\n" + "".join(f"a,01/04/2025,31/03/2026,{row}\n" for row in ("80,", "81,", "82,01/03/2025"))
    )
    receipt = case.take_in()
    key = "indicator_id, period_type, period_start, agreed_on"
    assert case.quarantined(receipt) == {number: {(key, "duplicate_key")} for number in (1, 2)}


@pytest.mark.parametrize(("limit", "status"), [(50, "accepted"), (49.9, "broken"), (0, "broken")])
def test_a_delivery_is_broken_above_the_share_of_bad_rows_not_at_it(tmp_path: Path, limit: float, status: str) -> None:
    case = Case(tmp_path, SOURCE.replace("percent: 100", f"percent: {limit}"))
    case.drop(HEADER + GOOD + GOOD.replace("007", ""))
    receipt = case.take_in()
    assert receipt.status == status
    assert receipt.rows_read == (2 if status == "accepted" else 0)
    receipt.assert_adds_up()
    assert case.workspace.accepted.exists()
    assert len(list(case.workspace.state.rglob("*.parquet"))) == (2 if status == "accepted" else 0)


def test_what_is_not_judged_again_is_not_touched(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD)
    case.take_in()

    def times() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in case.workspace.state.rglob("*") if path.is_file()}

    before = times()
    case.take_in()
    assert times() == before


def outputs(case: Case) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(case.workspace.state.rglob("*.parquet"))}


@pytest.mark.parametrize("lost", ["receipt", "accepted", "quarantine"])
def test_after_a_crash_between_two_files_the_same_files_are_made_again(tmp_path: Path, lost: str) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD + GOOD.replace("007", ""))
    receipt = case.take_in()
    before = outputs(case)
    folder = {"receipt": "intake", "accepted": "accepted", "quarantine": "quarantine"}[lost]
    for path in [path for path in (case.workspace.state / folder).rglob("*") if path.is_file()]:
        path.unlink()
    assert case.take_in() == receipt
    assert outputs(case) == before


def test_a_broken_delivery_recovers_when_its_mapping_is_mended_and_the_other_way_round(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop((HEADER + GOOD).replace("Ward", "Area"))
    assert case.take_in().status == "broken"
    case.path.write_text(SOURCE.replace("column: Ward", "column: Area"), encoding="utf-8")
    assert case.take_in().status == "accepted"
    assert len(list(case.workspace.state.rglob("*.parquet"))) == 2
    case.path.write_text(SOURCE, encoding="utf-8")
    assert case.take_in().status == "broken"
    assert list(case.workspace.state.rglob("*.parquet")) == []


def test_a_changed_contract_judges_again(tmp_path: Path) -> None:
    from dataclasses import replace

    case = Case(tmp_path)
    case.drop(HEADER + GOOD)
    first = case.take_in()
    source = replace(case.source, record_type=replace(case.source.record_type, sha256="another"))
    delivery = deliveries("records", case.workspace, None)[0]
    again, now = take_in(source, delivery, case.workspace)
    assert now
    assert again.intake_id != first.intake_id
    assert len(list(case.workspace.accepted.rglob("*.parquet"))) == 1


def test_two_sources_over_the_same_bytes_do_not_touch_each_other(tmp_path: Path) -> None:
    one = Case(tmp_path / "one")
    two = Case(tmp_path / "two", SOURCE.replace("column: Ward", "column: Area"))
    moved = one.path.parent.parent / "more" / "source.yml"
    two.path.parent.rename(moved.parent)
    two.path, two.workspace = moved, one.workspace
    for case in (one, two):
        case.drop(HEADER + GOOD)
        land(case.source, case.workspace)
    good = one.take_in()
    delivery = deliveries("more", two.workspace, None)[0]
    bad, _ = take_in(two.source, delivery, two.workspace)
    assert (good.status, bad.status, good.delivery) == ("accepted", "broken", bad.delivery)
    assert len(list(one.workspace.blobs.iterdir())) == 1
    assert one.take_in() == good
    assert len(one.accepted(good)) == 1


def test_a_column_that_source_yml_does_not_name_goes_no_further_than_landing(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER.strip() + ",Tenant\n" + GOOD.strip() + ",Smithson\n" + ",,,,,,Smithson\n")
    case.take_in()
    found = [p for p in case.workspace.state.rglob("*") if p.is_file() and b"Smithson" in p.read_bytes()]
    assert [path.parent.name for path in found] == ["blobs"]


def test_rows_that_do_not_add_up_are_a_fault_of_the_program(tmp_path: Path) -> None:
    Receipt("s", "d" * 64, "i", "m", rows_read=4, rows_accepted=2, rows_quarantined=1, layout={"total": 1}).assert_adds_up()
    with pytest.raises(RowsLost, match="5 rows read, but 2 accepted, 1 quarantined and 1 layout rows"):
        Receipt("s", "d" * 64, "i", "m", rows_read=5, rows_accepted=2, rows_quarantined=1, layout={"total": 1}).assert_adds_up()


def test_the_receipt_tells_what_is_missing_and_over_which_days(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD + "8,05/04/2025,,,,\n9,03/04/2024,,,,?\n")
    receipt = case.take_in()
    assert (receipt.first_date, receipt.last_date) == ("2024-04-03", "2025-04-05")
    assert (receipt.missing["closed_at"], receipt.missing["channel"], receipt.missing["request_id"]) == (2, 2, 0)
    stored = json.loads((case.workspace.intake / "records" / f"{receipt.delivery}.json").read_text(encoding="utf-8"))
    assert Receipt(**stored) == receipt


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=6),
    st.sampled_from(["007", "01/04/2025", "31/02/2025", "01/04/2025 09:00", "Abbey", "TEL", "?", "N/A", ""]),
)


@settings(max_examples=12, deadline=None)
@given(table=st.lists(st.tuples(*[CELL] * 6), max_size=8))
def test_no_row_of_any_table_is_lost(table: list[tuple[str, ...]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([HEADER.strip().split(","), *table])
    with tempfile.TemporaryDirectory() as folder:
        case = Case(Path(folder), SOURCE + "layout_rows: {blank: all_empty}\n")
        case.drop(text.getvalue())
        receipt = case.take_in()
        assert receipt.status == "accepted", receipt.message
        rows = pl.read_parquet(quarantine_path("records", receipt, case.workspace))
        places = [*case.accepted(receipt)["row_number"], *rows["row_number"]]
        assert receipt.rows_read == len(table) == len(places) + receipt.rows_layout
        assert len(set(places)) == len(places)
        for number, *cells in rows.select("row_number", *HEADER.strip().split(",")).iter_rows():
            assert tuple(cells) == table[number - 1]
        assert all(len(reasons) > 0 for reasons in rows["reasons"])
