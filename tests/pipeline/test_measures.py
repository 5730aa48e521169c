"""Every measure, period and breakdown over a council of two wards, beside the same figures worked out here by other means."""

from __future__ import annotations

import calendar
import csv
import json
import math
import os
import shutil
import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from line import PROJECT, Line
from scipy.stats import chi2, norm, t

HOME = Path(__file__).resolve().parent.parent / "measures"
COUNCIL, ABBEY, BIRCH = "E06000997", "E05099011", "E05099012"
WARDS = {"Abbey": ABBEY, "Birch": BIRCH, "": None}
FIRST, LAST = date(2023, 4, 1), date(2026, 4, 30)
RECEIVED = datetime(2026, 5, 10, 9)
Z = float(norm.isf(0.025))
Key = tuple[str, str, str, str, str, str]
Row = dict[str, str]


@dataclass(frozen=True)
class Request:
    opened: datetime
    due: datetime
    closed: datetime | None
    ward: str | None
    channel: str
    age: str
    points: float

    @property
    def days(self) -> int:
        assert self.closed
        return (self.closed.date() - self.opened.date()).days


def requests() -> list[Request]:
    """About ten a month, fewer in Birch; some stay open, some have no ward or channel."""
    rng = Random(7)
    found = []
    day = FIRST
    while day <= LAST:
        for _ in range(rng.randrange(8, 13)):
            opened = datetime(day.year, day.month, rng.randrange(1, 29), 8 + rng.randrange(9))
            due = opened + timedelta(days=rng.choice((1, 5, 10)))
            closed = opened + timedelta(days=rng.randrange(0, 21), hours=1)
            still_open = rng.random() < 0.06 or closed.date() > LAST
            found.append(
                Request(
                    opened, due, None if still_open else closed,
                    WARDS[rng.choices(("Abbey", "Birch", ""), (6, 3, 1))[0]],
                    rng.choices(("web", "phone", ""), (5, 4, 1))[0],
                    rng.choices(("0-64", "65+"), (7, 3))[0], rng.randrange(0, 41) / 4,
                )
            )  # fmt: skip
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return found


