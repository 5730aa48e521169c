"""The contract of a risk: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"risk_id": "r1", "title": "Flood", "owner": "Head of service", "likelihood": 2, "impact": 5, "status": "open"}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"risk_id": None}, ("risk_id", "not_nullable")),
    "no title": ({"title": None}, ("title", "not_nullable")),
    "no owner": ({"owner": None}, ("owner", "not_nullable")),
    "no likelihood": ({"likelihood": None}, ("likelihood", "not_nullable")),
    "likelihood too low": ({"likelihood": 0}, ("likelihood", "greater_than_or_equal_to")),
    "likelihood too high": ({"likelihood": 6}, ("likelihood", "less_than_or_equal_to")),
    "no impact": ({"impact": None}, ("impact", "not_nullable")),
    "impact too low": ({"impact": 0}, ("impact", "greater_than_or_equal_to")),
    "impact too high": ({"impact": 6}, ("impact", "less_than_or_equal_to")),
    "markup": ({"response": "[Ask](x)"}, ("response", "no_markup")),
    "another status": ({"status": "gone"}, ("status", "isin")),
}
EDGES = {
    "cleared": {"publish": True},
    "the slightest": {"likelihood": 1, "impact": 1},
    "the gravest": {"likelihood": 5, "impact": 5, "status": "closed"},
}
KEY = ("risk_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("risk", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("risk")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("risk", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("risk", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("risk", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("risk")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
