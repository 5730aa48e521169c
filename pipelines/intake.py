"""Intake: every row of a delivery accepted, or set aside with all its reasons.

One streamed pass: mapped cells as text, made into the contract's types by the stated formats, judged by the record
type's Pandera schema, written to two Parquet files, with a receipt last. For every delivery,
**rows read = accepted + quarantined + layout rows**. Does not belong here: which version of a record counts (staging).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandera.errors
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import batch_rules, drift, erasure, history, shapes, transitions
from pipelines import corrections as put_right
from pipelines.batch_rules import Total
from pipelines.corrections import Correcting, Correction
from pipelines.earlier import Earlier
from pipelines.evidence import SAMPLE_ROWS
from pipelines.files import read_json, replacing, room_in, write_json
from pipelines.formats import BrokenDelivery, ColumnsAbsent, ahead, first_rows, names_of, open_delivery, within
from pipelines.land import Delivery, NotInLanding, deliveries
from pipelines.layout import Layout
from pipelines.reshape import EMPTY_CELLS
from pipelines.sources import Source
from pipelines.values import FAULTS, faults_of, read_values
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
WHOLE_ROW = "row"
"""Stands for the field where a rule is about several of them."""
ERASED = "erased"
"""The rule that a row of an erased record breaks."""
MONTHS: dict[str, pl.DataType] = {"month": pl.String(), "accepted": pl.Int64(), "set_aside": pl.Int64()}


class RowsLost(AssertionError):
    """The rows of a delivery do not add up: a fault of this program, never of the data."""


@dataclass
class Receipt:
    """What became of one delivery.

    ``status`` is ``accepted`` or ``broken`` (with a ``message``); ``reasons`` counts rows by field and rule;
    ``layout`` counts rows by kind; ``missing`` counts accepted rows without a value, by field; ``months`` counts rows
    accepted and set aside by the month of their records (``None`` where a row does not tell). ``corrections`` says what
    became of each correction, ``purged`` when and why records were purged, after which the delivery cannot be judged again.
    ``shape`` is the one of ``source.yml`` by which it was read, ``header`` the names of all its columns, ``looks`` the patterns
    of its cells by column; ``warnings`` tell what is otherwise than it should be and stops nothing.
    """

    source: str
    delivery: str
    intake_id: str
    mapping_sha256: str
    contract_sha256: str = ""
    status: str = "accepted"
    message: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    layout: dict[str, int] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    months: list[dict[str, Any]] = field(default_factory=list)
    rows_corrected: int = 0
    corrections: list[dict[str, Any]] = field(default_factory=list)
    purged: dict[str, Any] | None = None
    shape: str | None = None
    header: list[str] = field(default_factory=list)
    looks: dict[str, dict[str, float]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
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


def take_in_all(source: Source, deliveries: Iterable[Delivery], workspace: Workspace) -> Iterator[tuple[Receipt, bool]]:
    """Judge all deliveries of a source, in the order given, which is that of receipt: as :func:`take_in` does one."""
    earlier = Earlier()
    for delivery in deliveries:
        receipt, new = take_in(source, delivery, workspace, earlier)
        earlier.add(receipt)
        yield receipt, new


def take_in(source: Source, delivery: Delivery, workspace: Workspace, earlier: Earlier | None = None) -> tuple[Receipt, bool]:
    """Judge one delivery; return its receipt and whether that was done now (``False``: it stood already).

    A delivery is judged again only where its mapping, its contract, its corrections, this program or what it is compared with
    has changed; never where records of it were purged. ``earlier`` are the deliveries before it; they are looked up where they
    are not given. Rows that leave the quarantine by this are written to its history; a delivery that was never judged without
    its corrections is, first, so that the history knows what was wrong. Raises :class:`pipelines.files.NoRoom` where its rows
    could not be kept for want of room, and :class:`pipelines.land.NotInLanding` where its bytes are not there any more.
    """
    earlier = earlier or _earlier(source, delivery, workspace)
    corrections = put_right.of_delivery(put_right.load(source, workspace), delivery.sha256)
    intake_id = intake_id_of(source, delivery, corrections, earlier)
    path = receipt_path(source.name, delivery.sha256, workspace)
    standing = Receipt(**read_json(path)) if path.exists() else None
    if standing and (standing.purged or _stands(source, standing, intake_id, workspace)):
        return standing, False
    if not (workspace.blobs / delivery.sha256).is_file():
        raise NotInLanding(
            f"{source.name}: the delivery {delivery.file_name} ({delivery.sha256[:16]}) is no longer in landing, and it has to "
            "be judged again. Put its file back as it was received; it is known by its bytes"
        )
    with room_in(workspace.state):
        if corrections and not (standing and quarantine_path(source.name, standing, workspace).exists()):
            standing, _ = _judge(source, delivery, intake_id_of(source, delivery, (), earlier), (), workspace, earlier)
        receipt, applied = _judge(source, delivery, intake_id, corrections, workspace, earlier)
        if standing:
            before, after = (quarantine_path(source.name, one, workspace) for one in (standing, receipt))
            history.note(before, after, applied, workspace.history / source.name)
        write_json(path, asdict(receipt))
        _remove_older(source, receipt, workspace)
    return receipt, True


def intake_id_of(source: Source, delivery: Delivery, corrections: Sequence[Correction], earlier: Earlier) -> str:
    """The hash of all that decides what becomes of a delivery's rows."""
    parts = [
        delivery.sha256,
        *source.told(delivery),
        source.mapping_sha256,
        source.record_type.sha256,
        _own_sha256(),
        earlier.told(source),
        *(correction.id for correction in corrections),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_as_stated(source: Source, receipt: Receipt, corrections: Iterable[Correction]) -> bool:
    """Whether the delivery was judged by what is stated today; one that was purged may not be, and cannot be any more."""
    known = [correction.id for correction in put_right.of_delivery(corrections, receipt.delivery)]
    by = (receipt.mapping_sha256, receipt.contract_sha256) == (source.mapping_sha256, source.record_type.sha256)
    return by and set(known) <= {entry["id"] for entry in receipt.corrections}


def receipt_path(source: str, delivery: str, workspace: Workspace) -> Path:
    """Where the receipt of a delivery's intake is kept."""
    return workspace.intake / source / f"{delivery}.json"


def _stands(source: Source, standing: Receipt, intake_id: str, workspace: Workspace) -> bool:
    """Whether a receipt is of this very intake, and what it tells of is there."""
    outputs = (accepted_path(source, standing, workspace), quarantine_path(source.name, standing, workspace))
    return standing.intake_id == intake_id and (standing.status == "broken" or all(path.exists() for path in outputs))


def _earlier(source: Source, delivery: Delivery, workspace: Workspace) -> Earlier:
    """What stands of the deliveries before one."""
    earlier = Earlier()
    for before in deliveries(source.name, workspace, None):
        path = receipt_path(source.name, before.sha256, workspace)
        if before.order < delivery.order and path.exists():
            earlier.add(Receipt(**read_json(path)))
    return earlier


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
    modules = (
        "batch_rules.py",
        "corrections.py",
        "drift.py",
        "earlier.py",
        "evidence.py",
        "figures.py",
        "headings.py",
        "intake.py",
        "layout.py",
        "lists.py",
        "moments.py",
        "numbers.py",
        "periods.py",
        "reshape.py",
        "shapes.py",
        "sources.py",
        "target_words.py",
        "transitions.py",
        "values.py",
    )
    own = [*sorted((here / "formats").glob("*.py")), *(here / module for module in modules)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in own)).hexdigest()


