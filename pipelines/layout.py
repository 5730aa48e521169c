"""Rows that are no records: titles, totals, notes, blanks. Each kind is named in ``source.yml``, counted and left out.

Belongs here: telling such rows from records. Does not belong here: rows above the column names (formats).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from pipelines.values import stripped


class Layout:
    """What ``layout_rows`` of a source says, applied batch by batch; ``counts`` are the rows found, by kind."""

    def __init__(self, rules: dict[str, Any], columns: Sequence[str]) -> None:
        self.rules, self.columns = rules, columns
        self.counts: Counter[str] = Counter()
        self.begins: dict[str, int] = {}

    def removed(self, batch: pl.DataFrame) -> Iterator[tuple[str | None, pl.DataFrame]]:
        """The rows of each kind; last, without one, the rows that are records."""
        for kind, rule in self.rules.items():
            matches = batch.select(self._matches(rule)).to_series()
            if rule != "all_empty" and rule.get("and_below"):
                matches |= self._below(kind, batch["row_number"], matches)
            self.counts[kind] += int(matches.sum())
            yield kind, batch.filter(matches)
            batch = batch.filter(~matches)
        yield None, batch

    def _matches(self, rule: Any) -> pl.Expr:
        if rule != "all_empty":
            return stripped(rule["column"]).str.contains(rule["matches"]).fill_null(False)
        empty = pl.all_horizontal(stripped(column).fill_null("") == "" for column in self.columns)
        some_cell = pl.any_horizontal(pl.col(column).is_not_null() for column in self.columns)
        return empty & (pl.col("unreadable").is_null() | some_cell)

    def _below(self, kind: str, numbers: pl.Series, matches: pl.Series) -> pl.Series:
        """Rows below the first one of a kind, in whichever batch that was."""
        first = numbers.filter(matches).min()
        if isinstance(first, int):
            self.begins[kind] = min(first, self.begins.get(kind, first))
        return numbers >= self.begins[kind] if kind in self.begins else matches
