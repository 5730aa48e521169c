"""Datasets as Frictionless packages: the tables as CSV, and what stands beside them.

Belongs here: which tables a dataset has (``package.yml``), ``datapackage.json``, README, CHANGELOG, LICENCE and SHA256SUMS,
all generated from the contract. Does not belong here: the text of a value (``tables``), what changed since the last release
(``compare``), whether a release may go out and how it is installed (``release``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.config import ConfigError, load_yaml
from pipelines.contract import INTEGERS, Column, Layer, TableContract
from pipelines.council import Council
from pipelines.disclosure.history import NOTE
from pipelines.files import replacing, sha256_of
from pipelines.tables import connect, parquet, write_csv
from pipelines.verify import SUMS, checksum_lines

Descriptor = dict[str, Any]

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
GENERATED = "This file is generated with each release; `package.yml` is the only file here that is written by hand."
LICENCES = {
    "OGL-UK-3.0": (
        "Open Government Licence v3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("Creative Commons Zero 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
SYMBOLS = {
    "c": "confidential: withheld because the figure rests on very few people; the value is empty",
    "x": "not available; the value is empty",
    "z": "not applicable; the value is empty",
    "u": "unreliable: the value is given and needs care",
}
KINDS: Mapping[Layer, str] = {"mart": "data", "release": "release record"}


@dataclass(frozen=True)
class Package:
    """A dataset as ``package.yml`` describes it; ``tables`` are its contracts in the reader's order.

    ``cleared`` are words that look personal and that a person has cleared for publication.
    """

    name: str
    title: str
    description: str
    keywords: tuple[str, ...]
    licence: str
    tables: tuple[TableContract, ...]
    cleared: frozenset[str] = frozenset()

    def layer(self, layer: Layer) -> tuple[TableContract, ...]:
        """The dataset's tables that are made before (``mart``) or after (``release``) disclosure control."""
        return tuple(table for table in self.tables if table.layer == layer)


@dataclass(frozen=True)
class Source:
    """Where data came from, as a publisher of it is credited. ``record_type`` is the kind of record it gives."""

    title: str
    origin: str
    licence: str
    record_type: str


@dataclass(frozen=True)
class Release:
    """What is the same in every dataset of a release: its version, its date and its history, newest first.

    ``history`` has the rows of the release table with version, as_of, change and summary as text.
    """

    version: str
    as_of: date
    history: tuple[Mapping[str, str], ...]


def read_packages(paths: Iterable[Path], contracts: Mapping[str, TableContract], council: Council) -> list[Package]:
    """The datasets that the given ``package.yml`` files describe, by name.

    Raises :class:`ConfigError` for any fault in a file, a table that is not in the contract or stands in two datasets,
    and a foreign key that leads out of its dataset.
    """
    problems: list[str] = []
    packages: list[Package] = []
    home: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: path.parent.name):
        try:
            content = load_yaml(path, "package")
        except ConfigError as error:
            problems += error.problems
            continue
        for index, table in enumerate(content["tables"]):
            fault = _misplaced(table, path.parent.name, content["tables"], contracts, home)
            problems += [content.problem(["tables", index], fault)] if fault else []
        packages.append(
            Package(
                name=path.parent.name,
                title=content["title"].strip(),
                description=" ".join(content["description"].split()),
                keywords=tuple(content["keywords"]),
                licence=content.get("licence", council.licence),
                tables=tuple(contracts[table] for table in content["tables"] if table in contracts),
                cleared=frozenset(one["words"] for one in content.get("cleared", [])),
            )
        )
    if problems:
        raise ConfigError(problems)
    return packages


def _misplaced(
    table: str, dataset: str, tables: Sequence[str], contracts: Mapping[str, TableContract], home: dict[str, str]
) -> str | None:
    """Why a dataset cannot publish a table; notes in ``home`` where each table belongs."""
    if table not in contracts:
        return f"{table} is not a model in models/marts or models/release. Known: {', '.join(sorted(contracts))}."
    if home.setdefault(table, dataset) != dataset:
        return f"{table} is already published by the dataset {home[table]}; a table belongs to one dataset."
    outside = sorted({key.to for key in contracts[table].foreign_keys} - set(tables))
    if outside:
        return f"{table} has foreign keys to {', '.join(outside)}, not in this dataset; a key may not lead out of its dataset."
    return None


def read_sources(reference: Path) -> list[Source]:
    """The sources in the reference tables ``source`` and ``delivery`` that have a delivery in use, by title."""
    source, delivery = (parquet(reference / f"{table}.parquet") for table in ("source", "delivery"))
    used = f"source in (select source from {delivery} where in_use)"
    with connect() as connection:
        query = f"select title, coalesce(origin, ''), licence, record_type from {source} where {used} order by all"
        return [Source(*row) for row in connection.execute(query).fetchall()]


