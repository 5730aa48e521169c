"""A release small enough to read: three data tables and a release table in two datasets, from real Parquet files.

Stands in for dbt: it writes the marts, the manifest and the release table that dbt would have written.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.compare import Difference
from pipelines.contract import TableContract, read_contracts
from pipelines.council import Council
from pipelines.disclosure.safe import disclose
from pipelines.package import Package, read_packages
from pipelines.release import Places, build_candidate, draft, install

COUNCIL = Council(
    name="Testshire Council",
    area_code="E06000998",
    contact_name="Data team",
    contact_email="data@testshire.example",
    licence="OGL-UK-3.0",
    homepage="https://testshire.example/data",
    year_starts_in=4,
    provisional_days=30,
    smallest_count=5,
    areas=(),
    data_address="https://testshire.example/open-data/",
)

AREA = "select * from (values ('E01', 'Abbey'), ('E02', 'Brook')) t(area_code, area_name)"
OBSERVATION = """
select area_code, period_start, numerator, denominator, value, value_note, denominator - numerator as counted_out, about_people
from (values
    ('E01', date '2025-01-01', 30, 40, 75.0::double, null::varchar, true),
    ('E01', date '2025-02-01', 3, 40, 7.5, null, true),
    ('E02', date '2025-01-01', 38, 40, 95.0, null, true),
    ('E02', date '2025-02-01', 2, 4, 50.0, 'u', false)
) t(area_code, period_start, numerator, denominator, value, value_note, about_people)
"""
NOTE = """
select * from (values (1::bigint, 'Plain', timestamp '2025-03-01 10:00:00', true), (2, null, null, false))
t(note_id, words, written_at, final)
"""
SOURCE = """
select 'cases' as source, 'Cases' as title, 'The council' as origin, 'OGL-UK-3.0' as licence, 'complaint' as record_type,
    'monthly' as cadence, false as is_old, null::varchar as old_reason
"""
DELIVERY = """
select 'cases' as source, 'ab12' as delivery, 'accepted' as status, {in_use} as in_use, {rows_read} as rows_read,
    7 as rows_accepted, 2 as rows_quarantined, 1 as rows_layout
"""
RELEASE_COLUMNS = (
    "version",
    "previous_version",
    "as_of",
    "change",
    "summary",
    "code_sha256",
    "deliveries_sha256",
    "tables_sha256",
)


def column(name: str, data_type: str, **meta: Any) -> dict[str, Any]:
    """A column as dbt's manifest has it."""
    return {"name": name, "data_type": data_type, "description": f"What {name} means.", "config": {"meta": meta}}


def model(name: str, columns: list[dict[str, Any]], layer: str = "marts", upstream: tuple[str, ...] = ()) -> dict[str, Any]:
    """A model as dbt's manifest has it."""
    return {
        "resource_type": "model",
        "name": name,
        "fqn": ["yardstick", layer, name],
        "description": f"The table {name}.",
        "config": {"tags": [], "meta": {"grain": f"one {name}"}},
        "columns": {one["name"]: one for one in columns},
        "depends_on": {"nodes": [f"model.yardstick.{one}" for one in upstream]},
        "original_file_path": f"models/{layer}/{name}.sql",
        "patch_path": f"yardstick://models/{layer}/{name}.yml",
    }


def data_test(test: str, table: str, **kwargs: Any) -> dict[str, Any]:
    """A generic test as dbt's manifest has it."""
    return {
        "resource_type": "test",
        "attached_node": f"model.yardstick.{table}",
        "test_metadata": {"name": test, "kwargs": kwargs},
        "depends_on": {"nodes": [f"model.yardstick.{table}"]},
    }


