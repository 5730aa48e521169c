"""Deliveries that are wrong as a whole, or against those before: which rule each breaks, and what follows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from intake_case import COUNCIL, HEADER, SOURCE, Case

from pipelines.config import ConfigError
from pipelines.receipts import Receipt
from pipelines.sources import load_source


def rows(count: int, how: str = "TEL", ward: str = "Abbey", opened: str = "01/04/2025 09:00", first: int = 1) -> str:
    return "".join(f"{n},{opened},10/04/2025,,{ward},{how}\n" for n in range(first, first + count))


def delivered(folder: Path, batch: str, *contents: str, name: str = "{}.csv") -> Receipt:
    """The receipt of the last of several deliveries, a day between each."""
    case = Case(folder, SOURCE.replace('"?": null', "WEB: web") + batch)
    for place, content in enumerate(contents):
        case.drop(HEADER + content, name.format(place), datetime(2026, 1, 1 + place, tzinfo=UTC))
    return case.take_in()


@pytest.mark.parametrize(
    ("batch", "contents", "told"),
    [
        ("row_count: {within_percent: 50, of_last: 3, then: THEN}", (rows(10), rows(14), rows(12), rows(5)),
         "5 rows, where the last 3 deliveries had 12: more than 50 % away"),
        ("row_count: {within_percent: 50, then: THEN}", (rows(10), rows(16)), "16 rows, where the delivery before had 10"),
        ("missing: {area_code: {at_most_percent: 10, then: THEN}}", (rows(8) + rows(2, ward="", first=9),),
         "`area_code` is empty in 2 of 10 rows, more than 10 %"),
        ("categories: {channel: THEN}", (rows(5), rows(5), rows(4) + rows(1, how="WEB", first=5)),
         "`channel` has other words than in the delivery before; new: web"),
        ("categories: {channel: THEN}", (rows(4) + rows(1, how="WEB", first=5), rows(5)), "gone: web"),
        ("period: {field: opened_at, first: 2025-04-02, last: 2025-04-30, then: THEN}", (rows(3),),
         "`opened_at` is outside 2025-04-02 to 2025-04-30 in 3 of 3 rows"),
        ("total: {row: total, column: Ref, then: THEN}", (rows(3) + "Total 7,,,,,\n",), "cannot be checked: its own cell"),
        ("total: {row: total, column: Closed, then: THEN}", ("1,01/04/2025,,,Abbey,TEL\nTotal,,,5,,\n",),
         "the row `total` says 5 for `Closed`, and the rows come to 0"),
        ("total: {row: total, column: Closed, then: THEN}", (rows(3),), "there is no row `total`"),
    ],
)  # fmt: skip
def test_a_rule_about_the_whole_warns_or_stops_as_stated(
    tmp_path: Path, batch: str, contents: tuple[str, ...], told: str
) -> None:
    layout = 'layout_rows: {total: {column: Ref, matches: "^Total"}}\nbatch:\n  ' + batch + "\n"
    warned = delivered(tmp_path / "warn", layout.replace("THEN", "warn"), *contents)
    assert warned.status == "accepted", warned.message
    assert [what for what in warned.warnings if told in what], warned.warnings
    stopped = delivered(tmp_path / "stop", layout.replace("THEN", "stop"), *contents)
    assert (stopped.status, stopped.rows_accepted) == ("broken", 0)
    assert told in str(stopped.message)


AMOUNTS = (
    SOURCE.replace("service_request", "finance")[: SOURCE.index("columns:") - len("service_request") + len("finance")]
    + """numbers: {thousands: ",", symbols: ["£"], negative: brackets}
layout_rows: {total: {column: Service, matches: "^(Total)?$"}}
batch: {total: {row: total, column: Budget, within: 0.01, then: stop}}
columns:
  service: {column: Service, values: {Bins: missed_bins}}
  period_start: Start
  period_end: End
  budget: Budget
