"""Homelessness cases (tab-separated text in UTF-16, as a database tool saves it): few a ward, so much is withheld."""

from datetime import datetime
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.requests import DAY, Draft, Request, changed, exports, in_lockdown, requests

HEADER = ("CaseID", "Reason", "Approached", "Duty ends by", "Closed", "Result", "Ward", "How", "Applicant", "Address")

_PLAN = exports(8)
_REASONS = ("End of private tenancy", "Family no longer willing", "Domestic abuse", "Leaving an institution")
_REASON_SHARES = (44, 30, 17, 9)
_HOW, _HOW_SHARES = ("Phone", "Web", "In person", "Referral"), (38, 22, 18, 22)


def deliveries() -> list[Delivery]:
    """The exports in the order in which they were received."""
    held = changed(requests(17, "HL", _volume, _draft), _PLAN)
    return [
        Delivery(
            f"homelessness/cases_{export.received:%Y%m%d}.txt",
            received_at(export.received, 10),
            csv_bytes(HEADER, (_row(request, export.until) for request in rows), "utf-16-le", "\t", mark=b"\xff\xfe"),
        )
        for export, rows in zip(_PLAN, held, strict=True)
    ]


def _volume(rng: Random, year: int, month: int) -> int:
    usual = 80 + (year - 2021) * 3 + rng.randrange(-10, 11)
    return int(usual * 0.6) if in_lockdown(datetime(year, month, 1)) else usual


def _draft(rng: Random, opened: datetime) -> Draft:
    """A case, to be settled within 56 days; a little more than half of those threatened keep a home."""
    days = 41 * rng.lognormvariate(0, 0.4)
    outcome = rng.choices(("Prevented", "Relieved", "Main duty", "Contact lost"), (52, 17, 22, 9))[0]
    closed = (opened + days * DAY).replace(second=0, microsecond=0)
    how = rng.choices(_HOW, _HOW_SHARES)[0]
    return Draft(rng.choices(_REASONS, _REASON_SHARES)[0], opened + 56 * DAY, closed, outcome, how)


def _row(request: Request, until: datetime) -> list[str]:
    """The case as a row of the export, in the order of `HEADER`."""
    draft, closed, who = request.draft, request.closed_at(until), request.who
    return [
        request.number, draft.category, _iso(request.opened), _iso(draft.due), _iso(closed), draft.outcome if closed else "",
        request.ward, draft.channel, who.name, who.address,
    ]  # fmt: skip


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(" ") if moment else ""