REQUESTS = requests()
POPULATION = {
    (ABBEY, 2022): (4000, 900), (ABBEY, 2023): (4100, 950), (ABBEY, 2024): (4200, 1000), (ABBEY, 2025): (4300, 1050),
    (BIRCH, 2022): (1500, 700), (BIRCH, 2023): (1500, 720), (BIRCH, 2024): (1500, 740),
}  # fmt: skip
"""Residents under 65 and older, by ward and year; Birch has no estimate for 2025, so neither has the council."""
SPENT = {date(2023 + (n + 1) // 4, 1 + 3 * ((n + 1) % 4), 1): 1000 + 37.5 * n for n in range(12)}
ANSWERS = [
    (
        rng.choice(("very_satisfied", "dissatisfied")),
        round(rng.uniform(0.2, 3), 4),
        rng.choice(("0-64", "65+")),
        rng.choice((ABBEY, BIRCH)),
    )
    for rng in (Random(number) for number in range(80))
]
"""Answer, weight, age group and ward of each respondent."""


def write(path: Path, header: str, rows: Iterable[Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split())
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    os.utime(path, (RECEIVED.timestamp(), RECEIVED.timestamp()))


def end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_after(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def deliver(line: Line) -> None:
    """Everything that the council's sources are asked for."""
    names = {code: name for name, code in WARDS.items()}
    write(line.inbox / "requests/r.csv", "Ref Age Opened Due Closed Ward Channel Points", (
        (f"R{n}", r.age, r.opened, r.due, r.closed, names[r.ward], r.channel, r.points) for n, r in enumerate(REQUESTS)
    ))  # fmt: skip
    write(line.inbox / "population/p.csv", "Area Year Age Sex Residents", (
        (area, year, age, "all", people)
        for (area, year), (young, old) in POPULATION.items()
        for age, people in (("all", young + old), ("0-64", young), ("65+", old))
    ))  # fmt: skip
    write(line.inbox / "survey/s.csv", "Wave From To Respondent Answer Weight Ward Age", (
        ("2025", "2025-09-01", "2025-09-30", n, answer, weight, area, age)
        for n, (answer, weight, age, area) in enumerate(ANSWERS)
    ))  # fmt: skip
    write(line.inbox / "finance/f.csv", "From To Spent", (
        (start, end_of_month(months_after(start, 2)), spent) for start, spent in SPENT.items()
    ))  # fmt: skip
    write(line.inbox / "adoption/a.csv", "Indicator", ([path.stem] for path in sorted((HOME / "indicators").glob("*.yml"))))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    root = tmp_path_factory.mktemp("measures")
    own = shutil.copytree(HOME / "indicators", root / "indicators")
    line = Line(root, council=HOME / "council.yml", sources=HOME / "sources", indicators=own)
    deliver(line)
    done = line.run()
    assert done.returncode == 0, done.stdout + done.stderr
    return line


@pytest.fixture(scope="module")
def figures(line: Line) -> dict[str, dict[Key, Row]]:
    """Published figures by indicator, then by period type, first and last day, area, breakdown and group."""
    found: dict[str, dict[Key, Row]] = {}
    names = ("period_type", "period_start", "period_end", "area_code", "breakdown", "breakdown_value")
    for row in line.table("performance", "observation"):
        key = tuple(row[name] for name in names)
        found.setdefault(row["indicator_id"], {})[key] = row  # type: ignore[index]
    return found


def test_a_councils_own_indicators_are_read_and_never_written(line: Line) -> None:
    kept = {path.name: path.read_bytes() for path in (HOME / "indicators").iterdir()}
    assert {path.name: path.read_bytes() for path in (line.root / "indicators").iterdir()} == kept


def periods() -> dict[str, list[tuple[date, date]]]:
    """The periods that are complete, by type, from the calendar itself."""
    starts = [months_after(FIRST, n) for n in range(37)]

    def of(months: int, fits: Callable[[date], bool]) -> list[tuple[date, date]]:
        spans = [(start, end_of_month(months_after(start, months - 1))) for start in starts if fits(start)]
        return [span for span in spans if span[1] <= LAST]

    return {
        "month": of(1, lambda start: True),
        "quarter": of(3, lambda start: start.month in (1, 4, 7, 10)),
        "financial_year": of(12, lambda start: start.month == 4),
        "calendar_year": of(12, lambda start: start.month == 1),
        "academic_year": of(12, lambda start: start.month == 9),
        "rolling_12_months": of(12, lambda start: True),
        "multi_year": of(36, lambda start: start.month == 4),
        "year_to_date": [
            (start, end_of_month(months_after(start, n)))
            for start in starts for n in range(12) if start.month == 4 and months_after(start, n) <= LAST
        ],
    }  # fmt: skip


def kept(
    day: Callable[[Request], datetime | None],
    start: date,
    end: date,
    area: str = COUNCIL,
    group: Callable[[Request], bool] = bool,
) -> list[Request]:
    """The requests whose day is in the period, of the area."""
    return [
        r for r in REQUESTS
        if (moment := day(r)) and start <= moment.date() <= end and area in (COUNCIL, r.ward) and group(r)
    ]  # fmt: skip


def opened(r: Request) -> datetime | None:
    return r.opened


def closed(r: Request) -> datetime | None:
    return r.closed


def cells(figures: dict[str, dict[Key, Row]], indicator: str) -> Iterator[tuple[Row, str, date, date, str]]:
    """Figures that are not broken down, each with its period type, first and last day, and area."""
    plain = [(key, row) for key, row in figures[indicator].items() if key[4] == "all"]
    assert plain
    for (kind, start, end, area, _, _), row in plain:
        yield row, kind, date.fromisoformat(start), date.fromisoformat(end), area


def near(row: Row, value: float, lower: float | None = None, upper: float | None = None) -> None:
    """The figure and its limits are these, to the four published places; without limits there are none."""
    assert float(row["value"]) == pytest.approx(value, abs=6e-5), row
    for name, limit in (("lower_95", lower), ("upper_95", upper)):
        if limit is None:
            assert row[name] == "", row
        else:
            assert float(row[name]) == pytest.approx(limit, abs=6e-5), row


def wilson(p: float, n: float) -> tuple[float, float]:
    middle, half = 2 * n * p + Z * Z, Z * math.sqrt(Z * Z + 4 * n * p * (1 - p))
    return (middle - half) / (2 * (n + Z * Z)), (middle + half) / (2 * (n + Z * Z))


def events(x: float) -> tuple[float, float]:
    if x >= 10:
        return (
            x * (1 - 1 / (9 * x) - Z / (3 * math.sqrt(x))) ** 3,
            (x + 1) * (1 - 1 / (9 * (x + 1)) + Z / (3 * math.sqrt(x + 1))) ** 3,
        )
    return float(chi2.isf(0.975, 2 * x)) / 2 if x else 0.0, float(chi2.isf(0.025, 2 * x + 2)) / 2


def residents(area: str, year: int) -> tuple[int, int]:
    """Residents under 65 and older by the latest estimate of the area; of the council, where both wards have one."""
    if area == COUNCIL:
        (a, b), (c, d) = POPULATION[ABBEY, min(year, 2024)], POPULATION[BIRCH, min(year, 2024)]
        return a + c, b + d
    return POPULATION[area, min(year, max(y for code, y in POPULATION if code == area))]


def mid_years(start: date, end: date) -> list[int]:
    """The years whose middle the period holds; otherwise the last one before its end."""
    within = [year for year in range(2022, 2027) if start <= date(year, 6, 30) <= end]
    return within or [max(year for year in range(2022, 2027) if date(year, 6, 30) <= end)]


def people(area: str, start: date, end: date) -> tuple[int, int]:
    both = [residents(area, year) for year in mid_years(start, end)]
    return sum(young for young, _ in both), sum(old for _, old in both)


def test_a_count_is_published_for_every_kind_of_period(figures: dict[str, dict[Key, Row]]) -> None:
    found = figures["requests_received"]
    for kind, spans in periods().items():
        published = {(key[1], key[2]) for key in found if key[0] == kind and key[3:5] == (COUNCIL, "all")}
        assert published == {(str(start), str(end)) for start, end in spans}, kind
        for start, end in spans:
            number = len(kept(opened, start, end))
            near(found[kind, str(start), str(end), COUNCIL, "all", "all"], number)
    assert {key[0] for key in found if key[3] == ABBEY} == {"quarter", "financial_year"}
    for row, _, start, end, area in cells(figures, "requests_received"):
        assert float(row["value"]) == len(kept(opened, start, end, area))


def test_periods_are_labelled_by_their_kind(line: Line) -> None:
    labels = {(row["period_type"], row["period_start"]): row["label"] for row in line.table("performance", "period")}
    assert labels["academic_year", "2024-09-01"] == "Academic year 2024/25"
    assert labels["multi_year", "2023-04-01"] == "2023/24 to 2025/26"
    assert labels["rolling_12_months", "2024-07-01"] == "July 2024 to June 2025"
    assert labels["calendar_year", "2024-01-01"] == "2024"


def test_groups_stand_beside_the_whole_and_none_is_lost(figures: dict[str, dict[Key, Row]]) -> None:
    for (kind, start, end, area, breakdown, group), row in figures["requests_received"].items():
        if breakdown == "channel":
            assert area == COUNCIL
            assert kind in ("quarter", "financial_year")
            day = date.fromisoformat(start), date.fromisoformat(end)
            wanted = "" if group == "not recorded" else group
            assert float(row["value"]) == len(kept(opened, *day, group=lambda r: r.channel == wanted))  # noqa: B023
    groups = {key[5] for key in figures["requests_received"] if key[4] == "channel"}
    assert groups == {"web", "phone", "not recorded"}
    fifths = {
        key[5]: row
        for key, row in figures["requests_received"].items()
        if key[4] == "deprivation_fifth" and key[1] == "2024-04-01"
    }
    year = date(2024, 4, 1), date(2025, 3, 31)
    ward = {key[3]: row for key, row in figures["requests_received"].items() if key[:3] == ("financial_year", *map(str, year))}
    assert set(fifths) == {"1 most deprived", "5 least deprived"}
    yearly = {key[5]: row for key, row in figures["requests_received"].items()
              if key[4] == "deprivation_fifth" and key[0] == "financial_year" and key[1] == "2024-04-01"}  # fmt: skip
    assert yearly["1 most deprived"]["value"] == ward[ABBEY]["value"]
    assert yearly["5 least deprived"]["value"] == ward[BIRCH]["value"]


def test_a_period_is_provisional_until_the_cut_off_of_its_indicator(figures: dict[str, dict[Key, Row]], line: Line) -> None:
    stated = {row["indicator_id"]: row["provisional_days"] for row in line.table("performance", "indicator")}
    for indicator, days in (("requests_received", 90), ("done_when_due", 30)):
        assert stated[indicator] == str(days)
        rows = list(cells(figures, indicator))
        for row, _, _, end, _ in rows:
            expected = "provisional" if RECEIVED.date() < end + timedelta(days=days) else "final"
            assert row["value_status"] == expected, row
        assert {row["value_status"] for row, *_ in rows} == {"final", "provisional"}


def test_a_sum_adds_amounts(figures: dict[str, dict[Key, Row]]) -> None:
    for row, _, start, end, area in cells(figures, "points_given"):
        near(row, sum(r.points for r in kept(closed, start, end, area)))
        assert row["denominator"] == ""


def test_an_open_case_past_its_deadline_counts_as_the_definition_says(figures: dict[str, dict[Key, Row]]) -> None:
    some_open = 0
    for row, _, start, end, area in cells(figures, "done_when_due"):
        due = kept(lambda r: r.due, start, end, area)
        some_open += any(r.closed is None for r in due)
        if due:
            share = sum(bool(r.closed and r.closed <= r.due) for r in due) / len(due)
            lower, upper = wilson(share, len(due))
            near(row, 100 * share, 100 * lower, 100 * upper)
        else:
            assert (row["value"], row["value_note"]) == ("", "z")
    assert some_open


def test_a_stock_is_counted_at_a_point_and_not_added_up(figures: dict[str, dict[Key, Row]]) -> None:
    rows = list(cells(figures, "overdue_at_month_end"))
    assert len(rows) == 37
    for row, kind, start, end, _ in rows:
        assert kind == "point"
        assert start == end == end_of_month(end)
        overdue = [r for r in REQUESTS if r.due.date() <= end and (r.closed is None or r.closed.date() > end)]
        near(row, len(overdue))


def test_a_rate_has_the_residents_of_its_years(figures: dict[str, dict[Key, Row]]) -> None:
    kinds = set()
    for row, kind, start, end, area in cells(figures, "request_rate"):
        number, population = len(kept(opened, start, end, area)), sum(people(area, start, end))
        assert float(row["denominator"]) == population
        near(row, 1000 * number / population, *(1000 * limit / population for limit in events(number)))
        kinds.add((kind, number < 10))
    assert {("month", True), ("month", False), ("multi_year", False), ("quarter", True)} <= kinds


def test_a_rate_by_age_has_the_residents_of_that_age(figures: dict[str, dict[Key, Row]]) -> None:
    checked = 0
    for (kind, start, end, area, breakdown, group), row in figures["request_rate"].items():
        if breakdown == "age_group":
            assert (kind, area) == ("financial_year", COUNCIL)
            days = date.fromisoformat(start), date.fromisoformat(end)
            number = len(kept(opened, *days, group=lambda r: r.age == group))  # noqa: B023
            population = people(COUNCIL, *days)[("0-64", "65+").index(group)]
            near(row, 1000 * number / population, *(1000 * limit / population for limit in events(number)))
            checked += 1
        if breakdown == "deprivation_fifth":
            days = date.fromisoformat(start), date.fromisoformat(end)
            ward = ABBEY if group.startswith("1") else BIRCH
            near(row, *(1000 * x / sum(people(ward, *days)) for x in (
                len(kept(opened, *days, ward)), *events(len(kept(opened, *days, ward)))
            )))  # fmt: skip
            checked += 1
    assert checked == 12


def test_a_standardised_rate_weights_each_age_group(figures: dict[str, dict[Key, Row]]) -> None:
    weights = (0.805, 0.195)
    notes = set()
    for row, _, start, end, area in cells(figures, "request_rate_standardised"):
        of_age = [len(kept(opened, start, end, area, lambda r: r.age == age)) for age in ("0-64", "65+")]  # noqa: B023
        number, population = sum(of_age), people(area, start, end)
        notes.add(row["value_note"])
        if number < 10:
            assert (row["value"], row["lower_95"], row["value_note"]) == ("", "", "x")
            continue
        parts = list(zip(weights, of_age, population, strict=True))
        rate = sum(w * x / n for w, x, n in parts)
        variance = sum(w * w * x / n**2 for w, x, n in parts)
        limits = (rate + math.sqrt(variance / number) * (limit - number) for limit in events(number))
        near(row, 1e5 * rate, *(1e5 * limit for limit in limits))
    assert notes == {"", "x"}


def test_cost_per_unit_is_worked_out_afresh_at_each_level_and_never_averaged(figures: dict[str, dict[Key, Row]]) -> None:
    of_quarter = {}
    for row, kind, start, end, area in cells(figures, "request_cost"):
        assert area == COUNCIL
        spent = sum(amount for day, amount in SPENT.items() if start <= day <= end)
        units = len(kept(closed, start, end))
        near(row, spent / units)
        of_quarter[kind, start] = float(row["value"])
    averaged = statistics.mean(of_quarter["quarter", months_after(FIRST, 3 * n)] for n in range(4))
    assert of_quarter["financial_year", FIRST] != pytest.approx(averaged, abs=0.01)


def test_a_mean_has_limits_by_t(figures: dict[str, dict[Key, Row]]) -> None:
    sizes = set()
    for row, _, start, end, area in cells(figures, "days_mean"):
        days = [r.days for r in kept(closed, start, end, area)]
        sizes.add(min(len(days), 2))
        if len(days) > 1:
            margin = t.isf(0.025, len(days) - 1) * statistics.stdev(days) / math.sqrt(len(days))
            near(row, statistics.mean(days), statistics.mean(days) - margin, statistics.mean(days) + margin)
    assert sizes >= {2}


def ranked(days: list[int], share: float) -> tuple[float | None, float | None]:
    n, spread = len(days), Z * math.sqrt(len(days) * share * (1 - share))
    ranks = math.floor(n * share - spread + 0.5), math.floor(1 + n * share + spread + 0.5)
    return (days[ranks[0] - 1], days[ranks[1] - 1]) if ranks[0] >= 1 and ranks[1] <= n else (None, None)


def test_a_median_and_a_percentile_have_limits_by_rank(figures: dict[str, dict[Key, Row]]) -> None:
    with_limits = 0
    for indicator, share in (("days_median", 0.5), ("days_ninetieth", 0.9)):
        for row, _, start, end, area in cells(figures, indicator):
            days = sorted(r.days for r in kept(closed, start, end, area))
            assert (row["numerator"], float(row["denominator"])) == ("", len(days))
            if len(days) < 2:
                continue
            near(row, statistics.quantiles(days, n=10, method="inclusive")[round(10 * share) - 1], *ranked(days, share))
            with_limits += row["lower_95"] != ""
    assert with_limits > 20


def test_a_weighted_share_has_limits_by_its_effective_base(figures: dict[str, dict[Key, Row]]) -> None:
    found = figures["satisfied"]
    for area, breakdown, group in (
        (COUNCIL, "all", "all"), (ABBEY, "all", "all"), (COUNCIL, "age_group", "65+"),
        (COUNCIL, "deprivation_fifth", "5 least deprived"),
    ):  # fmt: skip
        ward = BIRCH if breakdown == "deprivation_fifth" else area
        answers = [
            (answer == "very_satisfied", weight) for answer, weight, age, ward_of in ANSWERS
            if ward in (COUNCIL, ward_of) and group in ("all", age, "5 least deprived")
        ]  # fmt: skip
        total = sum(weight for _, weight in answers)
        share = sum(weight for yes, weight in answers if yes) / total
        base = total**2 / sum(weight**2 for _, weight in answers)
        row = found["wave", "2025-09-01", "2025-09-30", area, breakdown, group]
        near(row, 100 * share, *(100 * limit for limit in wilson(share, base)))


def test_an_index_compares_like_with_like_in_the_base_year(figures: dict[str, dict[Key, Row]]) -> None:
    for row, kind, start, end, area in cells(figures, "requests_index"):
        years = start.year - 2023 - (start.month < 4)
        base = kept(opened, months_after(start, -12 * years), end_of_month(months_after(end, -12 * years)), area)
        near(row, 100 * len(kept(opened, start, end, area)) / len(base))
        if years == 0:
            assert float(row["value"]) == 100
        assert float(row["denominator"]) == len(base), kind


def test_free_sql_gives_the_figures_themselves(figures: dict[str, dict[Key, Row]]) -> None:
    rows = list(cells(figures, "longest_wait"))
    assert [start for _, _, start, _, _ in rows] == [date(2023, 4, 1), date(2024, 4, 1), date(2025, 4, 1)]
    for row, _, start, end, area in rows:
        assert area == COUNCIL
        near(row, max(r.days for r in kept(closed, start, end)))


def test_equity_is_the_gap_between_the_best_and_the_worst_group(line: Line, figures: dict[str, dict[Key, Row]]) -> None:
    about = {row["indicator_id"]: row for row in line.table("performance", "indicator")}
    groups: dict[tuple[str, ...], dict[str, Row]] = {}
    for indicator, rows in figures.items():
        if about[indicator]["measure"] in ("count", "sum"):
            continue  # larger in a larger group
        for (kind, start, end, area, breakdown, group), row in rows.items():
            if row["value"] and group != "not recorded" and (breakdown != "all" or area != COUNCIL):
                of = (indicator, kind, start, end, breakdown if breakdown != "all" else "ward")
                groups.setdefault(of, {})[group if breakdown != "all" else area] = row
    compared = {of: found for of, found in groups.items() if len(found) > 1}
    table = line.table("performance", "equity")
    keys = ("indicator_id", "period_type", "period_start", "period_end", "breakdown")
    assert {tuple(row[key] for key in keys) for row in table} == set(compared)
    assert {about[of[0]]["polarity"] for of in compared} == {"high", "low", "neutral"}
    assert {of[4] for of in compared} == {"ward", "channel", "age_group", "deprivation_fifth"}
    for row in table:
        found = compared[tuple(row[key] for key in keys)]
        values = {group: float(figure["value"]) for group, figure in found.items()}
        least, most = min(values.values()), max(values.values())
        best, worst = (least, most) if about[row["indicator_id"]]["polarity"] == "low" else (most, least)
        assert (values[row["best_group"]], values[row["worst_group"]]) == (best, worst)
        assert float(row["gap"]) == pytest.approx(most - least, abs=1e-4)
        pair = found[row["best_group"]], found[row["worst_group"]]
        low, high = pair if best == least else pair[::-1]
        if low["lower_95"] and high["lower_95"]:
            down = math.hypot(most - float(high["lower_95"]), float(low["upper_95"]) - least)
            up = math.hypot(float(high["upper_95"]) - most, least - float(low["lower_95"]))
            assert float(row["gap_lower_95"]) == pytest.approx(most - least - down, abs=1e-3)
            assert float(row["gap_upper_95"]) == pytest.approx(most - least + up, abs=1e-3)
            assert ("may be chance" in row["reading"]) == (most > least and float(row["gap_lower_95"]) <= 0)
        else:
            assert row["gap_lower_95"] == row["gap_upper_95"] == ""
    assert all(("all have the same figure" in row["reading"]) == (float(row["gap"]) == 0) for row in table)
    told = next(
        row["reading"] for row in table if row["indicator_id"] == "done_when_due" and row["breakdown"] == "deprivation_fifth"
    )
    assert told.startswith("Of the groups by deprivation fifth, ")
    assert " does best (" in told


def test_no_figure_is_added_up_from_groups_in_what_is_said_of_deliveries(line: Line) -> None:
    counted = {row["indicator_id"]: row for row in line.table("performance", "calculation") if row["source"] == "requests"}
    assert int(counted["requests_received"]["rows_counted"]) == len(REQUESTS)
    assert int(counted["requests_received"]["rows_left_out"]) == 0
    assert int(counted["overdue_at_month_end"]["rows_counted"]) > 0
    assert all(int(row["rows_left_out"]) >= 0 for row in counted.values())


def test_every_kind_of_measure_is_here(line: Line) -> None:
    schema = json.loads((PROJECT / "schemas/config/indicator.json").read_text(encoding="utf-8"))
    measures = {row["measure"] for row in line.table("performance", "indicator")}
    assert measures == set(schema["$defs"]["meta"]["properties"]["measure"]["enum"]) - {"reported"}
