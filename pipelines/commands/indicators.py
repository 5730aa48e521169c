"""Commands about the indicators that are defined."""

from __future__ import annotations

import typer

from pipelines.commands.terminal import AsJson, CouncilFile, IndicatorsDir, SourcesDir, StateDir, print_table, show, standings_of
from pipelines.workspace import Workspace

indicators_app = typer.Typer(no_args_is_help=True, help="The indicators that are defined.")


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
    wanted = set(adopted(standings_of(workspace), workspace))
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
    show(as_json, rows, lambda: print_table(rows))
