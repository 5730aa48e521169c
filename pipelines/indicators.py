"""Indicators as people define them: one YAML file each, beside one SQL file a method version.

Belongs here: reading and checking those files, as a set, and the table of them that dbt joins to.
Does not belong here: the SQL's meaning and history (``fingerprint``, ``methods``), which indicators a council
adopts (that is data), and any calculation (that is dbt's).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.config import Config, ConfigError, load_yaml

COUNCIL_PERIODS = ("month", "quarter", "financial_year", "year_to_date")
WARD_PERIODS = ("quarter", "financial_year")
REPORTED = "reported"
"""The measure of an indicator whose figures are received ready-made: YAML alone, no SQL."""
NEEDS = {
    "rate": {"multiplier": "per how many residents is the rate? For example: 1000"},
    "standardised_rate": {
        "multiplier": "per how many residents is the rate? For example: 100000",
        "standard_population": "people of each age group, named as its population is. For example: {0-64: 80500, 65+: 19500}",
    },
    "percentile": {"percentile": "which one? For example: 90"},
    "index": {
        "index_of": "which measure is compared with its base? For example: sum",
        "base_year_start": "the first day of the year that is 100. For example: 2019-04-01",
    },
}
"""Fields that a measure needs, with what to write. One that other measures do not need stands with none of them."""
WEIGHTED = ("count", "sum", "percentage", "ratio", "mean")
"""The measures in which a record can count by a weight."""
POPULATION_GROUPS = ("age_group", "sex")
"""The breakdowns for which residents are counted, and so rates can be worked out."""

INDICATOR_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "title": pl.String,
        "definition": pl.String,
        "unit": pl.String,
        "decimals": pl.Int32,
        "measure": pl.String,
        "multiplier": pl.Float64,
        "polarity": pl.String,
        "theme": pl.String,
        "perspective": pl.String,
        "results_chain": pl.String,
        "service": pl.String,
        "limitations": pl.String,
        "latest_version": pl.Int32,
        "about_people": pl.Boolean,
        "weighted": pl.Boolean,
        "council_periods": pl.String,
        "ward_periods": pl.String,
        "breakdown_periods": pl.String,
        "index_of": pl.String,
        "base_year_start": pl.Date,
        "percentile": pl.Float64,
        "provisional_days": pl.Int32,
        "value_for_money": pl.String,
    }
)


@dataclass(frozen=True)
class Method:
    """One version of an indicator's method, as declared.

    ``path`` is its SQL file, if it has one; ``breakdowns`` are columns of the SQL by which its figures are broken down too.
    """

    indicator_id: str
    version: int
    change: str
    reason: str | None
    valid_from: date | None
    approved_by: str | None
    path: Path | None
    breakdowns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Indicator:
    """What is true anywhere about one indicator. ``methods`` are its versions, oldest first."""

    indicator_id: str
    title: str
    definition: str
    unit: str
    decimals: int
    measure: str
    multiplier: float
    polarity: str
    theme: str
    perspective: str
    results_chain: str
    service: str
    limitations: str | None
    latest_version: int
    about_people: bool
    weighted: bool
    council_periods: tuple[str, ...]
    ward_periods: tuple[str, ...]
    reported_by: str | None
    value_for_money: str | None
    methods: tuple[Method, ...]
    path: Path
    breakdown_periods: tuple[str, ...] = WARD_PERIODS
    index_of: str | None = None
    base_year_start: date | None = None
    percentile: float | None = None
    standard_population: Mapping[str, float] | None = None
    provisional_days: int | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What the calculation of a value rests on besides SQL; part of every version's fingerprint."""
        if self.measure == REPORTED:
            return {"measure": self.measure, "reported_by": self.reported_by}
        further = {
            "index_of": self.index_of,
            "base_year_start": self.base_year_start and self.base_year_start.isoformat(),
            "percentile": self.percentile,
            "standard_population": self.standard_population,
        }
        stated = {name: value for name, value in further.items() if value is not None}
        return {"measure": self.measure, "multiplier": self.multiplier, "weighted": self.weighted, **stated}


