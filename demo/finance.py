"""What services cost: budget, actual and forecast by quarter, a file a financial year (CSV in UTF-8).

Belongs here: amounts in pounds. Does not belong here: any number of cases. A later file corrects the last quarter of the year
before, when the accounts are closed.
"""

from datetime import date, timedelta
from random import Random

from demo.files import Delivery, csv_bytes, received_at

HEADER = ("Service", "Quarter from", "Quarter to", "Budget £", "Actual £", "Forecast for year £")
# Budget of a quarter in 2021/22, and how much of it is spent.
SERVICES = {
    "Housing repairs": (395_000, 1.01), "Empty homes": (182_000, 1.04), "Planning": (344_000, 0.99),
    "Waste & recycling": (2_750_000, 1.00), "Street maintenance": (1_120_000, 1.00), "Benefits": (410_000, 0.97),
    "Homelessness": (520_000, 1.09), "Council tax": (265_000, 0.98), "Customer services": (310_000, 0.99),
}  # fmt: skip
LAST_QUARTER = (2026, 2)
"""The last quarter with an actual: July to September 2026."""

_RECEIVED = {
    2021: date(2022, 5, 13), 2022: date(2023, 5, 12), 2023: date(2024, 5, 14), 2024: date(2025, 5, 13),
    2025: date(2026, 5, 12), 2026: date(2026, 10, 9),
}  # fmt: skip


def deliveries() -> list[Delivery]:
    """One file a financial year; that of 2026/27 has two quarters so far."""
    return [
        Delivery(
            f"finance/outturn_{year}-{(year + 1) % 100}.csv",
            received_at(received, 13),
            csv_bytes(HEADER, _rows(year), "utf-8"),
        )
        for year, received in _RECEIVED.items()
    ]


def _rows(year: int) -> list[list[str]]:
    """The quarters of the year, and the last one of the year before once more, as the accounts closed it."""
    again = [_row(name, year - 1, 4, closed=True) for name in SERVICES] if year > 2021 else []
    return again + [_row(name, year, quarter) for quarter in (1, 2, 3, 4) for name in SERVICES]


def _row(service: str, year: int, quarter: int, closed: bool = False) -> list[str]:
    """One service and quarter, in the order of `HEADER`; a quarter to come has no actual."""
    usual, spent = SERVICES[service]
    budget = round(usual * 1.03 ** (year - 2021), -2)
    rng = Random(f"{service} {year} {quarter}")
    actual = budget * (spent + rng.uniform(-0.03, 0.03)) * (1.004 if closed else 1)
    start = date(year + quarter // 4, (1, 4, 7, 10)[quarter % 4], 1)
    end = (start + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    there = (year, quarter) <= LAST_QUARTER
    return [
        service, start.isoformat(), end.isoformat(), f"{budget:.0f}", f"{actual:.2f}" if there else "",
        f"{4 * budget * spent:.0f}",
    ]  # fmt: skip
