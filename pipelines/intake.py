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
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path

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
from pipelines.formats import BrokenDelivery, ColumnsAbsent, OpenDelivery, ahead, first_rows, names_of, open_delivery
from pipelines.formats.delivery import BATCH_ROWS
from pipelines.intake_counts import Counts
from pipelines.judging import WHOLE_ROW, judged, repeats
from pipelines.land import Delivery, NotInLanding, deliveries
from pipelines.layout import Layout
from pipelines.receipts import Receipt, RowsLost, accepted_path, quarantine_path, receipt_path
from pipelines.reshape import EMPTY_CELLS
from pipelines.sources import Source
from pipelines.values import faults_of
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
ERASED = "erased"
"""The rule that a row of an erased record breaks."""


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


def accepted_schema(record_type: RecordType) -> dict[str, pl.DataType]:
    """Columns of an accepted file: the contract's fields and where each row comes from."""
    return record_type.types | PROVENANCE


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
        "intake_counts.py",
        "judging.py",
        "layout.py",
        "lists.py",
        "moments.py",
        "numbers.py",
        "periods.py",
        "receipts.py",
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
    """One pass over the delivery. Gives the receipt, and the rows that were put right with their corrections."""
    told = (source.name, delivery.sha256, intake_id, source.mapping_sha256, source.record_type.sha256)
    correcting = Correcting(corrections, source)
    try:
        source = shapes.chosen(source, delivery, workspace)
        receipt, counts, total = Receipt(*told, shape=source.shape), Counts(source.record_type), Total.of(source)
        with ExitStack() as stack:
            accepted = stack.enter_context(replacing(accepted_path(source, receipt, workspace)))
            quarantined = stack.enter_context(replacing(quarantine_path(source.name, receipt, workspace)))
            with _Writer(quarantined, _quarantine_schema(source), set(source.columns)) as set_aside:
                with _accepting(accepted, source) as accept:
                    _stream(source, delivery, receipt, workspace, correcting, total, counts, accept, set_aside)
                contradictory = _contradictory(accepted, source, workspace, earlier)
                if len(contradictory):
                    again = _again(source, delivery, workspace, Correcting(corrections, source), contradictory)
                    _take_back(contradictory, again, accepted, source, counts, set_aside)
            counts.told(receipt)
            receipt.rows_corrected, receipt.corrections = correcting.rows_corrected, correcting.summary
            receipt.assert_adds_up()
            _judge_whole(source, delivery, receipt, accepted, total, workspace, earlier)
            return receipt, correcting.applied
    except BrokenDelivery as broken:
        refused = Receipt(*told, shape=source.shape)
        refused.status, refused.message = "broken", f"{_told(broken, source, delivery, workspace, earlier)}."
        refused.corrections = correcting.summary
        return refused, []  # nothing of it was taken in, so it counts no row


def _contradictory(accepted: Path, source: Source, workspace: Workspace, earlier: Earlier) -> pl.DataFrame:
    """Faults of accepted rows that contradict others: of this delivery, or of the last version in earlier ones."""
    before = [accepted_path(source, receipt, workspace) for receipt in earlier.receipts] if source.transitions else []
    there = [path for path in before if path.exists()]
    changed = transitions.not_allowed(source.transitions, source.key, accepted, there)
    return pl.concat([repeats(accepted, source, workspace), changed])


