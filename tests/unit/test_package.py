"""A package says all that its contract says, the same each time, and a mistake in package.yml is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from frictionless import validate
from small_release import COUNCIL, SmallRelease, contents, data_test

from pipelines.config import ConfigError
from pipelines.package import Source, feeding, read_packages

PROJECT = Path(__file__).parents[2]


def test_the_descriptor_says_what_the_contract_says(small: SmallRelease) -> None:
    small.make()
    package = small.descriptor("figures")
    schema = package["resources"][1]["schema"]
    fields = {field["name"]: field for field in schema["fields"]}
    assert (package["version"], package["created"]) == ("1.0.0", "2025-03-31T00:00:00Z")
    assert package["licenses"][0]["name"] == "OGL-UK-3.0"
    assert package["sources"] == [{"title": "Cases", "origin": "The council", "licence": "OGL-UK-3.0"}]
    assert schema["primaryKey"] == ["area_code", "period_start"]
    assert schema["foreignKeys"] == [{"fields": ["area_code"], "reference": {"resource": "area", "fields": ["area_code"]}}]
    assert fields["value"]["type"] == "number"
    assert fields["value"]["unit"] == "percent"
    assert fields["value_note"]["constraints"] == {"enum": ["c", "u", "x", "z"]}
    assert fields["period_start"]["constraints"] == {"required": True}
    assert "counted_out" not in fields
    assert validate(str(small.publish / "figures" / "datapackage.json")).valid


def test_same_inputs_same_bytes(small: SmallRelease, tmp_path: Path) -> None:
    other = SmallRelease(tmp_path / "other")
    small.make()
    other.make()
    assert contents(small.publish) == contents(other.publish)


def test_files_for_people_name_licence_columns_and_changes(small: SmallRelease) -> None:
    small.make()
    files = {name: content.decode() for name, content in contents(small.publish / "figures").items()}
    assert "| `value` | number | percent | What value means. |" in files["README.md"]
    assert "`c` confidential" in files["README.md"]
    assert "Cite as: Testshire Council (2025). Figures, version 1.0.0. https://testshire.example/data" in files["README.md"]
    assert "## 1.0.0 (2025-03-31)\n\n- First release." in files["CHANGELOG.md"]
    assert "Open Government Licence v3.0" in files["LICENCE"]
    assert str(small.folder) not in "".join(files.values())
    assert "value_note" not in (small.publish / "notes" / "README.md").read_text()


def test_sources_are_those_that_feed_the_tables_or_all_where_none_does(small: SmallRelease) -> None:
    figures, notes = small.packages
    sources = [Source("A", "", "L", "complaint"), Source("B", "", "L", "event")]
    assert [one.title for one in feeding(figures, sources)] == ["A"]
    assert [one.title for one in feeding(notes, sources)] == ["A", "B"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[note]", "[note, nothing]", "line 5, `tables.1`: nothing is not a model"),
        ("[note]", "[note, area]", "area is already published by the dataset figures"),
        ("keywords", "keyword", "Did you mean `keywords`"),
        ("title: Notes\n", "", "`title` is missing"),
    ],
)
def test_a_mistake_in_package_yml_is_explained(small: SmallRelease, old: str, new: str, says: str) -> None:
    path = small.package_file("notes")
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ConfigError, match=says.replace(".", "[.]")):
        _ = small.packages


def test_a_key_may_not_lead_out_of_its_dataset(small: SmallRelease) -> None:
    small.manifest["nodes"]["test.x"] = data_test(
        "foreign_key", "note", columns=["words"], to="ref('area')", to_columns=["area_code"]
    )
    with pytest.raises(ConfigError, match="note has foreign keys to area"):
        _ = small.packages


def test_the_projects_own_packages_can_be_read() -> None:
    paths = sorted((PROJECT / "published").glob("*/package.yml"))
    with pytest.raises(ConfigError) as raised:
        read_packages(paths, {}, COUNCIL)
    assert {path.parent.name for path in paths} >= {"performance", "services", "complaints", "survey", "data-quality"}
    assert all("is not a model" in problem for problem in raised.value.problems)  # with no contract, the only fault
