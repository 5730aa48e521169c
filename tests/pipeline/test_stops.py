"""What a failure stops, what it leaves alone, and what successive deliveries change."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from drafts import kinds
from line import Line, copy_of_project

from pipelines.new_indicator import write_indicator

DRAFTED = {
    "title": "A drafted indicator", "definition": "What the draft of an indicator counts.", "unit": "cases", "decimals": 1,
    "polarity": "neutral", "theme": "quality", "perspective": "process", "results_chain": "output", "service": "parks",
    "limitations": "It is a draft.",
}  # fmt: skip
VERSION = {"reason": "To begin with.", "valid_from": "2026-04-01", "approved_by": "Nobody yet"}
MEASURES = Path(__file__).parents[1] / "measures" / "indicators"
"""One indicator of each measure."""
CSV = "Ref,Service,Opened,Due,Closed,Ward\n"


def record(number: int, closed: str, ward: str = "Abbey", month: int = 4) -> str:
    return f"R{number},housing_repairs,2025-{month:02}-01 09:00:00,2025-{month:02}-20 17:00:00,{closed},{ward}\n"


def deliver(line: Line, name: str, rows: str, day: int) -> None:
    """A file of records, received on a day of August 2025."""
    path = line.inbox / "records" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CSV + rows, encoding="utf-8")
    os.utime(path, (1_754_006_400 + day * 86_400, 1_754_006_400 + day * 86_400))


def first_delivery(line: Line) -> None:
    months = range(4, 8)
    rows = [
        record(month * 100 + n, f"2025-{month:02}-{10 if n < 12 else 25} 09:00:00", month=month)
        for month in months
        for n in range(20)
    ]
    deliver(line, "first.csv", "".join(rows), 1)
    (line.inbox / "comments").mkdir(exist_ok=True)
    adoptions = line.inbox / "adoptions" / "adopted.csv"
    adoptions.parent.mkdir(parents=True, exist_ok=True)
    adoptions.write_text("Indicator,Owner\nrepairs_in_time,Housing\n", encoding="utf-8")
    os.utime(adoptions, (1_754_006_400, 1_754_006_400))


FACTS = """title: {name}
owner: A team
cadence: monthly
licence: OGL-UK-3.0
origin: Made for a test
lawful_basis: public task
retention: {{years: 6}}
sensitivity: personal
connector: {{type: file_drop, folder: "${{YARDSTICK_INBOX}}/{name}", glob: "*.csv"}}
format: {{type: csv, encoding: utf-8}}
"""


def small_line(root: Path, project: Path) -> Line:
    """A council of one ward, with one source of records and one of adoptions, run from the given checkout."""
    council = root / "council.yml"
    council.write_text(
        "name: Test Council\narea_code: E06000996\ncontact: {name: Team, email: team@council.example}\n"
        "licence: OGL-UK-3.0\nareas:\n  - {code: E05099001, name: Abbey, type: ward}\n",
        encoding="utf-8",
    )
    sources = {
        "records": "record_type: service_request\ncolumns: {request_id: Ref, service: Service, opened_at: Opened, due_at: Due,"
        " closed_at: Closed, area_code: {column: Ward, lookup: areas}}\n",
        "comments": "record_type: commentary\ncolumns: {indicator_id: Indicator, period_type: Type, period_start: Start,"
        " commentary: Text, publish: Publish}\n",
        "adoptions": "record_type: adoption\ncolumns: {indicator_id: Indicator, owner: Owner, level: {constant: strategic}}\n",
    }
    for name, text in sources.items():
        path = root / "sources" / name / "source.yml"
        path.parent.mkdir(parents=True)
        path.write_text(FACTS.format(name=name) + text, encoding="utf-8")
    line = Line(root, project=project, council=council, sources=root / "sources")
    first_delivery(line)
    return line


def materialised(line: Line) -> set[str]:
    """The assets that the last run made."""
    databases = (line.state / "dagster" / "history" / "runs").glob("*-*.db")
    latest = max(databases, key=lambda path: path.stat().st_mtime_ns)
    with sqlite3.connect(latest) as connection:
        query = "select asset_key from event_logs where dagster_event_type = 'ASSET_MATERIALIZATION'"
        return {row[0] for row in connection.execute(query).fetchall()}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Line:
    """A small council with a first release, run from a checkout that tests may change."""
    root = tmp_path_factory.mktemp("council")
    line = small_line(root, copy_of_project(tmp_path_factory.mktemp("project")))
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    return line


def test_a_failed_dbt_test_stops_the_release_and_nothing_else(released: Line) -> None:
    before = released.published()
    model = released.project / "dbt_project/models/marts/performance/area.yml"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("primary_key:\n          arguments: {columns: [area_code]}", BROKEN_KEY), encoding="utf-8")
    assert model.read_text(encoding="utf-8") != text
    try:
        done = released.run()
    finally:
        model.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    assert "The test primary_key_area_parent_code of the model area failed" in " ".join((done.stdout + done.stderr).split())
    assert "Nothing was released" in done.stderr
    assert released.published() == before
    made = materialised(released)
    assert '["intake", "records"]' in made
    assert '["model", "stg_service_request"]' in made
    assert not made & {'["disclosure"]', '["candidate"]', '["release"]'}


BROKEN_KEY = "primary_key:\n          arguments: {columns: [parent_code]}"


def test_a_calculation_changed_without_a_new_version_is_refused(released: Line) -> None:
    before = released.published()
    sql = released.project / "dbt_project/models/indicators/housing_repairs/repairs_in_time_v2.sql"
    text = sql.read_text(encoding="utf-8")
    sql.write_text(text.replace("closed_at <= due_at", "closed_at < due_at"), encoding="utf-8")
    assert sql.read_text(encoding="utf-8") != text
    places = ["--state", str(released.state), "--publish", str(released.publish)]
    try:
        checked = released.command("methods", "check", *places)
        done = released.run()
    finally:
        sql.write_text(text, encoding="utf-8")
    assert checked.returncode == 1
    assert "repairs_in_time, version 2" in checked.stderr
    assert "closed_at < due_at" in checked.stderr
    assert done.returncode == 1
    assert "methods_unchanged" in done.stderr
    assert released.published() == before
    assert released.command("methods", "check", *places).returncode == 0


def test_a_correction_becomes_a_revision_and_a_repeat_counts_once(released: Line, tmp_path: Path) -> None:
    line = Line(tmp_path, project=released.project, council=released.council, sources=released.sources)
    shutil.copytree(released.inbox, line.inbox)
    deliver(line, "first.csv", (released.inbox / "records/first.csv").read_text(encoding="utf-8").removeprefix(CSV), 1)
    os.utime(line.inbox / "adoptions/adopted.csv", (1_754_006_400, 1_754_006_400))
    assert line.run().returncode == 0

    def july() -> dict[str, str]:
        return next(
            row
            for row in line.table("performance", "observation")
            if (row["period_type"], row["period_start"], row["method_version"]) == ("month", "2025-07-01", "2")
        )

    assert (float(july()["numerator"]), float(july()["denominator"])) == (12, 20)
    shutil.copyfile(line.inbox / "records/first.csv", line.inbox / "records/again.csv")
    late = "".join(record(700 + n, "2025-07-10 09:00:00", month=7) for n in range(12, 15))
    deliver(line, "second.csv", late, 5)
    done = line.run("--json")
    assert done.returncode == 0, done.stderr
    assert (float(july()["numerator"]), float(july()["denominator"])) == (15, 20)
    assert len(line.table("data-quality", "delivery")) == 3  # the repeat is no delivery
    revisions = [
        r for r in line.table("performance", "revision") if "2025-07-01" in r["record_key"] and r["field"] == "numerator"
    ]
    assert revisions
    assert {float(row["old_value"]) for row in revisions} == {12}
    assert {float(row["new_value"]) for row in revisions} == {15}
    versions = [row["version"] for row in line.table("performance", "release")]
    assert versions[0] == "1.0.0"
    assert len(versions) == 2
    assert line.command("verify", str(line.publish)).returncode == 0


def test_a_broken_delivery_stops_its_own_source_only(released: Line, tmp_path: Path) -> None:
    line = Line(tmp_path, project=released.project, council=released.council, sources=released.sources)
    shutil.copytree(released.inbox, line.inbox)
    for path in line.inbox.rglob("*.csv"):
        os.utime(path, (1_754_092_800, 1_754_092_800))
    broken = line.inbox / "records" / "renamed.csv"
    broken.write_text("Reference,Service,Opened,Due,Closed,Ward\nR1,housing_repairs,,,,\n", encoding="utf-8")
    os.utime(broken, (1_754_697_600, 1_754_697_600))
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    told = " ".join(done.stdout.split())
    assert "records goes on with its last good data: the delivery renamed.csv is broken" in told
    assert "needed columns are not there: Ref; the file has: Reference, Service" in told
    assert line.table("performance", "observation")


def test_a_way_to_reach_a_person_stops_the_release_and_is_not_repeated(released: Line, tmp_path: Path) -> None:
    line = Line(tmp_path, project=released.project, council=released.council, sources=released.sources)
    shutil.copytree(released.inbox, line.inbox)
    text = "Indicator,Type,Start,Text,Publish\nrepairs_in_time,month,2025-04-01,Ask planted.person@example.org about it,yes\n"
    (line.inbox / "comments" / "comments.csv").write_text(text, encoding="utf-8")
    done = line.run()
    assert done.returncode == 1
    assert "candidate, personal_data" in done.stderr
    assert "commentary" in done.stderr
    assert "planted.person" not in done.stdout + done.stderr
    assert not list(line.publish.rglob("*.csv"))


def dbt_test(line: Line, state: Path, *selection: str, further: Path | None = None) -> dict[str, str]:
    """Run dbt's tests over a warehouse that a run made; the status of each by name."""
    folders = [line.project / "dbt_project/models/indicators", *([further] if further else [])]
    methods = [path for folder in folders for path in folder.rglob("*_v*.sql")]
    told = {
        **os.environ,
        "YARDSTICK_STATE": str(state),
        "YARDSTICK_INDICATORS": ",".join(sorted(".v".join(path.stem.rsplit("_v", 1)) for path in methods)),
        "DBT_LOG_PATH": str(state / "dbt"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **({"YARDSTICK_FURTHER_MODELS": os.path.relpath(further, line.project / "dbt_project")} if further else {}),
    }
    project, target = str(line.project / "dbt_project"), state / "dbt" / "tested"
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(target)]
    command = [str(Path(sys.executable).parent / "dbt"), "-q", "test", "--select", *selection, *places]
    subprocess.run(command, env=told, capture_output=True, check=False)
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {
        result["unique_id"].split(".")[-1 if "unit_test" in result["unique_id"] else 2]: result["status"]
        for result in results
        if not result["unique_id"].startswith("operation.")
    }


