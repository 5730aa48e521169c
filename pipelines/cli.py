"""The command ``yardstick``: what people and scripts type.

Belongs here: commands without a group, and the list of groups (each a module of ``pipelines.commands``). Does not belong
here: any work (each command calls the module that does it). Every failure a person can mend ends with a plain message and
exit code 1, a mistake in what was typed or written with 2.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from pipelines.commands.indicators import indicators_app
from pipelines.commands.methods import methods_app
from pipelines.commands.new import new_app
from pipelines.commands.publication import publish, pull
from pipelines.commands.purge import purge
from pipelines.commands.quarantine import quarantine_app
from pipelines.commands.terminal import (
    AsJson,
    AsOf,
    CouncilFile,
    IndicatorsDir,
    PublishDir,
    SourcesDir,
    StateDir,
    as_date,
    err,
    escaped,
    fail,
    out,
    show,
    standings_of,
)
from pipelines.config import ConfigError
from pipelines.faults import has_own_words, where
from pipelines.workspace import Workspace

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A council's performance reporting, with an audit trail.",
)
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(indicators_app, name="indicators")
app.add_typer(methods_app, name="methods")
app.command()(purge)
app.add_typer(new_app, name="new")
app.command()(publish)
app.command()(pull)


def main() -> None:
    """Run the command line; plain messages instead of tracebacks, which could quote a record."""
    from pipelines.contract import ContractError

    try:
        app()
    except (ConfigError, ContractError) as error:
        for problem in error.problems:
            err.print(f"[red]✗[/] {escaped(problem)}")
        sys.exit(2)
    except OSError as error:
        err.print(f"[red]✗[/] {escaped(f'{error.filename}: {error.strerror}' if error.filename else str(error)).rstrip('.')}.")
        sys.exit(1)
    except Exception as error:
        unforeseen = f"Unforeseen: {where(error)}. Its words are not shown, since they may quote a record."
        err.print(f"[red]✗[/] {escaped(str(error) if has_own_words(error) else unforeseen)}")
        sys.exit(1)


@app.command()
def run(
    council: CouncilFile = None,
    sources: SourcesDir = None,
    indicators: IndicatorsDir = None,
    state: StateDir = None,
    publish: PublishDir = None,
    as_of: AsOf = None,
    allow_breaking: Annotated[bool, typer.Option(help="Consent to a release that breaks its readers' programs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the whole line: fetch, check, work out, withhold, release."""
    from pipelines import outcome
    from pipelines import run as runner
    from pipelines.files import NoRoom
    from pipelines.model import ModelError

    workspace = Workspace.at(council, sources, indicators, state, publish, as_date(as_of), allow_breaking)
    if runner.nothing_new(workspace):
        version = outcome.published_version(workspace)
        show(as_json, {"released": False, "version": version, "problems": []}, lambda: _say_nothing_new(version))
        return
    try:
        ran = runner.run(workspace)
    except (ModelError, NoRoom, runner.AlreadyRunning) as error:
        fail(str(error))
    standing = standings_of(workspace)
    from pipelines.deliveries import latest_date

    found = outcome.gather(standing, workspace, workspace.as_of or latest_date(standing), ran)
    show(as_json, found.to_json(), lambda: _say_outcome(found, workspace))
    if ran.problems:
        raise typer.Exit(1)


@app.command()
def status(
    council: CouncilFile = None,
    sources: SourcesDir = None,
    state: StateDir = None,
    publish: PublishDir = None,
    as_json: AsJson = False,
) -> None:
    """Show each source with its last delivery and how late it is, the last release and what nobody has written about in it."""
    from pipelines import commentary, consent, outcome
    from pipelines.run import nothing_new

    workspace = Workspace.at(council, sources, None, state, publish)
    today = datetime.now(UTC).replace(tzinfo=None)
    standing = standings_of(workspace)
    rows = []
    for one in standing:
        last = one.judged[-1].delivery.received_at if one.judged else None
        rows.append(asdict(outcome.SourceOutcome.of(one)) | {"days_late": one.source.days_late(last, today)})
    version, idle = outcome.published_version(workspace), nothing_new(workspace)
    unwritten, ended = commentary.missing(workspace.publish), consent.ended(workspace.publish, today.date())

    def say() -> None:
        table = Table(box=None, pad_edge=False)
        for column in ("source", "last delivery", "late", "accepted", "quarantined", "state"):
            table.add_column(column, justify="right" if column in ("accepted", "quarantined") else "left", no_wrap=True)
        for row in rows:
            late = f"{row['days_late']} days" if row["days_late"] else ""
            standing_text = "old" if row["old_reason"] else "current"
            received = (row["last_received"] or "never")[:10]
            table.add_row(row["source"], received, late, f"{row['accepted']:,}", f"{row['quarantined']:,}", standing_text)
        out.print(table)
        for row in rows:
            for warning in row["warnings"]:
                out.print(f"[yellow]![/] {row['source']}, newest delivery: {escaped(warning)}")
            if row["old_reason"]:
                out.print(f"[yellow]![/] {row['source']} is old: {escaped(row['old_reason'])}")
            if row["purged"]:
                files = "1 delivery" if row["purged"] == 1 else f"{row['purged']} deliveries"
                out.print(f"  {row['source']}: {files} can no longer be judged again: the file as received was purged.")
            for note in row["notes"]:
                out.print(f"[yellow]![/] {row['source']}: {escaped(note)}")
        out.print(f"Last release: {version or 'none yet'}.")
        _say_unwritten(unwritten)
        for one in ended:
            what = f"the {one['table'].replace('_', ' ')} {escaped(one['id'])} ended on {one['consent_until']}"
            out.print(f"[red]![/] Consent to {what}; take it out: yardstick run --as-of {today:%Y-%m-%d}")
        out.print("A run would find nothing new." if idle else "A run would have something to do.")

    told = {"sources": rows, "version": version, "nothing_new": idle, "missing_commentary": unwritten, "consent_ended": ended}
    show(as_json, told, say)


