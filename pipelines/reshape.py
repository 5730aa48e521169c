"""Rows as a publisher lays them out become rows as a contract wants them: one fact a row.

Belongs here: what ``reshape`` in ``source.yml`` says. Columns whose headings say what they hold (a year, a place) become
rows; parts of a file's name, several columns joined or made into one name, columns that files call differently, the first and
last day of a period written in words and the figure that a cell says become columns. Does not belong here: what a cell means
(intake), how a file is opened (formats).

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

from pipelines import figures
from pipelines.formats import BrokenDelivery
from pipelines.headings import PART, Heading, heading_of
from pipelines.periods import read

PERIOD_COLUMNS = ("type", "start", "end")
EMPTY_CELLS = "empty_cells"
AT_ROW, AT_HEADING = "at_row", "at_heading"
"""Where a group of cells stands: the number of the file's row, and the heading of the column with its value."""
JOINED_BY = " | "
SIGNS = {"%": " percent ", "£": " pounds ", "&": " and "}
"""Signs that tell one title from another, as words."""

Group = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PeriodColumn:
    """A ``column`` with a period in words, in one of ``forms``, which ``remarks`` may follow.

    The names of the columns that it makes begin with ``makes``.
    """

    makes: str
    column: str
    forms: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(cls, makes: str, stated: Mapping[str, Any]) -> PeriodColumn:
        """What ``period``, or an entry of ``periods``, says."""
        return cls(makes, stated["column"], tuple(stated["forms"]), tuple(stated.get("remarks", [])))

    @property
    def columns(self) -> list[str]:
        """The columns that it makes: type, first and last day."""
        return [f"{self.makes}_{name}" for name in PERIOD_COLUMNS]

    def added(self, rows: pl.DataFrame, year_starts_in: int, refused: bool) -> pl.DataFrame:
        """The rows with type, first and last day of their period.

        What is no period stays as it is for intake to refuse, where ``refused``; else it is no period.
        """
        texts = rows[self.column].unique().drop_nulls().to_list()
        found = {text: read(self._alone(text), self.forms, year_starts_in) for text in texts}
        known = [
            (text, one.period_type, one.start.isoformat(), one.end.isoformat())
            if one
            else (text, None, *((text, text) if refused else (None, None)))
            for text, one in found.items()
        ]
        meaning = pl.DataFrame(known, schema=dict.fromkeys((self.column, *self.columns), pl.String), orient="row")
        return rows.join(meaning, on=self.column, how="left", maintain_order="left")

    def _alone(self, period: str) -> str:
        """The words of a period without what is said of its figure: ``2019/20`` of ``2019/20 Revised Final``."""
        text, before = " ".join(period.split()), None
        while text != before:
            before = text
            for remark in self.remarks:
                if text.casefold().endswith(remark.casefold()):
                    text = text[: -len(remark)].strip()
        return text


