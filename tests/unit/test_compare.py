"""Every kind of difference to the last release calls for its version, and every changed value is listed."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from small_release import AREA, NOTE, OBSERVATION, SmallRelease, column, contents, data_test, model

from pipelines.compare import PreviousReleaseDamaged, next_version
from pipelines.release import contract


@pytest.mark.parametrize(("level", "after"), [("major", "2.0.0"), ("minor", "1.10.0"), ("patch", "1.9.12")])
def test_versions_count_in_numbers(level: Any, after: str) -> None:
    assert next_version("1.9.11", level) == after


def test_the_first_release(small: SmallRelease) -> None:
    difference = small.make()
    assert difference is not None
    assert (difference.level, difference.version, difference.previous_version) == ("first", "1.0.0", None)
    assert small.csv("figures", "release").splitlines()[1].startswith("1.0.0,,2025-03-31,first,First release.,c0de,")


def test_nothing_new_is_no_release_and_changes_no_byte(small: SmallRelease) -> None:
    small.make()
    before = contents(small.publish)
    small.as_of = small.as_of.replace(year=2026)
    assert small.make() is None
    assert contents(small.publish) == before


def changes(small: SmallRelease) -> list[tuple[Any, ...]]:
    return duckdb.sql(f"from '{small.places.reference / 'change.parquet'}'").fetchall()


def test_changed_values_are_a_patch_and_each_is_listed(small: SmallRelease) -> None:
    small.make()
    small.marts["observation"] = OBSERVATION.replace("30, 40, 75.0", "20, 40, 50.0")
    difference = small.make()
    assert difference is not None
    assert (difference.level, difference.version, difference.summary) == ("patch", "1.0.1", "2 values changed.")
    key = "area_code=E01|period_start=2025-01-01"
    assert changes(small) == [
        ("figures", "observation", key, "numerator", "30", "20"),
        ("figures", "observation", key, "value", "75.0", "50.0"),
    ]
    assert [row.split(",")[:2] for row in small.csv("figures", "release").splitlines()[1:]] == [["1.0.0", ""], ["1.0.1", "1.0.0"]]


def test_a_value_now_withheld_is_a_change_to_nothing(small: SmallRelease) -> None:
    small.make()
    small.marts["observation"] = OBSERVATION.replace("30, 40, 75.0", "4, 40, 10.0")
    small.make()
    assert [row[3:] for row in changes(small)] == [("numerator", "30", None), ("value", "75.0", None), ("value_note", None, "c")]


def test_words_that_stand_there_by_consent_are_not_kept_once_they_are_gone_or_changed(small: SmallRelease) -> None:
    small.manifest["nodes"]["model.yardstick.note"]["columns"]["words"]["config"]["meta"] = {"by_consent": True}
    small.marts["note"] = NOTE.replace("(2, null,", "(2, 'Mine',")
    small.make()
    small.marts["note"] = f"select * from ({NOTE.replace('Plain', 'Plainer')}) where note_id = 1"
    difference = small.make()
    assert difference is not None
    assert (difference.values_changed, difference.rows_removed) == (1, 1)
    told = {(row[2], row[3]): row[4:] for row in changes(small)}
    assert told["note_id=1", "words"] == told["note_id=2", "words"] == (None, None)
    assert told["note_id=2", "final"] == ("false", None)


def test_what_is_below_the_published_decimals_is_no_change(small: SmallRelease) -> None:
    small.make()
    small.marts["observation"] = OBSERVATION.replace("75.0::double", "75.0000001::double")
    assert small.make() is None


def test_new_rows_are_minor_and_no_revision(small: SmallRelease) -> None:
    small.make()
    small.marts["area"] = AREA.replace("('E02', 'Brook')", "('E02', 'Brook'), ('E03', 'Copse')")
    difference = small.make()
    assert difference is not None
    assert (difference.level, difference.version, difference.summary) == ("minor", "1.1.0", "1 row added.")
    assert changes(small) == []


def test_removed_rows_are_minor_and_their_values_are_listed(small: SmallRelease) -> None:
    small.make()
    small.marts["note"] = f"select * from ({NOTE}) where note_id = 2"
    difference = small.make()
    assert difference is not None
    assert (difference.level, difference.summary, difference.values_changed) == ("minor", "1 row removed.", 0)
    assert changes(small) == [
        ("notes", "note", "note_id=1", "final", "true", None),
        ("notes", "note", "note_id=1", "words", "Plain", None),
        ("notes", "note", "note_id=1", "written_at", "2025-03-01T10:00:00Z", None),
    ]


def test_words_that_describe_are_a_patch(small: SmallRelease) -> None:
    small.make()
    small.manifest["nodes"]["model.yardstick.note"]["description"] = "Other words."
    difference = small.make()
    assert difference is not None
    assert (difference.level, difference.summary) == ("patch", "Descriptions changed.")


def change_structure(small: SmallRelease, change: str) -> None:
    """Change the contract, and the marts with it."""
    nodes = small.manifest["nodes"]
    note = nodes["model.yardstick.note"]["columns"]
    match change:
        case "column removed":
            del note["words"]
        case "column retyped":
            note["words"]["data_type"] = "integer"
            small.marts["note"] = NOTE.replace("'Plain'", "1")
        case "column new":
            note["more"] = column("more", "integer")
            small.marts["note"] = f"select *, 1 as more from ({NOTE})"
        case "columns moved":
            nodes["model.yardstick.note"]["columns"] = {key: note[key] for key in ("note_id", "final", "words", "written_at")}
        case "required":
            nodes["test.x"] = data_test("required", "note", columns=["final"])
        case "enum less":
            nodes["test.yardstick.5"]["test_metadata"]["kwargs"]["values"] = ["c", "u", "x"]
        case "enum more":
            nodes["test.yardstick.5"]["test_metadata"]["kwargs"]["values"] = ["c", "p", "u", "x", "z"]
        case "enum first":
            nodes["test.x"] = data_test("accepted_values", "note", column_name="words", values=["Plain"])
        case "key":
            nodes["test.yardstick.2"]["test_metadata"]["kwargs"]["columns"] = ["note_id", "final"]
        case "foreign key":
            nodes["test.x"] = data_test("foreign_key", "note", columns=["words"], to="ref('other')", to_columns=["word"])
            change_structure(small, "table new")
        case "table new":
            nodes["model.yardstick.other"] = model("other", [column("word", "varchar")])
            nodes["test.y"] = data_test("primary_key", "other", columns=["word"])
            small.marts["other"] = "select 'Plain' as word"
            path = small.package_file("notes")
            path.write_text(path.read_text().replace("[note]", "[note, other]"))
        case "table removed":
            path = small.package_file("figures")
            path.write_text(path.read_text().replace("[area, observation, release]", "[area, release]"))
        case "unit":
            nodes["model.yardstick.observation"]["columns"]["value"]["config"]["meta"]["unit"] = "share of 1"
        case "second key":
            nodes["test.x"] = data_test("unique", "area", column_name="area_name")
        case "small files new":
            path = small.package_file("figures")
            path.write_text(path.read_text() + "extracts: [{table: observation, by: area_code, folder: areas}]\n")
        case "dataset removed":
            small.package_file("notes").unlink()


@pytest.mark.parametrize(
    ("change", "level", "sentence"),
    [
        ("column removed", "major", "The column words of notes/note was removed."),
        ("column retyped", "major", "The column words of notes/note was string and is now integer."),
        ("column new", "minor", "The column more of notes/note is new."),
        ("columns moved", "major", "The columns of notes/note are in another order."),
        ("required", "major", "The column final of notes/note must now have a value."),
        ("enum less", "major", "The column value_note of figures/observation no longer allows z."),
        ("enum more", "minor", "The column value_note of figures/observation now also allows p."),
        ("enum first", "major", "The column words of notes/note now allows only certain values."),
        ("key", "major", "The key of notes/note was note_id and is now note_id, final."),
        ("foreign key", "major", "words of notes/note must now stand in other."),
        ("table new", "minor", "The table notes/other is new."),
        ("table removed", "major", "The table figures/observation was removed."),
        ("unit", "major", "The column value of figures/observation was in percent and is now in share of 1."),
        ("second key", "major", "No two rows of figures/area may now have the same area_name."),
        ("small files new", "minor", "The files figures/areas/{area_code}.csv are new."),
        ("dataset removed", "major", "The table notes/note was removed."),
    ],
)
def test_structure(small: SmallRelease, change: str, level: str, sentence: str) -> None:
    small.make()
    before = contents(small.publish)
    change_structure(small, change)
    difference = small.draft()
    assert difference is not None
    assert difference.level == level
    assert sentence in difference.summary
    if level == "major":
        gate = contract(small.places.candidate, difference)
        assert not gate.passed
        assert sentence in gate.explanation
        assert contract(small.places.candidate, difference, allow_breaking=True).passed
    assert {file: before[file] for file in before if "package.yml" not in file} == {
        file: content for file, content in contents(small.publish).items() if "package.yml" not in file
    }


def test_small_files_do_not_go_unseen(small: SmallRelease) -> None:
    """Nothing else changes, and programs read them by their names."""
    change_structure(small, "small files new")
    small.make()
    path = small.package_file("figures")
    path.write_text(path.read_text().replace("folder: areas", "folder: places"))
    difference = small.build()
    assert difference is not None
    assert difference.breaking == ("The files figures/areas/{area_code}.csv were removed.",)
    assert not contract(small.places.candidate, difference).passed


def test_a_dataset_that_is_given_up_leaves_nothing_behind(small: SmallRelease) -> None:
    small.make()
    change_structure(small, "dataset removed")
    difference = small.make()
    assert difference is not None
    assert difference.version == "2.0.0"
    assert not (small.publish / "notes").exists()


def test_a_damaged_release_is_not_compared_with(small: SmallRelease) -> None:
    small.make()
    path = small.publish / "notes" / "data" / "note.csv"
    path.write_text(path.read_text().replace("Plain", "Plane"))
    with pytest.raises(PreviousReleaseDamaged, match=r"notes/data/note[.]csv: has changed since it was released"):
        small.draft()


def test_the_last_release_is_there_for_the_second_pass(small: SmallRelease) -> None:
    small.make()
    small.draft()
    rows = duckdb.sql(f"select area_code, value, value_note from '{small.places.previous / 'observation.parquet'}'").fetchall()
    assert rows == [("E01", 75.0, None), ("E01", None, "c"), ("E02", None, "c"), ("E02", 50.0, "u")]
    assert duckdb.sql(f"select version, as_of from '{small.places.previous / 'release.parquet'}'").fetchall() == [
        ("1.0.0", small.as_of)
    ]
