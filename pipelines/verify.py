"""Checking a release from its own files alone, as anyone who holds a copy can.

Belongs here: checksums, agreement of the packages with their files and with each other, keys, the chain from the release
table to the tables. Does not belong here: anything that needs the state folder or the code that made the release.

``package.yml`` is what a release is made from, not a part of it, and is not checked. The folder ``site`` and
``.gitignore`` are left alone, and in a publication repository whatever else stands beside the datasets.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.files import sha256_of
from pipelines.tables import connect, csv, name, names, parts

SUMS = "SHA256SUMS"
CATALOGUE = "catalogue"
DESCRIPTOR = "datapackage.json"
NOT_PART = {"package.yml", ".gitignore"}
BESIDE = {"site", ".gitignore"}
LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")

Descriptor = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a release: where, which rule it breaks, and what that means, in a sentence."""

    dataset: str
    file: str
    rule: str
    explanation: str

    def __str__(self) -> str:
        return f"{self.dataset}/{self.file}: {self.explanation} ({self.rule})"


def verify(directory: Path, frictionless: bool = True) -> list[Problem]:
    """Everything wrong with the release in a folder of datasets, or with the one dataset that the folder is.

    An empty list means that every byte of every published file is as it was released, as far as the files themselves can
    tell. ``frictionless=False`` leaves out the slow row-by-row validation. Raises ``FileNotFoundError`` where there is no
    release.
    """
    if (directory / DESCRIPTOR).exists() or (directory / SUMS).exists():
        return _dataset(directory, frictionless)
    datasets = sorted(p for p in directory.glob("*") if p.is_dir() and ((p / DESCRIPTOR).exists() or (p / SUMS).exists()))
    if not datasets:
        raise FileNotFoundError(f"{directory} holds no release: no folder in it has a {DESCRIPTOR} or {SUMS}.")
    problems = [problem for dataset in datasets for problem in _dataset(dataset, frictionless)]
    return problems + list(_strangers(directory, datasets)) + list(_together([d for d in datasets if d.name != CATALOGUE]))


def datasets_in(directory: Path) -> dict[str, Descriptor]:
    """The ``datapackage.json`` of each released dataset in a folder, by dataset."""
    found = {path.parent.name: json.loads(path.read_bytes()) for path in sorted(directory.glob(f"*/{DESCRIPTOR}"))}
    return {dataset: d for dataset, d in found.items() if all("kind" in resource for resource in d["resources"])}


def released_in(directory: Path) -> list[Path]:
    """The folders that a release consists of: its datasets, and the catalogue of them where there is one."""
    catalogue = directory / CATALOGUE
    return [directory / dataset for dataset in datasets_in(directory)] + ([catalogue] if (catalogue / SUMS).exists() else [])


def table_path(resource: Mapping[str, Any]) -> str:
    """The path of a table within its dataset by which it is read, be it one file or several (see ``tables``)."""
    path = resource["path"]
    return str(path) if isinstance(path, str) else f"{Path(path[0]).parent.as_posix()}.csv"


def table_files(resource: Mapping[str, Any]) -> list[str]:
    """The paths of a table's files within its dataset."""
    return resource["path"] if isinstance(resource["path"], list) else [resource["path"]]


def table_sha256(path: Path) -> str:
    """The SHA-256 of a published table: of its file, or of the list of checksums of its files."""
    files = parts(path)
    return sha256_of(path) if files in ([], [path]) else combined_sha256({file.name: sha256_of(file) for file in files})


