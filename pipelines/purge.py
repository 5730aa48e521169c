"""Purging: records that are kept no longer, or that somebody asked to have erased, leave all that is kept.

Belongs here: which records have to go, taking them out of every file of the state folder, and writing down that they were.
Does not belong here: what becomes of the figures that rested on them (carry), and the list of erased records (erasure).

A record has to go when the years that its source states have passed since the field that they count from, in its latest
version, or since that version was received where the field is empty. A file as received cannot be changed without becoming
another one, so where a single record in it has to go, the whole file goes; the accepted rows of its other records stay as they
were judged, and cannot be judged again. Receipts stay, with their counts and hashes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import corrections, erasure
from pipelines.deliveries import Judged, Standing
from pipelines.erasure import Key
from pipelines.files import read_json, replacing, write_json
from pipelines.intake import ERASED
from pipelines.receipts import accepted_path, quarantine_path, receipt_path
from pipelines.tables import connect, name, names, parquet, text
from pipelines.values import read_values
from pipelines.workspace import Workspace

EXPIRED = "retention"
ERASURE = "erasure"
NAMES_OF_ROWS = ("service", "wave")
"""Fields of records that published tables have as columns, beside the period."""


@dataclass
class Purged:
    """What is purged of one delivery: rows of records by why they go, rows of them in quarantine, and the file as received."""

    judged: Judged
    expired: int = 0
    erased: int = 0
    quarantined: int = 0
    file: bool = False
    gone: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    gone_quarantined: list[int] = field(default_factory=list, repr=False)

    @property
    def why(self) -> list[str]:
        """The grounds, in words."""
        return [word for word, rows in ((EXPIRED, self.expired), (ERASURE, self.erased)) if rows] or [EXPIRED]


@dataclass(frozen=True)
class Purge:
    """All that has to go: delivery by delivery, what readers' figures rested on it, and what a person must know or do."""

    purged: list[Purged]
    entries: list[dict[str, Any]]
    told: list[str]


def plan(standing: Sequence[Standing], workspace: Workspace, today: date, erase: Mapping[str, Sequence[Key]]) -> Purge:
    """What has to go today; ``erase`` names, by source, records to erase by their key or a part of it."""
    purged, entries, told = [], [], []
    for one in standing:
        of_source, rested, sentences = _of_source(one, workspace, today, erase.get(one.source.name, ()))
        purged += of_source
        entries += rested
        told += sentences
    there = {one.source.name for one in standing}
    orphans = sorted(path.name for path in workspace.receipts.glob("*") if path.name not in there)
    told += [
        f"{name}: there is no such source any more, so nobody states how long its records are kept. Put its source.yml back, or "
        f"take its folders out of {workspace.state} by hand."
        for name in orphans
    ]
    files = {one.judged.delivery.sha256 for one in purged if one.file}
    known = {(one.judged.source.name, one.judged.delivery.sha256) for one in purged}
    for one in standing:  # one file may be a delivery of several sources
        for judged in one.judged:
            if judged.delivery.sha256 in files and (one.source.name, judged.delivery.sha256) not in known:
                purged.append(Purged(judged, file=True))
    return Purge(purged, entries, told)


def carry_out(
    purge: Purge, workspace: Workspace, today: date, erase: Mapping[str, Sequence[Key]], named: Mapping[str, Any]
) -> None:
    """Take everything planned out of the state folder. Begun again after a crash, it takes out what is left.

    ``named`` holds the sources that ``erase`` names. What was made from the records, the warehouse and the tables, is
    removed whole: the next run makes it again from the records there are.
    """
    for source, keys in erase.items():
        erasure.remember(named[source], keys, workspace)
    _note(purge, workspace, today)
    for one in purge.purged:
        receipt = one.judged.receipt
        why = sorted({*(receipt.purged or {"why": []})["why"], *one.why})
        receipt.purged = {"on": today.isoformat(), "why": why}
        path = receipt_path(one.judged.source.name, one.judged.delivery.sha256, workspace)
        write_json(path, read_json(path) | {"purged": receipt.purged})
        _take_out(one, workspace)
    if purge.purged:
        _forget_what_was_made(workspace)
    workspace.forget_unfinished()


