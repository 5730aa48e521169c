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
from xml.etree import ElementTree

import duckdb
import frictionless
import pytest
from line import PROJECT, Line

SHARED = Path(os.environ.get("YARDSTICK_SHARED") or PROJECT.parent / "shared").resolve()
HERE = PROJECT / "tests" / "real_data"
DATA = SHARED / "data"
BOSTON = SHARED / "data/boston-311/311_service_requests_2011_jul_aug.csv"
OMBUDSMAN = SHARED / "data/housing-ombudsman/complaint_findings_local_authority.csv"

FILES: dict[str, tuple[str, int]] = {
    "boston_311": ("boston-311/311_service_requests_*.csv", 1),
    "chicago_open311": ("api-samples/open311/chicago_requests.json", 1),
    "coventry_population": ("coventry-hub/population.csv", 1),
    "devon_spend_2020": ("messy/devon_spend_2020*.csv", 1),
    "devon_spend_2026": ("messy/devon_spend_2026*.csv", 1),
    "fixmystreet": ("fixmystreet/LAD_all_SHEF_C_*.csv", 1),
    "fixmystreet_cheltenham": ("api-samples/fixmystreet/*.xml", 1),
    "housing_ombudsman": ("housing-ombudsman/complaint_findings_*.csv", 1),
    "isle_of_man_appeals": ("isle-of-man-planning/*_appeals.csv", 1),
    "isle_of_man_delegated": ("isle-of-man-planning/*_delegated-decisions.csv", 1),
    "isle_of_man_planning": ("isle-of-man-planning/*_planning-applications.csv", 1),
    "lgbf": ("lgbf/LGBF_ScotDataReal_*.csv", 1),
    "lgbf_families": ("lgbf/Family Averages.csv", 2),
    "local_authorities_current": ("geography/la_uk_local_authorities_current.csv", 1),
    "local_authorities_future": ("geography/la_uk_local_authorities_future.csv", 1),
    "mobile_data": ("api-samples/ckan_datastore_search_*.json", 1),
    "police_uk": ("api-samples/police_uk/*.json", 1),
    "toronto_open311": ("api-samples/open311/requests_*.xml", 1),
    "trafford_apprenticeships": ("trafford/economy/apprenticeship_starts.csv", 1),
    "trafford_businesses": ("trafford/economy/business_births_deaths.csv", 1),
    "trafford_charging_points": ("trafford/climate/electric_vehicle_charging_points.csv", 1),
    "trafford_claimants": ("trafford/economy/claimant_count.csv", 1),
    "trafford_emissions": ("trafford/climate/borough_wide_co2_emissions.csv", 1),
    "trafford_employment": ("trafford/economy/employment_rate.csv", 1),
    "trafford_energy": ("trafford/climate/energy_performance_certificates.csv", 4),
    "trafford_fuel_poverty": ("trafford/economy/fuel_poverty.csv", 1),
    "trafford_gdp": ("trafford/economy/gdp.csv", 1),
    "trafford_gdp_per_head": ("trafford/economy/gdp_per_head.csv", 1),
    "trafford_gva": ("trafford/economy/gva.csv", 1),
    "trafford_house_prices": ("trafford/economy/housing_affordability.csv", 1),
    "trafford_inactivity": ("trafford/economy/economic_inactivity.csv", 1),
    "trafford_industry": ("trafford/climate/industry_emissions.csv", 1),
    "trafford_living_wage": ("trafford/economy/real_living_wage.csv", 1),
    "trafford_no2": ("trafford/climate/no2_concentration.csv", 1),
    "trafford_planning": ("trafford/economy/planning_applications_major.csv", 1),
    "trafford_planning_minor": ("trafford/economy/planning_applications_non-major.csv", 1),
    "trafford_pm10": ("trafford/climate/pm10_concentration.csv", 1),
    "trafford_population": ("geography/trafford_mid-year_20*.csv", 95),
    "trafford_population_2020": ("geography/trafford_mid-year_population_*.csv", 95),
    "trafford_recycling": ("trafford/climate/household_waste_recycling.csv", 1),
    "trafford_traffic": ("trafford/climate/vehicle_miles_travelled.csv", 1),
    "trafford_universal_credit": ("trafford/economy/universal_credit.csv", 1),
    "trafford_vehicles": ("trafford/climate/licensed_vehicles.csv", 2),
    "trafford_waste_not_recycled": ("trafford/climate/household_waste_not_recycled.csv", 1),
}
"""For each source its files, and how many records or figures a row of them holds."""
NEITHER = {
    "api-samples/open311/chicago_services.json": "kinds of request that may be made",
    "api-samples/open311/services_giessen.xml": "kinds of request that may be made",
    "api-samples/open311/known_endpoints_*.json": "addresses of interfaces",
    "coventry-hub/metricTypes.csv": "definitions of measures",
    "coventry-hub/periods.csv": "a calendar",
    "coventry-hub/templates/*.csv": "headings alone",
    "geography/*_all_codes.csv": "codes and names of places",
    "geography/la_lookup_*.csv": "codes and names of places",
    "geography/la_datapackage.yaml": "a description of other files",
    "geography/ward_latlong.csv": "where places lie",
    "lgbf/Family Groups.csv": "which authorities are compared",
    "lgbf/Indicator Information.csv": "definitions of measures",
    "trafford/*.csv": "which authorities are compared",
}
"""Files that hold neither records nor figures, with what they hold."""
ELSEWHERE = {"coventry/Council Plan *.csv": "tests/scorecards"}
"""Files that go through the line in tests of their own."""
SET_ASIDE = {
    "coventry_population": 1,  # an error of a spreadsheet stands in place of a number
    "housing_ombudsman": 25,  # no readable day of decision
    "isle_of_man_appeals": 2,  # determined before it was lodged
}
LAYOUT = {
    "devon_spend_2026": 1,  # the total
    "isle_of_man_delegated": 10,  # a title and a total in each of five years
    "lgbf": 1,  # an empty row
    "local_authorities_current": 55,  # authorities of the past, without residents
    "local_authorities_future": 55,
}
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


