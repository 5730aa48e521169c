"""Figures that come ready-made: returns of Exampleshire and fifteen comparable authorities, residents, and a wide scorecard.

Belongs here: what others publish, and what was kept as a spreadsheet. Does not belong here: anything counted from records.
The story: household waste recycled is above Exampleshire's own target and below that of fourteen of the fifteen authorities.
"""

from datetime import date
from random import Random

from demo.files import Delivery, csv_bytes, received_at
from demo.place import COUNCIL_CODE, COUNCIL_NAME, WARDS

GROUP = "Similar authorities"
NATION, REGION, BENCHMARK = "E92000999", "E12000999", "B00000999"
_NAMES = (
    "Sampleton", "Mockborough", "Placeholder Vale", "Testwich", "Specimen Forest", "Fictonbury", "Draftham", "Nowhereshire",
    "Stubbington Parva", "Loremouth", "Ipsumdale", "Dummyford", "Prototype Bay", "Exemplar Hills", "Patternley",
)  # fmt: skip
OTHERS = {f"E060009{number}": name for number, name in enumerate(_NAMES, start=80)}
COMPARATOR_HEADER = (
    "Indicator", "Authority code", "Authority", "Group", "Period", "From", "To", "Numerator", "Denominator", "Value", "Note",
)  # fmt: skip
POPULATION_HEADER = ("Area code", "Area", "Year", "Age", "Sex", "Residents")
YEARS = range(2021, 2026)

# Indicator: what Exampleshire returned each year (None: it is counted from records), and for the others their usual
# level, how far they lie apart, and the change a year.
RETURNS: dict[str, tuple[tuple[float, ...] | None, float, float, float]] = {
    "waste_recycled": ((39.1, 39.6, 40.2, 40.9, 41.6), 49.5, 7.0, 0.4),
    "council_tax_collected": ((95.8, 96.1, 96.4, 96.5, 96.6), 96.4, 1.2, 0.05),
    "sickness_days": ((8.1, 9.4, 9.0, 8.8, 8.6), 8.9, 1.6, 0.0),
    "staff_turnover": ((11.2, 14.6, 13.9, 13.1, 12.6), 13.2, 2.8, 0.0),
    "gender_pay_gap": ((7.9, 7.1, 6.6, 6.0, 5.2), 5.5, 3.5, -0.3),
    "apprentices": ((1.4, 1.6, 1.9, 2.1, 2.4), 2.1, 0.7, 0.05),
    "repairs_in_time": (None, 84.0, 6.0, 0.2),
    "planning_in_time": (None, 88.0, 6.0, 0.3),
    "homelessness_prevented": (None, 51.0, 7.0, 0.0),
    "missed_bins_rate": (None, 44.0, 9.0, 0.0),
    "waste_spend": (None, 44.0, 6.0, 1.2),
    "waste_satisfied": ((71.0, 70.2, 69.5, 68.1, 66.9), 73.0, 4.0, 0.0),
    "repairs_cost": (None, 118.0, 14.0, 3.0),
}
RESTATED = ("staff_turnover", 2024, 2023, 13.5)
"""A measure of which the scorecard of a year states, for the year before, what the next one corrects."""
WITHOUT_TARGET = ("waste_satisfied", 2025)
"""A measure that a scorecard says met its target, and states none."""
BETTER_THAN = "Stubbington Parva"
"""The one authority that recycles less than Exampleshire."""

_AGES = {"0-15": 18.5, "16-24": 10.5, "25-34": 13.5, "35-54": 26.0, "55-74": 23.0, "75+": 8.5}
_ESTIMATES = (((2020, 2021, 2022), date(2023, 11, 15)), ((2023, 2024), date(2025, 7, 30)), ((2025,), date(2026, 7, 29)))


def deliveries() -> list[Delivery]:
    """Returns by financial year, population estimates, and the last two of the scorecards that were kept as wide tables."""
    returns = [
        Delivery(
            f"comparators/returns_{year}-{(year + 1) % 100}.csv",
            received_at(date(year + 1, 7, 20), 12),
            csv_bytes(COMPARATOR_HEADER, _returns(year), "utf-8"),
        )
        for year in YEARS
    ]
    estimates = [
        Delivery(
            f"population/mid_year_{years[0]}_{years[-1]}.csv",
            received_at(received, 12),
            csv_bytes(POPULATION_HEADER, _residents(years), "utf-8"),
        )
        for years, received in _ESTIMATES
    ]
    scorecards = [
        Delivery(
            f"scorecard/council_plan_scorecard_{year}-{(year + 1) % 100}.csv",
            received_at(date(year + 1, 7, 21), 9),
            csv_bytes(_scorecard_header(year), _scorecard(year), "cp1252"),
        )
        for year in YEARS[-2:]
    ]
    return [*returns, *estimates, *scorecards]


