"""What the cells of a column look like, told without any of them: patterns, and the ways of writing dates that fit.

Belongs here: looking. Does not belong here: what is made of it (drift, proposals).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache

import polars as pl

from pipelines import moments

SAMPLE_ROWS = 1000
PATTERNS = 6
LONGEST_PATTERN = 24
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%d-%b-%y", "%d-%b-%Y",
        "%d %b %Y", "%d %B %Y", "%d %b %y",
        "%B %d, %Y", "%b %d, %Y", "%Y/%m/%d", "%Y%m%d", "%a %d %b %Y", "%A %d %B %Y")  # fmt: skip
TIMES = (" %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S%.f", "T%H:%M:%S%.f",
         "T%H:%M:%S%z",         "T%H:%M:%S%.f%z", " %H:%M:%S%z")  # fmt: skip

PROBE = datetime(2021, 4, 3, 5, 6, 7)

Patterns = Mapping[str, float]
"""Share of the cells by what they look like: ``9`` a digit, ``a`` letters; a pattern holds nothing of a cell's words."""


def patterns(cells: pl.Series) -> dict[str, float]:
    """The commonest patterns of a column's cells that hold something, with their shares; most frequent first."""
    text = cells.cast(pl.String).str.strip_chars().drop_nulls()
    text = text.filter(text != "").head(SAMPLE_ROWS)
    if text.is_empty():
        return {}
    looks = text.str.replace_all(r"\p{L}+(?:[\s,.'’&/()-]+\p{L}+)*", "a").str.replace_all(r"\p{N}", "9")
    looks = pl.select(pl.when(looks.str.len_chars() <= LONGEST_PATTERN).then(looks).otherwise(pl.lit("…"))).to_series()
    counts = looks.alias("look").value_counts().sort(["count", "look"], descending=[True, False]).head(PATTERNS)
    return {look: round(count / len(text), 3) for look, count in counts.iter_rows()}


def likeness(one: Patterns, other: Patterns) -> float:
    """How alike two columns look, from 0 to 1; digits may differ in number."""
    return max(_overlap(one, other), 0.8 * _overlap(_shortened(one), _shortened(other)))


def date_forms(cells: pl.Series) -> list[str]:
    """Every way of writing dates that fits all the cells which hold something; several where they do not tell day from month."""
    text = cells.str.strip_chars()
    text = text.filter(text.is_not_null() & (text != "")).unique()
    if text.is_empty() or not text.head(1).str.contains(r"\d").item():
        return []
    look = _look(text.item(0))
    found = []
    for form in (form for form, looks in _forms().items() if look in looks):
        read = text.to_frame("cell").select(moments.Moments((form,)).read(pl.col("cell"), pl.Datetime("us")))
        if not read.to_series().null_count():
            found.append(form)
    return [form for form in found if "%.f" not in form or form.replace("%.f", "") not in found]


@cache
def _forms() -> dict[str, set[str]]:
    """Every way of writing dates, with what a text written so looks like."""
    forms = (*DAYS, *(day + time for day in DAYS for time in TIMES))
    offsets = ("+01:00", "+0100", "-01:00", "Z")
    return {
        form: {_look(PROBE.strftime(form.replace("%.f", ".5").replace("%z", offset))) for offset in offsets} for form in forms
    }


def _look(text: str) -> str:
    """What a text looks like, whatever the length of its words and numbers."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text))


def _overlap(one: Patterns, other: Patterns) -> float:
    return sum(min(share, other.get(look, 0)) for look, share in one.items())


def _shortened(looks: Patterns) -> dict[str, float]:
    """The patterns with one digit for several."""
    found: dict[str, float] = {}
    for look, share in looks.items():
        short = "".join(c for place, c in enumerate(look) if c != "9" or look[place - 1 : place] != "9")
        found[short] = found.get(short, 0) + share
    return found
