"""What is left to find once all that is known is put in: a linear programme over the figures withheld.

Belongs here: its rows, from sums, from earlier releases and from running totals over time. Does not belong here: solving it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components

from pipelines.disclosure.attack.figures import FAR, Floats, Knowledge, Mask
from pipelines.disclosure.attack.relations import NOTHING, REMAINDER, UNSURE, Relations


@dataclass(frozen=True)
class Unknowns:
    """What is left to find: a row of ``matrix`` a relation between ``least`` and ``most``, a column an unknown; ``figure`` is the
    number of its figure, -1 for a running total over time; ``floor`` is the least that it can be.
    ``unsure`` rows perhaps leave a remainder."""

    matrix: sparse.csr_array
    least: Floats
    most: Floats
    figure: npt.NDArray[np.int64]
    floor: Floats
    unsure: Mask


def unknowns_among(known: Knowledge, relations: Relations, value: Floats, earlier: Iterable[int]) -> Unknowns:
    """The relations among what ``value`` does not show, and those of earlier releases in which something was revised since."""
    blocks = [_rows(known, relations, np.arange(relations.kind.size), value)]
    for release in earlier:
        then = known.value[release]
        revised = ~np.isnan(then) & ~(np.abs(then - value) <= NOTHING)
        chosen = np.asarray(abs(relations.matrix) @ revised.astype(float)) > 0
        chosen &= np.asarray(abs(relations.matrix) @ (~known.there[release]).astype(float)) == 0
        blocks.append(_rows(known, relations, np.flatnonzero(chosen), np.where(np.isnan(then), value, then)))
    over_time = _over_time(known, relations.untimed, value)
    figures = sparse.vstack([block[0] for block in blocks], format="csr")
    helpers = over_time[0].shape[1] - figures.shape[1]
    figures = sparse.hstack([figures, sparse.csr_array((figures.shape[0], helpers))], format="csr")
    unknown = np.flatnonzero(np.isnan(value))
    columns = np.concatenate([unknown, np.arange(value.size, value.size + helpers)])
    matrix = sparse.vstack([figures, over_time[0]], format="csr")[:, columns]
    least, most = (np.concatenate([*(block[side] for block in blocks), over_time[side]]) for side in (1, 2))
    used = np.flatnonzero(np.diff(matrix.indptr))
    unsure = np.concatenate([*(block[3] for block in blocks), np.zeros(over_time[1].size, dtype=np.bool_)])
    figure = np.concatenate([unknown, np.full(helpers, -1)])
    floor = np.concatenate([known.floor[unknown], np.full(helpers, -FAR)])
    return Unknowns(matrix[used], least[used], most[used], figure, floor, unsure[used])


Rows = tuple[sparse.csr_array, Floats, Floats]
"""Rows of a linear programme, and between what they must be."""


def _rows(
    known: Knowledge, relations: Relations, chosen: npt.NDArray[np.int64], value: Floats
) -> tuple[sparse.csr_array, Floats, Floats, Mask]:
    """Relations with what is known taken over to the other side and out of the matrix; and those that nobody can be
    sure of."""
    matrix, shown = relations.matrix[chosen], ~np.isnan(value)
    tolerance = np.asarray(abs(matrix) @ np.where(shown, known.slack, 0.0))
    rest = relations.total[chosen] - np.asarray(matrix @ np.nan_to_num(value))
    left = sparse.csr_array(matrix @ sparse.diags_array((~shown).astype(float)))
    left.eliminate_zeros()
    kind = relations.kind[chosen]
    return left, rest - tolerance, np.where(kind == REMAINDER, np.inf, rest + tolerance), kind == UNSURE


def _over_time(known: Knowledge, untimed: frozenset[str], value: Floats) -> Rows:
    """Running totals of every series in which something is unknown: a period is the difference of two, and none falls.

    Days that known periods connect have one running total between them, and a known distance from it. Where no period reaches
    over a day, what comes after it is a series of its own.
    """
    whole = ["population", "area", "part"]
    series = [*whole, "stretch"]
    figures = known.sides.filter("flow", ~pl.col("population").is_in(list(untimed))).unique("figure", maintain_order=True)
    figures = figures.select("figure", *whole, "start", after=pl.col("end").dt.offset_by("1d")).sort(*whole, "start", "after")
    reach = pl.col("after").cum_max().shift(1).over(whole)
    figures = figures.with_columns(stretch=(pl.col("start") >= reach).fill_null(False).cum_sum().over(whole))
    figures = figures.with_columns(unknown=pl.Series(np.isnan(value))[figures["figure"]])
    figures = figures.filter(pl.col("unknown").any().over(series), pl.len().over(series) > 1).sort(*series, "start", "after")
    ends = [figures.select(*series, day=day) for day in ("start", "after")]
    days = pl.concat(ends).unique().sort(*series, "day").with_row_index("place")
    figures = figures.join(days.rename({"day": "start", "place": "first"}), on=[*series, "start"], maintain_order="left")
    figures = figures.join(days.rename({"day": "after", "place": "last"}), on=[*series, "after"], maintain_order="left")
    next_day = days.select(*series, place=pl.col("place") - 1, following="place")
    steps = days.filter(pl.col("place") > 0).join(next_day, on=[*series, "place"])
    figure, first, last = (figures[name].to_numpy().astype(np.int64) for name in ("figure", "first", "last"))
    before, following = (steps[name].to_numpy().astype(np.int64) for name in ("place", "following"))
    shown, unknown = np.nan_to_num(value[figure]), figures["unknown"].to_numpy()
    slack = np.where(unknown, 0.0, known.slack[figure])
    certain = ~unknown & (slack == 0)
    total, beyond = _distances(days.height, first[certain], last[certain], shown[certain])
    contradicted = np.abs(beyond[last] - beyond[first] - shown)[certain] > NOTHING
    if contradicted.any():  # nothing is certain then: each day keeps a running total of its own
        total, beyond, certain = np.arange(days.height), np.zeros(days.height), np.zeros_like(certain)
    figure, first, last, shown, slack, unknown = (one[~certain] for one in (figure, first, last, shown, slack, unknown))
    size, periods, rises = value.size, np.arange(figure.size), figure.size + np.arange(before.size)
    row = np.concatenate([periods, periods, periods[unknown], rises, rises])
    column = np.concatenate(
        [size + total[last], size + total[first], figure[unknown], size + total[following], size + total[before]]
    )
    sign = np.repeat([1.0, -1.0, -1.0, 1.0, -1.0], [figure.size, figure.size, int(unknown.sum()), rises.size, rises.size])
    shape = (figure.size + rises.size, size + int(total.max(initial=-1)) + 1)
    matrix = sparse.csr_array(sparse.coo_array((sign, (row, column)), shape=shape))
    matrix.eliminate_zeros()
    floor = np.where(known.floor[figure].min(initial=0) < 0, -np.inf, 0.0)
    least = np.concatenate([shown - slack - (beyond[last] - beyond[first]), floor - (beyond[following] - beyond[before])])
    most = np.concatenate([shown + slack - (beyond[last] - beyond[first]), np.full(rises.size, np.inf)])
    return matrix, least, most


def _distances(
    days: int, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64], shown: Floats
) -> tuple[npt.NDArray[np.int64], Floats]:
    """For each day the number of its running total, and how far its own is beyond that; by periods that are known."""
    known = sparse.coo_array((np.ones(first.size), (first, last)), shape=(days + 1, days + 1)).tocsr()
    total = connected_components(known, directed=False)[1][:days].astype(np.int64)
    roots = np.unique(total, return_index=True)[1]
    from_one = sparse.coo_array((np.ones(roots.size), (np.full(roots.size, days), roots)), shape=known.shape).tocsr()
    above = breadth_first_order(known + from_one, days, directed=False)[1][:days].astype(np.int64)
    step = np.zeros(days)
    lasting, firsting = above[last] == first, above[first] == last
    step[last[lasting]] = shown[lasting]
    step[first[firsting]] = -shown[firsting]
    above[roots] = roots
    while (above[above] != above).any():
        step, above = step + step[above], above[above]
    return total, step
