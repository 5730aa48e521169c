"""Three scorecards of an invented publisher, in a layout of its own, with every kind of contradiction planted."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

YEARS = (2020, 2021, 2022)
PARTIES = {"Ours": "Northtown", "Peers": "Peer group", "Country": "England"}
Cell = tuple[str, str | None, str | None]
"""A figure, whose and of when it is; ``None`` is what the heading says."""


@dataclass(frozen=True)
class Row:
    """One measure of an edition: its figures by party and year, and what is said of the edition's own figure."""

    name: str
    unit: str
    figures: Mapping[tuple[str, int], str | Cell] = field(default_factory=dict)
    target: str = ""
    met: str = ""
    moved: str = ""
    chart: str = ""
    better: str = ""


def label(year: int) -> str:
    return f"{year}/{(year + 1) % 100}"


def ours(*figures: str | Cell) -> dict[tuple[str, int], str | Cell]:
    """The council's own figures from the first year on."""
    return {("Ours", year): figure for year, figure in zip(YEARS, figures, strict=False)}


EDITIONS: dict[int, Sequence[Row]] = {
    2020: (
        Row("Bins emptied on time", "percent", ours("90.1"), "90", "Met", "Up", "Up", "High"),
        Row("Reports of fly-tipping", "number", ours("310")),
        Row("Pay of men", "pounds", ours("500") | {("Peers", 2020): "510", ("Country", 2020): "520"}),
        Row("Pay of women", "pounds", ours("400") | {("Peers", 2020): "410", ("Country", 2020): "420"}),
        Row("Waste recycled", "percent", ours("41") | {("Country", 2020): "44"}),
    ),
    2021: (
        Row("Bins emptied on time", "percent", ours("91.4", "92"), "95+", "Missed", "Up", "Up", "High"),
        Row("Reports of fly-tipping", "number", ours("310", "290")),
        Row("Pay of men", "pounds", ours("500", "505") | {("Peers", 2020): "510", ("Country", 2020): "520"}),
        Row("Pay of women", "pounds", ours("400", "405") | {("Peers", 2020): "410", ("Country", 2020): "420"}),
        Row("Waste recycled", "percent", ours("41", "42") | {("Country", 2020): "44", ("Country", 2021): "45"}),
        Row("Parks inspected", "number", ours("", "20")),
        Row("Buses on time", "percent", ours("80", "81")),
    ),
    2022: (
        Row("Bins emptied on time", "percent", ours("90.1", "92", "93")),
        Row("Fly-tips reported", "number", ours("310", "290", "270")),
        Row("Pay of men", "pounds", ours("400", "505") | {("Peers", 2020): "410", ("Country", 2020): "420"}),
        Row("Pay of women", "pounds", ours("400", "405") | {("Peers", 2020): "410", ("Country", 2020): "420"}),
        Row(
            "Waste recycled",
            "percent",
            ours("41.04", "42", "43")
            | {("Country", 2021): ("44", None, "2020/21"), ("Country", 2022): ("45", None, "2021/22")},
        ),
        Row("Inspected parks", "number", ours("", "20", "25")),
        Row("Cost of a repair", "pounds", ours("1,200", "1300", "1.25")),
        Row("Homes built", "number of homes", ours("", "", "12.5")),
        Row("Complaints upheld", "%", ours("", "", "£300")),
        Row("School places", "%", ours("", "", "140")),
        Row("Inspection of care", "rating", ours("", "", "Good"), "Outstanding", "Missed"),
        Row("Inspection of schools", "rating", ours("", "", "3")),
        Row("Library visits", "number", ours("", "", "N/A"), "500", "Met"),
        Row("Rent collected", "%", ours("", "", "97"), "N/A", "Met"),
        Row("Sick days", "days", ours("", "", "9"), "8", "None set"),
        Row("Council tax collected", "%", ours("", "", "96"), "£2m", "Met"),
        Row("Visitors", "number", ours("", "70", "60"), "", "", "Up", "Up", "High"),
        Row("Jobs", "number", ours("", "", "60"), "", "", "Up", "Down", "High"),
        Row("Carbon", "tonnes", ours("", "", ("Northtown", "45", "2022/23"))),
        Row("Streets swept", "number", ours("", "", ("12", "", ""))),
        Row("Offences", "number", ours("425/736", "<5", "23 out of 35")),
        Row("Grades", "grade", ours("Merit +", "2018/19", "12 excluding resits")),
        Row("Budget", "millions of pounds", ours("6.5m", "580-630", "in balance")),
        Row("Calls answered", "%", ours("", "", "80"), "90+", "Met"),
        Row("Calls dropped", "%", ours("", "", "4"), "5", "Missed", better="Low"),
        Row("Calls returned", "%", ours("", "", "4"), "<5", "Met", better="Low"),
        Row("Air", "micrograms", ours("31", ("30", "Airport", None), ("29", None, "2019"))),
        Row("Buses on time", "percent", ours("80", ("82", None, "Apr 2021-Mar 2022"), "83")),
        Row("Letters answered", "%", ours("", "", "96"), "No less than 95", "Met"),
        Row("Letters sent", "number", ours("", "", "12"), "No target set", "None set"),
    ),
}  # fmt: skip
PLANTED = {
    "unit_against_value": {("2022", 8), ("2022", 9), ("2022", 10), ("2022", 12), ("2022", 22)},
    "scale_against_row": {("2022", 7)},
    "unit_against_target": {("2022", 16)},
    "status_without_value": {("2022", 13)},
    "status_without_target": {("2022", 14)},
    "target_without_status": {("2022", 15)},
    "status_against_value": {("2022", 24), ("2022", 25)},
    "progress_against_values": {("2022", 17)},
    "progress_against_direction": {("2022", 18)},
    "shifted_block": {("2022", 5), ("2022", 19), ("2022", 22)},
    "figures_of_another": {("2022", 3)},
    "correction_undone": {("2022", 1)},
    "value_without_place": {("2022", 20)},
    "value_without_period": {("2022", 20)},
}
"""The rows of each kind of contradiction, by edition."""


