"""Service requests: housing repairs and missed bins, as one system exports them (cp1252 CSV, UK dates).

Belongs here: how a request lives, what each export knows of it, and the delivery with bad rows. Does not belong here:
complaints about the same services (`complaints`). Each export holds the requests whose state changed since the one before,
so that a later file repeats a request with its completion date filled in, corrected, or removed because it was reopened.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from small_council.place import Person, person, ward_as_typed

HEADER = (
    "Job No", "Service", "Trade", "Reported", "Target", "Completed", "Outcome", "Status", "Ward", "Source",
    "Priority", "Tenant Name", "Address", "Phone", "E-mail", "Charge £", "Notes",
)  # fmt: skip

# An export covers all that was known at the start of `until`; it is received a day or more later.
EXPORTS = tuple(
    (date.fromisoformat(until), date.fromisoformat(received))
    for until, received in (
        ("2023-05-01", "2023-05-03"), ("2023-10-01", "2023-10-04"), ("2024-04-01", "2024-04-04"),
        ("2024-10-01", "2024-10-03"), ("2025-01-01", "2025-01-07"), ("2025-04-01", "2025-04-03"),
        ("2025-07-01", "2025-07-03"), ("2025-10-01", "2025-10-02"), ("2026-01-01", "2026-01-07"),
        ("2026-04-01", "2026-04-02"), ("2026-07-01", "2026-07-02"), ("2026-09-01", "2026-09-02"),
        ("2026-10-01", "2026-10-02"),
    )
)  # fmt: skip
BAD_ROWS_RECEIVED = date(2025, 4, 3)
CORRECTIONS_RECEIVED = date(2025, 7, 3)

_MONTHS = tuple((year, month) for year in range(2023, 2027) for month in range(1, 13))[3:45]
_TRADES = ("Plumbing – leaks", "Heating & hot water", "Electrical", "Joinery", "Roofing", "Damp & mould")
_BINS = ("Refuse", "Recycling", "Garden waste", "Food – kerbside")
_SOURCES = {"TEL": 46, "WEB": 30, "APP": 10, "EML": 8, "F2F": 4, "OTH": 2}


@dataclass(frozen=True)
class State:
    """What the system holds of a request from a moment on; `completed` is None while the work is open."""

    known_from: datetime
    completed: datetime | None
    outcome: str


@dataclass(frozen=True)
class Request:
    """One request: what never changes, and its states in the order in which they became known."""

    number: str
    service: str
    trade: str
    reported: datetime
    target: datetime | None
    ward: str
    channel: str
    priority: str
    who: Person
    states: tuple[State, ...]

    def row(self, state: State) -> list[str]:
        """The request as a row of the export, in the order of `HEADER`."""
        status = "Complete" if state.completed else "Reopened" if state is not self.states[0] else "Open"
        who = self.who
        return [
            self.number, self.service, self.trade, _uk(self.reported), _uk(self.target), _uk(state.completed),
            state.outcome, status, self.ward, self.channel, self.priority, who.name, who.address, who.phone, who.email,
            "£0.00", f"Rang {who.name} on {who.phone}" if status == "Reopened" else "",
        ]  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """What a service decides about a request: time allowed, and the chance that it is met."""

    service: str
    trade: str
    priority: str
    allowed: timedelta
    in_time: float


def deliveries() -> list[Delivery]:
    """The exports in the order in which they were received."""
    requests = [*_requests(2023, "HR", (66, 18), _repair), *_requests(2024, "MB", (52, 0), _missed_bin)]
    found, since = [], datetime.min
    for until, received in EXPORTS:
        moment = datetime(until.year, until.month, until.day)
        rows = list(_changed(requests, since, moment))
        if received == BAD_ROWS_RECEIVED:
            rows += bad_rows()
        if received == CORRECTIONS_RECEIVED:
            rows += corrected_rows()
        content = csv_bytes(HEADER, rows, "cp1252")
        name = f"service_requests/service_requests_{received:%Y%m%d}.csv"
        found.append(Delivery(name, received_at(received), content))
        since = moment
    return found


def _changed(requests: list[Request], since: datetime, until: datetime) -> Iterator[list[str]]:
    """The rows of the requests whose state changed after `since` and up to `until`, as they stood then."""
    for request in requests:
        known = bisect_right([state.known_from for state in request.states], until)
        if known and request.states[known - 1].known_from > since:
            yield request.row(request.states[known - 1])


def _requests(seed: int, prefix: str, volumes: tuple[int, int], draft: Callable[[Random, datetime], Draft]) -> list[Request]:
    """All requests of one service; `volumes` are the usual number a month and how many more come in winter."""
    rng = Random(seed)
    found: list[Request] = []
    for year, month in _MONTHS:
        usual, winter = volumes
        number = usual + rng.randrange(-4, 5) + (winter if month in (11, 12, 1, 2) else 0)
        moments = sorted(_moment(rng, year, month) for _ in range(number))
        for reported in moments:
            found.append(_request(rng, f"{prefix}{len(found) + 1:06}", reported, draft(rng, reported)))
    return found


def _moment(rng: Random, year: int, month: int) -> datetime:
    """A minute of the working day somewhere in the month."""
    day = 1 + rng.randrange(monthrange(year, month)[1])
    return datetime(year, month, day, 8 + rng.randrange(11), rng.randrange(60))


def _request(rng: Random, number: str, reported: datetime, draft: Draft) -> Request:
    """A request with its states: some 1 in 100 is entered late, as many are reopened, and a few more are corrected."""
    taken = draft.allowed * (rng.uniform(0.05, 0.98) if rng.random() < draft.in_time else rng.uniform(1.02, 2.6))
    completed = (reported + taken).replace(second=0, microsecond=0)
    entered = reported + timedelta(days=rng.randrange(40, 100) if rng.random() < 0.01 else 0)
    outcome = rng.choices(("Completed", "No access", "Cancelled"), (92, 5, 3))[0]
    states = [State(max(completed, entered), completed, outcome)]
    if completed > entered:
        states.insert(0, State(entered, None, ""))
    fate = rng.random()
    if fate < 0.015:
        shift = timedelta(days=rng.randrange(1, 12))
        states.append(State(states[-1].known_from + timedelta(days=rng.randrange(20, 110)), completed + shift, outcome))
    elif fate < 0.027:
        reopened, again = (states[-1].known_from + timedelta(days=days) for days in (6, 6 + rng.randrange(20, 90)))
        states += [State(reopened, None, ""), State(again, again, "Completed")]
    target = None if rng.random() < 0.01 else reported + draft.allowed
    channel = rng.choices(list(_SOURCES), list(_SOURCES.values()))[0]
    return Request(
        number, draft.service, draft.trade, reported, target, ward_as_typed(rng), channel, draft.priority,
        person(rng), tuple(states),
    )  # fmt: skip


def _repair(rng: Random, reported: datetime) -> Draft:
    """A housing repair: slower in the winter of 2024, quicker once a new contractor has started in October 2025."""
    priority, days = rng.choices((("Emergency", 1), ("Urgent – 7 days", 7), ("Routine – 28 days", 28)), (18, 30, 52))[0]
    if reported >= datetime(2025, 10, 1):
        in_time = 0.90
    elif datetime(2024, 11, 1) <= reported < datetime(2025, 3, 1):
        in_time = 0.68
    else:
        in_time = 0.81
    return Draft("Housing repair", rng.choice(_TRADES), priority, timedelta(days=days), in_time)


def _missed_bin(rng: Random, reported: datetime) -> Draft:
    """A missed bin, to be emptied within two days; new rounds in June 2025 go badly for three months."""
    in_time = 0.74 if datetime(2025, 6, 1) <= reported < datetime(2025, 9, 1) else 0.92
    return Draft("Missed bin", rng.choice(_BINS), "Standard", timedelta(days=2), in_time)


def bad_rows() -> list[list[str]]:
    """Nine rows that must not be counted, each wrong in one way; two of them share one number."""
    good = dict(zip(HEADER, _sample("HR900001"), strict=True))
    faults: tuple[dict[str, str], ...] = (
        {"Job No": "HR900001", "Reported": "31/02/2025 10:15"},  # no such day
        {"Job No": "HR900002", "Completed": "03/03/2025 09:00"},  # completed before it was reported
        {"Job No": "HR900003", "Ward": "Nowhere"},  # not a ward of this council
        {"Job No": ""},  # no number
        {"Job No": "HR900005", "Trade": "Joinery"},  # the same number twice in one file, and the rows differ
        {"Job No": "HR900005", "Trade": "Roofing"},
        {"Job No": "HR900006", "Source": "PIGEON"},  # no such channel
        {"Job No": "HR900007", "Service": "Lost umbrella"},  # no such service
        {"Job No": "HR900008", "Reported": ""},  # no date reported
    )
    return [list((good | fault).values()) for fault in faults]


def corrected_rows() -> list[list[str]]:
    """Two of the bad rows as they come again in the next export, put right."""
    return [_sample("HR900001"), _sample("HR900003")]


def _sample(number: str) -> list[str]:
    """A faultless row of a repair reported on 10 March 2025 and finished in time."""
    reported = datetime(2025, 3, 10, 10, 15)
    done = State(datetime(2025, 3, 14, 15, 40), datetime(2025, 3, 14, 15, 40), "Completed")
    target = reported + timedelta(days=7)
    who = person(Random(number))
    request = Request(number, "Housing repair", "Joinery", reported, target, "Abbey", "TEL", "Urgent – 7 days", who, (done,))
    return request.row(done)


def _uk(moment: datetime | None) -> str:
    """A moment as the system writes it, dd/mm/yyyy HH:MM; empty for none."""
    return f"{moment:%d/%m/%Y %H:%M}" if moment else ""