def test_every_file_with_records_or_figures_has_a_source_and_every_row_of_it_is_one_of_the_rows_read(line: Line) -> None:
    """A row of a file is a record, a row set aside, or a title, a total or a cell of nothing; one with four figures is four."""
    taken: dict[str, Counter[str]] = {}
    reasons: dict[str, dict[str, int]] = {}
    for source, deliveries in receipts(line).items():
        taken[source], reasons[source] = Counter(), Counter()
        for one in deliveries:
            taken[source].update(read=one["rows_read"], quarantined=one["rows_quarantined"], layout=sum(one["layout"].values()))
            reasons[source].update({f"{reason['field']}: {reason['rule']}": reason["rows"] for reason in one["reasons"]})
    found = {source: sorted(path for path in DATA.glob(pattern)) for source, (pattern, _) in FILES.items()}
    assert all(found.values())
    assert {source: counts["read"] for source, counts in taken.items() if source != "adoption"} == {
        source: figures * sum(map(rows_of, found[source])) for source, (_, figures) in FILES.items()
    }
    assert {source: counts["quarantined"] for source, counts in taken.items() if counts["quarantined"]} == SET_ASIDE
    assert {source: counts["layout"] for source, counts in taken.items() if counts["layout"]} == LAYOUT
    read = {path for paths in found.values() for path in paths}
    read |= {path for pattern in (*NEITHER, *ELSEWHERE) for path in DATA.glob(pattern)}
    assert [path for path in DATA.rglob("*") if path.is_file() and path.suffix != ".md" and path not in read] == []


def rows_of(path: Path) -> int:
    """The rows of a file below its column names, counted without this program."""
    if path.suffix == ".csv":
        return len(list(csv.reader(path.open(encoding="latin-1", newline="")))) - 1
    if path.suffix == ".xml":
        root = ElementTree.parse(path).getroot()
        return len([one for one in root.iter() if one.tag in ("request", "item")])
    content = json.loads(path.read_text(encoding="utf-8"))
    return len(content if isinstance(content, list) else content["result"]["records"])


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


