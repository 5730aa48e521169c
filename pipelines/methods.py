"""Versions of calculation methods: what they are now, what was published, and whether the two agree.

Belongs here: methods with their compiled SQL and fingerprints, the table of them that dbt joins to, the check against a
release, and differences as people read them. Does not belong here: how a fingerprint is made (``fingerprint``), how
definitions are read (``indicators``), or how dbt is run.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pipelines.config import ConfigError
from pipelines.fingerprint import DIALECT, compiled_sql, fingerprint, normal_form, pretty, same_method
from pipelines.indicators import REPORTED, Indicator, Method, suggest
from pipelines.published import rows

METHOD_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "method_version": pl.Int32,
        "change": pl.String,
        "reason": pl.String,
        "valid_from": pl.Date,
        "approved_by": pl.String,
        "sql": pl.String,
        "fingerprint": pl.String,
    }
)
COLUMNS = ("delivery", "area_code", "period_type", "period_start", "period_end", "numerator", "denominator")
"""What every indicator's SQL gives, one row a record counted; for what some give besides see :func:`columns`."""
FREE_COLUMNS = ("breakdown", "breakdown_value", "value", "lower_95", "upper_95", "counted")
"""What the SQL of a free figure gives besides."""


class MethodError(Exception):
    """A method was asked for that does not exist."""


@dataclass(frozen=True)
class CompiledMethod:
    """One version of a method with its SQL as dbt compiled it ('' for ready-made figures) and its fingerprint."""

    indicator: Indicator
    method: Method
    sql: str
    fingerprint: str

    @property
    def in_use(self) -> bool:
        """Whether figures are shown by this version."""
        return self.method.version == self.indicator.latest_version


@dataclass(frozen=True)
class Problem:
    """A method that may not stay as it is: what is wrong, the difference where there is one, and what to do."""

    indicator_id: str
    version: int
    what: str
    diff: str
    remedy: str

    def __str__(self) -> str:
        parts = [f"{self.indicator_id}, version {self.version}: {self.what}", self.diff, self.remedy]
        return "\n".join(part.rstrip("\n") for part in parts if part)


def compile_methods(indicators: Iterable[Indicator], manifest: Mapping[str, Any]) -> list[CompiledMethod]:
    """Every version of every indicator with SQL and fingerprint, in order.

    ``manifest`` is the content of dbt's ``manifest.json`` after ``dbt compile`` of the indicators' models. Raises
    :class:`ConfigError` naming each model that is not compiled in it.
    """
    compiled: list[CompiledMethod] = []
    problems: list[str] = []
    for indicator in sorted(indicators, key=lambda item: item.indicator_id):
        for method in indicator.methods:
            try:
                sql = compiled_sql(manifest, indicator.indicator_id, method.version) if method.path else ""
            except LookupError as error:
                problems.append(str(error.args[0]))
                continue
            compiled.append(CompiledMethod(indicator, method, sql, fingerprint(sql, indicator.settings)))
    if problems:
        raise ConfigError(problems)
    return compiled


def method_rows(methods: Iterable[CompiledMethod]) -> pl.DataFrame:
    """The table of methods that dbt joins to: one row a version, by indicator and version."""
    content = [
        {
            "indicator_id": item.method.indicator_id,
            "method_version": item.method.version,
            "change": item.method.change,
            "reason": item.method.reason,
            "valid_from": item.method.valid_from,
            "approved_by": item.method.approved_by,
            "sql": item.sql,
            "fingerprint": item.fingerprint,
        }
        for item in methods
    ]
    return pl.DataFrame(content, schema=METHOD_SCHEMA).sort("indicator_id", "method_version")


def list_methods(methods: Iterable[CompiledMethod]) -> list[dict[str, Any]]:
    """What a reader wants to know of each version, as plain values that JSON can hold."""
    return [
        {
            "indicator_id": item.method.indicator_id,
            "method_version": item.method.version,
            "in_use": item.in_use,
            "change": item.method.change,
            "reason": item.method.reason,
            "valid_from": item.method.valid_from.isoformat() if item.method.valid_from else None,
            "approved_by": item.method.approved_by,
            "fingerprint": item.fingerprint,
        }
        for item in methods
    ]


def check(methods: Sequence[CompiledMethod], published: Path | None) -> list[Problem]:
    """What stands against the methods as they are, given the release that people have.

    ``published`` is the ``method.csv`` of that release; ``None`` or a file that is not there means that nothing has been
    published. An unchanged version keeps its fingerprint; a changed calculation is a new version; a published version
    stays.
    """
    now = {(item.method.indicator_id, item.method.version): item for item in methods}
    with duckdb.connect() as connection:
        problems = [problem for item in methods for problem in _about_syntax(item, connection)]
    problems += [problem for item in methods for problem in _about_columns(item)]
    for published_row in rows(published) if published else []:
        row = {column: value or "" for column, value in published_row.items()}
        key = (row["indicator_id"], int(row["method_version"]))
        if key not in now:
            problems.append(_vanished(row, methods))
        elif not same_method(row["fingerprint"], row["sql"], now[key].fingerprint, now[key].indicator.settings):
            problems.append(_changed(row, now[key]))
    return sorted(problems, key=lambda problem: (problem.indicator_id, problem.version))