def ledger(workspace: Workspace) -> dict[str, Any]:
    """What was purged so far: ``files`` with the day, and ``entries``, which say what figures rested on it."""
    found: dict[str, Any] = read_json(workspace.purges) if workspace.purges.exists() else {"files": {}, "entries": []}
    return found


def _of_source(
    one: Standing, workspace: Workspace, today: date, keys: Sequence[Key]
) -> tuple[list[Purged], list[dict[str, Any]], list[str]]:
    source, told = one.source, []
    files = [p for j in one.judged if (p := accepted_path(source, j.receipt, workspace)).exists()]
    with connect() as connection:
        _find(connection, one, files, today, keys)
        gone = connection.sql("select delivery, row_number, why from gone").pl()
        purged = [
            found
            for judged in one.judged
            if (found := _of_delivery(judged, gone, connection, workspace, today, keys)) is not None
        ]
        entries = _rested(connection, one)
        for key in keys:
            if not connection.execute(f"select exists (select 1 from versions where {_is(key)})").fetchall()[0][0]:
                told.append(
                    f"{source.name}: no accepted record has the key given. It is on the list of erased records, so that it will "
                    "not be taken in."
                )
    unread = [
        j.delivery.file_name
        for j in one.judged
        if j.receipt.status == "broken" and (workspace.blobs / j.receipt.delivery).exists()
    ]
    if keys and unread:
        told.append(
            f"{source.name}: nobody can know whether these broken deliveries hold the record, so they stay: {', '.join(unread)}. "
            "Once they can be read, its rows are set aside as erased, and the next purge removes the files."
        )
    dropped = [f.judged.delivery.file_name for f in purged if f.file and source.connector["type"] == "file_drop"]
    if dropped:
        told.append(f"{source.name}: delete these from the drop folder too, where they still lie there: {', '.join(dropped)}.")
    beside = corrections.beside(source)
    lines = [c.line for c in _corrections_of(purged, workspace) if c.path == beside]
    if lines:
        shown = ", ".join(map(str, lines))
        told.append(f"{source.name}: corrections.yml names purged rows; take them out by hand: line {shown} of {beside}.")
    return purged, entries, told


def _is(key: Key) -> str:
    return " and ".join(f"cast({name(field)} as varchar) = {text(value)}" for field, value in key.items())


def _find(connection: duckdb.DuckDBPyConnection, one: Standing, files: Sequence[Path], today: date, keys: Sequence[Key]) -> None:
    """Make the tables ``versions`` (every accepted row) and ``gone`` (those that have to go, and why)."""
    source = one.source
    kept_from = f"cast({name(source.retained_from)} as date)" if source.retained_from else "null"
    fields = list(dict.fromkeys([*source.key, *source.record_type.dated_by, *_named(one)]))
    listed = ", ".join(text(file) for file in files)
    empty = ", ".join(f"cast(null as varchar) as {name(f)}" for f in fields)
    read = f"read_parquet([{listed}])" if files else "none"
    connection.execute(
        "create or replace temporary table none as select null::varchar as delivery, null::bigint as row_number, "
        f"null::timestamp as received_at, {empty} where false"
    )
    kept_from = kept_from if files else "null"
    connection.execute(
        "create or replace temporary table versions as select delivery, row_number, received_at, "
        f"coalesce({kept_from}, cast(received_at as date)) as kept_from, {names(fields)} from {read}"
    )
    key, erased = names(source.key), " or ".join(f"({_is(key)})" for key in keys) or "false"
    connection.execute(
        f"""
        create or replace temporary table gone as
        with expired as (
            select {key} from versions group by all
            having arg_max(kept_from, (received_at, delivery, row_number)) + interval ({source.retention_years}) year
                <= {text(today)}::date
        )
        select *, case when {erased} then {text(ERASURE)} else {text(EXPIRED)} end as why
        from versions where ({erased}) or ({key}) in (select ({key}) from expired)
        """
    )


