"""Housing repairs (CSV in cp1252, UK dates): worse from September 2025, and more and more often "no access".

Two stories are told here. Repairs reported from September 2025 on are really later. From June 2025 a growing share of jobs,
the hard trades first, is closed just before its target as "no access", so that the share on time falls less than the service.
"""

from datetime import date, datetime, timedelta
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.place import PEOPLE
from demo.requests import DAY, Draft, Request, changed, exports, in_lockdown, requests

HEADER = (
    "Job No", "Trade", "Reported", "Target", "Completed", "Outcome", "Ward", "Source", "Priority", "Tenant Name",
    "Phone", "Charge £",
)  # fmt: skip
WORSE_FROM = datetime(2025, 9, 1)
IN_TIME, IN_TIME_WHEN_WORSE = 0.88, 0.68
BAD_ROWS_RECEIVED = date(2025, 10, 6)

_PLAN = exports(5, monthly_from=date(2025, 10, 1))
_TRADES = ("Plumbing – leaks", "Heating & hot water", "Electrical", "Joinery", "Roofing", "Damp & mould")
_HARD = ("Joinery", "Roofing", "Damp & mould")
_PRIORITIES = (("Emergency", 1), ("Urgent – 7 days", 7), ("Routine – 28 days", 28))
_SOURCES, _SOURCE_SHARES = ("TEL", "WEB", "APP", "EML", "F2F", "OTH"), (46, 30, 10, 8, 4, 2)


def deliveries() -> list[Delivery]:
    """The exports; one holds nine bad rows, the next puts two of them right."""
    found, put_right = [], False
    for export, held in zip(_PLAN, changed(requests(11, "HR", _volume, _draft), _PLAN), strict=True):
        rows = [_row(request, export.until) for request in held]
        if put_right:
            rows += [_sample("HR900001"), _sample("HR900003")]
        put_right = export.received == BAD_ROWS_RECEIVED
        if put_right:
            rows += bad_rows()
        name = f"housing_repairs/repairs_{export.received:%Y%m%d}.csv"
        found.append(Delivery(name, received_at(export.received), csv_bytes(HEADER, rows, "cp1252")))
    return found


def _volume(rng: Random, year: int, month: int) -> int:
    usual = 1150 + (260 if month in (11, 12, 1, 2) else 0) + rng.randrange(-60, 61)
    return int(usual * 0.45) if in_lockdown(datetime(year, month, 1)) else usual


def _draft(rng: Random, opened: datetime) -> Draft:
    """A repair; while restrictions last, emergencies alone."""
    name, days = _PRIORITIES[0] if in_lockdown(opened) else rng.choices(_PRIORITIES, (18, 30, 52))[0]
    trade, due = rng.choice(_TRADES), opened + days * DAY
    in_time = rng.random() < (IN_TIME if opened < WORSE_FROM else IN_TIME_WHEN_WORSE)
    closed = opened + days * (rng.uniform(0.05, 0.98) if in_time else rng.uniform(1.03, 2.4)) * DAY
    chance, outcome = rng.random(), "Completed"
    if chance < _no_access(opened, trade):
        outcome, closed = "No access", due - timedelta(minutes=20 + rng.randrange(200))
    elif chance > 0.97:
        outcome, closed = "Cancelled", opened + timedelta(minutes=30 + rng.randrange(300))
    target = due if rng.random() > 0.01 else None
    channel = rng.choices(_SOURCES, _SOURCE_SHARES)[0]
    return Draft(trade, target, closed.replace(second=0, microsecond=0), outcome, channel, name)


def _no_access(opened: datetime, trade: str) -> float:
    """How likely the tenant is said to have been out: rising from June 2025, fastest for the hard trades."""
    months = max(0, (opened.year - 2025) * 12 + opened.month - 5)
    return 0.045 + months * (0.013 if trade in _HARD else 0.004)


def _row(request: Request, until: datetime) -> list[str]:
    """The request as a row of the export, in the order of `HEADER`."""
    draft, closed = request.draft, request.closed_at(until)
    return [
        request.number, draft.category, _uk(request.opened), _uk(draft.due), _uk(closed), draft.outcome if closed else "",
        request.ward, draft.channel, draft.priority, request.who.name, request.who.phone, "£0.00",
    ]  # fmt: skip


def bad_rows() -> list[list[str]]:
    """Nine rows that must not be counted, each wrong in one way; two of them share one number."""
    good = dict(zip(HEADER, _sample("HR900001"), strict=True))
    faults: tuple[dict[str, str], ...] = (
        {"Job No": "HR900001", "Reported": "31/02/2025 10:15"},  # no such day
        {"Job No": "HR900002", "Completed": "03/09/2025 09:00"},  # completed before it was reported
        {"Job No": "HR900003", "Ward": "Nowhere"},  # not a ward of this council
        {"Job No": ""},  # no number
        {"Job No": "HR900005", "Trade": "Joinery"},  # the same number twice in one file, and the rows differ
        {"Job No": "HR900005", "Trade": "Roofing"},
        {"Job No": "HR900006", "Source": "PIGEON"},  # no such channel
        {"Job No": "HR900007", "Trade": "Lost umbrella"},  # no such trade
        {"Job No": "HR900008", "Reported": ""},  # no date reported
    )
    return [list((good | fault).values()) for fault in faults]


def _sample(number: str) -> list[str]:
    """A faultless row of a repair reported on 10 September 2025 and finished in time."""
    opened = datetime(2025, 9, 10, 10, 15)
    draft = Draft("Joinery", opened + 7 * DAY, opened + 4 * DAY, "Completed", "TEL", "Urgent – 7 days")
    return _row(Request(number, opened, draft, "Abbey", PEOPLE[0], opened), datetime(2026, 1, 1))


def _uk(moment: datetime | None) -> str:
    """A moment as the system writes it, dd/mm/yyyy HH:MM; empty for none."""
    return f"{moment:%d/%m/%Y %H:%M}" if moment else ""
