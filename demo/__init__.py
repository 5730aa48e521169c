"""The raw files of Exampleshire, an invented council, in the formats council systems export.

Belongs here: making those files from fixed seeds, with the faults that real files have. Does not belong here: anything
that reads, checks or maps them (that is `sources/` and `pipelines/`), and anything about a real council or person.

`demo.files_of_demo()` gives the files in memory, `demo.write_demo(folder)` puts them on disk, and `python -m demo FOLDER`
does so from a shell. `docs/demo.md` lists the files and the faults planted in them.
"""

from pathlib import Path

from demo import complaints, figures, services, survey, workbook
from demo.files import Delivery, write

__all__ = ["Delivery", "files_of_demo", "write_demo"]


def files_of_demo() -> list[Delivery]:
    """Every file of the demo council, in the order in which it is received; the same bytes at each call."""
    parts = (services, complaints, survey, workbook, figures)
    deliveries = [delivery for part in parts for delivery in part.deliveries()]
    return sorted(deliveries, key=lambda delivery: (delivery.received, delivery.path))


def write_demo(folder: Path) -> list[Path]:
    """Write the demo's files under `folder` and return the paths written; a file already the same is left alone.

    Raises OSError where the folder cannot be written.
    """
    return [path for delivery in files_of_demo() if (path := write(delivery, folder)) is not None]
