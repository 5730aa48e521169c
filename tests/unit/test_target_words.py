"""Targets in words: each form that officers write is read as what it says, and what cannot be judged says why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.target_words import FORMS, SCHEMA, read, target_words_rows

LEVELS: dict[str, dict[str, Any]] = {
    "95": {"level": 95.0},
    "3.00%": {"level": 3.0},
    "-35%": {"level": -35.0},
    "zero": {"level": 0.0},
    "1,350 homes": {"level": 1350.0},
    "Maintain at 95 per cent": {"level": 95.0},
    "49.9+\n": {"at_least": 49.9},
    "95%+": {"at_least": 95.0},
    "At least 1,200 homes": {"at_least": 1200.0},
    "increase to 60%": {"at_least": 60.0},
    "<=19%": {"at_most": 19.0},
    "≤ 19 %": {"at_most": 19.0},
    "Less than or equal to 4%": {"at_most": 4.0},
    "20 days or less": {"at_most": 20.0},
    "Within legal limit of 40 micrograms per cubic metre": {"at_most": 40.0},
    "<-5": {"at_most": -5.0, "is_strict": True},
    "<15": {"at_most": 15.0, "is_strict": True},
    "fewer than 10 days": {"at_most": 10.0, "is_strict": True},
    ">1350": {"at_least": 1350.0, "is_strict": True},
    "between 3 and 5": {"at_least": 3.0, "at_most": 5.0},
    "580–630": {"at_least": 580.0, "at_most": 630.0},
    ">3400 and <3800 people": {"at_least": 3400.0, "at_most": 3800.0, "is_strict": True},
    ">9000 and<10000": {"at_least": 9000.0, "at_most": 10000.0, "is_strict": True},
    "50 by 2020": {"level": 50.0, "due_on": date(2020, 12, 31)},
    "85% by 2026/27": {"level": 85.0, "due_on": date(2027, 3, 31)},
    "at least 85% by the end of June 2027": {"at_least": 85.0, "due_on": date(2027, 6, 30)},
    "60 by 1st March 2030": {"level": 60.0, "due_on": date(2030, 3, 1)},
    "60 before 2030": {"level": 60.0, "due_on": date(2029, 12, 31)},
    "60 before 1 March 2030": {"level": 60.0, "due_on": date(2030, 2, 28)},
    "60 before 2026/27": {"level": 60.0, "due_on": date(2026, 3, 31)},
    "60 before the end of 2026/27": {"level": 60.0, "due_on": date(2027, 3, 31)},
    "a minimum of 90%": {"at_least": 90.0},
    "90% min": {"at_least": 90.0},
    "max 10": {"at_most": 10.0},
    "not less than 95%": {"at_least": 95.0},
    "maintain above 95%": {"at_least": 95.0, "is_strict": True},
    "keep at or below 5": {"at_most": 5.0},
    "Not to exceed 19%": {"at_most": 19.0},
    "must not exceed 19%": {"at_most": 19.0},
    "not above 5": {"at_most": 5.0},
    "equal to or less than 4": {"at_most": 4.0},
    "Not below 95%": {"at_least": 95.0},
    "equal to or greater than 95%": {"at_least": 95.0},
    "Must be at least 95%": {"at_least": 95.0},
    "Target: 95%": {"level": 95.0},
    "95% or better": {"level": 95.0},
    "To exceed 50%": {"at_least": 50.0, "is_strict": True},
    "increase to above 50%": {"at_least": 50.0, "is_strict": True},
    "Reduce to below 5%": {"at_most": 5.0, "is_strict": True},
    "to be below 5%": {"at_most": 5.0, "is_strict": True},
}
CHANGES: dict[str, dict[str, Any]] = {
    "To increase": {"direction": "increase"},
    "Reduce year on year": {"direction": "decrease", "comparator": "same_period_last_year"},
    "To improve": {"direction": "improve"},
    "better than last year": {"direction": "improve", "comparator": "same_period_last_year"},
    "maintain": {"direction": "maintain"},
    "No worse than the previous year": {"direction": "maintain", "comparator": "same_period_last_year"},
    "To reduce by 5%": {"direction": "decrease", "amount": 5.0, "amount_type": "relative"},
    "increase by 2.5 percentage points": {"direction": "increase", "amount": 2.5, "amount_type": "absolute"},
    "increase by 2pp": {"direction": "increase", "amount": 2.0, "amount_type": "absolute"},
    "Year on year improvement": {"direction": "improve", "comparator": "same_period_last_year"},
    "year-on-year reduction": {"direction": "decrease", "comparator": "same_period_last_year"},
    "same or better than last year": {"direction": "maintain", "comparator": "same_period_last_year"},
    "no worse than the previous quarter": {"direction": "maintain"},
    "To maintain or improve": {"direction": "maintain"},
    "maintain or improve on current performance": {"direction": "maintain"},
    "No deterioration": {"direction": "maintain"},
    "improving trend": {"direction": "improve"},
    "an improvement on the previous quarter": {"direction": "improve"},
    "reducing": {"direction": "decrease"},
    "5% improvement on last year": {
        "direction": "improve", "amount": 5.0, "amount_type": "relative", "comparator": "same_period_last_year",
    },
    "To halve": {"direction": "decrease", "amount": 50.0, "amount_type": "relative"},
}  # fmt: skip
COMPARISONS: dict[str, dict[str, Any]] = {
    "Better than statistical neighbours": {"comparator": "statistical_neighbours", "relation": "better"},
    "Better or equal to national average": {"comparator": "national", "relation": "no_worse"},
    "Equal to or better than England": {"comparator": "national", "relation": "no_worse"},
    "Below (better than) national average": {"comparator": "national", "relation": "below"},
    "Above or equal to national average": {"comparator": "national", "relation": "at_least"},
    ">= national average": {"comparator": "national", "relation": "at_least"},
    "In line with or better than the national average": {"comparator": "national", "relation": "no_worse"},
    "better than or in line with the national average": {"comparator": "national", "relation": "no_worse"},
    "no worse than the regional average": {"comparator": "region", "relation": "no_worse"},
    "better than our geographic neighbours": {"comparator": "geographic_neighbours", "relation": "better"},
    "above average": {"comparator": "peers", "relation": "above"},
    "exceed the benchmark": {"comparator": "own_benchmark", "relation": "better"},
    "within 2 percentage points of the national average": {
        "comparator": "national", "relation": "no_worse", "amount": 2.0, "amount_type": "absolute",
    },
}  # fmt: skip
PLACES: dict[str, tuple[str, int]] = {
    "top quartile": ("quartile", 1),
    "Second quartile or better": ("quartile", 2),
    "remain in top quartile": ("quartile", 1),
    "top two quartiles": ("quartile", 2),
    "in the top 3": ("rank", 3),
    "top ten": ("rank", 10),
}
UNREADABLE: dict[str, str] = {
    "Sustainable": "neither a level, nor a change, nor a comparison",
    "A&B = 100%": "neither a level",
    "23 out of 35": "neither a level",
    "3358 excluding mental health": "“excluding mental health” is neither the unit of the indicator nor a usual one",
    "between 5 and 3": "its lower end is above its upper end",
    "50 by 31 June 2020": "day is out of range",
    "85 by 2026/28": "2026/28 is not a year",
    "increase by -5": "a change is by more than nothing",
    "95,5": "neither a level",
    "from 70% to 75%": "neither a level",
    "top 0": "no authority, or every one, has such a place",
    "fourth quartile": "neither a level",
}


def said(words: str, **about: Any) -> dict[str, Any]:
    """What a reading says besides nothing."""
    return {name: value for name, value in asdict(read(words, **about)).items() if value is not None and value is not False}


@pytest.mark.parametrize("words", LEVELS)
def test_a_level_is_read_with_its_side_and_day(words: str) -> None:
    assert said(words) == {"kind": "level", **LEVELS[words]}


@pytest.mark.parametrize("words", CHANGES)
def test_a_change_from_the_period_before_is_read(words: str) -> None:
    assert said(words) == {"kind": "change", **CHANGES[words]}


@pytest.mark.parametrize("words", COMPARISONS)
def test_a_comparison_with_other_authorities_is_read(words: str) -> None:
    assert said(words) == {"kind": "comparator", **COMPARISONS[words]}


@pytest.mark.parametrize("words", PLACES)
def test_a_place_among_other_authorities_is_read(words: str) -> None:
    kind, place = PLACES[words]
    assert said(words) == {"kind": kind, "comparator": "peers", "place": place}


@pytest.mark.parametrize(
    "words", ["None set", "N/A", "Target not applicable", "-", "Monitor only", "Baseline year", "TBD", "to be determined"]
)
def test_words_that_set_no_target_are_no_target(words: str) -> None:
    assert read(words).kind == "none"


@pytest.mark.parametrize("words", UNREADABLE)
def test_what_cannot_be_judged_says_why_and_is_never_guessed(words: str) -> None:
    reading = said(words)
    assert reading.pop("kind") == "not_measurable"
    assert UNREADABLE[words] in reading.pop("reason")
    assert reading == {}


def test_a_number_is_read_in_the_unit_of_the_indicator() -> None:
    assert read("£297.5m", "pounds").level == 297_500_000
    assert read("£297.5m", "£ million").level == 297.5
    assert read("12 missed bins", "missed bins per 1,000 residents").level == 12
    assert read("12 missed bins", "percent").kind == "not_measurable"
    assert read("fewer than 3.5 per 1,000", "reports per 1,000 residents").at_most == 3.5


@pytest.mark.parametrize(
    ("words", "unit"),
    [("8 weeks", "days"), ("30 minutes", "hours"), ("4.5 weeks", "percent"), ("5%", "days"), ("£1.2m", "percent"),
     ("50 people", "percent"), ("3.5 per 100,000", "per 1,000 residents"), ("5 days", "requests")],
)  # fmt: skip
def test_a_number_in_another_unit_than_the_indicators_is_no_target(words: str, unit: str) -> None:
    assert "not the unit of the indicator" in str(read(words, unit).reason) or "neither the unit" in str(read(words, unit).reason)
    assert read(f"reduce by {words}", unit).kind == ("change" if "%" in words else "not_measurable")


@pytest.mark.parametrize(
    ("words", "unit"),
    [("5 working days", "days"), ("95%", "percent"), ("2 points", "percent"), ("95", "days"), ("£5", "pounds per resident"),
     ("12 per year", "visits per year"), ("40 households", "homes"), ("5%", "percent of budget"), ("4 weeks", "")],
)  # fmt: skip
def test_a_number_in_the_indicators_unit_is_a_target(words: str, unit: str) -> None:
    assert read(words, unit).level is not None


def test_a_year_in_words_begins_when_the_councils_year_does() -> None:
    assert read("50 by 2026/27", year_starts_in=1).due_on == date(2026, 12, 31)


def test_every_form_of_the_grammar_is_used_by_an_example() -> None:
    kinds = {kind for _, kind, _ in FORMS}
    assert kinds == {"level", "change", "comparator", "quartile", "rank", "none"}


def test_the_table_has_a_row_for_each_pair_of_indicator_and_words() -> None:
    words = pl.DataFrame(
        {"indicator_id": ["b", "a", "a", "a"], "target_words": ["top 3", "95", "95", None]},
    )
    rows = target_words_rows(words, {"a": "percent"}, 4)
    assert rows.schema == SCHEMA
    assert rows.select("indicator_id", "target_words", "kind").rows() == [("a", "95", "level"), ("b", "top 3", "rank")]
