"""Wide yearly tables become long figures: patterns that say more, headings that differ, cells that are all accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_case import COUNCIL, Case
from scorecard_files import YEARS, source, table, write

from pipelines.config import ConfigError
from pipelines.receipts import Receipt
from pipelines.sources import load_source


def scorecards(folder: Path, text: str | None = None) -> Case:
    return Case(folder, (text or source()).replace("${YARDSTICK_INBOX:-inbox}/scorecards", "inbox"))


def taken_in(case: Case, edition: int) -> Receipt:
    write(case.path.parent / "inbox", [edition])
    return case.take_in()


@pytest.mark.parametrize("edition", YEARS)
def test_every_cell_of_a_wide_table_is_read_or_stated_as_unused(tmp_path: Path, edition: int) -> None:
    case = scorecards(tmp_path)
    receipt = taken_in(case, edition)
    header, *rows = table(edition)
    assert receipt.status == "accepted", receipt.message
    assert receipt.warnings == []
    groups = 3 * len([year for year in YEARS if year <= edition])
    assert receipt.rows_read == groups * len(rows) == receipt.rows_accepted + receipt.layout["empty_cells"]
    read = set(case.source.reshape.needed(case.source.columns, header, f"scorecard {edition}-{edition % 100 + 1}.csv"))
    assert read | {"No"} == set(header)
    figures = case.accepted(receipt)
    stated = {(row["file_row"], row["heading"]): row["stated_value"] for row in figures.to_dicts()}
    cells = {
        (number, heading): cell
        for number, row in enumerate(rows, 1)
        for heading, cell in zip(header, row, strict=True)
        if "figure" in heading and cell
    }
    assert {place: value for place, value in stated.items() if value is not None} == cells


def test_an_edition_with_other_headings_and_another_encoding_takes_one_added_pattern(tmp_path: Path) -> None:
    without = taken_in(scorecards(tmp_path / "without", source(with_later_pattern=False)), YEARS[-1])
    assert without.status == "broken"
    assert "gives `figure`, the figures; add one for this file's headings. No pattern knows: No, 2020/21 figure (Ours)" in str(
        without.message
    )
    case = scorecards(tmp_path / "with")
    added = taken_in(case, YEARS[-1])
    assert added.warnings == []
    assert len(case.accepted(added)["stated_value"].drop_nulls()) > 40


def test_headings_that_no_pattern_knows_are_told(tmp_path: Path) -> None:
    receipt = taken_in(scorecards(tmp_path, source().replace('    - {pattern: "On the chart"', '    - {pattern: "Chart"')), 2020)
    (warning,) = receipt.warnings
    assert warning.startswith("columns are neither read nor stated as unused, so nothing of them is published: On the chart")


def test_target_status_and_progress_go_to_the_report_that_they_are_of(tmp_path: Path) -> None:
    case = scorecards(tmp_path)
    rows = (
        case.accepted(taken_in(case, 2021))
        .filter(file_row=1)
        .select("report", "stated_target", "status", "progress", "direction")
    )
    assert rows.rows() == [
        ("2020/21", None, None, None, None),
        ("2021/22", "95+", "missed", "better", "better"),
    ]


def test_headings_in_another_case_say_the_same_where_the_pattern_is_for_any(tmp_path: Path) -> None:
    text = source().replace('"(?P<party>Ours|Peers', '"(?i)(?P<party>Ours|Peers').replace("party: Ours,", "party: ours,")
    for word in ("Ours: own", "Peers: comparator", "Country: nation", "Ours: E06000997", "Peers: null", "Country: E92000001"):
        text = text.replace(word, word[0].lower() + word[1:])
    case = scorecards(tmp_path, text)
    write(case.path.parent / "inbox", [2020])
    path = next((case.path.parent / "inbox").glob("*.csv"))
    path.write_bytes(path.read_bytes().replace(b"Ours 2020/21 figure", b"OURS 2020/21 Figure"))
    rows = case.accepted(case.take_in()).filter(file_row=1)
    assert rows.select("party", "stated_value", "stated_scope", "status").rows() == [("own", "90.1", "Northtown", "met")]


def test_a_file_that_calls_its_indicators_otherwise_is_broken_and_says_what_it_has(tmp_path: Path) -> None:
    receipt = taken_in(scorecards(tmp_path, source().replace("Measure|Indicator name", "Measure")), YEARS[-1])
    assert receipt.status == "broken"
    assert "no heading is of the pattern called `measure` under `reshape`; add what this file calls it" in str(receipt.message)


def test_a_file_may_be_without_a_column_where_its_pattern_says_so(tmp_path: Path) -> None:
    case = scorecards(tmp_path, source().replace('unit: "Measured in|Unit of measure"', 'unit: "Unit|"'))
    receipt = taken_in(case, 2020)
    assert receipt.status == "accepted", receipt.message
    assert "Measured in" in receipt.warnings[0]
    named = case.accepted(receipt).select("indicator_id", "stated_unit", "stated_value").row(0)
    assert named == ("bins_emptied_on_time", None, "90.1")


def test_a_heading_that_stands_twice_is_refused_until_it_is_stated_which_counts(tmp_path: Path) -> None:
    case = scorecards(tmp_path)
    write(case.path.parent / "inbox", [2020])
    path = next((case.path.parent / "inbox").glob("*.csv"))
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\r\n".join([lines[0] + b";Ours 2020/21 figure", *(line + b";7" for line in lines[1:])]))
    broken = case.take_in()
    assert broken.status == "broken"
    assert "state `repeated_names: numbered` under `format`" in str(broken.message)
    text = source().replace('delimiter: ";"', 'delimiter: ";", repeated_names: numbered')
    text = text.replace('["No"]', '["No", ".* [(]2[)]"]')
    case.path.write_text(text.replace("${YARDSTICK_INBOX:-inbox}/scorecards", "inbox"), encoding="utf-8")
    receipt = case.take_in()
    assert (receipt.status, receipt.warnings) == ("accepted", [])
    assert case.accepted(receipt)["stated_value"][0] == "90.1"


def test_a_part_that_is_called_otherwise_is_told_with_the_way_out(tmp_path: Path) -> None:
    text = source().replace("(?P<part>figure|for|when)", "(?P<part>outturn|for|when)")
    case = scorecards(tmp_path, text)
    write(case.path.parent / "inbox", [2020])
    path = next((case.path.parent / "inbox").glob("*.csv"))
    path.write_bytes(path.read_bytes().replace(b" figure", b" outturn"))
    receipt = case.take_in()
    assert "The others give: chart, for, met, moved, outturn, target, when; what a part is called" in str(receipt.message)
    heading = "(?P<party>Ours|Peers|Country) (?P<year>[0-9]{4}/[0-9]{2}) outturn"
    says = f'    - {{pattern: "{heading}", says: {{report: "{{year}}", part: figure}}}}\n'
    case.path.write_text(case.path.read_text().replace("  headers:\n", "  headers:\n" + says), encoding="utf-8")
    assert case.take_in().status == "accepted"


def test_two_headings_of_one_column_are_refused(tmp_path: Path) -> None:
    receipt = taken_in(scorecards(tmp_path, source().replace('unit: "Measured in|', 'unit: "Measured in|Target|')), 2020)
    assert receipt.status == "broken"
    assert "several headings are of the pattern called `unit`" in str(receipt.message)


def test_a_period_that_cannot_be_read_is_none_and_keeps_its_words(tmp_path: Path) -> None:
    case = scorecards(
        tmp_path, source().replace("forms: [financial_year, calendar_year, twelve_months]", "forms: [calendar_year]")
    )
    rows = case.accepted(taken_in(case, 2020))
    assert set(rows["stated_period"]) == {"2020/21"}
    assert rows["period_start"].null_count() == len(rows)


def test_remarks_may_follow_one_another_in_any_case(tmp_path: Path) -> None:
    case = scorecards(tmp_path)
    write(case.path.parent / "inbox", [2020])
    path = next((case.path.parent / "inbox").glob("*.csv"))
    path.write_bytes(path.read_bytes().replace(b"Northtown;2020/21;", b"Northtown;2020/21 Revised revised;", 1))
    rows = case.accepted(case.take_in()).filter(stated_period="2020/21 Revised revised")
    assert rows["period_start"].dt.to_string().to_list() == ["2020-04-01"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('says: {report: "{year}"}', 'says: {report: "{yaer}"}', "nothing names the part `yaer`. Allowed: edition, part"),
        ('says: {report: "{year}"}', 'says: {report: "{year"}', "the curly brackets do not match"),
        ('unit: "Measured in|Unit of measure"', 'unit: "Measured ("', "this is not a regular expression"),
        ('unused: ["No"]', 'unused: ["("]', "this is not a regular expression"),
        ("report: {column: report, forms: [financial_year]}", "report: {column: report, forms: [financial_year, numbered_month]}",
         "the same words can be a period"),
    ],
)  # fmt: skip
def test_mistakes_in_what_is_stated_are_told_before_anything_is_read(tmp_path: Path, old: str, new: str, what: str) -> None:
    case = scorecards(tmp_path, source().replace(old, new, 1))
    with pytest.raises(ConfigError) as error:
        load_source(case.path, COUNCIL)
    assert what in str(error.value)


def test_an_ordinary_source_still_needs_area_and_period(tmp_path: Path) -> None:
    text = source().replace(
        "  area_code: {column: for, values: {Northtown: E06000997, England: E92000001}, otherwise: null}\n", ""
    )
    text = text.replace("  edition: edition\n", "")
    with pytest.raises(ConfigError) as error:
        load_source(scorecards(tmp_path, text).path, COUNCIL)
    assert "`area_code` is missing" in str(error.value)
