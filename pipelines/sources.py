"""What a source is: its ``source.yml``, read and checked against the contract it feeds.

Belongs here: the facts of one source, and every mistake in them that can be known before a delivery is opened.
Does not belong here: fetching (connectors), opening files (formats) or judging rows (intake).
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as default
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

import schemas
from pipelines import batch_rules, lists, moments, numbers, shapes, transitions
from pipelines.config import Config, ConfigError, load_yaml
from pipelines.council import Council
from pipelines.formats import is_text, is_typed
from pipelines.headings import blanks, heading_of, names_in
from pipelines.moments import Moments
from pipelines.numbers import Numbers
from pipelines.periods import clashes
from pipelines.reshape import Reshape

if TYPE_CHECKING:
    from pipelines.land import Delivery

PER_FIELD = ("missing", "marks", "numbers", "dates", "zone", "repeated_hour")
"""Settings of a source that a field may state for itself."""
DECIDING = (
    "record_type",
    "format",
    "layout_rows",
    "reshape",
    "quarantine_limit_percent",
    "required",
    "columns",
    "transitions",
    "batch",
    "shapes",
)
"""Settings that, beside those, decide what becomes of a delivery's bytes."""
AREAS = "areas"
OWN_COLUMNS = {"row_number", "reasons", "unreadable"}
CADENCE_DAYS = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}


@dataclass(frozen=True)
class Mapping:
    """Where one field of the record type comes from: a ``column`` of the file or a ``constant``.

    ``missing`` are marks that mean no value, ``marks`` those that say why there is none, with their notes. ``values`` says what
    each mark of the file becomes (``None``: no value). ``fold`` compares marks in any case. ``otherwise`` applies where
    ``has_otherwise``; without it, an unlisted mark is a fault named ``unlisted_rule``. ``moments`` and ``numbers`` say how dates
    and numbers are written.
    """

    field: str
    column: str | None = None
    constant: str | None = None
    missing: tuple[str, ...] = ("",)
    marks: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str | None], ...] = ()
    fold: bool = False
    otherwise: str | None = None
    has_otherwise: bool = False
    moments: Moments = default(default_factory=Moments)
    numbers: Numbers | None = None
    unlisted_rule: str = "unlisted_value"
    unlisted_because: str = "a value that source.yml does not list"


