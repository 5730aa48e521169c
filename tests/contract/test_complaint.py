"""The contract of a complaint: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "case_id": "C1",
    "kind": "complaint",
    "service": "waste",
    "theme": "delay",
    "stage": "stage_1",
    "outcome": "upheld",
    "received_on": date(2025, 4, 1),
    "due_on": date(2025, 4, 15),
    "closed_on": date(2025, 4, 2),
    "area_code": "E05099001",
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"case_id": None}, ("case_id", "not_nullable")),
    "no kind": ({"kind": None}, ("kind", "not_nullable")),
    "an unknown kind": ({"kind": "moan"}, ("kind", "isin")),
    "a service in words": ({"service": "Waste & recycling"}, ("service", "str_matches")),
    "a theme in words": ({"theme": "Delay"}, ("theme", "str_matches")),
    "an unknown stage": ({"stage": "stage_3"}, ("stage", "isin")),
    "an unknown outcome": ({"outcome": "fair"}, ("outcome", "isin")),
    "received before 1950": ({"received_on": date(1949, 12, 31)}, ("received_on", "greater_than_or_equal_to")),
    "due before 1950": ({"due_on": date(1900, 1, 1)}, ("due_on", "greater_than_or_equal_to")),
    "closed before 1950": (
        {"received_on": None, "closed_on": date(1900, 1, 1)},
        ("closed_on", "greater_than_or_equal_to"),
    ),
    "neither received nor closed": ({"received_on": None, "closed_on": None}, ("row", "no_date")),
    "closed before it was received": ({"closed_on": date(2025, 3, 31)}, ("row", "closed_before_received")),
}
EDGES = {
    "closed on the day it was received": {"closed_on": date(2025, 4, 1)},
    "received, still open": {"closed_on": None},
    "closed, never said when received": {"received_on": None},
}
KEY = ("case_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("complaint", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("complaint")
    needed = {field: GOOD[field] for field in kind.required} | {field: GOOD[field] for field in ("received_on",)}
    assert refused("complaint", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("complaint", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("complaint", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("complaint")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
