"""The contract of a commentary: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "indicator_id": "waste_recycled",
    "period_type": "quarter",
    "period_start": date(2025, 4, 1),
    "commentary": "A new round began in May.",
    "publish": True,
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no indicator": ({"indicator_id": None}, ("indicator_id", "not_nullable")),
    "an indicator in words": ({"indicator_id": "Waste recycled"}, ("indicator_id", "str_matches")),
    "no kind of period": ({"period_type": None}, ("period_type", "not_nullable")),
    "an unknown kind of period": ({"period_type": "year"}, ("period_type", "isin")),
    "no start": ({"period_start": None}, ("period_start", "not_nullable")),
    "no text": ({"commentary": None}, ("commentary", "not_nullable")),
    "markup": ({"commentary": "A <b>new</b> round"}, ("commentary", "no_markup")),
    "not said whether cleared": ({"publish": None}, ("publish", "not_nullable")),
}
EDGES = {"not cleared": {"publish": False}, "an author": {"author_role": "Head of Waste"}}
KEY = ("indicator_id", "period_type", "period_start")


def test_a_good_record_satisfies_it() -> None:
    assert refused("commentary", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("commentary")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("commentary", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("commentary", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("commentary", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("commentary")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