@dataclass(frozen=True)
class Source:
    """One source, named after its folder. ``mapping_sha256`` covers all that turns its bytes into records.

    A record is kept for ``retention_years`` from the field ``retained_from``, or from its receipt where none is named.
    ``required`` are fields that a record of this source must have, though the contract lets them be empty.
    """

    name: str
    path: Path
    title: str
    owner: str
    cadence: str
    delivers: str
    licence: str
    origin: str
    lawful_basis: str
    retention_years: int
    retained_from: str | None
    sensitivity: str
    record_type: schemas.RecordType
    connector: dict[str, Any]
    format: dict[str, Any]
    layout_rows: dict[str, Any]
    missing: tuple[str, ...]
    required: tuple[str, ...]
    quarantine_limit_percent: float
    reshape: Reshape
    mappings: tuple[Mapping, ...]
    transitions: dict[str, Any]
    batch: dict[str, Any]
    mapping_sha256: str
    config: Config
    shape: str | None = None
    shapes: tuple[shapes.Shape, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The fields that name one record of this source."""
        return self.record_type.key_beside({m.field for m in self.mappings})

    @property
    def columns(self) -> list[str]:
        """The columns of the file that the mapping needs, each once."""
        layout = [rule["column"] for rule in self.layout_rows.values() if isinstance(rule, dict)]
        total = [self.batch["total"]["column"]] if "total" in self.batch else []
        return list(dict.fromkeys([m.column for m in self.mappings if m.column is not None] + layout + total))

    @property
    def columns_of_any_shape(self) -> list[str]:
        """The columns that the mapping needs in files of any shape, each once."""
        return list(dict.fromkeys([*self.columns, *(name for shape in self.shapes for name in shape.source.columns)]))

    def in_shape(self, name: str | None) -> Source:
        """The source as it is stated for files of a shape."""
        return next((shape.source for shape in self.shapes if shape.name == name), self)

    def told(self, delivery: Delivery) -> list[str]:
        """What, beside its bytes, decides what becomes of a delivery."""
        when = [shape.when for shape in self.shapes]
        by_name = self.reshape.file_name or any("file_name" in stated for stated in (*when, self.batch.get("period", {})))
        by_name = by_name or any(shape.source.reshape.file_name for shape in self.shapes)
        by_day = any("received_from" in stated or "received_before" in stated for stated in when)
        return [delivery.file_name if by_name else "", delivery.received_at.date().isoformat() if by_day else ""]

    def days_late(self, last_received: datetime | None, today: datetime) -> int:
        """Days since a delivery should have come by the stated cadence; 0 while there is still time."""
        if last_received is None or self.cadence not in CADENCE_DAYS:
            return 0
        return max(0, (today - last_received).days - CADENCE_DAYS[self.cadence])


def load_sources(directory: Path, council: Council) -> list[Source]:
    """Every source below ``directory``, by name. Raises :class:`ConfigError` with all faults of all of them."""
    paths = sorted(directory.glob("*/source.yml"))
    if not paths:
        raise ConfigError([f"{directory}: there is no source here; a source is a folder with a source.yml in it."])
    sources, problems = [], []
    for path in paths:
        try:
            sources.append(load_source(path, council))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return sources


def load_source(path: Path, council: Council) -> Source:
    """The source of one ``source.yml``. Raises :class:`ConfigError` naming file, line, field and what is allowed."""
    config = load_yaml(path, "source")
    stated = list(shapes.stated(config))
    problems = [*_faults(config, council), *shapes.faults(config)]
    problems += [what for _, _, shape in stated for what in _faults(shape, council)]
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    others = (shapes.Shape(name, when, replace(_source(shape, council), shape=name)) for name, when, shape in stated)
    return replace(_source(config, council), shapes=tuple(others))


def _source(config: Config, council: Council) -> Source:
    record_type = schemas.record_type(config["record_type"])
    return Source(
        name=config.path.parent.name,
        path=config.path,
        title=config["title"],
        owner=config["owner"],
        cadence=config["cadence"],
        delivers=config.get("delivers", "changes"),
        licence=config["licence"],
        origin=config["origin"],
        lawful_basis=config["lawful_basis"],
        retention_years=config["retention"]["years"],
        retained_from=config["retention"].get("from"),
        sensitivity=config["sensitivity"],
        record_type=record_type,
        connector=config["connector"],
        format=config["format"],
        layout_rows=config.get("layout_rows", {}),
        missing=tuple(config.get("missing", [""])),
        required=tuple(_required(config, record_type)),
        quarantine_limit_percent=config.get("quarantine_limit_percent", 20),
        reshape=Reshape.of(config.get("reshape", {}), council.year_starts_in),
        mappings=tuple(_mapping(config, field, council) for field in record_type.types if field in config["columns"]),
        transitions=config.get("transitions", {}),
        batch=config.get("batch", {}),
        mapping_sha256=_mapping_sha256(config, council),
        config=config,
    )


def _required(config: Config, record_type: schemas.RecordType) -> list[str]:
    """The fields that every record of the source must have, though the contract lets them be empty."""
    never_empty = {name for name, column in record_type.schema.columns.items() if not column.nullable}
    needed = [name for name in record_type.required_beside(config["columns"]) if name not in never_empty]
    return list(dict.fromkeys([*config.get("required", []), *needed]))


def _mapping(config: Config, field: str, council: Council) -> Mapping:
    stated = config["columns"][field]
    stated = {"column": stated} if isinstance(stated, str) else stated
    if "constant" in stated:
        return Mapping(field, constant=_text(stated["constant"]))
    own = {name: stated.get(name, config.get(name)) for name in PER_FIELD}
    is_note = field in schemas.record_type(config["record_type"]).noted_by.values()  # there the words of marks are values
    forms = tuple(own["dates"] or moments.ISO_DATES)
    if is_typed(config["format"]):
        forms += moments.TYPED_DATES  # a cell that holds a real date is read as an ISO one
    mapping = Mapping(
        field,
        stated["column"],
        missing=tuple(own["missing"] or [""]),
        marks=() if is_note else tuple((own["marks"] or {}).items()),
        values=tuple((mark, _text(value)) for mark, value in stated.get("values", {}).items()),
        otherwise=_text(stated.get("otherwise")),
        has_otherwise="otherwise" in stated,
        moments=Moments(forms, own["zone"], own["repeated_hour"] or "refuse", stated.get("end_of_day", False), council.time_zone),
        numbers=Numbers.of(own["numbers"]) if own["numbers"] else None,
    )
    return _looked_up(mapping, config, stated["lookup"], council) if "lookup" in stated else mapping


def _looked_up(mapping: Mapping, config: Config, name: str, council: Council) -> Mapping:
    """The mapping of a field whose values are found in a list by any of their names."""
    if name == AREAS:
        found, rule, why = council.area_labels, "unknown_area", "not the name of an area in council.yml"
    else:
        found = lists.labels(config.get("lists", {}).get(name) or council.lists[name])
        rule, why = "not_in_list", f"not in the list `{name}`"
    return replace(mapping, values=tuple(sorted(found.items())), fold=True, unlisted_rule=rule, unlisted_because=why)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _faults(config: Config, council: Council) -> Iterator[str]:
    """Mistakes that the JSON Schema cannot know."""
    folder = config.path.parent.name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", folder):
        yield config.problem([], f"a source's folder is named in snake_case; rename `{folder}`.")
    yield from _value_faults(config, [])
    for name, stated in config.get("lists", {}).items():
        for _, what in lists.clashes(stated):
            yield config.problem(["lists", name], what)
    for name, rule in config.get("layout_rows", {}).items():
        if isinstance(rule, dict):
            try:
                pl.Series([""]).str.contains(rule["matches"])
            except pl.exceptions.ComputeError:
                yield config.problem(["layout_rows", name, "matches"], "this is not a regular expression that Rust knows.")
    yield from _reshape_faults(config)
    if config["record_type"] in schemas.names():
        yield from _field_faults(config, schemas.record_type(config["record_type"]), council)
    else:
        what = f"there is no record type `{config['record_type']}`. Allowed: {', '.join(schemas.names())}."
        yield config.problem(["record_type"], what)


def _reshape_faults(config: Config) -> Iterator[str]:
    """Patterns that are none, headings of a file that has no one header, and periods that nobody could tell apart."""
    stated = config.get("reshape", {})
    known = names_in(stated["file_name"]) if "file_name" in stated else set()
    for index, one in enumerate(stated.get("headers", [])):
        yield from _pattern_faults(config, ["reshape", "headers", index], one, known)
    if "file_name" in stated:
        yield from _pattern_faults(config, ["reshape", "file_name"], stated["file_name"], set())
    plain: list[tuple[list[str | int], str]] = [
        (["reshape", "called", name], one) for name, one in stated.get("called", {}).items()
    ]
    plain += [(["reshape", "unused", index], one) for index, one in enumerate(stated.get("unused", []))]
    for at, pattern in plain:
        try:
            re.compile(pattern)
        except re.error as error:
            yield config.problem(at, f"this is not a regular expression: {error}.")
    if "headers" in stated and config["format"]["type"] in ("zip", "json", "jsonl", "xml", "yaml"):
        yield config.problem(["reshape", "headers"], f"a file of type {config['format']['type']} has no one row of headings.")
    periods = {("period",): stated.get("period", {})} | {
        ("periods", name): one for name, one in stated.get("periods", {}).items()
    }
    for where, period in periods.items():
        for one, other in clashes(period.get("forms", [])):
            what = f"the same words can be a period of `{one}` and another one of `{other}`; keep the one that is right."
            yield config.problem(["reshape", *where, "forms"], what)


def _pattern_faults(config: Config, at: list[str | int], stated: Any, known: set[str]) -> Iterator[str]:
    """Mistakes in a pattern with named parts, and in the words that it says; ``known`` are parts told elsewhere."""
    try:
        heading = heading_of(stated)
        named = set(re.compile(heading.pattern).groupindex)
    except re.error as error:
        yield config.problem(at, f"this is not a regular expression: {error}.")
        return
    if not named and not heading.says:
        yield config.problem(at, "this pattern names no part; write (?P<year>[0-9]{4}) for a part called year.")
    for name, words in heading.says.items():
        try:
            strange = sorted(blanks(words) - named - known)
        except ValueError as error:
            yield config.problem([*at, "says", name], f"the curly brackets do not match: {error}.")
            continue
        if strange:
            allowed = ", ".join(sorted(named | known)) or "none"
            yield config.problem([*at, "says", name], f"nothing names the part `{strange[0]}`. Allowed: {allowed}.")


def _field_faults(config: Config, record_type: schemas.RecordType, council: Council) -> Iterator[str]:
    """Mistakes in what the fields of the record type are said to come from."""
    fields = record_type.descriptions
    known_lists = [AREAS, *sorted({*config.get("lists", {}), *council.lists})]
    for field, stated in config["columns"].items():
        at = ["columns", field]
        if field not in fields:
            known = "; ".join(f"{name} ({about})" for name, about in fields.items())
            yield config.problem(at, f"`{record_type.name}` has no such field. Allowed: {known}.")
        if OWN_COLUMNS & {stated if isinstance(stated, str) else stated.get("column")}:
            yield config.problem(at, "no column called row_number or reasons can be taken in: intake adds its own.")
        if isinstance(stated, dict):
            if "values" in stated and "lookup" in stated:
                yield config.problem(at, "`values` and `lookup` both say what a value becomes; keep one.")
            if "otherwise" in stated and "values" not in stated:
                yield config.problem(at, "`otherwise` needs `values`: it is for those that are not listed there.")
            if "lookup" in stated and stated["lookup"] not in known_lists:
                what = f"there is no list `{stated['lookup']}`. Allowed: {', '.join(known_lists)}."
                yield config.problem([*at, "lookup"], what)
            yield from _value_faults(config, at)
            yield from _word_faults(config, field, record_type)
    for index, field in enumerate(config.get("required", [])):
        if field not in fields:
            what = f"`{record_type.name}` has no field `{field}`. Allowed: {', '.join(fields)}."
            yield config.problem(["required", index], what)
    for field in dict.fromkeys([*record_type.required_beside(config["columns"]), *config.get("required", [])]):
        if field in fields and field not in config["columns"]:
            yield config.problem(["columns"], f"`{field}` is missing: {fields[field]}. Every record needs it.")
    mapped = {field: kind for field, kind in record_type.types.items() if field in config["columns"]}
    for field, what in transitions.faults(config.get("transitions", {}), list(mapped), record_type.key_beside(mapped)):
        yield config.problem(["transitions", field], what)
    closed = {field for field in mapped if _is_closed(field, config, record_type)}
    for where, what in batch_rules.faults(config.get("batch", {}), mapped, closed, list(config.get("layout_rows", {}))):
        yield config.problem(["batch", *where], what)
    counted_from = config["retention"].get("from")
    if counted_from is not None and counted_from not in fields:
        what = f"`{record_type.name}` has no field `{counted_from}`. Allowed: {', '.join(fields)}."
        yield config.problem(["retention", "from"], what)
    elif counted_from is not None and record_type.types[counted_from].base_type() not in (pl.Date, pl.Datetime):
        yield config.problem(["retention", "from"], f"`{counted_from}` is no date, so no years can be counted from it.")


def _word_faults(config: Config, field: str, record_type: schemas.RecordType) -> Iterator[str]:
    """Words that a field's values are said to become, and that its contract does not allow."""
    checks = record_type.schema.columns[field].checks if field in record_type.types else []
    allowed = [str(word) for check in checks if check.name == "isin" for word in check.statistics["allowed_values"]]
    stated = config["columns"][field]
    said: dict[tuple[str, ...], Any] = {(setting,): stated[setting] for setting in ("constant", "otherwise") if setting in stated}
    said |= {("values", mark): value for mark, value in stated.get("values", {}).items()}
    for at, value in said.items():
        if allowed and value is not None and _text(value) not in allowed:
            near = difflib.get_close_matches(str(value), allowed, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            what = f'"{value}" is not allowed by the contract.{hint} Allowed: {", ".join(allowed)}.'
            yield config.problem(["columns", field, *at], what)


def _is_closed(field: str, config: Config, record_type: schemas.RecordType) -> bool:
    """Whether a field can hold none but stated words."""
    stated = config["columns"][field]
    listed = isinstance(stated, dict) and bool({"values", "lookup", "constant"} & set(stated))
    return listed or any(check.name == "isin" for check in record_type.schema.columns[field].checks)


def _value_faults(config: Config, at: list[str | int]) -> Iterator[str]:
    """What is wrong with how dates, numbers and marks are said to be written, for the source or for one of its fields."""
    stated: Any = config
    for part in at:
        stated = stated[part]
    forms = list(stated.get("dates", []))
    for index, what in moments.faults(forms):
        yield config.problem([*at, "dates", index], what)
    if forms and is_typed(config["format"]):
        forms += [form for form in moments.TYPED_DATES if form not in forms]
    for what in moments.clashes(forms):
        yield config.problem([*at, "dates"], what)
    for setting, what in numbers.faults(stated.get("numbers", {}), has_own_numbers=not is_text(config["format"])):
        yield config.problem([*at, "numbers", setting], what)
    for mark in sorted(set(stated.get("marks", {})) & set(stated.get("missing", config.get("missing", []))) - {""}):
        yield config.problem([*at, "marks", mark], f"`{mark}` also stands under `missing`, which gives no reason; keep one.")
    if "zone" in stated and not moments.is_zone(stated["zone"]):
        yield config.problem([*at, "zone"], "there is no such time zone; write UTC, or one such as Europe/London.")


def _mapping_sha256(config: Config, council: Council) -> str:
    """The hash of everything stated that decides what becomes of a delivery's bytes."""
    parts = (*DECIDING, *PER_FIELD)
    stated = {part: config[part] for part in parts if part in config}
    columns = [config["columns"], *(shape.get("columns", {}) for shape in config.get("shapes", {}).values())]
    used = {c["lookup"] for part in columns for c in part.values() if isinstance(c, dict) and "lookup" in c}
    stated["areas"] = council.area_labels if AREAS in used else {}
    stated["lists"] = {name: config.get("lists", {}).get(name) or council.lists[name] for name in sorted(used - {AREAS})}
    stated["time_zone"] = council.time_zone
    if "reshape" in config or "shapes" in config or "batch" in config:
        stated["year_starts_in"] = council.year_starts_in
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
