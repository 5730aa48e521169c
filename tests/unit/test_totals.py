"""Sums that no declaration names are found in the marts, where they hold throughout."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from small_release import COUNCIL

from pipelines.contract import AddsUp, Column, TableContract
from pipelines.council import Area
from pipelines.disclosure.cells import read_cells
from pipelines.disclosure.totals import SUMS, sums_found

KINDS = ("complaint", "compliment", "enquiry")
AREAS = tuple(Area(f"W{n}", f"Ward {n}", "ward", (), (("fifth", "first" if n < 3 else "second"),)) for n in range(1, 5))
COUNCIL_OF_WARDS = replace(COUNCIL, areas=AREAS)


def contract(name: str, *key: str, adds_up: AddsUp) -> TableContract:
    columns = [Column(one, "DATE" if one in ("start", "end") else "VARCHAR", "A part of the key.") for one in key]
    count = Column("number", "BIGINT", "How many.", disclosure=("number",), rounded="count")
    return TableContract(name, "Counts.", "one row a key", "mart", (*columns, count), key, adds_up=adds_up)


PERIODS = ("start", "end")
FIGURE = contract("figure", "indicator", "start", "end", "area", adds_up=AddsUp(areas="area", periods=PERIODS))
CASES = contract("cases", "start", "end", "kind", "stage", adds_up=AddsUp(periods=PERIODS))


def months(number: int) -> list[date]:
    return [date(2023 + month // 12, 1 + month % 12, 1) for month in range(number)]


def cases(number: int = 14) -> pl.DataFrame:
    rows = [
        (month, month, kind, stage, 1 + 7 * place + 3 * KINDS.index(kind) + 5 * stage)
        for place, month in enumerate(months(number))
        for kind in KINDS
        for stage in (1, 2, 3)
    ]
    return pl.DataFrame(rows, schema=["start", "end", "kind", "stage", "number"], orient="row").with_columns(
        pl.col("stage").cast(pl.String)
    )


def of_first_stages(rows: pl.DataFrame) -> pl.DataFrame:
    """The indicator that counts complaints of the first two stages."""
    chosen = rows.filter(pl.col("kind") == "complaint", pl.col("stage") != "3")
    counted = chosen.group_by("start", "end").agg(pl.col("number").sum()).sort("start")
    return counted.select(pl.lit("early").alias("indicator"), "start", "end", pl.lit(COUNCIL.area_code).alias("area"), "number")


def found(tmp_path: Path, **marts: pl.DataFrame) -> pl.DataFrame:
    for name, mart in marts.items():
        mart.write_parquet(tmp_path / f"{name}.parquet")
    tables = [table for table in (FIGURE, CASES, GROUPED) if table.name in marts]
    return sums_found(tables, tmp_path, COUNCIL_OF_WARDS)


def test_a_figure_of_one_table_that_is_the_total_of_rows_of_another(tmp_path: Path) -> None:
    sums = found(tmp_path, cases=cases(), figure=of_first_stages(cases()))
    assert sums["sum"].n_unique() == 14
    one = sums.filter(pl.col("sum").str.contains("start=2023-01-01"))
    assert one.filter(pl.col("sign") < 0)["table"].to_list() == ["figure"]
    parts = one.filter(pl.col("sign") > 0)["record"].to_list()
    assert parts == [f"start=2023-01-01|end=2023-01-01|kind=complaint|stage={stage}" for stage in (1, 2)]


@pytest.mark.parametrize("fault", ["one month differs", "too few months"])
def test_what_fails_once_or_holds_too_seldom_is_no_total(tmp_path: Path, fault: str) -> None:
    number = 14 if fault == "one month differs" else 11
    figure = of_first_stages(cases(number))
    if fault == "one month differs":
        figure = figure.with_columns(pl.when(pl.col("start") == date(2023, 5, 1)).then(7).otherwise("number").alias("number"))
    assert found(tmp_path, cases=cases(number), figure=figure).is_empty()


GROUPED = contract(
    "grouped", "start", "end", "area", "by", "group",
    adds_up=AddsUp(areas="area", periods=PERIODS, groups=("group", "by")),
)  # fmt: skip


def test_a_group_of_areas_is_its_areas_where_all_of_them_are_there(tmp_path: Path) -> None:
    day, whole = date(2025, 1, 1), COUNCIL.area_code
    rows = [(day, day, f"W{n}", "all", "all", 10 * n) for n in range(1, 4)]  # W4 has no figure
    rows += [(day, day, whole, "fifth", "first", 30), (day, day, whole, "fifth", "second", 70)]
    mart = pl.DataFrame(rows, schema=["start", "end", "area", "by", "group", "number"], orient="row")
    sums = found(tmp_path, grouped=mart)
    assert sums["sign"].to_list() == [-1.0, 1.0, 1.0]
    assert [record.split("|")[2:] for record in sums["record"]] == [
        [f"area={whole}", "by=fifth", "group=first"], ["area=W1", "by=all", "group=all"], ["area=W2", "by=all", "group=all"],
    ]  # fmt: skip


def test_a_sum_of_counts_to_a_figure_that_is_no_count_binds_nothing(tmp_path: Path) -> None:
    cases(1).write_parquet(tmp_path / "cases.parquet")
    sides = [("whole", "cases", "amount", "start=2023-01-01|end=2023-01-01|kind=complaint|stage=1", -1.0)]
    sides += [("whole", "cases", "number", f"start=2023-01-01|end=2023-01-01|kind=complaint|stage={n}", 1.0) for n in (2, 3)]
    told = pl.DataFrame(sides, schema=SUMS, orient="row")
    assert read_cells([CASES], tmp_path, COUNCIL, told).sums.shape[0] == 0
    of_counts = told.with_columns(column=pl.lit("number"))
    assert read_cells([CASES], tmp_path, COUNCIL, of_counts).sums.shape[0] == 1
