"""The story of a published figure: what is told, how it is asked for, and what mistakes are answered with."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.explain import ExplainError, Explanation, explain, render, to_json

COUNCIL, WARD = "E06000999", "E05099901"
OLD, NEW, LATER = "a" * 64, "b" * 64, "c" * 64
SQL = "-- in time\nselect delivery\nfrom stg_service_request"

JUNE = ("month", "2026-06-01", "2026-06-30")
APRIL = ("month", "2026-04-01", "2026-04-30")
YEAR_TO_APRIL = ("year_to_date", "2026-04-01", "2026-04-30")
YEAR_TO_JUNE = ("year_to_date", "2026-04-01", "2026-06-30")
QUARTER = ("quarter", "2026-04-01", "2026-06-30")
YEAR = ("financial_year", "2025-04-01", "2026-03-31")
WAVE = ("wave", "2025-09-01", "2025-10-15")

TABLES: dict[str, list[Sequence[object]]] = {
    "indicator": [
        ("indicator_id", "title", "definition", "unit", "decimals", "measure", "multiplier", "limitations", "latest_version"),
        ("lamps_mended", "Lamps mended in time", "Share mended.", "percent", 1, "percentage", "100.0000", "Mind the dark.", 2),
        ("lamps_lit", "Lamps that are lit", "Lamps lit.", "lamps", 0, "count", "1.0000", "", 1),
        ("lamps_new", "New lamps", "Lamps put up.", "lamps", 0, "count", "1.0000", "", 1),
    ],
    "observation": [
        (
            "indicator_id", "method_version", "period_type", "period_start", "period_end", "area_code", "breakdown",
            "breakdown_value", "numerator", "denominator", "value", "lower_95", "upper_95", "value_status", "value_note",
        ),
        ("lamps_mended", 1, *JUNE, COUNCIL, "all", "all", "91.0000", "100.0000", "91.0000", "", "", "provisional", ""),
        ("lamps_mended", 2, *APRIL, COUNCIL, "all", "all", "1.0000", "2.0000", "50.0000", "", "", "final", ""),
        ("lamps_mended", 2, *JUNE, COUNCIL, "all", "all", "90.0000", "98.0000", "91.8367", "84.6", "95.8", "provisional", ""),
        ("lamps_mended", 2, *JUNE, COUNCIL, "sex", "female", "", "", "", "", "", "provisional", "z"),
        ("lamps_mended", 2, *QUARTER, COUNCIL, "all", "all", "190.0000", "200.0000", "95.0000", "", "", "final", "u"),
        ("lamps_mended", 2, *QUARTER, WARD, "all", "all", "", "", "", "", "", "final", "c"),
        ("lamps_mended", 2, *YEAR, COUNCIL, "all", "all", "800.0000", "1000.0000", "80.0000", "", "", "revised", ""),
        ("lamps_mended", 2, *YEAR_TO_APRIL, COUNCIL, "all", "all", "1.0000", "2.0000", "50.0000", "", "", "final", ""),
        ("lamps_mended", 2, *YEAR_TO_JUNE, COUNCIL, "all", "all", "190.0000", "200.0000", "95.0000", "", "", "final", ""),
        ("lamps_lit", 1, *WAVE, WARD, "all", "all", "1200.0000", "", "1200.0000", "", "", "final", ""),
    ],
    "area": [
        ("area_code", "area_name", "area_type", "parent_code"),
        (WARD, "Abbey", "ward", COUNCIL),
        ("E05099902", "Bridge", "ward", COUNCIL),
        (COUNCIL, "Exampleshire", "council", ""),
    ],
    "period": [
        ("period_type", "period_start", "period_end", "label", "financial_year"),
        (*APRIL, "April 2026", "2026/27"),
        (*JUNE, "June 2026", "2026/27"),
        (*QUARTER, "Q1 2026/27", "2026/27"),
        (*YEAR, "2025/26", "2025/26"),
        (*YEAR_TO_APRIL, "April 2026", "2026/27"),
        (*YEAR_TO_JUNE, "April 2026 to June 2026", "2026/27"),
        (*WAVE, "September 2025 to October 2025", "2025/26"),
    ],
    "method": [
        ("indicator_id", "method_version", "change", "reason", "valid_from", "approved_by", "sql", "fingerprint"),
        ("lamps_lit", 1, "As reported by the lamp council", "", "", "", "", "f0"),
        ("lamps_mended", 1, "First", "Asked for", "2023-04-01", "Board", "select 1", "f1"),
        ("lamps_mended", 2, "Working days", "As promised", "2025-04-01", "Board", "'" + SQL, "f2"),
    ],
    "calculation": [
        (
            "indicator_id", "method_version", "source", "delivery", "rows_counted", "rows_left_out", "first_date", "last_date",
        ),
        ("lamps_mended", 2, "lamps", NEW, 1234, 66, "2025-04-02", "2026-06-29"),
        ("lamps_mended", 2, "lamps", OLD, "", 6, "2025-04-02", "2026-06-29"),
        ("lamps_mended", 2, "lamps", LATER, 5, 0, "2026-07-01", "2026-07-02"),
        ("lamps_mended", 1, "lamps", OLD, 30, 5, "2025-04-02", "2026-06-29"),
    ],
    "source_snapshot": [
        (
            "source", "delivery", "source_title", "received_at", "bytes", "mapping_sha256", "rows_read", "rows_accepted",
            "rows_quarantined", "rows_layout",
        ),
        ("lamps", OLD, "Lamps, from the lamp system", "2026-06-01T09:00:00Z", 900, "m1", 40, 36, 3, 1),
        ("lamps", NEW, "Lamps, from the lamp system", "2026-07-01T09:00:00Z", 12345, "m1", 1310, 1300, 9, 1),
    ],
    "target": [
        (
            "indicator_id", "period_type", "period_start", "period_end", "target", "target_words", "tolerance", "agreed_by",
            "agreed_on", "reason", "is_in_force",
        ),
        ("lamps_mended", *QUARTER, "90.0000", "", "2.0000", "Cabinet", "2026-03-10", "", "false"),
        ("lamps_mended", *QUARTER, "92.5000", "", "2.0000", "Cabinet", "2026-03-10", "", "true"),
        ("lamps_mended", *YEAR, "", "To increase", "", "", "", "", "true"),
    ],
    "assessment": [
        (
            "indicator_id", "method_version", "period_type", "period_start", "period_end", "area_code", "rag_sentence",
            "direction_sentence", "peers_sentence", "needed_sentence",
        ),
        ("lamps_mended", 2, *QUARTER, COUNCIL, "Green: all is well.", "Improved a lot.", "Better than others.", ""),
        ("lamps_mended", 1, *QUARTER, COUNCIL, "Red: not this.", "Got worse.", "", ""),
    ],
    "revision": [
        ("release_version", "dataset", "table_name", "record_key", "field", "old_value", "new_value", "cause"),
        (
            "1.1.0", "performance", "observation",
            f"indicator_id=lamps_mended|method_version=2|period_type=financial_year|period_start=2025-04-01"
            f"|period_end=2026-03-31|area_code={COUNCIL}|breakdown=all|breakdown_value=all",
            "value", "81.0000", "80.0000", "later or corrected data",
        ),
        ("1.1.0", "performance", "target", "indicator_id=lamps_mended", "target", "90", "92.5", "correction"),
    ],
    "release": [("version", "as_of"), ("1.1.0", "2026-07-05"), ("1.0.0", "2026-06-05")],
}  # fmt: skip


@pytest.fixture
def publish(tmp_path: Path) -> Path:
    data = tmp_path / "performance" / "data"
    data.mkdir(parents=True)
    for table, content in TABLES.items():
        with (data / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(content)
    (tmp_path / "performance" / "datapackage.json").write_text('{"version": "1.1.0"}')
    return tmp_path


def key(story: Explanation) -> tuple[str | None, str | None, str | None]:
    return story.figure["period_type"], story.figure["period_start"], story.figure["period_end"]


def told(publish: Path, *asked: str | None, **more: int) -> str:
    with pytest.raises(ExplainError) as caught:
        explain(publish, *asked, **more)  # type: ignore[arg-type]
    return str(caught.value)


def test_the_latest_figure_of_the_council_by_the_method_in_use_is_told(publish: Path) -> None:
    story = explain(publish, "lamps_mended")
    assert key(story) == JUNE
    assert (story.figure["area_code"], story.figure["method_version"]) == (COUNCIL, "2")
    text = render(story)
    for line in (
        "Lamps mended in time",
        "June 2026 (month, 2026-06-01 to 2026-06-30)",
        f"Exampleshire ({COUNCIL})",
        "91.8 percent (91.8367 as published)",
        "95 % limits  84.6 to 95.8",
        "Numerator    90",
        "Denominator  98",
        "provisional: late records may still change it",
        "2 (in use)",
        "Working days",
        "As promised",
        "2025-04-01",
        "percentage, times 100",
        "f2",
        "    -- in time\n      select delivery\n      from stg_service_request",
        "None: the figure stands as it was first published.",
        "Release 1.1.0, as of 2026-07-05",
    ):
        assert line in text


def test_received_files_are_those_with_records_in_the_period(publish: Path) -> None:
    story = explain(publish, "lamps_mended")
    assert [row["delivery"] for row in story.deliveries] == [OLD, NEW]
    text = render(story)
    assert "Lamps, from the lamp system (lamps)" in text
    assert "2026-07-01T09:00:00Z, 12,345 bytes" in text
    assert "1,310: 1,300 accepted, 9 quarantined, 1 titles, totals and blank lines" in text
    assert "1,234 by this method in all periods, dated 2025-04-02 to 2026-06-29" in text
    assert "66 accepted rows that the method does not count" in text
    assert "withheld by this method in all periods" in text
    assert LATER not in text


def test_a_figure_without_received_files_says_so(publish: Path) -> None:
    assert "None has records of this indicator dated in this period." in render(explain(publish, "lamps_lit", area="Abbey"))


def test_a_withheld_figure_stays_withheld_and_says_why(publish: Path) -> None:
    text = render(explain(publish, "lamps_mended", area="abbey"))
    assert "Value        withheld" in text
    assert "Numerator    withheld" in text
    assert "so small that it could tell something about a person" in text


def test_every_note_and_status_is_put_in_words(publish: Path) -> None:
    nothing = render(explain(publish, "lamps_mended", breakdown="sex=female"))
    assert "Value        none" in nothing
    assert "there was nothing to work it out from" in nothing
    assert "sex: female" in nothing
    assert "Unreliable" in render(explain(publish, "lamps_mended", "Q1 2026/27"))


def test_a_target_is_told_where_there_is_one(publish: Path) -> None:
    text = render(explain(publish, "lamps_mended", "Q1 2026/27"))
    assert "92.5 percent, tolerance 2, agreed by Cabinet, 2026-03-10" in text
    assert "Target" not in render(explain(publish, "lamps_mended", "June 2026"))


def test_revisions_of_this_figure_are_told_and_no_others(publish: Path) -> None:
    text = render(explain(publish, "lamps_mended", "2025/26"))
    assert "Release 1.1.0: value from 81.0000 to 80.0000 (later or corrected data)" in text
    assert "92.5" not in text
    assert "revised since it was first published" in text


def test_an_older_method_version_can_be_asked_for(publish: Path) -> None:
    text = render(explain(publish, "lamps_mended", version=1))
    assert "1 (superseded; version 2 is in use)" in text
    assert "91.0 percent\n" in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("June 2026", JUNE),
        ("june  2026", JUNE),
        ("2026-06", JUNE),
        ("2026-06-01", JUNE),
        ("Q1 2026/27", QUARTER),
        ("q1 2026-27", QUARTER),
        ("2025/26", YEAR),
        ("2025-04-01", YEAR),
        ("April 2026", APRIL),
        ("2026-04-01", APRIL),
        ("quarter 2026-04-01", QUARTER),
        ("April 2026 to June 2026", YEAR_TO_JUNE),
    ],
)
def test_a_period_can_be_named_in_several_ways(publish: Path, asked: str, found: tuple[str, str, str]) -> None:
    assert key(explain(publish, "lamps_mended", asked)) == found


def test_a_wave_is_named_by_its_label(publish: Path) -> None:
    assert key(explain(publish, "lamps_lit", "September 2025 to October 2025", "Abbey")) == WAVE


@pytest.mark.parametrize("asked", [WARD, WARD.lower(), "Abbey", "ABBEY"])
def test_an_area_can_be_named_by_code_or_name(publish: Path, asked: str) -> None:
    assert explain(publish, "lamps_mended", area=asked).figure["area_code"] == WARD


def test_an_indicator_can_be_named_by_its_title(publish: Path) -> None:
    assert explain(publish, "lamps mended in time").indicator["indicator_id"] == "lamps_mended"


def test_an_unknown_indicator_is_answered_with_those_there_are(publish: Path) -> None:
    message = told(publish, "lamp_mended")
    assert "no indicator `lamp_mended` in this release. Did you mean `lamps_mended`?" in message
    assert "\n  lamps_lit: Lamps that are lit" in message
    assert "Did you mean `Lamps mended in time`?" in told(publish, "lamp mended in tim")


def test_an_indicator_without_figures_is_told_apart_from_an_unknown_one(publish: Path) -> None:
    assert told(publish, "lamps_new") == "lamps_new is adopted, but this release has no figure of it yet."


def test_an_unknown_period_is_answered_with_those_there_are(publish: Path) -> None:
    message = told(publish, "lamps_mended", "jun 2026")
    assert "for the period `jun 2026`. Did you mean `June 2026`?" in message
    assert "\n  month: April 2026, June 2026\n  quarter: Q1 2026/27" in message


def test_an_unknown_area_is_answered_with_those_there_are(publish: Path) -> None:
    message = told(publish, "lamps_mended", None, "abey")
    assert "There is no area `abey` in this release. Did you mean `Abbey`?" in message
    assert f"\n  {WARD}: Abbey" in message
    assert "There is no figure of Bridge for this indicator." in told(publish, "lamps_mended", None, "Bridge")
    assert "There is no figure of the whole council; name an area." in told(publish, "lamps_lit")


def test_an_unknown_breakdown_is_answered_with_those_there_are(publish: Path) -> None:
    message = told(publish, "lamps_mended", None, None, "sex=femal")
    assert "Did you mean `sex=female`? Breakdowns, written name=group: all=all, sex=female." in message


def test_an_unknown_version_is_answered_with_those_there_are(publish: Path) -> None:
    assert "no figures by method version 7. Versions with figures: 1, 2." in told(publish, "lamps_mended", version=7)


def test_a_folder_without_a_release_is_told(tmp_path: Path) -> None:
    assert "Make one with `yardstick run`" in told(tmp_path, "lamps_mended")


def test_a_release_that_lacks_its_figures_is_told_as_a_damaged_one(tmp_path: Path) -> None:
    (tmp_path / "performance" / "data").mkdir(parents=True)
    with pytest.raises(ExplainError, match=r"observation\.csv is missing from the release .* yardstick verify"):
        explain(tmp_path, "repairs_in_time")


def test_the_json_holds_the_same_story(publish: Path) -> None:
    content = json.loads(to_json(explain(publish, "lamps_mended", "Q1 2026/27")))
    assert content["figure"]["value"] == "95.0000"
    assert content["target"]["target"] == "92.5000"
    assert content["assessment"]["rag_sentence"] == "Green: all is well."
    assert content["method"]["sql"] == SQL
    assert content["release"] == {"version": "1.1.0", "as_of": "2026-07-05"}


def test_how_a_figure_stands_is_told_in_the_words_of_the_release(publish: Path) -> None:
    text = render(explain(publish, "lamps_mended", "Q1 2026/27"))
    for said in ("Green: all is well.", "Improved a lot.", "Better than others."):
        assert said in text
    assert "Red: not this." not in text


def test_a_target_in_words_is_told_as_it_was_agreed(publish: Path) -> None:
    assert "To increase" in render(explain(publish, "lamps_mended", "2025/26"))
