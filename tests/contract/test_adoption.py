"""The contract of an adoption: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"indicator_id": "waste_recycled", "owner": "Waste team", "level": "strategic"}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "markup": ({"rationale": "Because <b>so</b>"}, ("rationale", "no_markup")),
    "markup in the owner": ({"owner": "<i>Waste team"}, ("owner", "no_markup")),
    "no indicator": ({"indicator_id": None}, ("indicator_id", "not_nullable")),
    "an indicator in words": ({"indicator_id": "Waste recycled"}, ("indicator_id", "str_matches")),
    "no owner": ({"owner": None}, ("owner", "not_nullable")),
    "no level": ({"level": None}, ("level", "not_nullable")),
    "an unknown level": ({"level": "top"}, ("level", "isin")),
    "a band below nothing": ({"no_change_band": -0.1}, ("no_change_band", "greater_than_or_equal_to")),
    "a goal that there is not": (
        {"sustainable_development_goals": "11,18"},
        ("sustainable_development_goals", "str_matches"),
    ),
    "goals in words": ({"sustainable_development_goals": "No poverty"}, ("sustainable_development_goals", "str_matches")),
    "an unknown burden": ({"collection_burden": "some"}, ("collection_burden", "isin")),
}
EDGES = {
    "everything said": {"adopted_on": date(2025, 4, 1), "partners": "NHS", "rationale": "Because"},
    "the first goal and the last": {"sustainable_development_goals": "1, 10,17"},
    "a burden": {"collection_burden": "high"},
}
KEY = ("indicator_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("adoption", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("adoption")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("adoption", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("adoption", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("adoption", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("adoption")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
