"""Driving dbt, in this process: compiling the models, and building those of one pass.

Belongs here: dbt's settings, when its manifest is made again, when incremental tables must be built from the start, and
what became of each model and test. Does not belong here: any SQL (dbt_project) or the assets dbt's models become
(definitions).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.code import content_sha256
from pipelines.faults import unquoted
from pipelines.files import read_json, write_json
from pipelines.indicators import Indicator, load_indicators
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner, dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

RELEASE_TAG = "tag:release"
STEADY_SECONDS = 5
GOOD = {"success", "pass", "warn", "no-op"}

_parsed: dict[str, Manifest] = {}


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
    target = workspace.dbt_target.parent / "compiled"
    manifest, stamp = target / "manifest.json", target / "stamp.json"
    made_from = {"models": _models_sha256(workspace), "state": str(workspace.state)}
    if not (manifest.exists() and stamp.exists() and read_json(stamp) == made_from):
        stamp.unlink(missing_ok=True)
        methods = ["--select", "config.materialized:ephemeral", "--no-populate-cache"]
        _invoke(["compile", *methods, "--target-path", str(target)], workspace, indicators_of(workspace))
        write_json(stamp, made_from)
    content: Mapping[str, Any] = read_json(manifest)
    return content


def build(
    workspace: Workspace, models: Sequence[str], indicators: Iterable[Indicator], afresh: bool, tell: Callable[[int], None]
) -> list[Built]:
    """Build the named models, test them, and say what became of each; ``indicators`` are those to be worked out.

    ``afresh`` builds incremental tables from the start. ``tell`` is given the number of nodes done, now and then. Worked
    examples are left out: they prove the models, not the data, and are run where the models are tested. Raises
    :class:`ModelError` where dbt could not begin.
    """
    arguments = ["build", "--select", *models, "--exclude-resource-type", "unit_test"]
    arguments += ["--full-refresh"] if afresh else []
    places = ["--target-path", str(workspace.dbt_target), "--no-write-json"]  # results would hold messages as they were
    done = _invoke([*arguments, *places], workspace, indicators, _counting(tell))
    results: Any = done.result
    return [_built(result) for result in results.results]


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

    workspace.enter()
    manifest = _manifest(workspace)
    os.environ["YARDSTICK_INDICATORS"] = _methods_text(indicators)
    runner = dbtRunner(manifest=manifest, callbacks=[callback] if callback else [])
    return _ran(runner, arguments, workspace)


def _manifest(workspace: Workspace) -> Manifest:
    """The models as dbt parsed them, with every indicator that is defined; parsed once in the life of the process.

    Each command gets a copy: dbt marks in it what it has compiled, which the next would take for done.
    """
    from dbt.cli.main import dbtRunner

    key = f"{workspace.state} {_models_sha256(workspace)}"
    if key not in _parsed:
        os.environ["YARDSTICK_INDICATORS"] = _methods_text(indicators_of(workspace))
        target = ["--target-path", str(workspace.dbt_target.parent / "compiled")]
        parsed: Any = _ran(dbtRunner(), ["parse", *target], workspace).result
        _parsed[key] = parsed
    untouched: Manifest = _parsed[key].deepcopy()  # type: ignore[no-untyped-call]
    return untouched


def _ran(runner: dbtRunner, arguments: list[str], workspace: Workspace) -> dbtRunnerResult:
    """Run, and raise :class:`ModelError` where dbt could not do so; tests and models that failed are results."""
    project = str(workspace.dbt_project)
    done = runner.invoke(["--quiet", "--no-use-colors", *arguments, "--project-dir", project, "--profiles-dir", project])
    if done.exception is not None:
        raise ModelError(f"dbt {arguments[0]} failed: {done.exception}")
    if not done.success and arguments[0] != "build":
        failed = [f"{result.node.name}: {result.message}" for result in getattr(done.result, "results", []) if result.message]
        raise ModelError(f"dbt {arguments[0]} failed: {'; '.join(failed)}")
    return done


def _built(result: Any) -> Built:
    node = result.node
    is_test = str(node.resource_type) == "test"
    about = node.attached_node.rsplit(".", 1)[-1] if is_test and node.attached_node else node.name
    return Built(node.name, about, is_test, str(result.status), unquoted(str(result.message or "")))


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
