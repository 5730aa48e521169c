"""A disk that is full, and files that cannot be read: said in plain words, with the last good data as they were."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from intake_case import COUNCIL, GOOD, HEADER, SOURCE, Case
from line import Line

from pipelines.connectors import FetchFailed
from pipelines.files import NoRoom
from pipelines.intake import take_in
from pipelines.land import NotInLanding, deliveries, land
from pipelines.sources import load_source

NOBODY = 65534


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("only the administrator of this machine may mount a small disk to fill")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """The disk with nothing but a few bytes left on it."""
    filling = folder / "filling"
    filling.write_bytes(b"x" * max(shutil.disk_usage(folder).free - left, 0))
    yield
    filling.unlink()


def everything(state: Path) -> dict[str, bytes]:
    return {str(path.relative_to(state)): path.read_bytes() for path in sorted(state.rglob("*")) if path.is_file()}


def case_on(disk: Path, folder: Path) -> Case:
    case = Case(folder)
    shutil.rmtree(case.workspace.state)
    case.workspace = type(case.workspace).at(state=disk / "state", publish=folder / "published")
    case.workspace.prepare()
    return case


@pytest.mark.parametrize("left", [0, 64 << 10])
def test_a_delivery_for_which_there_is_no_room_is_said_so_and_comes_with_the_next_run(
    small_disk: Path, tmp_path: Path, left: int
) -> None:
    case = case_on(small_disk, tmp_path)
    case.drop(HEADER + GOOD, "a")
    case.take_in()
    before = everything(case.workspace.state)
    case.drop(HEADER + "".join(f"{n},01/04/2025,,,Abbey,TEL\n" for n in range(5_000)), "b")
    with filled(small_disk, left), pytest.raises(NoRoom, match="Make room there, then run again"):
        land(case.source, case.workspace)
    assert everything(case.workspace.state) == before
    assert case.take_in().rows_accepted == 5_000


@pytest.mark.parametrize("form", ["{type: csv, encoding: utf-8}", "{type: csv, encoding: [utf-8, cp1252]}", "{type: jsonl}"])
def test_a_delivery_whose_rows_have_no_room_is_not_called_broken(small_disk: Path, tmp_path: Path, form: str) -> None:
    case = case_on(small_disk, tmp_path)
    case.path.write_text(SOURCE.replace("{type: csv, encoding: utf-8}", form), encoding="utf-8")
    names = HEADER.strip().split(",")
    good = [f"{n:x}{n * 7919 % 65536:x}é,01/04/2025,,,Abbey,TEL" for n in range(3_000)]
    records = [json.dumps(dict(zip(names, row.split(","), strict=True)), ensure_ascii=False) for row in good]
    lines = records if "jsonl" in form else [HEADER.strip(), *good]
    case.drop(("\n".join(lines) + "\n").encode("cp1252" if "cp1252" in form else "utf-8"), "a")
    (delivery,) = land(case.source, case.workspace)
    before = everything(case.workspace.state)
    with filled(small_disk, 8 << 10), pytest.raises(NoRoom, match="No space left on device"):
        take_in(case.source, delivery, case.workspace)
    assert everything(case.workspace.state) == before
    assert take_in(case.source, delivery, case.workspace)[0].rows_accepted == 3_000


def test_a_run_on_a_full_disk_ends_with_a_plain_message(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "sources/records/inbox").mkdir(parents=True)
    (tmp_path / "sources/records/source.yml").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "sources/records/inbox/a").write_text(HEADER + GOOD, encoding="utf-8")
    line = Line(tmp_path, sources=tmp_path / "sources")
    with filled(small_disk, 0):
        done = line.command("run", "--sources", str(tmp_path / "sources"), "--state", str(small_disk / "state"))
    assert done.returncode == 1
    assert "Nothing more can be written to" in done.stderr
    assert "Make room there, then run again" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_what_takes_the_place_of_a_file_is_named_and_all_others_come_in(tmp_path: Path) -> None:
    case = Case(tmp_path, SOURCE.replace('glob: "*"', 'glob: "*.csv"'))
    inbox = case.path.parent / "inbox"
    case.drop(HEADER + GOOD, "b.csv")
    (inbox / "a.csv").mkdir()
    (inbox / "c.csv").symlink_to(tmp_path / "gone")
    with pytest.raises(FetchFailed) as failed:
        land(case.source, case.workspace)
    assert str(failed.value) == (
        "records: what lies there cannot be read: a.csv (Is a directory), c.csv (No such file or directory). The last good data "
        "stay in use; put the file back or let this program read it, then run again."
    )
    assert [one.file_name for one in deliveries("records", case.workspace, None)] == ["b.csv"]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the administrator's right to read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_and_a_folder_that_may_not_be_read_are_named(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        case = Case(folder)
        case.drop(HEADER + GOOD, "a")
        case.take_in()
        for path in (case.workspace.state, *case.workspace.state.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        source, inbox = case.source, case.path.parent / "inbox"
        case.drop(HEADER, "secret")
        for path, mode in ((case.path.parent, 0o755), (inbox, 0o755), (inbox / "a", 0o644), (inbox / "secret", 0)):
            path.chmod(mode)
        with (
            as_nobody(),
            pytest.raises(FetchFailed, match=r"records: what lies there cannot be read: secret \(Permission denied\)"),
        ):
            land(source, case.workspace)
        inbox.chmod(0)
        with as_nobody(), pytest.raises(FetchFailed, match=r"inbox cannot be looked into \(Permission denied\)"):
            land(source, case.workspace)
        inbox.chmod(0o755)
        assert [one.file_name for one in deliveries("records", case.workspace, None)] == ["a"]


def test_a_delivery_that_went_away_from_landing_is_named(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.drop(HEADER + GOOD, "a")
    (delivery,) = land(case.source, case.workspace)
    (case.workspace.blobs / delivery.sha256).unlink()
    with pytest.raises(NotInLanding, match=r"records: the delivery a \([0-9a-f]{16}\) is no longer in landing"):
        take_in(load_source(case.path, COUNCIL), delivery, case.workspace)
