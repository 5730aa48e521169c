"""Reading published tables as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.published import rows


def table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_stay_the_text_they_are_and_nothing_is_none(tmp_path: Path) -> None:
    path = table(tmp_path, 'code,value,note\n007,1.50,\n008,"a ""b""\nc",x\n')
    assert rows(path) == [
        {"code": "007", "value": "1.50", "note": None},
        {"code": "008", "value": 'a "b"\nc', "note": "x"},
    ]


def test_rows_are_chosen_by_value(tmp_path: Path) -> None:
    path = table(tmp_path, "code,value\nb,1\na,1\nc,2\n")
    assert [row["code"] for row in rows(path, {"value": "1"})] == ["b", "a"]
    with pytest.raises(LookupError, match="has no column area"):
        rows(path, {"area": "x"})


def test_the_apostrophe_before_what_looks_like_a_formula_is_taken_away(tmp_path: Path) -> None:
    assert rows(table(tmp_path, "text\n'-- a comment\n")) == [{"text": "-- a comment"}]


def test_a_file_that_is_not_there_or_empty_has_no_rows(tmp_path: Path) -> None:
    assert rows(tmp_path / "none.csv") == []
    assert rows(table(tmp_path, "")) == []
