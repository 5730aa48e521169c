"""Where each source stands: which deliveries are in use, and whether its data are old."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import polars as pl
from intake_case import COUNCIL, GOOD, HEADER, SOURCE, Case

import schemas
from pipelines.deliveries import TABLES, Standing, intakes_in_use, latest_date, standings, write_reference
from pipelines.files import write_json
from pipelines.intake import take_in
from pipelines.land import deliveries, land
from pipelines.outcome import SourceOutcome

BAD = HEADER.replace("Ward", "Area")


def receive(case: Case, *contents: str) -> None:
    """One delivery a day from 1 January 2026, landed and judged."""
    for day, content in enumerate(contents):
        case.drop(content, f"{day}.csv")
        at = (datetime(2026, 1, 1 + day, 12) - datetime(1970, 1, 1)).total_seconds()
        os.utime(case.path.parent / "inbox" / f"{day}.csv", (at, at))
    land(case.source, case.workspace)
    for delivery in deliveries("records", case.workspace, None):
        take_in(case.source, delivery, case.workspace)


def stand(case: Case, as_of: date | None = None) -> Standing:
    (one,) = standings([case.source], case.workspace, as_of)
    return one


def in_use(one: Standing) -> list[tuple[str, bool]]:
    return [(judged.delivery.file_name, judged.in_use) for judged in one.judged]


ONE, TWO, THREE = (HEADER + GOOD.replace("007", str(number)) for number in (1, 2, 3))


def test_a_source_that_delivers_changes_uses_every_good_delivery(tmp_path: Path) -> None:
    case = Case(tmp_path)
    receive(case, ONE, BAD, TWO)
    one = stand(case)
    assert in_use(one) == [("0.csv", True), ("1.csv", False), ("2.csv", True)]
    assert one.old_reason is None
    assert latest_date([one]) == date(2026, 1, 3)


def test_a_source_that_delivers_everything_uses_the_last_good_delivery_alone(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("cadence: monthly", "cadence: monthly\ndelivers: everything"))
    receive(case, ONE, TWO, BAD)
    one = stand(case)
    assert in_use(one) == [("0.csv", False), ("1.csv", True), ("2.csv", False)]
    assert one.last_good is not None
    assert one.last_good.file_name == "1.csv"
    assert intakes_in_use([one]) == {one.judged[1].receipt.intake_id}


def test_after_a_broken_delivery_the_data_are_old_and_say_why(tmp_path: Path) -> None:
    case = Case(tmp_path)
    receive(case, ONE, BAD)
    one = stand(case)
    assert str(one.old_reason).startswith("the delivery 1.csv is broken: needed columns are not there: Ward")
    assert one.last_good is not None
    assert one.last_good.file_name == "0.csv"


def test_a_broken_delivery_of_changes_is_told_until_it_is_delivered_anew(tmp_path: Path) -> None:
    case = Case(tmp_path / "changes")
    receive(case, ONE, BAD, TWO)
    (told,) = stand(case).left_out
    assert told.startswith("the delivery 1.csv is broken and was left out, so what it alone holds is missing")
    assert "needed columns are not there: Ward" in told
    (again,) = SourceOutcome.of(stand(case)).notes
    assert again == told
    receive(case, ONE, THREE)
    assert stand(case).left_out == ()
    whole = Case(tmp_path / "whole", SOURCE.replace("cadence: monthly", "cadence: monthly\ndelivers: everything"))
    receive(whole, ONE, BAD, TWO)
    assert stand(whole).left_out == ()


def test_columns_that_are_read_nowhere_are_told_of_every_file_in_use(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("columns:", "reshape: {unused: [Note]}\ncolumns:"))
    extra = ONE.replace("How\n", "How,Note,Target\n").replace("TEL\n", "TEL,x,95\n")
    receive(case, extra, TWO)
    (told,) = SourceOutcome.of(stand(case)).notes
    assert told.startswith("of 0.csv, columns are neither read nor stated as unused, so nothing of them is published: Target;")
    case.drop(THREE, "0.csv", datetime(2026, 2, 1))
    case.take_in()
    assert SourceOutcome.of(stand(case)).notes == ()


def test_a_source_that_could_not_be_asked_and_one_that_never_delivered_are_old(tmp_path: Path) -> None:
    case = Case(tmp_path)
    assert stand(case).old_reason == "nothing has been received yet"
    assert stand(case).last_good is None
    assert latest_date([stand(case)]) is None
    receive(case, ONE)
    write_json(case.workspace.failures / "records.json", {"message": "it did not answer"})
    assert stand(case).old_reason == "it did not answer"
    assert in_use(stand(case)) == [("0.csv", True)]


def test_a_date_leaves_later_deliveries_out(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("cadence: monthly", "cadence: monthly\ndelivers: everything"))
    receive(case, ONE, TWO, THREE)
    one = stand(case, date(2026, 1, 2))
    assert in_use(one) == [("0.csv", False), ("1.csv", True)]
    assert latest_date([one]) == date(2026, 1, 2)
    assert stand(case, date(2025, 12, 31)).judged == ()


def test_a_delivery_that_is_landed_but_not_judged_does_not_count_yet(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(ONE)
    land(case.source, case.workspace)
    assert stand(case).judged == ()


def test_the_reference_tables_say_what_is_in_use(tmp_path: Path) -> None:
    case = Case(tmp_path)
    receive(case, ONE + ",,,,,\n", BAD)
    one = stand(case)
    first = write_reference([one], COUNCIL, [], pl.DataFrame(), date(2026, 1, 2), case.workspace)
    assert write_reference([one], COUNCIL, [], pl.DataFrame(), date(2026, 1, 2), case.workspace) == first

    def table(name: str) -> pl.DataFrame:
        return pl.read_parquet(case.workspace.reference / f"{name}.parquet")

    assert {name: table(name).columns for name in TABLES} == {name: list(columns) for name, columns in TABLES.items()}
    assert table("delivery").select("file_name", "status", "in_use", "rows_read", "about_people").rows() == [
        ("0.csv", "accepted", True, 2, True),
        ("1.csv", "broken", False, 0, True),
    ]
    (source,) = table("source").to_dicts()
    assert (source["is_old"], source["last_good_received_at"]) == (True, datetime(2026, 1, 1, 12))
    assert table("quarantine_reason")["row_count"].to_list() == [1, 1]
    assert set(table("completeness")["field"]) == set(schemas.record_type("service_request").types)
    assert table("area")["area_code"].to_list() == ["E06000996", "E05099001"]
    empty = [name for name in schemas.names() if not (case.workspace.accepted / name / "empty.parquet").exists()]
    assert empty == []
