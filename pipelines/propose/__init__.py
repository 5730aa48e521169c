"""A first ``source.yml`` from a sample of what will be delivered.

Belongs here: putting evidence and proposal together, and trying the proposal on its own sample. Does not belong here: any line
that a person would not have to confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.config import ConfigError
from pipelines.council import Council
from pipelines.files import sha256_of
from pipelines.intake import take_in
from pipelines.land import Delivery
from pipelines.propose import columns, match, table, wide, write
from pipelines.receipts import Receipt
from pipelines.sources import load_source
from pipelines.workspace import Workspace


@dataclass(frozen=True)
class Trial:
    """What the proposal makes of its own sample: a ``receipt``, or what must be filled in before it can be tried."""

    receipt: Receipt | None
    blanks: tuple[str, ...]


def propose(name: str, file: Path, council: Council, record_type: str | None, scratch: Path) -> str:
    """The text of a ``source.yml`` for files like this one.

    Raises :class:`pipelines.formats.BrokenDelivery` where the file cannot be read at all.
    """
    found = table.opened(file, scratch)
    cells = found.cells
    for kind, rule in found.layout_rows.items():
        if kind == "total" or kind == "notes":
            cells = cells.filter(~cells[rule["column"]].fill_null("").str.strip_chars().str.contains(rule["matches"]))
    found.headers = wide.headers(cells.columns[2:])
    cells = wide.long(cells, found.headers)
    looked = [columns.looked_at(one, cells[one], council.area_labels) for one in cells.columns[2:]]
    columns.settle(looked)
    return write.source_yml(name, file, found, match.best(looked, record_type), looked, council)


def tried(path: Path, file: Path, council: Council, scratch: Path) -> Trial:
    """Take the sample in by the proposal at ``path``, in a state folder that is thrown away."""
    try:
        source = load_source(path, council)
    except ConfigError as error:
        return Trial(None, tuple(error.problems))
    workspace = Workspace.at(state=scratch / "state", publish=scratch / "published")
    workspace.blobs.mkdir(parents=True)
    sha256 = sha256_of(file)
    (workspace.blobs / sha256).symlink_to(file.resolve())
    delivery = Delivery(source.name, sha256, file.name, str(file), datetime(2000, 1, 1), file.stat().st_size)
    return Trial(take_in(source, delivery, workspace)[0], ())
