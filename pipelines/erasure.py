"""The list of erased records, so that none comes back unnoticed.

Belongs here: keeping the list and finding its records among others. Does not belong here: removing anything (purge).

A record, or all records that share a part of their key, is listed by the SHA-256 of a secret salt, its source and the fields
of its key. With the salt, which never leaves the state folder, somebody who guesses a key can learn that it was erased, and
nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.files import read_json, write_json
from pipelines.sources import Source
from pipelines.tables import connect, name, text
from pipelines.workspace import Workspace

BETWEEN = "chr(31)"

Key = Mapping[str, str]
"""Fields of a record's key, as text."""


@dataclass(frozen=True)
class Erased:
    """The erased records of one source: hashes by the fields of the key that they are of; false where there is none."""

    source: str
    salt: str
    hashes: Mapping[str, list[str]]

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def among(self, typed: pl.DataFrame) -> pl.DataFrame:
        """The numbers of the rows that are of an erased record. The frame has ``row_number`` and the key's fields, typed."""
        found = [pl.DataFrame(schema={"row_number": pl.Int64})]
        with connect() as connection:
            connection.register("typed", typed)
            for fields, hashes in self.hashes.items():
                connection.register("erased", pl.DataFrame({"hash": hashes}, schema={"hash": pl.String}))
                hashed = _hash(self.source, self.salt, [f"cast({name(field)} as varchar)" for field in fields.split(",")])
                query = f"select row_number from typed semi join erased on {hashed} = erased.hash"
                found.append(connection.sql(query).pl().cast({"row_number": pl.Int64}))
        return pl.concat(found).unique().sort("row_number")


def listed(source: Source, workspace: Workspace) -> Erased:
    """The erased records of a source."""
    known = _known(workspace)
    return Erased(source.name, known["salt"], known["erased"].get(source.name, {}))


def remember(source: Source, keys: Iterable[Key], workspace: Workspace) -> None:
    """Add records of a source to the list."""
    known = _known(workspace)
    of_source: dict[str, list[str]] = dict(known["erased"].get(source.name, {}))
    with connect() as connection:
        for key in keys:
            fields = sorted(key)
            query = f"select {_hash(source.name, known['salt'], [text(key[field]) for field in fields])}"
            hashed: str = connection.execute(query).fetchall()[0][0]
            of_source[",".join(fields)] = sorted({*of_source.get(",".join(fields), []), hashed})
    write_json(workspace.erasure_list, known | {"erased": known["erased"] | {source.name: of_source}}, mode=0o600)


def _hash(source: str, salt: str, parts: Iterable[str]) -> str:
    """The SQL of a hash; NULL where one of its parts is."""
    return f"sha256({f' || {BETWEEN} || '.join([text(salt), text(source), *parts])})"


def _known(workspace: Workspace) -> Any:
    """The list; an empty one with a new salt where there is none yet."""
    if workspace.erasure_list.exists():
        return read_json(workspace.erasure_list)
    return {"salt": secrets.token_hex(32), "erased": {}}
