"""Street problems (JSON lines, one object a report, ISO times): potholes, lights, litter, graffiti."""

import json
from datetime import datetime
from random import Random
from typing import Any

from demo.files import Delivery, received_at
from demo.requests import DAY, Draft, Request, changed, exports, in_lockdown, requests

_PLAN = exports(2)
_KINDS = (("pothole", 28), ("street_light", 10), ("fly_tipping", 3), ("graffiti", 7))
_CHANNELS, _CHANNEL_SHARES = ("app", "web", "phone", "twitter", "crew"), (38, 32, 16, 6, 8)


def deliveries() -> list[Delivery]:
    """The exports in the order in which they were received."""
    held = changed(requests(13, "SP", _volume, _draft), _PLAN)
    return [
        Delivery(
            f"street_problems/reports-{export.received:%Y%m%d}.jsonl",
            received_at(export.received, 5, 15),
            "".join(_line(request, export.until) for request in rows).encode(),
        )
        for export, rows in zip(_PLAN, held, strict=True)
    ]


def _volume(rng: Random, year: int, month: int) -> int:
    usual = 780 + (190 if month in (1, 2, 3) else 0) + rng.randrange(-70, 71)
    return int(usual * 0.7) if in_lockdown(datetime(year, month, 1)) else usual


def _draft(rng: Random, opened: datetime) -> Draft:
    """A report; one in 25 is never put right."""
    potholes = 42 if opened.month in (1, 2, 3) else 26
    kind, days = rng.choices(_KINDS, (potholes, 22, 38, 10))[0]
    taken = rng.uniform(0.1, 0.97) if rng.random() < 0.84 else rng.uniform(1.05, 3)
    closed = (opened + days * taken * DAY).replace(second=0, microsecond=0) if rng.random() > 0.04 else None
    outcome = rng.choices(("fixed", "duplicate", "not_ours"), (86, 9, 5))[0]
    return Draft(kind, opened + days * DAY, closed, outcome, rng.choices(_CHANNELS, _CHANNEL_SHARES)[0])


def _line(request: Request, until: datetime) -> str:
    """The report as one line, the names of its parts nested as the system nests them."""
    draft, closed = request.draft, request.closed_at(until)
    times = {"reported": request.opened.isoformat(), "expected": draft.due.isoformat() if draft.due else None}
    content: dict[str, Any] = {
        "id": request.number, "kind": draft.category, "times": times, "ward": request.ward, "via": draft.channel,
    }  # fmt: skip
    if closed:
        times["closed"], content["result"] = closed.isoformat(), draft.outcome
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
