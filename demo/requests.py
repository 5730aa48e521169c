"""How a request of any service lives, and what each export of a system knows of it.

Belongs here: late entries, corrected days, what changed between two exports. Does not belong here: what one service's
requests are like, or how its system writes them (a module each). Each export holds the requests that changed since the one
before, so that a later file repeats a request with its day of completion filled in or corrected.
"""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from demo.place import PEOPLE, Person, wards_as_typed

MONTHS = tuple((2021 + number // 12, 1 + number % 12) for number in range(3, 69))
"""April 2021 to September 2026."""
LOCKDOWN = (datetime(2021, 4, 1), datetime(2021, 7, 1))
"""Restrictions last until the end of June 2021."""

DAY = timedelta(days=1)
_NEVER = datetime(9999, 1, 1)


@dataclass(frozen=True)
class Export:
    """A file that a system gives: all that changed up to the start of `until`, received some days later."""

    until: datetime
    received: date


def exports(days_after: int, monthly_from: date | None = None) -> tuple[Export, ...]:
    """The backlog to March 2024, the year after it, then a file a quarter; from the given month on, a file a month."""
    quarters = ((2024, 4), (2025, 4), (2025, 7), (2025, 10), (2026, 1), (2026, 4), (2026, 7), (2026, 10))
    starts = {date(year, month, 1) for year, month in quarters}
    if monthly_from:
        starts |= {date(year, month, 1) for year, month in MONTHS if date(year, month, 1) > monthly_from}
    return tuple(Export(datetime(start.year, start.month, 1), start + days_after * DAY) for start in sorted(starts))


@dataclass(slots=True)
class Draft:
    """What a service decides about a request; `closed` may lie after the last export, or be None for never."""

    category: str
    due: datetime | None
    closed: datetime | None
    outcome: str
    channel: str
    priority: str = ""
    score: float | None = None


@dataclass(slots=True)
class Request:
    """One request: its draft, and what the system knew of it when; `first_said` is a wrong day of completion."""

    number: str
    opened: datetime
    draft: Draft
    ward: str
    who: Person
    entered: datetime
    first_said: datetime | None = None
    corrected: datetime = _NEVER

    def closed_at(self, until: datetime) -> datetime | None:
        """The completion that the system holds at the start of `until`."""
        closed = self.draft.closed
        if closed is None or closed >= until:
            return None
        return self.first_said if self.first_said and self.corrected >= until else closed

    def changes(self) -> Iterator[datetime]:
        """The moments at which the system learned something."""
        yield self.entered
        if self.draft.closed:
            yield max(self.draft.closed, self.entered)
            if self.first_said:
                yield self.corrected


def in_lockdown(moment: datetime) -> bool:
    """Whether restrictions were in force."""
    return LOCKDOWN[0] <= moment < LOCKDOWN[1]


def requests(
    seed: int, prefix: str, volume: Callable[[Random, int, int], int], draft: Callable[[Random, datetime], Draft]
) -> list[Request]:
    """All requests of one service, in order of opening. About 1 in 100 is entered late and 1 in 60 corrected later."""
    rng = Random(seed)
    found: list[Request] = []
    for year, month in MONTHS:
        number, days = volume(rng, year, month), monthrange(year, month)[1]
        minutes = sorted(rng.randrange(days) * 1440 + 480 + rng.randrange(600) for _ in range(number))
        wards, people, start = wards_as_typed(rng, number), rng.choices(PEOPLE, k=number), datetime(year, month, 1)
        for minute, ward, who in zip(minutes, wards, people, strict=True):
            opened = start + timedelta(minutes=minute)
            said = draft(rng, opened)
            request = Request(f"{prefix}{len(found) + 1:06}", opened, said, ward, who, opened)
            fate = rng.random()
            if fate < 0.010:
                request.entered = opened + (40 + rng.randrange(60)) * DAY
            elif fate < 0.027 and said.closed and said.closed - opened > 2 * DAY:
                request.first_said = said.closed - DAY
                request.corrected = said.closed + (20 + rng.randrange(90)) * DAY
            found.append(request)
    return found


def changed(found: list[Request], plan: tuple[Export, ...]) -> list[list[Request]]:
    """For each export, the requests it holds: those of which the system learned something since the export before."""
    untils = [export.until for export in plan]
    held: list[list[Request]] = [[] for _ in plan]
    for request in found:
        for place in sorted({bisect_left(untils, moment + timedelta(minutes=1)) for moment in request.changes()}):
            if place < len(held):
                held[place].append(request)
    return held
