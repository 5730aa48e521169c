"""What the usable deliveries of a source before a given one were like.

Belongs here: what a delivery is compared with, and a hash of just that: a delivery is judged again where it changes. Does not
belong here: comparing (drift, batch_rules, transitions).
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.receipts import Receipt
    from pipelines.sources import Source


LONGEST_LOOK_BACK = 100
"""Deliveries; no rule may look further back."""


class Earlier:
    """Receipts of usable deliveries, oldest first; ``of_shape`` is the last one of each shape."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []
        self.of_shape: dict[str | None, Receipt] = {}
        self._looks: dict[str, str] = {}
        self._chain = ""

    def add(self, receipt: Receipt) -> None:
        """Take the next delivery in; one that is broken is nothing to compare with."""
        if receipt.status != "accepted":
            return
        self.receipts.append(receipt)
        self.of_shape[receipt.shape] = receipt
        facts = [receipt.header, receipt.looks, receipt.reasons, receipt.missing, receipt.rows_accepted]
        self._looks[receipt.shape or ""] = _hash(facts)
        self._chain = _hash([self._chain, receipt.intake_id])

    def told(self, source: Source) -> str:
        """A hash of all that a delivery of the source is compared with."""
        rules = source.batch
        counts = [one.rows_accepted + one.rows_quarantined for one in self.receipts[-LONGEST_LOOK_BACK:]]
        return _hash(
            [
                self._looks,
                self._chain if source.transitions else "",
                counts if "row_count" in rules else [],
                self.receipts[-1].intake_id if "categories" in rules and self.receipts else "",
            ]
        )


def _hash(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