def test_every_method_version_has_a_worked_example_that_holds(released: Line) -> None:
    found = dbt_test(released, released.state, "test_type:unit")
    assert set(found.values()) == {"pass"}
    methods = list((released.project / "dbt_project/models/indicators").rglob("*_v*.sql"))
    assert len(found) >= len(methods)


def test_the_worked_example_of_every_measure_holds(released: Line) -> None:
    further = shutil.copytree(MEASURES, released.project / "dbt_project" / "target" / "measures")
    methods = [path.name.removesuffix("_v1.sql") for path in further.rglob("*.sql")]
    found = dbt_test(released, released.state, *methods, further=further)
    assert {name: status for name, status in found.items() if status != "pass"} == {}
    assert len(found) == len(methods)


def test_the_worked_example_of_every_drafted_indicator_holds(released: Line) -> None:
    further = released.project / "dbt_project" / "target" / "drafted"
    worked_out = [one for one in kinds() if one[1] != "reported"]
    for record_type, kind, facts in worked_out:
        write_indicator(f"{record_type}_{kind}", record_type, DRAFTED | facts, VERSION, further)
    drafted = [path.name.removesuffix("_v1.sql") for path in further.rglob("*.sql")]
    found = dbt_test(released, released.state, *drafted, further=further)
    assert set(found.values()) == {"pass"}
    assert len(found) == len(drafted) == len(worked_out)


