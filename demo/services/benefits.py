"""Claims for benefits (tab-separated, ISO days): a wave of claims while restrictions lasted, steady since."""

from datetime import datetime
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.requests import DAY, Draft, Request, changed, exports, in_lockdown, requests

HEADER = ("claim_id", "claim_type", "received", "target", "decided", "decision", "ward", "route", "claimant", "claimant_phone")

_PLAN = exports(7)
_TYPES, _TYPE_SHARES = ("HB_NEW", "CTR_NEW", "HB_CHANGE"), (25, 30, 45)
_ROUTES, _ROUTE_SHARES = ("online", "paper", "dwp_feed", "phone"), (44, 12, 36, 8)


def deliveries() -> list[Delivery]:
    """The exports in the order in which they were received."""
    held = changed(requests(16, "BC", _volume, _draft), _PLAN)
    return [
        Delivery(
            f"benefits/claims_{export.received:%Y%m%d}.tsv",
            received_at(export.received, 6),
            csv_bytes(HEADER, (_row(request, export.until) for request in rows), "utf-8", "\t"),
        )
        for export, rows in zip(_PLAN, held, strict=True)
    ]


def _volume(rng: Random, year: int, month: int) -> int:
    usual = 395 + (90 if month in (3, 4) else 0) + rng.randrange(-30, 31)
    return int(usual * 1.7) if in_lockdown(datetime(year, month, 1)) else usual


def _draft(rng: Random, opened: datetime) -> Draft:
    """A claim: new ones take about three weeks, changes one, and all half as long again while restrictions lasted."""
    kind = rng.choices(_TYPES, _TYPE_SHARES)[0]
    usual, allowed = (7, 10) if kind == "HB_CHANGE" else (19, 25)
    days = usual * rng.lognormvariate(0, 0.35) * (1.5 if in_lockdown(opened) else 1)
    start = opened.replace(hour=0, minute=0)
    outcome = rng.choices(("awarded", "refused", "withdrawn"), (78, 17, 5))[0]
    route = rng.choices(_ROUTES, _ROUTE_SHARES)[0]
    return Draft(kind, start + allowed * DAY, start + round(days) * DAY, outcome, route)


def _row(request: Request, until: datetime) -> list[str]:
    """The claim as a row of the export, in the order of `HEADER`."""
    draft, closed = request.draft, request.closed_at(until)
    return [
        request.number, draft.category, _iso(request.opened), _iso(draft.due), _iso(closed), draft.outcome if closed else "",
        request.ward, draft.channel, request.who.name, request.who.phone,
    ]  # fmt: skip


def _iso(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
