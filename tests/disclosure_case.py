"""One table about people by period and area, put through disclosure control release after release, as the line does it.

Records are a Polars frame of month, area (``None`` where not known) and whether they were in time; the table counts them by
month and quarter for the council, and by quarter for its wards.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl
from small_release import COUNCIL, column, data_test, model

from pipelines.contract import TableContract, read_contracts
from pipelines.council import Council
from pipelines.disclosure.attack import Exposure, attack, read_release
from pipelines.disclosure.audit import Violation, audit, true_ones
from pipelines.disclosure.safe import disclose, read_sums
from pipelines.files import write_json
from pipelines.tables import write_csv

WHOLE = COUNCIL.area_code
KEY = ["period_type", "period_start", "period_end", "area_code"]


def figure_contract() -> TableContract:
    """The table's contract, as its YAML would declare it."""
    node = model(
        "figure",
        [
            column("period_type", "varchar"),
            column("period_start", "date"),
            column("period_end", "date"),
            column("area_code", "varchar"),
            column("counted", "bigint", disclosure="count"),
            column("in_time", "bigint", disclosure=["counted", "in_time", "late"]),
            column("percentage", "double", decimals=1, disclosure=["counted", "in_time", "late"], rounded="whole"),
            column("value_note", "varchar"),
            column("late", "bigint", published=False, disclosure="count"),
        ],
    )
    node["config"]["meta"]["adds_up"] = {
        "areas": "area_code",
        "periods": ["period_start", "period_end"],
        "apart": ["period_type"],
        "sums": [{"total": "counted", "parts": ["in_time", "late"]}],
    }
    nodes = {"model.yardstick.figure": node, "test.yardstick.1": data_test("primary_key", "figure", columns=KEY)}
    return read_contracts({"nodes": nodes})["figure"]


def figures(records: pl.DataFrame) -> pl.DataFrame:
    """The mart: records counted by period and area, every combination there."""
    month = records.with_columns(quarter=pl.col("month").dt.truncate("1q"))
    whole = month.with_columns(area=pl.lit(WHOLE))
    parts = [
        _counted(whole, "month", "month", "1mo"),
        _counted(whole, "quarter", "quarter", "1q"),
        _counted(month.filter(pl.col("area").is_not_null()), "quarter", "quarter", "1q"),
    ]
    rows = pl.concat(parts)
    quarters = rows.filter(pl.col("period_type") == "quarter").select("period_type", "period_start", "period_end").unique()
    months = quarters.select(period_start=pl.date_ranges("period_start", "period_end", "1mo")).explode("period_start")
    months = months.select(
        pl.lit("month").alias("period_type"),
        "period_start",
        period_end=pl.col("period_start").dt.offset_by("1mo").dt.offset_by("-1d"),
    )
    there = pl.concat(
        [
            quarters.join(rows.select("area_code").unique(), how="cross"),
            months.with_columns(area_code=pl.lit(WHOLE)),
        ]
    )
    nobody = there.join(rows, on=KEY, how="anti").with_columns(counted=pl.lit(0, pl.Int64), in_time=pl.lit(0, pl.Int64))
    rows = pl.concat([rows, nobody])
    late, share = pl.col("counted") - pl.col("in_time"), 100 * pl.col("in_time") / pl.col("counted")
    return rows.sort(KEY).with_columns(
        percentage=pl.when(pl.col("counted") > 0).then(share), value_note=pl.lit(None, pl.String), late=late
    )


def _counted(records: pl.DataFrame, kind: str, start: str, length: str) -> pl.DataFrame:
    grouped = records.group_by(period_start=start, area_code="area").agg(
        pl.len().cast(pl.Int64).alias("counted"), pl.col("in_time").sum().cast(pl.Int64)
    )
    end = pl.col("period_start").dt.offset_by(length).dt.offset_by("-1d")
    return grouped.select(
        pl.lit(kind).alias("period_type"), "period_start", end.alias("period_end"), "area_code", "counted", "in_time"
    )


def records(counts: dict[tuple[date, str | None], tuple[int, int]]) -> pl.DataFrame:
    """Records by month and area: how many, and how many of them in time."""
    rows = [(month, area, n < timely) for (month, area), (number, timely) in counts.items() for n in range(number)]
    return pl.DataFrame(rows, schema={"month": pl.Date, "area": pl.String, "in_time": pl.Boolean}, orient="row")


@dataclass
class Case:
    """The table in a folder; :meth:`release` publishes it anew."""

    folder: Path
    council: Council = field(default_factory=lambda: replace(COUNCIL))
    releases: list[dict[str, pl.DataFrame]] = field(default_factory=list)
    table: TableContract = field(default_factory=figure_contract)

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def csv(self) -> Path:
        return self.published / "open" / "data" / "figure.csv"

    def release(self, mart: pl.DataFrame, remember: bool = True) -> pl.DataFrame:
        """Disclosure control with what was published before (unless it is forgotten), and publication."""
        marts, safe = self.folder / "marts", self.folder / "safe"
        marts.mkdir(parents=True, exist_ok=True)
        mart.write_parquet(marts / "figure.parquet")
        before = self.published if remember else self.folder / "nothing"
        disclose([self.table], self.council, marts, safe, before, self.folder)
        write_csv(self.table, safe / "figure.parquet", self.csv)
        fields = [{"name": one.name} for one in self.table.published]
        resource = {"name": "figure", "kind": "data", "path": "data/figure.csv", "schema": {"fields": fields}}
        write_json(self.published / "open" / "datapackage.json", {"resources": [resource]})
        self.releases.append(read_release(self.published))
        return self.releases[-1]["figure"]

    def audit(self) -> list[Violation]:
        return audit([self.table], self.council, self.folder / "marts", self.folder / "safe")

    def attack(self, withstood: set[str] | None = None) -> list[Exposure]:
        """What all releases so far give away; what ``withstood`` an attack before is not attacked again."""
        return attack(self.releases, [self.table], self.council, read_sums(self.folder), withstood)

    def disclosed(self, withstood: set[str] | None = None) -> list[Exposure]:
        return true_ones(self.attack(withstood), [self.table], self.council, self.folder / "marts")

    def show(self, column: str, value: object, **key: object) -> None:
        """Put a value into the newest release, as if disclosure control had let it through."""
        rows = self.releases[-1]["figure"]
        here = pl.all_horizontal(pl.col(name) == str(one) for name, one in key.items())
        assert rows.filter(here).height == 1
        self.releases[-1] = {"figure": rows.with_columns(pl.when(here).then(pl.lit(str(value))).otherwise(column).alias(column))}
