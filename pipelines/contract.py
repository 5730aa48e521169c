"""What the published tables promise, read from dbt's manifest, where it is declared once.

Belongs here: tables, columns, types, words, keys and disclosure rules as dbt's YAML states them, and faults in them.
Does not belong here: which dataset publishes a table (``package.yml``), and what any step does with the contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Layer = Literal["mart", "release"]

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
SYNONYMS = {
    "TEXT": "VARCHAR", "STRING": "VARCHAR", "INT": "INTEGER", "LONG": "BIGINT", "BOOL": "BOOLEAN",
    "FLOAT8": "DOUBLE", "FLOAT": "DOUBLE", "REAL": "DOUBLE", "DATETIME": "TIMESTAMP",
}  # fmt: skip
DAY = re.compile(r"\d{4}-\d\d-\d\d")
DECIMAL = re.compile(r"(?:DECIMAL|NUMERIC)\((\d+),(\d+)\)")


class ContractError(Exception):
    """The declared contract cannot be used; ``problems`` has one sentence for each fault."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Deprecation:
    """Notice that something will be removed: announced on ``since``, kept until ``remove``; ``use`` says what to use instead."""

    since: str
    remove: str
    use: str

    @property
    def words(self) -> str:
        """The notice as a sentence."""
        return f"Deprecated since {self.since}, to be removed from {self.remove}: {self.use}"


