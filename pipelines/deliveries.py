"""What the models are given: which deliveries are in use, and the small tables that describe them.

Gathers receipts, ``council.yml``, ``source.yml`` and the indicators' definitions into ``reference/*.parquet``, one file a
table. Does not belong here: judging deliveries (intake) or any figure (dbt).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

import schemas
from pipelines import corrections as put_right
from pipelines import indicator_names
from pipelines.config import ConfigError
from pipelines.consent import consent_day
from pipelines.council import Council
from pipelines.files import read_json, replacing
from pipelines.indicator_names import Name
from pipelines.indicators import Indicator, indicator_rows
from pipelines.intake import accepted_schema, is_as_stated
from pipelines.land import Delivery, deliveries
from pipelines.receipts import Receipt, accepted_path
from pipelines.sources import Source
from pipelines.target_words import target_words_rows
from pipelines.workspace import Workspace

TABLES: dict[str, dict[str, Any]] = {
    "council": {
        "council_name": pl.String,
        "area_code": pl.String,
        "year_start_month": pl.Int32,
        "as_of": pl.Date,
        "provisional_days": pl.Int32,
        "no_change_band": pl.Float64,
        "consent_day": pl.Date,
    },
    "comparator_group": {"comparator_group": pl.String, "kind": pl.String, "area_code": pl.String},
    "area": {"area_code": pl.String, "area_name": pl.String, "area_type": pl.String, "parent_code": pl.String},
    "area_group": {"area_code": pl.String, "breakdown": pl.String, "breakdown_value": pl.String},
    "source": {
        "source": pl.String,
        "title": pl.String,
        "owner": pl.String,
        "record_type": pl.String,
        "cadence": pl.String,
        "licence": pl.String,
        "origin": pl.String,
        "sensitivity": pl.String,
        "is_old": pl.Boolean,
        "old_reason": pl.String,
        "last_good_received_at": pl.Datetime("us"),
    },
    "delivery": {
        "source": pl.String,
        "delivery": pl.String,
        "intake_id": pl.String,
        "file_name": pl.String,
        "received_at": pl.Datetime("us"),
        "bytes": pl.Int64,
        "status": pl.String,
        "in_use": pl.Boolean,
        "message": pl.String,
        "mapping_sha256": pl.String,
        "rows_read": pl.Int64,
        "rows_accepted": pl.Int64,
        "rows_quarantined": pl.Int64,
        "rows_layout": pl.Int64,
        "first_date": pl.Date,
        "last_date": pl.Date,
        "days_late": pl.Int32,
        "rows_undated": pl.Int64,
        "rows_corrected": pl.Int64,
        "purged_on": pl.Date,
        "about_people": pl.Boolean,
    },
    "quarantine_reason": {
        "source": pl.String,
        "delivery": pl.String,
        "field": pl.String,
        "rule": pl.String,
        "row_count": pl.Int64,
    },
    "delivery_month": {
        "source": pl.String,
        "delivery": pl.String,
        "month": pl.Date,
        "rows_accepted": pl.Int64,
        "rows_set_aside": pl.Int64,
    },
    "completeness": {
        "source": pl.String,
        "delivery": pl.String,
        "field": pl.String,
        "row_count": pl.Int64,
        "missing_count": pl.Int64,
    },
}


@dataclass(frozen=True)
class Judged:
    """One delivery and what intake made of it, by the source as it is stated for files of its shape.

    ``in_use``: its accepted rows take part in the figures.
    """

    source: Source
    delivery: Delivery
    receipt: Receipt
    in_use: bool


@dataclass(frozen=True)
class Standing:
    """Where one source stands: its judged deliveries in order of receipt and, if its data are old, why.

    ``ineffective`` says which corrections did nothing and why, ``outlived`` which purged deliveries no longer follow what is
    stated, ``left_out`` which broken deliveries those after them did not make good.
    """

    source: Source
    judged: tuple[Judged, ...]
    old_reason: str | None
    ineffective: tuple[str, ...] = ()
    outlived: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def last_good(self) -> Delivery | None:
        """The latest delivery that could be used."""
        return next((j.delivery for j in reversed(self.judged) if j.receipt.status == "accepted"), None)


def standings(sources: Iterable[Source], workspace: Workspace, as_of: date | None) -> list[Standing]:
    """Where each source stands with the deliveries received up to ``as_of`` and judged so far."""
    return [_standing(source, workspace, as_of) for source in sources]


def latest_date(standing: Iterable[Standing]) -> date | None:
    """The date of the latest delivery of all sources."""
    return max((j.delivery.received_at.date() for one in standing for j in one.judged), default=None)


def adopted(standing: Iterable[Standing], workspace: Workspace) -> list[str]:
    """Ids of the indicators that the adoption records in use name."""
    return sorted(set(_accepted(standing, "adoption", ["indicator_id"], workspace)["indicator_id"]))


def write_reference(
    standing: Sequence[Standing],
    council: Council,
    indicators: Sequence[Indicator],
    methods: pl.DataFrame,
    as_of: date,
    workspace: Workspace,
    names: Sequence[Name] = (),
) -> str:
    """Write every reference table, and an empty accepted file a record type; return the hash of the deliveries in use.

    ``indicators`` and ``methods`` are those that are built, ``names`` those of indicators that drifted.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {
        "council": [
            (
                council.name,
                council.area_code,
                council.year_starts_in,
                as_of,
                council.provisional_days,
                council.no_change_band,
                consent_day(as_of, workspace.publish),
            )
        ],
        "comparator_group": [
            (group.name, group.kind, code) for group in council.comparator_groups for code in group.areas or (None,)
        ],
        "area": [
            (council.area_code, council.name, "council", None),
            *((area.code, area.name, area.area_type, council.area_code) for area in council.areas),
        ],
        "area_group": [(area.code, kind, group) for area in council.areas for kind, group in area.groups],
        "source": [_source_row(one) for one in standing],
        "delivery": [row for one in standing for row in _delivery_rows(one)],
        "delivery_month": [
            (j.source.name, j.delivery.sha256, _date(entry["month"]), entry["accepted"], entry["set_aside"])
            for one in standing
            for j in one.judged
            for entry in j.receipt.months
            if entry["month"]
        ],
        "quarantine_reason": [
            (j.source.name, j.delivery.sha256, reason["field"], reason["rule"], reason["rows"])
            for one in standing
            for j in one.judged
            for reason in j.receipt.reasons
        ],
        "completeness": [
            (j.source.name, j.delivery.sha256, field, j.receipt.rows_accepted, missing)
            for one in standing
            for j in one.judged
            if j.receipt.status == "accepted"
            for field, missing in j.receipt.missing.items()
        ],
    }
    for name, content in rows.items():
        _write(pl.DataFrame(content, schema=TABLES[name], orient="row"), workspace.reference / f"{name}.parquet")
    _write(indicator_rows(indicators), workspace.reference / "indicator.parquet")
    _write(methods, workspace.reference / "method.parquet")
    words = _accepted(standing, "target", ["indicator_id", "target_words"], workspace)
    units = {indicator.indicator_id: indicator.unit for indicator in indicators}
    _write(target_words_rows(words, units, council.year_starts_in), workspace.reference / "target_words.parquet")
    _write(indicator_names.name_rows(names), workspace.reference / "indicator_name.parquet")
    for name in schemas.names():
        empty = pl.DataFrame(schema=accepted_schema(schemas.record_type(name)))
        _write(empty, workspace.accepted / name / "empty.parquet")
    used = sorted(j.receipt.intake_id for one in standing for j in one.judged if j.in_use)
    return hashlib.sha256("\n".join(used).encode()).hexdigest()


