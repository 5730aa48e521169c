"""Every fault of rows: cells that cannot be read, what the contract says of them, and rows that contradict each other.

Belongs here: finding faults. Does not belong here: reading single values (values), rules about a delivery as a whole
(batch_rules) and between deliveries (transitions), and what is done with a faulty row (intake).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pandera.errors
import polars as pl

from pipelines.formats import within
from pipelines.receipts import RowsLost
from pipelines.sources import Source
from pipelines.values import FAULTS, faults_of, read_values
from pipelines.workspace import Workspace
from schemas import RecordType

WHOLE_ROW = "row"
"""Stands for the field where a rule is about several of them."""
CHECKS = {
    "isin": "none of the words that are allowed: {allowed_values}",
    "str_matches": "not of the form that is wanted: {pattern}",
    "greater_than": "not above {min_value}",
    "greater_than_or_equal_to": "below {min_value}",
    "less_than": "not below {max_value}",
    "less_than_or_equal_to": "above {max_value}",
}
"""Pandera's own checks in plain words."""


def judged(rows: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of text cells as fields of the contract's types, with ``row_number``, and all that is wrong with each row alone.

    Where a cell cannot be read its field has no value. Faults are ``row_number``, ``field``, ``rule``, ``explanation``.
    """
    typed, faults = read_values(rows, source)
    return typed, pl.concat([faults, _contract_faults(typed, faults, source)])


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
    words = _explanations(record_type)
    found: pl.DataFrame = cases.select(
        row_number=typed["row_number"].gather(cases["index"].cast(pl.UInt32)),
        field=pl.when(is_cell).then(pl.col("column")).otherwise(pl.lit(WHOLE_ROW)),
        rule=pl.col("check").str.extract(r"^(\w+)").replace({"not_nullable": "missing"}),
        explanation=pl.col("check").replace(words),
    ).cast(pl.Schema(FAULTS))
    return found


def _explanations(record_type: RecordType) -> dict[str, str]:
    """What each check of a contract means to whoever reads why a row was set aside, by what Pandera calls it."""
    found = {"not_nullable": "a value is needed"}
    for check in (check for column in record_type.schema.columns.values() for check in column.checks):
        if check.name in CHECKS:
            bounds = {
                name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in check.statistics.items()
            }
            said = CHECKS[check.name].format(**bounds).removesuffix(" 00:00:00")
            is_day = any(isinstance(bound, date) for bound in bounds.values())
            found[str(check.error)] = said.replace("below", "before").replace("above", "after") if is_day else said
    return found | {rule: f"{rule.replace('_', ' ')} ({', '.join(fields)})" for rule, fields in record_type.reads.items()}


def repeats(accepted: Path, source: Source, workspace: Workspace) -> pl.DataFrame:
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
