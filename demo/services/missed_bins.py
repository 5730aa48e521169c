"""Missed bins (CSV in UTF-8 with a byte order mark, semicolons): good and bad months, and no trend at all."""

from datetime import datetime
from functools import cache
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.requests import DAY, Draft, Request, changed, exports, requests

HEADER = ("Ref", "Bin", "Logged", "Due", "Cleared", "Result", "Ward", "Channel", "Caller")

_PLAN = exports(6)
_BINS, _BIN_SHARES = ("Refuse", "Recycling", "Garden waste", "Food – kerbside"), (40, 35, 15, 10)
_CHANNELS, _CHANNEL_SHARES = ("Phone", "Web form", "App", "E-mail"), (30, 45, 20, 5)


def deliveries() -> list[Delivery]:
    """The exports in the order in which they were received."""
    held = changed(requests(12, "MB", _volume, _draft), _PLAN)
    return [
        Delivery(
            f"missed_bins/missed_{export.received:%Y-%m-%d}.csv",
            received_at(export.received, 7),
            csv_bytes(HEADER, (_row(request, export.until) for request in rows), "utf-8-sig", ";"),
        )
        for export, rows in zip(_PLAN, held, strict=True)
    ]


def _volume(rng: Random, year: int, month: int) -> int:
    return 1020 + rng.randrange(-130, 131)


def _draft(rng: Random, opened: datetime) -> Draft:
    """A missed bin, to be emptied within two days."""
    in_time = rng.random() < 0.91 + _luck(opened.year, opened.month)
    closed = opened + (rng.uniform(0.2, 1.9) if in_time else rng.uniform(2.1, 6.0)) * DAY
    outcome = "Cleared" if rng.random() < 0.97 else "Not found"
    category, channel = rng.choices(_BINS, _BIN_SHARES)[0], rng.choices(_CHANNELS, _CHANNEL_SHARES)[0]
    return Draft(category, opened + 2 * DAY, closed.replace(second=0, microsecond=0), outcome, channel)


@cache
def _luck(year: int, month: int) -> float:
    """How much better or worse a month is, by chance alone."""
    return Random(f"bins {year}-{month}").uniform(-0.035, 0.035)


def _row(request: Request, until: datetime) -> list[str]:
    """The request as a row of the export, in the order of `HEADER`."""
    draft, closed = request.draft, request.closed_at(until)
    return [
        request.number, draft.category, _uk(request.opened), _uk(draft.due), _uk(closed), draft.outcome if closed else "",
        request.ward, draft.channel, request.who.name,
    ]  # fmt: skip


def _uk(moment: datetime | None) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}" if moment else ""
