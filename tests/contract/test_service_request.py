"""The contract of a service request: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "request_id": "007",
    "service": "housing_repairs",
    "opened_at": datetime(2025, 4, 1, 9),
    "due_at": datetime(2025, 4, 8, 23, 59, 59),
    "closed_at": datetime(2025, 4, 2, 10),
    "area_code": "E05099001",
    "channel": "phone",
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"request_id": None}, ("request_id", "not_nullable")),
    "no service": ({"service": None}, ("service", "not_nullable")),
    "a service that is no snake_case word": ({"service": "Housing repairs"}, ("service", "str_matches")),
    "neither opened nor closed": ({"opened_at": None, "closed_at": None}, ("row", "no_date")),
    "opened before 1950": ({"opened_at": datetime(1949, 12, 31)}, ("opened_at", "greater_than_or_equal_to")),
    "due before 1950": ({"due_at": datetime(1900, 1, 1)}, ("due_at", "greater_than_or_equal_to")),
    "closed before 1950": (
        {"opened_at": datetime(1950, 1, 1), "closed_at": datetime(1950, 1, 1) - timedelta(seconds=1)},
        ("closed_at", "greater_than_or_equal_to"),
    ),
    "an unknown channel": ({"channel": "pigeon"}, ("channel", "isin")),
    "closed before it was opened": ({"closed_at": datetime(2025, 4, 1, 8, 59)}, ("row", "closed_before_opened")),
}
EDGES = {
    "closed when it was opened": {"closed_at": datetime(2025, 4, 1, 9)},
    "no word of when it was opened": {"opened_at": None},
    "not closed yet": {"closed_at": None},
    "opened on the first day": {"opened_at": datetime(1950, 1, 1)},
}
KEY = ("request_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("service_request", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("service_request")
    needed = {field: GOOD[field] for field in (*kind.required, "opened_at")}  # or closed_at: one day must be told
    assert refused("service_request", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("service_request", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("service_request", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("service_request")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