def _judge(
    source: Source,
    delivery: Delivery,
    intake_id: str,
    corrections: Sequence[Correction],
    workspace: Workspace,
    earlier: Earlier,
) -> tuple[Receipt, list[tuple[int, Correction]]]:
    """One pass over the delivery; a second where rows of it contradict each other, or earlier deliveries, under one key.

    Gives the receipt, and the rows that were put right with their corrections.
    """
    set_aside: pl.DataFrame | None = None
    told = (source.name, delivery.sha256, intake_id, source.mapping_sha256, source.record_type.sha256)
    correcting = Correcting(corrections, source)
    try:
        source = shapes.chosen(source, delivery, workspace)
        for _ in range(2):
            receipt = Receipt(*told, shape=source.shape)
            correcting = Correcting(corrections, source)
            with ExitStack() as stack:
                accepted = stack.enter_context(replacing(accepted_path(source, receipt, workspace)))
                quarantined = stack.enter_context(replacing(quarantine_path(source.name, receipt, workspace)))
                total = Total.of(source)
                _stream(source, delivery, receipt, workspace, correcting, set_aside, accepted, quarantined, total)
                receipt.assert_adds_up()
                if set_aside is None:
                    set_aside = _set_aside(accepted, source, workspace, earlier)
                    if len(set_aside):
                        continue
                _judge_whole(source, delivery, receipt, accepted, total, workspace, earlier)
                return receipt, correcting.applied
    except BrokenDelivery as broken:
        refused = Receipt(*told, shape=source.shape)
        refused.status, refused.message = "broken", f"{_told(broken, source, delivery, workspace, earlier)}."
        refused.corrections = correcting.summary
        return refused, []  # nothing of it was taken in, so it counts no row
    raise RowsLost(f"{source.name}, delivery {delivery.sha256[:16]}: contradictory rows were not set aside")


