"""Red and amber figures of which nobody has written for publication, for whoever is to ask for a few words.

Belongs here: reading them from the published release. Does not belong here: which those are (dbt, table missing_commentary).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.published import rows


def missing(publish: Path) -> list[dict[str, Any]]:
    """The latest such figure of each indicator and kind of period: owner, indicator, period (its label), rag, is_received.

    In order of owner; none where nothing is published yet. ``is_received``: there is commentary, not marked for publication.
    """
    folder = publish / "performance" / "data"
    period = ("period_type", "period_start", "period_end")
    labels = {tuple(row[part] for part in period): row["label"] for row in rows(folder / "period.csv")}
    found = [
        {
            "owner": row["owner"],
            "indicator": row["indicator_id"],
            "period": labels[tuple(row[part] for part in period)],
            "rag": row["rag"],
            "is_received": row["is_received"] == "true",
        }
        for row in rows(folder / "missing_commentary.csv", {"is_latest": "true"})
    ]
    return sorted(found, key=lambda one: one["owner"])
