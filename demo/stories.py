"""What officers write beside their workbook: milestones as CSV, and case studies and quotes with their consent as YAML.

Belongs here: those texts, and how the two kinds of file lay them out. Does not belong here: what stands in the workbook
(`demo.decisions`), or who may be named (nobody).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import yaml

from demo.files import Delivery, csv_bytes, received_at

# Action, milestone, what is to be reached, due, done, publish?
MILESTONES: tuple[tuple[str, str, str, date, date | None, str], ...] = (
    ("A3", "1", "Vehicles ordered", date(2025, 9, 30), date(2025, 9, 18), "Yes"),
    ("A3", "2", "First round of food waste", date(2026, 1, 31), None, "Yes"),
    ("A4", "1", "Joiners engaged", date(2026, 7, 31), date(2026, 8, 3), "Yes"),
    ("A4", "2", "Backlog below 400 jobs", date(2026, 11, 30), None, "Yes"),
    ("A4", "3", "Offer to the second contractor", date(2026, 10, 30), None, "No"),
    ("A5", "1", "Sample of 200 jobs drawn", date(2026, 8, 31), None, "Yes"),
    ("A9", "1", "Step of an action that nobody has told of", date(2026, 12, 31), None, "Yes"),
)  # fmt: skip

Record = Mapping[str, object]


def _consent(publish: bool, means: str, given: date, until: date | None = None) -> Record:
    return {"publish": publish, "consent": "given", "consent_by": means, "consent_on": given, "consent_until": until}


CASE_STUDIES: tuple[Record, ...] = (
    {"id": "CS1", "title": "A boiler in January", "indicator": "repairs_in_time", "priority": "homes",
     "author": "Head of Housing", "written": date(2026, 2, 20), "outcome": "Families with small children come first in frost.",
     "story": "The heating of a family with a baby failed on a Friday. The first visit came on the Tuesday.\n"
              "We have changed how such calls are sorted.",
     **_consent(True, "in writing", date(2026, 2, 18))},
    {"id": "CS2", "title": "How a street got its food bins", "indicator": "waste_recycled", "priority": "place",
     "author": "Head of Waste", "written": date(2026, 9, 14), "outcome": "Two in three homes now take part.",
     "story": "Forty homes tried the new bins for ten weeks. Most asked for a smaller one.",
     "publish": True, "consent": "not needed"},
    {"id": "CS3", "title": "From a sofa to a home", "indicator": "homelessness_prevented", "priority": "homes",
     "author": "Head of Housing Options", "written": date(2026, 8, 3), "story": "Waits for a last reading by its subject.",
     **_consent(False, "spoken", date(2026, 7, 30))},
)  # fmt: skip

QUOTES: tuple[Record, ...] = (
    {"id": "Q1", "quote": "+1 for the small bins. The old ones never fitted our yard.", "who": "A resident of Dockside",
     "said": date(2026, 9, 2), "indicator": "waste_recycled", "priority": "place",
     **_consent(True, "in writing", date(2026, 9, 2))},
    {"id": "Q2", "quote": "They rang before they came. That is all I ask.", "who": "A tenant in Abbey", "said": date(2026, 3, 11),
     "indicator": "repairs_in_time", "priority": "homes", **_consent(True, "recorded", date(2026, 3, 11), date(2027, 3, 31))},
    {"id": "Q3", "quote": "Nobody told us that the rounds had changed.", "who": "A resident of Harbour",
     "said": date(2025, 9, 12), "indicator": "missed_bins_in_time", "priority": "place",
     **_consent(True, "online", date(2025, 9, 12), date(2026, 9, 30))},
    {"id": "Q4", "quote": "I waited five weeks for a reply.", "who": "A resident of Market", "said": date(2026, 5, 6),
     "indicator": "complaints_answered_in_time", "priority": "listening",
     **_consent(False, "in writing", date(2026, 5, 6))},
    {"id": "Q5", "quote": "My claim was paid within the week.", "who": "A resident of Priory", "said": date(2026, 4, 20),
     "indicator": "benefits_days", "priority": "money", **_consent(True, "spoken", date(2026, 4, 20))},
    {"id": "Q6", "quote": "The park is cleaner than it was.", "who": "A resident of Elmfield", "said": date(2026, 6, 1),
     "priority": "parks", **_consent(True, "online", date(2026, 6, 1))},
)  # fmt: skip
BAD_QUOTE: Record = {
    "id": "Q7", "quote": "Well done.", "who": "A resident of Kingsmead", "publish": True, "consent": "given",
}  # fmt: skip
"""Consent, by no means and on no day."""
WITHDRAWN = "Q5"

_FIRST, _SECOND = date(2026, 6, 15), date(2026, 10, 12)


def deliveries() -> list[Delivery]:
    """The milestones as they stood in October, and the stories twice: consent to one quote was withdrawn in between."""
    return [
        Delivery("officers/stories_2026-06.yml", received_at(_FIRST, 11), _stories(_FIRST)),
        Delivery("officers/milestones_2026-10.csv", received_at(_SECOND, 15), _milestones(_SECOND)),
        Delivery("officers/stories_2026-10.yml", received_at(_SECOND, 15, 45), _stories(_SECOND)),
    ]


def _milestones(day: date) -> bytes:
    rows: list[Sequence[str]] = []
    for action, number, title, due, done, publish in MILESTONES:
        status = "Done" if done else "Late" if due < day else "On track"
        rows.append((action, number, title, f"{due:%d/%m/%Y}", status, f"{done:%d/%m/%Y}" if done else "", publish))
    return csv_bytes(("Action", "Milestone", "To be reached", "Due", "Status", "Reached on", "Publish?"), rows, "utf-8")


def _stories(day: date) -> bytes:
    """The case studies written, and what was said, by that day."""
    studies = [dict(study) for study in CASE_STUDIES if _is_past(study["written"], day)]
    quotes = [_as_it_stood(quote, day) for quote in QUOTES if _is_past(quote["said"], day)]
    told = {"case_studies": studies, "quotes": [*quotes, dict(BAD_QUOTE)]}
    heading = f"# Stories for the council plan, {day:%B %Y}. Who is quoted, and the forms, are kept by the performance team.\n"
    return (heading + yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100)).encode()


def _as_it_stood(quote: Record, day: date) -> dict[str, object]:
    if quote["id"] != WITHDRAWN or day < _SECOND:
        return dict(quote)
    return {**quote, "quote": None, "consent": "withdrawn"}


def _is_past(written: object, day: date) -> bool:
    return isinstance(written, date) and written <= day
