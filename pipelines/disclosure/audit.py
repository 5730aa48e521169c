"""A second look at the safe tables beside their marts: what the rule withholds is withheld, and nothing else is changed.

Shares no code with what chose the cells. It needs the marts, and so knows which counts are small; what can be worked
out from tables without knowing that is the matter of ``attack``, of whose findings this module tells which are true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.contract import Column, TableContract
from pipelines.council import Council
from pipelines.disclosure.attack import SMALL, UNCERTAIN, Exposure
from pipelines.disclosure.totals import record_of

PEOPLE, NOTE = "about_people", "value_note"


@dataclass(frozen=True)
class Violation:
    """A table that breaks a rule: which, in how many rows, and the keys of the first few."""

    table_name: str
    rule: str
    rows: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        rows = f" ({'; '.join(self.examples)})" if self.examples else ""
        return f"{self.table_name}: {self.rule}, in {self.rows} rows{rows}."


def audit(tables: Iterable[TableContract], council: Council, marts: Path, safe: Path) -> list[Violation]:
    """Read safe tables again beside their marts, and report whatever breaks the rule.

    A small count that is shown, a value that is neither the mart's nor withheld, a value missing that rests on no count, a
    row that is lost, a column too many and a note that is missing are each found.
    """
    return [violation for table in tables for violation in _audit(table, council, marts, safe)]


def true_ones(exposed: Iterable[Exposure], tables: Iterable[TableContract], council: Council, marts: Path) -> list[Exposure]:
    """The exposures that are true: a guess that the marts refute discloses nothing.

    What has no certain bounds counts as exposed, since nobody knows that it is not.
    """
    contracts = {table.name: table for table in tables}
    every = list(exposed)
    schema = ["table_name", "column", "record", "rule", "lower", "upper"]
    rows = [(one.table_name, one.column, one.record, one.rule, one.lower, one.upper) for one in every]
    found: set[int] = set()
    for (name,), exposures in pl.DataFrame(rows, schema=schema, orient="row").with_row_index("number").group_by("table_name"):
        mart = _by_record(contracts[str(name)], pl.read_parquet(marts / f"{name}.parquet"))
        known = exposures.join(mart, on=["column", "record"], how="left")
        value = pl.col("true value")
        within = value.is_between(pl.col("lower") - 0.01, pl.col("upper") + 0.01)
        small = value.is_between(0, council.smallest_count, closed="none") | (pl.col("rule") != SMALL)
        nobody = (value == 0) & council.zeros_shown  # may be shown, so to work it out tells nothing
        refuted = value.is_null() | nobody | ~pl.col("people") | ~(within & small | (pl.col("rule") == UNCERTAIN))
        true = pl.col("people").is_null() | ~refuted  # a row that no mart has is refuted by nothing
        found |= set(known.filter(true)["number"])
    return [one for number, one in enumerate(every) if number in found]


def violations(exposed: Iterable[Exposure]) -> list[Violation]:
    """Exposures by table, column and rule."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for one in exposed:
        together.setdefault((one.table_name, one.column, one.rule), []).append(one.record)
    return [
        Violation(table, f"{column} {rule}", len(set(records)), tuple(dict.fromkeys(records))[:3])
        for (table, column, rule), records in together.items()
    ]


def _by_record(table: TableContract, mart: pl.DataFrame) -> pl.DataFrame:
    """The numbers of a mart by column and record, the key of its row, and whether they are about people."""
    people = pl.col(PEOPLE).fill_null(True) if PEOPLE in mart.columns else pl.lit(True)
    numbers = [column.name for column in table.columns if column.is_number and (column.disclosure or not column.published)]
    rows = mart.select(
        record_of(table).alias("record"),
        people.alias("people"),
        *(pl.col(name).cast(pl.Float64) for name in numbers),
    )
    return rows.unpivot(index=["record", "people"], variable_name="column", value_name="true value")


def _audit(table: TableContract, council: Council, marts: Path, safe: Path) -> Iterator[Violation]:
    mart, shown = (pl.read_parquet(folder / f"{table.name}.parquet") for folder in (marts, safe))
    expected = [column.name for column in table.columns if column.published]
    if shown.columns != expected:
        wrong = sorted(set(shown.columns) ^ set(expected)) or shown.columns
        yield Violation(table.name, f"columns other than the published ones: {', '.join(wrong)}", shown.height)
        return
    key = list(table.primary_key)
    repeated = mart.height - mart.select(key).n_unique()
    if repeated:
        yield Violation(table.name, f"rows that share a key ({', '.join(key)})", repeated)
        return
    both = mart.join(shown, on=key, how="inner", suffix=" shown", nulls_equal=True)
    kept = mart.join(shown, on=key, how="semi", nulls_equal=True).height
    if mart.height != kept or shown.height != kept:
        yield Violation(table.name, "rows lost or added", mart.height - kept + shown.height - kept)
    yield from _cell_violations(table, both, council)


def _cell_violations(table: TableContract, both: pl.DataFrame, council: Council) -> Iterator[Violation]:
    """Compare cell by cell; ``both`` has each published column twice, the safe one named ``<column> shown``."""
    people = pl.col(PEOPLE).fill_null(True) if PEOPLE in both.columns else pl.lit(True)
    emptied = pl.lit(False)
    for column in table.columns:
        if not column.published or column.name in (*table.primary_key, NOTE):
            continue
        before, after = pl.col(column.name), pl.col(f"{column.name} shown")
        small = [_small(count, council) for count in column.disclosure]
        hide = people & pl.any_horizontal(small) if small else pl.lit(False)
        left_out = bool(column.disclosure) and council.round_to > 1 and column.rounded is None
        gone = before.is_not_null() & after.is_null() & (not left_out)
        emptied |= gone if column.disclosure else pl.lit(False)
        changed = ~_as_in_the_mart(column, before, after, council.round_to) & after.is_not_null() & ~hide
        wrongly_gone = gone if not column.disclosure else pl.lit(False)
        yield from _found(table, f"{column.name} shown although it rests on a small count", both, hide & after.is_not_null())
        yield from _found(table, f"{column.name} is not the mart's value", both, changed | wrongly_gone)
    if NOTE in both.columns:
        note = pl.col(f"{NOTE} shown")
        right = pl.when(emptied).then(note.eq_missing(pl.lit("c"))).otherwise(note.eq_missing(pl.col(NOTE)))
        yield from _found(table, f"{NOTE} does not say what was withheld", both, ~right)


def _small(count: str, council: Council) -> pl.Expr:
    small = pl.col(count).is_between(0, council.smallest_count, closed="none")
    return (small if council.zeros_shown else small | (pl.col(count) == 0)).fill_null(False)


def _as_in_the_mart(column: Column, before: pl.Expr, after: pl.Expr, round_to: int) -> pl.Expr:
    """Whether a shown value is the mart's, or for a rounded count the multiple beside it; shares are not looked at again."""
    if round_to == 1 or not column.disclosure or column.rounded == "kept":
        return before.eq_missing(after)
    if column.rounded == "count":
        return ((before - after).abs() * 2 <= round_to) & (after.mod(round_to) == 0)
    return pl.lit(True)


def _found(table: TableContract, rule: str, both: pl.DataFrame, broken: pl.Expr) -> Iterator[Violation]:
    rows = both.filter(broken).select(table.primary_key)
    if rows.height:
        examples = tuple("|".join(f"{c}={v}" for c, v in row.items()) for row in rows.head(3).iter_rows(named=True))
        yield Violation(table.name, rule, rows.height, examples)
