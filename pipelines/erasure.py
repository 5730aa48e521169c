"""The list of erased records, so that none comes back unnoticed.

Belongs here: keeping the list and finding its records among others. Does not belong here: removing anything (purge).

A record is listed by the SHA-256 of a secret salt, its source and its key. With the salt, which never leaves the state
folder, somebody who guesses a key can learn that it was erased, and nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.files import read_json, write_json
from pipelines.sources import Source
from pipelines.tables import connect, name, text
from pipelines.workspace import Workspace


@dataclass(frozen=True)
class Erased:
    """The erased records of one source; false where there is none."""

    source: Source
    salt: str
    hashes: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def among(self, typed: pl.DataFrame) -> pl.DataFrame:
        """The numbers of the rows that are of an erased record. The frame has ``row_number`` and the key's fields, typed."""
        with connect() as connection:
            connection.register("typed", typed)
            connection.register("erased", pl.DataFrame({"hash": sorted(self.hashes)}, schema={"hash": pl.String}))
            found = f"select row_number from typed semi join erased on {hash_of(self.source, self.salt)} = erased.hash"
            rows: pl.DataFrame = connection.sql(found).pl()
        return rows.cast({"row_number": pl.Int64})


def hash_of(source: Source, salt: str, of: str = "typed") -> str:
    """The SQL of a record's hash, from the key's fields of the table ``of``; NULL where a part of the key is."""
    parts = " || chr(31) || ".join(f"cast({of}.{name(field)} as varchar)" for field in source.record_type.key)
    return f"sha256({text(salt + chr(31) + source.name)} || chr(31) || {parts})"


def listed(source: Source, workspace: Workspace) -> Erased:
    """The erased records of a source."""
    known = _known(workspace)
    return Erased(source, known["salt"], frozenset(known["erased"].get(source.name, [])))


def remember(source: Source, hashes: Iterable[str], salt: str, workspace: Workspace) -> None:
    """Add records of a source to the list."""
    known = _known(workspace)
    erased = known["erased"] | {source.name: sorted({*known["erased"].get(source.name, []), *hashes})}
    write_json(workspace.erasure_list, {"salt": salt, "erased": erased}, mode=0o600)


def _known(workspace: Workspace) -> Any:
    """The list; an empty one with a new salt where there is none yet."""
    if workspace.erasure_list.exists():
        return read_json(workspace.erasure_list)
    return {"salt": secrets.token_hex(32), "erased": {}}
