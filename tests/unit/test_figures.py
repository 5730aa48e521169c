"""What a cell of a scorecard says: one number, or the reason why it says none; nothing is guessed."""

from __future__ import annotations

import pytest

from pipelines.figures import bounds, named_unit, named_unit_of_target, read, unit_kind
from schemas._stated import REASONS, UNIT_KINDS

NUMBERS = [
    ("43.2", "%", "43.2"),
    ("43.2%", "%", "43.2"),
    ("4 %", "percent", "4"),
    ("-0.05", "score", "-0.05"),
    ("− 3", "number", "-3"),
    ("+2", "number", "2"),
    (".5", "number", "0.5"),
    ("28,056", "number", "28056"),
    ("£1,200.50", "pounds", "1200.50"),
    ("300.0m", "millions of pounds", "300.0"),
    ("300.0m", "pounds", "300000000.0"),
    ("1.5 million", "number", "1500000.0"),
    ("3k", "thousands", "3"),
    ("0.00", "%", "0.00"),
    ("-0", "number", "0"),
    ("2016", "number", "2016"),
    ("\u20130.3", "%", "-0.3"),
    ("\u20115", "%", "-5"),
    ("£-1.2m", "pounds", "-1200000.0"),
    ("300.0m", "£'000", "300000.0"),
    ("1.2m", "£000s", "1200.0"),
    ("3 days", "days", "3"),
    ("1 day", "Days", "1"),
    ("1.2m tonnes", "tonnes", "1200000.0"),
]
NONE = [
    ("", "%", "not_stated"),
    (" N/A ", "%", "not_stated"),
    ("not applicable", "%", "not_stated"),
    ("New measure", "%", "not_stated"),
    ("<5", "number", "bound"),
    ("95%+", "%", "bound"),
    ("fewer than 10", "number", "bound"),
    ("580-630", "number", "range"),
    ("between 5 and 10", "number", "range"),
    ("425/736", "number", "two_figures"),
    ("23 out of 35", "number", "two_figures"),
    ("2019/20", "number", "period"),
    ("3358 excluding mental health", "number", "with_words"),
    ("6.7m Overspent", "rating", "with_words"),
    ("32 (184 with another scheme)", "number", "with_words"),
    ("about 50", "number", "with_words"),
    ("Merit +", "grade", "grade"),
    ("Good", "rating", "grade"),
    ("C-", "%", "grade"),
    ("Grade B", "number", "grade"),
    ("#REF!", "number", "error"),
    ("Err:502", "number", "error"),
    ("in balance", "pounds", "words"),
    ("In balance, though years to come are not", "rating", "words"),
    ("1,2", "number", "with_words"),
    ("(1.2)", "%", "with_words"),
    ("12.5*", "%", "with_words"),
    ("~95", "%", "with_words"),
    ("3.4pp", "%", "with_words"),
    ("12 000", "number", "with_words"),
    ("1.1E+07", "number", "with_words"),
    ("3 days", "number", "with_words"),
    ("1 in 4", "%", "two_figures"),
    ("1 in 4 people", "%", "two_figures"),
    ("up to 5", "number", "bound"),
    ("5 or fewer", "number", "bound"),
    ("no more than 5%", "%", "bound"),
    ("\u2013", "%", "not_stated"),
    ("N / A", "%", "not_stated"),
    ("Not yet available", "%", "not_stated"),
    ("No data", "%", "not_stated"),
    (":", "%", "words"),
]


@pytest.mark.parametrize(("cell", "unit", "number"), NUMBERS)
def test_a_number_is_read_in_the_unit_of_its_row(cell: str, unit: str, number: str) -> None:
    found = read(cell, unit, period_forms=["financial_year"])
    assert (found.number, found.reason) == (number, None)


@pytest.mark.parametrize(("cell", "unit", "reason"), NONE)
def test_whatever_is_not_one_number_has_a_reason(cell: str, unit: str, reason: str) -> None:
    found = read(cell, unit, absent=["New Measure"], period_forms=["financial_year"])
    assert (found.number, found.reason) == (None, reason)


def test_every_reason_is_shown_here() -> None:
    assert {reason for *_, reason in NONE} == set(REASONS)


KINDS = {
    "%": "percent", "% of patients": "percent", "number of homes": "count", "rate per 1,000 people": "rate",
    "millions of pounds": "money", "grade": "grade", "years": "time", "tonnes": "quantity", "average score": "score",
    "No.": "count", "no of visits": "count",
}  # fmt: skip


@pytest.mark.parametrize("unit", KINDS)
def test_a_unit_is_of_the_kind_that_its_words_name(unit: str) -> None:
    assert unit_kind(unit) == KINDS[unit]


def test_every_kind_of_unit_is_shown_here_and_other_words_are_of_none() -> None:
    assert set(KINDS.values()) == set(UNIT_KINDS)
    assert unit_kind("things") is None
    assert unit_kind("") is None


@pytest.mark.parametrize(
    ("text", "kind"), [("£300", "money"), ("95%", "percent"), ("12 people", "count"), ("12", None), ("pounds", None), ("", None)]
)
def test_a_figure_names_a_unit_beside_its_number(text: str, kind: str | None) -> None:
    assert named_unit(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("95%+", "percent"),
        ("To reduce by 5%", None),
        ("-35% by 2030", None),
        (">580 and <630 children", "count"),
        ("£2m", "money"),
        ("No less than 95", None),
        ("98 by the end of the year", None),
        ("8.5 days", "time"),
        ("10 days by year end", "time"),
    ],
)
def test_a_target_that_is_a_change_names_no_unit(text: str, kind: str | None) -> None:
    assert named_unit_of_target(text) == kind


@pytest.mark.parametrize(
    ("target", "unit", "told"),
    [
        ("95%+", "%", ("95", None, None, "false")),
        ("<24%", "%", (None, "24", None, "true")),
        ("580-630", "number", ("580", "630", None, "false")),
        ("66", "number", (None, None, "66", "false")),
        ("£2m", "millions of pounds", (None, None, "2", "false")),
        ("50 by 2030", "%", (None, None, None, None)),
        ("To increase", "%", (None, None, None, None)),
        ("Better than statistical neighbours", "%", (None, None, None, None)),
        ("N/A", "%", (None, None, None, None)),
        ("", "%", (None, None, None, None)),
    ],
)
def test_only_a_level_that_holds_now_gives_bounds(target: str, unit: str, told: tuple[str | None, ...]) -> None:
    assert bounds(target, unit) == told
