"""The command ``yardstick``: what people and scripts type.

Belongs here: arguments, how results are shown, exit codes. Does not belong here: any work (each command calls the module
that does it). Every failure a person can mend ends with a plain message and exit code 1, a mistake in what was typed or
written with 2.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from pipelines.config import ConfigError
from pipelines.workspace import Workspace

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A council's performance reporting, with an audit trail.",
)
quarantine_app = typer.Typer(no_args_is_help=True, help="Rows that were set aside, and why.")
indicators_app = typer.Typer(no_args_is_help=True, help="The indicators that are defined.")
methods_app = typer.Typer(no_args_is_help=True, help="Versions of calculation methods.")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(indicators_app, name="indicators")
app.add_typer(methods_app, name="methods")
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

CouncilFile = Annotated[Path | None, typer.Option("--council", help="The council's facts; council.yml of the project.")]
SourcesDir = Annotated[Path | None, typer.Option("--sources", help="Folder of sources; sources/ of the project.")]
IndicatorsDir = Annotated[Path | None, typer.Option("--indicators", help="A further folder of indicators.")]
StateDir = Annotated[Path | None, typer.Option("--state", help="Where state is kept; var/ of the project.")]
PublishDir = Annotated[Path | None, typer.Option("--publish", help="Where releases stand; published/ of the project.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Count deliveries up to this date, such as 2026-10-05.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def main() -> None:
    """Run the command line; plain messages instead of tracebacks for what people can mend."""
    from pipelines.contract import ContractError

    try:
        app()
    except (ConfigError, ContractError) as error:
        for problem in error.problems:
            err.print(f"[red]✗[/] {_escaped(problem)}")
        sys.exit(2)


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
    from pipelines.model import ModelError

    workspace = Workspace.at(council, sources, indicators, state, publish, _date(as_of), allow_breaking)
    if runner.nothing_new(workspace):
        version = outcome.published_version(workspace)
        _show(as_json, {"released": False, "version": version, "problems": []}, lambda: _say_nothing_new(version))
        return
    try:
        released, problems = runner.run(workspace)
    except (ModelError, runner.AlreadyRunning) as error:
        _fail(str(error))
    standing = _standings(workspace)
    from pipelines.deliveries import latest_date

    found = outcome.gather(standing, workspace, workspace.as_of or latest_date(standing), released, problems)
    _show(as_json, found.to_json(), lambda: _say_outcome(found, workspace))
    if problems:
        raise typer.Exit(1)


@app.command()
def status(
    council: CouncilFile = None,
    sources: SourcesDir = None,
    state: StateDir = None,
    publish: PublishDir = None,
    as_json: AsJson = False,
) -> None:
    """Show each source with its last delivery and how late it is, the last release, and whether a run would do anything."""
    from pipelines import outcome
    from pipelines.run import nothing_new

    workspace = Workspace.at(council, sources, None, state, publish)
    today = datetime.now(UTC).replace(tzinfo=None)
    standing = _standings(workspace)
    rows = []
    for one in standing:
        last = one.judged[-1].delivery.received_at if one.judged else None
        rows.append(asdict(outcome.SourceOutcome.of(one)) | {"days_late": one.source.days_late(last, today)})
    version, idle = outcome.published_version(workspace), nothing_new(workspace)

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
            if row["old_reason"]:
                out.print(f"[yellow]![/] {row['source']} is old: {_escaped(row['old_reason'])}")
        out.print(f"Last release: {version or 'none yet'}.")
        out.print("A run would find nothing new." if idle else "A run would have something to do.")

    _show(as_json, {"sources": rows, "version": version, "nothing_new": idle}, say)


@quarantine_app.command("list")
def quarantine_list(
    council: CouncilFile = None, sources: SourcesDir = None, state: StateDir = None, as_json: AsJson = False
) -> None:
    """Count the rows that were set aside, by source, delivery, field and reason."""
    standing = _standings(Workspace.at(council, sources, None, state))
    rows = [
        {
            "source": one.source.name,
            "delivery": judged.delivery.sha256[:16],
            "file": judged.delivery.file_name,
            "status": judged.receipt.status,
            "field": reason["field"],
            "rule": reason["rule"],
            "rows": reason["rows"],
        }
        for one in standing
        for judged in one.judged
        for reason in judged.receipt.reasons
    ]

    def say() -> None:
        if not rows:
            out.print("No row is in quarantine.")
            return
        _print_table(rows)
        out.print("See the rows of one delivery with: yardstick quarantine show SOURCE DELIVERY")

    _show(as_json, rows, say)


@quarantine_app.command("show")
def quarantine_show(
    source: str,
    delivery: Annotated[str, typer.Argument(help="The delivery's hash, or its first characters.")],
    council: CouncilFile = None,
    sources: SourcesDir = None,
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Show where each set-aside row of a delivery stands in its file and all its reasons; never what is in its cells."""
    import polars as pl

    from pipelines.indicators import suggest
    from pipelines.intake import quarantine_path

    workspace = Workspace.at(council, sources, None, state)
    standing = {one.source.name: one for one in _standings(workspace)}
    if source not in standing:
        _fail(f"There is no source `{source}`.{suggest(source, standing)} There are: {', '.join(standing)}.", 2)
    found = [j for j in standing[source].judged if j.delivery.sha256.startswith(delivery)]
    if len(found) != 1:
        there = ", ".join(j.delivery.sha256[:16] for j in standing[source].judged)
        _fail(f"`{delivery}` names {len(found)} deliveries of {source}. There are: {there or 'none'}.", 2)
    path = quarantine_path(source, found[0].receipt, workspace)
    if not path.exists():
        _fail(f"The delivery {found[0].delivery.file_name} was not taken in: {found[0].receipt.message}")
    rows = (
        pl.read_parquet(path, columns=["row_number", "reasons"])
        .explode("reasons")
        .unnest("reasons")
        .sort("row_number", "field", "rule")
        .to_dicts()
    )
    header = standing[source].source.format.get("header_row", 1)

    def say() -> None:
        out.print(f"{found[0].delivery.file_name}: row 1 is the first below the column names (row {header}).")
        _print_table(rows)

    _show(as_json, rows, say)