def _returns(year: int) -> list[list[str]]:
    """The figures of one financial year; in each but the first, one neighbour's figure of the year before, corrected."""
    rows = []
    for indicator, (own, *_) in RETURNS.items():
        if own is not None:
            rows.append(_figure(indicator, COUNCIL_CODE, COUNCIL_NAME, year, own[year - YEARS[0]]))
        others = {code: _other(indicator, name, year) for code, name in OTHERS.items()}
        rows += [_figure(indicator, code, OTHERS[code], year, value) for code, value in others.items()]
        known = [value for value in others.values() if value is not None]
        rows.append(_figure(indicator, NATION, "All authorities", year, sum(known) / len(known), "National"))
        rows.append(_figure(indicator, REGION, "The region", year, sum(known[:6]) / 6, "Region"))
    rows.append(_figure("repairs_in_time", BENCHMARK, "Tenants' charter", year, 90.0, "Own benchmark"))
    if year > YEARS[0]:
        before = _other("sickness_days", "Mockborough", year - 1)
        rows.append(_figure("sickness_days", "E06000981", "Mockborough", year - 1, (before or 0) + 0.3))
    return rows


def _other(indicator: str, name: str, year: int) -> float | None:
    """Another authority's figure; a few made no return."""
    own, usual, apart, change = RETURNS[indicator]
    if (name, year, indicator) in {("Fictonbury", 2024, "repairs_in_time"), ("Loremouth", 2022, "sickness_days")}:
        return None
    value = usual + apart * Random(f"{indicator} {name}").uniform(-1, 1)
    value += change * (year - YEARS[0]) + 0.12 * apart * Random(f"{indicator} {name} {year}").uniform(-1, 1)
    if indicator == "waste_recycled" and own:
        ours = own[year - YEARS[0]]
        value = ours - 1.4 if name == BETTER_THAN else max(value, ours + 0.5 + value % 1)
    return value


def _figure(indicator: str, code: str, name: str, year: int, value: float | None, group: str = GROUP) -> list[str]:
    """A row in the order of `COMPARATOR_HEADER`; without a value it says that there is none."""
    period = [_label(year), f"01/04/{year}", f"31/03/{year + 1}"]
    figure = ["..", "..", "..", "not available"] if value is None else ["..", "..", f"{value:.2f}", ""]
    return [indicator, code, name, "" if code == COUNCIL_CODE else group, *period, *figure]


def _residents(years: tuple[int, ...]) -> list[list[str]]:
    """Residents of each ward and of the whole council by age and sex, and in all, in the middle of each year."""
    rows = []
    for year in years:
        whole: dict[tuple[str, str], int] = {}
        for ward in WARDS:
            counts = _of_ward(ward.code, ward.residents + (year - 2020) * (ward.residents // 130))
            for group, count in counts.items():
                whole[group] = whole.get(group, 0) + count
            rows += [[ward.code, ward.name, str(year), *group, str(count)] for group, count in counts.items()]
        rows += [[COUNCIL_CODE, COUNCIL_NAME, str(year), *group, str(count)] for group, count in whole.items()]
    return rows


def _of_ward(code: str, residents: int) -> dict[tuple[str, str], int]:
    """The residents of a ward by age and sex, with every sum."""
    counts: dict[tuple[str, str], int] = {}
    for age, share in _AGES.items():
        tilt = Random(f"{code} {age}").uniform(0.8, 1.2)
        for sex, part in (("F", 0.507), ("M", 0.493)):
            counts[age, sex] = round(residents * share / 100 * tilt * part)
    for age in _AGES:
        counts[age, "all"] = counts[age, "F"] + counts[age, "M"]
    for sex in ("F", "M", "all"):
        counts["all", sex] = sum(counts[age, sex] for age in _AGES)
    return counts


def _scorecard_header(edition: int) -> list[str]:
    years = [_label(year) for year in YEARS if year <= edition]
    return ["Row", "Measure", "Better is", *years, f"Target {years[-1]}", f"Met {years[-1]}"]


def _scorecard(edition: int) -> list[list[str]]:
    """The council plan's scorecard of a year: a row a measure, a column a year, as people keep such tables."""
    rows = []
    for indicator, (own, *_) in RETURNS.items():
        if own is not None:
            is_low = indicator in {"sickness_days", "staff_turnover", "gender_pay_gap"}
            told = {year: value for year, value in zip(YEARS, own, strict=True) if year <= edition}
            target = round(told[edition])
            met = "Yes" if (told[edition] <= target if is_low else told[edition] >= target) else "No"
            if (indicator, edition) == RESTATED[:2]:
                told[RESTATED[2]] = RESTATED[3]
            aim = [str(target), met] if (indicator, edition) != WITHOUT_TARGET else ["", "Yes"]
            title = indicator.replace("_", " ").capitalize()
            figures = [f"{value:.1f}" for value in told.values()]
            rows.append([str(len(rows) + 1), title, "Lower" if is_low else "Higher", *figures, *aim])
    return rows


def _label(year: int) -> str:
    return f"{year}/{(year + 1) % 100}"
