"""Empty council homes (XLSX with a title above and a total below): let faster from April 2024 on, in worse condition.

A home is opened when a tenancy ends and closed when it is let again; its condition on letting is scored from 1 to 5.
"""

from datetime import datetime
from random import Random

from demo.files import Cell, Delivery, received_at, xlsx_bytes
from demo.requests import DAY, Draft, Request, changed, exports, in_lockdown, requests

HEADER = ("Void ref", "Type of home", "Tenancy ended", "Target let", "Let again", "Ward", "Condition on letting", "New tenant")
FASTER_FROM = datetime(2024, 4, 1)

_PLAN = exports(12)
_KINDS, _KIND_SHARES = ("House", "Flat", "Sheltered flat"), (35, 50, 15)


def deliveries() -> list[Delivery]:
    """The workbooks in the order in which they were received."""
    held = changed(requests(15, "EH", _volume, _draft), _PLAN)
    return [
        Delivery(f"empty_homes/voids_{export.received:%Y-%m}.xlsx", received_at(export.received, 15), _book(rows, export.until))
        for export, rows in zip(_PLAN, held, strict=True)
    ]


def _volume(rng: Random, year: int, month: int) -> int:
    usual = 66 + rng.randrange(-8, 9)
    return int(usual * 0.4) if in_lockdown(datetime(year, month, 1)) else usual


def _draft(rng: Random, opened: datetime) -> Draft:
    """A home: usually 38 days and a condition of 4.3; by September 2026, 22 days and 3.2."""
    since = max(0.0, (opened - FASTER_FROM) / (datetime(2026, 10, 1) - FASTER_FROM))
    days = (38 - 16 * since) * rng.lognormvariate(0, 0.3) * (1.6 if in_lockdown(opened) else 1)
    score = min(5.0, max(1.0, round(2 * rng.gauss(4.3 - 1.1 * since, 0.55)) / 2))
    end = opened.replace(hour=0, minute=0)
    kind = rng.choices(_KINDS, _KIND_SHARES)[0]
    return Draft(kind, end + 35 * DAY, end + max(3, round(days)) * DAY, "", "", score=score)


def _book(held: list[Request], until: datetime) -> bytes:
    """Title, blank row, header in row 3, the homes, a blank row and a total."""
    rows: list[list[Cell]] = [
        [f"Void properties and relets – all changes to {until:%d/%m/%Y}"], [], list(HEADER),
        *(_row(request, until) for request in held), [], ["Total homes", len(held)],
    ]  # fmt: skip
    return xlsx_bytes({"Voids": rows})


def _row(request: Request, until: datetime) -> list[Cell]:
    """The home as a row of the sheet, in the order of `HEADER`."""
    draft, closed = request.draft, request.closed_at(until)
    return [
        request.number, draft.category, request.opened.date(), draft.due and draft.due.date(), closed and closed.date(),
        request.ward or None, draft.score if closed else None, request.who.name if closed else None,
    ]  # fmt: skip
