"""Columns that are renamed, added, dropped, moved or of another type than in the delivery before, told by name.

Belongs here: comparing a delivery with the last good one of the same shape, the likely match of a column that is gone, and the
line of ``source.yml`` to change. Does not belong here: what stops a delivery (intake). Of an earlier delivery only the names
of its columns and the patterns of its cells are known, never a cell.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.evidence import Patterns, date_forms, likeness, patterns
from pipelines.formats import BrokenDelivery, ColumnsAbsent
from pipelines.values import CELL_RULES

if TYPE_CHECKING:
    from pipelines.receipts import Receipt
    from pipelines.sources import Source

LEAST_LIKE = 0.45
"""A column less alike than this is no match for one that is gone."""
SURELY_LIKE = 0.8
OTHER_LOOK = 0.1
"""A column less alike than this to what it was before looks otherwise."""
FEW_CELLS, MANY_CELLS, JUMP = 5, 20, 0.5
"""A type has changed where all cells fail, if there are a few, or where so much more of many fail than before."""
PARTS = ("columns", "layout_rows", "reshape", "batch")

Cells = Callable[[Sequence[str]], pl.DataFrame]
"""The cells of some columns in the first rows of the delivery."""


def looked_at(batches: Iterator[pl.DataFrame], looks: dict[str, dict[str, float]]) -> Iterator[pl.DataFrame]:
    """The batches; the patterns of each column's first cells are put into ``looks`` on the way."""
    for batch in batches:
        if not looks:
            looks |= {name: patterns(batch[name]) for name in batch.columns if name not in ("row_number", "unreadable")}
        yield batch


def absent_columns(absent: ColumnsAbsent, source: Source, last: Receipt | None, cells: Cells) -> str:
    """What to do about needed columns that are gone: for each its likely match and the line to change."""
    free = [n for n in dict.fromkeys(absent.there) if n not in source.columns and absent.there.count(n) == 1]
    fresh = [name for name in free if last and name not in last.header]
    looks = _looks(free, cells) if last and free else {}
    before = last.looks if last else {}
    told, taken = [], set[str]()
    for column in absent.absent:
        ranked = sorted(
            ((_match(column, name, before.get(column), looks.get(name), fresh), name) for name in free if name not in taken),
            reverse=True,
        )
        if ranked and ranked[0][0] >= LEAST_LIKE:
            taken.add(ranked[0][1])
            told.append(_renamed(column, ranked[0][1], source, is_new=ranked[0][1] in fresh))
        else:
            told.append(_gone(column, source))
    shapes = " Earlier files have the old names: put what is new under `shapes`, and they are still read." if last else ""
    return f"{absent}. {' '.join(told)}{shapes}".removesuffix(".")


def _looks(columns: Sequence[str], cells: Cells) -> dict[str, dict[str, float]]:
    """The patterns of some columns' first cells; none where another file of the same archive lacks these columns."""
    try:
        return {name: patterns(column) for name, column in cells(columns).to_dict().items()}
    except BrokenDelivery:
        return {}


def _match(column: str, name: str, before: Patterns | None, now: Patterns | None, fresh: Sequence[str]) -> float:
    """How likely a column that is gone is now called by a name: by the names, and by what the cells look like."""
    one, other = (re.sub(r"[\W_]+", "", text.lower()) for text in (column, name))
    names = difflib.SequenceMatcher(None, one, other).ratio()
    if one and other and (one in other or other in one):
        names = max(names, SURELY_LIKE)
    if not before or not now:
        return names
    looks = likeness(before, now)
    only_one = LEAST_LIKE if list(fresh) == [name] and looks >= SURELY_LIKE else 0.0
    return max(0.6 * names + 0.4 * looks, only_one)


def _renamed(column: str, name: str, source: Source, is_new: bool) -> str:
    lines = source.path.read_text(encoding="utf-8").splitlines()
    better = []
    for at in _places(column, source):
        text = lines[source.config.line(at) - 1].strip()
        key = max(text.find(f"{at[-1]}:"), 0) + len(str(at[-1])) if isinstance(at[-1], str) else 0
        word = re.compile(rf"([\"']?){re.escape(column)}\1")
        changed = text[:key] + word.sub(lambda _: _word(name), text[key:], count=1)
        better.append(_at(source, at, f"write `{changed}` in place of `{text}`"))
    new = ", which is new" if is_new else ""
    return f"`{column}` is probably called `{name}` now{new}; if so: {'; '.join(better)}."


def _gone(column: str, source: Source) -> str:
    places = "; ".join(_at(source, at, "take this line out if it is gone for good") for at in _places(column, source))
    return f"Nothing in the file looks like `{column}`: {places}."


