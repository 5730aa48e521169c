"""What people and scripts type: what is shown, what a program can read, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from intake_case import GOOD, HEADER, Case
from test_config import COUNCIL
from typer.testing import CliRunner, Result

from pipelines.cli import app

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    (tmp_path / "council.yml").write_text(COUNCIL, encoding="utf-8")
    return Case(tmp_path)


def places(case: Case, *, publish: bool = False) -> list[str]:
    root = case.path.parent.parent
    more = ["--publish", str(case.workspace.publish)] if publish else []
    return ["--council", str(root / "council.yml"), "--sources", str(root), "--state", str(case.workspace.state), *more]


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def read(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_quarantine_list_counts_rows_by_reason(case: Case) -> None:
    assert "No row is in quarantine." in typed("quarantine", "list", *places(case)).stdout
    assert read(typed("quarantine", "list", "--json", *places(case))) == []
    case.drop(HEADER + GOOD + ",31/02/2025,,,Abbey,TEL\n,01/04/2025,,,Abbey,TEL\n")
    receipt = case.take_in()
    rows = read(typed("quarantine", "list", "--json", *places(case)))
    told = {"source": "records", "delivery": receipt.delivery[:16], "file": "a.csv", "status": "accepted"}
    assert rows == [
        told | {"field": "opened_at", "rule": "not_a_date", "rows": 1, "row": 2, "example": "99/99/9999"},
        told | {"field": "request_id", "rule": "missing", "rows": 2, "row": 2, "example": "(empty)"},
    ]
    shown = CliRunner().invoke(app, ["quarantine", "list", *places(case)])
    line = ["records", receipt.delivery[:16], "a.csv", "accepted", "opened_at", "not_a_date", "1", "2", "99/99/9999"]
    assert line in [told.split() for told in shown.stdout.splitlines()]  # no word is broken where there is no terminal
    assert "Then: yardstick quarantine show" in shown.stdout


def test_new_source_proposes_a_file_tells_what_it_makes_of_the_sample_and_overwrites_nothing(case: Case) -> None:
    case.drop(HEADER + "".join(GOOD.replace("007", f"{n:03}").replace("10/04", "14/04") for n in range(9)))
    sample, where = str(case.path.parent / "inbox" / "a.csv"), places(case)[:4]
    made = typed("new", "source", "street_problems", "--from", sample, *where)
    assert made.exit_code == 0, made.output
    assert "lines are to be confirmed" in made.stdout
    assert "9 rows of the sample are read: 9 accepted, 0 set aside, 0 layout." in made.stdout
    text = (case.path.parent.parent / "street_problems" / "source.yml").read_text(encoding="utf-8")
    again = typed("new", "source", "street_problems", "--from", sample, *where)
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    assert (case.path.parent.parent / "street_problems" / "source.yml").read_text(encoding="utf-8") == text
    for arguments, told in (
        (("Street Problems", "--from", sample), "not snake_case"),
        (("other", "--from", "nowhere.csv"), "There is no file nowhere.csv"),
        (("other", "--from", sample, "--record-type", "repair"), "There are: action"),
    ):
        failed = typed("new", "source", *arguments, *where)
        assert (failed.exit_code, told in failed.output) == (2, True), failed.output
    (case.path.parent / "inbox" / "b.csv").write_text("<html>", encoding="utf-8")
    failed = typed("new", "source", "other", "--from", str(case.path.parent / "inbox" / "b.csv"), *where)
    assert (failed.exit_code, "the file is a web page" in failed.output) == (1, True)
    assert not (case.path.parent.parent / "other" / "source.yml").exists()


def test_what_is_otherwise_in_the_newest_delivery_is_told(case: Case) -> None:
    case.drop(HEADER + GOOD, "a.csv")
    case.take_in()
    case.drop("New," + HEADER + "1," + GOOD, "b.csv")
    case.take_in()
    shown = typed("status", *places(case, publish=True))
    assert "records, newest delivery: columns are new since the delivery before: New" in shown.stdout


def test_quarantine_show_tells_places_and_reasons_and_no_cell(case: Case) -> None:
    case.drop(HEADER + GOOD + "Smithson,31/02/2025,,,Smithson,TEL\n")
    receipt = case.take_in()
    rows = read(typed("quarantine", "show", "records", receipt.delivery[:6], "--json", *places(case)))
    assert [(row["row_number"], row["field"], row["rule"]) for row in rows] == [
        (2, "area_code", "unknown_area"),
        (2, "opened_at", "not_a_date"),
    ]
    shown = typed("quarantine", "show", "records", receipt.delivery, *places(case))
    assert "row 1 is the first below the column names (row 1)" in shown.stdout
    assert "Smithson" not in shown.output


def test_quarantine_show_of_what_is_not_there_says_what_is(case: Case) -> None:
    case.drop(HEADER.replace("Ward", "Area"))
    receipt = case.take_in()
    unknown = typed("quarantine", "show", "record", "0", *places(case))
    assert unknown.exit_code == 2
    assert "There is no source `record`. Did you mean `records`? There are: records." in unknown.stderr
    nothing = typed("quarantine", "show", "records", "zz", *places(case))
    assert nothing.exit_code == 2
    assert f"`zz` names 0 deliveries of records. There are: {receipt.delivery[:16]}." in nothing.stderr
    broken = typed("quarantine", "show", "records", receipt.delivery, *places(case))
    assert broken.exit_code == 1
    assert "was not taken in: needed columns are not there: Ward" in broken.stderr


def test_status_tells_where_every_source_stands(case: Case) -> None:
    never = read(typed("status", "--json", *places(case, publish=True)))
    assert never["sources"][0]["old_reason"] == "nothing has been received yet"
    assert (never["version"], never["nothing_new"]) == (None, False)
    case.drop(HEADER + GOOD + ",,,,,\n")
    case.take_in()
    (one,) = read(typed("status", "--json", *places(case, publish=True)))["sources"]
    assert (one["deliveries"], one["rows_read"], one["accepted"], one["quarantined"], one["days_late"]) == (1, 2, 1, 1, 0)
    assert dict(one["reasons"]) == {"opened_at: missing": 1, "request_id: missing": 1}
    shown = typed("status", *places(case, publish=True))
    assert shown.exit_code == 0
    assert "Last release: none yet." in shown.stdout
    assert "A run would have something to do." in shown.stdout


def test_a_date_that_is_none_says_how_to_write_one() -> None:
    for text in ("05/10/2026", "2026-13-01", "yesterday"):
        result = typed("run", "--as-of", text)
        assert result.exit_code == 2
        assert f"`{text}` is not a date; write it as 2026-10-05." in result.stderr


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", *arguments]
    return subprocess.run(program, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_mistakes_in_yaml_end_with_2_and_no_traceback(case: Case) -> None:
    case.path.write_text(case.path.read_text().replace("owner:", "ownr:").replace("cadence: monthly", "cadence: [x"))
    result = command("status", *places(case))
    assert result.returncode == 2
    assert "records/source.yml, line" in result.stderr
    assert "Traceback" not in result.stderr
    gone = command("quarantine", "list", "--council", "/nowhere/council.yml")
    assert (gone.returncode, gone.stdout) == (2, "")
    assert "there is no such file" in gone.stderr


def test_what_was_damaged_from_outside_is_told_by_file_and_without_a_traceback(case: Case) -> None:
    package = case.workspace.publish / "performance" / "datapackage.json"
    package.parent.mkdir(parents=True)
    package.write_text("{")
    told = command("status", *places(case, publish=True))
    assert (told.returncode, told.stderr) == (1, f"✗ {package}: the file is damaged, as it is no JSON; put it back as it was.\n")
    none = command("publish", "--publish", str(case.path.parent), "--to", str(case.path.parent / "remote.git"))
    assert none.returncode == 1
    assert none.stderr.endswith("SHA256SUMS.\n")


def test_what_cannot_be_typed_ends_with_2() -> None:
    assert typed("frobnicate").exit_code == 2
    assert typed("quarantine", "show").exit_code == 2
    assert typed("--help").exit_code == 0
