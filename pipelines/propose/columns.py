"""What a column of an undescribed file holds: dates, numbers, areas, codes or text, and how they are written.

Belongs here: evidence from cells. Does not belong here: which field of a record a column is (match). Nothing that is told holds a
cell, but for words of columns that look like codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines import evidence, periods
from pipelines.numbers import Numbers

NO_VALUE = (
    "N/A",
    "NA",
    "n/a",
    "na",
    "#N/A",
    "NULL",
    "null",
    "None",
    "none",
    "-",
    "--",
    "–",
    "—",
    ".",
    "NaN",
    "nan",
    "not known",
    "Unknown",
)
NOTES = {
    "c": "c", "[c]": "c", "*": "c", "SUPP": "c", "supp": "c", "~": "c", "x": "x", "[x]": "x", ":": "x", "..": "x", "…": "x",
    "low": "c", "z": "z", "[z]": "z", "-": "x", "N/A": "x", "n/a": "x", "NA": "x",
}  # fmt: skip
"""Marks of statistical publications, with what they commonly say."""
FEWER = re.compile(r"^(?:<|<=|≤|fewer than |less than )\s*\d{1,2}$", re.IGNORECASE)
PERSONAL = re.compile(r"name|address|e-?mail|phone|mobile|contact|officer|surname|forename|postcode|post code|birth|dob|"
                      r"applicant|"
                      r"customer|tenant|claimant|comment|note|description|proposal|detail", re.IGNORECASE)  # fmt: skip
GSS = r"^[A-Z]\d{2}\d{6}$"
ENOUGH = 0.97
"""Share of the cells with a value that must be of a kind."""
MOST_WORDS, MOST_CODES, CODE_LENGTH = 40, 200, 60
"""Different words of a column that looks like codes: some, where they have spaces; many, where none has."""
MULTIPLES = {"k": 1000, "m": 1_000_000, "bn": 1_000_000_000}
TRUTHS = ({"true", "false"}, {"yes", "no"}, {"y", "n"})
UNITS = "£$€%"


@dataclass
class Column:
    """One column: its ``kind``, and how its cells are written.

    Kinds: date, number, whole, area, truth, code, text, empty; unknown where the file has no rows.

    ``dates`` are ways of writing dates, of which more than one for the same cells are ``ambiguous``; ``numbers`` as in
    ``source.yml``; ``marks`` and ``missing`` what stands in place of values; ``forms`` of periods in words; ``codes`` the words
    of a column that looks like codes; ``is_share``: all numbers lie between 0 and 1. ``filled`` and ``distinct`` are shares of
    the rows.
    """

    name: str
    kind: str
    filled: float
    distinct: float
    dates: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    places: float = 0.0
    strange: int = 0
    is_digits: bool = False
    is_share: bool = False


def looked_at(name: str, cells: pl.Series, areas: Iterable[str] = ()) -> Column:
    """What a column holds. ``areas`` are the names of areas as they are compared."""
    text = cells.str.strip_chars().str.replace_all("\u00a0", " ")
    rows = max(len(text), 1)
    counts = (
        text.filter(text.is_not_null() & (text != ""))
        .alias("cell")
        .value_counts()
        .sort(["count", "cell"], descending=[True, False])
    )
    missing = [mark for mark in NO_VALUE if counts["cell"].is_in([mark]).any()]
    told = counts.filter(
        ~pl.col("cell").is_in([*missing, *NOTES]) & ~pl.col("cell").str.contains(FEWER.pattern.replace("(?:", "(?i:", 1))
    )
    total, values = int(told["count"].sum() or 0), told["cell"]
    column = Column(name, "text", int(counts["count"].sum() or 0) / rows, len(counts) / rows, missing=missing)
    if values.is_empty():
        column.kind = "empty" if len(text) else "unknown"
        return column
    known = list(areas)
    column.places = _share(told, values.str.to_lowercase().is_in(known), total) if known else 0.0
    column.is_digits = bool(values.str.contains(r"^\d+$").all())
    column.is_share = bool(values.str.contains(r"^(?:0?\.\d+|0|1)$").all() and values.str.contains(r"\.").any())
    column.forms = _period_forms(values)
    found = _dates(told, total, name) or _numbers(told, total)
    if found:
        column.kind, settings, column.strange = found
        for setting, value in settings.items():
            setattr(column, setting, value)
        alone = counts["cell"].filter(counts["cell"].is_in(list(NOTES)) | counts["cell"].str.contains(FEWER.pattern)).to_list()
        if column.kind != "date":
            column.marks = dict.fromkeys(missing, "x") | {mark: NOTES.get(mark, "c") for mark in alone}
        return column
    if _share(told, values.str.contains(GSS), total) >= ENOUGH:
        column.kind = "area"
    elif any({value.lower() for value in values.head(4).to_list()} <= truth for truth in TRUTHS) and len(values) <= 3:
        column.kind = "truth"
    elif _looks_like_codes(counts, name, rows):
        column.kind = "code"
    if column.kind in ("code", "truth"):
        column.codes = sorted(counts["cell"].filter(~counts["cell"].is_in(missing)).to_list())
    return column


def _share(told: pl.DataFrame, fits: pl.Series, total: int) -> float:
    return int(told["count"].filter(fits.fill_null(False)).sum() or 0) / max(total, 1)


def _dates(told: pl.DataFrame, total: int, name: str) -> tuple[str, dict[str, Any], int] | None:
    """Ways of writing dates, each for the cells of one pattern; where several fit all of these, they are ambiguous."""
    if (
        total
        and _share(told, told["cell"].str.contains(r"^[3-5]\d{4}(?:\.\d+)?$"), total) >= ENOUGH
        and re.search(r"date|day|time", name, re.I)
    ):
        return "date", {"dates": ["excel_serial"]}, 0
    looks = told["cell"].str.replace_all(r"\p{L}+", "a").str.replace_all(r"\d+", "9")
    forms: list[str] = []
    ambiguous: list[str] = []
    read = 0
    for (look,), group in told.with_columns(look=looks).group_by("look", maintain_order=True):
        is_digits = look == "9"
        if (
            len(forms) >= 6
            or group["count"].sum() < 0.005 * total
            or (is_digits and not re.search(r"date|day|_at$|_on$", name, re.I))
        ):
            continue
        found = evidence.date_forms(group["cell"])
        if not found and not is_digits:  # a few cells of the pattern may be no days
            found = evidence.date_forms(group.sort("count", descending=True)["cell"].head(50))
        if not found:
            continue
        read += int(group["count"].sum())
        forms += [form for form in found if form not in forms]
        ambiguous += found if len(found) > 1 else []
    if total == 0 or read / total < ENOUGH:
        return None
    return "date", {"dates": forms, "ambiguous": ambiguous}, total - read


def settle(columns: Sequence[Column]) -> None:
    """Take out ways of writing dates that the rest of the file speaks against: it has days first, or months, and not both."""
    sure = {form for column in columns for form in column.dates if form not in column.ambiguous}
    day_first, month_first = any(map(_is_day_first, sure)), any(map(_is_month_first, sure))
    if day_first == month_first:
        return
    for column in columns:
        against = [form for form in column.ambiguous if (_is_month_first if day_first else _is_day_first)(form)]
        column.dates = [form for form in column.dates if form not in against]
        column.ambiguous = [] if against else column.ambiguous


def _is_day_first(form: str) -> bool:
    return form.startswith(("%d/%m", "%d-%m"))


def _is_month_first(form: str) -> bool:
    return form.startswith(("%m/%d", "%m-%d"))


def _numbers(told: pl.DataFrame, total: int) -> tuple[str, dict[str, Any], int] | None:
    """How numbers are written, as plainly as the cells allow."""
    values = told["cell"]
    if (
        not total
        or _share(told, values.str.contains(r"\d"), total) < ENOUGH
        or _share(told, values.str.contains(r"^0\d"), total) > 0.01
    ):
        return None
    plain = _share(told, values.cast(pl.Float64, strict=False).is_finite() & ~values.str.contains("[eE]"), total)
    stated: dict[str, Any] = {}
    if plain < 1:
        stated = _statement(values)
        number = values.to_frame().select(Numbers.of(stated).read(pl.col("cell"), pl.Float64())).to_series()
        share = _share(told, number.is_not_null(), total)
        if share < ENOUGH or share <= plain:
            stated, share = {}, plain
        plain = share
    if plain < ENOUGH:
        return None
    whole = not stated and _share(told, values.str.contains(r"^[+-]?\d+$"), total) == 1
    return "whole" if whole else "number", {"numbers": stated}, round(total * (1 - plain))


def _statement(values: pl.Series) -> dict[str, Any]:
    stated: dict[str, Any] = {}
    comma_part, comma_groups = (bool(values.str.contains(look).any()) for look in (r",\d{1,2}$|,\d{4,}$|\.\d{3},", r"\d,\d{3}"))
    if comma_part:
        stated |= {"decimal": ","} | ({"thousands": "."} if values.str.contains(r"\d\.\d{3}").any() else {})
    elif comma_groups:
        stated["thousands"] = ","
    symbols = [unit for unit in UNITS if values.str.contains(unit, literal=True).any()]
    stated |= {"symbols": symbols} if symbols else {}
    words = {word: size for word, size in MULTIPLES.items() if values.str.contains(rf"(?i)\d\s*{word}$").any()}
    stated |= {"multiples": words} if words else {}
    if values.str.contains(r"^\(.*\)$").any():
        stated["negative"] = "brackets"
    elif values.str.contains(r"\d-$").any():
        stated["negative"] = "behind"
    return stated


def _period_forms(values: pl.Series) -> list[str]:
    """Forms of periods in which all cells are written, the likeliest first; none for plain days."""
    sample = values.head(200).to_list()
    return [form for form in periods.FORMS if form != "day" and _all_read(sample, form)]


def _all_read(words: Sequence[str], form: str) -> bool:
    return all(periods.read(word, [form], 4) for word in words)


def _looks_like_codes(counts: pl.DataFrame, name: str, rows: int) -> bool:
    """Few short words that come again and again, in a column whose name does not speak of people or of free text."""
    words = counts["cell"]
    most = MOST_WORDS if words.str.contains(r"\s").any() else MOST_CODES
    if len(words) > most or PERSONAL.search(name) or rows < 3 * len(words):
        return False
    long = words.str.len_chars() > CODE_LENGTH
    personal = words.str.contains(r"@|\d{5,}|(?i)\b(?:mr|mrs|ms|miss|dr|cllr)\b|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
    return not bool((long | personal | (words.str.count_matches(r"\s+") > 6)).any())
