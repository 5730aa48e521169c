"""The command that removes what is kept no longer."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.terminal import (
    AsJson,
    CouncilFile,
    SourcesDir,
    StateDir,
    as_date,
    escaped,
    fail,
    out,
    print_table,
    show,
    standings_of,
)
from pipelines.workspace import Workspace


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
    source: Annotated[str | None, typer.Option(help="With --key: the source of a record to erase.")] = None,
    key: Annotated[
        str | None, typer.Option(help="The record's key, such as HR900001; of several fields: wave=2026,respondent_id=17.")
    ] = None,
    erase: Annotated[Path | None, typer.Option(help="A CSV of records to erase, with the columns source and key.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Purge as on this day; today if not given.")] = None,
    council: CouncilFile = None,
    sources: SourcesDir = None,
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Remove records whose retention has ended, and records to be erased, from all that is kept. Receipts stay."""
    from pipelines import purge as purging
    from pipelines.run import AlreadyRunning, alone

    workspace = Workspace.at(council, sources, None, state)
    today = as_date(as_of) or datetime.now(UTC).date()
    if bool(source) != bool(key):
        fail("A record to erase is named by --source and --key together.", 2)
    workspace.prepare()
    try:
        with alone(workspace):
            standing = standings_of(workspace)
            known = {one.source.name: one.source for one in standing}
            wanted = [(source, key)] if source and key else []
            wanted += _listed(erase) if erase else []
            keys: dict[str, list[dict[str, str]]] = {}
            for place, (named, text) in enumerate(wanted, start=1):
                if named not in known:
                    fail(f"Record {place} to erase: there is no source `{named}`. There are: {', '.join(known)}.", 2)
                keys.setdefault(named, []).append(_key(text, known[named].key, place))
            found = purging.plan(standing, workspace, today, keys)
            if not dry_run:
                purging.carry_out(found, workspace, today, keys, known)
    except AlreadyRunning as error:
        fail(str(error))
    rows = [
        {
            "source": one.judged.source.name,
            "delivery": one.judged.delivery.sha256[:16],
            "file": one.judged.delivery.file_name,
            "expired": one.expired,
            "erased": one.erased,
            "quarantined": one.quarantined,
            "file_removed": one.file,
        }
        for one in found.purged
    ]

    def say() -> None:
        if rows:
            print_table(rows)
        else:
            out.print("No record has to go: none has outlived its retention, and none to erase was found.")
        for sentence in found.told:
            out.print(f"[yellow]![/] {escaped(sentence)}")
        if rows and dry_run:
            out.print("Nothing was removed: this was a dry run.")
        elif rows:
            out.print(
                "[green]✓[/] Removed. Published figures that rested on these records stay as published. Then: yardstick run"
            )

    show(as_json, {"as_of": today.isoformat(), "dry_run": dry_run, "purged": rows, "told": found.told}, say)


def _listed(path: Path) -> list[tuple[str, str]]:
    """Source and key of each record of a list."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError):
        fail(f"{path}: cannot be read; a list of records to erase is a CSV in UTF-8.", 2)
    if not rows or not {"source", "key"} <= rows[0].keys():
        fail(f"{path}: a list of records to erase has the columns source and key, and a row a record.", 2)
    return [((row["source"] or "").strip(), (row["key"] or "").strip()) for row in rows]


def _key(text: str, fields: tuple[str, ...], place: int) -> dict[str, str]:
    """A key as typed, by field: the only field's value, or field=value pairs, not necessarily of all fields."""
    if len(fields) == 1:
        text = text.removeprefix(f"{fields[0]}=")
        return {fields[0]: text} if text else fail(f"Record {place} to erase has an empty key.", 2)
    found = dict(part.strip().split("=", 1) for part in text.split(",") if "=" in part)
    if not found or not found.keys() <= set(fields) or len(found) != len(text.split(",")):
        fail(f"Record {place} to erase: write its key as field=value pairs; the fields are {', '.join(fields)}.", 2)
    return found
