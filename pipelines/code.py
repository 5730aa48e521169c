"""Which code made a release: a hash of its files, the same in every checkout of the same content."""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDERS = ("pipelines", "dbt_project", "schemas")
FILES = ("requirements.lock",)
KINDS = {".py", ".sql", ".yml", ".json", ".csv"}
MADE_BY_RUNS = {"__pycache__", "target", "logs", "dbt_packages"}


def code_sha256(project: Path) -> str:
    """The hash of everything that decides what a run makes of its inputs: the project's code and the lock."""
    return content_sha256(*(project / name for name in (*FOLDERS, *FILES)))


def content_sha256(*places: Path) -> str:
    """The SHA-256 over name and content of the code in folders, and of single files; a place that is not there is empty."""
    digest = hashlib.sha256()
    named = [(path.relative_to(place.parent).as_posix(), path) for place in places for path in _below(place)]
    for name, path in sorted(named):
        digest.update(f"{name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _below(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    return [
        path
        for path in folder.rglob("*")
        if path.suffix in KINDS and path.is_file() and not MADE_BY_RUNS & set(path.relative_to(folder).parts)
    ]
