"""Figures as scorecards write them: ``300.0m``, ``<5``, ``425/736``, ``Merit +``, ``6.7m Overspent``.

Belongs here: which cells say one number, which number that is in the row's unit, why the others say none, which unit a text
names, and which bounds a target asks for. Does not belong here: which column holds a figure (``reshape``), numbers as an ordinary
source states them (``numbers``), and what follows where two cells contradict each other (dbt).

Nothing is guessed: a cell that says more, less or other than one number keeps its text, and one of the reasons in
``schemas._stated``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from pipelines import target_words
from pipelines.periods import read as read_period

MINUS = "\u2010\u2011\u2013\u2212-"
"""Signs that make a number negative: a hyphen, and what word processors and spreadsheets put in its place."""
_SIGN = rf"[+{MINUS}]"
_NUMBER = r"[£$€]?\s?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[£$€]?\s?\.\d+"
_SCALE = r"(?:k|m|bn|thousand|million|billion)"
_SIGNED = rf"{_SIGN}?\s?(?:{_NUMBER})(?:\s?{_SCALE}\b)?(?:\s?%)?"
_SCALES = {
    "k": Decimal(10**3), "thousand": Decimal(10**3), "m": Decimal(10**6), "million": Decimal(10**6),
    "bn": Decimal(10**9), "billion": Decimal(10**9),
}  # fmt: skip
_FIGURE = re.compile(rf"(?P<sign>{_SIGN}?)\s?(?P<number>{_NUMBER})(?:\s?(?P<scale>{_SCALE})\b)?\s?%?", re.IGNORECASE)
_SIGN_BEHIND = re.compile(rf"^([£$€])({_SIGN})(?=\d)")
_ABSENT = re.compile(
    r"|n\.?\s?/?\s?a\.?|none|nil return|no data|awaiting data"
    r"|(?:data )?not (?:yet )?(?:available|applicable|known|reported|collected|published)|tbc|[-\u2013\u2014]+|\.\.+",
    re.IGNORECASE,
)
_ERROR = re.compile(r"#(?:null!|div/0!|value!|ref!|name\?|num!|n/a)|#{3,}|err:\d+", re.IGNORECASE)
_BOUND = re.compile(
    r"(?:[<>≤≥]=?|=[<>]|under|over|below|above|(?:no |not )?(?:fewer|less|more) than|at least|at most|up to)"
    rf"\s?{_SIGNED}|{_SIGNED}\s?(?:\+|or (?:fewer|less|more|under|over))",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"(?:between )?{_SIGNED}\s?(?:-|–|to|and)\s?{_SIGNED}", re.IGNORECASE)
_TWO = re.compile(rf"{_SIGNED}\s?(?:/|:|out of|of|in)\s?{_SIGNED}(?: [a-z]+)?", re.IGNORECASE)
_WITH_WORDS = re.compile(rf"{_SIGNED}[\s(\[].*[a-z].*|.*[a-z].*\s{_SIGNED}", re.IGNORECASE)
_WITH_SIGNS = re.compile(r"(?=.*\d)[^a-z]*(?:[a-z][^a-z]*){0,2}", re.IGNORECASE)
"""A number with a mark or two letters: ``12.5*``, ``(1.2)``, ``~95``, ``3.4pp``, ``1,2``."""
_GRADE = re.compile(r"(?:grade )?[a-gu][*]?\s?[+-]?", re.IGNORECASE)
_CHANGE = re.compile(rf"^\s*{_SIGN}\s?\d|\b(?:reduc|increas|decreas|improv|ris|fall|cut|chang|grow)\w*", re.IGNORECASE)
_A_YEAR = re.compile(
    r"\b(?:(?:by|before|since|from|than|of|for|in|each|every|this|next|last|previous|the|financial|academic|calendar)\s+)+years?\b"
    r"|\byears?[- ](?:end|on[- ]year)\b",
    re.IGNORECASE,
)
_FEW_WORDS = re.compile(r"[^\W\d]+(?: [^\W\d]+){0,2}\s?[-+*]?")

UNITS: tuple[tuple[str, str], ...] = (
    ("rate", r"\b(?:rate|ratio|per [\d,]+)\b|\bper (?:head|person|capita|household|full)"),
    ("grade", r"\b(?:grade|rating|judgement|band)s?\b"),
    ("percent", r"%|\bper ?cent\b|\bpercentage\b"),
    ("money", r"[£$€]|\b(?:pounds?|pence|gbp|sterling)\b"),
    ("score", r"\b(?:scores?|points?|index|relative)\b"),
    ("time", r"\b(?:years?|months?|weeks?|days?|hours?|minutes?)\b"),
    ("quantity", r"\b(?:tonnes?|kg|kwh|mwh|km|miles?|hectares?|micrograms?|full[- ]time equivalents?|fte)\b"),
    (
        "count",
        r"\b(?:numbers?|counts?|no\.|no(?= of\b|$)|people|persons?|children|adults?|residents?|households?|homes|cases|jobs"
        r"|visits?)(?!\w)",
    ),
)
"""Kinds of unit by the words that name them, the most telling first: ``rate per 1,000 pounds`` is a rate."""


@dataclass(frozen=True)
class Figure:
    """What a cell says: the number in the row's own unit as plain text, or the reason why it says none."""

    number: str | None = None
    reason: str | None = None


