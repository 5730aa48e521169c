"""Dagster's own pages, for this machine alone: ``make ui``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pipelines.workspace import Workspace


def main() -> None:
    """Serve the line on 127.0.0.1:3000 until interrupted; runs started there are those of ``yardstick run``."""
    workspace = Workspace.from_environment()
    workspace.prepare()
    dagster = str(Path(sys.executable).parent / "dagster")
    arguments = [
        dagster,
        "dev",
        "-m",
        "pipelines.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        os.environ.get("YARDSTICK_UI_PORT", "3000"),
    ]
    os.execve(
        dagster,
        arguments,
        {**os.environ, **workspace.environment(), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )


if __name__ == "__main__":
    main()
