"""What is published satisfies checkers that others wrote, and each of them finds a planted fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace as with_
from pathlib import Path

import pytest
from checkers import CHECKERS, by_shacl
from frictionless import Catalog
from small_release import COUNCIL, SmallRelease


def cell(old: str, new: str) -> Callable[[Path], None]:
    """A fault in a table."""
    return lambda dataset: change(dataset / "data/observation.csv", old, new)


def change(path: Path, old: str, new: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{old} is not in {path.name}"
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def described(key: str, value: object) -> Callable[[Path], None]:
    """A fault in the descriptor."""

    def plant(dataset: Path) -> None:
        path = dataset / "datapackage.json"
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {key: value}), encoding="utf-8")

    return plant


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize("address", [COUNCIL.data_address, None], ids=["with an address", "without an address"])
def test_every_checker_accepts_every_dataset(small: SmallRelease, checker: str, address: str | None) -> None:
    small.council = with_(COUNCIL, data_address=address)
    small.make()
    for dataset in ("figures", "notes"):
        assert CHECKERS[checker](small.publish / dataset) == []


@pytest.mark.parametrize(
    ("checker", "fault"),
    [
        ("frictionless", cell(",30,40,75.0,", ",30,40,much,")),
        ("frictionless", cell("E02,2025-01-01", "E09,2025-01-01")),
        ("the JSON Schema of Data Package 2", described("homepage", ["nowhere"])),
        ("the JSON Schema of Data Package 2", described("contributors", [{"title": "Us", "roles": "publisher"}])),
        ("csvw", cell(",30,40,75.0,", ",30,40,much,")),
        ("csvw", cell("E02,2025-01-01", "E01,2025-01-01")),
        ("csvw", cell("E02,2025-01-01", "E09,2025-01-01")),
        ("csvw", cell(",u\n", ",q\n")),
        ("SHACL shapes of DCAT-AP", lambda dataset: change(dataset / "dcat.ttl", "dcat:accessURL", "dcat:otherURL")),
        ("SHACL shapes of DCAT-AP", lambda dataset: change(dataset / "dcat.ttl", "foaf:name", "foaf:nick")),
        ("SHACL shapes of DCAT-AP", lambda dataset: change(dataset / "dcat.ttl", "xsd:hexBinary", "xsd:string")),
        ("JSON-LD", lambda dataset: change(dataset / "schema.jsonld", '"license"', '"licence"')),
        ("JSON-LD", lambda dataset: change(dataset / "schema.jsonld", '"contentUrl"', '"content"')),
        ("pandas, Polars and DuckDB", cell(",30,40,75.0,", ",30,40,much,")),
        ("pandas, Polars and DuckDB", cell("E01,2025-01-01,30", 'E01,2025-01-01,"30')),
    ],
)
def test_every_checker_finds_a_planted_fault(small: SmallRelease, checker: str, fault: Callable[[Path], None]) -> None:
    small.make()
    fault(small.publish / "figures")
    assert CHECKERS[checker](small.publish / "figures") != []


def test_the_catalogue_lists_every_dataset_for_frictionless_and_for_dcat(small: SmallRelease) -> None:
    small.make()
    catalogue = small.publish / "catalogue"
    listed = json.loads((catalogue / "catalogue.json").read_text(encoding="utf-8"))
    read = Catalog.from_descriptor(listed, basepath=str(catalogue))
    assert [dataset.name for dataset in read.datasets] == ["figures", "notes"]
    assert [(catalogue / dataset["package"]).is_file() for dataset in listed["datasets"]] == [True, True]
    assert by_shacl(catalogue / "dcat.ttl") == []
    change(catalogue / "dcat.ttl", "dct:publisher", "dct:creator")
    assert by_shacl(catalogue / "dcat.ttl") != []
