"""What is different from the last release, and the version that calls for.

Belongs here: comparing published tables and their structure, value by value; the next version; what the release says about
itself. Does not belong here: whether the difference may be published (``release``), and where the values came from.

Only what readers can see counts. Tables that describe the release itself would differ each time and are compared in
structure alone. A difference is

- **major** when a reader's program can break: a table or column is removed, renamed, moved among the others or given
  another type, a key is changed, an allowed value is taken away, a value becomes required, a foreign key is added, or a table
  is in other files;
- **minor** when a table, a column, an allowed value or rows are added, rows are removed, or a removal is announced;
- a **patch** when only values, or the words that describe them, changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl

from pipelines.contract import Deprecation
from pipelines.files import replacing
from pipelines.package import Descriptor, Package
from pipelines.tables import connect, csv, name, parquet, text, write_previous
from pipelines.verify import checksums, combined_sha256, datasets_in, released_in, table_path

Level = Literal["first", "major", "minor", "patch"]

FIRST_VERSION = "1.0.0"
VOLATILE = ("version", "created", "temporal")
VOLATILE_OF_RESOURCE = ("bytes", "hash", "path")


class PreviousReleaseDamaged(Exception):
    """The release in the publish folder is not as it was released, so that nothing can be compared with it."""


@dataclass(frozen=True)
class Change:
    """One published value that is no longer the same. ``record_key`` is ``column=value|column=value``.

    A value of a row that was removed has the new value ``None``.
    """

    dataset: str
    table_name: str
    record_key: str
    field: str
    old_value: str | None
    new_value: str | None


@dataclass(frozen=True)
class RowCount:
    """The rows of one table, ``<dataset>/<table>``: in the last release, and of these removed, and added since.

    ``changed`` counts the values that differ in rows that both have.
    """

    table: str
    before: int
    removed: int
    added: int
    changed: int = 0

    @property
    def now(self) -> int:
        """The rows in the new release."""
        return self.before - self.removed + self.added


@dataclass(frozen=True)
class Difference:
    """What a release changes; ``counts`` are of rows.

    ``breaking`` and ``additions`` are sentences about the structure, each of which names its table as ``<dataset>/<table>``;
    ``described`` names the datasets in which descriptions, or other words about the data, changed.
    """

    level: Level
    version: str
    previous_version: str | None
    breaking: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()
    rows_added: int = 0
    rows_removed: int = 0
    values_changed: int = 0
    described: tuple[str, ...] = ()
    counts: tuple[RowCount, ...] = ()

    @property
    def summary(self) -> str:
        """The difference in plain sentences."""
        if self.level == "first":
            return "First release."
        counts = {"row added": self.rows_added, "row removed": self.rows_removed, "value changed": self.values_changed}
        parts = [_counted(what, number) for what, number in counts.items() if number]
        sentences = [f"{', '.join(parts)}."] if parts else []
        sentences += [*self.breaking, *self.additions]
        if self.described and not self.breaking and not self.additions:
            sentences.append("Descriptions changed.")
        return " ".join(sentences)

    def about(self, dataset: str) -> list[str]:
        """What changes in one dataset, in plain sentences."""
        sentences = [one for one in (*self.breaking, *self.additions) if f" {dataset}/" in one]
        for count in (one for one in self.counts if one.table.startswith(f"{dataset}/")):
            numbers = {"row added": count.added, "row removed": count.removed, "value changed": count.changed}
            parts = [_counted(what, number) for what, number in numbers.items() if number]
            sentences += [f"`{count.table.removeprefix(f'{dataset}/')}`: {', '.join(parts)}."] if parts else []
        return sentences or (["Descriptions changed."] if dataset in self.described else [])


def _counted(what: str, number: int) -> str:
    noun, verb = what.split()
    return f"{number:,} {noun if number == 1 else noun + 's'} {verb}"


def read_previous(publish: Path) -> dict[str, Descriptor]:
    """The ``datapackage.json`` of each dataset of the release in the publish folder; empty when there is none.

    Raises :class:`PreviousReleaseDamaged` where a file is not as it was released.
    """
    previous = {dataset: dict(descriptor) for dataset, descriptor in datasets_in(publish).items()}
    problems = [str(problem) for folder in released_in(publish) for problem in checksums(folder)]
    if problems:
        raise PreviousReleaseDamaged(
            "The last release is not as it was released, so that changes to it cannot be told from corrections: "
            f"{'; '.join(problems[:5])}. Restore these files, or move the release away to begin a new series."
        )
    return previous


def write_previous_tables(packages: Iterable[Package], previous: Mapping[str, Descriptor], publish: Path, target: Path) -> None:
    """Write every published table of the last release to ``target`` as Parquet in today's types; empty where it has none."""
    for package in packages:
        resources = {one["name"]: one for one in previous.get(package.name, {}).get("resources", [])}
        for table in package.tables:
            old = resources.get(table.name)
            path = publish / package.name / table_path(old) if old else None
            write_previous(table, (path, _columns(old)) if path and old else None, target / f"{table.name}.parquet")


