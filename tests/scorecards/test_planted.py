"""Scorecards of an invented publisher through the whole line: all contradictions that are planted are found, and no other."""

from __future__ import annotations

import os
from typing import Any

import pytest
from line import Line
from scorecard_files import NAMES, PLANTED, source, write

COUNCIL = """name: Northtown Council
area_code: E06000997
contact: {name: Nobody, email: nobody@tests.example}
licence: OGL-UK-3.0
year_starts_in: 4
provisional_days: 30
disclosure: {smallest_count: 5}
areas:
  - {code: E05099001, name: Abbey, type: ward}
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    root = tmp_path_factory.mktemp("planted")
    (root / "council.yml").write_text(COUNCIL, encoding="utf-8")
    folder = root / "sources" / "scorecards"
    folder.mkdir(parents=True)
    (folder / "source.yml").write_text(source(), encoding="utf-8")
    (folder / "names.yml").write_text(NAMES, encoding="utf-8")
    line = Line(root, council=root / "council.yml", sources=root / "sources")
    write(line.inbox / "scorecards")
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    return line


def rows(line: Line, table: str, **wanted: str) -> list[dict[str, str]]:
    return [row for row in line.table("performance", table) if all(row[name] == value for name, value in wanted.items())]


def figure(line: Line, edition: str, row: int, heading: str) -> dict[str, str]:
    (found,) = rows(line, "reported_figure", edition=edition, file_row=str(row), heading=heading)
    return found


@pytest.mark.parametrize("kind", PLANTED)
def test_each_contradiction_is_found_where_it_is_planted_and_nowhere_else(line: Line, kind: str) -> None:
    assert {(row["edition"][:4], int(row["file_row"])) for row in rows(line, "contradiction", kind=kind)} == PLANTED[kind]


def test_no_other_kind_is_found(line: Line) -> None:
    assert {row["kind"] for row in rows(line, "contradiction")} == set(PLANTED)


def test_what_is_contradicted_stays_as_it_was_stated(line: Line) -> None:
    found = figure(line, "2022/23", 17, "2022/23 figure (Ours)")
    assert (found["stated_value"], found["value"], found["stated_progress"], found["progress"]) == (
        "60",
        "60.000000",
        "Up",
        "better",
    )


@pytest.mark.parametrize(
    ("row", "heading", "text", "reason"),
    [
        (21, "2020/21 figure (Ours)", "425/736", "two_figures"),
        (21, "2021/22 figure (Ours)", "<5", "bound"),
        (21, "2022/23 figure (Ours)", "23 out of 35", "two_figures"),
        (22, "2020/21 figure (Ours)", "Merit +", "grade"),
        (22, "2021/22 figure (Ours)", "2018/19", "period"),
        (22, "2022/23 figure (Ours)", "12 excluding resits", "with_words"),
        (23, "2021/22 figure (Ours)", "580-630", "range"),
        (23, "2022/23 figure (Ours)", "in balance", "words"),
        (13, "2022/23 figure (Ours)", "N/A", "not_stated"),
    ],
)
def test_a_cell_that_says_no_number_keeps_its_text_and_a_reason(
    line: Line, row: int, heading: str, text: str, reason: str
) -> None:
    found = figure(line, "2022/23", row, heading)
    assert (found["stated_value"], found["value"], found["value_reason"]) == (text, "", reason)


def test_a_scale_counts_unless_the_unit_names_it(line: Line) -> None:
    assert figure(line, "2022/23", 23, "2020/21 figure (Ours)")["value"] == "6.500000"
    assert figure(line, "2022/23", 7, "2020/21 figure (Ours)")["value"] == "1200.000000"


def test_area_and_period_are_what_the_cells_say_and_disagreements_are_listed_with_both(line: Line) -> None:
    airport = figure(line, "2022/23", 27, "2021/22 figure (Ours)")
    assert (airport["area_code"], airport["stated_scope"]) == ("", "Airport")
    old = figure(line, "2022/23", 27, "2022/23 figure (Ours)")
    assert (old["period_type"], old["period_start"], old["report"]) == ("calendar_year", "2019-01-01", "2022/23")
    listed = {
        (row["file_row"], row["kind"], row["heading_says"], row["cell_says"], row["relation"])
        for row in rows(line, "heading_disagreement")
        if row["file_row"] in ("5", "27") and row["edition"] == "2022/23"
    }
    assert listed == {
        ("5", "period", "2021/22", "2020/21", "before"),
        ("5", "period", "2022/23", "2021/22", "before"),
        ("27", "area", "E06000997", "Airport", "no_known_area"),
        ("27", "period", "2022/23", "2019", "before"),
    }


def restatements(line: Line, indicator: str) -> list[Any]:
    found = rows(line, "restatement", indicator_id=indicator)
    return [
        (
            row["stated_period"],
            row["earlier_edition"],
            row["earlier_stated_value"],
            row["edition"],
            row["stated_value"],
            row["change"],
        )
        for row in found
    ]


def test_a_fact_stated_again_otherwise_is_a_restatement_with_both_values_and_reports(line: Line) -> None:
    assert restatements(line, "bins_emptied_on_time_percent") == [
        ("2020/21", "2020/21", "90.1", "2021/22", "91.4", "value"),
        ("2020/21", "2021/22", "91.4", "2022/23", "90.1", "value"),
    ]
    assert restatements(line, "waste_recycled_percent") == [("2020/21", "2021/22", "41", "2022/23", "41.04", "rounding")]
    assert restatements(line, "fly_tips_reported_number") == []


def test_a_year_written_by_its_months_is_the_same_year(line: Line) -> None:
    assert restatements(line, "buses_on_time_percent") == [("Apr 2021-Mar 2022", "2021/22", "81", "2022/23", "82", "value")]


def test_only_a_confirmed_name_joins_and_all_others_are_listed(line: Line) -> None:
    states = {row["name_id"]: (row["state"], row["same_as"], row["confirmed_by"]) for row in rows(line, "indicator_name")}
    assert states["reports_of_fly_tipping_number"] == ("confirmed", "fly_tips_reported_number", "Performance team")
    assert states["parks_inspected_number"] == ("proposed", "inspected_parks_number", "")
    assert states["bins_emptied_on_time_percent"] == ("as_stated", "", "")
    ids = {row["stated_name"]: row["indicator_id"] for row in rows(line, "reported_figure")}
    assert ids["Reports of fly-tipping"] == ids["Fly-tips reported"] == "fly_tips_reported_number"
    assert ids["Parks inspected"] != ids["Inspected parks"]


def test_every_figure_refers_to_a_cell_that_is_there(line: Line) -> None:
    verified = line.command("verify", str(line.publish))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_file_that_comes_again_for_an_edition_replaces_the_one_before(line: Line) -> None:
    """A row of the corrected file is gone, and all others have moved up by one."""
    path = line.inbox / "scorecards" / "scorecard 2021-22.csv"
    header, first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([header, *others]))
    stamp = path.stat().st_mtime + 86_400
    os.utime(path, times=(stamp, stamp))
    assert b"Bins emptied on time" in first
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    names = [row["stated_name"] for row in rows(line, "reported_figure", edition="2021/22")]
    assert "Bins emptied on time" not in names
    assert names.count("Parks inspected") == 1
    assert restatements(line, "bins_emptied_on_time_percent") == []
    assert rows(line, "contradiction", kind="correction_undone") == []


def test_a_name_that_does_not_occur_stops_the_run_and_says_where(line: Line) -> None:
    path = line.root / "sources" / "scorecards" / "names.yml"
    path.write_text(NAMES.replace("parks_inspected_number", "parks_inspectd_number"), encoding="utf-8")
    before = line.published()
    done = line.run()
    path.write_text(NAMES, encoding="utf-8")
    assert done.returncode == 1
    told = " ".join((done.stdout + done.stderr).split())
    assert "no figure of this source was stated under `parks_inspectd_number`" in told
    assert "Did you mean `parks_inspected_number`?" in told
    assert line.published() == before
