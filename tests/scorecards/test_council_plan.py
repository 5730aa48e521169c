"""Three real scorecards of one council as one source: a valid release whose figures are those that a person read in the files."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from pathlib import Path

import frictionless
import pytest
from line import PROJECT, Line
from scorecard_cells import CELLS, Cell

SHARED = Path(os.environ.get("YARDSTICK_SHARED") or PROJECT.parent / "shared").resolve()
HERE = PROJECT / "tests" / "scorecards"
EDITIONS = {"2016": "2016/17 end of year", "2019": "2019/20 end of year", "2022": "2022/23 end of year"}
pytestmark = pytest.mark.skipif(
    not (SHARED / "data/coventry").is_dir(), reason=f"no folder {SHARED} with the real files; name it in YARDSTICK_SHARED"
)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    line = Line(tmp_path_factory.mktemp("council_plan"), council=HERE / "council.yml", sources=HERE / "sources")
    line.environment["YARDSTICK_SHARED"] = str(SHARED)
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "neither read nor stated as unused" not in done.stdout
    return line


def raw(file: str) -> list[list[str]]:
    """A file as it is, apart from this program: the headings, then the rows."""
    (path,) = (SHARED / "data/coventry").glob(f"Council Plan {file}-*.csv")
    text = path.read_text(encoding="utf-8-sig" if file == "2019" else "cp1252")
    header, *rows = csv.reader(text.splitlines(keepends=True))
    return [[" ".join(heading.split()) for heading in header], *rows]


def figures(line: Line) -> dict[tuple[str, int, str], dict[str, str]]:
    return {(row["edition"], int(row["file_row"]), row["heading"]): row for row in line.table("performance", "reported_figure")}


def found(line: Line, table: str, **wanted: str) -> list[dict[str, str]]:
    return [row for row in line.table("performance", table) if all(row[name] == value for name, value in wanted.items())]


def test_at_least_sixty_cells_over_all_three_files_were_read_by_hand() -> None:
    assert len(set(CELLS)) == len(CELLS) > 60
    assert all(count > 20 for count in Counter(cell.file for cell in CELLS).values())


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.file} row {cell.row} {cell.heading}")
def test_a_cell_read_by_hand_is_published_as_it_stands_in_the_file(line: Line, cell: Cell) -> None:
    header, *rows = raw(cell.file)
    assert rows[cell.row - 1][header.index(cell.heading)].strip() == cell.text
    row = figures(line)[EDITIONS[cell.file], cell.row, cell.heading]
    assert row["stated_value"] == cell.text
    assert (row["value_reason"] or f"{float(row['value']):.10g}") == cell.means
    assert (row["area_code"], row["period_start"], row["period_end"]) == (cell.area, cell.start, cell.end)
    assert (row["stated_target"], row["stated_status"], row["stated_progress"]) == (cell.target, cell.status, cell.progress)


def test_every_cell_of_the_files_is_accounted_for(line: Line) -> None:
    receipts = [json.loads(path.read_text()) for path in (line.state / "intake" / "council_plan").glob("*.json")]
    assert sorted(receipt["rows_read"] for receipt in receipts) == [204 * 7, 190 * 19, 229 * 26]
    for receipt in receipts:
        assert receipt["status"] == "accepted"
        assert receipt["rows_quarantined"] == 0
        assert receipt["rows_read"] == receipt["rows_accepted"] + sum(receipt["layout"].values())
        assert receipt["warnings"] == []


@pytest.mark.parametrize("file", EDITIONS)
def test_no_figure_of_a_file_is_lost_or_changed(line: Line, file: str) -> None:
    """Every cell below a heading of a value that says something is there, word by word; a plain number is that number."""
    header, *rows = raw(file)
    published = figures(line)
    compared = 0
    for number, row in enumerate(rows, 1):
        for heading, cell in zip(header, row, strict=True):
            text = cell.strip()
            if heading.endswith(" value") and text not in ("", "N/A"):
                figure = published[EDITIONS[file], number, heading]
                assert figure["stated_value"] == text
                if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
                    assert float(figure["value"]) == float(text)
                compared += 1
    assert compared > {"2016": 600, "2019": 1400, "2022": 1900}[file]


PLACES = {"Coventry": "E08000026", "England": "E92000001"}


@pytest.mark.parametrize("file", EDITIONS)
def test_every_number_of_the_city_or_the_nation_in_a_year_is_of_that_place_and_year(line: Line, file: str) -> None:
    header, *rows = raw(file)
    published = figures(line)
    compared = 0
    for number, row in enumerate(rows, 1):
        for place, heading in enumerate(header):
            if not heading.endswith(" value"):
                continue
            value, scope, when = (cell.strip() for cell in row[place : place + 3])
            year = re.fullmatch(r"(\d{4})(/\d\d)?(?: (?:provisional|revised))?", " ".join(when.split()))
            one_year = year and year[2] in (None, f"/{(int(year[1]) + 1) % 100:02}")  # one is said to be 2018/20
            if year and one_year and scope in PLACES and re.fullmatch(r"-?\d+(?:\.\d+)?", value):
                figure = published[EDITIONS[file], number, heading]
                assert (figure["area_code"], figure["period_start"]) == (
                    PLACES[scope],
                    f"{year[1]}-{'04' if year[2] else '01'}-01",
                )
                assert float(figure["value"]) == float(value)
                compared += 1
    assert compared > {"2016": 200, "2019": 500, "2022": 800}[file]


def test_the_release_is_valid(line: Line) -> None:
    report = frictionless.validate(str(line.publish / "performance" / "datapackage.json"))
    assert report.valid, report.flatten(["title", "message"])[:5]
    verified = line.command("verify", str(line.publish))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def kinds(line: Line, kind: str) -> set[tuple[str, int]]:
    return {(row["edition"][:4], int(row["file_row"])) for row in found(line, "contradiction", kind=kind)}


def test_contradictions_that_the_files_really_hold_are_found(line: Line) -> None:
    """Collectable rates in pounds and in millions; shares as fractions; a share of nitrogen dioxide; targets in another unit."""
    assert kinds(line, "scale_against_row") == {("2016", 94), ("2022", 111)}
    assert kinds(line, "unit_against_target") == {("2016", 3), ("2016", 47), ("2016", 57), ("2016", 59), ("2022", 39)}
    assert kinds(line, "unit_against_value") == {("2016", 2), ("2016", 17), ("2019", 18), ("2022", 12), ("2022", 69)}
    assert {("2022", 38), ("2022", 53), ("2022", 55)} <= kinds(line, "status_without_value")
    assert {("2022", 24), ("2022", 36 + 3)} <= kinds(line, "target_without_status")
    assert {("2016", 3), ("2019", 4)} <= kinds(line, "progress_against_values")
    assert kinds(line, "status_against_value") == {("2016", 94)}
    assert kinds(line, "progress_against_direction") == {("2016", 200), ("2016", 201), ("2016", 202)}
    assert kinds(line, "value_without_place") == {("2016", 54), ("2019", 35)}
    assert kinds(line, "value_without_period") == {("2016", 24), ("2016", 54), ("2019", 27), ("2019", 35), ("2022", 50)}


def test_the_shifted_block_of_the_last_edition_is_found(line: Line) -> None:
    """Results of groups of pupils stand under earlier headings than in the edition before, the first under a comparator.

    Row 154 has but one such figure, and the edition before writes its group otherwise.
    """
    pupils = {("2022", row) for row in range(152, 196) if row != 154}
    assert kinds(line, "shifted_block") == pupils | {("2019", 35), ("2022", 216)}
    (row,) = found(
        line, "contradiction", edition=EDITIONS["2022"], file_row="153", heading="2021-22 end of year comparator metric value"
    )
    assert (row["other_edition"], row["other_heading"]) == (
        EDITIONS["2019"],
        "2016/17 end of year indicator national indicator value",
    )


def test_rows_that_changed_places_are_found(line: Line) -> None:
    """The pay of all employees stands in the row of full-time employees, and the other way round."""
    assert kinds(line, "figures_of_another") == {("2022", 75), ("2022", 76)}


def restated(line: Line, indicator: str, period: str) -> list[tuple[str, ...]]:
    """What is listed of an indicator of the city and a period: edition and value before, edition and value, kind of change."""
    columns = ("earlier_edition", "earlier_stated_value", "edition", "stated_value", "change")
    rows = found(line, "restatement", indicator_id=indicator, period_start=period, area_code="E08000026")
    return [tuple(row[column] for column in columns) for row in rows]


def test_restatements_that_the_files_really_hold_are_found_with_both_values_and_editions(line: Line) -> None:
    first, second, third = EDITIONS.values()
    assert restated(line, "visitor_trips_number", "2015-01-01") == [(first, "7973000.00", second, "7974000", "value")]
    assert restated(line, "repeat_victims_of_domestic_violence_reported_percent", "2016-04-01") == [
        (first, "6.70", second, "11.1", "value")
    ]
    assert restated(line, "repeat_victims_of_domestic_violence_reported_percent", "2019-04-01") == [
        (second, "24.6", third, "23.8", "value")
    ]
    assert restated(line, "drug_offences_and_drug_markers_recorded_number", "2019-04-01") == [
        (second, "530/817", third, "548/1082", "words")
    ]


def test_names_that_a_person_joined_are_one_indicator_and_mere_roundings_are_told_apart(line: Line) -> None:
    first, second, third = EDITIONS.values()
    joined = "resident_employment_rate_proxy_for_new_jobs_percent"
    assert {row["stated_name"] for row in found(line, "reported_figure", indicator_id=joined)} == {
        "Average resident employment rate",
        "Resident employment rate",
        "Resident employment rate (proxy for new jobs)",
    }
    whole_2016 = [row for row in restated(line, joined, "2016-01-01") if "69" in row]
    assert whole_2016 == [(first, "68.90", second, "69", "rounding"), (second, "69", third, "68.9", "rounding")]


def test_a_name_that_nobody_confirmed_is_listed_and_joins_nothing(line: Line) -> None:
    (name,) = found(line, "indicator_name", state="proposed")
    ids = {row["stated_name"]: row["indicator_id"] for row in line.table("performance", "reported_figure")}
    assert ids["Sickness absence (rolling year)"] == name["name_id"]
    assert ids["Council staff sickness absence (rolling twelve-month period)"] == name["same_as"]


def test_headings_that_cells_disagree_with_are_listed_with_both(line: Line) -> None:
    def disagreement(file: str, row: int, heading: str, kind: str) -> tuple[str, str, str]:
        (listed,) = found(line, "heading_disagreement", edition=EDITIONS[file], file_row=str(row), heading=heading, kind=kind)
        return listed["heading_says"], listed["cell_says"], listed["relation"]

    own, nation = "2016/17 end of year indicator value", "2016/17 end of year indicator national indicator value"
    assert disagreement("2016", 1, own, "period") == ("2016/17 end of year", "2015 provisional", "before")
    assert disagreement("2016", 91, own, "area") == ("E08000026", "Coventry and Warwickshire", "no_known_area")
    assert disagreement("2016", 12, nation, "area") == ("E92000001", "UK", "other_area")
    assert disagreement("2016", 200, "2015/16 end of year indicator value", "period") == (
        "2015/16 end of year",
        "31 Marach 2016 revised",
        "not_read",
    )
    assert disagreement("2022", 153, "2017/18 end of year metric national metric value", "period") == (
        "2017/18 end of year",
        "2019",
        "after",
    )


def test_a_figure_of_an_adopted_indicator_is_an_observation_once(line: Line) -> None:
    """The last edition's statement of each year, of what the council has adopted; other areas are comparators."""
    years = [row for row in line.table("performance", "observation") if row["period_type"] == "financial_year"]
    assert {row["period_start"][:4]: float(row["value"]) for row in years} == {
        "2015": 30.3, "2016": 29.9, "2017": 32.9, "2018": 34.1, "2019": 33.4, "2020": 34.0, "2021": 28.6, "2022": 30.5,
    }  # fmt: skip
    assert len(years) == 8
    others = [row for row in line.table("performance", "comparator") if row["area_code"] == "E92000001"]
    assert {row["period_start"][:4]: float(row["value"]) for row in others}["2021"] == 42.5


def test_likely_joins_are_proposed_with_what_speaks_for_them(line: Line) -> None:
    done = line.command(
        "indicators", "names", "--state", str(line.state), "--council", str(HERE / "council.yml"), "--sources",
        str(HERE / "sources"), "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = {row["name"]: row for row in json.loads(done.stdout)}
    proposed = told["overweight_or_obese_among_children_in_year_6_percent"]
    assert (proposed["state"], proposed["same_as"]) == ("proposed", "overweight_or_obesity_among_children_in_year_6_percent")
    assert "10 of 10 figures of the same area and period are the same" in proposed["evidence"]
    assert told["resident_employment_rate_percent"]["state"] == "confirmed"
    assert told["sickness_absence_rolling_year_days_per_full_time_equivalent"]["state"] == "unconfirmed"
