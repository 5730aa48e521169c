"""``make bench``: what the line costs, beside plain DuckDB doing the same work by hand (the floor).

Parts, of which ``--parts`` chooses some: ``start`` is the whole line over a hundred records, so all that is fixed;
``line`` the floor, the whole line, one more month and a run with nothing new, for each of ``--rows``; ``intake`` landing
and judging alone, from CSV and from Parquet, for each of ``--rows``; ``indicators`` the whole line over few records with 10,
100 and 200 indicators. ``python -m benchmarks [--parts P ...] [--rows N ...] [--folder F]``.
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
from benchmarks.indicators import write_indicators
from benchmarks.measure import Cost, measure
from benchmarks.records import FIRST_DAY, MONTHS, write_records

NEXT_MONTH = date(FIRST_DAY.year + MONTHS // 12, FIRST_DAY.month, 1)
PARTS = ("start", "line", "intake", "indicators")
PYTHON = sys.executable
YARDSTICK = [PYTHON, "-c", "from pipelines.cli import main; main()", "run"]
FEW = 100
RECORDS_OF_MANY = 50_000
COUNTS_OF_INDICATORS = (10, 100, 200)


def main() -> None:
    """Measure every part asked for and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "yardstick-bench")
    options = parser.parse_args()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB of memory\n", flush=True)
    print("| rows | what | wall s | CPU s | wall × floor | peak MiB |\n|---:|---|---:|---:|---:|---:|", flush=True)
    if "start" in options.parts:
        _line(options.folder, FEW)  # parses the models, which are then kept for every state
        _row(FEW, "start-up alone (whole line, 100 rows)", _line(options.folder, FEW))
    for rows in options.rows:
        if "line" in options.parts:
            _whole_line(options.folder, rows)
        if "intake" in options.parts:
            for kind in ("csv", "parquet"):
                _intake(options.folder, rows, kind)
    if "indicators" in options.parts:
        for count in COUNTS_OF_INDICATORS:
            _many_indicators(options.folder, count)


def _whole_line(folder: Path, rows: int) -> None:
    records = folder / f"{rows}.csv"
    write_records(records, rows)
    floor = measure([PYTHON, "-m", "benchmarks.floor", str(records), str(folder / "floor")])
    _row(rows, "floor: plain DuckDB", floor)
    _row(rows, "whole line", _line(folder, rows), floor)
    council = folder / f"council-{rows}"
    month = rows // MONTHS
    write_records(council / "inbox/records/next.csv", month, first=rows, months=1, start=NEXT_MONTH, seed=2)
    _row(rows, f"one more month ({month:,} rows)", measure([*YARDSTICK, *write_council(council)]), floor)
    _row(rows, "nothing new", measure([*YARDSTICK, *write_council(council)]), floor)


def _line(folder: Path, rows: int) -> Cost:
    """The whole line over so many records, from an empty state."""
    return measure([*YARDSTICK, *_council(folder, rows, "csv")])


def _intake(folder: Path, rows: int, kind: str) -> None:
    """Landing and judging one delivery of so many records of fifteen columns."""
    arguments = _council(folder, rows, kind)
    floor = measure([PYTHON, "-m", "benchmarks.floor", str(folder / f"{rows}.{kind}"), str(folder / "floor"), "--no-indicators"])
    _row(rows, f"intake from {kind}, floor", floor)
    _row(rows, f"intake from {kind}", measure([PYTHON, "-m", "benchmarks.intake", *arguments]), floor)


def _many_indicators(folder: Path, count: int) -> None:
    """The whole line over few records and so many indicators, each by sixty months and twenty-five wards."""
    indicators = folder / f"indicators-{count}"
    names = write_indicators(indicators, count)
    arguments = _council(folder, RECORDS_OF_MANY, "csv", names)
    command = [*YARDSTICK, *arguments, "--indicators", str(indicators)]
    _row(RECORDS_OF_MANY, f"{count} indicators, models parsed for the first time", measure(command))
    for place in ("state", "published"):
        shutil.rmtree(folder / f"council-{RECORDS_OF_MANY}" / place)
    _row(RECORDS_OF_MANY, f"{count} indicators", measure(command))


def _council(folder: Path, rows: int, kind: str, indicators: list[str] | None = None) -> list[str]:
    """A council with one delivery of so many records and no state; the arguments that name its places."""
    council = folder / f"council-{rows}"
    shutil.rmtree(council, ignore_errors=True)
    records = folder / f"{rows}.{kind}"
    write_records(records, rows)
    arguments = write_council(council, kind, indicators)
    (council / "inbox/records").mkdir(parents=True)
    (council / f"inbox/records/all.{kind}").symlink_to(records)
    return arguments


def _row(rows: int, what: str, cost: Cost, floor: Cost | None = None) -> None:
    ratio = f"{cost.wall / floor.wall:.2f}" if floor else ""
    print(f"| {rows:,} | {what} | {cost.wall:.1f} | {cost.cpu:.1f} | {ratio} | {cost.peak / 2**20:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
