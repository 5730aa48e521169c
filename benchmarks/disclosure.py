"""``python -m benchmarks.disclosure``: disclosure control of 200 indicators over 60 months and 25 wards, then one month more.

Each indicator counts people by month and year for the council and its wards, the counts small in small wards. Measured are
the choice of what is withheld with its attack, and the gate's attack, for the first release and for the next one, which has
the first to keep to.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.contract import AddsUp, Column, TableContract
from pipelines.council import Council
from pipelines.disclosure.attack import attack, read_release
from pipelines.disclosure.safe import disclose, read_sums, read_withstood
from pipelines.files import write_json
from pipelines.tables import write_csv

KEY = ("indicator", "period_type", "period_start", "period_end", "area_code")
FIRST = date(2020, 4, 1)
WHOLE = "E06000998"
COUNTED = Column("counted", "BIGINT", "People counted.", disclosure=("counted",), rounded="count")
KEYS = tuple(Column(name, "DATE" if name in KEY[2:4] else "VARCHAR", "A part of the key.") for name in KEY)
FIGURE = TableContract(
    name="figure",
    description="Invented counts of people.",
    grain="one row an indicator, period and area",
    layer="mart",
    columns=(*KEYS, COUNTED, Column("value_note", "VARCHAR", "c where withheld.")),
    primary_key=KEY,
    adds_up=AddsUp(areas="area_code", periods=("period_start", "period_end"), apart=("period_type",)),
)


def main() -> None:
    """Measure the first release and the next, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, default=200)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--wards", type=int, default=25)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "yardstick-bench-disclosure")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    print("| release | cells | small | withheld | choice wall s | CPU s | gate wall s | CPU s | exposed |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for name, months in (("first", options.months), ("one month more", options.months + 1)):
        _measure(name, _mart(options.indicators, months, options.wards), options.folder)


def _mart(indicators: int, months: int, wards: int) -> pl.DataFrame:
    """Counts by month and by whole financial year, for the wards and for the council; always the same for the same month."""
    starts = pl.date_range(FIRST, FIRST.replace(year=FIRST.year + months // 12 + 1), "1mo", eager=True)[:months]
    size = np.array([2.0 + ward for ward in range(wards)])
    counts = np.stack([np.random.default_rng(month).poisson(size, (indicators, wards)) for month in range(months)])
    indicator, month, ward = (axis.ravel() for axis in np.meshgrid(range(indicators), range(months), range(wards), indexing="ij"))
    by_month = pl.DataFrame(
        {
            "indicator": pl.Series(indicator).cast(pl.String),
            "period_start": starts[month],
            "area_code": pl.Series(ward).cast(pl.String).str.zfill(2),
            "counted": counts.transpose(1, 0, 2).ravel(),
        }
    )
    by_month = pl.concat([by_month, by_month.with_columns(area_code=pl.lit(WHOLE))])
    year = pl.col("period_start").dt.offset_by("-3mo").dt.truncate("1y").dt.offset_by("3mo")
    by_year = by_month.with_columns(year).filter(pl.col("period_start") < FIRST.replace(year=FIRST.year + months // 12))
    parts = []
    for kind, rows, length in (("month", by_month, "1mo"), ("financial_year", by_year, "1y")):
        end = pl.col("period_start").dt.offset_by(length).dt.offset_by("-1d")
        counted = rows.group_by("indicator", "period_start", "area_code").agg(pl.col("counted").sum())
        parts.append(counted.with_columns(period_type=pl.lit(kind), period_end=end, value_note=pl.lit(None, pl.String)))
    return pl.concat(parts).select(*KEY, "counted", "value_note").sort(KEY)


def _measure(name: str, mart: pl.DataFrame, folder: Path) -> None:
    council = Council("Testshire", WHOLE, "", "", "OGL-UK-3.0", None, 4, 30, 5, ())
    published = folder / "published"
    before = read_release(published)
    (folder / "marts").mkdir(parents=True, exist_ok=True)
    mart.write_parquet(folder / "marts/figure.parquet")
    wall, processor = time.perf_counter(), time.process_time()
    found = disclose([FIGURE], council, folder / "marts", folder / "safe", published, folder)
    costs = [time.perf_counter() - wall, time.process_time() - processor]
    write_csv(FIGURE, folder / "safe/figure.parquet", published / "open/data/figure.csv")
    fields = [{"name": column.name} for column in FIGURE.published]
    resource = {"name": "figure", "kind": "data", "path": "data/figure.csv", "schema": {"fields": fields}}
    write_json(published / "open/datapackage.json", {"resources": [resource]})
    wall, processor = time.perf_counter(), time.process_time()
    releases = [one for one in (before, read_release(published)) if one]
    exposed = attack(releases, [FIGURE], council, read_sums(folder), read_withstood(folder))
    costs += [time.perf_counter() - wall, time.process_time() - processor]
    small = mart.filter(pl.col("counted").is_between(1, council.smallest_count - 1)).height
    times = " | ".join(f"{cost:.1f}" for cost in costs)
    print(f"| {name} | {mart.height:,} | {small:,} | {found[0].cells_withheld:,} | {times} | {len(exposed)} |", flush=True)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
