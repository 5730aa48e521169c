"""Files that somebody puts into a folder.

A file's modification time is taken as the time it was received.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.connectors import Fetched, FetchFailed
from pipelines.sources import Source


def fetch(source: Source, known: Sequence[dict[str, Any]], scratch: Path) -> Iterator[Fetched]:
    """Every file of the folder that matches, by name; hidden files are left alone.

    Raises :class:`FetchFailed` where the folder is not there.
    """
    for path in _files(source):
        received = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None, microsecond=0)
        yield Fetched(path, path.name, f"dropped file {path.name}", received)


def glimpse(source: Source) -> str | None:
    """Names, sizes and times of the matching files."""
    stats = ((path.name, path.stat()) for path in _files(source))
    return ";".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats)


def _folder(source: Source) -> Path:
    """The drop folder: a path that the environment gives is relative to where the program was started, one that the
    file gives is relative to the file."""
    stated = source.connector["folder"]
    given = re.match(r"\$\{(\w+)", stated)
    base = Path.cwd() if given and os.environ.get(given[1]) else source.path.parent
    return base / Path(source.config.expanded("connector", "folder")).expanduser()


def _files(source: Source) -> list[Path]:
    folder = _folder(source)
    if not folder.is_dir():
        raise FetchFailed(
            f"{source.name}: the drop folder {folder.resolve()} is not there. "
            f"Make it, or correct `connector.folder` in its source.yml."
        )
    return sorted(p for p in folder.glob(source.connector["glob"]) if p.is_file() and not p.name.startswith("."))
