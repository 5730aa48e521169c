"""A table that grows too large is parted by financial year, and what is too large after that is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from checkers import CHECKERS
from small_release import COUNCIL, OBSERVATION, SmallRelease, contents

from pipelines.council import Budget
from pipelines.publication.attachments import make
from pipelines.published import rows
from pipelines.release import contract, size
from pipelines.tables import parts
from pipelines.verify import verify

MORE = OBSERVATION.replace("'E02', date '2025-02-01'", "'E02', date '2025-04-30'")


@pytest.fixture
def parted(small: SmallRelease) -> SmallRelease:
    """A release in which every table with a date in its key is parted."""
    small.council = replace(COUNCIL, budget=Budget(table_mb=0.00001))
    small.marts["observation"] = MORE
    return small


def test_a_table_over_the_limit_has_a_file_for_each_financial_year(parted: SmallRelease) -> None:
    parted.make()
    data = parted.publish / "figures/data"
    assert [path.name for path in parts(data / "observation.csv")] == ["2024-25.csv", "2025-26.csv"]
    assert (data / "area.csv").is_file(), "a table without dates in its key stays whole"
    resource = parted.descriptor("figures")["resources"][1]
    assert resource["path"] == ["data/observation/2024-25.csv", "data/observation/2025-26.csv"]
    assert len(rows(data / "observation.csv")) == 4
    assert rows(data / "observation.csv", {"area_code": "E02"})[-1]["period_start"] == "2025-04-30"
    assert verify(parted.publish) == []


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_checker_reads_a_table_in_several_files(parted: SmallRelease, checker: str) -> None:
    parted.make()
    assert CHECKERS[checker](parted.publish / "figures") == []
    path = parted.publish / "figures/data/observation/2025-26.csv"
    path.write_text(path.read_text().replace("E02", "E02,"))
    if checker in ("frictionless", "csvw", "pandas, Polars and DuckDB"):
        assert CHECKERS[checker](parted.publish / "figures") != []


def test_tampering_with_one_of_the_files_shows(parted: SmallRelease) -> None:
    parted.make()
    (parted.publish / "figures/data/observation/2024-25.csv").unlink()
    assert any("2024-25.csv" in str(problem) for problem in verify(parted.publish))


def test_changes_are_found_across_the_files_and_only_one_year_is_written_again(parted: SmallRelease) -> None:
    parted.make()
    before = contents(parted.publish / "figures/data/observation")
    parted.marts["observation"] = MORE.replace("2, 4, 50.0", "3, 4, 75.0")
    difference = parted.make()
    assert difference is not None
    assert (difference.level, difference.breaking) == ("patch", ())
    after = contents(parted.publish / "figures/data/observation")
    assert [file for file in after if after[file] != before[file]] == ["2025-26.csv"]


def test_a_table_that_is_parted_for_the_first_time_breaks_its_readers_and_needs_consent(small: SmallRelease) -> None:
    small.make()
    small.council = replace(COUNCIL, budget=Budget(table_mb=0.00001))
    small.marts["observation"] = MORE
    difference = small.build()
    assert difference is not None
    assert "The table figures/observation is now in a file for each financial year." in difference.breaking
    assert not contract(small.places.candidate, difference).passed
    small.make()
    assert not (small.publish / "figures/data/observation.csv").exists()
    small.council = COUNCIL
    small.marts["observation"] = OBSERVATION
    stays = small.make()
    assert stays is not None
    assert stays.breaking == (), "once parted, it stays so, whatever its size"


def test_a_parted_table_that_lost_every_row_is_still_there(parted: SmallRelease) -> None:
    parted.make()
    parted.marts["observation"] = f"from ({MORE}) where false"
    parted.make()
    assert (parted.publish / "figures/data/observation.csv").read_text().count("\n") == 1
    assert not (parted.publish / "figures/data/observation").exists()


def test_a_parted_table_is_one_table_in_parquet_and_in_the_workbook(parted: SmallRelease, tmp_path: Path) -> None:
    parted.make()
    made = {path.name for path in make(parted.publish, tmp_path / "made")}
    assert {"figures-observation.parquet", "figures.xlsx"} <= made


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        (Budget(file_mb=0.0001), r"figures/datapackage\.json has 0\.0\d+ MB, and a file may have 0\.0001"),
        (Budget(repository_mb=0.001), r"All files together have 0\.\d+ MB, and may have 0\.001"),
    ],
)
def test_what_is_too_large_is_refused_with_the_file_and_the_limit(small: SmallRelease, budget: Budget, says: str) -> None:
    small.build()
    assert size(small.places.candidate, COUNCIL.budget).passed
    gate = size(small.places.candidate, budget)
    assert not gate.passed
    assert re.search(says, gate.explanation)
    assert "under size in council.yml" in gate.explanation


def test_a_release_parted_by_year_is_the_same_twice(parted: SmallRelease, tmp_path: Path) -> None:
    parted.make()
    other = SmallRelease(tmp_path / "other", council=parted.council)
    other.marts["observation"] = MORE
    other.make()
    assert contents(parted.publish) == contents(other.publish)
    assert json.loads((parted.publish / "figures/datapackage.json").read_text())["version"] == "1.0.0"
