"""The contract of a population: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"area_code": "E05099001", "year": 2025, "age_group": "all", "sex": "all", "population": 8000}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no area": ({"area_code": None}, ("area_code", "not_nullable")),
    "no year": ({"year": None}, ("year", "not_nullable")),
    "a year before any census": ({"year": 1800}, ("year", "greater_than_or_equal_to")),
    "a year far ahead": ({"year": 2201}, ("year", "less_than_or_equal_to")),
    "no age group": ({"age_group": None}, ("age_group", "not_nullable")),
    "no sex": ({"sex": None}, ("sex", "not_nullable")),
    "no number": ({"population": None}, ("population", "not_nullable")),
    "fewer than none": ({"population": -1}, ("population", "greater_than_or_equal_to")),
}
EDGES = {"an area without residents": {"population": 0}, "the first census": {"year": 1801}, "the last year": {"year": 2200}}
KEY = ("area_code", "year", "age_group", "sex")


def test_a_good_record_satisfies_it() -> None:
    assert refused("population", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("population")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("population", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("population", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("population", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("population")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
