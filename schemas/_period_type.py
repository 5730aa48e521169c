"""The kinds of period a figure can stand for. Not a record type: a list that several contracts share."""

PERIOD_TYPES = [
    "month",
    "quarter",
    "financial_year",
    "year_to_date",
    "rolling_12_months",
    "calendar_year",
    "academic_year",
    "multi_year",
    "wave",
    "point",
]
