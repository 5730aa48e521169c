"""A release verifies as it was made, and not after any one byte of it has changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from small_release import SmallRelease

from pipelines.verify import SUMS, checksum_lines, checksums, sha256_of, verify


@pytest.fixture
def release(small: SmallRelease) -> Path:
    small.make()
    return small.publish


def said(folder: Path, frictionless: bool = False) -> str:
    return "\n".join(str(problem) for problem in verify(folder, frictionless))


def seal(dataset: Path) -> None:
    """Make checksums and package agree with the files again, as a forger would."""
    path = dataset / "datapackage.json"
    package = json.loads(path.read_text())
    for resource in package["resources"]:
        table = dataset / resource["path"]
        resource["bytes"], resource["hash"] = table.stat().st_size, f"sha256:{sha256_of(table)}"
    path.write_text(json.dumps(package))
    files = [file for file in dataset.rglob("*") if file.is_file() and file.name not in (SUMS, "package.yml")]
    (dataset / SUMS).write_text(checksum_lines({file.relative_to(dataset).as_posix(): sha256_of(file) for file in files}))


def test_as_it_was_made(release: Path) -> None:
    assert verify(release) == []
    assert verify(release / "figures") == []


def test_any_changed_byte(release: Path) -> None:
    files = [file for file in sorted(release.rglob("*")) if file.is_file() and file.name != "package.yml"]
    assert len(files) == 27
    for file in files:
        content = file.read_bytes()
        for at in (0, len(content) // 2, len(content) - 1):
            file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert checksums(file.parents[1] if file.parent.name == "data" else file.parent), (file, at)
            assert verify(release, frictionless=False), (file, at)
        file.write_bytes(content)
    assert verify(release) == []


def test_every_byte_of_the_checksums_counts(release: Path) -> None:
    path = release / "notes" / SUMS
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 32]) + content[at + 1 :])
        assert checksums(path.parent), at


def test_files_missing_and_too_many(release: Path) -> None:
    (release / "notes" / "README.md").unlink()
    (release / "figures" / "data" / "more.csv").write_text("a\n1\n")
    (release / "stray.txt").write_text("x")
    found = said(release)
    assert "notes/README.md: is in SHA256SUMS and missing from the folder (checksums)" in found
    assert "figures/data/more.csv: is in the folder and not in SHA256SUMS (checksums)" in found
    assert "./stray.txt: is no part of the release" in found


def test_what_may_stand_beside_a_release(release: Path) -> None:
    (release / ".gitignore").write_text("site/\n")
    (release / "site").mkdir()
    (release / "site" / "index.html").write_text("x")
    (release / "planned").mkdir()
    (release / "planned" / "package.yml").write_text("title: Planned\n")
    assert verify(release, frictionless=False) == []


def test_a_missing_table_and_unreadable_package(release: Path) -> None:
    (release / "notes" / "data" / "note.csv").unlink()
    (release / "figures" / "datapackage.json").write_text("{")
    found = said(release)
    assert "notes/data/note.csv: is in datapackage.json and missing" in found
    assert "figures/datapackage.json: cannot be read" in found


def test_a_forged_table_does_not_fit_the_release_table(release: Path) -> None:
    table = release / "notes" / "data" / "note.csv"
    table.write_text(table.read_text().replace("Plain", "Forged"))
    assert "has other bytes or another hash than datapackage.json says" in said(release)
    seal(release / "notes")
    assert verify(release / "notes") == []  # one dataset alone cannot tell
    assert "does not name these tables for version 1.0.0" in said(release)


def test_a_missing_dataset_does_not_fit_the_release_table(release: Path) -> None:
    shutil.rmtree(release / "notes")
    assert "does not name these tables for version 1.0.0" in said(release)


def test_datasets_of_different_releases(release: Path) -> None:
    path = release / "notes" / "datapackage.json"
    path.write_text(path.read_text().replace('"version": "1.0.0"', '"version": "1.0.1"'))
    seal(release / "notes")
    assert "the datasets are of different versions: 1.0.0, 1.0.1" in said(release)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("E01,2025-02-01", "E01,2025-01-01", "the key area_code, period_start stands there again: 1 rows, the first 2"),
        ("E02,2025-02-01", "E02,", "the key area_code, period_start has a gap: 1 rows, the first 4"),
        ("E02,2025-02-01", "E09,2025-02-01", "area_code is not in area (area_code): 1 rows, the first 4"),
        ("40,75.0,", "40,75.0,u,8", "cannot be read as the table that the package describes"),
    ],
)
def test_keys(release: Path, old: str, new: str, says: str) -> None:
    table = release / "figures" / "data" / "observation.csv"
    table.write_text(table.read_text().replace(old, new))
    seal(release / "figures")
    assert says in said(release / "figures")


def test_values_that_break_the_schema(release: Path) -> None:
    table = release / "figures" / "data" / "observation.csv"
    table.write_text(table.read_text().replace("75.0,", "many,q").replace("E01,2025-02-01", "E01,February"))
    seal(release / "figures")
    found = said(release / "figures", frictionless=True)
    assert "type-error in value" in found
    assert "constraint-error in value_note" in found
    assert "many" not in found  # a value from a record is never shown


def test_where_there_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="holds no release"):
        verify(tmp_path)