def _again(
    source: Source, delivery: Delivery, workspace: Workspace, correcting: Correcting, faults: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The cells of the rows at fault, read once more: an accepted row does not hold them as they were."""
    with _opened(source, delivery, workspace, {}, Counter()) as (_, batches):
        for batch in batches:
            yield correcting(batch.join(faults, on="row_number", how="semi", maintain_order="left"))


def _take_back(
    faults: pl.DataFrame,
    cells: Iterable[pl.DataFrame],
    accepted: Path,
    source: Source,
    counts: Counts,
    set_aside: _Writer,
) -> None:
    """Put accepted rows that turned out to be at fault into the quarantine, with their ``cells``, and count anew."""
    for batch in cells:
        set_aside(_with_reasons(batch, faults).select(list(_quarantine_schema(source))))
    counts.nothing_accepted()
    taken = 0
    with replacing(accepted) as kept, _accepting(kept, source) as accept:
        for rows in ahead(pl.DataFrame(arrow) for arrow in pq.ParquetFile(accepted).iter_batches(BATCH_ROWS)):
            at_fault = rows.join(faults, on="row_number", how="semi", maintain_order="left")
            taken += len(at_fault)
            counts.set_aside(at_fault, faults.join(at_fault, on="row_number", how="semi", maintain_order="left"))
            good = rows.join(faults, on="row_number", how="anti", maintain_order="left")
            accept(good)
            counts.accepted(good)
    if taken != faults["row_number"].n_unique():
        raise RowsLost(f"{source.name}: {faults['row_number'].n_unique()} rows were to be set aside, and {taken} were")


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
    receipt.warnings = [*drift.changes(receipt, last, source), *(rule.what for rule in broken)]
    loss = source.reshape.loss(source.columns, receipt.header, delivery.file_name)
    receipt.warnings += [loss] if loss else []


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


@contextmanager
def _opened(
    source: Source, delivery: Delivery, workspace: Workspace, looks: dict[str, dict[str, float]], layout: Counter[str]
) -> Iterator[tuple[OpenDelivery, Iterator[pl.DataFrame]]]:
    """A delivery being read, and its rows as the source lays them out; ``looks`` and ``layout`` are filled on the way."""
    blob, reshape = workspace.blobs / delivery.sha256, source.reshape
    names = names_of(blob, source.format, workspace.state) if reshape.headings or reshape.called else []
    needed = reshape.needed(source.columns, names, delivery.file_name)
    with open_delivery(blob, source.format, needed, workspace.state) as opened:
        batches = drift.looked_at(ahead(opened.batches), looks)
        yield opened, reshape.batches(batches, source.columns, names, delivery.file_name, layout)


def _stream(
    source: Source,
    delivery: Delivery,
    receipt: Receipt,
    workspace: Workspace,
    correcting: Correcting,
    total: Total | None,
    counts: Counts,
    accept: _Writer,
    set_aside: _Writer,
) -> None:
    """Read, type, judge and write batch by batch; count, and say in the receipt what the file is like."""
    layout, columns = Layout(source.layout_rows, source.columns), list(_quarantine_schema(source))
    erased = erasure.listed(source, workspace)
    with _opened(source, delivery, workspace, receipt.looks, layout.counts) as (opened, batches):
        for batch in batches:
            receipt.rows_read += len(batch)
            batch = _records(correcting(batch), layout, total)
            unreadable = batch.filter(pl.col("unreadable").is_not_null())
            faults = _unreadable_faults(unreadable)
            set_aside(_with_reasons(unreadable, faults).select(columns))
            counts.unreadable(faults)
            batch = batch.filter(pl.col("unreadable").is_null())
            typed, faults = judged(batch, source)
            if erased:
                batch, faults = _without_erased(batch, faults, erased.among(typed), source)
            at_fault = pl.col("row_number").is_in(faults["row_number"].implode())
            good = typed.filter(~at_fault)
            accept(_with_provenance(good, delivery, receipt).select(list(accepted_schema(source.record_type))))
            set_aside(_with_reasons(batch, faults).select(columns))
            counts.accepted(good)
            counts.set_aside(typed.filter(at_fault), faults)
        receipt.rows_read += opened.above_header + opened.blank_lines + layout.counts[EMPTY_CELLS]
    if opened.above_header:
        layout.counts["above_header"] = opened.above_header
    if opened.blank_lines:
        layout.counts["blank_line"] = opened.blank_lines
    receipt.layout = {kind: rows for kind, rows in sorted(layout.counts.items()) if rows or kind in source.layout_rows}
    receipt.header = [name for name in opened.names if name]


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


def _accepting(path: Path, source: Source) -> _Writer:
    """The writer of accepted rows; all but keys repeat."""
    schema = accepted_schema(source.record_type)
    return _Writer(path, schema, set(PROVENANCE) | set(schema) - set(source.key))


def _quarantine_schema(source: Source) -> dict[str, pl.DataType]:
    """Columns of a quarantine file: why a row was set aside, and its cells as they were."""
    return {"row_number": pl.Int64(), "reasons": pl.List(REASON)} | {column: pl.String() for column in source.columns}


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