def _places(column: str, source: Source) -> list[tuple[str | int, ...]]:
    """Where ``source.yml`` names a column."""
    found = [at for part in PARTS if part in source.config for at in _named(source.config[part], (part,), column)]
    return [at for at in found if "constant" not in at and "values" not in at]


def _named(stated: Any, at: tuple[str | int, ...], column: str) -> Iterator[tuple[str | int, ...]]:
    if stated == column:
        yield at
    elif isinstance(stated, Mapping):
        for name, part in stated.items():
            yield from _named(part, (*at, name), column)
    elif isinstance(stated, list):
        for place, part in enumerate(stated):
            yield from _named(part, (*at, place), column)


def _at(source: Source, field: Sequence[str | int], what: str) -> str:
    """Something about a field of ``source.yml``, whose path is told from the folder of sources on: it is the same anywhere."""
    name = ".".join(map(str, field))
    return f"{source.name}/{source.path.name}, line {source.config.line(field)}, `{name}`: {what}"


def _word(name: str) -> str:
    """A name as YAML takes it, in quotes where it could be read as something else."""
    return (
        name
        if re.fullmatch(r"[A-Za-z][\w £%()/.-]*", name) and name.lower() not in ("true", "false", "null")
        else json.dumps(name)
    )


def changes(receipt: Receipt, last: Receipt | None, source: Source) -> list[str]:
    """What is otherwise than in the last delivery and stops nothing: columns added, dropped or moved, or of another look.

    Where a source says which headings are read and which are not, files differ as they may: intake tells what is neither.
    """
    if last is None or not last.header or not receipt.header or source.reshape.unused is not None:
        return []
    then, now = last.header, receipt.header
    added, dropped = [name for name in now if name not in then], [name for name in then if name not in now]
    told = []
    if added:
        told.append(f"columns are new since the delivery before: {', '.join(added)}; nothing is taken from them")
    for name in dropped:
        near = difflib.get_close_matches(name, added, n=1)
        told.append(
            f"the column `{name}` is gone{f', and may be called `{near[0]}` now' if near else ''}; nothing was taken from it"
        )
    kept = [name for name in now if name in then]
    if kept != [name for name in then if name in now]:
        moved = [name for name, before in zip(kept, [name for name in then if name in now], strict=False) if name != before]
        told.append(f"columns stand in another order, which changes nothing: {', '.join(moved)}")
    for name, look in receipt.looks.items():
        before = last.looks.get(name)
        if before and look and likeness(before, look) < OTHER_LOOK:
            told.append(f"the cells of `{name}` look otherwise than before: mostly `{_first(look)}`, and `{_first(before)}` then")
    return told


def changed_types(receipt: Receipt, last: Receipt | None, source: Source, cells: Cells) -> str | None:
    """What to do about columns of which far more cells cannot be read than before; ``None`` where there is none."""
    told = []
    for m in source.mappings:
        failing, filled = failures(receipt, m.field)
        if m.column is None or last is None or filled < FEW_CELLS:
            continue
        share, before = failing / filled, _share(last, m.field)
        if (share == 1 and before < JUMP) or (filled >= MANY_CELLS and share - before >= JUMP):
            told.append(_otherwise(m.field, m.column, share, before, receipt, last, source, cells))
    return "; ".join(told) or None


def failures(receipt: Receipt, field: str) -> tuple[int, int]:
    """How many cells of a field could not be read, and how many held something."""
    failing = sum(reason["rows"] for reason in receipt.reasons if reason["field"] == field and reason["rule"] in CELL_RULES)
    return failing, failing + receipt.rows_accepted - receipt.missing.get(field, 0)


def _share(receipt: Receipt, field: str) -> float:
    failing, filled = failures(receipt, field)
    return failing / filled if filled else 0.0


def _otherwise(
    field: str, column: str, share: float, before: float, receipt: Receipt, last: Receipt, source: Source, cells: Cells
) -> str:
    now, then = _first(receipt.looks.get(column, {})), _first(last.looks.get(column, {}))
    looks = f"; they look like `{now}`, and like `{then}` then" if now and then and now != then else ""
    what = f"{share:.0%} of the cells of `{column}` cannot be read, {before:.0%} in the delivery before{looks}"
    rules = {reason["rule"] for reason in receipt.reasons if reason["field"] == field}
    own = source.config["columns"][field]
    at: list[str | int] = ["columns", field]
    if "not_a_date" not in rules:
        return f"{what}: {_at(source, at, 'say here how the cells are written now')}"
    forms = date_forms(cells([column])[column])
    at = [*at, "dates"] if isinstance(own, dict) and "dates" in own else ["dates"] if "dates" in source.config else at
    better = (
        f"add {' or '.join(json.dumps(form) for form in forms)} to `dates`" if forms else "say under `dates` how they are written"
    )
    return f"{what}: {_at(source, at, better)}"


def _first(looks: Patterns) -> str:
    return next(iter(looks), "")