def feeding(package: Package, sources: Iterable[Source]) -> list[Source]:
    """The sources whose records the dataset's tables are computed from; all, where the tables are about the sources."""
    types = frozenset[str]().union(*(table.record_types for table in package.tables))
    every = list(sources)
    return [source for source in every if source.record_type in types] or every


def write_dataset_metadata(packages: Iterable[Package], council: Council, target: Path) -> None:
    """Write what describes each dataset as Parquet: dataset, key, value (all text), ordered by dataset and key."""
    rows = [
        (package.name, key, value)
        for package in packages
        for key, value in {
            "contact_email": council.contact_email,
            "contact_name": council.contact_name,
            "description": package.description,
            "homepage": council.homepage or "",
            "keywords": ", ".join(package.keywords),
            "licence": package.licence,
            "publisher": council.name,
            "publisher_area_code": council.area_code,
            "title": package.title,
        }.items()
        if value
    ]
    with replacing(target) as temporary:
        types = {"dataset": pl.String, "key": pl.String, "value": pl.String}
        pl.DataFrame(sorted(rows), schema=types, orient="row").write_parquet(temporary)


def write_tables(packages: Iterable[Package], layer: Layer, folder: Path, candidate: Path) -> dict[str, str]:
    """Write ``<candidate>/<dataset>/data/<table>.csv`` for each table of a layer; its SHA-256 by ``<dataset>/<table>``."""
    hashes = {}
    for package in packages:
        for table in package.layer(layer):
            target = candidate / package.name / "data" / f"{table.name}.csv"
            write_csv(table, folder / f"{table.name}.parquet", target)
            hashes[f"{package.name}/{table.name}"] = sha256_of(target)
    return hashes


def outline(package: Package, council: Council, sources: Iterable[Source]) -> Descriptor:
    """The dataset's ``datapackage.json`` without what each release adds (version, date, bytes and hashes)."""
    return {
        "$schema": PROFILE,
        "name": package.name,
        "title": f"{package.title}: {council.name}",
        "description": package.description,
        **({"homepage": council.homepage} if council.homepage else {}),
        "keywords": list(package.keywords),
        "licenses": [_licence(package.licence)],
        "contributors": [
            {
                "title": council.name,
                **({"path": council.homepage} if council.homepage else {}),
                "email": council.contact_email,
                "roles": ["publisher"],
            }
        ],
        "sources": [
            {"title": one.title, **({"origin": one.origin} if one.origin else {}), "licence": one.licence}
            for one in feeding(package, sources)
        ],
        "resources": [_resource(table) for table in package.tables],
    }


def _licence(licence: str) -> dict[str, str]:
    title, path = LICENCES[licence]
    return {"name": licence, "path": path, "title": title}


