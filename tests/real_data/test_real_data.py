"""Real files of many publishers, from raw bytes to a valid release, against figures worked out independently."""

from __future__ import annotations

import calendar
import csv
import json
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

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
    done = line.run("--indicators", str(HERE / "indicators"))
    assert done.returncode == 0, done.stdout + done.stderr
    return line


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def receipts(line: Line) -> dict[str, list[dict[str, Any]]]:
    """What became of each delivery, by source."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((line.state / "intake").glob("*/*.json")):
        found.setdefault(path.parent.name, []).append(json.loads(path.read_text()))
    return found


def test_every_row_is_accounted_for(line: Line) -> None:
    for source, deliveries in receipts(line).items():
        for one in deliveries:
            assert one["status"] == "accepted", source
            assert one["rows_read"] == one["rows_accepted"] + one["rows_quarantined"] + sum(one["layout"].values()), source


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


def test_every_source_is_in_use_and_every_row_of_its_files_is_one_of_the_rows_read(line: Line) -> None:
    """A row of the file is a record, a row set aside, or a title or total; one with four figures is four."""
    rows: dict[str, Counter[str]] = {}
    for source, deliveries in receipts(line).items():
        rows[source] = Counter()
        for one in deliveries:
            counts = {"read": one["rows_read"], "quarantined": one["rows_quarantined"], "layout": sum(one["layout"].values())}
            rows[source].update(counts)
    files = {
        "boston_311": ("boston-311/311_service_requests_*.csv", 1),
        "housing_ombudsman": ("housing-ombudsman/complaint_findings_*.csv", 1),
        "isle_of_man_planning": ("isle-of-man-planning/*_planning-applications.csv", 1),
        "isle_of_man_delegated": ("isle-of-man-planning/*_delegated-decisions.csv", 1),
        "isle_of_man_appeals": ("isle-of-man-planning/*_appeals.csv", 1),
        "trafford_recycling": ("trafford/climate/household_waste_recycling.csv", 1),
        "trafford_emissions": ("trafford/climate/borough_wide_co2_emissions.csv", 1),
        "trafford_energy": ("trafford/climate/energy_performance_certificates.csv", 4),
        "trafford_planning": ("trafford/economy/planning_applications_major.csv", 1),
        "trafford_employment": ("trafford/economy/employment_rate.csv", 1),
        "trafford_claimants": ("trafford/economy/claimant_count.csv", 1),
        "lgbf": ("lgbf/LGBF_ScotDataReal_*.csv", 1),
        "fixmystreet": ("fixmystreet/LAD_all_SHEF_C_*.csv", 1),
        "coventry_population": ("coventry-hub/population.csv", 1),
    }
    for source, (pattern, figures) in files.items():
        paths = sorted((SHARED / "data").glob(pattern))
        counted = sum(len(list(csv.reader(path.open(encoding="latin-1", newline="")))) - 1 for path in paths)
        assert rows[source]["read"] == counted * figures, source
    assert {source: counted["quarantined"] for source, counted in rows.items() if counted["quarantined"]} == {
        "coventry_population": 1,  # an error of a spreadsheet stands in place of a number
        "housing_ombudsman": 25,  # no readable day of decision
        "isle_of_man_appeals": 2,  # determined before it was lodged
    }
    assert rows["isle_of_man_delegated"]["layout"] == 10  # a title and a total in each of five years


def test_refusals_by_month_equal_those_counted_by_hand(line: Line) -> None:
    """Over all five years, whatever the order of the columns; a certificate or a withdrawal is no decision."""
    decided: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for path in sorted((SHARED / "data/isle-of-man-planning").glob("*_planning-applications.csv")):
        for row in csv.DictReader(path.open(encoding="cp1252", newline="")):
            if row["Decision"].strip() in ("Permitted", "Refused"):
                month = f"{datetime.strptime(row['Decision issued'].strip(), '%d-%b-%y'):%Y-%m}-01"
                decided[month] += 1
                refused[month] += row["Decision"].strip() == "Refused"
    shown = 0
    for row in line.table("performance", "observation"):
        if (row["indicator_id"], row["period_type"]) == ("planning_refused", "month") and row["value"]:
            assert float(row["denominator"]) == decided[row["period_start"]]
            assert float(row["numerator"]) == refused[row["period_start"]]
            shown += 1
    assert shown >= 20


def figures(line: Line, indicator: str) -> dict[tuple[str, str, str], float]:
    """The published figures of an indicator received ready-made, by area, first and last day."""
    return {
        (row["area_code"], row["period_start"], row["period_end"]): float(row["value"])
        for row in line.table("performance", "comparator")
        if row["indicator_id"] == indicator and row["value"]
    }


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def financial_year(text: str, last: int = 1) -> tuple[str, str]:
    return f"{text[:4]}-04-01", f"{int(text[:4]) + last}-03-31"


def last_day(year: int, month: int) -> str:
    return f"{year}-{month:02}-{calendar.monthrange(year, month)[1]}"


def financial_quarter(text: str) -> tuple[str, str]:
    year, quarter = int(text[:4]), int(text[-1])
    first = {1: (year, 4), 2: (year, 7), 3: (year, 10), 4: (year + 1, 1)}[quarter]
    return f"{first[0]}-{first[1]:02}-01", last_day(first[0], first[1] + 2)


def twelve_months(text: str) -> tuple[str, str]:
    first, last = ((MONTHS.index(part.strip()[:3]) + 1, int(part.strip()[-4:])) for part in text.split("-"))
    return f"{first[1]}-{first[0]:02}-01", last_day(last[1], last[0])


def named_month(text: str) -> tuple[str, str]:
    month, year = MONTHS.index(text[:3]) + 1, int(text[-4:])
    return f"{year}-{month:02}-01", last_day(year, month)


TRAFFORD = {
    "waste_recycled": ("climate/household_waste_recycling", {"measure": "Percentage"}, "value", financial_year),
    "carbon_emissions": ("climate/borough_wide_co2_emissions", {}, "value", lambda text: (f"{text}-01-01", f"{text}-12-31")),
    "planning_major_in_time": ("economy/planning_applications_major", {}, "value", financial_quarter),
    "employment_rate": ("economy/employment_rate", {}, "value", twelve_months),
    "claimant_rate": ("economy/claimant_count", {"measure": "Percentage"}, "value", named_month),
    "energy_certificates_a": ("climate/energy_performance_certificates", {}, "value_rating_A", lambda text: (text, text)),
}


@pytest.mark.parametrize("indicator", TRAFFORD)
def test_ready_made_figures_of_a_data_team_equal_their_file(line: Line, indicator: str) -> None:
    file, wanted, value, period = TRAFFORD[indicator]
    expected = {
        (row["area_code"], *period(row["period"])): float(row[value])
        for row in read(SHARED / f"data/trafford/{file}.csv")
        if all(row[name] == word for name, word in wanted.items()) and row[value]
    }
    assert len(expected) > 50
    assert figures(line, indicator) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("indicator", "code"), [("lgbf_env01a", "ENV01a"), ("lgbf_chn09", "CHN09")])
def test_benchmarking_figures_of_32_councils_equal_their_file(line: Line, indicator: str, code: str) -> None:
    found: dict[tuple[str, str, str], float] = {}
    names = {}
    for row in line.table("performance", "comparator"):
        if row["indicator_id"] == indicator and row["value"]:
            found[row["area_name"], row["period_start"], row["period_end"]] = float(row["value"])
            names[row["area_name"]] = row["area_code"]
    expected = {
        (row["LocalAuthority"], *financial_year(row["Year"], int(row["Year"][-2:]) - int(row["Year"][2:4]))): float(
            row["LA_IndicatorReal"]
        )
        for row in read(SHARED / "data/lgbf/LGBF_ScotDataReal_ISSpatialHub.csv")
        if row["Code"] == code
    }
    assert len(expected) > 300
    assert found == pytest.approx(expected, abs=5e-5)
    current = {row["gss-code"] for row in read(SHARED / "data/geography/la_uk_local_authorities_current.csv")}
    assert len(set(names.values())) == 32
    assert set(names.values()) <= current


def test_the_month_of_a_figure_can_stand_in_the_name_of_its_file(line: Line) -> None:
    expected = {}
    for path in (SHARED / "data/fixmystreet").glob("LAD_all_SHEF_C_2018-*.csv"):
        month = int(path.stem.rpartition("-")[2])
        for row in read(path):
            if row["SHEF_C_CODE"] == "C1":
                expected[row["lad"], f"2018-{month:02}-01", last_day(2018, month)] = float(row["reports"])
    found = {
        key: value for key, value in figures(line, "fixmystreet_c1").items() if key[2] != "2018-12-31" or key[1] != "2018-01-01"
    }
    assert len(expected) > 600
    assert found == expected


def test_residents_of_all_places_are_taken_in(line: Line) -> None:
    accepted = str(line.state / "accepted/population/coventry_population/*.parquet")
    taken = dict(duckdb.sql(f"select area_code || year, population from read_parquet('{accepted}')").fetchall())
    with (SHARED / "data/coventry-hub/population.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = {row["AreaKey"] + row["Period"]: int(row["Value"]) for row in csv.DictReader(file) if row["Value"].isdigit()}
    assert taken == expected