def load_indicators(folders: Sequence[Path]) -> list[Indicator]:
    """All indicators below the folders, by identifier.

    Raises :class:`ConfigError` with every fault of every file: in it, between it and its SQL, across folders.
    """
    problems = [f"{folder}: there is no such folder of indicators." for folder in folders if not folder.is_dir()]
    indicators: list[Indicator] = []
    homes: dict[str, Path] = {}
    for path in sorted(file for folder in folders for file in folder.rglob("*.y*ml")):
        name = path.stem
        if name in homes:
            problems.append(
                f"{path}: the indicator `{name}` is defined already, in {homes[name]}."
                " Rename this file and its model, or remove one of the two."
            )
            continue
        homes[name] = path
        try:
            config = load_yaml(path, "indicator")
            indicators.append(_indicator(config))
        except ConfigError as error:
            problems += error.problems
    problems += _stray_sql(folders, homes)
    if problems:
        raise ConfigError(problems)
    return sorted(indicators, key=lambda indicator: indicator.indicator_id)


def indicator_rows(indicators: Iterable[Indicator]) -> pl.DataFrame:
    """The table of indicators that dbt joins to: one row an indicator, by identifier."""
    rows = [
        {name: getattr(indicator, name) for name in INDICATOR_SCHEMA}
        | {
            "council_periods": ",".join(indicator.council_periods),
            "ward_periods": ",".join(indicator.ward_periods),
            "breakdown_periods": ",".join(indicator.breakdown_periods),
        }
        for indicator in indicators
    ]
    return pl.DataFrame(rows, schema=INDICATOR_SCHEMA).sort("indicator_id")


def suggest(name: str, known: Iterable[str]) -> str:
    """`` Did you mean `…`?`` with the known name most like the given one; '' where none is like it."""
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return f" Did you mean `{by_lower[near[0]]}`?" if near else ""


def _indicator(config: Config) -> Indicator:
    """One indicator from its YAML; raises :class:`ConfigError` where YAML and SQL do not fit together."""
    model = config["models"][0]
    meta = model["config"]["meta"]
    problems = [*_about_name(config, model), *_about_measure(config, model, meta), *_about_sql(config, model)]
    if problems:
        raise ConfigError(problems)
    name = str(model["name"])
    return Indicator(
        indicator_id=name,
        title=meta["title"],
        definition=" ".join(model["description"].split()),
        unit=meta["unit"],
        decimals=meta["decimals"],
        measure=meta["measure"],
        multiplier=float(meta.get("multiplier", 100 if meta["measure"] == "percentage" else 1)),
        polarity=meta["polarity"],
        theme=meta["theme"],
        perspective=meta["perspective"],
        results_chain=meta["results_chain"],
        service=meta["service"],
        limitations=" ".join(meta["limitations"].split()) if "limitations" in meta else None,
        latest_version=model.get("latest_version", 1),
        about_people=meta.get("about_people", meta["measure"] != REPORTED),
        weighted=meta.get("weighted", False),
        council_periods=tuple(meta.get("council_periods", COUNCIL_PERIODS)),
        ward_periods=tuple(meta.get("ward_periods", WARD_PERIODS)),
        reported_by=meta.get("reported_by"),
        value_for_money=meta.get("value_for_money"),
        methods=_methods(name, model, meta, config.path),
        path=config.path,
        breakdown_periods=tuple(meta.get("breakdown_periods", meta.get("ward_periods", WARD_PERIODS))),
        index_of=meta.get("index_of"),
        base_year_start=date.fromisoformat(meta["base_year_start"]) if "base_year_start" in meta else None,
        percentile=meta.get("percentile"),
        standard_population=meta.get("standard_population"),
        provisional_days=meta.get("provisional_days"),
    )


def _methods(name: str, model: Mapping[str, Any], meta: Mapping[str, Any], path: Path) -> tuple[Method, ...]:
    if meta["measure"] == REPORTED:
        return (Method(name, 1, f"As reported by {meta['reported_by']}", None, None, None, None),)
    declared = ((version["v"], version["config"]["meta"]) for version in model["versions"])
    return tuple(
        Method(
            indicator_id=name,
            version=number,
            change=about["change"],
            reason=about["reason"],
            valid_from=date.fromisoformat(about["valid_from"]),
            approved_by=about["approved_by"],
            path=path.with_name(f"{name}_v{number}.sql"),
            breakdowns=tuple(about.get("breakdowns", ())),
        )
        for number, about in sorted(declared, key=lambda item: int(item[0]))
    )


