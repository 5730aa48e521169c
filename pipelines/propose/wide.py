"""Files with a column for each period: the patterns of their headings, and their rows with one period each.

Belongs here: finding such headings. Does not belong here: laying rows out anew (reshape).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import polars as pl

from pipelines.reshape import Reshape

PERIODS = (r"\d{4}[/-]\d{2}(?:\d{2})?", r"Q[1-4] \d{4}", r"(?:19|20)\d{2}")
"""How a period stands in a heading, the longest first."""
FEWEST = 3


def headers(names: Sequence[str]) -> list[str]:
    """The pattern of headings that differ by their period alone, where there are at least a few; none otherwise.

    What stands behind the period says what the column holds, and becomes the part of that name.
    """
    for period in PERIODS:
        parts: dict[str, list[str]] = defaultdict(list)
        for name in names:
            found = re.fullmatch(rf"({period})(?: (.+))?", name)
            if found:
                parts[found[2] or ""].append(found[1])
        kinds = {part for part, told in parts.items() if len(told) >= 2}
        if sum(len(parts[part]) for part in kinds) < FEWEST:
            continue
        named = "|".join(
            re.escape(part).replace(r"\ ", " ") for part in sorted(kinds - {""}, key=lambda part: (-len(part), part))
        )
        plain = period.replace("\\d", "[0-9]")
        if not named:
            return [f"(?P<period>{plain})"]
        return [f"(?P<period>{plain}) (?P<part>{named})"]
    return []


def long(cells: pl.DataFrame, patterns: Sequence[str]) -> pl.DataFrame:
    """The rows with one period each, as they are laid out by the patterns."""
    if not patterns:
        return cells
    reshape = Reshape.of({"headers": list(patterns)}, 4)
    names = cells.columns[2:]
    made = {name for pattern in patterns for heading in names if (m := re.fullmatch(pattern, heading)) for name in _made(m)}
    plain = [name for name in names if not any(re.fullmatch(pattern, name) for pattern in patterns)]
    columns = [*plain, *sorted(made)]
    return next(reshape.batches(iter([cells]), columns, names, "", Counter())).select("row_number", "unreadable", *columns)


def _made(found: re.Match[str]) -> set[str]:
    """The columns that a heading gives."""
    said = found.groupdict()
    return {"period", said.get("part") or "cell"}