def checksum_lines(hashes: Mapping[str, str]) -> str:
    """The lines ``<hash>  <name>`` as ``sha256sum`` writes them, sorted by name."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))


def combined_sha256(hashes: Mapping[str, str]) -> str:
    """One hash over named hashes: the SHA-256 of their checksum lines.

    Over each data table's hash by ``<dataset>/<table>``, it is what a release's row calls ``tables_sha256``.
    """
    return hashlib.sha256(checksum_lines(hashes).encode()).hexdigest()


def checksums(dataset: Path) -> list[Problem]:
    """Where a dataset's files and its SHA256SUMS disagree: a file changed, missing or too many."""
    path = dataset / SUMS
    if not path.exists():
        return [Problem(dataset.name, SUMS, "checksums", "is missing")]
    written = path.read_bytes().decode("utf-8", errors="replace")
    stated = {m[2]: m[1] for line in written.splitlines() if (m := LINE.fullmatch(line))}
    files = {p.relative_to(dataset).as_posix(): p for p in dataset.rglob("*") if p.is_file() or p.is_symlink()}
    there = {file: p for file, p in files.items() if file not in NOT_PART | {SUMS}}
    problems = []
    if written != checksum_lines(stated):
        problems.append(Problem(dataset.name, SUMS, "checksums", "is not as it was written"))
    for file in sorted(stated.keys() | there.keys()):
        if file not in there:
            problems.append(Problem(dataset.name, file, "checksums", f"is in {SUMS} and missing from the folder"))
        elif file not in stated:
            problems.append(Problem(dataset.name, file, "checksums", f"is in the folder and not in {SUMS}"))
        elif there[file].is_symlink() or sha256_of(there[file]) != stated[file]:
            problems.append(Problem(dataset.name, file, "checksums", "has changed since it was released"))
    return problems


def _dataset(dataset: Path, frictionless: bool) -> list[Problem]:
    """What is wrong within one dataset; what rests on a broken descriptor is not looked at."""
    problems = checksums(dataset)
    if dataset.name == CATALOGUE:
        return problems
    try:
        descriptor: Descriptor = json.loads((dataset / DESCRIPTOR).read_bytes())
        tables = [dataset / table_path(resource) for resource in descriptor["resources"]]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        return [*problems, Problem(dataset.name, DESCRIPTOR, "package", f"cannot be read: {type(error).__name__}")]
    sizes = list(_sizes(dataset, descriptor))
    if sizes or not all(parts(path) for path in tables):
        return problems + sizes
    problems += list(keys(dataset, descriptor))
    return problems + (validation(dataset) if frictionless else [])


def _sizes(dataset: Path, descriptor: Descriptor) -> Iterator[Problem]:
    """Resources whose file has other bytes than the package says."""
    for resource in descriptor["resources"]:
        several = isinstance(resource["path"], list)
        for file in table_files(resource):
            path = dataset / file
            stated = (resource.get("bytes"), resource.get("hash"))
            if not path.exists():
                yield Problem(dataset.name, file, "package", f"is in {DESCRIPTOR} and missing from the folder")
            elif not several and stated != (path.stat().st_size, f"sha256:{sha256_of(path)}"):
                yield Problem(dataset.name, file, "package", f"has other bytes or another hash than {DESCRIPTOR} says")


def keys(dataset: Path, descriptor: Descriptor) -> Iterator[Problem]:
    """Primary keys that repeat or have a gap, and foreign keys that lead nowhere, with the first rows at fault."""
    tables = {one["name"]: one for one in descriptor["resources"]}

    def relation(table: str) -> str:
        resource = tables[table]
        return csv(dataset / table_path(resource), [field["name"] for field in resource["schema"]["fields"]])

    with connect() as connection:
        for table, resource in tables.items():
            key = resource["schema"]["primaryKey"]
            again = f"select row from {relation(table)} qualify row_number() over (partition by {names(key)} order by row) > 1"
            for unique in resource["schema"].get("uniqueKeys", []):
                there = " and ".join(f"{name(c)} is not null" for c in unique)
                twice = f"row_number() over (partition by {names(unique)} order by row) > 1"
                query = f"select row from {relation(table)} where {there} qualify {twice}"
                yield from _rows(
                    connection, query, dataset, resource, f"{', '.join(unique)} must be unique and stands there again"
                )
            empty = f"select row from {relation(table)} where {' or '.join(f'{name(c)} is null' for c in key)}"
            yield from _rows(connection, again, dataset, resource, f"the key {', '.join(key)} stands there again")
            yield from _rows(connection, empty, dataset, resource, f"the key {', '.join(key)} has a gap")
            for foreign in resource["schema"].get("foreignKeys", []):
                own, to = foreign["fields"], foreign["reference"]
                pairs = list(zip(own, to["fields"], strict=True))
                match = " and ".join(f"a.{name(a)} is not distinct from b.{name(b)}" for a, b in pairs)
                given = " or ".join(f"a.{name(a)} is not null" for a in own)
                lost = f"select a.row from {relation(table)} a anti join {relation(to['resource'])} b on {match} where {given}"
                what = f"{', '.join(own)} is not in {to['resource']} ({', '.join(to['fields'])})"
                yield from _rows(connection, lost, dataset, resource, what)


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, dataset: Path, resource: Mapping[str, Any], what: str
) -> Iterator[Problem]:
    try:
        rows = [row for (row,) in connection.execute(f"select * from ({query}) order by row").fetchall()]
    except duckdb.Error:
        yield Problem(dataset.name, table_path(resource), "keys", "cannot be read as the table that the package describes")
        return
    if rows:
        first = ", ".join(str(row) for row in rows[:3])
        yield Problem(dataset.name, table_path(resource), "keys", f"{what}: {len(rows)} rows, the first {first}")