def manifest() -> dict[str, Any]:
    """The manifest of the small project."""
    models = [
        model("stg_complaint", [], layer="staging"),
        model("area", [column("area_code", "varchar"), column("area_name", "varchar")]),
        model(
            "observation",
            [
                column("area_code", "varchar"),
                column("period_start", "date"),
                column("numerator", "integer", disclosure=["numerator", "counted_out"]),
                column("denominator", "integer", disclosure="count"),
                column("value", "double", unit="percent", decimals=1, disclosure=["numerator", "denominator", "counted_out"]),
                column("value_note", "varchar"),
                column("counted_out", "integer", published=False, disclosure="count"),
                column("about_people", "boolean", published=False),
            ],
            upstream=("stg_complaint",),
        ),
        model(
            "note",
            [column("note_id", "bigint"), column("words", "text"), column("written_at", "timestamp"), column("final", "boolean")],
        ),
        model(
            "release",
            [column(name, "date" if name == "as_of" else "varchar") for name in RELEASE_COLUMNS],
            layer="release",
        ),
    ]
    tests = [
        data_test("primary_key", "area", columns=["area_code"]),
        data_test("primary_key", "observation", columns=["area_code", "period_start"]),
        data_test("primary_key", "note", columns=["note_id"]),
        data_test("primary_key", "release", columns=["version"]),
        data_test("foreign_key", "observation", columns=["area_code"], to="ref('area')", to_columns=["area_code"]),
        data_test("accepted_values", "observation", column_name="value_note", values=["c", "u", "x", "z"]),
        data_test("required", "observation", columns=["area_code", "period_start"]),
        data_test("not_null", "area", column_name="area_name"),
    ]
    nodes = {f"model.yardstick.{one['name']}": one for one in models}
    return {"nodes": nodes | {f"test.yardstick.{number}": one for number, one in enumerate(tests)}}


PACKAGES = {
    "figures": """
title: Figures
description: A few figures by area and month, made for tests and for nothing else.
keywords: [figures]
tables: [area, observation, release]
""",
    "notes": """
title: Notes
description: A few notes in plain words, made for tests and for nothing else.
keywords: [notes]
tables: [note]
""",
}


@dataclass
class SmallRelease:
    """The small release in a folder; change ``marts`` or ``manifest`` and call :meth:`make` for the next one."""

    folder: Path
    marts: dict[str, str] = field(default_factory=lambda: {"area": AREA, "observation": OBSERVATION, "note": NOTE})
    manifest: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(manifest()))
    as_of: date = date(2025, 3, 31)
    council: Council = COUNCIL

    def __post_init__(self) -> None:
        for dataset, text in PACKAGES.items():
            self.package_file(dataset).parent.mkdir(parents=True, exist_ok=True)
            self.package_file(dataset).write_text(text)
        self.write(
            "reference",
            "source",
            SOURCE,
        )
        self.delivery()

    def package_file(self, dataset: str) -> Path:
        return self.folder / "publish" / dataset / "package.yml"

    @property
    def publish(self) -> Path:
        return self.folder / "publish"

    @property
    def places(self) -> Places:
        names = ("reference", "marts", "safe", "previous", "released", "candidate", "publish")
        return Places(*(self.folder / name for name in names))

    @property
    def contracts(self) -> dict[str, TableContract]:
        return read_contracts(self.manifest)

    @property
    def packages(self) -> list[Package]:
        return read_packages(self.publish.glob("*/package.yml"), self.contracts, self.council)

    def write(self, layer: str, table: str, query: str) -> None:
        (self.folder / layer).mkdir(parents=True, exist_ok=True)
        duckdb.sql(f"copy ({query}) to '{self.folder / layer / table}.parquet' (format parquet)")

    def delivery(self, rows_read: int = 10, in_use: bool = True) -> None:
        self.write(
            "reference",
            "delivery",
            DELIVERY.format(in_use=in_use, rows_read=rows_read),
        )

    def disclose(self) -> None:
        for table, query in self.marts.items():
            self.write("marts", table, query)
        tables = [table for package in self.packages for table in package.layer("mart")]
        disclose(tables, self.council, self.places.marts, self.places.safe, self.publish, self.places.reference)

    def draft(self) -> Difference | None:
        self.disclose()
        return draft(self.places, self.packages, self.council, self.as_of, code_sha256="c0de")

    def build(self) -> Difference | None:
        """The next candidate; ``None`` when nothing differs."""
        difference = self.draft()
        if difference:
            old, new = self.folder / "previous/release.parquet", self.folder / "reference/this_release.parquet"
            self.write("released", "release", f"from '{old}' union all by name from '{new}'")
            build_candidate(self.places, self.packages, self.council, difference, self.as_of)
        return difference

    def make(self) -> Difference | None:
        """The next release, installed without asking the gates."""
        difference = self.build()
        if difference:
            install(self.places.candidate, self.publish)
        return difference

    def descriptor(self, dataset: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.publish / dataset / "datapackage.json").read_text())
        return content

    def csv(self, dataset: str, table: str) -> str:
        return (self.publish / dataset / "data" / f"{table}.csv").read_bytes().decode()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
