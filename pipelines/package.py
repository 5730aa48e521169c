"""Datasets as Frictionless packages: which tables each has, and the package's descriptor, generated from the contract.

Belongs here: ``package.yml``, the tables as files, ``datapackage.json``. Does not belong here: the text of a value
(``tables``), what else stands beside the tables (``describe``), what changed since the last release (``compare``), whether a
release may go out and how it is installed (``release``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.config import ConfigError, load_yaml
from pipelines.contract import INTEGERS, Column, Layer, TableContract
from pipelines.council import Council
from pipelines.files import replacing, sha256_of
from pipelines.tables import connect, csv, name, parquet, parts, split, write_csv
from pipelines.verify import CATALOGUE, table_path, table_sha256

Descriptor = dict[str, Any]

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENCES = {
    "OGL-UK-3.0": (
        "Open Government Licence v3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("Creative Commons Zero 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
KINDS: Mapping[Layer, str] = {"mart": "data", "release": "release record"}
CADENCES = ("daily", "weekly", "monthly", "quarterly", "yearly", "once")
"""How often a source delivers, the most often first."""
GEOGRAPHY = "http://statistics.data.gov.uk/id/statistical-geography/"
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Extract:
    """Small files made from a table: the rows of each value of the column ``by``, in ``<folder>/<value>.csv`` and ``.json``.

    ``labels`` maps a table that the rows refer to, to the column of it that is shown beside its key.
    """

    table: str
    by: str
    folder: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Package:
    """A dataset as ``package.yml`` describes it; ``tables`` are its contracts in the reader's order.

    ``cleared`` are words that look personal and that a person has cleared for publication; ``limitations`` are sentences that
    a reader should know.
    """

    name: str
    title: str
    description: str
    keywords: tuple[str, ...]
    licence: str
    tables: tuple[TableContract, ...]
    cleared: frozenset[str] = frozenset()
    limitations: tuple[str, ...] = ()
    extracts: tuple[Extract, ...] = ()

    def layer(self, layer: Layer) -> tuple[TableContract, ...]:
        """The dataset's tables that are made before (``mart``) or after (``release``) disclosure control."""
        return tuple(table for table in self.tables if table.layer == layer)


@dataclass(frozen=True)
class Source:
    """Where data came from, as a publisher of it is credited. ``record_type`` is the kind of record it gives.

    ``cadence`` is one of :data:`CADENCES`; ``is_old`` tells that its newest delivery could not be used.
    """

    title: str
    origin: str
    licence: str
    record_type: str
    cadence: str = "once"
    is_old: bool = False


