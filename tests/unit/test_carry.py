"""Rows of the last release that stay as published, on tables made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.carry import _carry, _rests
from pipelines.contract import Column, ForeignKey, TableContract
from pipelines.purge import ERASURE, EXPIRED

COUNTED = TableContract(
    name="request", description="d", grain="g", layer="mart",
    columns=(
        Column("service", "VARCHAR", "d"), Column("period_start", "DATE", "d"), Column("period_end", "DATE", "d"),
        Column("opened", "BIGINT", "d", disclosure=("opened",)), Column("at_end", "BIGINT", "d"),
        Column("about_people", "BOOLEAN", "d", published=False),
    ),
    primary_key=("service", "period_start", "period_end"), record_types=frozenset({"service_request"}),
)  # fmt: skip
ENTRY = {"source": "s", "record_type": "service_request", "service": "bins", "first": "2018-05-01", "last": "2018-06-30"}


def months(*rows: tuple[str, str, int | None]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"service": pl.String, "month": pl.String, "opened": pl.Int64}, orient="row")
    start = pl.col("month").str.to_date("%Y-%m")
    return frame.select("service", period_start=start, period_end=start.dt.month_end(), opened="opened", at_end=pl.lit(0))


def carried(
    folder: Path, previous: pl.DataFrame, mart: pl.DataFrame, *why: str, table: TableContract = COUNTED
) -> list[tuple[Any, ...]]:
    people = [pl.lit(True).alias("about_people")] if table is COUNTED else []
    mart.with_columns(people).write_parquet(folder / f"{table.name}.parquet")
    previous.write_parquet(folder / "previous.parquet")
    known = {"files": {}, "entries": [ENTRY | {"why": one} for one in why]}
    rests = _rests(table, known, None)
    _carry(table, rests, folder, folder / "previous.parquet", {"request", "area"})
    rows = pl.read_parquet(folder / f"{table.name}.parquet").sort("service", "period_start")
    return rows.select("service", rows["period_start"].dt.strftime("%Y-%m").alias("month"), "opened").rows()


BEFORE = months(("bins", "2018-05", 9), ("bins", "2018-06", None), ("bins", "2018-07", 5), ("roads", "2018-05", 7))


def test_rows_of_purged_months_stay_and_all_others_are_worked_out(tmp_path: Path) -> None:
    mart = months(("bins", "2018-06", 1), ("bins", "2018-07", 6), ("roads", "2018-05", 8))
    assert carried(tmp_path, BEFORE, mart, EXPIRED) == [
        ("bins", "2018-05", 9), ("bins", "2018-06", None), ("bins", "2018-07", 6), ("roads", "2018-05", 8),
    ]  # fmt: skip


def test_a_figure_never_published_is_left_out_where_records_expired_and_worked_out_where_one_was_erased(tmp_path: Path) -> None:
    before = months(("bins", "2018-05", 9))
    mart = months(("bins", "2018-05", 8), ("bins", "2018-06", 3))
    assert carried(tmp_path, before, mart, EXPIRED) == [("bins", "2018-05", 9)]
    assert carried(tmp_path, before, mart, ERASURE) == [("bins", "2018-05", 9), ("bins", "2018-06", 3)]


def test_a_row_does_not_stay_where_what_it_refers_to_is_gone(tmp_path: Path) -> None:
    pl.DataFrame({"service": ["roads"]}).write_parquet(tmp_path / "area.parquet")
    table = replace(COUNTED, foreign_keys=(ForeignKey(("service",), "area", ("service",)),))
    before = months(("bins", "2018-05", 9))
    mart = months(("roads", "2018-05", 1)).with_columns(about_people=True)
    assert carried(tmp_path, before, mart, ERASURE, table=table) == [("roads", "2018-05", 1)]


def test_what_is_carried_keeps_the_columns_that_are_not_published(tmp_path: Path) -> None:
    carried(tmp_path, BEFORE, months(("bins", "2018-07", 6)), EXPIRED)
    rows = pl.read_parquet(tmp_path / "request.parquet").sort("period_start")
    assert rows.columns == ["service", "period_start", "period_end", "opened", "at_end", "about_people"]
    assert rows["about_people"].to_list() == [False, False, True]


@pytest.mark.parametrize(
    "changed", [{"record_type": "complaint"}, {"service": "roads"}, {"first": "2019-01-01", "last": "2019-01-31"}]
)
def test_nothing_stays_that_does_not_rest_on_what_was_purged(tmp_path: Path, changed: dict[str, str]) -> None:
    rests = _rests(COUNTED, {"files": {}, "entries": [ENTRY | {"why": EXPIRED} | changed]}, None)
    months(("bins", "2018-05", 9)).write_parquet(tmp_path / "t.parquet")
    condition = rests.get(EXPIRED, "false")
    import duckdb

    assert duckdb.sql(f"select count(*) from '{tmp_path}/t.parquet' where {condition}").fetchall() == [(0,)]
