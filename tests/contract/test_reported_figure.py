"""The contract of a reported figure: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "indicator_id": "waste_recycled",
    "area_code": "E06000996",
    "period_type": "financial_year",
    "period_start": date(2025, 4, 1),
    "period_end": date(2026, 3, 31),
    "value": 45.5,
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "markup": ({"area_name": "<b>Northtown"}, ("area_name", "no_markup")),
    "no indicator": ({"indicator_id": None}, ("indicator_id", "not_nullable")),
    "an indicator in words": ({"indicator_id": "Waste recycled"}, ("indicator_id", "str_matches")),
    "no area": ({"area_code": None}, ("row", "figure_without_area")),
    "no kind of period": ({"period_type": None}, ("row", "figure_without_period")),
    "an unknown kind of period": ({"period_type": "year"}, ("period_type", "isin")),
    "no start": ({"period_start": None}, ("row", "figure_without_period")),
    "a start before any figure": ({"period_start": date(1800, 12, 31)}, ("period_start", "greater_than_or_equal_to")),
    "no end": ({"period_end": None}, ("row", "figure_without_period")),
    "an end before any figure": ({"period_end": date(1800, 1, 1)}, ("period_end", "greater_than_or_equal_to")),
    "an end before the start": ({"period_end": date(2025, 3, 31)}, ("row", "period_ends_before_start")),
    "an unknown note": ({"value_note": "q"}, ("value_note", "isin")),
    "neither value nor note": ({"value": None}, ("row", "value_without_note")),
    "unreliable without a value": ({"value": None, "value_note": "u"}, ("row", "value_without_note")),
    "a value that is called not available": ({"value_note": "x"}, ("row", "value_without_note")),
}
EDGES = {
    "not available": {"value": None, "value_note": "x"},
    "not applicable": {"value": None, "value_note": "z"},
    "confidential": {"value": None, "value_note": "c"},
    "unreliable": {"value_note": "u"},
    "nothing counted": {"value": 0.0},
    "below nothing": {"value": -2.5},
    "one day": {"period_end": date(2025, 4, 1)},
}
KEY = ("indicator_id", "area_code", "period_type", "period_start")
STATED = {
    "edition": "2025/26",
    "edition_end": date(2026, 3, 31),
    "file_row": 1,
    "heading": "2025/26 value",
    "stated_name": "Waste recycled",
}
"""What a figure of a scorecard has beside."""
BAD_STATED: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "half a period": ({"period_start": None}, ("row", "figure_without_period")),
    "no end of its edition": ({"edition_end": None}, ("row", "edition_without_place")),
    "no row": ({"file_row": None}, ("row", "edition_without_place")),
    "no heading": ({"heading": None}, ("row", "edition_without_place")),
    "no name": ({"stated_name": None}, ("row", "edition_without_place")),
    "a row above the first": ({"file_row": 0}, ("file_row", "greater_than_or_equal_to")),
    "a reason that is none": ({"value": None, "value_reason": "odd"}, ("value_reason", "isin")),
    "a reason why a number is none": ({"value_reason": "words"}, ("row", "value_without_note")),
    "neither a number nor a reason": ({"value": None}, ("row", "value_without_note")),
    "an unknown party": ({"party": "friends"}, ("party", "isin")),
    "an unknown status": ({"status": "Met"}, ("status", "isin")),
    "an unknown progress": ({"progress": "Up"}, ("progress", "isin")),
    "an unknown direction": ({"direction": "Up"}, ("direction", "isin")),
    "an unknown polarity": ({"polarity": "High"}, ("polarity", "isin")),
    "an unknown kind of unit": ({"unit_kind": "%"}, ("unit_kind", "isin")),
    "an unknown kind of unit in the cell": ({"value_unit": "%"}, ("value_unit", "isin")),
    "an unknown kind of unit in the target": ({"target_unit": "%"}, ("target_unit", "isin")),
}


def test_a_good_record_satisfies_it() -> None:
    assert refused("reported_figure", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("reported_figure")
    needed = {field: GOOD[field] for field in kind.required} | {field: GOOD[field] for field in ("value",)}
    assert refused("reported_figure", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("reported_figure", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("reported_figure", GOOD | EDGES[edge]) == set()


def test_a_figure_of_a_scorecard_may_be_of_no_known_area_and_period_and_say_no_number() -> None:
    none = dict.fromkeys(("area_code", "period_type", "period_start", "period_end", "value"))
    assert refused("reported_figure", GOOD | STATED) == set()
    assert refused("reported_figure", GOOD | STATED | none | {"value_reason": "words"}) == set()


@pytest.mark.parametrize("fault", BAD_STATED)
def test_a_bad_figure_of_a_scorecard_fails_the_rule(fault: str) -> None:
    change, (field, rule) = BAD_STATED[fault]
    found = refused("reported_figure", GOOD | STATED, GOOD | STATED | change)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


def test_its_key_fields_are_needed_and_a_figure_of_a_scorecard_is_named_by_its_place() -> None:
    kind = schemas.record_type("reported_figure")
    assert kind.key == kind.key_beside(["value"]) == KEY
    assert kind.key_beside(["edition", "value"]) == ("edition", "file_row", "heading")
    assert set(KEY) <= set(kind.required)
    assert {"indicator_id", "area_code", "period_type", "period_start", "period_end"} == set(kind.required)
    assert kind.required_beside(["edition"]) == ["indicator_id"]