@dataclass(frozen=True)
class FigureColumns:
    """The columns of a scorecard's figure: its ``value``, and where there are such, its ``unit`` and ``target``.

    They make ``figure_number``, ``figure_reason`` (why there is none), ``figure_unit``, ``target_unit`` (the kinds of unit
    that value and target name themselves) and ``unit_kind``. ``absent`` are the source's words for no figure.
    """

    value: str
    unit: str | None = None
    target: str | None = None
    absent: tuple[str, ...] = ()

    BOUNDS = ("target_at_least", "target_at_most", "target_level", "target_is_strict")
    MADE = ("figure_number", "figure_reason", "figure_unit", "target_unit", "unit_kind", *BOUNDS)

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> FigureColumns:
        """What ``figure`` says."""
        return cls(stated["column"], stated.get("unit"), stated.get("target"), tuple(stated.get("absent", [])))

    @property
    def read(self) -> list[str]:
        """The columns that it reads."""
        return [name for name in (self.value, self.unit, self.target) if name]

    def added(self, rows: pl.DataFrame, forms: Sequence[str], year_starts_in: int) -> pl.DataFrame:
        """The rows with what their figures say."""
        cells = [pl.col(name).fill_null("") if name else pl.lit("") for name in (self.value, self.unit, self.target)]
        asked = rows.select(value=cells[0], unit=cells[1], target=cells[2])
        told = [
            (value, unit, target, *self._told(value, unit, target, forms, year_starts_in))
            for value, unit, target in asked.unique().iter_rows()
        ]
        meaning = pl.DataFrame(told, schema=dict.fromkeys(("value", "unit", "target", *self.MADE), pl.String), orient="row")
        found = asked.join(meaning, on=["value", "unit", "target"], how="left", maintain_order="left")
        return rows.with_columns(found.select(self.MADE))

    def _told(self, value: str, unit: str, target: str, forms: Sequence[str], starts: int) -> tuple[str | None, ...]:
        figure = figures.read(value, unit, self.absent, forms, starts)
        named = figures.named_unit(value) if figure.number is not None else None
        units = named, figures.named_unit_of_target(target), figures.unit_kind(unit)
        return figure.number, figure.reason, *units, *figures.bounds(target, unit, starts)


