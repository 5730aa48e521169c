"""The process killed at any step of a publication, and run again: never half a release, never two."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from git_remote import GitRemote
from small_release import OBSERVATION, SmallRelease

from pipelines.verify import verify

PROGRAM = """
import sys
from collections.abc import Callable
from pathlib import Path
from small_release import COUNCIL
from pipelines.publication.git import Remote
from pipelines.publication.push import publish
print(publish(Path(sys.argv[1]), COUNCIL, Remote.at(sys.argv[2]), Path(sys.argv[3])).commit)
"""
KILLER = """#!/bin/sh
count=$(cat {count} 2>/dev/null || echo 0)
count=$((count + 1))
echo $count > {count}
echo "$*" >> {count}.said
[ "$count:$WHEN" = "{at}:before" ] && {{ kill -9 $PPID; exit 137; }}
{real} "$@"
ended=$?
[ "$count:$WHEN" = "{at}:after" ] && kill -9 $PPID
exit $ended
"""
ROOT = Path(__file__).resolve().parents[2]


def publish(small: SmallRelease, remote: GitRemote, path: str, when: str = "") -> subprocess.CompletedProcess[str]:
    told = os.environ | {"PATH": path, "WHEN": when, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    program = [sys.executable, "-c", PROGRAM, str(small.publish), remote.url, str(small.folder)]
    return subprocess.run(program, env=told, capture_output=True, text=True, check=False)


def killer(folder: Path, at: int) -> str:
    """A search path whose git kills its caller at the given call; ``count`` in the folder counts the calls."""
    folder.mkdir()
    (folder / "git").write_text(KILLER.format(count=folder / "count", at=at, real=shutil.which("git")))
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def second(small: SmallRelease, tmp_path: Path) -> tuple[SmallRelease, GitRemote]:
    """A first release that is published, and a second that is not."""
    remote = GitRemote.new(tmp_path / "remote.git")
    small.make()
    assert publish(small, remote, os.environ["PATH"]).returncode == 0
    small.marts["observation"] = OBSERVATION.replace("30, 40, 75.0", "28, 40, 70.0")
    small.make()
    return small, remote


@pytest.mark.drill
def test_killed_at_every_call_of_git_and_run_again_there_is_one_whole_release(
    second: tuple[SmallRelease, GitRemote], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Before each call, and after those that push: after any other call is before the next one."""
    small, start = second
    publish(small, copied(start, tmp_path / "counted.git"), killer(tmp_path / "counting", 0))
    said = (tmp_path / "counting/count.said").read_text().splitlines()
    steps = [(number, "before") for number in range(1, len(said) + 1)]
    steps += [(number, "after") for number, words in enumerate(said, start=1) if " push " in words]
    assert len(steps) > len(said) > 10
    for at, when in steps:
        remote = copied(start, tmp_path / f"{at}-{when}.git")
        killed = publish(small, remote, killer(tmp_path / f"bin-{at}-{when}", at), when)
        assert killed.returncode == -9
        assert remote.tags == (["v1.0.0", "v1.0.1"] if len(remote.commits()) == 2 else ["v1.0.0"])
        again = publish(small, remote, os.environ["PATH"])
        assert again.returncode == 0, again.stderr
        assert remote.tags == ["v1.0.0", "v1.0.1"]
        assert len(remote.commits()) == 2
    assert verify(remote.clone(tmp_path / "clone")) == []
    record_property("drill", f"killed {len(steps)} times and run again: one commit and one tag each time, the clone verified")


def copied(remote: GitRemote, folder: Path) -> GitRemote:
    """The same remote again."""
    shutil.copytree(remote.folder, folder)
    return GitRemote(folder)
