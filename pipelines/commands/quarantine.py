"""Commands about rows that were set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.terminal import (
    AsJson,
    CouncilFile,
    SourcesDir,
    StateDir,
    err,
    escaped,
    fail,
    out,
    print_table,
    show,
    standings_of,
)
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.deliveries import Judged, Standing

BESIDE = ("duplicate_key", "repeated_row", "transition")
"""Rules about a row and others: it may be put right without a change of its own."""

quarantine_app = typer.Typer(no_args_is_help=True, help="Rows that were set aside, why, and how to put them right.")


@quarantine_app.command("list")
def quarantine_list(
    council: CouncilFile = None, sources: SourcesDir = None, state: StateDir = None, as_json: AsJson = False
) -> None:
    """Count the rows that were set aside, by source, delivery, field and reason, with an example of each."""
    from pipelines.quarantine import reasons

    workspace = Workspace.at(council, sources, None, state)
    standing = standings_of(workspace)
    rows = reasons(standing, workspace)

    def say() -> None:
        if rows:
            print_table(rows)
            out.print(
                "Of a source about people only the shape of a cell is shown. Then: yardstick quarantine show SOURCE DELIVERY"
            )
        else:
            out.print("No row is in quarantine.")
        for sentence in _notes(standing):
            out.print(f"[yellow]![/] {escaped(sentence)}")

    show(as_json, rows, say)


@quarantine_app.command("show")
def quarantine_show(
    source: str,
    delivery: Annotated[str, typer.Argument(help="The delivery's hash, or its first characters.")],
    history: Annotated[bool, typer.Option("--history", help="Show the rows that left the quarantine instead.")] = False,
    council: CouncilFile = None,
    sources: SourcesDir = None,
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Show where each set-aside row of a delivery stands in its file and all its reasons; never what is in its cells."""
    import polars as pl

    from pipelines.receipts import quarantine_path

    workspace = Workspace.at(council, sources, None, state)
    one = _source(source, workspace)
    judged = _delivery(one, delivery)
    if history:
        left = _left(judged, workspace)
        show(as_json, left, lambda: print_table(left))
        return
    path = quarantine_path(source, judged.receipt, workspace)
    if not path.exists() and judged.receipt.purged:
        fail(f"The rows set aside of {judged.delivery.file_name} were purged on {judged.receipt.purged['on']}.")
    if not path.exists():
        fail(f"The delivery {judged.delivery.file_name} was not taken in: {judged.receipt.message}")
    rows = (
        pl.read_parquet(path, columns=["row_number", "reasons"])
        .explode("reasons")
        .unnest("reasons")
        .sort("row_number", "field", "rule")
        .to_dicts()
    )
    header = judged.source.format.get("header_row", 1)

    def say() -> None:
        out.print(f"{judged.delivery.file_name}: row 1 is the first below the column names (row {header}).")
        print_table(rows)

    show(as_json, rows, say)


