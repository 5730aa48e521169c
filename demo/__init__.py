"""The raw files of Exampleshire, an invented council of 280,000 residents, in the formats council systems export.

Belongs here: making those files from fixed seeds, with the stories and faults that real files have. Does not belong here:
anything that reads, checks or maps them (that is `sources/` and `pipelines/`), and anything about a real council or person.

`demo.files_of_demo()` gives the files in memory, `demo.write_demo(folder)` puts them on disk, and `python -m demo FOLDER`
does so from a shell. `docs/demo.md` lists the files and what is planted in them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from demo import complaints, figures, finance, services, stories, survey, workbook
from demo.files import Delivery, write

__all__ = ["Delivery", "files_of_demo", "write_demo"]

STAMP = ".demo.json"


def files_of_demo() -> Iterator[Delivery]:
    """Every file of the demo council, system by system; the same bytes at each call."""
    for part in (services, complaints, survey, finance, figures, workbook, stories):
        yield from part.deliveries()


def write_demo(folder: Path) -> list[Path]:
    """Write the demo's files under `folder` and return the paths written; a file already the same is left alone.

    A stamp in the folder names the generator and every file with its size and time: where all is as it was left, nothing is
    made. Raises OSError where the folder cannot be written.
    """
    stamp, maker = folder / STAMP, _maker()
    if stamp.is_file():
        told = json.loads(stamp.read_text(encoding="utf-8"))
        if told["maker"] == maker and told["files"] == _seen(folder, told["files"]):
            return []
    written, paths = [], []
    for delivery in files_of_demo():
        paths.append(delivery.path)
        if path := write(delivery, folder):
            written.append(path)
    stamp.write_text(json.dumps({"maker": maker, "files": _seen(folder, paths)}, indent=0), encoding="utf-8")
    return written


def _seen(folder: Path, paths: Iterable[str]) -> dict[str, list[int]]:
    """Size and time of each file that is there."""
    stats = {path: (folder / path).stat() for path in paths if (folder / path).is_file()}
    return {path: [stat.st_size, int(stat.st_mtime)] for path, stat in stats.items()}


def _maker() -> str:
    """The hash of this package's own code."""
    here = Path(__file__).parent
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(here.rglob("*.py")))).hexdigest()
