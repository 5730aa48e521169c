"""The contract of a payment: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {"payment_id": "P2P40153300", "paid_on": date(2025, 4, 1), "amount": 750.0}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no number": ({"payment_id": None}, ("payment_id", "not_nullable")),
    "no day": ({"paid_on": None}, ("paid_on", "not_nullable")),
    "a year written short": ({"paid_on": date(25, 4, 1)}, ("paid_on", "greater_than_or_equal_to")),
    "no amount": ({"amount": None}, ("amount", "not_nullable")),
}
EDGES = {
    "paid back": {"amount": -1089.62},
    "the first day there can be": {"paid_on": date(1950, 1, 1)},
    "a line of a payment": {"expense_code": "A44038", "cost_centre": "R0303008"},
}


def test_a_good_record_satisfies_it() -> None:
    assert refused("payment", GOOD) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("payment", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("payment", GOOD | EDGES[edge]) == set()


def test_the_lines_of_one_payment_are_told_apart() -> None:
    assert schemas.record_type("payment").key == ("payment_id", "expense_code", "cost_centre", "amount")
    assert "supplier_name" not in schemas.record_type("payment").types
