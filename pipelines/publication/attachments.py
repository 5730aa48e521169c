"""The files that accompany a release and that git does not keep: Parquet for programs, a workbook for people.

Belongs here: making them from the published files alone, and putting them into a folder. Does not belong here: handing them
to a service (``github``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.files import sha256_of
from pipelines.publication.push import NotPublished
from pipelines.publication.workbook import write_workbook
from pipelines.tables import connect, csv, name, text
from pipelines.verify import checksum_lines, datasets_in, table_path

SUMS = "SHA256SUMS"
TYPES = {
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "year": "integer",
}
"""The column type of each Frictionless type; text for any other."""


def make(publish: Path, folder: Path) -> list[Path]:
    """Make the attachments of the release in a publish folder; their paths in ``folder``, the list of checksums last.

    One Parquet file for each published table, ``<dataset>-<table>.parquet``, rows and columns in the published order, and one
    workbook for each dataset, ``<dataset>.xlsx``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for dataset, resource, path in _tables(publish):
        made.append(folder / f"{dataset}-{resource['name']}.parquet")
        _write_parquet(resource["schema"]["fields"], path, made[-1])
    for dataset, descriptor in datasets_in(publish).items():
        made.append(folder / f"{dataset}.xlsx")
        write_workbook(publish / dataset, descriptor, made[-1])
    sums = folder / SUMS
    sums.write_text(checksum_lines({path.name: sha256_of(path) for path in made}), encoding="utf-8")
    return [*made, sums]


def put(made: Sequence[Path], folder: Path, tag: str) -> Path:
    """Put attachments into ``<folder>/<tag>``, whole or not at all; that folder.

    Raises :class:`NotPublished` where the folder stands already and holds anything else.
    """
    target, ready = folder / tag, folder / f".{tag}.partial"
    if target.exists():
        there = {path.name: sha256_of(path) for path in target.iterdir()}
        if there != {path.name: sha256_of(path) for path in made}:
            raise NotPublished(
                f"{target} holds other files than those of {tag}. A published version never changes: find out who changed them, "
                "or name another folder."
            )
        return target
    shutil.rmtree(ready, ignore_errors=True)  # left by a crash
    ready.mkdir(parents=True)
    for path in made:
        shutil.copyfile(path, ready / path.name)
    ready.replace(target)
    return target


def _tables(publish: Path) -> Iterator[tuple[str, Mapping[str, Any], Path]]:
    for dataset, descriptor in datasets_in(publish).items():
        for resource in descriptor["resources"]:
            yield dataset, resource, publish / dataset / table_path(resource)


def _write_parquet(fields: Sequence[Mapping[str, Any]], source: Path, target: Path) -> None:
    columns = [field["name"] for field in fields]
    typed = ", ".join(
        f"cast({name(field['name'])} as {TYPES.get(field['type'], 'varchar')}) as {name(field['name'])}" for field in fields
    )
    with connect() as connection:
        query = f"select {typed} from {csv(source, columns)} order by row"
        connection.execute(f"copy ({query}) to {text(target)} (format parquet, compression zstd)")
