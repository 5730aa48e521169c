"""Commands that write the first draft of something a person then completes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from pipelines.commands.terminal import IndicatorsDir, fail, out
from pipelines.workspace import Workspace

new_app = typer.Typer(no_args_is_help=True, help="First drafts: an indicator's two files.")


def asked(text: str, default: str | None = None) -> Any:
    """An option that is asked for where it is not given."""
    return typer.Option(prompt=text, help=f"{text}.", show_default=default is not None)


@new_app.command("indicator")
def new_indicator(
    name: Annotated[str, typer.Argument(help="The indicator's id, in snake_case: repairs_in_time.")],
    record_type: Annotated[str, asked("Records: service_request, complaint, survey_response, finance or reported_figure")],
    measure: Annotated[str, asked("Measure: count, percentage, rate, mean, median, sum, ratio or reported")],
    service: Annotated[str, asked("Service, as records name it; of a survey the question")],
    title: Annotated[str, asked("Title, without unit or year")],
    definition: Annotated[str, asked("Definition: what is counted, out of what, and what is left out")],
    unit: Annotated[str, asked("Unit of a value, such as percent")],
    polarity: Annotated[str, asked("Which way is better: high, low or neutral")],
    theme: Annotated[str, asked("Theme: economy, efficiency, quality, effectiveness, impact or equity")],
    perspective: Annotated[str, asked("Perspective: citizen, process, financial or learning")],
    results_chain: Annotated[str, asked("Place in the results chain: input, activity, output, outcome or impact")],
    limitations: Annotated[str, asked("Limitations: what a reader must know before drawing conclusions")],
    reason: Annotated[str, typer.Option(help="Why it is worked out this way.")] = "First definition, to be confirmed.",
    approved_by: Annotated[str, typer.Option(help="The role that approved the method.")] = "Not yet approved",
    reported_by: Annotated[str | None, typer.Option(help="Who works out figures received ready-made.")] = None,
    valid_from: Annotated[str | None, typer.Option(help="First day of the method; today if not given.")] = None,
    multiplier: Annotated[float | None, typer.Option(help="Per how many residents a rate is.")] = None,
    decimals: Annotated[int, typer.Option(help="Decimals of the published value.")] = 1,
    indicators: IndicatorsDir = None,
) -> None:
    """Write an indicator's YAML and SQL with a worked example that holds; asks for what is not given as an option."""
    from pipelines.new_indicator import DRAFTS, measures_of, write_indicator

    known = [*DRAFTS, "reported_figure"]
    if record_type not in known:
        fail(f"There is no draft for records of the type `{record_type}`. Allowed: {', '.join(known)}.", 2)
    if measure not in measures_of(record_type):
        fail(f"`{measure}` cannot be drafted over `{record_type}`. Allowed: {', '.join(measures_of(record_type))}.", 2)
    facts: dict[str, Any] = {"title": title, "definition": definition, "unit": unit, "measure": measure, "decimals": decimals}
    facts |= {"polarity": polarity, "theme": theme, "perspective": perspective, "results_chain": results_chain}
    facts |= {"service": service, "limitations": limitations, "reported_by": reported_by}
    facts["multiplier"] = 1000 if measure == "rate" and multiplier is None else multiplier
    version = {"reason": reason, "valid_from": valid_from or date.today().isoformat(), "approved_by": approved_by}
    workspace = Workspace.at(indicators=indicators)
    folder = workspace.indicators_dir or workspace.dbt_project / "models" / "indicators"
    try:
        written = write_indicator(name, record_type, facts, version, folder)
    except FileExistsError as error:
        fail(str(error))
    for path in written:
        out.print(f"[green]✓[/] {path}")
    out.print("Make the SQL and the worked example say what the definition says; then have it adopted, and run.")