def _resource(table: TableContract) -> Descriptor:
    schema: Descriptor = {"fields": [_field(table, column) for column in table.published], "missingValues": [""]}
    schema["primaryKey"] = list(table.primary_key)
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": list(key.columns), "reference": {"resource": key.to, "fields": list(key.to_columns)}}
            for key in table.foreign_keys
        ]
    return {
        "name": table.name,
        "path": f"data/{table.name}.csv",
        "title": _title(table.name),
        "description": table.description,
        "grain": table.grain,
        "kind": KINDS[table.layer],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(table: TableContract, column: Column) -> Descriptor:
    constraints: Descriptor = {"required": True} if column.name in table.required else {}
    if column.name in (enums := dict(table.enums)):
        constraints["enum"] = list(enums[column.name])
    return {
        "name": column.name,
        "type": _type(column),
        "title": _title(column.name),
        "description": column.description,
        **({"unit": column.unit} if column.unit else {}),
        **({"decimals": column.scale} if _type(column) == "number" else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _type(column: Column) -> str:
    """The Table Schema type of a column."""
    if column.is_number:
        return "integer" if column.data_type in INTEGERS else "number"
    return {"BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "datetime"}.get(column.data_type, "string")


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def write_package(package: Package, council: Council, sources: Sequence[Source], release: Release, folder: Path) -> None:
    """Write all that stands beside the tables in ``folder``, whose ``data/`` already holds every table of the dataset.

    Raises ``FileNotFoundError`` where a table is missing.
    """
    described = outline(package, council, sources)
    for resource in described["resources"]:
        path = folder / resource["path"]
        schema = resource.pop("schema")
        resource |= {"bytes": path.stat().st_size, "hash": f"sha256:{sha256_of(path)}", "schema": schema}
    head = {key: described.pop(key) for key in ("$schema", "name", "title", "description")}
    head |= {"version": release.version, "created": f"{release.as_of.isoformat()}T00:00:00Z"}
    _write(folder / "datapackage.json", json.dumps(head | described, ensure_ascii=False, indent=2) + "\n")
    _write(folder / "README.md", _readme(package, council, sources, release))
    _write(folder / "CHANGELOG.md", _changelog(package, release))
    _write(folder / "LICENCE", _licence_notice(package, council, release))
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    hashes = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
    _write(folder / SUMS, checksum_lines(hashes))


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode())


def clear(candidate: Path) -> None:
    """Remove a candidate, so that the next one holds nothing of it."""
    shutil.rmtree(candidate, ignore_errors=True)
    candidate.mkdir(parents=True)


def read_history(release_parquet: Path) -> tuple[Mapping[str, str], ...]:
    """The rows of the release table, newest version first: version, as_of, change and summary as text."""
    with connect() as connection:
        query = (
            "select version, cast(as_of as varchar), change, summary from "
            f"{parquet(release_parquet)} order by list_transform(string_split(version, '.'), lambda x: cast(x as int)) desc"
        )
        rows = connection.execute(query).fetchall()
    return tuple(dict(zip(("version", "as_of", "change", "summary"), row, strict=True)) for row in rows)


def _readme(package: Package, council: Council, sources: Sequence[Source], release: Release) -> str:
    licence = _licence(package.licence)
    cite = f"{council.name} ({release.as_of.year}). {package.title}, version {release.version}."
    home = f" {council.homepage}" if council.homepage else ""
    credits = "".join(
        f"- {_cell(one.title)}{f' ({_cell(one.origin)})' if one.origin else ''}, licence {one.licence}\n"
        for one in feeding(package, sources)
    )
    noted = any(column.name == NOTE for table in package.tables for column in table.published)
    symbols = "".join(f"- `{symbol}` {meaning}\n" for symbol, meaning in SYMBOLS.items())
    notes = f"What `{NOTE}` says:\n\n{symbols}\n" if noted else ""
    return f"""# {package.title}: {council.name}

{package.description}

Version {release.version}, with what was known on {release.as_of.isoformat()}. {GENERATED}

## Use it

Licence: [{licence["title"]}]({licence["path"]}). Contact: {council.contact_name}, {council.contact_email}.

Cite as: {cite}{home}

The tables are CSV files in `data/`: UTF-8, a comma between fields, a point before decimals, dates as `2025-03-31`, times in
UTC as `2025-03-31T09:30:00Z`, an empty cell for no value. Read codes as text. `datapackage.json` describes them for programs
(Frictionless Data Package); `SHA256SUMS` has the checksum of every file; `CHANGELOG.md` says what each version changed.
A text that a spreadsheet would run as a formula has an apostrophe in front, which is no part of it.

{notes}## Tables

{"".join(_dictionary(table) for table in package.tables)}## Where the figures come from

Computed by {council.name} from:

{credits}"""


def _dictionary(table: TableContract) -> str:
    """A table's part of the README: what a row is, the key, and every column."""
    keys = "".join(
        f"{', '.join(f'`{c}`' for c in key.columns)} refers to `{key.to}` ({', '.join(f'`{c}`' for c in key.to_columns)}). "
        for key in table.foreign_keys
    )
    enums = dict(table.enums)
    rows = "".join(
        f"| `{column.name}` | {_type(column)} | {_cell(column.unit or '')} | {_cell(_meaning(column, enums))} |\n"
        for column in table.published
    )
    return f"""### `{table.name}`

{table.description}

A row is {table.grain}. Key: {", ".join(f"`{column}`" for column in table.primary_key)}. {keys}

| column | type | unit | meaning |
|---|---|---|---|
{rows}
""".replace(". \n", ".\n")


def _meaning(column: Column, enums: Mapping[str, tuple[str, ...]]) -> str:
    allowed = f" One of: {', '.join(enums[column.name])}." if column.name in enums else ""
    return column.description + allowed


def _cell(text: str) -> str:
    """Text that cannot break a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def _changelog(package: Package, release: Release) -> str:
    entries = "".join(f"\n## {one['version']} ({one['as_of']})\n\n{one['summary']}\n" for one in release.history)
    return f"""# Changes: {package.title}

Newest first; one version for all datasets of the council. The first number rises when columns or tables are removed, renamed,
moved or given another type, or a rule on them is tightened; the second when tables, columns or rows are added or rows removed;
the third when only values or descriptions changed. {GENERATED}
{entries}"""


def _licence_notice(package: Package, council: Council, release: Release) -> str:
    licence = _licence(package.licence)
    return f"""{package.title}
Copyright {council.name} {release.as_of.year}

You may use this dataset under the terms of the {licence["title"]} ({licence["name"]}):
{licence["path"]}

To credit it: "Contains information from {council.name}, licensed under the {licence["title"]}."
"""