def _about_name(config: Config, model: Mapping[str, Any]) -> Iterator[str]:
    name, path = model["name"], config.path
    if path.name != f"{name}.yml":
        what = f"the model is {name}, the file {path.name}; they must agree. Rename the file to {name}.yml."
        yield config.problem(("models", 0, "name"), what)
    for number, example in enumerate(config.get("unit_tests", [])):
        if example["model"] != name:
            what = f"{example['model']} is not the indicator of this file, which is {name}."
            yield config.problem(("unit_tests", number, "model"), what)


def _about_measure(config: Config, model: Mapping[str, Any], meta: Mapping[str, Any]) -> Iterator[str]:
    """Fields that one measure needs and another forbids."""
    at = ("models", 0, "config", "meta")
    yield from _about_settings(config, model, meta)
    if meta["measure"] == REPORTED:
        if "reported_by" not in meta:
            what = "`reported_by` is missing: a figure received ready-made says who works it out, and where."
            example = " For example: the Regulator of Social Housing, in its tenant satisfaction measures."
            yield config.problem(at, what + example)
        for field in ("versions", "latest_version"):
            if field in model:
                what = "a figure received ready-made has no versions and no SQL: it is its publisher's."
                yield config.problem(("models", 0, field), what)
        return
    if "reported_by" in meta:
        what = "stands only with `measure: reported`; this indicator is worked out by its SQL."
        yield config.problem((*at, "reported_by"), what)
    for field in ("versions", "latest_version"):
        if field not in model:
            what = f"`{field}` is missing: an indicator with SQL names its versions (`versions`) and the one in use (for example"
            what += " `latest_version: 1`)."
            yield config.problem(("models", 0), what)


def _about_settings(config: Config, model: Mapping[str, Any], meta: Mapping[str, Any]) -> Iterator[str]:
    """Settings of the calculation that its measure needs, or that do not stand with it."""
    measure, at = meta["measure"], ("models", 0, "config", "meta")
    needed = NEEDS.get(measure, {})
    for field, example in needed.items():
        if field not in meta:
            yield config.problem(at, f"`{field}` is missing: {example}.")
    for field in {field: None for fields in NEEDS.values() for field in fields if field != "multiplier"}:
        if field in meta and field not in needed:
            wanted = next(name for name, fields in NEEDS.items() if field in fields)
            yield config.problem((*at, field), f"stands only with `measure: {wanted}`; this is `measure: {measure}`.")
    yield from _about_periods(config, meta)
    calculation = meta.get("index_of", measure)
    if meta.get("weighted") and calculation not in WEIGHTED:
        yield config.problem((*at, "weighted"), f"a {calculation} has no weights. Measures with weights: {', '.join(WEIGHTED)}.")
    if "base_year_start" in meta:
        yield from _about_date(config, (*at, "base_year_start"))
    for place, version in enumerate(model.get("versions", [])):
        column = ("models", 0, "versions", place, "config", "meta", "breakdowns")
        for breakdown in version["config"]["meta"].get("breakdowns", ()):
            if measure == "free":
                what = "the SQL of a free figure gives its own columns breakdown and breakdown_value; leave this out."
                yield config.problem(column, what)
            elif "rate" in calculation and breakdown not in POPULATION_GROUPS:
                what = f"residents are counted by {' and '.join(POPULATION_GROUPS)} only, so there is no rate by {breakdown}."
                yield config.problem(column, what)


def _about_periods(config: Config, meta: Mapping[str, Any]) -> Iterator[str]:
    """Whether anything is published; figures received ready-made have the periods that they come with."""
    wards = meta.get("ward_periods", WARD_PERIODS)
    kinds = (meta.get("council_periods", COUNCIL_PERIODS), wards, meta.get("breakdown_periods", wards))
    if meta["measure"] != REPORTED and not any(kinds):
        what = (
            "neither the whole council nor wards nor groups have a kind of period, so nothing would be published."
            f" For example: [{', '.join(COUNCIL_PERIODS)}]."
        )
        yield config.problem(("models", 0, "config", "meta", "council_periods"), what)


