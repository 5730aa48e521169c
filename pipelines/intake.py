"""Intake: every row of a delivery accepted, or set aside with all its reasons.

One streamed pass: mapped cells as text, made into the contract's types by the stated formats, judged by the record
type's Pandera schema, written to two Parquet files, with a receipt last. For every delivery,
**rows read = accepted + quarantined + layout rows**. Does not belong here: which version of a record counts (staging).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandera.errors
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.files import read_json, replacing, write_json
from pipelines.formats import BrokenDelivery, names_of, open_delivery
from pipelines.land import Delivery
from pipelines.reshape import EMPTY_CELLS
from pipelines.sources import Mapping, Source
from pipelines.workspace import Workspace
from schemas import RecordType

PROVENANCE: dict[str, pl.DataType] = {
    "source": pl.String(),
    "delivery": pl.String(),
    "intake_id": pl.String(),
    "received_at": pl.Datetime("us"),
    "row_number": pl.Int64(),
}
REASON = pl.Struct({"field": pl.String, "rule": pl.String, "explanation": pl.String})
FAULTS: dict[str, pl.DataType] = {
    "row_number": pl.Int64(),
    "field": pl.String(),
    "rule": pl.String(),
    "explanation": pl.String(),
}


ERROR_CELL = (
    r"^(?:#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!"
    r"|UNCALCULATED!)|#{3,}|Err:\d{3})$"
)
"""What a spreadsheet shows where it has no value: Excel's errors, LibreOffice's, and a column too narrow for its number."""
LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)
FIRST_YEAR = 1000
"""A year before it is one that was written with fewer digits than stated."""
WHOLE_ROW = "row"
"""Stands for the field where a rule is about several of them."""


class RowsLost(AssertionError):
    """The rows of a delivery do not add up: a fault of this program, never of the data."""


@dataclass
class Receipt:
    """What became of one delivery.

    ``status`` is ``accepted`` or ``broken`` (with a ``message``); ``reasons`` counts rows by field and rule;
    ``layout`` counts rows by kind; ``missing`` counts accepted rows without a value, by field.
    """

    source: str
    delivery: str
    intake_id: str
    mapping_sha256: str
    status: str = "accepted"
    message: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    layout: dict[str, int] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    first_date: str | None = None
    last_date: str | None = None

    @property
    def rows_layout(self) -> int:
        """Rows that are not records: titles, totals, footers."""
        return sum(self.layout.values())

    def assert_adds_up(self) -> None:
        """Raise :class:`RowsLost` unless every row read is accepted, quarantined or a named layout row."""
        if self.rows_read != self.rows_accepted + self.rows_quarantined + self.rows_layout:
            raise RowsLost(
                f"{self.source}, delivery {self.delivery[:16]}: {self.rows_read} rows read, but {self.rows_accepted} "
                f"accepted, {self.rows_quarantined} quarantined and {self.rows_layout} layout rows"
            )


def take_in(source: Source, delivery: Delivery, workspace: Workspace) -> tuple[Receipt, bool]:
    """Judge one delivery; return its receipt and whether that was done now (``False``: it stood already).

    A delivery is judged again only where its mapping, its contract or this program has changed.
    """
    intake_id = hashlib.sha256(
        "\n".join(
            [
                delivery.sha256,
                source.reshape.told(delivery.file_name),
                source.mapping_sha256,
                source.record_type.sha256,
                _own_sha256(),
            ]
        ).encode()
    ).hexdigest()
    path = workspace.intake / source.name / f"{delivery.sha256}.json"
    if path.exists():
        standing = Receipt(**read_json(path))
        outputs = (accepted_path(source, standing, workspace), quarantine_path(source.name, standing, workspace))
        if standing.intake_id == intake_id and (standing.status == "broken" or all(path.exists() for path in outputs)):
            return standing, False
    receipt = _judge(source, delivery, intake_id, workspace)
    write_json(path, asdict(receipt))
    _remove_older(source, receipt, workspace)
    return receipt, True


def accepted_path(source: Source, receipt: Receipt, workspace: Workspace) -> Path:
    """Where the accepted rows of a delivery are kept."""
    return workspace.accepted / source.record_type.name / source.name / _file_name(receipt)


def quarantine_path(source: str, receipt: Receipt, workspace: Workspace) -> Path:
    """Where the quarantined rows of a delivery are kept: row_number, reasons, then the mapped cells as text."""
    return workspace.quarantine / source / _file_name(receipt)


def accepted_schema(record_type: RecordType) -> dict[str, pl.DataType]:
    """Columns of an accepted file: the contract's fields and where each row comes from."""
    return record_type.types | PROVENANCE


