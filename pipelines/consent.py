"""The days that consent is judged by: that of a release, and today for whoever looks after one.

Belongs here: those days, and published words to which consent has ended since. Does not belong here: which records are
published on a day (dbt).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipelines.published import rows

TABLES = ("case_study", "quote")


def consent_day(as_of: date, publish: Path) -> date:
    """The day by which consent is judged: the one that the release stands for, or a later one that an earlier release stood for.

    So words that a release has left out do not come back with one that stands for an earlier day.
    """
    before = rows(publish / "performance" / "data" / "release.csv")
    return max([as_of, *(date.fromisoformat(str(row["as_of"])) for row in before)])


def ended(publish: Path, today: date) -> list[dict[str, str]]:
    """Table, id and last day of consent of what is published and should no longer be; none where nothing is published yet."""
    return [
        {"table": table, "id": str(row[f"{table}_id"]), "consent_until": until}
        for table in TABLES
        for row in rows(publish / "performance" / "data" / f"{table}.csv")
        if (until := row["consent_until"]) and date.fromisoformat(until) < today
    ]
