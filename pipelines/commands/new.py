"""Commands that make the first draft of something a person then completes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from pipelines.commands.terminal import CouncilFile, IndicatorsDir, SourcesDir, escaped, fail, out
from pipelines.workspace import Workspace

new_app = typer.Typer(no_args_is_help=True, help="A first draft of something new.")


MEASURES = "Measure: count, sum, percentage, ratio, rate, standardised_rate, mean, median, percentile, index, free or reported"
PER = {"rate": 1000, "standardised_rate": 100_000}
"""Per how many residents a rate is, where nothing else is said."""
TYPES = {"multiplier": float, "percentile": float}
"""Answers that are numbers; the others are text."""


def asked(text: str, default: str | None = None) -> Any:
    """An option that is asked for where it is not given."""
    return typer.Option(prompt=text, help=f"{text}.", show_default=default is not None)


@new_app.command("source")
def new_source(
    name: Annotated[str, typer.Argument(help="Its name, in snake_case; it becomes a folder.")],
    sample: Annotated[Path, typer.Option("--from", help="A file like those that will be delivered.")],
    record_type: Annotated[str | None, typer.Option(help="What its records are; found by its columns if not given.")] = None,
    council: CouncilFile = None,
    sources: SourcesDir = None,
) -> None:
    """Propose a source.yml from a sample: how it is read, and which column is which field. A person confirms every guess."""
    import schemas
    from pipelines.council import load_council
    from pipelines.files import replacing
    from pipelines.formats import BrokenDelivery
    from pipelines.propose import propose, tried

    workspace = Workspace.at(council, sources)
    path = workspace.sources_dir / name / "source.yml"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        fail(f"`{name}` is not snake_case: small letters, digits and underscores, a letter first.", 2)
    if record_type and record_type not in schemas.names():
        fail(f"There is no record type `{record_type}`. There are: {', '.join(schemas.names())}.", 2)
    if not sample.is_file():
        fail(f"There is no file {sample}.", 2)
    if path.exists():
        fail(f"{path} is there already; choose another name, or move it away.", 2)
    facts = load_council(workspace.council_file)
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        try:
            text = propose(name, sample, facts, record_type, scratch)
        except (BrokenDelivery, OSError) as error:
            fail(f"{sample} cannot be read: {error}.")
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
        trial = tried(path, sample, facts, scratch)
    out.print(f"[green]✓[/] {path} is proposed; {text.count('# CONFIRM')} lines are to be confirmed.")
    for blank in trial.blanks:
        out.print(f"[yellow]![/] To be filled in before it can be used: {escaped(blank)}")
    if trial.receipt is not None:
        _say(trial.receipt)


def _say(receipt: object) -> None:
    """What the proposal makes of its sample."""
    from pipelines.receipts import Receipt

    assert isinstance(receipt, Receipt)
    if receipt.status == "broken":
        out.print(f"[yellow]![/] As it stands, the sample is not taken in: {escaped(str(receipt.message))}")
        return
    out.print(
        f"As it stands, {receipt.rows_read:,} rows of the sample are read: {receipt.rows_accepted:,} accepted, "
        f"{receipt.rows_quarantined:,} set aside, {receipt.rows_layout:,} layout."
    )
    for reason in receipt.reasons:
        out.print(f"  {reason['field']}: {reason['rule']} ({reason['rows']:,} rows)")


@new_app.command("indicator")
def new_indicator(
    name: Annotated[str, typer.Argument(help="The indicator's id, in snake_case: repairs_in_time.")],
    record_type: Annotated[str, asked("Records: service_request, complaint, survey_response, finance or reported_figure")],
    measure: Annotated[str, asked(MEASURES)],
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
    percentile: Annotated[float | None, typer.Option(help="Which percentile: 90.")] = None,
    index_of: Annotated[str | None, typer.Option(help="The measure that an index compares with its base: count.")] = None,
    base_year_start: Annotated[str | None, typer.Option(help="First day of the year that is 100: 2019-04-01.")] = None,
    standard_population: Annotated[
        str | None, typer.Option(help="People of each age group of a standardised rate: '{0-64: 80500, 65+: 19500}'.")
    ] = None,
    decimals: Annotated[int, typer.Option(help="Decimals of the published value.")] = 1,
    indicators: IndicatorsDir = None,
) -> None:
    """Write an indicator's YAML and SQL with a worked example that holds; asks for what is not given as an option."""
    from pipelines.new_indicator import DRAFTS, indexed_of, measures_of, write_indicator

    known = [*DRAFTS, "reported_figure"]
    if record_type not in known:
        fail(f"There is no draft for records of the type `{record_type}`. Allowed: {', '.join(known)}.", 2)
    if measure not in measures_of(record_type):
        fail(f"`{measure}` cannot be drafted over `{record_type}`. Allowed: {', '.join(measures_of(record_type))}.", 2)
    facts: dict[str, Any] = {"title": title, "definition": definition, "unit": unit, "measure": measure, "decimals": decimals}
    facts |= {"polarity": polarity, "theme": theme, "perspective": perspective, "results_chain": results_chain}
    facts |= {"service": service, "limitations": limitations, "reported_by": reported_by}
    facts |= _needed(
        measure,
        {
            "multiplier": PER.get(measure) if multiplier is None else multiplier,
            "percentile": percentile,
            "index_of": index_of,
            "base_year_start": base_year_start,
            "standard_population": standard_population,
        },
    )
    if measure == "index" and facts["index_of"] not in indexed_of(record_type):
        allowed = ", ".join(indexed_of(record_type))
        fail(f"An index of `{facts['index_of']}` cannot be drafted over `{record_type}`. Allowed: {allowed}.", 2)
    version = {"reason": reason, "valid_from": valid_from or date.today().isoformat(), "approved_by": approved_by}
    workspace = Workspace.at(indicators=indicators)
    own = workspace.dbt_project / "models" / "indicators"
    folder = workspace.indicators_dir or own
    try:
        written = write_indicator(name, record_type, facts, version, folder, [own])
    except FileExistsError as error:
        fail(str(error))
    for path in written:
        out.print(f"[green]✓[/] {path}")
    out.print("Make the SQL and the worked example say what the definition says; then have it adopted, and run.")


def _needed(measure: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that some measures need: as given, asked for where this measure needs one that is not."""
    from pipelines.indicators import NEEDS

    answers = dict(given)
    for field, what in NEEDS.get(measure, {}).items():
        if answers[field] is None:
            answers[field] = typer.prompt(f"{field.replace('_', ' ').capitalize()}: {what}", type=TYPES.get(field, str))
    if answers["standard_population"] is not None:
        answers["standard_population"] = _population(answers["standard_population"])
    whole = {field: int(number) for field in TYPES if (number := answers[field]) is not None and float(number).is_integer()}
    return answers | whole


def _population(text: str) -> dict[str, Any]:
    """People of each age group as typed; ends the command where they are none."""
    import yaml

    try:
        groups = yaml.safe_load(text)
    except yaml.YAMLError:
        groups = None
    if not isinstance(groups, dict):
        fail(f"`{text}` is no standard population. For example: {{0-64: 80500, 65+: 19500}}.", 2)
    return {str(group): people for group, people in groups.items()}
