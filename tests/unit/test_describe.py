"""What stands beside the tables: nothing in it can run, it accumulates, and what will be removed is told a release ahead."""

from __future__ import annotations

import html
import json
import shutil
from dataclasses import replace
from pathlib import Path

import markdown_it
import polars as pl
import pytest
from small_release import AREA, COUNCIL, OBSERVATION, SmallRelease, column, contents, data_test

from pipelines.config import ConfigError
from pipelines.contract import ContractError
from pipelines.documents import plain
from pipelines.power_query import power_query
from pipelines.release import contract
from pipelines.verify import verify

ATTACK = "<script>alert(1)</script> [click](javascript:alert(1)) ![](x) `code` *bold* | cell"
NOTICE = {"since": "2025-04-01", "remove": "2026-04-01", "use": "Use area_code instead."}
EXTRACTS = "extracts: [{table: observation, by: area_code, folder: areas, labels: {area: area_name}}]\n"


def text(small: SmallRelease, file: str, dataset: str = "figures") -> str:
    return (small.publish / dataset / file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ATTACK,
        "# heading",
        "- item",
        "1. item",
        "> quote",
        "=====",
        "a\n\n# b",
        "[a]: http://x 'y'",
        "<http://x.example>",
        "~~~",
        "&lt;b&gt;",
        "_b_",
    ],
)
def test_what_people_wrote_is_shown_letter_by_letter(words: str) -> None:
    shown = markdown_it.MarkdownIt("commonmark").render(f"{plain(words)}\n")
    assert shown.startswith("<p>")
    assert shown.count("<") == 2
    assert html.unescape(shown) == f"<p>{' '.join(words.split())}</p>\n"
    assert plain(words).count("\n") == 0


def test_no_text_that_people_wrote_can_begin_markup_in_any_file_beside_the_tables(small: SmallRelease) -> None:
    path = small.package_file("figures")
    path.write_text(path.read_text().replace("title: Figures", f"title: {json.dumps(ATTACK)}"))
    small.council = replace(COUNCIL, name=f'Testshire "{ATTACK}" #(lf)', contact_name=ATTACK)
    small.make()
    for file in (small.publish / "figures").rglob("*.md"):
        tokens = markdown_it.MarkdownIt("commonmark").enable("table").render(file.read_text(encoding="utf-8"))
        assert "<script" not in tokens
        assert 'javascript:alert(1)">' not in tokens
        assert "<img" not in tokens
    assert json.loads(text(small, "schema.jsonld"))["creator"]["name"] == small.council.name
    assert "#(#)(lf)" not in text(small, "power-query.pq").splitlines()[0]


def test_a_text_in_a_query_cannot_end_it() -> None:
    small = {"name": "x", "title": 'T" & evil\nnext', "version": "1.0.0", "resources": []}
    query = power_query(small, 'https://x.example/"#(lf)')
    assert 'Address = "https://x.example/""#(#)(lf)",' in query
    assert query.splitlines()[0] == '// T" & evil next, version 1.0.0: every table with its types. Generated.'


def test_the_query_has_the_address_every_type_and_one_column_for_a_key_of_several(small: SmallRelease) -> None:
    small.manifest["nodes"]["model.yardstick.target"] = small.manifest["nodes"]["model.yardstick.observation"] | {
        "name": "target",
        "fqn": ["yardstick", "marts", "target"],
        "columns": {one: column(one, kind) for one, kind in (("area_code", "varchar"), ("period_start", "date"))},
    }
    small.manifest["nodes"]["test.a"] = data_test("primary_key", "target", columns=["area_code", "period_start"])
    key = ["area_code", "period_start"]
    small.manifest["nodes"]["test.b"] = data_test("foreign_key", "target", columns=key, to="ref('observation')", to_columns=key)
    small.marts["target"] = "select 'E01' as area_code, date '2025-01-01' as period_start"
    path = small.package_file("figures")
    path.write_text(path.read_text().replace("observation,", "observation, target,"))
    small.make()
    query = text(small, "power-query.pq")
    assert 'Address = "https://testshire.example/open-data/",' in query
    assert '"figures/data/area.csv"' in query
    assert '{"value", type number}' in query
    assert '{"period_start", type date}' in query
    assert query.count('"observation_key", {"area_code", "period_start"}') == 2