def joined_names(standing: Iterable[Standing], indicators: Iterable[Indicator], workspace: Workspace) -> list[Name]:
    """What the sources say of names that drifted. Raises :class:`ConfigError` with every fault of all of them."""
    defined = {indicator.indicator_id for indicator in indicators}
    found, problems = [], []
    for one in standing:
        if indicator_names.files(one.source):
            stated = set(stated_figures(one, ["indicator_id"], workspace)["indicator_id"])
            try:
                found += indicator_names.load(one.source, stated, defined)
            except ConfigError as error:
                problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def stated_figures(standing: Standing, fields: Sequence[str], workspace: Workspace) -> pl.DataFrame:
    """These fields of every figure in use that a scorecard stated, in the order of their editions."""
    columns = list(dict.fromkeys([*fields, "edition", "edition_end"]))
    rows = _accepted([standing], "reported_figure", columns, workspace)
    return rows.filter(pl.col("edition").is_not_null()).sort("edition_end", maintain_order=True).select(fields)


def intakes_in_use(standing: Iterable[Standing]) -> set[str]:
    """The intakes whose rows take part in the figures."""
    return {j.receipt.intake_id for one in standing for j in one.judged if j.in_use}


def _accepted(standing: Iterable[Standing], record_type: str, fields: Sequence[str], workspace: Workspace) -> pl.DataFrame:
    """These fields of every accepted row of a record type in use."""
    types = schemas.record_type(record_type).types
    paths = [
        accepted_path(one.source, judged.receipt, workspace)
        for one in standing
        if one.source.record_type.name == record_type
        for judged in one.judged
        if judged.in_use
    ]
    rows = [pl.read_parquet(path, columns=list(fields)) for path in paths if path.exists()]  # a purged delivery has none
    return pl.concat([pl.DataFrame(schema={field: types[field] for field in fields}), *rows])


