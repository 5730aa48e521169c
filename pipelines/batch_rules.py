"""Rules about a delivery as a whole: each is a warning, or stops the delivery, as the source says.

Belongs here: what ``batch`` in ``source.yml`` says, and what of it a delivery breaks. Does not belong here: rules about a row
(the contract), or what a broken delivery means (intake). What is told are counts, dates and words of ``source.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from pipelines.numbers import Numbers
from pipelines.periods import clashes, read
from pipelines.tables import name, text
from pipelines.values import stripped

if TYPE_CHECKING:
    from pipelines.receipts import Receipt
    from pipelines.sources import Source

OF_LAST = 6
MILLIONTHS = 1_000_000
"""Amounts are added as whole millionths, so that a sum is exact in any order."""
MANY_CATEGORIES = 20


@dataclass(frozen=True)
class Broken:
    """A rule that a delivery breaks: what to tell, and whether that stops it."""

    what: str
    stops: bool


@dataclass
class Total:
    """The sum of a column over the records of a delivery, and what its total row says."""

    row: str
    column: str
    numbers: Numbers
    absent: tuple[str, ...]
    sum: int = 0
    unread: int = 0
    stated: list[int | None] = field(default_factory=list)

    @classmethod
    def of(cls, source: Source) -> Total | None:
        """What is to be added up, where the source says so."""
        stated = source.batch.get("total")
        if stated is None:
            return None
        absent = (*source.missing, "", *source.config.get("marks", {}))
        numbers = stated.get("numbers", source.config.get("numbers", {}))
        return cls(stated["row"], stated["column"], Numbers.of(numbers), absent)

    def records(self, batch: pl.DataFrame) -> None:
        """Add the cells of records; what stands in a row that cannot be read is not known."""
        self.unread += len(batch) - batch["unreadable"].null_count()
        batch = batch.filter(pl.col("unreadable").is_null())
        cells = batch.filter(~stripped(self.column).fill_null("").is_in(self.absent))
        amounts = cells.select(self._amount()).to_series()
        self.sum += int(amounts.cast(pl.Int128).sum() or 0)
        self.unread += amounts.null_count()

    def layout(self, kind: str, rows: pl.DataFrame) -> None:
        """Read the total, where rows of layout are of its kind."""
        if kind == self.row and len(rows):
            self.stated += rows.select(self._amount()).to_series().to_list()

    def _amount(self) -> pl.Expr:
        return (self.numbers.read(stripped(self.column), pl.Float64()) * MILLIONTHS).round().cast(pl.Int64, strict=False)

    def broken(self, within: float) -> str | None:
        """What is wrong with the total; ``None`` where it is the sum."""
        if not self.stated:
            return f"there is no row `{self.row}`, so whether all rows have come cannot be told"
        total = self.stated[-1]
        if total is None or self.unread:
            cells = "its own cell" if total is None else f"{self.unread} cells"
            return f"the total of `{self.column}` cannot be checked: {cells} cannot be read as numbers"
        if abs(total - self.sum) <= round(within * MILLIONTHS):
            return None
        return f"the row `{self.row}` says {_amount(total)} for `{self.column}`, and the rows come to {_amount(self.sum)}"


def broken(
    source: Source,
    receipt: Receipt,
    earlier: Sequence[Receipt],
    last: Path | None,
    accepted: Path,
    file_name: str,
    total: Total | None,
) -> Iterator[Broken]:
    """The rules that a delivery breaks.

    ``earlier`` are the usable deliveries before it, oldest first; ``last`` and ``accepted`` are the accepted rows of the last of
    them and of this one.
    """
    rules = source.batch
    if "row_count" in rules:
        yield from _told(rules["row_count"], _row_count(rules["row_count"], receipt, earlier))
    for column, rule in rules.get("missing", {}).items():
        yield from _told(rule, _missing(column, rule, receipt))
    for column, then in rules.get("categories", {}).items():
        yield from _told({"then": then}, _categories(column, last, accepted))
    if "period" in rules:
        yield from _told(rules["period"], _period(rules["period"], file_name, accepted, source.reshape.year_starts_in))
    if total is not None:
        yield from _told(rules["total"], total.broken(rules["total"].get("within", 0)))


def _told(rule: Mapping[str, Any], what: str | None) -> Iterator[Broken]:
    if what is not None:
        yield Broken(what, rule["then"] == "stop")


def _row_count(rule: Mapping[str, Any], receipt: Receipt, earlier: Sequence[Receipt]) -> str | None:
    counts = [one.rows_accepted + one.rows_quarantined for one in earlier[-rule.get("of_last", OF_LAST) :]]
    if not counts:
        return None
    rows, usual = receipt.rows_accepted + receipt.rows_quarantined, median(counts)
    if abs(rows - usual) * 100 <= rule["within_percent"] * usual:
        return None
    before = f"the last {len(counts)} deliveries" if len(counts) > 1 else "the delivery before"
    return f"{rows} rows, where {before} had {usual:g}: more than {rule['within_percent']:g} % away"


def _missing(column: str, rule: Mapping[str, Any], receipt: Receipt) -> str | None:
    absent, rows = receipt.missing.get(column, 0), receipt.rows_accepted
    if absent * 100 <= rule["at_most_percent"] * rows:
        return None
    return f"`{column}` is empty in {absent} of {rows} rows, more than {rule['at_most_percent']:g} %"


def _categories(column: str, last: Path | None, accepted: Path) -> str | None:
    """Words of a field that come or go: they are the source's own codes, or it could not state this rule."""
    if last is None:
        return None
    now, then = _words(column, accepted), _words(column, last)
    parts = [
        f"{what}: {', '.join(sorted(words)[:MANY_CATEGORIES])}{' and more' if len(words) > MANY_CATEGORIES else ''}"
        for what, words in (("new", now - then), ("gone", then - now))
        if words
    ]
    return f"`{column}` has other words than in the delivery before; {'; '.join(parts)}" if parts else None