def _about_sql(config: Config, model: Mapping[str, Any]) -> Iterator[str]:
    """Whether the versions in the YAML are those that have SQL, and the one in use has a worked example."""
    name, folder = model["name"], config.path.parent
    files = {number: file for file in folder.glob("*.sql") if (number := _version_of(file, name))}
    if model["config"]["meta"]["measure"] == REPORTED:
        for file in sorted(files.values()):
            what = f"with `measure: reported` there is no SQL, but {file.name} is there. Remove either."
            yield config.problem(("models", 0, "config", "meta", "measure"), what)
        return
    declared = [version["v"] for version in model.get("versions", [])]
    for place, number in enumerate(declared):
        field = ("models", 0, "versions", place, "v")
        if number in declared[:place]:
            yield config.problem(field, f"version {number} stands twice.")
        elif number not in files:
            file = folder / f"{name}_v{number}.sql"
            what = f"version {number} has no SQL: write {folder.name}/{file.name}, or remove the version."
            yield config.problem(field, what)
        yield from _about_date(config, ("models", 0, "versions", place, "config", "meta", "valid_from"))
    yield from _about_files(config, files, declared)
    yield from _about_latest(config, model, declared)


def _about_files(config: Config, files: Mapping[int, Path], declared: Sequence[int]) -> Iterator[str]:
    """SQL that no version declares, or that reads what it should not."""
    for number, file in sorted(files.items()):
        if number not in declared:
            what = (
                f"{file.name} has no entry here: add `- v: {number}` with change, reason, valid_from and"
                " approved_by, or remove the file."
            )
            yield config.problem(("models", 0, "versions"), what)
        if re.search(r"\bsource\s*\(", file.read_text(encoding="utf-8")):
            what = f"{file.name} reads a source; read the latest records by ref('stg_<record type>') instead."
            yield config.problem(("models", 0, "versions"), what)


def _about_date(config: Config, field: Sequence[str | int]) -> Iterator[str]:
    """Whether a date as written is one of the calendar."""
    text: Any = config
    for step in field:
        text = text[step]
    try:
        date.fromisoformat(text)
    except ValueError:
        yield config.problem(field, f"{text} is not a date of the calendar. For example: 2026-04-01.")


def _about_latest(config: Config, model: Mapping[str, Any], declared: Sequence[int]) -> Iterator[str]:
    name, latest = model["name"], model.get("latest_version")
    if latest is None or not declared:
        return
    if latest not in declared:
        what = f"{latest} is no version of this indicator. Allowed: {', '.join(map(str, sorted(declared)))}."
        yield config.problem(("models", 0, "latest_version"), what)
    elif not any(_covers(example, latest) for example in config.get("unit_tests", [])):
        field = ("unit_tests",) if "unit_tests" in config else ()
        what = (
            f"version {latest} has no worked example: add an entry to `unit_tests` with `model: {name}`,"
            " a few invented records under `given` and the rows they must give under `expect`."
        )
        yield config.problem(field, what)


def _covers(example: Mapping[str, Any], version: int) -> bool:
    versions = example.get("versions", {})
    return version in versions.get("include", [version]) and version not in versions.get("exclude", [])


def _stray_sql(folders: Sequence[Path], homes: Mapping[str, Path]) -> Iterator[str]:
    """SQL files that belong to no YAML beside them."""
    for file in sorted(file for folder in folders for file in folder.rglob("*.sql")):
        match = re.fullmatch(r"(.+)_v([1-9][0-9]*)", file.stem)
        if match is None:
            yield (
                f"{file}: the name of a method's SQL file ends in its version. Rename it to"
                f" {file.stem}_v1.sql and describe it in {file.stem}.yml."
            )
        elif match[1] not in homes:
            near = suggest(match[1], homes)
            yield f"{file}: there is no {match[1]}.yml beside it. Write one that defines the indicator.{near}"
        elif homes[match[1]].parent != file.parent:
            yield f"{file}: its definition is {homes[match[1]]}. Keep both in one folder."


def _version_of(file: Path, name: str) -> int | None:
    match = re.fullmatch(re.escape(name) + r"_v([1-9][0-9]*)", file.stem)
    return int(match[1]) if match else None
