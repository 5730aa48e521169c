"""Files that somebody puts into a folder.

A file's modification time is taken as the time it was received.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.connectors import Fetched, FetchFailed
from pipelines.sources import Source


def fetch(source: Source, known: Sequence[dict[str, Any]], scratch: Path) -> Iterator[Fetched]:
    """Every file of the folder that matches and is not known as it stands, by name; hidden files are left alone.

    A file is known by its name, size and time, so that what came before costs nothing however much it is; one that may not
    be read any more is given all the same, for that to be told. Raises :class:`FetchFailed` where the folder is not there,
    or may not be looked into.
    """
    seen = [receipt["validators"] for receipt in known]
    for path, stat in _files(source):
        looks = {"name": path.name, "bytes": str(stat.st_size), "modified_ns": str(stat.st_mtime_ns)}
        if looks not in seen or not os.access(path, os.R_OK):
            received = datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None, microsecond=0)
            yield Fetched(path, path.name, f"dropped file {path.name}", received, looks)


def glimpse(source: Source) -> str | None:
    """Names, sizes and times of the matching files."""
    return ";".join(f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in _files(source))


def _folder(source: Source) -> Path:
    """The drop folder: a path that the environment gives is relative to where the program was started, one that the
    file gives is relative to the file."""
    stated = source.connector["folder"]
    given = re.match(r"\$\{(\w+)", stated)
    base = Path.cwd() if given and os.environ.get(given[1]) else source.path.parent
    return base / Path(source.config.expanded("connector", "folder")).expanduser()


def _files(source: Source) -> Iterator[tuple[Path, os.stat_result]]:
    """What matches, with its size and time.

    Folders are left alone, unless the pattern has a dot as names of files have: one that stands in a file's place will be found
    unreadable. So will a link to nothing; but a file that went away since it was listed is as one that never came.
    """
    folder, pattern = _folder(source), source.connector["glob"]
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        raise FetchFailed(
            f"{source.name}: the drop folder {folder.resolve()} is not there. "
            f"Make it, or correct `connector.folder` in its source.yml."
        ) from None
    except OSError as error:
        raise FetchFailed(
            f"{source.name}: the drop folder {folder.resolve()} cannot be looked into ({error.strerror}). "
            f"Let this program read it, or correct `connector.folder` in its source.yml."
        ) from None
    for path in sorted(path for path in folder.glob(pattern) if not path.name.startswith(".")):
        if "." in pattern or not path.is_dir():
            with suppress(FileNotFoundError):
                yield path, path.lstat() if path.is_symlink() and not path.exists() else path.stat()
