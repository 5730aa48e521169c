"""Running the whole line in tests, as a person does: the command in a process of its own, over folders of its own."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-c", "from pipelines.cli import main; main()"]


@dataclass
class Line:
    """One council's folders under ``root``; ``project`` is the checkout whose code runs."""

    root: Path
    project: Path = PROJECT
    council: Path | None = None
    sources: Path | None = None
    indicators: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def publish(self) -> Path:
        return self.root / "published"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        told = {**os.environ, "YARDSTICK_INBOX": str(self.inbox), "PYTHONPATH": str(self.project), **self.environment}
        return subprocess.run([*COMMAND, *arguments], cwd=self.project, env=told, capture_output=True, text=True, check=False)

    @property
    def places(self) -> list[str]:
        """The options that name this council's folders, of those that every command has."""
        named = {"state": self.state, "publish": self.publish, "council": self.council, "sources": self.sources}
        return [text for name, path in named.items() if path for text in (f"--{name}", str(path))]

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        own = ("--indicators", str(self.indicators)) if self.indicators else ()
        return self.command("run", *self.places, *own, *more)

    def table(self, dataset: str, name: str) -> list[dict[str, str]]:
        with (self.publish / dataset / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def descriptor(self, dataset: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.publish / dataset / "datapackage.json").read_text(encoding="utf-8"))
        return content

    def published(self) -> dict[str, tuple[bytes, int]]:
        """Every published file with its bytes and its modification time."""
        files = (path for path in sorted(self.publish.rglob("*")) if path.is_file())
        return {str(p.relative_to(self.publish)): (p.read_bytes(), p.stat().st_mtime_ns) for p in files}


def copy_of_project(folder: Path) -> Path:
    """A checkout that a test may change: the code alone."""
    ignore = shutil.ignore_patterns("__pycache__", "var", ".venv", "target", "logs")
    for name in ("pipelines", "schemas", "dbt_project", "sources", "demo"):
        shutil.copytree(PROJECT / name, folder / name, ignore=ignore)
    for name in ("council.yml", "requirements.lock"):
        shutil.copyfile(PROJECT / name, folder / name)
    for package in PROJECT.glob("published/*/package.yml"):
        (folder / "published" / package.parent.name).mkdir(parents=True)
        shutil.copyfile(package, folder / "published" / package.parent.name / "package.yml")
    return folder
