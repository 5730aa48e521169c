"""What a person reads beside the tables of a dataset: README, CHANGELOG and LICENCE.

Belongs here: the words of these files, made from the contract and what people wrote about the dataset and the council. Does
not belong here: the same facts for programs (``package``, ``vocabularies``).

What people wrote stands in these files as text only: no sign in it can begin a link, a picture or a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.compare import Difference
from pipelines.contract import Column, TableContract
from pipelines.council import Council
from pipelines.disclosure.history import NOTE
from pipelines.package import LICENCES, Package, Release, Source, column_type, feeding

GENERATED = "This file is generated with each release; `package.yml` is the only file here that is written by hand."
SYMBOLS = {
    "c": "confidential: withheld because the figure rests on very few people; the value is empty",
    "x": "not available; the value is empty",
    "z": "not applicable; the value is empty",
    "u": "unreliable: the value is given and needs care",
}
NO_CHANGE = "Nothing changed in this dataset."


def plain(words: str) -> str:
    """A text that people wrote, on one line, so that Markdown shows it letter by letter."""
    escaped = re.sub(r"([\\`*_\[\]<>|~&])", r"\\\1", " ".join(words.split()))
    return re.sub(r"^(\d*)([#+\-=!]|(?<=\d)[.)](?=\s))", r"\1\\\2", escaped)


def readme(
    package: Package, council: Council, sources: Sequence[Source], release: Release, withheld: Iterable[Mapping[str, str | None]]
) -> str:
    """The README of a dataset. ``withheld`` are the rows of the published table of that name, of all datasets."""
    title, path = LICENCES[package.licence]
    cite = f"{plain(council.name)} ({release.as_of.year}). {plain(package.title)}, version {release.version}."
    home = f" {council.homepage}" if council.homepage else ""
    contact = f"{plain(council.contact_name)}, {council.contact_email}"
    return f"""# {plain(package.title)}: {plain(council.name)}

{plain(package.description)}

Version {release.version}, with what was known on {release.as_of.isoformat()}. {GENERATED}

## Use it

Licence: [{title}]({path}). Contact: {contact}.

Cite as: {cite}{home}

The tables are CSV files in `data/`: UTF-8, a comma between fields, a point before decimals, dates as `2025-03-31`, times in
UTC as `2025-03-31T09:30:00Z`, an empty cell for no value. Read codes as text. A text that a spreadsheet would run as a formula
has an apostrophe in front, which is no part of it. A table that is too large for one file is a folder with a file for each
financial year.

{_files(package, council)}
{_symbols(package)}## Known limitations and quality

{_listed(_quality(package, sources, withheld))}
{_deprecated(package)}## Tables

{"".join(_dictionary(table) for table in package.tables)}## Where the figures come from

Computed by {plain(council.name)} from:

