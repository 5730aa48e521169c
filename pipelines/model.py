"""Driving dbt, in this process: compiling the models, and building those of one pass.

Belongs here: dbt's settings, when its manifest is made again, when incremental tables must be built from the start, and
what became of each model and test. Does not belong here: any SQL (dbt_project) or the assets dbt's models become
(definitions).
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.code import content_sha256
from pipelines.faults import unquoted
from pipelines.files import read_json, replacing, write_json
from pipelines.indicators import Indicator, load_indicators
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner, dbtRunnerResult

RELEASE_TAG = "tag:release"
STEADY_SECONDS = 5
GOOD = {"success", "pass", "warn", "no-op"}

PARSED = "parsed.pickle"
FURTHER = "indicators"
KEPT = 3
"""Parsed sets of models that are kept: those of a few further folders of indicators, or of a few days' work."""


class ModelError(Exception):
    """dbt could not do what was asked; the message holds what dbt said."""


@dataclass(frozen=True)
class Built:
    """What became of one model or test. ``model`` is the model, or the one that the test is about."""

    name: str
    model: str
    is_test: bool
    status: str
    message: str

    @property
    def good(self) -> bool:
        """Whether what rests on it may go on."""
        return self.status in GOOD


def indicators_of(workspace: Workspace) -> list[Indicator]:
    """Every indicator defined: the project's own and those of the workspace's further folder.

    Raises :class:`pipelines.config.ConfigError` with every fault of every definition.
    """
    own = workspace.dbt_project / "models" / "indicators"
    return load_indicators([own, *([workspace.indicators_dir] if workspace.indicators_dir else [])])


def read_manifest(workspace: Workspace) -> Mapping[str, Any]:
    """dbt's manifest with every method compiled; made again only where models or definitions have changed.

    Raises :class:`ModelError` where they do not compile.
    """
    content: Mapping[str, Any] = read_json(_parsed(workspace) / "manifest.json")
    return content


def build(
    workspace: Workspace, models: Sequence[str], indicators: Iterable[Indicator], afresh: bool, tell: Callable[[int], None]
) -> list[Built]:
    """Build the named models, test them, and say what became of each; ``indicators`` are those to be worked out.

    All tests are one query at the end of dbt's run (macro ``run_data_tests``), so that a test costs next to nothing.

    ``afresh`` builds incremental tables from the start. ``tell`` is given the number of nodes done, now and then. Worked
    examples are not run: they prove the models, not the data, and are run where the models are tested. Raises
    :class:`ModelError` where dbt could not begin.
    """
    tested = workspace.dbt_target.parent / "tested.parquet"
    tested.unlink(missing_ok=True)
    # dbt's own files of results would hold messages as they were
    arguments = ["run", "--no-write-json", "--select", *models, *(["--full-refresh"] if afresh else [])]
    places = ["--target-path", str(workspace.dbt_target)]
    done = _invoke([*arguments, *places], workspace, indicators, _counting(tell))
    results: Any = done.result
    built = [_built(result) for result in results.results]
    return built + ([_tested(*row) for row in pl.read_parquet(tested).iter_rows()] if tested.exists() else [])


def must_start_afresh(workspace: Workspace, intakes: set[str]) -> bool:
    """Whether incremental tables hold something they should not: other code made them, or an intake was withdrawn."""
    stamp = workspace.state / "warehouse.json"
    if not stamp.exists():
        return True
    built = read_json(stamp)
    return bool(built["models"] != _models_sha256(workspace) or not set(built["intakes"]) <= intakes)


def note_built(workspace: Workspace, intakes: set[str]) -> None:
    """Remember what the warehouse was built from."""
    write_json(workspace.state / "warehouse.json", {"models": _models_sha256(workspace), "intakes": sorted(intakes)})


def forget_built(workspace: Workspace) -> None:
    """While dbt is writing, nothing is known of the warehouse."""
    (workspace.state / "warehouse.json").unlink(missing_ok=True)


def _models_sha256(workspace: Workspace) -> str:
    """The hash of all that dbt reads."""
    further = [workspace.indicators_dir] if workspace.indicators_dir else []
    return content_sha256(workspace.dbt_project, *further)


def _methods_text(indicators: Iterable[Indicator]) -> str:
    """The method versions that dbt is to build, as its models read them from YARDSTICK_INDICATORS."""
    return ",".join(f"{i.indicator_id}.v{m.version}" for i in indicators for m in i.methods if m.path)


