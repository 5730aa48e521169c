"""From cells to values: what each mapped cell of a batch means by the source's statements, or which fault it has.

Belongs here: spaces, marks that stand in place of a value, listed marks and lists of codes, and the contract's types. Does not
belong here: how numbers and times are written (numbers, moments), and rules about values (the contract).
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pipelines.sources import Mapping, Source

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
ODD_SPACE = r"[\u{A0}\u{1680}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}]"
INVISIBLE = r"[\u{AD}\u{200B}\u{200E}\u{200F}\u{2060}\u{FEFF}]"
"""Characters that nobody sees: soft hyphens, spaces without width, marks of direction."""
CELL_RULES = frozenset(
    ("not_a_date", "not_a_number", "not_yes_or_no", "clock_change", "unlisted_value", "unknown_area", "not_in_list", "error_cell")
)
"""The rules of cells that say nothing the source states; all others are about values."""
HINTS = 200
"""Different unknown words in a batch for which the nearest known one is looked for."""
TRUTHS = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}


def read_values(batch: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The batch as fields of the contract's types, with a fault for every cell that says something else."""
    types = source.record_type.types
    cells = _tidied(batch, [m.column for m in source.mappings if m.column is not None])
    text = cells.select("row_number", *(_text_of(m).alias(m.field) for m in source.mappings))
    meant = text.with_columns(_meaning(m).alias(m.field) for m in source.mappings if m.values)
    values = (_cast(pl.col(m.field), types[m.field], m).alias(m.field) for m in source.mappings)
    typed = meant.lazy().with_columns(values).collect()  # lazily, for what an expression says twice is then worked out once
    faults = [pl.DataFrame(schema=FAULTS)]
    for m in source.mappings:
        if m.values and not m.has_otherwise:
            faults.append(_unlisted_faults(text.filter(_unlisted(m) & pl.col(m.field).is_not_null()), m))
        if types[m.field] != pl.String:
            lost = meant.filter(meant[m.field].is_not_null() & typed[m.field].is_null())
            faults += _cast_faults(lost, types[m.field], m) if len(lost) else []
    typed, contradictions = _with_notes(cells, typed, source)
    absent = [pl.lit(None, types[name]).alias(name) for name in types if name not in typed.columns]
    found = pl.concat([*faults, contradictions])
    return typed.with_columns(absent).select("row_number", *types), _with_error_cells(batch, found, source)


def stripped(column: str) -> pl.Expr:
    """A column's cells without the spaces around them."""
    return pl.col(column).str.strip_chars()