def _file_name(receipt: Receipt) -> str:
    return f"{receipt.delivery[:16]}-{receipt.intake_id[:8]}.parquet"


def _remove_older(source: Source, receipt: Receipt, workspace: Workspace) -> None:
    """Outputs of an earlier judgement of the same delivery are replaced by the new ones."""
    for standing in (
        accepted_path(source, receipt, workspace),
        quarantine_path(source.name, receipt, workspace),
    ):
        for path in standing.parent.glob(f"{receipt.delivery[:16]}-*.parquet"):
            if path != standing or receipt.status == "broken":
                path.unlink()


@cache
def _own_sha256() -> str:
    """The hash of the code that turns cells into records."""
    here = Path(__file__).parent
    modules = ("intake.py", "periods.py", "reshape.py", "sources.py")
    own = [*sorted((here / "formats").glob("*.py")), *(here / module for module in modules)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in own)).hexdigest()


def _judge(source: Source, delivery: Delivery, intake_id: str, workspace: Workspace) -> Receipt:
    """One pass over the delivery; a second where rows of it contradict each other under one key."""
    set_aside: pl.DataFrame | None = None
    for _ in range(2):
        receipt = Receipt(source.name, delivery.sha256, intake_id, source.mapping_sha256)
        try:
            with ExitStack() as stack:
                accepted = stack.enter_context(replacing(accepted_path(source, receipt, workspace)))
                quarantined = stack.enter_context(replacing(quarantine_path(source.name, receipt, workspace)))
                _stream(source, delivery, receipt, workspace, set_aside, accepted, quarantined)
                receipt.assert_adds_up()
                repeats = _repeats(accepted, source) if set_aside is None else pl.DataFrame(schema=FAULTS)
                if repeats.is_empty():
                    _stop_if_too_bad(source, receipt)
                    return receipt
                set_aside = repeats
        except BrokenDelivery as broken:
            refused = Receipt(source.name, delivery.sha256, intake_id, source.mapping_sha256)
            refused.status, refused.message = "broken", f"{broken}."
            return refused  # nothing of it was taken in, so it counts no row
    raise RowsLost(f"{source.name}, delivery {delivery.sha256[:16]}: contradictory rows were not set aside")


def _stop_if_too_bad(source: Source, receipt: Receipt) -> None:
    rows = receipt.rows_accepted + receipt.rows_quarantined
    if rows and 100 * receipt.rows_quarantined > source.quarantine_limit_percent * rows:
        often = sorted(receipt.reasons, key=lambda reason: -int(reason["rows"]))[:3]
        told = "; ".join(f"{reason['field']}: {reason['rule']} ({reason['rows']} rows)" for reason in often)
        raise BrokenDelivery(
            f"{receipt.rows_quarantined} of {rows} rows would be set aside, more than the "
            f"{source.quarantine_limit_percent:g} % that this source allows; most often for {told}"
        )


