"""The contract of a priority: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"priority_id": "homes", "title": "Good homes"}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"priority_id": None}, ("priority_id", "not_nullable")),
    "no title": ({"title": None}, ("title", "not_nullable")),
    "markup": ({"description": "<p>More"}, ("description", "no_markup")),
}
EDGES = {"described": {"description": "Safe and warm"}}
KEY = ("priority_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("priority", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("priority")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("priority", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("priority", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("priority", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("priority")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
