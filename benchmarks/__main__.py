"""``make bench``: 1 and 10 million service records from CSV to release, beside plain DuckDB doing the same.

For each size: the floor, the whole line, then one more month, then nothing new; and the fixed cost of starting, which is
the whole line over a hundred records. ``python -m benchmarks [--rows N ...] [--folder F]``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.council import write_council
from benchmarks.measure import Cost, measure
from benchmarks.records import FIRST_DAY, MONTHS, write_records

NEXT_MONTH = date(FIRST_DAY.year + MONTHS // 12, FIRST_DAY.month, 1)
YARDSTICK = [sys.executable, "-c", "from pipelines.cli import main; main()", "run"]


def main() -> None:
    """Measure every size asked for and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "yardstick-bench")
    options = parser.parse_args()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB of memory\n", flush=True)
    print("| rows | what | wall s | CPU s | wall × floor | peak MiB |\n|---:|---|---:|---:|---:|---:|", flush=True)
    start = _line(options.folder, 100)
    _row(100, "start-up alone (whole line, 100 rows)", start)
    for rows in options.rows:
        _size(options.folder, rows)


def _size(folder: Path, rows: int) -> None:
    csv = folder / f"{rows}.csv"
    write_records(csv, rows)
    floor = measure([sys.executable, "-m", "benchmarks.floor", str(csv), str(folder / "floor")])
    _row(rows, "floor: plain DuckDB", floor)
    _row(rows, "whole line", _line(folder, rows), floor)
    council = folder / f"council-{rows}"
    month = rows // MONTHS
    write_records(council / "inbox/records/next.csv", month, first=rows, months=1, start=NEXT_MONTH, seed=2)
    _row(rows, f"one more month ({month:,} rows)", measure([*YARDSTICK, *write_council(council)]), floor)
    _row(rows, "nothing new", measure([*YARDSTICK, *write_council(council)]), floor)


def _line(folder: Path, rows: int) -> Cost:
    """The whole line over so many records, from an empty state."""
    council = folder / f"council-{rows}"
    shutil.rmtree(council, ignore_errors=True)
    csv = folder / f"{rows}.csv"
    write_records(csv, rows)
    arguments = write_council(council)
    (council / "inbox/records").mkdir(parents=True)
    (council / "inbox/records/all.csv").symlink_to(csv)
    return measure([*YARDSTICK, *arguments])


def _row(rows: int, what: str, cost: Cost, floor: Cost | None = None) -> None:
    ratio = f"{cost.wall / floor.wall:.2f}" if floor else ""
    print(f"| {rows:,} | {what} | {cost.wall:.1f} | {cost.cpu:.1f} | {ratio} | {cost.peak / 2**20:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