def _set_aside(accepted: Path, source: Source, workspace: Workspace, earlier: Earlier) -> pl.DataFrame:
    """Faults of rows that contradict others: of this delivery, or of the last version in earlier ones."""
    before = [accepted_path(source, receipt, workspace) for receipt in earlier.receipts] if source.transitions else []
    there = [path for path in before if path.exists()]
    changed = transitions.not_allowed(source.transitions, source.key, accepted, there)
    return pl.concat([_repeats(accepted, source, workspace), changed])


def _judge_whole(
    source: Source,
    delivery: Delivery,
    receipt: Receipt,
    accepted: Path,
    total: Total | None,
    workspace: Workspace,
    earlier: Earlier,
) -> None:
    """Warn of what is unlike the deliveries before, and what breaks a rule about the whole; stop where that is stated."""
    last = earlier.of_shape.get(source.shape)
    changed = drift.changed_types(receipt, last, source, _first_cells(source, delivery, workspace))
    if changed:
        raise BrokenDelivery(changed)
    _stop_if_too_bad(source, receipt)
    paths = [accepted_path(source, receipt, workspace) for receipt in earlier.receipts[-1:]]
    before = next((path for path in paths if path.exists()), None)
    broken = list(batch_rules.broken(source, receipt, earlier.receipts, before, accepted, delivery.file_name, total))
    if any(rule.stops for rule in broken):
        raise BrokenDelivery("; ".join(rule.what for rule in broken if rule.stops))
    unread = source.reshape.unaccounted(source.columns, receipt.header, delivery.file_name)
    receipt.warnings = [*drift.changes(receipt, last, source), *(rule.what for rule in broken)]
    if unread:
        receipt.warnings.append(
            f"columns are neither read nor stated as unused, so nothing of them is published: {', '.join(unread)}; "
            "add a pattern under `headers` or `unused` of `reshape`"
        )


def _first_cells(source: Source, delivery: Delivery, workspace: Workspace) -> drift.Cells:
    """The cells of some columns in the first rows of a delivery."""
    blob = workspace.blobs / delivery.sha256
    return lambda columns: first_rows(blob, source.format, list(columns), workspace.state, SAMPLE_ROWS)


