"""Commands that make the first draft of something a person then completes."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from pipelines.commands.terminal import CouncilFile, SourcesDir, escaped, fail, out
from pipelines.workspace import Workspace

new_app = typer.Typer(no_args_is_help=True, help="A first draft of something new.")


@new_app.callback()
def new() -> None:
    """A first draft of something new, for a person to complete."""


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
    from pipelines.intake import Receipt

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
