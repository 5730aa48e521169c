"""Periods as people write them: ``2019/20``, ``Q3 2022/23``, ``March 2023``, ``Oct 2021-Sep 2022``.

Belongs here: the forms a source may state, and what a text in one of them means. Does not belong here: which column holds a
period (``reshape``), and the calendar that indicators are worked out by (dbt).
"""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {name.lower(): number for names in (month_name, month_abbr) for number, name in enumerate(names) if name} | {"sept": 9}
ACADEMIC_YEAR_STARTS_IN = 9
MOST_TOGETHER = 20
"""So many years are not one figure's period any more."""
DASH = r"\s?(?:[/–-]|to)\s?"
QUARTER = r"(?:Q|Qtr\.?\s?|Quarter\s)([1-4])"
YEAR, NEXT, WORD = r"(\d{4})", r"(\d{2}|\d{4})", r"([A-Za-z]{3,9})\.?"


@dataclass(frozen=True)
class Period:
    """A stretch of time: its type as in ``period_type``, its first and its last day."""

    period_type: str
    start: date
    end: date


def _months(kind: str, year: int, month: int, months: int) -> Period:
    """The period of so many months that begins with a month; ``month`` may run past 12."""
    start = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    after = start.year * 12 + start.month - 1 + months
    return Period(kind, start, date(after // 12, after % 12 + 1, 1) - timedelta(days=1))


def _until(first: str, last: str) -> int:
    """How many years after the first year the last one comes, where it may be written with two digits."""
    return (int(last) - int(first)) % 100 if len(last) == 2 else int(last) - int(first)


def _month(word: str) -> int:
    return MONTHS[word.lower()]


def _year(text: str) -> int:
    """A year of four digits, or of two as people write a month: ``Mar-23``."""
    return int(text) if len(text) == 4 else 2000 + int(text)


Reading = Callable[[Sequence[str], int], Period | None]


def _financial_year(parts: Sequence[str], starts: int) -> Period | None:
    return _months("financial_year", int(parts[0]), starts, 12) if _until(*parts) == 1 else None


def _financial_years(parts: Sequence[str], starts: int) -> Period | None:
    """One financial year, or several taken together: ``2010-14`` ends with the financial year that ends in 2014."""
    years = _until(*parts)
    if years < 1:
        return None
    return _months("financial_year" if years == 1 else "multi_year", int(parts[0]), starts, 12 * years)


def _academic_year(parts: Sequence[str], starts: int) -> Period | None:
    return _months("academic_year", int(parts[0]), ACADEMIC_YEAR_STARTS_IN, 12) if _until(*parts) == 1 else None


def _calendar_years(parts: Sequence[str], starts: int) -> Period | None:
    years = _until(*parts) + 1
    return _months("multi_year", int(parts[0]), 1, 12 * years) if years > 1 else None


def _years_together(parts: Sequence[str], starts: int) -> Period | None:
    """Three calendar years taken together, or a few more: ``2012-14``. Two are one financial year, and a stroke is no dash.

    Or financial years from one to another: ``2018/19 to 2020/21``.
    """
    if len(parts) == 4:
        first, _, last, _ = parts
        years = int(last) - int(first) + 1
        each_is_one = _until(*parts[:2]) == _until(*parts[2:]) == 1
        return _months("multi_year", int(first), starts, 12 * years) if each_is_one and 1 < years < MOST_TOGETHER else None
    return _calendar_years(parts, starts) if 1 < _until(*parts) < MOST_TOGETHER else None


def _financial_quarter(parts: Sequence[str], starts: int) -> Period | None:
    quarter = next(int(part) for part in parts if len(part) == 1)
    first, last = (part for part in parts if len(part) > 1)
    return _months("quarter", int(first), starts + 3 * (quarter - 1), 3) if _until(first, last) == 1 else None


def _calendar_quarter(parts: Sequence[str], starts: int) -> Period | None:
    quarter, year = sorted(map(int, parts))
    return _months("quarter", year, 3 * quarter - 2, 3)


def _twelve_months(parts: Sequence[str], starts: int) -> Period | None:
    first, first_year, last, last_year = parts
    if first.lower() not in MONTHS or last.lower() not in MONTHS:
        return None
    period = _months("rolling_12_months", _year(first_year), _month(first), 12)
    return period if (period.end.year, period.end.month) == (_year(last_year), _month(last)) else None


def _twelve_months_to(parts: Sequence[str], starts: int) -> Period | None:
    """The twelve months that end with a month."""
    word, year = parts
    return _months("rolling_12_months", _year(year) - 1, _month(word) + 1, 12) if word.lower() in MONTHS else None


def _reporting_year(parts: Sequence[str], starts: int) -> Period | None:
    """What a report of a financial year is about: the whole of it, or the part of it that is named, from its first month."""
    first, last, part = parts
    if _until(first, last) != 1:
        return None
    months = 6 if part[0] in "hHmM" else 3 * int(part[-1]) if part[0] in "qQ" else 12
    return _months("financial_year" if months == 12 else "year_to_date", int(first), starts, months)


def _named_month(parts: Sequence[str], starts: int) -> Period | None:
    word, year = parts if parts[0].isalpha() else parts[::-1]
    return _months("month", _year(year), _month(word), 1) if word.lower() in MONTHS else None


def _numbered_month(parts: Sequence[str], starts: int) -> Period | None:
    year, month = parts if len(parts[0]) == 4 else parts[::-1]
    return _months("month", int(year), int(month), 1) if 1 <= int(month) <= 12 else None


def _day(parts: Sequence[str], starts: int) -> Period | None:
    try:
        day = date(*map(int, parts))
    except ValueError:
        return None
    return Period("point", day, day)


def _day_first(parts: Sequence[str], starts: int) -> Period | None:
    day, month, year = parts
    if not month.isdigit() and month.lower() not in MONTHS:
        return None
    number = int(month) if month.isdigit() else _month(month)
    return _day((str(_year(year)), str(number), day), starts)


def _months_of_year(parts: Sequence[str], starts: int) -> Period | None:
    """Months of one year: the whole calendar year, a quarter, or the financial year up to some month.

    The year stands behind them (``Apr-Sep 2016``), or one behind each of the two (``Apr 2016-Sep 2016``).
    """
    first, last = (part for part in parts if part and part.isalpha())
    if first.lower() not in MONTHS or last.lower() not in MONTHS:
        return None
    begin, months = _month(first), (_month(last) - _month(first)) % 12 + 1
    if parts[1] == last:
        year, after = parts[2:]
        if after and _until(year, after) != 1:
            return None
        calendar = int(year) + (after is not None and begin < starts)
    else:
        calendar = int(parts[1])
        if months == 12 or int(parts[3]) != calendar + (begin + months > 13):
            return None  # twelve months are a form of their own
    if (begin, months) == (1, 12):
        return _months("calendar_year", calendar, 1, 12)
    if (begin - starts) % 3 == 0 and months == 3:
        return _months("quarter", calendar, begin, 3)
    return _months("year_to_date", calendar, begin, months) if begin == starts else None


FORMS: dict[str, tuple[tuple[str, ...], Reading]] = {
    "financial_year": ((rf"(?:FY\s?)?{YEAR}{DASH}{NEXT}",), _financial_year),
    "financial_years": ((rf"{YEAR}{DASH}{NEXT}",), _financial_years),
    "academic_year": ((rf"(?:AY\s?)?{YEAR}{DASH}{NEXT}",), _academic_year),
    "school_year": (
        (
            rf"(?:academic|school) year {YEAR}{DASH}{NEXT}",
            rf"(?:AY\s?){YEAR}{DASH}{NEXT}",
            rf"{YEAR}{DASH}{NEXT} (?:academic|school) year",
        ),
        _academic_year,
    ),
    "calendar_year": ((YEAR,), lambda parts, starts: _months("calendar_year", int(parts[0]), 1, 12)),
    "calendar_years": ((rf"{YEAR}{DASH}{NEXT}",), _calendar_years),
    "years_together": ((rf"{YEAR}\s?(?:[–-]|to)\s?{NEXT}", rf"{YEAR}/{NEXT}\s?(?:[–-]|to)\s?{YEAR}/{NEXT}"), _years_together),
    "reporting_year": (
        (rf"{YEAR}{DASH}{NEXT} (end of year|year[- ]end|full year|half[- ]year|mid[- ]year|Q[1-4])",),
        _reporting_year,
    ),
    "quarter": ((rf"{YEAR}[/-]{NEXT}[\s;]?{QUARTER}", rf"{QUARTER}[\s,]*{YEAR}[/-]{NEXT}"), _financial_quarter),
    "calendar_quarter": ((rf"{YEAR}[\s-]?{QUARTER}", rf"{QUARTER}[\s-]?{YEAR}"), _calendar_quarter),
    "twelve_months": ((rf"{WORD}[\s-](\d{{4}}|\d{{2}}){DASH}{WORD}[\s-](\d{{4}}|\d{{2}})",), _twelve_months),
    "twelve_months_to": (
        (
            rf"{WORD}[\s-]{YEAR} rolling year",
            rf"(?:rolling )?(?:year|(?:12|twelve) months) (?:to|ending|ended) {WORD}[\s-](\d{{4}}|\d{{2}})",
        ),
        _twelve_months_to,
    ),
    "named_month": ((rf"{WORD}[\s-](\d{{4}}|\d{{2}})", rf"{YEAR}[\s;-]{WORD}"), _named_month),
    "numbered_month": ((rf"{YEAR}[-/](\d{{1,2}})", rf"(\d{{1,2}})/{YEAR}"), _numbered_month),
    "months_of_year": ((rf"{WORD}{DASH}{WORD}\s{YEAR}(?:[/-]{NEXT})?", rf"{WORD}\s{YEAR}{DASH}{WORD}\s{YEAR}"), _months_of_year),
    "day": ((r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?",), _day),
    "day_first": (
        (
            r"(?:(?:as )?at )?(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})",
            r"(?:(?:as )?at )?(\d{1,2})(?:st|nd|rd|th)?[\s-]([A-Za-z]{3,9})[\s-](\d{4}|\d{2})",
        ),
        _day_first,
    ),
}
"""Each form that a source may state: how it is written, and what it means."""
ALIKE = (
    {"financial_year", "financial_years", "academic_year", "calendar_years"},
    {"financial_year", "numbered_month"},
    {"financial_years", "numbered_month"},
    {"academic_year", "numbered_month"},
    {"calendar_years", "numbered_month"},
    {"years_together", "financial_years"},
    {"years_together", "calendar_years"},
    {"years_together", "numbered_month"},
)
"""Forms in which the same text can mean different periods: ``2009-10`` is a year, or an October."""


def clashes(forms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of the given forms that nobody could tell apart in every file."""
    for number, one in enumerate(forms):
        for other in forms[number + 1 :]:
            if any({one, other} <= alike for alike in ALIKE):
                yield one, other


def read(text: str, forms: Sequence[str], year_starts_in: int) -> Period | None:
    """What a text means in one of the stated forms; ``None`` where it is in none of them.

    ``year_starts_in`` is the month in which the financial year starts.
    """
    stripped = " ".join(text.split())
    for form in forms:
        patterns, meaning = FORMS[form]
        for pattern in patterns:
            found = re.fullmatch(pattern, stripped, re.IGNORECASE)
            period = meaning(found.groups(), year_starts_in) if found else None
            if period:
                return period
    return None