def read(text: str, unit: str, absent: Sequence[str] = (), period_forms: Sequence[str] = (), year_starts_in: int = 4) -> Figure:
    """What a cell says in a row whose unit is stated as ``unit``.

    A scale behind the number counts unless the unit names it: ``300.0m`` is 300.0 in millions of pounds and 300000000 in
    pounds. ``absent`` are the source's own words for no figure; ``period_forms`` the forms in which it writes periods.
    """
    cell = _without_unit(_SIGN_BEHIND.sub(r"\2\1", " ".join(text.split())), unit)
    if _ABSENT.fullmatch(cell) or cell.casefold() in {word.casefold() for word in absent}:
        return Figure(reason="not_stated")
    if _ERROR.fullmatch(cell):
        return Figure(reason="error")
    if found := _FIGURE.fullmatch(cell):
        return Figure(number=_plain(found, unit))
    if read_period(cell, period_forms, year_starts_in):
        return Figure(reason="period")
    told = (("bound", _BOUND), ("range", _RANGE), ("two_figures", _TWO), ("with_words", _WITH_WORDS), ("with_words", _WITH_SIGNS))
    reason = next((reason for reason, pattern in told if pattern.fullmatch(cell)), None)
    if reason is None:
        in_grades = unit_kind(unit) == "grade" and _FEW_WORDS.fullmatch(cell)
        reason = "grade" if _GRADE.fullmatch(cell) or in_grades else "words"
    return Figure(reason=reason)


def _without_unit(cell: str, unit: str) -> str:
    """The cell without the row's own unit behind its number: ``3`` of ``3 days`` in a row of days, or of ``1 day``."""
    number, _, words = cell.partition(" ")
    same = words.casefold().rstrip("s") == " ".join(unit.split()).casefold().rstrip("s")
    return number if words and same and _FIGURE.fullmatch(number) else cell


def _plain(found: re.Match[str], unit: str) -> str:
    """The number as a plain decimal, in the row's unit."""
    number = Decimal(re.sub(r"[£$€,\s]", "", found["number"]))
    if found["scale"]:
        number *= _SCALES[found["scale"].lower()] / _scale_of(unit)
    is_negative = found["sign"] not in ("", "+") and number != 0
    return f"{-number if is_negative else number:f}"


def _scale_of(unit: str) -> Decimal:
    """What one of the unit is worth, where its words name a scale: a thousand in ``£'000``."""
    if re.search(r"(?<![\d,])000s?\b", unit):
        return _SCALES["k"]
    words = re.findall(r"[a-z]+", unit.lower())
    return next((_SCALES[word.rstrip("s")] for word in words if word.rstrip("s") in _SCALES), Decimal(1))


def unit_kind(unit: str) -> str | None:
    """The kind of a unit, one of those in :data:`UNITS`; ``None`` where its words name none of them."""
    return next((kind for kind, words in UNITS if re.search(words, unit, re.IGNORECASE)), None)


def named_unit(text: str) -> str | None:
    """The kind of unit that a figure names beside its number: percent for ``95 %``; ``None`` where it names none."""
    return unit_kind(text) if re.search(r"\d", text) else None


def named_unit_of_target(text: str) -> str | None:
    """The kind of unit that a target names: percent for ``95%+``; none for a change, such as ``To reduce by 5%``.

    A year that it names as a time is no unit: ``98 by the end of the year``.
    """
    return None if _CHANGE.search(text) else named_unit(_A_YEAR.sub("", text))


@cache
def bounds(target: str, unit: str, year_starts_in: int = 4) -> tuple[str | None, str | None, str | None, str | None]:
    """The level that a target asks for now: at least, at most, a level alone, and whether the bound itself misses it.

    As plain text, so that the contract reads them; all empty where it asks for a change, a comparison or a later day, or where
    nobody can tell.
    """
    asked = target_words.read(target, unit, year_starts_in)
    if asked.kind != "level" or asked.due_on:
        return None, None, None, None
    at_least, at_most, level = (
        None if bound is None else f"{bound:.10g}" for bound in (asked.at_least, asked.at_most, asked.level)
    )
    return at_least, at_most, level, "true" if asked.is_strict else "false"
