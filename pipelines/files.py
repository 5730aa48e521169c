"""Writing files so that a crash leaves the old one or the new one, never a half.

Belongs here: temporary name, sync, rename; hashes of files. Does not belong here: what is in them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BLOCK = 1 << 20
FULL = (os.strerror(errno.ENOSPC), "database or disk is full")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


class NoRoom(Exception):
    """There is no room for what has to be kept; the message says where, and what to do."""

    @classmethod
    def at(cls, folder: Path, error: Exception) -> NoRoom:
        """The error of a disk, for a person."""
        why = getattr(error, "strerror", None) or "No space left on device"
        return cls(
            f"Nothing more can be written to {folder}: {why}. Make room there, then run again: what was kept before is as it "
            "was, and what was being written is done anew."
        )


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Raise :class:`NoRoom` where something could not be written for want of room; every other error goes on as it is.

    Libraries that write for us say so in errors of their own, in words that are always the same.
    """
    try:
        yield
    except NoRoom:
        raise
    except Exception as error:
        if getattr(error, "errno", None) in NO_ROOM or any(words in str(error) for words in FULL):
            raise NoRoom.at(folder, error) from error
        raise


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; on leaving without an error it is synced and takes ``path``'s place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    temporary.unlink(missing_ok=True)  # left by a crash
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make what was written at ``path`` (a file or a folder) survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, content: Any, mode: int | None = None) -> None:
    """Write ``content`` as JSON with sorted keys, whole or not at all; with this mode from the beginning, if one is given."""
    with replacing(path) as temporary:
        if mode is not None:
            temporary.touch(mode=mode)
        temporary.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises :class:`OSError` where it is damaged: this program writes none but whole ones."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        what = "the file is damaged, as it is no JSON; put it back as it was"
        raise OSError(errno.EILSEQ, what, str(path)) from None
