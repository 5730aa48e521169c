"""What became of a delivery: its receipt, and where that and the rows it tells of are kept.

Belongs here: what a receipt holds, that its rows add up, and paths. Does not belong here: how a receipt comes about (intake).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.sources import Source
from pipelines.workspace import Workspace


class RowsLost(AssertionError):
    """The rows of a delivery do not add up: a fault of this program, never of the data."""


@dataclass
class Receipt:
    """What became of one delivery.

    ``status`` is ``accepted`` or ``broken`` (with a ``message``); ``reasons`` counts rows by field and rule;
    ``layout`` counts rows by kind; ``missing`` counts accepted rows without a value, by field; ``months`` counts rows
    accepted and set aside by the month of their records (``None`` where a row does not tell). ``corrections`` says what
    became of each correction, ``purged`` when and why records were purged, after which the delivery cannot be judged again.
    ``shape`` is the one of ``source.yml`` by which it was read, ``header`` the names of all its columns, ``looks`` the patterns
    of its cells by column; ``warnings`` tell what is otherwise than it should be and stops nothing.
    """

    source: str
    delivery: str
    intake_id: str
    mapping_sha256: str
    contract_sha256: str = ""
    status: str = "accepted"
    message: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    layout: dict[str, int] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    months: list[dict[str, Any]] = field(default_factory=list)
    rows_corrected: int = 0
    corrections: list[dict[str, Any]] = field(default_factory=list)
    purged: dict[str, Any] | None = None
    shape: str | None = None
    header: list[str] = field(default_factory=list)
    looks: dict[str, dict[str, float]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    first_date: str | None = None
    last_date: str | None = None

    @property
    def rows_layout(self) -> int:
        """Rows that are not records: titles, totals, footers."""
        return sum(self.layout.values())

    def assert_adds_up(self) -> None:
        """Raise :class:`RowsLost` unless every row read is accepted, quarantined or a named layout row."""
        if self.rows_read != self.rows_accepted + self.rows_quarantined + self.rows_layout:
            raise RowsLost(
                f"{self.source}, delivery {self.delivery[:16]}: {self.rows_read} rows read, but {self.rows_accepted} "
                f"accepted, {self.rows_quarantined} quarantined and {self.rows_layout} layout rows"
            )


def receipt_path(source: str, delivery: str, workspace: Workspace) -> Path:
    """Where the receipt of a delivery's intake is kept."""
    return workspace.intake / source / f"{delivery}.json"


def accepted_path(source: Source, receipt: Receipt, workspace: Workspace) -> Path:
    """Where the accepted rows of a delivery are kept."""
    return workspace.accepted / source.record_type.name / source.name / _file_name(receipt)


def quarantine_path(source: str, receipt: Receipt, workspace: Workspace) -> Path:
    """Where the quarantined rows of a delivery are kept: row_number, reasons, then the mapped cells as text."""
    return workspace.quarantine / source / _file_name(receipt)


def _file_name(receipt: Receipt) -> str:
    return f"{receipt.delivery[:16]}-{receipt.intake_id[:8]}.parquet"
