"""A real git remote for tests: a bare repository on this machine, and clones of it as a partner makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

PEOPLE = {"GIT_AUTHOR_NAME": "A person", "GIT_AUTHOR_EMAIL": "person@example.org"}
ENVIRONMENT = PEOPLE | {"GIT_COMMITTER_NAME": "A person", "GIT_COMMITTER_EMAIL": "person@example.org"}


@dataclass
class GitRemote:
    """A bare repository at ``folder``."""

    folder: Path

    @classmethod
    def new(cls, folder: Path, branch: str = "main") -> GitRemote:
        subprocess.run(["git", "init", "--quiet", "--bare", f"--initial-branch={branch}", str(folder)], check=True)
        return cls(folder)

    @property
    def url(self) -> str:
        return str(self.folder)

    def git(self, *arguments: str) -> str:
        return git(self.folder, *arguments)

    @property
    def tags(self) -> list[str]:
        return self.git("tag", "--list", "--sort=version:refname").split()

    def commits(self, branch: str = "main") -> list[str]:
        """Every commit of a branch, oldest first."""
        return self.git("log", "--reverse", "--format=%H", branch).split()

    def changed(self, commit: str) -> list[str]:
        """The files that a commit changed."""
        return self.git("show", "--format=", "--name-only", commit).split()

    def clone(self, folder: Path, *options: str) -> Path:
        subprocess.run(["git", "clone", "--quiet", *options, f"file://{self.folder}", str(folder)], check=True)
        return folder

    def add_by_hand(self, folder: Path, path: str, content: str, branch: str = "main") -> None:
        """A person commits one file and pushes it."""
        if not folder.exists():
            subprocess.run(["git", "clone", "--quiet", self.url, str(folder)], check=True)
        git(folder, "pull", "--quiet", "--ff-only", "origin", branch) if self.git("branch", "--list", branch) else None
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
        git(folder, "add", path)
        git(folder, "commit", "--quiet", "--message", f"Change {path}")
        git(folder, "push", "--quiet", "origin", f"HEAD:{branch}")


def git(folder: Path, *arguments: str) -> str:
    """What git prints, run in a folder by a person."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def shim(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program ``git`` in front of the real one, which it knows as ``$real``."""
    folder.mkdir()
    path = folder / "git"
    path.write_text(f"#!/bin/sh\nreal={shutil.which('git')}\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
