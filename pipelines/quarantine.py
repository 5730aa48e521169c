"""The rows that were set aside, as a person works on them.

Belongs here: counting them by reason with an example, writing them to a file to be corrected, and reading that file back as
corrections. Does not belong here: setting rows aside (intake), and what a correction does (corrections).

A file to correct has the columns of :data:`OWN` and then the mapped columns of the source, every cell as text. A cell that a
spreadsheet would run as a formula has an apostrophe in front, which reading back takes away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from pipelines.deliveries import Judged, Standing
from pipelines.files import replacing
from pipelines.formats import BrokenDelivery, names_of, open_delivery
from pipelines.indicators import suggest
from pipelines.intake import ERASED
from pipelines.personal import KINDS
from pipelines.receipts import quarantine_path
from pipelines.sources import Source
from pipelines.tables import connect, neutral, restored
from pipelines.workspace import Workspace

OWN = ("source", "delivery", "row", "reasons", "check")
"""Where a row comes from, why it was set aside, and a hash of its cells as they were when the file was written."""
NOW = " (in quarantine)"
EMPTY = "(empty)"
LONGEST_EXAMPLE = 40
SHEET_ROWS, SHEET_CELL = 1_048_576, 32_767
"""What a sheet of a workbook can hold: rows, and signs in a cell."""
SHOWN_PROBLEMS = 20
UNCORRECTABLE = ("unreadable_row", ERASED)
"""Rules whose rows have no cells to correct."""


class CannotExport(Exception):
    """The rows cannot be written as asked for; the message says why and what to do."""


@dataclass
class ReadBack:
    """A corrected file: its source, the corrections it holds (fields as in ``corrections.yml``), and what is wrong with it."""

    source: Source | None = None
    corrections: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def reasons(standing: Iterable[Standing], workspace: Workspace) -> list[dict[str, Any]]:
    """Rows set aside by source, delivery, field and rule, each with the first such row and its cell, masked."""
    return [
        {
            "source": one.source.name,
            "delivery": judged.delivery.sha256[:16],
            "file": judged.delivery.file_name,
            "status": judged.receipt.status,
            "field": reason["field"],
            "rule": reason["rule"],
            "rows": reason["rows"],
            **examples.get((reason["field"], reason["rule"]), {"row": None, "example": "(purged)"}),
        }
        for one in standing
        for judged in one.judged
        if judged.receipt.reasons
        for examples in [_examples(judged, workspace)]
        for reason in judged.receipt.reasons
    ]


def _examples(judged: Judged, workspace: Workspace) -> dict[tuple[str, str], dict[str, Any]]:
    path = quarantine_path(judged.source.name, judged.receipt, workspace)
    if not path.exists():
        return {}
    rows = pl.scan_parquet(path)
    first = (
        rows.select("row_number", "reasons")
        .explode("reasons")
        .unnest("reasons")
        .group_by("field", "rule")
        .agg(pl.col("row_number").min())
        .collect()
    )
    wanted = rows.filter(pl.col("row_number").is_in(first["row_number"].unique().implode())).collect()
    cells = {row["row_number"]: row for row in wanted.to_dicts()}
    columns = {m.field: m.column for m in judged.source.mappings if m.column is not None}
    found = {}
    for name, rule, number in first.iter_rows():
        of_field = [columns[part] for part in name.split(", ") if columns.get(part) in cells[number]]
        shown = " | ".join(masked(cells[number][column], judged.source) for column in of_field)
        found[name, rule] = {"row": number, "example": shown}
    return found


def masked(cell: str | None, source: Source) -> str:
    """A cell as it may be shown. Of a source about people only its shape is: letters as x, figures as 9.

    Of other sources that is so where a cell looks like a way to find or reach a person.
    """
    text = " ".join((cell or "").split())
    personal = source.sensitivity == "personal" or any(
        is_one(found.group()) for pattern, is_one in KINDS.values() for found in pattern.finditer(text)
    )
    if personal:
        text = "".join("9" if c.isnumeric() else "X" if c.isupper() else "x" if c.isalpha() else c for c in text)
    return (text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + "…") or EMPTY


def standing_rows(one: Standing, workspace: Workspace) -> pl.DataFrame:
    """Every quarantined row of a source whose cells can be corrected: the columns of :data:`OWN`, then the cells as text."""
    found = []
    for judged in one.judged:
        path = quarantine_path(one.source.name, judged.receipt, workspace)
        if judged.receipt.rows_quarantined and path.exists():
            rows = pl.read_parquet(path).rename({"row_number": "row"})
            at_fault = pl.col("reasons").list.eval(pl.element().struct.field("rule").is_in(UNCORRECTABLE)).list.any()
            said = pl.element().struct.field("field") + ": " + pl.element().struct.field("explanation")
            rows = rows.filter(~at_fault).with_columns(pl.col("reasons").list.eval(said).list.join("; "))
            rows = rows.rename({name: shown for name in rows.columns[2:] if (shown := _heading(name)) != name})
            found.append(rows.with_columns(source=pl.lit(one.source.name), delivery=pl.lit(judged.delivery.sha256)))
    headings = [_heading(column) for column in one.source.columns_of_any_shape]
    if not found:
        return pl.DataFrame(schema={"row": pl.Int64} | dict.fromkeys([*OWN, *headings], pl.String)).select(*OWN, *headings)
    rows = pl.concat(found, how="diagonal")
    cells = [name for name in rows.columns if name not in OWN]
    return rows.with_columns(check=_check(rows, cells)).select(*OWN, *cells)


def _heading(column: str) -> str:
    """A column of the source as a file to correct calls it."""
    return f"{column} (cell)" if column in OWN else column


def _check(rows: pl.DataFrame, cells: Sequence[str]) -> pl.Series:
    """A hash of the cells of each row; it begins with a letter, so that no spreadsheet takes it for a number."""
    listed = ", ".join(f"c{index}" for index in range(len(cells)))
    return _worked_out(rows, cells, f"'v' || left(md5(cast(to_json([{listed}]) as varchar)), 15) as checked")["checked"]


def _worked_out(rows: pl.DataFrame, cells: Sequence[str], select: str) -> pl.DataFrame:
    """An SQL select over the cells, which it knows as c0, c1 …; the order of the rows stays."""
    numbered = rows.select(pl.col(cell).alias(f"c{index}") for index, cell in enumerate(cells)).with_row_index("n")
    with connect() as connection:
        connection.register("numbered", numbered)
        found: pl.DataFrame = connection.sql(f"select {select} from numbered order by n").pl()
    return found


def _texts(rows: pl.DataFrame, cells: Sequence[str], become: Any) -> pl.DataFrame:
    """The rows with the SQL function ``become`` applied to every cell."""
    names = [f"c{index}" for index in range(len(cells))]
    texts = _worked_out(rows, cells, ", ".join(f"{become(name)} as {name}" for name in names))
    return rows.with_columns(texts[name].alias(cell) for name, cell in zip(names, cells, strict=True))


def export(one: Standing, workspace: Workspace, target: Path) -> pl.DataFrame:
    """Write a source's quarantined rows to ``target``, readable by its owner alone; the rows written.

    Raises :class:`CannotExport` for a kind of file that is not known, or where a workbook cannot hold the rows.
    """
    if target.suffix not in (".csv", ".xlsx"):
        raise CannotExport(f"{target.name}: rows are written as .xlsx or .csv; name the file so.")
    if not target.parent.is_dir():
        raise CannotExport(f"{target.parent}: there is no such folder.")
    rows = standing_rows(one, workspace)
    cells = [name for name in rows.columns if name not in OWN]
    content = _texts(rows, cells, neutral).with_columns(pl.col("row").cast(pl.String))
    with replacing(target) as temporary:
        temporary.touch(mode=0o600)
        if target.suffix == ".csv":
            content.write_csv(temporary, include_bom=True)
        else:
            _write_workbook(content, temporary)
    return rows


def _write_workbook(content: pl.DataFrame, target: Path) -> None:
    """One sheet of text cells."""
    too_long = content.select(pl.any_horizontal(pl.all().str.len_chars() > SHEET_CELL).any()).item()
    if too_long or len(content) >= SHEET_ROWS:
        raise CannotExport(
            f"A workbook holds at most {SHEET_ROWS - 1:,} rows and {SHEET_CELL:,} signs in a cell, and here are more: "
            "export to a .csv file."
        )
    with xlsxwriter.Workbook(str(target), {"constant_memory": True}) as workbook:
        sheet, as_text = workbook.add_worksheet("To correct"), workbook.add_format({"num_format": "@"})
        sheet.set_column(0, len(content.columns) - 1, 18, as_text)
        sheet.freeze_panes(1, len(OWN))
        for place, row in enumerate([tuple(content.columns), *content.iter_rows()]):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(place, column, cell, as_text)


def read_back(path: Path, standing: Sequence[Standing], workspace: Workspace, reason: str, who: str, when: str) -> ReadBack:
    """The corrections that an exported file holds: one for each cell that differs from the quarantine's.

    Where anything is wrong with the file, problems are told and no correction is given.
    """
    try:
        sent = _sent(path, workspace)
    except BrokenDelivery as broken:
        return ReadBack(problems=[f"{path.name}: {broken}."])
    except OSError as error:
        return ReadBack(problems=[f"{path.name}: cannot be read: {error.strerror}."])
    named = sent["source"].unique().to_list()
    sources = {one.source.name: one for one in standing}
    if len(named) != 1 or named[0] not in sources:
        what = f"`{named[0]}` is no source.{suggest(str(named[0]), sources)}" if len(named) == 1 else "it must be of one source."
        return ReadBack(problems=[f"{path.name}, column source: {what} There are: {', '.join(sources)}."])
    one = sources[named[0]]
    current = standing_rows(one, workspace)
    if sorted(sent.columns) != sorted([*current.columns, "place"]):
        odd = sorted({*sent.columns, *current.columns} - {"place"} - ({*sent.columns} & {*current.columns}))
        return ReadBack(
            one.source, problems=[f"{path.name}: its columns must be those of the export; look at: {', '.join(odd)}."]
        )
    cells = [name for name in current.columns if name not in OWN]
    known = {judged.delivery.sha256 for judged in one.judged}
    paired = _texts(sent, cells, restored).join(
        current.with_columns(pl.col("row").cast(pl.String), here=True), on=["delivery", "row"], how="left", suffix=NOW
    )
    problems = list(_problems(paired, known))
    if problems:
        more = [f"… and {len(problems) - SHOWN_PROBLEMS} more."] if len(problems) > SHOWN_PROBLEMS else []
        return ReadBack(one.source, problems=[f"{path.name}, {problem}" for problem in problems[:SHOWN_PROBLEMS]] + more)
    columns = {_heading(column): column for column in one.source.columns_of_any_shape}
    corrections = [
        {
            "delivery": row["delivery"][:16],
            "row": int(row["row"]),
            "column": columns[cell],
            "expects": (row[cell + NOW] or "").strip(),
            "value": (row[cell] or "").strip(),
            "reason": reason,
            "who": who,
            "when": when,
        }
        for cell in cells
        for row in paired.filter(_same_text(cell) != _same_text(cell + NOW)).to_dicts()
        if cell in columns
    ]
    return ReadBack(one.source, sorted(corrections, key=lambda c: (c["delivery"], c["row"])))


def _same_text(cell: str) -> pl.Expr:
    """A cell without what a spreadsheet may change in passing: spaces around it, and how lines end."""
    return pl.col(cell).fill_null("").str.strip_chars().str.replace_all("\r\n?", "\n")


def _sent(path: Path, workspace: Workspace) -> pl.DataFrame:
    """The rows of a corrected file, with the ``place`` of each below the column names."""
    form: dict[str, Any] = {"type": path.suffix.lstrip(".")}
    if form["type"] == "csv":
        form["encoding"] = ["utf-8", "cp1252"]
    elif form["type"] != "xlsx":
        raise BrokenDelivery("a corrected file is the exported one, .xlsx or .csv")
    with workspace.scratch() as scratch:
        names = [name for name in names_of(path, form, scratch) if name]
        missing = [name for name in OWN if name not in names]
        if missing:
            raise BrokenDelivery(f"it is no file of quarantined rows: it has no column {', '.join(missing)}")
        with open_delivery(path, form, names, scratch) as opened:
            columns = [pl.col("row_number").alias("place"), "unreadable", *names]
            batches = [batch.select(columns) for batch in opened.batches]
    rows = pl.concat(batches) if batches else pl.DataFrame(schema=dict.fromkeys(["place", "unreadable", *names], pl.String))
    broken = rows.filter(pl.col("unreadable").is_not_null())
    if len(broken):
        raise BrokenDelivery(f"row {broken['place'][0] + 1} has more or fewer cells than there are columns")
    if rows.is_empty():
        raise BrokenDelivery("there is no row in it")
    return rows.drop("unreadable").with_columns(pl.col("source", "delivery", "row", "check").str.strip_chars())


def _problems(paired: pl.DataFrame, deliveries: set[str]) -> Iterator[str]:
    """What is wrong with a corrected file, row by row, in its order."""
    again = pl.struct("delivery", "row").is_duplicated()
    wrong = (
        pl.when(~pl.col("delivery").is_in(deliveries))
        .then(pl.lit("no delivery of this source has this hash"))
        .when(again)
        .then(pl.lit("the same row of the delivery stands here twice"))
        .when(pl.col("here").is_null())
        .then(pl.lit("this row of the delivery is not in quarantine (any more); take it out of the file"))
        .when(pl.col("check") != pl.col("check" + NOW))
        .then(pl.lit("the row has changed since it was exported; export it again"))
    )
    found = paired.select("place", "delivery", "row", wrong=wrong).filter(pl.col("wrong").is_not_null()).sort("place")
    for place, delivery, row, what in found.iter_rows():
        shown = delivery[:16] if re.fullmatch("[0-9a-f]{64}", delivery or "") else "?"
        yield f"row {place + 1} (delivery {shown}, row {row if (row or '').isdigit() else '?'}): {what}."
