"""Council tax enquiries (CSV in Latin-1 with two title lines): a peak each spring, and more and more of them online."""

from datetime import datetime
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.requests import DAY, Draft, Request, changed, exports, in_lockdown, requests

HEADER = ("Enquiry", "About", "Opened", "Answer due", "Answered", "How ended", "Ward", "By", "Payer e-mail")

_PLAN = exports(4)
_ABOUT = ("Moved home", "Direct debit", "Discount or exemption", "Arrears", "Banding")
_ABOUT_SHARES = (38, 22, 20, 15, 5)


def deliveries() -> list[Delivery]:
    """The exports in the order in which they were received."""
    held = changed(requests(18, "CT", _volume, _draft), _PLAN)
    return [
        Delivery(
            f"council_tax/enquiries_{export.received:%d%m%Y}.csv",
            received_at(export.received, 12),
            f"Council tax enquiries\r\nPrinted {export.received:%d/%m/%Y}\r\n".encode("latin-1")
            + csv_bytes(HEADER, (_row(request, export.until) for request in rows), "latin-1"),
        )
        for export, rows in zip(_PLAN, held, strict=True)
    ]


def _volume(rng: Random, year: int, month: int) -> int:
    return 250 + {3: 260, 4: 170}.get(month, 0) + rng.randrange(-20, 21)


def _draft(rng: Random, opened: datetime) -> Draft:
    """An enquiry, to be answered within 10 days."""
    taken = rng.uniform(0, 9.5) if rng.random() < (0.62 if in_lockdown(opened) else 0.82) else rng.uniform(10.2, 30)
    online = 34 + 5 * (opened.year - 2021)
    by = rng.choices(("Telephone", "Online", "E-mail", "Letter", "Visit"), (86 - online, online, 8, 4, 2))[0]
    outcome = "Answered at once" if taken < 1 else "Answered"
    closed = (opened + taken * DAY).replace(second=0, microsecond=0)
    return Draft(rng.choices(_ABOUT, _ABOUT_SHARES)[0], opened + 10 * DAY, closed, outcome, by)


def _row(request: Request, until: datetime) -> list[str]:
    """The enquiry as a row of the export, in the order of `HEADER`; Latin-1 has no curly apostrophe."""
    draft, closed = request.draft, request.closed_at(until)
    return [
        request.number, draft.category, _uk(request.opened), _uk(draft.due), _uk(closed), draft.outcome if closed else "",
        request.ward.replace("’", "'"), draft.channel, request.who.email,
    ]  # fmt: skip


def _uk(moment: datetime | None) -> str:
    return f"{moment:%d/%m/%y %H:%M}" if moment else ""