def _told(broken: BrokenDelivery, source: Source, delivery: Delivery, workspace: Workspace, earlier: Earlier) -> str:
    """Why a delivery is broken, with what to do where a column is gone."""
    if not isinstance(broken, ColumnsAbsent):
        return str(broken)
    last = earlier.of_shape.get(source.shape)
    return drift.absent_columns(broken, source, last, _first_cells(source, delivery, workspace))


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
    correcting: Correcting,
    set_aside: pl.DataFrame | None,
    accepted_file: Path,
    quarantine_file: Path,
    total: Total | None,
) -> None:
    """Read, type, judge and write batch by batch; fill the receipt."""
    typed_schema = accepted_schema(source.record_type)
    raw_schema = {"row_number": pl.Int64(), "reasons": pl.List(REASON)} | {c: pl.String() for c in source.columns}
    reasons: Counter[tuple[str, str]] = Counter()
    layout = Layout(source.layout_rows, source.columns)
    missing: Counter[str] = Counter()
    dates: list[date] = []
    months = [pl.DataFrame(schema=MONTHS)]
    erased = erasure.listed(source, workspace)
    blob, reshape = workspace.blobs / delivery.sha256, source.reshape
    names = names_of(blob, source.format, workspace.state) if reshape.headings or reshape.called else []
    with (
        open_delivery(blob, source.format, reshape.needed(source.columns, names, delivery.file_name), workspace.state) as opened,
        _Writer(accepted_file, typed_schema, set(PROVENANCE) | set(typed_schema) - set(source.key)) as write_accepted,
        _Writer(quarantine_file, raw_schema, set(source.columns)) as write_quarantined,
    ):
        batches = drift.looked_at(ahead(opened.batches), receipt.looks)
        for batch in reshape.batches(batches, source.columns, names, delivery.file_name, layout.counts):
            receipt.rows_read += len(batch)
            batch = _records(correcting(batch), layout, total)
            unreadable = batch.filter(pl.col("unreadable").is_not_null())
            write_quarantined(_with_reasons(unreadable, _unreadable_faults(unreadable)).select(list(raw_schema)))
            receipt.rows_quarantined += len(unreadable)
            reasons.update(dict(_counted(_unreadable_faults(unreadable))))
            batch = batch.filter(pl.col("unreadable").is_null())
            typed, faults = read_values(batch, source)
            faults = pl.concat([faults, _contract_faults(typed, faults, source)])
            if set_aside is not None:
                faults = pl.concat([faults, set_aside.join(batch, on="row_number", how="semi")])
            if erased:
                batch, faults = _without_erased(batch, faults, erased.among(typed), source)
            good = typed.filter(~pl.col("row_number").is_in(faults["row_number"].implode()))
            write_accepted(_with_provenance(good, delivery, receipt).select(list(typed_schema)))
            write_quarantined(_with_reasons(batch, faults).select(list(raw_schema)))
            receipt.rows_accepted += len(good)
            receipt.rows_quarantined += len(batch) - len(good)
            reasons.update(dict(_counted(faults)))
            missing.update({name: good[name].null_count() for name in source.record_type.types})
            dates += _span(good, source.record_type)
            months.append(_months(typed, faults, source.record_type))
        receipt.rows_read += opened.above_header + opened.blank_lines + layout.counts[EMPTY_CELLS]
    if opened.above_header:
        layout.counts["above_header"] = opened.above_header
    if opened.blank_lines:
        layout.counts["blank_line"] = opened.blank_lines
    receipt.layout = {kind: rows for kind, rows in sorted(layout.counts.items()) if rows or kind in source.layout_rows}
    receipt.header = [name for name in opened.names if name]
    receipt.missing = {name: missing[name] for name in source.record_type.types}
    receipt.reasons = [{"field": f, "rule": r, "rows": rows} for (f, r), rows in sorted(reasons.items())]
    receipt.months = pl.concat(months).group_by("month").sum().sort("month", nulls_last=True).to_dicts()
    receipt.rows_corrected, receipt.corrections = correcting.rows_corrected, correcting.summary
    receipt.first_date = min(dates).isoformat() if dates else None
    receipt.last_date = max(dates).isoformat() if dates else None


def _records(batch: pl.DataFrame, layout: Layout, total: Total | None) -> pl.DataFrame:
    """The rows of a batch that are records, added up where a total is to be checked."""
    for kind, rows in layout.removed(batch):
        batch = rows
        if total and kind is not None:
            total.layout(kind, rows)
    if total:
        total.records(batch)
    return batch


