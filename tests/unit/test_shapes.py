"""Files of one source that look otherwise from year to year, and which statement each is read by."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from intake_case import COUNCIL, GOOD, HEADER, SOURCE, Case

from pipelines.config import ConfigError
from pipelines.sources import load_source

OLD_HEADER = "Case,Opened,Due,Closed,Ward,How\n"
BY_HEADER = SOURCE + "shapes:\n  old:\n    when: {columns: [Case]}\n    columns: {request_id: Case, channel: null}\n"
BY_DAY = (
    SOURCE
    + """shapes:
  until_2019:
    when: {received_before: 2020-01-01}
    format: {type: csv, encoding: cp1252, delimiter: ";"}
    dates: ["%d-%b-%y"]
"""
)


def test_a_file_is_read_by_the_shape_that_its_heading_has(tmp_path: Path) -> None:
    case = Case(tmp_path, BY_HEADER)
    case.drop(OLD_HEADER + GOOD, "a.csv")
    old = case.take_in()
    assert (old.status, old.shape, case.accepted(old)["channel"].to_list()) == ("accepted", "old", [None])
    case.drop(HEADER + GOOD.replace("007", "008"), "b.csv")
    new = case.take_in()
    assert (new.status, new.shape, case.accepted(new)["channel"].to_list()) == ("accepted", None, ["phone"])
    assert new.warnings == []  # it is compared with files of its own shape


def test_a_file_is_read_by_the_shape_of_the_day_it_came(tmp_path: Path) -> None:
    case = Case(tmp_path, BY_DAY)
    case.drop("Ref;Opened;Due;Closed;Ward;How\n1;15-Feb-11;;;Abbey;TEL\n", "z.csv", datetime(2011, 3, 1, tzinfo=UTC))
    case.drop(HEADER + GOOD, "a.csv", datetime(2021, 3, 1, tzinfo=UTC))
    newest = case.take_in()
    assert (newest.status, newest.shape) == ("accepted", None)
    assert len(list(case.workspace.accepted.rglob("*.parquet"))) == 2


def test_a_file_is_read_by_the_shape_that_its_name_has(tmp_path: Path) -> None:
    case = Case(tmp_path, BY_DAY.replace("received_before: 2020-01-01", "file_name: _2011"))
    case.drop("Ref;Opened;Due;Closed;Ward;How\n1;15-Feb-11;;;Abbey;TEL\n", "cases_2011.csv")
    assert case.take_in().shape == "until_2019"


def test_a_file_of_two_shapes_is_refused_and_both_are_named(tmp_path: Path) -> None:
    case = Case(tmp_path, BY_HEADER + "  other:\n    when: {file_name: '^a'}\n    missing: ['-']\n")
    case.drop(OLD_HEADER + GOOD)
    receipt = case.take_in()
    assert (receipt.status, receipt.rows_read) == ("broken", 0)
    assert "has the shapes `old` and `other` of source.yml at once" in str(receipt.message)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('dates: ["%d-%b-%y"]\n', 'dates: ["%d/%m/%y", "%m/%d/%y"]\n', "line 28, `dates`: 03/04/21 would be read differently"),
        ("2020-01-01", "soon", "line 26, `shapes.until_2019.when.received_before`: this is no day"),
        ("received_before: 2020-01-01", "file_name: '('", "not a regular expression"),
        ("received_before: 2020-01-01", "file: x", "there is no such field here. Did you mean `file_name`?"),
        (
            "    dates",
            "    columns: {opend_at: x}\n    dates",
            "line 28, `columns.opend_at`: `service_request` has no such field",
        ),
        ("    dates", "    columns: {request_id: null}\n    dates", "`request_id` is missing"),
    ],
)
def test_a_mistake_in_a_shape_is_told_where_it_stands(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "records" / "source.yml"
    path.parent.mkdir()
    assert old in BY_DAY
    path.write_text(BY_DAY.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_source(path, COUNCIL)
    assert told in str(raised.value), raised.value