def test_without_an_address_there_is_no_query(small: SmallRelease) -> None:
    small.council = replace(COUNCIL, data_address=None)
    small.make()
    assert not (small.publish / "figures/power-query.pq").exists()
    assert "power-query" not in text(small, "README.md")


def test_the_changelog_tells_each_release_from_what_is_published_alone(small: SmallRelease) -> None:
    small.make()
    small.marts["observation"] = OBSERVATION.replace("30, 40, 75.0", "28, 40, 70.0")
    small.make()
    small.marts["area"] = f"{AREA} union all select 'E03', 'Copse'"
    small.make()
    changes = text(small, "CHANGELOG.md")
    first, second, third = (changes.index(f"## {version} (") for version in ("1.0.0", "1.0.1", "1.1.0"))
    assert third < second < first
    assert "- `area`: 1 row added." in changes[third:second]
    assert "- `observation`: 2 values changed." in changes[second:first]
    assert "- First release." in changes[first:]
    notes = text(small, "CHANGELOG.md", "notes")
    assert notes.count("- Nothing changed in this dataset.") == 2


def deprecate(small: SmallRelease, **notice: str) -> None:
    names = small.manifest["nodes"]["model.yardstick.area"]["columns"]
    names["area_name"]["config"]["meta"]["deprecated"] = NOTICE | notice


def test_what_will_be_removed_is_announced_everywhere_and_its_removal_then_says_so(small: SmallRelease) -> None:
    small.make()
    deprecate(small)
    announced = small.make()
    assert announced is not None
    assert announced.level == "minor"
    words = "Deprecated since 2025-04-01, to be removed from 2026-04-01: Use area_code instead."
    assert announced.additions == (f"The column area_name of figures/area: {words}",)
    field = small.descriptor("figures")["resources"][0]["schema"]["fields"][1]
    assert field["deprecated"] == NOTICE
    assert f"- `area.area_name`. {words}" in text(small, "README.md")
    assert words in text(small, "CHANGELOG.md")
    del small.manifest["nodes"]["model.yardstick.area"]["columns"]["area_name"]
    small.manifest["nodes"] = {key: node for key, node in small.manifest["nodes"].items() if "area_name" not in str(node)}
    removed = small.build()
    assert removed is not None
    assert removed.breaking == ("The column area_name of figures/area was removed. That was announced on 2025-04-01.",)
    assert not contract(small.places.candidate, removed).passed
    assert contract(small.places.candidate, removed, allow_breaking=True).passed


def test_a_removal_that_no_release_announced_is_refused_and_named(small: SmallRelease) -> None:
    small.make()
    del small.manifest["nodes"]["model.yardstick.note"]["columns"]["words"]
    difference = small.build()
    assert difference is not None
    gate = contract(small.places.candidate, difference)
    assert not gate.passed
    assert "The column words of notes/note was removed. No release announced it." in gate.explanation


@pytest.mark.parametrize("notice", [{"use": ""}, {"since": "soon"}, {"remove": "2025-04-01"}])
def test_a_notice_must_say_when_and_what_instead(small: SmallRelease, notice: dict[str, str]) -> None:
    deprecate(small, **notice)
    with pytest.raises(ContractError, match=r"area\.area_name is deprecated"):
        _ = small.contracts


def test_each_thing_has_small_files_of_its_own_with_labels(small: SmallRelease) -> None:
    path = small.package_file("figures")
    path.write_text(path.read_text() + EXTRACTS)
    small.marts["area"] = AREA.replace("Abbey", "=Abbey")
    small.make()
    assert sorted(one for one in contents(small.publish / "figures") if one.startswith("areas/")) == [
        "areas/E01.csv", "areas/E01.json", "areas/E02.csv", "areas/E02.json",
    ]  # fmt: skip
    rows = text(small, "areas/E01.csv").splitlines()
    assert rows[0] == "period_start,numerator,denominator,value,value_note,area_name"
    assert rows[1] == "2025-01-01,30,40,75.0,,'=Abbey"
    content = json.loads(text(small, "areas/E01.json"))
    assert content["about"] == {"area_code": "E01", "area_name": "=Abbey"}
    table = [dict(zip(content["columns"], row, strict=True)) for row in content["rows"]]
    assert table[0] == {
        "period_start": "2025-01-01", "numerator": 30, "denominator": 40, "value": 75.0, "value_note": None,
        "area_name": "=Abbey",
    }  # fmt: skip
    assert [row["numerator"] for row in table] == [30, None], "what is withheld in the table is withheld here"
    assert verify(small.publish) == []
    assert not {"counted_out", "about_people"} & set(content["columns"])