def test_the_places_of_a_city_have_their_names_and_residents(line: Line) -> None:
    """The wards of Coventry, as the council's file names them, are those of the national list, each with its residents."""
    with (DATA / "geography/ward_all_codes.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row["WDCD"]: row["WDNM"] for row in csv.DictReader(file) if row["LADCD"] == "E08000026"}
    residents = {(row["AreaKey"], row["Period"]): row["Value"] for row in read(DATA / "coventry-hub/population.csv")}
    published = {row["area_code"]: row["area_name"] for row in line.table("performance", "area") if row["area_code"] in listed}
    assert len(published) == 18
    assert published == {code: listed[code] for code in published}
    accepted = str(line.state / "accepted/population/coventry_population/*.parquet")
    for code, year, number in duckdb.sql(f"select area_code, year, population from read_parquet('{accepted}')").fetchall():
        if code in published:
            assert str(number) == residents[code, str(year)]


def test_residents_by_age_and_sex_equal_the_headings_they_stand_under(line: Line) -> None:
    accepted = str(line.state / "accepted/population/trafford_population*/*.parquet")
    query = f"select area_code, year::varchar, sex, age_group, population from read_parquet('{accepted}')"
    taken = {tuple(key): number for *key, number in duckdb.sql(query).fetchall()}
    expected = {}
    for path in DATA.glob("geography/trafford_mid-year_*.csv"):
        for row in read(path):
            sex = {"Persons": "all", "Females": "female", "Males": "male"}[row.get("sex") or row["gender"]]
            for heading, cell in list(row.items()):
                age = heading.removeprefix("aged_").removesuffix("_ages")
                if heading[0].isdigit() or heading.startswith(("aged_", "all_")):
                    expected[row["area_code"], row["period"][:4], sex, age] = int(cell)
    assert taken == expected


def test_payments_add_up_to_the_total_of_their_ledger(line: Line) -> None:
    for name, column in (("2020", "Amount"), ("2026", " Amount ")):
        accepted = str(line.state / f"accepted/payment/devon_spend_{name}/*.parquet")
        ((total, lines),) = duckdb.sql(f"select sum(amount::decimal(18, 2)), count(*) from read_parquet('{accepted}')").fetchall()
        amounts = [row[column].replace(",", "") for path in DATA.glob(f"messy/devon_spend_{name}*.csv") for row in read(path)]
        if name == "2026":
            assert f"{float(amounts.pop()):.2f}" == f"{total:.2f}"
        assert lines == len(amounts)
        assert float(total) == pytest.approx(sum(map(float, amounts)))


def test_requests_that_interfaces_answer_with_have_their_times(line: Line) -> None:
    """In JSON and in XML; the feed and the crimes have theirs in other forms."""
    opened = {}
    for source in ("chicago_open311", "toronto_open311", "fixmystreet_cheltenham", "police_uk"):
        accepted = str(line.state / f"accepted/service_request/{source}/*.parquet")
        opened[source] = dict(duckdb.sql(f"select request_id, opened_at from read_parquet('{accepted}')").fetchall())
    chicago = json.loads((DATA / "api-samples/open311/chicago_requests.json").read_text())
    assert opened["chicago_open311"] == {
        one["service_request_id"]: datetime.fromisoformat(one["requested_datetime"][:19]) for one in chicago
    }
    toronto = [
        request for path in DATA.glob("api-samples/open311/requests_*.xml") for request in ElementTree.parse(path).iter("request")
    ]
    assert opened["toronto_open311"] == {
        str(one.findtext("service_request_id")): datetime.fromisoformat(str(one.findtext("requested_datetime"))[:19])
        for one in toronto
    }
    (feed,) = DATA.glob("api-samples/fixmystreet/*.xml")
    assert opened["fixmystreet_cheltenham"] == {
        str(item.findtext("guid")): datetime.strptime(str(item.findtext("pubDate"))[:25], "%a, %d %b %Y %H:%M:%S")
        for item in ElementTree.parse(feed).iter("item")
    }
    crimes = [one for path in DATA.glob("api-samples/police_uk/*.json") for one in json.loads(path.read_text())]
    assert opened["police_uk"] == {str(one["id"]): datetime.strptime(one["month"], "%Y-%m") for one in crimes}