def table(edition: int) -> list[list[str]]:
    """An edition as its publisher lays it out: a heading row, then a row a measure. The last one has other headings."""
    years = [year for year in YEARS if year <= edition]
    last = edition == YEARS[-1]
    blocks = [
        [f"{label(year)} {part} ({party})" if last else f"{party} {label(year)} {part}" for part in ("figure", "for", "when")]
        for party in PARTIES
        for year in years
    ]
    names = ["Indicator name", "Unit of measure"] if last else ["Measure", "Measured in"]
    header = [*names, "Better is", *(cell for block in blocks for cell in block), "Target", "Target met", "Moved", "On the chart"]
    return [["No", *header], *([str(number), *_cells(row, years)] for number, row in enumerate(EDITIONS[edition], 1))]


def _cells(row: Row, years: Sequence[int]) -> list[str]:
    cells = [row.name, row.unit, row.better]
    for party, place in PARTIES.items():
        for year in years:
            said = row.figures.get((party, year), "")
            figure, where, when = (said, None, None) if isinstance(said, str) else said
            told = figure or (row.target and year == years[-1] and party == "Ours")
            cells += [
                figure,
                place if where is None and told else where or "",
                label(year) if when is None and told else when or "",
            ]
    return [*cells, row.target, row.met, row.moved, row.chart]


def write(folder: Path, editions: Sequence[int] = YEARS) -> None:
    """The files, the last one in another encoding."""
    folder.mkdir(parents=True, exist_ok=True)
    for edition in editions:
        text = io.StringIO()
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(table(edition))
        encoding = "utf-8-sig" if edition == YEARS[-1] else "cp1252"
        (folder / f"scorecard {label(edition).replace('/', '-')}.csv").write_bytes(text.getvalue().encode(encoding))


