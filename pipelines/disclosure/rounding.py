"""Rounding of what is shown: counts to the nearest multiple of a base, a half upwards, and what rests on them to match.

How a column is rounded is declared with it (``rounded``): ``count`` to the base, ``share`` in proportion to the numerator and
denominator beside it once these are rounded, ``whole`` to a whole number, ``kept`` as it is. A count is rounded as one; any
other column that rests on counts and declares nothing, an interval for instance, is left out where counts are rounded.

Belongs here: what a rounded value is. Does not belong here: which values are withheld; that is decided on exact counts.
"""

from __future__ import annotations

from pipelines.contract import Column
from pipelines.tables import name

NUMERATOR, DENOMINATOR = "numerator", "denominator"


def nearest(value: str, base: int) -> str:
    """The SQL expression for ``value`` at the nearest multiple of ``base``."""
    return f"floor({value} / {base} + 0.5) * {base}"


def rounded(column: Column, base: int) -> str:
    """The SQL expression for what is shown of a governed column; a base of 1 rounds nothing."""
    value = name(column.name)
    if base == 1 or column.rounded == "kept":
        return value
    if column.rounded == "count":
        return nearest(value, base)
    if column.rounded == "whole":
        return f"round({value}, 0)"
    if column.rounded == "share":
        above, below = (f"coalesce({nearest(name(c), base)} / nullif({name(c)}, 0), 1)" for c in (NUMERATOR, DENOMINATOR))
        return f"case when {name(NUMERATOR)} is null then {value} else {value} * {above} / nullif({below}, 0) end"
    return "null"
