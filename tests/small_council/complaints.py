"""Complaints, compliments and enquiries, as a customer feedback system exports them (XLSX, a title above, a total below).

Belongs here: how a case lives and what each workbook shows of it. Does not belong here: requests for a service
(`services`). Each workbook holds the financial year so far, so that a later one repeats a case with its answer. The last
delivery is no workbook at all but the error page of the system's web server.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.files import Cell, Delivery, received_at, xlsx_bytes
from small_council.place import Person, person, ward_as_typed

HEADER = (
    "Case ref", "Kind", "Service", "Theme", "Stage", "Received", "Due", "Closed", "Outcome", "Ward",
    "Complainant name", "Complainant e-mail", "Details",
)  # fmt: skip

# The last day a workbook covers, and the day on which it was received.
WORKBOOKS = tuple(
    (date.fromisoformat(until), date.fromisoformat(received))
    for until, received in (
        ("2023-09-30", "2023-10-05"), ("2024-03-31", "2024-04-09"), ("2024-09-30", "2024-10-08"),
        ("2025-03-31", "2025-04-08"), ("2025-06-30", "2025-07-08"), ("2025-09-30", "2025-10-07"),
        ("2025-12-31", "2026-01-08"), ("2026-03-31", "2026-04-09"), ("2026-06-30", "2026-07-07"),
        ("2026-08-31", "2026-09-03"),
    )
)  # fmt: skip
BROKEN_RECEIVED = date(2026, 10, 5)

_FIRST, _LAST = date(2023, 4, 1), WORKBOOKS[-1][0]
_SERVICES = {"Housing repairs": 40, "Waste & recycling": 25, "Council tax": 15, "Planning": 10, "Highways": 10}
_THEMES = {"Delay": 40, "Quality of work": 25, "Staff conduct": 10, "Information given": 15, "Decision – policy": 10}
_STAGES = {"Stage 1": 78, "Stage 2": 14, "Ombudsman": 8}
_OUTCOMES = {
    "Stage 1": {"Upheld": 34, "Partly upheld": 22, "Not upheld": 34, "Resolved": 7, "Withdrawn": 3},
    "Stage 2": {"Upheld": 26, "Partly upheld": 24, "Not upheld": 48, "Withdrawn": 2},
    "Ombudsman": {"Upheld": 48, "Not upheld": 40, "Outside jurisdiction": 12},
}
_DAYS_ALLOWED = {"Stage 1": 14, "Stage 2": 28}


@dataclass(frozen=True)
class Case:
    """One case; `closed` and `outcome` are what the system will show once it is closed."""

    ref: str
    kind: str
    service: str
    theme: str
    stage: str
    received: date
    due: date | None
    closed: date
    outcome: str
    ward: str
    who: Person

    def row(self, until: date) -> list[Cell]:
        """The case as the workbook shows it at the end of the day `until`, in the order of `HEADER`."""
        is_closed = self.closed <= until
        return [
            self.ref, self.kind, self.service, self.theme, self.stage or None, self.received, self.due,
            self.closed if is_closed else None, self.outcome or None if is_closed else "–", self.ward or None,
            self.who.name, self.who.email, f"{self.who.name} of {self.who.address} wrote about {self.theme.lower()}",
        ]  # fmt: skip


def deliveries() -> list[Delivery]:
    """The workbooks in the order in which they were received, then the error page."""
    cases = _cases(Random(2025))
    found = [
        Delivery(f"complaints/complaints_{received:%Y-%m}.xlsx", received_at(received, 14), _workbook(cases, until))
        for until, received in WORKBOOKS
    ]
    name = f"complaints/complaints_{BROKEN_RECEIVED:%Y-%m}.xlsx"
    return [*found, Delivery(name, received_at(BROKEN_RECEIVED, 14), _error_page())]


def _workbook(cases: list[Case], until: date) -> bytes:
    """Title, blank row, header in row 3, the cases received or open in the year so far, blank, total."""
    year = until.year if until.month >= 4 else until.year - 1
    start = date(year, 4, 1)
    shown = [case for case in cases if case.received <= until and (case.received >= start or case.closed >= start)]
    rows: list[list[Cell]] = [
        [f"Customer feedback – cases of the year from 1 April {year} to {until.day} {until:%B %Y}"],
        [],
        list(HEADER),
        *(case.row(until) for case in shown),
        [],
        ["Total", len(shown)],
    ]
    return xlsx_bytes({"Cases": rows, "Notes": [["Taken from the customer feedback system by the complaints team."]]})


def _cases(rng: Random) -> list[Case]:
    """Every case received from April 2023 to the last workbook, in order of receipt."""
    found: list[Case] = []
    months = ((year, month) for year in range(_FIRST.year, _LAST.year + 1) for month in range(1, 13))
    for year, month in months:
        if _FIRST <= date(year, month, 1) <= _LAST:
            days = sorted(1 + rng.randrange(monthrange(year, month)[1]) for _ in range(30 + rng.randrange(9)))
            found += [_case(rng, date(year, month, day), len(found) + index + 1) for index, day in enumerate(days)]
    return found


def _case(rng: Random, received: date, number: int) -> Case:
    """One case: complaints are answered more often in time from 2025 on; the ombudsman takes months."""
    kind = _pick(rng, {"Complaint": 80, "Compliment": 12, "Enquiry": 8})
    stage = _pick(rng, _STAGES) if kind == "Complaint" else ""
    allowed = _DAYS_ALLOWED.get(stage)
    if stage == "Ombudsman":
        taken = rng.randrange(60, 260)
    else:
        in_time = rng.random() < (0.72 if received < date(2025, 1, 1) else 0.86)
        taken = int((allowed or 10) * (rng.uniform(0.2, 1.0) if in_time else rng.uniform(1.1, 3.0)))
    return Case(
        ref=f"CF-{received:%y}-{number:05}",
        kind=kind,
        service=_pick(rng, _SERVICES),
        theme=_pick(rng, _THEMES),
        stage=stage,
        received=received,
        due=received + timedelta(days=allowed) if allowed else None,
        closed=received + timedelta(days=taken),
        outcome=_pick(rng, _OUTCOMES[stage]) if stage else "",
        ward=ward_as_typed(rng),
        who=person(rng),
    )


def _pick(rng: Random, shares: dict[str, int]) -> str:
    """One of the keys, each as often as its share says."""
    return rng.choices(list(shares), list(shares.values()))[0]


def _error_page() -> bytes:
    """What was saved when the system was down: a web page under the name of a workbook."""
    return (
        b"<!DOCTYPE html>\r\n<html><head><title>503 Service Unavailable</title></head>\r\n"
        b"<body><h1>Service Unavailable</h1><p>The feedback system is being maintained.</p></body></html>\r\n"
    )
