"""Planning applications (CSV with pipes, days as 15-Feb-24): decided just before the deadline of eight weeks.

The story: most applications that have 56 days are decided on the days 50 to 56, and those of the last three days are refused
two or three times as often as others.
"""

from datetime import datetime
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.requests import DAY, Draft, Request, changed, exports, in_lockdown, requests

HEADER = ("APP_REF", "APP_TYPE", "VALID_DATE", "TARGET_DATE", "DECISION_DATE", "DECISION", "WARD_NAME", "SUBMITTED_VIA", "AGENT")
EIGHT_WEEKS, THIRTEEN_WEEKS = 56, 91

_PLAN = exports(9)
_TYPES, _TYPE_SHARES = ("HOUSEHOLDER", "MINOR", "OTHER", "MAJOR"), (55, 22, 16, 7)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def deliveries() -> list[Delivery]:
    """The exports in the order in which they were received."""
    held = changed(requests(14, "PA", _volume, _draft), _PLAN)
    return [
        Delivery(
            f"planning/planning_{export.received:%y%m%d}.txt",
            received_at(export.received, 18),
            csv_bytes(HEADER, (_row(request, export.until) for request in rows), "utf-8", "|"),
        )
        for export, rows in zip(_PLAN, held, strict=True)
    ]


def _volume(rng: Random, year: int, month: int) -> int:
    usual = 172 + (18 if 3 <= month <= 9 else 0) + rng.randrange(-16, 17)
    return int(usual * 0.8) if in_lockdown(datetime(year, month, 1)) else usual


def _draft(rng: Random, opened: datetime) -> Draft:
    """An application; a decision that would fall on a weekend is made on the Friday before."""
    kind = rng.choices(_TYPES, _TYPE_SHARES)[0]
    allowed = THIRTEEN_WEEKS if kind == "MAJOR" else EIGHT_WEEKS
    chance = rng.random()
    if chance < 0.62:
        days = allowed - rng.choices(range(7), (30, 22, 15, 12, 9, 7, 5))[0]
    elif chance < 0.92:
        days = rng.randrange(18, allowed - 6)
    else:
        days = allowed + rng.randrange(1, 60)
    valid = opened.replace(hour=0, minute=0)
    decided = valid + days * DAY
    decided -= max(0, decided.weekday() - 4) * DAY
    left = allowed - (decided - valid).days
    refused = rng.random() < (0.33 if 0 <= left <= 2 else 0.12)
    outcome = "Withdrawn" if rng.random() < 0.04 else "Refused" if refused else "Granted"
    return Draft(kind, valid + allowed * DAY, decided, outcome, "PORTAL" if rng.random() < 0.88 else "POST")


def _row(request: Request, until: datetime) -> list[str]:
    """The application as a row of the export, in the order of `HEADER`."""
    draft, closed = request.draft, request.closed_at(until)
    return [
        request.number, draft.category, _day(request.opened), _day(draft.due), _day(closed), draft.outcome if closed else "",
        request.ward, draft.channel, request.who.name,
    ]  # fmt: skip


def _day(moment: datetime | None) -> str:
    """A day with an English month, whatever language the machine speaks."""
    return f"{moment.day:02}-{_MONTHS[moment.month - 1]}-{moment:%y}" if moment else ""
