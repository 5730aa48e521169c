"""The contract of an event: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"event_id": "storm_1", "starts_on": date(2025, 11, 1), "title": "Storm"}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"event_id": None}, ("event_id", "not_nullable")),
    "no first day": ({"starts_on": None}, ("starts_on", "not_nullable")),
    "no title": ({"title": None}, ("title", "not_nullable")),
    "markup": ({"description": "<p>More"}, ("description", "no_markup")),
    "a suspension that nobody may know of": ({"kind": "suspension", "publish": False}, ("row", "suspension_not_published")),
    "an unknown kind": ({"kind": "holiday"}, ("kind", "isin")),
    "an end before the start": ({"ends_on": date(2025, 10, 31)}, ("row", "ends_before_start")),
}
EDGES: dict[str, dict[str, Any]] = {
    "a suspension": {"kind": "suspension"},
    "one day": {"ends_on": date(2025, 11, 1)},
    "kept in the council": {"publish": False},
    "a suspension that is told": {"kind": "suspension", "publish": True},
    "still going on": {"ends_on": None},
}
KEY = ("event_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("event", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("event")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("event", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("event", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("event", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("event")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