@app.command()
def explain(
    indicator: Annotated[str, typer.Argument(help="The indicator's id.")],
    period: Annotated[
        str | None, typer.Option(help="Such as 2026/27, 'Q2 2026/27' or 2026-06; the latest one if not given.")
    ] = None,
    area: Annotated[str | None, typer.Option(help="Code or name; the whole council if not given.")] = None,
    breakdown: Annotated[str | None, typer.Option(help="Such as age_group=35-54; everybody if not given.")] = None,
    version: Annotated[int | None, typer.Option(help="Method version; the one in use if not given.")] = None,
    publish: PublishDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell the story of one published figure, back to the files that were received."""
    from pipelines import explain as explaining

    try:
        told = explaining.explain(Workspace.at(publish=publish).publish, indicator, period, area, breakdown, version)
    except explaining.ExplainError as error:
        fail(str(error))
    print(explaining.to_json(told) if as_json else explaining.render(told))


@app.command()
def verify(
    directory: Annotated[Path, typer.Argument(help="A folder of datasets, or one dataset.")],
    as_json: AsJson = False,
) -> None:
    """Check a release: checksums, chain, packages and keys. Fails on any tampering."""
    from pipelines.verify import verify as verified

    try:
        problems = verified(directory)
    except FileNotFoundError as error:
        fail(str(error), 2)

    def say() -> None:
        for problem in problems:
            err.print(f"[red]✗[/] {escaped(str(problem))}")
        if not problems:
            out.print(f"[green]✓[/] {directory} is as it was released.")

    show(as_json, [asdict(problem) for problem in problems], say)
    if problems:
        raise typer.Exit(1)


def _say_unwritten(figures: list[dict[str, Any]]) -> None:
    """Whom to ask for commentary, and on which figures."""
    if figures:
        out.print("[yellow]![/] In it, these red and amber figures have no commentary:")
    for one in figures:
        held = "; received, not marked for publication" if one["is_received"] else ""
        out.print(f"    {escaped(one['owner'])}: {one['indicator']}, {escaped(one['period'])} ({one['rag']}{held})")


def _say_nothing_new(version: str | None) -> None:
    out.print(f"[green]✓[/] Nothing new: no new delivery, no changed code or setting. Release {version} stands.")


def _say_outcome(found: Any, workspace: Workspace) -> None:
    """What came in, what was set aside and why, what changed, what was released."""
    table = Table(box=None, pad_edge=False, title="What came in", title_justify="left", title_style="bold")
    for column in ("source", "deliveries", "rows read", "accepted", "quarantined", "layout"):
        table.add_column(column, justify="left" if column == "source" else "right", no_wrap=True)
    for one in found.sources:
        counts = (one.deliveries, one.rows_read, one.accepted, one.quarantined, one.layout_rows)
        table.add_row(one.source, *(f"{count:,}" for count in counts))
    out.print(table)
    for one in found.sources:
        if one.reasons:
            reasons = "; ".join(f"{reason} ({rows})" for reason, rows in one.reasons)
            out.print(f"  {one.source}, set aside most often for {escaped(reasons)}")
        for warning in one.warnings:
            out.print(f"[yellow]![/] {one.source}, newest delivery: {escaped(warning)}")
        if one.old_reason:
            held = "goes on with its last good data" if one.rows_read else "has no usable data"
            out.print(f"[yellow]![/] {one.source} {held}: {escaped(one.old_reason)}")
        for note in one.notes:
            out.print(f"[yellow]![/] {one.source}: {escaped(note)}")
    for told in found.told:
        out.print(f"[yellow]![/] {escaped(told)}")
    if found.problems:
        for problem in found.problems:
            err.print(f"[red]✗[/] {escaped(problem)}")
        err.print(
            f"Nothing was released; release {found.version} stands as it was." if found.version else "Nothing was released."
        )
    elif found.released:
        out.print(f"[green]✓[/] Released {found.version} as of {found.as_of}: {escaped(found.summary)}")
        out.print(f"  The datasets are in {workspace.publish}. Where a figure comes from: yardstick explain INDICATOR")
    else:
        out.print(f"[green]✓[/] {found.summary} Release {found.version} stands.")
