"""Rows as a publisher lays them out become rows as a contract wants them: one fact a row.

Belongs here: what ``reshape`` in ``source.yml`` says. Columns whose headings say what they hold (a year, a place) become
rows; parts of a file's name, several columns joined or made into one name, and the first and last day of a period written in
words become columns. Does not belong here: what a cell means (intake), how a file is opened (formats).

A row of the file gives one row for each group of cells that its headings name. Such a row's number is the number of the
file's row, times the number of groups, plus the group's place, so that each can be found again; a group of empty cells is a
layout row called ``empty_cells``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.formats import BrokenDelivery
from pipelines.periods import read

PERIOD_COLUMNS = ("period_type", "period_start", "period_end")
EMPTY_CELLS = "empty_cells"
PART = "part"
JOINED_BY = " | "
SIGNS = {"%": " percent ", "£": " pounds ", "&": " and "}
"""Signs that tell one title from another, as words."""

Group = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reshape:
    """How the rows of a source's files are laid out anew; nothing is done where nothing is stated.

    ``headers`` are patterns of headings with named parts: each becomes a column, but the part called ``part``, whose words
    become columns that hold the cells (without it, the column ``cell`` does). ``file_name`` is a pattern with named parts.
    ``joined`` names columns made of others, ``names`` those made of others' words as one name. ``period`` is the column with a
    period in words, in one of ``period_forms``, which one of ``period_remarks`` may follow.
    """

    headers: tuple[str, ...] = ()
    file_name: str | None = None
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: str | None = None
    period_forms: tuple[str, ...] = ()
    period_remarks: tuple[str, ...] = ()
    year_starts_in: int = 4

    @classmethod
    def of(cls, stated: Mapping[str, Any], year_starts_in: int) -> Reshape:
        """What ``reshape`` of a ``source.yml`` says."""
        period = stated.get("period", {})
        return cls(
            headers=tuple(stated.get("headers", [])),
            file_name=stated.get("file_name"),
            joined={name: tuple(columns) for name, columns in stated.get("joined", {}).items()},
            names={name: tuple(columns) for name, columns in stated.get("names", {}).items()},
            period=period.get("column"),
            period_forms=tuple(period.get("forms", [])),
            period_remarks=tuple(period.get("remarks", [])),
            year_starts_in=year_starts_in,
        )

    @property
    def made(self) -> set[str]:
        """The columns that reshaping makes and a file does not have, as far as they are known without one."""
        names = set(self.joined) | set(self.names) | (set(PERIOD_COLUMNS) if self.period else set()) | _names(self.file_name)
        for pattern in self.headers:
            names |= _names(pattern) - {PART}
        return names | ({"cell"} if self.headers else set())

    def needed(self, columns: Iterable[str], header: Sequence[str]) -> list[str]:
        """The columns that must be read from a file with this header to make the given ones.

        Raises :class:`BrokenDelivery` where no heading is of a stated pattern.
        """
        groups = self._groups(header)
        parts = {part for cells in groups.values() for part in cells}
        wanted = [*columns, *(name for names in (*self.joined.values(), *self.names.values()) for name in names)]
        wanted += [self.period] if self.period else []
        plain = [name for name in wanted if name not in self.made | parts]
        return list(dict.fromkeys([*plain, *(name for cells in groups.values() for name in cells.values())]))

    def batches(
        self, batches: Iterable[pl.DataFrame], columns: Sequence[str], header: Sequence[str], file_name: str, layout: Counter[str]
    ) -> Iterator[pl.DataFrame]:
        """The batches of a file laid out anew, with the given columns; what is left out is counted in ``layout``."""
        named = self._from_file_name(file_name)
        groups = self._groups(header)
        for batch in batches:
            long = self._long(batch, groups, layout)
            shaped = long.with_columns(pl.lit(value, pl.String).alias(name) for name, value in named.items())
            for name, joined in self.joined.items():
                shaped = shaped.with_columns(pl.concat_str(joined, separator=JOINED_BY, ignore_nulls=True).alias(name))
            for name, words in self.names.items():
                shaped = shaped.with_columns(_one_name(words).alias(name))
            shaped = self._with_period(shaped)
            absent = [name for name in columns if name not in shaped.columns]
            shaped = shaped.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
            yield shaped.select("row_number", "unreadable", *columns)

    def _groups(self, header: Sequence[str]) -> dict[Group, dict[str, str]]:
        """The groups of cells that headings name: for each, the heading by part."""
        groups: dict[Group, dict[str, str]] = {}
        for heading in header:
            found = next((match for pattern in self.headers if (match := re.fullmatch(pattern, heading))), None)
            if found is None:
                continue
            said = {name: " ".join(text.split()) for name, text in found.groupdict().items() if text is not None}
            part = said.pop(PART, "cell")
            cells = groups.setdefault(tuple(sorted(said.items())), {})
            if part in cells:
                raise BrokenDelivery(f"two headings say the same of a cell, `{cells[part]}` and `{heading}`")
            cells[part] = heading
        if self.headers and not groups:
            raise BrokenDelivery(
                f"no heading is of a pattern stated under `reshape`; the file has: {', '.join(name for name in header if name)}"
            )
        return groups

    def _from_file_name(self, file_name: str) -> dict[str, str]:
        if self.file_name is None:
            return {}
        found = re.search(self.file_name, file_name)
        if found is None:
            raise BrokenDelivery(f"the file's name, {file_name}, is not of the pattern stated under `reshape`")
        return {name: text or "" for name, text in found.groupdict().items()}

    def _long(self, batch: pl.DataFrame, groups: dict[Group, dict[str, str]], layout: Counter[str]) -> pl.DataFrame:
        """The batch with a row for each group of cells; a row that cannot be read stays one."""
        if not groups:
            return batch
        headings = {name for cells in groups.values() for name in cells.values()}
        kept = [name for name in batch.columns if name not in headings]
        number = (pl.col("row_number") - 1) * len(groups)
        unread = pl.col("unreadable").is_not_null()
        found = [batch.filter(unread).select(kept).with_columns(row_number=number + 1)]
        for place, (group, cells) in enumerate(groups.items(), start=1):
            long = batch.filter(~unread).select(*kept, *(pl.col(heading).alias(part) for part, heading in cells.items()))
            filled = pl.any_horizontal(pl.col(part).str.strip_chars().fill_null("") != "" for part in cells)
            stated = long.filter(filled).with_columns(row_number=number + place)
            layout[EMPTY_CELLS] += len(long) - len(stated)
            found.append(stated.with_columns(pl.lit(text, pl.String).alias(name) for name, text in group))
        return pl.concat(found, how="diagonal").sort("row_number")

    def _with_period(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with type, first and last day of their period; what is no period stays as it is, for intake to refuse."""
        if self.period is None:
            return rows
        texts = rows[self.period].unique().drop_nulls().to_list()
        found = {text: read(self._without_remark(text), self.period_forms, self.year_starts_in) for text in texts}
        known = [
            (text, period.period_type, period.start.isoformat(), period.end.isoformat()) if period else (text, None, text, text)
            for text, period in found.items()
        ]
        meaning = pl.DataFrame(known, schema=dict.fromkeys((self.period, *PERIOD_COLUMNS), pl.String), orient="row")
        return rows.join(meaning, on=self.period, how="left", maintain_order="left")

    def _without_remark(self, period: str) -> str:
        """The words of a period alone, without what is said of its figure: ``2019/20`` of ``2019/20 provisional``."""
        for remark in self.period_remarks:
            period = period.strip().removesuffix(remark)
        return period


def _one_name(columns: Sequence[str]) -> pl.Expr:
    """The words of some columns as one name in snake_case."""
    words = pl.concat_str(columns, separator=" ", ignore_nulls=True).str.replace_many(list(SIGNS), list(SIGNS.values()))
    return words.str.to_lowercase().str.replace_all("[^a-z0-9]+", "_").str.strip_chars("_")


def _names(pattern: str | None) -> set[str]:
    return set(re.compile(pattern).groupindex) if pattern else set()
