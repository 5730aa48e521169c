"""Driving dbt: compiling the models, and what each of its two passes is told.

Belongs here: dbt's settings, when its manifest is made again, and when incremental tables must be built from the start.
Does not belong here: any SQL (dbt_project) or the assets dbt's models become (definitions).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipelines.code import content_sha256
from pipelines.files import read_json, write_json
from pipelines.indicators import Indicator, load_indicators
from pipelines.workspace import Workspace

RELEASE_TAG = "tag:release"


class ModelError(Exception):
    """dbt could not do what was asked; the message holds what dbt said."""


def dbt_executable() -> str:
    """The dbt that is installed beside this Python."""
    return str(Path(sys.executable).parent / "dbt")


def indicators_of(workspace: Workspace) -> list[Indicator]:
    """Every indicator defined: the project's own and those of the workspace's further folder.

    Raises :class:`pipelines.config.ConfigError` with every fault of every definition.
    """
    own = workspace.dbt_project / "models" / "indicators"
    return load_indicators([own, *([workspace.indicators_dir] if workspace.indicators_dir else [])])


def methods_text(indicators: Iterable[Indicator]) -> str:
    """The method versions that dbt is to build, as its models read them from YARDSTICK_INDICATORS."""
    return ",".join(f"{i.indicator_id}.v{m.version}" for i in indicators for m in i.methods if m.path)


def environment(workspace: Workspace, indicators: Iterable[Indicator]) -> dict[str, str]:
    """Everything dbt is told about a run."""
    return workspace.environment() | {"YARDSTICK_INDICATORS": methods_text(indicators)}


def manifest_path(workspace: Workspace) -> Path:
    """dbt's manifest with every model compiled; made again only where code or definitions have changed."""
    target = workspace.dbt_target.parent / "compiled"
    manifest, stamp = target / "manifest.json", target / "stamp.json"
    made_from = {"models": _models_sha256(workspace), "state": str(workspace.state)}
    if manifest.exists() and stamp.exists() and read_json(stamp) == made_from:
        return manifest
    project = str(workspace.dbt_project)
    only_methods = ["--select", "config.materialized:ephemeral", "--no-populate-cache"]
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(target)]
    run_dbt(["compile", *only_methods, *places], workspace, indicators_of(workspace))
    write_json(stamp, made_from)
    return manifest


def run_dbt(arguments: list[str], workspace: Workspace, indicators: Iterable[Indicator]) -> None:
    """Run dbt in a process of its own. Raises :class:`ModelError` with what it said where it fails."""
    told = {**os.environ, **environment(workspace, indicators)}
    if not workspace.indicators_dir:
        told.pop("YARDSTICK_INDICATORS_DIR", None)
    done = subprocess.run(
        [dbt_executable(), "--no-use-colors", *arguments], env=told, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ModelError(f"dbt {arguments[0]} failed:\n{(done.stdout + done.stderr).strip()[-3000:]}")


def read_manifest(workspace: Workspace) -> Mapping[str, Any]:
    """The content of :func:`manifest_path`."""
    content: Mapping[str, Any] = read_json(manifest_path(workspace))
    return content


def reuse_parse(workspace: Workspace) -> None:
    """Give dbt what it parsed when compiling, so that a first build does not parse again."""
    parsed, target = workspace.dbt_target.parent / "compiled" / "partial_parse.msgpack", workspace.dbt_target
    if parsed.exists() and not (target / parsed.name).exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(parsed, target / parsed.name)


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


def _models_sha256(workspace: Workspace) -> str:
    """The hash of all that dbt reads."""
    further = [workspace.indicators_dir] if workspace.indicators_dir else []
    return content_sha256(workspace.dbt_project, *further)


def forget_built(workspace: Workspace) -> None:
    """While dbt is writing, nothing is known of the warehouse."""
    (workspace.state / "warehouse.json").unlink(missing_ok=True)
