"""Secondary suppression, differencing and rounding over the shared vectors, whatever the letter of the set."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from disclosure_case import Case
from scipy import sparse
from scipy.optimize import linprog

from pipelines.disclosure.protect import System, protect

SHARED = Path(os.environ.get("YARDSTICK_SHARED", Path(__file__).parents[3] / "shared"))
VECTORS = SHARED / "vectors"
WITHOUT = pytest.mark.skipif(not VECTORS.is_dir(), reason="no vectors: set YARDSTICK_SHARED to the shared folder")
THRESHOLD = 5


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sets(kind: str) -> list[Path]:
    return sorted(VECTORS.glob(kind))


def parsed(key: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in key.split("|"))


def tables() -> Iterator[tuple[str, list[dict[str, str]], list[dict[str, str]]]]:
    for path in sets("suppression_*_reference.csv"):
        reference, inner = rows(path), rows(path.with_name(path.name.replace("_reference", "_input")))
        for table in dict.fromkeys(row["table_id"] for row in reference):
            yield table, [r for r in reference if r["table_id"] == table], [r for r in inner if r["table_id"] == table]


def incidence(cells: list[dict[str, str]], inner: list[dict[str, str]]) -> np.ndarray:
    """Which inner cells each published cell is the sum of."""
    keys = [parsed(row["inner_cell"]) for row in inner]

    def within(cell: dict[str, str], key: dict[str, str]) -> bool:
        return all(value == "Total" or key.get(name) == value or value in key.values() for name, value in cell.items())

    return np.array([[float(within(parsed(cell["cell"]), key)) for key in keys] for cell in cells])


def system(sums: np.ndarray, inner: np.ndarray, small: np.ndarray) -> System:
    """Published cells and, behind them and never shown, the inner cells that they are sums of."""
    published, atoms = sums.shape
    nothing = np.zeros(published + atoms, dtype=bool)
    return System(
        value=np.concatenate([sums @ inner, inner]),
        sums=sparse.csc_array(np.hstack([np.eye(published), -sums])),
        small=np.concatenate([small, np.zeros(atoms, dtype=bool)]),
        shown=np.concatenate([np.ones(published), np.zeros(atoms)]),
        known=nothing,
        withheld=nothing,
        new=~nothing,
        reluctant=nothing,
        blocks=[],
    )


def bounds(sums: np.ndarray, value: np.ndarray, shown: np.ndarray, cell: int) -> tuple[float, float]:
    """What an outsider can tell of one cell."""
    known = {"A_eq": sums[shown], "b_eq": value[shown]} if shown.any() else {}
    lower, upper = (linprog(sign * sums[cell], **known, bounds=(0, None), method="highs") for sign in (1, -1))
    assert lower.status == 0
    return lower.fun, -upper.fun if upper.status == 0 else np.inf


@WITHOUT
@pytest.mark.parametrize(("cells", "inner"), [pytest.param(c, i, id=name) for name, c, i in tables()] if VECTORS.is_dir() else [])
def test_nothing_small_can_be_worked_out_and_little_more_is_withheld_than_by_the_reference(
    cells: list[dict[str, str]], inner: list[dict[str, str]]
) -> None:
    sums, atoms = incidence(cells, inner), np.array([float(row["n"]) for row in inner])
    value = sums @ atoms
    assert value.tolist() == [float(cell["n"]) for cell in cells]
    small = np.array([cell["primary_unsafe"] == "1" for cell in cells])
    withheld = protect(system(sums, atoms, small), THRESHOLD)[: len(cells)]
    assert withheld[small].all()
    assert not withheld[value == 0].any()  # nobody may be shown
    for cell in np.flatnonzero(withheld):
        lower, upper = bounds(sums, value, ~withheld, int(cell))
        assert upper - lower > 1e-6
        if small[cell]:
            assert upper >= THRESHOLD - 1e-6
    assert withheld.sum() <= 1.5 * sum(int(cell["gauss_suppressed"]) for cell in cells)


@WITHOUT
def test_two_published_populations_do_not_give_a_small_difference() -> None:
    cases = [case for path in sets("differencing_*.csv") for case in rows(path)]
    assert cases
    for case in cases:
        atoms = {name: float(n) for name, n in (part.split(":") for part in case["atom_counts"].split())}
        published = [set(case[name].split()) for name in ("published_P", "published_Q")]
        smaller, larger = sorted(published, key=len)
        difference = [larger - smaller] if smaller < larger else []
        sums = np.array([[float(atom in one) for atom in atoms] for one in [*published, *difference]])
        value = sums @ np.array(list(atoms.values()))
        small = np.array([False, False, *(0 < n < THRESHOLD for n in value[2:])])
        found = system(sums[:, :0], np.array([]), small)
        part, whole = published.index(smaller), published.index(larger)
        rule = np.zeros((len(difference), len(value)))
        rule[:, [part, whole, -1][: 3 if difference else 0]] = [1, -1, 1][: 3 if difference else 0]
        shown = np.array([1.0, 1.0, *(0.0 for _ in difference)])
        withheld = protect(replace(found, value=value, sums=sparse.csc_array(rule), shown=shown), THRESHOLD)
        assert bool(withheld[:2].any()) == (case["unsafe_by_differencing"] == "1"), case["case_id"]


POLICIES = {
    "round5": (1, True, 5),
    "round10_half_up": (1, True, 10),
    "policy_suppress_1to4_then_round5": (5, True, 5),
    "policy_nhs_suppress_1to7_then_round5": (8, True, 5),
    "policy_hesa_0to2_zero_round5": (1, True, 5),
    "policy_ons_suppress_lt10_round5": (10, False, 5),
}


@WITHOUT
@pytest.mark.parametrize("policy", POLICIES)
def test_rounding_by_the_policies_in_use(tmp_path: Path, policy: str) -> None:
    cases = [case for path in sets("rounding_*.csv") for case in rows(path) if case["n"]]
    assert cases
    smallest, zeros, base = POLICIES[policy]
    case = Case(tmp_path)
    case.council = replace(case.council, smallest_count=smallest, zeros_shown=zeros, round_to=base)
    case.table = replace(case.table, adds_up=type(case.table.adds_up)())  # counts that have nothing to do with each other
    number = pl.Series([int(one["n"]) for one in cases])
    mart = pl.DataFrame({"counted": number, "in_time": number}).select(
        period_type=pl.lit("point"), period_start=pl.date(2025, 1, 1), period_end=pl.date(2025, 1, 1),
        area_code=pl.format("W{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(5)), counted="counted", in_time="in_time",
        percentage=pl.lit(None, pl.Float64), value_note=pl.lit(None, pl.String), late=pl.lit(None, pl.Int64),
    )  # fmt: skip
    shown = case.release(mart)["counted"].to_list()
    assert [text or "withheld" for text in shown] == [one[policy] if one[policy].isdigit() else "withheld" for one in cases]
    assert case.audit() == []