def _tidied(batch: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The cells trimmed, with every odd space a plain one, and without what nobody sees."""
    columns = list(dict.fromkeys(columns))
    wide = batch.select((pl.col(column).str.len_bytes() != pl.col(column).str.len_chars()).any() for column in columns)
    odd = [column for column in wide.columns if wide[column].item()]
    plain = {column: pl.col(column).str.replace_all(ODD_SPACE, " ").str.replace_all(INVISIBLE, "") for column in odd}
    return batch.select("row_number", *(plain.get(column, pl.col(column)).str.strip_chars() for column in columns))


def _text_of(m: Mapping) -> pl.Expr:
    """A field as text; a mark that means no value is no value."""
    if m.column is None:
        return pl.lit(m.constant, pl.String)
    cell = pl.col(m.column)
    absent = [*m.missing, "", *(mark for mark, note in m.marks if note != "u")]
    text: pl.Expr = pl.when(~cell.is_in(absent)).then(cell)
    for mark in _attached(m):
        text = pl.when(text.str.ends_with(mark)).then(text.str.strip_suffix(mark).str.strip_chars()).otherwise(text)
    return text


def _attached(m: Mapping) -> list[str]:
    """Marks that stand behind a value, which stays: it is unreliable."""
    return [mark for mark, note in m.marks if note == "u"]


def _compared(m: Mapping) -> pl.Expr:
    return pl.col(m.field).str.to_lowercase().str.replace_all(r"\s+", " ") if m.fold else pl.col(m.field)


def _unlisted(m: Mapping) -> pl.Expr:
    return ~_compared(m).is_in([mark for mark, _ in m.values])


def _meaning(m: Mapping) -> pl.Expr:
    """What each listed mark becomes; an unlisted one becomes ``otherwise``, or nothing."""
    default = pl.when(pl.col(m.field).is_not_null()).then(pl.lit(m.otherwise, pl.String))
    marks, meanings = zip(*m.values, strict=True)
    return _compared(m).replace_strict(list(marks), list(meanings), default=default, return_dtype=pl.String)


def _unlisted_faults(rows: pl.DataFrame, m: Mapping) -> pl.DataFrame:
    """Words that are not listed, each with the nearest one that is: that word is the source's own, never the cell's."""
    found = faults_of(rows, m.field, m.unlisted_rule, m.unlisted_because)
    words = rows.select(_compared(m).alias("word"))["word"]
    known = {word.lower(): word for word, _ in m.values}
    near = {word: difflib.get_close_matches(word.lower(), known, n=1) for word in words.unique(maintain_order=True).head(HINTS)}
    hints = {word: f"{m.unlisted_because}; the nearest is `{known[match[0]]}`" for word, match in near.items() if match}
    if not hints:
        return found
    return found.with_columns(
        words.replace_strict(hints, default=m.unlisted_because, return_dtype=pl.String).alias("explanation")
    )


def _cast(text: pl.Expr, kind: pl.DataType, m: Mapping) -> pl.Expr:
    """Text as the contract's type; null where it is not of that type."""
    if kind == pl.String:
        return text
    if kind == pl.Date or isinstance(kind, pl.Datetime):
        return m.moments.read(text, kind)
    if kind == pl.Boolean:
        return text.str.to_lowercase().replace_strict(TRUTHS, default=None, return_dtype=pl.Boolean)
    if m.numbers is not None:
        return m.numbers.read(text, kind)
    number = text.cast(kind, strict=False)
    return pl.when(number.is_finite()).then(number) if kind.is_float() else number


def _cast_faults(lost: pl.DataFrame, kind: pl.DataType, m: Mapping) -> list[pl.DataFrame]:
    """The faults of cells that are not of the contract's type."""
    if kind == pl.Boolean:
        return [faults_of(lost, m.field, "not_yes_or_no", "neither yes nor no")]
    if kind != pl.Date and not isinstance(kind, pl.Datetime):
        return [faults_of(lost, m.field, "not_a_number", "not a whole number" if kind.is_integer() else "not a number")]
    is_time = lost.select(m.moments.as_written().read(pl.col(m.field), pl.Datetime("us")).is_not_null()).to_series()
    why = f"not a date as stated: {', '.join(dict.fromkeys(m.moments.forms))}"
    clocks = f"on that day the clocks of {m.moments.zone} left this time out, or went through it twice"
    return [
        faults_of(lost.filter(~is_time), m.field, "not_a_date", why),
        faults_of(lost.filter(is_time), m.field, "clock_change", clocks),
    ]


def _with_notes(cells: pl.DataFrame, typed: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The values with the notes that marks stand for, where the contract has a field for them.

    A note of the file's own that says something else than the mark contradicts it.
    """
    faults = [pl.DataFrame(schema=FAULTS)]
    for m in source.mappings:
        field = source.record_type.noted_by.get(m.field)
        if field is None or m.column is None or not m.marks:
            continue
        note = cells.select(_note(m, pl.col(m.column))).to_series()
        own = typed[field] if field in typed.columns else pl.Series([None], dtype=pl.String).new_from_index(0, len(typed))
        why = f"the file's own note and the mark in the place of `{m.field}` say different things"
        faults.append(faults_of(typed.filter((own != note).fill_null(False)), field, "contradicting_notes", why))
        typed = typed.with_columns(own.fill_null(note).alias(field))
    return typed, pl.concat(faults)


def _note(m: Mapping, cell: pl.Expr) -> pl.Expr:
    """What the mark in a cell stands for; nothing where it holds none."""
    alone = {mark: note for mark, note in m.marks if note != "u"}
    note = cell.fill_null("").replace_strict(alone, default=None, return_dtype=pl.String) if alone else pl.lit(None, pl.String)
    for mark in _attached(m):
        note = pl.when(cell.str.ends_with(mark)).then(pl.lit("u")).otherwise(note)
    return note


def _with_error_cells(batch: pl.DataFrame, faults: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The faults with those of cells that hold a spreadsheet's error in place of a value; they have no other fault.

    A source may list such a mark as one that means no value.
    """
    errors = [faults.clear()]
    columns = [m.column for m in source.mappings if m.column is not None]
    # nearly no cell is one, and to look for the beginnings of them all is cheap
    batch = batch.filter(pl.any_horizontal(pl.col(column).str.contains_any(["#", "Err:"]) for column in columns))
    for m in source.mappings:
        if m.column is not None:
            known = [*m.missing, *(mark for mark, _ in (*m.values, *m.marks))]
            rows = batch.filter(stripped(m.column).str.contains(ERROR_CELL) & ~stripped(m.column).is_in(known))
            errors.append(faults_of(rows, m.field, "error_cell", "the cell holds an error of a spreadsheet, not a value"))
    found = pl.concat(errors)
    return pl.concat([faults.join(found, on=["row_number", "field"], how="anti", maintain_order="left"), found])


def faults_of(rows: pl.DataFrame, field: str, rule: str, explanation: str) -> pl.DataFrame:
    """A fault of one field in each of the rows."""
    return rows.select("row_number", field=pl.lit(field), rule=pl.lit(rule), explanation=pl.lit(explanation)).cast(
        pl.Schema(FAULTS)
    )
