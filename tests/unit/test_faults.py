"""What is told of an exception, and what is not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.faults import has_own_words, unquoted, where
from pipelines.files import NoRoom, sha256_of

QUOTED = {
    "in single quotes": "Conversion Error: Could not convert string 'Ann Smith' to INT32",
    "with an apostrophe": "Could not convert string 'Ann O'Nonsuch' to INT32",
    "over two lines": "Could not convert string 'Ann\nSmith' to INT32",
    "in double quotes": 'Constraint Error: Duplicate key "name: Ann Smith" violates primary key constraint',
    "a long number": "Type INT64 with value 7700900123 can't be cast to the destination type INT16",
}


@pytest.mark.parametrize("message", QUOTED.values(), ids=QUOTED)
def test_a_message_is_told_without_the_value_that_it_quotes(message: str) -> None:
    told = unquoted(message)
    assert not [word for word in ("Ann", "Smith", "Nonsuch", "7700900123") if word in told]
    assert told.split()[0] == message.split()[0]


def test_an_unforeseen_exception_is_told_by_kind_and_place() -> None:
    with pytest.raises(duckdb.Error) as caught:
        duckdb.sql("select cast('Ann Smith' as integer)").fetchall()
    told = where(caught.value)
    assert "Ann" not in told
    assert "ConversionException" in told
    with pytest.raises(OSError, match="No such file") as missing:
        sha256_of(Path("/nowhere"))
    assert "pipelines/files.py, line" in where(missing.value)


def test_words_of_this_program_and_of_the_system_are_told_as_they_are() -> None:
    assert has_own_words(NoRoom("full"))
    assert has_own_words(FileNotFoundError())
    assert not has_own_words(ValueError("Ann Smith"))
    assert not has_own_words(duckdb.Error("Ann Smith"))