def validation(dataset: Path) -> list[Problem]:
    """What Frictionless finds wrong with a package; never with a value from it."""
    from frictionless import validate  # takes a second to load, and most commands need it not

    report = validate(str(dataset / DESCRIPTOR))
    problems = [Problem(dataset.name, DESCRIPTOR, "frictionless", f"{error.type}: {error.note}") for error in report.errors]
    for task in report.tasks:
        found: dict[tuple[str, str], list[int]] = {}
        for error in task.errors:
            where = (error.type, str(getattr(error, "field_name", "")))
            found.setdefault(where, []).append(getattr(error, "row_number", 0))
        for (rule, field), rows in sorted(found.items()):
            what = f"{rule}{f' in {field}' if field else ''}: {len(rows)} found, the first in row {rows[0]}"
            problems.append(Problem(dataset.name, task.place, "frictionless", what))
    return problems


def _strangers(directory: Path, datasets: Sequence[Path]) -> Iterator[Problem]:
    """What is missing beside the datasets, or stands there and is no part of the release.

    In a repository people keep files of their own.
    """
    repository = (directory / ".gitattributes").exists()
    if not (directory / CATALOGUE / SUMS).exists():
        yield Problem(".", CATALOGUE, "release", "is missing")
    for path in sorted(directory.iterdir()):
        unreleased = path.is_dir() and {p.name for p in path.iterdir()} <= NOT_PART
        if path.name == ".installing":
            yield Problem(".", path.name, "release", "an installation was interrupted; the next run completes it")
        elif not repository and path not in datasets and path.name not in BESIDE and not unreleased:
            yield Problem(".", path.name, "release", "is no part of the release")


def _together(datasets: Sequence[Path]) -> Iterator[Problem]:
    """Whether the datasets are of one release, and its row in the release table names these very tables."""
    descriptors = {}
    for dataset in datasets:
        try:
            descriptors[dataset] = json.loads((dataset / DESCRIPTOR).read_bytes())
        except (OSError, ValueError):
            return  # reported with the dataset
    versions = {str(descriptor.get("version")) for descriptor in descriptors.values()}
    if len(versions) > 1:
        yield Problem(".", DESCRIPTOR, "release", f"the datasets are of different versions: {', '.join(sorted(versions))}")
        return
    hashes: dict[str, str] = {}
    records: list[tuple[Path, Mapping[str, Any]]] = []
    for dataset, descriptor in descriptors.items():
        for resource in descriptor["resources"]:
            path = dataset / table_path(resource)
            if resource.get("kind") == "data" and parts(path):
                hashes[f"{dataset.name}/{resource['name']}"] = table_sha256(path)
            elif resource["name"] == "release":
                records.append((path, resource))
    yield from _chain(records, versions.pop(), combined_sha256(hashes))


def _chain(records: Sequence[tuple[Path, Mapping[str, Any]]], version: str, tables: str) -> Iterator[Problem]:
    """Whether the release table's row for a version has the hash of the tables."""
    if len(records) != 1:
        yield Problem(".", "release", "release", "exactly one dataset must hold the table release")
        return
    path, resource = records[0]
    dataset = path.parent.parent.name
    columns = [field["name"] for field in resource["schema"]["fields"]]
    try:
        with connect() as connection:
            query = f"select tables_sha256 from {csv(path, columns)} where version = ?"
            rows = connection.execute(query, [version]).fetchall()
    except duckdb.Error:
        yield Problem(dataset, table_path(resource), "release", "cannot be read as the table that the package describes")
        return
    if rows != [(tables,)]:
        what = f"does not name these tables for version {version}: a table has changed, or a dataset is missing"
        yield Problem(dataset, table_path(resource), "release", what)