def _words(column: str, path: Path) -> set[str]:
    with duckdb.connect() as connection:
        query = f"select distinct {name(column)} from read_parquet({text(path)}) where {name(column)} is not null"
        return {str(word) for (word,) in connection.execute(query).fetchall()}


def _period(rule: Mapping[str, Any], file_name: str, accepted: Path, year_starts_in: int) -> str | None:
    span = _span(rule, file_name, year_starts_in)
    if span is None:
        return f"the file's name, {file_name}, does not say which period it is for"
    column, (first, last) = name(rule["field"]), span
    with duckdb.connect() as connection:
        query = f"select count(*), count(*) filter (where {column}::date not between ? and ?) from read_parquet({text(accepted)})"
        ((rows, outside),) = connection.execute(query, [first, last]).fetchall()
    if outside * 100 <= rule.get("at_most_percent", 0) * rows:
        return None
    return f"`{rule['field']}` is outside {first} to {last} in {outside} of {rows} rows"


def _span(rule: Mapping[str, Any], file_name: str, year_starts_in: int) -> tuple[date, date] | None:
    """The first and the last day of the period that a delivery is for."""
    if "file_name" not in rule:
        return date.fromisoformat(rule["first"]), date.fromisoformat(rule["last"])
    found = re.search(rule["file_name"], file_name)
    if found is None:
        return None
    said = found.groupdict()
    words = said["period"] if "period" in said else f"{said['year']}-{said['month']}"
    forms = rule.get("forms", ["numbered_month"]) if "period" in said else ["numbered_month"]
    period = read(words, forms, year_starts_in)
    return (period.start, period.end) if period else None


def _amount(millionths: int) -> str:
    return f"{millionths / MILLIONTHS:,.6f}".rstrip("0").rstrip(".")


def faults(
    stated: Mapping[str, Any], fields: Mapping[str, pl.DataType], closed: Collection[str], layout: Sequence[str]
) -> Iterator[tuple[list[str], str]]:
    """What is wrong with stated rules: where, and what.

    ``fields`` are those that are mapped, ``closed`` those that can hold none but stated words, ``layout`` the kinds of layout
    rows.
    """
    for part in ("missing", "categories"):
        for column in stated.get(part, {}):
            if column not in fields:
                yield [part, column], f"there is no such field among `columns`. Allowed: {', '.join(fields)}."
            elif part == "categories" and column not in closed:
                yield [part, column], "only a field with `values` or `lookup` has categories: its words are told."
    period = stated.get("period", {})
    dates = [column for column, kind in fields.items() if kind == pl.Date or isinstance(kind, pl.Datetime)]
    if period and period["field"] not in dates:
        yield ["period", "field"], f"no date is taken in under this name. Allowed: {', '.join(dates) or 'none'}."
    yield from _period_faults(period)
    if "total" in stated and stated["total"]["row"] not in layout:
        yield ["total", "row"], f"no rows of this kind are named under `layout_rows`. Allowed: {', '.join(layout) or 'none'}."


def _period_faults(period: Mapping[str, Any]) -> Iterator[tuple[list[str], str]]:
    for bound in ("first", "last"):
        try:
            date.fromisoformat(period.get(bound, "2000-01-01"))
        except ValueError:
            yield ["period", bound], "this is no day; write it as 2026-04-01."
    for one, other in clashes(period.get("forms", [])):
        yield ["period", "forms"], f"the same words can be a period of `{one}` and another one of `{other}`; keep the right one."
    if "file_name" in period:
        try:
            parts = set(re.compile(period["file_name"]).groupindex)
        except re.error as error:
            yield ["period", "file_name"], f"this is not a regular expression: {error}."
        else:
            if "period" not in parts and not {"year", "month"} <= parts:
                yield ["period", "file_name"], "name a part (?P<period>…), or the parts (?P<year>…) and (?P<month>…)."
