"""How bytes are fetched, one module a protocol.

Each module has ``fetch(source, known, scratch)``, which yields the deliveries there are, and ``glimpse(source)``, a
cheap text that changes when there may be something new, or ``None`` where only fetching can tell. ``known`` holds the
receipts of what was received before. Does not belong here: keeping what was fetched (land).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, cast

from pipelines.sources import Source


class FetchFailed(Exception):
    """The source could not be asked for deliveries; the message says what happened and what to do."""


@dataclass(frozen=True)
class Fetched:
    """One delivery as it lies: the file with its bytes, its name, where it came from, when (UTC, naive)."""

    path: Path
    file_name: str
    origin: str
    received_at: datetime
    validators: dict[str, str] = field(default_factory=dict)


class Connector(Protocol):
    """What every connector module offers."""

    def fetch(self, source: Source, known: Sequence[dict[str, Any]], scratch: Path) -> Iterator[Fetched]:
        """Yield deliveries. Raises :class:`FetchFailed`."""

    def glimpse(self, source: Source) -> str | None:
        """A text that changes when there may be something new; ``None`` where only fetching can tell."""


def connector(source: Source) -> Connector:
    """The connector that the source names."""
    return cast(Connector, importlib.import_module(f"{__name__}.{source.connector['type']}"))