@indicators_app.command("list")
def indicators_list(
    council: CouncilFile = None,
    sources: SourcesDir = None,
    indicators: IndicatorsDir = None,
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """List the indicators that are defined, and which the council has adopted."""
    from pipelines.deliveries import adopted
    from pipelines.model import indicators_of

    workspace = Workspace.at(council, sources, indicators, state)
    wanted = set(adopted(_standings(workspace), workspace))
    rows = [
        {
            "indicator": one.indicator_id,
            "title": one.title,
            "measure": one.measure,
            "unit": one.unit,
            "service": one.service,
            "version": one.latest_version,
            "adopted": "yes" if one.indicator_id in wanted else "no",
        }
        for one in indicators_of(workspace)
    ]
    _show(as_json, rows, lambda: _print_table(rows))


@methods_app.command("list")
def methods_list(indicators: IndicatorsDir = None, state: StateDir = None, as_json: AsJson = False) -> None:
    """List every method version with what changed, why, since when and who approved it."""
    from pipelines.methods import list_methods

    rows = list_methods(_compiled(Workspace.at(indicators=indicators, state=state)))
    shown = ("indicator_id", "method_version", "in_use", "valid_from", "change", "approved_by")
    _show(as_json, rows, lambda: _print_table([{name: row[name] for name in shown} for row in rows]))


@methods_app.command("check")
def methods_check(
    indicators: IndicatorsDir = None, state: StateDir = None, publish: PublishDir = None, as_json: AsJson = False
) -> None:
    """Fail where a calculation that has been published is changed without a new version."""
    from pipelines.methods import check

    workspace = Workspace.at(indicators=indicators, state=state, publish=publish)
    published = workspace.publish / "performance" / "data" / "method.csv"
    problems = check(_compiled(workspace), published)

    def say() -> None:
        for problem in problems:
            err.print(f"[red]✗[/] {_escaped(str(problem))}")
        if not problems:
            compared = "what is published" if published.exists() else "nothing: there is no release yet"
            out.print(f"No method differs from {compared}.")

    _show(as_json, [asdict(problem) for problem in problems], say)
    if problems:
        raise typer.Exit(1)


@methods_app.command("diff")
def methods_diff(
    indicator: str,
    old: Annotated[int, typer.Argument(help="The older version.")],
    new: Annotated[int, typer.Argument(help="The newer version.")],
    indicators: IndicatorsDir = None,
    state: StateDir = None,
) -> None:
    """Show what two versions of a method do differently."""
    from pipelines.methods import MethodError, diff

    try:
        out.print(_escaped(diff(_compiled(Workspace.at(indicators=indicators, state=state)), indicator, old, new)))
    except MethodError as error:
        _fail(str(error), 2)


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
        _fail(str(error))
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
        _fail(str(error), 2)

    def say() -> None:
        for problem in problems:
            err.print(f"[red]✗[/] {_escaped(str(problem))}")
        if not problems:
            out.print(f"[green]✓[/] {directory} is as it was released.")

    _show(as_json, [asdict(problem) for problem in problems], say)
    if problems:
        raise typer.Exit(1)


def _compiled(workspace: Workspace) -> Any:
    """Every method version as dbt compiles it."""
    from pipelines.methods import compile_methods
    from pipelines.model import ModelError, indicators_of, read_manifest

    workspace.prepare()
    try:
        return compile_methods(indicators_of(workspace), read_manifest(workspace))
    except ModelError as error:
        _fail(str(error))


def _standings(workspace: Workspace) -> list[Any]:
    from pipelines.council import load_council
    from pipelines.deliveries import standings
    from pipelines.sources import load_sources

    council = load_council(workspace.council_file)
    return standings(load_sources(workspace.sources_dir, council), workspace, workspace.as_of)


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
            out.print(f"  {one.source}, set aside most often for {_escaped(reasons)}")
        if one.old_reason:
            held = "goes on with its last good data" if one.rows_read else "has no usable data"
            out.print(f"[yellow]![/] {one.source} {held}: {_escaped(one.old_reason)}")
    if found.problems:
        for problem in found.problems:
            err.print(f"[red]✗[/] {_escaped(problem)}")
        err.print(
            f"Nothing was released; release {found.version} stands as it was." if found.version else "Nothing was released."
        )
    elif found.released:
        out.print(f"[green]✓[/] Released {found.version} as of {found.as_of}: {_escaped(found.summary)}")
        out.print(f"  The datasets are in {workspace.publish}. Where a figure comes from: yardstick explain INDICATOR")
    else:
        out.print(f"[green]✓[/] {found.summary} Release {found.version} stands.")


def _print_table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        out.print("There is none.")
        return
    table = Table(box=None, pad_edge=False)
    for name in rows[0]:
        numeric = isinstance(rows[0][name], int) and not isinstance(rows[0][name], bool)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_escaped("" if value is None else str(value)) for value in row.values()))
    out.print(table)


def _show(as_json: bool, content: Any, say: Callable[[], None]) -> None:
    if as_json:
        print(json.dumps(content, indent=2, ensure_ascii=False, default=str))
    else:
        say()


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        _fail(f"`{text}` is not a date; write it as 2026-10-05.", 2)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def _fail(message: str, code: int = 1) -> NoReturn:
    err.print(f"[red]✗[/] {_escaped(message)}")
    raise typer.Exit(code)
