"""The contract is read from dbt's manifest whole, and each fault in it is named."""

from __future__ import annotations

from typing import Any

import pytest
from small_release import column, data_test, manifest, model

from pipelines.contract import ContractError, read_contracts


def test_reads_columns_keys_and_rules() -> None:
    found = read_contracts(manifest())
    table = found["observation"]
    assert sorted(found) == ["area", "note", "observation", "release"]  # staging models promise nothing
    assert table.layer == "mart"
    assert found["release"].layer == "release"
    assert table.primary_key == ("area_code", "period_start")
    assert [(key.columns, key.to, key.to_columns) for key in table.foreign_keys] == [(("area_code",), "area", ("area_code",))]
    assert dict(table.enums) == {"value_note": ("c", "u", "x", "z")}
    assert table.required == ("area_code", "period_start")
    assert found["area"].required == ("area_name",)  # from not_null
    assert table.record_types == {"complaint"}
    assert [one.name for one in table.published][-1] == "value_note"
    assert {one.name: one.disclosure for one in table.governed}["denominator"] == ("denominator",)


@pytest.mark.parametrize(
    ("declared", "known"),
    [("text", "VARCHAR"), ("Decimal(9, 2)", "DECIMAL(9,2)"), ("int", "INTEGER"), ("numeric(4,1)", "DECIMAL(4,1)")],
)
def test_types_have_one_name(declared: str, known: str) -> None:
    content = manifest()
    content["nodes"]["model.yardstick.note"]["columns"]["words"]["data_type"] = declared
    assert read_contracts(content)["note"].columns[1].data_type == known


def broken(change: str) -> dict[str, Any]:
    """The manifest with one fault."""
    content = manifest()
    nodes = content["nodes"]
    note = nodes["model.yardstick.note"]
    match change:
        case "no key":
            nodes["model.yardstick.other"] = model("other", [column("a", "integer")])
        case "no grain":
            note["config"]["meta"] = {}
        case "no words":
            note["columns"]["words"]["description"] = " "
        case "unknown type":
            note["columns"]["words"]["data_type"] = "integer[]"
        case "no decimals":
            note["columns"]["words"]["data_type"] = "double"
        case "key column":
            nodes["test.x"] = data_test("required", "note", columns=["nowhere"])
        case "unpublished key":
            note["columns"]["note_id"]["config"]["meta"]["published"] = False
        case "count":
            note["columns"]["words"]["config"]["meta"]["disclosure"] = ["nowhere"]
        case "withheld key":
            note["columns"]["note_id"]["config"]["meta"]["disclosure"] = "count"
    return content


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("no key", "other has no primary key"),
        ("no grain", "note does not say what a row is"),
        ("no words", "note.words has no description"),
        ("unknown type", "note.words has the type 'INTEGER[]'"),
        ("no decimals", "note.words is a DOUBLE and does not say how many decimals"),
        ("key column", "required names the column nowhere"),
        ("unpublished key", "note_id, which is not published"),
        ("count", "note.words rests on 'nowhere'"),
        ("withheld key", "note.note_id is part of the key and cannot be withheld"),
    ],
)
def test_each_fault_is_named_with_its_file(change: str, says: str) -> None:
    with pytest.raises(ContractError) as raised:
        read_contracts(broken(change))
    assert any(
        says in problem and problem.startswith(("models/marts/note.yml: ", "models/marts/other.yml: "))
        for problem in raised.value.problems
    )


def test_what_adds_up_is_read_and_may_name_declared_columns_only() -> None:
    content = manifest()
    meta = content["nodes"]["model.yardstick.observation"]["config"]["meta"]
    meta["adds_up"] = {"areas": "area_code", "sums": [{"total": "denominator", "parts": ["numerator", "counted_out"]}]}
    adds_up = read_contracts(content)["observation"].adds_up
    assert adds_up.areas == "area_code"
    assert [(one.total, one.parts, one.over) for one in adds_up.sums] == [("denominator", ("numerator", "counted_out"), ())]
    meta["adds_up"]["groups"] = {"value": "sex"}
    with pytest.raises(ContractError, match="observation adds up by 'sex'"):
        read_contracts(content)
