"""Putting rows right: corrections as data, files to correct, and the history of what left the quarantine."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from intake_case import GOOD, HEADER, SOURCE, Case
from test_cli import case, places, read, typed

from pipelines import corrections, history
from pipelines.config import ConfigError
from pipelines.deliveries import standings
from pipelines.quarantine import masked
from pipelines.receipts import Receipt, quarantine_path

__all__ = ["case"]
BAD = HEADER + GOOD + "008,31/02/2025,,,Abbey,TEL\n009,01/04/2025,,,Abbey,WEB\n"
OFFICIAL = SOURCE.replace("sensitivity: personal", "sensitivity: official")


def entry(receipt: Receipt, **changed: Any) -> dict[str, Any]:
    stated = {"delivery": receipt.delivery[:12], "row": 2, "column": "Opened", "expects": "31/02/2025", "value": "28/02/2025"}
    known = stated | {"reason": "Paper form", "who": "Data team", "when": "2026-01-05"} | changed
    return {name: value for name, value in known.items() if value is not None}


def correct(case: Case, *entries: dict[str, Any]) -> None:
    corrections.append(corrections.beside(case.source), entries)


def told(case: Case) -> list[str]:
    return list(standings([case.source], case.workspace, None)[0].ineffective)


def test_a_corrected_cell_puts_its_row_right_in_its_own_place(case: Case) -> None:
    case.drop(BAD)
    before = case.take_in()
    correct(case, entry(before))
    receipt = case.take_in()
    assert (before.rows_read, before.rows_accepted, before.rows_quarantined) == (3, 1, 2)
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined, receipt.rows_corrected) == (3, 2, 1, 1)
    accepted = case.accepted(receipt)
    assert accepted["row_number"].to_list() == [1, 2]
    assert str(accepted["opened_at"][1]) == "2025-02-28 00:00:00"
    assert told(case) == []


def test_a_rebuild_from_nothing_gives_the_same_rows_and_the_same_history(case: Case) -> None:
    case.drop(BAD)
    correct(case, entry(case.take_in()))
    first = case.take_in()
    fresh = Case.__new__(Case)
    fresh.path, fresh.workspace = case.path, type(case.workspace).at(state=case.path.parent / "again")
    fresh.workspace.prepare()
    again = fresh.take_in()
    assert again == first
    assert case.accepted(first).equals(fresh.accepted(again))
    kept = [history.read(one.workspace.history / "records", first.delivery).drop("left_at") for one in (case, fresh)]
    assert kept[0].drop("set_aside_in").equals(kept[1].drop("set_aside_in"))
    assert kept[0]["row_number"].to_list() == [2]


def test_the_history_tells_the_reasons_and_who_put_the_row_right(case: Case) -> None:
    case.drop(BAD)
    receipt = case.take_in()
    correct(case, entry(receipt))
    case.take_in()
    case.path.write_text(case.path.read_text().replace("{TEL: phone", "{WEB: web, TEL: phone"), encoding="utf-8")
    last = case.take_in()
    rows = read(typed("quarantine", "show", "records", receipt.delivery, "--history", "--json", *places(case)))
    assert [(row["row_number"], row["reasons"], row["who"], row["when"]) for row in rows] == [
        (2, "opened_at: not_a_date", "Data team", "2026-01-05"),
        (3, "channel: unlisted_value", "", ""),
    ]
    assert rows[0]["corrected"] == "Opened: 99/99/9999 → 99/99/9999"
    assert rows[0]["because"] == "Paper form"
    assert rows[1]["because"] == "contract or mapping changed"
    assert rows[1]["left_in"] == last.intake_id[:8]
    assert last.rows_quarantined == 0


def test_a_row_that_left_because_another_was_corrected_says_so(case: Case) -> None:
    case.drop(HEADER + GOOD + GOOD.replace("Abbey", ""))
    receipt = case.take_in()
    assert case.quarantined(receipt) == {n: {("request_id", "duplicate_key")} for n in (1, 2)}
    correct(case, entry(receipt, column="Ref", expects="007", value="008"))
    assert case.take_in().rows_quarantined == 0
    rows = read(typed("quarantine", "show", "records", receipt.delivery, "--history", "--json", *places(case)))
    assert [row["because"] for row in rows] == ["contract, mapping or the rows beside it changed", "Paper form"]


def test_a_record_is_corrected_by_its_key_in_whichever_delivery_has_it(case: Case) -> None:
    case.drop(BAD)
    receipt = case.take_in()
    case.drop(HEADER + "008,01/03/2025,,,Abbey,TEL\n", "b.csv")
    correct(case, entry(receipt, delivery=None, row=None, record={"request_id": "008"}))
    case.take_in()
    stand = standings([case.source], case.workspace, None)[0]
    assert sorted(judged.receipt.rows_corrected for judged in stand.judged) == [0, 1]
    assert told(case) == []  # the later delivery has the right day already


def test_one_cell_is_corrected_again_by_a_later_correction(case: Case) -> None:
    case.drop(BAD)
    receipt = case.take_in()
    correct(case, entry(receipt, value="30/02/2025"))
    assert case.take_in().rows_quarantined == 2
    correct(case, entry(receipt, expects="30/02/2025"))
    assert case.take_in().rows_quarantined == 1
    assert told(case) == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another value there": ({"expects": "30/02/2025"}, "line 2: refused in delivery {d}, column Opened: the cell does not hold"),
    "no such row": ({"row": 4}, "line 2: refused in delivery {d}, column Opened: there is no such row"),
    "no such delivery": ({"delivery": "00000000"}, "line 2: not used: no delivery that was judged begins with 00000000"),
    "no such record": (
        {"delivery": None, "row": None, "record": {"request_id": "404"}}, "line 2: not used: no delivery has this record",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "message"), REFUSED.values(), ids=REFUSED)
def test_a_correction_that_does_nothing_is_told_with_its_line_and_no_cell(
    case: Case, changed: dict[str, Any], message: str
) -> None:
    case.drop(BAD)
    receipt = case.take_in()
    correct(case, entry(receipt, **changed))
    assert case.take_in().rows_quarantined == 2
    (sentence,) = told(case)
    assert f"records/corrections.yml, {message.format(d=receipt.delivery[:16])}" in sentence
    assert "2025" not in sentence
    retried = typed("quarantine", "retry", *places(case))
    assert retried.exit_code == 1
    assert "records/corrections.yml, line 2" in retried.stderr


def test_an_unreadable_row_has_no_cell_to_correct(case: Case) -> None:
    case.drop(HEADER + GOOD + "008,31/02/2025\n")
    correct(case, entry(case.take_in()))
    case.take_in()
    assert "the row cannot be read, so no cell of it can be put right" in told(case)[0]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no row": ({"row": None}, "names either a `row` of a `delivery`, or a `record`"),
    "row and record": ({"record": {"request_id": "008"}}, "names either a `row` of a `delivery`, or a `record`"),
    "a row of no delivery": ({"delivery": None}, "add `delivery`"),
    "not the key": ({"row": None, "record": {"category": "x"}}, "a record of this source is named by: request_id"),
    "no such column": ({"column": "Opend"}, "`Opend` is no column that the source maps. Did you mean `Opened`?"),
    "no day": ({"when": "2026-02-31"}, "this is no day of the calendar"),
    "no reason": ({"reason": None}, "`reason` is missing"),
}


@pytest.mark.parametrize(("changed", "message"), FAULTS.values(), ids=FAULTS)
def test_a_mistake_in_corrections_names_file_and_line(case: Case, changed: dict[str, Any], message: str) -> None:
    case.drop(BAD)
    receipt = case.take_in()
    lines = [f"    {name}: {json.dumps(value)}" for name, value in entry(receipt, **changed).items()]
    text = "corrections:\n  - " + "\n".join(lines).strip() + "\n"
    corrections.beside(case.source).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        case.take_in()
    assert message in str(caught.value)
    assert "corrections.yml, line" in str(caught.value)


def test_a_cell_that_is_not_text_is_refused_without_being_shown(case: Case) -> None:
    case.drop(BAD)
    receipt = case.take_in()
    correct(case, entry(receipt))
    path = corrections.beside(case.source)
    path.write_text(path.read_text().replace('"31/02/2025"', "19451"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        case.take_in()
    assert "put it in quotes" in str(caught.value)
    assert "19451" not in str(caught.value)


def test_what_people_wrote_in_corrections_stays_when_one_is_added(case: Case) -> None:
    case.drop(BAD)
    receipt = case.take_in()
    path = corrections.beside(case.source)
    path.write_text(f"# ours\ncorrections:\n- {{{json.dumps(entry(receipt))[1:]}\n".replace("{{", "{"), encoding="utf-8")
    before = path.read_text()
    correct(case, entry(receipt, row=3, column="How", expects="WEB", value='= \\ "x": \'é\u2028\t🙂'))
    assert path.read_text().startswith(before)
    assert corrections.load(case.source, case.workspace)[1].value == '= \\ "x": \'é\u2028\t🙂'
    path.write_text("corrections: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be added at its end"):
        correct(case, entry(receipt))
    assert path.read_text() == "corrections: []\n"


def test_examples_show_the_shape_of_what_people_wrote_and_official_words_as_they_are(case: Case, tmp_path: Path) -> None:
    assert masked(" O'Brien 3 ", case.source) == "X'Xxxxx 9"
    assert masked(None, case.source) == "(empty)"
    official = Case(tmp_path / "official", OFFICIAL).source
    assert masked("Webb", official) == "Webb"
    assert masked("a@example.com", official) == "x@xxxxxxx.xxx"
    assert len(masked("x" * 99, official)) == 40


def exported(case: Case, name: str) -> Path:
    path = case.path.parent.parent / name
    done = typed("quarantine", "export", "records", "--to", str(path), *places(case))
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path


def cells(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def save(path: Path, rows: list[list[str]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)


def retried(case: Case, path: Path) -> Any:
    more = ["--from", str(path), "--reason", "Asked the service", "--who", "Data team"]
    return typed("quarantine", "retry", *more, *places(case))


ODD = HEADER + GOOD + '=1+1,31/02/2025,,,"  -x\n@y",TEL\n0008,31/02/2025,-5,,\'+z,"\'\'=q"\n'


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_to_correct_is_text_without_formulas_and_comes_back_as_it_was(case: Case, kind: str) -> None:
    case.drop(ODD)
    receipt = case.take_in()
    path = exported(case, f"rows.{kind}")
    rows = cells(path)
    assert rows[0][:5] == ["source", "delivery", "row", "reasons", "check"]
    assert rows[1][:3] == ["records", receipt.delivery, "2"]
    assert "opened_at: not a date as stated" in rows[1][3]
    assert [row[5] for row in rows[1:]] == ["'=1+1", "0008"]
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+@\t\r")]
    nothing = retried(case, path)
    assert nothing.exit_code == 1
    assert "no cell differs" in nothing.stderr
    save(path, rows)  # by another program
    assert "no cell differs" in retried(case, path).stderr


@pytest.mark.parametrize(("kind", "text"), [("csv", SOURCE), ("xlsx", OFFICIAL)])
def test_a_corrected_file_becomes_corrections_and_puts_its_rows_right(tmp_path: Path, kind: str, text: str) -> None:
    from test_config import COUNCIL

    (tmp_path / "council.yml").write_text(COUNCIL, encoding="utf-8")
    case = Case(tmp_path, text)
    case.drop(BAD)
    before = case.take_in()
    path = exported(case, f"rows.{kind}")
    rows = cells(path)
    place = rows[0].index("Opened"), rows[0].index("How")
    rows[1][place[0]], rows[2][place[1]] = "28/02/2025", "TEL"
    save(path, rows)
    done = retried(case, path)
    assert done.exit_code == 0, done.output
    assert "2 corrections added to" in done.stdout
    beside, private = corrections.beside(case.source), corrections.private(case.source, case.workspace)
    written, other = (private, beside) if text == SOURCE else (beside, private)
    assert written.exists()
    assert not other.exists()
    if text == SOURCE:
        assert stat.S_IMODE(written.stat().st_mode) == 0o600
    receipt = case.take_in()
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (before.rows_read, 3, 0)
    left = history.read(case.workspace.history / "records", receipt.delivery)
    assert left["row_number"].to_list() == [2, 3]
    assert {one["who"] for row in left["corrections"] for one in row} == {"Data team"}
    assert "not in quarantine (any more)" in retried(case, path).stderr


WRONG: dict[str, tuple[int, str, str]] = {
    "another delivery": (1, "0" * 64, "no delivery of this source has this hash"),
    "another row": (2, "9", "is not in quarantine (any more)"),
    "an accepted row": (2, "1", "is not in quarantine (any more)"),
    "the same row twice": (2, "3", "the same row of the delivery stands here twice"),
    "cells that have changed since": (4, "v00", "the row has changed since it was exported"),
    "another source": (0, "recrods", "it must be of one source"),
}


@pytest.mark.parametrize(("column", "value", "message"), WRONG.values(), ids=WRONG)
def test_a_corrected_file_with_a_wrong_row_records_nothing_and_says_which(
    case: Case, column: int, value: str, message: str
) -> None:
    case.drop(BAD)
    case.take_in()
    path = exported(case, "rows.csv")
    rows = cells(path)
    rows[1][column] = value
    rows[1][rows[0].index("Opened")] = "28/02/2025"
    save(path, rows)
    done = retried(case, path)
    assert done.exit_code == 1
    assert message in done.stderr
    assert column == 0 or "rows.csv, row 2 (delivery" in done.stderr  # as a spreadsheet counts, the names being its first row
    assert "No correction was recorded" in done.stderr
    assert "2025" not in done.stderr.replace("(any more)", "")
    assert not corrections.private(case.source, case.workspace).exists()


def test_a_file_that_is_no_export_is_refused_in_words(case: Case, tmp_path: Path) -> None:
    case.drop(BAD)
    case.take_in()
    path = exported(case, "rows.csv")
    rows = cells(path)
    save(path, [row[:-1] for row in rows])
    assert "its columns must be those of the export; look at: How" in retried(case, path).stderr
    save(path, [["a", "b"], ["1", "2"]])
    assert "it is no file of quarantined rows" in retried(case, path).stderr
    assert "cannot be read" in retried(case, tmp_path / "nowhere.csv").stderr
    path.write_bytes(b"PK\x03\x04")
    assert retried(case, path).exit_code == 1
    needs = typed("quarantine", "retry", "--from", str(path), *places(case))
    assert (needs.exit_code, "--reason" in needs.stderr) == (2, True)
    assert typed("quarantine", "export", "records", "--to", str(tmp_path / "x.doc"), *places(case)).exit_code == 2


def test_rows_without_cells_are_not_exported_and_counted(case: Case) -> None:
    case.drop(BAD + "010,31/02/2025\n")
    case.take_in()
    path = case.path.parent.parent / "rows.xlsx"
    assert read(typed("quarantine", "export", "records", "--to", str(path), "--json", *places(case)))["rows_without_cells"] == 1


def test_retry_after_a_changed_mapping_tells_what_left(case: Case) -> None:
    case.drop(BAD)
    case.take_in()
    typed("quarantine", "retry", *places(case))
    assert read(typed("quarantine", "retry", "--json", *places(case)))["judged_again"] == []
    case.path.write_text(case.path.read_text().replace("{TEL: phone", "{WEB: web, TEL: phone"), encoding="utf-8")
    (row,) = read(typed("quarantine", "retry", "records", "--json", *places(case)))["judged_again"]
    assert (row["quarantined_before"], row["quarantined"]) == (2, 1)


def test_nobody_else_can_read_what_is_kept_whatever_the_umask(case: Case) -> None:
    before = os.umask(0)
    try:
        case.drop(BAD)
        receipt = case.take_in()
        corrections.append(corrections.private(case.source, case.workspace), [entry(receipt)])
        case.take_in()
    finally:
        os.umask(before)
    assert stat.S_IMODE(case.workspace.state.stat().st_mode) == 0o700
    assert stat.S_IMODE(corrections.private(case.source, case.workspace).stat().st_mode) == 0o600
    assert pl.read_parquet(quarantine_path("records", case.take_in(), case.workspace)).height == 1