@dataclass(frozen=True)
class Column:
    """A column: its name, DuckDB type, meaning and unit, and how it is published.

    ``decimals`` are the digits after the point in the published text. ``disclosure`` names the counts of records that
    the column rests on, itself included where it is one; it is withheld where any of them is small. ``by_consent``: it is
    published only as long as somebody consents, so that no table may keep what it said. ``rounded`` says how it is rounded where
    the council rounds its counts.
    """

    name: str
    data_type: str
    description: str
    unit: str | None = None
    decimals: int | None = None
    published: bool = True
    disclosure: tuple[str, ...] = ()
    deprecated: Deprecation | None = None
    by_consent: bool = False
    rounded: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column can be counted with and summed."""
        return self.data_type in INTEGERS or self.data_type == "DOUBLE" or self.data_type.startswith("DECIMAL")

    @property
    def scale(self) -> int | None:
        """Digits after the point in the published text of a number; ``None`` where nothing states them."""
        decimal = DECIMAL.fullmatch(self.data_type)
        stated = 0 if self.data_type in INTEGERS else int(decimal[2]) if decimal else None
        return stated if self.decimals is None else self.decimals


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values stand in the columns ``to_columns`` of the table ``to``."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True)
class Sum:
    """Columns ``parts`` that add up to ``total``, a column or a number: in each row, or over all rows that differ in no
    other column of the key than those of ``over``."""

    total: str | float
    parts: tuple[str, ...]
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flow:
    """A stock that rises in a period by the column ``plus`` and falls by ``minus``."""

    stock: str
    plus: str
    minus: str


@dataclass(frozen=True)
class AddsUp:
    """Which figures of a table add up to which: what a reader could use to work out one from the others.

    ``areas`` is the column in which parts of the council add up to the council, ``periods`` the first and the last day of a
    period that longer periods contain, ``groups`` the column of a group and, where there is one, the column that says by what
    is grouped; the whole is ``all``. ``apart`` are key columns that only name the same figure differently. ``stocks`` are
    numbers at the end of a period, that do not add up over time. ``same`` gives columns that have one value for all rows
    alike in the columns named. ``counted_elsewhere`` says that other tables count all records of a series. ``placed`` are the
    area, the first and the last day of a row where its key does not have them.
    """

    areas: str | None = None
    periods: tuple[str, str] | None = None
    groups: tuple[str, str | None] | None = None
    apart: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    stocks: tuple[str, ...] = ()
    flows: tuple[Flow, ...] = ()
    same: tuple[tuple[str, tuple[str, ...]], ...] = ()
    counted_elsewhere: bool = False
    placed: tuple[str, str, str] | None = None

    @property
    def named(self) -> set[str]:
        """Every column that it names."""
        plain = {self.areas, *(self.periods or ()), *(self.groups or ()), *self.apart, *self.stocks, *(self.placed or ())}
        of_sums = {name for one in self.sums for name in (one.total, *one.parts, *one.over) if isinstance(name, str)}
        of_flows = {name for flow in self.flows for name in (flow.stock, flow.plus, flow.minus)}
        of_same = {name for column, key in self.same for name in (column, *key)}
        return {name for name in plain if name} | of_sums | of_flows | of_same


@dataclass(frozen=True)
class TableContract:
    """A table that may be published.

    ``layer`` says when it is made: a ``mart`` before disclosure control, a ``release`` table after it. ``enums`` maps a
    column to its allowed values; ``unique_keys`` are keys beside the primary one. ``record_types`` names the staging models
    that the table is computed from, without their prefix: the kinds of record that feed it.
    """

    name: str
    description: str
    grain: str
    layer: Layer
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    enums: tuple[tuple[str, tuple[str, ...]], ...] = ()
    required: tuple[str, ...] = ()
    record_types: frozenset[str] = frozenset()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    deprecated: Deprecation | None = None
    adds_up: AddsUp = AddsUp()

    @property
    def published(self) -> tuple[Column, ...]:
        """The columns that leave the house, in order."""
        return tuple(column for column in self.columns if column.published)

    @property
    def governed(self) -> tuple[Column, ...]:
        """The published columns that disclosure control may empty."""
        return tuple(column for column in self.published if column.disclosure)


def read_contracts(manifest: Mapping[str, Any]) -> dict[str, TableContract]:
    """The contract of every mart and release model in a dbt manifest, by name.

    Raises :class:`ContractError` with every fault found: a column without type or description, a table without grain or
    key, a key or rule that names a column that is not there.
    """
    nodes: Mapping[str, Mapping[str, Any]] = manifest["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model" and _layer(node)}
    tests: dict[str, list[Mapping[str, Any]]] = {key: [] for key in models}
    for node in nodes.values():
        if node["resource_type"] == "test" and node.get("attached_node") in tests and node.get("test_metadata"):
            tests[node["attached_node"]].append(node)
    contracts, problems = {}, []
    for key, model in sorted(models.items()):
        contract = _table(model, tests[key], _record_types(key, nodes))
        declared_in = (model.get("patch_path") or model["original_file_path"]).split("://")[-1]
        problems += [f"{declared_in}: {contract.name}{fault}" for fault in _faults(contract)]
        contracts[contract.name] = contract
    if problems:
        raise ContractError(problems)
    return contracts


def _layer(node: Mapping[str, Any]) -> Layer | None:
    if "release" in node["fqn"]:
        return "release"
    return "mart" if "marts" in node["fqn"] else None


def _record_types(key: str, nodes: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """What the staging models hold that a model is computed from, however far back."""
    seen: set[str] = set()
    waiting = [key]
    while waiting:
        for parent in nodes[waiting.pop()]["depends_on"]["nodes"]:
            if parent in nodes and parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return frozenset(nodes[one]["name"].removeprefix("stg_") for one in seen if nodes[one]["name"].startswith("stg_"))


def _table(model: Mapping[str, Any], tests: Iterable[Mapping[str, Any]], record_types: frozenset[str]) -> TableContract:
    """One table from its model and the tests attached to it."""
    keys: list[ForeignKey] = []
    enums: dict[str, tuple[str, ...]] = {}
    primary_key: tuple[str, ...] = ()
    required: set[str] = set()
    unique: set[tuple[str, ...]] = set()
    for test in tests:
        name, given = test["test_metadata"]["name"], test["test_metadata"]["kwargs"]
        if name == "primary_key":
            primary_key = tuple(given["columns"])
        elif name == "foreign_key":
            keys.append(ForeignKey(tuple(given["columns"]), _referred(given["to"]), tuple(given["to_columns"])))
        elif name == "accepted_values":
            enums[given["column_name"]] = tuple(str(value) for value in given["values"])
        elif name == "required":
            required |= set(given["columns"])
        elif name == "not_null":
            required.add(given["column_name"])
        elif name == "unique":
            unique.add((given["column_name"],))
    return TableContract(
        name=model["name"],
        description=_words(model.get("description")),
        grain=_words(model["config"].get("meta", {}).get("grain")),
        layer=_layer(model) or "mart",
        columns=tuple(_column(column) for column in model["columns"].values()),
        primary_key=primary_key,
        foreign_keys=tuple(sorted(keys, key=lambda key: (key.columns, key.to))),
        enums=tuple(sorted(enums.items())),
        required=tuple(sorted(required)),
        record_types=record_types,
        unique_keys=tuple(sorted(unique)),
        deprecated=_deprecation(model["config"].get("meta", {})),
        adds_up=_adds_up(model["config"].get("meta", {}).get("adds_up") or {}),
    )


def _adds_up(given: Mapping[str, Any]) -> AddsUp:
    groups = given.get("groups")
    return AddsUp(
        areas=given.get("areas"),
        periods=tuple(given["periods"]) if "periods" in given else None,
        groups=(groups["value"], groups.get("by")) if groups else None,
        apart=tuple(given.get("apart", ())),
        sums=tuple(Sum(one["total"], tuple(one["parts"]), tuple(one.get("over", ()))) for one in given.get("sums", ())),
        stocks=tuple(given.get("stocks", ())),
        flows=tuple(Flow(**flow) for flow in given.get("flows", ())),
        same=tuple((column, tuple(key)) for column, key in given.get("same", {}).items()),
        counted_elsewhere=given.get("counted_elsewhere", False),
        placed=tuple(given["placed"]) if "placed" in given else None,
    )


def _column(given: Mapping[str, Any]) -> Column:
    meta = given.get("config", {}).get("meta") or given.get("meta") or {}
    disclosure = meta.get("disclosure", ())
    return Column(
        name=given["name"],
        data_type=_data_type(given.get("data_type") or ""),
        description=_words(given.get("description")),
        unit=meta.get("unit"),
        decimals=meta.get("decimals"),
        published=meta.get("published", True),
        disclosure=(given["name"],) if disclosure == "count" else tuple(disclosure),
        deprecated=_deprecation(meta),
        by_consent=meta.get("by_consent", False),
        rounded=meta.get("rounded", "count" if disclosure == "count" or given["name"] in disclosure else None),
    )


def _deprecation(meta: Mapping[str, Any]) -> Deprecation | None:
    """The notice in a model's or column's meta; a part that is missing is empty."""
    given = meta.get("deprecated")
    return Deprecation(*(_words(str(given.get(part) or "")) for part in ("since", "remove", "use"))) if given else None


def _data_type(declared: str) -> str:
    """The type under DuckDB's own name."""
    name = declared.upper().replace(" ", "")
    name = re.sub(r"^NUMERIC", "DECIMAL", name)
    name = "DECIMAL(18,3)" if name == "DECIMAL" else re.sub(r"^(VARCHAR|TEXT)\(\d+\)$", "VARCHAR", name)
    return SYNONYMS.get(name, name)


