"""SQL as dbt compiles it, with the macros that the models use, for tests that put numbers through them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
MARK = "-- next query"


def compiled(queries: dict[str, str], state: Path) -> dict[str, str]:
    """Each query after dbt has put in its macros; ``state`` is an empty folder that dbt may write to."""
    os.environ |= {"YARDSTICK_STATE": str(state), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_PATH": str(state)}
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(state)]
    inline = f"\n{MARK}\n".join(queries.values())
    done: Any = dbtRunner().invoke(["--quiet", "compile", "--inline", inline, "--no-introspect", *places])
    assert done.success, done.exception
    return dict(zip(queries, done.result.results[0].node.compiled_code.split(MARK), strict=True))
