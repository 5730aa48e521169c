"""Drills: simulations and failures that are small in every test run and full-size with ``make drills``.

A drill is a test marked ``drill``. It takes its size from :func:`size`, and says what it did with pytest's
``record_property("drill", "...")``; after a full-size run these sentences make ``docs/reliability.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FULL = os.environ.get("YARDSTICK_DRILLS") == "full"
REPORT = Path(__file__).resolve().parents[1] / "docs/reliability.md"
HEAD = """# What the drills showed

`make drills` simulates months of releases and kills the program at every step of its work, at full size; `make test` does the
same in small. Each line is one drill that ended well. This file is written by `make drills`.

| drill | what was done, and what stood at the end |
|---|---|
"""


def size(small: int, full: int) -> int:
    """How large a drill is in this run."""
    return full if FULL else small


def write_report(passed: Iterable[Any], failed: Iterable[Any]) -> None:
    """Write what the drills of this run showed; nothing where one of them failed."""
    told = {
        report.nodeid.partition("::")[2].replace("_", " ").removeprefix("test "): words
        for report in passed
        for name, words in report.user_properties
        if name == "drill"
    }
    if told and not list(failed):
        REPORT.write_text(HEAD + "".join(f"| {drill} | {told[drill]} |\n" for drill in sorted(told)), encoding="utf-8")