def _stream(
    source: Source,
    delivery: Delivery,
    receipt: Receipt,
    workspace: Workspace,
    set_aside: pl.DataFrame | None,
    accepted_file: Path,
    quarantine_file: Path,
) -> None:
    """Read, type, judge and write batch by batch; fill the receipt."""
    typed_schema = accepted_schema(source.record_type)
    raw_schema = {"row_number": pl.Int64(), "reasons": pl.List(REASON)} | {c: pl.String() for c in source.columns}
    reasons: Counter[tuple[str, str]] = Counter()
    layout: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    dates: list[date] = []
    blob, reshape = workspace.blobs / delivery.sha256, source.reshape
    names = names_of(blob, source.format, workspace.state) if reshape.headers else []
    with (
        open_delivery(blob, source.format, reshape.needed(source.columns, names), workspace.state) as opened,
        _Writer(accepted_file, typed_schema) as write_accepted,
        _Writer(quarantine_file, raw_schema) as write_quarantined,
    ):
        for batch in reshape.batches(opened.batches, source.columns, names, delivery.file_name, layout):
            receipt.rows_read += len(batch)
            batch = _without_layout(batch, source, layout)
            unreadable = batch.filter(pl.col("unreadable").is_not_null())
            write_quarantined(_with_reasons(unreadable, _unreadable_faults(unreadable)).select(list(raw_schema)))
            receipt.rows_quarantined += len(unreadable)
            reasons.update(dict(_counted(_unreadable_faults(unreadable))))
            batch = batch.filter(pl.col("unreadable").is_null())
            typed, faults = _typed(batch, source)
            faults = _with_error_cells(batch, faults, source)
            faults = pl.concat([faults, _contract_faults(typed, faults, source)])
            if set_aside is not None:
                faults = pl.concat([faults, set_aside.join(batch, on="row_number", how="semi")])
            good = typed.join(faults, on="row_number", how="anti", maintain_order="left")
            write_accepted(_with_provenance(good, delivery, receipt).select(list(typed_schema)))
            write_quarantined(_with_reasons(batch, faults).select(list(raw_schema)))
            receipt.rows_accepted += len(good)
            receipt.rows_quarantined += len(batch) - len(good)
            reasons.update(dict(_counted(faults)))
            missing.update({name: good[name].null_count() for name in source.record_type.types})
            dates += _span(good, source.record_type)
        receipt.rows_read += opened.above_header + opened.blank_lines + layout[EMPTY_CELLS]
    if opened.above_header:
        layout["above_header"] = opened.above_header
    if opened.blank_lines:
        layout["blank_line"] = opened.blank_lines
    receipt.layout = {kind: rows for kind, rows in sorted(layout.items()) if rows or kind in source.layout_rows}
    receipt.missing = {name: missing[name] for name in source.record_type.types}
    receipt.reasons = [{"field": f, "rule": r, "rows": rows} for (f, r), rows in sorted(reasons.items())]
    receipt.first_date = min(dates).isoformat() if dates else None
    receipt.last_date = max(dates).isoformat() if dates else None


def _without_layout(batch: pl.DataFrame, source: Source, counted: Counter[str]) -> pl.DataFrame:
    """The batch without the rows that the source names as layout; they are counted by name."""
    for name, rule in source.layout_rows.items():
        if rule == "all_empty":
            is_layout = pl.all_horizontal(_stripped(column).fill_null("") == "" for column in source.columns)
            some_cell = pl.any_horizontal(pl.col(column).is_not_null() for column in source.columns)
            is_layout &= pl.col("unreadable").is_null() | some_cell
        else:
            is_layout = _stripped(rule["column"]).str.contains(rule["matches"]).fill_null(False)
        kept = batch.filter(~is_layout)
        counted[name] += len(batch) - len(kept)
        batch = kept
    return batch


