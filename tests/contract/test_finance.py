"""The contract of a quarter's cost: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"service": "planning", "period_start": date(2025, 4, 1), "period_end": date(2025, 6, 30), "budget": 1000.0}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no service": ({"service": None}, ("service", "not_nullable")),
    "a service in words": ({"service": "Planning team"}, ("service", "str_matches")),
    "no first day": ({"period_start": None}, ("period_start", "not_nullable")),
    "no last day": ({"period_end": None}, ("period_end", "not_nullable")),
    "a year written short": ({"period_start": date(25, 4, 1)}, ("period_start", "greater_than_or_equal_to")),
    "an end before the start": ({"period_end": date(2025, 3, 31)}, ("row", "period_ends_before_start")),
    "no amount": ({"budget": None}, ("row", "no_amount")),
}
EDGES = {
    "one day": {"period_end": date(2025, 4, 1)},
    "an actual alone": {"budget": None, "actual": -12.5},
    "a forecast alone": {"budget": None, "forecast": 0.0},
}
KEY = ("service", "period_start")


def test_a_good_record_satisfies_it() -> None:
    assert refused("finance", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("finance")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("finance", needed | {"actual": 0.0}) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("finance", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("finance", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("finance")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