@dataclass(frozen=True)
class Reshape:
    """How the rows of a source's files are laid out anew; nothing is done where nothing is stated.

    ``headings`` are patterns of headings with named parts: each part becomes a column, but the one called ``part``, whose words
    become columns that hold the cells (without it, the column ``cell`` does). ``file_name`` is a pattern with named parts.
    ``called`` are columns by the pattern of what files call them, ``joined`` columns made of others, ``names`` those made of
    others' words as one name. ``periods`` make days of periods in words, the first of them being the figure's own if it makes
    ``period``. ``unused`` are patterns of headings that hold nothing to be read.
    """

    headings: tuple[Heading, ...] = ()
    file_name: Heading | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    periods: tuple[PeriodColumn, ...] = ()
    figure: FigureColumns | None = None
    unused: tuple[str, ...] | None = None
    year_starts_in: int = 4

    @classmethod
    def of(cls, stated: Mapping[str, Any], year_starts_in: int) -> Reshape:
        """What ``reshape`` of a ``source.yml`` says."""
        periods = {"period": stated["period"]} if "period" in stated else {}
        return cls(
            headings=tuple(heading_of(one) for one in stated.get("headers", [])),
            file_name=heading_of(stated["file_name"]) if "file_name" in stated else None,
            called=stated.get("called", {}),
            joined={name: tuple(columns) for name, columns in stated.get("joined", {}).items()},
            names={name: tuple(columns) for name, columns in stated.get("names", {}).items()},
            periods=tuple(PeriodColumn.of(name, one) for name, one in (periods | stated.get("periods", {})).items()),
            figure=FigureColumns.of(stated["figure"]) if "figure" in stated else None,
            unused=tuple(stated["unused"]) if "unused" in stated else None,
            year_starts_in=year_starts_in,
        )

    @property
    def made(self) -> set[str]:
        """The columns that reshaping makes and a file does not have, as far as they are known without one."""
        names = set(self.joined) | set(self.names) | set(self.called) | (self.file_name.parts if self.file_name else set())
        names |= {name for period in self.periods for name in period.columns}
        names |= set(FigureColumns.MADE) if self.figure else set()
        for heading in self.headings:
            names |= heading.parts
        return names | ({"cell", AT_ROW, AT_HEADING} if self.headings else set())

    def needed(self, columns: Iterable[str], header: Sequence[str], file_name: str) -> list[str]:
        """The columns that must be read from a file with this header and name to make the given ones.

        Raises :class:`BrokenDelivery` where no heading is of a stated pattern, or several are of one.
        """
        groups = self._groups(header, file_name)
        parts = {part for cells in groups.values() for part in cells}
        if self.figure and self.headings and self.figure.value not in parts | set(header):
            known = {heading for cells in groups.values() for heading in cells.values()} | set(self._called(header).values())
            unknown = ", ".join(name for name in header if name and name not in known) or "none"
            raise BrokenDelivery(
                f"no pattern under `headers` of `reshape` gives `{self.figure.value}`, the figures; add one for this file's "
                f"headings. No pattern knows: {unknown}. The others give: {', '.join(sorted(parts)) or 'nothing'}; what a part "
                f"is called can be said otherwise, as `says: {{part: {self.figure.value}}}`"
            )
        wanted = [*columns, *(name for names in (*self.joined.values(), *self.names.values()) for name in names)]
        wanted += [period.column for period in self.periods] + (self.figure.read if self.figure else [])
        plain = [name for name in wanted if name not in self.made | parts]
        called = self._called(header).values()
        return list(dict.fromkeys([*plain, *called, *(name for cells in groups.values() for name in cells.values())]))

    def unaccounted(self, columns: Iterable[str], header: Sequence[str], file_name: str) -> list[str]:
        """The headings that are neither read nor stated as unused; none where nothing is stated about unused ones."""
        if self.unused is None:
            return []
        read_ones = set(self.needed(columns, header, file_name))
        return [
            name
            for name in header
            if name and name not in read_ones and not any(re.fullmatch(pattern, name) for pattern in self.unused)
        ]

    def loss(self, columns: Iterable[str], header: Sequence[str], file_name: str) -> str | None:
        """What to tell where headings are neither read nor stated as unused; ``None`` where there are none."""
        unread = self.unaccounted(columns, header, file_name)
        if not unread:
            return None
        return (
            f"columns are neither read nor stated as unused, so nothing of them is published: {', '.join(unread)}; "
            "add a pattern under `headers` or `unused` of `reshape`"
        )

    def batches(
        self, batches: Iterable[pl.DataFrame], columns: Sequence[str], header: Sequence[str], file_name: str, layout: Counter[str]
    ) -> Iterator[pl.DataFrame]:
        """The batches of a file laid out anew, with the given columns; what is left out is counted in ``layout``."""
        named = self._from_file_name(file_name)
        groups = self._groups(header, file_name)
        called = self._called(header)
        for batch in batches:
            batch = batch.with_columns(pl.col(heading).alias(name) for name, heading in called.items())
            long = self._long(batch, groups, layout)
            absent = [name for name in self.made if name not in long.columns and name in self._given]
            long = long.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
            shaped = long.with_columns(pl.lit(value, pl.String).alias(name) for name, value in named.items())
            for name, joined in self.joined.items():
                shaped = shaped.with_columns(pl.concat_str(joined, separator=JOINED_BY, ignore_nulls=True).alias(name))
            for name, words in self.names.items():
                shaped = shaped.with_columns(_one_name(words).alias(name))
            for period in self.periods:
                shaped = period.added(shaped, self.year_starts_in, refused=self.figure is None)
            if self.figure:
                shaped = self.figure.added(shaped, self._figure_forms, self.year_starts_in)
            absent = [name for name in columns if name not in shaped.columns]
            shaped = shaped.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
            yield shaped.select("row_number", "unreadable", *columns)

    @property
    def _given(self) -> set[str]:
        """The columns that a file may or may not have: parts of headings, and columns that files call differently."""
        return set(self.called).union(*(heading.parts for heading in self.headings))

    @property
    def _figure_forms(self) -> tuple[str, ...]:
        """How the figure's own period is written, which may have got into the cell of its value."""
        return next((period.forms for period in self.periods if period.makes == "period"), ())

    def _called(self, header: Sequence[str]) -> dict[str, str]:
        """The columns that files call differently: for each the heading that this file has, where it has one.

        Raises :class:`BrokenDelivery` where it has several, or none of a column that a name is made of and whose pattern is not
        also that of no heading, as of ``Unit|`` is.
        """
        found = {}
        for name, pattern in self.called.items():
            headings = [heading for heading in header if heading and re.fullmatch(pattern, heading)]
            if len(headings) > 1:
                raise BrokenDelivery(
                    f"several headings are of the pattern called `{name}` under `reshape`: {', '.join(headings)}"
                )
            if headings:
                found[name] = headings[0]
            elif any(name in columns for columns in self.names.values()) and not re.fullmatch(pattern, ""):
                raise BrokenDelivery(
                    f"no heading is of the pattern called `{name}` under `reshape`; add what this file calls it, or a `|` at "
                    f"its end if files may be without. It has: {', '.join(name for name in header if name)}"
                )
        return found

    def _groups(self, header: Sequence[str], file_name: str) -> dict[Group, dict[str, str]]:
        """The groups of cells that headings name: for each, the heading by part."""
        groups: dict[Group, dict[str, str]] = {}
        of_file = self._from_file_name(file_name) if self.headings else {}
        for heading in header:
            said = next((found for one in self.headings if (found := one.read(heading, of_file)) is not None), None)
            if said is None:
                continue
            part = said.pop(PART, "cell")
            cells = groups.setdefault(tuple(sorted(said.items())), {})
            if part in cells:
                raise BrokenDelivery(
                    f"two headings say the same of a cell, `{cells[part]}` and `{heading}`; where they are alike, state "
                    "`repeated_names: numbered` under `format`, and the one that does not count under `unused` of `reshape`"
                )
            cells[part] = heading
        if self.headings and not groups:
            raise BrokenDelivery(
                f"no heading is of a pattern stated under `reshape`; the file has: {', '.join(name for name in header if name)}"
            )
        return groups

    def _from_file_name(self, file_name: str) -> dict[str, str]:
        if self.file_name is None:
            return {}
        said = self.file_name.found_in(file_name)
        if said is None:
            raise BrokenDelivery(f"the file's name, {file_name}, is not of the pattern stated under `reshape`")
        return dict.fromkeys(self.file_name.parts, "") | said

    def _long(self, batch: pl.DataFrame, groups: dict[Group, dict[str, str]], layout: Counter[str]) -> pl.DataFrame:
        """The batch with a row for each group of cells; a row that cannot be read stays one."""
        if not groups:
            return batch
        headings = {name for cells in groups.values() for name in cells.values()}
        kept = [name for name in batch.columns if name not in headings]
        number = (pl.col("row_number") - 1) * len(groups)
        at_row = pl.col("row_number").cast(pl.String).alias(AT_ROW)
        unread = pl.col("unreadable").is_not_null()
        found = [batch.filter(unread).select(*kept, at_row).with_columns(row_number=number + 1)]
        for place, (group, cells) in enumerate(groups.items(), start=1):
            long = batch.filter(~unread).select(*kept, at_row, *(pl.col(heading).alias(part) for part, heading in cells.items()))
            filled = pl.any_horizontal(pl.col(part).str.strip_chars().fill_null("") != "" for part in cells)
            stated = long.filter(filled).with_columns(row_number=number + place)
            layout[EMPTY_CELLS] += len(long) - len(stated)
            named = (*group, (AT_HEADING, self._value_heading(cells)))
            found.append(stated.with_columns(pl.lit(text, pl.String).alias(name) for name, text in named))
        return pl.concat(found, how="diagonal").sort("row_number")

    def _value_heading(self, cells: Mapping[str, str]) -> str:
        """The heading that tells where a group of cells stands: that of its value, or else its first."""
        value = self.figure.value if self.figure else "cell"
        return cells.get(value, next(iter(cells.values())))


def _one_name(columns: Sequence[str]) -> pl.Expr:
    """The words of some columns as one name in snake_case, with i_ before one that would begin with a digit."""
    words = pl.concat_str(columns, separator=" ", ignore_nulls=True).str.replace_many(list(SIGNS), list(SIGNS.values()))
    name = words.str.to_lowercase().str.replace_all("[^a-z0-9]+", "_").str.strip_chars("_")
    return name.str.replace("^([0-9])", "i_$1")
