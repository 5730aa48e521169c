"""Several facts in a row of a file become a row each; every row is counted, and each can be found again in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_case import COUNCIL, Case

from pipelines.config import ConfigError
from pipelines.sources import load_source

FIGURES = """title: Figures
owner: A team
cadence: once
licence: OGL-UK-3.0
origin: Made for a test
lawful_basis: not needed, no personal data
retention: {years: 1}
sensitivity: none
record_type: reported_figure
connector: {type: file_drop, folder: inbox, glob: "*"}
format: {type: csv, encoding: utf-8}
quarantine_limit_percent: 100
"""
WIDE = """reshape:
  headers: ["(?P<year>[0-9]{4}/[0-9]{2}) (?P<place>City|Nation) (?P<part>value|note)"]
  period: {column: year, forms: [financial_year]}
columns:
  indicator_id: {column: Indicator, values: {Waste: waste, Roads: roads}}
  area_code: {column: place, values: {City: E06000001, Nation: E92000001}}
  period_type: period_type
  period_start: period_start
  period_end: period_end
  value: value
"""
FILE = """Indicator,2019/20 City value,2019/20 City note,2019/20 Nation value,Remark,2020/21 City value
Waste,40.5,good,45,,41
Roads,,,7,none,x
"""


def wide(folder: Path, more: str = WIDE, name: str = "a.csv", content: str = FILE) -> Case:
    case = Case(folder, FIGURES + more)
    case.drop(content, name)
    return case


def test_each_group_of_cells_is_a_row_with_its_area_and_period(tmp_path: Path) -> None:
    case = wide(tmp_path)
    receipt = case.take_in()
    rows = case.accepted(receipt).select("row_number", "indicator_id", "area_code", "period_start", "period_end", "value").rows()
    assert [(number, *rest[:2], *(day.isoformat() for day in rest[2:4]), rest[4]) for number, *rest in rows] == [
        (1, "waste", "E06000001", "2019-04-01", "2020-03-31", 40.5),
        (2, "waste", "E92000001", "2019-04-01", "2020-03-31", 45.0),
        (3, "waste", "E06000001", "2020-04-01", "2021-03-31", 41.0),
        (5, "roads", "E92000001", "2019-04-01", "2020-03-31", 7.0),
    ]


def test_every_group_is_accounted_for_and_empty_ones_are_layout(tmp_path: Path) -> None:
    case = wide(tmp_path)
    receipt = case.take_in()
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (6, 4, 1)
    assert receipt.layout == {"empty_cells": 1}
    assert ("value", "not_a_number") in [(reason["field"], reason["rule"]) for reason in receipt.reasons]
    assert list(case.quarantined(receipt)) == [6]  # of the second row, the third group


def test_a_period_in_none_of_the_stated_forms_sets_its_rows_aside(tmp_path: Path) -> None:
    content = FILE.replace("2020/21 City", "2020/22 City")
    receipt = wide(tmp_path, content=content).take_in()
    assert {reason["field"] for reason in receipt.reasons if reason["rule"] == "not_a_date"} == {"period_start", "period_end"}
    assert receipt.rows_accepted == 3


def test_a_file_without_such_headings_is_broken_and_says_what_it_has(tmp_path: Path) -> None:
    receipt = wide(tmp_path, content="Indicator,Other\nWaste,1\n").take_in()
    assert receipt.status == "broken"
    assert receipt.message
    assert "no heading is of a pattern stated under `reshape`; the file has: Indicator, Other" in receipt.message


def test_two_headings_that_say_the_same_are_refused(tmp_path: Path) -> None:
    receipt = wide(tmp_path, content="Indicator,2019/20 City value,2019/20  City value\nWaste,1,2\n").take_in()
    assert receipt.status == "broken"


NAMED = """reshape:
  file_name: "_(?P<month>[0-9]{4}-[0-9]{1,2})[.]csv$"
  joined: {what: [Indicator, Measure]}
  period: {column: month, forms: [numbered_month]}
columns:
  indicator_id: {column: what, values: {"Waste | tonnes": waste_tonnes, "Waste | share": waste}}
  area_code: {constant: E06000001}
  period_type: period_type
  period_start: period_start
  period_end: period_end
  value: Value
"""


def test_a_part_of_the_files_name_and_joined_columns_are_columns(tmp_path: Path) -> None:
    case = wide(tmp_path, NAMED, "figures_2019-7.csv", "Indicator,Measure,Value\nWaste,tonnes,5\nWaste,share,40\n")
    rows = case.accepted(case.take_in()).select("indicator_id", "period_type", "period_start", "value").rows()
    assert [(one, kind, start.isoformat(), value) for one, kind, start, value in rows] == [
        ("waste_tonnes", "month", "2019-07-01", 5.0),
        ("waste", "month", "2019-07-01", 40.0),
    ]


TITLES = """reshape:
  names: {id: [Metric, Unit]}
  period: {column: When, forms: [calendar_year, financial_year], remarks: [provisional, revised]}
columns:
  indicator_id: id
  area_code: {constant: E06000001}
  period_type: period_type
  period_start: period_start
  period_end: period_end
  value: Value
"""


def test_titles_become_ids_and_what_is_said_behind_a_period_is_no_part_of_it(tmp_path: Path) -> None:
    case = wide(
        tmp_path,
        TITLES,
        content="Metric,Unit,When,Value\n"
        "Waste & litter – recycled (%),,2019/20 provisional,1\n"
        "Homes,£,2019revised,2\n"
        "Homes,number,2019 guessed,3\n"
        "—,,2019,4\n",
    )
    receipt = case.take_in()
    rows = case.accepted(receipt)
    assert rows["indicator_id"].to_list() == ["waste_and_litter_recycled_percent", "homes_pounds"]
    assert rows["period_start"].dt.to_string().to_list() == ["2019-04-01", "2019-01-01"]
    assert {row: {field for field, _ in reasons} for row, reasons in case.quarantined(receipt).items()} == {
        3: {"period_type", "period_start", "period_end"},
        4: {"indicator_id"},
    }


def test_a_file_with_another_name_is_broken(tmp_path: Path) -> None:
    receipt = wide(tmp_path, NAMED, "figures.csv", "Indicator,Measure,Value\nWaste,tonnes,5\n").take_in()
    assert receipt.status == "broken"
    assert receipt.message
    assert "the file's name, figures.csv, is not of the pattern" in receipt.message


def test_a_row_that_cannot_be_read_is_one_row_set_aside(tmp_path: Path) -> None:
    receipt = wide(tmp_path, content=FILE + "Waste,1\n").take_in()
    assert receipt.rows_quarantined == 2
    assert receipt.rows_read == receipt.rows_accepted + receipt.rows_quarantined + receipt.rows_layout


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("(?P<year>[0-9]{4}/[0-9]{2}) (?P<place>City|Nation) (?P<part>value|note)", "[0-9]{4}", "names no part"),
        ("(?P<part>value|note)", "(?P<part>value", "not a regular expression"),
        ("[financial_year]", "[financial_year, academic_year]", "keep the one that is right"),
        ("[financial_year]", "[fortnight]", "fortnight"),
        ("type: csv, encoding: utf-8", "type: jsonl, encoding: utf-8", "headings"),
    ],
)
def test_mistakes_in_what_is_stated_are_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    case = Case(tmp_path, (FIGURES + WIDE).replace(old, new))
    with pytest.raises(ConfigError, match=says):
        load_source(case.path, COUNCIL)
