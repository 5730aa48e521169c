"""Commands about rows that were set aside."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.terminal import AsJson, CouncilFile, SourcesDir, StateDir, fail, out, print_table, show, standings_of
from pipelines.workspace import Workspace

quarantine_app = typer.Typer(no_args_is_help=True, help="Rows that were set aside, and why.")


@quarantine_app.command("list")
def quarantine_list(
    council: CouncilFile = None, sources: SourcesDir = None, state: StateDir = None, as_json: AsJson = False
) -> None:
    """Count the rows that were set aside, by source, delivery, field and reason."""
    standing = standings_of(Workspace.at(council, sources, None, state))
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
        print_table(rows)
        out.print("See the rows of one delivery with: yardstick quarantine show SOURCE DELIVERY")

    show(as_json, rows, say)


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
    standing = {one.source.name: one for one in standings_of(workspace)}
    if source not in standing:
        fail(f"There is no source `{source}`.{suggest(source, standing)} There are: {', '.join(standing)}.", 2)
    found = [j for j in standing[source].judged if j.delivery.sha256.startswith(delivery)]
    if len(found) != 1:
        there = ", ".join(j.delivery.sha256[:16] for j in standing[source].judged)
        fail(f"`{delivery}` names {len(found)} deliveries of {source}. There are: {there or 'none'}.", 2)
    path = quarantine_path(source, found[0].receipt, workspace)
    if not path.exists():
        fail(f"The delivery {found[0].delivery.file_name} was not taken in: {found[0].receipt.message}")
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
        print_table(rows)

    show(as_json, rows, say)
