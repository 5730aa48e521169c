"""What holds of the contract of every record type."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from contract_case import frame, refused_frame

import schemas

KINDS = {pl.String, pl.Int64, pl.Float64, pl.Boolean, pl.Date, pl.Datetime}


def test_every_contract_has_tests_of_its_own() -> None:
    assert [name for name in schemas.names() if not Path(__file__).with_name(f"test_{name}.py").exists()] == []


@pytest.mark.parametrize("name", schemas.names())
def test_every_field_is_described_and_of_a_kind_that_intake_can_make(name: str) -> None:
    kind = schemas.record_type(name)
    assert [field for field, about in kind.descriptions.items() if not about] == []
    assert {type(of) if isinstance(of, pl.Datetime) else of for of in kind.types.values()} <= KINDS
    assert set(kind.key) | set(kind.dated_by) <= set(kind.types)
    assert {field for fields in kind.reads.values() for field in fields} <= set(kind.types)
    assert kind.title


@pytest.mark.parametrize("name", schemas.names())
def test_a_wrong_type_a_further_field_and_an_absent_one_are_refused(name: str) -> None:
    empty = frame(name)
    first = next(iter(schemas.record_type(name).types))
    assert refused_frame(name, empty) == set()
    assert refused_frame(name, empty.with_columns(pl.col(first).cast(pl.Categorical)))
    assert refused_frame(name, empty.with_columns(surname=pl.lit("x")))
    assert refused_frame(name, empty.drop(first))


def test_an_unknown_record_type_is_refused() -> None:
    for name in ("parking", "_period_type", "config"):
        with pytest.raises(KeyError):
            schemas.record_type(name)