def compare(
    previous: Mapping[str, Descriptor], publish: Path, new: Mapping[str, Descriptor], candidate: Path
) -> tuple[Difference | None, list[Change]]:
    """The difference of a candidate's data tables to the last release, and every changed value; ``None`` if there is none.

    ``previous`` and ``new`` are package descriptors by dataset, ``publish`` and ``candidate`` the folders of their files.
    """
    if not previous:
        return Difference("first", FIRST_VERSION, None), []
    breaking: list[str] = []
    additions: list[str] = []
    for calls_for, sentence in _structure(previous, new):
        (breaking if calls_for == "major" else additions).append(sentence)
    changes: list[Change] = []
    counts: list[RowCount] = []
    for dataset, old, now in _comparable(previous, new):
        with connect() as connection:
            _load(connection, publish / dataset / table_path(old), old, "old")
            _load(connection, candidate / dataset / table_path(now), now, "new")
            found = _changes(connection, dataset, old, now)
            count = _count(connection, f"{dataset}/{now['name']}", now["schema"]["primaryKey"])
            counts.append(replace(count, changed=sum(not removed for _, removed in found)))
        changes += [change for change, _ in found]
    values = sum(one.changed for one in counts)
    added, removed = sum(one.added for one in counts), sum(one.removed for one in counts)
    before, after = _lasting(previous), _lasting(new)
    described = tuple(sorted(dataset for dataset in before.keys() | after.keys() if before.get(dataset) != after.get(dataset)))
    level = _level(bool(breaking), bool(additions or added or removed), bool(values or described))
    if level is None:
        return None, []
    version = next(str(one["version"]) for one in previous.values())
    difference = Difference(
        level=level,
        version=next_version(version, level),
        previous_version=version,
        breaking=tuple(breaking),
        additions=tuple(additions),
        rows_added=added,
        rows_removed=removed,
        values_changed=values,
        described=described,
        counts=tuple(counts),
    )
    return difference, sorted(changes, key=lambda one: (one.dataset, one.table_name, one.record_key, one.field))


def _level(breaking: bool, additions: bool, values: bool) -> Level | None:
    return "major" if breaking else "minor" if additions else "patch" if values else None


def next_version(version: str, level: Level) -> str:
    """The version after ``version`` (three numbers) for a difference of a level."""
    major, minor, patch = (int(part) for part in version.split("."))
    if level == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if level == "minor" else f"{major}.{minor}.{patch + 1}"


def without_words_by_consent(changes: Iterable[Change], packages: Iterable[Package]) -> list[Change]:
    """The changes, with no value of a column that is published by somebody's consent: that may have ended since."""
    held = {
        (package.name, table.name, column.name)
        for package in packages
        for table in package.tables
        for column in table.published
        if column.by_consent
    }
    return [
        replace(one, old_value=None, new_value=None) if (one.dataset, one.table_name, one.field) in held else one
        for one in changes
    ]


def write_changes(changes: Iterable[Change], target: Path) -> None:
    """Write changes as Parquet: dataset, table_name, record_key, field, old_value, new_value, all text."""
    columns = ("dataset", "table_name", "record_key", "field", "old_value", "new_value")
    rows = [tuple(getattr(change, column) for column in columns) for change in changes]
    with replacing(target) as temporary:
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").write_parquet(temporary)


def write_this_release(difference: Difference, as_of: date, code: str, deliveries: str, tables: str, target: Path) -> None:
    """Write the one row that the release says about itself as Parquet.

    ``code``, ``deliveries`` and ``tables`` are SHA-256: of the code, of the deliveries in use and of the data tables.
    """
    row: dict[str, Any] = {
        "version": difference.version,
        "previous_version": difference.previous_version,
        "as_of": as_of,
        "change": difference.level,
        "summary": difference.summary,
        "code_sha256": code,
        "deliveries_sha256": deliveries,
        "tables_sha256": tables,
    }
    types = {key: pl.Date if key == "as_of" else pl.String for key in row}
    with replacing(target) as temporary:
        pl.DataFrame([row], schema=types).write_parquet(temporary)


