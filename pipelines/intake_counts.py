"""What a receipt says of the rows of a delivery, counted batch by batch.

Belongs here: counting rows accepted and set aside, by reason, by missing value and by month. Does not belong here: which rows
those are (judging), and that they add up (receipts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import polars as pl

from pipelines.receipts import Receipt
from schemas import RecordType

MONTHS = ("accepted", "set_aside")


class Counts:
    """The counts of one delivery of records of a type, so far."""

    def __init__(self, record_type: RecordType) -> None:
        self.record_type = record_type
        self.rows_set_aside = 0
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.months_set_aside = _no_months("set_aside")
        self.nothing_accepted()

    def nothing_accepted(self) -> None:
        """Begin anew with the accepted rows."""
        self.rows_accepted = 0
        self.missing: Counter[str] = Counter()
        self.days: list[date] = []
        self.months_accepted = _no_months("accepted")

    def accepted(self, rows: pl.DataFrame) -> None:
        """Count typed rows that were accepted."""
        self.rows_accepted += len(rows)
        self.missing.update({name: rows[name].null_count() for name in self.record_type.types})
        if self.record_type.dated_by and len(rows):
            days = rows.select(_day(self.record_type))["day"].drop_nulls()
            self.days += [day for day in (days.min(), days.max()) if isinstance(day, date)]
        self.months_accepted = _added(self.months_accepted, _months(rows, self.record_type, "accepted"))

    def set_aside(self, rows: pl.DataFrame, faults: pl.DataFrame) -> None:
        """Count typed rows that were set aside for these faults."""
        self.rows_set_aside += len(rows)
        self.reasons.update(dict(_counted(faults)))
        self.months_set_aside = _added(self.months_set_aside, _months(rows, self.record_type, "set_aside"))

    def unreadable(self, faults: pl.DataFrame) -> None:
        """Count rows that could not be split into cells, one fault each."""
        self.rows_set_aside += len(faults)
        self.reasons.update(dict(_counted(faults)))

    def told(self, receipt: Receipt) -> None:
        """Put all counts into the receipt."""
        receipt.rows_accepted, receipt.rows_quarantined = self.rows_accepted, self.rows_set_aside
        receipt.missing = {name: self.missing[name] for name in self.record_type.types}
        receipt.reasons = [{"field": f, "rule": r, "rows": rows} for (f, r), rows in sorted(self.reasons.items())]
        receipt.first_date = min(self.days).isoformat() if self.days else None
        receipt.last_date = max(self.days).isoformat() if self.days else None
        months = self.months_accepted.join(self.months_set_aside, on="month", how="full", coalesce=True, nulls_equal=True)
        receipt.months = months.with_columns(pl.col(*MONTHS).fill_null(0)).sort("month", nulls_last=True).to_dicts()


def _counted(faults: pl.DataFrame) -> Iterator[tuple[tuple[str, str], int]]:
    """Rows by field and rule."""
    for name, rule, rows in faults.group_by("field", "rule").agg(pl.col("row_number").n_unique()).iter_rows():
        yield (name, rule), rows


def _day(record_type: RecordType) -> pl.Expr:
    """The day on which a record happened."""
    return pl.coalesce(record_type.dated_by).cast(pl.Date).alias("day")


def _no_months(counted: str) -> pl.DataFrame:
    return pl.DataFrame(schema={"month": pl.String, counted: pl.Int64})


def _months(rows: pl.DataFrame, record_type: RecordType, counted: str) -> pl.DataFrame:
    """Typed rows by the month in which their records happened, in a column named ``counted``."""
    if not record_type.dated_by:
        return _no_months(counted)
    months = rows.group_by(_day(record_type).dt.month_start().alias("month")).agg(pl.len().cast(pl.Int64).alias(counted))
    return months.with_columns(pl.col("month").dt.strftime("%Y-%m-%d"))


def _added(counts: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """Two counts by month, together."""
    return pl.concat([counts, more]).group_by("month").sum()
