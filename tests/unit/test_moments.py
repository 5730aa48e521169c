"""Days and times as people write them, and the hours that clocks leave out or go through twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from pipelines.moments import ISO_DATES, SERIALS, TYPED_DATES, Moments, clashes, faults


def read(text: str, *forms: str, kind: pl.DataType | None = None, **stated: Any) -> Any:
    return pl.select(Moments(forms, **stated).read(pl.lit(text), kind or pl.Datetime("us"))).item()


def test_a_day_is_read_as_stated() -> None:
    day = pl.Date()
    assert read("15-Feb-11", "%d-%b-%y", kind=day) == date(2011, 2, 15)
    assert read("15-Feb-70", "%d-%b-%y", kind=day) == date(1970, 2, 15)
    assert read("03/04/2021", "%d/%m/%Y", kind=day) == date(2021, 4, 3)
    assert read("03/04/21", "%d/%m/%Y", kind=day) is None
    assert read("30/02/2021", "%d/%m/%Y", kind=day) is None


def test_days_that_a_spreadsheet_counts() -> None:
    assert read("40589", "excel_serial") == datetime(2011, 2, 15)
    assert read("40589.7083333333", "excel_serial") == datetime(2011, 2, 15, 17)
    assert read("40589", "excel_serial", end_of_day=True) == datetime(2011, 2, 15, 23, 59, 59)
    assert read("39127", "excel_serial_1904") == datetime(2011, 2, 15)
    assert [read(text, "excel_serial") for text in ("5", "99999", "-40589", "40589.5.1", "2011")] == [None] * 5


def test_times_of_another_zone_become_local_ones() -> None:
    assert read("2021-06-30 23:30", "%Y-%m-%d %H:%M", zone="UTC") == datetime(2021, 7, 1, 0, 30)
    assert read("2021-01-31 23:30", "%Y-%m-%d %H:%M", zone="UTC") == datetime(2021, 1, 31, 23, 30)
    assert read("2021-06-30", "%Y-%m-%d", zone="UTC") == datetime(2021, 6, 30)
    for text in ("2021-06-30T23:30:00Z", "2021-06-30T23:30:00+00:00", "2021-07-01T00:30:00+0100"):
        assert read(text, "%Y-%m-%dT%H:%M:%S%z", kind=pl.Date()) == date(2021, 7, 1)


def test_an_hour_that_the_clocks_left_out_is_no_time() -> None:
    assert read("2021-03-28 01:30", "%Y-%m-%d %H:%M", zone="Europe/London", repeated_hour="first") is None
    assert read("2021-03-28 02:00", "%Y-%m-%d %H:%M", zone="Europe/London") == datetime(2021, 3, 28, 2)


def test_an_hour_that_happens_twice_needs_a_rule() -> None:
    form, twice = "%Y-%m-%d %H:%M", "2021-10-31 01:30"
    assert read(twice, form, zone="Europe/London") is None
    assert read(twice, form, zone="Europe/London", repeated_hour="second") == datetime(2021, 10, 31, 1, 30)
    assert read(twice, form, zone="Europe/London", repeated_hour="first", council_zone="UTC") == datetime(2021, 10, 31, 0, 30)
    assert read(twice, form, zone="Europe/London", repeated_hour="second", council_zone="UTC") == datetime(2021, 10, 31, 1, 30)
    assert read(twice, form) == datetime(2021, 10, 31, 1, 30)  # taken as written


@pytest.mark.parametrize(
    "forms",
    [
        ["%d/%m/%Y", "%m/%d/%Y"], ["%d-%b-%y", "%y-%b-%d"], ["%d/%m/%y", "%y/%m/%d"], ["%y%j", "excel_serial"],
        ["excel_serial", "excel_serial_1904"], ["%m.%d.%Y %H:%M", "%d.%m.%Y %H:%M"],
    ],
)  # fmt: skip
def test_two_forms_of_one_text_are_refused_in_either_order(forms: list[str]) -> None:
    assert len(list(clashes(forms))) == len(list(clashes(forms[::-1]))) == 1


def test_forms_that_can_be_told_apart_may_stand_together() -> None:
    assert list(clashes(["%d/%m/%Y %H:%M", "%d/%m/%Y", "%d/%m/%y", "%d-%b-%y", "excel_serial", "%Y%m%d", *TYPED_DATES])) == []


def test_a_form_that_says_no_day_is_told() -> None:
    assert [place for place, _ in faults(["%d/%m", "%Y-%m-%d", "%d/%Q/%Y", "day", *SERIALS])] == [0, 2, 3]
    assert list(faults(ISO_DATES)) == []