def deliveries_sha256(delivery_parquet: Path) -> str:
    """One hash over the deliveries in use: of each source, the SHA-256 of each file."""
    with connect() as connection:
        query = f"select source || '/' || delivery, delivery from {parquet(delivery_parquet)} where in_use"
        return combined_sha256(dict(connection.execute(query).fetchall()))


def _comparable(
    previous: Mapping[str, Descriptor], new: Mapping[str, Descriptor]
) -> Iterator[tuple[str, Descriptor, Descriptor]]:
    """The data tables that both have under the same key: dataset, the old resource and the new."""
    for dataset in sorted(previous.keys() & new.keys()):
        old = {one["name"]: one for one in previous[dataset]["resources"]}
        for now in new[dataset]["resources"]:
            same = now["name"] in old and old[now["name"]]["schema"]["primaryKey"] == now["schema"]["primaryKey"]
            if same and now["kind"] == "data":
                yield dataset, old[now["name"]], now


def _columns(resource: Descriptor) -> list[str]:
    return [field["name"] for field in resource["schema"]["fields"]]


def _load(connection: duckdb.DuckDBPyConnection, path: Path, resource: Descriptor, table: str) -> None:
    connection.execute(f"create temporary table {table} as select * from {csv(path, _columns(resource))}")


def _match(key: Iterable[str]) -> str:
    return " and ".join(f"o.{name(column)} is not distinct from n.{name(column)}" for column in key)


def _changes(connection: duckdb.DuckDBPyConnection, dataset: str, old: Descriptor, now: Descriptor) -> list[tuple[Change, bool]]:
    """The values that differ between the tables ``old`` and ``new``, each with whether its whole row was removed."""
    key = now["schema"]["primaryKey"]
    record = " || '|' || ".join(f"{text(column + '=')} || coalesce(o.{name(column)}, '')" for column in key)
    kept, lost = f"old o join new n on {_match(key)}", f"old o anti join new n on {_match(key)}"
    queries = []
    for column in [column for column in _columns(now) if column in _columns(old) and column not in key]:
        o, n = f"o.{name(column)}", f"n.{name(column)}"
        queries += [
            f"select {record}, {text(column)}, {o}, {n}, false from {kept} where {o} is distinct from {n}",
            f"select {record}, {text(column)}, {o}, null, true from {lost} where {o} is not null",
        ]
    rows = connection.execute(" union all ".join(queries)).fetchall() if queries else []
    return [(Change(dataset, now["name"], *row[:4]), row[4]) for row in rows]


def _count(connection: duckdb.DuckDBPyConnection, table: str, key: Iterable[str]) -> RowCount:
    match = _match(key)
    query = (
        "select (select count(*) from old), "
        f"(select count(*) from old o anti join new n on {match}), (select count(*) from new n anti join old o on {match})"
    )
    return RowCount(table, *connection.execute(query).fetchall()[0])


def _lasting(packages: Mapping[str, Descriptor]) -> dict[str, Descriptor]:
    """Descriptors without what each release has anew."""
    return {
        dataset: {key: value for key, value in package.items() if key not in (*VOLATILE, "resources")}
        | {
            "resources": [
                {key: value for key, value in resource.items() if key not in VOLATILE_OF_RESOURCE}
                for resource in package["resources"]
            ]
        }
        for dataset, package in packages.items()
    }


def _structure(previous: Mapping[str, Descriptor], new: Mapping[str, Descriptor]) -> Iterator[tuple[Level, str]]:
    """Differences of structure, each with the level it calls for and a sentence."""

    def tables(packages: Mapping[str, Descriptor]) -> dict[str, Descriptor]:
        return {f"{dataset}/{one['name']}": one for dataset, package in packages.items() for one in package["resources"]}

    before, now = tables(previous), tables(new)
    yield from _extracts_differ(previous, new)
    for table in sorted(before.keys() | now.keys()):
        if table not in now:
            yield "major", f"The table {table} was removed. {_notice(before[table])}"
        elif table not in before:
            yield "minor", f"The table {table} is new."
        else:
            yield from _announced(f"The table {table}", before[table], now[table])
            yield from _files_differ(table, before[table], now[table])
            yield from _columns_differ(table, before[table]["schema"], now[table]["schema"])
            yield from _keys_differ(table, before[table]["schema"], now[table]["schema"])


