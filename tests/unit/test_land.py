"""Every delivery kept as received, once, by the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import date, datetime
from pathlib import Path

import pytest
from intake_case import GOOD, HEADER, SOURCE, Case

from pipelines.config import ConfigError
from pipelines.connectors import FetchFailed, connector
from pipelines.files import read_json
from pipelines.land import deliveries, land


def dropped(case: Case, name: str, content: str, at: float) -> None:
    case.drop(content, name)
    os.utime(case.path.parent / "inbox" / name, (at, at))


def test_a_delivery_is_kept_as_received_with_a_receipt(tmp_path: Path) -> None:
    case = Case(tmp_path)
    content = HEADER.replace("\n", "\r\n") + "\x00£"
    dropped(case, "a.csv", content, 1_750_000_000.9)
    new = land(case.source, case.workspace)
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    assert [one.sha256 for one in new] == [sha256]
    blob = case.workspace.blobs / sha256
    assert blob.read_bytes() == content.encode()
    assert stat.S_IMODE(blob.stat().st_mode) == 0o400
    assert stat.S_IMODE(case.workspace.state.stat().st_mode) == 0o700
    receipt = read_json(case.workspace.receipts / "records" / f"{sha256}.json")
    modified = (case.path.parent / "inbox" / "a.csv").stat().st_mtime_ns
    assert receipt == {
        "source": "records",
        "delivery": sha256,
        "file_name": "a.csv",
        "origin": "dropped file a.csv",
        "received_at": "2025-06-15T15:06:40",
        "bytes": len(content.encode()),
        "validators": {"name": "a.csv", "bytes": str(len(content.encode())), "modified_ns": str(modified)},
    }
    assert [path.name for path in case.workspace.blobs.iterdir()] == [sha256]


def test_the_same_bytes_count_once_under_any_name_at_any_time(tmp_path: Path) -> None:
    case = Case(tmp_path)
    dropped(case, "a.csv", HEADER, 1_750_000_000)
    dropped(case, "b.csv", HEADER, 1_750_000_001)
    assert len(land(case.source, case.workspace)) == 1
    dropped(case, "c.csv", HEADER, 1_760_000_000)
    dropped(case, "a.csv", HEADER, 1_760_000_000)
    assert land(case.source, case.workspace) == []
    assert [one.file_name for one in deliveries("records", case.workspace, None)] == ["a.csv"]


def test_a_file_changed_under_its_name_is_a_further_delivery(tmp_path: Path) -> None:
    case = Case(tmp_path)
    dropped(case, "a.csv", HEADER, 1_750_000_000)
    land(case.source, case.workspace)
    dropped(case, "a.csv", HEADER + GOOD, 1_750_000_100)
    assert len(land(case.source, case.workspace)) == 1
    assert len(deliveries("records", case.workspace, None)) == 2


def test_a_file_that_is_known_as_it_stands_is_not_read_again(tmp_path: Path) -> None:
    case = Case(tmp_path)
    dropped(case, "a.csv", HEADER, 1_750_000_000)
    (first,) = land(case.source, case.workspace)
    dropped(case, "a.csv", HEADER.swapcase(), 1_750_000_000)  # nothing but its bytes tells, and those are not looked at
    assert land(case.source, case.workspace) == []
    (case.workspace.blobs / first.sha256).unlink()
    (second,) = land(case.source, case.workspace)
    assert (case.workspace.blobs / second.sha256).read_bytes() == HEADER.swapcase().encode()


def test_hidden_files_folders_and_others_are_left_alone(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace('glob: "*"', 'glob: "*.csv"'))
    for name in (".a.csv", "a.txt", "b.csv"):
        dropped(case, name, name, 1_750_000_000)
    (case.path.parent / "inbox" / "c").mkdir()
    assert [one.file_name for one in land(case.source, case.workspace)] == ["b.csv"]


def test_deliveries_stand_in_order_of_receipt_up_to_a_date(tmp_path: Path) -> None:
    case = Case(tmp_path)
    for name, at in (
        ("z.csv", datetime(2026, 1, 1)),
        ("a.csv", datetime(2026, 1, 2, 23, 59, 59)),
        ("b.csv", datetime(2026, 1, 3)),
    ):
        dropped(case, name, name, (at - datetime(1970, 1, 1)).total_seconds())
    land(case.source, case.workspace)
    named = [
        [d.file_name for d in deliveries("records", case.workspace, day)] for day in (None, date(2026, 1, 2), date(2025, 1, 1))
    ]
    assert named == [["z.csv", "a.csv", "b.csv"], ["z.csv", "a.csv"], []]
    assert deliveries("others", case.workspace, None) == []


def test_what_a_crash_left_does_not_stop_landing(tmp_path: Path) -> None:
    case = Case(tmp_path)
    dropped(case, "a.csv", HEADER, 1_750_000_000)
    case.workspace.blobs.mkdir(parents=True)
    for name in ("..incoming.partial", ".incoming"):
        (case.workspace.blobs / name).write_bytes(b"half")
        (case.workspace.blobs / name).chmod(0o400)
    (new,) = land(case.source, case.workspace)
    assert (case.workspace.blobs / new.sha256).read_bytes() == HEADER.encode()
    (case.workspace.receipts / "records" / f"{new.sha256}.json").unlink()  # the bytes were kept, the receipt not yet
    assert [one.sha256 for one in land(case.source, case.workspace)] == [new.sha256]
    assert [path.name for path in case.workspace.blobs.iterdir()] == [new.sha256]


def test_a_drop_folder_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace("folder: inbox", "folder: elsewhere"))
    with pytest.raises(FetchFailed, match=r"the drop folder .*elsewhere is not there\. Make it, or correct `connector\.folder`"):
        land(case.source, case.workspace)


def test_a_drop_folder_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(tmp_path, SOURCE.replace("folder: inbox", 'folder: "${YS_DROP}/in"'))
    monkeypatch.delenv("YS_DROP", raising=False)
    with pytest.raises(ConfigError, match=r"records/source.yml, line 10, `connector.folder`: .*YS_DROP, which is not set"):
        land(case.source, case.workspace)
    (tmp_path / "given" / "in").mkdir(parents=True)
    (tmp_path / "given" / "in" / "a.csv").write_text(HEADER)
    monkeypatch.setenv("YS_DROP", "given")
    monkeypatch.chdir(tmp_path)  # what the environment gives is relative to where the program was started
    assert len(land(case.source, case.workspace)) == 1


def test_a_glimpse_changes_with_the_folder(tmp_path: Path) -> None:
    case = Case(tmp_path)
    dropped(case, "a.csv", HEADER, 1_750_000_000)
    seen = [connector(case.source).glimpse(case.source)]
    assert connector(case.source).glimpse(case.source) == seen[0]
    dropped(case, "a.csv", HEADER, 1_750_000_001)
    seen.append(connector(case.source).glimpse(case.source))
    dropped(case, "b.csv", HEADER, 1_750_000_001)
    seen.append(connector(case.source).glimpse(case.source))
    assert len(set(seen)) == 3
