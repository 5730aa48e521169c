"""Commands about versions of calculation methods."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from pipelines.commands.terminal import AsJson, IndicatorsDir, PublishDir, StateDir, err, escaped, fail, out, print_table, show
from pipelines.workspace import Workspace

methods_app = typer.Typer(no_args_is_help=True, help="Versions of calculation methods.")


@methods_app.command("list")
def methods_list(indicators: IndicatorsDir = None, state: StateDir = None, as_json: AsJson = False) -> None:
    """List every method version with what changed, why, since when and who approved it."""
    from pipelines.methods import list_methods

    rows = list_methods(compiled(Workspace.at(indicators=indicators, state=state)))
    shown = ("indicator_id", "method_version", "in_use", "valid_from", "change", "approved_by")
    show(as_json, rows, lambda: print_table([{name: row[name] for name in shown} for row in rows]))


@methods_app.command("check")
def methods_check(
    indicators: IndicatorsDir = None, state: StateDir = None, publish: PublishDir = None, as_json: AsJson = False
) -> None:
    """Fail where a calculation that has been published is changed without a new version."""
    from pipelines.methods import check

    workspace = Workspace.at(indicators=indicators, state=state, publish=publish)
    published = workspace.publish / "performance" / "data" / "method.csv"
    problems = check(compiled(workspace), published)

    def say() -> None:
        for problem in problems:
            err.print(f"[red]✗[/] {escaped(str(problem))}")
        if not problems:
            compared = "what is published" if published.exists() else "nothing: there is no release yet"
            out.print(f"No method differs from {compared}.")

    show(as_json, [asdict(problem) for problem in problems], say)
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
        out.print(escaped(diff(compiled(Workspace.at(indicators=indicators, state=state)), indicator, old, new)))
    except MethodError as error:
        fail(str(error), 2)


def compiled(workspace: Workspace) -> Any:
    """Every method version as dbt compiles it."""
    from pipelines.methods import compile_methods
    from pipelines.model import ModelError, indicators_of, read_manifest

    workspace.prepare()
    try:
        return compile_methods(indicators_of(workspace), read_manifest(workspace))
    except ModelError as error:
        fail(str(error))
