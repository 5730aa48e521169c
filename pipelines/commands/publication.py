"""Commands that bring a release to where partners find it, and back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.terminal import AsJson, CouncilFile, PublishDir, StateDir, escaped, fail, out, show
from pipelines.workspace import Workspace


def publish(
    to: Annotated[str, typer.Option("--to", help="The git repository: a path, or an https or ssh address.")],
    attachments: Annotated[
        Path | None, typer.Option("--attachments", help="Also put the tables as Parquet and XLSX into this folder, by version.")
    ] = None,
    council: CouncilFile = None,
    state: StateDir = None,
    publish: PublishDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring the release to a git repository, as one commit and one tag; nothing is done where it is there already.

    A token for an https address is taken from YARDSTICK_GIT_TOKEN. With GITHUB_TOKEN set, the tables as Parquet and XLSX are
    attached to a release at GitHub.
    """
    from pipelines.council import load_council
    from pipelines.publication.attachments import make, put
    from pipelines.publication.git import GitFailed, Remote
    from pipelines.publication.github import GitHub
    from pipelines.publication.push import NotPublished
    from pipelines.publication.push import publish as push
    from pipelines.run import AlreadyRunning, alone

    workspace = Workspace.at(council, state=state, publish=publish)
    try:
        with workspace.scratch() as scratch, alone(workspace):
            done = push(workspace.publish, load_council(workspace.council_file), Remote.at(to), scratch)
            github = GitHub.told(to)
            made = make(workspace.publish, scratch / "attachments") if attachments or github else []
            folder = put(made, attachments.resolve(), done.tag) if attachments else None
            page = github.attach(done.tag, f"Release {done.version}", done.message, made) if github else None
    except (NotPublished, GitFailed, AlreadyRunning) as failure:
        fail(str(failure))
    result = asdict(done) | {"attachments": str(folder) if folder else None, "page": page}

    def say() -> None:
        what = f"Published {done.tag} to" if done.pushed else f"Nothing to do: {done.tag} stands at"
        out.print(f"[green]✓[/] {what} {escaped(to)}, branch {done.branch}, commit {done.commit[:12]}.")
        for place in (folder, page):
            if place:
                out.print(f"  Its tables as Parquet and XLSX: {escaped(str(place))}")

    show(as_json, result, say)


def pull(
    source: Annotated[str, typer.Option("--from", help="The git repository: a path, or an https or ssh address.")],
    state: StateDir = None,
    publish: PublishDir = None,
    as_json: AsJson = False,
) -> None:
    """Take up the release that a git repository holds, so that the next run continues from it."""
    from pipelines.publication.git import GitFailed, Remote
    from pipelines.publication.pull import pull as taken_up
    from pipelines.publication.push import NotPublished
    from pipelines.run import AlreadyRunning, alone

    workspace = Workspace.at(state=state, publish=publish)
    try:
        with workspace.scratch() as scratch, alone(workspace):
            version = taken_up(workspace.publish, Remote.at(source), scratch)
    except (NotPublished, GitFailed, AlreadyRunning) as failure:
        fail(str(failure))
    holds = f"holds release {version}" if version else "holds no release, and neither does the repository"
    show(as_json, {"version": version}, lambda: out.print(f"[green]✓[/] {workspace.publish} {holds}."))
