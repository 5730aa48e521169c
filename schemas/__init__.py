"""The contracts of what may enter, one module a record type.

Each module holds ``Record`` (a Pandera model: fields, their rules, rules across fields that name what they read), ``KEY``
(the fields that name one record of a source) and ``DATED_BY`` (fields whose first present value says when the record happened).
It may hold ``NOTED_BY``: the field with the note on why a value is absent, by the field that holds the value;
``NEEDED_UNLESS``: fields that a record needs unless it has the field named; ``KEY_WHERE``: the key of a record that has it.
Does not belong here: where a field comes from in anybody's file; that is ``source.yml``.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl


@dataclass(frozen=True)
class RecordType:
    """A contract: its ``name``, Pandera ``schema``, ``key`` fields, ``dated_by`` fields and the hash of its text.

    ``noted_by`` says in which field a note stands on why the value of another is absent, ``needed_unless`` which fields a record
    needs unless it has the field named, ``key_where`` which name it where it has that one.
    """

    name: str
    title: str
    schema: pa.DataFrameSchema
    key: tuple[str, ...]
    dated_by: tuple[str, ...]
    sha256: str
    noted_by: dict[str, str]
    needed_unless: dict[str, tuple[str, ...]]
    key_where: dict[str, tuple[str, ...]]

    @property
    def types(self) -> dict[str, pl.DataType]:
        """Field name to Polars type, in the contract's order."""
        return {name: column.dtype.type for name, column in self.schema.columns.items()}

    @property
    def required(self) -> list[str]:
        """Fields that may not be empty in an ordinary record."""
        return self.required_beside(())

    def required_beside(self, fields: Collection[str]) -> list[str]:
        """Fields that may not be empty in the records of a source that has the given fields."""
        unless = {name for field, names in self.needed_unless.items() if field not in fields for name in names}
        return [name for name, column in self.schema.columns.items() if not column.nullable or name in unless]

    def key_beside(self, fields: Collection[str]) -> tuple[str, ...]:
        """The fields that name one record of a source that has the given fields."""
        return next((key for field, key in self.key_where.items() if field in fields), self.key)

    @property
    def reads(self) -> dict[str, list[str]]:
        """The fields that each rule across fields reads. Raises :class:`KeyError` where a rule does not name them."""
        return {str(check.error): check.statistics["reads"] for check in self.schema.checks}

    @property
    def descriptions(self) -> dict[str, str]:
        """What each field means."""
        return {name: column.description or "" for name, column in self.schema.columns.items()}


def names() -> list[str]:
    """The record types there are."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


@cache
def record_type(name: str) -> RecordType:
    """The contract called ``name``. Raises :class:`KeyError` where there is none."""
    if name not in names():
        raise KeyError(name)
    module: Any = importlib.import_module(f"{__name__}.{name}")
    shared = sorted(Path(module.__file__).parent.glob("_[a-z]*.py"))  # lists that several contracts use
    text = b"".join(path.read_bytes() for path in (Path(module.__file__), *shared))
    return RecordType(
        name=name,
        title=module.__doc__.strip().splitlines()[0],
        schema=module.Record.to_schema(),
        key=module.KEY,
        dated_by=module.DATED_BY,
        sha256=hashlib.sha256(text).hexdigest(),
        noted_by=getattr(module, "NOTED_BY", {}),
        needed_unless=getattr(module, "NEEDED_UNLESS", {}),
        key_where=getattr(module, "KEY_WHERE", {}),
    )
