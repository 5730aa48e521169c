"""Figures that come ready-made: collection of council tax and repairs of comparable authorities, and residents by ward.

Belongs here: what others publish about Exampleshire and its invented neighbours. Does not belong here: anything counted
from records of the council's own systems.
"""

from datetime import date
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from small_council.place import COUNCIL_CODE, COUNCIL_NAME, WARDS

GROUP = "Similar authorities"
OTHERS = {
    "E06000991": "Sampleton", "E06000992": "Mockborough", "E06000993": "Placeholder Vale",
    "E06000994": "Testwich", "E06000995": "Specimen Forest", "E06000996": "Fictonbury",
}  # fmt: skip
COMPARATOR_HEADER = (
    "Indicator", "Authority code", "Authority", "Group", "Period", "From", "To", "Numerator", "Denominator", "Value",
    "Note",
)  # fmt: skip
POPULATION_HEADER = ("Area code", "Area", "Year", "Age", "Sex", "Residents")

_RETURNS = ((2023, date(2024, 6, 28)), (2024, date(2025, 6, 27)), (2025, date(2026, 6, 26)))
_ESTIMATES = (((2022, 2023), date(2024, 10, 15)), ((2024, 2025), date(2026, 1, 15)))


def deliveries() -> list[Delivery]:
    """A return of figures for each financial year, and two deliveries of population estimates."""
    returns = [
        Delivery(
            f"comparators/returns_{year}-{(year + 1) % 100}.csv",
            received_at(received, 12),
            csv_bytes(COMPARATOR_HEADER, _returns(year), "utf-8"),
        )
        for year, received in _RETURNS
    ]
    estimates = [
        Delivery(
            f"population/mid_year_{years[0]}_{years[-1]}.csv",
            received_at(received, 12),
            csv_bytes(POPULATION_HEADER, _residents(years), "utf-8"),
        )
        for years, received in _ESTIMATES
    ]
    return returns + estimates


def _returns(year: int) -> list[list[str]]:
    """The figures of one financial year; in the second, the first year of one neighbour comes again, corrected."""
    rows = [_tax(COUNCIL_CODE, COUNCIL_NAME, year)]
    for code, name in OTHERS.items():
        rows += [_tax(code, name, year), _repairs(code, name, year)]
    if year == 2024:
        rows.append(_tax("E06000992", OTHERS["E06000992"], 2023, corrected=0.4))
    return rows


def _tax(code: str, name: str, year: int, corrected: float = 0) -> list[str]:
    """Council tax collected in the year as a share of what was due, in pounds."""
    rng = Random(f"tax {code} {year}")
    due = 78_000_000 + 1000 * rng.randrange(30_000) + 3_100_000 * (year - 2023)
    collected = round(due * (rng.uniform(0.948, 0.978) + corrected / 100))
    return _figure("council_tax_collected", code, name, year, collected, due)


def _repairs(code: str, name: str, year: int) -> list[str]:
    """Repairs finished on time by another authority; one of them made no return in one year."""
    if (name, year) == ("Fictonbury", 2024):
        return _figure("repairs_in_time", code, name, year, None, None)
    rng = Random(f"repairs {code} {year}")
    done = 4000 + rng.randrange(9000)
    return _figure("repairs_in_time", code, name, year, round(done * rng.uniform(0.74, 0.93)), done)


def _figure(indicator: str, code: str, name: str, year: int, numerator: int | None, denominator: int | None) -> list[str]:
    """A row in the order of `COMPARATOR_HEADER`; without a numerator and denominator it says that there is no figure."""
    period = [f"{year}/{(year + 1) % 100}", f"01/04/{year}", f"31/03/{year + 1}"]
    group = "" if code == COUNCIL_CODE else GROUP
    figure = ["..", "..", "..", "not available"]
    if numerator is not None and denominator:
        figure = [str(numerator), str(denominator), f"{100 * numerator / denominator:.2f}", ""]
    return [indicator, code, name, group, *period, *figure]


def _residents(years: tuple[int, ...]) -> list[list[str]]:
    """Residents of each ward and of the whole council in the middle of each year."""
    rows = []
    for year in years:
        wards = [(ward.code, ward.name, ward.residents + (year - 2022) * (ward.residents // 120)) for ward in WARDS]
        whole = (COUNCIL_CODE, COUNCIL_NAME, sum(residents for _, _, residents in wards))
        rows += [[code, name, str(year), "all", "all", str(count)] for code, name, count in (whole, *wards)]
    return rows