def _unreadable_faults(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("row_number", field=pl.lit(WHOLE_ROW), rule=pl.lit("unreadable_row"), explanation="unreadable")


def _with_error_cells(batch: pl.DataFrame, faults: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The faults with those of cells that hold a spreadsheet's error in place of a value; they have no other fault.

    A source may list such a mark as one that means no value.
    """
    found = [faults]
    for m in source.mappings:
        if m.column is not None:
            known = [*source.missing, *(mark for mark, _ in m.values)]
            cell = _stripped(m.column)
            rows = batch.filter(cell.str.contains(ERROR_CELL) & ~cell.is_in(known))
            found.append(_faults(rows, m.field, "error_cell", "the cell holds an error of a spreadsheet, not a value"))
    errors = pl.concat(found[1:]) if found[1:] else faults.clear()
    return pl.concat([faults.join(errors, on=["row_number", "field"], how="anti", maintain_order="left"), errors])


def _stripped(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars()


def _typed(batch: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The batch as fields of the contract's types, with a fault for every cell that says something else."""
    fields = {m.field: m for m in source.mappings}
    types = source.record_type.types
    text = batch.select("row_number", *(_text_of(m, source.missing) for m in source.mappings))
    marked = text.with_columns(_meaning(m).alias(m.field) for m in source.mappings if m.values)
    typed = marked.with_columns(_cast(pl.col(m.field), types[m.field], m) for m in source.mappings)
    absent = [pl.lit(None, types[name]).alias(name) for name in types if name not in fields]
    faults = [pl.DataFrame(schema=FAULTS)]
    for m in source.mappings:
        if m.values and not m.has_otherwise:
            unlisted = _unlisted(m) & pl.col(m.field).is_not_null()
            why = "a value that source.yml does not list" if not m.fold else "not the name of an area in council.yml"
            faults.append(_faults(text.filter(unlisted), m.field, m.unlisted_rule, why))
        if types[m.field] != pl.String:
            lost = marked[m.field].is_not_null() & typed[m.field].is_null()
            faults.append(_faults(text.filter(lost), m.field, *_cast_rule(types[m.field], m)))
    return typed.with_columns(absent).select("row_number", *types), pl.concat(faults)


def _text_of(mapping: Mapping, missing: tuple[str, ...]) -> pl.Expr:
    """A field as trimmed text; a mark that means no value is no value."""
    if mapping.column is None:
        return pl.lit(mapping.constant, pl.String).alias(mapping.field)
    stripped = _stripped(mapping.column)
    return pl.when(stripped.is_in([*missing, ""])).then(None).otherwise(stripped).alias(mapping.field)


def _compared(mapping: Mapping) -> pl.Expr:
    return pl.col(mapping.field).str.to_lowercase() if mapping.fold else pl.col(mapping.field)


def _unlisted(mapping: Mapping) -> pl.Expr:
    return ~_compared(mapping).is_in([mark for mark, _ in mapping.values])


def _meaning(mapping: Mapping) -> pl.Expr:
    """What each listed mark becomes; an unlisted one becomes ``otherwise``, or nothing."""
    default = pl.when(pl.col(mapping.field).is_not_null()).then(pl.lit(mapping.otherwise, pl.String))
    marks, meanings = zip(*mapping.values, strict=True)
    return _compared(mapping).replace_strict(list(marks), list(meanings), default=default, return_dtype=pl.String)


def _cast(text: pl.Expr, kind: pl.DataType, mapping: Mapping) -> pl.Expr:
    """Text as the contract's type; null where it is not of that type."""
    if kind == pl.Date or isinstance(kind, pl.Datetime):
        moment = pl.coalesce(_moment(text, form, mapping.end_of_day) for form in mapping.dates)
        return moment.dt.date() if kind == pl.Date else moment
    if kind == pl.Boolean:
        return text.str.to_lowercase().replace_strict(
            ["true", "false", "yes", "no", "y", "n", "1", "0"],
            [True, False] * 4,
            default=None,
            return_dtype=pl.Boolean,
        )
    number = text.cast(kind, strict=False)
    return pl.when(number.is_finite()).then(number) if kind.is_float() else number


def _moment(text: pl.Expr, form: str, end_of_day: bool) -> pl.Expr:
    moment = text.str.strptime(pl.Datetime("us"), form, strict=False, exact=True)
    moment = pl.when(moment.dt.year() >= FIRST_YEAR).then(moment)
    return moment + LAST_SECOND if end_of_day and "%H" not in form and "%I" not in form else moment


def _cast_rule(kind: pl.DataType, mapping: Mapping) -> tuple[str, str]:
    if kind == pl.Date or isinstance(kind, pl.Datetime):
        return "not_a_date", f"not a date as stated: {', '.join(dict.fromkeys(mapping.dates))}"
    if kind == pl.Boolean:
        return "not_yes_or_no", "neither yes nor no"
    return "not_a_number", "not a whole number" if kind.is_integer() else "not a number"


def _faults(rows: pl.DataFrame, name: str, rule: str, explanation: str) -> pl.DataFrame:
    return rows.select("row_number", field=pl.lit(name), rule=pl.lit(rule), explanation=pl.lit(explanation)).cast(
        pl.Schema(FAULTS)
    )


def _contract_faults(typed: pl.DataFrame, known: pl.DataFrame, source: Source) -> pl.DataFrame:
    """What the record type's Pandera schema and the source's ``required`` say of the rows.

    A cell already at fault is not blamed twice, nor is a rule across fields judged where one of them could not be read.
    """
    reads = [(WHOLE_ROW, rule, read) for rule, fields in source.record_type.reads.items() for read in fields]
    needs = pl.DataFrame(reads, schema={"field": pl.String, "rule": pl.String, "read": pl.String}, orient="row")
    empty = [_faults(typed.filter(pl.col(f).is_null()), f, "missing", "a value is needed") for f in source.required]
    absent = pl.concat([known.clear(), *empty]).join(known, on=["row_number", "field"], how="anti", maintain_order="left")
    at_fault = pl.concat([known, absent])
    unjudged = at_fault.select("row_number", read="field").join(needs, on="read").drop("read")
    found = _pandera_faults(typed, source.record_type).unique(maintain_order=True)
    found = found.join(at_fault, on=["row_number", "field"], how="anti", maintain_order="left")
    return pl.concat([absent, found.join(unjudged, on=["row_number", "field", "rule"], how="anti", maintain_order="left")])


def _pandera_faults(typed: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    """What the record type's Pandera schema says of the rows.

    Only positions, columns and rule names are taken from Pandera: its messages hold whole rows.
    """
    rows = typed.drop("row_number")
    try:
        record_type.schema.validate(rows, lazy=True)
        return pl.DataFrame(schema=FAULTS)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    whole = cases.filter(pl.col("index").is_null())
    if len(whole):
        raise RowsLost(f"the contract {record_type.name} failed as a whole: {', '.join(whole['check'].unique())}")
    is_cell = pl.col("schema_context") == "Column"
    found: pl.DataFrame = cases.select(
        row_number=typed["row_number"].gather(cases["index"].cast(pl.UInt32)),
        field=pl.when(is_cell).then(pl.col("column")).otherwise(pl.lit(WHOLE_ROW)),
        rule=pl.col("check").str.extract(r"^(\w+)").replace({"not_nullable": "missing"}),
        explanation=pl.when(pl.col("check") == "not_nullable")
        .then(pl.lit("a value is needed"))
        .when(is_cell)
        .then(pl.lit("must satisfy ") + pl.col("check"))
        .otherwise(pl.lit("the values of the row contradict each other")),
    ).cast(pl.Schema(FAULTS))
    return found


def _with_provenance(rows: pl.DataFrame, delivery: Delivery, receipt: Receipt) -> pl.DataFrame:
    return rows.with_columns(
        source=pl.lit(delivery.source),
        delivery=pl.lit(delivery.sha256),
        intake_id=pl.lit(receipt.intake_id),
        received_at=pl.lit(delivery.received_at, pl.Datetime("us")),
    )


def _with_reasons(batch: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    """The faulty rows of the batch, each with all its reasons."""
    listed = faults.group_by("row_number", maintain_order=True).agg(reasons=pl.struct("field", "rule", "explanation"))
    return batch.join(listed, on="row_number", how="inner", maintain_order="left")


def _counted(faults: pl.DataFrame) -> Iterator[tuple[tuple[str, str], int]]:
    """Rows by field and rule."""
    for name, rule, rows in faults.group_by("field", "rule").agg(pl.col("row_number").n_unique()).iter_rows():
        yield (name, rule), rows


def _span(rows: pl.DataFrame, record_type: RecordType) -> list[date]:
    """The first and last day on which the rows' records happened."""
    if not record_type.dated_by or rows.is_empty():
        return []
    days = rows.select(pl.coalesce(record_type.dated_by).cast(pl.Date).alias("day"))["day"].drop_nulls()
    return [day for day in (days.min(), days.max()) if isinstance(day, date)]


def _repeats(accepted: Path, source: Source) -> pl.DataFrame:
    """Rows of one delivery that share a key: exact repeats after the first, and all that contradict each other."""
    key = ", ".join(source.record_type.key)
    fields = ", ".join(source.record_type.types)
    same_key = " and ".join(f"record.{field} is not distinct from repeated.{field}" for field in source.record_type.key)
    with duckdb.connect() as connection:
        found: pl.DataFrame = connection.sql(
            f"""
            with shared as (
                select row_number, {fields}
                from read_parquet(?) as record semi join (
                    select {key} from read_parquet(?) group by all having count(*) > 1
                ) as repeated on {same_key}
            ),
            told_apart as (
                select row_number, {key}, row_number() over (partition by {fields} order by row_number) as copy from shared
            )
            select
                row_number,
                ? as field,
                case when copy > 1 then 'repeated_row' else 'duplicate_key' end as rule,
                case when copy > 1 then 'the same row stands earlier in this delivery'
                    else 'other rows of this delivery have the same key and say something else' end as explanation
            from told_apart
            qualify copy > 1 or count(*) filter (where copy = 1) over (partition by {key}) > 1
            order by row_number
            """,
            params=[str(accepted), str(accepted), ", ".join(source.record_type.key)],
        ).pl()
    return found.cast(pl.Schema(FAULTS))


class _Writer:
    """A Parquet file written batch by batch; has its columns even where no row comes."""

    def __init__(self, path: Path, schema: dict[str, pl.DataType]) -> None:
        self.schema: pa.Schema = pl.DataFrame(schema=schema).to_arrow().schema
        self.file = pq.ParquetWriter(path, self.schema, compression="zstd")

    def __enter__(self) -> _Writer:
        return self

    def __call__(self, rows: pl.DataFrame) -> None:
        if len(rows):
            self.file.write_table(rows.to_arrow().cast(self.schema))

    def __exit__(self, *_: object) -> None:
        self.file.close()
