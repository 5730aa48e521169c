"""The attacker finds every way in which a withheld figure can be worked out, and nothing where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from disclosure_case import WHOLE, Case, figures, records
from drills import size

from pipelines.disclosure.attack import BESIDE, ONE, SMALL, UNCERTAIN

JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))
QUARTER = {"period_type": "quarter", "period_start": "2025-01-01"}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A quarter in which one ward has 3 people, all in time, and the others more."""
    case = Case(tmp_path)
    wards = {"W1": (3, 3), "W2": (9, 9), "W3": (20, 12), "W4": (31, 20)}
    case.release(figures(records({(JANUARY, ward): counts for ward, counts in wards.items()} | {(FEBRUARY, "W4"): (40, 20)})))
    return case


def shown(case: Case, area: str) -> str | None:
    rows = case.releases[-1]["figure"].filter(pl.col("period_type") == "quarter", pl.col("area_code") == area)
    value: str | None = rows["counted"][0]
    return value


def test_a_small_count_and_one_that_protects_it_are_withheld_under_one_marker(case: Case) -> None:
    rows = case.releases[-1]["figure"].filter(pl.col("period_type") == "quarter")
    withheld = rows.filter(pl.col("counted").is_null())
    assert withheld["area_code"].to_list() == ["W1", "W2"]
    assert set(withheld["value_note"]) == {"c"}
    assert case.audit() == []
    assert case.attack() == []


def test_a_needed_neighbour_that_is_shown_exposes_the_small_count(case: Case) -> None:
    case.show("counted", 9, area_code="W2", **QUARTER)
    (exposed,) = [one for one in case.attack() if one.column == "counted"]
    assert (exposed.table_name, exposed.rule) == ("figure", ONE)
    assert "area_code=W1" in str(exposed)
    assert not any(character in str(exposed).split("(")[0] for character in "0123456789")  # never the value


def test_a_figure_that_rests_on_a_withheld_count_and_is_shown_exposes_it(case: Case) -> None:
    case.show("percentage", "100.0", area_code="W1", **QUARTER)
    assert {(one.column, one.rule) for one in case.attack()} >= {("in_time", BESIDE), ("counted", BESIDE)}


def test_a_whole_that_leaves_too_little_shows_that_a_count_is_small(case: Case) -> None:
    case.show("counted", 54, area_code=WHOLE, **QUARTER)  # 51 are shown, so W1 and W2 would have 3 together
    for month in ("2025-01-01", "2025-02-01"):
        case.show("counted", {"2025-01-01": 14, "2025-02-01": 40}[month], period_type="month", period_start=month)
    rows = case.releases[-1]["figure"]
    case.releases[-1] = {"figure": rows.filter(pl.col("area_code") != "W4", pl.col("period_type") == "quarter")}
    case.show("counted", 23, area_code=WHOLE, **QUARTER)
    assert {one.rule for one in case.attack() if one.column == "counted"} == {SMALL}


def test_figures_that_contradict_each_other_count_as_exposed(case: Case) -> None:
    case.show("counted", 70, period_type="month", period_start="2025-01-01")
    rows = case.releases[-1]["figure"]
    hidden = (pl.col("period_type") == "month") & (pl.col("period_start") == "2025-02-01")
    case.releases[-1] = {
        "figure": rows.with_columns(
            pl.when(hidden).then(None).otherwise("counted").alias("counted"),
            pl.when(hidden).then(pl.lit("c")).otherwise("value_note").alias("value_note"),
            pl.when(pl.col("area_code") == WHOLE, pl.col("period_type") == "quarter").then(pl.lit("60")).alias("other"),
        ).drop("other")
    }
    case.show("counted", 60, area_code=WHOLE, **QUARTER)
    exposed = case.attack()
    assert UNCERTAIN in {one.rule for one in exposed}
    assert case.disclosed()  # nobody knows that nothing is given away


def test_a_later_release_that_withholds_others_gives_the_first_away_unless_it_remembers(tmp_path: Path) -> None:
    first = {"W1": (3, 3), "W2": (9, 9), "W3": (20, 20), "W4": (31, 31)}
    later = first | {"W3": (8, 8), "W4": (43, 43)}  # records moved from one ward to another: now W3 is cheaper to withhold
    forgetful, careful = Case(tmp_path / "forgetful"), Case(tmp_path / "careful")
    for counts in (first, later):
        mart = figures(records({(JANUARY, ward): number for ward, number in counts.items()}))
        forgetful.release(mart, remember=False)
        careful.release(mart)
    assert shown(forgetful, "W2") == "9"
    assert forgetful.disclosed()
    assert shown(careful, "W2") is None
    assert careful.disclosed() == []


@pytest.mark.drill
def test_a_year_of_monthly_releases_with_late_records_gives_nothing_away(
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    months = size(small=4, full=12)
    case, made = Case(tmp_path), {}
    for month in range(months):
        for ward in range(8):
            number = (7 * ward + 5 * month + 3 * ward * month) % (4 + 3 * ward) + ward // 2
            made[(date(2025, 1 + month, 1), f"W{ward}" if ward else None)] = (
                number,
                number * (ward + month) % (number + 1) if number else 0,
            )
        for late in range(month % 3):  # records of the month before that came late
            key = (date(2025, max(1, month), 1), f"W{1 + (late + month) % 7}")
            made[key] = (made[key][0] + 1, made[key][1])
        case.release(figures(records(made)))
        assert case.audit() == []
        assert case.disclosed() == []
    withheld = case.releases[-1]["figure"]["value_note"].eq("c").sum()
    record_property("drill", f"{months} monthly releases with late records: {withheld} rows withheld, none to be worked out.")


def test_what_withstood_an_attack_is_attacked_again_once_a_figure_in_it_is_another(case: Case) -> None:
    withstood: set[str] = set()
    assert case.attack(withstood) == []
    before = set(withstood)
    assert before
    assert case.attack(withstood) == []
    assert withstood == before
    case.show("counted", 9, area_code="W2", **QUARTER)
    assert ONE in {one.rule for one in case.attack(withstood)}
    assert withstood != before


def test_an_exposure_names_the_figures_that_it_may_rest_on(case: Case) -> None:
    case.show("counted", 9, area_code="W2", **QUARTER)
    (exposed,) = [one for one in case.attack() if one.column == "counted"]
    assert exposed.around[0] == (
        "figure",
        "counted",
        "period_type=quarter|period_start=2025-01-01|period_end=2025-03-31|area_code=W2",
    )


def test_what_an_earlier_release_told_rests_on_nothing_that_the_newest_shows(case: Case) -> None:
    mart = figures(records({(JANUARY, f"W{n}"): (n, n) for n in (7, 12, 13, 14)}))
    case.release(mart)
    case.council = replace(case.council, smallest_count=10)
    case.release(mart)  # a larger threshold cannot take back the 7 that readers have
    assert shown(case, "W7") is None
    exposed = [one for one in case.disclosed() if "area_code=W7" in one.record]
    assert exposed
    assert not any(one.around for one in exposed)
