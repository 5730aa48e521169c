"""Cells that say something else than a value, or say it in a way of their own: what they become, and which are set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from intake_case import COUNCIL, GOOD, HEADER, SOURCE, Case

from pipelines.sources import load_source

FIGURES = (
    SOURCE[: SOURCE.index("record_type")].replace("personal", "none")
    + """record_type: reported_figure
connector: {type: file_drop, folder: inbox, glob: "*"}
format: {type: csv, encoding: utf-8}
quarantine_limit_percent: 100
numbers: {thousands: ",", symbols: ["£", "%"], multiples: {m: 1000000}, negative: brackets}
marks: {"<5": c, c: c, "*": c, SUPP: c, ":": x, N/A: x, "": x, z: z, "(e)": u}
columns:
  indicator_id: {constant: anything}
  area_code: {constant: E06000996}
  period_type: {constant: calendar_year}
  period_start: Year
  period_end: Year
  value: Value
"""
)


def figure(folder: Path, cell: str, text: str = FIGURES) -> tuple[dict[str, Any] | None, dict[int, set[tuple[str, str]]]]:
    """The accepted record of a file with one figure, and the reasons why it was set aside."""
    case = Case(folder, text)
    case.drop(f'Year,Value,Note\n2020-01-01,"{cell}",\n')
    receipt = case.take_in()
    rows = case.accepted(receipt).select("value", "value_note").to_dicts()
    return (rows[0] if rows else None), case.quarantined(receipt)


@pytest.mark.parametrize(
    ("cell", "value", "note"),
    [
        ("<5", None, "c"), ("c", None, "c"), ("*", None, "c"), ("SUPP", None, "c"), (" SUPP\u00a0", None, "c"), (":", None, "x"),
        ("N/A", None, "x"), ("", None, "x"), ("z", None, "z"), ("12.5 (e)", 12.5, "u"), ("12.5", 12.5, None), ("0", 0.0, None),
        ("\u00a01,234.50\u2009", 1234.5, None), ("£12.373m", 12_373_000.0, None), ("12.5%", 12.5, None), ("(12)", -12.0, None),
    ],
)  # fmt: skip
def test_a_mark_is_a_reason_and_never_a_number(tmp_path: Path, cell: str, value: float | None, note: str | None) -> None:
    assert figure(tmp_path, cell) == ({"value": value, "value_note": note}, {})


@pytest.mark.parametrize("cell", ["supp", "<10", "..", "1,23", "12.5 (x)", "5 to 9", "#N/A!", "O", "1.2.3", "12m5", "NaN", "inf"])
def test_a_mark_that_nobody_stated_sets_the_row_aside(tmp_path: Path, cell: str) -> None:
    assert ("value", "not_a_number") in figure(tmp_path, cell)[1][1]


def test_without_a_statement_a_number_is_digits_alone(tmp_path: Path) -> None:
    plain = "\n".join(line for line in FIGURES.splitlines() if not line.startswith(("numbers", "marks"))) + "\n"
    for place, cell in enumerate(["1,234", "12%", "£5", "12m", "(5)", "<5", "c"]):
        assert ("value", "not_a_number") in figure(tmp_path / str(place), cell, plain)[1][1], cell


def test_a_note_of_the_file_and_a_mark_must_not_contradict_each_other(tmp_path: Path) -> None:
    case = Case(tmp_path, FIGURES + "  value_note: Note\n")
    case.drop("Year,Value,Note\n2020-01-01,c,z\n2021-01-01,*,\n2022-01-01,5,u\n")
    receipt = case.take_in()
    assert case.quarantined(receipt) == {1: {("value_note", "contradicting_notes")}}
    assert case.accepted(receipt)["value_note"].to_list() == ["c", "u"]


def test_spaces_of_every_kind_count_as_spaces(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(
        HEADER
        + GOOD.replace("007", "\u200b 0\u00a07\u3000")
        .replace("Abbey", "ABBEY\u00a0\u2009 Ward\ufeff")
        .replace("TEL", "TE\u00adL")
    )
    row = case.accepted(case.take_in()).to_dicts()[0]
    assert (row["request_id"], row["area_code"], row["channel"]) == ("0 7", "E05099001", "phone")


SERVICES = SOURCE.replace("service: {constant: housing_repairs}", "service: {column: How, lookup: services}").replace(
    '  channel: {column: How, values: {TEL: phone, "?": null}}\n', ""
)
LISTED = 'lists: {services: {housing_repairs: [Repairs, "03", "3"], missed_bins: []}}\n'


def test_every_name_of_a_code_means_the_code(tmp_path: Path) -> None:
    case = Case(tmp_path, SERVICES + LISTED)
    lines = [
        GOOD.replace("007", str(n)).replace("TEL", word)
        for n, word in enumerate(["03", "3", "repairs", "Missed_Bins", "Repars", "zz"])
    ]
    case.drop(HEADER + "".join(lines))
    receipt = case.take_in()
    assert case.accepted(receipt)["service"].to_list() == ["housing_repairs"] * 3 + ["missed_bins"]
    assert case.quarantined(receipt) == {5: {("service", "not_in_list")}, 6: {("service", "not_in_list")}}
    assert case.explanations(receipt) == {
        5: ["not in the list `services`; the nearest is `repairs`"],
        6: ["not in the list `services`"],
    }


def test_a_council_states_lists_for_all_its_sources(tmp_path: Path) -> None:
    case = Case(tmp_path, SERVICES)
    council = replace(COUNCIL, lists={"services": ["housing_repairs"]})
    listed = next(m for m in load_source(case.path, council).mappings if m.field == "service")
    assert listed.values == (("housing_repairs", "housing_repairs"),)


def test_an_hour_that_the_clocks_left_out_or_repeat_sets_the_row_aside(tmp_path: Path) -> None:
    lines = "".join(
        GOOD.replace("007", name).replace("01/04/2025 09:00", time).replace("02/04/2025 10:30", "02/12/2025 10:30")
        for name, time in {"gap": "30/03/2025 01:30", "twice": "26/10/2025 01:30", "good": "26/10/2025 00:59"}.items()
    )
    case = Case(tmp_path, SOURCE + "zone: Europe/London\n")
    case.drop(HEADER + lines)
    assert case.quarantined(case.take_in()) == {1: {("opened_at", "clock_change")}, 2: {("opened_at", "clock_change")}}
    case = Case(tmp_path / "told", SOURCE + "zone: Europe/London\nrepeated_hour: first\n")
    case.drop(HEADER + lines)
    assert case.quarantined(case.take_in()) == {1: {("opened_at", "clock_change")}}


def test_times_in_utc_become_local_ones(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("opened_at: Opened", "opened_at: {column: Opened, zone: UTC}"))
    case.drop(HEADER + GOOD)
    row = case.accepted(case.take_in()).to_dicts()[0]
    assert (row["opened_at"], row["closed_at"]) == (datetime(2025, 4, 1, 10), datetime(2025, 4, 2, 10, 30))


def test_a_rule_of_the_contract_is_told_in_plain_words(tmp_path: Path) -> None:
    text = SOURCE.replace("service: {constant: housing_repairs}", "service: How").replace(
        '{column: How, values: {TEL: phone, "?": null}}', "How"
    )
    case = Case(tmp_path, text)
    case.drop(HEADER + "1,01/04/2025,,02/04/2025,Abbey,Pigeon\n2,01/04/1825,,,Abbey,web\n3,05/04/2025,,04/04/2025,Abbey,web\n")
    words = "phone, web, app, email, in_person, post, social_media, staff, system, other"
    assert case.explanations(case.take_in()) == {
        1: ["not of the form that is wanted: ^[a-z][a-z0-9_]*$", f"none of the words that are allowed: {words}"],
        2: ["before 1950-01-01"],
        3: ["closed before opened (opened_at, closed_at)"],
    }
