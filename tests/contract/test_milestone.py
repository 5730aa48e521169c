"""The contract of a milestone: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"action_id": "a1", "milestone_id": "1", "title": "Post advertised", "status": "on_track"}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no action": ({"action_id": None}, ("action_id", "not_nullable")),
    "no id": ({"milestone_id": None}, ("milestone_id", "not_nullable")),
    "no title": ({"title": None}, ("title", "not_nullable")),
    "no status": ({"status": None}, ("status", "not_nullable")),
    "another status": ({"status": "fine"}, ("status", "isin")),
    "done without a day": ({"status": "done"}, ("row", "done_without_day")),
    "a day without being done": ({"completed_on": date(2025, 6, 1)}, ("row", "done_without_day")),
    "markup": ({"title": "<b>Post</b> advertised"}, ("title", "no_markup")),
}
EDGES = {
    "done": {"status": "done", "completed_on": date(2025, 6, 1)},
    "an owner of its own, cleared": {"owner": "Head of People", "publish": True},
    "not cleared": {"publish": False},
}
KEY = ("action_id", "milestone_id")


def test_a_good_record_satisfies_it() -> None:
    assert refused("milestone", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("milestone")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("milestone", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("milestone", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("milestone", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("milestone")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
