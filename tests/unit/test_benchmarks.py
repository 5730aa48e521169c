"""What the benchmark is fed is what the line accepts, and the floor that it is measured by does the same work."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks import floor
from benchmarks.council import write_council
from benchmarks.indicators import write_indicators
from benchmarks.records import write_records
from pipelines.council import load_council
from pipelines.indicators import load_indicators
from pipelines.intake import take_in
from pipelines.land import deliveries, land
from pipelines.receipts import Receipt
from pipelines.sources import load_sources
from pipelines.workspace import Workspace


def test_indicators_of_the_benchmark_are_complete_definitions(tmp_path: Path) -> None:
    names = write_indicators(tmp_path / "indicators", 13)
    assert sorted(names) == [indicator.indicator_id for indicator in load_indicators([tmp_path / "indicators"])]


def _taken_in(folder: Path, kind: str) -> dict[str, Receipt]:
    arguments = write_council(folder, kind)
    places = dict(zip((name.removeprefix("--") for name in arguments[::2]), map(Path, arguments[1::2]), strict=True))
    workspace = Workspace.at(**places)
    workspace.prepare()
    receipts = {}
    for source in load_sources(workspace.sources_dir, load_council(workspace.council_file)):
        land(source, workspace)
        for delivery in deliveries(source.name, workspace, None):
            receipts[source.name], _ = take_in(source, delivery, workspace)
    return receipts


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_floor_accepts_and_sets_aside_as_many_rows_as_intake(tmp_path: Path, kind: str) -> None:
    records = tmp_path / f"inbox/records/all.{kind}"
    write_records(records, 5_000)
    floor.main(records, tmp_path / "floor", with_indicators=False)
    receipt = _taken_in(tmp_path, kind)["records"]
    counted = [
        pl.scan_parquet(tmp_path / f"floor/{name}.parquet").select(pl.len()).collect().item()
        for name in ("accepted", "quarantine")
    ]
    assert [receipt.rows_accepted, receipt.rows_quarantined] == counted
    assert receipt.rows_quarantined > 0, "the records have planted faults"
