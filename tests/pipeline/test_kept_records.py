"""Records put right, records purged, and records that nothing repeats: the whole line with every kind of fault.

One council of one ward is run three times: with faults of every kind, after a correction and a purge, and with a model that
fails on what is in the records.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass

import polars as pl
import pytest
from line import Line, copy_of_project

FACTS = """title: Test source {name}
owner: Team
cadence: monthly
licence: OGL-UK-3.0
origin: Made for a test
lawful_basis: public task
sensitivity: personal
quarantine_limit_percent: 50
connector: {{type: file_drop, folder: "${{YARDSTICK_INBOX}}/{name}", glob: "*.csv"}}
format: {{type: csv, encoding: utf-8}}
"""
RECORDS = """record_type: service_request
retention: {years: 6, from: opened_at}
columns:
  request_id: Ref
  service: Service
  opened_at: Opened
  due_at: Due
  closed_at: Closed
  area_code: {column: Ward, lookup: areas}
  channel: {column: How, values: {TEL: phone, WEB: web}}
"""
HEADER = "Ref,Service,Opened,Due,Closed,Ward,How,Name\n"
PLANTED = ("Zebedee", "O'Nonsuch", "07700 900123", "nonsuch@example.com", "19031951")
"""What stands in cells, mapped and not, of good rows and bad ones."""
MONTHS = {2018: (5, 6), 2025: (4, 5, 6)}


def rows(year: int, month: int) -> str:
    """Twenty requests of a month, half of them in time; two months of 2018 are followed by years without any."""
    return "".join(
        f"ID-{year}{month:02}{n:02},housing_repairs,{year}-{month:02}-{n:02} 09:00,{year}-{month:02}-25 17:00,"
        f"{year}-{month:02}-{26 if n % 2 else 20} 10:00,Abbey,TEL,{PLANTED[0]} {PLANTED[1]}\n"
        for n in range(1, 19)
    )


def deliver(line: Line, name: str, text: str, day: int) -> None:
    path = line.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1_754_006_400 + day * 86_400, 1_754_006_400 + day * 86_400))  # August 2025


def bad_rows() -> str:
    """Each mapped column once with a planted value, a row twice with one key, a row cut short, a row that contradicts itself."""
    good = ["BAD", "housing_repairs", "2025-05-02 09:00", "2025-05-20 09:00", "2025-05-09 09:00", "Abbey", "TEL", "x"]
    found = []
    for place, value in [(1, PLANTED[0]), (2, PLANTED[2]), (3, PLANTED[4]), (4, PLANTED[3]), (5, PLANTED[1]), (6, PLANTED[0])]:
        cells = [f"BAD-{place}", *good[1:]]
        cells[place] = value
        found.append(",".join(cells))
    found += [f"TWICE,{','.join(good[1:])}", f"TWICE,{','.join(good[1:5])},,WEB,x", f"SHORT,{PLANTED[0]}"]
    found.append(f"{PLANTED[2]},housing_repairs,2025-05-09 09:00,,2025-05-01 09:00,Abbey,TEL,x")
    return "".join(f"{line}\n" for line in found)


@dataclass
class Story:
    """The line, all that was said on the way, and the published tables before and after the purge."""

    line: Line
    said: str = ""
    exported: str = ""

    def do(self, *arguments: str, code: int = 0) -> None:
        """Type a command; what it says is kept, and it must end with ``code``."""
        places = self.line.places
        if arguments[0] not in ("run", "status"):
            at = places.index("--publish")
            places = places[:at] + places[at + 2 :]
        done = self.line.command(*arguments, *places)
        self.said += done.stdout + done.stderr
        assert done.returncode == code, done.stdout + done.stderr

    def tables(self) -> dict[str, list[dict[str, str]]]:
        paths = sorted(self.line.publish.glob("*/data/*.csv"))
        return {path.stem: self.line.table(path.parent.parent.name, path.stem) for path in paths}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Story, list[dict[str, list[dict[str, str]]]]]:
    root = tmp_path_factory.mktemp("council")
    (root / "council.yml").write_text(
        "name: Test Council\narea_code: E06000996\ncontact: {name: Team, email: team@council.example}\n"
        "licence: OGL-UK-3.0\nareas:\n  - {code: E05099001, name: Abbey, type: ward}\n",
        encoding="utf-8",
    )
    columns = "columns: {indicator_id: Indicator, owner: Owner, level: {constant: strategic}}"
    adoption = f"record_type: adoption\nretention: {{years: 90}}\n{columns}\n"
    for name, text in {"records": RECORDS, "adoptions": adoption, "absent": RECORDS}.items():
        path = root / "sources" / name / "source.yml"
        path.parent.mkdir(parents=True)
        path.write_text(FACTS.format(name=name) + text, encoding="utf-8")
    project = copy_of_project(tmp_path_factory.mktemp("project"))
    line = Line(root, project=project, council=root / "council.yml", sources=root / "sources")
    told = Story(line)
    deliver(line, "adoptions/a.csv", "Indicator,Owner\nrepairs_in_time,Head of Housing\nrepairs_days,Head of Housing\n", 1)
    deliver(line, "records/a.csv", HEADER + "".join(rows(2018, month) for month in MONTHS[2018]), 2)
    deliver(line, "records/b.csv", HEADER + "".join(rows(2025, month) for month in MONTHS[2025]) + bad_rows(), 3)
    deliver(line, "records/c.csv", f"Wrong,Header\n{PLANTED[0]},{PLANTED[1]}\n", 4)
    umask = os.umask(0)
    try:
        told.do("run")
    finally:
        os.umask(umask)
    before = told.tables()

    told.do("quarantine", "list")
    for receipt in (line.state / "intake" / "records").glob("*.json"):
        told.do("quarantine", "show", "records", receipt.stem, code=1 if '"broken"' in receipt.read_text() else 0)
    path = root / "rows.csv"
    told.do("quarantine", "export", "records", "--to", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    told.exported = str(table)
    for row in table:
        if row["Ref"] == "BAD-6":
            row["How"] = "TEL"  # one request by web would be withheld, and with it the total
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table)
    told.do("quarantine", "retry", "--from", str(path), "--reason", "Asked", "--who", "Team")
    told.do("quarantine", "retry", "--from", str(path), "--reason", "Asked", "--who", "Team", code=1)
    told.do("purge", "--as-of", "2025-09-01", "--source", "records", "--key", "ID-20250403")
    told.do("run")
    after = told.tables()
    told.do("status")
    told.do("quarantine", "list")

    model = project / "dbt_project/models/marts/services/request.sql"
    text = model.read_text(encoding="utf-8")
    model.write_text(
        text.replace("request.closed_at <= request.due_at as", "cast(request.request_id as integer) > 0 as"), encoding="utf-8"
    )
    told.do("run", code=1)
    return told, [before, after]


Told = tuple[Story, list[dict[str, list[dict[str, str]]]]]


def test_published_figures_of_purged_records_stay_as_published(story: Told) -> None:
    _, (before, after) = story
    for name in ("request", "observation"):
        untouched = [row for row in before[name] if not row["period_start"] <= "2025-05-31" or row["period_end"] < "2025-05-01"]
        assert [row for row in untouched if row not in after[name]] == []
        assert [row for row in untouched if row["period_start"] < "2019"]
    old = [[row for row in table["request"] if row["period_start"] < "2025-04"] for table in (before, after)]
    assert old[0] == old[1]
    may = [
        [row for row in table["request"] if row["period_start"] == "2025-05-01" and row["period_type"] == "month"]
        for table in (before, after)
    ]
    assert [
        next(row["opened"] for row in rows if row["channel"] == "all" and row["area_code"] == "E06000996") for rows in may
    ] == ["18", "19"]
    assert [row for row in after["revision"] if row["table_name"] == "request" and "2018" in row["record_key"]] == []


def test_what_can_no_longer_be_worked_out_again_says_so(story: Told) -> None:
    told, (before, after) = story
    snapshot = {row["delivery"]: row for row in after["source_snapshot"] if row["source"] == "records"}
    assert [row["purged_on"] for row in snapshot.values()] == ["2025-09-01", "2025-09-01"]
    assert {row["delivery"] for row in before["source_snapshot"]} == {row["delivery"] for row in after["source_snapshot"]}
    text = told.line.command("explain", "repairs_days", "--period", "2018-05", "--publish", str(told.line.publish)).stdout
    assert "2025-09-01: the file as received is kept no longer" in " ".join(text.split())
    assert "records: 2 deliveries can no longer be judged again: the file as received was purged." in " ".join(told.said.split())


def test_purged_records_are_in_no_file_that_is_kept(story: Told) -> None:
    told, _ = story
    for path in told.line.state.rglob("*"):
        if path.is_file():
            text = str(pl.read_parquet(path).to_dicts()) if path.suffix == ".parquet" else path.read_bytes().decode("latin-1")
            assert "ID-2018" not in text, path
            assert "ID-20250403" not in text, path
    assert "ID-20250404" in str([pl.read_parquet(path).to_dicts() for path in (told.line.state / "accepted").rglob("*.parquet")])


def test_no_message_log_or_run_record_shows_what_was_in_a_cell(story: Told) -> None:
    told, _ = story
    assert all(text in told.exported for text in PLANTED)  # they did come in
    assert "Unforeseen" in told.said or "The model request failed" in told.said
    holds_rows = {"landing", "accepted", "quarantine", "corrections", "history", "warehouse.duckdb", "warehouse.duckdb.wal"}
    texts = {"what was said": told.said}
    for path in (*told.line.state.rglob("*"), *told.line.publish.rglob("*")):
        inside = path.relative_to(told.line.root).parts
        if path.is_file() and (inside[0] == "published" or inside[1] not in holds_rows or inside[1:3] == ("landing", "receipts")):
            is_parquet = path.suffix == ".parquet"
            texts[str(path)] = str(pl.read_parquet(path).to_dicts()) if is_parquet else path.read_bytes().decode("latin-1")
    assert any("history/runs" in name for name in texts)
    assert any("landing/receipts" in name for name in texts)
    for where, text in texts.items():
        assert not [planted for planted in PLANTED if planted in text], where
        assert not re.search(r"ID-20\d{6}", text), where


def test_nobody_else_can_read_the_state_whatever_the_umask(story: Told) -> None:
    told, _ = story
    for path in (told.line.state, *told.line.state.rglob("*")):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o077 == 0, path
    for path in told.line.publish.rglob("*"):
        assert path.stat().st_mode & 0o044 == 0o044, path
