"""The contract of a quote: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "quote_id": "q1",
    "quote": "Mended the same day.",
    "consent": "given",
    "consent_means": "in_writing",
    "consented_on": date(2025, 6, 1),
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"quote_id": None}, ("quote_id", "not_nullable")),
    "no words": ({"quote": None}, ("row", "no_words")),
    "no consent": ({"consent": None}, ("consent", "not_nullable")),
    "another word for consent": ({"consent": "yes"}, ("consent", "isin")),
    "consent by no means": ({"consent_means": None}, ("row", "consent_not_recorded")),
    "consent on no day": ({"consented_on": None}, ("row", "consent_not_recorded")),
    "consent by other means": ({"consent_means": "by nod"}, ("consent_means", "isin")),
    "consent that ends too soon": ({"consent_until": date(2025, 5, 31)}, ("row", "consent_ends_before_it_is_given")),
    "consent that is not needed": ({"consent": "not_needed"}, ("consent", "isin")),
    "a program": ({"quote": "Good <script>alert(1)</script>"}, ("quote", "no_markup")),
    "a tag of a picture": ({"quote": "Good <img src=x>"}, ("quote", "no_markup")),
    "the end of a tag": ({"quote": "Good </td>"}, ("quote", "no_markup")),
    "a comment": ({"quote": "Good <!-- "}, ("quote", "no_markup")),
    "a sign by its name": ({"quote": "Good &lt;b&gt;"}, ("quote", "no_markup")),
    "a sign by its number": ({"quote": "Good &#60;b"}, ("quote", "no_markup")),
    "a link": ({"quote": "Good [see](https://example.org)"}, ("quote", "no_markup")),
    "a link that runs": ({"quote": "Good JavaScript: x"}, ("quote", "no_markup")),
    "markup over two lines": ({"quote": "Good\n<b\n>"}, ("quote", "no_markup")),
    "markup in who said it": ({"said_by": "<i>A tenant</i>"}, ("said_by", "no_markup")),
}
EDGES = {
    "marked": {"publish": True},
    "consent for one day": {"consent_until": date(2025, 6, 1)},
    "refused, whatever is marked": {"consent": "refused", "consent_means": None, "consented_on": None, "publish": True},
    "withdrawn, with the words taken out": {"consent": "withdrawn", "quote": None, "publish": True},
    "signs that are no markup": {"quote": "R&D; 3 < 5 & 7 > 6 (a) [b] 'c' \"d\" - e; f"},
}
KEY = ("quote_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("quote", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("quote")
    needed = {field: GOOD[field] for field in (*kind.required, "quote", "consent_means", "consented_on")}
    assert refused("quote", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("quote", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("quote", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("quote")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
