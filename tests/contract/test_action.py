"""The contract of an action: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"action_id": "a1", "title": "Hire", "owner": "Head of service", "status": "on_track"}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"action_id": None}, ("action_id", "not_nullable")),
    "no title": ({"title": None}, ("title", "not_nullable")),
    "no owner": ({"owner": None}, ("owner", "not_nullable")),
    "no status": ({"status": None}, ("status", "not_nullable")),
    "markup in the id": ({"action_id": "<b>"}, ("action_id", "no_markup")),
    "markup": ({"progress": "<a href=x>Begun</a>"}, ("progress", "no_markup")),
    "another status": ({"status": "fine"}, ("status", "isin")),
    "done without a day": ({"status": "done"}, ("row", "done_without_day")),
    "a day without being done": ({"completed_on": date(2025, 6, 1)}, ("row", "done_without_day")),
}
EDGES = {
    "cleared": {"publish": True},
    "done": {"status": "done", "completed_on": date(2025, 6, 1)},
    "late and due in the past": {"status": "late", "due_on": date(2020, 1, 1)},
}
KEY = ("action_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("action", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("action")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("action", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("action", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("action", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("action")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
