"""Checkers of published datasets that others wrote: each gives what it finds wrong, in words, and nothing where all is well."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import csvw
import duckdb
import frictionless
import jsonschema
import pandas as pd
import polars as pl
import pyshacl
import rdflib

STANDARDS = Path(__file__).parent / "standards"
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
SCHEMA_ORG = rdflib.Namespace("https://schema.org/")


def descriptor(dataset: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((dataset / "datapackage.json").read_text(encoding="utf-8"))
    return content


def by_frictionless(dataset: Path) -> list[str]:
    report = frictionless.validate(str(dataset / "datapackage.json"))
    return [str(error) for error in report.flatten(["type", "message"])]


def by_json_schema(dataset: Path) -> list[str]:
    """The official JSON Schema of Data Package 2.0, formats included."""
    schema = json.loads((STANDARDS / "datapackage-2.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    return [error.message[:200] for error in validator.iter_errors(descriptor(dataset))]


def by_csvw(dataset: Path) -> list[str]:
    """CSV on the Web: metadata, every cell's type, primary and foreign keys."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = csvw.CSVW(str(dataset / "csv-metadata.json"), validate=True)
            valid = found.is_valid
    except (ValueError, KeyError, AssertionError) as error:
        return [str(error) or type(error).__name__]
    said = [str(one.message) for one in [*found.warnings, *caught]]
    return said if said or valid else ["not valid"]


def by_shacl(turtle: Path) -> list[str]:
    """Every set of shapes for DCAT-AP."""
    found = []
    for shapes in sorted(STANDARDS.glob("*.shacl.*")):
        conforms, _, said = pyshacl.validate(rdflib.Graph().parse(turtle), shacl_graph=rdflib.Graph().parse(shapes))
        found += [] if conforms else [str(said)]
    return found


def by_linked_data(dataset: Path) -> list[str]:
    """What a search engine's reader of JSON-LD finds: a dataset with all that is asked of one."""
    graph = rdflib.Graph().parse(dataset / "schema.jsonld", format="json-ld")
    datasets = list(graph.subjects(rdflib.RDF.type, SCHEMA_ORG.Dataset))
    asked = ("name", "description", "license", "version", "creator", "distribution", "temporalCoverage", "spatialCoverage")
    missing = [one for one in asked if not datasets or graph.value(datasets[0], SCHEMA_ORG[one]) is None]
    downloads = list(graph.objects(None, SCHEMA_ORG.contentUrl))
    wanted = sum(isinstance(one["path"], str) or len(one["path"]) for one in descriptor(dataset)["resources"])
    return [f"no {one}" for one in missing] + ([f"{len(downloads)} downloads"] if len(downloads) != wanted else [])


PANDAS = {"integer": "Int64", "number": "float64", "boolean": "boolean"}
POLARS = {"integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}
DUCKDB = {"integer": "bigint", "number": "double", "boolean": "boolean", "date": "date", "datetime": "timestamptz"}


def by_reading(dataset: Path) -> list[str]:
    """pandas, Polars and DuckDB read every table by its stated types, and agree on rows, gaps and sums."""
    return [f"{one['name']}: {problem}" for one in descriptor(dataset)["resources"] for problem in _read(dataset, one)]


def _read(dataset: Path, resource: dict[str, Any]) -> list[str]:
    paths = resource["path"] if isinstance(resource["path"], list) else [resource["path"]]
    files = [str(dataset / path) for path in paths]
    kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    try:
        types: Any = {name: PANDAS.get(kind, "str") for name, kind in kinds.items()}
        dates = [name for name, kind in kinds.items() if kind in ("date", "datetime")]
        read = (pd.read_csv(file, dtype=types, parse_dates=dates, keep_default_na=False, na_values=[""]) for file in files)
        pandas = pd.concat(read)
        schema = {name: POLARS.get(kind, pl.String) for name, kind in kinds.items()}
        polars = pl.concat(pl.read_csv(file, schema=schema) for file in files)
        columns = {name: DUCKDB.get(kind, "varchar") for name, kind in kinds.items()}
        duck = duckdb.read_csv(
            files, columns=columns, header=True, delimiter=",", quotechar='"', escapechar='"', auto_detect=False
        )
    except (ValueError, TypeError, pl.exceptions.PolarsError, duckdb.Error) as error:
        return [str(error)[:200]]
    numbers = [name for name, kind in kinds.items() if kind in ("integer", "number")]
    sums = ", ".join(f'coalesce(sum("{name}"), 0)' for name in numbers)
    gaps = ", ".join(f'count("{name}")' for name in kinds)
    table = duck.aggregate(f"count(*), {gaps}{', ' + sums if sums else ''}").fetchall()[0]
    one = [len(pandas), *(int(pandas[name].count()) for name in kinds), *(float(pandas[name].sum()) for name in numbers)]
    two = [polars.height, *(polars[name].count() for name in kinds), *(float(polars[name].sum() or 0) for name in numbers)]
    far = [(a, b, c) for a, b, c in zip(table, one, two, strict=True) if max(a, b, c) - min(a, b, c) > 1e-6 * max(1, abs(a))]
    return [f"they disagree: {far[:3]}"] if far else []


CHECKERS: dict[str, Callable[[Path], list[str]]] = {
    "frictionless": by_frictionless,
    "the JSON Schema of Data Package 2": by_json_schema,
    "csvw": by_csvw,
    "SHACL shapes of DCAT-AP": lambda dataset: by_shacl(dataset / "dcat.ttl"),
    "JSON-LD": by_linked_data,
    "pandas, Polars and DuckDB": by_reading,
}


def through_libreoffice(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice writes it after having read it."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out"), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / "out" / workbook.name
