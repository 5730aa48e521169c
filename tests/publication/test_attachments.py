"""The tables in forms that programs read faster: made from the published files alone, the same bytes each time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pytest
from small_release import SmallRelease, contents

from pipelines.publication.attachments import make, put
from pipelines.publication.push import NotPublished


def test_every_table_has_its_rows_order_and_types(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    made = {path.name: path for path in make(small.publish, tmp_path / "made")}
    table = pl.read_parquet(made["figures-observation.parquet"])
    assert table.schema["period_start"] == pl.Date
    assert table.schema["value"] == pl.Float64
    published = pl.read_csv(small.publish / "figures/data/observation.csv", try_parse_dates=True)
    assert table["area_code"].to_list() == published["area_code"].to_list()
    assert table["value"].to_list() == published["value"].to_list()
    assert {"figures-release.parquet", "notes-note.parquet"} <= made.keys()
    assert duckdb.sql(f"select typeof(final) from '{made['notes-note.parquet']}'").fetchall()[0] == ("BOOLEAN",)


def test_the_same_release_makes_the_same_bytes_and_checksums_that_hold(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    make(small.publish, tmp_path / "one")
    make(small.publish, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "one", check=True)


def test_a_folder_gets_each_version_once_and_never_other_files_under_its_name(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    made = make(small.publish, tmp_path / "made")
    there = put(made, tmp_path / "given", "v1.0.0")
    assert there == tmp_path / "given/v1.0.0"
    assert put(made, tmp_path / "given", "v1.0.0") == there
    (there / "notes-note.parquet").write_bytes(b"other")
    with pytest.raises(NotPublished, match="holds other files"):
        put(made, tmp_path / "given", "v1.0.0")


def test_what_a_crash_left_half_is_made_whole(small: SmallRelease, tmp_path: Path) -> None:
    small.make()
    made = make(small.publish, tmp_path / "made")
    (tmp_path / "given/.v1.0.0.partial").mkdir(parents=True)
    (tmp_path / "given/.v1.0.0.partial/half").write_text("half")
    assert {path.name for path in put(made, tmp_path / "given", "v1.0.0").iterdir()} == {path.name for path in made}
