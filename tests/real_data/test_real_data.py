"""Two real files, from raw bytes to a valid release, against figures worked out independently."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import duckdb
import frictionless
import pytest
from line import PROJECT, Line

SHARED = Path(os.environ.get("YARDSTICK_SHARED") or PROJECT.parent / "shared").resolve()
HERE = PROJECT / "tests" / "real_data"
BOSTON = SHARED / "data/boston-311/311_service_requests_2011_jul_aug.csv"
OMBUDSMAN = SHARED / "data/housing-ombudsman/complaint_findings_local_authority.csv"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no folder {SHARED} with the real files; name it in YARDSTICK_SHARED"
)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = Line(tmp_path_factory.mktemp("real"), council=HERE / "council.yml", sources=HERE / "sources")
    line.environment["YARDSTICK_SHARED"] = str(SHARED)
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    return line


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_accounted_for(line: Line) -> None:
    rows = {row["source"]: row for row in line.table("data-quality", "delivery")}
    assert int(rows["boston_311"]["rows_read"]) == len(read(BOSTON))
    assert int(rows["housing_ombudsman"]["rows_read"]) == len(read(OMBUDSMAN))
    for row in rows.values():
        assert int(row["rows_read"]) == sum(int(row[f"rows_{part}"] or 0) for part in ("accepted", "quarantined", "layout"))


def test_each_request_is_in_time_where_the_city_says_so(line: Line) -> None:
    flags = {row["case_enquiry_id"]: row["ontime"] for row in read(BOSTON) if row["ontime"]}
    accepted = str(line.state / "accepted/service_request/boston_311/*.parquet")
    dated = "closed_at is not null and due_at is not null"
    query = f"select request_id, closed_at <= due_at from read_parquet('{accepted}') where {dated}"
    compared = [(in_time, flags[key] == "ONTIME") for key, in_time in duckdb.sql(query).fetchall() if key in flags]
    assert len(compared) == 16_685
    assert [pair for pair in compared if pair[0] != pair[1]] == []


def test_boston_months_equal_those_counted_by_hand(line: Line) -> None:
    counted: Counter[str] = Counter()
    in_time: Counter[str] = Counter()
    for row in read(BOSTON):
        if row["closed_dt"] and row["target_dt"]:
            month = row["closed_dt"][:7] + "-01"
            counted[month] += 1
            in_time[month] += row["closed_dt"] <= row["target_dt"]
    shown = 0
    for row in line.table("performance", "observation"):
        if (row["indicator_id"], row["period_type"]) == ("street_problems_in_time", "month") and row["value"]:
            month = row["period_start"]
            assert float(row["denominator"]) == counted[month]
            assert float(row["numerator"]) == in_time[month]
            assert float(row["value"]) == pytest.approx(100 * in_time[month] / counted[month], abs=1e-4)
            shown += 1
    assert shown >= 2


def test_ombudsman_quarters_equal_those_counted_by_hand(line: Line) -> None:
    upheld = {"Maladministration", "Severe Maladministration", "Service Failure"}
    counted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for row in read(OMBUDSMAN):
        if row["decision_date_iso"] and row["finding"] != "Outside Jurisdiction":
            year, month, _ = row["decision_date_iso"].split("-")
            quarter = f"{year}-{(int(month) - 1) // 3 * 3 + 1:02}-01"
            counted[quarter] += 1
            found[quarter] += row["finding"] in upheld
    shown = 0
    for row in line.table("performance", "observation"):
        if (row["indicator_id"], row["period_type"]) == ("ombudsman_upheld", "quarter") and row["value"]:
            assert float(row["denominator"]) == counted[row["period_start"]]
            assert float(row["numerator"]) == found[row["period_start"]]
            shown += 1
    assert shown >= 10


def test_the_release_is_valid_and_as_it_was_released(line: Line) -> None:
    for path in sorted(line.publish.glob("*/datapackage.json")):
        assert frictionless.validate(str(path)).valid
    assert line.command("verify", str(line.publish)).returncode == 0
