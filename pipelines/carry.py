"""Figures whose records were purged stay as they were published.

Belongs here: taking rows of the last release into the marts in place of what can no longer be worked out. Does not belong
here: purging records (purge). Where nothing was ever purged, nothing is done.

A published row rests on purged records where its table is made from their type, its period has a day of a month of theirs,
and it says the same service, wave, or an indicator that counted their source. Such a row stays as published. A figure of such
a period that was never published is left out where records expired, since it would be too low; where single records were
erased it is worked out from the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from pipelines.compare import read_previous
from pipelines.contract import TableContract
from pipelines.disclosure.cells import ABOUT_PEOPLE
from pipelines.files import replacing
from pipelines.package import Package
from pipelines.purge import EXPIRED, NAMES_OF_ROWS, ledger
from pipelines.tables import connect, csv, name, parquet, text, write_previous
from pipelines.verify import table_path
from pipelines.workspace import Workspace

CALCULATION = "calculation"


def carry(packages: Sequence[Package], workspace: Workspace) -> dict[str, int]:
    """Put the rows that stay as published into the marts; how many of each table are carried."""
    known = ledger(workspace)
    previous = read_previous(workspace.publish) if known["entries"] else {}
    published = {
        one["name"]: (workspace.publish / dataset / table_path(one), [column["name"] for column in one["schema"]["fields"]])
        for dataset, package in previous.items()
        for one in package["resources"]
    }
    tables = {table.name: table for package in packages for table in package.layer("mart")}
    carried = {}
    with workspace.scratch() as scratch:
        for table in tables.values():
            rests = _rests(table, known, published.get(CALCULATION))
            if table.governed and table.name in published and rests:
                write_previous(table, published[table.name], scratch / "previous.parquet")
                carried[table.name] = _carry(table, rests, workspace.marts, scratch / "previous.parquet", set(tables))
    return carried


def write_kept_periods(workspace: Workspace) -> None:
    """Write the periods of the last release that rows may stay for, as ``kept_period``: the models publish them too."""
    entries = ledger(workspace)["entries"]
    paths = sorted(workspace.publish.glob("*/data/period.csv")) if entries else []
    with replacing(workspace.reference / "kept_period.parquet") as target, connect() as connection:
        within = " or ".join(
            f"(period_start <= date {text(entry['last'])} and period_end >= date {text(entry['first'])})" for entry in entries
        )
        read = " union ".join(
            f"select period_type, cast(period_start as date) as period_start, cast(period_end as date) as period_end "
            f"from read_csv({text(path)}, all_varchar = true)"
            for path in paths
        )
        none = "select '' as period_type, date '1970-01-01' as period_start, date '1970-01-01' as period_end where false"
        connection.execute(
            f"copy (select * from ({read or none}) where {within or 'false'} order by all) to {text(target)} (format parquet)"
        )


def _period_of(table: TableContract) -> tuple[str, str] | None:
    """The columns with the first and the last day that a row is about."""
    days = [column.name for column in table.published if column.data_type == "DATE"]
    starts = [(day, f"{day.removesuffix('_start')}_end") for day in days if day.endswith("_start")]
    return next(((start, end) for start, end in starts if end in days), None)


def _rests(table: TableContract, known: Mapping[str, Any], calculation: tuple[Path, Sequence[str]] | None) -> dict[str, str]:
    """The SQL conditions under which a row of the table rests on purged records, by why they were purged."""
    columns = {column.name for column in table.published}
    if {"indicator_id", "delivery"} <= columns:
        files = ", ".join(text(sha256) for sha256 in known["files"])
        return {"": f"delivery in ({files})"} if files else {}
    period = _period_of(table)
    found: dict[str, list[str]] = {}
    for entry in known["entries"]:
        parts = [f"{name(f)} = {text(entry[f])}" for f in NAMES_OF_ROWS if f in columns and entry.get(f)]
        if period:
            parts.append(f"{name(period[0])} <= date {text(entry['last'])} and {name(period[1])} >= date {text(entry['first'])}")
        if "indicator_id" in columns and calculation:
            of_source = f"select indicator_id from {csv(*calculation)} where source = {text(entry['source'])}"
            parts.append(f"indicator_id in ({of_source})")
        if entry["record_type"] in table.record_types and (period or "wave" in columns):
            found.setdefault(entry["why"], []).append(f"({' and '.join(parts)})")
    return {why: " or ".join(conditions) for why, conditions in found.items()}


def _carry(table: TableContract, rests: Mapping[str, str], marts: Path, previous: Path, tables: Set[str]) -> int:
    """Write the mart anew with the rows of the last release that stay; how many.

    A row does not stay where what it refers to is no longer published, such as an indicator that is not adopted any more.
    """
    mart, rest_on_any, too_low = marts / f"{table.name}.parquet", " or ".join(rests.values()), rests.get(EXPIRED, "false")
    people = f", false as {ABOUT_PEOPLE}" if any(column.name == ABOUT_PEOPLE for column in table.columns) else ""
    joins = [
        f"semi join {parquet(marts / f'{key.to}.parquet')} as {name(key.to)} on "
        + " and ".join(f"p.{name(a)} = {name(key.to)}.{name(b)}" for a, b in zip(key.columns, key.to_columns, strict=True))
        for key in table.foreign_keys
        if key.to in tables and key.to != table.name
    ]
    same = " and ".join(f"m.{name(column)} is not distinct from stay.{name(column)}" for column in table.primary_key)
    with connect() as connection:
        connection.execute(
            f"create or replace temporary table stay as select p.*{people} "
            f"from (select * from {parquet(previous)} where {rest_on_any}) as p {' '.join(joins)}"
        )
        worked_out = f"select m.* from {parquet(mart)} as m anti join stay on {same} where not coalesce({too_low}, false)"
        with replacing(mart) as target:
            connection.execute(
                f"copy (select * from ({worked_out} union all by name select * from stay) order by all) "
                f"to {text(target)} (format parquet)"
            )
        number: int = connection.execute("select count(*) from stay").fetchall()[0][0]
    return number
