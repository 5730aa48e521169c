"""All that stands beside the tables of a release: what describes each dataset, and the catalogue of them.

Belongs here: which files there are, and putting them into the candidate. Does not belong here: what is in one of them
(``package``, ``documents``, ``vocabularies``, ``power_query``, ``extracts``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines import documents
from pipelines.compare import Difference
from pipelines.council import Council
from pipelines.extracts import write_extracts
from pipelines.files import replacing, sha256_of
from pipelines.package import Descriptor, Package, Release, Source, complete, outline
from pipelines.power_query import power_query
from pipelines.published import Row, rows
from pipelines.verify import CATALOGUE, DESCRIPTOR, SUMS, checksum_lines


def write_package(
    package: Package,
    council: Council,
    sources: Sequence[Source],
    release: Release,
    difference: Difference,
    candidate: Path,
    publish: Path,
) -> Descriptor:
    """Write all that stands beside the tables of one dataset, whose tables are in the candidate already; its descriptor.

    ``publish`` holds the last release, whose CHANGELOG is continued. Raises ``FileNotFoundError`` where a table is missing.
    """
    from pipelines import vocabularies  # here, as in the catalogue: most commands do not need it, and it takes time to load

    folder, earlier = candidate / package.name, publish / package.name / "CHANGELOG.md"
    descriptor = complete(outline(package, council, sources, folder), release, folder)
    write_extracts(package, folder)
    before = earlier.read_text(encoding="utf-8") if earlier.exists() else ""
    texts = {
        DESCRIPTOR: vocabularies.as_json(descriptor),
        "csv-metadata.json": vocabularies.as_json(vocabularies.csvw(descriptor)),
        "dcat.ttl": vocabularies.turtle(vocabularies.dcat(descriptor, council.data_address)),
        "schema.jsonld": vocabularies.as_json(vocabularies.schema_org(descriptor, council.data_address)),
        "README.md": documents.readme(package, council, sources, release, _withheld(candidate)),
        "CHANGELOG.md": documents.changelog(package, release, difference, before),
        "LICENCE": documents.licence(package, council, release),
    }
    if council.data_address:
        texts["power-query.pq"] = power_query(descriptor, council.data_address)
    _write(folder, texts)
    return descriptor


def write_catalogue(descriptors: Sequence[Descriptor], council: Council, release: Release, candidate: Path) -> None:
    """Write the catalogue of a release: every dataset, for people, for Frictionless, for DCAT-AP and for search engines."""
    from pipelines import vocabularies

    address = council.data_address
    texts = {
        "catalogue.json": vocabularies.as_json(_catalogue(descriptors, council, release)),
        "dcat.ttl": vocabularies.turtle(vocabularies.dcat_catalogue(descriptors, address)),
        "schema.jsonld": vocabularies.as_json(vocabularies.schema_org_catalogue(descriptors, address)),
        "README.md": documents.catalogue(descriptors, council, release),
    }
    _write(candidate / CATALOGUE, texts)


def _catalogue(descriptors: Sequence[Descriptor], council: Council, release: Release) -> Mapping[str, Any]:
    """A list of the packages as Frictionless reads it."""
    described = ("name", "title", "description", "version", "keywords", "temporal", "updateFrequency")
    return {
        "name": CATALOGUE,
        "title": f"Open data of {council.name}",
        "version": release.version,
        "datasets": [
            {key: one[key] for key in described if key in one} | {"package": f"../{one['name']}/{DESCRIPTOR}"}
            for one in descriptors
        ],
    }


def _withheld(candidate: Path) -> list[Row]:
    """How much is withheld of each table, as the release itself says."""
    return [row for path in sorted(candidate.glob("*/data/withheld.csv")) for row in rows(path)]


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files and, last, the checksums of all that the folder holds."""
    for file, words in texts.items():
        with replacing(folder / file) as temporary:
            temporary.write_bytes(words.encode())
    made = (path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = checksum_lines({path.relative_to(folder).as_posix(): sha256_of(path) for path in made})
    with replacing(folder / SUMS) as temporary:
        temporary.write_bytes(lines.encode())
