"""The whole line over the small council: what is published, what is kept out, and what people are told."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import duckdb
import frictionless
import pytest
from line import Line
from small_council import COUNCIL, SOURCES, write_council
from small_council.place import PLANTED

from pipelines.contract import read_contracts
from pipelines.council import load_council
from pipelines.disclosure.attack import attack, read_release
from pipelines.disclosure.audit import confirmed

DATASETS = {
    "performance": {
        "observation", "indicator", "adoption", "method", "calculation", "target", "comparator", "commentary", "event",
        "priority", "area", "period", "revision", "withheld", "release", "source_snapshot", "dataset_metadata",
    },
    "services": {"request"},
    "complaints": {"case_count"},
    "survey": {"answer"},
    "data-quality": {"delivery", "rule", "field"},
}  # fmt: skip
OBSERVATION = (
    "indicator_id,method_version,period_type,period_start,period_end,area_code,breakdown,breakdown_value,"
    "numerator,denominator,value,lower_95,upper_95,value_status,value_note"
)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = Line(tmp_path_factory.mktemp("council"), council=COUNCIL, sources=SOURCES)
    write_council(line.inbox)
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    line.environment["SAID"] = done.stdout + done.stderr
    return line


def said(line: Line) -> str:
    return " ".join(line.environment["SAID"].split())


def test_a_second_run_with_nothing_new_says_so_and_touches_nothing(council: Line) -> None:
    before = council.published()
    done = council.run()
    assert done.returncode == 0
    assert "Nothing new" in done.stdout
    assert council.published() == before


def test_the_five_datasets_and_their_tables_are_there_and_valid(council: Line) -> None:
    for dataset, tables in DATASETS.items():
        found = {path.stem for path in (council.publish / dataset / "data").glob("*.csv")}
        assert found == tables
        report = frictionless.validate(str(council.publish / dataset / "datapackage.json"))
        assert report.valid, report.flatten(["type", "message"])[:5]
        for resource in council.descriptor(dataset)["resources"]:
            assert {"bytes", "hash", "schema", "description"} <= set(resource)
            assert all(field["description"] for field in resource["schema"]["fields"])


def test_tables_are_plain_text_that_any_program_reads(council: Line) -> None:
    for path in council.publish.rglob("*.csv"):
        content = path.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf"), path.name
        assert b"\r" not in content, path.name
        content.decode("utf-8")
    header = (council.publish / "performance/data/observation.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == OBSERVATION


def test_observations_keep_to_their_names_and_bounds(council: Line) -> None:
    rows = council.table("performance", "observation")
    units = {row["indicator_id"]: row["unit"] for row in council.table("performance", "indicator")}
    assert len({row["indicator_id"] for row in rows}) >= 6
    assert {row["period_type"] for row in rows} >= {"month", "quarter", "financial_year", "year_to_date", "wave"}
    assert len({row["area_code"] for row in rows}) > 1
    for row in rows:
        assert row["value_status"] in {"final", "provisional", "revised"}
        assert row["value_note"] in {"", "c", "x", "z", "u"}
        if row["value_note"] in {"c", "x", "z"}:
            assert row["value"] == ""
        elif units[row["indicator_id"]] == "percent":
            assert 0 <= float(row["value"]) <= 100
            if row["lower_95"]:
                assert float(row["lower_95"]) <= float(row["value"]) <= float(row["upper_95"])


def test_no_small_count_of_people_is_published(council: Line) -> None:
    tables = {"services": "request", "complaints": "case_count", "survey": "answer"}
    counts = {"request": ["opened", "closed", "closed_in_time", "open_at_end", "overdue_at_end"]}
    counts |= {"case_count": ["received", "closed"], "answer": ["base"]}
    for dataset, table in tables.items():
        rows = council.table(dataset, table)
        assert rows
        for row in rows:
            shown = [row[name] for name in counts[table] if row[name]]
            assert not [value for value in shown if 1 <= float(value) <= 4], row
    for row in council.table("performance", "observation"):
        if row["numerator"] and row["denominator"] and float(row["denominator"]) > 0:
            assert not 1 <= float(row["numerator"]) <= 4
    withheld = [row for row in council.table("performance", "observation") if row["value_note"] == "c"]
    assert withheld
    assert all(row["numerator"] == row["value"] == row["lower_95"] == "" for row in withheld)


def test_nobody_can_work_out_what_is_withheld(council: Line) -> None:
    manifest = json.loads((council.state / "dbt/target/manifest.json").read_bytes())
    tables = [table for table in read_contracts(manifest).values() if table.layer == "mart"]
    owner = load_council(COUNCIL)
    exposed = attack([read_release(council.publish)], tables, owner.area_code, owner.smallest_count)
    assert confirmed(exposed, tables, owner, council.state / "marts") == []


def test_every_row_received_is_accounted_for(council: Line) -> None:
    rows = council.table("data-quality", "delivery")
    checked = 0
    for row in rows:
        parts = [row[name] for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_layout")]
        if all(parts):
            read, *others = (int(part) for part in parts)
            assert read == sum(others), row
            checked += 1
    assert checked > 20


def test_the_broken_delivery_is_told_and_the_last_good_data_stay(council: Line) -> None:
    assert "complaints goes on with its last good data: the delivery complaints_2026-10.xlsx is broken" in said(council)
    status = council.command("status", *council.places)
    assert status.returncode == 0
    assert "complaints_2026-10.xlsx is broken" in " ".join(status.stdout.split())
    months = {
        row["period_start"] for row in council.table("performance", "observation") if row["indicator_id"] == "complaints_rate"
    }
    assert "2026-08-01" in months
    assert "2026-09-01" not in months  # the last good delivery came on 3 September


def test_what_is_personal_stays_in_landing(council: Line) -> None:
    planted = [text.encode() for text in PLANTED]
    landed = b"".join(path.read_bytes() for path in (council.state / "landing" / "blobs").iterdir())
    assert any(text in landed for text in planted)
    for path in [*council.publish.rglob("*"), *(council.state / "dagster").rglob("*"), *(council.state / "dbt").rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert not [text for text in planted if text in content], path.name
    for folder in ("accepted", "quarantine", "reference", "marts", "safe", "released", "previous"):
        for path in (council.state / folder).rglob("*.parquet"):
            relation = duckdb.sql(f"select * from read_parquet('{path}')")
            everything = " || ' ' || ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in relation.columns)
            for text in PLANTED:
                hits = duckdb.execute(
                    f"select count(*) from read_parquet('{path}') where contains({everything}, ?)", [text]
                ).fetchall()
                assert hits == [(0,)], path.name
    assert not [text for text in PLANTED if text in council.environment["SAID"]]


def test_the_state_folder_is_for_its_owner_alone(council: Line) -> None:
    assert council.state.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (council.state / "landing" / "blobs").iterdir()} == {0o400}


def test_explain_tells_the_story_of_every_indicator(council: Line) -> None:
    observations = council.table("performance", "observation")
    labels = {(p["period_type"], p["period_start"], p["period_end"]): p["label"] for p in council.table("performance", "period")}
    latest = {}
    for row in observations:
        if row["value_note"] == "" and row["numerator"]:
            latest[(row["indicator_id"], row["area_code"][:3])] = row
    assert len(latest) >= 10
    for row in list(latest.values())[:12]:
        label = labels[(row["period_type"], row["period_start"], row["period_end"])]
        # years to date of one year begin together, so that only the label tells them apart
        period = label if row["period_type"] == "year_to_date" else f"{row['period_type']} {row['period_start']}"
        told = council.command(
            "explain", row["indicator_id"], "--period", period, "--area", row["area_code"],
            "--version", row["method_version"], "--publish", str(council.publish),
        )  # fmt: skip
        assert told.returncode == 0, told.stdout + told.stderr
        text = told.stdout
        number = f"{float(row['numerator']):.4f}".rstrip("0").rstrip(".")
        assert re.search(rf"Numerator\s+{re.escape(number)}", text.replace(",", "")), (row, text)
        assert "SHA-256" in text
        assert "Rows counted" in text
        assert "quarantined" in text
        assert "select" in text or "As reported by" in text


def test_explain_and_verify_answer_mistakes_with_help(council: Line) -> None:
    unknown = council.command("explain", "repairs_in_tim", "--publish", str(council.publish))
    assert unknown.returncode != 0
    assert "Did you mean `repairs_in_time`?" in unknown.stdout + unknown.stderr
    assert "Traceback" not in unknown.stderr
    fine = council.command("verify", str(council.publish))
    assert fine.returncode == 0, fine.stderr
    nowhere = council.command("verify", str(council.root / "nowhere"))
    assert nowhere.returncode != 0
    assert "Traceback" not in nowhere.stderr


def test_verify_finds_one_changed_byte(council: Line, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "published"
    shutil.copytree(council.publish, copy)
    table = copy / "services" / "data" / "request.csv"
    content = bytearray(table.read_bytes())
    content[-5] ^= 1
    table.write_bytes(bytes(content))
    found = council.command("verify", str(copy))
    assert found.returncode != 0
    assert "request.csv" in found.stderr


def test_dagster_has_the_run_with_readable_metadata_and_no_record(council: Line) -> None:
    database = next((council.state / "dagster" / "history" / "runs").glob("*-*.db"))
    with sqlite3.connect(database) as connection:
        kinds = dict(connection.execute("select dagster_event_type, count(*) from event_logs group by 1").fetchall())
        events = " ".join(row[0] for row in connection.execute("select event from event_logs").fetchall())
    assert kinds["ASSET_MATERIALIZATION"] > 60
    assert kinds["ASSET_CHECK_EVALUATION"] > 90
    for word in ("rows_read", "accepted", "quarantined", "top_reasons", "sha256", "personal_data", "last_delivery_usable"):
        assert word in events