def _extracts_differ(previous: Mapping[str, Descriptor], new: Mapping[str, Descriptor]) -> Iterator[tuple[Level, str]]:
    """Folders of small files that programs read by their names, which came or went."""
    for dataset in sorted(previous.keys() & new.keys()):
        before, now = ({one["path"]: one for one in packages[dataset].get("extracts", [])} for packages in (previous, new))
        for path in sorted(before.keys() | now.keys()):
            files = f"The files {dataset}/{path}"
            if path not in now:
                yield "major", f"{files} were removed."
            elif path not in before:
                yield "minor", f"{files} are new."
            elif before[path] != now[path]:
                yield "major", f"{files} now hold rows of {now[path]['resource']}."


def _columns_differ(table: str, before: Descriptor, now: Descriptor) -> Iterator[tuple[Level, str]]:
    old = {field["name"]: field for field in before["fields"]}
    new = {field["name"]: field for field in now["fields"]}
    if [column for column in old if column in new] != [column for column in new if column in old]:
        yield "major", f"The columns of {table} are in another order."
    for column in [*old, *(column for column in new if column not in old)]:
        where = f"The column {column} of {table}"
        if column not in new:
            yield "major", f"{where} was removed. {_notice(old[column])}"
        elif column not in old:
            yield "minor", f"{where} is new."
        else:
            yield from _announced(where, old[column], new[column])
            if old[column]["type"] != new[column]["type"]:
                yield "major", f"{where} was {old[column]['type']} and is now {new[column]['type']}."
            if old[column].get("unit", new[column].get("unit")) != new[column].get("unit"):
                yield "major", f"{where} was in {old[column]['unit']} and is now in {new[column].get('unit', 'no unit')}."
            yield from _constraints_differ(where, old[column].get("constraints", {}), new[column].get("constraints", {}))


def _notice(old: Descriptor) -> str:
    """Whether the last release announced that something would be removed."""
    return f"That was announced on {old['deprecated']['since']}." if "deprecated" in old else "No release announced it."


def _announced(where: str, old: Descriptor, new: Descriptor) -> Iterator[tuple[Level, str]]:
    """A notice that something will be removed, when it is new or has changed."""
    if "deprecated" in new and new["deprecated"] != old.get("deprecated"):
        yield "minor", f"{where}: {Deprecation(**new['deprecated']).words}"


def _files_differ(table: str, before: Descriptor, now: Descriptor) -> Iterator[tuple[Level, str]]:
    """A table that was in one file and is now in several, or the other way; the years themselves come and go."""
    if now["kind"] == "data" and isinstance(now["path"], list) != isinstance(before["path"], list):
        form = "a file for each financial year" if isinstance(now["path"], list) else "one file"
        yield "major", f"The table {table} is now in {form}."


def _constraints_differ(where: str, old: Descriptor, new: Descriptor) -> Iterator[tuple[Level, str]]:
    if new.get("required") and not old.get("required"):
        yield "major", f"{where} must now have a value."
    if "enum" in new and "enum" not in old:
        yield "major", f"{where} now allows only certain values."
    elif "enum" in new:
        gone, come = (sorted(set(a["enum"]) - set(b["enum"])) for a, b in ((old, new), (new, old)))
        if gone:
            yield "major", f"{where} no longer allows {', '.join(gone)}."
        if come:
            yield "minor", f"{where} now also allows {', '.join(come)}."


def _keys_differ(table: str, before: Descriptor, now: Descriptor) -> Iterator[tuple[Level, str]]:
    if before["primaryKey"] != now["primaryKey"]:
        yield "major", f"The key of {table} was {', '.join(before['primaryKey'])} and is now {', '.join(now['primaryKey'])}."
    for key in now.get("foreignKeys", []):
        if key not in before.get("foreignKeys", []) and not set(key["fields"]) - {f["name"] for f in before["fields"]}:
            yield "major", f"{', '.join(key['fields'])} of {table} must now stand in {key['reference']['resource']}."
    for fields in now.get("uniqueKeys", []):
        if fields not in before.get("uniqueKeys", []) and not set(fields) - {f["name"] for f in before["fields"]}:
            yield "major", f"No two rows of {table} may now have the same {', '.join(fields)}."