@quarantine_app.command("export")
def quarantine_export(
    source: str,
    to: Annotated[Path, typer.Option("--to", help="The file to write, .xlsx or .csv; only you can read it.")],
    council: CouncilFile = None,
    sources: SourcesDir = None,
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Write the set-aside rows of a source to a file in which they can be corrected."""
    from pipelines.quarantine import CannotExport, export

    workspace = Workspace.at(council, sources, None, state)
    one = _source(source, workspace)
    try:
        rows = len(export(one, workspace, to))
    except CannotExport as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"{to}: cannot be written: {error.strerror}.")
    held = sum(judged.receipt.rows_quarantined for judged in one.judged)

    def say() -> None:
        out.print(f"[green]✓[/] {rows:,} rows to correct are in {to}. Then: yardstick quarantine retry --from {to}")
        if held > rows:
            out.print(f"  {held - rows:,} more cannot be corrected cell by cell: the row cannot be read, or is purged.")
        out.print("  It may hold personal data: it is readable by you alone; delete it when you are done.")

    show(as_json, {"source": source, "file": str(to), "rows": rows, "rows_without_cells": held - rows}, say)


@quarantine_app.command("retry")
def quarantine_retry(
    source: Annotated[str | None, typer.Argument(help="Only this source.")] = None,
    corrected: Annotated[Path | None, typer.Option("--from", help="An exported file with corrected cells.")] = None,
    reason: Annotated[str | None, typer.Option(help="With --from: how it is known that the corrections are right.")] = None,
    who: Annotated[str | None, typer.Option(help="With --from: who answers for them; a role rather than a name.")] = None,
    council: CouncilFile = None,
    sources: SourcesDir = None,
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Judge again what corrections, a changed contract or a changed mapping may have put right."""
    from pipelines.run import AlreadyRunning, alone

    workspace = Workspace.at(council, sources, None, state)
    if corrected and not (reason and who):
        fail("Corrections need --reason (how it is known that they are right) and --who (who answers for them).", 2)
    workspace.prepare()
    try:
        with alone(workspace):
            written = _record(corrected, reason or "", who or "", workspace) if corrected else None
            chosen = [_source(source, workspace)] if source else standings_of(workspace)
            rows = [row for one in chosen for row in _judged_again(one, workspace)]
            told = _notes([_source(one.source.name, workspace) for one in chosen])
    except AlreadyRunning as error:
        fail(str(error))

    def say() -> None:
        if written:
            out.print(f"[green]✓[/] {written[1]} correction{'' if written[1] == 1 else 's'} added to {written[0]}.")
        for one in chosen:
            for sentence in one.outlived:
                out.print(f"[yellow]![/] {one.source.name}: {escaped(sentence)}")
        if rows:
            print_table(rows)
            out.print("Publish what follows from it with: yardstick run")
        else:
            out.print("No delivery had to be judged again: neither corrections, contract nor mapping have changed.")

    show(as_json, {"judged_again": rows, "corrections_added": written[1] if written else 0, "problems": told}, say)
    if told:
        fail("\n".join(told))


def _record(corrected: Path, reason: str, who: str, workspace: Workspace) -> tuple[Path, int]:
    """Write the corrections that a file holds to where those of its source are kept; that place, and how many."""
    from pipelines import corrections
    from pipelines.quarantine import read_back

    today = datetime.now(UTC).date().isoformat()
    found = read_back(corrected, standings_of(workspace), workspace, reason, who, today)
    if found.problems or found.source is None:
        for problem in found.problems:
            err.print(f"[red]✗[/] {escaped(problem)}")
        fail("No correction was recorded and nothing was judged again.")
    if not found.corrections:
        fail(f"{corrected.name}: no cell differs from what is in quarantine, so there is nothing to put right.")
    is_personal = found.source.sensitivity == "personal"
    path = corrections.private(found.source, workspace) if is_personal else corrections.beside(found.source)
    corrections.append(path, found.corrections)
    return path, len(found.corrections)


def _judged_again(one: Standing, workspace: Workspace) -> list[dict[str, Any]]:
    """What became of each delivery of a source that was judged again."""
    from pipelines.intake import take_in

    rows = []
    for judged in one.judged:
        receipt, new = take_in(one.source, judged.delivery, workspace)
        if new:
            rows.append(
                {
                    "source": one.source.name,
                    "delivery": judged.delivery.sha256[:16],
                    "file": judged.delivery.file_name,
                    "status": receipt.status,
                    "quarantined_before": judged.receipt.rows_quarantined,
                    "quarantined": receipt.rows_quarantined,
                    "rows_corrected": receipt.rows_corrected,
                }
            )
    return rows


def _notes(standing: list[Standing]) -> list[str]:
    """Corrections that did nothing, by source."""
    return [f"{one.source.name}: {note}" for one in standing for note in one.ineffective]


def _left(judged: Judged, workspace: Workspace) -> list[dict[str, Any]]:
    """The rows of a delivery that left the quarantine: why they were there, what put them right, who, when."""
    from pipelines import history
    from pipelines.quarantine import masked

    return [
        {
            "row_number": row["row_number"],
            "reasons": "; ".join(f"{reason['field']}: {reason['rule']}" for reason in row["reasons"]),
            "corrected": "; ".join(
                f"{one['column']}: {masked(one['expects'], judged.source)} → {masked(one['value'], judged.source)}"
                for one in row["corrections"]
            ),
            "because": "; ".join(dict.fromkeys(one["reason"] for one in row["corrections"])) or _because(row["reasons"]),
            "who": "; ".join(dict.fromkeys(one["who"] for one in row["corrections"])),
            "when": "; ".join(dict.fromkeys(one["when"] for one in row["corrections"])),
            "set_aside_in": row["set_aside_in"],
            "left_in": row["left_in"],
            "left_at": row["left_at"].isoformat(),
        }
        for row in history.read(workspace.history / judged.source.name, judged.delivery.sha256).to_dicts()
    ]


def _because(reasons: list[dict[str, str]]) -> str:
    """Why a row left the quarantine that nobody corrected."""
    beside = any(reason["rule"] in BESIDE for reason in reasons)
    return "contract, mapping or the rows beside it changed" if beside else "contract or mapping changed"


def _source(name: str, workspace: Workspace) -> Standing:
    """How the named source stands; ends the command where there is none."""
    from pipelines.indicators import suggest

    standing: dict[str, Standing] = {one.source.name: one for one in standings_of(workspace)}
    if name not in standing:
        fail(f"There is no source `{name}`.{suggest(name, standing)} There are: {', '.join(standing)}.", 2)
    return standing[name]


def _delivery(one: Standing, named: str) -> Judged:
    """The delivery whose hash begins so; ends the command where it is not one."""
    found = [judged for judged in one.judged if judged.delivery.sha256.startswith(named)]
    if len(found) != 1:
        there = ", ".join(judged.delivery.sha256[:16] for judged in one.judged)
        fail(f"`{named}` names {len(found)} deliveries of {one.source.name}. There are: {there or 'none'}.", 2)
    return found[0]
