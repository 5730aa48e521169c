"""The contract of a survey response: each of its rules fails on the data it is there for, and on nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from contract_case import refused

import schemas

GOOD = {
    "wave": "2025",
    "fieldwork_start": date(2025, 6, 1),
    "fieldwork_end": date(2025, 6, 30),
    "respondent_id": "1",
    "question": "council_satisfaction",
    "answer": "very_satisfied",
    "weight": 0.5,
    "area_code": "E05099001",
    "age_group": "35-54",
    "sex": "female",
}
BAD: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no wave": ({"wave": None}, ("wave", "not_nullable")),
    "a wave that is too long": ({"wave": "2" * 21}, ("wave", "str_matches")),
    "no start": ({"fieldwork_start": None}, ("fieldwork_start", "not_nullable")),
    "a start before 1950": ({"fieldwork_start": date(1949, 1, 1)}, ("fieldwork_start", "greater_than_or_equal_to")),
    "no end": ({"fieldwork_end": None}, ("fieldwork_end", "not_nullable")),
    "an end before 1950": (
        {"fieldwork_end": date(1949, 1, 1)},
        ("fieldwork_end", "greater_than_or_equal_to"),
    ),
    "an end before the start": ({"fieldwork_end": date(2025, 5, 31)}, ("row", "fieldwork_ends_before_start")),
    "no respondent": ({"respondent_id": None}, ("respondent_id", "not_nullable")),
    "no question": ({"question": None}, ("question", "not_nullable")),
    "a question in words": ({"question": "How satisfied are you?"}, ("question", "str_matches")),
    "an answer in words": ({"answer": "Very satisfied"}, ("answer", "str_matches")),
    "no weight": ({"weight": None}, ("weight", "not_nullable")),
    "a weight of nothing": ({"weight": 0.0}, ("weight", "greater_than")),
    "a weight below nothing": ({"weight": -1.0}, ("weight", "greater_than")),
    "an age group of free text": ({"age_group": "about 40, lives alone!"}, ("age_group", "str_matches")),
    "a sex in words": ({"sex": "Female"}, ("sex", "str_matches")),
}
EDGES = {
    "fieldwork of one day": {"fieldwork_end": date(2025, 6, 1)},
    "a question not answered": {"answer": None},
    "a last age group": {"age_group": "75+"},
}
KEY = ("wave", "respondent_id", "question")


def test_a_good_record_satisfies_it() -> None:
    assert refused("survey_response", GOOD) == set()


def test_every_field_that_may_be_empty_can_be() -> None:
    kind = schemas.record_type("survey_response")
    needed = {field: GOOD[field] for field in kind.required}
    assert refused("survey_response", needed) == set()


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_record_fails_the_rule_and_no_other_record_does(fault: str) -> None:
    change, (field, rule) = BAD[fault]
    found = refused("survey_response", GOOD, GOOD | change, GOOD)
    assert (1, field, rule) in found
    assert {place for place, _, _ in found} == {1}


@pytest.mark.parametrize("edge", EDGES)
def test_what_lies_just_within_satisfies_it(edge: str) -> None:
    assert refused("survey_response", GOOD | EDGES[edge]) == set()


def test_its_key_fields_are_needed() -> None:
    kind = schemas.record_type("survey_response")
    assert kind.key == KEY
    assert set(KEY) <= set(kind.required)
