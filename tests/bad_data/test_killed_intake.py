"""The process killed at any moment of landing and intake, and run again: the same rows as if nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from drills import size
from intake_case import GOOD, HEADER, SOURCE
from line import PROJECT

PROGRAM = """
import os, signal, sys
from pathlib import Path
from intake_case import COUNCIL
from pipelines import intake
from pipelines.formats import delivery
from pipelines.land import deliveries, land
from pipelines.sources import load_source
from pipelines.workspace import Workspace

FILES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.scandir", "os.listdir")
delivery.BATCH_ROWS = 3  # several batches of a small file
seen, kill_at = 0, int(sys.argv[1])


def passed():
    global seen
    seen += 1
    if seen == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)


def write(writer, rows, write=intake._Writer.__call__):  # Parquet files are written without Python's knowledge
    passed()
    write(writer, rows)
    passed()


intake._Writer.__call__ = write
sys.addaudithook(lambda event, given: passed() if event in FILES else None)
for state in map(Path, sys.argv[3:]):
    workspace = Workspace.at(state=state, publish=state / "published")
    seen = 0
    workspace.prepare()
    workspace.forget_unfinished()
    for path in sorted(Path(sys.argv[2]).glob("*/source.yml")):
        source = load_source(path, COUNCIL)
        land(source, workspace)
        for one in deliveries(source.name, workspace, None):
            intake.take_in(source, one, workspace)
print(seen)
"""
BAD = "008,31/02/2025,,,Abbey,TEL\n009,01/04/2025,,,Abbey\n"
TWICE = "010,01/04/2025,,,Abbey,TEL\n010,02/04/2025,,,Abbey,TEL\n"
RECORD = '{"Ref": %d, "Opened": "01/04/2025", "Due": "", "Closed": "", "Ward": "Abbey", "How": "TEL"}\n'
LATE = 1_750_000_000


def run(sources: Path, *states: Path, kill_at: int = 0) -> subprocess.CompletedProcess[str]:
    told = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests")])}
    program = [sys.executable, "-c", PROGRAM, str(kill_at), str(sources), *map(str, states)]
    return subprocess.run(program, env=told, capture_output=True, text=True, check=False)


def kept(state: Path) -> dict[str, bytes]:
    """Every file that holds rows or says something of them, and folders that nobody needs any more."""
    parts = ("landing", "accepted", "quarantine", "intake")
    files = [path for part in parts for path in (state / part).rglob("*") if path.is_file()]
    return {str(path.relative_to(state)): path.read_bytes() for path in files} | {path.name: b"" for path in state.glob(".*")}


def whole(state: Path) -> dict[str, bytes]:
    """The files that go by their own names, not by a name of something half-written."""
    return {name: said for name, said in kept(state).items() if not any(part.startswith(".") for part in Path(name).parts)}


def told_of(state: Path) -> dict[str, bytes]:
    """Whole files but those of rows without a receipt of intake, which comes last: nobody uses them."""
    receipts = {path.name[:16] for path in state.glob("intake/*/*.json")}
    rows = ("accepted", "quarantine")
    return {name: said for name, said in whole(state).items() if not name.startswith(rows) or Path(name).name[:16] in receipts}


def drop(sources: Path, name: str, form: str, file: str, content: bytes) -> None:
    inbox = sources / name / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    text = SOURCE.replace("{type: csv, encoding: utf-8}", "{" + form + "}")
    (inbox.parent / "source.yml").write_text(text, encoding="utf-8")
    (inbox / file).write_bytes(content)
    os.utime(inbox / file, (LATE, LATE))


@pytest.mark.drill
def test_killed_at_any_moment_and_run_again_the_same_rows_are_accepted_and_set_aside(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    sources, before, undisturbed = tmp_path / "sources", tmp_path / "before", tmp_path / "undisturbed"
    ledger, register = "type: csv, encoding: [utf-8, cp1252]", "type: jsonl"
    lines = "".join(RECORD % number for number in range(8)) + RECORD % 3
    drop(sources, "ledger", ledger, "a", (HEADER + GOOD).encode())
    drop(sources, "register", register, "a", lines.encode())
    assert run(sources, before).returncode == 0
    several = "".join(f"{number},01/04/2025 09:00,,,Abbey,TEL\n" for number in range(11, 20))
    drop(sources, "ledger", ledger, "b", (HEADER + BAD + TWICE + "\n" + several + "£,,,,,\n").encode("cp1252"))
    drop(sources, "register", register, "b", (lines + "5\n" + RECORD % 9).encode())
    shutil.copytree(before, undisturbed)
    moments = int(run(sources, undisturbed).stdout.split()[-1])
    first, right = kept(before), kept(undisturbed)
    assert moments > 100
    assert len(right) >= len(first) + 10  # of each late delivery its bytes, two receipts and two files of rows
    assert right == whole(undisturbed)

    states = []
    for kill_at in sorted(random.Random(7).sample(range(1, moments + 1), min(size(5, 1000), moments))):
        states.append(tmp_path / str(kill_at))
        shutil.copytree(before, states[-1])
        killed = run(sources, states[-1], kill_at=kill_at)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert first.items() <= whole(states[-1]).items()
        assert told_of(states[-1]).items() <= right.items()
    again = run(sources, *states)
    assert again.returncode == 0, again.stderr
    for state in states:
        assert kept(state) == right, state.name
    what = f"killed at {len(states)} of {moments} file operations of landing and intake, and run again"
    record_property("drill", f"{what}: the same {len(right)} files each time, byte for byte")
