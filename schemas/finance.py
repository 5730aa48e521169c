"""What one service cost in one quarter: budget, actual and forecast, in pounds.

Latest version of a record is told by source, ``service`` and ``period_start``.
"""

from datetime import date

import pandera.polars as pa
import polars as pl

KEY = ("service", "period_start")
DATED_BY = ("period_end",)
EARLIEST = date(1950, 1, 1)


class Record(pa.DataFrameModel):
    """A row a service and quarter. A quarter to come has a budget and no actual."""

    service: str = pa.Field(str_matches=r"^[a-z][a-z0-9_]*$", description="The service, as a snake_case word")
    period_start: pl.Date = pa.Field(ge=EARLIEST, description="First day of the quarter")
    period_end: pl.Date = pa.Field(ge=EARLIEST, description="Last day of the quarter")
    budget: float = pa.Field(nullable=True, description="Net budget of the quarter, in pounds")
    actual: float = pa.Field(nullable=True, description="Net spending of the quarter, in pounds; empty until it is known")
    forecast: float = pa.Field(nullable=True, description="Net spending expected for the whole financial year, in pounds")

    @pa.dataframe_check(error="period_ends_before_start", statistics={"reads": ["period_start", "period_end"]})
    def period_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A period cannot end before it starts."""
        return data.lazyframe.select((pl.col("period_end") >= pl.col("period_start")).fill_null(True))

    @pa.dataframe_check(error="no_amount", statistics={"reads": ["budget", "actual", "forecast"]})
    def says_something(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """A row without any amount says nothing."""
        amounts = ("budget", "actual", "forecast")
        return data.lazyframe.select(pl.any_horizontal(pl.col(name).is_not_null() for name in amounts))

    class Config:
        strict = True
