"""Periods are read as people write them, and nothing that could mean two of them is guessed."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.periods import FORMS, Period, clashes, read

READ = [
    ("2019/20", "financial_year", "financial_year", "2019-04-01", "2020-03-31"),
    ("2019-20", "financial_year", "financial_year", "2019-04-01", "2020-03-31"),
    ("FY 2019/2020", "financial_year", "financial_year", "2019-04-01", "2020-03-31"),
    ("2019 to 2020", "financial_year", "financial_year", "2019-04-01", "2020-03-31"),
    ("1999/00", "financial_year", "financial_year", "1999-04-01", "2000-03-31"),
    ("2010-11", "financial_years", "financial_year", "2010-04-01", "2011-03-31"),
    ("2010-14", "financial_years", "multi_year", "2010-04-01", "2014-03-31"),
    ("2018/19", "academic_year", "academic_year", "2018-09-01", "2019-08-31"),
    ("2019", "calendar_year", "calendar_year", "2019-01-01", "2019-12-31"),
    ("2018-2020", "calendar_years", "multi_year", "2018-01-01", "2020-12-31"),
    ("2012-14", "years_together", "multi_year", "2012-01-01", "2014-12-31"),
    ("2018 to 2020", "years_together", "multi_year", "2018-01-01", "2020-12-31"),
    ("2022/23 end of year", "reporting_year", "financial_year", "2022-04-01", "2023-03-31"),
    ("2022-23 half year", "reporting_year", "year_to_date", "2022-04-01", "2022-09-30"),
    ("2022/23 Q3", "reporting_year", "year_to_date", "2022-04-01", "2022-12-31"),
    ("2022/23 Q4", "reporting_year", "financial_year", "2022-04-01", "2023-03-31"),
    ("Jan 2019 rolling year", "twelve_months_to", "rolling_12_months", "2018-02-01", "2019-01-31"),
    ("year to December 2019", "twelve_months_to", "rolling_12_months", "2019-01-01", "2019-12-31"),
    ("Oct 15-Sep 16", "twelve_months", "rolling_12_months", "2015-10-01", "2016-09-30"),
    ("2022/23 Q4", "quarter", "quarter", "2023-01-01", "2023-03-31"),
    ("Q1 2022/23", "quarter", "quarter", "2022-04-01", "2022-06-30"),
    ("Q1 2022", "calendar_quarter", "quarter", "2022-01-01", "2022-03-31"),
    ("2022 Q4", "calendar_quarter", "quarter", "2022-10-01", "2022-12-31"),
    ("Oct 2021-Sep 2022", "twelve_months", "rolling_12_months", "2021-10-01", "2022-09-30"),
    ("March 2023", "named_month", "month", "2023-03-01", "2023-03-31"),
    ("Feb-24", "named_month", "month", "2024-02-01", "2024-02-29"),
    ("2023-2", "numbered_month", "month", "2023-02-01", "2023-02-28"),
    ("12/2023", "numbered_month", "month", "2023-12-01", "2023-12-31"),
    ("2022-12-31", "day", "point", "2022-12-31", "2022-12-31"),
    ("31/12/2022", "day_first", "point", "2022-12-31", "2022-12-31"),
    ("31-Dec-22", "day_first", "point", "2022-12-31", "2022-12-31"),
    ("Apr-Sep 2022/23", "months_of_year", "year_to_date", "2022-04-01", "2022-09-30"),
    ("Apr-Mar 2022/23", "months_of_year", "year_to_date", "2022-04-01", "2023-03-31"),
    ("Apr to Sep 2022", "months_of_year", "year_to_date", "2022-04-01", "2022-09-30"),
    ("Jan-March 2022/23", "months_of_year", "quarter", "2023-01-01", "2023-03-31"),
    ("Jan-Dec 2022", "months_of_year", "calendar_year", "2022-01-01", "2022-12-31"),
    ("2022-23;Q4", "quarter", "quarter", "2023-01-01", "2023-03-31"),
    ("2022;August", "named_month", "month", "2022-08-01", "2022-08-31"),
    ("Quarter 2 2018/19", "quarter", "quarter", "2018-07-01", "2018-09-30"),
    ("2018/19 Qtr 2", "quarter", "quarter", "2018-07-01", "2018-09-30"),
    ("Quarter 1 2022", "calendar_quarter", "quarter", "2022-01-01", "2022-03-31"),
    ("Apr 2016-Sep 2016", "months_of_year", "year_to_date", "2016-04-01", "2016-09-30"),
    ("April 2019 to January 2020", "months_of_year", "year_to_date", "2019-04-01", "2020-01-31"),
    ("Oct 2019 - Dec 2019", "months_of_year", "quarter", "2019-10-01", "2019-12-31"),
    ("Academic year 2018/19", "school_year", "academic_year", "2018-09-01", "2019-08-31"),
    ("2018-19 academic year", "school_year", "academic_year", "2018-09-01", "2019-08-31"),
    ("2018/19 to 2020/21", "years_together", "multi_year", "2018-04-01", "2021-03-31"),
    ("12 months to Mar-19", "twelve_months_to", "rolling_12_months", "2018-04-01", "2019-03-31"),
    ("Rolling year to March 2019", "twelve_months_to", "rolling_12_months", "2018-04-01", "2019-03-31"),
    ("As at 31st March 2019", "day_first", "point", "2019-03-31", "2019-03-31"),
    ("31.03.2019", "day_first", "point", "2019-03-31", "2019-03-31"),
    ("31/03/19", "day_first", "point", "2019-03-31", "2019-03-31"),
    ("2019-03-31 00:00:00", "day", "point", "2019-03-31", "2019-03-31"),
    ("  march   2023 ", "named_month", "month", "2023-03-01", "2023-03-31"),
]


@pytest.mark.parametrize(("text", "form", "kind", "start", "end"), READ)
def test_a_period_in_words_is_a_type_and_two_days(text: str, form: str, kind: str, start: str, end: str) -> None:
    assert read(text, [form], 4) == Period(kind, date.fromisoformat(start), date.fromisoformat(end))


def test_every_form_is_shown_here() -> None:
    assert {form for _, form, *_ in READ} == set(FORMS)


def test_a_financial_year_begins_in_the_councils_own_month() -> None:
    assert read("2019/20", ["financial_year"], 1) == Period("financial_year", date(2019, 1, 1), date(2019, 12, 31))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2019/21", "financial_year"),
        ("2019", "financial_year"),
        ("2019/19", "financial_years"),
        ("Oct 2021-Oct 2022", "twelve_months"),
        ("Foo 2021-Bar 2022", "twelve_months"),
        ("Foo 2021", "named_month"),
        ("2018/20", "years_together"),
        ("2018-19", "years_together"),
        ("1142-2721", "years_together"),
        ("2022/24 end of year", "reporting_year"),
        ("Foo 2019 rolling year", "twelve_months_to"),
        ("Oct 20 - Oct 21", "twelve_months"),
        ("2023-13", "numbered_month"),
        ("2023-02-30", "day"),
        ("31/02/2023", "day_first"),
        ("12/31/2023", "day_first"),
        ("Feb-Sep 2022", "months_of_year"),
        ("Apr-Sep 2022/24", "months_of_year"),
        ("Foo-Bar 2022", "months_of_year"),
        ("Apr 2016-Sep 2017", "months_of_year"),
        ("Apr 2016-Mar 2017", "months_of_year"),
        ("2018/19 to 2019/21", "years_together"),
        ("2018/19 to 2018/19", "years_together"),
        ("Q5 2022/23", "quarter"),
        ("Q1 2022/24", "quarter"),
        ("soon", "calendar_year"),
        ("", "calendar_year"),
    ],
)
def test_what_is_in_none_of_the_stated_forms_is_no_period(text: str, form: str) -> None:
    assert read(text, [form], 4) is None


def test_of_several_forms_each_text_is_read_in_its_own() -> None:
    forms = ["financial_year", "quarter", "named_month", "calendar_year"]
    assert list(clashes(forms)) == []
    assert [read(text, forms, 4).period_type for text in ("2019/20", "2019/20 Q1", "May 2019", "2019")] == [  # type: ignore[union-attr]
        "financial_year",
        "quarter",
        "month",
        "calendar_year",
    ]


@pytest.mark.parametrize(
    "forms",
    [
        ("financial_year", "academic_year"),
        ("numbered_month", "financial_year"),
        ("calendar_years", "financial_years"),
        ("years_together", "calendar_years"),
        ("years_together", "financial_years"),
        ("years_together", "numbered_month"),
    ],
)
def test_forms_that_nobody_could_tell_apart_are_named(forms: tuple[str, str]) -> None:
    assert list(clashes(forms)) == [forms]
