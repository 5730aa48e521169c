"""Each kind of value has one published text, and is read back as what it was."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.contract import Column, TableContract
from pipelines.tables import csv, write_csv, write_previous

COLUMNS = (
    Column("k", "INTEGER", "Key"),
    Column("words", "VARCHAR", "Words"),
    Column("share", "DOUBLE", "Share", decimals=1),
    Column("money", "DECIMAL(9,2)", "Money"),
    Column("day", "DATE", "Day"),
    Column("moment", "TIMESTAMP", "Moment"),
    Column("yes", "BOOLEAN", "Yes"),
    Column("helper", "INTEGER", "Helper", published=False),
)
TABLE = TableContract("t", "T", "a thing", "mart", COLUMNS, ("k",))


def written(tmp_path: Path, rows: str) -> bytes:
    names = ", ".join(column.name for column in COLUMNS)
    types = ", ".join(f"cast({column.name} as {column.data_type}) as {column.name}" for column in COLUMNS)
    duckdb.sql(f"copy (select {types} from (values {rows}) t({names})) to '{tmp_path / 't.parquet'}' (format parquet)")
    write_csv(TABLE, tmp_path / "t.parquet", tmp_path / "t.csv")
    return (tmp_path / "t.csv").read_bytes()


def test_bytes(tmp_path: Path) -> None:
    rows = """
        (2, 'a,b "c"', 12.345, 1.5, '2025-04-01', '2025-04-01 09:30:15', true, 1),
        (1, 'café', -0.04, -3, null, null, false, 1),
        (3, '', 100, null, null, null, null, 1)"""
    assert written(tmp_path, rows).decode() == (
        "k,words,share,money,day,moment,yes\n"
        "1,café,0.0,-3.00,,,false\n"
        '2,"a,b ""c""",12.3,1.50,2025-04-01,2025-04-01T09:30:15Z,true\n'
        "3,,100.0,,,,\n"
    )


TEXTS = {
    "=1+1": "'=1+1",
    "+44": "+44",
    "-12.5": "-12.5",
    "- better": "'- better",
    "@here": "'@here",
    "\tx": "'\tx",
    "'=1": "''=1",
    "'quoted'": "'quoted'",
    "a\nb": '"a\nb"',
    "NULL": "NULL",
    " x ": " x ",
}


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_safe_in_a_spreadsheet_and_read_back_as_it_was(tmp_path: Path, text: str) -> None:
    quoted = text.replace("'", "''")
    content = written(tmp_path, f"(1, '{quoted}', 0, 0, null, null, null, 1)").decode()
    assert content.split("\n", 1)[1] == f"1,{TEXTS[text]},0.0,0.00,,,\n"
    columns = [column.name for column in TABLE.published]
    assert duckdb.sql(f"select words from {csv(tmp_path / 't.csv', columns)}").fetchall() == [(text,)]


@pytest.mark.parametrize("value", ["'nan'", "'inf'"])
def test_a_number_without_a_text_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(duckdb.Error):
        written(tmp_path, f"(1, 'x', {value}, 0, null, null, null, 1)")
    assert not (tmp_path / "t.csv").exists()


def test_the_last_release_is_read_back_in_todays_types(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("k,words,share,gone\n1,'=x,12.3,1\n2,,many,2\n")
    write_previous(TABLE, (tmp_path / "old.csv", ["k", "words", "share", "gone"]), tmp_path / "previous.parquet")
    found = duckdb.sql(f"from '{tmp_path / 'previous.parquet'}'")
    assert [str(one) for one in found.types] == ["INTEGER", "VARCHAR", "DOUBLE", "DECIMAL(9,2)", "DATE", "TIMESTAMP", "BOOLEAN"]
    assert found.fetchall() == [(1, "=x", 12.3, None, None, None, None), (2, None, None, None, None, None, None)]


def test_where_there_was_no_release_the_table_is_empty_and_typed(tmp_path: Path) -> None:
    write_previous(TABLE, None, tmp_path / "previous.parquet")
    found = duckdb.sql(f"from '{tmp_path / 'previous.parquet'}'")
    assert (len(found.types), found.fetchall()) == (7, [])
