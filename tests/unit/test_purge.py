"""Retention and erasure: what has to go goes from everything that is kept, and what stays says so."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake_case import GOOD, HEADER, Case
from test_cli import case, places, read, typed

from pipelines import corrections, history
from pipelines.config import ConfigError
from pipelines.deliveries import standings
from pipelines.files import read_json
from pipelines.intake import take_in
from pipelines.land import deliveries, land

__all__ = ["case"]
OLD, NEW = "01/04/2015 09:00", "01/04/2025 09:00"


def row(ref: str, opened: str, how: str = "TEL") -> str:
    return f"{ref},{opened},,,Abbey,{how}\n"


def receive(case: Case, **files: str) -> None:
    """One delivery a day from 1 January 2026, landed and judged; the council is the one of the commands."""
    for name, rows in files.items():
        case.drop(HEADER + rows, f"{name}.csv")
        at = datetime(2026, 1, 1 + len(list((case.path.parent / "inbox").iterdir())), 12, tzinfo=UTC).timestamp()
        os.utime(case.path.parent / "inbox" / f"{name}.csv", (at, at))
    take_all(case)


def take_all(case: Case) -> None:
    land(case.source, case.workspace)
    for delivery in deliveries("records", case.workspace, None):
        take_in(case.source, delivery, case.workspace)


def retained_from(case: Case, field: str) -> None:
    case.path.write_text(case.path.read_text().replace("{years: 6}", f"{{years: 6, from: {field}}}"), encoding="utf-8")


def purge(case: Case, *more: str) -> Any:
    return read(typed("purge", "--json", "--as-of", "2026-03-01", *more, *places(case)))


def kept(case: Case) -> str:
    """Every byte that is kept, as text; Parquet is read, since it is compressed."""
    found = []
    for path in sorted(case.workspace.state.rglob("*")):
        if path.is_file():
            text = str(pl.read_parquet(path).to_dicts()) if path.suffix == ".parquet" else path.read_bytes().decode("latin-1")
            found.append(f"{path}: {text}")
    return "\n".join(found)


def refs(case: Case) -> list[str]:
    files = sorted(case.workspace.accepted.rglob("*.parquet"))
    return sorted(ref for path in files for ref in pl.read_parquet(path)["request_id"])


def blobs(case: Case) -> int:
    return len(list(case.workspace.blobs.iterdir()))


def test_a_delivery_whose_records_all_expired_leaves_its_receipt_and_hash(case: Case) -> None:
    retained_from(case, "opened_at")
    receive(case, old=row("OLD1", OLD) + row("OLD2", OLD), new=row("NEW1", NEW))
    (first, _) = deliveries("records", case.workspace, None)
    before = read_json(case.workspace.intake / "records" / f"{first.sha256}.json")
    planned = purge(case, "--dry-run")
    assert refs(case) == ["NEW1", "OLD1", "OLD2"]
    done = purge(case)
    assert done["purged"] == planned["purged"]
    (only,) = done["purged"]
    assert (only["expired"], only["erased"], only["file_removed"], only["file"]) == (2, 0, True, "old.csv")
    assert "delete these from the drop folder too, where they still lie there: old.csv" in done["told"][0]
    assert (refs(case), blobs(case)) == (["NEW1"], 1)
    assert "OLD1" not in kept(case)
    after = read_json(case.workspace.intake / "records" / f"{first.sha256}.json")
    assert after == before | {"purged": {"on": "2026-03-01", "why": ["retention"]}}
    assert (case.workspace.receipts / "records" / f"{first.sha256}.json").exists()
    assert len(list((case.workspace.accepted / "service_request" / "records").iterdir())) == 1
    assert purge(case)["purged"] == []


def test_a_record_is_kept_until_its_years_have_passed(case: Case) -> None:
    retained_from(case, "opened_at")
    receive(case, a=row("1", "01/03/2020 09:00"), b=row("2", "02/03/2020 09:00"))
    purge(case)
    assert refs(case) == ["2"]


def test_the_latest_version_of_a_record_decides_and_all_of_them_go(case: Case) -> None:
    retained_from(case, "closed_at")
    receive(
        case,
        a=row("1", OLD) + row("2", OLD),
        b="1,01/04/2015 09:00,,01/05/2015,Abbey,TEL\n2,01/04/2015 09:00,,01/05/2024,Abbey,TEL\n",
    )
    purge(case)
    assert refs(case) == ["2", "2"]


def test_a_record_without_the_date_is_kept_by_its_receipt(case: Case) -> None:
    retained_from(case, "closed_at")
    receive(case, a=row("1", OLD))
    assert purge(case)["purged"] == []
    assert read(typed("purge", "--json", "--as-of", "2032-03-01", *places(case)))["purged"][0]["expired"] == 1


def test_a_file_with_one_expired_record_goes_and_its_other_rows_stay_as_they_were_judged(case: Case) -> None:
    retained_from(case, "opened_at")
    receive(case, mixed=row("OLD1", OLD) + row("NEW1", NEW))
    before = pl.concat(pl.read_parquet(path) for path in case.workspace.accepted.rglob("*/*/*.parquet"))
    purge(case)
    after = pl.concat(pl.read_parquet(path) for path in case.workspace.accepted.rglob("*/*/*.parquet"))
    assert after.equals(before.filter(pl.col("request_id") == "NEW1"))
    assert blobs(case) == 0
    case.path.write_text(case.path.read_text().replace("{TEL: phone", "{TEL: web"), encoding="utf-8")
    take_all(case)
    take_all(case)  # the file that still lies in the drop folder is not kept again
    assert (refs(case), blobs(case)) == (["NEW1"], 0)
    shown = typed("status", *places(case, publish=True)).stdout
    assert "1 delivery can no longer be judged again: the file as received was purged." in shown
    assert "the delivery mixed.csv stays as it was judged" in shown
    retried = typed("quarantine", "retry", *places(case))
    assert retried.exit_code == 0
    assert "the file as received was purged on 2026-03-01" in retried.stdout


def test_rows_in_quarantine_expire_by_their_own_date_or_by_their_receipt(case: Case) -> None:
    retained_from(case, "opened_at")
    receive(case, a=row("OLD1", OLD, "WEB") + row("BAD1", "31/02/2025", "WEB") + row("NEW1", NEW))
    (only,) = purge(case)["purged"]
    assert (only["expired"], only["quarantined"], only["file_removed"]) == (0, 1, True)
    assert "OLD1" not in kept(case)
    assert "BAD1" in kept(case)
    read(typed("purge", "--json", "--as-of", "2032-01-02", *places(case)))
    assert "BAD1" not in kept(case)
    gone = typed("quarantine", "show", "records", only["delivery"], *places(case))
    assert "were purged on 2032-01-02" in gone.stderr
    assert "(purged)" in typed("quarantine", "list", *places(case)).stdout


def test_a_broken_delivery_goes_by_its_receipt(case: Case) -> None:
    case.drop("not,the,header\nSECRET,1,2\n")
    take_all(case)
    assert purge(case)["purged"] == []
    assert read(typed("purge", "--json", "--as-of", "2099-01-01", *places(case)))["purged"][0]["file_removed"] is True
    assert "SECRET" not in kept(case)


def test_an_erased_record_leaves_everything_and_does_not_come_back(case: Case) -> None:
    receive(case, a=row("ANN1", NEW) + row("BOB1", NEW), b=row("ANN1", "02/04/2025 09:00", "WEB") + row("BOB2", NEW))
    take_all(case)
    (b,) = [d for d in deliveries("records", case.workspace, None) if d.file_name == "b.csv"]
    fix = {"delivery": b.sha256[:12], "row": 1, "column": "How", "expects": "WEB", "value": "TEL"}
    fix |= {"reason": "ANN1 said so", "who": "Team", "when": "2026-02-01"}
    corrections.append(corrections.private(case.source, case.workspace), [fix])
    take_all(case)
    assert len(history.read(case.workspace.history / "records", b.sha256)) == 1
    done = purge(case, "--source", "records", "--key", "ANN1")
    assert [(one["file"], one["erased"], one["file_removed"]) for one in done["purged"]] == [
        ("a.csv", 1, True),
        ("b.csv", 1, True),
    ]
    assert refs(case) == ["BOB1", "BOB2"]
    assert "ANN1" not in kept(case)
    assert len(history.read(case.workspace.history / "records", b.sha256)) == 0
    assert stat.S_IMODE(case.workspace.erasure_list.stat().st_mode) == 0o600

    receive(case, c=row("ANN1", NEW) + row("BOB3", NEW))
    (c,) = [d for d in deliveries("records", case.workspace, None) if d.file_name == "c.csv"]
    receipt = take_in(case.source, c, case.workspace)[0]
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (2, 1, 1)
    assert receipt.reasons == [{"field": "row", "rule": "erased", "rows": 1}]
    aside = pl.concat(pl.read_parquet(path) for path in (case.workspace.quarantine / "records").iterdir())
    assert "ANN1" not in str(aside.to_dicts())
    assert [one["file"] for one in purge(case)["purged"]] == ["c.csv"]
    assert "ANN1" not in kept(case)
    assert refs(case) == ["BOB1", "BOB2", "BOB3"]


def test_a_list_of_records_is_erased(case: Case, tmp_path: Path) -> None:
    receive(case, a=row("ANN1", NEW) + row("BOB1", NEW) + row("CAT1", NEW, "WEB") + row("DAN1", NEW))
    listed = tmp_path / "erase.csv"
    listed.write_text("source,key\nrecords,ANN1\nrecords,request_id=CAT1\nrecords,NOBODY\n", encoding="utf-8")
    done = purge(case, "--erase", str(listed))
    (only,) = done["purged"]
    assert (only["erased"], only["quarantined"]) == (1, 1)
    assert refs(case) == ["BOB1", "DAN1"]
    assert "CAT1" not in kept(case)
    assert [text for text in done["told"] if "no accepted record has the key given" in text]
    assert not [text for text in done["told"] if "NOBODY" in text]


def test_corrections_beside_the_source_that_name_a_purged_row_are_told_by_line(case: Case) -> None:
    receive(case, a=row("ANN1", NEW) + row("BOB1", NEW))
    (a,) = deliveries("records", case.workspace, None)
    fix = {"delivery": a.sha256[:12], "row": 1, "column": "How", "expects": "TEL", "value": "?", "reason": "r", "who": "w"}
    corrections.append(corrections.beside(case.source), [fix | {"when": "2026-02-01"}])
    take_all(case)
    done = purge(case, "--source", "records", "--key", "ANN1")
    assert [text for text in done["told"] if "take them out by hand: line 2" in text]


def test_one_file_of_two_sources_goes_for_both(case: Case) -> None:
    other = case.path.parent.with_name("other") / "source.yml"
    other.parent.mkdir()
    text = case.path.read_text().replace("folder: inbox", "folder: ../records/inbox")
    other.write_text(text.replace("{years: 6}", "{years: 60}"), encoding="utf-8")
    retained_from(case, "opened_at")
    receive(case, a=row("OLD1", OLD) + row("NEW1", NEW))
    from intake_case import COUNCIL

    from pipelines.sources import load_source

    second = load_source(other, COUNCIL)
    land(second, case.workspace)
    (delivery,) = deliveries("other", case.workspace, None)
    take_in(second, delivery, case.workspace)
    assert {(one["source"], one["file_removed"]) for one in purge(case)["purged"]} == {("records", True), ("other", True)}
    assert take_in(second, delivery, case.workspace)[0].purged is not None


def test_a_purge_broken_off_is_completed_by_the_next(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines import purge as purging

    retained_from(case, "opened_at")
    receive(case, a=row("OLD1", OLD) + row("NEW1", NEW))
    standing = standings([case.source], case.workspace, None)
    planned = purging.plan(standing, case.workspace, datetime(2026, 3, 1).date(), {})
    with monkeypatch.context() as patched:
        patched.setattr(purging, "_take_out", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            purging.carry_out(planned, case.workspace, datetime(2026, 3, 1).date(), {}, {})
    assert purge(case)["purged"]
    assert "OLD1" not in kept(case)
    assert purge(case)["purged"] == []


def test_the_warehouse_and_all_tables_made_from_records_go_with_them(case: Case) -> None:
    retained_from(case, "opened_at")
    receive(case, a=row("OLD1", OLD))
    for path in ("warehouse.duckdb", "warehouse.duckdb.wal", "marts/x.parquet", "safe/x.parquet", "last_run.json"):
        (case.workspace.state / path).write_text("OLD1", encoding="utf-8")
    purge(case)
    assert not [path for path in case.workspace.state.rglob("*") if path.is_file() and path.name.startswith(("warehouse", "x."))]
    assert not (case.workspace.state / "last_run.json").exists()


def test_what_a_killed_run_left_goes_and_what_no_source_answers_for_is_told(case: Case) -> None:
    receive(case, a=row("1", NEW))
    (case.workspace.state / ".unfinished-abc").mkdir()
    (case.workspace.state / ".unfinished-abc" / "unpacked.csv").write_text("SECRET", encoding="utf-8")
    (case.workspace.accepted / ".half.parquet.partial").write_text("SECRET", encoding="utf-8")
    (case.workspace.receipts / "gone").mkdir()
    assert [text for text in purge(case)["told"] if text.startswith("gone: there is no such source any more")]
    assert "SECRET" not in kept(case)


MISTYPED = {
    "a key without a source": (["--key", "1"], "by --source and --key together"),
    "no such source": (["--source", "nothing", "--key", "1"], "there is no source `nothing`. There are: records."),
    "an empty key": (["--source", "records", "--key", "request_id="], "has an empty key"),
    "no list": (["--erase", "nowhere.csv"], "cannot be read"),
}


@pytest.mark.parametrize(("arguments", "message"), MISTYPED.values(), ids=MISTYPED)
def test_what_is_mistyped_is_told_and_nothing_goes(case: Case, arguments: list[str], message: str) -> None:
    receive(case, a=row("1", NEW))
    done = typed("purge", *arguments, *places(case))
    assert done.exit_code == 2
    assert message in done.stderr
    assert refs(case) == ["1"]


def test_years_cannot_be_counted_from_a_field_that_is_no_date(case: Case) -> None:
    retained_from(case, "channel")
    with pytest.raises(ConfigError, match="`channel` is no date"):
        _ = case.source


def test_only_mapped_columns_leave_landing(case: Case) -> None:
    case.drop(
        "Ref,Opened,Due,Closed,Ward,How,Name\n" + GOOD.strip() + ",Planted Person\n" + row("8", "x").strip() + ",Planted Person\n"
    )
    take_all(case)
    holding = [path for path in case.workspace.state.rglob("*") if path.is_file() and b"Planted" in path.read_bytes()]
    assert [path.parent for path in holding] == [case.workspace.blobs]
    frames = [pl.read_parquet(path) for path in case.workspace.state.rglob("*.parquet")]
    assert not [frame for frame in frames if "Planted" in str(frame.to_dicts()) or "Name" in frame.columns]
    assert json.loads(next((case.workspace.intake / "records").iterdir()).read_text())["rows_read"] == 2
