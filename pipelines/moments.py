"""Days and times as people and programs write them, made local times of the council.

Belongs here: the forms that ``dates`` and ``zone`` in ``source.yml`` may state, what a text is by them, and forms under which
one text could be two days. Does not belong here: periods in words (periods).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

ISO_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
TYPED_DATES = (*ISO_DATES, "%Y-%m-%d %H:%M:%S%.f")
"""How the dates of a file that knows dates are read."""
PARTS = ("%d", "%m", "%b", "%B", "%Y", "%y", "%j", "%a", "%A", "%H", "%I", "%p", "%M", "%S", "%.f", "%z", "%%")
SERIALS = {"excel_serial": datetime(1899, 12, 30), "excel_serial_1904": datetime(1904, 1, 1)}
"""Days counted by a spreadsheet, by the day that is its 0."""
SERIAL_DAYS = (date(1950, 1, 1), date(2100, 1, 1))
"""A number that would be a day outside is no day counted by a spreadsheet."""
LAST_SECOND = timedelta(hours=23, minutes=59, seconds=59)
FIRST_YEAR = 1000
"""A year before it is one that was written with fewer digits than stated."""
PROBES = (datetime(2021, 4, 3, 5, 6, 7), datetime(2011, 2, 15, 10, 9, 8), datetime(2012, 11, 10, 9, 8, 7))


@dataclass(frozen=True)
class Moments:
    """How days and times are written: ``forms`` tried in order, local times of ``zone`` where they name no offset.

    ``zone`` is ``None`` where times are taken as written; ``council_zone`` is that of the times they become. ``repeated_hour``
    says which of the two is meant where a local time happens twice: ``first`` or ``second``; with ``refuse`` it is none.
    ``end_of_day``: a day without a time means its last second.
    """

    forms: tuple[str, ...] = ISO_DATES
    zone: str | None = None
    repeated_hour: str = "refuse"
    end_of_day: bool = False
    council_zone: str = "Europe/London"

    def read(self, text: pl.Expr, kind: pl.DataType) -> pl.Expr:
        """Text as days or as local times; null where it is neither as stated, or a time that is not one of the zone's."""
        moment = pl.coalesce(self._moment(text, form) for form in self.forms)
        return moment.dt.date() if kind == pl.Date else moment

    def as_written(self) -> Moments:
        """The same without a zone: a text that is a time only by this is one that the clocks left out or went through twice."""
        return Moments(self.forms, None, self.repeated_hour, self.end_of_day, self.council_zone)

    def _moment(self, text: pl.Expr, form: str) -> pl.Expr:
        if form in SERIALS:
            whole_day = LAST_SECOND if self.end_of_day else timedelta()
            return _from_serial(text, SERIALS[form]) + pl.when(text.str.contains(".", literal=True)).then(timedelta()).otherwise(
                whole_day
            )
        if "%z" in form:
            aware = text.str.strptime(pl.Datetime("us", "UTC"), form.replace("%z", "%#z"), strict=False, exact=True, cache=False)
            return aware.dt.convert_time_zone(self.council_zone).dt.replace_time_zone(None)
        moment = text.str.strptime(pl.Datetime("us"), form, strict=False, exact=True, cache=False)
        moment = pl.when(moment.dt.year() >= FIRST_YEAR).then(moment)
        if _names_time(form):
            return self._local(moment)
        return moment + LAST_SECOND if self.end_of_day else moment

    def _local(self, moment: pl.Expr) -> pl.Expr:
        """A time of the stated zone as one of the council's."""
        if self.zone is None:
            return moment
        twice = {"first": "earliest", "second": "latest", "refuse": "null"}[self.repeated_hour]
        aware = moment.dt.replace_time_zone(self.zone, ambiguous=twice, non_existent="null")  # type: ignore[arg-type]
        return aware.dt.convert_time_zone(self.council_zone).dt.replace_time_zone(None)


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        pl.Series([PROBES[0]]).dt.replace_time_zone(name)
    except pl.exceptions.ComputeError:
        return False
    return True


def faults(forms: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Forms that say no day: the place of each, and what is wrong with it."""
    for index, form in enumerate(forms):
        unknown = [part for part in re.findall(r"%(?:\.f|.?)", form) if part not in PARTS]
        if form in SERIALS:
            continue
        if unknown or "%" not in form:
            what = ", ".join(unknown) or form
            yield index, f"`{what}` in `{form}` is not known. Allowed: {' '.join((*PARTS, *SERIALS))}."
        elif not {"%Y", "%y"} & set(re.findall("%.", form)):
            yield index, f"`{form}` names no year. Allowed: %Y with four digits, %y with two."


def clashes(forms: Sequence[str]) -> Iterator[str]:
    """Two forms that read the same text as different days: nobody can know which is meant."""
    for index, one in enumerate(forms):
        for other in forms[index + 1 :]:
            text = next((text for a, b in ((one, other), (other, one)) for text in _read_otherwise(a, b)), None)
            if text is not None:
                yield f"{text} would be read differently by `{one}` and `{other}`; keep the one that is right."


def _read_otherwise(one: str, other: str) -> Iterator[str]:
    """Days written in one form that the other reads as other days."""
    for probe in PROBES:
        text = _written(probe, one)
        found = pl.select(Moments((other,)).read(pl.lit(text), pl.Date())).item() if text else None
        if found is not None and found != probe.date():
            yield text


def _written(probe: datetime, form: str) -> str:
    if form in SERIALS:
        return str((probe - SERIALS[form]).days)
    return probe.strftime(form.replace("%.f", "").replace("%z", "+0000"))


def _names_time(form: str) -> bool:
    return "%H" in form or "%I" in form


def _from_serial(text: pl.Expr, zero: datetime) -> pl.Expr:
    """The moment so many days after day 0, to the second: fractions of a day are not exact."""
    days = pl.when(text.str.contains(r"^\d{5}(?:\.\d+)?$")).then(text.cast(pl.Float64, strict=False))
    seconds = (days * 86400).round().cast(pl.Int64)
    moment = pl.lit(zero, pl.Datetime("us")) + pl.duration(seconds=seconds)
    first, last = SERIAL_DAYS
    return pl.when(moment.is_between(pl.lit(first).cast(pl.Datetime("us")), pl.lit(last).cast(pl.Datetime("us")))).then(moment)
