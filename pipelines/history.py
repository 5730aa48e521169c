"""The history of the quarantine: rows that were set aside and no longer are.

Belongs here: writing down who left when a delivery is judged again, and reading it. Does not belong here: why a row was set
aside or let in (intake, corrections). A file of it is written once, for the two intakes it stands between.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.corrections import Correction, as_history
from pipelines.files import replacing
from pipelines.tables import connect, parquet, text

CORRECTED = pl.List(pl.Struct(dict.fromkeys(("column", "expects", "value", "reason", "who", "when"), pl.String)))


def note(before: Path, after: Path, applied: Sequence[tuple[int, Correction]], folder: Path) -> None:
    """Write the rows of the quarantine file ``before`` that ``after`` no longer has, with their corrections.

    Columns: row_number, reasons, set_aside_in and left_in (the two intakes), left_at (UTC), corrections. Nothing is written
    where no row left, or where one of the files is not there: a broken delivery lets no row in.
    """
    if before == after or not before.exists() or not after.exists():
        return
    corrections: dict[int, list[dict[str, str]]] = {}
    for number, correction in applied:
        corrections.setdefault(number, []).append(as_history(correction))
    corrected = pl.DataFrame(
        {"row_number": list(corrections), "corrections": list(corrections.values())},
        schema={"row_number": pl.Int64, "corrections": CORRECTED},
    )
    delivery, old = before.stem.split("-")
    new = after.stem.split("-")[1]
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    with connect() as connection:
        connection.register("corrected", corrected)
        left = f"from {parquet(before)} as b anti join {parquet(after)} as a using (row_number)"
        if not connection.execute(f"select exists (select 1 {left})").fetchall()[0][0]:
            return
        with replacing(folder / f"{delivery}-{old}-{new}.parquet") as target:
            target.touch(mode=0o600)
            connection.execute(
                f"copy (select b.row_number, b.reasons, {text(old)} as set_aside_in, {text(new)} as left_in, "
                f"timestamp {text(now)} as left_at, coalesce(c.corrections, []) as corrections "
                f"{left} left join corrected as c using (row_number) order by b.row_number) to {text(target)} (format parquet)"
            )


def read(folder: Path, delivery: str) -> pl.DataFrame:
    """The rows of a delivery that left the quarantine, in the order in which they did; empty where none has."""
    files = sorted(folder.glob(f"{delivery[:16]}-*.parquet"))
    if not files:
        return pl.DataFrame(schema={"row_number": pl.Int64, "left_at": pl.Datetime})
    return pl.concat([pl.read_parquet(file) for file in files]).sort("left_at", "row_number")