def _unreadable_faults(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("row_number", field=pl.lit(WHOLE_ROW), rule=pl.lit("unreadable_row"), explanation="unreadable")


def _without_erased(
    batch: pl.DataFrame, faults: pl.DataFrame, erased: pl.DataFrame, source: Source
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of erased records are set aside for that alone, and nothing of their cells is kept."""
    why = "the record was erased on request; purge removes it from what was received"
    kept = faults.join(erased, on="row_number", how="anti", maintain_order="left")
    is_erased = pl.col("row_number").is_in(erased["row_number"].implode())
    emptied = batch.with_columns(pl.when(~is_erased).then(pl.col(column)).alias(column) for column in source.columns)
    return emptied, pl.concat([kept, faults_of(erased, WHOLE_ROW, ERASED, why)])


def typed(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Rows of text cells as fields of the contract's types, with ``row_number``; nothing where a cell cannot be read."""
    return read_values(rows, source)[0]


def _contract_faults(typed: pl.DataFrame, known: pl.DataFrame, source: Source) -> pl.DataFrame:
    """What the record type's Pandera schema and the source's ``required`` say of the rows.

    A cell already at fault is not blamed twice, nor is a rule across fields judged where one of them could not be read.
    """
    reads = [(WHOLE_ROW, rule, read) for rule, fields in source.record_type.reads.items() for read in fields]
    needs = pl.DataFrame(reads, schema={"field": pl.String, "rule": pl.String, "read": pl.String}, orient="row")
    empty = [faults_of(typed.filter(pl.col(f).is_null()), f, "missing", "a value is needed") for f in source.required]
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


def _months(typed: pl.DataFrame, faults: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    """Rows accepted and set aside by the month in which their records happened."""
    if not record_type.dated_by:
        return pl.DataFrame(schema=MONTHS)
    month = pl.coalesce(record_type.dated_by).cast(pl.Date).dt.month_start()
    at_fault = pl.col("row_number").is_in(faults["row_number"].implode())
    counted = typed.group_by(month.alias("month")).agg(accepted=(~at_fault).sum(), set_aside=at_fault.sum())
    return counted.with_columns(pl.col("month").dt.strftime("%Y-%m-%d")).cast(pl.Schema(MONTHS))


def _repeats(accepted: Path, source: Source, workspace: Workspace) -> pl.DataFrame:
    """Rows of one delivery that share a key: exact repeats after the first, and all that contradict each other."""
    key = ", ".join(source.key)
    fields = ", ".join(source.record_type.types)
    same_key = " and ".join(f"one.{part} is not distinct from several.{part}" for part in source.key)
    with workspace.scratch() as scratch, duckdb.connect(config=within(scratch)) as connection:
        found: pl.DataFrame = connection.sql(
            f"""
            with shared as (
                select row_number, {fields}
                from read_parquet(?) as one semi join (
                    select {key} from read_parquet(?) group by all having count(*) > 1
                ) as several on {same_key}
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
            params=[str(accepted), str(accepted), key],
        ).pl()
    return found.cast(pl.Schema(FAULTS))


class _Writer:
    """A Parquet file written batch by batch, in a thread of its own; has its columns even where no row comes.

    ``repeating`` are the columns whose texts stand in many rows: only for those a dictionary saves anything.
    """

    def __init__(self, path: Path, schema: dict[str, pl.DataType], repeating: set[str]) -> None:
        self.schema: pa.Schema = pl.DataFrame(schema=schema).to_arrow().schema
        coded = [name for name, kind in schema.items() if name in repeating and kind == pl.String]
        self.file = pq.ParquetWriter(path, self.schema, compression="zstd", use_dictionary=coded)
        self.thread = ThreadPoolExecutor(1)
        self.written: Future[None] | None = None

    def __enter__(self) -> _Writer:
        return self

    def __call__(self, rows: pl.DataFrame) -> None:
        if len(rows):
            self._wait()
            self.written = self.thread.submit(lambda: self.file.write_table(rows.to_arrow().cast(self.schema)))

    def _wait(self) -> None:
        """Until what was given last is written; an error in writing is raised here."""
        if self.written:
            self.written.result()

    def __exit__(self, *_: object) -> None:
        try:
            self._wait()
        finally:
            self.thread.shutdown()
            self.file.close()