"""
)


@pytest.mark.parametrize(
    ("total", "status"), [("£1,000.30", "accepted"), ("1000.31", "accepted"), ("£1,000.20", "broken"), ("-", "broken")]
)
def test_a_trailing_total_is_checked_and_left_out(tmp_path: Path, total: str, status: str) -> None:
    case = Case(tmp_path, AMOUNTS)
    case.drop(
        "Service,Start,End,Budget\n"
        + 'Bins,01/04/2025,30/06/2025,"£1,100.10"\nBins,01/07/2025,30/09/2025,(100.00)\n'
        + f'Bins,01/10/2025,not a day,0.20\n,,,"{total}"\n'
    )
    receipt = case.take_in()
    assert receipt.status == status, receipt.message
    if status == "accepted":  # a row set aside is part of the total all the same
        assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined, receipt.layout) == (4, 2, 1, {"total": 1})


def test_a_sum_is_exact_whatever_the_order(tmp_path: Path) -> None:
    case = Case(tmp_path, AMOUNTS.replace("within: 0.01, ", ""))
    lines = [f"Bins,01/04/{year},30/06/{year},{'0.1' if year % 2 else '1000000000.2'}\n" for year in range(1960, 2020)]
    case.drop("Service,Start,End,Budget\n" + "".join(lines) + "Total,,,30000000009.00\n")
    assert case.take_in().status == "accepted"


@pytest.mark.parametrize(("name", "outside"), [("cases_202504.csv", False), ("cases_202505.csv", True), ("cases.csv", True)])
def test_the_period_of_a_delivery_may_stand_in_its_name(tmp_path: Path, name: str, outside: bool) -> None:
    batch = 'batch: {period: {field: opened_at, file_name: "_(?P<year>[0-9]{4})(?P<month>[0-9]{2})", then: warn}}\n'
    assert bool(delivered(tmp_path, batch, rows(3), name=name).warnings) == outside


TRANSITIONS = (
    SOURCE.replace('"?": null', "WEB: web")
    + "transitions: {opened_at: fixed, closed_at: filled, channel: {phone: [web], web: []}}\n"
)


def versions(folder: Path, *lines: str, text: str = TRANSITIONS) -> dict[int, set[tuple[str, str]]]:
    """What of the last of several deliveries is set aside."""
    case = Case(folder, text)
    for place, line in enumerate(lines):
        case.drop(HEADER + line + "\n", f"{place}.csv", datetime(2026, 1, 1 + place, tzinfo=UTC))
    return case.quarantined(case.take_in())


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("1,01/04/2025,,02/04/2025,,TEL", "1,03/04/2025,,04/04/2025,,TEL", ("opened_at", "transition")),
        ("1,01/04/2025,,02/04/2025,,TEL", "1,01/04/2025,,,,TEL", ("closed_at", "transition")),
        ("1,01/04/2025,,,,WEB", "1,01/04/2025,,,,TEL", ("channel", "transition")),
        ("1,01/04/2025,,,,TEL", "1,01/04/2025,,,,", ("channel", "transition")),
        ("1,01/04/2025,,,,TEL", "1,01/04/2025,,02/04/2025,,WEB", None),
        ("1,01/04/2025,,02/04/2025,,TEL", "1,01/04/2025,,03/04/2025,,TEL", None),
        ("1,01/04/2025,,,,", "1,01/04/2025,,,,WEB", None),
        ("2,01/04/2025,,,,WEB", "1,05/04/2025,,,,TEL", None),
    ],
)  # fmt: skip
def test_a_record_may_only_change_as_stated(tmp_path: Path, before: str, after: str, rule: tuple[str, str] | None) -> None:
    assert versions(tmp_path, before, after) == ({1: {rule}} if rule else {})


def test_a_record_is_compared_with_its_latest_accepted_version(tmp_path: Path) -> None:
    phone, web, later = "1,01/04/2025,,,,TEL", "1,01/04/2025,,,,WEB", "1,01/04/2025,05/04/2025,,,"
    assert versions(tmp_path / "a", phone, web, later + "TEL") == {1: {("channel", "transition")}}
    assert versions(tmp_path / "b", web, phone, later + "WEB") == {}  # the phone was set aside


def test_a_delivery_that_comes_late_is_judged_in_its_place_and_so_are_those_after_it(tmp_path: Path) -> None:
    case = Case(tmp_path, TRANSITIONS)
    case.drop(HEADER + "1,01/04/2025,,,,TEL\n", "b.csv", datetime(2026, 1, 2, tzinfo=UTC))
    assert case.quarantined(case.take_in()) == {}
    case.drop(HEADER + "1,01/04/2025,,,,WEB\n", "a.csv", datetime(2026, 1, 1, tzinfo=UTC))
    assert case.quarantined(case.take_in()) == {1: {("channel", "transition")}}


MISTAKES = {
    "transitions: {closd_at: fixed}": "`transitions.closd_at`: there is no such field",
    "transitions: {request_id: fixed}": "it is part of the key",
    "transitions: {closed_at: frozen}": "fixed, filled",
    "batch: {missing: {closd_at: {at_most_percent: 1, then: warn}}}": "`batch.missing.closd_at`: there is no such field",
    "batch: {categories: {request_id: warn}}": "only a field with `values` or `lookup` has categories",
    "batch: {row_count: {within_percent: 5}}": "`then` is missing",
    "batch: {total: {row: total, column: Ref, then: stop}}": "no rows of this kind are named under `layout_rows`",
    "batch: {period: {field: channel, first: 2026-01-01, last: 2026-01-31, then: warn}}": "Allowed: opened_at, due_at, closed_at",
    "batch: {period: {field: opened_at, file_name: '(?P<x>a)', then: warn}}": "name a part (?P<period>",
    "batch: {period: {field: opened_at, first: soon, last: 2026-01-31, then: warn}}": "`batch.period.first`: this is no day",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_rule_is_told(tmp_path: Path, mistake: str) -> None:
    path = tmp_path / "records" / "source.yml"
    path.parent.mkdir()
    path.write_text(SOURCE + mistake + "\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_source(path, COUNCIL)
    assert MISTAKES[mistake] in str(raised.value), raised.value


def test_notes_below_a_table_are_layout_with_all_that_follows(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE + 'layout_rows: {notes: {column: Ref, matches: "^Notes", and_below: true}}\n')
    case.drop(HEADER + rows(2) + "Notes,,,,,\nSource: the system,,,,,\n1. As at April,,,,,\n")
    receipt = case.take_in()
    assert (receipt.rows_read, receipt.rows_accepted, receipt.layout) == (5, 2, {"notes": 3})
