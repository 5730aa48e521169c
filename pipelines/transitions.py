"""What may change from one version of a record to the next, and rows whose change may not be.

Belongs here: what ``transitions`` in ``source.yml`` says, against the latest accepted version in earlier deliveries. Does not
belong here: which version counts (staging).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.tables import name, text
from pipelines.values import FAULTS

FIXED, FILLED = "fixed", "filled"
WORDS = {
    FIXED: "an earlier delivery had another value, and this field may not change",
    FILLED: "an earlier delivery had a value, and this field may not lose it",
}
Stated = Mapping[str, str | Mapping[str, Sequence[str]]]
"""By field: ``fixed``, ``filled``, or from each value the values it may become; no value is the empty text."""


def not_allowed(stated: Stated, key: Sequence[str], accepted: Path, earlier: Sequence[Path]) -> pl.DataFrame:
    """The rows of ``accepted`` that change their record in a way that is not stated, as faults.

    ``earlier`` are the accepted files of earlier deliveries, oldest first. Of these, DuckDB reads the key and the fields that
    are named, and only where the keys of the new delivery may be.
    """
    if not stated or not earlier:
        return pl.DataFrame(schema=FAULTS)
    keys, fields = ", ".join(map(name, key)), ", ".join(map(name, stated))
    found = " union all ".join(_broken(field, rule) for field, rule in stated.items())
    both = ", ".join(f"delivered.{name(field)} as {_new(field)}, latest.{name(field)} as {_old(field)}" for field in stated)
    files = ", ".join(text(path) for path in earlier)
    order = " ".join(f"when {text(path.name)} then {place}" for place, path in enumerate(earlier))
    with duckdb.connect() as connection:
        rows: pl.DataFrame = connection.sql(
            f"""
            with delivered as (select row_number, {keys}, {fields} from read_parquet({text(accepted)})),
            versions as (
                select {keys}, {fields}, case parse_filename(filename) {order} end as place, row_number
                from read_parquet([{files}], filename = true) semi join delivered using ({keys})
            ),
            latest as (
                select * from versions
                qualify row_number() over (partition by {keys} order by place desc, row_number desc) = 1
            ),
            compared as (
                select delivered.row_number, {both}
                from delivered join latest using ({keys})
            )
            select row_number, field, rule, explanation from ({found}) order by row_number, field
            """
        ).pl()
    return rows.cast(pl.Schema(FAULTS))


def _broken(field: str, rule: str | Mapping[str, Sequence[str]]) -> str:
    """The rows in which a field changes as it may not."""
    old, new = _old(field), _new(field)
    if rule == FIXED:
        condition, why = f"{new} is distinct from {old} and {old} is not null", WORDS[FIXED]
    elif rule == FILLED:
        condition, why = f"{new} is null and {old} is not null", WORDS[FILLED]
    else:
        allowed = " or ".join(_may_become(old, new, before, after) for before, after in dict(rule).items()) or "false"  # type: ignore[arg-type]
        started = "false" if "" in rule else f"{old} is null"
        condition = f"{new} is distinct from {old} and not ({started} or {allowed})"
        why = "an earlier delivery had a value from which source.yml does not allow this change"
    return f"""
        select row_number, {text(field)} as field, 'transition' as rule, {text(why)} as explanation
        from compared where {condition}
    """


def _may_become(old: str, new: str, before: str, after: Sequence[str]) -> str:
    if not after:
        return "false"
    values = ", ".join(text(value) for value in after)
    return f"(coalesce({old}::varchar, '') = {text(before)} and coalesce({new}::varchar, '') in ({values}))"


def _old(field: str) -> str:
    return name(f"old_{field}")


def _new(field: str) -> str:
    return name(f"new_{field}")


def faults(stated: Mapping[str, Any], fields: Sequence[str], key: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Fields that cannot have a transition, each with why."""
    for field in stated:
        if field not in fields:
            yield field, f"there is no such field among `columns`. Allowed: {', '.join(f for f in fields if f not in key)}."
        elif field in key:
            yield field, "it is part of the key: a record with another one is another record."
