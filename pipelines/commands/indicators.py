"""Commands about the indicators that are defined."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipelines.commands.terminal import (
    AsJson,
    CouncilFile,
    IndicatorsDir,
    PublishDir,
    SourcesDir,
    StateDir,
    escaped,
    fail,
    out,
    print_table,
    show,
    standings_of,
)
from pipelines.workspace import Workspace

PUBLISHED = "published"
"""The criterion that stands alone for an indicator that is defined and in no release: the others cannot be told."""
NOT_PUBLISHED = "It is well formed, and not in the release: have it adopted, and run."

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


@indicators_app.command("check")
def indicators_check(indicators: IndicatorsDir = None, publish: PublishDir = None, as_json: AsJson = False) -> None:
    """Check every definition, and tell how complete the published ones are and how balanced they are as a set."""
    from pipelines.model import indicators_of
    from pipelines.tables import connect, csv

    workspace = Workspace.at(indicators=indicators, publish=publish)
    defined = indicators_of(workspace)
    path = workspace.publish / "performance" / "data" / "definition_check.csv"
    if not path.exists():
        fail(
            f"{len(defined)} definitions are well formed, but {workspace.publish} has no release yet to check them in: run first."
        )
    columns = ["scope", "subject", "criterion", "met", "explanation"]
    with connect() as connection:
        found = connection.execute(f"select {', '.join(columns)} from {csv(path, columns)} order by row").fetchall()
    rows = [dict(zip(columns, row, strict=True)) | {"met": row[3] == "true"} for row in found]
    checked = {row["subject"] for row in rows if row["scope"] == "indicator"}
    rows += [
        dict(zip(columns, ("indicator", one.indicator_id, PUBLISHED, False, NOT_PUBLISHED), strict=True))
        for one in defined
        if one.indicator_id not in checked
    ]
    show(as_json, rows, lambda: _say_checked(rows))


@indicators_app.command("names")
def indicators_names(
    source: Annotated[str | None, typer.Option(help="The source; all that have scorecards if not given.")] = None,
    write: Annotated[bool, typer.Option(help="Add the proposals to names.yml beside the source, as unconfirmed.")] = False,
    council: CouncilFile = None,
    sources: SourcesDir = None,
    indicators: IndicatorsDir = None,
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Propose which names of scorecards mean the same indicator, and list those that wait for a person to confirm them."""
    from pipelines import indicator_names
    from pipelines.deliveries import joined_names, stated_figures
    from pipelines.model import indicators_of

    workspace = Workspace.at(council, sources, indicators, state)
    standing = [one for one in standings_of(workspace) if source in (None, one.source.name)]
    if not standing:
        fail(f"There is no source `{source}`.", 2)
    rows = []
    for one in standing:
        figures = stated_figures(one, indicator_names.STATED, workspace)
        known = joined_names([one], indicators_of(workspace), workspace)
        proposed = indicator_names.propose(figures, {name.name_id: name.same_as for name in known}, one.source.name)
        states = [("confirmed" if name.confirmed_on else "unconfirmed", name) for name in known]
        states += [("proposed", name) for name in proposed]
        rows += [
            {
                "source": name.source,
                "name": name.name_id,
                "same_as": name.same_as,
                "state": state,
                "evidence": name.evidence or "",
            }
            for state, name in states
        ]
        if write and proposed:
            indicator_names.append(indicator_names.beside(one.source), proposed)
    show(as_json, rows, lambda: _say_names(rows, write))


def _say_names(rows: list[dict[str, Any]], written: bool) -> None:
    """Each name that waits for a person, with what speaks for joining it, and what to do."""
    for row in rows:
        if row["state"] != "confirmed":
            out.print(
                f"[yellow]?[/] {row['source']}: {row['name']}\n    same as {row['same_as']}\n    {escaped(row['evidence'])}"
            )
    counts = {state: sum(row["state"] == state for row in rows) for state in ("confirmed", "unconfirmed", "proposed")}
    out.print(", ".join(f"{number} {state}" for state, number in counts.items()) + ".")
    if counts["proposed"] and not written:
        out.print("With --write they are added to names.yml beside the source, as unconfirmed.")
    if counts["unconfirmed"] or (counts["proposed"] and written):
        out.print("A join takes effect once names.yml says who confirmed it and when, with the next run.")


def _say_checked(rows: list[dict[str, Any]]) -> None:
    """How many criteria each indicator meets, what to do about the others, and what the set leaves out."""
    unpublished = [row["subject"] for row in rows if row["criterion"] == PUBLISHED]
    rows = [row for row in rows if row["criterion"] != PUBLISHED]
    single, together = ([row for row in rows if row["scope"] == scope] for scope in ("indicator", "set"))
    subjects = list(dict.fromkeys(row["subject"] for row in single))
    of_subject = {subject: [row for row in single if row["subject"] == subject] for subject in subjects}
    print_table(
        [
            {
                "indicator": subject,
                "met": f"{sum(row['met'] for row in of)} of {len(of)}",
                "not met": ", ".join(row["criterion"] for row in of if not row["met"]),
            }
            for subject, of in of_subject.items()
        ]
    )
    advice = {row["criterion"]: row["explanation"] for row in single if not row["met"]}
    for criterion, explanation in advice.items():
        out.print(f"[yellow]![/] {criterion}: {escaped(explanation)}")
    for row in (row for row in together if not row["met"]):
        out.print(f"[yellow]![/] {row['subject']} {escaped(row['criterion'])}: {escaped(row['explanation'])}")
    if unpublished:
        out.print(f"[yellow]![/] Well formed, and not in the release; have them adopted, and run: {', '.join(unpublished)}.")
    whole = sum(all(row["met"] for row in of) for of in of_subject.values())
    covered = sum(row["met"] for row in together)
    out.print(
        f"{whole} of {len(subjects)} indicators meet every criterion; {covered} of {len(together)} parts of the set are covered."
    )
