"""Every kind of indicator that can be drafted, with the answers that its measure needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.new_indicator import DRAFTS, indexed_of, measures_of

BASE = {"base_year_start": "2023-04-01"}
NEEDED: dict[str, dict[str, Any]] = {
    "rate": {"multiplier": 1000},
    "standardised_rate": {"multiplier": 100_000, "standard_population": {"0-64": 80500, "65+": 19500}},
    "percentile": {"percentile": 90},
    "reported": {"reported_by": "the police"},
}


def kinds() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Record type, a name for the kind in snake_case, and the facts of its measure; an index of each measure it can be of."""
    for record_type in (*DRAFTS, "reported_figure"):
        for measure in measures_of(record_type):
            if measure == "index":
                for of in indexed_of(record_type):
                    yield record_type, f"index_of_{of}", {"measure": "index", "index_of": of, **BASE}
            else:
                yield record_type, measure, {"measure": measure, **NEEDED.get(measure, {})}
