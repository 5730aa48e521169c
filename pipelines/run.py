"""Running the whole line once, in this process, through the same definitions that Dagster's own pages show.

Belongs here: knowing that there is nothing to do, starting the job, and what stopped it. Does not belong here: the steps.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import corrections, indicator_names
from pipelines.code import code_sha256, content_sha256
from pipelines.config import ConfigError
from pipelines.connectors import FetchFailed, connector
from pipelines.council import load_council
from pipelines.files import read_json, room_in, sha256_of, write_json
from pipelines.sources import load_sources
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult

    from pipelines.assets import Line


class AlreadyRunning(Exception):
    """Another run uses the same state folder."""


def nothing_new(workspace: Workspace) -> bool:
    """Whether everything a run reads, and what it published, is as the last complete run left it."""
    stamp = workspace.state / "last_run.json"
    now = _made_from(workspace) if stamp.exists() else None
    return now is not None and bool(read_json(stamp)["made_from"] == now)


def note_complete(workspace: Workspace) -> None:
    """Remember what a complete run was made from."""
    write_json(workspace.state / "last_run.json", {"made_from": _made_from(workspace)})


@dataclass(frozen=True)
class Ran:
    """What a run did: whether it ``released``, the ``problems`` that stopped it, and what officers should know (``told``)."""

    released: bool
    problems: list[str]
    told: list[str]


def run(workspace: Workspace) -> Ran:
    """Run the whole line.

    Raises :class:`pipelines.config.ConfigError` and :class:`pipelines.model.ModelError` before anything is run, and
    :class:`AlreadyRunning` where another run is using the state folder, and :class:`pipelines.files.NoRoom` where that is full.
    """
    with room_in(workspace.state):
        workspace.prepare()
    workspace.enter()
    with alone(workspace), room_in(workspace.state):
        workspace.forget_unfinished()
        import dagster as dg  # here, so that all other commands start without it

        from pipelines.definitions import JOB, build, read_line

        print("  … reading definitions and models", file=sys.stderr, flush=True)
        logging.raiseExceptions = False  # a log for which there is no room is no reason to print a traceback
        log = workspace.dbt_target.parent / "logs" / "console.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as console, redirect_stdout(console):
            line = read_line(workspace)
        (workspace.reference / "difference.json").unlink(missing_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            job = build(line).resolve_job_def(JOB)
            with dg.DagsterInstance.get() as instance, log.open("a") as console, redirect_stdout(console):
                result = job.execute_in_process(instance=instance, raise_on_error=False, run_config={"loggers": {"progress": {}}})
        released = any(event.asset_key == dg.AssetKey("release") for event in result.get_asset_materialization_events())
        if result.success:
            note_complete(workspace)
        return Ran(released, [] if result.success else list(_what_stopped(result)), list(_what_leads_nowhere(result, line)))


def _what_leads_nowhere(result: ExecuteInProcessResult, line: Line) -> Iterator[str]:
    """Ids in records that name nothing that is known, so that the records are not published: what their tests warn of."""
    tests = {node["name"]: node["description"] for node in line.manifest["nodes"].values() if node["resource_type"] == "test"}
    for check in result.get_asset_check_evaluations():
        model, keys = check.asset_key.path[-1], (check.description or "").partition(": ")[2]
        if check.check_name in tests and check.severity.value == "WARN" and not check.passed:
            what = tests[check.check_name].strip().removeprefix("Warns of what ").rstrip(".")
            yield f"{model.removeprefix('stg_').replace('_', ' ')} {what}: {keys}"


def _what_stopped(result: ExecuteInProcessResult) -> Iterator[str]:
    """The failed checks and steps of a run, in plain words."""
    from pipelines.assets import NOT_TRIED

    found = []
    for check in result.get_asset_check_evaluations():
        if check.passed or not check.blocking or check.severity.value != "ERROR" or check.description == NOT_TRIED:
            continue
        asset = check.asset_key.path
        if asset[0] == "model":
            found.append(f"The test {check.check_name} of the model {asset[-1]} failed, so nothing is released.")
        else:
            found.append(f"{'/'.join(asset)}, {check.check_name}: {check.description or 'failed'}")
    yield from found
    for event in result.all_events:
        if event.event_type_value == "STEP_FAILURE" and not found:
            error = event.step_failure_data.error
            cause = error.cause or error if error else None
            message = re.sub(r"^[\w.]+: ", "", cause.message.strip()) if cause else "failed"
            yield f"{event.step_key}: {message}"


def _made_from(workspace: Workspace) -> str | None:
    """A hash over all that decides what a run would do; ``None`` where only running can tell."""
    council = load_council(workspace.council_file)
    glimpses = {}
    for source in load_sources(workspace.sources_dir, council):
        try:
            glimpse = connector(source).glimpse(source)
        except (FetchFailed, ConfigError) as error:
            glimpse = str(error)
        if glimpse is None:
            return None
        stated = [source.path, *corrections.files(source, workspace), *indicator_names.files(source)]
        glimpses[source.name] = [glimpse, *(sha256_of(path) for path in stated)]
    published = {str(path): sha256_of(path) for path in sorted(workspace.publish.rglob("*")) if path.is_file()}
    parts = [
        workspace.environment(),
        glimpses,
        sha256_of(workspace.council_file),
        code_sha256(workspace.project),
        content_sha256(workspace.indicators_dir) if workspace.indicators_dir else None,
        {str(path): sha256_of(path) for path in workspace.packages},
        published,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Hold the state folder's lock for the length of a run."""
    import fcntl

    with Path(workspace.state / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"Another run is using {workspace.state}; wait until it has ended.") from None
        yield