def _invoke(
    arguments: list[str],
    workspace: Workspace,
    indicators: Iterable[Indicator],
    callback: Callable[[Any], None] | None = None,
) -> dbtRunnerResult:
    """One dbt command in this process. What it is told of a run stands in the environment."""
    from dbt.cli.main import dbtRunner  # here: it takes seconds to load
    from dbt.contracts.graph.manifest import Manifest

    workspace.enter()
    kept = _parsed(workspace)
    parsed = Manifest(**pickle.loads((kept / PARSED).read_bytes()))
    _tell_further_models(workspace, kept)
    os.environ["YARDSTICK_INDICATORS"] = _methods_text(indicators)
    return _ran(dbtRunner(manifest=parsed, callbacks=[callback] if callback else []), arguments, workspace)


def _parsed(workspace: Workspace) -> Path:
    """The folder with the models as dbt parsed them, with every indicator that is defined, and as it compiled the methods.

    Parsing takes longer than anything else that a small run does, and nothing in it depends on the state. So it is kept
    beside the project, for all states, by the hash of what was parsed and of what parsed it.
    """
    versions = [sys.version, *(version(name) for name in ("dbt-core", "dbt-duckdb"))]
    made_from = "\n".join([_models_sha256(workspace), *versions])
    kept = workspace.parsed_models / hashlib.sha256(made_from.encode()).hexdigest()[:16]
    if not (kept / PARSED).exists():
        _parse(workspace, kept)
    return kept


def copy_further_models(workspace: Workspace, kept: Path) -> None:
    """Copy the council's own indicators into ``kept``, for dbt to read there.

    dbt writes what it compiles to the model's own path below its target folder. Of a path outside the project that is the
    model itself: it would be overwritten.
    """
    shutil.rmtree(kept / FURTHER, ignore_errors=True)
    if workspace.indicators_dir:
        shutil.copytree(workspace.indicators_dir, kept / FURTHER)


def _tell_further_models(workspace: Workspace, kept: Path) -> None:
    os.environ.pop("YARDSTICK_FURTHER_MODELS", None)
    if workspace.indicators_dir:
        os.environ["YARDSTICK_FURTHER_MODELS"] = os.path.relpath(kept / FURTHER, workspace.dbt_project)


def _parse(workspace: Workspace, kept: Path) -> None:
    """Parse all models, compile the methods and keep both; forget what was kept longest ago."""
    from dbt.cli.main import dbtRunner

    workspace.enter()
    copy_further_models(workspace, kept)
    _tell_further_models(workspace, kept)
    os.environ["YARDSTICK_INDICATORS"] = _methods_text(indicators_of(workspace))
    with workspace.scratch() as target:
        places = ["--target-path", str(target)]
        parsed: Any = _ran(dbtRunner(), ["parse", *places], workspace).result
        # by its fields: dbt's own way to pickle a manifest mixes up the tables of names that it makes from them
        content = pickle.dumps({field.name: getattr(parsed, field.name) for field in fields(parsed) if field.name[0] != "_"})
        methods = ["--select", "config.materialized:ephemeral", "--no-populate-cache"]
        _ran(dbtRunner(manifest=parsed), ["compile", *methods, *places], workspace)
        with replacing(kept / "manifest.json") as manifest:
            shutil.copyfile(target / "manifest.json", manifest)
    with replacing(kept / PARSED) as file:
        file.write_bytes(content)
    for older in sorted(kept.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(older, ignore_errors=True)


def _ran(runner: dbtRunner, arguments: list[str], workspace: Workspace) -> dbtRunnerResult:
    """Run, and raise :class:`ModelError` where dbt could not do so; tests and models that failed are results."""
    project = str(workspace.dbt_project)
    done = runner.invoke(["--quiet", "--no-use-colors", *arguments, "--project-dir", project, "--profiles-dir", project])
    if done.exception is not None:
        raise ModelError(f"dbt {arguments[0]} failed: {done.exception}")
    if not done.success and arguments[0] != "run":
        failed = [f"{result.node.name}: {result.message}" for result in getattr(done.result, "results", []) if result.message]
        raise ModelError(f"dbt {arguments[0]} failed: {'; '.join(failed)}")
    return done


def _built(result: Any) -> Built:
    node, message = result.node, unquoted(str(result.message or ""))
    return Built(node.name, node.name, str(node.resource_type) != "model", str(result.status), message)


def _tested(test: str, model: str, severity: str, failing: int, found: str | None) -> Built:
    if not failing:
        return Built(test, model, True, "pass", "")
    message = f"{failing} rows or keys break it" + (f": {found}" if found else "")
    return Built(test, model, True, "warn" if severity == "warn" else "fail", message)


def _counting(tell: Callable[[int], None]) -> Callable[[Any], None]:
    """Count finished nodes and tell the number every few seconds."""
    done, told = 0, time.monotonic()

    def callback(event: Any) -> None:
        nonlocal done, told
        if event.info.name == "NodeFinished":
            done += 1
            if time.monotonic() - told >= STEADY_SECONDS:
                told = time.monotonic()
                tell(done)

    return callback