def _referred(reference: str) -> str:
    """The model that ``ref('model')`` names, or ``source('safe', 'model')``: its safe form."""
    found = re.search(r"(?:ref\(|source\(\s*['\"]safe['\"],)\s*['\"](\w+)['\"]\s*\)", reference)
    return found[1] if found else reference


def _words(text: str | None) -> str:
    """Text on one line: YAML folds it where the writer's editor did."""
    return " ".join((text or "").split())


def _faults(table: TableContract) -> Iterator[str]:
    """What is missing or contradictory, as ends of sentences that begin with the table's name."""
    columns = {column.name: column for column in table.columns}
    published = {column.name for column in table.published}
    if not table.description:
        yield " has no description."
    if not table.grain:
        yield " does not say what a row is (config.meta.grain)."
    if not table.primary_key:
        yield " has no primary key (data test primary_key)."
    named = {
        "primary_key": table.primary_key,
        "required": table.required,
        "accepted_values": [c for c, _ in table.enums],
        "unique": [column for key in table.unique_keys for column in key],
    }
    named |= {f"foreign_key to {key.to}": key.columns for key in table.foreign_keys}
    for test, names in named.items():
        for name in names:
            if name not in columns:
                yield f": data test {test} names the column {name}, which the table does not declare."
            elif name not in published and test.startswith(("primary_key", "foreign_key", "unique")):
                yield f": data test {test} rests on the column {name}, which is not published."
    yield from _deprecation_faults("", table.deprecated)
    for name in sorted(table.adds_up.named - columns.keys()):
        yield f" adds up by '{name}' (config.meta.adds_up), which the table does not declare."
    for column in table.columns:
        yield from _deprecation_faults(f".{column.name}", column.deprecated)
        yield from _column_faults(table, column, columns)


def _deprecation_faults(what: str, deprecated: Deprecation | None) -> Iterator[str]:
    if deprecated and not (DAY.fullmatch(deprecated.since) and DAY.fullmatch(deprecated.remove) and deprecated.use):
        yield f"{what} is deprecated and does not say since which day, until which, and what to use (config.meta.deprecated)."
    elif deprecated and deprecated.remove <= deprecated.since:
        yield f"{what} is deprecated since {deprecated.since} and to be removed from {deprecated.remove}, which is no later."


def _column_faults(table: TableContract, column: Column, columns: Mapping[str, Column]) -> Iterator[str]:
    known = column.data_type in (*INTEGERS, "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP", "DOUBLE")
    if not known and not DECIMAL.fullmatch(column.data_type):
        yield f".{column.name} has the type '{column.data_type}'; a published table knows text, numbers, dates and booleans."
    if column.published and not column.description:
        yield f".{column.name} has no description."
    if column.published and column.is_number and column.scale is None:
        yield f".{column.name} is a {column.data_type} and does not say how many decimals it has (config.meta.decimals)."
    if column.disclosure and column.name in table.primary_key:
        yield f".{column.name} is part of the key and cannot be withheld (config.meta.disclosure)."
    for count in column.disclosure:
        if count not in columns or not columns[count].is_number:
            yield f".{column.name} rests on '{count}' (config.meta.disclosure), which is not a number column of the table."