def _named(one: Standing) -> list[str]:
    return [field for field in NAMES_OF_ROWS if field in one.source.record_type.types]


def _rested(connection: duckdb.DuckDBPyConnection, one: Standing) -> list[dict[str, Any]]:
    """What figures rested on the rows that go: their months, and what else names a published row.

    Of expired records these are all months before the first that still has a record, quiet ones among them, and the months of
    those that reach further; of erased ones the months of each.
    """
    dated, named = one.source.record_type.dated_by, _named(one)
    if not dated:
        return []
    days = ", ".join(f"cast({name(field)} as date)" for field in dated)
    parts = ", ".join(["source", *map(name, named)])
    of_source = f"{text(one.source.name)} as source, {''.join(f'{name(field)}, ' for field in named)}"
    found = connection.sql(
        f"""
        with going as (
            select {of_source} why, date_trunc('month', least({days})) as first, last_day(greatest({days})) as last
            from gone where least({days}) is not null
        ),
        remaining as (
            select {of_source} min(date_trunc('month', least({days}))) as remains_from
            from versions anti join gone using (delivery, row_number) group by all
        ),
        before as (
            select {parts}, min(first) as first, coalesce(last_day(remains_from - interval 1 month), max(last)) as last
            from going left join remaining using ({parts}) where why = {text(EXPIRED)} group by {parts}, remains_from
        )
        select {text(EXPIRED)} as why, {parts}, first, last from before where first <= last
        union
        select why, {parts}, going.first, going.last from going left join before using ({parts})
        where why = {text(ERASURE)} or going.last > before.last
        order by all
        """
    ).pl()
    return [
        {"record_type": one.source.record_type.name}
        | {key: value.isoformat()[:10] if isinstance(value, date) else value for key, value in row.items()}
        for row in found.to_dicts()
    ]


def _of_delivery(
    judged: Judged,
    gone: pl.DataFrame,
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    today: date,
    keys: Sequence[Key],
) -> Purged | None:
    """What of one delivery has to go; ``None`` where nothing does."""
    source, receipt = judged.source, judged.receipt
    rows = gone.filter(pl.col("delivery") == judged.delivery.sha256)
    received = judged.delivery.received_at.date()
    outlived = connection.execute(
        f"select {text(received)}::date + interval ({source.retention_years}) year <= {text(today)}::date"
    ).fetchall()[0][0]
    path = quarantine_path(source.name, receipt, workspace)
    quarantined = _gone_quarantined(judged, path, connection, today, keys, outlived) if path.exists() else []
    empty = receipt.rows_accepted + receipt.rows_quarantined == 0  # so that only its receipt tells its age
    was_erased = any(reason["rule"] == ERASED for reason in receipt.reasons)
    has_file = (workspace.blobs / judged.delivery.sha256).exists()
    file = has_file and bool(len(rows) or quarantined or (empty and outlived) or was_erased or receipt.purged)
    if not (file or len(rows) or quarantined):
        return None
    erased = rows.filter(pl.col("why") == ERASURE).height
    return Purged(judged, rows.height - erased, erased, len(quarantined), file, rows, quarantined)