def _standing(source: Source, workspace: Workspace, as_of: date | None) -> Standing:
    judged = []
    for delivery in deliveries(source.name, workspace, as_of):
        path = workspace.intake / source.name / f"{delivery.sha256}.json"
        if path.exists():
            receipt = Receipt(**read_json(path))
            judged.append(Judged(source.in_shape(receipt.shape), delivery, receipt, receipt.status == "accepted"))
    if source.delivers == "everything":  # each good delivery replaces the one before
        good = [j for j in judged if j.in_use]
        judged = [replace(j, in_use=j is good[-1]) if j.in_use else j for j in judged]
    corrections = put_right.load(source, workspace)
    outcomes = [(j.delivery.sha256, entry["id"], entry["outcome"]) for j in judged for entry in j.receipt.corrections]
    outlived = [
        f"the delivery {j.delivery.file_name} stays as it was judged, by a mapping, a contract or corrections that have changed "
        f"since: the file as received was purged on {j.receipt.purged['on']}."
        for j in judged
        if j.receipt.purged and not is_as_stated(source, j.receipt, corrections)
    ]
    return Standing(
        source,
        tuple(judged),
        _old_reason(source, judged, workspace),
        tuple(put_right.told(corrections, outcomes)),
        tuple(outlived),
        tuple(_left_out(source, judged)),
    )


def _left_out(source: Source, judged: Sequence[Judged]) -> Iterator[str]:
    """Broken deliveries of changes before the last one: later ones do not hold what they held, unless one has the same name."""
    for place, one in enumerate(judged[:-1]):
        again = any(j.receipt.status == "accepted" for j in judged[place + 1 :] if j.delivery.file_name == one.delivery.file_name)
        if source.delivers == "changes" and one.receipt.status == "broken" and not again:
            name = one.delivery.file_name
            yield (
                f"the delivery {name} is broken and was left out, so what it alone holds is missing until it is delivered anew "
                f"under the same name: {one.receipt.message}"
            )


def _old_reason(source: Source, judged: Sequence[Judged], workspace: Workspace) -> str | None:
    """Why the source's data are not the newest there could be; ``None`` where they are."""
    failure = workspace.failures / f"{source.name}.json"
    if failure.exists():
        return str(read_json(failure)["message"])
    if not judged:
        return "nothing has been received yet"
    last = judged[-1]
    if last.receipt.status == "broken":
        return f"the delivery {last.delivery.file_name} is broken: {last.receipt.message}"
    return None


def _source_row(one: Standing) -> tuple[Any, ...]:
    source, good = one.source, one.last_good
    received: datetime | None = good.received_at if good else None
    return (
        source.name,
        source.title,
        source.owner,
        source.record_type.name,
        source.cadence,
        source.licence,
        source.origin,
        source.sensitivity,
        one.old_reason is not None,
        one.old_reason,
        received,
    )


def _delivery_rows(one: Standing) -> list[tuple[Any, ...]]:
    """The deliveries of a source; each is late by the cadence, counted from the one before."""
    before = [None, *(judged.delivery.received_at for judged in one.judged)]
    return [
        _delivery_row(judged, one.source.days_late(last, judged.delivery.received_at))
        for judged, last in zip(one.judged, before, strict=False)
    ]


def _delivery_row(judged: Judged, days_late: int) -> tuple[Any, ...]:
    delivery, receipt = judged.delivery, asdict(judged.receipt)
    return (
        judged.source.name,
        delivery.sha256,
        receipt["intake_id"],
        delivery.file_name,
        delivery.received_at,
        delivery.bytes,
        receipt["status"],
        judged.in_use,
        receipt["message"],
        receipt["mapping_sha256"],
        receipt["rows_read"],
        receipt["rows_accepted"],
        receipt["rows_quarantined"],
        judged.receipt.rows_layout,
        _date(receipt["first_date"]),
        _date(receipt["last_date"]),
        days_late,
        receipt["rows_quarantined"] - sum(entry["set_aside"] for entry in receipt["months"] if entry["month"]),
        receipt["rows_corrected"],
        _date(receipt["purged"]["on"]) if receipt["purged"] else None,
        judged.source.sensitivity == "personal",
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _write(rows: pl.DataFrame, path: Path) -> None:
    with replacing(path) as temporary:
        rows.write_parquet(temporary)