BUILD = """
import dataclasses, json, sys
from pathlib import Path
from pipelines import model
from pipelines.workspace import Workspace

council, sources, state, publish = map(Path, sys.argv[1:])
workspace = Workspace.at(council=council, sources=sources, state=state, publish=publish)
built = model.build(workspace, ["stg_area", "area", "stg_indicator", "indicator"], [], False, lambda done: None)
print(json.dumps([dataclasses.asdict(one) | {"good": one.good} for one in built]))
"""


def test_each_kind_of_model_test_fails_on_bad_rows(released: Line, tmp_path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(released.state, state)
    area, indicator = state / "reference" / "area.parquet", state / "reference" / "indicator.parquet"
    areas = pl.read_parquet(area)
    bad = pl.DataFrame({"area_code": ["E05099009"], "area_type": ["ward"], "parent_code": ["E06000000"]})
    pl.concat([areas, areas.filter(pl.col("parent_code").is_not_null()), bad], how="diagonal").write_parquet(area)
    pl.read_parquet(indicator).with_columns(polarity=pl.lit("up")).write_parquet(indicator)
    places = [str(path) for path in (released.council, released.sources, state, released.publish)]
    command = [sys.executable, "-c", BUILD, *places]
    told = {**os.environ, "YARDSTICK_INBOX": str(released.inbox), "PYTHONPATH": str(released.project)}
    done = subprocess.run(command, env=told, cwd=released.project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    tests = [one for one in json.loads(done.stdout) if one["is_test"]]
    failed = {one["name"]: one for one in tests if not one["good"]}
    for kind in ("primary_key_area", "required_area", "area_parent", "accepted_values_indicator_polarity"):
        assert [name for name in failed if name.startswith(kind)], (kind, tests)
    assert failed["area_parent"]["model"] == "area"
    assert failed["area_parent"]["message"] == "1 rows or keys break it"
    assert any(one["good"] for one in tests)


def test_every_model_test_that_is_declared_is_run_and_seen_in_the_history(released: Line) -> None:
    kept = min((released.project / "dbt_project" / "target").glob("*/manifest.json"), key=lambda path: path.stat().st_mtime)
    nodes = json.loads(kept.read_text(encoding="utf-8"))["nodes"].values()
    declared = {node["name"] for node in nodes if node["resource_type"] == "test"}
    with sqlite3.connect(released.state / "dagster" / "history" / "runs" / "index.db") as connection:
        query = "select check_name from asset_check_executions where asset_key like '%\"model\"%'"
        assert declared - {row[0] for row in connection.execute(query).fetchall()} == set()