def test_the_small_files_hold_every_row_of_the_table_and_nothing_else(small: SmallRelease) -> None:
    path = small.package_file("figures")
    path.write_text(path.read_text() + EXTRACTS)
    small.make()
    files = sorted((small.publish / "figures/areas").glob("*.csv"))
    parts = [pl.read_csv(file).with_columns(area_code=pl.lit(file.stem)).drop("area_name") for file in files]
    table = pl.read_csv(small.publish / "figures/data/observation.csv")
    assert pl.concat(parts, how="vertical_relaxed").select(table.columns).equals(table)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("table: observation", "table: nothing", "nothing is not a table of this dataset"),
        ("by: area_code", "by: period_start", "period_start of observation refers to no table"),
        ("area: area_name", "area: nothing", "the label area.nothing is not a column"),
        ("folder: areas", "folder: data", "`folder`|folder"),
    ],
)
def test_small_files_that_cannot_be_made_are_explained(small: SmallRelease, old: str, new: str, says: str) -> None:
    path = small.package_file("figures")
    path.write_text(path.read_text() + EXTRACTS.replace(old, new))
    with pytest.raises(ConfigError, match=says):
        _ = small.packages


def test_a_second_key_is_published_and_checked(small: SmallRelease) -> None:
    small.manifest["nodes"]["test.unique"] = data_test("unique", "area", column_name="area_name")
    small.make()
    assert small.descriptor("figures")["resources"][0]["schema"]["uniqueKeys"] == [["area_name"]]
    assert "No two rows have the same `area_name`." in text(small, "README.md")
    assert verify(small.publish) == []
    path = small.publish / "figures/data/area.csv"
    path.write_text(path.read_text().replace("Brook", "Abbey"))
    assert any("area_name must be unique" in str(problem) for problem in contract_problems(small))


def contract_problems(small: SmallRelease) -> list[object]:
    from pipelines.verify import keys

    return list(keys(small.publish / "figures", small.descriptor("figures")))


def test_the_catalogue_is_part_of_the_release(small: SmallRelease) -> None:
    small.make()
    assert verify(small.publish) == []
    page = small.publish / "catalogue/README.md"
    page.write_text(page.read_text().replace("Testshire", "Otherplace"))
    assert [str(problem) for problem in verify(small.publish)] == [
        "catalogue/README.md: has changed since it was released (checksums)"
    ]


def test_a_catalogue_that_was_taken_away_is_missed(small: SmallRelease) -> None:
    small.make()
    shutil.rmtree(small.publish / "catalogue")
    assert [str(problem) for problem in verify(small.publish)] == ["./catalogue: is missing (release)"]


def test_a_dataset_cannot_take_the_catalogues_name(small: SmallRelease) -> None:
    path = small.package_file("notes")
    (small.publish / "catalogue").mkdir()
    path.rename(small.publish / "catalogue/package.yml")
    with pytest.raises(ConfigError, match="holds the list of all datasets"):
        _ = small.packages


def test_the_descriptor_says_where_when_and_how_often(small: SmallRelease) -> None:
    path: Path = small.package_file("figures")
    path.write_text(path.read_text() + "limitations: [A month with few cases moves by chance.]\n")
    small.make()
    package = small.descriptor("figures")
    assert package["temporal"] == {"start": "2025-01-01", "end": "2025-02-01"}
    assert package["spatial"]["code"] == "E06000998"
    assert package["updateFrequency"] == "monthly"
    assert [one["roles"] for one in package["contributors"]] == [["publisher"], ["contact"]]
    assert package["limitations"] == ["A month with few cases moves by chance."]
    assert "- A month with few cases moves by chance." in text(small, "README.md")
    assert package["resources"][1]["schema"]["fields"][5]["categories"] == ["c", "u", "x", "z"]