{"".join(_credit(one) for one in feeding(package, sources))}"""


def _files(package: Package, council: Council) -> str:
    """What each file beside the tables is for."""
    told = {
        "datapackage.json": "the tables, columns, keys and units for programs (Frictionless Data Package 2)",
        "csv-metadata.json": "the same for CSV on the Web",
        "dcat.ttl": "the dataset for catalogues (DCAT-AP 3)",
        "schema.jsonld": "the dataset for search engines (schema.org)",
        "CHANGELOG.md": "what each version changed",
        "SHA256SUMS": "the checksum of every file",
    }
    if council.data_address:
        told["power-query.pq"] = "every table with its types, for Power BI and Excel"
    for extract in package.extracts:
        about = f"each `{extract.by}` of `{extract.table}` by itself"
        told[f"{extract.folder}/"] = f"{about}, as CSV and JSON, for programs that need only one"
    return "| file | what it holds |\n|---|---|\n" + "".join(f"| `{file}` | {what} |\n" for file, what in told.items())


def _symbols(package: Package) -> str:
    if not any(column.name == NOTE for table in package.tables for column in table.published):
        return ""
    return f"What `{NOTE}` says:\n\n" + _listed(f"`{sign}` {meaning}" for sign, meaning in SYMBOLS.items()) + "\n"


def _listed(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _quality(package: Package, sources: Sequence[Source], withheld: Iterable[Mapping[str, str | None]]) -> Iterable[str]:
    yield from (plain(one) for one in package.limitations)
    tables = {table.name for table in package.tables}
    for row in withheld:
        cells = int(row["cells_withheld"] or 0)
        if row["table_name"] in tables and cells:
            of = int(row["cells"] or 0)
            yield f"In `{row['table_name']}` {cells:,} of {of:,} cells are withheld ({row['reason']}). They are empty, not 0."
    for one in feeding(package, sources):
        if one.is_old:
            yield f"{plain(one.title)}: the newest delivery could not be used, so the last good one is."
    if any(column.name == "value_status" for table in package.tables for column in table.published):
        yield "Figures whose `value_status` is `provisional` may still change as late records come in."
    yield "A value that has changed since it was first published is a revision; earlier versions stay available by their tag."


def _deprecated(package: Package) -> str:
    """What will be removed, table by table; nothing where nothing will be."""
    lines = [f"`{table.name}`. {table.deprecated.words}" for table in package.tables if table.deprecated]
    for table in package.tables:
        lines += [f"`{table.name}.{c.name}`. {c.deprecated.words}" for c in table.published if c.deprecated]
    return "## To be removed\n\n" + _listed(lines) + "\n" if lines else ""


def _credit(source: Source) -> str:
    origin = f" ({plain(source.origin)})" if source.origin else ""
    return f"- {plain(source.title)}{origin}, licence {plain(source.licence)}\n"


def _dictionary(table: TableContract) -> str:
    """A table's part of the README: what a row is, the keys, and every column."""
    keys = "".join(
        f"{', '.join(f'`{c}`' for c in key.columns)} refers to `{key.to}` ({', '.join(f'`{c}`' for c in key.to_columns)}). "
        for key in table.foreign_keys
    )
    keys += "".join(f"No two rows have the same {', '.join(f'`{c}`' for c in key)}. " for key in table.unique_keys)
    enums = dict(table.enums)
    rows = "".join(
        f"| `{column.name}` | {column_type(column)} | {_cell(column.unit or '')} | {_cell(_meaning(column, enums))} |\n"
        for column in table.published
    )
    return f"""### `{table.name}`

{table.description}

A row is {table.grain.removeprefix("one row ")}. Key: {", ".join(f"`{column}`" for column in table.primary_key)}. {keys}

| column | type | unit | meaning |
|---|---|---|---|
{rows}
""".replace(". \n", ".\n")


def _meaning(column: Column, enums: Mapping[str, tuple[str, ...]]) -> str:
    allowed = f" One of: {', '.join(enums[column.name])}." if column.name in enums else ""
    return column.description + allowed


def _cell(words: str) -> str:
    """Words of the contract that cannot break a Markdown table."""
    return " ".join(words.split()).replace("|", "\\|").replace("<", "\\<")


def changelog(package: Package, release: Release, difference: Difference, earlier: str) -> str:
    """The CHANGELOG of a dataset: this release's entry before those of ``earlier``, the last release's CHANGELOG."""
    entries = earlier[earlier.index("\n## ") :] if "\n## " in earlier else ""
    lines = difference.about(package.name) if entries or difference.level != "first" else ["First release."]
    entry = _listed(lines or [NO_CHANGE])
    return f"""# Changes: {plain(package.title)}

Newest first; one version for all datasets of the council. The first number rises when columns or tables are removed, renamed,
moved or given another type or unit, or a rule on them is tightened; the second when tables, columns or rows are added or rows
removed; the third when only values or descriptions changed. {GENERATED}

## {release.version} ({release.as_of.isoformat()})

{entry}{entries}"""


def licence(package: Package, council: Council, release: Release) -> str:
    """The terms under which others may use a dataset, and how to credit it."""
    title, path = LICENCES[package.licence]
    return f"""{package.title}
Copyright {council.name} {release.as_of.year}

You may use this dataset under the terms of the {title} ({package.licence}):
{path}

To credit it: "Contains information from {council.name}, licensed under the {title}."
"""


def catalogue(descriptors: Sequence[Mapping[str, Any]], council: Council, release: Release) -> str:
    """The README of the catalogue: every dataset with its tables."""
    rows = "".join(
        f"| [{plain(one['title'])}](../{one['name']}/README.md) | {plain(one['description'])} | "
        f"{', '.join(f'`{table}`' for table in (resource['name'] for resource in one['resources']))} |\n"
        for one in descriptors
    )
    return f"""# Open data of {plain(council.name)}

Version {release.version}, with what was known on {release.as_of.isoformat()}. This file is generated with each release.

| dataset | what it holds | tables |
|---|---|---|
{rows}
The same for programs: `catalogue.json` (Frictionless), `dcat.ttl` (DCAT-AP 3), `schema.jsonld` (schema.org).
Contact: {plain(council.contact_name)}, {council.contact_email}.
"""