def _gone_quarantined(
    judged: Judged, path: Path, connection: duckdb.DuckDBPyConnection, today: date, keys: Sequence[Key], outlived: bool
) -> list[int]:
    """Rows in quarantine that have to go: of a record that goes, or whose own years have passed, as far as they tell."""
    source, rows = judged.source, pl.read_parquet(path)
    if not set(source.columns) <= set(rows.columns):
        return rows["row_number"].to_list() if outlived else []
    connection.register("aside", read_values(rows, source)[0])
    kept_from = f"cast({name(source.retained_from)} as date)" if source.retained_from else "null"
    received = f"{text(judged.delivery.received_at.date())}::date"
    conditions = [
        f"coalesce({kept_from}, {received}) + interval ({source.retention_years}) year <= {text(today)}::date",
        f"({names(source.key)}) in (select ({names(source.key)}) from gone)",
        *(f"coalesce({_is(key)}, false)" for key in keys),
    ]
    found = connection.sql(f"select row_number from aside where {' or '.join(conditions)} order by 1").fetchall()
    return [number for (number,) in found]


def _take_out(one: Purged, workspace: Workspace) -> None:
    """Take the rows of one delivery out of its files, then remove the file as received."""
    source, receipt = one.judged.source, one.judged.receipt
    accepted, aside = accepted_path(source, receipt, workspace), quarantine_path(source.name, receipt, workspace)
    aside_rows = one.gone_quarantined
    gone_rows = one.gone["row_number"].to_list() if len(one.gone) else []
    left = _keep_others(accepted, gone_rows) + _keep_others(aside, aside_rows)
    if left == 0:
        accepted.unlink(missing_ok=True)
        aside.unlink(missing_ok=True)
    for path in sorted((workspace.history / source.name).glob(f"{one.judged.delivery.sha256[:16]}-*.parquet")):
        if not _keep_others(path, [*gone_rows, *aside_rows]):
            path.unlink()
    kept_here = corrections.private(source, workspace)
    lost = [correction for correction in _corrections_of([one], workspace) if correction.path == kept_here]
    if lost:
        corrections.without(kept_here, lost)
    (workspace.blobs / one.judged.delivery.sha256).unlink(missing_ok=True)


def _keep_others(path: Path, numbers: Sequence[int]) -> int:
    """Write a file of rows anew without those of the given numbers; how many rows it has then."""
    if not path.exists():
        return 0
    with connect() as connection:
        if numbers:
            connection.register("taken", pl.DataFrame({"row_number": numbers}, schema={"row_number": pl.Int64}))
            with replacing(path) as temporary:
                connection.execute(
                    f"copy (select * from {parquet(path)} anti join taken using (row_number) order by row_number) "
                    f"to {text(temporary)} (format parquet, compression zstd)"
                )
        left: int = connection.execute(f"select count(*) from {parquet(path)}").fetchall()[0][0]
    return left


def _corrections_of(purged: Iterable[Purged], workspace: Workspace) -> list[corrections.Correction]:
    """The corrections of rows that go."""
    found = []
    for one in purged:
        rows = {*(one.gone["row_number"].to_list() if len(one.gone) else []), *one.gone_quarantined}
        of_delivery = corrections.of_delivery(corrections.load(one.judged.source, workspace), one.judged.delivery.sha256)
        found += [correction for correction in of_delivery if correction.row in rows]
    return found


def _note(purge: Purge, workspace: Workspace, today: date) -> None:
    """Write down what goes, without saying whose it was."""
    known = ledger(workspace)
    files = {one.judged.delivery.sha256: today.isoformat() for one in purge.purged if one.file}
    entries = [entry for entry in purge.entries if entry not in known["entries"]]
    write_json(workspace.purges, {"files": files | known["files"], "entries": [*known["entries"], *entries]}, mode=0o600)


def _forget_what_was_made(workspace: Workspace) -> None:
    """Remove all that was made from records; a database keeps what was deleted from it until it writes there again."""
    for path in (*workspace.state.glob("warehouse*"), workspace.state / "last_run.json"):
        path.unlink(missing_ok=True)
    for folder in (workspace.marts, workspace.safe, workspace.released, workspace.candidate, workspace.previous):
        shutil.rmtree(folder, ignore_errors=True)
    workspace.prepare()