LATER_PATTERN = """    - pattern: "(?P<year>[0-9]{4}/[0-9]{2}) (?P<part>figure|for|when) [(](?P<party>Ours|Peers|Country)[)]"
      says: {report: "{year}"}
"""
SOURCE = """title: Scorecards of Northtown
owner: Whoever runs the tests
cadence: yearly
licence: OGL-UK-3.0
origin: Made for a test
lawful_basis: not needed, no personal data
retention: {years: 10}
sensitivity: none
record_type: reported_figure
connector: {type: file_drop, folder: "${YARDSTICK_INBOX:-inbox}/scorecards", glob: "*.csv"}
format: {type: csv, encoding: [utf-8, cp1252], delimiter: ";"}
missing: [""]
reshape:
  file_name: {pattern: "(?P<from>[0-9]{4})-(?P<to>[0-9]{2})", says: {edition: "{from}/{to}"}}
  headers:
    - pattern: "(?P<party>Ours|Peers|Country) (?P<year>[0-9]{4}/[0-9]{2}) (?P<part>figure|for|when)"
      says: {report: "{year}"}
LATER    - {pattern: "Target", says: {report: "{edition}", party: Ours, part: target}}
    - {pattern: "Target met", says: {report: "{edition}", party: Ours, part: met}}
    - {pattern: "Moved", says: {report: "{edition}", party: Ours, part: moved}}
    - {pattern: "On the chart", says: {report: "{edition}", party: Ours, part: chart}}
  called: {measure: "Measure|Indicator name", unit: "Measured in|Unit of measure", better: "Better is"}
  unused: ["No"]
  names: {indicator_id: [measure, unit]}
  figure: {column: figure, unit: unit, target: target}
  period: {column: when, forms: [financial_year, calendar_year, twelve_months], remarks: [revised]}
  periods:
    report: {column: report, forms: [financial_year]}
    edition: {column: edition, forms: [financial_year]}
columns:
  indicator_id: indicator_id
  stated_name: measure
  stated_unit: unit
  unit_kind: unit_kind
  edition: edition
  edition_end: edition_end
  file_row: at_row
  heading: at_heading
  report: report
  report_start: report_start
  report_end: report_end
  party: {column: party, values: {Ours: own, Peers: comparator, Country: nation}}
  heading_area_code: {column: party, values: {Ours: E06000997, Peers: null, Country: E92000001}}
  area_code: {column: for, values: {Northtown: E06000997, England: E92000001}, otherwise: null}
  area_name: for
  stated_scope: for
  period_type: period_type
  period_start: period_start
  period_end: period_end
  stated_period: when
  value: figure_number
  stated_value: figure
  value_reason: figure_reason
  value_unit: figure_unit
  stated_target: target
  target_unit: target_unit
  target_at_least: target_at_least
  target_at_most: target_at_most
  target_level: target_level
  target_is_strict: target_is_strict
  stated_status: met
  status: {column: met, values: {Met: met, Missed: missed, None set: no_target}, otherwise: null}
  stated_progress: moved
  progress: {column: moved, values: {Up: better, Down: worse, Level: same}, otherwise: null}
  stated_direction: chart
  direction: {column: chart, values: {Up: better, Down: worse, Level: same}, otherwise: null}
  polarity: {column: better, values: {High: higher, Low: lower}, otherwise: null}
"""
NAMES = """names:
  - name: reports_of_fly_tipping_number
    same_as: fly_tips_reported_number
    evidence: "2 of 2 figures of the same area and period are the same"
    confirmed_by: Performance team
    confirmed_on: 2023-07-01
  - name: parks_inspected_number
    same_as: inspected_parks_number
    evidence: "1 of 1 figures of the same area and period are the same"
    confirmed_by:
    confirmed_on:
"""


def source(with_later_pattern: bool = True) -> str:
    """The source's ``source.yml``; without the pattern of the last edition's headings, where that is wanted."""
    return SOURCE.replace("LATER", LATER_PATTERN if with_later_pattern else "")
