"""Queries in Power Query's language, by which Power BI and Excel load a dataset with its types.

Belongs here: the text of ``power-query.pq``, made from a finished ``datapackage.json``. Does not belong here: how a person
uses it (docs).

One query gives a list of the dataset's tables, each of which is loaded when it is opened. The address is fixed and the paths
below it are stated apart, as refreshing in the cloud demands; every column has its type, so that nothing is guessed. Power BI
relates tables by one column only: for every key of several columns, both tables get one more column in which it is joined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.verify import table_files

Descriptor = Mapping[str, Any]

TYPES = {
    "integer": "Int64.Type",
    "number": "type number",
    "boolean": "type logical",
    "date": "type date",
    "datetime": "type datetimezone",
}
"""The type of each Frictionless type; text for any other."""
READ = """    Read = (path as text, columns as list) as table =>
        let
            Content = Web.Contents(Address, [RelativePath = path]),
            Rows = Csv.Document(Content, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
            Named = Table.PromoteHeaders(Rows, [PromoteAllScalars = false]),
            Chosen = Table.SelectColumns(Named, List.Transform(columns, each _{0})),
            Empty = Table.ReplaceValue(Chosen, "", null, Replacer.ReplaceValue, Table.ColumnNames(Chosen)),
            Typed = Table.TransformColumnTypes(Empty, columns, "en-GB")
        in
            Typed,
    Joined = (rows as table, name as text, columns as list) as table =>
        Table.AddColumn(rows, name, each Text.Combine(List.Transform(columns, (column) =>
            let value = Record.Field(_, column) in if value is date then Date.ToText(value, [Format = "yyyy-MM-dd"])
            else Text.From(value, "en-GB")), "|"), type text),
"""


def power_query(descriptor: Descriptor, address: str) -> str:
    """The query that loads a dataset whose folder stands below ``address``."""
    tables = ",\n".join(_table(one, descriptor) for one in descriptor["resources"])
    return f"""// {_comment(descriptor["title"])}, version {descriptor["version"]}: every table with its types. Generated.
let
    Address = {_text(address)},
{READ}    Tables = [
{tables}
    ]
in
    Tables
"""


def _table(resource: Descriptor, descriptor: Descriptor) -> str:
    columns = ", ".join(
        f"{{{_text(field['name'])}, {TYPES.get(field['type'], 'type text')}}}" for field in resource["schema"]["fields"]
    )
    paths = (f"{descriptor['name']}/{path}" for path in table_files(resource))
    reads = ", ".join(f"Read({_text(path)}, {{{columns}}})" for path in paths)
    rows = reads if isinstance(resource["path"], str) else f"Table.Combine({{{reads}}})"
    for name, key in _joined(resource, descriptor):
        rows = f"Joined({rows}, {_text(name)}, {{{', '.join(map(_text, key))}}})"
    return f"        {resource['name']} = {rows}"


def _joined(resource: Descriptor, descriptor: Descriptor) -> Iterator[tuple[str, list[str]]]:
    """The keys of several columns by which a table refers to another or is referred to, each with a column name for it."""
    own = [(key["reference"]["resource"], key["fields"]) for key in resource["schema"].get("foreignKeys", [])]
    for other in descriptor["resources"]:
        for key in other["schema"].get("foreignKeys", []):
            if (
                key["reference"]["resource"] == resource["name"]
                and key["reference"]["fields"] == resource["schema"]["primaryKey"]
            ):
                own.append((resource["name"], resource["schema"]["primaryKey"]))
    found = {f"{to}_key": fields for to, fields in own if len(fields) > 1}
    yield from sorted(found.items())


def _text(words: str) -> str:
    """A text as the language writes it; ``#(`` would begin an escape."""
    return '"' + words.replace("#(", "#(#)(").replace('"', '""') + '"'


def _comment(words: str) -> str:
    return " ".join(words.split())
