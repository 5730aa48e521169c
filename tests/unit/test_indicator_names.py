"""Joins of names that drifted: likely ones are proposed with what speaks for them, and mistakes in the file are told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from intake_case import Case
from scorecard_files import NAMES, source

from pipelines.config import ConfigError
from pipelines.figures import read
from pipelines.indicator_names import STATED as FIELDS
from pipelines.indicator_names import Name, append, beside, load, name_rows, propose

STATED = {"reports_of_fly_tipping_number", "fly_tips_reported_number", "parks_inspected_number", "inspected_parks_number"}


def figures(*told: tuple[str, str, int, str, str]) -> pl.DataFrame:
    """Figures of (id, name, edition, period, value), of one area."""
    rows = [
        (
            name,
            title,
            "number",
            "count",
            f"{edition}/{edition % 100 + 1}",
            date(edition + 1, 3, 31),
            "Northtown",
            period,
            value,
            read(value, "number").number,
        )
        for name, title, edition, period, value in told
    ]
    return pl.DataFrame(rows, schema=FIELDS, orient="row")  # fmt: skip


def proposed(*told: tuple[str, str, int, str, str], known: dict[str, str] | None = None) -> dict[str, str]:
    return {one.name_id: one.same_as for one in propose(figures(*told), known or {}, "scorecards")}


OLD = [("a", "Fly-tipping reported", 2020, "2019/20", "5"), ("a", "Fly-tipping reported", 2020, "2020/21", "6.0")]
NEW = [("b", "Reports of fly-tipping", 2021, "2019/20", "5"), ("b", "Reports of fly-tipping", 2021, "2020/21", "6")]


def test_figures_that_are_the_same_speak_for_a_join_to_the_later_name() -> None:
    (one,) = propose(figures(*OLD, *NEW), {}, "scorecards")
    assert (one.source, one.name_id, one.same_as, one.confirmed_by, one.confirmed_on) == ("scorecards", "a", "b", None, None)
    assert "2 of 2 figures of the same area and period are the same; the one last in 2020/21, the other first in 2021/22" in str(
        one.evidence
    )


def test_names_that_one_edition_has_together_are_two_indicators() -> None:
    assert proposed(*OLD, *NEW, ("a", "Fly-tipping reported", 2021, "2021/22", "7")) == {}


def test_figures_that_differ_speak_against_a_join_whatever_the_names() -> None:
    other = [(name, "Fly-tipping reported", edition, period, "99") for name, _, edition, period, _ in NEW]
    assert proposed(*OLD, *other) == {}


def test_without_figures_to_compare_the_words_of_one_name_must_stand_in_the_other() -> None:
    one = ("a", "Results for girls in reading", 2020, "2020", "5")
    assert proposed(one, ("b", "Result for girls in reading", 2021, "2021", "6")) == {"a": "b"}
    assert proposed(one, ("b", "Results for boys in reading", 2021, "2021", "6")) == {}


def test_a_name_that_drifted_twice_leads_to_the_last_one() -> None:
    last = [("c", "Reports of fly-tips", 2022, "2019/20", "5"), ("c", "Reports of fly-tips", 2022, "2020/21", "6")]
    assert proposed(*OLD, *NEW, *last) == {"a": "c", "b": "c"}


def test_a_name_that_was_another_for_one_edition_leads_to_the_one_that_came_again() -> None:
    again = [("a", "Fly-tipping reported", 2022, "2021/22", "7")]
    (one,) = propose(figures(*OLD, *NEW, *again), {}, "scorecards")
    assert (one.name_id, one.same_as) == ("b", "a")
    assert "the one last in 2021/22, the other again in 2022/23" in str(one.evidence)


def test_figures_are_the_same_however_they_are_written() -> None:
    old = [("a", "Visitors", 2020, "2019", "4,028,000"), ("a", "Visitors", 2020, "2020", "8.0m")]
    new = [("b", "Visitor trips", 2021, "2019", "4028000"), ("b", "Visitor trips", 2021, "2020", "8000000")]
    assert proposed(*old, *new) == {"a": "b"}


def test_what_is_known_is_not_proposed_again() -> None:
    assert proposed(*OLD, *NEW, known={"a": "b"}) == {}


def test_what_is_the_same_as_a_joined_name_leads_to_where_that_one_leads() -> None:
    last = [("c", "Reports of fly-tips", 2022, "2019/20", "5"), ("c", "Reports of fly-tips", 2022, "2020/21", "6")]
    assert proposed(*OLD, *NEW, *last, known={"b": "c"}) == {"a": "c"}
    assert proposed(*OLD, *NEW, known={"b": "defined_one"}) == {"a": "defined_one"}


def test_a_number_and_a_rate_are_two_indicators_unless_figures_speak_for_one() -> None:
    one, other = ("a", "Crimes", 2020, "2020", "5"), ("b", "Crimes", 2021, "2021", "6")
    told = figures(one, other).with_columns(unit_kind=pl.Series(["count", "rate"]))
    assert propose(told, {}, "scorecards") == []


def test_another_unit_is_told() -> None:
    told = figures(*OLD, *NEW).with_columns(
        stated_unit=pl.when(pl.col("indicator_id") == "a").then(pl.lit("number")).otherwise(pl.lit("tonnes"))
    )
    (one,) = propose(told, {}, "scorecards")
    assert str(one.evidence).endswith("the units differ: number, tonnes")


def names(folder: Path, text: str) -> list[Name]:
    case = Case(folder, source())
    beside(case.source).write_text(text, encoding="utf-8")
    return load(case.source, STATED, {"defined_one"})


def test_only_what_a_person_confirmed_has_a_day(tmp_path: Path) -> None:
    assert [(one.name_id, one.confirmed_by, one.confirmed_on) for one in names(tmp_path, NAMES)] == [
        ("reports_of_fly_tipping_number", "Performance team", date(2023, 7, 1)),
        ("parks_inspected_number", None, None),
    ]


def test_a_source_without_the_file_joins_nothing(tmp_path: Path) -> None:
    assert load(Case(tmp_path, source()).source, STATED, set()) == []
    assert name_rows([]).columns == ["source", "name_id", "same_as", "evidence", "confirmed_by", "confirmed_on"]


def test_a_name_may_be_joined_to_an_indicator_that_is_defined(tmp_path: Path) -> None:
    assert names(tmp_path, NAMES.replace("inspected_parks_number", "defined_one"))[1].same_as == "defined_one"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            "name: parks_inspected_number",
            "name: parks_inspectd_number",
            "no figure of this source was stated under `parks_inspectd_",
        ),
        ("same_as: inspected_parks_number", "same_as: nothing", "`nothing` is neither another name that this source stated"),
        ("same_as: inspected_parks_number", "same_as: parks_inspected_number", "is neither another name"),
        ("same_as: inspected_parks_number", "same_as: reports_of_fly_tipping_number", "is itself said to be the same as"),
        ("name: parks_inspected_number", "name: reports_of_fly_tipping_number", "stands here more than once"),
        ("confirmed_on: 2023-07-01", "confirmed_on:", "state both `confirmed_by` and `confirmed_on`, or neither"),
        ("confirmed_by: Performance team", "confirmed_by:", "state both `confirmed_by` and `confirmed_on`, or neither"),
        ("2023-07-01", "2023-02-30", "this is no day of the calendar"),
    ],
)
def test_mistakes_are_told_with_file_and_line(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(ConfigError) as error:
        names(tmp_path, NAMES.replace(old, new, 1))
    assert what in str(error.value)
    assert "names.yml, line " in str(error.value)


def test_proposals_are_added_as_unconfirmed_and_what_stands_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "names.yml"
    new = [Name("scorecards", "parks_inspected_number", "inspected_parks_number", "names alike 1.00; no figure to compare")]
    append(path, new)
    first = path.read_text(encoding="utf-8")
    assert first.startswith("# Names of indicators that drifted")
    append(path, [Name("scorecards", "reports_of_fly_tipping_number", "fly_tips_reported_number", "x")])
    assert path.read_text(encoding="utf-8").startswith(first.rstrip())
    read = names(tmp_path / "case", path.read_text(encoding="utf-8"))
    assert [(one.name_id, one.confirmed_on) for one in read] == [
        ("parks_inspected_number", None),
        ("reports_of_fly_tipping_number", None),
    ]
