"""The raw files of a small invented council, for tests that run the line in seconds.

Belongs here: making those files from fixed seeds, with the faults that real files have. Does not belong here: anything
that reads, checks or maps them (that is `sources/` and `pipelines/`), and anything about a real council or person.

`files_of_council()` gives the files in memory and `write_council(folder)` puts them on disk. `README.md` lists the files
and the faults planted in them. The council that ships with the project is `demo`.
"""

from pathlib import Path

from demo.files import Delivery, write
from small_council import complaints, figures, services, stories, survey, workbook

__all__ = ["COUNCIL", "SOURCES", "Delivery", "files_of_council", "write_council"]

COUNCIL = Path(__file__).parent / "council.yml"
SOURCES = Path(__file__).parent / "sources"


def files_of_council() -> list[Delivery]:
    """Every file of the small council, in the order in which it is received; the same bytes at each call."""
    parts = (services, complaints, survey, workbook, figures, stories)
    deliveries = [delivery for part in parts for delivery in part.deliveries()]
    return sorted(deliveries, key=lambda delivery: (delivery.received, delivery.path))


def write_council(folder: Path) -> list[Path]:
    """Write the files under `folder` and return the paths written; a file already the same is left alone.

    Raises OSError where the folder cannot be written.
    """
    return [path for delivery in files_of_council() if (path := write(delivery, folder)) is not None]
