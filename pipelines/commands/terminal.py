"""What the commands share: their options, and how results and failures are shown.

Does not belong here: any one command, and any work.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from pipelines.workspace import Workspace

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

WIDEST = 240
"""Characters a line of a table may have where no terminal says how wide it is: words are broken there only."""

CouncilFile = Annotated[Path | None, typer.Option("--council", help="The council's facts; council.yml of the project.")]
SourcesDir = Annotated[Path | None, typer.Option("--sources", help="Folder of sources; sources/ of the project.")]
IndicatorsDir = Annotated[Path | None, typer.Option("--indicators", help="A further folder of indicators.")]
StateDir = Annotated[Path | None, typer.Option("--state", help="Where state is kept; var/ of the project.")]
PublishDir = Annotated[Path | None, typer.Option("--publish", help="Where releases stand; published/ of the project.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Count deliveries up to this date, such as 2026-10-05.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def standings_of(workspace: Workspace) -> list[Any]:
    """How every source of the workspace stands."""
    from pipelines.council import load_council
    from pipelines.deliveries import standings
    from pipelines.sources import load_sources

    council = load_council(workspace.council_file)
    return standings(load_sources(workspace.sources_dir, council), workspace, workspace.as_of)


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print rows as a table; numbers stand to the right."""
    if not rows:
        out.print("There is none.")
        return
    table = Table(box=None, pad_edge=False)
    for name in rows[0]:
        numeric = isinstance(rows[0][name], int) and not isinstance(rows[0][name], bool)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escaped("" if value is None else str(value)) for value in row.values()))
    (out if out.is_terminal else Console(highlight=False, width=WIDEST)).print(table)


def show(as_json: bool, content: Any, say: Callable[[], None]) -> None:
    """Print ``content`` as JSON, or let ``say`` tell it to a person."""
    if as_json:
        print(json.dumps(content, indent=2, ensure_ascii=False, default=str))
    else:
        say()


def as_date(text: str | None) -> date | None:
    """A date as typed; ends the command where it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(f"`{text}` is not a date; write it as 2026-10-05.", 2)


def escaped(text: str) -> str:
    """Text whose brackets are not read as colours."""
    return text.replace("[", r"\[")


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with a message on the error stream."""
    err.print(f"[red]✗[/] {escaped(message)}")
    raise typer.Exit(code)
