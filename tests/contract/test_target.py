"""The contract of a target: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "indicator_id": "waste_recycled",
    "period_type": "financial_year",
    "period_start": date(2025, 4, 1),
    "period_end": date(2026, 3, 31),
    "target": 50.0,
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "markup": ({"reason": "See [why](x)"}, ("reason", "no_markup")),
    "no indicator": ({"indicator_id": None}, ("indicator_id", "not_nullable")),
    "an indicator in words": ({"indicator_id": "Waste recycled"}, ("indicator_id", "str_matches")),
    "no kind of period": ({"period_type": None}, ("period_type", "not_nullable")),
    "an unknown kind of period": ({"period_type": "year"}, ("period_type", "isin")),
    "no start": ({"period_start": None}, ("period_start", "not_nullable")),
    "no end": ({"period_end": None}, ("period_end", "not_nullable")),
    "an end before the start": ({"period_end": date(2025, 3, 31)}, ("row", "period_ends_before_start")),
    "no target": ({"target": None}, ("row", "target_or_words")),
    "a number and words": ({"target_words": "to increase"}, ("row", "target_or_words")),
    "an unknown kind of tolerance": ({"tolerance": 1.0, "tolerance_type": "pct"}, ("tolerance_type", "isin")),
    "a minimum beyond the target": ({"minimum": 51.0, "stretch": 55.0}, ("row", "levels_out_of_order")),
    "a stretch short of a target where low is good": ({"minimum": 60.0, "stretch": 55.0}, ("row", "levels_out_of_order")),
    "a profile in words": ({"profile": "rising"}, ("profile", "str_matches")),
    "a profile of five levels": ({"profile": "10,20,30,40,50"}, ("profile", "str_matches")),
    "a profile of a quarter": (
        {"period_type": "quarter", "period_end": date(2025, 6, 30), "profile": "flat"},
        ("row", "profile_of_no_year"),
    ),
    "a profile that ends elsewhere": ({"profile": "10, 20, 30, 40"}, ("row", "profile_misses_target")),
    "a profile of words": ({"target": None, "target_words": "50+", "profile": "10,20,30,50"}, ("row", "profile_misses_target")),
    "a tolerance below nothing": ({"tolerance": -0.1}, ("tolerance", "greater_than_or_equal_to")),
}
EDGES: dict[str, dict[str, Any]] = {
    "a target of nothing": {"target": 0.0},
    "no tolerance at all": {"tolerance": 0.0},
    "below nothing": {"target": -1.0},
    "words": {"target": None, "target_words": "between 3 and 5", "profile": "flat"},
    "a minimum and a stretch that are the target": {"minimum": 50.0, "stretch": 50.0},
    "a minimum above the target, where low is good": {"minimum": 60.0, "stretch": 40.0},
    "a profile of four levels": {"profile": "10, 20.5, 30, 50"},
    "a profile of twelve levels": {"profile": "-1,2,3,4,5,6,7,8,9,10,11,50.0"},
}
KEY = ("indicator_id", "period_type", "period_start", "agreed_on")


def test_a_good_record_satisfies_it() -> None:
    assert refused("target", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("target")
    needed = {field: GOOD[field] for field in (*kind.required, "target")}
    assert refused("target", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("target", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("target", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("target")
    assert kind.key == KEY
    assert set(KEY) - set(kind.required) == {"agreed_on"}  # empty where nobody wrote it down: then there is one version
