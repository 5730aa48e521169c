"""A proposal as the text of a ``source.yml``, with a comment wherever a person must confirm.

Belongs here: which lines, in which order, and their comments. Does not belong here: the evidence (table, columns, match).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.council import Council
from pipelines.propose.columns import Column
from pipelines.propose.match import CONSTANTS, IDS, Match, allowed_words, likely, unlike_any_other
from pipelines.propose.table import Table

WIDTH = 118
SIMPLE = re.compile(r"[A-Za-z][\w ()/.&+-]*[\w)]|[A-Za-z]")
NOTED_FORMS = ("financial_year", "calendar_year", "quarter", "calendar_quarter", "named_month", "numbered_month", "twelve_months",
               "academic_year", "financial_years", "calendar_years")  # fmt: skip
"""Forms of periods, the commonest first: where one text could be several, the first is proposed."""


def source_yml(name: str, file: Path, table: Table, match: Match, columns: list[Column], council: Council) -> str:
    """The whole text of the proposed ``source.yml``."""
    return (
        "\n".join(
            [*_head(name, file, match), *_form(table), *_rest(table, match, columns), *_fields(name, match, council, columns)]
        )
        + "\n"
    )


def _head(name: str, file: Path, match: Match) -> Iterator[str]:
    title = name.replace("_", " ").capitalize()
    glob = re.sub(r"\d+", "*", file.name)
    connector = {"type": "file_drop", "folder": str(file.resolve().parent), "glob": re.sub(r"\*(?:[-_ ]?\*)+", "*", glob)}
    yield f"# Proposed from {file.name}. Settle every line marked CONFIRM, then take the mark out."
    yield from (
        _line("title", title, "what it is, in a few words; it is published"),
        _line("owner", "to be named", "the team to ask about this source"),
        _line("cadence", "monthly", "daily, weekly, monthly, quarterly, yearly or once"),
        _line("licence", "OGL-UK-3.0", "the terms under which the data may be used"),
        _line("origin", f"{title}, system to be named", "who makes the data, in which system; it is published"),
        _line("lawful_basis", "to be stated", "the lawful basis for holding the data"),
        _line("retention", {"years": 6}, "how long records are kept"),
        _line("sensitivity", "personal", "personal until somebody says that the records are not about people"),
        _line("record_type", match.record_type.name, _fit(match)),
        _line("connector", connector, "where files are dropped, and which of them are deliveries"),
    )


def _fit(match: Match) -> str:
    title = match.record_type.title.rstrip(".").lower()
    return f"by names and content: {title}" if match.score > 0 else f"no record type fits well; the nearest is {title}"


def _form(table: Table) -> Iterator[str]:
    yield _line("format", table.format, "; ".join(table.doubts.values()))
    if not table.whole:
        yield f"# The first {len(table.cells)} rows were looked at: what stands at the end is not known."
    if table.layout_rows:
        yield "layout_rows:  # CONFIRM: rows that are no records"
        yield from (f"  {kind}: {_flow(rule)}" for kind, rule in table.layout_rows.items())


def _rest(table: Table, match: Match, columns: list[Column]) -> Iterator[str]:
    """Settings of the source as a whole: what stands in place of values, and how dates and periods are written."""
    used = list(match.columns.values())
    missing = list(dict.fromkeys(mark for column in used for mark in column.missing if mark not in column.marks))
    noted = {mark: note for column in used for mark, note in column.marks.items()}
    if missing := [mark for mark in missing if mark not in noted]:
        yield _line("missing", ["", *missing], "these seem to mean that there is no value")
    dates = list(dict.fromkeys(form for column in used for form in column.dates))
    ambiguous = sorted({form for column in used for form in column.ambiguous})
    if dates:
        doubt = f"nothing in the file tells which of {' and '.join(ambiguous)} it is; keep the right one" if ambiguous else ""
        yield _line("dates", dates, doubt)
    if match.period or table.headers:
        yield "reshape:"
    if table.headers:
        yield f"  {_line('headers', table.headers, 'headings that say which period a column is of')}"
    if match.period:
        forms = _forms(match.period)
        doubt = (
            f"it could also be {', '.join(form for form in match.period.forms if form not in forms)}"
            if match.period.forms[1:]
            else ""
        )
        yield f"  {_line('period', {'column': match.period.name, 'forms': forms}, doubt)}"


def _forms(period: Column) -> list[str]:
    return [next((form for form in NOTED_FORMS if form in period.forms), "day")]


def _fields(name: str, match: Match, council: Council, columns: list[Column]) -> Iterator[str]:
    yield "columns:"
    for field, kind in match.record_type.types.items():
        about = match.record_type.descriptions[field].rstrip(".")
        if match.period and field in ("period_type", "period_start", "period_end"):
            yield f"  {field}: {field}"
        elif field in match.columns:
            yield from _mapped(field, kind, match.columns[field], match, about, council)
        elif field in match.record_type.required:
            yield _needed(field, name, about, council, match, columns)


def _needed(field: str, name: str, about: str, council: Council, match: Match, columns: list[Column]) -> str:
    """A needed field that no column seems to be: the same for all records where that may be, a blank to fill where not."""
    allowed = allowed_words(match.record_type, field)
    value = {"area_code": council.area_code, "sex": "all", "age_group": "all"}.get(field, allowed[0] if allowed else name)
    near = likely(columns, field, [] if field == "area_code" else list(match.columns.values()))
    if field == "area_code" and near:
        why = f"{about}; `{near.name}` may be it, but its words are no areas of council.yml: list them there under `also`"
        return f"  # CONFIRM: {why}, or here: {{column: {_flow(near.name)}, values: {{NAME: CODE}}}}. Write: area_code: …"
    if field in IDS and (key := unlike_any_other(columns, list(match.columns.values()))):
        near_it = f"`{key.name}` is different in every row and may be it"
        return f"  # CONFIRM: {field}: {about}; {near_it}. Write: {field}: {_flow(key.name)}"
    if field in (*CONSTANTS, "period_type"):
        doubt = (
            f"the same for every record? `{near.name}` may tell: list its words under `values`"
            if near
            else "the same for every record?"
        )
        return f"  {_line(field, {'constant': value}, f'{about}; {doubt}')}"
    if near:
        near_it = f"`{near.name}` may be it" + (f", where it says only {', '.join(allowed)}" if allowed else "")
        return f"  # CONFIRM: {field}: {about}; it is needed, and {near_it}. Write: {field}: {_flow(near.name)}"
    return f"  # CONFIRM: {field}: {about}; it is needed, and no column seems to be it. Write: {field}: NAME OF THE COLUMN"


def _mapped(field: str, kind: pl.DataType, column: Column, match: Match, about: str, council: Council) -> Iterator[str]:
    stated: dict[str, Any] = {"column": column.name}
    doubts = [about]
    if field == "area_code" and column.kind != "area":
        stated["lookup"] = "areas"
    if kind.is_numeric() and column.numbers:
        stated["numbers"] = column.numbers
        doubts += ["a comma is taken for thousands"] if column.numbers.get("thousands") == "," else []
    doubts += (
        ["all lie between 0 and 1: for percentages add `numbers: {times: 100}`"] if kind.is_float() and column.is_share else []
    )
    noted = field in match.record_type.noted_by
    marks = column.marks | ({"": "x"} if noted and column.filled < 1 else {})
    if marks:
        stated["marks"] = marks
        doubts.append("marks in place of values, and what they say")
    if field.startswith("due_") and isinstance(kind, pl.Datetime):
        stated["end_of_day"] = True
    if column.strange:
        doubts.append(f"{column.strange} cells are written in another way and would be set aside")
    values, doubt = _values(field, kind, column, match)
    doubts += [doubt] if doubt else []
    if not values:
        yield f"  {_line(field, stated if len(stated) > 1 else column.name, '; '.join(doubts))}"
        return
    yield f"  {field}:  # CONFIRM: {'; '.join(doubts)}"
    yield from (f"    {setting}: {_flow(value)}" for setting, value in stated.items())
    yield "    values:"
    yield from (f"      {_flow(mark)}: {_flow(value)}" for mark, value in values.items())


def _values(field: str, kind: pl.DataType, column: Column, match: Match) -> tuple[dict[str, str | None], str]:
    """What each word of a column that looks like codes becomes."""
    if kind != pl.String or field == "area_code" or not column.codes:
        return {}, ""
    allowed = allowed_words(match.record_type, field)
    if not allowed:
        return {code: _slug(code) for code in column.codes}, "what each word becomes"
    near = {code: difflib.get_close_matches(_slug(code), allowed, n=1, cutoff=0.6) for code in column.codes}
    values = {code: found[0] if found else None for code, found in near.items()}
    return values, f"what each word becomes; allowed: {', '.join(allowed)}; null is no value"


def _slug(word: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_")
    return slug if slug[:1].isalpha() else f"code_{slug}" if slug else "other"


def _line(setting: str, value: Any, doubt: str) -> str:
    return f"{setting}: {_flow(value)}" + (f"  # CONFIRM: {doubt}" if doubt else "")


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        plain = SIMPLE.fullmatch(value) and value.lower() not in (
            "true",
            "false",
            "null",
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "nan",
        )
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
