"""The contract of a case study: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "case_study_id": "c1",
    "title": "A boiler in January",
    "story": "Heating failed on a Friday. It was mended on the Saturday.",
    "consent": "given",
    "consent_means": "spoken",
    "consented_on": date(2025, 6, 1),
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no id": ({"case_study_id": None}, ("case_study_id", "not_nullable")),
    "no title": ({"title": None}, ("title", "not_nullable")),
    "no story": ({"story": None}, ("row", "no_words")),
    "no story though nobody is in it": ({"story": None, "consent": "not_needed"}, ("row", "no_words")),
    "no consent": ({"consent": None}, ("consent", "not_nullable")),
    "another word for consent": ({"consent": "yes"}, ("consent", "isin")),
    "consent by no means": ({"consent_means": None}, ("row", "consent_not_recorded")),
    "consent on no day": ({"consented_on": None}, ("row", "consent_not_recorded")),
    "consent by other means": ({"consent_means": "by nod"}, ("consent_means", "isin")),
    "consent that ends too soon": ({"consent_until": date(2025, 5, 31)}, ("row", "consent_ends_before_it_is_given")),
    "markup in the story": ({"story": "It <b>was</b> mended"}, ("story", "no_markup")),
    "markup in the title": ({"title": "<h1>A boiler"}, ("title", "no_markup")),
    "markup in the outcome": ({"outcome": "See [here](x)"}, ("outcome", "no_markup")),
}
EDGES = {
    "marked": {"publish": True},
    "nobody could be recognised": {"consent": "not_needed", "consent_means": None, "consented_on": None},
    "withdrawn, with the story taken out": {"consent": "withdrawn", "story": None},
    "a story of several lines": {"story": "Heating failed.\n\nIt was mended."},
}
KEY = ("case_study_id",)


def test_a_good_record_satisfies_it() -> None:
    assert refused("case_study", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("case_study")
    needed = {field: GOOD[field] for field in (*kind.required, "story", "consent_means", "consented_on")}
    assert refused("case_study", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("case_study", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("case_study", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("case_study")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
