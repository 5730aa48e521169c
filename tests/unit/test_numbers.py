"""Numbers as people write them, and what is no number as stated."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.numbers import Numbers, faults

MONEY: dict[str, Any] = {
    "thousands": ",", "symbols": ["£", "%"],
    "multiples": {"k": 1000, "m": 1_000_000, "bn": 1_000_000_000}, "negative": "brackets",
}  # fmt: skip
CONTINENTAL: dict[str, Any] = {"decimal": ",", "thousands": "."}


def read(text: str, stated: dict[str, Any], kind: pl.DataType | None = None) -> Any:
    return pl.select(Numbers.of(stated).read(pl.lit(text), kind or pl.Float64())).item()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", 1234.5), ("1234.5", 1234.5), ("£12.373m", 12_373_000.0), ("12.373M", 12_373_000.0), ("0.07bn", 70_000_000.0),
        ("(56)", -56.0), ("12 %", 12.0), ("-£5", -5.0), ("£-5", -5.0), ("£ 5k", 5000.0), ("\u22127", -7.0), ("+3", 3.0),
        (".5", 0.5),
        ("£1,234,567", 1_234_567.0), ("0", 0.0),
    ],
)  # fmt: skip
def test_a_number_is_what_it_says(text: str, number: float) -> None:
    assert read(text, MONEY) == number


@pytest.mark.parametrize(
    "text",
    [
        "1,23",
        "12,34,567",
        "1.2.3",
        "--5",
        "(5",
        "5)",
        "(-5)",
        "£",
        "",
        "%",
        "m",
        "5 x",
        "1e5",
        "1£2",
        "<5",
        "c",
        "*",
        ":",
        "1,234.5,6",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read(text, MONEY) is None


def test_each_setting_says_one_thing() -> None:
    assert (read("1.234,5", CONTINENTAL), read("0,29", CONTINENTAL), read("1,234.5", CONTINENTAL)) == (1234.5, 0.29, None)
    assert (read("0.29", {"times": 100}), read("0.29%", {"times": 100})) == (29.0, None)
    assert (read("5-", {"negative": "behind"}), read("-5-", {"negative": "behind"}), read("(5)", {"negative": "behind"})) == (
        -5,
        None,
        None,
    )
    assert (read("1 234", {"thousands": " "}), read("1,234", {"thousands": " "})) == (1234, None)


def test_a_whole_number_is_whole() -> None:
    whole = [read(text, MONEY, pl.Int64()) for text in ("1,234", "2.5m", "3.0", "3.5", "99,999,999,999,999,999")]
    assert whole == [1234, 2_500_000, 3, None, None]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_any_amount_written_with_commas_is_read_back(amount: Any) -> None:
    assert read(f"{amount:,}", MONEY) == float(amount)
    assert read(f"{amount:,}".translate(str.maketrans(",.", ".,")), CONTINENTAL) == float(amount)


@pytest.mark.parametrize(
    ("stated", "own", "setting"),
    [
        ({"thousands": "."}, False, "thousands"), ({"decimal": ","}, False, None),
        ({"decimal": ",", "thousands": "."}, False, None),
        ({"decimal": ",", "thousands": "."}, True, "thousands"), ({"symbols": ["5"]}, False, "symbols"),
        ({"symbols": ["m"], "multiples": {"M": 1_000_000}}, False, "symbols"),
        ({"symbols": ["%"], "times": 100}, False, "times"), ({"symbols": ["£"], "times": 1000}, False, None),
    ],
)  # fmt: skip
def test_what_could_be_two_numbers_is_refused(stated: dict[str, Any], own: bool, setting: str | None) -> None:
    assert [name for name, _ in faults(stated, own)] == ([setting] if setting else [])