@dataclass(frozen=True)
class Release:
    """What is the same in every dataset of a release: its version and its date."""

    version: str
    as_of: date


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
        if path.parent.name == CATALOGUE:
            problems.append(
                content.problem([], f"The folder {CATALOGUE} holds the list of all datasets; name this one otherwise.")
            )
        for index, table in enumerate(content["tables"]):
            fault = _misplaced(table, path.parent.name, content["tables"], contracts, home)
            problems += [content.problem(["tables", index], fault)] if fault else []
        known = {table: contracts[table] for table in content["tables"] if table in contracts}
        for index, extract in enumerate(content.get("extracts", []) if len(known) == len(content["tables"]) else []):
            fault = _no_extract(extract, known)
            problems += [content.problem(["extracts", index], fault)] if fault else []
        packages.append(
            Package(
                name=path.parent.name,
                title=content["title"].strip(),
                description=" ".join(content["description"].split()),
                keywords=tuple(content["keywords"]),
                licence=content.get("licence", council.licence),
                tables=tuple(known.values()),
                cleared=frozenset(one["words"] for one in content.get("cleared", [])),
                limitations=tuple(" ".join(one.split()) for one in content.get("limitations", [])),
                extracts=tuple(
                    Extract(one["table"], one["by"], one["folder"], tuple(one.get("labels", {}).items()))
                    for one in content.get("extracts", [])
                ),
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


def _no_extract(extract: Mapping[str, Any], tables: Mapping[str, TableContract]) -> str | None:
    """Why small files cannot be made from a table as ``package.yml`` says."""
    table = tables.get(extract["table"])
    if table is None:
        return f"{extract['table']} is not a table of this dataset."
    keys = {key.to: key for key in table.foreign_keys}
    subject = next((key.to for key in table.foreign_keys if key.columns == (extract["by"],)), None)
    if subject is None:
        return f"{extract['by']} of {table.name} refers to no table that says what each of its values is."
    for to, column in extract.get("labels", {}).items():
        if to not in keys or column not in {one.name for one in tables[to].published}:
            return f"the label {to}.{column} is not a column of a table that {table.name} refers to."
    return None


def read_sources(reference: Path) -> list[Source]:
    """The sources in the reference tables ``source`` and ``delivery`` that have a delivery in use, by title."""
    source, delivery = (parquet(reference / f"{table}.parquet") for table in ("source", "delivery"))
    used = f"source in (select source from {delivery} where in_use)"
    with connect() as connection:
        columns = "title, coalesce(origin, ''), licence, record_type, cadence, is_old"
        query = f"select {columns} from {source} where {used} order by all"
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


def write_tables(
    packages: Iterable[Package],
    layer: Layer,
    folder: Path,
    candidate: Path,
    council: Council,
    previous: Mapping[str, Mapping[str, Any]],
) -> dict[str, str]:
    """Write ``<candidate>/<dataset>/data/<table>.csv`` for each table of a layer; its SHA-256 by ``<dataset>/<table>``.

    A table over the council's budget for one file is split by financial year, and stays so: ``previous`` are the descriptors
    of the last release by dataset.
    """
    hashes = {}
    for package in packages:
        before = previous.get(package.name, {}).get("resources", [])
        several = {one["name"] for one in before if isinstance(one["path"], list)}
        for table in package.layer(layer):
            target = candidate / package.name / "data" / f"{table.name}.csv"
            source = folder / f"{table.name}.parquet"
            write_csv(table, source, target)
            if table.name in several or target.stat().st_size > council.budget.table_mb * MEGABYTE:
                split(table, source, target, council.year_starts_in)
            hashes[f"{package.name}/{table.name}"] = table_sha256(target)
    return hashes


def outline(package: Package, council: Council, sources: Iterable[Source], folder: Path) -> Descriptor:
    """The dataset's ``datapackage.json`` without what each release adds (version, date, days covered, bytes and hashes).

    ``folder`` has the tables that are written already; any other is taken to be one file.
    """
    fed = feeding(package, sources)
    often = min((one.cadence for one in fed if one.cadence in CADENCES), key=CADENCES.index, default=None)
    publisher = {"title": council.name, **({"path": council.homepage} if council.homepage else {})}
    return {
        "$schema": PROFILE,
        "name": package.name,
        "title": f"{package.title}: {council.name}",
        "description": package.description,
        **({"homepage": council.homepage} if council.homepage else {}),
        "keywords": list(package.keywords),
        "licenses": [_licence(package.licence)],
        "contributors": [
            publisher | {"email": council.contact_email, "roles": ["publisher"]},
            {
                "title": council.contact_name,
                "organization": council.name,
                "email": council.contact_email,
                "roles": ["contact"],
            },
        ],
        "sources": [
            {"title": one.title, **({"origin": one.origin} if one.origin else {}), "licence": one.licence} for one in fed
        ],
        "spatial": {"code": council.area_code, "title": council.name, "path": f"{GEOGRAPHY}{council.area_code}"},
        **({"updateFrequency": often} if often else {}),
        **({"limitations": list(package.limitations)} if package.limitations else {}),
        **({"extracts": _small_files(package)} if package.extracts else {}),
        "resources": [_resource(table, folder) for table in package.tables],
    }


def _small_files(package: Package) -> list[Descriptor]:
    """Where the small files stand, one for each value of a column; CSV and, with ``.json`` in the place of ``.csv``, JSON."""
    return [{"resource": one.table, "path": f"{one.folder}/{{{one.by}}}.csv"} for one in package.extracts]


def complete(described: Descriptor, release: Release, folder: Path) -> Descriptor:
    """The whole ``datapackage.json`` from its outline, the release and the dataset's files in ``folder``.

    Raises ``FileNotFoundError`` where a table is missing.
    """
    resources = []
    for resource in described["resources"]:
        rest = {key: value for key, value in resource.items() if key != "schema"}
        if not isinstance(rest["path"], list):
            path = folder / rest["path"]
            rest |= {"bytes": path.stat().st_size, "hash": f"sha256:{sha256_of(path)}"}
        resources.append(rest | {"schema": resource["schema"]})
    head = {key: described[key] for key in ("$schema", "name", "title", "description")}
    head |= {"version": release.version, "created": f"{release.as_of.isoformat()}T00:00:00Z"}
    covered = _covered(described, folder)
    head |= {"temporal": dict(zip(("start", "end"), covered, strict=True))} if covered else {}
    return head | {key: value for key, value in described.items() if key not in head} | {"resources": resources}


def _covered(described: Descriptor, folder: Path) -> tuple[str, str] | None:
    """The first and the last day that the figures are about: the dates in the key of the first table that has any.

    Where no key has a date, the days of any dates and times in the first table that has some; and where there are none, the
    years in its key (``2025``).
    """
    data = [one for one in described["resources"] if one["kind"] == "data"]
    every = [(one, one["schema"]["fields"]) for one in data]
    keys = [(one, [field for field in fields if field["name"] in one["schema"]["primaryKey"]]) for one, fields in every]
    for resource, fields in (*keys, *every):
        dates = [name(field["name"]) for field in fields if field["type"] in ("date", "datetime")]
        found = _span(folder, resource, dates, "left({}, 10)")
        if found:
            return found
    for resource, fields in keys:
        texts = [name(field["name"]) for field in fields if field["type"] == "string"]
        found = _span(folder, resource, texts, "nullif(regexp_extract({}, '^(19|20)[0-9][0-9]$'), '')")
        if found:
            return found
    return None


def _span(folder: Path, resource: Descriptor, columns: Sequence[str], reading: str) -> tuple[str, str] | None:
    """The least and the greatest of what some columns of a table hold, read in a way; ``None`` where that is nothing."""
    if not columns:
        return None
    read = [reading.format(column) for column in columns]
    first, last = (", ".join(f"{bound}({one})" for one in read) for bound in ("min", "max"))
    source = csv(folder / table_path(resource), [field["name"] for field in resource["schema"]["fields"]])
    with connect() as connection:
        start, end = connection.execute(f"select least({first}), greatest({last}) from {source}").fetchall()[0]
    return (start, end) if start else None


def _licence(licence: str) -> dict[str, str]:
    title, path = LICENCES[licence]
    return {"name": licence, "path": path, "title": title}


def _resource(table: TableContract, folder: Path) -> Descriptor:
    schema: Descriptor = {"fields": [_field(table, column) for column in table.published], "missingValues": [""]}
    schema["primaryKey"] = list(table.primary_key)
    if table.unique_keys:
        schema["uniqueKeys"] = [list(key) for key in table.unique_keys]
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": list(key.columns), "reference": {"resource": key.to, "fields": list(key.to_columns)}}
            for key in table.foreign_keys
        ]
    path = f"data/{table.name}.csv"
    files = [file.relative_to(folder).as_posix() for file in parts(folder / path)]
    return {
        "name": table.name,
        "path": files if files and files != [path] else path,
        "title": _title(table.name),
        "description": table.description,
        "grain": table.grain,
        "kind": KINDS[table.layer],
        **({"deprecated": asdict(table.deprecated)} if table.deprecated else {}),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(table: TableContract, column: Column) -> Descriptor:
    constraints: Descriptor = {"required": True} if column.name in table.required else {}
    enum = list(dict(table.enums).get(column.name, ()))
    if enum:
        constraints["enum"] = enum
    kind = column_type(column)
    return {
        "name": column.name,
        "type": kind,
        "title": _title(column.name),
        "description": column.description,
        **({"unit": column.unit} if column.unit else {}),
        **({"decimals": column.scale} if kind == "number" else {}),
        **({"categories": enum} if enum and kind == "string" else {}),
        **({"deprecated": asdict(column.deprecated)} if column.deprecated else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def column_type(column: Column) -> str:
    """The Table Schema type of a column."""
    if column.is_number:
        return "integer" if column.data_type in INTEGERS else "number"
    return {"BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "datetime"}.get(column.data_type, "string")


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def clear(candidate: Path) -> None:
    """Remove a candidate, so that the next one holds nothing of it."""
    shutil.rmtree(candidate, ignore_errors=True)
    candidate.mkdir(parents=True)
