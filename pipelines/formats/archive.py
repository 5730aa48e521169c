"""ZIP archives: which of their members are the delivery, and refusing those that mean harm.

Belongs here: members, their names and sizes. Does not belong here: what is in a member; it is read as any file is.
"""

from __future__ import annotations

import errno
import shutil
import stat
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pipelines.formats.delivery import BrokenDelivery

BLOCK = 1 << 20
LARGEST_SHARE = 200
"""Times that content may be larger than its packed form: tables of text come to a twentieth, a bomb to a thousandth."""
ALWAYS_FINE = 100 << 20


@contextmanager
def opened(path: Path, largest: int, what: str = "a ZIP archive") -> Iterator[zipfile.ZipFile]:
    """The archive at ``path``, whose members hold at most ``largest`` bytes together.

    Raises :class:`BrokenDelivery` where it is none, is encrypted, would unpack to more, or has a member whose name leads out
    of the folder it is unpacked into.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            for member in members:
                _refuse(member)
            size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
            if size > largest or size > max(ALWAYS_FINE, LARGEST_SHARE * packed):
                raise BrokenDelivery(f"the archive would unpack from {packed} to {size} bytes, which no table of records does")
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise BrokenDelivery(f"the file cannot be read as {what}: {error}") from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise BrokenDelivery(f"the file cannot be read as {what}: it says that a member stands where nothing can") from None


def _refuse(member: zipfile.ZipInfo) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or any(":" in part for part in name.parts[:1]):
        raise BrokenDelivery("the archive has a member whose name leads out of its folder; an honest one has none")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise BrokenDelivery("the archive has a link among its members; it must have files only")
    if member.flag_bits & 1:
        raise BrokenDelivery("the archive is encrypted; send it without a password by a safe way")


def unpacked(path: Path, form: dict[str, Any], scratch: Path) -> Generator[tuple[str, Path]]:
    """The name of each member that is part of the delivery, and where it is unpacked for as long as it is being read.

    ``form`` states ``member``, a pattern that one name matches, or ``members``, one that several may.
    """
    with opened(path, shutil.disk_usage(scratch).free) as archive:
        pattern = form.get("member") or form["members"]
        names = [m.filename for m in archive.infolist() if not m.is_dir() and not is_hidden(m.filename)]
        chosen = sorted(name for name in names if fnmatchcase(name, pattern) or fnmatchcase(PurePosixPath(name).name, pattern))
        if not chosen or ("member" in form and len(chosen) > 1):
            raise BrokenDelivery(
                f"{len(chosen)} files of the archive match `{pattern}`; it has: {', '.join(sorted(names)) or 'none'}"
            )
        for name in chosen:
            target = scratch / "member"
            with archive.open(name) as source, target.open("wb") as out:
                _copy(source, out, archive.getinfo(name).file_size)
            yield name, target
            target.unlink()


def is_hidden(name: str) -> bool:
    """What an operating system puts into archives beside the files of their makers."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _copy(source: IO[bytes], out: IO[bytes], size: int) -> None:
    """Copy a member that says it has ``size`` bytes; one that has more lies about itself."""
    while block := source.read(BLOCK):
        size -= len(block)
        if size < 0:
            raise BrokenDelivery("the archive has a member that is larger than it says")
        out.write(block)