def diff(methods: Sequence[CompiledMethod], indicator_id: str, old: int, new: int) -> str:
    """The difference between two versions of one method, as a unified diff of SQL laid out one way; '' if none.

    Raises :class:`MethodError` for an indicator or a version that does not exist.
    """
    of_indicator = {item.method.version: item for item in methods if item.method.indicator_id == indicator_id}
    if not of_indicator:
        known = sorted({item.method.indicator_id for item in methods})
        raise MethodError(
            f"There is no indicator `{indicator_id}`.{suggest(indicator_id, known)} Indicators: {', '.join(known)}."
        )
    for version in (old, new):
        if version not in of_indicator:
            known = [str(number) for number in sorted(of_indicator)]
            raise MethodError(f"{indicator_id} has no version {version}. Versions: {', '.join(known)}.")
    names = (f"{indicator_id} version {old}", f"{indicator_id} version {new}")
    return _sql_diff(of_indicator[old].sql, of_indicator[new].sql, *names)


def _changed(row: Mapping[str, str], item: CompiledMethod) -> Problem:
    indicator_id, version, indicator = item.method.indicator_id, item.method.version, item.indicator
    if indicator.measure == REPORTED and not row["sql"]:
        what = f'the figure was published "{row["change"]}"; now it is "{item.method.change}".'
        remedy = (
            "To do: put `reported_by` back as it was; or, where another body now works the figure out, define a new"
            " indicator for its figures, so that the two series stay apart."
        )
        return Problem(indicator_id, version, what, "", remedy)
    if normal_form(row["sql"]) == normal_form(item.sql):
        stated = ", ".join(f"{name}: {value}" for name, value in indicator.settings.items())
        what = f"the SQL is as published, but the settings of the calculation are not. They now are {stated}."
        remedy = (
            f"To do: put {', '.join(indicator.settings)} in {indicator.path.name} back as they were. They hold for"
            " every version, so another calculation is a new indicator."
        )
        return Problem(indicator_id, version, what, "", remedy)
    names = (f"{indicator_id} version {version} as published", f"{indicator_id} version {version} as it is now")
    following = max(method.version for method in indicator.methods) + 1
    remedy = (
        f"To do: if the calculation is meant to change, put {indicator_id}_v{version}.sql back as it was, write the"
        f" new SQL to {indicator_id}_v{following}.sql, and in {indicator.path.name} add `- v: {following}` with change,"
        f" reason, valid_from and approved_by, and `latest_version: {following}`. Otherwise put the SQL, or the macro"
        " it uses, back as it was."
    )
    what = "the SQL is not the one its published figures were calculated with."
    return Problem(indicator_id, version, what, _sql_diff(row["sql"], item.sql, *names), remedy)


def _vanished(row: Mapping[str, str], methods: Sequence[CompiledMethod]) -> Problem:
    indicator_id, version = row["indicator_id"], int(row["method_version"])
    known = {item.method.indicator_id for item in methods}
    if indicator_id in known:
        what = "this version was published and is gone; its figures could not be worked out again."
        remedy = f"To do: put {indicator_id}_v{version}.sql and its entry in {indicator_id}.yml back."
    else:
        what = f"this indicator was published and is gone.{suggest(indicator_id, known)}"
        remedy = (
            f"To do: put {indicator_id}.yml and its SQL back. An indicator that is no longer wanted stays defined;"
            " end its adoption instead. An identifier never changes: put a new name in its title."
        )
    return Problem(indicator_id, version, what, "", remedy)


def columns(indicator: Indicator, method: Method) -> list[str]:
    """The columns that the SQL of a method gives."""
    free = FREE_COLUMNS if indicator.measure == "free" else ()
    age_group = ("age_group",) if indicator.measure == "standardised_rate" else ()
    weight = ("weight",) if indicator.weighted else ()
    return list(dict.fromkeys((*COLUMNS, *free, *weight, *age_group, *method.breakdowns)))


def _about_syntax(item: CompiledMethod, connection: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Whether the SQL can be read at all: a model that gathers many indicators could not say which of them is at fault."""
    if item.method.path is None:
        return
    try:
        connection.extract_statements(item.sql)
    except duckdb.Error as error:
        what = f"{item.method.path.name} cannot be read as SQL. {str(error).strip()}"
        remedy = "To do: put the SQL right; the line is that of the SQL after dbt has put in its macros."
        yield Problem(item.method.indicator_id, item.method.version, what, "", remedy)


def _about_columns(item: CompiledMethod) -> Iterator[Problem]:
    """Whether the SQL gives the columns all indicators give, where that can be seen from it."""
    if item.method.path is None:
        return
    try:
        query = sqlglot.parse_one(item.sql, dialect=DIALECT)
    except SqlglotError:
        return
    if not isinstance(query, exp.Query) or query.is_star:
        return
    given = [name.lower() for name in query.named_selects]
    wanted = columns(item.indicator, item.method)
    missing = [name for name in wanted if name not in given]
    extra = [name or "one without a name" for name in given if name not in wanted]
    if not missing and not extra:
        return
    faults = [f"Missing: {', '.join(missing)}."] if missing else []
    faults += [f"Not among them: {', '.join(extra)}."] if extra else []
    what = f"{item.method.path.name} must give exactly the columns {', '.join(wanted)}. {' '.join(faults)}"
    remedy = "To do: name the columns so in its SELECT, the outermost one where there are several."
    yield Problem(item.method.indicator_id, item.method.version, what, "", remedy)


def _sql_diff(old: str, new: str, old_name: str, new_name: str) -> str:
    """A unified diff of two queries laid out one way, or of their texts where only those differ."""
    layouts = (pretty(old), pretty(new))
    if layouts[0] == layouts[1] and normal_form(old) != normal_form(new):
        layouts = (old, new)
    before, after = (text.splitlines() for text in layouts)
    return "\n".join(difflib.unified_diff(before, after, old_name, new_name, lineterm=""))
